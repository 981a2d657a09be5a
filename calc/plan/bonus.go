package plan

import (
	"fmt"
	"strconv"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (c *compiler) bonuses() {
	names := map[string]bool{}
	for i, b := range c.message.GetBonuses() {
		path := "bonuses[" + strconv.Itoa(i) + "]"
		if name := b.GetName(); name != "" {
			if names[name] {
				c.fail(path+".name", fmt.Sprintf("there are two bonuses `%s`", shown(name)), "rename one of them")
			}
			names[name] = true
		}
		compiled := calc.Bonus{Name: b.GetName(), Cadence: c.plan.Main}
		if b.GetCadence() != uplinev1.Cadence_CADENCE_UNSPECIFIED {
			compiled.Cadence = calc.Cadence(b.GetCadence())
		}
		switch kind := b.GetKind().(type) {
		case *uplinev1.Bonus_Direct:
			c.direct(path, b, kind.Direct, &compiled)
		case *uplinev1.Bonus_Unilevel:
			c.unilevel(path, b, kind.Unilevel, &compiled)
		case *uplinev1.Bonus_Binary:
			c.binary(path, b, kind.Binary, &compiled)
		case *uplinev1.Bonus_Advance:
			c.advance(path, b, kind.Advance, &compiled)
		}
		c.plan.Bonuses = append(c.plan.Bonuses, compiled)
	}
}

// paysAt gives when a bonus posts its lines.
func paysAt(b *uplinev1.Bonus, omitted calc.Pays) calc.Pays {
	switch b.GetPays() {
	case uplinev1.PaysAt_PAYS_AT_EVENT:
		return calc.PaysEvent
	case uplinev1.PaysAt_PAYS_AT_PERIOD:
		return calc.PaysPeriod
	}
	return omitted
}

// everybodyActive tells that the plan has no condition for being active.
func (c *compiler) everybodyActive() bool { return c.message.GetActive() == "" && c.sound("active") }

func baseOf(base uplinev1.Base, omitted calc.Base) calc.Base {
	switch base {
	case uplinev1.Base_BASE_CV:
		return calc.BaseCV
	case uplinev1.Base_BASE_PV:
		return calc.BasePV
	case uplinev1.Base_BASE_PRICE:
		return calc.BasePrice
	}
	return omitted
}

var clawbackModes = map[uplinev1.ClawbackMode]calc.ClawbackMode{
	uplinev1.ClawbackMode_CLAWBACK_MODE_NONE:        calc.ClawbackNone,
	uplinev1.ClawbackMode_CLAWBACK_MODE_FULL:        calc.ClawbackFull,
	uplinev1.ClawbackMode_CLAWBACK_MODE_WITHIN_DAYS: calc.ClawbackWithinDays,
	uplinev1.ClawbackMode_CLAWBACK_MODE_MONTHS_PAID: calc.ClawbackMonthsPaid,
}

// clawback reads the schedule at a path, of a bonus that pays at the given time. A bonus of the period has none: the volume that a
// cancellation takes back is what it computes with.
func (c *compiler) clawback(path string, schedule *uplinev1.Clawback, pays calc.Pays, omitted calc.ClawbackMode) calc.Clawback {
	if pays == calc.PaysPeriod {
		if schedule != nil {
			c.fail(path, "a bonus that is paid at the period's close has no `clawback`", "delete it; `cancelled_volume` says what a cancellation does to the volume that the bonus is computed from")
		}
		return calc.Clawback{}
	}
	compiled := calc.Clawback{Mode: omitted}
	if mode, ok := clawbackModes[schedule.GetMode()]; ok {
		compiled.Mode = mode
	}
	switch {
	case compiled.Mode == calc.ClawbackMonthsPaid && omitted != calc.ClawbackMonthsPaid:
		c.fail(path+".mode", "`months_paid` is for an advance only", "use `full`, `within_days` or `none`")
	case compiled.Mode == calc.ClawbackWithinDays && schedule.GetDays() <= 0:
		c.fail(path, "`within_days` needs a number of days", "add `days`, for instance `days: 30`")
	case compiled.Mode != calc.ClawbackWithinDays && schedule.GetDays() != 0:
		c.fail(path+".days", "`days` goes with `mode: within_days` only", "delete it, or change the mode")
	default:
		compiled.Days = schedule.GetDays()
	}
	return compiled
}

// classes reads the product classes that a bonus is for.
func (c *compiler) classes(path string, classes []string) []string {
	seen := map[string]bool{}
	for i, class := range classes {
		at := path + "[" + strconv.Itoa(i) + "]"
		switch {
		case class == "":
			c.fail(at, "the product class is empty", "delete it; a bonus without `product_classes` is for all products")
		case seen[class]:
			c.warn(at, fmt.Sprintf("the product class `%s` is listed twice", shown(class)), "delete one of them")
		}
		seen[class] = true
	}
	return append([]string(nil), classes...)
}
