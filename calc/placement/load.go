package placement

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// Columns are a tree as it is kept elsewhere, by row, in any order.
type Columns struct {
	Parent []int32 // Nobody for a top, NotPlaced for whoever has no place
	Leg    []uint8 // 1 to the width; 0 for a top and for whoever has no place
	Volume []int64 // own volumes; nil when there are none
	Turn   []uint8 // as Tree.Turn gives it; nil when nobody was placed by turns
}

// Load makes a tree of columns, which it copies. Time and memory are linear in rows × width, but for O(n log n) to lay out deep
// paths. The errors are ErrShape, ErrColumns and ErrVolume; the one about a cycle names somebody who stands on it.
func Load(shape Shape, columns Columns) (*Tree, error) {
	t, err := New(shape)
	if err != nil {
		return nil, err
	}
	n := len(columns.Parent)
	if len(columns.Leg) != n || columns.Volume != nil && len(columns.Volume) != n || columns.Turn != nil && len(columns.Turn) != n {
		return nil, fmt.Errorf("%w: %d parents, %d legs, %d volumes, %d turns; give every row all of them",
			ErrColumns, n, len(columns.Leg), len(columns.Volume), len(columns.Turn))
	}
	if n == 0 {
		return t, nil
	}
	if n > math.MaxInt32 {
		return nil, fmt.Errorf("%w: %d rows; give at most %d", ErrColumns, n, math.MaxInt32)
	}
	t.Grow(n)
	t.know(int32(n - 1))
	copy(t.parent, columns.Parent)
	copy(t.leg, columns.Leg)
	if err := t.loadPlaces(); err != nil {
		return nil, err
	}
	if err := t.loadExtras(columns); err != nil {
		return nil, err
	}
	order, err := t.inOrder()
	if err != nil {
		return nil, err
	}
	t.layPaths(order)
	return t, nil
}

// loadPlaces fills the legs from the parents.
func (t *Tree) loadPlaces() error {
	for row := range int32(len(t.parent)) {
		parent, leg := t.parent[row], t.leg[row]
		switch {
		case parent == NotPlaced || parent == Nobody:
			if leg != 0 {
				return fmt.Errorf("%w: distributor %d stands in leg %d of nobody; give a parent, or leg 0", ErrColumns, row, leg)
			}
			if parent == NotPlaced {
				continue
			}
		case parent < 0 || int(parent) >= len(t.parent):
			return fmt.Errorf("%w: the parent of distributor %d is %d, of %d distributors; give one of them", ErrColumns, row, parent, len(t.parent))
		case t.parent[parent] == NotPlaced:
			return fmt.Errorf("%w: the parent of distributor %d is %d, who has no place; place the parent, too", ErrColumns, row, parent)
		case leg == 0 || int32(leg) > t.shape.Width:
			return fmt.Errorf("%w: distributor %d stands in leg %d, of %d legs; give one of them", ErrColumns, row, leg, t.shape.Width)
		default:
			there := &t.child[t.slot(parent, leg)]
			if *there != Nobody {
				return fmt.Errorf("%w: distributors %d and %d stand in leg %d of distributor %d; put one of them elsewhere",
					ErrColumns, *there, row, leg, parent)
			}
			*there = row
		}
		t.count++
		t.vacancies[row] = uint8(t.shape.Width)
	}
	for row, parent := range t.parent {
		if t.leg[row] != 0 {
			t.vacancies[parent]--
		}
	}
	return nil
}

// loadExtras takes over volumes and turns.
func (t *Tree) loadExtras(columns Columns) error {
	for row, volume := range columns.Volume {
		if volume < -volumeBound || volume > volumeBound || magnitude(volume) > volumeBound-t.volumeTotal {
			return fmt.Errorf("%w: %d of distributor %d; check the volumes' unit", ErrVolume, volume, row)
		}
		t.volume[row] = volume
		t.volumeTotal += magnitude(volume)
	}
	for row, leg := range columns.Turn {
		if int32(leg) > t.shape.Width {
			return fmt.Errorf("%w: the last turn of distributor %d was leg %d, of %d legs; give one of them, or 0", ErrColumns, row, leg, t.shape.Width)
		}
		t.turn[row] = leg
	}
	return nil
}

// inOrder lists those who have a place, everybody after their parent, and fills what follows from the parents on the way: depths
// and lines.
func (t *Tree) inOrder() ([]int32, error) {
	order := make([]int32, 0, t.count)
	for row, parent := range t.parent {
		if parent == Nobody {
			order = append(order, int32(row))
		}
	}
	for next := 0; next < len(order); next++ {
		row := order[next]
		t.line[row], t.end[row] = row, row
		if parent := t.parent[row]; parent != Nobody {
			t.depth[row] = t.depth[parent] + 1
			if t.shape.DepthMax > 0 && t.depth[row] > t.shape.DepthMax {
				return nil, fmt.Errorf("%w: distributor %d stands %d levels beneath the top, of %d levels; place it further up",
					ErrColumns, row, t.depth[row], t.shape.DepthMax)
			}
			if t.leg[parent] == t.leg[row] {
				t.line[row] = t.line[parent]
				t.end[t.line[row]] = row
			}
		}
		from, to := t.legs(row)
		for _, child := range t.child[from:to] {
			if child != Nobody {
				order = append(order, child)
			}
		}
	}
	if len(order) < int(t.count) {
		return nil, fmt.Errorf("%w: distributor %d stands beneath itself; give another parent", ErrColumns, t.onCycle())
	}
	return order, nil
}

// onCycle finds somebody who stands on a cycle. Nobody on one, or beneath one, was given a line.
func (t *Tree) onCycle() int32 {
	at := int32(0)
	for t.parent[at] == NotPlaced || t.line[at] != Nobody {
		at++
	}
	// Whose way up never ends has come into the cycle after as many steps as there are people.
	for range t.count {
		at = t.parent[at]
	}
	lowest := at
	for next := t.parent[at]; next != at; next = t.parent[next] {
		lowest = min(lowest, next)
	}
	return lowest
}

// layPaths cuts the tree into paths that go on in the leg with the most people, and makes each a search tree that is balanced by what
// hangs off its people. Then nobody is further than 2·log₂ n knots from the top, and the first calls cost no more than later ones.
func (t *Tree) layPaths(order []int32) {
	people := make([]int32, len(t.parent))
	for _, row := range slices.Backward(order) {
		people[row]++
		if parent := t.parent[row]; parent != Nobody {
			people[parent] += people[row]
		}
	}
	for _, row := range order {
		t.knots[row] = knot{up: Nobody, upper: Nobody, lower: Nobody}
		from, to := t.legs(row)
		most := int32(0)
		for i, child := range t.child[from:to] {
			if child != Nobody && people[child] > most {
				most = people[child]
				t.knots[row].through = uint8(i + 1)
			}
		}
	}
	var path []int32
	for _, row := range slices.Backward(order) {
		parent := t.parent[row]
		if parent != Nobody && t.knots[parent].through == t.leg[row] {
			continue // Not the first of a path.
		}
		// Whatever hangs off the path comes later in the order than the path's first person, so it is laid already.
		path = path[:0]
		for at := row; ; at = t.child[t.slot(at, t.knots[at].through)] {
			path = append(path, at)
			t.settle(at)
			if t.knots[at].through == 0 {
				break
			}
		}
		root := t.layPath(path)
		t.knots[root].up, t.knots[root].hangs = parent, t.leg[row]
		if parent != Nobody {
			t.below[t.slot(parent, t.leg[row])] = root
		}
	}
}

// layPath makes a search tree of a path, and returns its root. In the middle of every stretch stands whoever has at most half of the
// stretch's people to each side.
func (t *Tree) layPath(path []int32) int32 {
	// before is how many people stand on the path or hang off it above a knot.
	before := make([]int64, len(path)+1)
	for i, row := range path {
		before[i+1] = before[i] + int64(t.knots[row].own.people)
	}
	type stretch struct {
		from, to int
		above    int32
		isUpper  bool
	}
	root, laid := Nobody, make([]int32, 0, len(path))
	open := []stretch{{0, len(path), Nobody, false}}
	for len(open) > 0 {
		s := open[len(open)-1]
		open = open[:len(open)-1]
		half := (before[s.from] + before[s.to]) / 2
		middle := s.from + sort.Search(s.to-1-s.from, func(i int) bool { return before[s.from+i+1] >= half })
		row := path[middle]
		laid = append(laid, row)
		t.knots[row].up = s.above
		switch {
		case s.above == Nobody:
			root = row
		case s.isUpper:
			t.knots[s.above].upper = row
		default:
			t.knots[s.above].lower = row
		}
		if s.from < middle {
			open = append(open, stretch{s.from, middle, row, true})
		}
		if middle+1 < s.to {
			open = append(open, stretch{middle + 1, s.to, row, false})
		}
	}
	for _, row := range slices.Backward(laid) {
		t.join(row)
	}
	return root
}
