package calc

import "errors"

// The errors of this package. They are always wrapped with what they concern: the index of a row, the name of a bonus, the text
// that was refused.
var (
	// ErrOverflow reports that an amount or a sum leaves the range of int64.
	ErrOverflow = errors.New("calc: amount out of range")
	// ErrFraction reports a factor with a denominator, or a rounding with a step, that is not greater than zero.
	ErrFraction = errors.New("calc: denominator or rounding step not greater than zero")
	// ErrDecimal reports a text that is no decimal number.
	ErrDecimal = errors.New("calc: not a decimal number")
	// ErrTooManyDecimals reports a number with more decimals than its unit has. Nothing is rounded on the way in.
	ErrTooManyDecimals = errors.New("calc: too many decimals")
	// ErrCadenceName reports a text that names no cadence.
	ErrCadenceName = errors.New("calc: no such cadence")
	// ErrPeriodName reports a text that names no period of the cadence.
	ErrPeriodName = errors.New("calc: no such period")
	// ErrInput reports an input of the engine that is not whole: columns of unequal length, an index out of range, a tree that
	// is none.
	ErrInput = errors.New("calc: bad input")
	// ErrPlan reports a plan that the engine cannot compute with. Plans that calc/plan compiled never give it.
	ErrPlan = errors.New("calc: bad plan")
)
