package placement

import "fmt"

// Sums are the people and the volume of somebody's leg, or of somebody and everybody beneath.
type Sums struct {
	People int32
	Volume int64 // volume units
}

// AddVolume adds to a distributor's own volume, or takes off it, in the caller's units. A distributor without a place brings their
// volume along when they are placed.
//
// Errors: ErrRow; ErrVolume when everybody's own volumes, without their signs, would sum to more than 2⁶⁰. Time: O(width × log n)
// amortised, whatever the depth: those above are not visited one by one.
func (t *Tree) AddVolume(row int32, units int64) error {
	if err := checkRow(row); err != nil {
		return err
	}
	old := int64(0)
	if int(row) < len(t.volume) {
		old = t.volume[row]
	}
	changed := old + units
	total := t.volumeTotal - magnitude(old)
	if units < -2*volumeBound || units > 2*volumeBound || magnitude(changed) > volumeBound-total {
		return fmt.Errorf("%w: %d added to %d of distributor %d; check the volume's unit", ErrVolume, units, old, row)
	}
	t.know(row)
	if t.parent[row] != NotPlaced {
		t.access(row)
	}
	t.volume[row], t.volumeTotal = changed, total+magnitude(changed)
	if t.parent[row] != NotPlaced {
		t.settle(row)
		t.join(row)
	}
	return nil
}

func magnitude(v int64) int64 { return max(v, -v) }

// Volume is a distributor's own volume.
func (t *Tree) Volume(row int32) int64 {
	if row < 0 || int(row) >= len(t.volume) {
		return 0
	}
	return t.volume[row]
}

// Beneath sums up a distributor and everybody beneath; zero for whoever has no place. Time: O(width × log n) amortised.
func (t *Tree) Beneath(row int32) Sums {
	if !t.Placed(row) {
		return Sums{}
	}
	t.access(row)
	own := &t.knots[row].own
	return Sums{own.people, own.volume}
}

// InLeg sums up everybody in a leg of a distributor; zero for a vacant leg and for one that is not there. Time: O(width × log n)
// amortised.
func (t *Tree) InLeg(row int32, leg uint8) Sums {
	if t.Child(Place{row, leg}) == Nobody {
		return Sums{}
	}
	t.access(row)
	return t.hanging(row, leg)
}

// hanging sums up what hangs in a leg of somebody.
func (t *Tree) hanging(row int32, leg uint8) Sums {
	if root := t.below[t.slot(row, leg)]; root != Nobody {
		return Sums{t.knots[root].sum.people, t.knots[root].sum.volume}
	}
	return Sums{}
}
