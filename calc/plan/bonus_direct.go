package plan

import (
	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (c *compiler) direct(path string, b *uplinev1.Bonus, d *uplinev1.DirectBonus, to *calc.Bonus) {
	at := path + ".direct"
	to.Pays = paysAt(b, calc.PaysEvent)
	to.Direct = &calc.Direct{
		Base:     baseOf(d.GetBase(), calc.BaseCV),
		Rates:    c.byRank(rateBlock{path: at, rate: d.GetRate(), rates: d.GetRates(), max: rateMax}),
		Classes:  c.classes(at+".product_classes", d.GetProductClasses()),
		Clawback: c.clawback(at+".clawback", d.GetClawback(), to.Pays, calc.ClawbackFull),
	}
	if to.Pays == calc.PaysPeriod && len(d.GetProductClasses()) != 0 {
		c.fail(at+".product_classes", "a bonus that is paid at the period's close cannot choose products", "pay it at the event, or delete `product_classes`")
	}
}
