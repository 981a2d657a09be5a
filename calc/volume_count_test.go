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

// A share is rounded half away from zero, alike for a number and its negative; of several shares the product is rounded, once.
func TestVolume_PartsAreRoundedAlikeOnBothSidesOfZero(t *testing.T) {
	for _, c := range []struct{ number, share, customerShare, want int64 }{
		{0, RateScale / 2, RateScale, 0},
		{1, RateScale / 2, RateScale, 1},
		{1, RateScale/2 - 1, RateScale, 0},
		{1, 1, RateScale, 0},
		{1, RateScale, RateScale, 1},
		{3, RateScale / 2, RateScale, 2},
		{5, RateScale / 2, RateScale, 3},
		{5, RateScale, RateScale / 2, 3},
		{math.MaxInt64, RateScale, RateScale, math.MaxInt64},
		{math.MaxInt64, RateScale - 1, RateScale, 9_223_372_027_631_403_770},
		{18_446_744_092, RateScale - 1, RateScale, 18_446_744_074}, // just below 2⁶⁴, and above it with the half
		{1, RateScale / 2, RateScale / 2, 0},                       // rounded twice it would be 1
		{2, RateScale / 2, RateScale / 2, 1},
		{10, RateScale / 2, RateScale / 2, 3},
		{12, RateScale / 2, RateScale / 2, 3},
	} {
		f := filter{Volume: &Volume{Share: c.share, CustomerShare: c.customerShare}, in: &Input{Volumes: Volumes{Buyer: []int32{0}}}}
		if got, negative := f.part(0, c.number), f.part(0, -c.number); got != c.want || negative != -c.want {
			t.Errorf("%d × %d × %d: %d, and %d of the negative; want %d", c.number, c.share, c.customerShare, got, negative, c.want)
		}
	}
	f := filter{
		Volume: &Volume{Share: RateScale / 2, ClassShares: []int64{0, RateScale / 2}, CustomerShare: RateScale / 2},
		in:     &Input{Volumes: Volumes{Class: []uint16{1}, Buyer: []int32{0}}},
	}
	if got := f.part(0, 12); got != 2 {
		t.Errorf("half of half of half of 12 is %d", got)
	}
}

// Customers have numbers, the first one 0, and what a distributor has bought has none.
func TestFilter_TellsCustomersFromDistributors(t *testing.T) {
	for _, c := range []struct {
		buyers        Buyers
		buyer         int32
		counts        bool
		firstSaleOnly bool
	}{
		{buyers: BuyersCustomers, buyer: -1},
		{buyers: BuyersCustomers, buyer: 0, counts: true},
		{buyers: BuyersCustomers, buyer: 1, counts: true},
		{buyers: BuyersDistributors, buyer: -1, counts: true},
		{buyers: BuyersDistributors, buyer: 0},
		{buyers: BuyersAll, buyer: -1, counts: true},
		{buyers: BuyersAll, buyer: 0, counts: true},
		{buyers: BuyersAll, buyer: 0, firstSaleOnly: true},
	} {
		f := filter{Volume: &Volume{Buyers: c.buyers, FirstSaleOnly: c.firstSaleOnly}, in: &Input{Volumes: Volumes{Buyer: []int32{c.buyer}, First: []uint16{0}}}}
		if got := f.counts(0); got != c.counts {
			t.Errorf("%+v: counts %t", c, got)
		}
	}
}
