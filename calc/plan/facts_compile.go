package plan

import (
	"fmt"
	"strings"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

var overs = map[uplinev1.Over]calc.Over{
	uplinev1.Over_OVER_FRONTLINE: calc.OverFrontline,
	uplinev1.Over_OVER_DOWNLINE:  calc.OverDownline,
	uplinev1.Over_OVER_GROUP:     calc.OverGroup,
	uplinev1.Over_OVER_LEGS:      calc.OverLegs,
	uplinev1.Over_OVER_POSITIONS: calc.OverPositions,
}

// readFact compiles a fact when all that it reads is compiled.
func (c *compiler) readFact(own *ownFact) {
	m := own.message
	if !c.factShape(own) {
		return
	}
	fact := calc.PlanFact{Name: own.name, Over: overs[m.GetOver()], Depth: m.GetDepth()}
	is := typed{}
	sound := true
	part := func(field, written string, wants wantedType) typed {
		if written == "" {
			return typed{}
		}
		root, _ := c.lower(own.path+"."+field, written, forFact, wants)
		sound = sound && root.expr != nil
		return root
	}
	switch {
	case m.GetValue() != "":
		is = part("value", m.GetValue(), wantsEither)
		own.value = is.expr
		sound = sound && c.compileFact(own.path+".value", m.GetValue(), is, &fact.Holds, &fact.Value)
	case m.GetCount() != uplinev1.Over_OVER_UNSPECIFIED:
		fact.Over, fact.Fold = overs[m.GetCount()], calc.FoldCount
	case m.GetSum() != "":
		fact.Fold = calc.FoldSum
		is = part("sum", m.GetSum(), wantsNumber)
		limit := part("at_most", m.GetAtMost(), wantsNumber)
		if limit.expr != nil && is.expr != nil {
			is = withDigits(is, limit.digits)
			sound = sound && c.compileFact(own.path+".at_most", m.GetAtMost(), limit, nil, &fact.AtMost)
		}
		sound = sound && c.compileFact(own.path+".sum", m.GetSum(), is, nil, &fact.Value)
	default:
		fact.Fold = calc.FoldMax
		is = part("max", m.GetMax(), wantsNumber)
		sound = sound && c.compileFact(own.path+".max", m.GetMax(), is, nil, &fact.Value)
	}
	for _, condition := range []struct {
		field, written string
		to             **calc.Condition
	}{{"where", m.GetWhere(), &fact.Where}, {"until", m.GetUntil(), &fact.Until}} {
		root := part(condition.field, condition.written, wantsCondition)
		if condition.field == "where" {
			own.where = root.expr
		}
		sound = sound && (condition.written == "" || c.compileFact(own.path+"."+condition.field, condition.written, root, condition.to, nil))
	}
	if !sound || own.clashes {
		return
	}
	c.addFact(own, fact, is)
}

// withDigits gives a number at least so many decimals: the engine holds a limit against what it bounds in units of the latter.
func withDigits(number typed, digits int32) typed {
	if more := digits - number.digits; more > 0 {
		one := &calc.Expr{Op: calc.OpNumber, Value: 1, Digits: more}
		for range more {
			one.Value *= 10
		}
		number.expr, number.digits = &calc.Expr{Op: calc.OpMultiply, Args: []*calc.Expr{number.expr, one}}, digits
	}
	return number
}

// addFact puts a fact into the table.
func (c *compiler) addFact(own *ownFact, fact calc.PlanFact, is typed) {
	own.slot = c.factTable.Add(fact)
	own.typed = typed{boolean: is.boolean, digits: is.digits, volume: is.volume}
	own.known = c.factTable.Known([]calc.Slot{own.slot})
	for _, condition := range []*calc.Condition{fact.Holds, fact.Where, fact.Until} {
		if condition != nil {
			own.reads = append(own.reads, condition.Reads()...)
		}
	}
	for _, number := range []*calc.Number{fact.Value, fact.AtMost} {
		if number != nil {
			own.reads = append(own.reads, number.Reads()...)
		}
	}
	own.done = true
	c.own.bySlot[own.slot] = own
}

// compileFact compiles a lowered part of a fact to a condition, or to a number.
func (c *compiler) compileFact(path, written string, root typed, condition **calc.Condition, number **calc.Number) bool {
	if root.expr == nil {
		return false
	}
	l := &lowering{c: c, path: path, runes: []rune(written), when: forFact, wants: wantsEither}
	if p, found := c.placeOf(path); found {
		l.places = c.source.positions(p.value)
	}
	var err error
	if root.boolean && condition != nil {
		*condition, err = calc.NewCondition(c.factTable, strings.TrimSpace(written), root.expr)
		c.warnNever(path, root.expr)
	} else {
		*number, err = calc.NewNumber(c.factTable, strings.TrimSpace(written), root.expr)
	}
	return l.compiles(err)
}

// factShape reports fields of a fact that do not go together.
func (c *compiler) factShape(own *ownFact) bool {
	m, path := own.message, own.path
	var made []string
	for _, field := range []struct {
		name  string
		given bool
	}{{"value", m.GetValue() != ""}, {"count", m.GetCount() != 0}, {"sum", m.GetSum() != ""}, {"max", m.GetMax() != ""}} {
		if field.given {
			made = append(made, field.name)
		}
	}
	before := len(c.errors)
	switch {
	case len(made) == 0:
		c.fail(path, fmt.Sprintf("the fact `%s` does not say what it is", shown(own.name)), "add `value` with an expression, or `count`, `sum` or `max`")
		return false
	case len(made) > 1:
		c.fail(path+"."+made[1], fmt.Sprintf("the fact has both `%s` and `%s`", made[0], made[1]), "keep one of them, and write two facts where both are wanted")
		return false
	}
	of := made[0]
	over := m.GetOver()
	switch {
	case of == "count" && c.given(path+".over"):
		c.fail(path+".over", "`count` says itself whom it counts", "delete `over`")
		over = m.GetCount()
	case of == "count":
		over = m.GetCount()
	case of != "value" && over == uplinev1.Over_OVER_UNSPECIFIED && c.sound(path+".over"):
		c.fail(path, fmt.Sprintf("`%s` does not say over whom", of), "add `over`, for instance `over: downline`")
	}
	if of == "value" {
		for _, field := range []string{"over", "where", "until", "depth", "at_most"} {
			if c.given(path + "." + field) {
				c.fail(path+"."+field, fmt.Sprintf("`%s` goes with `count`, `sum` or `max`, and this fact has `value`", field), "delete it; `value` is of the distributor alone")
			}
		}
		return len(c.errors) == before
	}
	if over == uplinev1.Over_OVER_FRONTLINE || over == uplinev1.Over_OVER_POSITIONS {
		for _, field := range []string{"until", "depth"} {
			if c.given(path + "." + field) {
				c.fail(path+"."+field, fmt.Sprintf("`%s` goes with `downline`, `group` or `legs`", field), "delete it")
			}
		}
	}
	if m.GetAtMost() != "" {
		switch {
		case of != "sum":
			c.fail(path+".at_most", "`at_most` goes with `sum`", "delete it; `min(x, y)` bounds a number")
		case over == uplinev1.Over_OVER_DOWNLINE:
			c.fail(path+".at_most", "`at_most` bounds legs, and those whom `downline` adds up stand in several", "use `over: legs`")
		case over == uplinev1.Over_OVER_POSITIONS:
			c.fail(path+".at_most", "`at_most` goes with `frontline`, `group` or `legs`", "delete it")
		}
	}
	return len(c.errors) == before
}
