package placement

import (
	"slices"
	"testing"
)

// The binary tree of a published example: breadth-first under the sponsor, left before right, and one placement by hand in between.
func TestArrange_PublishedBinaryByBreadth(t *testing.T) {
	const s1, u1, u2, u3, u4, u5 = 0, 1, 2, 3, 4, 5
	breadth := Rule{Strategy: BreadthFirst}
	columns, faults, err := Arrange(Shape{Width: 2}, 6, []Joining{
		{Row: s1, Sponsor: Nobody},
		{Row: u1, Sponsor: s1, Rule: breadth},
		{Row: u2, Sponsor: s1, Rule: breadth},
		{Row: u3, Sponsor: s1, Rule: breadth},
		{Row: u4, Sponsor: u2, At: Place{u2, 1}},
		{Row: u5, Sponsor: s1, Rule: breadth},
	})
	if err != nil || faults != nil {
		t.Fatal(err, faults)
	}
	parents, legs := []int32{Nobody, s1, s1, u1, u2, u1}, []uint8{0, 1, 2, 1, 1, 2}
	if !slices.Equal(columns.Parent, parents) || !slices.Equal(columns.Leg, legs) {
		t.Errorf("got  %v %v\nwant %v %v", columns.Parent, columns.Leg, parents, legs)
	}
}

// The 3 × 3 matrix of a published example: the root recruits four, and the fourth goes to the first place beneath the first.
func TestArrange_PublishedMatrixSpillover(t *testing.T) {
	const root, a, b, c, d = 0, 1, 2, 3, 4
	rule := Rule{Strategy: BreadthFirst, LevelsMax: 3}
	joinings := []Joining{{Row: root, Sponsor: Nobody}}
	for _, row := range []int32{a, b, c, d} {
		joinings = append(joinings, Joining{Row: row, Sponsor: root, Rule: rule})
	}
	columns, faults, err := Arrange(Shape{Width: 3}, 5, joinings)
	if err != nil || faults != nil {
		t.Fatal(err, faults)
	}
	parents, legs := []int32{Nobody, root, root, root, a}, []uint8{0, 1, 2, 3, 1}
	if !slices.Equal(columns.Parent, parents) || !slices.Equal(columns.Leg, legs) {
		t.Errorf("got  %v %v\nwant %v %v", columns.Parent, columns.Leg, parents, legs)
	}
}

// The sums that the same source gives: how many places a matrix has beneath its top.
func TestAuto_FillsAMatrixAndNoMore(t *testing.T) {
	for _, matrix := range []struct{ width, depth, places int32 }{{3, 3, 39}, {3, 7, 3279}, {2, 12, 8190}, {1, 5, 5}} {
		for _, rule := range []Rule{{Strategy: BreadthFirst}, {Strategy: FewerPeople}, {Strategy: LessVolume, Descent: DescentRepeat}} {
			// Once as a tree with an end, and once as one person's part of a tree without.
			closed := must(New(Shape{Width: matrix.width, DepthMax: matrix.depth}))
			open := must(New(Shape{Width: matrix.width}))
			levels := rule
			levels.LevelsMax = matrix.depth
			for _, c := range []struct {
				tree *Tree
				rule Rule
			}{{closed, rule}, {open, levels}} {
				if err := c.tree.Place(0, Place{Nobody, 0}, Nobody); err != nil {
					t.Fatal(err)
				}
				placed := int32(0)
				for {
					if _, err := c.tree.Auto(placed+1, 0, c.rule); err != nil {
						break
					}
					placed++
				}
				if placed != matrix.places {
					t.Errorf("%d × %d by %+v: %d places, want %d", matrix.width, matrix.depth, c.rule, placed, matrix.places)
				}
			}
		}
	}
}

func TestAuto_FillsTheWidestTree(t *testing.T) {
	tree := must(New(Shape{Width: WidthMax}))
	if err := tree.Place(0, Place{Nobody, 0}, Nobody); err != nil {
		t.Fatal(err)
	}
	for row := int32(1); row <= 2*WidthMax; row++ {
		want := Place{(row - 1) / WidthMax, uint8((row-1)%WidthMax + 1)}
		if at, err := tree.Auto(row, 0, Rule{Strategy: BreadthFirst}); err != nil || at != want {
			t.Fatalf("%d: %+v, %v, want %+v", row, at, err, want)
		}
	}
}

// A published rule of another company: whoever is put left of the top comes to the end of the left line, whoever is put right to the
// end of the right one, whatever stands in between.
func TestAuto_OuterEdgeFollowsOneLine(t *testing.T) {
	tree := sample(t)
	for leg, want := range map[uint8]Place{1: {3, 1}, 2: {2, 2}} {
		if at, err := tree.Choose(0, Rule{Strategy: OuterEdge, Leg: leg}); err != nil || at != want {
			t.Errorf("leg %d: %+v, %v, want %+v", leg, at, err, want)
		}
	}
}

// sample is a binary tree: 0 over 1 and 2, 1 over 3 and 4, 2 over 5 on the left.
func sample(t *testing.T) *Tree {
	t.Helper()
	tree, err := Load(Shape{Width: 2}, Columns{
		Parent: []int32{Nobody, 0, 0, 1, 1, 2},
		Leg:    []uint8{0, 1, 2, 1, 2, 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestChoose_LesserLegs(t *testing.T) {
	people := func(d Descent) Rule { return Rule{Strategy: FewerPeople, Descent: d} }
	volume := func(d Descent) Rule { return Rule{Strategy: LessVolume, Descent: d} }
	even := []int64{0, 0, 0, 0, 0, 0}
	right := []int64{0, 10, 0, 20, 10, 5} // 40 left, 5 right; beneath 1, 20 left and 10 right
	left := []int64{0, 10, 90, 20, 10, 5} // 40 left, 95 right
	back := []int64{0, 0, 0, 0, 0, -1}    // more taken back on the right than sold
	for _, c := range []struct {
		name    string
		volumes []int64
		sponsor int32
		rule    Rule
		want    Place
	}{
		{"the right leg has fewer people, and of its two one has none", even, 0, people(DescentUsual), Place{2, 2}},
		{"the same, chosen once, then the edge", even, 0, people(DescentOuterEdge), Place{2, 2}},
		{"the same, chosen once, then by breadth", even, 0, people(DescentBreadthFirst), Place{2, 2}},
		{"both have one, so the lower", even, 1, people(DescentUsual), Place{3, 1}},
		{"without volume the lower leg", even, 0, volume(DescentUsual), Place{3, 1}},
		{"without volume the lower leg all the way", even, 0, volume(DescentRepeat), Place{3, 1}},
		{"less on the right, then the edge", right, 0, volume(DescentUsual), Place{2, 2}},
		{"less on the right, then nothing is less than something", right, 0, volume(DescentRepeat), Place{2, 2}},
		{"less on the left, then the edge", left, 0, volume(DescentUsual), Place{3, 1}},
		{"less on the left, then by breadth", left, 0, volume(DescentBreadthFirst), Place{3, 1}},
		{"less on the left, then less on the right", left, 0, volume(DescentRepeat), Place{4, 1}},
		{"less than nothing, all the way", back, 0, volume(DescentRepeat), Place{5, 1}},
	} {
		tree := sample(t)
		for row, units := range c.volumes {
			if err := tree.AddVolume(int32(row), units); err != nil {
				t.Fatal(err)
			}
		}
		if at, err := tree.Choose(c.sponsor, c.rule); err != nil || at != c.want {
			t.Errorf("%s: %+v, %v, want %+v", c.name, at, err, c.want)
		}
	}
}

func TestAuto_AlternateTakesTurnsPerSponsor(t *testing.T) {
	tree := sample(t)
	turns := Rule{Strategy: Alternate}
	for i, c := range []struct {
		sponsor int32
		want    Place
		turn    uint8
	}{
		{0, Place{3, 1}, 1},
		{0, Place{2, 2}, 2},
		{1, Place{6, 1}, 1}, // 6 came to the end of the left line of 0, which is that of 1, too.
		{0, Place{8, 1}, 1},
		{1, Place{4, 2}, 2},
		{0, Place{7, 2}, 2},
	} {
		row := int32(6 + i)
		at, err := tree.Auto(row, c.sponsor, turns)
		if err != nil || at != c.want || tree.Turn(c.sponsor) != c.turn {
			t.Errorf("placement %d under %d: %+v, %v, turn %d; want %+v, turn %d", i, c.sponsor, at, err, tree.Turn(c.sponsor), c.want, c.turn)
		}
	}
}
