package simulate

import (
	"cmp"
	"slices"

	"upline/calc"
)

// paidCycle is what a payment pays for: a cycle, or the difference that a change makes of it.
type paidCycle struct {
	cycle int32
	atUS  int64 // when it was paid; for a difference when the service changed, where that is later
	// to are the numbers of the terms that it is paid by; with credit or charge, which are nil for nothing, it is the difference to those of
	// from.
	from, to       int
	credit, charge *calc.CyclePart
}

// paidCycles lists what the payments of a sale pay for, in the order of time: as a server takes them apart.
func paidCycles(events []calc.SaleEvent, f *calc.SaleFold) []paidCycle {
	var list []paidCycle
	for i := range f.Payments {
		p := &f.Payments[i]
		if p.Kept().Num == 0 {
			continue
		}
		paidUS := events[p.Event].EffectiveAtUS
		list = append(list, paidCycle{cycle: p.Cycle, atUS: paidUS, to: numberOf(events, f.TermsOf(p.Cycle))})
		for _, d := range f.DifferencesOf(p.Cycle) {
			to := numberOf(events, d.Change)
			of := paidCycle{cycle: p.Cycle, atUS: max(paidUS, events[d.Change].EffectiveAtUS), from: to, to: to, credit: d.Credit, charge: d.Charge}
			if d.Credit != nil {
				of.from = numberOf(events, d.Credit.Terms)
			}
			list = append(list, of)
		}
	}
	slices.SortStableFunc(list, func(a, b paidCycle) int { return cmp.Compare(a.atUS, b.atUS) })
	return list
}

// inputs are what a paid cycle is paid by.
func (c *paidCycle) inputs(base *calc.EventInput, terms []saleTerms) ([]calc.EventInput, error) {
	in := *base
	in.Cycle = c.cycle
	if c.credit == nil && c.charge == nil {
		return []calc.EventInput{in.With(&terms[c.to].SaleValues)}, nil
	}
	return calc.DifferenceInputs(&in, &terms[c.from].SaleValues, &terms[c.to].SaleValues, c.credit, c.charge)
}

// paysAtPayments tells whether a plan has a bonus that pays with every paid cycle.
func paysAtPayments(p *calc.Plan) bool {
	return slices.ContainsFunc(p.Bonuses, func(b calc.Bonus) bool { return b.AtPayments })
}

// liveCustomers counts how many customers of each seller have a live sale, from one moment to the next.
type liveCustomers struct {
	bySeller []int64
	sales    map[[2]int32]int32 // live sales of a customer of a seller
}

func newLiveCustomers(sellers int) *liveCustomers {
	return &liveCustomers{bySeller: make([]int64, sellers), sales: make(map[[2]int32]int32)}
}

// pass takes a moment into account.
func (c *liveCustomers) pass(s *sales, m *moments, moment int) {
	sale := m.sale[moment]
	seller, customer := s.seller[sale], s.buyer(sale)
	if customer < 0 || m.change[moment] > 0 || m.paid[moment] > 0 {
		return
	}
	key, before := [2]int32{seller, customer}, c.bySeller[seller]
	if m.ends[moment] {
		c.sales[key]--
		if c.sales[key] == 0 {
			c.bySeller[seller] = before - 1
		}
		return
	}
	c.sales[key]++
	if c.sales[key] == 1 {
		c.bySeller[seller] = before + 1
	}
}
