package placement

// lesserVolumeDown goes into the leg with the least volume at the sponsor and again at everybody on the way. That can be as many
// levels as the tree is deep, so they are not gone one by one: on each path the summaries tell where to leave it.
//
// Where levels may be full, near the limit, they are gone one by one, which are log n at most.
func (s *search) lesserVolumeDown(sponsor int32) (Place, bool) {
	s.access(sponsor)
	if s.knots[sponsor].own.least() >= s.limit {
		return Place{}, false
	}
	// At and above this depth nobody has a leg without a place within the limit.
	open := s.limit - 2 - s.levelsFull(s.count)
	row, sums := sponsor, Sums{s.knots[sponsor].own.people, s.knots[sponsor].own.volume}
	for s.depth[row] <= open {
		leg, _ := s.lesserLeg(row, sums)
		slot := s.slot(row, leg)
		child, root := s.child[slot], s.below[slot]
		if child == Nobody {
			s.access(row) // Pays for the way down.
			return Place{row, leg}, true
		}
		row, sums = s.turning(root)
		if s.depth[row] > open {
			// The path was followed too far down: everybody on it above that depth goes on along it, and from there on it is looked at
			// level by level.
			s.access(row)
			row = s.onPathAt(row, open+1)
			s.access(row)
			break
		}
	}
	return s.stepDown(row), true
}

// turning finds whoever is the first on a path to have less volume in another leg than in the one in which the path goes on; if there
// is none, whoever is the last on it. The sums are those of them and everybody beneath; the people are left out.
func (s *search) turning(root int32) (row int32, sums Sums) {
	beneath := int64(0) // the volume of the path beneath the splay tree of x
	for x := root; ; {
		s.steps++
		k := &s.knots[x]
		through := beneath
		if k.lower != Nobody {
			through += s.knots[k.lower].sum.volume
		}
		switch {
		case k.upper != Nobody && through+k.own.volume >= s.knots[k.upper].sum.turning:
			x, beneath = k.upper, through+k.own.volume
		case through >= k.own.turning || k.lower == Nobody:
			return x, Sums{Volume: through + k.own.volume}
		default:
			x = k.lower
		}
	}
}

// onPathAt finds whoever stands at a depth on the path of somebody who was accessed last.
func (s *search) onPathAt(row, depth int32) int32 {
	for s.depth[row] != depth {
		s.steps++
		if depth < s.depth[row] {
			row = s.knots[row].upper
		} else {
			row = s.knots[row].lower
		}
	}
	return row
}
