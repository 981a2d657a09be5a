package calc

import "slices"

// Advance pays the seller several months of commission at once, with the event that makes the sale active and whether or not the
// seller is active: base × rate × months ÷ months of a billing cycle, which the base is of, rounded once. Each paid month earns 1/months of the
// amount, and what is left of the amount where a part of a month remains.
type Advance struct {
	plain
	Base     Base
	Months   Months
	Rates    RateTable // of one level; may exceed RateScale
	Classes  []string
	Clawback Clawback
}

func (a *Advance) check(p *Plan, b *Bonus) error {
	if b.Pays != PaysEvent || a.Months <= 0 {
		return errKind("an advance pays months, or a part of one, at the event")
	}
	return a.Rates.check(p)
}

func (a *Advance) base() Base              { return a.Base }
func (a *Advance) unit(p *Plan) Unit       { return p.unitOf(a.Base, a.Rates.Amounts) }
func (a *Advance) byStanding(p *Plan) bool { return a.Rates.byStanding() }
func (a *Advance) paysInactive() bool      { return true }
func (a *Advance) reads() []Slot           { return a.Rates.whoReads() }

func (a *Advance) pay(s *stage, bonus int) error {
	if len(a.Classes) > 0 && !slices.Contains(a.Classes, s.class) {
		return nil
	}
	return s.payOwn(bonus, s.sponsor.volume(a.Base), &a.Rates, 0, s.monthsFactor(a.Months))
}
