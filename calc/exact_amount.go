package calc

import (
	"fmt"
	"math/bits"
)

// ExactAmount is an amount before it is rounded, in steps of a Rounding: Steps whole ones, and of another the part that Hi and Lo hold as
// 128 binary places. Two products whose denominators fit 64 bits differ in those unless they are equal.
type ExactAmount struct {
	Steps, Hi, Lo uint64
	// More tells that something is left behind the 128 places.
	More     bool
	Negative bool
}

// ExactQuotient is (hi × 2⁶⁴ + lo) ÷ den steps: with hi and lo from bits.Mul64 of a base and the numerator of all that it is multiplied
// by, and den the denominator and the step. The errors are ErrFraction when den is zero, and ErrOverflow.
func ExactQuotient(hi, lo, den uint64, negative bool) (ExactAmount, error) {
	if den == 0 {
		return ExactAmount{}, ErrFraction
	}
	if hi >= den {
		return ExactAmount{}, ErrOverflow
	}
	e := ExactAmount{Negative: negative}
	e.Steps, lo = bits.Div64(hi, lo, den)
	e.Hi, lo = bits.Div64(lo, 0, den)
	e.Lo, lo = bits.Div64(lo, 0, den)
	e.More = lo != 0
	return e, nil
}

// ExactProduct is base × factors in steps, of any size. It takes several times as long as ExactQuotient. The errors are ErrFraction for
// a factor or a step that is none, and ErrOverflow.
func ExactProduct(base, stepMinor int64, factors ...Fraction) (ExactAmount, error) {
	q := quotient{num: one, den: one}
	q.multiply(base, 1)
	q.multiply(1, stepMinor)
	for _, f := range factors {
		q.multiply(f.Num, f.Den)
	}
	switch {
	case q.invalid:
		return ExactAmount{}, ErrFraction
	case q.overflow:
		return ExactAmount{}, fmt.Errorf("%w: factors too large", ErrOverflow)
	}
	e := ExactAmount{Negative: q.negative}
	var ok bool
	if e.Steps, ok = q.steps(Down); !ok {
		return ExactAmount{}, ErrOverflow
	}
	// Rounding leaves the remainder; 64 places further on it is the dividend of the next digit.
	for _, digit := range [...]*uint64{&e.Hi, &e.Lo} {
		copy(q.num[1:], q.num[:])
		q.num[0] = 0
		*digit, _ = q.steps(Down)
	}
	e.More = q.num.size() != 0
	return e, nil
}

// RoundedMinor rounds the amount, which was made for this step. The errors are those of Amount.
func (e ExactAmount) RoundedMinor(r Rounding) (int64, error) {
	if r.StepMinor <= 0 {
		return 0, ErrFraction
	}
	const halfPlace = 1 << 63
	half := -1
	switch {
	case e.Hi == halfPlace && e.Lo == 0 && !e.More:
		half = 0
	case e.Hi >= halfPlace:
		half = 1
	}
	steps, ok := roundSteps(e.Steps, !e.whole(), half, r.Mode)
	if !ok {
		return 0, ErrOverflow
	}
	return stepsToMinor(steps, r.StepMinor, e.Negative)
}

// whole tells that nothing is left over the whole steps.
func (e *ExactAmount) whole() bool { return e.Hi == 0 && e.Lo == 0 && !e.More }

// places are the 128 places of what is left of a step, or of what lacks to the next one.
func (e *ExactAmount) places(lacking bool) (hi, lo uint64) {
	if !lacking || e.whole() {
		return e.Hi, e.Lo
	}
	hi, lo = ^e.Hi, ^e.Lo
	if !e.More {
		// Taken from one exactly; with more behind them, the places that lack are those of a little less.
		var carry uint64
		lo, carry = bits.Add64(lo, 1, 0)
		hi += carry
	}
	return hi, lo
}
