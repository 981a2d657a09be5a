package placement

import "fmt"

// Strategy is a way to find a place beneath a sponsor.
type Strategy uint8

// The strategies. Whatever is equal, the lower leg comes first.
const (
	// BreadthFirst takes the first vacant place beneath the sponsor, level by level, each level from left to right. With a Leg it looks
	// in that leg only.
	BreadthFirst Strategy = iota + 1
	// OuterEdge takes the end of the line that goes from the sponsor into Leg and on in the same leg: the left-most place of the left
	// leg, the right-most of the right.
	OuterEdge
	// FewerPeople goes into the leg of the sponsor with the fewest people; a vacant leg has none.
	FewerPeople
	// LessVolume goes into the leg of the sponsor with the least volume; a vacant leg has none, which is more than a leg has from which
	// more was taken back than it sold.
	LessVolume
	// Alternate goes into the sponsor's legs by turns, beginning with the first. Placements by hand and by other strategies take no turn.
	Alternate
)

// Descent says how to go on inside a leg that was chosen, when somebody stands in it.
type Descent uint8

// The descents. Companies differ in them, so each strategy can have each that makes sense.
const (
	// DescentUsual is what companies that use the strategy mostly have: Repeat for FewerPeople, to the outer edge for LessVolume
	// and Alternate.
	DescentUsual Descent = iota
	// DescentOuterEdge goes on in the same leg to its end.
	DescentOuterEdge
	// DescentBreadthFirst takes the first vacant place in the leg, level by level.
	DescentBreadthFirst
	// DescentRepeat chooses again at everybody on the way, by their own legs. Not for Alternate.
	DescentRepeat
)

// Rule is how places are chosen. BreadthFirst and OuterEdge are descents themselves and take no other.
type Rule struct {
	Strategy Strategy
	Leg      uint8 // of OuterEdge, and of BreadthFirst if it is to keep to a leg; else 0
	Descent  Descent
	// LevelsMax is how many levels beneath the sponsor may be used; 0 means all that the tree has. A leg counts as a choice only if the
	// place that it leads to is within them.
	LevelsMax int32
}

// strategies describes them in their order.
var strategies = [...]struct {
	name     string
	usual    Descent
	descents []Descent
}{
	{},
	{"breadth_first", DescentBreadthFirst, []Descent{DescentBreadthFirst}},
	{"outer_edge", DescentOuterEdge, []Descent{DescentOuterEdge}},
	{"fewer_people", DescentRepeat, []Descent{DescentOuterEdge, DescentBreadthFirst, DescentRepeat}},
	{"less_volume", DescentOuterEdge, []Descent{DescentOuterEdge, DescentBreadthFirst, DescentRepeat}},
	{"alternate", DescentOuterEdge, []Descent{DescentOuterEdge, DescentBreadthFirst}},
}

var descentNames = [...]string{"usual", "outer_edge", "breadth_first", "repeat"}

// String is the strategy's name in lower case, with underscores.
func (s Strategy) String() string {
	if s == 0 || int(s) >= len(strategies) {
		return fmt.Sprintf("strategy %d", uint8(s))
	}
	return strategies[s].name
}

// String is the descent's name in lower case, with underscores.
func (d Descent) String() string {
	if int(d) >= len(descentNames) {
		return fmt.Sprintf("descent %d", uint8(d))
	}
	return descentNames[d]
}

// Check tells whether a rule means something in trees of a shape. The errors are ErrRule and ErrLeg.
func (r Rule) Check(shape Shape) error {
	if r.Strategy == 0 || int(r.Strategy) >= len(strategies) {
		return fmt.Errorf("%w: %v; choose from %v to %v", ErrRule, r.Strategy, BreadthFirst, Alternate)
	}
	known := strategies[r.Strategy]
	fits := r.Descent == DescentUsual
	for _, d := range known.descents {
		fits = fits || d == r.Descent
	}
	switch {
	case !fits:
		return fmt.Errorf("%w: %v does not go on by %v; choose from %v", ErrRule, r.Strategy, r.Descent, known.descents)
	case r.LevelsMax < 0:
		return fmt.Errorf("%w: %d levels beneath the sponsor; give at least 1, or 0 for all", ErrRule, r.LevelsMax)
	case r.Leg != 0 && r.Strategy != OuterEdge && r.Strategy != BreadthFirst:
		return fmt.Errorf("%w: %v chooses the leg itself; name none", ErrRule, r.Strategy)
	case r.Leg == 0 && r.Strategy == OuterEdge:
		return fmt.Errorf("%w: %v needs to know of which leg; name one from 1 to %d", ErrLeg, r.Strategy, shape.Width)
	case int32(r.Leg) > shape.Width:
		return fmt.Errorf("%w: %v in leg %d; name one from 1 to %d", ErrLeg, r.Strategy, r.Leg, shape.Width)
	}
	return nil
}

// Choose finds the place that a rule gives to the next distributor beneath a sponsor, and leaves it vacant. Asked again, it gives the
// same place until something in the tree changes.
//
// Errors: ErrRule, ErrLeg, ErrSponsor, ErrFull. Time: as doc.go says.
func (t *Tree) Choose(sponsor int32, rule Rule) (Place, error) {
	at, _, err := t.choose(sponsor, rule)
	return at, err
}

// Auto places a distributor where a rule says, beneath a sponsor, and tells where that is.
//
// Errors: ErrRow, ErrPlaced and those of Choose. Time: as doc.go says.
func (t *Tree) Auto(row, sponsor int32, rule Rule) (Place, error) {
	if err := t.checkNew(row); err != nil {
		return Place{}, err
	}
	at, leg, err := t.choose(sponsor, rule)
	if err != nil {
		return Place{}, fmt.Errorf("place distributor %d: %w", row, err)
	}
	if rule.Strategy == Alternate {
		t.turn[sponsor] = leg
	}
	t.put(row, at)
	return at, nil
}

// choose is Choose, and tells, of Alternate, in which leg of the sponsor the place is.
func (t *Tree) choose(sponsor int32, rule Rule) (at Place, leg uint8, err error) {
	if err := rule.Check(t.shape); err != nil {
		return Place{}, 0, err
	}
	if !t.Placed(sponsor) {
		return Place{}, 0, fmt.Errorf("%w: distributor %d; place the sponsor first", ErrSponsor, sponsor)
	}
	s := t.search(sponsor, rule)
	found := false
	switch {
	case t.depth[sponsor] >= s.limit:
	case rule.Leg != 0:
		at, found = s.inLeg(sponsor, rule.Leg)
	case rule.Strategy == BreadthFirst:
		at, found = s.highest(sponsor)
	case rule.Strategy == Alternate:
		at, leg, found = s.byTurns(sponsor)
	case s.descent != DescentRepeat:
		at, found = s.lesser(sponsor)
	case s.byVolume:
		at, found = s.lesserVolumeDown(sponsor)
	default:
		at, found = s.lesserDown(sponsor)
	}
	if !found {
		return Place{}, 0, fmt.Errorf("%w: beneath distributor %d by %v; choose another sponsor, another rule, or a place by hand",
			ErrFull, sponsor, rule.Strategy)
	}
	return at, leg, nil
}
