package plan

import (
	"fmt"
	"strings"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// bracketUse is where brackets stand.
type bracketUse struct {
	path string
	what takes
	max  int64 // in rate units
	when phase
	// byCustomers allows brackets at the event, by the number of the seller's customers.
	byCustomers bool
	// marginalOf is the volume that marginal brackets must be by. With neverMarginal they cannot be marginal, for the reason that it gives.
	marginalOf    calc.Base
	neverMarginal string
}

// brackets reads steps by a number; nil when none are written.
func (c *compiler) brackets(use bracketUse, b *uplinev1.Brackets) *calc.Brackets {
	if b == nil {
		return nil
	}
	path := use.path
	if use.when == forEvent && !use.byCustomers {
		c.fail(path, "brackets are looked up at the period's close, when what is added up over the period is known", "pay the bonus at the close: `pays: period`, or write `rates`, which may ask by `when` for what is known at the event")
		return nil
	}
	if use.when == forEvent && b.GetBy() != "customers" {
		c.fail(path+".by", "a bonus that is paid at the event goes by `customers` alone: other facts are known when the period closes", "write `by: customers`, or pay the bonus at the close: `pays: period`")
		return nil
	}
	when := use.when
	if when == forEvent {
		when = forBonus
	}
	by := c.number(path+".by", b.GetBy(), when)
	out := &calc.Brackets{By: by, Marginal: b.GetMode() == uplinev1.BracketMode_BRACKET_MODE_MARGINAL, Tables: make([]calc.BracketTable, 1)}
	c.bracketSteps(use, b, out)
	if out.Marginal {
		c.marginal(use, out, b.GetBy())
	}
	return out
}

func (c *compiler) bracketSteps(use bracketUse, b *uplinev1.Brackets, out *calc.Brackets) {
	t := &out.Tables[0]
	highest := int64(0)
	for i, step := range b.GetSteps() {
		at := fmt.Sprintf("%s.steps[%d]", use.path, i)
		from := int64(0)
		if out.By != nil { // else nobody knows its decimals
			from = c.bounded(at+".from", step.GetFrom(), out.By.Digits(), volumeUnitsMax, "a step", "`by` has "+decimalsOf(out.By.Digits())+", so a step has no more")
			if i > 0 && from <= t.From[i-1] && c.sound(at+".from") {
				c.fail(at+".from", fmt.Sprintf("the step from `%s` does not come after the one from `%s`", shown(step.GetFrom()), shown(b.GetSteps()[i-1].GetFrom())), "write the steps going up")
			}
		}
		rate, isAmount := c.rankValue(at, &uplinev1.RankRate{Rate: step.GetRate(), Amount: step.GetAmount()}, use.what, use.max)
		switch {
		case i == 0:
			out.Amounts = isAmount
		case isAmount != out.Amounts && (step.GetRate() == "") != (step.GetAmount() == "") && use.what == takesEither:
			c.mixed(at, isAmount)
		case rate == t.Rates[i-1] && c.sound(at):
			c.warn(at, "the step says the same as the one before it", "a step holds up to the next; delete this one")
		}
		t.From, t.Rates = append(t.From, from), append(t.Rates, rate)
		highest = max(highest, rate)
	}
	c.warnZero(use.path+".steps", highest == 0, out.Amounts)
}

func decimalsOf(digits int32) string {
	if digits == 0 {
		return "no decimals"
	}
	return counted(int(digits), "decimal")
}

// marginal reports marginal brackets whose parts nobody could say: each part is what lies in it of the very volume that is paid on.
func (c *compiler) marginal(use bracketUse, b *calc.Brackets, written string) {
	path := use.path + ".mode"
	switch {
	case use.neverMarginal != "":
		c.fail(path, "marginal brackets have no place here: "+use.neverMarginal, "delete `mode`")
	case b.By == nil || !c.volumesKnown || !c.sound(strings.TrimSuffix(use.path, ".brackets")+".volume"):
	default:
		slot, alone := b.By.Fact()
		if alone {
			key := c.factTable.Key(slot)
			alone = key.Fact == calc.FactOwn && key.Volume == use.marginalOf && key.N <= 1
		}
		if !alone {
			c.fail(path, fmt.Sprintf("marginal brackets go by the very volume that is paid on, and not by `%s`", shown(written)), c.marginalRemedy(use.marginalOf))
		}
	}
}

// marginalRemedy says how to write marginal brackets.
func (c *compiler) marginalRemedy(base calc.Base) string {
	const whole = ", or delete `mode`, so that the rate reached is applied to everything"
	switch {
	case base >= calc.VolumeBuiltIn && int(base-calc.VolumeBuiltIn) >= len(c.volumeList):
		return "describe what is paid on under `volumes`, name it as `volume`, and write `own(\"its name\")` here" + whole
	case base == calc.BaseCount:
		return "write `by: sales`" + whole
	case base == calc.BaseCV || base == calc.BasePV || base == calc.BaseQV:
		return fmt.Sprintf("write `by: %s`%s", c.plan.VolumeName(base), whole)
	}
	return fmt.Sprintf("write `by: own(\"%s\")`%s", c.plan.VolumeName(base), whole)
}
