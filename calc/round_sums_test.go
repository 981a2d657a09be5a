package calc

import (
	"errors"
	"math"
	"math/big"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestRoundSums_OneLineForEachBonus(t *testing.T) {
	p := newPayroll(2, directOf("a", RateScale/3), directOf("b", RateScale/7), manual("c"))
	p.in.Plan.Rounding = Rounding{HalfUp, 5}
	p.in.Plan.RoundingAt = RoundBonuses
	p.in.Plan.Bonuses[1].Rounding = &Rounding{Down, 100}
	p.sell(0, 1000) // 333.33 and 142.86
	p.sell(1, 8)    // 2.67, rounded to 5, and 1.14, rounded to nothing
	p.pay("c", 0, 7)
	wantLines(t, p.in, p.compute(t), `
		0 a 1000 × 0.333333333 = 333
		0 a rounding = 2
		0 b 1000 × 0.142857142 = 142
		0 b rounding = -42
		0 c 7 × 1 = 7
		0 c rounding = -2
		1 a 8 × 0.333333333 = 3
		1 a rounding = 2
		1 b 8 × 0.142857142 = 1
		1 b rounding = -1`)
}

// Lines that round to nothing by themselves count in their sum.
func TestRoundSums_ManyLinesOfNothing(t *testing.T) {
	p := newPayroll(1, directOf("a", RateScale*4/10), directOf("b", RateScale*4/10), directOf("c", RateScale*4/10))
	p.in.Plan.RoundingAt = RoundTotals
	p.sell(0, 1)
	wantLines(t, p.in, p.compute(t), `
		0 a 1 × 0.4 = 0
		0 b 1 × 0.4 = 0
		0 c 1 × 0.4 = 0
		0 c rounding = 1`)
}

// Halves that the lines' own rounding has moved do not count twice: 0.5 and 0.5 are 1, and not 2.
func TestRoundSums_TotalOfWhatIsNotRounded(t *testing.T) {
	p := newPayroll(2, directOf("a", RateScale/2), directOf("b", RateScale/2), manual("c"))
	p.in.Plan.RoundingAt = RoundTotals
	p.sell(0, 1)
	p.sell(1, 3)
	p.pay("c", 1, 1)
	wantLines(t, p.in, p.compute(t), `
		0 a 1 × 0.5 = 1
		0 b 1 × 0.5 = 1
		0 b rounding = -1
		1 a 3 × 0.5 = 2
		1 b 3 × 0.5 = 2
		1 c 1 × 1 = 1
		1 c rounding = -1`)
}

// What a cap has left is not raised again, and its rounding lines stay.
func TestRoundSums_CapsHold(t *testing.T) {
	p := newPayroll(3, directOf("a", RateScale/3))
	p.in.Plan.RoundingAt = RoundTotals
	for row := range 3 {
		p.sell(row, 100)
	}
	p.cap(Cap{Name: "limit", Per: CapPerCompany, LimitMinor: p.limit(50)})
	wantLines(t, p.in, p.compute(t), `
		0 a 100 × 0.333333333 × limit 50/99 = 17
		1 a 100 × 0.333333333 × limit 50/99 = 17
		2 a 100 × 0.333333333 × limit 50/99 = 17
		2 a rounding = -1`)
	// To another step, one rounding line makes up for both.
	p.in.Plan.Rounding.StepMinor = 10
	wantLines(t, p.in, p.compute(t), `
		0 a 100 × 0.333333333 × limit 50/99 = 17
		0 a rounding = 3
		1 a 100 × 0.333333333 × limit 50/99 = 17
		1 a rounding = 3
		2 a 100 × 0.333333333 × limit 50/99 = 17
		2 a rounding = 3`)
}

// Five lines of 10.4 were rounded to 50 before they were scaled to 40; the half units that rounding took do not come back.
func TestRoundSums_WhatRoundingTookBeforeACapIsNotGivenBack(t *testing.T) {
	p := newPayroll(1, directOf("a", RateScale/10), directOf("b", RateScale/10), directOf("c", RateScale/10), directOf("d", RateScale/10),
		directOf("e", RateScale/10))
	p.in.Plan.RoundingAt = RoundTotals
	p.sell(0, 104)
	p.cap(Cap{Name: "limit", LimitMinor: p.limit(40)})
	if got := sumsByRow(p.in, p.compute(t)); got[0] != 40 {
		t.Errorf("%v", got)
	}
}

// Shares of pools are allotted, and not rounded.
func TestRoundSums_PoolsAreSharedAsTheyAre(t *testing.T) {
	var pools []Bonus
	for _, name := range []string{"a", "b", "c"} {
		pools = append(pools, Bonus{Name: name, Cadence: Monthly, Pool: &Pool{AmountMinor: 167}})
	}
	p := newPayroll(5, pools...)
	p.in.Plan.RoundingAt = RoundTotals
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{102, 102, 99, 99, 99}) {
		t.Errorf("%v", got)
	}
}

// The rounding line of a total stands beside those of a cap.
func TestRoundSums_BesideTheRoundingLinesOfACap(t *testing.T) {
	unilevel := &Unilevel{Base: BasePrice}
	p := newPayroll(3, Bonus{Name: "levels", Cadence: Monthly, Unilevel: unilevel})
	unilevel.Rates = EverybodyAt(p.in.Plan, RateScale/20, RateScale/20)
	p.in.Network.Sponsor = []int32{-1, 0, 1}
	p.in.Plan.RoundingAt, p.in.Plan.Rounding.StepMinor = RoundTotals, 10
	p.sell(1, 100)
	p.sell(2, 100)
	p.cap(Cap{Name: "limit", LimitMinor: p.limit(5)})
	wantLines(t, p.in, p.compute(t), `
		0 levels rounding = 5
		0 levels 1.0 100 × 0.05 × limit 5/10 = 3
		0 levels 2.0 100 × 0.05 × limit 5/10 = 3
		0 levels 2.0 rounding = -1
		1 levels rounding = 5
		1 levels 1.0 100 × 0.05 = 5`)
}

func TestRoundSums_AgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPayroll(2, directOf("a", rapid.Int64Range(1, RateScale).Draw(t, "a")), directOf("b", rapid.Int64Range(1, 50).Draw(t, "b")*20_000_000),
			directOf("c", RateScale/3))
		p.in.Plan.RoundingAt = RoundingAt(rapid.IntRange(1, 2).Draw(t, "at"))
		p.in.Plan.Rounding = Rounding{RoundingMode(rapid.IntRange(0, 3).Draw(t, "mode")), rapid.SampledFrom([]int64{1, 5, 100}).Draw(t, "step")}
		for row := range 2 {
			p.sell(row, rapid.Int64Range(-1000, 1e6).Draw(t, "price"))
		}
		out, err := Compute(p.in)
		if err != nil {
			t.Fatal(err)
		}
		exact, want := map[[2]int]*big.Rat{}, map[[2]int]int64{}
		l := &out.Lines
		for i := range l.Len() {
			key := [2]int{int(l.Earner[i]), 0}
			if p.in.Plan.RoundingAt == RoundBonuses {
				key[1] = int(l.Bonus[i])
			}
			if exact[key] == nil {
				exact[key] = new(big.Rat)
			}
			exact[key].Add(exact[key], new(big.Rat).Mul(new(big.Rat).SetInt64(l.Base[i]), big.NewRat(l.Rate[i], RateScale)))
		}
		for key, x := range exact {
			if want[key], _ = modelRounded(x, p.in.Plan.Rounding); want[key] == 0 {
				delete(want, key)
			}
		}
		got, roundings := map[[2]int]int64{}, map[[2]int]int{}
		for i := range l.Len() {
			key := [2]int{int(l.Earner[i]), 0}
			if p.in.Plan.RoundingAt == RoundBonuses {
				key[1] = int(l.Bonus[i])
			}
			if got[key] += l.AmountMinor[i]; got[key] == 0 {
				delete(got, key)
			}
			if l.Kind[i] == LineRounding {
				if roundings[key]++; roundings[key] > 1 || l.AmountMinor[i] == 0 {
					t.Errorf("rounding lines of %v:\n%s", key, described(p.in, out))
				}
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("sums %v, want %v\n%s", got, want, described(p.in, out))
		}
	})
}

// Sums agree with rationals whether they fit 128 bits or not.
func TestExactSum_AgreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sum exactSum
		sum.reset()
		want := new(big.Rat)
		number := rapid.OneOf(rapid.Int64Range(1, 1000), rapid.Int64Range(1, math.MaxInt64))
		for range rapid.IntRange(0, 12).Draw(t, "terms") {
			base := rapid.OneOf(rapid.Int64Range(-1000, 1000), rapid.Int64()).Draw(t, "base")
			f := Fraction{number.Draw(t, "num"), number.Draw(t, "den")}
			if rapid.Bool().Draw(t, "below zero") {
				f.Num = -f.Num
			}
			r := ratio{num: 1, den: 1, fits: true}
			r.times(f)
			sum.add(base, r, func() []Fraction { return []Fraction{f} })
			want.Add(want, ratOf(base, []Fraction{f}))
		}
		r := Rounding{RoundingMode(rapid.IntRange(0, 3).Draw(t, "mode")), rapid.OneOf(rapid.Just(int64(1)), rapid.Int64Range(1, 1000)).Draw(t, "step")}
		got, err := sum.roundedMinor(r)
		if rounded, fits := modelRounded(want, r); fits != (err == nil) || fits && got != rounded {
			t.Errorf("%s rounded to %+v is %d, %v, want %d (%t)", want.FloatString(9), r, got, err, rounded, fits)
		}
	})
}

// What a sum is kept in has no room: for the denominator, for what stands brought to it, or for what is added. None of it wraps.
func TestExactSum_BeyondItsBits(t *testing.T) {
	type term struct{ base, num, den int64 }
	const large, thousandth = 1 << 59, 1 << 10
	for name, c := range map[string]struct {
		terms  []term
		outOf  bool
		wantUp int64
	}{
		"denominators of 32 bits":     {[]term{{1, 1, 1 << 32}, {1, 1, 1<<32 + 1}}, false, 1}, // their product is 2³² when it wraps
		"a large sum, then a part":    {[]term{{large, large, 1}, {1, 1, thousandth}}, true, 0},
		"a part, then a large term":   {[]term{{1, 1, thousandth}, {large, large, 1}}, true, 0},
		"large terms that leave none": {[]term{{large, large, 1}, {1, 1, thousandth}, {-large, large, 1}}, false, 1},
	} {
		var sum exactSum
		sum.reset()
		for _, term := range c.terms {
			f := Fraction{term.num, term.den}
			r := ratio{num: 1, den: 1, fits: true}
			r.times(f)
			sum.add(term.base, r, func() []Fraction { return []Fraction{f} })
		}
		got, err := sum.roundedMinor(Rounding{Up, 1})
		if c.outOf != errors.Is(err, ErrOverflow) || !c.outOf && (err != nil || got != c.wantUp) {
			t.Errorf("%s: got %d, %v; want %d, out of range: %t", name, got, err, c.wantUp, c.outOf)
		}
	}
}

// Sums are made for every distributor, and whole amounts need no room for them.
func TestExactSum_OfWholeAmountsAllocatesNothing(t *testing.T) {
	var sum exactSum
	if count := testing.AllocsPerRun(10, func() {
		sum.reset()
		sum.addMinor(5)
		sum.addMinor(-7)
	}); count != 0 {
		t.Errorf("allocates %v times", count)
	}
	if got, err := sum.roundedMinor(Rounding{HalfUp, 1}); got != -2 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
}

// A factor at a time gives what all at once do.
func TestRatio_AgreesWithAmount(t *testing.T) {
	checkDrawn(t, 50, func(t *rapid.T) {
		number := rapid.OneOf(rapid.Int64Range(0, 1000), rapid.Int64Range(0, math.MaxInt64))
		rate := rapid.Int64Range(-RateScale, RateScale).Draw(t, "rate")
		rounding := Rounding{RoundingMode(rapid.IntRange(0, 3).Draw(t, "mode")), rapid.Int64Range(1, 100).Draw(t, "step")}
		tariff := newTariff(UnitVolume, rate, Fraction{1, 100}, rounding)
		r := ratioOf(&tariff)
		var factors []Fraction
		for range rapid.IntRange(0, 4).Draw(t, "factors") {
			f := Fraction{number.Draw(t, "num"), max(1, number.Draw(t, "den"))}
			if rapid.IntRange(0, 4).Draw(t, "below zero") == 0 {
				f.Num = -f.Num
			}
			factors = append(factors, f)
			r.times(f)
		}
		if !r.fits {
			t.Skip("does not fit")
		}
		base := rapid.OneOf(rapid.Int64Range(-1e9, 1e9), rapid.Int64()).Draw(t, "base")
		want, wantErr := Amount(base, rate, Fraction{1, 100}, rounding, factors...)
		exact, err := r.exact(base)
		got := int64(0)
		if err == nil {
			got, err = exact.RoundedMinor(rounding)
		}
		if (err == nil) != (wantErr == nil) || err == nil && got != want {
			t.Errorf("%d, %v, want %d, %v", got, err, want, wantErr)
		}
	})
}

// A product beyond 64 bits is reduced across before it is given up: 2⁶² ÷ 3 × 6 ÷ 2⁶² is 2, and so is each of its two sides alone.
func TestRatio_ReducesAcrossWhereOneSideIsTooLarge(t *testing.T) {
	for _, c := range []struct {
		name  string
		begin ratio
		by    Fraction
		want  ratio
	}{
		{"above", ratio{num: 1 << 62, den: 3, fits: true}, Fraction{6, 1 << 62}, ratio{num: 2, den: 1, fits: true}},
		{"below", ratio{num: 3, den: 1 << 62, fits: true}, Fraction{1 << 62, 6}, ratio{num: 1, den: 2, fits: true}},
		{"both", ratio{num: 1 << 62, den: 15, fits: true}, Fraction{1 << 40 * 5, 1 << 61}, ratio{num: 1 << 41, den: 3, fits: true}},
		{"below zero", ratio{num: 1 << 62, den: 3, fits: true}, Fraction{-6, 1 << 62}, ratio{num: 2, den: 1, fits: true, negative: true}},
	} {
		if c.begin.times(c.by); c.begin != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, c.begin, c.want)
		}
	}
	r := ratio{num: 1 << 62, den: 3, fits: true}
	if r.times(Fraction{5, 7}); r.fits {
		t.Errorf("5 × 2⁶² ÷ 21 does not fit, and is %+v", r)
	}
	if r.times(Fraction{0, 1}); r.fits {
		t.Error("what has not fitted fits again")
	}
}

// A line whose rate, factor and fraction do not fit 64 bits together is worked out from all of them one by one, and comes to the same.
func TestLineRates_FactorsThatDoNotFitCountOneByOne(t *testing.T) {
	p := testPlanOf(directOf("pay", RateScale/3))
	third, half := Fraction{1 << 61, 3*(1<<61) - 1}, Fraction{1<<62 - 3, 1<<61 - 1}
	w := &lineRates{stage: &stage{computation: &computation{in: &Input{Plan: p}}, plan: p}, factors: []Factor{{Fraction: One}, {Fraction: third, Next: 2}, {Fraction: half}}}
	b := &lineBlock{Lines: &Lines{Earner: []int32{0}, Kind: []LineKind{LineCommission}, Base: []int64{7_000_003}, Rate: []int64{333_333_333}}, unit: UnitMoney, rounding: Rounding{HalfUp, 5}}
	for _, c := range []struct {
		factor int32
		of     []Fraction
	}{{0, nil}, {2, []Fraction{half}}, {1, []Fraction{third, half}}} {
		got, err := w.exact(b, 0, c.factor, Fraction{5, 1<<61 - 3})
		want := must(ExactProduct(7_000_003, 5, append([]Fraction{{333_333_333, RateScale}, {5, 1<<61 - 3}}, c.of...)...))
		if err != nil || got != want {
			t.Errorf("factor %d: got %+v, %v; want %+v", c.factor, got, err, want)
		}
	}
	if w.ratio(b, 0, 1, Fraction{5, 1<<61 - 3}).fits {
		t.Error("the factors fit, so nothing was worked out one by one")
	}
}
