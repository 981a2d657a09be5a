package calc

import (
	"fmt"
	"math"
	"math/bits"
)

// Amount is base × rate × pointValue × factors, rounded once, in minor units. base is in volume units, or in minor units with a
// pointValue of One. It is exact up to the rounding, whatever the sizes; the error is ErrOverflow when the amount leaves the range
// of int64, and ErrFraction for a factor or a rounding that is none.
func Amount(base, rate int64, pointValue Fraction, r Rounding, factors ...Fraction) (int64, error) {
	q := quotient{num: one, den: one}
	q.multiply(base, 1)
	q.multiply(rate, RateScale)
	q.multiply(pointValue.Num, pointValue.Den)
	for _, f := range factors {
		q.multiply(f.Num, f.Den)
	}
	return q.rounded(r)
}

// RoundedPart is the part of an amount, rounded once, in minor units: what stays of a line when some of it is taken back. The
// errors are those of Amount.
func RoundedPart(amountMinor int64, part Fraction, r Rounding) (int64, error) {
	if whole := part.Num == part.Den; r.StepMinor == 1 && part.Den > 0 && (whole || part.Num == 0) { // as nearly all parts are
		if whole {
			return amountMinor, nil
		}
		return 0, nil
	}
	q := quotient{num: one, den: one}
	q.multiply(amountMinor, 1)
	q.multiply(part.Num, part.Den)
	return q.rounded(r)
}

// wide is an unsigned integer of 448 bits, lowest word first: room for a base, a rate and five factors of full size. The highest
// word is spare, for the shift that a division begins with.
type wide [8]uint64

var one = wide{1}

// multiply reports false when the product does not fit.
func (w *wide) multiply(factor uint64) bool {
	carry := uint64(0)
	for i, word := range w {
		hi, lo := bits.Mul64(word, factor)
		sum, c := bits.Add64(lo, carry, 0)
		w[i], carry = sum, hi+c
	}
	return carry == 0 && w[len(w)-1] == 0
}

// size is the number of words up to the highest that is not zero.
func (w *wide) size() int {
	for n := len(w); n > 0; n-- {
		if w[n-1] != 0 {
			return n
		}
	}
	return 0
}

// shiftLeft shifts by fewer than 64 bits.
func (w *wide) shiftLeft(by uint) {
	for i := len(w) - 1; i > 0; i-- {
		w[i] = w[i]<<by | w[i-1]>>(64-by)
	}
	w[0] <<= by
}

// atLeast compares w with v.
func (w *wide) atLeast(v *wide) bool {
	for i := len(w) - 1; i >= 0; i-- {
		if w[i] != v[i] {
			return w[i] > v[i]
		}
	}
	return true
}

// subtract takes v × factor away from w and reports whether w was the smaller; then w has wrapped around.
func (w *wide) subtract(v *wide, factor uint64) (wrapped bool) {
	carry, borrow := uint64(0), uint64(0)
	for i := range w {
		hi, lo := bits.Mul64(v[i], factor)
		product, c := bits.Add64(lo, carry, 0)
		carry = hi + c
		w[i], borrow = bits.Sub64(w[i], product, borrow)
	}
	return borrow != 0
}

// add adds v and reports a carry out of the highest word.
func (w *wide) add(v *wide) (carried bool) {
	carry := uint64(0)
	for i := range w {
		w[i], carry = bits.Add64(w[i], v[i], carry)
	}
	return carry != 0
}

// quotient is an exact product of fractions on its way to being rounded.
type quotient struct {
	num, den wide
	negative bool
	overflow bool
	invalid  bool
}

func (q *quotient) multiply(num, den int64) {
	if den <= 0 {
		q.invalid = true
		return
	}
	if num < 0 {
		q.negative = !q.negative
	}
	fits := q.num.multiply(magnitudeOf(num)) && q.den.multiply(uint64(den))
	q.overflow = q.overflow || !fits
}

func (q *quotient) rounded(r Rounding) (int64, error) {
	if q.invalid || r.StepMinor <= 0 {
		return 0, ErrFraction
	}
	fits := q.den.multiply(uint64(r.StepMinor))
	if q.overflow || !fits {
		return 0, fmt.Errorf("%w: factors too large", ErrOverflow)
	}
	steps, ok := q.steps(r.Mode)
	if !ok {
		return 0, ErrOverflow
	}
	return stepsToMinor(steps, r.StepMinor, q.negative)
}

// steps is num ÷ den, rounded; false when it does not fit. It uses up q.
func (q *quotient) steps(mode RoundingMode) (uint64, bool) {
	// Long division by Knuth's algorithm D, whose result here is at most one digit of 64 bits.
	size := q.den.size()
	if q.num.size() > size+1 {
		return 0, false
	}
	shift := uint(bits.LeadingZeros64(q.den[size-1]))
	q.num.shiftLeft(shift)
	q.den.shiftLeft(shift)
	high, top := q.num[size], q.den[size-1]
	if high > top {
		return 0, false
	}
	digit := uint64(math.MaxUint64)
	if high < top {
		digit, _ = bits.Div64(high, q.num[size-1], top)
	}
	for wrapped := q.num.subtract(&q.den, digit); wrapped; digit-- {
		wrapped = !q.num.add(&q.den)
	}
	if q.num.atLeast(&q.den) {
		return 0, false
	}
	// What is left of num is the remainder; half of den is passed when the remainder exceeds den less the remainder.
	rest := q.den
	rest.subtract(&q.num, 1)
	half := compareHalf(&q.num, &rest)
	return roundSteps(digit, q.num.size() != 0, half, mode)
}

// compareHalf says how a remainder compares with half of the divisor: −1, 0 or 1.
func compareHalf(remainder, rest *wide) int {
	switch {
	case !remainder.atLeast(rest):
		return -1
	case rest.atLeast(remainder):
		return 0
	}
	return 1
}

// roundSteps rounds a whole number of steps with something left over. half compares what is left with half a step.
func roundSteps(steps uint64, left bool, half int, mode RoundingMode) (uint64, bool) {
	up := false
	switch mode {
	case HalfUp:
		up = half >= 0
	case HalfEven:
		up = half > 0 || half == 0 && steps&1 == 1
	case Up:
		up = left
	case Down:
	}
	if up {
		steps++
	}
	return steps, !up || steps != 0
}

func stepsToMinor(steps uint64, stepMinor int64, negative bool) (int64, error) {
	hi, minor := bits.Mul64(steps, uint64(stepMinor))
	switch {
	case hi != 0:
	case negative && minor <= 1<<63:
		return int64(-minor), nil
	case !negative && minor < 1<<63:
		return int64(minor), nil
	}
	return 0, ErrOverflow
}
