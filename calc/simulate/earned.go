package simulate

import (
	"slices"

	"upline/calc"
)

// earnedBefore is what closed periods have paid that periods of a longer cadence are computed from, by that cadence: bonuses that its
// matching bonuses match. Rows are those of the company.
type earnedBefore struct {
	plan *calc.Plan
	// from are the bonuses that the periods of a cadence ask for.
	from    [calc.CadenceMax + 1][]int
	pending [calc.CadenceMax + 1]calc.Earned
	endUS   [calc.CadenceMax + 1][]int64 // when the period ended that an entry is of
}

func newEarnedBefore(p *calc.Plan) *earnedBefore {
	e := &earnedBefore{plan: p}
	for cadence := calc.Daily; cadence <= calc.CadenceMax; cadence++ {
		e.from[cadence] = p.EarnedFrom(cadence)
	}
	return e
}

// before orders the cadences that the main one waits for: they close first where periods end at the same moment.
func (e *earnedBefore) before(cadence calc.Cadence) bool {
	waited := []calc.Cadence{e.plan.Main}
	for i := 0; i < len(waited); i++ {
		for _, bonus := range e.from[waited[i]] {
			if c := e.plan.Bonuses[bonus].Cadence; !slices.Contains(waited, c) {
				waited = append(waited, c)
			}
		}
	}
	return slices.Contains(waited[1:], cadence)
}

// keep keeps what a period has paid for those that are computed from it.
func (e *earnedBefore) keep(period calc.Period, lines *calc.Lines, m *members) {
	for cadence, from := range e.from {
		if len(from) == 0 || !calc.Cadence(cadence).IsLonger(period.Cadence) {
			continue
		}
		to := &e.pending[cadence]
		for i, bonus := range lines.Bonus {
			if !slices.Contains(from, int(bonus)) {
				continue
			}
			to.Earner, to.Bonus = append(to.Earner, m.row(lines.Earner[i])), append(to.Bonus, bonus)
			to.AmountMinor = append(to.AmountMinor, lines.AmountMinor[i])
			e.endUS[cadence] = append(e.endUS[cadence], period.EndUS)
		}
	}
}

// take gives what a period is computed from, which is what was paid since the one before it. What was paid before its start belongs to
// a time that is not computed.
func (e *earnedBefore) take(period calc.Period, m *members) (in calc.Earned) {
	all := e.pending[period.Cadence]
	for i, endUS := range e.endUS[period.Cadence] {
		if endUS > period.StartUS {
			in.Earner, in.Bonus = append(in.Earner, m.rowOf(all.Earner[i])), append(in.Bonus, all.Bonus[i])
			in.AmountMinor = append(in.AmountMinor, all.AmountMinor[i])
		}
	}
	e.pending[period.Cadence], e.endUS[period.Cadence] = calc.Earned{}, nil
	return in
}
