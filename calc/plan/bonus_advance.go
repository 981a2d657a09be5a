package plan

import (
	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (c *compiler) advance(path string, b *uplinev1.Bonus, a *uplinev1.AdvanceBonus, to *calc.Bonus) {
	at := path + ".advance"
	to.Pays = paysAt(b, calc.PaysEvent)
	if to.Pays == calc.PaysPeriod {
		c.fail(path+".pays", "an advance is paid when the service goes live, not at the period's close", "delete `pays`")
		to.Pays = calc.PaysEvent
	}
	to.Advance = &calc.Advance{
		Base:     baseOf(a.GetBase(), calc.BasePrice),
		Months:   a.GetMonths(),
		Rates:    c.byRank(rateBlock{path: at, rate: a.GetRate(), rates: a.GetRates(), max: advanceRateMax}),
		Classes:  c.classes(at+".product_classes", a.GetProductClasses()),
		Clawback: c.clawback(at+".clawback", a.GetClawback(), to.Pays, calc.ClawbackMonthsPaid),
	}
}
