package placement

import (
	"math/big"
	"slices"
)

// model is placement written down a second time, as slowly and plainly as it can be said: people in maps, every question answered by
// walking the tree. The tree is held against it on random scripts.
type model struct {
	shape  Shape
	place  map[int32]Place
	child  map[Place]int32
	volume map[int32]int64
	turn   map[int32]uint8
}

func newModel(shape Shape) *model {
	return &model{shape, map[int32]Place{}, map[Place]int32{}, map[int32]int64{}, map[int32]uint8{}}
}

func (m *model) legs() []uint8 {
	var legs []uint8
	for leg := range m.shape.Width {
		legs = append(legs, uint8(leg+1))
	}
	return legs
}

func (m *model) in(at Place) int32 {
	if row, ok := m.child[at]; ok {
		return row
	}
	return Nobody
}

func (m *model) depth(row int32) int32 {
	if m.place[row].Parent == Nobody {
		return 0
	}
	return 1 + m.depth(m.place[row].Parent)
}

// limit is the deepest depth that a rule may use.
func (m *model) limit(sponsor int32, rule Rule) int32 {
	limit := int32(1 << 30)
	if m.shape.DepthMax > 0 {
		limit = m.shape.DepthMax
	}
	if rule.LevelsMax > 0 {
		limit = min(limit, m.depth(sponsor)+rule.LevelsMax)
	}
	return limit
}

// sums is the people and the volume from somebody down; Nobody has none.
func (m *model) sums(row int32) Sums {
	if row == Nobody {
		return Sums{}
	}
	sums := Sums{1, m.volume[row]}
	for _, leg := range m.legs() {
		s := m.sums(m.in(Place{row, leg}))
		sums.People += s.People
		sums.Volume += s.Volume
	}
	return sums
}

// firstVacant goes level by level through the places given and those beneath.
func (m *model) firstVacant(level []Place, limit int32) (Place, bool) {
	for len(level) > 0 {
		var next []Place
		for _, at := range level {
			if m.depth(at.Parent) >= limit {
				continue
			}
			row := m.in(at)
			if row == Nobody {
				return at, true
			}
			for _, leg := range m.legs() {
				next = append(next, Place{row, leg})
			}
		}
		level = next
	}
	return Place{}, false
}

// down finds the place that a leg leads to.
func (m *model) down(at Place, descent Descent, byVolume bool, limit int32) (Place, bool) {
	if descent == DescentBreadthFirst {
		return m.firstVacant([]Place{at}, limit)
	}
	if m.depth(at.Parent) >= limit {
		return Place{}, false
	}
	row := m.in(at)
	switch {
	case row == Nobody:
		return at, true
	case descent == DescentOuterEdge:
		return m.down(Place{row, at.Leg}, descent, byVolume, limit)
	default:
		return m.lesser(row, descent, byVolume, limit)
	}
}

// lesser goes into the lesser of the legs that lead to a place.
func (m *model) lesser(row int32, descent Descent, byVolume bool, limit int32) (Place, bool) {
	var best Place
	found, least := false, int64(0)
	for _, leg := range m.legs() {
		at, ok := m.down(Place{row, leg}, descent, byVolume, limit)
		if !ok {
			continue
		}
		sums := m.sums(m.in(Place{row, leg}))
		measure := int64(sums.People)
		if byVolume {
			measure = sums.Volume
		}
		if !found || measure < least {
			best, found, least = at, true, measure
		}
	}
	return best, found
}

func (m *model) choose(sponsor int32, rule Rule) (at Place, leg uint8, found bool) {
	limit := m.limit(sponsor, rule)
	all := []Place{}
	for _, leg := range m.legs() {
		all = append(all, Place{sponsor, leg})
	}
	descent := rule.Descent
	switch rule.Strategy {
	case BreadthFirst:
		if rule.Leg != 0 {
			all = []Place{{sponsor, rule.Leg}}
		}
		at, found = m.firstVacant(all, limit)
	case OuterEdge:
		at, found = m.down(Place{sponsor, rule.Leg}, DescentOuterEdge, false, limit)
	case FewerPeople:
		if descent == DescentUsual {
			descent = DescentRepeat
		}
		at, found = m.lesser(sponsor, descent, false, limit)
	case LessVolume:
		if descent == DescentUsual {
			descent = DescentOuterEdge
		}
		at, found = m.lesser(sponsor, descent, true, limit)
	case Alternate:
		if descent == DescentUsual {
			descent = DescentOuterEdge
		}
		legs := m.legs()
		last := slices.Index(legs, m.turn[sponsor])
		for _, leg := range slices.Concat(legs[last+1:], legs[:last+1]) {
			if at, found = m.down(Place{sponsor, leg}, descent, false, limit); found {
				return at, leg, true
			}
		}
	}
	return at, 0, found
}

func (m *model) put(row int32, at Place) {
	m.place[row] = at
	if at.Parent != Nobody {
		m.child[at] = row
	}
}

func (m *model) beneath(row, above int32) bool {
	for ; row != Nobody; row = m.place[row].Parent {
		if row == above {
			return true
		}
	}
	return false
}

// byHand gives the error that a place by hand must have.
func (m *model) byHand(row int32, at Place, sponsor int32) error {
	_, placed := m.place[row]
	_, hasParent := m.place[at.Parent]
	_, hasSponsor := m.place[sponsor]
	top := at == Place{Nobody, 0}
	switch {
	case row < 0:
		return ErrRow
	case placed:
		return ErrPlaced
	case !top && !hasParent:
		return ErrParent
	case !top && !slices.Contains(m.legs(), at.Leg):
		return ErrLeg
	case !top && m.shape.DepthMax > 0 && m.depth(at.Parent) >= m.shape.DepthMax:
		return ErrDepth
	case !top && m.in(at) != Nobody:
		return ErrTaken
	case sponsor != Nobody && !hasSponsor:
		return ErrSponsor
	case sponsor != Nobody && (top || !m.beneath(at.Parent, sponsor)):
		return ErrNotBeneath
	}
	return nil
}

// addVolume keeps the sum of all volumes without their signs within 2⁶⁰.
func (m *model) addVolume(row int32, units int64) error {
	if row < 0 {
		return ErrRow
	}
	total := new(big.Int)
	for other, volume := range m.volume {
		if other != row {
			total.Add(total, new(big.Int).Abs(big.NewInt(volume)))
		}
	}
	changed := new(big.Int).Add(big.NewInt(m.volume[row]), big.NewInt(units))
	if total.Add(total, new(big.Int).Abs(changed)).Cmp(big.NewInt(1<<60)) > 0 {
		return ErrVolume
	}
	m.volume[row] += units
	return nil
}

func (m *model) remove(row int32) error {
	at, placed := m.place[row]
	switch {
	case !placed:
		return ErrNotPlaced
	case m.sums(row).People > 1:
		return ErrOccupied
	}
	delete(m.place, row)
	delete(m.child, at)
	return nil
}
