package calc

import (
	"fmt"
	"sort"
	"sync/atomic"
	"time"
)

// stand decides who is active and which rank everybody is paid as, or takes both from the state before where the period does not
// decide them.
func (c *computation) stand(out *Output) error {
	prior, t, f := &c.in.Prior, c.sponsor.tree, c.facts.facts
	before := prior.PaidAs
	if before == nil {
		before = prior.Achieved
	}
	f.first, f.achieved, f.before, f.variant = t.first, c.seated(prior.Achieved, t), c.seated(before, t), c.sponsor.variant
	out.Active = make([]bool, c.n)
	if c.in.Cadence == c.in.Plan.Main {
		if err := c.decideActive(f); err != nil {
			return err
		}
		if err := c.decideRanks(f); err != nil {
			return err
		}
		out.PaidAs, out.Achieved = make([]uint8, c.n), make([]uint8, c.n)
		c.keepRanks()
	} else {
		c.sponsor.rank, f.rank = f.before, f.before
		c.sponsor.active = make([]bool, c.n)
		f.active = c.sponsor.active
		everybody := prior.Active == nil || c.in.Plan.Active == nil
		for seat, row := range t.row {
			c.sponsor.active[seat] = (everybody || prior.Active[row]) && !c.in.Network.unpaid(row)
		}
	}
	c.forSeats(func(_, from, to int) {
		for seat, row := range t.row[from:to] {
			// Rows are to and fro in memory, and what is made of zeros need not be told of them.
			seat += from
			if c.sponsor.active[seat] {
				out.Active[row] = true
			}
			if out.PaidAs == nil {
				continue
			}
			rank := c.sponsor.rank[seat]
			if achieved := max(rank, f.achieved[seat]); achieved != 0 {
				out.PaidAs[row], out.Achieved[row] = rank, achieved
			}
		}
	})
	if c.placement.tree == nil {
		return nil
	}
	ranks := out.PaidAs
	if ranks == nil {
		ranks = before
	}
	c.placement.rank, c.placement.active = c.seated(ranks, c.placement.tree), gather(c.threads, out.Active, c.placement.row)
	return nil
}

func (c *computation) decideActive(f *factColumns) error {
	condition := c.in.Plan.Active
	if err := c.facts.fill(fromStart, condition.reads()); err != nil {
		return err
	}
	active := make([]bool, c.n)
	if err := c.decide(f, condition, active); err != nil {
		return fmt.Errorf("active: %w", err)
	}
	for seat, row := range c.sponsor.row {
		active[seat] = active[seat] && !c.in.Network.unpaid(row)
	}
	c.sponsor.active, f.active = active, active
	return nil
}

// decide fills a column with what a condition says of everybody; nil holds for all.
func (c *computation) decide(f *factColumns, condition *Condition, out []bool) error {
	var overflow atomic.Bool
	c.forSeats(func(_, from, to int) {
		own := f.worker()
		for seat := from; seat < to; seat++ {
			out[seat] = condition == nil || condition.holds(own, int32(seat))
		}
		if own.overflow {
			overflow.Store(true)
		}
	})
	if overflow.Load() {
		return fmt.Errorf("%w: the condition %q", ErrOverflow, condition.source)
	}
	return nil
}

// decideRanks goes from the bottom up, so that the ranks of a whole downline are known when those above it ask for them.
func (c *computation) decideRanks(f *factColumns) error {
	plan := c.in.Plan
	c.sponsor.rank = make([]uint8, c.n)
	f.rank = c.sponsor.rank
	ladder := newRankLadder(c)
	c.ladder = ladder
	if err := c.facts.fill(afterActive, ladder.reads); err != nil {
		return err
	}
	if err := c.facts.fill(inRanks, ladder.reads); err != nil {
		return err
	}
	if len(plan.Ranks) == 0 {
		return nil
	}
	var overflow atomic.Bool
	c.sponsor.upward(c.threads, func(_, from, to int) {
		own := f.worker()
		for seat := to - 1; seat >= from; seat-- {
			ladder.climb(own, int32(seat))
		}
		if own.overflow {
			overflow.Store(true)
		}
	})
	if overflow.Load() {
		return fmt.Errorf("%w: the condition of a rank", ErrOverflow)
	}
	return nil
}

// enrolledMonthsMax is where months_enrolled stops counting: a thousand years.
const enrolledMonthsMax = 12_000

// monthsEnrolled counts whole months: the k-th is complete when the day and time, in the plan's zone, at which the period ends comes
// for the k-th time after the enrolment. In a month that lacks the day, the next month's first day stands for it.
func (c *computation) monthsEnrolled() []int64 {
	enrolled := c.in.Network.EnrolledAtUS
	earliest := c.in.Period.EndUS
	for _, us := range enrolled {
		earliest = min(earliest, us)
	}
	complete := monthsBack(c.in.Plan.Location, c.in.Period.EndUS, earliest)
	months := make([]int64, c.n)
	for seat, row := range c.sponsor.row {
		months[seat] = monthsSince(complete, enrolled[row])
	}
	return months
}

// monthsBack gives, for k = 1, 2, 3 …, the last instant of enrolment with k whole months up to an instant, going down to the earliest
// enrolment that is asked for.
func monthsBack(location *time.Location, atUS, earliestUS int64) []int64 {
	var complete []int64
	location = orUTC(location)
	end := civilOf(time.UnixMicro(atUS).In(location))
	ofDayUS := atUS - dayStartUS(end, location)
	for month := monthsSinceEpoch(end) - 1; len(complete) < enrolledMonthsMax; month-- {
		first := firstOfMonth(month)
		day := dayStartUS(civilOf(civil{first.year, first.month, min(end.day, daysIn(first)+1)}.utc()), location)
		if end.day <= daysIn(first) { // else the day's first moment is as good as any
			day += ofDayUS
		}
		if day < earliestUS {
			break
		}
		complete = append(complete, day)
	}
	return complete
}

// monthsSince counts the months that are complete since an instant.
func monthsSince(complete []int64, us int64) int64 {
	return int64(sort.Search(len(complete), func(k int) bool { return complete[k] < us }))
}

// daysIn gives the number of days of the month that begins with first.
func daysIn(first civil) int {
	return int(firstOfMonth(monthsSinceEpoch(first)+1).daysSinceEpoch() - first.daysSinceEpoch())
}

// seated takes a column by row to the order of seats; nil is zero for everybody.
func (c *computation) seated(column []uint8, t *tree) []uint8 {
	if column == nil {
		return make([]uint8, c.n)
	}
	return gather(c.threads, column, t.row)
}
