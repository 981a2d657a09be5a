package placement

// measure is what a search compares legs by.
func (s *search) measure(sums Sums) int64 {
	if s.byVolume {
		return sums.Volume
	}
	return int64(sums.People)
}

// lesser goes into the lesser leg of a sponsor above the limit, and from there on without choosing again.
func (s *search) lesser(sponsor int32) (Place, bool) {
	s.access(sponsor)
	best, bestMeasure := uint8(0), int64(0)
	for i := range s.shape.Width {
		leg := uint8(i + 1)
		s.steps++
		if !s.leads(sponsor, leg) {
			continue
		}
		if m := s.measure(s.hanging(sponsor, leg)); best == 0 || m < bestMeasure {
			best, bestMeasure = leg, m
		}
	}
	if best == 0 {
		return Place{}, false
	}
	return s.inLeg(sponsor, best)
}

// lesserDown chooses the lesser leg at the sponsor and again at everybody on the way. Of two legs or more the lesser has at most half
// of the people, so that is at most log₂ n levels, and as many again near the limit, where the lesser leg may be full.
func (s *search) lesserDown(sponsor int32) (Place, bool) {
	s.access(sponsor)
	if s.knots[sponsor].own.least() >= s.limit {
		return Place{}, false
	}
	return s.stepDown(sponsor), true
}

// stepDown goes down level by level from somebody accessed last, beneath whom there is a place within the limit.
func (s *search) stepDown(row int32) Place {
	sums := Sums{s.knots[row].own.people, s.knots[row].own.volume}
	for {
		leg, next := s.lesserLeg(row, sums)
		child := s.child[s.slot(row, leg)]
		if child == Nobody {
			return Place{row, leg}
		}
		row, sums = child, next
	}
}

// lesserLeg chooses among the legs of somebody above the limit, given the sums of them and everybody beneath. It returns the leg and
// its sums.
func (s *search) lesserLeg(row int32, sums Sums) (leg uint8, in Sums) {
	for i := range s.shape.Width {
		candidate := uint8(i + 1)
		s.steps++
		there := s.hanging(row, candidate)
		// What is in the leg that the path goes on in is the rest.
		if k := &s.knots[row]; k.through == candidate {
			there = Sums{sums.People - k.own.people, sums.Volume - k.own.volume}
		}
		if leg != 0 && s.measure(there) >= s.measure(in) {
			continue
		}
		if s.hasPlace(row, candidate, there.People) {
			leg, in = candidate, there
		}
	}
	return leg, in
}

// hasPlace tells whether there is a vacant place within the limit in a leg of somebody above the limit, given how many people are in
// the leg. Only the last few levels above the limit can be full, so mostly their number tells.
func (s *search) hasPlace(row int32, leg uint8, people int32) bool {
	slot := s.slot(row, leg)
	child := s.child[slot]
	if child == Nobody || s.levelsFull(people) < s.limit-s.depth[child] {
		return true
	}
	if root := s.below[slot]; root != Nobody {
		return s.knots[root].sum.least() < s.limit
	}
	s.access(child) // The path goes on in this leg, and still does afterwards.
	return s.knots[child].own.least() < s.limit
}

// levelsFull is how many levels beneath somebody can be full at most, when they and those beneath are so many people.
func (s *search) levelsFull(people int32) int32 {
	levels, level, rest := int32(-1), int64(1), int64(people)
	for rest >= level {
		rest -= level
		level *= int64(s.shape.Width)
		levels++
	}
	return levels
}
