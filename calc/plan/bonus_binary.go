package plan

import (
	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

var afterPayouts = map[uplinev1.AfterPayout]calc.AfterPayout{
	uplinev1.AfterPayout_AFTER_PAYOUT_FLUSH:   calc.Flush,
	uplinev1.AfterPayout_AFTER_PAYOUT_NET_OFF: calc.NetOff,
}

// twoLegs is the remedy for what a plan without a binary tree cannot have.
const twoLegs = "give the plan `placement: {width: 2}`"

func (c *compiler) binary(path string, b *uplinev1.Bonus, y *uplinev1.BinaryBonus, to *calc.Bonus) {
	at := path + ".binary"
	to.Pays = paysAt(b, calc.PaysPeriod)
	to.Binary = &calc.Binary{
		Rates:       c.byRank(rateBlock{path: at, rate: y.GetRate(), rates: y.GetRates(), max: rateMax}),
		AfterPayout: afterPayouts[y.GetAfterPayout()],
	}
	if to.Pays == calc.PaysEvent {
		c.fail(path+".pays", "a binary bonus is paid at the period's close, when the legs are known", "delete `pays`")
	}
	if c.plan.PlacementWidth != 2 && c.sound("placement") {
		c.fail(at, "a binary bonus needs a placement tree with two legs", twoLegs)
	}
	if to.Binary.AfterPayout == calc.NetOff && c.everybodyActive() {
		c.warn(at+".after_payout", "without the plan's `active` everybody is active, so `net_off` does what `carry_forward` does", "add `active`, or use `carry_forward`")
	}
}
