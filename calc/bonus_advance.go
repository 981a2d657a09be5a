package calc

import (
	"fmt"
	"slices"
)

// Advance pays the seller several months of commission at once, with the event that makes the sale active and whether or not the
// seller is active: base × rate × months, rounded once. Each paid month earns 1/months of the amount.
type Advance struct {
	Base     Base
	Months   int32
	Rates    []int64 // by rank number; may exceed RateScale
	Classes  []string
	Clawback Clawback
}

func (a *Advance) check(p *Plan, pays Pays) error {
	if pays != PaysEvent || a.Months <= 0 {
		return fmt.Errorf("%w: an advance pays one month or more, at the event", ErrPlan)
	}
	return checkRates(p, len(a.Rates))
}

func (a *Advance) base() Base            { return a.Base }
func (a *Advance) upline() (int32, bool) { return 0, false }
func (a *Advance) byStanding(*Plan) bool { return byRank(a.Rates) }

func (a *Advance) pay(s *stage, bonus int) error {
	if len(a.Classes) > 0 && !slices.Contains(a.Classes, s.class) {
		return nil
	}
	return s.payOwn(bonus, a.Base, a.Rates, Fraction{int64(a.Months), 1})
}
