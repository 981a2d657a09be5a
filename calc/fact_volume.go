package calc

import (
	"fmt"
	"slices"
	"strconv"
)

// group gives everybody's own volume and that of the whole sponsor downline, computed once for each volume.
func (c *computation) group(b Base) []int64 {
	return c.groups.get(int(b), func() []int64 { return groupVolume(&c.sponsor, c.sponsor.volume(b), c.threads) })
}

// groupVolume adds up everybody's own volume and that of the whole downline.
func groupVolume(w *walk, own []int64, threads int) []int64 {
	group := slices.Clone(own)
	w.upward(threads, func(_, from, to int) {
		first, last := w.children(from, to)
		for child := last; child >= first; child-- {
			group[w.parent[child]] += group[child]
		}
	})
	return group
}

// groupTo is the volume of a group down to so many levels; 0 means all of it.
func (ff *factFiller) groupTo(own []int64, levels int) []int64 {
	if levels == 0 {
		return groupVolume(&ff.sponsor, own, ff.threads)
	}
	sum, at := slices.Clone(own), own
	for range levels {
		moved, next := false, make([]int64, ff.n)
		for seat, parent := range ff.sponsor.parent {
			if parent >= 0 && at[seat] != 0 {
				next[parent] += at[seat]
				moved = true
			}
		}
		if !moved {
			break
		}
		for seat, v := range next {
			sum[seat] += v
		}
		at = next
	}
	return sum
}

// capped is the volume of a group in which neither the own volume nor any leg counts more than a limit.
func (ff *factFiller) capped(own []int64, limit int64) []int64 {
	group, first := groupVolume(&ff.sponsor, own, ff.threads), ff.sponsor.first
	return ff.each(func(seat int32) int64 {
		sum := min(own[seat], limit)
		for _, leg := range group[first[seat]:first[seat+1]] {
			sum += min(leg, limit)
		}
		return sum
	})
}

// leg is the volume of the n-th largest leg; 0 where there are fewer, or where it is below zero.
func (ff *factFiller) leg(group []int64, n int) []int64 {
	first := ff.sponsor.first
	return ff.each(func(seat int32) int64 {
		legs := group[first[seat]:first[seat+1]]
		if len(legs) < n {
			return 0
		}
		if n == 1 {
			return max(0, slices.Max(legs))
		}
		sorted := slices.Clone(legs)
		slices.Sort(sorted)
		return max(0, sorted[len(sorted)-n])
	})
}

// ownOver is the own volume of this period and of the periods before it.
func (ff *factFiller) ownOver(b Base, periods int) ([]int64, error) {
	own := ff.sponsor.volume(b)
	if periods <= 1 {
		return own, nil
	}
	sum := slices.Clone(own)
	for k := 1; k < periods; k++ {
		column := ff.in.Prior.State[pastKey(ff.in.Plan, b, k)]
		if column == nil {
			continue
		}
		for seat, row := range ff.sponsor.row {
			total, ok := added(sum[seat], column[row])
			if !ok {
				return nil, fmt.Errorf("%w: the volume of %d periods of distributor %d", ErrOverflow, periods, row)
			}
			sum[seat] = total
		}
	}
	return sum, nil
}

// pastKey names the state that keeps the own volume of the k-th period before the next one.
func pastKey(p *Plan, b Base, k int) string { return "past:" + p.VolumeName(b) + ":" + strconv.Itoa(k) }

// pastPeriods tells for every volume how many periods of it are asked for.
func (t *FactTable) pastPeriods(volumes int) []int {
	periods := make([]int, volumes)
	for s := range t.len() {
		if key := t.keys[s]; key.Fact == FactOwn && key.N > 1 {
			periods[key.Volume] = max(periods[key.Volume], int(key.N))
		}
	}
	return periods
}

// keepPast carries the volumes on that conditions of later periods ask for.
func (c *computation) keepPast(next State) {
	plan := c.in.Plan
	for b, periods := range plan.Facts.pastPeriods(int(VolumeBuiltIn) + len(plan.Volumes)) {
		for k := periods - 1; k > 1; k-- {
			next.keep(pastKey(plan, Base(b), k), c.in.Prior.State[pastKey(plan, Base(b), k-1)])
		}
		if periods > 1 {
			next.keep(pastKey(plan, Base(b), 1), c.sold(Base(b)))
		}
	}
}

// customers counts the buyers of everybody who bought at least so much of a volume.
func (ff *factFiller) customers(b Base, least int64) ([]int64, error) {
	v := &ff.in.Volumes
	count := make([]int64, ff.n)
	if v.Buyer == nil {
		if len(v.Seller) > 0 {
			return nil, fmt.Errorf("%w: the plan counts customers, and Volumes.Buyer is missing", ErrInput)
		}
		return count, nil
	}
	column, err := ff.counted(b)
	if err != nil {
		return nil, err
	}
	seats := ff.sponsor.seat()
	// Entries are put in order of seller and buyer, so that a customer of two sellers is one of each.
	order := make([]int32, 0, len(v.Seller))
	for i, buyer := range v.Buyer {
		if buyer >= 0 {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(a, b int32) int {
		if v.Seller[a] != v.Seller[b] {
			return int(v.Seller[a]) - int(v.Seller[b])
		}
		return int(v.Buyer[a]) - int(v.Buyer[b])
	})
	for i := 0; i < len(order); {
		first := order[i]
		sum := int64(0)
		for ; i < len(order) && v.Seller[order[i]] == v.Seller[first] && v.Buyer[order[i]] == v.Buyer[first]; i++ {
			sum += column[order[i]]
		}
		if sum >= max(1, least) {
			count[seats[v.Seller[first]]]++
		}
	}
	return count, nil
}
