package calc

import "errors"

// The errors of this package. They are always wrapped with what they concern: the index of a row, the name of a bonus, the text
// that was refused.
var (
	// ErrOverflow reports that an amount or a sum leaves the range of int64.
	ErrOverflow = errors.New("calc: amount out of range")
	// ErrCadenceName reports a text that names no cadence.
	ErrCadenceName = errors.New("calc: no such cadence")
	// ErrPeriodName reports a text that names no period of the cadence.
	ErrPeriodName = errors.New("calc: no such period")
)
