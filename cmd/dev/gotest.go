package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// testEvent is one line of `go test -json`, as `go doc test2json` describes it.
type testEvent struct {
	Action  string
	Package string
	Test    string
	Output  string
	Elapsed float64 // Seconds.
}

// testCase names a test or subtest.
type testCase struct {
	importPath string
	name       string
}

func (c testCase) String() string { return c.importPath + " " + c.name }

// skippedTest is a test that did not run, and what it said about that.
type skippedTest struct {
	testCase
	reason string
}

// timedTest is a test with its duration.
type timedTest struct {
	testCase
	took time.Duration
}

// testTally is what a run of go test came to. Subtests count like tests.
type testTally struct {
	passed  []timedTest
	failed  []testCase
	skipped []skippedTest
}

// testPrinter turns the events of `go test -json` back into the lines that plain `go test` prints, as they come: the
// output of a test only if it failed, and each package's closing line. The detour is worth it because plain output hides
// which tests were skipped, and a suite that was skipped must not look like one that passed.
type testPrinter struct {
	out     io.Writer
	verbose bool // Print what every test prints.

	tally testTally
	held  map[testCase]*strings.Builder
	order []testCase // Tests that hold output, in the order in which they began to.
}

func newTestPrinter(out io.Writer, verbose bool) *testPrinter {
	return &testPrinter{out: out, verbose: verbose, held: make(map[testCase]*strings.Builder)}
}

// read consumes events until the stream ends. A line that is not an event is printed as it is.
func (p *testPrinter) read(events io.Reader) error {
	reader := bufio.NewReader(events)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 0 {
			var e testEvent
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				p.take(e)
			} else {
				fmt.Fprintf(p.out, "%s", line)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the output of go test: %w", err)
		}
	}
}

func (p *testPrinter) take(e testEvent) {
	test := testCase{e.Package, e.Test}
	switch {
	case e.Action == "build-output":
		fmt.Fprint(p.out, e.Output)
	case e.Test == "":
		p.takePackage(e)
	case e.Action == "output":
		p.hold(test, e.Output)
	case e.Action == "pass":
		p.tally.passed = append(p.tally.passed, timedTest{test, time.Duration(e.Elapsed * float64(time.Second))})
		p.drop(test)
	case e.Action == "skip":
		p.tally.skipped = append(p.tally.skipped, skippedTest{test, p.skipReason(test)})
		p.drop(test)
	case e.Action == "fail":
		p.tally.failed = append(p.tally.failed, test)
		p.release(test)
	}
}

// takePackage handles what belongs to no test. Before a package's closing line comes what tests still hold that never ended
// (a panic, a timeout, an exit), because it explains the failure.
func (p *testPrinter) takePackage(e testEvent) {
	if e.Action != "output" {
		return
	}
	if strings.HasPrefix(e.Output, "FAIL\t") {
		for _, test := range slices.Backward(slices.Clone(p.order)) {
			if test.importPath == e.Package {
				p.release(test)
			}
		}
	}
	if p.verbose || (e.Output != "PASS\n" && !isProgress(e.Output)) {
		fmt.Fprint(p.out, e.Output)
	}
}

func (p *testPrinter) hold(test testCase, output string) {
	if p.verbose {
		fmt.Fprint(p.out, output)
	}
	held, ok := p.held[test]
	if !ok {
		held = new(strings.Builder)
		p.held[test] = held
		p.order = append(p.order, test)
	}
	if !isProgress(output) {
		held.WriteString(output)
	}
}

// release passes on what a failed test held: a subtest's goes to the test that it is part of, so that a whole test is
// printed at once: that it failed, what it said, and then the same of its subtests.
func (p *testPrinter) release(test testCase) {
	held, ok := p.held[test]
	p.drop(test)
	if !ok || p.verbose {
		return
	}
	text := verdictFirst(held.String(), test.name)
	if whole, ok := p.enclosing(test); ok {
		whole.WriteString(indented(text))
		return
	}
	fmt.Fprint(p.out, text)
}

// enclosing finds what the nearest test holds that this one is a subtest of. A subtest's own name may have slashes, so the
// nearest is not always one slash up.
func (p *testPrinter) enclosing(test testCase) (*strings.Builder, bool) {
	for name := test.name; ; {
		slash := strings.LastIndexByte(name, '/')
		if slash < 0 {
			return nil, false
		}
		name = name[:slash]
		if held, ok := p.held[testCase{test.importPath, name}]; ok {
			return held, true
		}
	}
}

// verdictFirst moves a test's own "--- FAIL" line, which comes last as the test runs, to the beginning, and takes off the
// indentation that go test may have given it.
func verdictFirst(text, name string) string {
	var verdict, rest strings.Builder
	for line := range strings.Lines(text) {
		if unindented := strings.TrimLeft(line, " "); strings.HasPrefix(unindented, "--- FAIL: "+name+" ") {
			verdict.WriteString(unindented)
			continue
		}
		rest.WriteString(line)
	}
	return verdict.String() + rest.String()
}

func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("    " + line)
	}
	return b.String()
}

func (p *testPrinter) drop(test testCase) {
	delete(p.held, test)
	p.order = slices.DeleteFunc(p.order, func(c testCase) bool { return c == test })
}

// skipReason is what the test printed, without the lines that say that it was skipped.
func (p *testPrinter) skipReason(test testCase) string {
	held, ok := p.held[test]
	if !ok {
		return ""
	}
	var reasons []string
	for line := range strings.Lines(held.String()) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "--- SKIP") {
			continue
		}
		reasons = append(reasons, line)
	}
	return strings.Join(reasons, "; ")
}

// isProgress recognises the lines that go test prints about tests that begin, pause and go on, and that only -v shows.
func isProgress(output string) bool {
	for _, prefix := range []string{"=== RUN ", "=== PAUSE ", "=== CONT ", "=== NAME "} {
		if strings.HasPrefix(output, prefix) {
			return true
		}
	}
	return false
}

const slowestShown = 5

// print says how many tests passed, failed and were skipped, why those were, and which took longest.
func (t *testTally) print(out io.Writer) {
	for _, s := range t.skipped {
		fmt.Fprintf(out, "skipped: %s: %s\n", s.testCase, s.reason)
	}
	whole := slices.DeleteFunc(slices.Clone(t.passed), func(p timedTest) bool { return strings.Contains(p.name, "/") })
	slices.SortFunc(whole, func(a, b timedTest) int { return int(b.took - a.took) })
	for _, p := range whole[:min(slowestShown, len(whole))] {
		if p.took >= time.Second {
			fmt.Fprintf(out, "slow: %6.1fs  %s\n", p.took.Seconds(), p.testCase)
		}
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", len(t.passed), len(t.failed), len(t.skipped))
}

const (
	// storePackages is where the conformance suite of the engines runs. Of these, the tests that run on PostgreSQL have
	// postgresMark in their name or in their package's path, in whatever case.
	storePackages = "upline/store"
	postgresMark  = "postgres"
)

// requirePostgres fails unless the store's suite ran on PostgreSQL and no test of that engine was skipped, here or elsewhere.
func (t *testTally) requirePostgres() error {
	for _, s := range t.skipped {
		if s.isOfPostgres() {
			return fmt.Errorf("a PostgreSQL test was skipped: %s: %s", s.testCase, s.reason)
		}
	}
	ran := slices.ContainsFunc(t.passed, func(p timedTest) bool { return p.isOfPostgres() && p.isOfStore() }) ||
		slices.ContainsFunc(t.failed, func(c testCase) bool { return c.isOfPostgres() && c.isOfStore() })
	if !ran {
		return fmt.Errorf("no test below %s with %q in its name or package ran: the PostgreSQL suite did not run",
			storePackages, postgresMark)
	}
	return nil
}

func (c testCase) isOfPostgres() bool {
	return strings.Contains(strings.ToLower(c.String()), postgresMark)
}

func (c testCase) isOfStore() bool {
	return c.importPath == storePackages || strings.HasPrefix(c.importPath, storePackages+"/")
}
