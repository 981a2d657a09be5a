package placement

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Every error once, and nothing changed after it.
func TestTree_SaysWhatIsWrongAndChangesNothing(t *testing.T) {
	breadth := Rule{Strategy: BreadthFirst}
	auto := func(row, sponsor int32, rule Rule) func(*Tree) error {
		return func(tree *Tree) error {
			_, err := tree.Auto(row, sponsor, rule)
			return err
		}
	}
	place := func(row int32, at Place, sponsor int32) func(*Tree) error {
		return func(tree *Tree) error { return tree.Place(row, at, sponsor) }
	}
	for _, c := range []struct {
		name string
		call func(*Tree) error
		want error
		says string
	}{
		{"row below zero", place(-1, Place{0, 1}, Nobody), ErrRow, "number the distributors from 0"},
		{"row without a successor", place(math.MaxInt32, Place{0, 1}, Nobody), ErrRow, "2147483647"},
		{"placed twice by hand", place(3, Place{2, 2}, Nobody), ErrPlaced, "distributor 3 stands in leg 1 of distributor 1"},
		{"placed twice by rule", auto(3, 0, breadth), ErrPlaced, "distributor 3"},
		{"parent unknown", place(6, Place{9, 1}, Nobody), ErrParent, "distributor 9"},
		{"parent oneself", place(6, Place{6, 1}, Nobody), ErrParent, "distributor 6"},
		{"leg of nobody", place(6, Place{Nobody, 1}, Nobody), ErrParent, "leg 1 of nobody"},
		{"leg zero", place(6, Place{2, 0}, Nobody), ErrLeg, "from 1 to 2"},
		{"leg too high", place(6, Place{2, 3}, Nobody), ErrLeg, "leg 3 of distributor 2"},
		{"too deep", place(6, Place{3, 1}, Nobody), ErrDepth, "2 levels"},
		{"taken", place(6, Place{1, 2}, Nobody), ErrTaken, "distributor 4 stands in leg 2 of distributor 1"},
		{"sponsor unknown by hand", place(6, Place{2, 2}, 8), ErrSponsor, "distributor 8"},
		{"sponsor unknown by rule", auto(6, 8, breadth), ErrSponsor, "distributor 8"},
		{"sponsor nobody by rule", auto(6, Nobody, breadth), ErrSponsor, "distributor -1"},
		{"beside the sponsor", place(6, Place{2, 2}, 1), ErrNotBeneath, "beneath distributor 1"},
		{"above the sponsor", place(6, Place{2, 2}, 5), ErrNotBeneath, "beneath distributor 5"},
		{"a top with a sponsor", place(6, Place{Nobody, 0}, 1), ErrNotBeneath, "beneath distributor 1"},
		{"full by breadth", auto(6, 1, breadth), ErrFull, "beneath distributor 1 by breadth_first"},
		{"full by levels", auto(6, 0, Rule{Strategy: BreadthFirst, LevelsMax: 1}), ErrFull, "beneath distributor 0"},
		{"full in a leg", auto(6, 0, Rule{Strategy: BreadthFirst, Leg: 1}), ErrFull, "breadth_first"},
		{"full at the edge", auto(6, 0, Rule{Strategy: OuterEdge, Leg: 1}), ErrFull, "outer_edge"},
		{"full by people", auto(6, 1, Rule{Strategy: FewerPeople}), ErrFull, "fewer_people"},
		{"full by people, at the edge", auto(6, 1, Rule{Strategy: FewerPeople, Descent: DescentOuterEdge}), ErrFull, "fewer_people"},
		{"full by volume", auto(6, 1, Rule{Strategy: LessVolume, Descent: DescentRepeat}), ErrFull, "less_volume"},
		{"full by turns", auto(6, 1, Rule{Strategy: Alternate}), ErrFull, "alternate"},
		{"full at the deepest level", auto(6, 3, breadth), ErrFull, "beneath distributor 3"},
		{"no strategy", auto(6, 0, Rule{}), ErrRule, "strategy 0"},
		{"unknown strategy", auto(6, 0, Rule{Strategy: Alternate + 1}), ErrRule, "strategy 6"},
		{"unknown descent", auto(6, 0, Rule{Strategy: Alternate, Descent: DescentRepeat + 1}), ErrRule, "descent 4"},
		{"turns that are chosen again", auto(6, 0, Rule{Strategy: Alternate, Descent: DescentRepeat}), ErrRule, "choose from [outer_edge breadth_first]"},
		{"levels below zero", auto(6, 0, Rule{Strategy: BreadthFirst, LevelsMax: -1}), ErrRule, "-1 levels"},
		{"leg of a rule that chooses it", auto(6, 0, Rule{Strategy: FewerPeople, Leg: 1}), ErrRule, "name none"},
		{"edge of no leg", auto(6, 0, Rule{Strategy: OuterEdge}), ErrLeg, "from 1 to 2"},
		{"edge of a leg too high", auto(6, 0, Rule{Strategy: OuterEdge, Leg: 3}), ErrLeg, "leg 3"},
		{"volume of a row below zero", func(tree *Tree) error { return tree.AddVolume(-1, 1) }, ErrRow, "-1"},
		{"volume too large", func(tree *Tree) error { return tree.AddVolume(1, math.MinInt64) }, ErrVolume, "distributor 1"},
		{"remove whoever is not there", func(tree *Tree) error { return tree.Remove(6) }, ErrNotPlaced, "distributor 6"},
		{"remove whoever has others beneath", func(tree *Tree) error { return tree.Remove(2) }, ErrOccupied, "distributor 2"},
	} {
		tree, err := Load(Shape{Width: 2, DepthMax: 2}, sample(t).columns())
		if err != nil {
			t.Fatal(err)
		}
		before := tree.columns()
		if err := c.call(tree); !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %v that says %q", c.name, err, c.want, c.says)
		}
		if after := tree.columns(); !reflect.DeepEqual(before, after) || tree.People() != 6 {
			t.Errorf("%s: %+v became %+v", c.name, before, after)
		}
	}
}

func TestTree_KnowsNothingOfStrangers(t *testing.T) {
	tree := sample(t)
	for _, row := range []int32{-1, 6, math.MaxInt32} {
		if tree.Placed(row) || tree.PlaceOf(row) != (Place{NotPlaced, 0}) || tree.Child(Place{row, 1}) != Nobody || tree.Depth(row) != 0 ||
			tree.Turn(row) != 0 || tree.Volume(row) != 0 || tree.Beneath(row) != (Sums{}) || tree.InLeg(row, 1) != (Sums{}) {
			t.Errorf("it knows %d", row)
		}
	}
	for _, leg := range []uint8{0, 3} {
		if tree.Child(Place{0, leg}) != Nobody || tree.InLeg(0, leg) != (Sums{}) {
			t.Errorf("it has a leg %d", leg)
		}
	}
	if tree.Shape() != binary || tree.People() != 6 {
		t.Errorf("shape %+v, %d people", tree.Shape(), tree.People())
	}
}

func TestAddVolume_KeepsSumsWithinBounds(t *testing.T) {
	tree := sample(t)
	for _, c := range []struct {
		row   int32
		units int64
		want  error
	}{
		{1, 1 << 60, nil},
		{1, 1, ErrVolume},
		{2, -1, ErrVolume},
		{1, -2 << 60, nil}, // 2⁶⁰ below zero
		{1, -1, ErrVolume},
		{1, 1, nil},
		{2, -1, nil},
		{9, 1, ErrVolume}, // also of whoever has no place
		{2, 1, nil},
		{9, 1, nil},
	} {
		if err := tree.AddVolume(c.row, c.units); !errors.Is(err, c.want) {
			t.Errorf("%d added to %d: %v, want %v", c.units, c.row, err, c.want)
		}
	}
	if got, want := tree.Beneath(0), (Sums{6, 1 - 1<<60}); got != want {
		t.Errorf("in all %+v, want %+v", got, want)
	}
}

func TestNew_RefusesShapes(t *testing.T) {
	for _, shape := range []Shape{{}, {Width: -1}, {Width: 256}, {Width: 2, DepthMax: -1}} {
		if _, err := New(shape); !errors.Is(err, ErrShape) {
			t.Errorf("New(%+v): %v", shape, err)
		}
		if _, err := Load(shape, Columns{}); !errors.Is(err, ErrShape) {
			t.Errorf("Load(%+v): %v", shape, err)
		}
		if _, _, err := Arrange(shape, 0, nil); !errors.Is(err, ErrShape) {
			t.Errorf("Arrange(%+v): %v", shape, err)
		}
	}
}

func TestLoad_RefusesWhatIsNoTree(t *testing.T) {
	for _, c := range []struct {
		name    string
		columns Columns
		want    error
		says    string
	}{
		{"legs missing", Columns{Parent: []int32{Nobody}}, ErrColumns, "1 parents, 0 legs"},
		{"volumes missing", Columns{Parent: []int32{Nobody}, Leg: []uint8{0}, Volume: []int64{}}, ErrColumns, "0 volumes"},
		{"turns missing", Columns{Parent: []int32{Nobody}, Leg: []uint8{0}, Turn: []uint8{}}, ErrColumns, "0 turns"},
		{"parent too high", Columns{Parent: []int32{Nobody, 2}, Leg: []uint8{0, 1}}, ErrColumns, "the parent of distributor 1 is 2"},
		{"parent too low", Columns{Parent: []int32{Nobody, -3}, Leg: []uint8{0, 1}}, ErrColumns, "the parent of distributor 1 is -3"},
		{"parent without a place", Columns{Parent: []int32{NotPlaced, 0}, Leg: []uint8{0, 1}}, ErrColumns, "who has no place"},
		{"top in a leg", Columns{Parent: []int32{Nobody}, Leg: []uint8{1}}, ErrColumns, "in leg 1 of nobody"},
		{"leg of whoever has no place", Columns{Parent: []int32{NotPlaced}, Leg: []uint8{2}}, ErrColumns, "in leg 2 of nobody"},
		{"no leg", Columns{Parent: []int32{Nobody, 0}, Leg: []uint8{0, 0}}, ErrColumns, "in leg 0, of 2 legs"},
		{"leg too high", Columns{Parent: []int32{Nobody, 0}, Leg: []uint8{0, 3}}, ErrColumns, "in leg 3, of 2 legs"},
		{"two in one place", Columns{Parent: []int32{Nobody, 0, 0}, Leg: []uint8{0, 2, 2}}, ErrColumns, "distributors 1 and 2 stand in leg 2 of distributor 0"},
		{"oneself", Columns{Parent: []int32{0}, Leg: []uint8{1}}, ErrColumns, "distributor 0 stands beneath itself"},
		{
			"cycle",
			Columns{Parent: []int32{2, Nobody, 4, 2, 3, NotPlaced}, Leg: []uint8{1, 0, 1, 2, 1, 0}},
			ErrColumns,
			"distributor 2 stands beneath itself",
		},
		{
			"cycle behind others",
			Columns{Parent: []int32{NotPlaced, Nobody, 1, 4, 3}, Leg: []uint8{0, 0, 1, 1, 1}},
			ErrColumns,
			"distributor 3 stands beneath itself",
		},
		{
			"too deep",
			Columns{Parent: []int32{Nobody, 0, 1, 2, 3}, Leg: []uint8{0, 1, 1, 1, 1}},
			ErrColumns,
			"distributor 4 stands 4 levels beneath the top",
		},
		{"turn too high", Columns{Parent: []int32{Nobody}, Leg: []uint8{0}, Turn: []uint8{3}}, ErrColumns, "leg 3, of 2 legs"},
		{"volume too large", Columns{Parent: []int32{Nobody}, Leg: []uint8{0}, Volume: []int64{1<<60 + 1}}, ErrVolume, "distributor 0"},
		{"volume too small", Columns{Parent: []int32{Nobody}, Leg: []uint8{0}, Volume: []int64{math.MinInt64}}, ErrVolume, "distributor 0"},
		{"volumes too large", Columns{Parent: []int32{Nobody, Nobody}, Leg: []uint8{0, 0}, Volume: []int64{1 << 60, -1}}, ErrVolume, "distributor 1"},
	} {
		_, err := Load(Shape{Width: 2, DepthMax: 3}, c.columns)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %v that says %q", c.name, err, c.want, c.says)
		}
	}
}

func TestLoad_TakesWhatIsJustWithinBounds(t *testing.T) {
	for _, columns := range []Columns{
		{},
		{Parent: []int32{Nobody, 0}, Leg: []uint8{0, 2}, Volume: []int64{-1 << 60, 0}, Turn: []uint8{2, 0}},
		{Parent: []int32{1, Nobody}, Leg: []uint8{1, 0}, Volume: []int64{1<<60 - 1, -1}},
		{Parent: []int32{Nobody, NotPlaced, Nobody}, Leg: []uint8{0, 0, 0}},
	} {
		tree, err := Load(Shape{Width: 2, DepthMax: 1}, columns)
		if err != nil {
			t.Errorf("%+v: %v", columns, err)
			continue
		}
		if got := tree.columns(); !slices.Equal(got.Parent, columns.Parent) || !slices.Equal(got.Leg, columns.Leg) {
			t.Errorf("%+v became %+v", columns, got)
		}
	}
	deep := Columns{Parent: []int32{Nobody, 0, 1}, Leg: []uint8{0, 1, 1}}
	if _, err := Load(Shape{Width: 2, DepthMax: 1}, deep); !errors.Is(err, ErrColumns) {
		t.Errorf("two levels in a tree of one: %v", err)
	}
}

// A tree that was loaded is as quick at once as one that was long in use, though its leg is one line.
func TestLoad_FirstCallsAreNoDearer(t *testing.T) {
	const n, most = 1 << 16, 300
	for _, before := range []func(Shape, int32) *Tree{power, zigzag} {
		for _, row := range []int32{0, 1, n / 3, n / 2, n - 2, n - 1} {
			tree := before(binary, n)
			tree.steps = 0
			if _, err := tree.Auto(n, row, Rule{Strategy: BreadthFirst}); err != nil {
				t.Fatal(err)
			}
			if tree.steps > most {
				t.Errorf("the first placement, under %d of %d, took %d steps", row, n, tree.steps)
			}
		}
	}
}

func TestArrange_FaultsNameTheFirstCauseOnly(t *testing.T) {
	breadth := Rule{Strategy: BreadthFirst}
	columns, faults, err := Arrange(Shape{Width: 2}, 8, []Joining{
		{Row: 0, Sponsor: Nobody, Volume: 7},
		{Row: 1, Sponsor: 0, At: Place{0, 3}},                 // fault: no such leg
		{Row: 2, Sponsor: 1, Rule: breadth},                   // follows from it
		{Row: 3, Sponsor: 0, At: Place{2, 1}},                 // follows from that
		{Row: 4, Sponsor: 0, Rule: breadth},                   // goes on
		{Row: 4, Sponsor: 0, Rule: breadth},                   // fault: twice
		{Row: 5, Sponsor: 6, Rule: breadth},                   // fault: the sponsor joins later
		{Row: 6, Sponsor: 4, At: Place{0, 2}},                 // fault: not beneath the sponsor
		{Row: 6, Sponsor: 4, At: Place{0, 2}, Anywhere: true}, // allowed
		{Row: 8, Sponsor: 0, Rule: breadth},                   // fault: no such row
		{Row: 7, Sponsor: 0, Rule: breadth, Volume: 1 << 60},  // fault: with the seven of 0, too much
		{Row: 7, Sponsor: 4, Volume: 9},                       // fault: no rule
		{Row: 3, Sponsor: 0, At: Place{9, 1}},                 // fault: nobody has that row
	})
	if err != nil {
		t.Fatal(err)
	}
	type fault struct {
		index int
		err   error
	}
	want := []fault{{1, ErrLeg}, {5, ErrPlaced}, {6, ErrSponsor}, {7, ErrNotBeneath}, {9, ErrRow}, {10, ErrVolume}, {11, ErrRule}, {12, ErrParent}}
	if len(faults) != len(want) {
		t.Fatalf("faults %v, want %v", faults, want)
	}
	for i, f := range faults {
		if f.Index != want[i].index || !errors.Is(f.Err, want[i].err) {
			t.Errorf("fault %d: %v, want %v", i, f, want[i])
		}
	}
	if parents := []int32{Nobody, NotPlaced, NotPlaced, NotPlaced, 0, NotPlaced, 0, NotPlaced}; !slices.Equal(columns.Parent, parents) {
		t.Errorf("parents %v, want %v", columns.Parent, parents)
	}
	if volumes := []int64{7, 0, 0, 0, 0, 0, 0, 0}; !slices.Equal(columns.Volume, volumes) {
		t.Errorf("volumes %v, want %v", columns.Volume, volumes)
	}
	if _, _, err := Arrange(Shape{Width: 2}, -1, nil); !errors.Is(err, ErrRow) {
		t.Errorf("rows below zero: %v", err)
	}
	for rows := range int32(3) {
		if columns, faults, err := Arrange(Shape{Width: 2}, rows, nil); err != nil || faults != nil || len(columns.Parent) != int(rows) {
			t.Errorf("%d rows and nobody: %+v, %v, %v", rows, columns, faults, err)
		}
	}
}
