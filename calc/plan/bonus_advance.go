package plan

import (
	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (r *bonusReader) advance(a *uplinev1.AdvanceBonus) {
	pays := rateBlock{
		rate: a.GetRate(), rates: a.GetRates(), what: takesEither, max: r.rateMax,
		add: "add `rate` for everybody, or `rates` by rank",
	}
	r.to.Advance = &calc.Advance{
		Rates:    r.rateOf(pays),
		Base:     r.paidOn(a.GetBase(), "", calc.BasePrice, pays.paysAmounts()),
		Months:   a.GetMonths(),
		Classes:  r.eventClasses(a.GetProductClasses()),
		Clawback: r.clawback(a.GetClawback(), calc.ClawbackMonthsPaid),
	}
}
