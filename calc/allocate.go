package calc

import (
	"fmt"
	"math/bits"
)

// Remainder says who gets the steps that are left when parts of a whole are rounded.
type Remainder uint8

// Who gets them.
const (
	// RemainderLargest gives one each to the parts that rounding down took most from; among equals, to the one with the lower index.
	RemainderLargest Remainder = iota
	// RemainderFirst gives one each to the first parts that have a weight.
	RemainderFirst
	// RemainderCompany gives them to nobody: parts are rounded down.
	RemainderCompany
)

// Allocation is a whole that is shared in parts, to the last step. A whole and its negative are shared alike.
type Allocation struct {
	// WholeMinor is the whole in minor units, StepMinor the step of the parts, greater than zero. Unless the company gets the
	// remainder, the whole consists of steps: what makes the whole is rounded, not what the parts sum to.
	WholeMinor, StepMinor int64
	Remainder             Remainder
	// Den is the weight that stands for the whole; 0 is the sum of the weights. With a greater one, as where a share is capped and its
	// rest goes to nobody, parts sum to what all the weights are worth together, rounded down.
	Den int64
}

// Share gives the parts: amounts[i] is the whole × weights[i] ÷ Den, rounded down to a step, and a step more for those whom the remainder
// goes to. What is left of the whole is undistributed, so that the amounts and it sum to the whole exactly. Without Den, that is
// nothing, unless the company gets the remainder or no part has a weight.
//
// Weights are not below zero, and do not stand where amounts go. Nothing is allocated by part, and time grows with their number alone. The errors are ErrInput,
// with the index of a bad weight, and ErrOverflow where the sum of the weights leaves int64.
func (a Allocation) Share(amounts, weights []int64) (undistributedMinor int64, err error) {
	if len(amounts) != len(weights) {
		return 0, fmt.Errorf("%w: %d amounts for %d weights", ErrInput, len(amounts), len(weights))
	}
	return a.share(amounts, partWeights{column: weights})
}

// ShareBy is Share with weights that stand elsewhere than in a slice of their own. It asks for each weight several times.
func (a Allocation) ShareBy(amounts []int64, weight func(i int) int64) (undistributedMinor int64, err error) {
	return a.share(amounts, partWeights{function: weight})
}

// partWeights are weights of parts: a column, or else a function.
type partWeights struct {
	column   []int64
	function func(i int) int64
}

func (w *partWeights) at(i int) int64 {
	if w.column != nil {
		return w.column[i]
	}
	return w.function(i)
}

func (a *Allocation) share(amounts []int64, weights partWeights) (undistributedMinor int64, err error) {
	den, sum, err := a.weigh(len(amounts), weights)
	if err != nil {
		return 0, err
	}
	if sum == 0 {
		clear(amounts)
		return a.WholeMinor, nil
	}
	whole := magnitudeOf(a.WholeMinor) / uint64(a.StepMinor)
	// Until the end amounts are steps, and unsigned.
	given := uint64(0)
	for i := range amounts {
		steps, _ := quoRem(whole, uint64(weights.at(i)), den)
		amounts[i] = int64(steps)
		given += steps
	}
	if a.Remainder != RemainderCompany {
		all, _ := quoRem(whole, sum, den)
		a.giveSteps(amounts, int(all-given), weights, whole, den)
		given = all
	}
	negative := a.WholeMinor < 0
	for i, steps := range amounts {
		if amounts[i] = steps * a.StepMinor; negative {
			amounts[i] = -amounts[i]
		}
	}
	shared := int64(given * uint64(a.StepMinor))
	if negative {
		shared = -shared
	}
	return a.WholeMinor - shared, nil
}

// weigh checks the allocation and its weights, and gives the weight of the whole and of all parts.
func (a *Allocation) weigh(n int, weights partWeights) (den, sum uint64, err error) {
	switch {
	case a.StepMinor <= 0:
		return 0, 0, fmt.Errorf("%w: %w: a step of %d", ErrInput, ErrFraction, a.StepMinor)
	case a.Remainder > RemainderCompany:
		return 0, 0, fmt.Errorf("%w: there is no remainder rule %d", ErrInput, a.Remainder)
	case a.Den < 0:
		return 0, 0, fmt.Errorf("%w: %w: a whole of weight %d", ErrInput, ErrFraction, a.Den)
	case a.Remainder != RemainderCompany && a.WholeMinor%a.StepMinor != 0:
		return 0, 0, fmt.Errorf("%w: %d cannot be shared in steps of %d; round it first", ErrInput, a.WholeMinor, a.StepMinor)
	}
	for i := range n {
		w := weights.at(i)
		if w < 0 {
			return 0, 0, fmt.Errorf("%w: weight %d is %d, which is below zero", ErrInput, i, w)
		}
		if sum += uint64(w); sum > 1<<63-1 {
			return 0, 0, fmt.Errorf("%w: the sum of weights 0 to %d", ErrOverflow, i)
		}
	}
	den = uint64(a.Den)
	if den == 0 {
		den = sum
	}
	if sum > den {
		return 0, 0, fmt.Errorf("%w: weights sum to %d, which is more than the whole's %d", ErrInput, sum, den)
	}
	return den, sum, nil
}

// giveSteps gives count steps more, one a part.
func (a *Allocation) giveSteps(amounts []int64, count int, weights partWeights, whole, den uint64) {
	if a.Remainder == RemainderFirst {
		for i := 0; count > 0; i++ {
			if weights.at(i) > 0 {
				amounts[i]++
				count--
			}
		}
		return
	}
	// What rounding down took from a part follows from its steps by multiplying: the words above the lowest cancel. Shifted up, its
	// highest digit is one that parts differ in.
	shift := bits.LeadingZeros64(den)
	left := func(i, _ int) uint64 { return (whole*uint64(weights.at(i)) - uint64(amounts[i])*den) << shift }
	top := highestRanks(len(amounts), count, 1, left)
	for i := range amounts {
		if top.takes(i, left) {
			amounts[i]++
		}
	}
}

// quoRem divides a × b by c. The quotient fits where b is at most c.
func quoRem(a, b, c uint64) (quotient, remainder uint64) {
	hi, lo := bits.Mul64(a, b)
	if hi == 0 {
		return lo / c, lo % c
	}
	return bits.Div64(hi, lo, c)
}
