package calc

import (
	"slices"
	"testing"
)

// Distributors are settled in batches, with what they carry beside each other: whoever has nothing on the legs carries nothing of what
// somebody of the batch before does.
func TestBinary_NothingIsCarriedFromTheBatchBefore(t *testing.T) {
	const n, deepest = 3 * legsBatch, legsBatch - 1
	for side, key := range sideKeys("team") {
		p := newPair(t, nil)
		in := p.in
		in.Threads, in.Network = 1, Network{EnrolledAtUS: make([]int64, n)}
		for row := range int32(n) {
			in.Network.Parent = append(in.Network.Parent, (row+1)/2-1)
			in.Network.Leg = append(in.Network.Leg, uint8(2-row%2))
		}
		in.Network.Leg[0], in.Network.Sponsor = 0, in.Network.Parent
		// The outermost of a level of the first batch sells, so all above carry it in one leg.
		seller := int32(deepest)
		if side == 1 {
			seller = deepest - 1
		}
		in.Volumes = Volumes{Seller: []int32{seller}, PV: []int64{0}, CV: []int64{100 * points}, PriceMinor: []int64{0}}
		want := make([]int64, n)
		for row := seller; row > 0; row = in.Network.Parent[row] {
			if in.Network.Leg[row] == uint8(side+1) {
				want[in.Network.Parent[row]] = 100 * points
			}
		}
		got := must(Compute(in)).State[key]
		for row, carries := range want {
			if columnAt(got, int32(row)) != carries {
				t.Errorf("%s: distributor %d carries %d, want %d", key, row, columnAt(got, int32(row)), carries)
			}
		}
	}
}

// One leg alone keeps what it has through periods in which nothing is sold, were it the smallest volume, or one that is lacking.
func TestBinary_OneLegAloneIsCarried(t *testing.T) {
	for _, key := range sideKeys("team") {
		for _, volume := range []int64{1, -1, 100 * points} {
			p := newPair(t, nil)
			p.in.Prior.State = State{key: {volume, 0, 0}}
			for range 3 {
				p.sells(0, 0)
			}
			if carries := columnAt(p.in.Prior.State[key], 0); carries != volume || len(p.in.Prior.State) != 1 {
				t.Errorf("%s: of %d is left %v", key, volume, p.in.Prior.State)
			}
		}
		sold := [2]int64{100, 0}
		if key == sideKeys("team")[1] {
			sold = [2]int64{0, 100}
		}
		p := newPair(t, nil)
		p.wants(sold[0], sold[1], 0, sold)
	}
}

// A period in which nothing is sold counts in an average, and a leg that lacks volume as nothing.
func TestBinary_AverageOfNothing(t *testing.T) {
	average := func(periods int32, times int64) *pair {
		return newPair(t, func(_ *Plan, b *Binary) {
			b.Carry = CarryLimit{AverageTimes: Fraction{times, 1}, AveragePeriods: periods}
		})
	}
	p := average(2, 1)
	p.wants(0, 0, 0, [2]int64{})
	p.wants(1_000, 100, 10_00, [2]int64{50, 0}) // (0 + 100) ÷ 2
	p = average(2, 1)
	p.wants(0, 0, 0, [2]int64{})
	p.wants(100, 1_000, 10_00, [2]int64{0, 50})
	average(1, points).wants(500, -70, 0, [2]int64{0, -70})
	average(1, points).wants(-70, 500, 0, [2]int64{-70, 0})
}

// The first three cycles pay 20, 20 and 30, those after them 10. Neighbours that pay the same make one line.
func TestBinary_FirstCyclesPayWhatTheyAreWorth(t *testing.T) {
	company := func() *pair {
		return newPair(t, func(_ *Plan, b *Binary) {
			b.Rates, b.Cycle = amounts(10_00), &BinaryCycle{Strong: 100 * points, Weak: 100 * points}
			b.FirstCycles = RateTable{Levels: 3, Amounts: true, Rows: [][]int64{{20_00, 20_00, 30_00}}, Candidates: [][]uint8{{0}}}
		})
	}
	atOnce := company().sells(500, 500)
	if !slices.Equal(atOnce.Base, []int64{2, 1, 2}) || !slices.Equal(atOnce.AmountMinor, []int64{40_00, 30_00, 20_00}) || !slices.Equal(atOnce.Part, []uint16{0, 2, 3}) {
		t.Errorf("five cycles are %+v", atOnce)
	}
	p := company()
	p.wants(100, 100, 20_00, [2]int64{})
	p.wants(300, 300, 60_00, [2]int64{}) // 20, 30 and 10
	p.wants(200, 200, 20_00, [2]int64{})
}

// The first cycle of a life is the first that is made: it is not used up while both legs are kept whole, nor forgotten in a period without
// sales.
func TestBinary_FirstCycleIsMadeOnce(t *testing.T) {
	p := newPair(t, func(p *Plan, b *Binary) {
		b.Rates, b.FirstCycles, b.Cycle = amounts(10_00), amounts(50_00), &BinaryCycle{Strong: 100 * points, Weak: 100 * points}
		b.UnqualifiedKeeps = true
		p.Bonuses[0].When = p.condition(p.atLeast(factPV, 100))
	})
	p.wants(100, 100, 0, [2]int64{100, 100})
	if made := columnAt(p.in.Prior.State["binary:team:first"], 0); made != 0 {
		t.Errorf("whoever does not qualify has made %d cycles", made)
	}
	p.own = 100
	p.wants(0, 0, 50_00, [2]int64{})
	p.wants(0, 0, 0, [2]int64{})
	p.wants(100, 100, 10_00, [2]int64{})
}

// One cycle at most is reached with the first, and what is left goes with it.
func TestBinary_OneCycleAtMost(t *testing.T) {
	p := newPair(t, func(_ *Plan, b *Binary) {
		b.Rates, b.Cycle = amounts(10_00), &BinaryCycle{Strong: 100 * points, Weak: 100 * points}
		b.MaxCycles, b.AfterPayout = 1, FlushAtMax
	})
	p.wants(50, 70, 0, [2]int64{50, 70})
	p.wants(200, 300, 10_00, [2]int64{})
}
