package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"upline/calc/simulate"
)

// The exit codes of the program.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// terminal is what surrounds a command: its streams and its environment.
type terminal struct {
	in        io.Reader
	out, err  io.Writer
	lookupEnv func(string) (string, bool)
}

// usageError is a command line, a variable or a configuration file that was not understood.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usageErrorf(format string, arguments ...any) error {
	return usageError{fmt.Errorf(format, arguments...)}
}

// errRefused ends a command that has already printed why it failed.
var errRefused = errors.New("refused")

// run runs the command that the arguments name and returns the exit code.
func run(ctx context.Context, t terminal, arguments []string) int {
	root := rootCommand(t)
	root.SetArgs(arguments)
	err := findCommand(root, arguments)
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errRefused):
		return exitFailed
	case errors.As(err, new(usageError)):
		fmt.Fprintf(t.err, "upline: %v\n", err)
		return exitUsage
	default:
		fmt.Fprintf(t.err, "upline: %v\n", err)
		return exitFailed
	}
}

// helpTemplate shows the description, then how to call the command, examples first: most readers want to copy one.
const helpTemplate = `{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}

{{end}}Usage:

  {{if .HasAvailableSubCommands}}{{.CommandPath}} COMMAND [flags]{{else}}{{.UseLine}}{{end}}
{{if .HasExample}}
Examples:

{{.Example}}
{{end}}{{if .HasAvailableSubCommands}}
Commands:

{{range .Commands}}{{if .IsAvailableCommand}}  {{rpad .Name .NamePadding}} {{.Short}}
{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}
Flags:

{{.LocalFlags.FlagUsagesWrapped 120 | trimTrailingWhitespaces}}
{{end}}{{if .HasAvailableSubCommands}}
"{{.CommandPath}} COMMAND --help" explains a command, with examples.
{{end}}`

func rootCommand(t terminal) *cobra.Command {
	root := group("upline", "The commission backend of direct-selling companies.", `Upline is the commission backend of a direct-selling company. It records sales, waits for the vendor's activation, computes
what every distributor earns under the company's compensation plan, takes commissions back when a customer cancels, and
closes periods.`, `  # See published compensation plans paid to the cent, through a real server.
  upline demo

  # Start a server on the file upline.db, at http://127.0.0.1:8080.
  upline serve`)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetIn(t.in)
	root.SetOut(t.out)
	root.SetErr(t.err)
	root.SetHelpTemplate(helpTemplate)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageErrorf("%w%s\nSee `%s --help`.", err, otherFlag(c, err), c.CommandPath())
	})
	root.AddCommand(
		serveCommand(t),
		demoCommand(t),
		migrateCommand(t),
		planCommand(t),
		simulateCommand(t),
		periodCommand(t),
		verifyCommand(t),
		importCommand(t),
		benchCommand(t),
		keyCommand(t),
		versionCommand(t),
	)
	return root
}

// otherFlag suggests the flag of a command that a misspelt one most likely stands for; "" for none.
func otherFlag(c *cobra.Command, err error) string {
	unknown := (*pflag.NotExistError)(nil)
	if !errors.As(err, &unknown) {
		return ""
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	remedy := simulate.Nearest(unknown.GetSpecifiedName(), names)
	near, found := strings.CutPrefix(remedy, "did you mean ")
	if !found {
		return ""
	}
	return ": did you mean --" + near
}

// group is a command that only holds others.
func group(use, short, long, example string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Long: long, Example: example,
		Args:                       cobra.ArbitraryArgs, // findCommand has looked at them.
		SuggestionsMinimumDistance: 2,
		RunE: func(c *cobra.Command, _ []string) error {
			return usageErrorf("%s needs a command.\nSee `%s --help`.", c.CommandPath(), c.CommandPath())
		},
	}
}

// findCommand refuses a command that there is not, and suggests the nearest. It runs before the flags are read: of
// `upline srve --listen :80` the misspelled command is worth telling, not that `upline` has no flag --listen.
func findCommand(root *cobra.Command, arguments []string) error {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(arguments...)
	if len(arguments) > 0 && arguments[0] == "help" {
		arguments = arguments[1:] // `upline help serve` is `upline serve --help`.
	}
	found, rest, err := root.Find(arguments)
	if err != nil || !found.HasSubCommands() || len(rest) == 0 || strings.HasPrefix(rest[0], "-") {
		return nil //nolint:nilerr // Execute finds the same error again and words it.
	}
	hint := ""
	if near := found.SuggestionsFor(rest[0]); len(near) > 0 {
		hint = fmt.Sprintf(" Did you mean `%s %s`?", found.CommandPath(), near[0])
	}
	return usageErrorf("%s has no command %q.%s\nSee `%s --help`.", found.CommandPath(), rest[0], hint, found.CommandPath())
}

// noArguments refuses what stands behind the flags of a command that takes nothing else.
func noArguments(c *cobra.Command, arguments []string) error {
	if len(arguments) == 0 {
		return nil
	}
	return usageErrorf("unexpected argument %q.\nSee `%s --help`.", arguments[0], c.CommandPath())
}
