package calc

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
)

// digitsMax is how many decimals a part of an expression may have: 10^18 is the greatest power of ten in int64.
const digitsMax = 18

// arithmetic compiles a sum, a difference or a product.
func arithmetic(op Op, a, b compiled) (compiled, error) {
	digits := a.digits + b.digits
	apply := multiplied
	if op != OpMultiply {
		var err error
		if a, b, err = sameDigits(a, b); err != nil {
			return compiled{}, err
		}
		digits = a.digits
		apply = added
		if op == OpSubtract {
			apply = subtracted
		}
	}
	if digits > digitsMax {
		return compiled{}, fmt.Errorf("%w: a product has more than %d decimals", ErrPlan, digitsMax)
	}
	if a.constant != nil && b.constant != nil {
		value, ok := apply(*a.constant, *b.constant)
		if !ok {
			return compiled{}, fmt.Errorf("%w: a number in a condition", ErrOverflow)
		}
		return constantOf(value, digits), nil
	}
	left, right := a.number, b.number
	return compiled{digits: digits, number: func(f *factColumns, seat int32) int64 {
		value, ok := apply(left(f, seat), right(f, seat))
		if !ok {
			f.overflow = true
		}
		return value
	}}, nil
}

// sameDigits gives two numbers as many decimals as the one of them that has more.
func sameDigits(a, b compiled) (compiled, compiled, error) {
	var err error
	switch {
	case a.digits < b.digits:
		a, err = arithmetic(OpMultiply, a, constantOf(pow10[b.digits-a.digits], b.digits-a.digits))
	case b.digits < a.digits:
		b, err = arithmetic(OpMultiply, b, constantOf(pow10[a.digits-b.digits], a.digits-b.digits))
	}
	return a, b, err
}

// comparison compiles a comparison of two numbers or two booleans. It never overflows: against a literal, the literal is brought
// to the decimals of the other side, and otherwise products are compared in 128 bits.
func comparison(e *Expr, a, b compiled) (compiled, error) {
	op := e.Op
	if a.truth != nil {
		equal := op == OpEqual
		return compiled{truth: func(f *factColumns, seat int32) bool { return (a.truth(f, seat) == b.truth(f, seat)) == equal }}, nil
	}
	if a.constant != nil && b.constant == nil {
		a, b = b, a
		op = mirrored(op)
	}
	if b.constant != nil {
		bound, reachable, err := boundOf(op, *b.constant, b.digits, a.digits)
		if err != nil {
			return compiled{}, err
		}
		if !reachable {
			return compiled{truth: func(*factColumns, int32) bool { return op == OpNotEqual }}, nil
		}
		out := compiled{truth: compareBound(op, a, bound)}
		if op == OpGreaterEqual && a.column {
			out.begins = &beginning{a.slot, bound}
		}
		return out, nil
	}
	left, right := a.number, b.number
	leftBy, rightBy := uint64(pow10[max(b.digits-a.digits, 0)]), uint64(pow10[max(a.digits-b.digits, 0)])
	accepts := accepted(op)
	return compiled{truth: func(f *factColumns, seat int32) bool {
		return accepts[1+compareProducts(left(f, seat), leftBy, right(f, seat), rightBy)]
	}}, nil
}

func mirrored(op Op) Op {
	switch op {
	case OpLess:
		return OpGreater
	case OpLessEqual:
		return OpGreaterEqual
	case OpGreater:
		return OpLess
	case OpGreaterEqual:
		return OpLessEqual
	}
	return op
}

// boundOf brings a literal to the decimals of what it is compared with. A literal between two values stands for the one that decides:
// pv > 99.99995 asks for more than 99.9999, pv >= 99.99995 for at least 100. No value can equal such a literal; then reachable is
// false.
func boundOf(op Op, literal int64, from, to int32) (bound int64, reachable bool, err error) {
	if from <= to {
		bound, ok := multiplied(literal, pow10[to-from])
		if !ok {
			return 0, false, fmt.Errorf("%w: a number in a condition", ErrOverflow)
		}
		return bound, true, nil
	}
	unit := pow10[from-to]
	bound = floorDiv(literal, unit)
	if literal%unit != 0 {
		switch op {
		case OpLess, OpGreaterEqual:
			bound++
		case OpEqual, OpNotEqual:
			return 0, false, nil
		}
	}
	return bound, true, nil
}

// compareBound compiles a comparison with a literal. The commonest of all, a column at least as great as a literal, is one function
// and not two.
func compareBound(op Op, of compiled, bound int64) truth {
	a := of.number
	switch op {
	case OpLess:
		return func(f *factColumns, seat int32) bool { return a(f, seat) < bound }
	case OpLessEqual:
		return func(f *factColumns, seat int32) bool { return a(f, seat) <= bound }
	case OpGreater:
		return func(f *factColumns, seat int32) bool { return a(f, seat) > bound }
	case OpEqual:
		return func(f *factColumns, seat int32) bool { return a(f, seat) == bound }
	case OpNotEqual:
		return func(f *factColumns, seat int32) bool { return a(f, seat) != bound }
	}
	if of.column {
		slot := of.slot
		return func(f *factColumns, seat int32) bool { return f.columns[slot][seat] >= bound }
	}
	return func(f *factColumns, seat int32) bool { return a(f, seat) >= bound }
}

// accepted says for each outcome of a comparison (less, equal, greater) whether the operation holds.
func accepted(op Op) [3]bool {
	switch op {
	case OpLess:
		return [3]bool{true, false, false}
	case OpLessEqual:
		return [3]bool{true, true, false}
	case OpGreater:
		return [3]bool{false, false, true}
	case OpGreaterEqual:
		return [3]bool{false, true, true}
	case OpEqual:
		return [3]bool{false, true, false}
	}
	return [3]bool{true, false, true}
}

// compareProducts compares a × aBy with b × bBy.
func compareProducts(a int64, aBy uint64, b int64, bBy uint64) int {
	if (a < 0) != (b < 0) {
		return cmp.Compare(a, b)
	}
	aHigh, aLow := bits.Mul64(magnitudeOf(a), aBy)
	bHigh, bLow := bits.Mul64(magnitudeOf(b), bBy)
	order := cmp.Or(cmp.Compare(aHigh, bHigh), cmp.Compare(aLow, bLow))
	if a < 0 {
		return -order
	}
	return order
}

// added is a sum; false where it leaves int64, which it never does with nothing added.
func added(a, b int64) (int64, bool) {
	sum := a + b
	return sum, (sum > a) == (b > 0)
}

func subtracted(a, b int64) (int64, bool) {
	difference := a - b
	return difference, (difference < a) == (b > 0)
}

func multiplied(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitudeOf(a), magnitudeOf(b))
	if (a < 0) != (b < 0) {
		return int64(-lo), hi == 0 && lo <= 1<<63
	}
	return int64(lo), hi == 0 && lo <= math.MaxInt64
}
