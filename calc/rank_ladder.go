package calc

import "slices"

// rankLadder decides the rank of one distributor after the other, from the bottom of the sponsor tree up.
type rankLadder struct {
	c     *computation
	ranks []Rank
	reads []Slot
	// below are the slots of facts that rest on who below is paid as what, in the order in which they are computed.
	below     []rankedFact
	stretches []rankStretch // from the highest rank down
	// counting tells that some rank has counters that go on.
	counting bool
	// highest is by seat the highest rank number of the distributor and the downline; nil when nothing asks for it.
	highest []uint8
	// run and grace are, by rank index and row, how often in a row the condition held, and for how many periods more it need not; nil
	// where the rank does not ask for them. The columns of the state before stand beside them.
	run, runBefore, grace, graceBefore [][]int64
	// came tells that no period has been closed before: whoever comes with a rank counts as having reached it and those below it.
	came bool
}

// rankStretch is a stretch of ranks whose conditions begin with the same comparison: where it fails, none of them holds.
type rankStretch struct {
	lowest, highest int        // rank numbers
	begins          *beginning // nil: the ranks have nothing in common
}

// rankedFact is a fact that is computed as ranks are.
type rankedFact struct {
	slot Slot
	key  FactKey
	fold *factFold // of a fact of the plan's own making
	// late tells that those above read it, and that it rests on the distributor's own rank.
	late bool
}

func newRankLadder(c *computation) *rankLadder {
	plan, table := c.in.Plan, c.in.Plan.Facts
	l := &rankLadder{c: c, ranks: plan.Ranks}
	for _, r := range plan.Ranks {
		l.reads = append(l.reads, r.When.reads()...)
	}
	// All that the conditions read, through facts of the plan's own making too, in the order of slots: what is read comes first.
	seen := make([]bool, table.len())
	var visit func(slots []Slot)
	visit = func(slots []Slot) {
		for _, s := range slots {
			if !seen[s] {
				seen[s] = true
				if own := table.Own(s); own != nil {
					visit(own.reads())
				}
			}
		}
	}
	visit(l.reads)
	l.reads = l.reads[:0:0]
	for s, asked := range seen {
		if !asked {
			continue
		}
		slot := Slot(s)
		l.reads = append(l.reads, slot)
		if at := c.facts.times[s]; at == inRanks || at == afterRanks {
			// The counts of legs of the distributor at hand stand beside the columns.
			if r := l.ranked(slot, at); r.key.Fact != FactLegsWith || c.facts.facts.columns[slot] != nil {
				l.below = append(l.below, r)
			}
		}
	}
	l.keepRuns()
	l.stretch()
	return l
}

// stretch finds the stretches of ranks.
func (l *rankLadder) stretch() {
	for number := len(l.ranks); number > 0; number-- {
		r := &l.ranks[number-1]
		var begins *beginning
		if r.When != nil && !r.counts() {
			begins = r.When.begins
		}
		if last := len(l.stretches) - 1; last >= 0 && begins != nil && l.stretches[last].begins != nil && *begins == *l.stretches[last].begins {
			l.stretches[last].lowest = number
			continue
		}
		l.stretches = append(l.stretches, rankStretch{lowest: number, highest: number, begins: begins})
	}
}

// counts tells that counters go on from period to period under the rank.
func (r *Rank) counts() bool { return r.HoldPeriods > 1 || r.GracePeriods > 0 }

func (l *rankLadder) ranked(slot Slot, at stageOf) rankedFact {
	c := l.c
	key := c.in.Plan.Facts.keys[slot]
	r := rankedFact{slot: slot, key: key, late: at == afterRanks}
	switch key.Fact {
	case FactLegsWith:
		if l.highest == nil {
			l.highest = make([]uint8, c.n)
		}
		// What is asked of those below needs a column.
		for i := range c.in.Plan.Facts.own {
			if own := &c.in.Plan.Facts.own[i]; own.Over != OverSelf && slices.Contains(own.reads(), slot) {
				c.facts.facts.columns[slot] = make([]int64, c.n)
			}
		}
	case FactPlan:
		r.fold = newFactFold(c.in.Plan.Facts.Own(slot), c.n, c.sponsor.first)
		if r.late {
			c.facts.facts.columns[slot] = make([]int64, c.n)
		}
	}
	return r
}

// keepRuns takes the counters of ranks that are held, or kept by grace, from the state before.
func (l *rankLadder) keepRuns() {
	c := l.c
	n := len(l.ranks)
	l.came = c.in.Prior.PaidAs == nil || c.in.Prior.State == nil
	l.run, l.runBefore, l.grace, l.graceBefore = make([][]int64, n), make([][]int64, n), make([][]int64, n), make([][]int64, n)
	for i, r := range l.ranks {
		l.counting = l.counting || r.counts()
		if r.HoldPeriods > 1 {
			l.run[i], l.runBefore[i] = make([]int64, c.n), c.in.Prior.State["run:"+r.Name]
		}
		if r.GracePeriods > 0 {
			l.grace[i], l.graceBefore[i] = make([]int64, c.n), c.in.Prior.State["grace:"+r.Name]
		}
	}
}

// climb decides the rank of the distributor in a seat, when all those below have theirs.
func (l *rankLadder) climb(f *factColumns, seat int32) {
	first := l.c.sponsor.first
	from, to := first[seat], first[seat+1]
	top := uint8(0)
	if l.highest != nil {
		top = countLegs(f, l.highest[from:to])
	}
	for i := range l.below {
		r := &l.below[i]
		if r.late {
			continue
		}
		switch r.key.Fact {
		case FactLegsWith:
			f.columns[r.slot][seat] = int64(f.legs[r.key.Rank])
		case FactFrontlineWith:
			count := int64(0)
			for _, rank := range f.rank[from:to] {
				count += oneIf(rank >= r.key.Rank)
			}
			f.columns[r.slot][seat] = count
		case FactDownlineWith:
			column, count := f.columns[r.slot], int64(0)
			for child := from; child < to; child++ {
				count += oneIf(f.rank[child] >= r.key.Rank) + column[child]
			}
			column[seat] = count
		case FactPlan:
			f.columns[r.slot][seat] = r.fold.at(f, seat)
		}
	}
	paidAs := uint8(0)
	if !l.c.in.Network.unpaid(l.c.sponsor.row[seat]) {
		paidAs = l.highestOf(f, seat)
	}
	f.rank[seat] = paidAs
	if l.highest != nil {
		l.highest[seat] = max(top, paidAs)
	}
	for i := range l.below {
		r := &l.below[i]
		if r.fold == nil {
			continue
		}
		if r.late {
			f.columns[r.slot][seat] = r.fold.at(f, seat)
		}
		r.fold.pass(f, seat)
	}
}

// highestOf gives the highest rank that the distributor is paid as.
func (l *rankLadder) highestOf(f *factColumns, seat int32) uint8 {
	paidAs := l.asked(f, seat)
	// Counters of the ranks below go on, too.
	for i := 0; l.counting && i < paidAs-1; i++ {
		if l.ranks[i].counts() {
			l.keeps(f, seat, i)
		}
	}
	return uint8(paidAs)
}

// asked asks for one rank after the other, from the highest down.
func (l *rankLadder) asked(f *factColumns, seat int32) (paidAs int) {
	for i := range l.stretches {
		s := &l.stretches[i]
		if s.begins != nil && !s.begins.holds(f, seat) {
			continue
		}
		for number := s.highest; number >= s.lowest; number-- {
			r := &l.ranks[number-1]
			if r.counts() {
				if l.keeps(f, seat, number-1) {
					return number
				}
			} else if r.When == nil || r.When.holds(f, seat) {
				return number
			}
		}
	}
	return 0
}

// keeps decides a rank that must be held for some periods, or is kept for some.
func (l *rankLadder) keeps(f *factColumns, seat int32, i int) bool {
	r, row := &l.ranks[i], l.c.sponsor.row[seat]
	holds := r.When == nil || r.When.holds(f, seat)
	reached := holds
	came := l.came && int(f.before[seat]) > i
	if l.run[i] != nil && holds {
		run := int64(1)
		switch before := l.runBefore[i]; {
		case before != nil:
			run = min(before[row]+1, int64(r.HoldPeriods))
		case came:
			run = int64(r.HoldPeriods)
		}
		l.run[i][row] = run
		reached = run >= int64(r.HoldPeriods)
	}
	if l.grace[i] == nil {
		return reached
	}
	if reached {
		l.grace[i][row] = int64(r.GracePeriods)
		return true
	}
	left := int64(0)
	switch before := l.graceBefore[i]; {
	case before != nil:
		left = before[row]
	case came:
		left = int64(r.GracePeriods)
	}
	if left > 0 {
		l.grace[i][row] = left - 1
	}
	return left > 0
}

// HeldKey names the state that counts for how many periods in a row a distributor has been paid as a rank or a higher one.
func HeldKey(p *Plan, rank uint8) string { return "held:" + p.Ranks[rank-1].Name }

// heldRanks lists the ranks whose holding anybody asks for.
func (p *Plan) heldRanks() []uint8 {
	var ranks []uint8
	for s := range p.Facts.len() {
		if key := p.Facts.keys[s]; key.Fact == FactHeld && !slices.Contains(ranks, key.Rank) {
			ranks = append(ranks, key.Rank)
		}
	}
	slices.Sort(ranks)
	return ranks
}

// keepRanks carries on what later periods ask about the ranks of this one.
func (c *computation) keepRanks() {
	plan, rank := c.in.Plan, c.sponsor.rank
	for _, held := range plan.heldRanks() {
		before, column := c.in.Prior.State[HeldKey(plan, held)], make([]int64, c.n)
		for seat, row := range c.sponsor.row {
			if rank[seat] < held {
				continue
			}
			column[row] = 1
			if before != nil {
				column[row] += before[row]
			}
		}
		c.next.keep(HeldKey(plan, held), column)
	}
	for i, r := range plan.Ranks {
		if l := c.ladder; l.run[i] != nil {
			c.next.keep("run:"+r.Name, l.run[i])
		}
		if l := c.ladder; l.grace[i] != nil {
			c.next.keep("grace:"+r.Name, l.grace[i])
		}
	}
}

// countLegs counts the legs by the highest rank in each, gives the highest of all, and leaves the count of legs with each rank or a
// higher one in f.
func countLegs(f *factColumns, legs []uint8) uint8 {
	clear(f.legs[:f.highestLeg+1])
	top := uint8(0)
	for _, rank := range legs {
		top = max(top, rank)
	}
	f.highestLeg = top
	if top == 0 {
		f.legs[0] = int32(len(legs))
		return 0
	}
	for _, rank := range legs {
		f.legs[rank]++
	}
	for rank := int(top) - 1; rank >= 0; rank-- {
		f.legs[rank] += f.legs[rank+1]
	}
	return top
}
