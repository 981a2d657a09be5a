package calc

import (
	"reflect"
	"testing"
)

// Whoever has not opened a level is passed over by dynamic compression, and the level goes on to the next above who has.
func TestUnilevel_DynamicPassesOverWhoHasNotOpenedTheLevel(t *testing.T) {
	p := testPlanOf(Bonus{Name: "levels", Cadence: Monthly, Unilevel: &Unilevel{Walk: Walk{Compression: CompressionDynamic}}})
	p.Names.Tags = []string{"trained"}
	trained := p.condition(p.fact(FactKey{Fact: FactTag, Name: 1}))
	u := p.Bonuses[0].Unilevel
	u.Rates = EverybodyAt(p, RateScale/10, RateScale/20)
	u.Rates.Unlock = []*Condition{trained}
	in := &Input{Plan: p, Cadence: Monthly, Period: PeriodByNo(Monthly, nil, 644)}
	in.Network = Network{Sponsor: []int32{-1, 0, 1, 2}, EnrolledAtUS: make([]int64, 4), Tags: []uint64{0, 1, 0, 0}}
	in.Volumes = Volumes{Seller: []int32{3}, PV: []int64{0}, CV: []int64{100 * VolumeScale}, PriceMinor: []int64{0}}
	out, err := Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	want := []modelLine{{0, 0, 2, 100 * VolumeScale, RateScale / 20, 5_00}, {1, 0, 1, 100 * VolumeScale, RateScale / 10, 10_00}}
	if got := linesOf(out.Lines); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
