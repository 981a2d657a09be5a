package plan

import (
	"fmt"
	"testing"

	"upline/calc"
)

// vendorCom is the published plan of vendor.com, paid with every paid cycle.
const vendorCom = `plan_id: vendor-com
name: Vendor.com affiliates
currency: USD
valid_from: 2026-01-01
cadence: monthly
bonuses:
  - name: upline
    pays: event
    matching:
      bonuses: [direct]
      rates: [{levels: [6%, 3%, 2%, 1%, 0.5%]}]
  - name: direct
    pays: event
    residual:
      brackets:
        by: customers
        steps: [{from: 0, rate: 35%}, {from: 100, rate: 40%}, {from: 500, rate: 45%}, {from: 1000, rate: 50%}]
      product_classes: [software]
      step_downs: [{after_cycles: 12, share: 50%}]
`

// A paid cycle pays the seller by the number of customers and those above a part of it; after twelve cycles everything halves. When the
// sale goes live nothing is paid.
func TestEventLines_ResidualWithEveryPaidCycle(t *testing.T) {
	r := Compile([]byte(vendorCom))
	if r.Plan == nil {
		t.Fatal(r.Diagnostics)
	}
	if needs := calc.EventNeeds(r.Plan, true); needs != (calc.Needs{SponsorLevels: 5, Customers: true}) {
		t.Errorf("a payment needs %+v", needs)
	}
	for _, c := range []struct {
		cycle     int32
		customers int64
		class     string
		want      string
	}{
		{0, 600, "software", ""},
		{1, 30, "software", "upline/1 42, upline/2 21, upline/3 14, upline/4 7, upline/5 4, direct/0 700, "},
		{1, 600, "software", "upline/1 54, upline/2 27, upline/3 18, upline/4 9, upline/5 5, direct/0 900, "},
		{12, 1000, "software", "upline/1 60, upline/2 30, upline/3 20, upline/4 10, upline/5 5, direct/0 1000, "},
		{13, 600, "software", "upline/1 27, upline/2 14, upline/3 9, upline/4 5, upline/5 2, direct/0 450 step_down=1/2, "},
		{1, 600, "hardware", ""},
	} {
		lines, err := calc.EventLines(&calc.EventInput{
			Plan: r.Plan, Sponsor: make([]calc.ChainMember, 8), PriceMinor: 2_000, Class: c.class, Cycle: c.cycle, Customers: c.customers,
		})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, l := range lines {
			name := r.Plan.Bonuses[l.Bonus].Name
			if l.Placement {
				t.Errorf("%s is paid by a placement tree, which there is not", name)
			}
			got += fmt.Sprintf("%s/%d %d", name, l.Level, l.AmountMinor)
			if l.FactorName != "" {
				got += fmt.Sprintf(" %s=%d/%d", l.FactorName, l.Factor.Num, l.Factor.Den)
			}
			got += ", "
		}
		if got != c.want {
			t.Errorf("cycle %d of %s, %d customers:\n got %s\nwant %s", c.cycle, c.class, c.customers, got, c.want)
		}
	}
}
