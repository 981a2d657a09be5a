package calc

import (
	"fmt"
	"slices"
	"strconv"
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
	if err := c.standAtEvents(); err != nil {
		return nil, err
	}
	s := &stage{computation: c, plan: in.Plan, sponsor: &c.sponsor}
	seat := int(c.sponsor.seat()[row])
	var missed []MissedBonus
	for i := range in.Plan.Bonuses {
		b := &in.Plan.Bonuses[i]
		if b.Pays != PaysEvent || b.Cadence != in.Cadence {
			continue
		}
		missed = append(missed, MissedBonus{i, s.missedEvent(b, seat)})
	}
	return missed, nil
}

// standAtEvents gives everybody the rank and the activity that events go by, and the facts that bonuses ask for which are paid at events:
// as they stand at the end of the period.
func (c *computation) standAtEvents() error {
	prior, t, f := &c.in.Prior, c.sponsor.tree, c.facts.facts
	before := prior.PaidAs
	if before == nil {
		before = prior.Achieved
	}
	c.sponsor.rank, c.sponsor.active = c.seated(before, t), make([]bool, c.n)
	everybody := prior.Active == nil || c.in.Plan.Active == nil
	for seat, row := range t.row {
		c.sponsor.active[seat] = everybody || prior.Active[row]
	}
	f.first, f.achieved, f.before, f.variant = t.first, c.seated(prior.Achieved, t), c.sponsor.rank, c.sponsor.variant
	for seat, rank := range f.before {
		f.achieved[seat] = max(f.achieved[seat], rank)
	}
	f.rank, f.active = c.sponsor.rank, c.sponsor.active
	for _, s := range slices.Concat(c.in.Plan.factsReadAtEvents(false), c.in.Plan.factsReadAtEvents(true)) {
		if !c.in.Plan.Facts.KnownAtEvents([]Slot{s}) {
			continue // the number of customers, by which brackets go
		}
		if err := c.facts.fill(afterAllRanks, []Slot{s}); err != nil {
			return err
		}
	}
	return nil
}

// missedEvent says why events pay somebody nothing of a bonus.
func (s *stage) missedEvent(b *Bonus, seat int) []Reason {
	active := s.sponsor.active[seat]
	teller := &conditionTeller{plan: s.plan, f: s.facts.facts.worker(), seat: int32(seat)}
	when := teller.of(b.When)
	switch {
	case !s.marketPays(b, s.sponsor, seat):
		return []Reason{{Text: "the bonus is not paid in the distributor's market"}}
	case !b.paidToInactive() && !active:
		return []Reason{{For: "active", Text: "in the last closed period of the plan's cadence"}}
	case !when.Holds:
		return []Reason{when}
	}
	var table *RateTable
	text := "no sale went live in the period, on the levels below, that pays the distributor"
	switch {
	case b.Direct != nil:
		table, text = &b.Direct.Rates, "no sale of the distributor went live in the period that the bonus pays"
	case b.Advance != nil:
		table, text = &b.Advance.Rates, "no sale of the distributor went live in the period that the bonus pays"
	case b.Residual != nil && len(b.Residual.Levels.Rows) == 0:
		text = "no cycle of the distributor's own sales was paid in the period that the bonus pays"
	case b.Residual != nil:
		text = "no cycle was paid in the period, of own sales or on the levels below, that pays the distributor"
	case b.Unilevel != nil:
		table = &b.Unilevel.Rates
	case b.Differential != nil:
		table, text = &b.Differential.Rates, "no sale went live in the period on which nobody nearer to it has as high a rate"
		if b.Differential.Total != 0 {
			text = "no sale went live in the period of which those nearer to it have left anything"
		}
	case b.Matching != nil:
		table, text = &b.Matching.Rates, "nobody on the levels that are open to the distributor was paid at an event what the bonus matches"
	}
	if table != nil && (table.When != nil || table.Unlock != nil) {
		if lacking := s.lackingAtEvents(table, teller, seat); len(lacking) > 0 {
			return lacking
		}
	} else if table != nil {
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

// lackingAtEvents says which conditions keep the distributor from all rates of a table; nothing where some rate is open.
func (s *stage) lackingAtEvents(t *RateTable, teller *conditionTeller, seat int) []Reason {
	for _, row := range t.Candidates[s.plan.Standing(s.sponsor.variantAt(seat), s.sponsor.rank[seat])] {
		if t.When != nil && t.When[row] != nil && !teller.of(t.When[row]).Holds {
			continue
		}
		var closed []Reason
		for level, rate := range t.Rows[row] {
			if rate == 0 {
				continue
			}
			if level >= len(t.Unlock) || t.Unlock[level] == nil {
				return nil
			}
			r := teller.of(t.Unlock[level])
			if r.Holds {
				return nil
			}
			r.For = "level " + strconv.Itoa(level+1)
			closed = append(closed, r)
		}
		if len(closed) > 0 {
			return closed
		}
		return []Reason{{Text: "the bonus has no rate for the distributor"}}
	}
	if lacking := s.rowLacking(t, s.sponsor, seat); len(lacking) > 0 {
		return lacking
	}
	return []Reason{{Text: "the bonus has no rate for the distributor"}}
}
