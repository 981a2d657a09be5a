package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sample is a module whose tests pass, skip, fail in depth, panic and exit.
var sample = map[string]string{
	"go.mod": "module sample\n\ngo 1.26\n",
	"deep/x_test.go": `package deep

import "testing"

func TestPasses(t *testing.T) { t.Log("not shown") }

func TestSkips(t *testing.T) { t.Skip("no server") }

func TestFails(t *testing.T) {
	t.Log("outer before")
	t.Run("a/b", func(t *testing.T) {
		t.Run("c", func(t *testing.T) { t.Error("inner\nwith two lines") })
		t.Run("d", func(t *testing.T) { t.Log("not shown") })
		t.Log("middle")
	})
	t.Error("outer after")
}
`,
	"panics/x_test.go": `package panics

import "testing"

func TestPanics(t *testing.T) {
	t.Run("sub", func(t *testing.T) { t.Log("just before"); panic("on purpose") })
}
`,
	"exits/x_test.go": `package exits

import (
	"fmt"
	"os"
	"testing"
)

func TestExits(t *testing.T) { fmt.Println("last words"); os.Exit(3) }
`,
	"broken/x_test.go": "package broken\n\nfunc broken() int {}\n",
	"sound/x_test.go":  "package sound\n\nimport \"testing\"\n\nfunc TestPasses(t *testing.T) {}\n",
	"untested/x.go":    "package untested\n",
}

// goTestSample runs go test in the sample; it fails, as the sample does.
func goTestSample(t *testing.T, arguments ...string) []byte {
	t.Helper()
	folder := t.TempDir()
	for name, content := range sample {
		target := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("go", append([]string{"test", "-p=1"}, arguments...)...)
	command.Dir = folder
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err == nil {
		t.Fatal("the sample passed")
	}
	return output.Bytes()
}

// variable matches what differs from run to run: durations, and the trace of a panic.
var variable = regexp.MustCompile(`\d+\.\d+s|\[recovered.*|(?m)^(goroutine|created by|\t|\S+\().*\n`)

func sortedLines(text string) []string {
	lines := slices.Collect(strings.Lines(variable.ReplaceAllString(text, "")))
	slices.Sort(lines)
	return lines
}

func TestTestPrinter_PrintsWhatPlainGoTestPrints(t *testing.T) {
	t.Parallel()
	plain := string(goTestSample(t, "./..."))
	var printed strings.Builder
	if err := newTestPrinter(&printed, false).read(bytes.NewReader(goTestSample(t, "-json", "./..."))); err != nil {
		t.Fatal(err)
	}
	// Packages may come in another order, and go test closes with a line of its own.
	got, want := sortedLines(printed.String()+"FAIL\n"), sortedLines(plain)
	if !slices.Equal(got, want) {
		t.Errorf("printed:\n%s\nplain go test:\n%s", printed.String(), plain)
	}
	const inOrder = "--- FAIL: TestFails (0.00s)\n    x_test.go:10: outer before\n    --- FAIL: TestFails/a/b (0.00s)\n" +
		"        --- FAIL: TestFails/a/b/c (0.00s)\n            x_test.go:12: inner\n                with two lines\n" +
		"        x_test.go:14: middle\n    x_test.go:16: outer after\n"
	if !strings.Contains(printed.String(), inOrder) {
		t.Errorf("printed:\n%s\nwhich does not hold:\n%s", printed.String(), inOrder)
	}
}

func TestTestPrinter_TallyNamesWhatWasSkippedAndWhy(t *testing.T) {
	t.Parallel()
	printer := newTestPrinter(new(strings.Builder), false)
	if err := printer.read(bytes.NewReader(goTestSample(t, "-json", "./deep", "./sound"))); err != nil {
		t.Fatal(err)
	}
	var summary strings.Builder
	printer.tally.print(&summary)
	const want = "skipped: sample/deep TestSkips: x_test.go:7: no server\n3 passed, 3 failed, 1 skipped\n"
	if summary.String() != want {
		t.Errorf("got  %q\nwant %q", summary.String(), want)
	}
}

func TestTestPrinter_VerbosePrintsEveryLineOnce(t *testing.T) {
	t.Parallel()
	var printed strings.Builder
	if err := newTestPrinter(&printed, true).read(bytes.NewReader(goTestSample(t, "-json", "./deep"))); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"=== RUN   TestPasses\n", "    x_test.go:5: not shown\n", "--- FAIL: TestFails/a/b/c ", "middle\n"} {
		if count := strings.Count(printed.String(), line); count != 1 {
			t.Errorf("%q is there %d times in:\n%s", line, count, printed.String())
		}
	}
}

func TestRequirePostgres_WantsTheStoresSuiteAndNoSkips(t *testing.T) {
	t.Parallel()
	passed := func(importPath, name string) []timedTest { return []timedTest{{testCase: testCase{importPath, name}}} }
	skipped := func(importPath, name string) []skippedTest {
		return []skippedTest{{testCase{importPath, name}, "no server"}}
	}
	for _, c := range []struct {
		name  string
		tally testTally
		want  string // The beginning of the error; none if empty.
	}{
		{"ran", testTally{passed: passed("upline/store", "TestConformance/PostgreSQL")}, ""},
		{"ran and failed", testTally{failed: []testCase{{"upline/store", "TestConformance/postgres/sales"}}}, ""},
		{"ran in a package of its own", testTally{passed: passed("upline/store/postgres", "TestConformance")}, ""},
		{"nothing ran", testTally{}, "no test below upline/store"},
		{"another engine ran", testTally{passed: passed("upline/store/sqlite", "TestConformance")}, "no test below upline/store"},
		{"ran elsewhere", testTally{passed: passed("upline/server", "TestRace_PostgreSQL")}, "no test below upline/store"},
		{
			"skipped elsewhere",
			testTally{
				passed:  passed("upline/store", "TestConformance/postgres"),
				skipped: skipped("upline/server", "TestRace_PostgreSQL"),
			},
			"a PostgreSQL test was skipped: upline/server TestRace_PostgreSQL",
		},
		{
			"another engine skipped",
			testTally{
				passed:  passed("upline/store", "TestConformance/postgres"),
				skipped: skipped("upline/store", "TestConformance/cockroach"),
			},
			"",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.tally.requirePostgres()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
