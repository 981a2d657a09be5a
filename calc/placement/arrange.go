package placement

import (
	"errors"
	"fmt"
)

// Joining is one distributor who joins.
type Joining struct {
	Row     int32
	Sponsor int32 // Nobody for a top
	// At is the place by hand. Leg 0 leaves the place to Rule; whoever has no sponsor either is a top.
	At Place
	// Anywhere allows a place by hand that is not beneath the sponsor.
	Anywhere bool
	Rule     Rule
	// Volume is what the distributor brings along, for LessVolume among those who join later.
	Volume int64
}

// Fault is a joining that could not be carried out.
type Fault struct {
	Index int // in the list of joinings
	Err   error
}

// Arrange gives the people of a list their places, one after the other in the order of the list, in a tree of rows 0 to rows-1, and
// returns the tree's columns. It is how a network that comes without a placement tree is given one.
//
// What cannot be carried out is a fault, in the order of the list; its row stays NotPlaced, as do rows that the list does not name,
// and the others go on. A joining that fails because its sponsor or parent did is left out in silence, for the earlier fault says
// what to mend. The error is ErrShape, or ErrRow for a number of rows below zero; faults are of any other kind but ErrColumns,
// ErrNotPlaced and ErrOccupied.
func Arrange(shape Shape, rows int32, joinings []Joining) (Columns, []Fault, error) {
	t, err := New(shape)
	if err != nil {
		return Columns{}, nil, err
	}
	if rows < 0 {
		return Columns{}, nil, fmt.Errorf("%w: the tree is to have %d rows; give at least 0", ErrRow, rows)
	}
	t.Grow(int(rows))
	if rows > 0 {
		t.know(rows - 1)
	}
	var faults []Fault
	failed := make(map[int32]bool)
	for i := range joinings {
		j := &joinings[i]
		err := t.carryOut(j)
		if err == nil {
			continue
		}
		follows := errors.Is(err, ErrSponsor) && failed[j.Sponsor] || errors.Is(err, ErrParent) && failed[j.At.Parent]
		failed[j.Row] = true
		if !follows {
			faults = append(faults, Fault{i, err})
		}
	}
	return Columns{t.parent, t.leg, t.volume, t.turn}, faults, nil
}

// carryOut gives one of a list their place.
func (t *Tree) carryOut(j *Joining) error {
	if j.Row < 0 || int(j.Row) >= len(t.parent) {
		return fmt.Errorf("%w: %d, of %d distributors; number them from 0", ErrRow, j.Row, len(t.parent))
	}
	if err := t.AddVolume(j.Row, j.Volume); err != nil {
		return err
	}
	var err error
	switch {
	case j.At.Leg == 0 && j.Sponsor == Nobody:
		err = t.Place(j.Row, Place{Nobody, 0}, Nobody)
	case j.At.Leg == 0:
		_, err = t.Auto(j.Row, j.Sponsor, j.Rule)
	case j.Anywhere:
		err = t.Place(j.Row, j.At, Nobody)
	default:
		err = t.Place(j.Row, j.At, j.Sponsor)
	}
	if err != nil {
		return errors.Join(err, t.AddVolume(j.Row, -j.Volume))
	}
	return nil
}
