package calc

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

func amounts(minor ...int64) RateTable {
	t := single(minor...)
	t.Amounts = true
	return t
}

func TestBinary_OwnVolumeCountsInALeg(t *testing.T) {
	for _, c := range []struct {
		own         OwnVolume
		left, right int64
		paid        int64
		carry       [2]int64
	}{
		{OwnVolumeNone, 300, 100, 10_00, [2]int64{200, 0}},
		{OwnVolumeLeft, 300, 100, 10_00, [2]int64{250, 0}},
		{OwnVolumeRight, 300, 100, 15_00, [2]int64{150, 0}},
		{OwnVolumeWeaker, 300, 100, 15_00, [2]int64{150, 0}},
		{OwnVolumeWeaker, 100, 300, 15_00, [2]int64{0, 150}},
		{OwnVolumeWeaker, 100, 100, 10_00, [2]int64{50, 0}},
		{OwnVolumeWeaker, 100, 120, 12_00, [2]int64{30, 0}},
	} {
		p := newPair(t, func(_ *Plan, b *Binary) { b.OwnVolume = c.own })
		p.own = 50
		p.wants(c.left, c.right, c.paid, c.carry)
	}
	// Which leg is weaker is seen with what is carried in.
	p := newPair(t, func(_ *Plan, b *Binary) { b.OwnVolume = OwnVolumeWeaker })
	p.wants(300, 0, 0, [2]int64{300, 0})
	p.own = 50
	p.wants(0, 200, 25_00, [2]int64{50, 0})
}

func TestBinary_TheFirstCycleTakesTwoToOne(t *testing.T) {
	p := newPair(t, func(_ *Plan, b *Binary) {
		b.Rates, b.Cycle = amounts(10_00), &BinaryCycle{100 * points, 100 * points, 200 * points, 100 * points}
	})
	p.wants(150, 150, 0, [2]int64{150, 150})
	p.wants(0, 60, 10_00, [2]int64{50, 10})
	p.wants(50, 190, 10_00, [2]int64{0, 100})
	p.wants(300, 0, 10_00, [2]int64{200, 0}) // weeks later it still is behind
}

func TestBinary_ACycleIsWorthWhatRankOrVolumeSay(t *testing.T) {
	p := newPair(t, func(p *Plan, b *Binary) {
		b.Rates, b.Cycle = RateTable{}, &BinaryCycle{Strong: 100 * points, Weak: 100 * points}
		own := p.fact(factPV)
		b.Brackets = &Brackets{
			By:     must(NewNumber(p.Facts, "pv", own)),
			Tables: []BracketTable{{[]int64{50 * points, 200 * points}, []int64{10_00, 12_00}}}, Amounts: true,
		}
	})
	for own, paid := range map[int64]int64{49: 0, 50: 30_00, 199: 30_00, 200: 36_00} {
		p.own, p.in.Prior.State = own, nil
		p.wants(300, 350, paid, [2]int64{0, 50})
	}
}

func TestBinary_BracketsByWhatIsPaidOn(t *testing.T) {
	tables := []BracketTable{{[]int64{0, 1_000 * points, 5_000 * points}, []int64{RateScale / 20, RateScale / 10, RateScale / 5}}}
	whole := newPair(t, func(_ *Plan, b *Binary) { b.Rates, b.Brackets = RateTable{}, &Brackets{Tables: tables} })
	whole.wants(999, 2_000, 49_95, [2]int64{0, 1_001})
	whole.wants(1_000, 0, 100_00, [2]int64{0, 1}) // what is carried in counts
	marginal := newPair(t, func(_ *Plan, b *Binary) { b.Rates, b.Brackets = RateTable{}, &Brackets{Tables: tables, Marginal: true} })
	lines := marginal.sells(6_000, 7_000)
	if !slices.Equal(lines.Part, []uint16{0, 1, 2}) || !slices.Equal(lines.Base, []int64{1_000 * points, 4_000 * points, 1_000 * points}) ||
		!slices.Equal(lines.AmountMinor, []int64{50_00, 400_00, 200_00}) {
		t.Errorf("lines are %+v", lines)
	}
	// The first ten cycles are worth 20, further ones 15. The steps may be written with the decimals of a volume.
	for _, by := range []*Number{nil, {digits: 4}} {
		steps := []int64{0, 10}
		if by != nil {
			steps = []int64{0, 10 * points}
		}
		cycles := newPair(t, func(_ *Plan, b *Binary) {
			b.Rates, b.Cycle = RateTable{}, &BinaryCycle{Strong: points, Weak: points}
			b.Brackets = &Brackets{By: by, Tables: []BracketTable{{steps, []int64{20_00, 15_00}}}, Amounts: true, Marginal: true}
		})
		cycles.wants(12, 13, 230_00, [2]int64{0, 1})
		cycles.wants(10, 0, 20_00, [2]int64{9, 0})
	}
}

func TestBinary_MaxCutsTheLineAndUsesUpTheVolume(t *testing.T) {
	ranked := func(after AfterPayout) func(p *Plan, b *Binary) {
		return func(p *Plan, b *Binary) {
			p.Ranks = []Rank{{Name: "gold", When: p.condition(p.atLeast(factPV, 100))}}
			b.Max, b.AfterPayout = amounts(50_00, 80_00), after
			b.Rates = single(RateScale/10, RateScale/10)
		}
	}
	p := newPair(t, ranked(CarryForward))
	p.wants(1_000, 600, 50_00, [2]int64{400, 0})
	p.own = 100
	lines := p.sells(300, 900)
	if lines.AmountMinor[0] != 70_00 || lines.Factor[0] != 0 {
		t.Errorf("below the most, lines are %+v", lines)
	}
	lines = p.sells(1_000, 800)
	if want := []Factor{{"max", Fraction{4, 5}, 0}}; !slices.Equal(lines.FactorsOf(0), want) || lines.AmountMinor[0] != 80_00 || lines.Base[0] != 1_000*points {
		t.Errorf("lines %+v, factors %+v, want %+v", lines, lines.FactorsOf(0), want)
	}

	flush := newPair(t, ranked(FlushAtMax))
	flush.wants(1_000, 499, 49_90, [2]int64{501, 0})
	flush.wants(0, 500, 50_00, [2]int64{})
	// The step of rounding is kept: 48 is the most in steps of 6.00.
	steps := newPair(t, func(p *Plan, b *Binary) {
		ranked(CarryForward)(p, b)
		p.Rounding.StepMinor = 6_00
	})
	steps.wants(1_000, 600, 48_00, [2]int64{400, 0})
	// Brackets are served from the lowest on; the one at which it runs out is cut.
	brackets := newPair(t, func(_ *Plan, b *Binary) {
		b.Rates, b.Max = RateTable{}, amounts(100_00)
		b.Brackets = &Brackets{Tables: []BracketTable{{[]int64{0, 500 * points, 1_000 * points}, []int64{RateScale / 10, RateScale / 5, RateScale / 2}}}, Marginal: true}
	})
	lines = brackets.sells(5_000, 5_000)
	if !slices.Equal(lines.AmountMinor, []int64{50_00, 50_00}) || !slices.Equal(lines.FactorsOf(1), []Factor{{"max", Fraction{1, 2}, 0}}) || brackets.carry() != [2]int64{} {
		t.Errorf("lines %+v", lines)
	}
	brackets.in.Plan.Bonuses[0].Binary.Max = amounts(50_01)
	if lines = brackets.sells(5_000, 5_000); !slices.Equal(lines.AmountMinor, []int64{50_00, 1}) {
		t.Errorf("with a unit of room left, lines %+v", lines)
	}
	brackets.in.Plan.Bonuses[0].Binary.Max = amounts(50_00)
	if lines = brackets.sells(5_000, 5_000); !slices.Equal(lines.AmountMinor, []int64{50_00}) {
		t.Errorf("with no room left, lines %+v", lines)
	}
	// Nothing at most is nothing, and somebody without a row has no limit.
	none := newPair(t, func(p *Plan, b *Binary) { ranked(CarryForward)(p, b); b.Max = amounts(0, 0) })
	none.wants(1_000, 600, 0, [2]int64{400, 0})
	free := newPair(t, func(p *Plan, b *Binary) { ranked(CarryForward)(p, b); b.Max.Candidates[0] = nil })
	free.wants(1_000, 600, 60_00, [2]int64{400, 0})
}

func TestBinary_MarketsHaveTheirOwnRatesAndPoint(t *testing.T) {
	p := newPair(t, func(p *Plan, b *Binary) {
		p.Names.Markets, p.VariantOfMarket, p.PointValues = []string{"IN"}, []uint8{0, 1}, []Fraction{{1, 100}, {1, 200}}
		b.Rates = single(RateScale/10, RateScale/5)
		b.Max = amounts(40_00, 10_00)
		b.Max.Candidates[0] = nil
	})
	p.wants(100, 300, 10_00, [2]int64{0, 200})
	p.in.Network.Market = []uint16{1, 0, 0}
	p.wants(50, 0, 5_00, [2]int64{0, 150}) // 50 × 20 % × 0.50
	p.wants(150, 0, 10_00, [2]int64{0, 0})
}

// A line that is cut to a limit comes to it exactly before it is rounded, so that later factors scale the limit and nothing else.
func TestBinary_CutIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	several := 0
	for range 5_000 {
		var num, den [4]int64
		exact := big.NewRat(1, 1)
		for i := range num {
			num[i], den[i] = 1+r.Int64N(1<<r.IntN(62)), 1+r.Int64N(1<<r.IntN(62))
			exact.Mul(exact, big.NewRat(num[i], den[i]))
		}
		got := big.NewRat(1, 1)
		factors := fractionsOf(num, den)
		for _, f := range factors {
			if f.Num <= 0 || f.Den <= 0 {
				t.Fatalf("%v ÷ %v gives %v", num, den, factors)
			}
			got.Mul(got, big.NewRat(f.Num, f.Den))
		}
		if got.Cmp(exact) != 0 || len(factors) > 4 {
			t.Fatalf("%v ÷ %v gives %v", num, den, factors)
		}
		if len(factors) > 1 {
			several++
		}
	}
	if several == 0 {
		t.Error("no quotient needed several fractions")
	}

	p := newPair(t, func(p *Plan, b *Binary) {
		p.PointValue = Fraction{1_000_003, 99_999_989}
		b.Rates, b.ByRatio, b.Max = single(123_456_789), true, amounts(999_999_937)
	})
	lines := p.sells(9_999_999_967, 7_777_777_777)
	if factors := lines.FactorsOf(0); lines.AmountMinor[0] != 999_999_937 || len(factors) < 3 || factors[0].Name != "ratio" || factors[1].Name != "max" {
		t.Errorf("amount %d, factors %v", lines.AmountMinor[0], factors)
	}
	exact := new(big.Rat).Mul(big.NewRat(lines.Base[0], 1), big.NewRat(lines.Rate[0], RateScale))
	exact.Mul(exact, big.NewRat(1_000_003, 99_999_989))
	for _, f := range lines.FactorsOf(0) {
		exact.Mul(exact, big.NewRat(f.Num, f.Den))
	}
	if exact.Cmp(big.NewRat(999_999_937, 1)) != 0 {
		t.Errorf("the line comes to %s", exact.FloatString(12))
	}
}

func TestBinary_AmountOutOfRangeNamesBonusAndEarner(t *testing.T) {
	for _, rule := range []func(b *Binary){
		func(*Binary) {},
		func(b *Binary) { b.Max = amounts(5) },
	} {
		p := newPair(t, func(p *Plan, b *Binary) {
			p.PointValue = Fraction{math.MaxInt64, 1}
			rule(b)
		})
		p.in.Volumes = Volumes{Seller: []int32{1, 2}, PV: make([]int64, 2), CV: []int64{points, points}, PriceMinor: make([]int64, 2)}
		if _, err := Compute(p.in); !errors.Is(err, ErrOverflow) || err.Error() != "bonus team of distributor 0: "+ErrOverflow.Error() {
			t.Errorf("got %v", err)
		}
	}
}
