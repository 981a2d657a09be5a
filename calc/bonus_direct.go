package calc

import (
	"fmt"
	"slices"
)

// Direct pays the seller a rate of the own sales, whether or not the seller is active.
type Direct struct {
	Base     Base
	Rates    []int64  // by rank number 0..len(Ranks)
	Classes  []string // product classes; empty: all
	Clawback Clawback
}

func (d *Direct) check(p *Plan, pays Pays) error {
	if pays == PaysPeriod && len(d.Classes) > 0 {
		return fmt.Errorf("%w: product classes are known at the event only", ErrPlan)
	}
	return checkRates(p, len(d.Rates))
}

func (d *Direct) base() Base            { return d.Base }
func (d *Direct) upline() (int32, bool) { return 0, false }
func (d *Direct) byStanding(*Plan) bool { return byRank(d.Rates) }

func (d *Direct) pay(s *stage, bonus int) error {
	if len(d.Classes) > 0 && !slices.Contains(d.Classes, s.class) {
		return nil
	}
	return s.payOwn(bonus, d.Base, d.Rates)
}
