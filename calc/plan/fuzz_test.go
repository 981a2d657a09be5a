package plan

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"upline/calc"
)

// FuzzCompile holds that any bytes come to a plan or to findings inside the file, that what is said is text, and that a plan is one
// that the engine computes with.
func FuzzCompile(f *testing.F) {
	f.Add([]byte(wholePlan))
	f.Add([]byte(completed("")))
	scripts, err := filepath.Glob("testdata/findings/*")
	if err != nil || len(scripts) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range scripts {
		script, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for part := range strings.SplitSeq(string(script), "\ncompile") {
			if _, source, found := strings.Cut(part, "\n"); found {
				source, _, _ = strings.Cut(source, "\n----")
				f.Add([]byte(completed(source)))
			}
		}
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		result := Compile(source)
		checkResult(t, "fuzzed", result)
		lines := newText(strings.TrimPrefix(strings.ToValidUTF8(string(source), "?"), "\ufeff"))
		for _, d := range result.Diagnostics {
			if !utf8.ValidString(d.String() + d.Path) {
				t.Errorf("not text: %q", d)
			}
			if d.Line > len(lines.starts)+1 || utf8.Valid(source) && lines.starts[min(d.Line, len(lines.starts))-1]+d.Column-1 > len(lines.runes)+1 {
				t.Errorf("outside of the file: %v", d)
			}
		}
		if result.Plan == nil {
			return
		}
		again := Compile(source)
		if again.Plan == nil || again.Plan.Digest != result.Plan.Digest {
			t.Errorf("another digest the second time")
		}
		p := result.Plan
		_, err := calc.Compute(&calc.Input{Plan: p, Cadence: p.Main, Period: calc.PeriodAt(p.Main, p.Location, p.ValidFromUS)})
		if errors.Is(err, calc.ErrPlan) {
			t.Errorf("the engine refuses the plan: %v", err)
		}
	})
}

// FuzzCondition does the same for a condition of a sound plan, where chance would hardly find the way to.
func FuzzCondition(f *testing.F) {
	scripts, err := filepath.Glob("testdata/conditions/*")
	if err != nil || len(scripts) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range scripts {
		script, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(script)) {
			for when := range uint8(6) {
				f.Add(strings.TrimSuffix(line, "\n"), when, when%2)
			}
		}
	}
	f.Fuzz(func(t *testing.T, written string, when, wants uint8) {
		if !utf8.ValidString(written) {
			return
		}
		c, root := lowerFor(written, phase(when%6), wantedType(wants%3))
		if (root.expr == nil) == (len(c.errors) == 0) && len([]rune(written)) <= conditionRunesMax {
			t.Errorf("expression %v with errors %v", root.expr, c.errors)
		}
		for _, d := range c.errors {
			if !utf8.ValidString(d.String()) {
				t.Errorf("not text: %q", d)
			}
			if strings.Contains(d.Message, "does not compile") {
				t.Errorf("CEL finds what lowering does not: %v", d)
			}
		}
		if root.expr == nil {
			return
		}
		var err error
		if root.boolean {
			_, err = calc.NewCondition(c.factTable, written, root.expr)
			c.warnNever(conditionPath, root.expr)
		} else {
			_, err = calc.NewNumber(c.factTable, written, root.expr)
		}
		if err != nil && !errors.Is(err, calc.ErrOverflow) {
			t.Errorf("the engine refuses it: %v", err)
		}
	})
}
