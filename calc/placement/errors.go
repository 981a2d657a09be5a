package placement

import "errors"

// The errors of this package. They are always wrapped with the rows and legs that they concern, and with what to do. Whatever gives
// one has changed nothing.
var (
	// ErrShape reports a tree that is narrower than one leg, wider than 255, or of a depth below zero.
	ErrShape = errors.New("placement: no such shape of tree")
	// ErrColumns reports columns that are no tree of the shape: unequal lengths, a parent that is not there, a cycle, a leg that
	// holds two or does not exist, a place that is too deep.
	ErrColumns = errors.New("placement: the columns are not a placement tree")
	// ErrRow reports a row that no distributor can have.
	ErrRow = errors.New("placement: no such row")
	// ErrPlaced reports a distributor who is to be placed and has a place.
	ErrPlaced = errors.New("placement: the distributor has a place already")
	// ErrNotPlaced reports a distributor who is to be removed and has no place.
	ErrNotPlaced = errors.New("placement: the distributor has no place")
	// ErrParent reports a parent who has no place in the tree.
	ErrParent = errors.New("placement: the parent is not in the tree")
	// ErrSponsor reports a sponsor who has no place in the tree.
	ErrSponsor = errors.New("placement: the sponsor is not in the tree")
	// ErrLeg reports a leg that the tree does not have.
	ErrLeg = errors.New("placement: no such leg")
	// ErrTaken reports a place in which somebody stands.
	ErrTaken = errors.New("placement: the place is taken")
	// ErrDepth reports a place below the deepest level of the tree.
	ErrDepth = errors.New("placement: the place is too deep")
	// ErrNotBeneath reports a place that is not beneath the sponsor, where it must be.
	ErrNotBeneath = errors.New("placement: the place is not beneath the sponsor")
	// ErrFull reports that the rule finds no vacant place beneath the sponsor within the levels that it may use.
	ErrFull = errors.New("placement: no vacant place")
	// ErrRule reports a rule of automatic placement that means nothing.
	ErrRule = errors.New("placement: no such rule")
	// ErrVolume reports volumes whose sums could leave the range that the tree adds up in.
	ErrVolume = errors.New("placement: volumes too large")
	// ErrOccupied reports a distributor who is to be removed and has others beneath.
	ErrOccupied = errors.New("placement: others stand beneath the distributor")
)
