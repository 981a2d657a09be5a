package calc

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// scaledLines are bases that a rate and a factor scale, rounded one by one: what a cap makes of lines.
type scaledLines struct {
	base    []int64
	factors []Fraction
	step    int64
	amount  []int64
}

func scaleLines(t interface{ Fatalf(string, ...any) }, r Rounding, base []int64, factors ...Fraction) *scaledLines {
	l := &scaledLines{base: base, factors: factors, step: r.StepMinor, amount: make([]int64, len(base))}
	for i := range base {
		amount, err := Amount(base[i], RateScale, One, r, factors...)
		if err != nil {
			t.Fatalf("line %d: %v", i, err)
		}
		l.amount[i] = amount
	}
	return l
}

// exact is worked out in 128 bits, as a tariff does, and by a product of any size where that has no room.
func (l *scaledLines) exact(i int) ExactAmount {
	num, den := uint64(1), uint64(l.step)
	for _, f := range l.factors {
		numHi, numLo := bits.Mul64(num, uint64(f.Num))
		denHi, denLo := bits.Mul64(den, uint64(f.Den))
		if numHi != 0 || denHi != 0 {
			e, err := ExactProduct(l.base[i], l.step, l.factors...)
			if err != nil {
				panic(err)
			}
			return e
		}
		num, den = numLo, denLo
	}
	hi, lo := bits.Mul64(magnitudeOf(l.base[i]), num)
	e, err := ExactQuotient(hi, lo, den, l.base[i] < 0)
	if err != nil {
		panic(err)
	}
	return e
}

func (l *scaledLines) parts() RoundedParts {
	return RoundedParts{N: len(l.base), AmountMinor: func(i int) int64 { return l.amount[i] }, Exact: l.exact}
}

// rat is a line in steps.
func (l *scaledLines) rat(i int) *big.Rat {
	r := big.NewRat(l.base[i], l.step)
	for _, f := range l.factors {
		r.Mul(r, big.NewRat(f.Num, f.Den))
	}
	return r
}

func TestAllocation_CorrectsScaledLinesToTheCap(t *testing.T) {
	for _, c := range []struct {
		name      string
		rounding  Rounding
		base      []int64
		factor    Fraction
		cap       int64
		remainder Remainder
		want      []int64
		left      int64
	}{
		{"nothing to correct", toTheCent, []int64{100_00, 50_00, 30_00}, Fraction{4, 5}, 144_00, RemainderLargest, []int64{80_00, 40_00, 24_00}, 0},
		{"all rounded up by a third", toTheCent, []int64{5, 5, 5}, Fraction{1, 3}, 5, RemainderLargest, []int64{1, 2, 2}, 0},
		{"all rounded down by a third", toTheCent, []int64{4, 4, 4}, Fraction{1, 3}, 4, RemainderLargest, []int64{2, 1, 1}, 0},
		{"most taken from first", Rounding{Down, 1}, []int64{11, 12, 13, 14}, Fraction{1, 5}, 10, RemainderLargest, []int64{2, 2, 3, 3}, 0},
		{"most given to first", Rounding{Up, 1}, []int64{11, 12, 13, 14}, Fraction{1, 5}, 10, RemainderLargest, []int64{2, 2, 3, 3}, 0},
		{"the first", Rounding{Down, 1}, []int64{0, 11, 12, 13, 14}, Fraction{1, 5}, 10, RemainderFirst, []int64{0, 3, 3, 2, 2}, 0},
		{"the first, down", Rounding{Up, 1}, []int64{0, 11, 12, 13, 14}, Fraction{1, 5}, 10, RemainderFirst, []int64{0, 2, 2, 3, 3}, 0},
		{"the company", Rounding{Down, 1}, []int64{11, 12, 13, 14}, Fraction{1, 5}, 10, RemainderCompany, []int64{2, 2, 2, 2}, 2},
		{"steps", Rounding{Down, 100}, []int64{1_50, 2_50, 6_00}, Fraction{4, 5}, 8_00, RemainderLargest, []int64{1_00, 2_00, 5_00}, 0},
		{"taken back", toTheCent, []int64{-5, -5, -5}, Fraction{1, 3}, -5, RemainderLargest, []int64{-1, -2, -2}, 0},
		{"paid and taken back", Rounding{Up, 1}, []int64{13, -14, 11}, Fraction{1, 5}, 2, RemainderLargest, []int64{3, -3, 2}, 0},
		{"each gets a step", Rounding{Down, 1}, []int64{4, 4, 4}, Fraction{1, 3}, 6, RemainderLargest, []int64{2, 2, 2}, 0},
		{"half of what fits", toTheCent, []int64{1 << 62}, One, 1 << 62, RemainderLargest, []int64{1 << 62}, 0},
		{"half of what fits is left", Rounding{Down, 1}, []int64{0}, One, 1 << 62, RemainderCompany, []int64{0}, 1 << 62},
		{"the line taken back", toTheCent, []int64{23, -26, 23}, Fraction{1, 10}, 2, RemainderLargest, []int64{2, -2, 2}, 0},
	} {
		lines := scaleLines(t, c.rounding, c.base, c.factor)
		left, err := Allocation{WholeMinor: c.cap, StepMinor: c.rounding.StepMinor, Remainder: c.remainder}.Correct(lines.parts(), func(i int, by int64) { lines.amount[i] += by })
		if err != nil || left != c.left || !slices.Equal(lines.amount, c.want) {
			t.Errorf("%s: got %v, %d, %v; want %v, %d", c.name, lines.amount, left, err, c.want, c.left)
		}
	}
}

// What is left of two parts may differ where the first word of what is compared ends, or further on.
func TestAllocation_ComparesPlacesPastTheFirstWord(t *testing.T) {
	const most = 1 << 60 // places of the first word, which both have
	for _, left := range []struct{ less, more ExactAmount }{
		{ExactAmount{Hi: most, Lo: 1 << 63}, ExactAmount{Hi: most | 1, Lo: 0}},
		{ExactAmount{Hi: most | 1, Lo: 1 << 63}, ExactAmount{Hi: most | 2, Lo: 0}},
		{ExactAmount{Hi: most | 2, Lo: 1 << 63}, ExactAmount{Hi: most | 3, Lo: 0}},
		{ExactAmount{Hi: most | 1, Lo: 1 << 61}, ExactAmount{Hi: most | 1, Lo: 1 << 62}},
		{ExactAmount{Hi: most | 3, Lo: 1}, ExactAmount{Hi: most | 3, Lo: 2}},
		{ExactAmount{Hi: most | 3, Lo: 0}, ExactAmount{Hi: most | 3, Lo: 1}},
	} {
		exact := []ExactAmount{left.less, left.more, left.less}
		amount := []int64{7, 7, 7}
		for i := range exact {
			exact[i].Steps = 7
		}
		parts := RoundedParts{N: 3, AmountMinor: func(i int) int64 { return amount[i] }, Exact: func(i int) ExactAmount { return exact[i] }}
		rest, err := Allocation{WholeMinor: 22, StepMinor: 1, Remainder: RemainderLargest}.Correct(parts, func(i int, by int64) { amount[i] += by })
		if err != nil || rest != 0 || !slices.Equal(amount, []int64{7, 8, 7}) {
			t.Errorf("%+v and %+v: %v, %d, %v", left.less, left.more, amount, rest, err)
		}
	}
}

// A part paid and a part taken back that a step brings equally near to their exact values are equals, in whatever digits.
func TestAllocation_PaidAndTakenBackAreEquals(t *testing.T) {
	for _, den := range []int64{3, 4, 7, 1 << 40, 1<<40 + 1, 1 << 62, math.MaxInt64} {
		part := den/3 + 1
		// 2 and a part is rounded to 2, and −3 less the same part to −3; both lack the part.
		paid, err := ExactQuotient(0, uint64(part), uint64(den), false)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ExactQuotient(0, uint64(den-part), uint64(den), true)
		if err != nil {
			t.Fatal(err)
		}
		paid.Steps, back.Steps = 2, 2
		for name, c := range map[string]struct {
			exact   [2]ExactAmount
			amounts [2]int64
		}{"paid first": {[2]ExactAmount{paid, back}, [2]int64{2, -3}}, "taken back first": {[2]ExactAmount{back, paid}, [2]int64{-3, 2}}} {
			parts := RoundedParts{2, func(i int) int64 { return c.amounts[i] }, func(i int) ExactAmount { return c.exact[i] }}
			var corrected []int
			if _, err := (Allocation{WholeMinor: 0, StepMinor: 1}).Correct(parts, func(i int, _ int64) { corrected = append(corrected, i) }); err != nil || !slices.Equal(corrected, []int{0}) {
				t.Errorf("%d of %d, %s: corrected %v, %v", part, den, name, corrected, err)
			}
		}
	}
}

// Parts lack k ÷ (2k + 1) of a step, for neighbouring k of 63 bits: such fractions differ by hardly more than 2⁻¹²⁸.
func TestAllocation_TellsPartsApartByTheirLastPlaces(t *testing.T) {
	const n, k = 40, uint64(1<<63 - 50)
	random := rand.New(rand.NewPCG(5, 6))
	for taken := range n {
		order, exact, amounts, sum := random.Perm(n), [n]ExactAmount{}, [n]int64{}, int64(0)
		for i, j := range order {
			lacks, den := k+uint64(j), 2*(k+uint64(j))+1
			amounts[i] = 2
			if negative := random.IntN(2) == 0; negative {
				exact[i], _ = ExactQuotient(0, den-lacks, den, true)
				amounts[i] = -3
			} else {
				exact[i], _ = ExactQuotient(0, lacks, den, false)
			}
			exact[i].Steps = 2
			sum += amounts[i]
		}
		parts := RoundedParts{n, func(i int) int64 { return amounts[i] }, func(i int) ExactAmount { return exact[i] }}
		var corrected []int
		_, err := Allocation{WholeMinor: sum + int64(taken), StepMinor: 1}.Correct(parts, func(i int, _ int64) { corrected = append(corrected, order[i]) })
		slices.Sort(corrected)
		for m, j := range corrected {
			if j != n-taken+m {
				t.Fatalf("%d steps: corrected %v; want the last of %d", taken, corrected, n)
			}
		}
		if err != nil || len(corrected) != taken {
			t.Fatalf("%d steps: corrected %v, %v", taken, corrected, err)
		}
	}
}

// Lines of 7 % that a cap scales by a fraction of totals: with 10 billion of each the fractions leave 128 bits no room.
func TestAllocation_CorrectsLinesOfLargeFractions(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for name, total := range map[string]int64{"small": 480_007_13, "large": 10_000_000_019_99} {
		base, sum := make([]int64, 5_000), new(big.Rat)
		for i := range base {
			base[i] = random.Int64N(1_000_00)
		}
		lines := scaleLines(t, toTheCent, base, Fraction{33_333_333, RateScale}, Fraction{total / 8 * 7, total})
		for i := range base {
			sum.Add(sum, lines.rat(i))
		}
		whole, _ := modelRound(sum, toTheCent)
		corrected := 0
		if _, err := (Allocation{WholeMinor: whole, StepMinor: 1}).Correct(lines.parts(), func(i int, by int64) {
			lines.amount[i] += by
			corrected++
		}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := int64(0)
		for i, amount := range lines.amount {
			got += amount
			if off := new(big.Rat).Sub(big.NewRat(amount, 1), lines.rat(i)); off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
				t.Errorf("%s: line %d is %d, and exactly %v", name, i, amount, lines.rat(i))
			}
		}
		if got != whole || corrected == 0 {
			t.Errorf("%s: lines sum to %d after %d corrections; want %d", name, got, corrected, whole)
		}
	}
}

func TestAllocation_RefusesPartsThatCannotBeCorrected(t *testing.T) {
	third, _ := ExactQuotient(0, 4, 3, false)
	zero, _ := ExactQuotient(0, 0, 3, false)
	for name, c := range map[string]struct {
		of     Allocation
		amount int64
		exact  ExactAmount
		err    error
	}{
		"no step":                 {Allocation{WholeMinor: 2}, 1, third, ErrFraction},
		"no such remainder":       {Allocation{WholeMinor: 2, StepMinor: 1, Remainder: 3}, 1, third, ErrInput},
		"half a step lacking":     {Allocation{WholeMinor: 7, StepMinor: 2}, 4, third, ErrInput},
		"not rounded to a step":   {Allocation{WholeMinor: 5, StepMinor: 2}, 3, third, ErrInput},
		"not its rounding, above": {Allocation{WholeMinor: 2, StepMinor: 1}, 3, third, ErrInput},
		"not its rounding, below": {Allocation{WholeMinor: 2, StepMinor: 1}, 0, third, ErrInput},
		"another sign":            {Allocation{WholeMinor: 2, StepMinor: 1}, -1, third, ErrInput},
		"zero is more than that":  {Allocation{WholeMinor: 2, StepMinor: 1}, 1, zero, ErrInput},
		"more than a step lacks":  {Allocation{WholeMinor: 3, StepMinor: 1}, 1, third, ErrInput},
		"zero is left alone":      {Allocation{WholeMinor: 1, StepMinor: 1}, 0, zero, ErrInput},
		"the sign stays":          {Allocation{WholeMinor: -1, StepMinor: 1}, 0, ExactAmount{Hi: 1}, ErrInput},
		"lacking is out of range": {Allocation{WholeMinor: math.MinInt64, StepMinor: 1}, 1, third, ErrOverflow},
	} {
		left, err := c.of.Correct(RoundedParts{1, func(int) int64 { return c.amount }, func(int) ExactAmount { return c.exact }}, func(i int, by int64) {
			t.Errorf("%s: part %d is corrected by %d", name, i, by)
		})
		if !errors.Is(err, c.err) || left != 0 {
			t.Errorf("%s: got %d, %v; want %v", name, left, err, c.err)
		}
	}
	// Nobody is asked for what is not needed.
	if left, err := (Allocation{WholeMinor: 1, StepMinor: 1}).Correct(RoundedParts{1, func(int) int64 { return 1 }, nil}, nil); left != 0 || err != nil {
		t.Errorf("nothing lacking: got %d, %v", left, err)
	}
}

// modelCorrect chooses by rationals and a sort; false when there are not parts enough.
func modelCorrect(l *scaledLines, whole int64, first bool) ([]int64, bool) {
	amounts, lacking := slices.Clone(l.amount), whole
	for _, amount := range amounts {
		lacking -= amount
	}
	by := l.step
	if lacking < 0 {
		by = -by
	}
	type candidate struct {
		i       int
		towards *big.Rat // how far a step of this direction lies towards the exact value
	}
	var candidates []candidate
	for i, amount := range amounts {
		exact := l.rat(i)
		towards := new(big.Rat).Sub(exact, big.NewRat(amount, l.step))
		if by < 0 {
			towards.Neg(towards)
		}
		if flips := amount == 0 && exact.Sign() != big.NewRat(by, 1).Sign(); exact.Sign() != 0 && !flips {
			candidates = append(candidates, candidate{i, towards})
		}
	}
	if !first {
		slices.SortStableFunc(candidates, func(a, b candidate) int { return b.towards.Cmp(a.towards) })
	}
	count := int(lacking / by)
	if count > len(candidates) {
		return nil, false
	}
	for _, c := range candidates[:count] {
		amounts[c.i] += by
	}
	return amounts, true
}

// checkCorrect holds corrections against the model.
func checkCorrect(t interface{ Fatalf(string, ...any) }, l *scaledLines, whole int64, remainder Remainder) {
	want, enough := modelCorrect(l, whole, remainder == RemainderFirst)
	got, last := slices.Clone(l.amount), -1
	_, err := Allocation{WholeMinor: whole, StepMinor: l.step, Remainder: remainder}.Correct(l.parts(), func(i int, by int64) {
		if i <= last {
			t.Fatalf("part %d is corrected after part %d", i, last)
		}
		got[i] += by
		last = i
	})
	if enough && (err != nil || !slices.Equal(got, want)) {
		t.Fatalf("%v × %v = %v to %d: got %v, %v; want %v", l.base, l.factors, l.amount, whole, got, err, want)
	}
	if !enough && (!errors.Is(err, ErrInput) || !slices.Equal(got, l.amount)) {
		t.Fatalf("%v × %v = %v to %d: got %v, %v; want ErrInput", l.base, l.factors, l.amount, whole, got, err)
	}
}

func TestAllocation_CorrectionsAgreeWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		r := Rounding{RoundingMode(rapid.IntRange(0, int(everyMode)-1).Draw(t, "mode")), rapid.SampledFrom([]int64{1, 1, 5, 100}).Draw(t, "step")}
		// Small fractions make ties and halves, large ones make differences in the last places.
		bound := int64(1) << rapid.IntRange(1, 40).Draw(t, "fineness")
		factor := func() Fraction {
			den := 1 + random.Int64N(bound)
			return Fraction{random.Int64N(den + 1), den}
		}
		base, size, signs := make([]int64, rapid.IntRange(0, 30).Draw(t, "n")), rapid.IntRange(1, 50).Draw(t, "size"), rapid.Bool().Draw(t, "signs")
		for i := range base {
			base[i] = random.Int64N(1 << size)
			if signs && random.IntN(3) == 0 {
				base[i] = -base[i]
			}
		}
		lines := scaleLines(t, r, base, factor(), factor())
		sum := new(big.Rat)
		for i := range base {
			sum.Add(sum, lines.rat(i))
		}
		whole, _ := modelRound(sum, Rounding{HalfUp, 1})
		whole = (whole + rapid.SampledFrom([]int64{0, 0, 0, 1, -1, 2, -2, 10, -10}).Draw(t, "off")) * r.StepMinor
		checkCorrect(t, lines, whole, rapid.SampledFrom([]Remainder{RemainderLargest, RemainderFirst}).Draw(t, "remainder"))
	})
}

func FuzzAllocation_Correct(f *testing.F) {
	f.Add(int64(5), int64(3), int64(1), int64(1), uint8(0), false, []byte{5, 5, 5})
	f.Add(int64(3), int64(7), int64(5), int64(1<<60+1), uint8(3), true, []byte{200, 1, 0, 99, 7, 7})
	f.Fuzz(func(t *testing.T, num, den, step, off int64, mode uint8, first bool, data []byte) {
		if den <= 0 || num < 0 || step <= 0 || step > 1<<40 || num > 1<<20 || den > 1<<40 || len(data) > 1_000 {
			t.Skip("not the factor of a cap")
		}
		base := make([]int64, len(data))
		for i, b := range data {
			base[i] = int64(int8(b)) << (i % 33)
		}
		lines := scaleLines(t, Rounding{RoundingMode(mode % 4), step}, base, Fraction{num, den})
		whole := off % 16 * step
		for _, amount := range lines.amount {
			whole += amount
		}
		remainder := RemainderLargest
		if first {
			remainder = RemainderFirst
		}
		checkCorrect(t, lines, whole, remainder)
	})
}

// Places and rounding of exact amounts, however they were made.
func TestExactAmount_AgreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sized := func(name string) int64 {
			random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, name), 0))
			return random.Int64() >> rapid.IntRange(0, 62).Draw(t, name+" shift")
		}
		base, step := sized("base"), 1+sized("step")>>32
		if rapid.Bool().Draw(t, "negative") {
			base = -base
		}
		num, den := sized("num"), 1+sized("den")>>1
		r := Rounding{RoundingMode(rapid.IntRange(0, int(everyMode)-1).Draw(t, "mode")), step}
		exact := big.NewRat(base, 1)
		exact.Mul(exact, big.NewRat(num, den))
		check := func(name string, e ExactAmount, err error, exact *big.Rat) {
			t.Helper()
			minor, fits := modelRound(exact, r)
			steps := new(big.Rat).Abs(new(big.Rat).Quo(exact, big.NewRat(step, 1)))
			places := new(big.Int).Lsh(steps.Num(), 128)
			rest := new(big.Int)
			places.QuoRem(places, steps.Denom(), rest)
			want := fmt.Sprintf("%x %v", places, rest.Sign() != 0)
			if places.BitLen() > 192 {
				if !errors.Is(err, ErrOverflow) {
					t.Fatalf("%s: got %+v, %v; want ErrOverflow", name, e, err)
				}
				return
			}
			got := new(big.Int).SetUint64(e.Steps)
			got.Lsh(got, 64).Or(got, new(big.Int).SetUint64(e.Hi)).Lsh(got, 64).Or(got, new(big.Int).SetUint64(e.Lo))
			if text := fmt.Sprintf("%x %v", got, e.More); err != nil || text != want {
				t.Fatalf("%s: got %s, %v; want %s", name, text, err, want)
			}
			rounded, err := e.RoundedMinor(r)
			if fits && (err != nil || rounded != minor) || !fits && !errors.Is(err, ErrOverflow) {
				t.Fatalf("%s: rounded %d, %v; want %d, %v", name, rounded, err, minor, fits)
			}
		}
		product, err := ExactProduct(base, step, Fraction{num, den})
		check("product", product, err, exact)
		if whole, over := bits.Mul64(uint64(den), uint64(step)); whole == 0 {
			hi, lo := bits.Mul64(magnitudeOf(base), uint64(num))
			quotient, err := ExactQuotient(hi, lo, over, base < 0)
			check("quotient", quotient, err, exact)
			if base != 0 && num != 0 && quotient != product {
				t.Fatalf("quotient %+v, product %+v", quotient, product)
			}
		}
		factors := []Fraction{{num, den}, {1 + sized("a"), 1 + sized("b")>>1}, {1 + sized("c")>>1, 1 + sized("d")>>1}, {den, max(num, 1)}}
		for _, f := range factors[1:] {
			exact.Mul(exact, big.NewRat(f.Num, f.Den))
		}
		product, err = ExactProduct(base, step, factors...)
		check("product of many", product, err, exact)
	})
}

// Two and some of a step, both signs.
func TestExactAmount_RoundsAroundHalfAStep(t *testing.T) {
	const half = 1 << 63
	for name, c := range map[string]struct {
		hi, lo                     uint64
		more                       bool
		halfUp, halfEven, down, up int64
	}{
		"nothing":               {0, 0, false, 2, 2, 2, 2},
		"next to nothing":       {0, 0, true, 2, 2, 2, 3},
		"little":                {0, 1, false, 2, 2, 2, 3},
		"hardly less than half": {half - 1, math.MaxUint64, true, 2, 2, 2, 3},
		"half":                  {half, 0, false, 3, 2, 2, 3},
		"hardly more than half": {half, 0, true, 3, 3, 2, 3},
		"a little more":         {half, 1, false, 3, 3, 2, 3},
		"more":                  {half + 1, 0, false, 3, 3, 2, 3},
		"nearly all":            {math.MaxUint64, math.MaxUint64, true, 3, 3, 2, 3},
	} {
		for mode, want := range map[RoundingMode]int64{HalfUp: c.halfUp, HalfEven: c.halfEven, Down: c.down, Up: c.up} {
			e := ExactAmount{Steps: 2, Hi: c.hi, Lo: c.lo, More: c.more}
			plus, err := e.RoundedMinor(Rounding{mode, 5})
			e.Negative = true
			minus, err2 := e.RoundedMinor(Rounding{mode, 5})
			if err != nil || err2 != nil || plus != 5*want || minus != -5*want {
				t.Errorf("%s, mode %d: got %d and %d, %v, %v; want %d", name, mode, plus, minus, err, err2, 5*want)
			}
		}
	}
	// Where a half comes from a division.
	for _, odd := range []uint64{1, 3, 5, 1<<40 + 1} {
		e, err := ExactQuotient(0, odd, 2, false)
		if err != nil || e != (ExactAmount{Steps: odd / 2, Hi: half}) {
			t.Errorf("%d ÷ 2: got %+v, %v", odd, e, err)
		}
	}
}

func TestExactAmount_RefusesWhatIsNoFraction(t *testing.T) {
	for name, err := range map[string]error{
		"quotient": func() error { _, err := ExactQuotient(0, 1, 0, false); return err }(),
		"step":     func() error { _, err := ExactProduct(1, 0); return err }(),
		"factor":   func() error { _, err := ExactProduct(1, 1, Fraction{1, 0}); return err }(),
		"rounding": func() error { _, err := ExactAmount{}.RoundedMinor(Rounding{}); return err }(),
	} {
		if !errors.Is(err, ErrFraction) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	large := Fraction{math.MaxInt64, math.MaxInt64}
	for name, err := range map[string]error{
		"quotient": func() error { _, err := ExactQuotient(1, 0, 1, false); return err }(),
		"product":  func() error { _, err := ExactProduct(math.MaxInt64, 1, Fraction{3, 1}); return err }(),
		"factors": func() error {
			_, err := ExactProduct(1, 1, large, large, large, large, large, large, large, large)
			return err
		}(),
	} {
		if !errors.Is(err, ErrOverflow) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func BenchmarkAllocation_Correct(b *testing.B) {
	const n = 1_000_000
	random := rand.New(rand.NewPCG(1, 2))
	base := make([]int64, n)
	for i := range base {
		base[i] = random.Int64N(500_00)
	}
	lines := scaleLines(b, toTheCent, base, Fraction{7, 100}, Fraction{4_200_013, 4_800_029})
	sum := new(big.Rat)
	for i := range base {
		sum.Add(sum, lines.rat(i))
	}
	whole, _ := modelRound(sum, toTheCent)
	num, den := uint64(7*4_200_013), uint64(100*4_800_029)
	parts := lines.parts()
	parts.Exact = func(i int) ExactAmount {
		hi, lo := bits.Mul64(uint64(base[i]), num)
		e, _ := ExactQuotient(hi, lo, den, false)
		return e
	}
	b.ReportAllocs()
	for b.Loop() {
		corrected := 0
		if _, err := (Allocation{WholeMinor: whole, StepMinor: 1}).Correct(parts, func(int, int64) { corrected++ }); err != nil || corrected == 0 {
			b.Fatal(corrected, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/part")
}

// A part is its exact value rounded to a step, down or up, and on the same side of zero; what is neither is not corrected.
func TestCorrections_KnowARoundedPart(t *testing.T) {
	left := func(steps uint64, negative bool) ExactAmount {
		return ExactAmount{Steps: steps, Hi: 1 << 62, Negative: negative}
	}
	whole := func(steps uint64, negative bool) ExactAmount { return ExactAmount{Steps: steps, Negative: negative} }
	for _, c := range []struct {
		name        string
		step, minor int64
		exact       ExactAmount
		steps       uint64
		ok          bool
	}{
		{"down", 1, 1, left(1, false), 1, true},
		{"up", 1, 2, left(1, false), 2, true},
		{"two up", 1, 3, left(1, false), 3, false},
		{"one off below", 1, 0, left(1, false), 0, false},
		{"whole", 1, 1, whole(1, false), 1, true},
		{"up from whole", 1, 2, whole(1, false), 2, false},
		{"down, below zero", 1, -1, left(1, true), 1, true},
		{"up to one, below zero", 1, -1, left(0, true), 1, true},
		{"to nothing from above", 1, 0, left(0, false), 0, true},
		{"to nothing from below", 1, 0, left(0, true), 0, true},
		{"above zero of below", 1, 1, left(1, true), 1, false},
		{"below zero of above", 1, -1, left(1, false), 1, false},
		{"a step of five", 5, 10, left(2, false), 2, true},
		{"between steps of five", 5, 11, left(2, false), 0, false},
	} {
		k := corrections{stepMinor: c.step, parts: RoundedParts{N: 1, AmountMinor: func(int) int64 { return c.minor }}}
		for _, down := range []bool{false, true} {
			k.down = down
			steps, smaller, ok := k.steps(0, &c.exact)
			if ok != c.ok || steps != c.steps || ok && smaller != (c.exact.Negative != down) {
				t.Errorf("%s, down %v: got %d steps, smaller %v, ok %v", c.name, down, steps, smaller, ok)
			}
		}
	}
}
