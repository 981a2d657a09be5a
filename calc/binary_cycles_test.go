package calc

import (
	"math"
	"math/rand/v2"
	"testing"
)

// loopCycles makes cycles one after the other.
func loopCycles(c *BinaryCycle, legs *[2]int64, most int64, isFirst bool) (cycles int64) {
	for most == 0 || cycles < most {
		strong, weak := c.Strong, c.Weak
		if isFirst && cycles == 0 && c.FirstStrong != 0 {
			strong, weak = c.FirstStrong, c.FirstWeak
		}
		if legs[0] <= legs[1] { // of equal legs the left one is the weaker
			if legs[0] < weak || legs[1] < strong {
				break
			}
			legs[0], legs[1] = legs[0]-weak, legs[1]-strong
		} else {
			if legs[1] < weak || legs[0] < strong {
				break
			}
			legs[0], legs[1] = legs[0]-strong, legs[1]-weak
		}
		cycles++
	}
	return cycles
}

func TestBinaryCycle_ClosedFormAgreesWithALoop(t *testing.T) {
	check := func(c BinaryCycle, legs [2]int64, most int64, isFirst bool) {
		t.Helper()
		got, want := legs, legs
		gotCycles, wantCycles := c.take(&got, most, isFirst), loopCycles(&c, &want, most, isFirst)
		if gotCycles != wantCycles || got != want {
			t.Fatalf("%+v of %v, at most %d, first %v: %d cycles leave %v, want %d and %v", c, legs, most, isFirst, gotCycles, got, wantCycles, want)
		}
	}
	// All small numbers: every way of ending, ties, and the first cycle.
	for strong := int64(1); strong <= 5; strong++ {
		for weak := int64(1); weak <= strong; weak++ {
			for left := range int64(24) {
				for right := range int64(24) {
					for most := range int64(5) {
						check(BinaryCycle{Strong: strong, Weak: weak}, [2]int64{left, right}, most, false)
						check(BinaryCycle{strong, weak, 4, 2}, [2]int64{left, right}, most, true)
						check(BinaryCycle{strong, weak, 3, 3}, [2]int64{left, right}, most, false)
					}
				}
			}
		}
	}
	r := rand.New(rand.NewPCG(3, 1))
	for range fewer(30_000) {
		scale := []int64{1, 7, 1_000}[r.IntN(3)]
		c := BinaryCycle{Weak: 1 + r.Int64N(60)*scale}
		c.Strong = c.Weak + r.Int64N(3)*r.Int64N(60)*scale
		if r.IntN(2) == 0 {
			c.FirstWeak = 1 + r.Int64N(100)*scale
			c.FirstStrong = c.FirstWeak * (1 + r.Int64N(3))
		}
		near := r.Int64N(4_000 * scale)
		legs := [2]int64{near + r.Int64N(1+2*c.Strong), near}
		switch r.IntN(3) {
		case 0:
			legs[0] = r.Int64N(40_000 * scale)
		case 1:
			legs[0], legs[1] = legs[1], legs[0]
		}
		check(c, legs, max(0, r.Int64N(40)-20), r.IntN(2) == 0)
	}
}

func TestBinaryCycle_PublishedShapes(t *testing.T) {
	for _, c := range []struct {
		name   string
		cycle  BinaryCycle
		legs   [2]int64
		most   int64
		first  bool
		cycles int64
		left   [2]int64
	}{
		{"200:200", BinaryCycle{Strong: 200, Weak: 200}, [2]int64{1_800, 20_800}, 0, false, 9, [2]int64{0, 19_000}},
		{"200:100, the legs take turns", BinaryCycle{Strong: 200, Weak: 100}, [2]int64{500, 400}, 0, false, 3, [2]int64{0, 0}},
		{"600:300 of equal legs", BinaryCycle{Strong: 600, Weak: 300}, [2]int64{900, 900}, 0, false, 2, [2]int64{0, 0}},
		{"600:300, an odd one: of equal legs the left one is the weaker", BinaryCycle{Strong: 600, Weak: 300}, [2]int64{1_500, 1_500}, 0, false, 3, [2]int64{300, 0}},
		{"600:300 of a power leg", BinaryCycle{Strong: 600, Weak: 300}, [2]int64{900, 90_000}, 0, false, 3, [2]int64{0, 88_200}},
		{"2:1 first, then 1:1", BinaryCycle{100, 100, 200, 100}, [2]int64{400, 300}, 0, true, 3, [2]int64{0, 0}},
		{"2:1 first, and no volume for it", BinaryCycle{100, 100, 200, 100}, [2]int64{199, 199}, 0, true, 0, [2]int64{199, 199}},
		{"2:1 is behind", BinaryCycle{100, 100, 200, 100}, [2]int64{199, 199}, 0, false, 1, [2]int64{99, 99}},
		{"at most", BinaryCycle{Strong: 2, Weak: 1}, [2]int64{100, 100}, 7, false, 7, [2]int64{90, 89}},
	} {
		legs := c.legs
		if got := c.cycle.take(&legs, c.most, c.first); got != c.cycles || legs != c.left {
			t.Errorf("%s: %d cycles leave %v, want %d and %v", c.name, got, legs, c.cycles, c.left)
		}
	}
}

// Ten digits and four decimals take as long as two digits; a loop would never end.
func TestBinaryCycle_AnyNumberOfCycles(t *testing.T) {
	const most = math.MaxInt64
	for _, c := range []struct {
		cycle  BinaryCycle
		legs   [2]int64
		cycles int64
		left   [2]int64
	}{
		{BinaryCycle{Strong: 1, Weak: 1}, [2]int64{most, most - 1}, most - 1, [2]int64{1, 0}},
		{BinaryCycle{Strong: 2, Weak: 1}, [2]int64{most, most}, 2 * (most / 3), [2]int64{1, 1}},
		{BinaryCycle{Strong: most / 2, Weak: 1}, [2]int64{1, most}, 1, [2]int64{0, most - most/2}},
		{BinaryCycle{Strong: most / 2, Weak: most / 2}, [2]int64{most, most}, 2, [2]int64{1, 1}},
		{BinaryCycle{Strong: 2_000_000, Weak: 1_000_000}, [2]int64{99_999_999_999_999, 33_333_333_333_333}, 33_333_333, [2]int64{33_333_333_999_999, 333_333}},
	} {
		legs := c.legs
		got := c.cycle.take(&legs, 0, false)
		if got != c.cycles || legs != c.left {
			t.Errorf("%+v of %v: %d cycles leave %v, want %d and %v", c.cycle, c.legs, got, legs, c.cycles, c.left)
		}
	}
}
