package calc

import (
	"fmt"
	"slices"
)

// MissedEvents says of the bonuses that are paid at events, by the period's cadence, why they may have paid a distributor nothing in the period:
// first what keeps the distributor from them whatever is sold, by the ranks and the activity that events of the period went by; else that
// nothing was sold that pays. Which of them have paid is known to whoever has the lines of the events. The order is that of the plan.
func MissedEvents(in *Input, row int32) ([]MissedBonus, error) {
	c, err := newComputation(in)
	if err != nil {
		return nil, err
	}
	if row < 0 || int(row) >= c.n {
		return nil, fmt.Errorf("%w: there is no distributor %d of %d", ErrInput, row, c.n)
	}
	prior := &in.Prior
	before := prior.PaidAs
	if before == nil {
		before = prior.Achieved
	}
	c.sponsor.rank = c.seated(before, c.sponsor.tree)
	s := &stage{computation: c, plan: in.Plan, sponsor: &c.sponsor}
	seat := int(c.sponsor.seat()[row])
	active := prior.Active == nil || in.Plan.Active == nil || prior.Active[row]
	var missed []MissedBonus
	for i := range in.Plan.Bonuses {
		b := &in.Plan.Bonuses[i]
		if b.Pays != PaysEvent || b.Cadence != in.Cadence {
			continue
		}
		missed = append(missed, MissedBonus{i, s.missedEvent(b, seat, active)})
	}
	return missed, nil
}

// missedEvent says why events pay somebody nothing of a bonus.
func (s *stage) missedEvent(b *Bonus, seat int, active bool) []Reason {
	switch {
	case !s.marketPays(b, s.sponsor, seat):
		return []Reason{{Text: "the bonus is not paid in the distributor's market"}}
	case !b.paidToInactive() && !active:
		return []Reason{{For: "active", Text: "in the last closed period of the plan's cadence"}}
	}
	var table *RateTable
	text := "no sale went live in the period, on the levels below, that pays the distributor"
	switch {
	case b.Direct != nil:
		table, text = &b.Direct.Rates, "no sale of the distributor went live in the period that the bonus pays"
	case b.Advance != nil:
		table, text = &b.Advance.Rates, "no sale of the distributor went live in the period that the bonus pays"
	case b.Unilevel != nil:
		table = &b.Unilevel.Rates
	case b.Differential != nil:
		table, text = &b.Differential.Rates, "no sale went live in the period on which nobody nearer to it has as high a rate"
	case b.Matching != nil:
		table, text = &b.Matching.Rates, "nobody on the levels that are open to the distributor was paid at an event what the bonus matches"
	}
	if table != nil {
		standing := s.plan.Standing(s.sponsor.variantAt(seat), s.sponsor.rank[seat])
		pays := slices.ContainsFunc(table.Candidates[standing], func(row uint8) bool {
			return slices.ContainsFunc(table.Rows[row], func(rate int64) bool { return rate != 0 })
		})
		if !pays {
			for higher := int(s.sponsor.rank[seat]) + 1; higher <= len(s.plan.Ranks); higher++ {
				for _, row := range table.Candidates[s.plan.Standing(s.sponsor.variantAt(seat), uint8(higher))] {
					if slices.ContainsFunc(table.Rows[row], func(rate int64) bool { return rate != 0 }) {
						return []Reason{{
							Text: "the rank " + s.plan.rankName(uint8(higher)) + ", or a higher one, in the last closed period", Has: s.plan.rankName(s.sponsor.rank[seat]),
						}}
					}
				}
			}
			return []Reason{{Text: "the bonus has no rate for the distributor"}}
		}
	}
	return []Reason{{Text: text}}
}
