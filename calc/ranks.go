package calc

import (
	"fmt"
	"sort"
	"time"
)

// stand decides who is active and which rank everybody is paid as, or takes both from the state before where the period does not
// decide them.
func (c *computation) stand(out *Output) error {
	prior, t := &c.in.Prior, c.sponsor.tree
	before := prior.PaidAs
	if before == nil {
		before = prior.Achieved
	}
	f := facts{first: t.first, achieved: seated(prior.Achieved, t.row), before: seated(before, t.row)}
	if c.in.Cadence == c.in.Plan.Main {
		c.fillColumns(&f)
		if err := c.decideActive(&f); err != nil {
			return err
		}
		if err := c.decideRanks(&f); err != nil {
			return err
		}
		out.PaidAs, out.Achieved = make([]uint8, c.n), make([]uint8, c.n)
		for seat, row := range t.row {
			rank := c.sponsor.rank[seat]
			out.PaidAs[row], out.Achieved[row] = rank, max(rank, f.achieved[seat])
		}
	} else {
		c.sponsor.rank = f.before
		c.sponsor.active = make([]bool, c.n)
		everybody := prior.Active == nil || c.in.Plan.Active == nil
		for seat, row := range t.row {
			c.sponsor.active[seat] = everybody || prior.Active[row]
		}
	}
	out.Active = make([]bool, c.n)
	for seat, row := range t.row {
		out.Active[row] = c.sponsor.active[seat]
	}
	return nil
}

// asks tells whether a condition that this period decides reads the fact.
func (c *computation) asks(f Fact) bool {
	if c.in.Cadence != c.in.Plan.Main {
		return false
	}
	for i := range c.in.Plan.Ranks {
		if c.in.Plan.Ranks[i].When.Uses(f) {
			return true
		}
	}
	return c.in.Plan.Active.Uses(f)
}

// fillColumns computes the facts that conditions ask for and that need no decision to be known.
func (c *computation) fillColumns(f *facts) {
	if c.asks(FactPV) {
		f.columns[FactPV] = c.sponsor.volume(BasePV)
	}
	if c.asks(FactCV) {
		f.columns[FactCV] = c.sponsor.volume(BaseCV)
	}
	if c.asks(FactGV) {
		f.columns[FactGV] = groupVolume(c.sponsor.tree, c.sponsor.volume(BasePV))
	}
	if c.asks(FactMonthsEnrolled) {
		f.columns[FactMonthsEnrolled] = c.monthsEnrolled()
	}
	if c.left != nil && (c.asks(FactLeftVolume) || c.asks(FactRightVolume) || c.asks(FactPayLeg)) {
		f.columns[FactLeftVolume] = gather(c.left, c.placement.seat, c.sponsor.row)
		f.columns[FactRightVolume] = gather(c.right, c.placement.seat, c.sponsor.row)
	}
}

// groupVolume adds up everybody's own volume and that of the whole downline.
func groupVolume(t *tree, own []int64) []int64 {
	group := append([]int64(nil), own...)
	for seat := len(group) - 1; seat >= 0; seat-- {
		if parent := t.parent[seat]; parent >= 0 {
			group[parent] += group[seat]
		}
	}
	return group
}

func (c *computation) decideActive(f *facts) error {
	c.sponsor.active = make([]bool, c.n)
	f.active = c.sponsor.active
	condition := c.in.Plan.Active
	for seat := range c.sponsor.active {
		c.sponsor.active[seat] = condition == nil || condition.holds(f, int32(seat))
	}
	if f.overflow {
		return fmt.Errorf("%w: the condition for being active, %q", ErrOverflow, condition.source)
	}
	if c.asks(FactActiveFrontline) {
		count := make([]int64, c.n)
		for seat, parent := range c.sponsor.parent {
			if parent >= 0 && c.sponsor.active[seat] {
				count[parent]++
			}
		}
		f.columns[FactActiveFrontline] = count
	}
	return nil
}

// decideRanks goes from the bottom up, so that the ranks of a whole downline are known when those above it ask for them.
func (c *computation) decideRanks(f *facts) error {
	t, ranks := c.sponsor.tree, c.in.Plan.Ranks
	c.sponsor.rank = make([]uint8, c.n)
	var highest []uint8 // by seat: the highest rank number of the distributor and the downline
	if c.asks(FactLegsWith) {
		highest = make([]uint8, c.n)
	}
	for seat := c.n - 1; seat >= 0; seat-- {
		if highest != nil {
			highest[seat] = countLegs(f, highest[t.first[seat]:t.first[seat+1]], len(ranks))
		}
		paidAs := len(ranks)
		for paidAs > 0 && ranks[paidAs-1].When != nil && !ranks[paidAs-1].When.holds(f, int32(seat)) {
			paidAs--
		}
		if f.overflow {
			return fmt.Errorf("%w: the condition of a rank, for distributor %d", ErrOverflow, t.row[seat])
		}
		c.sponsor.rank[seat] = uint8(paidAs)
		if highest != nil {
			highest[seat] = max(highest[seat], uint8(paidAs))
		}
	}
	return nil
}

// countLegs counts the legs by the highest rank in each, gives the highest of all, and leaves the count of legs with each rank or a
// higher one in f.
func countLegs(f *facts, legs []uint8, ranks int) uint8 {
	clear(f.legs[:ranks+1])
	top := uint8(0)
	for _, rank := range legs {
		f.legs[rank]++
		top = max(top, rank)
	}
	for rank := int(top) - 1; rank >= 0; rank-- {
		f.legs[rank] += f.legs[rank+1]
	}
	return top
}

// enrolledMonthsMax is where months_enrolled stops counting: a thousand years.
const enrolledMonthsMax = 12_000

// monthsEnrolled counts whole months: the k-th is complete when the day of the month, at midnight in the plan's zone, on which the
// period ends comes for the k-th time after the enrolment. In a month that lacks the day, the next month's first day stands for it.
func (c *computation) monthsEnrolled() []int64 {
	enrolled := c.in.Network.EnrolledAtUS
	earliest := c.in.Period.EndUS
	for _, us := range enrolled {
		earliest = min(earliest, us)
	}
	// complete[k-1] is the last instant of enrolment with k whole months, going down.
	var complete []int64
	location := orUTC(c.in.Plan.Location)
	end := civilOf(time.UnixMicro(c.in.Period.EndUS).In(location))
	for month := monthsSinceEpoch(end) - 1; len(complete) < enrolledMonthsMax; month-- {
		first := firstOfMonth(month)
		day := dayStartUS(civilOf(civil{first.year, first.month, min(end.day, daysIn(first)+1)}.utc()), location)
		if day < earliest {
			break
		}
		complete = append(complete, day)
	}
	months := make([]int64, c.n)
	for seat, row := range c.sponsor.row {
		us := enrolled[row]
		months[seat] = int64(sort.Search(len(complete), func(k int) bool { return complete[k] < us }))
	}
	return months
}

// daysIn gives the number of days of the month that begins with first.
func daysIn(first civil) int {
	return int(firstOfMonth(monthsSinceEpoch(first)+1).daysSinceEpoch() - first.daysSinceEpoch())
}

// seated takes a column of rows into the order of seats; nil gives zeros.
func seated(column []uint8, rows []int32) []uint8 {
	out := make([]uint8, len(rows))
	if column != nil {
		for seat, row := range rows {
			out[seat] = column[row]
		}
	}
	return out
}
