package simulate_test

import (
	"errors"
	"strings"
	"testing"

	"upline/calc/simulate"
)

// A bonus that a simulation would pay nothing of is refused by name, and not left out.
func TestRun_RefusesBonusesThatPayWithPayments(t *testing.T) {
	p := planOf(t, "bonuses:\n  - {name: each_month, pays: event, residual: {rate: 10%}}\n")
	f := files{"network": "id,sponsor\na,\n", "sales": "seller,price,at\na,1000,2026-01-15\n"}
	c, err := simulate.Read(simulate.Request{Files: f.sources(), Plan: simulate.Plan{Name: "plan.yaml", Plan: p}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Run(0, func(*simulate.Closed) error { return nil })
	if !errors.Is(err, simulate.ErrRequest) || !strings.Contains(err.Error(), "each_month") || !strings.Contains(err.Error(), "pays: period") {
		t.Errorf("got %v", err)
	}
}
