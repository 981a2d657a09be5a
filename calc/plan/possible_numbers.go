package plan

import (
	"math/big"

	"upline/calc"
)

// span is a stretch of numbers. A nil end is none. What is open does not hold its end.
type span struct {
	low, high         *big.Rat
	lowOpen, highOpen bool
}

func exactly(v int64) span {
	r := big.NewRat(v, 1)
	return span{low: r, high: r}
}

func (s span) empty() bool {
	if s.low == nil || s.high == nil {
		return false
	}
	order := s.low.Cmp(s.high)
	return order > 0 || order == 0 && (s.lowOpen || s.highOpen)
}

// meet is what lies in both.
func meet(a, b span) span {
	if b.low != nil && (a.low == nil || b.low.Cmp(a.low) > 0 || b.low.Cmp(a.low) == 0 && b.lowOpen) {
		a.low, a.lowOpen = b.low, b.lowOpen
	}
	if b.high != nil && (a.high == nil || b.high.Cmp(a.high) < 0 || b.high.Cmp(a.high) == 0 && b.highOpen) {
		a.high, a.highOpen = b.high, b.highOpen
	}
	return a
}

// hull is the least stretch that holds both.
func hull(a, b span) span {
	if a.low == nil || b.low == nil {
		a.low, a.lowOpen = nil, false
	} else if order := b.low.Cmp(a.low); order < 0 || order == 0 && !b.lowOpen {
		a.low, a.lowOpen = b.low, b.lowOpen
	}
	if a.high == nil || b.high == nil {
		a.high, a.highOpen = nil, false
	} else if order := b.high.Cmp(a.high); order > 0 || order == 0 && !b.highOpen {
		a.high, a.highOpen = b.high, b.highOpen
	}
	return a
}

// negated turns the stretch around zero.
func (s span) negated() span {
	n := span{lowOpen: s.highOpen, highOpen: s.lowOpen}
	if s.high != nil {
		n.low = new(big.Rat).Neg(s.high)
	}
	if s.low != nil {
		n.high = new(big.Rat).Neg(s.low)
	}
	return n
}

// plus adds two stretches.
func plus(a, b span) span {
	sum := span{lowOpen: a.lowOpen || b.lowOpen, highOpen: a.highOpen || b.highOpen}
	if a.low != nil && b.low != nil {
		sum.low = new(big.Rat).Add(a.low, b.low)
	}
	if a.high != nil && b.high != nil {
		sum.high = new(big.Rat).Add(a.high, b.high)
	}
	return sum
}

// times multiplies by a number that is not zero.
func (s span) times(by *big.Rat) span {
	if by.Sign() < 0 {
		return s.negated().times(new(big.Rat).Neg(by))
	}
	if s.low != nil {
		s.low = new(big.Rat).Mul(s.low, by)
	}
	if s.high != nil {
		s.high = new(big.Rat).Mul(s.high, by)
	}
	return s
}

// inUnits draws the ends in to numbers with so many decimals, which are all that a fact can be.
func (s span) inUnits(digits int32) span {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	end := func(r *big.Rat, open, up bool) *big.Rat {
		scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(scale))
		whole := new(big.Int).Div(scaled.Num(), scaled.Denom()) // rounded down
		switch {
		case up && (!scaled.IsInt() || open):
			whole.Add(whole, big.NewInt(1))
		case !up && scaled.IsInt() && open:
			whole.Sub(whole, big.NewInt(1))
		}
		return new(big.Rat).SetFrac(whole, scale)
	}
	if s.low != nil {
		s.low, s.lowOpen = end(s.low, s.lowOpen, true), false
	}
	if s.high != nil {
		s.high, s.highOpen = end(s.high, s.highOpen, false), false
	}
	return s
}

// compare narrows by a comparison of two numbers.
func (p *possible) compare(e *calc.Expr, want bool, within box) (box, bool) {
	op := e.Op
	if !want {
		op = map[calc.Op]calc.Op{
			calc.OpLess: calc.OpGreaterEqual, calc.OpLessEqual: calc.OpGreater, calc.OpGreater: calc.OpLessEqual,
			calc.OpGreaterEqual: calc.OpLess, calc.OpEqual: calc.OpNotEqual, calc.OpNotEqual: calc.OpEqual,
		}[op]
	}
	left, right := e.Args[0], e.Args[1]
	if op == calc.OpNotEqual {
		a, b := p.rangeOf(left, within), p.rangeOf(right, within)
		return within, !a.single() || !b.single() || a.low.Cmp(b.low) != 0
	}
	within, ok := p.restrict(left, beside(op, p.rangeOf(right, within)), within)
	if !ok {
		return within, false
	}
	mirrored := map[calc.Op]calc.Op{
		calc.OpLess: calc.OpGreater, calc.OpLessEqual: calc.OpGreaterEqual, calc.OpGreater: calc.OpLess, calc.OpGreaterEqual: calc.OpLessEqual,
		calc.OpEqual: calc.OpEqual,
	}[op]
	return p.restrict(right, beside(mirrored, p.rangeOf(left, within)), within)
}

func (s span) single() bool { return s.low != nil && s.high != nil && s.low.Cmp(s.high) == 0 }

// beside is where x lies when x op y, and y lies in a stretch.
func beside(op calc.Op, y span) span {
	switch op {
	case calc.OpLess:
		return span{high: y.high, highOpen: true}
	case calc.OpLessEqual:
		return span{high: y.high, highOpen: y.highOpen}
	case calc.OpGreater:
		return span{low: y.low, lowOpen: true}
	case calc.OpGreaterEqual:
		return span{low: y.low, lowOpen: y.lowOpen}
	}
	return y
}

// restrict narrows facts so that an expression can lie in a stretch.
func (p *possible) restrict(e *calc.Expr, to span, within box) (box, bool) {
	if *p.steps++; *p.steps > possibleStepsMax {
		return within, true
	}
	args := e.Args
	switch e.Op {
	case calc.OpFact:
		if own := p.c.ownAt(e.Slot); own != nil && own.value != nil {
			return p.restrict(own.value, to, within)
		}
		return p.bound(e.Slot, to, within)
	case calc.OpNegate:
		return p.restrict(args[0], to.negated(), within)
	case calc.OpAdd, calc.OpSubtract:
		a, b := p.rangeOf(args[0], within), p.rangeOf(args[1], within)
		if e.Op == calc.OpSubtract {
			within, ok := p.restrict(args[0], plus(to, b), within)
			if !ok {
				return within, false
			}
			return p.restrict(args[1], plus(a, to.negated()), within)
		}
		within, ok := p.restrict(args[0], plus(to, b.negated()), within)
		if !ok {
			return within, false
		}
		return p.restrict(args[1], plus(to, a.negated()), within)
	case calc.OpMultiply:
		for i, arg := range args {
			if by := p.rangeOf(arg, within); by.single() && by.low.Sign() != 0 {
				return p.restrict(args[1-i], to.times(new(big.Rat).Inv(by.low)), within)
			}
		}
	case calc.OpMin, calc.OpMax:
		side := span{low: to.low, lowOpen: to.lowOpen}
		if e.Op == calc.OpMax {
			side = span{high: to.high, highOpen: to.highOpen}
		}
		for _, arg := range args {
			var ok bool
			if within, ok = p.restrict(arg, side, within); !ok {
				return within, false
			}
		}
	}
	return within, !meet(p.rangeOf(e, within), to).empty()
}

// rangeOf is all that a number can be within bounds.
func (p *possible) rangeOf(e *calc.Expr, within box) span {
	if *p.steps++; *p.steps > possibleStepsMax {
		return span{}
	}
	args := e.Args
	switch e.Op {
	case calc.OpNumber:
		scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(e.Digits)), nil)
		r := new(big.Rat).SetFrac(big.NewInt(e.Value), scale)
		return span{low: r, high: r}
	case calc.OpFact:
		if bounds, ok := within[e.Slot]; ok {
			return bounds
		}
		if own := p.c.ownAt(e.Slot); own != nil && own.value != nil {
			return p.rangeOf(own.value, within)
		}
		return p.domain(e.Slot)
	case calc.OpNegate:
		return p.rangeOf(args[0], within).negated()
	case calc.OpAdd:
		return plus(p.rangeOf(args[0], within), p.rangeOf(args[1], within))
	case calc.OpSubtract:
		return plus(p.rangeOf(args[0], within), p.rangeOf(args[1], within).negated())
	case calc.OpMultiply:
		a, b := p.rangeOf(args[0], within), p.rangeOf(args[1], within)
		switch {
		case a.single() && a.low.Sign() != 0:
			return b.times(a.low)
		case b.single() && b.low.Sign() != 0:
			return a.times(b.low)
		case a.single() || b.single():
			return exactly(0)
		}
	case calc.OpIf:
		return hull(p.rangeOf(args[1], within), p.rangeOf(args[2], within))
	case calc.OpMin, calc.OpMax:
		a, b := p.rangeOf(args[0], within), p.rangeOf(args[1], within)
		if e.Op == calc.OpMax {
			return least(a.negated(), b.negated()).negated()
		}
		return least(a, b)
	case calc.OpWhole:
		return span{low: new(big.Rat)}
	}
	return span{}
}

// least is where the smaller of two numbers lies.
func least(a, b span) span {
	low := hull(span{low: a.low, lowOpen: a.lowOpen}, span{low: b.low, lowOpen: b.lowOpen})
	high := meet(span{high: a.high, highOpen: a.highOpen}, span{high: b.high, highOpen: b.highOpen})
	return span{low: low.low, lowOpen: low.lowOpen, high: high.high, highOpen: high.highOpen}
}
