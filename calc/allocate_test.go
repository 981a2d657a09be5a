package calc

import (
	"cmp"
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAllocation_PublishedFigures(t *testing.T) {
	equal, want200 := make([]int64, 50), make([]int64, 50)
	for i := range equal {
		equal[i], want200[i] = 1, 200_00
	}
	for _, c := range []struct {
		name     string
		wholeMin int64
		weights  []int64
		want     []int64
	}{
		{"pool-infotrax-equal-and-shares, equal", 10_000_00, equal, want200},
		{"pool-infotrax-equal-and-shares, five shares and 4,995", 10_000_00, []int64{5, 4_995}, []int64{10_00, 9_990_00}},
		{"cap-modes-and-aggregate, owner of two positions", 5_000_00, []int64{3_000_00, 3_000_00}, []int64{2_500_00, 2_500_00}},
		{"cap-40pct-direct-protected, binary and override", 20_000_00, []int64{17_000_00, 8_000_00}, []int64{13_600_00, 6_400_00}},
		{"unilevel-3tier-pool-scaling, with the other lines of 2,500", 2_000_00, []int64{100_00, 50_00, 30_00, 2_320_00}, []int64{80_00, 40_00, 24_00, 1_856_00}},
		{"binary-carrycap-and-pool-scaling, with the others of 20,000", 17_000_00, []int64{800_00, 1_000_00, 1_500_00, 16_700_00}, []int64{680_00, 850_00, 1_275_00, 14_195_00}},
	} {
		got := make([]int64, len(c.weights))
		left, err := Allocation{WholeMinor: c.wholeMin, StepMinor: 1}.Share(got, c.weights)
		if err != nil || left != 0 || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, %d, %v; want %v", c.name, got, left, err, c.want)
		}
	}
}

func TestAllocation_WhoGetsTheRemainder(t *testing.T) {
	for _, c := range []struct {
		name    string
		of      Allocation
		weights []int64
		want    []int64
		left    int64
	}{
		{"a third each", Allocation{WholeMinor: 100, StepMinor: 1}, []int64{1, 1, 1}, []int64{34, 33, 33}, 0},
		{"to whom most was taken from", Allocation{WholeMinor: 10, StepMinor: 1}, []int64{1, 2, 3}, []int64{2, 3, 5}, 0},
		{"larger remainders first", Allocation{WholeMinor: 100, StepMinor: 1}, []int64{332, 335, 333}, []int64{33, 34, 33}, 0},
		{"to the first", Allocation{WholeMinor: 10, StepMinor: 1, Remainder: RemainderFirst}, []int64{0, 3, 1, 2}, []int64{0, 6, 1, 3}, 0},
		{"to the company", Allocation{WholeMinor: 100, StepMinor: 1, Remainder: RemainderCompany}, []int64{1, 1, 1}, []int64{33, 33, 33}, 1},
		{"in steps", Allocation{WholeMinor: 100_00, StepMinor: 100}, []int64{1, 1, 1}, []int64{34_00, 33_00, 33_00}, 0},
		{"steps that do not make the whole", Allocation{WholeMinor: 100_50, StepMinor: 100, Remainder: RemainderCompany}, []int64{1, 1}, []int64{50_00, 50_00}, 50},
		{"a whole of more weight", Allocation{WholeMinor: 100, StepMinor: 1, Den: 9}, []int64{1, 1, 1}, []int64{11, 11, 11}, 67},
		{"a whole of more weight, rest", Allocation{WholeMinor: 100, StepMinor: 1, Den: 7}, []int64{1, 1, 1}, []int64{14, 14, 14}, 58},
		{"a whole of more weight, rest to somebody", Allocation{WholeMinor: 100, StepMinor: 1, Den: 8}, []int64{1, 1, 1}, []int64{13, 12, 12}, 63},
		{"nobody", Allocation{WholeMinor: 100, StepMinor: 1}, nil, nil, 100},
		{"nobody with a weight", Allocation{WholeMinor: 100, StepMinor: 1, Remainder: RemainderFirst}, []int64{0, 0}, []int64{0, 0}, 100},
		{"nothing", Allocation{WholeMinor: 0, StepMinor: 5}, []int64{3, 0}, []int64{0, 0}, 0},
		{"less than a step each", Allocation{WholeMinor: 2, StepMinor: 1}, []int64{1, 1, 1}, []int64{1, 1, 0}, 0},
		{"all there is", Allocation{WholeMinor: math.MaxInt64, StepMinor: 1}, []int64{math.MaxInt64 - 1, 1}, []int64{math.MaxInt64 - 1, 1}, 0},
	} {
		for _, sign := range []int64{1, -1} {
			of := c.of
			of.WholeMinor *= sign
			got := make([]int64, len(c.weights))
			for i := range got {
				got[i] = 77 // what stood there before does not matter
			}
			left, err := of.Share(got, c.weights)
			want := slices.Clone(c.want)
			for i := range want {
				want[i] *= sign
			}
			if err != nil || left != sign*c.left || !slices.Equal(got, want) {
				t.Errorf("%s, sign %d: got %v, %d, %v; want %v, %d", c.name, sign, got, left, err, want, sign*c.left)
			}
		}
	}
	got := make([]int64, 2)
	if left, err := (Allocation{WholeMinor: math.MinInt64, StepMinor: 1}).Share(got, []int64{0, 1}); err != nil || left != 0 || got[1] != math.MinInt64 {
		t.Errorf("the least: got %v, %d, %v", got, left, err)
	}
}

func TestAllocation_RefusesWhatCannotBeShared(t *testing.T) {
	for name, c := range map[string]struct {
		of      Allocation
		weights []int64
		amounts int
		err     error
	}{
		"no step":                   {Allocation{WholeMinor: 1}, []int64{1}, 1, ErrInput},
		"a step below zero":         {Allocation{WholeMinor: 1, StepMinor: -1}, []int64{1}, 1, ErrFraction},
		"no such remainder":         {Allocation{WholeMinor: 1, StepMinor: 1, Remainder: 3}, []int64{1}, 1, ErrInput},
		"a whole of no weight":      {Allocation{WholeMinor: 1, StepMinor: 1, Den: -1}, []int64{1}, 1, ErrInput},
		"a whole of less weight":    {Allocation{WholeMinor: 1, StepMinor: 1, Den: 1}, []int64{1, 1}, 2, ErrInput},
		"a weight below zero":       {Allocation{WholeMinor: 1, StepMinor: 1}, []int64{1, -1}, 2, ErrInput},
		"weights out of range":      {Allocation{WholeMinor: 1, StepMinor: 1}, []int64{math.MaxInt64, 1}, 2, ErrOverflow},
		"steps that do not make it": {Allocation{WholeMinor: 101, StepMinor: 2}, []int64{1, 1}, 2, ErrInput},
		"too few amounts":           {Allocation{WholeMinor: 1, StepMinor: 1}, []int64{1, 1}, 1, ErrInput},
	} {
		amounts := make([]int64, c.amounts)
		left, err := c.of.Share(amounts, c.weights)
		if !errors.Is(err, c.err) || left != 0 {
			t.Errorf("%s: got %v, %d, %v; want %v", name, amounts, left, err, c.err)
		}
	}
}

// modelShare shares by rationals and a sort.
func modelShare(a Allocation, weights []int64) (amounts []int64, left int64) {
	den := new(big.Int)
	sum := new(big.Int)
	for _, w := range weights {
		sum.Add(sum, big.NewInt(w))
	}
	if den.Set(sum); a.Den > 0 {
		den.SetInt64(a.Den)
	}
	amounts = make([]int64, len(weights))
	if sum.Sign() == 0 {
		return amounts, a.WholeMinor
	}
	sign := int64(1)
	if a.WholeMinor < 0 {
		sign = -1
	}
	whole := new(big.Int).Abs(big.NewInt(a.WholeMinor))
	whole.Quo(whole, big.NewInt(a.StepMinor))
	share := func(weight *big.Int) (steps *big.Int, left *big.Rat) {
		product := new(big.Int).Mul(whole, weight)
		steps = new(big.Int).Quo(product, den)
		return steps, new(big.Rat).SetFrac(product.Sub(product, new(big.Int).Mul(steps, den)), den)
	}
	lefts, order, given := make([]*big.Rat, len(weights)), make([]int, len(weights)), new(big.Int)
	parts := make([]*big.Int, len(weights))
	for i, w := range weights {
		parts[i], lefts[i] = share(big.NewInt(w))
		given.Add(given, parts[i])
		order[i] = i
	}
	all, _ := share(sum)
	count := new(big.Int).Sub(all, given).Int64()
	switch a.Remainder {
	case RemainderLargest:
		slices.SortStableFunc(order, func(i, j int) int { return lefts[j].Cmp(lefts[i]) })
	case RemainderFirst:
		order = slices.DeleteFunc(order, func(i int) bool { return weights[i] == 0 })
	case RemainderCompany:
		count = 0
	}
	for _, i := range order[:count] {
		parts[i].Add(parts[i], big.NewInt(1))
	}
	rest := big.NewInt(a.WholeMinor)
	for i, p := range parts {
		p.Mul(p, big.NewInt(sign*a.StepMinor))
		amounts[i] = p.Int64()
		rest.Sub(rest, p)
	}
	return amounts, rest.Int64()
}

// checkShare holds a sharing against the model and against what must be so of any.
func checkShare(t interface{ Fatalf(string, ...any) }, a Allocation, weights []int64) {
	got := make([]int64, len(weights))
	left, err := a.Share(got, weights)
	if err != nil {
		t.Fatalf("%+v of %v: %v", a, weights, err)
	}
	want, wantLeft := modelShare(a, weights)
	if !slices.Equal(got, want) || left != wantLeft {
		t.Fatalf("%+v of %v: got %v, %d; want %v, %d", a, weights, got, left, want, wantLeft)
	}
	sum := big.NewInt(left)
	for i, amount := range got {
		sum.Add(sum, big.NewInt(amount))
		if weights[i] == 0 && amount != 0 || amount%a.StepMinor != 0 || amount != 0 && (amount < 0) != (a.WholeMinor < 0) {
			t.Fatalf("%+v: part %d of weight %d is %d", a, i, weights[i], amount)
		}
	}
	if sum.Cmp(big.NewInt(a.WholeMinor)) != 0 {
		t.Fatalf("%+v of %v: parts and the rest sum to %v", a, weights, sum)
	}
}

func TestAllocation_AgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Allocation{StepMinor: rapid.SampledFrom([]int64{1, 1, 1, 5, 100, 1 << 40}).Draw(t, "step"), Remainder: Remainder(rapid.IntRange(0, 2).Draw(t, "remainder"))}
		steps := rapid.Int64().Draw(t, "steps") >> rapid.IntRange(0, 63).Draw(t, "shift")
		a.WholeMinor = steps / a.StepMinor * a.StepMinor
		if a.Remainder == RemainderCompany {
			a.WholeMinor = steps
		}
		n := rapid.IntRange(0, 40).Draw(t, "n")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		weights, sum := make([]int64, n), int64(0)
		size := rapid.IntRange(0, 57).Draw(t, "size")
		for i := range weights {
			// Few different weights make ties, many sizes make remainders of all kinds.
			weights[i] = random.Int64N(1<<size+2) >> random.IntN(size+1)
			sum += weights[i]
		}
		if rapid.Bool().Draw(t, "den") {
			a.Den = sum + random.Int64N(1<<random.IntN(60)) + 1
		}
		checkShare(t, a, weights)
	})
}

func FuzzAllocation_Share(f *testing.F) {
	f.Add(int64(100), int64(1), uint8(0), int64(0), []byte{1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3})
	f.Add(int64(math.MinInt64), int64(1), uint8(1), int64(math.MaxInt64), []byte{0, 255, 255, 255, 255, 255, 255, 63, 1})
	f.Add(int64(-1005), int64(5), uint8(2), int64(99), []byte{9, 9, 9, 9})
	f.Fuzz(func(t *testing.T, whole, step int64, rule uint8, den int64, data []byte) {
		a := Allocation{WholeMinor: whole, StepMinor: step, Remainder: Remainder(rule), Den: den}
		weights := make([]int64, 0, len(data)/8+1)
		bad, sum := step <= 0 || rule > 2 || den < 0, new(big.Int)
		for part := range slices.Chunk(data, 8) {
			word := [8]byte{}
			copy(word[:], part)
			w := int64(binary.LittleEndian.Uint64(word[:]))
			weights = append(weights, w)
			bad = bad || w < 0
			sum.Add(sum, big.NewInt(w))
		}
		bad = bad || !sum.IsInt64() || den > 0 && sum.Cmp(big.NewInt(den)) > 0 || rule != 2 && whole%max(step, 1) != 0
		if !bad {
			checkShare(t, a, weights)
			return
		}
		if left, err := a.Share(make([]int64, len(weights)), weights); err == nil || left != 0 {
			t.Fatalf("%+v of %v: got %d, %v", a, weights, left, err)
		}
	})
}

// Enough parts for digits of sixteen bits, with remainders that differ in their lowest places alone.
func TestAllocation_ManyParts(t *testing.T) {
	const n = 1<<16 + 1_000
	random := rand.New(rand.NewPCG(1, 2))
	for name, weight := range map[string]func(i int) int64{
		"equal":            func(int) int64 { return 1 },
		"random":           func(int) int64 { return random.Int64N(1 << 40) },
		"nearly equal":     func(i int) int64 { return 1<<46 + int64(i%5) },
		"powers of two":    func(i int) int64 { return 1 << (i % 40) },
		"mostly worthless": func(i int) int64 { return int64(i % 1000 / 999) },
	} {
		weights := make([]int64, n)
		for i := range weights {
			weights[i] = weight(i)
		}
		for _, whole := range []int64{-987_654_321, math.MaxInt64, 1, 1_234_567_89}[:max(2, fewer(4))] {
			a := Allocation{WholeMinor: whole, StepMinor: 1}
			got := make([]int64, n)
			left, err := a.Share(got, weights)
			if err != nil || left != 0 {
				t.Fatalf("%s, %d: %d, %v", name, whole, left, err)
			}
			// Who got a step more had at least as much left over as who did not, and came first among equals.
			den, wide := new(big.Int), new(big.Int)
			for _, w := range weights {
				den.Add(den, big.NewInt(w))
			}
			type part struct {
				left  *big.Int
				i     int
				given bool
			}
			parts, sum := make([]part, n), int64(0)
			for i, w := range weights {
				steps, rest := wide.QuoRem(wide.Mul(big.NewInt(int64(magnitudeOf(whole)&(1<<63-1))), big.NewInt(w)), den, new(big.Int))
				extra := int64(magnitudeOf(got[i])) - steps.Int64()
				if extra != 0 && extra != 1 {
					t.Fatalf("%s, %d: part %d has %d steps more", name, whole, i, extra)
				}
				parts[i] = part{rest, i, extra == 1}
				sum += got[i]
			}
			if sum != whole {
				t.Fatalf("%s: parts of %d sum to %d", name, whole, sum)
			}
			slices.SortFunc(parts, func(a, b part) int { return cmp.Or(b.left.Cmp(a.left), cmp.Compare(a.i, b.i)) })
			for k := 1; k < n; k++ {
				if parts[k].given && !parts[k-1].given {
					t.Fatalf("%s, %d: part %d was given a step, and part %d was not", name, whole, parts[k].i, parts[k-1].i)
				}
			}
		}
	}
}

func TestAllocation_AllocatesNothingByPart(t *testing.T) {
	weights := make([]int64, 200_000)
	for i := range weights {
		weights[i] = int64(i*i%1009 + 1)
	}
	amounts := make([]int64, len(weights))
	for _, n := range []int{2, 60_000, len(weights)} {
		if got := testing.AllocsPerRun(3, func() {
			if _, err := (Allocation{WholeMinor: 1_234_567, StepMinor: 1}).Share(amounts[:n], weights[:n]); err != nil {
				t.Fatal(err)
			}
		}); got > 4 {
			t.Errorf("%d parts: %.0f allocations", n, got)
		}
	}
}

func BenchmarkAllocation_Share(b *testing.B) {
	for name, n := range map[string]int{"2": 2, "1M": 1_000_000, "10M": 10_000_000} {
		b.Run(name, func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			weights, amounts, sum := make([]int64, n), make([]int64, n), int64(0)
			for i := range weights {
				weights[i] = 1 + random.Int64N(500_00)
				sum += weights[i]
			}
			for b.Loop() {
				if _, err := (Allocation{WholeMinor: sum / 8 * 7, StepMinor: 1}).Share(amounts, weights); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/part")
		})
	}
}
