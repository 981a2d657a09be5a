package calc

import "testing"

// An adjustment moves at most what there is, in its own direction; other lines are what they are.
func TestWithinBase_BoundsAdjustmentsOnly(t *testing.T) {
	for _, c := range []struct{ amount, base, want int64 }{
		{10, 12, 10}, {12, 10, 10}, {-12, 10, -10}, {12, -10, 10}, {-12, -10, -10}, {-10, -10, -10}, {5, 0, 0}, {-5, 0, 0}, {-1, 0, 0}, {0, 0, 0}, {0, 7, 0},
	} {
		if got := withinBase(LineAdjustment, c.base, c.amount); got != c.want {
			t.Errorf("an adjustment of %d by %d is %d, want %d", c.base, c.amount, got, c.want)
		}
		if got := withinBase(LineCommission, c.base, c.amount); got != c.amount {
			t.Errorf("a commission of %d on %d is %d", c.amount, c.base, got)
		}
	}
}
