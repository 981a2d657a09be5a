package placement

// highest finds the first vacant place beneath somebody above the limit, level by level, from left to right.
func (s *search) highest(row int32) (Place, bool) {
	if s.vacancies[row] > 0 {
		return Place{row, s.vacantLeg(row)}, true
	}
	s.access(row)
	from, to := s.legs(row)
	best := s.below[from]
	for _, root := range s.below[from+1 : to] {
		if s.knots[root].sum.least() < s.knots[best].sum.least() {
			best = root
		}
	}
	s.steps += int64(to - from)
	return s.highestIn(best)
}

// highestIn is highest in a path and what hangs off it.
func (s *search) highestIn(root int32) (Place, bool) {
	depth := s.knots[root].sum.least()
	if depth >= s.limit {
		return Place{}, false
	}
	row := s.leftmost(root, depth)
	s.access(row) // Pays for the way down.
	return Place{row, s.vacantLeg(row)}, true
}

// leftmost finds whoever stands furthest left of those with a vacant leg at the least depth that there is one at.
//
// What hangs off a path in lower legs stands left of whoever is on the path at the same depth, and the further left the higher it
// hangs; what hangs off in higher legs stands right of them, and the further right the higher it hangs. No part of a path has a
// vacancy higher than the whole, so within a path the search keeps to the kind that it began with.
func (s *search) leftmost(root, depth int32) int32 {
	for x := root; ; {
		s.steps++
		k := &s.knots[x]
		switch depth {
		case k.sum.left:
			switch {
			case k.upper != Nobody && s.knots[k.upper].sum.left == depth:
				x = k.upper
			case k.own.left == depth:
				x = s.hangingAt(x, 1, depth)
			default:
				x = k.lower
			}
		case k.sum.mid:
			switch {
			case k.upper != Nobody && s.knots[k.upper].sum.mid == depth:
				x = k.upper
			case k.own.mid == depth:
				return x
			default:
				x = k.lower
			}
		default:
			switch {
			case k.lower != Nobody && s.knots[k.lower].sum.right == depth:
				x = k.lower
			case k.own.right == depth:
				x = s.hangingAt(x, k.through+1, depth)
			default:
				x = k.upper
			}
		}
	}
}

// hangingAt finds the first path that hangs off somebody, from a leg on, with a vacancy at a depth.
func (s *search) hangingAt(row int32, leg uint8, depth int32) int32 {
	from, to := s.legs(row)
	for _, root := range s.below[from+int(leg)-1 : to] {
		s.steps++
		if root != Nobody && s.knots[root].sum.least() == depth {
			return root
		}
	}
	panic("placement: a summary does not agree with what it sums up")
}
