package plan

import (
	"fmt"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// saleSize compiles how large a sale is that counts; nil stays nil. measure is what the volume adds up.
func (c *compiler) saleSize(path string, written *uplinev1.SaleSize, measure calc.Measure) *calc.SaleSize {
	if written == nil {
		return nil
	}
	made := &calc.SaleSize{Measure: measure}
	if written.GetOf() != uplinev1.Measure_MEASURE_UNSPECIFIED {
		made.Measure = measures[written.GetOf()]
	}
	if made.Measure == calc.MeasureCount {
		if !c.sound(path + ".of") {
			return made
		}
		const remedy = "add what is looked at, for instance `of: pv` or `of: price`"
		if written.GetOf() == uplinev1.Measure_MEASURE_COUNT {
			c.fail(path+".of", "one sale is one sale, so its number says nothing of its size", "write what is looked at: `cv`, `pv`, `qv`, `price` or `net_price`")
		} else {
			c.fail(path, "the volume counts sales, so it does not say by what a sale is large", remedy)
		}
		return made
	}
	bound := func(name, text string) int64 {
		if text == "" {
			return 0
		}
		return c.points(path+"."+name, text, calc.Base(made.Measure))
	}
	made.From, made.Below = bound("from", written.GetFrom()), bound("below", written.GetBelow())
	if !c.sound("currency") {
		return made
	}
	ends := written.GetBelow() != "" && c.sound(path+".below")
	switch {
	case written.GetFrom() == "" && written.GetBelow() == "":
		c.fail(path, "`sale_size` has no bound", "add `from: 600` for the least that a sale comes to, or `below: 600` for what it does not reach")
	case ends && c.sound(path+".from") && made.Below <= made.From:
		c.fail(path+".below", "no sale counts: `below` is not above `from`", "write a higher `below`, or a lower `from`")
	case written.GetBelow() == "" && c.sound(path+".from") && made.From == 0:
		c.warn(path+".from", "every sale comes to at least 0, so all count", "delete `sale_size`, or write a higher `from`")
	}
	return made
}

// settledAtClose says what of a volume is known at a period's close only, so that no bonus is paid on it at the event; "" for nothing.
func settledAtClose(v *calc.Volume) string {
	sinceFirst := func(w *calc.DayWindow) bool { return w != nil && w.SinceFirstPurchase }
	switch {
	case v.KnownAtEvents():
		return ""
	case v.FirstSaleOnly:
		return "`first_sale_only`, and which sale is a buyer's first is settled when the period closes, as an earlier one may still arrive"
	case sinceFirst(v.Inside) || sinceFirst(v.Outside):
		return "a window since `first_purchase`, and when a buyer first bought is settled when the period closes, as an earlier purchase may still arrive"
	case v.Bounded():
		return "`source_cap`, and what counts of one seller is settled when it is known how much is sold and taken back in the period"
	}
	return fmt.Sprintf("`until_period_day: %d`, and the event goes by the sale alone, not by the period that the sale comes to count in", v.UntilPeriodDay)
}
