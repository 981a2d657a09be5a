package main

import (
	"bytes"
	"maps"
	"strings"
	"testing"
	"time"

	"upline/cmd/dev/internal/mutant"
)

// mutated is a module with a package whose tests notice some mistakes, a hang and a use of its result elsewhere among them.
var mutated = map[string]string{
	"go.mod": "module sample\n\ngo 1.26\n",
	"shop/shop.go": `package shop

import "errors"

const step = 5

func Total(prices []int) (int, error) {
	sum := 0
	for len(prices) > 0 {
		if prices[0] < 0 {
			return 0, errors.New("below zero")
		}
		sum += prices[0]
		prices = prices[1:]
	}
	return sum, nil
}

func Above(sum int) bool { return sum > step }
`,
	"shop/shop_test.go": `package shop

import "testing"

func TestTotal(t *testing.T) {
	if got, err := Total([]int{3, 4}); got != 7 || err != nil {
		t.Fatal(got, err)
	}
	if testing.Short() {
		return
	}
	if _, err := Total([]int{-1}); err == nil {
		t.Fatal("no error")
	}
}
`,
	"till/till_test.go": `package till

import (
	"testing"

	"sample/shop"
)

func TestAbove(t *testing.T) {
	if shop.Above(5) || !shop.Above(6) {
		t.Fatal("wrong")
	}
}
`,
}

func TestMutate_SaysWhichMutantsLive(t *testing.T) {
	t.Parallel()
	folder := repository(writeFiles(t, mutated))
	mutants, err := findMutants(folder, []string{"shop/*.go"})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	tally, err := tryMutants(t.Context(), folder, mutateOptions{then: "./till", memoryMB: 4000, limit: time.Second}, mutants, &out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{
		// Nothing sells for nothing here.
		"LIVED shop/shop.go:10:16: <= for <\n-\t\tif prices[0] < 0 {\n+\t\tif prices[0] <= 0 {\n",
		"LIVED shop/shop.go:10:18: 1 for 0\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	for _, killed := range []string{
		"shop.go:13:3: statement left out", "shop.go:19:39: >= for >", // by the tests of the other package
		"shop.go:10:6: condition negated", "shop.go:10:18: (-1) for 0", // by those at full length
	} {
		if strings.Contains(out.String(), "LIVED shop/"+killed) {
			t.Errorf("%s lived:\n%s", killed, out.String())
		}
	}
	if want := "out of time: shop/shop.go:14:3: statement left out\n"; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in\n%s", want, out.String())
	}
	if tally.outside == 0 || tally.tried() != len(mutants)-tally.outside-tally.notCompiled || tally.lived == tally.tried() {
		t.Errorf("%+v of %d mutants", tally, len(mutants))
	}
}

func TestFindMutants_OfALineOrOfNoFile(t *testing.T) {
	t.Parallel()
	folder := repository(writeFiles(t, mutated))
	found, err := findMutants(folder, []string{"shop/shop.go:19"})
	if err != nil || len(found) != 1 || found[0].Mistake != ">= for >" {
		t.Errorf("got %v, %v", found, err)
	}
	for pattern, want := range map[string]string{
		"shop/none.go": "no Go file shop/none.go", "shop/shop_test.go": "but for tests", "shop/shop.go:x": "followed by a colon and a line", "[": "syntax error",
	} {
		if _, err := findMutants(folder, []string{pattern}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", pattern, err, want)
		}
	}
}

// What is said to mean the same does as long as its line stands there once; anything else is told, so that no entry outlives its code.
func TestEquivalentMutants_AreOneEach(t *testing.T) {
	t.Parallel()
	const (
		title = "shop/shop.go: <= for <\n"
		lines = "-\t\tif prices[0] < 0 {\n+\t\tif prices[0] <= 0 {\n"
		good  = title + lines + "Nothing sells for nothing.\n"
	)
	for name, c := range map[string]struct{ said, err string }{
		"one":              {good, ""},
		"another":          {good + "\nshop/shop.go: 1 for 0\n-\t\t\treturn 0, errors.New(\"below zero\")\n+\t\t\treturn 1, errors.New(\"below zero\")\nWho cares.\n", "is 0 mutants"},
		"no reason":        {title + lines, "why they mean the same"},
		"no mistake":       {"shop/shop.go\n" + lines + "So be it.\n", "why they mean the same"},
		"a line that went": {title + "-\t\tif prices[1] < 0 {\n+\t\tif prices[1] <= 0 {\nSo be it.\n", "is 0 mutants, and not one: read what is there now"},
		"a file that went": {"shop/none.go: <= for <\n" + lines + "So be it.\n", "no Go file shop/none.go"},
	} {
		files := maps.Clone(mutated)
		files[equivalentPath] = c.said
		reasons, err := equivalentMutants(repository(writeFiles(t, files)))
		if c.err == "" && (err != nil || len(reasons) != 1) || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: got %v, %v, want %q", name, reasons, err, c.err)
		}
	}
	twice := maps.Clone(mutated)
	twice["shop/shop.go"] += "\nfunc Below(prices []int) bool {\n\tfor {\n\t\tif prices[0] < 0 {\n\t\t\treturn true\n\t\t}\n\t}\n}\n"
	twice[equivalentPath] = good
	if _, err := equivalentMutants(repository(writeFiles(t, twice))); err == nil || !strings.Contains(err.Error(), "is 2 mutants") {
		t.Errorf("a line that stands there twice: %v", err)
	}
}

// One that lives as was said is no survivor, and one that is killed all the same is told. Chosen tests run alone.
func TestMutate_HoldsWhatIsSaidToMeanTheSame(t *testing.T) {
	t.Parallel()
	folder := repository(writeFiles(t, mutated))
	mutants, err := findMutants(folder, []string{"shop/shop.go:10"})
	if err != nil {
		t.Fatal(err)
	}
	said := map[mutant.Mutant]string{}
	for _, m := range mutants {
		if m.Mistake == "<= for <" || m.Mistake == "condition negated" {
			said[m] = "Nothing sells for nothing."
		}
	}
	var out bytes.Buffer
	tally, err := tryMutants(t.Context(), folder, mutateOptions{memoryMB: 4000, tests: "TestTotal", then: "./none", limit: time.Second, equivalent: said}, mutants, &out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{
		"equivalent: shop/shop.go:10:16: <= for <: Nothing sells for nothing.\n",
		"KILLED, and " + equivalentPath + " calls it equivalent: shop/shop.go:10:6: condition negated\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if tally.equivalent != 1 || tally.wronged != 1 || tally.tried() != len(mutants)-tally.notCompiled {
		t.Errorf("%+v of %d mutants", tally, len(mutants))
	}
}

// What calc says of its own mutants is so.
func TestEquivalentMutants_OfCalc(t *testing.T) {
	t.Parallel()
	here, err := findRepository()
	if err != nil {
		t.Fatal(err)
	}
	if reasons, err := equivalentMutants(here); err != nil || len(reasons) == 0 {
		t.Errorf("%d mutants, %v", len(reasons), err)
	}
}

// The files that are mutated by default are there.
func TestFindMutants_MoneyPaths(t *testing.T) {
	t.Parallel()
	here, err := findRepository()
	if err != nil {
		t.Fatal(err)
	}
	found, err := findMutants(here, nil)
	if err != nil || len(found) < 1000 {
		t.Errorf("%d mutants, %v", len(found), err)
	}
}

func TestSlowTests_AreThoseThatTakeMostOfTheTime(t *testing.T) {
	t.Parallel()
	const said = `--- PASS: TestA (0.01s)
    --- PASS: TestA/part (9.00s)
--- PASS: TestB (0.02s)
--- PASS: TestC (2.00s)
--- PASS: TestD (0.00s)
PASS
`
	if got, want := slowTests(said), "^(TestC)$"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, none := range []string{"", "PASS\n", "--- PASS: TestA (3.00s)\nPASS\n"} {
		if got := slowTests(none); got != "" {
			t.Errorf("%q: got %q", none, got)
		}
	}
}
