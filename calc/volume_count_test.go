package calc

import (
	"errors"
	"math"
	"testing"
)

// What a seller sells in a calendar period is added up over its periods, and may not leave the range of int64.
func TestVolume_SumOfASellersBoundVolumeOutOfRange(t *testing.T) {
	p := newPayroll(1, Bonus{Name: "own", Cadence: Monthly, Direct: &Direct{Base: VolumeBuiltIn, Rates: single(RateScale / 100)}})
	plan := p.in.Plan
	plan.Volumes = []Volume{{Name: "bounded", Measure: MeasurePrice, Share: RateScale, CustomerShare: RateScale, SourceCap: 1_000, SourceWithin: Yearly}}
	p.in.Period = PeriodByNo(Monthly, nil, p.in.Period.No-p.in.Period.No%12+1) // the second of a year
	p.sell(0, 5_000)
	for before, want := range map[int64]int64{0: 10, 400: 6, 1_000: 0, -300: 10} {
		p.in.Prior.State = State{sourceKey(&plan.Volumes[0]): {before}}
		out, err := Compute(p.in)
		if err != nil {
			t.Fatal(err)
		}
		if got := sumsByRow(p.in, out)[0]; got != want {
			t.Errorf("after %d: %d, want %d", before, got, want)
		}
		if got := out.State[sourceKey(&plan.Volumes[0])][0]; got != before+5_000 {
			t.Errorf("after %d: %d goes on, want %d", before, got, before+5_000)
		}
	}
	p.in.Prior.State = State{sourceKey(&plan.Volumes[0]): {math.MaxInt64 - 4_999}}
	if out, err := Compute(p.in); !errors.Is(err, ErrOverflow) {
		t.Errorf("got %v, %v, want an overflow", out, err)
	}
}
