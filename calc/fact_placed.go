package calc

// placedLeg gives a fact about the legs of the placement tree, by seat of the sponsor tree.
func (ff *factFiller) placedLeg(key FactKey) []int64 {
	left, right := ff.legVolumes(key.Volume)
	seat, row := ff.placement.seat(), ff.sponsor.row
	return ff.each(func(s int32) int64 {
		at := seat[row[s]]
		switch key.Fact {
		case FactLeft:
			return left[at]
		case FactRight:
			return right[at]
		case FactStronger:
			return max(left[at], right[at])
		}
		return min(left[at], right[at])
	})
}

// activeInLeg counts the active whom a distributor sponsors directly and who stand in the left, or the right, leg of that
// distributor's placement tree, at whatever depth.
func (ff *factFiller) activeInLeg(left bool) []int64 {
	t := ff.placement.tree
	// In depth-first order everybody below a seat stands in one stretch behind it, and each leg in a part of that: size holds how long
	// it is, and at where it begins.
	size, at := make([]int32, ff.n), make([]int32, ff.n)
	for seat := ff.n - 1; seat >= 0; seat-- {
		size[seat] = 1
		for child := t.first[seat]; child < t.first[seat+1]; child++ {
			size[seat] += size[child]
		}
	}
	next := int32(0)
	for seat := range t.tops() {
		at[seat] = next
		next += size[seat]
	}
	for seat := range t.row {
		begin := at[seat] + 1
		for child := t.first[seat]; child < t.first[seat+1]; child++ {
			at[child] = begin
			begin += size[child]
		}
	}
	leg := uint8(2)
	if left {
		leg = 1
	}
	// By seat of the placement tree: where the leg begins and ends.
	inLeg := func(sponsor, seat int32) bool {
		for child := t.first[sponsor]; child < t.first[sponsor+1]; child++ {
			if ff.in.Network.Leg[t.row[child]] == leg {
				return at[seat] >= at[child] && at[seat] < at[child]+size[child]
			}
		}
		return false
	}
	w, seats := &ff.sponsor, t.seat()
	return ff.each(func(seat int32) int64 {
		count := int64(0)
		sponsor := seats[w.row[seat]]
		for child := w.first[seat]; child < w.first[seat+1]; child++ {
			count += oneIf(ff.facts.active[child] && inLeg(sponsor, seats[w.row[child]]))
		}
		return count
	})
}
