package store

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"upline/calc"
	"upline/calc/placement"
)

// placedTree is the placement tree of a plan in memory, as of a place in the plan's order of placements. It belongs to whoever leads
// the queue of enrolments. What a transaction adds is provisional until it has committed: `changes` knows how to take it back.
type placedTree struct {
	planID string
	seq    int64 // of the last placement that is in the tree
	tree   *placement.Tree
	ids    *idNumbers
	// enrolledUS is when everybody was enrolled, by row; days are those of location, not before the plan's first.
	enrolledUS []int64
	location   *time.Location
	firstUS    int64
	// volumeAsOfUS is when the volumes in the tree were read; 0 when it has none. They are those of volumePeriod.
	volumeAsOfUS int64
	volumePeriod int64
	// held are places that somebody was moved out of and that still count as theirs, until the given times.
	held map[placement.Place]int64

	changes []treeChange
	// ordered are the placements that the transaction adds to the order.
	ordered []placementEntry
	// lost tells that what was done cannot be undone, so that the tree has to be read again.
	lost bool
}

// treeChange is one placement that can be taken back.
type treeChange struct {
	row     int32
	sponsor int32 // whose turn it was; placement.Nobody for none
	turn    uint8 // the turn before
	seq     int64 // of the order before
	ordered int   // length of ordered before
}

// errReadAgain reports that the tree in memory cannot follow the order and has to be read from the store. The queue does so and begins anew.
var errReadAgain = errors.New("store: the placement tree has to be read again")

// mark is where the tree is now, for backTo.
func (t *placedTree) mark() int { return len(t.changes) }

// backTo takes back what was placed since a mark.
func (t *placedTree) backTo(mark int) error {
	if t.lost {
		return errReadAgain
	}
	for k := len(t.changes) - 1; k >= mark; k-- {
		change := t.changes[k]
		if err := t.tree.Remove(change.row); err != nil {
			t.lost = true
			return fmt.Errorf("%w: %w", errReadAgain, err)
		}
		if change.sponsor != placement.Nobody {
			if err := t.tree.SetTurn(change.sponsor, change.turn); err != nil {
				t.lost = true
				return fmt.Errorf("%w: %w", errReadAgain, err)
			}
		}
		t.ids.pop()
		t.seq = change.seq
		t.ordered = t.ordered[:change.ordered]
	}
	t.changes = t.changes[:mark]
	return nil
}

// settled takes what was added as committed.
func (t *placedTree) settled() { t.changes, t.ordered = t.changes[:0], t.ordered[:0] }

// auto places a distributor by a rule, and fills in where that is.
func (t *placedTree) auto(d *Distributor, rule placement.Rule) error {
	if rule.Strategy == placement.LessVolume && t.volumeAsOfUS == 0 {
		return errReadAgain // the version of the plan in force goes by volume, and the one before did not
	}
	sponsor := t.ids.find(d.SponsorID)
	if sponsor < 0 {
		return fmt.Errorf("%w: %s", placement.ErrSponsor, d.SponsorID)
	}
	change := t.change(d.DistributorID)
	if rule.Strategy == placement.Alternate {
		change.sponsor, change.turn = sponsor, t.tree.Turn(sponsor)
	}
	at, err := t.vacant(change.row, sponsor, rule, d.EnrolledAtUS)
	if err != nil {
		t.ids.pop()
		return err
	}
	d.ParentID, d.Leg = t.ids.at(at.Parent), int32(at.Leg)
	d.Origin = PlacementOrigin{Strategy: rule.Strategy, Leg: int32(rule.Leg)}
	if rule.Strategy == placement.LessVolume {
		d.Origin.VolumeAsOfUS = t.volumeAsOfUS
	}
	turn := uint8(0)
	if rule.Strategy == placement.Alternate {
		turn = t.tree.Turn(sponsor)
	}
	t.took(change, d, turn)
	return nil
}

// errLater reports that a rule leads beneath somebody who counts from a later day than the one who is to be placed.
var errLater = errors.New("store: the one above was enrolled later")

// errHeld reports that a rule leads to a place that still counts as somebody's who was moved away.
var errHeld = errors.New("store: the place is held")

// vacant places a row by a rule. Places that are held are passed over as if somebody stood there; a rule that goes on beneath one, as a
// line does, finds errHeld.
func (t *placedTree) vacant(row, sponsor int32, rule placement.Rule, enrolledAtUS int64) (at placement.Place, err error) {
	turn := t.tree.Turn(sponsor)
	var inTheWay []int32
	defer func() {
		for _, other := range slices.Backward(inTheWay) {
			if t.tree.Remove(other) != nil {
				t.lost = true
			}
		}
	}()
	for {
		if at, err = t.tree.Auto(row, sponsor, rule); err != nil {
			return at, err
		}
		passed := slices.Contains(inTheWay, at.Parent)
		later := !passed && enrolledAtUS < t.enrolledUS[at.Parent] && t.dayOf(enrolledAtUS) < t.dayOf(t.enrolledUS[at.Parent])
		if !passed && !later && t.held[at] <= enrolledAtUS {
			return at, nil
		}
		if err := errors.Join(t.tree.Remove(row), t.tree.SetTurn(sponsor, turn)); err != nil {
			t.lost = true
			return at, fmt.Errorf("%w: %w", errReadAgain, err)
		}
		switch {
		case passed:
			return at, errHeld
		case later:
			return at, errLater
		}
		other := row + 1 + int32(len(inTheWay))
		if err := t.tree.Place(other, at, placement.Nobody); err != nil {
			t.lost = true
			return at, fmt.Errorf("%w: %w", errReadAgain, err)
		}
		inTheWay = append(inTheWay, other)
	}
}

// byHand places a distributor where the parent and the leg say; without a parent as a top.
func (t *placedTree) byHand(d *Distributor) error {
	at := placement.Place{Parent: placement.Nobody}
	if d.ParentID != "" {
		if at = (placement.Place{Parent: t.ids.find(d.ParentID), Leg: uint8(d.Leg)}); at.Parent < 0 {
			return fmt.Errorf("%w: %s", placement.ErrParent, d.ParentID)
		}
		if t.held[at] > d.EnrolledAtUS && t.tree.Child(at) == placement.Nobody {
			return errHeld
		}
	}
	change := t.change(d.DistributorID)
	if err := t.tree.Place(change.row, at, placement.Nobody); err != nil {
		t.ids.pop()
		return err
	}
	t.took(change, d, 0)
	return nil
}

// change gives a new distributor a row.
func (t *placedTree) change(distributorID string) treeChange {
	change := treeChange{row: int32(t.ids.len()), sponsor: placement.Nobody, seq: t.seq, ordered: len(t.ordered)}
	t.ids.add(distributorID)
	return change
}

// took puts a placement into the order.
func (t *placedTree) took(change treeChange, d *Distributor, turn uint8) {
	t.seq++
	d.Origin.Seq = t.seq
	t.changes = append(t.changes, change)
	t.enrolledUS = append(t.enrolledUS[:change.row], d.EnrolledAtUS)
	t.ordered = append(t.ordered, placementEntry{
		seq: t.seq, kind: placementPlaced, distributorID: d.DistributorID, sponsorID: d.SponsorID, parent: d.ParentID, leg: d.Leg, turn: turn,
		enrolledAtUS: d.EnrolledAtUS, recordedAtUS: d.RecordedAtUS,
	})
}

// holder is who has a leg of somebody, or had it and was moved away.
func (t *placedTree) holder(parentID string, leg int32) slotHolder {
	at := placement.Place{Parent: t.ids.find(parentID), Leg: uint8(leg)}
	h := slotHolder{freeAtUS: t.held[at]}
	if row := t.tree.Child(at); row >= 0 {
		h.id = t.ids.at(row)
	}
	return h
}

// followMax is how many placements of others a tree takes in inside a transaction; when it is further behind it is read anew.
const followMax = 10_000

// follow takes in what others have placed. errReadAgain says that it cannot.
func (t *placedTree) follow(c Conn) error {
	last, err := lastPlacement(c, t.planID)
	if err != nil || last == t.seq {
		return err
	}
	if last < t.seq || last-t.seq > followMax {
		t.lost = true
		return errReadAgain
	}
	var entries []placementEntry
	err = c.Query(sqlPlacements, []any{t.planID, t.seq, last}, func(r Row) error {
		entries = append(entries, placementEntry{
			seq: r.Int(0), kind: r.Text(1), distributorID: r.Text(2), sponsorID: r.Text(3), parent: r.Text(4), leg: int32(r.Int(5)), turn: uint8(r.Int(6)),
			heldUntilUS: r.Int(7), enrolledAtUS: r.Int(8),
		})
		return nil
	})
	if err != nil {
		return err
	}
	for i := range entries {
		if err := t.apply(&entries[i]); err != nil {
			return err
		}
	}
	if t.seq != last {
		return fmt.Errorf("%w: placements of plan %s end at %d of %d", ErrCorrupt, t.planID, t.seq, last)
	}
	return nil
}

// apply carries out one placement of the order.
func (t *placedTree) apply(e *placementEntry) error {
	if e.seq != t.seq+1 {
		return fmt.Errorf("%w: placement %d of plan %s follows on %d", ErrCorrupt, e.seq, t.planID, t.seq)
	}
	if e.kind == placementMoved {
		return t.move(e)
	}
	d := Distributor{DistributorID: e.distributorID, ParentID: e.parent, Leg: e.leg, EnrolledAtUS: e.enrolledAtUS}
	if t.ids.find(e.distributorID) >= 0 {
		return fmt.Errorf("%w: placement %d of plan %s: %s is placed twice", ErrCorrupt, e.seq, t.planID, e.distributorID)
	}
	ordered := len(t.ordered)
	if err := t.byHand(&d); err != nil {
		return fmt.Errorf("%w: placement %d of plan %s: %w", ErrCorrupt, e.seq, t.planID, err)
	}
	t.ordered = t.ordered[:ordered]
	if e.turn == 0 {
		return nil
	}
	change := &t.changes[len(t.changes)-1]
	change.sponsor = t.ids.find(e.sponsorID)
	change.turn = t.tree.Turn(change.sponsor)
	if err := t.tree.SetTurn(change.sponsor, e.turn); err != nil {
		return fmt.Errorf("%w: placement %d of plan %s: %w", ErrCorrupt, e.seq, t.planID, err)
	}
	return nil
}

// moveMax is how many people are moved inside a tree; with more beneath somebody who was moved it is read anew.
const moveMax = 1000

// move takes somebody and everybody beneath to another place. That is not taken back: a tree whose transaction fails is read anew.
func (t *placedTree) move(e *placementEntry) error {
	row, parent := t.ids.find(e.distributorID), t.ids.find(e.parent)
	if row < 0 || parent < 0 {
		return fmt.Errorf("%w: placement %d of plan %s: %s or %s is not there", ErrCorrupt, e.seq, t.planID, e.distributorID, e.parent)
	}
	t.lost = true
	if t.tree.Beneath(row).People > moveMax {
		return errReadAgain
	}
	left := t.tree.PlaceOf(row)
	moved := []int32{row}
	places := []placement.Place{{Parent: parent, Leg: uint8(e.leg)}}
	for next := 0; next < len(moved); next++ {
		for leg := range t.tree.Shape().Width {
			at := placement.Place{Parent: moved[next], Leg: uint8(leg + 1)}
			if child := t.tree.Child(at); child >= 0 {
				moved, places = append(moved, child), append(places, at)
			}
		}
	}
	for _, row := range slices.Backward(moved) {
		if err := t.tree.Remove(row); err != nil {
			return fmt.Errorf("%w: %w", errReadAgain, err)
		}
	}
	for i, row := range moved {
		if err := t.tree.Place(row, places[i], placement.Nobody); err != nil {
			return fmt.Errorf("%w: placement %d of plan %s: %w", ErrCorrupt, e.seq, t.planID, err)
		}
	}
	t.hold(left, e.heldUntilUS)
	t.seq = e.seq
	return nil
}

// hold keeps a place for who was moved out of it.
func (t *placedTree) hold(at placement.Place, untilUS int64) {
	if untilUS == 0 || at.Parent < 0 {
		return
	}
	if t.held == nil {
		t.held = map[placement.Place]int64{}
	}
	t.held[at] = max(t.held[at], untilUS)
}

// dayOf is the day that an enrolment counts from.
func (t *placedTree) dayOf(enrolledAtUS int64) int64 {
	return calc.PeriodAt(calc.Daily, t.location, max(enrolledAtUS, t.firstUS)).No
}
