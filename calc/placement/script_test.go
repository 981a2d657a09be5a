package placement

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A script is drawn from a source of small numbers, so that random tests and the fuzzer run the same calls.
type source func(most int) int

// drawRule draws a rule that means something, mostly.
func drawRule(draw source, shape Shape) Rule {
	rule := Rule{Strategy: Strategy(draw(4) + 1)}
	if descents := strategies[rule.Strategy].descents; draw(1) > 0 {
		rule.Descent = descents[draw(len(descents)-1)]
	}
	if rule.Strategy == OuterEdge || rule.Strategy == BreadthFirst && draw(1) > 0 {
		rule.Leg = uint8(draw(int(shape.Width)-1) + 1)
	}
	if draw(2) == 0 {
		rule.LevelsMax = int32(draw(10))
	}
	return rule
}

// runScript makes the same calls on a tree and on the model, and compares after each.
func runScript(t interface {
	Helper()
	Fatalf(string, ...any)
}, draw source, calls int,
) {
	t.Helper()
	shape := Shape{Width: int32(draw(3) + 1)}
	if draw(1) > 0 {
		shape.DepthMax = int32(draw(12))
	}
	tree, err := New(shape)
	if err != nil {
		t.Fatalf("New(%+v): %v", shape, err)
	}
	m := newModel(shape)
	script := fmt.Sprintf("%+v", shape)
	check := func(got, want error) {
		t.Helper()
		if !errors.Is(got, want) || want == nil && got != nil {
			t.Fatalf("%s\ngot  %v\nwant %v", script, got, want)
		}
	}
	check(tree.Place(0, Place{Nobody, 0}, Nobody), nil)
	m.put(0, Place{Nobody, 0})
	rows := int32(1)
	rule := drawRule(draw, shape)
	for range calls {
		row := rows
		if draw(15) == 0 {
			row = int32(draw(int(rows)+1)) - 1
		}
		sponsor := int32(draw(int(rows)+1)) - 1
		if draw(2) == 0 {
			sponsor = 0
		}
		switch kind := draw(11); {
		case kind <= 5:
			if draw(3) == 0 {
				rule = drawRule(draw, shape)
			}
			script += fmt.Sprintf("\nauto %d under %d by %+v", row, sponsor, rule)
			chosen, chooseErr := tree.Choose(sponsor, rule)
			at, err := tree.Auto(row, sponsor, rule)
			if err == nil && (chooseErr != nil || chosen != at) {
				t.Fatalf("%s\nchose  %+v, %v\nplaced %+v", script, chosen, chooseErr, at)
			}
			_, hasSponsor := m.place[sponsor]
			_, placed := m.place[row]
			switch {
			case row < 0:
				check(err, ErrRow)
			case placed:
				check(err, ErrPlaced)
			case !hasSponsor:
				check(err, ErrSponsor)
			default:
				want, leg, found := m.choose(sponsor, rule)
				if !found {
					check(err, ErrFull)
					break
				}
				check(err, nil)
				if at != want {
					t.Fatalf("%s\ngot  %+v\nwant %+v", script, at, want)
				}
				m.put(row, want)
				if rule.Strategy == Alternate {
					m.turn[sponsor] = leg
				}
			}
		case kind <= 8:
			at := Place{int32(draw(int(rows)+1)) - 1, uint8(draw(int(shape.Width) + 1))}
			if draw(9) == 0 {
				at = Place{Nobody, 0}
			}
			if draw(1) == 0 {
				sponsor = Nobody
			}
			script += fmt.Sprintf("\nplace %d at %+v under %d", row, at, sponsor)
			want := m.byHand(row, at, sponsor)
			check(tree.Place(row, at, sponsor), want)
			if want == nil {
				m.put(row, at)
			}
		case kind <= 9:
			units := int64(draw(8)) - 3
			if draw(5) == 0 {
				units <<= 57
			}
			script += fmt.Sprintf("\nvolume %d of %d", units, sponsor)
			want := m.addVolume(sponsor, units)
			check(tree.AddVolume(sponsor, units), want)
		case kind == 10 && draw(1) == 0:
			script += fmt.Sprintf("\nremove %d", sponsor)
			want := m.remove(sponsor)
			check(tree.Remove(sponsor), want)
		default:
			script += "\nload"
			loaded, err := Load(shape, tree.columns())
			check(err, nil)
			tree = loaded
		}
		if _, placed := m.place[rows]; placed {
			rows++
		}
		if problem := compare(tree, m); problem != "" {
			t.Fatalf("%s\n%s", script, problem)
		}
	}
	for row := range rows {
		if got, want := tree.InLeg(row, 1), m.sums(m.in(Place{row, 1})); got != want {
			t.Fatalf("%s\nin leg 1 of %d: got %+v, want %+v", script, row, got, want)
		}
	}
	for row := range rows {
		want := Sums{}
		if _, placed := m.place[row]; placed {
			want = m.sums(row)
		}
		if got := tree.Beneath(row); got != want {
			t.Fatalf("%s\nbeneath %d: got %+v, want %+v", script, row, got, want)
		}
		for _, leg := range m.legs() {
			if got, want := tree.InLeg(row, leg), m.sums(m.in(Place{row, leg})); got != want {
				t.Fatalf("%s\nin leg %d of %d: got %+v, want %+v", script, leg, row, got, want)
			}
		}
	}
	if problem := compare(tree, m); problem != "" {
		t.Fatalf("%s\nafter asking for sums: %s", script, problem)
	}
}

// columns is the tree as it would be kept.
func (t *Tree) columns() Columns {
	return Columns{slices.Clone(t.parent), slices.Clone(t.leg), slices.Clone(t.volume), slices.Clone(t.turn)}
}

// compare holds a tree against the model, and its paths against its columns.
func compare(tree *Tree, m *model) string {
	if tree.People() != len(m.place) {
		return fmt.Sprintf("%d people, want %d", tree.People(), len(m.place))
	}
	for row := range int32(len(tree.parent)) {
		at, placed := m.place[row]
		if !placed {
			at = Place{NotPlaced, 0}
		}
		if got := tree.PlaceOf(row); got != at {
			return fmt.Sprintf("%d stands at %+v, want %+v", row, got, at)
		}
		if tree.Turn(row) != m.turn[row] || tree.Volume(row) != m.volume[row] {
			return fmt.Sprintf("%d has turn %d and volume %d, want %d and %d", row, tree.Turn(row), tree.Volume(row), m.turn[row], m.volume[row])
		}
		if !placed {
			continue
		}
		if tree.Depth(row) != m.depth(row) {
			return fmt.Sprintf("%d stands %d deep, want %d", row, tree.Depth(row), m.depth(row))
		}
		for _, leg := range m.legs() {
			if got, want := tree.Child(Place{row, leg}), m.in(Place{row, leg}); got != want {
				return fmt.Sprintf("leg %d of %d holds %d, want %d", leg, row, got, want)
			}
		}
		if problem := checkKnot(tree, row); problem != "" {
			return problem
		}
	}
	return ""
}

// checkKnot holds a knot against its neighbours: the links agree, the path is in the order of depth, every summary sums up.
func checkKnot(tree *Tree, row int32) string {
	k := tree.knots[row]
	for _, part := range []int32{k.upper, k.lower} {
		if part != Nobody && tree.knots[part].up != row {
			return fmt.Sprintf("%d does not hang from %d", part, row)
		}
	}
	if k.upper != Nobody && tree.depth[k.upper] >= tree.depth[row] || k.lower != Nobody && tree.depth[k.lower] <= tree.depth[row] {
		return fmt.Sprintf("the path of %d is not in the order of depth", row)
	}
	if tree.isRoot(row) && k.up != Nobody && tree.below[tree.slot(k.up, k.hangs)] != row {
		return fmt.Sprintf("%d does not know that %d hangs from it", k.up, row)
	}
	if k.through != 0 && tree.below[tree.slot(row, k.through)] != Nobody {
		return fmt.Sprintf("something hangs from %d where its path goes on", row)
	}
	tree.settle(row)
	tree.join(row)
	if tree.knots[row] != k {
		return fmt.Sprintf("%d sums up to %+v, and has %+v", row, tree.knots[row], k)
	}
	return ""
}

func TestTree_AgreesWithTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		calls := rapid.IntRange(1, 60).Draw(t, "calls")
		runScript(t, func(most int) int { return rapid.IntRange(0, most).Draw(t, "n") }, calls)
	})
}

func TestTree_AgreesWithTheModelOnLongScripts(t *testing.T) {
	t.Parallel()
	scripts := uint64(1000)
	if raced || testing.Short() {
		scripts = 150
	}
	for seed := range scripts {
		random := rand.New(rand.NewPCG(seed, 7))
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			calls := 20 + random.IntN(100)
			if seed%25 == 0 {
				calls = 800 // Only then some are full to the breadth of their legs.
			}
			runScript(t, func(most int) int { return random.IntN(most + 1) }, calls)
		})
	}
}

func FuzzTree(f *testing.F) {
	f.Add([]byte("a binary tree, grown by all strategies in turn and in disorder, with volumes and some taken back"))
	f.Add([]byte{1, 0, 0, 6, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 600 {
			return
		}
		at := 0
		draw := func(most int) int {
			if at >= len(data) {
				return 0
			}
			at++
			return int(data[at-1]) % (most + 1)
		}
		runScript(t, draw, len(data)/4)
	})
}
