package placement

import (
	"fmt"
	"math"
	"slices"
)

const (
	// Nobody stands for no row: the parent of a top, the sponsor of one, whoever stands in a vacant place.
	Nobody int32 = -1
	// NotPlaced is the parent of a distributor who has no place in the tree: not seen yet, or waiting for one.
	NotPlaced int32 = -2
)

// WidthMax is the most legs that a tree can have.
const WidthMax = math.MaxUint8

// Shape is the form of a placement tree.
type Shape struct {
	// Width is the number of legs of everybody: 2 makes a binary tree. From 1 to WidthMax.
	Width int32
	// DepthMax is how many levels a tree has beneath its top; 0 means as many as it grows. A matrix in which everybody has k × d
	// places of their own goes on below any one person's, and is a tree without DepthMax and a Rule with LevelsMax.
	DepthMax int32
}

// Place is a place in a tree: a leg of a parent. Parent Nobody and leg 0 are the place of a top.
type Place struct {
	Parent int32
	Leg    uint8 // 1 to the tree's width; in a binary tree 1 is left and 2 is right
}

// Tree is a placement tree, or several with a top each, to which people are added. A distributor is a row, a dense index that the
// caller gives; memory is that of the highest row. A Tree is not safe for concurrent use, not even for what only asks, because asking
// moves what was asked about to where it is found quickly.
type Tree struct {
	shape Shape
	count int32

	// Of everybody, by row.
	parent    []int32
	leg       []uint8
	depth     []int32 // levels beneath the top
	vacancies []uint8 // vacant legs
	volume    []int64 // own
	// line is the row at the upper end of the unbroken line of one and the same leg in which the row stands, and end, of that row
	// alone, the one at the lower end.
	line, end []int32
	// turn is the leg in which the last placement by turns put somebody beneath the row; 0 means none yet.
	turn []uint8

	// Of every leg, by row × width + leg - 1.
	child []int32 // who stands there
	below []int32 // the root of the path that begins there; Nobody where the leg is vacant or the parent's own path goes on in it

	// knots hold the tree once more, cut into paths; path.go has the how and why.
	knots []knot

	// volumeTotal is the sum of everybody's own volume without its sign.
	volumeTotal int64

	// steps counts what the time of a call is proportional to: rotations, knots looked at, legs looked at.
	steps int64
}

// New makes an empty tree. The error is ErrShape.
func New(shape Shape) (*Tree, error) {
	if shape.Width < 1 || shape.Width > WidthMax {
		return nil, fmt.Errorf("%w: it has %d legs; give it from 1 to %d", ErrShape, shape.Width, WidthMax)
	}
	if shape.DepthMax < 0 {
		return nil, fmt.Errorf("%w: it is %d levels deep; give it at least 1 level, or 0 for a tree as deep as it grows", ErrShape, shape.DepthMax)
	}
	return &Tree{shape: shape}, nil
}

// Grow makes room for rows 0 to rows-1, so that adding them copies nothing later on.
func (t *Tree) Grow(rows int) {
	more := max(0, rows-len(t.parent))
	t.parent, t.leg, t.depth = slices.Grow(t.parent, more), slices.Grow(t.leg, more), slices.Grow(t.depth, more)
	t.vacancies, t.volume = slices.Grow(t.vacancies, more), slices.Grow(t.volume, more)
	t.line, t.end, t.turn = slices.Grow(t.line, more), slices.Grow(t.end, more), slices.Grow(t.turn, more)
	legs := more * int(t.shape.Width)
	t.child, t.below = slices.Grow(t.child, legs), slices.Grow(t.below, legs)
	t.knots = slices.Grow(t.knots, more)
}

// know makes the columns long enough for a row.
func (t *Tree) know(row int32) {
	for len(t.parent) <= int(row) {
		t.parent, t.leg, t.depth = append(t.parent, NotPlaced), append(t.leg, 0), append(t.depth, 0)
		t.vacancies, t.volume = append(t.vacancies, 0), append(t.volume, 0)
		t.line, t.end, t.turn = append(t.line, Nobody), append(t.end, Nobody), append(t.turn, 0)
		for range t.shape.Width {
			t.child, t.below = append(t.child, Nobody), append(t.below, Nobody)
		}
		t.knots = append(t.knots, knot{})
	}
}

// checkRow refuses a row that no distributor has. The last row there could be is kept back, so that a count of rows is an int32.
func checkRow(row int32) error {
	if row < 0 || row == math.MaxInt32 {
		return fmt.Errorf("%w: %d; number the distributors from 0", ErrRow, row)
	}
	return nil
}

// slot is where the columns of legs have a leg of a row.
func (t *Tree) slot(row int32, leg uint8) int {
	return int(row)*int(t.shape.Width) + int(leg) - 1
}

// legs is where the columns of legs have all the legs of a row.
func (t *Tree) legs(row int32) (from, to int) {
	return int(row) * int(t.shape.Width), (int(row) + 1) * int(t.shape.Width)
}

// Shape is the shape that the tree was made with.
func (t *Tree) Shape() Shape { return t.shape }

// People is how many have a place in the tree.
func (t *Tree) People() int { return int(t.count) }

// Placed tells whether a distributor has a place in the tree.
func (t *Tree) Placed(row int32) bool {
	return row >= 0 && int(row) < len(t.parent) && t.parent[row] != NotPlaced
}

// PlaceOf is where a distributor stands: Nobody and 0 for a top, NotPlaced and 0 for whoever has no place.
func (t *Tree) PlaceOf(row int32) Place {
	if !t.Placed(row) {
		return Place{NotPlaced, 0}
	}
	return Place{t.parent[row], t.leg[row]}
}

// Child is who stands in a place; Nobody when the place is vacant or there is none.
func (t *Tree) Child(at Place) int32 {
	if !t.Placed(at.Parent) || at.Leg == 0 || int32(at.Leg) > t.shape.Width {
		return Nobody
	}
	return t.child[t.slot(at.Parent, at.Leg)]
}

// Depth is how many levels beneath the top of the tree a distributor stands; 0 for a top and for whoever has no place.
func (t *Tree) Depth(row int32) int32 {
	if !t.Placed(row) {
		return 0
	}
	return t.depth[row]
}

// Turn is the leg in which Alternate last put somebody beneath a sponsor; 0 means none yet. It is the one thing that a tree knows
// beside places and volumes; whoever loads the tree again gives it back to Load.
func (t *Tree) Turn(sponsor int32) uint8 {
	if sponsor < 0 || int(sponsor) >= len(t.turn) {
		return 0
	}
	return t.turn[sponsor]
}

// SetTurn sets what Turn gives, for a tree that follows one that is kept elsewhere, or that goes back to what it was. The errors are
// ErrSponsor and ErrLeg.
func (t *Tree) SetTurn(sponsor int32, leg uint8) error {
	if !t.Placed(sponsor) {
		return fmt.Errorf("%w: distributor %d; place the sponsor first", ErrSponsor, sponsor)
	}
	if int32(leg) > t.shape.Width {
		return fmt.Errorf("%w: the last turn of distributor %d was leg %d, of %d legs; give one of them, or 0", ErrLeg, sponsor, leg, t.shape.Width)
	}
	t.turn[sponsor] = leg
	return nil
}

// vacantLeg is the lowest vacant leg of somebody who has one.
func (t *Tree) vacantLeg(row int32) uint8 {
	from, to := t.legs(row)
	leg := slices.Index(t.child[from:to], Nobody) + 1
	t.steps += int64(leg)
	return uint8(leg)
}
