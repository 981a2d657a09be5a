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
	plans, err := filepath.Glob("testdata/plans/*.yaml")
	if err != nil || len(plans) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range plans {
		source, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(source)
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
		for c := calc.Daily; c <= calc.CadenceMax; c++ {
			if _, err := calc.Compute(smallCompany(result.Plan, c)); errors.Is(err, calc.ErrPlan) || errors.Is(err, calc.ErrInput) {
				t.Errorf("the engine refuses the plan: %v", err)
			}
		}
	})
}

// smallCompany is a company of four, two of them below each other, who sell something.
func smallCompany(p *calc.Plan, c calc.Cadence) *calc.Input {
	period := p.PeriodAt(c, p.ValidFromUS)
	at := period.StartUS
	last := func(words []string) uint16 { return uint16(len(words)) }
	in := &calc.Input{
		Plan: p, Cadence: c, Period: period, Threads: 1,
		Network: calc.Network{
			Sponsor: []int32{-1, 0, 1, 0}, EnrolledAtUS: []int64{0, at, at, at - 1}, Owner: []int32{0, 1, 1, 3},
			Market: []uint16{0, last(p.Names.Markets), 0, 0}, Kind: []uint16{0, last(p.Names.Kinds), 0, 0}, Tags: []uint64{0, 1, 0, 0},
		},
		Volumes: calc.Volumes{
			Seller: []int32{2, 3, 1}, PV: []int64{1_000_000, 20_000, -5}, CV: []int64{1_000_000, 20_000, -5}, QV: []int64{1, 2, 3},
			PriceMinor: []int64{10_000, 999, -7}, FeeMinor: []int64{100, 0, 0}, Count: []int32{1, 1, -1},
			Class: []uint16{last(p.Names.Classes), 0, 0}, Market: []uint16{last(p.Names.Markets), 0, 0}, Buyer: []int32{0, -1, 1},
			AtUS: []int64{at, at, at}, BuyerSinceUS: []int64{at, 0, at}, Cycle: []int32{1, 2, 30}, First: []uint16{1, 0, 0}, Sized: []uint64{1, 0, 3},
		},
		Prior: calc.Prior{Achieved: []uint8{uint8(len(p.Ranks)), 0, 0, 0}},
	}
	if p.PlacementWidth > 0 {
		in.Network.Parent, in.Network.Leg = []int32{-1, 0, 1, 0}, []uint8{0, 1, 1, 2}
	}
	return in
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
