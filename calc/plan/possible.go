package plan

import (
	"math/big"

	"upline/calc"
)

// possibleStepsMax bounds how long it is thought about whether conditions can hold. What is not decided then counts as possible.
const possibleStepsMax = 50_000

// possible finds conditions that cannot hold, by the bounds that they set to single facts: `pv >= 100 && pv < 50`. It never says so of
// a condition that can hold; of some that cannot it does not see it.
type possible struct {
	c *compiler
	// reached tells by rank number whether anybody can be paid as that rank or a higher one; nil: as any.
	reached []bool
	steps   *int
	// conflict is the fact whose bounds left nothing.
	conflict calc.Slot
	found    bool
}

func (c *compiler) possible(reached []bool) *possible {
	return &possible{c: c, reached: reached, steps: &c.possibleSteps}
}

// box holds the bounds of facts. Those that are not in it have their domain.
type box map[calc.Slot]span

func (b box) with(s calc.Slot, bounds span) box {
	changed := make(box, len(b)+1)
	for slot, old := range b {
		changed[slot] = old
	}
	changed[s] = bounds
	return changed
}

// holds tells whether an expression can come out as wanted within bounds, and gives bounds that hold then.
func (p *possible) holds(e *calc.Expr, want bool, within box) (box, bool) {
	if *p.steps++; *p.steps > possibleStepsMax || e == nil {
		return within, e != nil || want
	}
	switch e.Op {
	case calc.OpBoolean:
		return within, (e.Value != 0) == want
	case calc.OpNot:
		return p.holds(e.Args[0], !want, within)
	case calc.OpAnd, calc.OpOr:
		if (e.Op == calc.OpAnd) == want {
			for _, arg := range e.Args {
				var ok bool
				if within, ok = p.holds(arg, want, within); !ok {
					return within, false
				}
			}
			return within, true
		}
		return p.either(within, func(within box) (box, bool) { return p.holds(e.Args[0], want, within) },
			func(within box) (box, bool) { return p.holds(e.Args[1], want, within) })
	case calc.OpIf:
		branch := func(cond bool, arg *calc.Expr) func(box) (box, bool) {
			return func(within box) (box, bool) {
				within, ok := p.holds(e.Args[0], cond, within)
				if !ok {
					return within, false
				}
				return p.holds(arg, want, within)
			}
		}
		return p.either(within, branch(true, e.Args[1]), branch(false, e.Args[2]))
	case calc.OpFact:
		if own := p.c.ownAt(e.Slot); own != nil && own.value != nil {
			return p.holds(own.value, want, within)
		}
		return p.bound(e.Slot, exactly(truthOf(want)), within)
	case calc.OpVariant:
		return within, true
	}
	if p.c.isCondition(e.Args[0]) {
		alike := (e.Op == calc.OpEqual) == want
		both := func(first bool) func(box) (box, bool) {
			return func(within box) (box, bool) {
				within, ok := p.holds(e.Args[0], first, within)
				if !ok {
					return within, false
				}
				return p.holds(e.Args[1], first == alike, within)
			}
		}
		return p.either(within, both(true), both(false))
	}
	return p.compare(e, want, within)
}

// either tries two ways, and gives bounds that hold for both.
func (p *possible) either(within box, ways ...func(box) (box, bool)) (box, bool) {
	var joined box
	some := false
	for _, way := range ways {
		bounds, ok := way(within)
		switch {
		case !ok:
		case !some:
			joined, some = bounds, true
		default:
			joined = p.join(joined, bounds)
		}
	}
	if !some {
		return within, false
	}
	return joined, true
}

func (p *possible) join(a, b box) box {
	joined := box{}
	for slot, bounds := range a {
		if other, both := b[slot]; both {
			joined[slot] = hull(bounds, other)
		}
	}
	return joined
}

// bound narrows what a fact can be.
func (p *possible) bound(slot calc.Slot, to span, within box) (box, bool) {
	now, ok := within[slot]
	if !ok {
		now = p.domain(slot)
	}
	now = meet(now, to).inUnits(p.c.factTable.Digits(slot))
	if now.empty() {
		if !p.found {
			p.conflict, p.found = slot, true
		}
		return within, false
	}
	return within.with(slot, now), true
}

// domain is all that a fact can be.
func (p *possible) domain(slot calc.Slot) span {
	if p.c.factTable.Boolean(slot) {
		key := p.c.factTable.Key(slot)
		if key.Fact == calc.FactPaidAs && !p.reaches(key.Rank) {
			return exactly(0)
		}
		return span{low: big.NewRat(0, 1), high: big.NewRat(1, 1)}
	}
	atLeast0 := span{low: new(big.Rat)}
	switch key := p.c.factTable.Key(slot); key.Fact {
	case calc.FactLegsWith, calc.FactFrontlineWith, calc.FactDownlineWith, calc.FactHeld:
		if !p.reaches(key.Rank) {
			return exactly(0)
		}
		return atLeast0
	case calc.FactMonthsEnrolled:
		return span{low: new(big.Rat), high: big.NewRat(enrolledMonthsMax, 1)}
	case calc.FactCustomers, calc.FactFrontline, calc.FactDownline, calc.FactDaysEnrolled, calc.FactActiveFrontline, calc.FactActiveDownline,
		calc.FactActiveLeft, calc.FactActiveRight, calc.FactLeg:
		return atLeast0
	case calc.FactPlan:
		return p.ownDomain(p.c.ownAt(slot))
	}
	return span{}
}

// enrolledMonthsMax is where the engine stops counting months.
const enrolledMonthsMax = 12_000

// ownDomain is all that a fact of the plan's own making can be.
func (p *possible) ownDomain(own *ownFact) span {
	switch {
	case own == nil:
		return span{}
	case own.value != nil:
		return p.rangeOf(own.value, nil)
	case own.where != nil:
		if _, some := (&possible{c: p.c, reached: p.reached, steps: p.steps}).holds(own.where, true, nil); !some {
			return exactly(0) // nobody counts
		}
	}
	if own.message.GetCount() != 0 {
		return span{low: new(big.Rat)}
	}
	return span{}
}

// reaches tells whether anybody can be paid as a rank or a higher one.
func (p *possible) reaches(rank uint8) bool { return p.reached == nil || p.reached[rank] }

// ownAt gives the plan's own fact in a slot; nil where there is none.
func (c *compiler) ownAt(slot calc.Slot) *ownFact {
	if c.factTable.Key(slot).Fact != calc.FactPlan {
		return nil
	}
	return c.own.bySlot[slot]
}

// isCondition tells that an expression is no number.
func (c *compiler) isCondition(e *calc.Expr) bool {
	switch e.Op {
	case calc.OpFact:
		return c.factTable.Boolean(e.Slot)
	case calc.OpIf:
		return c.isCondition(e.Args[1])
	case calc.OpVariant:
		return c.isCondition(e.Args[0])
	case calc.OpNumber, calc.OpNegate, calc.OpAdd, calc.OpSubtract, calc.OpMultiply, calc.OpMin, calc.OpMax, calc.OpWhole:
		return false
	}
	return true
}

func truthOf(holds bool) int64 {
	if holds {
		return 1
	}
	return 0
}
