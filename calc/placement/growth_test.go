package placement

import (
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"
)

// A growth is a company that grows by n automatic placements. Whatever a rule does, the number of steps per placement may grow no
// faster than log n.
type growth struct {
	name  string
	shape Shape
	rule  Rule
	// before is the tree that it begins with; nil means a top alone.
	before func(shape Shape, n int32) *Tree
	// sponsor chooses among those placed already.
	sponsor func(random *rand.Rand, placed int32) int32
	// sells adds volume to somebody between placements.
	sells bool
}

func ofTop(*rand.Rand, int32) int32                   { return 0 }
func ofAnybody(random *rand.Rand, placed int32) int32 { return random.Int32N(placed) }
func ofLatest(random *rand.Rand, placed int32) int32 {
	return placed - 1 - random.Int32N(min(placed, 8))
}
func ofTwenty(random *rand.Rand, placed int32) int32 { return random.Int32N(min(placed, 20)) }

var binary = Shape{Width: 2}

// power is a binary tree with a power leg of n people in one line, the left one.
func power(shape Shape, n int32) *Tree {
	columns := Columns{Parent: make([]int32, n), Leg: make([]uint8, n), Volume: make([]int64, n)}
	for row := range n {
		columns.Parent[row], columns.Leg[row], columns.Volume[row] = row-1, 1, int64(row%7)
	}
	columns.Leg[0] = 0
	return must(Load(shape, columns))
}

// zigzag is a binary tree of n people in one line that changes its leg at everybody.
func zigzag(shape Shape, n int32) *Tree {
	columns := Columns{Parent: make([]int32, n), Leg: make([]uint8, n)}
	for row := range n {
		columns.Parent[row], columns.Leg[row] = row-1, uint8(row%2+1)
	}
	columns.Leg[0] = 0
	return must(Load(shape, columns))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func growths() []growth {
	var all []growth
	for _, rule := range []Rule{
		{Strategy: BreadthFirst},
		{Strategy: OuterEdge, Leg: 1},
		{Strategy: FewerPeople},
		{Strategy: FewerPeople, Descent: DescentOuterEdge},
		{Strategy: LessVolume},
		{Strategy: LessVolume, Descent: DescentRepeat},
		{Strategy: Alternate},
		{Strategy: Alternate, Descent: DescentBreadthFirst},
	} {
		name := fmt.Sprintf("%v_%v", rule.Strategy, rule.Descent)
		sells := rule.Strategy == LessVolume
		all = append(all,
			growth{name + "/one_sponsor", binary, rule, nil, ofTop, sells},
			growth{name + "/any_sponsor", binary, rule, nil, ofAnybody, sells},
			growth{name + "/latest_sponsors", binary, rule, nil, ofLatest, sells},
			growth{name + "/power_leg", binary, rule, power, ofAnybody, sells},
		)
	}
	return append(all,
		growth{"breadth_first/twenty_sponsors", binary, Rule{Strategy: BreadthFirst}, nil, ofTwenty, false},
		growth{"breadth_first/zigzag", binary, Rule{Strategy: BreadthFirst}, zigzag, ofAnybody, false},
		growth{"breadth_first/width_5", Shape{Width: 5}, Rule{Strategy: BreadthFirst}, nil, ofAnybody, false},
		growth{"fewer_people/width_1", Shape{Width: 1}, Rule{Strategy: FewerPeople}, nil, ofAnybody, false},
		growth{"less_volume_repeat/width_1", Shape{Width: 1}, Rule{Strategy: LessVolume, Descent: DescentRepeat, LevelsMax: 1 << 30}, nil, ofAnybody, true},
		growth{"less_volume_repeat/zigzag", binary, Rule{Strategy: LessVolume, Descent: DescentRepeat}, zigzag, ofAnybody, true},
		growth{"less_volume_repeat/limited", binary, Rule{Strategy: LessVolume, Descent: DescentRepeat, LevelsMax: 40}, power, ofAnybody, true},
		growth{"fewer_people_repeat/nearly_full", binary, Rule{Strategy: FewerPeople, LevelsMax: 12}, power, ofTwenty, false},
		growth{"less_volume_repeat/nearly_full", binary, Rule{Strategy: LessVolume, Descent: DescentRepeat, LevelsMax: 12}, power, ofTwenty, true},
	)
}

// grow places n people and calls seen after each.
func (g growth) grow(n int32, seen func(*Tree)) {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	var t *Tree
	if g.before == nil {
		t = must(New(g.shape))
		if err := t.Place(0, Place{Nobody, 0}, Nobody); err != nil {
			panic(err)
		}
		t.Grow(int(n) + 1)
	} else {
		t = g.before(g.shape, n)
		t.Grow(2 * int(n))
	}
	first := int32(t.People())
	seen(t)
	for row := first; row < first+n; row++ {
		if g.sells {
			if err := t.AddVolume(random.Int32N(row), int64(random.IntN(2000))-500); err != nil {
				panic(err)
			}
		}
		if _, err := t.Auto(row, g.sponsor(random, row), g.rule); errors.Is(err, ErrFull) {
			// To be told so takes time as well. Somebody else is the sponsor then.
			_, err = t.Auto(row, random.Int32N(row), Rule{Strategy: BreadthFirst})
			if err != nil {
				panic(err)
			}
		} else if err != nil {
			panic(err)
		}
		seen(t)
	}
}

// TestAuto_StepsGrowAsTheLogarithm counts steps, which no clock disturbs. A rule that walked down, or up, would take thousands of times
// as many on the largest of these trees as on the smallest.
func TestAuto_StepsGrowAsTheLogarithm(t *testing.T) {
	t.Parallel()
	for _, g := range growths() {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			for _, n := range []int32{1 << 8, 1 << 11, 1 << 14} {
				var tree *Tree
				g.grow(n, func(t *Tree) { tree = t })
				logarithm := int64(bits.Len32(uint32(tree.People())))
				perPlacement := tree.steps / int64(n)
				t.Logf("%7d people placed: %d steps each, log n is %d", n, perPlacement, logarithm)
				if perPlacement > 8*logarithm {
					t.Errorf("%d people placed: %d steps each, which is more than 8 × log n of %d", n, perPlacement, logarithm)
				}
			}
		})
	}
}

// TestChoose_TakesTheLogarithmWhenAskedAgain: whoever only asks must not find the way down as long every time as it was the first time.
// The places asked for hang off a line that grew at its end: off its middle, and off its upper end.
func TestChoose_TakesTheLogarithmWhenAskedAgain(t *testing.T) {
	t.Parallel()
	const n, calls = 1 << 13, 100
	for _, c := range []struct {
		rule Rule
		want Place
	}{
		{Rule{Strategy: LessVolume, Descent: DescentRepeat}, Place{n, 1}},
		{Rule{Strategy: BreadthFirst, Leg: 1}, Place{1, 2}},
	} {
		tree := must(New(binary))
		for row := range int32(n) {
			at := Place{row - 1, 1}
			if row == 0 {
				at.Leg = 0
			}
			if err := tree.Place(row, at, Nobody); err != nil {
				t.Fatal(err)
			}
			if row == n/2 {
				if err := errors.Join(tree.AddVolume(n, -1), tree.Place(n, Place{row, 2}, Nobody)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if at, err := tree.Choose(0, c.rule); err != nil || at != c.want {
			t.Fatalf("%+v: %+v, %v, want %+v", c.rule, at, err, c.want)
		}
		tree.steps = 0
		for range calls {
			if _, err := tree.Choose(0, c.rule); err != nil {
				t.Fatal(err)
			}
		}
		if tree.steps > n+calls*8*int64(bits.Len32(n)) {
			t.Errorf("%+v: asked %d times more, %d steps", c.rule, calls, tree.steps)
		}
	}
}

// comb makes a line in a leg, with somebody in the other leg of everybody on it: rows 2, 4, 6 ... are the line beneath 0, and 1, 3,
// 5 ... stand beside them.
func comb(leg uint8) func(Shape, int32) *Tree {
	return func(shape Shape, n int32) *Tree {
		columns := Columns{Parent: make([]int32, n), Leg: make([]uint8, n)}
		for row := range n {
			columns.Parent[row], columns.Leg[row] = (row-1)/2*2, leg
			if row%2 == 1 {
				columns.Leg[row] = 3 - leg
			}
		}
		columns.Parent[0], columns.Leg[0] = Nobody, 0
		return must(Load(shape, columns))
	}
}

// bushy is a tree of sponsors of every kind, who take the first vacancy.
func bushy(shape Shape, n int32) *Tree {
	var tree *Tree
	growth{shape: shape, rule: Rule{Strategy: BreadthFirst}, sponsor: ofAnybody}.grow(n-1, func(t *Tree) { tree = t })
	return must(Load(shape, tree.columns()))
}

// TestLoad_LaysEverybodyNearTheTop holds what layPaths says of the way from anybody to the top.
func TestLoad_LaysEverybodyNearTheTop(t *testing.T) {
	t.Parallel()
	const n = 1 << 12
	for name, before := range map[string]func(Shape, int32) *Tree{
		"power": power, "zigzag": zigzag, "left comb": comb(1), "right comb": comb(2), "bushy": bushy,
	} {
		tree, furthest := before(binary, n), 0
		for row := range int32(n) {
			knots := 0
			for x := row; x != Nobody; x = tree.knots[x].up {
				knots++
			}
			furthest = max(furthest, knots)
		}
		if furthest > 2*(bits.Len32(n)-1) {
			t.Errorf("%s: somebody is %d knots from the top, of %d people", name, furthest, n)
		}
	}
}

// TestTree_SweepsOverALineTakeTheLogarithm puts the one call that takes long first, as doc.go tells: the line grew at its end and was
// asked nothing. From then on a sweep takes few steps at each, where rotating whoever is asked for straight to the root would take
// hundreds.
func TestTree_SweepsOverALineTakeTheLogarithm(t *testing.T) {
	t.Parallel()
	const n, sweeps = 1 << 12, 4
	var tree *Tree
	growth{shape: binary, rule: Rule{Strategy: OuterEdge, Leg: 1}, sponsor: ofTop}.grow(n, func(t *Tree) { tree = t })
	tree.steps = 0
	tree.Beneath(0)
	if tree.steps < n {
		t.Errorf("the first question about the top took %d steps; doc.go speaks of one for each of %d", tree.steps, n)
	}
	for range sweeps {
		for row := range int32(n) {
			tree.Beneath(row)
		}
		for row := range int32(n) {
			tree.Beneath(n - 1 - row)
		}
	}
	if perCall := tree.steps / (2 * n * sweeps); perCall > 8*int64(bits.Len32(n)) {
		t.Errorf("%d steps for each question about a line of %d", perCall, n)
	}
}

// BenchmarkAuto places 1,000,000 people, and tells the steps, the time and the slowest placements.
func BenchmarkAuto(b *testing.B) {
	const n = 1_000_000
	for _, g := range growths() {
		b.Run(g.name, func(b *testing.B) {
			var tree *Tree
			took := make([]time.Duration, 0, n+1)
			for b.Loop() {
				took = took[:0]
				last := time.Now()
				g.grow(n, func(t *Tree) {
					now := time.Now()
					tree, took, last = t, append(took, now.Sub(last)), now
				})
			}
			took = took[1:] // The first is the tree that it began with.
			slices.Sort(took)
			total := time.Duration(0)
			for _, d := range took {
				total += d
			}
			b.ReportMetric(float64(total.Nanoseconds())/n, "ns/placement")
			b.ReportMetric(float64(took[n*99/100].Nanoseconds())/1e3, "p99-µs")
			b.ReportMetric(float64(took[n-1].Nanoseconds())/1e3, "max-µs")
			b.ReportMetric(float64(tree.steps)/n, "steps/placement")
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	const n = 1_000_000
	for _, before := range []struct {
		name string
		tree func(Shape, int32) *Tree
	}{{"power_leg", power}, {"zigzag", zigzag}} {
		b.Run(before.name, func(b *testing.B) {
			var m0, m1 runtime.MemStats
			columns := before.tree(binary, n).columns()
			runtime.GC()
			runtime.ReadMemStats(&m0)
			var tree *Tree
			for b.Loop() {
				tree = must(Load(binary, columns))
			}
			runtime.GC()
			runtime.ReadMemStats(&m1)
			b.ReportMetric(float64(m1.HeapAlloc-m0.HeapAlloc)/n, "bytes/row")
			runtime.KeepAlive(tree)
			runtime.KeepAlive(columns)
		})
	}
}
