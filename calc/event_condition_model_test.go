package calc

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"
)

// drawEventConditions has the bonuses that are paid at the event ask who the earner is, and what closed periods have left of them.
func drawEventConditions(t *rapid.T, p *Plan) {
	if p.Facts == nil {
		p.Facts = NewFactTable()
	}
	p.Names.Kinds, p.Names.Tags = []string{"agent", "broker"}, []string{"life", "health"}
	draw := func(name string) *Condition {
		if rapid.Bool().Draw(t, name+": none") {
			return nil
		}
		fact := func(key FactKey) *Expr { return &Expr{Op: OpFact, Slot: p.Facts.Slot(key, 0)} }
		from := &Expr{Op: OpNumber, Value: rapid.Int64Range(1, 4).Draw(t, name+": from")}
		word := uint16(rapid.IntRange(1, 2).Draw(t, name+": word"))
		choices := []*Expr{
			fact(FactKey{Fact: FactKind, Name: word}), fact(FactKey{Fact: FactTag, Name: word}), fact(FactKey{Fact: FactActive}),
			{Op: OpGreaterEqual, Args: []*Expr{fact(FactKey{Fact: FactDaysEnrolled}), from}},
			{Op: OpLess, Args: []*Expr{fact(FactKey{Fact: FactMonthsEnrolled}), from}},
		}
		if rank := uint8(len(p.Ranks)); rank > 0 {
			choices = append(choices, fact(FactKey{Fact: FactAchieved, Rank: rank}), fact(FactKey{Fact: FactPaidAsBefore, Rank: rank}),
				&Expr{Op: OpGreaterEqual, Args: []*Expr{fact(FactKey{Fact: FactHeld, Rank: rank}), from}})
		}
		root := rapid.SampledFrom(choices).Draw(t, name)
		if rapid.Bool().Draw(t, name+": not") {
			root = &Expr{Op: OpNot, Args: []*Expr{root}}
		}
		if rapid.Bool().Draw(t, name+": by a fact of the plan's own") {
			holds := must(NewCondition(p.Facts, "", root))
			root = &Expr{Op: OpFact, Slot: p.Facts.Add(PlanFact{Name: name, Holds: holds})}
		}
		return must(NewCondition(p.Facts, name, root))
	}
	table := func(rates *RateTable, name string) {
		rates.When = make([]*Condition, len(rates.Rows))
		for row := range rates.Rows {
			rates.When[row] = draw(fmt.Sprint(name, " row ", row))
		}
	}
	for i := range p.Bonuses {
		b := &p.Bonuses[i]
		if b.Pays != PaysEvent {
			continue
		}
		b.When = draw(b.Name)
		switch {
		case b.Direct != nil:
			table(&b.Direct.Rates, b.Name)
		case b.Advance != nil:
			table(&b.Advance.Rates, b.Name)
		case b.Differential != nil:
			table(&b.Differential.Rates, b.Name)
		case b.Unilevel != nil:
			b.Unilevel.Rates.Unlock = []*Condition{draw(b.Name + " level 1")}
			b.Unilevel.Walk.StopAt = draw(b.Name + " stop")
		}
	}
}

// asks evaluates a condition for somebody on the way up, in the words of the rules; nil holds.
func (e *modelEvent) asks(c *Condition, m ChainMember) bool {
	return c == nil || e.value(c.root, m) != 0
}

// value gives a number, or 1 for what holds.
func (e *modelEvent) value(x *Expr, m ChainMember) int64 {
	is := func(holds bool) int64 {
		if holds {
			return 1
		}
		return 0
	}
	switch x.Op {
	case OpNumber:
		return x.Value
	case OpNot:
		return 1 - e.value(x.Args[0], m)
	case OpGreaterEqual:
		return is(e.value(x.Args[0], m) >= e.value(x.Args[1], m))
	case OpLess:
		return is(e.value(x.Args[0], m) < e.value(x.Args[1], m))
	}
	plan := e.in.Plan
	switch key := plan.Facts.keys[x.Slot]; key.Fact {
	case FactKind:
		return is(m.Kind == key.Name)
	case FactTag:
		return is(m.Tags&(1<<(key.Name-1)) != 0)
	case FactActive:
		return is(plan.Active == nil || !m.Inactive)
	case FactDaysEnrolled:
		return int64(time.UnixMicro(e.in.AtUS).Sub(time.UnixMicro(m.EnrolledAtUS)).Hours()) / 24
	case FactMonthsEnrolled:
		months, enrolled := int64(0), time.UnixMicro(m.EnrolledAtUS).UTC()
		for !enrolled.AddDate(0, int(months)+1, 0).After(time.UnixMicro(e.in.AtUS)) { // days of the 1st to the 28th, which every month has
			months++
		}
		return months
	case FactAchieved:
		return is(max(m.Achieved, m.Rank) >= key.Rank)
	case FactPaidAsBefore:
		return is(m.Rank >= key.Rank)
	case FactHeld:
		for i, rank := range plan.HeldAtEvents() {
			if rank == key.Rank {
				return m.Held[i]
			}
		}
	case FactPlan:
		return is(e.asks(plan.Facts.own[key.Name].Holds, m))
	}
	panic("a fact that the model does not know")
}

// rate gives the rate of a table for somebody; 0 for none.
func (e *modelEvent) rate(t *RateTable, m ChainMember, level int) int64 {
	for _, row := range t.Candidates[m.Rank] {
		if t.When == nil || e.asks(t.When[row], m) {
			if level < len(t.Unlock) && !e.asks(t.Unlock[level], m) {
				return 0
			}
			return t.Rows[row][level]
		}
	}
	return 0
}

// eventAtUS is when the events of the tests happen: at noon of a day that every month has.
var eventAtUS = time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC).UnixMicro()

// forgotten is a way up of which nothing is known but what is asked for.
func forgotten(chain []ChainMember, needs Needs) []ChainMember {
	chain = slices.Clone(chain)
	for i := range chain {
		m := &chain[i]
		if !needs.Registrations {
			m.Kind, m.Tags, m.EnrolledAtUS = 0, 0, 0
		}
		if !needs.Achieved {
			m.Achieved = 0
		}
		if !needs.Ranks {
			m.Rank, m.Inactive = uint8(0), !m.Inactive
		}
	}
	return chain
}
