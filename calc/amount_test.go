package calc

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

const everyMode = Up + 1

func TestAmount_RoundsEveryModeBothSigns(t *testing.T) {
	// The base is in thousandths of a minor unit: 2500 is 2.5.
	thousandths := Fraction{1, 1000}
	for _, c := range []struct {
		base                       int64
		halfUp, halfEven, down, up int64
	}{
		{0, 0, 0, 0, 0},
		{1, 0, 0, 0, 1},
		{499, 0, 0, 0, 1},
		{500, 1, 0, 0, 1},
		{501, 1, 1, 0, 1},
		{999, 1, 1, 0, 1},
		{1000, 1, 1, 1, 1},
		{1499, 1, 1, 1, 2},
		{1500, 2, 2, 1, 2},
		{1501, 2, 2, 1, 2},
		{2500, 3, 2, 2, 3},
		{3500, 4, 4, 3, 4},
	} {
		for mode, want := range map[RoundingMode]int64{HalfUp: c.halfUp, HalfEven: c.halfEven, Down: c.down, Up: c.up} {
			for _, sign := range []int64{1, -1} {
				for _, step := range []int64{1, 5, 100} {
					got, err := Amount(sign*c.base*step, RateScale, thousandths, Rounding{mode, step})
					if err != nil || got != sign*want*step {
						t.Errorf("mode %d, step %d, %d thousandths: got %d, %v; want %d", mode, step, sign*c.base*step, got, err, sign*want*step)
					}
				}
			}
		}
	}
}

// The published figures of rounding-cms-half-up: a renewal is half of the initial rate, in whole dollars.
func TestAmount_RenewalsInWholeDollars(t *testing.T) {
	for initial, renewal := range map[int64]int64{694: 347, 781: 391, 864: 432, 474: 237, 114: 57, 715: 358, 750: 375} {
		got, err := Amount(initial*100, RateScale/2, One, Rounding{HalfUp, 100})
		if err != nil || got != renewal*100 {
			t.Errorf("half of %d: got %d cents, %v; want %d dollars", initial, got, err, renewal)
		}
	}
	banker, err := Amount(781_00, RateScale/2, One, Rounding{HalfEven, 100})
	if err != nil || banker != 390_00 {
		t.Errorf("half even: got %d, %v; want 39000", banker, err)
	}
}

func TestAmount_ReportsOverflow(t *testing.T) {
	cents := Rounding{HalfUp, 1}
	for name, c := range map[string]struct {
		base, rate int64
		point      Fraction
		rounding   Rounding
		factors    []Fraction
		want       int64
		err        error
	}{
		"greatest":           {base: math.MaxInt64, rate: RateScale, point: One, rounding: cents, want: math.MaxInt64},
		"least":              {base: math.MinInt64, rate: RateScale, point: One, rounding: cents, want: math.MinInt64},
		"one too great":      {base: math.MinInt64, rate: -RateScale, point: One, rounding: cents, err: ErrOverflow},
		"rounded out":        {base: math.MaxInt64, rate: RateScale, point: One, rounding: Rounding{HalfUp, 10}, err: ErrOverflow},
		"rounded in":         {base: math.MaxInt64, rate: RateScale, point: One, rounding: Rounding{Down, 10}, want: math.MaxInt64 / 10 * 10},
		"sixty-fourth bit":   {base: math.MaxInt64, rate: 2 * RateScale, point: One, rounding: cents, err: ErrOverflow},
		"far too great":      {base: math.MaxInt64, rate: math.MaxInt64, point: Fraction{math.MaxInt64, 1}, rounding: cents, err: ErrOverflow},
		"large factors meet": {base: math.MaxInt64, rate: math.MaxInt64, point: Fraction{math.MaxInt64, math.MaxInt64}, rounding: cents, factors: []Fraction{{RateScale, math.MaxInt64}}, want: math.MaxInt64},
		"too many factors": {
			base: math.MaxInt64, rate: math.MaxInt64, point: Fraction{math.MaxInt64, math.MaxInt64}, rounding: cents,
			factors: []Fraction{
				{math.MaxInt64, math.MaxInt64},
				{math.MaxInt64, math.MaxInt64},
				{math.MaxInt64, math.MaxInt64},
				{math.MaxInt64, math.MaxInt64},
				{math.MaxInt64, math.MaxInt64},
				{math.MaxInt64, math.MaxInt64},
			},
			err: ErrOverflow,
		},
		"one factor too many": {
			base: math.MaxInt64, rate: math.MaxInt64, point: Fraction{math.MaxInt64, math.MaxInt64}, rounding: cents,
			factors: []Fraction{
				{math.MaxInt64, math.MaxInt64},
				{math.MaxInt64, math.MaxInt64},
				{math.MaxInt64, math.MaxInt64},
				{math.MaxInt64, math.MaxInt64},
				{math.MaxInt64, math.MaxInt64},
			},
			err: ErrOverflow,
		},
		"one high word":      {base: 20_000_000_000, rate: 999_999_999, point: One, rounding: cents, want: 19_999_999_980},
		"high word of steps": {base: math.MinInt64, rate: 2*RateScale + 1, point: One, rounding: cents, err: ErrOverflow},
		"bits fall out": {
			base: 1 << 62, rate: 1 << 62, point: Fraction{1 << 62, 1}, rounding: cents,
			factors: []Fraction{{1 << 62, 1}, {1 << 62, 1}, {1 << 62, 1}, {1 << 62, 1}, {1 << 62, 1}, {1 << 62, 1}},
			err:     ErrOverflow,
		},
		"no denominator":       {base: 1, rate: 1, rounding: cents, err: ErrFraction},
		"negative denominator": {base: 1, rate: 1, point: One, factors: []Fraction{{1, -1}}, rounding: cents, err: ErrFraction},
		"no step":              {base: 1, rate: 1, point: One, err: ErrFraction},
	} {
		got, err := Amount(c.base, c.rate, c.point, c.rounding, c.factors...)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: got %d, %v; want %d, %v", name, got, err, c.want, c.err)
		}
		ready := newTariff(UnitVolume, c.rate, c.point, c.rounding, c.factors...)
		got, err = ready.amountMinor(c.base)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s, tariff: got %d, %v; want %d, %v", name, got, err, c.want, c.err)
		}
	}
}

func TestRoundedPart_StaysAndTakenBackComeToThePublishedAdvance(t *testing.T) {
	const advance = 461_250
	stays := []int64{0, 51_250, 102_500, 153_750, 205_000, 256_250, 307_500, 358_750, 410_000, 461_250}
	for months, want := range stays {
		got, err := RoundedPart(advance, Fraction{int64(months), 9}, Rounding{HalfUp, 1})
		if err != nil || got != want {
			t.Errorf("%d months paid: got %d, %v; want %d", months, got, err, want)
		}
	}
}

// Amount and its ready-made form are held against big rationals, over the whole range of their arguments.
func TestAmount_IsTheExactProductRoundedOnce(t *testing.T) {
	// Numbers of every size, whose bits are as likely 0 as 1: rapid's own favour small numbers and bounds, and leave carries out.
	sized := rapid.Custom(func(t *rapid.T) int64 {
		value := rapid.Int64().Draw(t, "value")
		if rapid.Bool().Draw(t, "even") {
			value = int64(rand.New(rand.NewPCG(uint64(value), 0)).Uint64())
		}
		return value >> rapid.IntRange(0, 63).Draw(t, "shift")
	})
	positive := rapid.Map(sized, func(v int64) int64 { return max(1, int64(magnitudeOf(v)>>1)) })
	fraction := rapid.Custom(func(t *rapid.T) Fraction {
		return Fraction{sized.Draw(t, "num"), positive.Draw(t, "den")}
	})
	// Factors of full size near one: products of many words whose quotient is in range.
	nearOne := rapid.Custom(func(t *rapid.T) Fraction {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		return Fraction{1<<62 + random.Int64N(1<<62), 1<<62 + random.Int64N(1<<62)}
	})
	anyFraction := fraction
	rapid.Check(t, func(t *rapid.T) {
		base, rate, fraction := sized.Draw(t, "base"), sized.Draw(t, "rate"), anyFraction
		if rapid.Bool().Draw(t, "near one") {
			rate, fraction = rapid.Int64Range(0, 2*RateScale).Draw(t, "rate"), nearOne
		}
		point := fraction.Draw(t, "point")
		factors := rapid.SliceOfN(fraction, 0, 4).Draw(t, "factors")
		r := Rounding{RoundingMode(rapid.IntRange(0, int(everyMode)-1).Draw(t, "mode")), positive.Draw(t, "step")}
		if rapid.IntRange(0, 2).Draw(t, "exactly half") == 0 {
			// Factors that cancel: whatever is lost on the way makes another number of a half, or of a whole.
			a, b := nearOne.Draw(t, "a"), nearOne.Draw(t, "b")
			rate, point, factors = rapid.Int64Range(0, 5).Draw(t, "halves")*RateScale/2, a, []Fraction{b, {a.Den, a.Num}, {b.Den, b.Num}}
			r.StepMinor = rapid.Int64Range(1, 3).Draw(t, "small step")
			// Quotients of full size are where a digit of the division is guessed too high, and put right.
			if rapid.Bool().Draw(t, "large") {
				base = int64(rand.New(rand.NewPCG(uint64(base), 0)).Uint64())
			}
		}

		exact := new(big.Rat).SetInt64(base)
		exact.Mul(exact, big.NewRat(rate, RateScale))
		for _, f := range append([]Fraction{point}, factors...) {
			exact.Mul(exact, big.NewRat(f.Num, f.Den))
		}
		want, fits := modelRound(exact, r)
		check := func(name string, got int64, err error) {
			if fits && (err != nil || got != want) {
				t.Fatalf("%s: got %d, %v; want %d", name, got, err, want)
			}
			if !fits && !errors.Is(err, ErrOverflow) {
				t.Fatalf("%s: got %d, %v; want ErrOverflow", name, got, err)
			}
		}
		got, err := Amount(base, rate, point, r, factors...)
		check("Amount", got, err)
		ready := newTariff(UnitVolume, rate, point, r, factors...)
		got, err = ready.amountMinor(base)
		check("tariff", got, err)
	})
}

// modelRound rounds a rational by the words of the modes; false when the result is out of range.
func modelRound(exact *big.Rat, r Rounding) (int64, bool) {
	steps := new(big.Rat).Quo(exact, new(big.Rat).SetInt64(r.StepMinor))
	negative := steps.Sign() < 0
	steps.Abs(steps)
	whole := new(big.Int).Quo(steps.Num(), steps.Denom())
	left := new(big.Rat).Sub(steps, new(big.Rat).SetInt(whole))
	half := left.Cmp(big.NewRat(1, 2))
	up := false
	switch r.Mode {
	case HalfUp:
		up = half >= 0
	case HalfEven:
		up = half > 0 || half == 0 && whole.Bit(0) == 1
	case Up:
		up = left.Sign() > 0
	}
	if up {
		whole.Add(whole, big.NewInt(1))
	}
	whole.Mul(whole, big.NewInt(r.StepMinor))
	if negative {
		whole.Neg(whole)
	}
	return whole.Int64(), whole.IsInt64()
}

func BenchmarkTariff_AmountMinor(b *testing.B) {
	ready := newTariff(UnitVolume, 70_000_000, Fraction{1, 100}, Rounding{HalfUp, 1})
	base, sum := int64(999_950), int64(0)
	for b.Loop() {
		got, err := ready.amountMinor(base)
		if err != nil {
			b.Fatal(err)
		}
		base++
		sum += got
	}
}

// Long division at its edges: divisors whose highest word says least about them, quotients up to the greatest, remainders around a
// half. The guess of a digit is too high there, which random numbers almost never make it.
func TestQuotient_DividesAtItsEdges(t *testing.T) {
	wideOf := func(v *big.Int) (w wide) {
		v = new(big.Int).Set(v)
		for i := range w {
			w[i] = v.Uint64()
			v.Rsh(v, 64)
		}
		return w
	}
	digits := []uint64{0, 1, 2, 1<<62 + 1, 1 << 63, math.MaxUint64 - 1, math.MaxUint64}
	for size := 1; size <= 6; size++ {
		for _, top := range []uint64{1, 3, 1<<63 - 1, 1 << 63, 1<<63 + 1, math.MaxUint64} {
			for _, low := range []uint64{0, 1, math.MaxUint64} {
				den := new(big.Int).SetUint64(top)
				for range size - 1 {
					den.Lsh(den, 64).Or(den, new(big.Int).SetUint64(low))
				}
				half := new(big.Int).Rsh(den, 1)
				for _, digit := range digits {
					for _, left := range []*big.Int{new(big.Int), big.NewInt(1), half, new(big.Int).Add(half, big.NewInt(1)), new(big.Int).Sub(den, big.NewInt(1))} {
						if left.Cmp(den) >= 0 {
							continue
						}
						num := new(big.Int).Mul(den, new(big.Int).SetUint64(digit))
						num.Add(num, left)
						up := new(big.Int).Lsh(left, 1).Cmp(den) >= 0
						want, fits := digit, true
						if up {
							want, fits = digit+1, digit != math.MaxUint64
						}
						q := quotient{num: wideOf(num), den: wideOf(den)}
						if got, ok := q.steps(HalfUp); ok != fits || ok && got != want {
							t.Errorf("%v ÷ %v: got %d, %v; want %d, %v", num, den, got, ok, want, fits)
						}
					}
				}
				tooLarge := quotient{num: wideOf(new(big.Int).Lsh(den, 64)), den: wideOf(den)}
				if got, ok := tooLarge.steps(Down); ok {
					t.Errorf("%v × 2⁶⁴ ÷ itself: got %d", den, got)
				}
			}
		}
	}
}
