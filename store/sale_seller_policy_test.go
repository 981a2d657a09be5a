package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
)

const correctedPlan = `
late_policy: %s
cancelled_volume: restate
bonuses:
  - {name: once, direct: {base: price, rate: 10%%}}
  - {name: own, pays: period, direct: {base: price, rate: 1%%}}
  - {name: team, unilevel: {base: price, rates: [{levels: [2%%]}]}}
`

// Ben, below ann, sold for 500 in January and for 300 in February; in truth dan did, below eve. What was paid at the events moves in February under
// every policy, and what periods paid in the way of each. What is cancelled in March goes from where it is then.
func TestCorrectSeller_WhatEverybodyIsPaidByPolicy(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for policy, want := range map[string][3]string{
			"restate": {
				"ann team COMMISSION 1000; ben once COMMISSION 5000; ben own COMMISSION 500",
				"ann team RESTATED -1000; ben once COMMISSION 3000; ben once REVERSAL -3000; ben once REVERSAL -5000; ben own RESTATED -500; " +
					"dan once COMMISSION 3000; dan once COMMISSION 5000; dan own COMMISSION 300; dan own RESTATED 500; eve team COMMISSION 600; eve team RESTATED 1000",
				"dan once REVERSAL -5000; dan own RESTATED -500; eve team RESTATED -1000",
			},
			"current": {
				"ann team COMMISSION 1000; ben once COMMISSION 5000; ben own COMMISSION 500",
				"ann team COMMISSION -1000; ben once COMMISSION 3000; ben once REVERSAL -3000; ben once REVERSAL -5000; ben own COMMISSION -500; " +
					"dan once COMMISSION 3000; dan once COMMISSION 5000; dan own COMMISSION 800; eve team COMMISSION 1600",
				"dan once REVERSAL -5000; dan own RESTATED -500; eve team RESTATED -1000",
			},
			"none": {
				"ann team COMMISSION 1000; ben once COMMISSION 5000; ben own COMMISSION 500",
				"ben once COMMISSION 3000; ben once REVERSAL -3000; ben once REVERSAL -5000; " +
					"dan once COMMISSION 3000; dan once COMMISSION 5000; dan own COMMISSION 300; eve team COMMISSION 600",
				"ann team RESTATED -1000; ben own RESTATED -500; dan once REVERSAL -5000",
			},
		} {
			w.nowUS.Store(date(1, 31))
			w.publish(compiled(t, policy, fmt.Sprintf(correctedPlan, policy)), policy)
			ids := []string{"ann", "ben", "dan", "eve"}
			network := make(map[string]store.NewDistributor)
			for _, id := range ids {
				network[id] = early(policy + "." + id)
			}
			below := func(id, sponsor string) store.NewDistributor {
				d := network[id]
				d.SponsorID = network[sponsor].DistributorID
				return d
			}
			w.enrol(policy, network["ann"], network["eve"], below("ben", "ann"), below("dan", "eve"))
			w.nowUS.Store(date(2, 28))
			for month, price := range map[time.Month]int64{time.January: 50_000, time.February: 30_000} {
				s := sale(fmt.Sprint(policy, "-", int(month)))
				s.DistributorID, s.SoldAtUS, s.ProductID, s.PriceMinor = policy+".ben", date(month, 5), "kit", price
				s.Content = store.Content{{"distributor_id", s.DistributorID}}
				w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
			}
			w.must(nil, w.close(policy, calc.Monthly, "2026-01"))
			for month := 1; month <= 2; month++ {
				e := rebooked(fmt.Sprint(policy, "-", month), "y", policy+".dan", date(2, 10))
				w.append(e)
				w.append(e)
			}
			w.nowUS.Store(date(3, 28))
			w.must(nil, w.close(policy, calc.Monthly, "2026-02"))
			w.append(cancellation(policy+"-1", "c", date(3, 12)))
			w.nowUS.Store(date(4, 2))
			w.must(nil, w.close(policy, calc.Monthly, "2026-03"))
			for i := range want {
				period := fmt.Sprintf("2026-%02d", i+1)
				if got := w.paidAmong(policy, period, ids); got != want[i] {
					t.Errorf("%s, %s pays %s\nwant %s", policy, period, got, want[i])
				}
				w.proved(policy, period)
			}
		}
	})
}

// paidAmong writes the lines of distributors of a plan in a period.
func (w *world) paidAmong(plan, period string, ids []string) string {
	w.t.Helper()
	var paid []string
	for _, id := range ids {
		e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: plan + "." + id, Period: period, PageSize: 100})
		w.must(e, err)
		for _, l := range e.Lines {
			paid = append(paid, fmt.Sprintf("%s %s %s %d", id, l.Bonus, l.Kind, l.AmountMinor))
		}
	}
	return strings.Join(sorted(paid), "; ")
}
