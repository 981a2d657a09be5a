package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"upline/server"
)

var printedKey = regexp.MustCompile(`(?m)^  (\S+)$`)

func TestKeyNew_EntriesMakeAFileThatAServerReads(t *testing.T) {
	first := runCommand(t, nil, "", "key", "new", "--name", "Web shop: north", "--role", "backend")
	second := runCommand(t, nil, "", "key", "new", "--name", "Norrland", "--role", "vendor", "--subject", "norrland-energi")
	if first.code != exitOK || second.code != exitOK {
		t.Fatalf("exit codes %d and %d: %s%s", first.code, second.code, first.err, second.err)
	}
	file := filepath.Join(t.TempDir(), "keys.yaml")
	if err := os.WriteFile(file, []byte(first.out+second.out), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := server.LoadKeys(file)
	if err != nil || keys.Count() != 2 {
		t.Fatalf("%d keys, error %v, in:\n%s%s", keys.Count(), err, first.out, second.out)
	}
	found := printedKey.FindStringSubmatch(first.err)
	if found == nil {
		t.Fatalf("no key on standard error: %q", first.err)
	}
	if strings.Contains(first.out, found[1]) {
		t.Error("the file holds the key itself")
	}
	sum := sha256.Sum256([]byte(found[1]))
	if !strings.Contains(first.out, hex.EncodeToString(sum[:])) {
		t.Error("the file does not hold the key's digest")
	}
}

func TestKeyNew_RefusesWhatAServerWouldRefuse(t *testing.T) {
	for _, test := range []struct {
		name, says string
		flags      []string
	}{
		{"no name", "no name", []string{"--role", "staff"}},
		{"unknown role", "backend", []string{"--name", "a", "--role", "boss"}},
		{"vendor without its id", "subject", []string{"--name", "a", "--role", "vendor"}},
		{"staff with an id", "takes no subject", []string{"--name", "a", "--role", "staff", "--subject", "b"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := runCommand(t, nil, "", append([]string{"key", "new"}, test.flags...)...)
			if got.code != exitUsage || !strings.Contains(got.err, test.says) || got.out != "" {
				t.Errorf("exit code %d, standard output %q, standard error %q", got.code, got.out, got.err)
			}
			if strings.Contains(got.err, "line 1") {
				t.Errorf("speaks of a line of a file that there is not: %s", got.err)
			}
		})
	}
}
