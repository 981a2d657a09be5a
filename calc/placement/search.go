package placement

import "math"

// unlimited is the limit of a tree as deep as it grows.
const unlimited = math.MaxInt32

// search is a rule at work beneath one sponsor.
type search struct {
	*Tree
	descent  Descent
	byVolume bool
	limit    int32 // the deepest depth that may be used
}

func (t *Tree) search(sponsor int32, rule Rule) *search {
	s := &search{Tree: t, descent: rule.Descent, byVolume: rule.Strategy == LessVolume, limit: unlimited}
	if s.descent == DescentUsual {
		s.descent = strategies[rule.Strategy].usual
	}
	if s.descent == DescentRepeat && t.shape.Width == 1 {
		s.descent = DescentOuterEdge // There is nothing to choose on the way, which may be long.
	}
	if t.shape.DepthMax > 0 {
		s.limit = t.shape.DepthMax
	}
	if rule.LevelsMax > 0 {
		s.limit = int32(min(int64(s.limit), int64(t.depth[sponsor])+int64(rule.LevelsMax)))
	}
	return s
}

// inLeg finds the place in a leg of somebody above the limit, at the outer edge or level by level.
func (s *search) inLeg(row int32, leg uint8) (Place, bool) {
	child := s.child[s.slot(row, leg)]
	if child == Nobody {
		return Place{row, leg}, true
	}
	if s.descent == DescentOuterEdge {
		s.steps++
		end := s.end[s.line[child]]
		return Place{end, leg}, s.depth[end] < s.limit
	}
	s.access(row)
	return s.highestIn(s.below[s.slot(row, leg)])
}

// leads tells whether inLeg, or going on by choice, finds a place in a leg of somebody above the limit who was accessed last.
func (s *search) leads(row int32, leg uint8) bool {
	child := s.child[s.slot(row, leg)]
	switch {
	case child == Nobody:
		return true
	case s.descent == DescentOuterEdge:
		return s.depth[s.end[s.line[child]]] < s.limit
	default:
		return s.knots[s.below[s.slot(row, leg)]].sum.least() < s.limit
	}
}

// byTurns finds the place of Alternate and the leg of the sponsor that it is in. A leg without a place is passed over.
func (s *search) byTurns(sponsor int32) (at Place, leg uint8, found bool) {
	for turn := range s.shape.Width {
		leg = uint8((int32(s.turn[sponsor])+turn)%s.shape.Width + 1)
		s.steps++
		if at, found = s.inLeg(sponsor, leg); found {
			return at, leg, true
		}
	}
	return Place{}, 0, false
}
