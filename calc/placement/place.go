package placement

import "fmt"

// Place puts a distributor in a place that is named, beneath a sponsor: the parent is the sponsor or stands beneath. The sponsor
// Nobody asks for no such thing. A place without parent and leg makes a top.
//
// Errors: ErrRow, ErrPlaced, ErrParent, ErrLeg, ErrDepth, ErrTaken, ErrSponsor, ErrNotBeneath. Time: O(width × log n) amortised.
func (t *Tree) Place(row int32, at Place, sponsor int32) error {
	if err := t.checkNew(row); err != nil {
		return err
	}
	if err := t.checkPlace(row, at); err != nil {
		return err
	}
	if sponsor != Nobody {
		switch {
		case !t.Placed(sponsor):
			return fmt.Errorf("%w: distributor %d; place the sponsor of distributor %d first", ErrSponsor, sponsor, row)
		case at.Parent == Nobody || !t.isBeneath(at.Parent, sponsor):
			return fmt.Errorf("%w: leg %d of distributor %d, for distributor %d; name a place beneath distributor %d, the sponsor",
				ErrNotBeneath, at.Leg, at.Parent, row, sponsor)
		}
	}
	t.put(row, at)
	return nil
}

// checkNew refuses a row that cannot be given a place.
func (t *Tree) checkNew(row int32) error {
	if err := checkRow(row); err != nil {
		return err
	}
	if t.Placed(row) {
		return fmt.Errorf("%w: distributor %d stands in leg %d of distributor %d; place each distributor once",
			ErrPlaced, row, t.leg[row], t.parent[row])
	}
	return nil
}

// checkPlace refuses a place that nobody can take.
func (t *Tree) checkPlace(row int32, at Place) error {
	if at.Parent == Nobody {
		if at.Leg != 0 {
			return fmt.Errorf("%w: distributor %d is to stand in leg %d of nobody; name a parent, or no leg for a top", ErrParent, row, at.Leg)
		}
		return nil
	}
	switch {
	case !t.Placed(at.Parent):
		return fmt.Errorf("%w: distributor %d; place the parent of distributor %d first", ErrParent, at.Parent, row)
	case at.Leg == 0 || int32(at.Leg) > t.shape.Width:
		return fmt.Errorf("%w: distributor %d is to stand in leg %d of distributor %d; name a leg from 1 to %d",
			ErrLeg, row, at.Leg, at.Parent, t.shape.Width)
	case t.shape.DepthMax > 0 && t.depth[at.Parent] >= t.shape.DepthMax:
		return fmt.Errorf("%w: leg %d of distributor %d, for distributor %d; the tree has %d levels beneath its top, so name a place further up",
			ErrDepth, at.Leg, at.Parent, row, t.shape.DepthMax)
	}
	if there := t.Child(at); there != Nobody {
		return fmt.Errorf("%w: distributor %d stands in leg %d of distributor %d, where distributor %d is to stand; name a vacant place",
			ErrTaken, there, at.Leg, at.Parent, row)
	}
	return nil
}

// put gives a distributor a place that was checked.
func (t *Tree) put(row int32, at Place) {
	t.know(row)
	t.parent[row], t.leg[row], t.depth[row] = at.Parent, at.Leg, 0
	t.vacancies[row] = uint8(t.shape.Width)
	t.line[row], t.end[row] = row, row
	t.count++
	if at.Parent == Nobody {
		t.hang(row, at)
		return
	}
	t.access(at.Parent)
	t.depth[row] = t.depth[at.Parent] + 1
	t.vacancies[at.Parent]--
	t.child[t.slot(at.Parent, at.Leg)] = row
	if t.leg[at.Parent] == at.Leg {
		// The vacant leg in which a line would go on is that of the line's lower end, so the line grows there and nowhere else.
		t.line[row] = t.line[at.Parent]
		t.end[t.line[row]] = row
	}
	t.hang(row, at)
	t.settle(at.Parent)
	t.join(at.Parent)
}

// hang makes a path of one, and hangs it from its parent.
func (t *Tree) hang(row int32, at Place) {
	t.knots[row] = knot{up: at.Parent, upper: Nobody, lower: Nobody, hangs: at.Leg}
	t.settle(row)
	t.join(row)
	if at.Parent != Nobody {
		t.below[t.slot(at.Parent, at.Leg)] = row
	}
}

// Remove takes back the placement of a distributor with nobody beneath, as when an enrolment that was placed did not come about. The
// distributor's own volume stays known and comes along when they are placed again; a turn that Alternate took stays taken.
//
// Errors: ErrNotPlaced, ErrOccupied. Time: O(width × log n) amortised.
func (t *Tree) Remove(row int32) error {
	if !t.Placed(row) {
		return fmt.Errorf("%w: distributor %d; there is nothing to take back", ErrNotPlaced, row)
	}
	if int32(t.vacancies[row]) < t.shape.Width {
		return fmt.Errorf("%w: distributor %d; take back those beneath first", ErrOccupied, row)
	}
	at := t.PlaceOf(row)
	if at.Parent != Nobody {
		t.access(at.Parent) // Now the row is a path of its own that hangs from the parent.
		slot := t.slot(at.Parent, at.Leg)
		t.child[slot], t.below[slot] = Nobody, Nobody
		t.vacancies[at.Parent]++
		t.settle(at.Parent)
		t.join(at.Parent)
		if t.line[row] != row {
			t.end[t.line[row]] = at.Parent
		}
	}
	t.parent[row], t.leg[row] = NotPlaced, 0 // The rest is put's to set anew.
	t.count--
	return nil
}
