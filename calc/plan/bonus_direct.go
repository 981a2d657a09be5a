package plan

import (
	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (r *bonusReader) direct(d *uplinev1.DirectBonus) {
	pays := rateBlock{
		rate: d.GetRate(), amount: d.GetAmount(), rates: d.GetRates(), brackets: d.GetBrackets(), what: takesEither, max: r.rateMax,
		add: "add `rate` for everybody, or `rates` by rank",
	}
	out := &calc.Direct{
		Rates:    r.rateOf(pays),
		Base:     r.paidOn(d.GetBase(), d.GetVolume(), calc.BaseCV, pays.paysAmounts()),
		Clawback: r.clawback(d.GetClawback(), calc.ClawbackFull),
	}
	if r.to.Pays == calc.PaysEvent {
		out.Classes = r.eventClasses(d.GetProductClasses())
	} else {
		out.Base = r.ofClasses(out.Base, d.GetProductClasses())
	}
	out.Brackets = r.bracketsOf(d.GetBrackets(), takesEither, out.Base, "")
	r.to.Direct = out
}
