package calc

import (
	"slices"
	"strconv"
)

// arrivals finds for one seat, level by level, whose volume comes to it. It moves seats instead of volumes, by the targets that
// payLevels moves volumes by. With first 1 the seller is the first who may hold level 1, else the one above.
func (c *climb) arrivals(first, seat int, visit func(level int, from []int32)) {
	at := rowsUpTo(c.w.len()) // by seat: where its volume stands now
	var from []int32
	arrived := func(level int) {
		from = from[:0]
		for source, stands := range at {
			if c.arrives(int(stands), level) == int32(seat) {
				from = append(from, int32(source))
			}
		}
		visit(level, from)
	}
	if first == 1 {
		at = c.entrances()
		arrived(0)
	}
	for level := first - int(c.rule.SkipLevels); level < int(c.rates.Levels); level++ {
		targets := c.asTheyStand()
		if level >= first {
			targets = c.at(level)
		}
		for source, stands := range at {
			if stands >= 0 {
				at[source] = targets[stands]
			}
		}
		if level >= first {
			arrived(level)
		}
	}
}

func rowsUpTo(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// arrives gives where what stands at a seat is paid: there, or where it rolls up to.
func (c *climb) arrives(seat, level int) int32 {
	if c.rule.Compression != CompressionRollUp {
		return int32(seat)
	}
	for seat >= 0 {
		if _, rate := c.rate(seat, level); rate != 0 {
			break
		}
		seat = int(c.up(seat))
	}
	return int32(seat)
}

// originAt lists, by row, whose volume a line of a level is paid on; the level of a line counts from 1.
func (c *climb) originAt(first, seat, level int) []int32 {
	var rows []int32
	c.arrivals(first, seat, func(at int, from []int32) {
		if at+1 != level {
			return
		}
		for _, source := range from {
			rows = append(rows, c.w.row[source])
		}
	})
	slices.Sort(rows)
	return rows
}

// missedLevels says why nothing is paid of what comes to a seat, or that nothing comes.
func (c *climb) missedLevels(first, seat int, volumes []int64) []Reason {
	t := c.rates
	row := c.rows.at(seat)
	var reasons []Reason
	if row == noRow || !slices.ContainsFunc(t.Rows[row], func(rate int64) bool { return rate != 0 }) {
		reasons = c.s.rowLacking(t, c.w, seat)
		if len(reasons) == 0 {
			reasons = []Reason{{Text: "the bonus has no rate for " + c.s.plan.rankName(c.w.rank[seat])}}
		}
		return reasons
	}
	teller := &conditionTeller{plan: c.s.plan, f: c.s.facts.facts.worker(), seat: c.s.sponsorSeat(c.w, seat)}
	arrived := false
	c.arrivals(first, seat, func(level int, from []int32) {
		sum := int64(0)
		for _, source := range from {
			sum += volumes[source]
		}
		if sum == 0 {
			return
		}
		arrived = true
		if _, rate := c.rate(seat, level); rate != 0 {
			return
		}
		name := "level " + strconv.Itoa(level+1)
		if t.Rows[row][level] == 0 {
			reasons = append(reasons, Reason{Text: name + " is not open to " + c.s.plan.rankName(c.w.rank[seat])})
			return
		}
		r := teller.of(t.Unlock[level])
		r.For = name
		reasons = append(reasons, r)
	})
	if !arrived {
		return []Reason{{Text: "nothing was sold, or taken back, on the levels that the bonus pays"}}
	}
	return reasons
}
