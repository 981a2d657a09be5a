package calc

import "slices"

// Direct pays the seller a rate of the own sales, or an amount for each.
type Direct struct {
	plain
	Base     Base
	Rates    RateTable // of one level
	Brackets *Brackets // instead of Rates
	Classes  []string  // product classes, for a bonus paid at the event; empty: all. At the close Base is a volume of these classes.
	Clawback Clawback
}

func (d *Direct) check(p *Plan, b *Bonus) error {
	switch {
	case b.Pays == PaysPeriod && len(d.Classes) > 0:
		return errKind("product classes are known at the event only")
	case b.Pays == PaysEvent && d.Brackets != nil:
		return errKind("brackets are known at the close only")
	case d.Brackets != nil:
		return d.Brackets.check(p)
	}
	return d.Rates.check(p)
}

func (d *Direct) base() Base        { return d.Base }
func (d *Direct) unit(p *Plan) Unit { return p.unitOf(d.Base, d.amounts()) }
func (d *Direct) amounts() bool {
	return d.Brackets == nil && d.Rates.Amounts || d.Brackets != nil && d.Brackets.Amounts
}
func (d *Direct) byStanding(p *Plan) bool { return d.Brackets != nil || d.Rates.byStanding() }
func (d *Direct) paysInactive() bool      { return true }
func (d *Direct) reads() []Slot           { return append(d.Rates.whoReads(), d.Brackets.whatReads()...) }

func (d *Direct) pay(s *stage, bonus int) error {
	if s.atEvent && len(d.Classes) > 0 && !slices.Contains(d.Classes, s.class) {
		return nil
	}
	base := d.Base
	if d.amounts() {
		base = s.countBase(base)
	}
	if d.Brackets != nil {
		return s.payBrackets(bonus, s.sponsor.volume(base), d.Brackets, 0, 0)
	}
	return s.payOwn(bonus, s.sponsor.volume(base), &d.Rates, 0, 0)
}
