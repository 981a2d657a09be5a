package plan

import (
	"math"
	"testing"

	"upline/calc"
)

// partOf never leaves int64, whatever rates a file gives.
func TestPartOf_IsBounded(t *testing.T) {
	for _, c := range []struct{ rate, of, want int64 }{
		{calc.RateScale / 2, calc.RateScale / 2, calc.RateScale / 4},
		{calc.RateScale, calc.RateScale, calc.RateScale},
		{math.MaxInt64, math.MaxInt64, 1_000 * calc.RateScale},
		{0, math.MaxInt64, 0},
	} {
		if got := partOf(c.rate, c.of); got != c.want {
			t.Errorf("%d of %d: got %d, want %d", c.rate, c.of, got, c.want)
		}
	}
}
