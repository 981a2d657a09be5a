package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"upline/server"
)

func keyCommand(t terminal) *cobra.Command {
	c := group("key", "Make API keys", "API keys tell a server who calls. It reads them from the file that --keys names.",
		`  upline key new --name "Web shop" --role backend`)
	c.AddCommand(keyNewCommand(t))
	return c
}

func keyNewCommand(t terminal) *cobra.Command {
	var name, role, subject string
	c := &cobra.Command{
		Use:   "new --name NAME --role ROLE",
		Short: "Make an API key, and the entry for the file of keys",
		Long: `Makes an API key. The entry for the file of keys goes to standard output and holds only the key's SHA-256, so that who reads
the file cannot call. The key itself goes to standard error, once: it is kept nowhere. Its holder sends it with every call, as
the header "Authorization: Bearer KEY".

Roles: staff (every call), backend (records sales and payments, enrols), vendor (activates and cancels sales of its own
products), distributor (reads the own earnings, sales and downline), auditor (reads everything).`,
		Example: `  # Add a key to the file, and see the key itself.
  upline key new --name "Web shop" --role backend >> keys.yaml

  # A vendor's key covers the sales of one vendor's products, a distributor's the own data.
  upline key new --name "Norrland Energi" --role vendor --subject norrland-energi >> keys.yaml`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			key, entry, err := newKey(name, role, subject)
			if err != nil {
				return err
			}
			fmt.Fprintf(t.err, "The key of %s, shown this once:\n\n  %s\n\n", name, key)
			_, err = t.out.Write(entry)
			return err
		},
	}
	c.Flags().SortFlags = false
	c.Flags().StringVar(&name, "name", "", "`name` of the holder, for people; it stands in the log")
	c.Flags().StringVar(&role, "role", "", "`role`: staff, backend, vendor, distributor or auditor")
	c.Flags().StringVar(&subject, "subject", "", "`id` of the vendor or distributor, for these two roles")
	return c
}

// keyEntry is one entry of a file of keys, in the order in which people read it.
type keyEntry struct {
	Name      string `yaml:"name"`
	Role      string `yaml:"role"`
	Subject   string `yaml:"subject,omitempty"`
	KeySHA256 string `yaml:"key_sha256"`
}

// newKey makes a key and its entry. The entry is read as the server will read it, so that nothing is handed out that a server would
// then refuse.
func newKey(name, role, subject string) (key string, entry []byte, err error) {
	key, digest := server.NewKey()
	entry, err = yaml.Marshal([]keyEntry{{Name: name, Role: role, Subject: subject, KeySHA256: digest}})
	if err != nil {
		return "", nil, err
	}
	if err := server.CheckKeys(entry); err != nil {
		// The entry is all there is, so the line is no news.
		return "", nil, usageErrorf("%s.\nSee `upline key new --help`.", strings.TrimPrefix(err.Error(), "line 1: "))
	}
	return key, entry, nil
}
