package simulate_test

import (
	"strings"
	"testing"

	"upline/calc"
	"upline/calc/simulate"
)

// files are CSV files by what they are.
type files map[string]string

func (f files) sources() simulate.Files {
	source := func(name string) simulate.Source {
		text, there := f[name]
		if !there {
			return simulate.Source{}
		}
		return simulate.Source{Name: name + ".csv", Reader: strings.NewReader(text), Bytes: int64(len(text))}
	}
	return simulate.Files{
		Network: source("network"), Sales: source("sales"), Payments: source("payments"), Cancellations: source("cancellations"), Changes: source("changes"),
		State: source("state"), Rates: source("rates"), Adjustments: source("adjustments"),
	}
}

// simulated is what a simulation gives: the CSV files that it writes, and the report.
type simulated struct {
	lines, ranks, carry, state, totals, payouts string
	report                                      *simulate.Report
	company                                     *simulate.Company
	result                                      *simulate.Totals
}

// simulateFiles computes files with a plan and wants no error.
func simulateFiles(t *testing.T, f files, p *calc.Plan, periods string) simulated {
	t.Helper()
	c, err := simulate.Read(simulate.Request{Files: f.sources(), Plan: simulate.Plan{Name: "plan.yaml", Plan: p}, Periods: periods})
	if err != nil {
		t.Fatal(err)
	}
	return runCompany(t, c, 0)
}

func runCompany(t *testing.T, c *simulate.Company, which int) simulated {
	t.Helper()
	var lines, ranks, carry, state, totals, payouts strings.Builder
	w := c.NewFileWriter(simulate.OutFiles{Lines: &lines, Ranks: &ranks, Carry: &carry, State: &state, Totals: &totals, Payouts: &payouts})
	result, err := c.Run(which, w.Visit)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.End(result); err != nil {
		t.Fatal(err)
	}
	return simulated{
		lines.String(), ranks.String(), carry.String(), state.String(), totals.String(), payouts.String(), simulate.NewReport(c, result), c, result,
	}
}

func wantText(t *testing.T, what, got, want string) {
	t.Helper()
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("%s:\n%s\nwant:\n%s", what, got, want)
	}
}
