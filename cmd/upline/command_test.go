package main

import (
	"bytes"
	"strings"
	"testing"
)

// outcome is what a command did.
type outcome struct {
	code     int
	out, err string
}

// runCommand runs the program in this process with an environment of its own.
func runCommand(t *testing.T, environment map[string]string, stdin string, arguments ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), terminal{
		in: strings.NewReader(stdin), out: &out, err: &errs,
		lookupEnv: func(name string) (string, bool) { value, ok := environment[name]; return value, ok },
	}, arguments)
	return outcome{code: code, out: out.String(), err: errs.String()}
}

func TestRun_CommandLineThatIsNotUnderstoodIsUsage(t *testing.T) {
	for _, test := range []struct {
		name      string
		arguments []string
		says      []string
	}{
		{"no command", nil, []string{"needs a command", "upline --help"}},
		{"misspelled command", []string{"srve"}, []string{`no command "srve"`, "Did you mean `upline serve`?"}},
		{"misspelled command with flags", []string{"srve", "--listen", ":80"}, []string{`no command "srve"`, "Did you mean `upline serve`?"}},
		{"help for a misspelled command", []string{"help", "dmeo"}, []string{"Did you mean `upline demo`?"}},
		{"nothing near", []string{"frobnicate"}, []string{`no command "frobnicate"`}},
		{"group without command", []string{"plan"}, []string{"upline plan needs a command"}},
		{"misspelled command of a group", []string{"plan", "validat"}, []string{"Did you mean `upline plan validate`?"}},
		{"unknown flag", []string{"serve", "--lisen", ":80"}, []string{"unknown flag: --lisen", "upline serve --help"}},
		{"misspelt flag", []string{"simulate", "--agaynst", "other.yaml"}, []string{"unknown flag: --agaynst: did you mean --against?", "upline simulate --help"}},
		{"argument too many", []string{"version", "now"}, []string{`unexpected argument "now"`}},
		{"no file", []string{"plan", "validate"}, []string{"name the files to check"}},
		{"flag value", []string{"serve", "--timeout-max", "soon"}, []string{"timeout-max", `"soon" is not a duration`}},
		{"key without a role", []string{"key", "new", "--name", "shop"}, []string{"role"}},
		{"regions without a primary", []string{"migrate", "--regions", "a,b"}, []string{"--regions and --primary belong together"}},
		{"regions of a file", []string{"migrate", "--regions", "a", "--primary", "a", "--dry-run"}, []string{"--regions is for CockroachDB"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := runCommand(t, nil, "", test.arguments...)
			if got.code != exitUsage {
				t.Errorf("exit code %d, want %d", got.code, exitUsage)
			}
			for _, text := range test.says {
				if !strings.Contains(got.err, text) {
					t.Errorf("standard error does not say %q:\n%s", text, got.err)
				}
			}
			if got.out != "" {
				t.Errorf("standard output has %q; it is for answers", got.out)
			}
		})
	}
}

func TestVersion_NamesProgramGoEngineAndSchema(t *testing.T) {
	got := runCommand(t, nil, "", "version")
	if got.code != exitOK {
		t.Fatalf("exit code %d: %s", got.code, got.err)
	}
	for _, name := range []string{"upline ", "go ", "engine ", "schema "} {
		if !strings.Contains("\n"+got.out, "\n"+name) {
			t.Errorf("no line begins with %q:\n%s", name, got.out)
		}
	}
}
