package calc

import "slices"

// Generation pays leaders on the groups of the leaders below them, as GenerationBonus in plan_upline.proto says. In the place of rates
// there may be amounts for each sale.
//
// A line's level is its generation, 0 for the own group. With LessLeader, part i is what the i-th of all rates of generation 1, going
// up, is taken off, the 0th being none. What a guarantee moves are adjustments: level 0, part 0 for what a leader gives up to the
// next one above, level 1 and the part behind the last rate for what a leader gets.
type Generation struct {
	plain
	Base      Base
	Placement bool
	// Leaders says who is a leader; nil with SameRank, where everybody of the earner's rank or a higher one is a boundary.
	Leaders  *Condition
	SameRank bool
	Rates    RateTable // by generation
	// InactivePassedOver and EmptyPassedOver tell that a leader who is not active, or whose group has no volume, is none.
	InactivePassedOver, EmptyPassedOver bool
	OwnGroupRate                        int64
	LessLeader                          bool
	LeastRate                           int64
	GuaranteeMinor                      int64
}

func (g *Generation) check(p *Plan, b *Bonus) error {
	switch {
	case b.Pays == PaysEvent:
		return errKind("a generation bonus is paid at the close, when it is known who is a leader")
	case g.Placement && p.PlacementWidth == 0:
		return errKind("no placement tree to walk")
	case g.SameRank == (g.Leaders != nil):
		return errKind("boundaries are leaders or those of the same rank: one of both")
	case g.OwnGroupRate < 0 || g.LeastRate < 0 || g.GuaranteeMinor < 0:
		return errKind("a rate or a guarantee below zero")
	case g.Rates.Amounts && (g.OwnGroupRate != 0 || g.LeastRate != 0):
		return errKind("rates beside amounts")
	case g.LeastRate != 0 && !g.LessLeader:
		return errKind("a least rate where nothing is taken off rates")
	case g.GuaranteeMinor != 0 && g.SameRank:
		return errKind("a guarantee by generations that differ from earner to earner")
	case g.GuaranteeMinor%p.BonusRounding(b).StepMinor != 0:
		return errKind("a guarantee that is no multiple of the rounding step")
	}
	if err := g.Rates.check(p); err != nil {
		return err
	}
	for _, row := range g.Rates.Rows {
		if slices.Min(row) < 0 {
			return errKind("rates below zero")
		}
	}
	return nil
}

func (g *Generation) base() Base        { return g.Base }
func (g *Generation) unit(p *Plan) Unit { return p.unitOf(g.Base, g.Rates.Amounts) }
func (g *Generation) reads() []Slot     { return append(g.Rates.whoReads(), g.Leaders.reads()...) }

func (g *Generation) pay(s *stage, bonus int) error {
	x, err := g.begin(s, bonus)
	if err != nil {
		return err
	}
	if g.SameRank {
		for rank, last := range x.lastByRank() {
			if err := x.payRank(uint8(rank), last); err != nil {
				return err
			}
		}
		return nil
	}
	leads, err := s.holds(g.Leaders, x.w)
	if err != nil {
		return err
	}
	x.gather(func(seat int) bool { return leads[seat] })
	if err := x.payLeaders(func(int) bool { return true }, slices.Max(x.lastByRank())); err != nil {
		return err
	}
	return x.guarantee()
}

// payRank pays those of one rank, for whom everybody of the rank or a higher one is a boundary, up to the last generation that any of
// them is paid; -1 where nobody is paid anything.
func (x *generations) payRank(rank uint8, last int) error {
	if last < 0 || last == 0 && x.rule.OwnGroupRate == 0 {
		return nil
	}
	x.gather(func(seat int) bool { return x.w.rank[seat] >= rank })
	return x.payLeaders(func(seat int) bool { return x.w.rank[seat] == rank }, last)
}

// lastByRank gives, by rank number, the last generation that anybody of the rank has a rate for; -1 where nobody of it is paid.
func (x *generations) lastByRank() []int {
	lastOfRow := [noRow + 1]int{} // none is the last of those who have no row
	for row, rates := range x.rates.Rows {
		for i, rate := range rates {
			if rate != 0 {
				lastOfRow[row] = i + 1
			}
		}
	}
	last := make([]int, len(x.s.plan.Ranks)+1)
	for rank := range last {
		last[rank] = -1
	}
	for seat, rank := range x.w.rank {
		if isPaid(x.who, seat) {
			last[rank] = max(last[rank], lastOfRow[x.rows.at(seat)])
		}
	}
	return last
}

// generations is a bonus under way: the groups of leaders, and the tree that leaders make among themselves. In that tree a generation
// is a level.
type generations struct {
	*climb // who is paid which rates
	rule   *Generation
	bonus  int
	counts Base // what own counts
	own    []int64
	group  []int64 // by seat: the volume of the group of a leader, or of what a seat adds to the group that it is in
	leads  []bool  // by seat
	near   []int32 // by seat: the number of the nearest leader, the own one of a leader; -1 for none
	// seats and above are the leaders by number, from the top down: their seats, and the number of the next leader above, or -1.
	seats, above []int32
	// less are the different rates of generation 1, going up, the first of them zero; without LessLeader that alone. lessOf is the index
	// of the one that is taken off on the group of a leader, by number.
	less   []int64
	lessOf []uint8
	// moving are the numbers of the leaders whose groups are still to be paid on, in the order of lessOf; at says who by.
	moving, at []int32
	sums       []int64 // by number, all zero between uses
	sinks      []*lineSink
	table      *tariffs
}

func (g *Generation) begin(s *stage, bonus int) (*generations, error) {
	c, err := s.newClimb(bonus, &Walk{Placement: g.Placement}, &g.Rates)
	if err != nil {
		return nil, err
	}
	base, n := g.Base, c.w.len()
	if g.Rates.Amounts {
		base = s.countBase(base)
	}
	x := &generations{climb: c, rule: g, bonus: bonus, counts: base, own: c.w.volume(base), less: []int64{0}}
	x.group, x.leads, x.near = make([]int64, n), make([]bool, n), make([]int32, n)
	x.table = s.tariffs(bonus, len(g.Rates.Rows), 1, 0)
	x.sinks = []*lineSink{&s.sinks[bonus]}
	if g.GuaranteeMinor != 0 {
		// What is moved stands between the lines of a leader, and is known when all others are: they are kept by level until then.
		sink := s.sinks[bonus]
		levelOne, further := sink, sink
		x.sinks = append(x.sinks, &levelOne, &further)
	}
	if g.LessLeader {
		for _, row := range g.Rates.Rows {
			x.less = append(x.less, row[0])
		}
		slices.Sort(x.less)
		x.less = slices.Compact(x.less)
	}
	return x, nil
}

// gather finds the leaders among those who may be, rolls groups up to them, and makes the tree of leaders.
func (x *generations) gather(mayLead func(seat int) bool) {
	t := x.w.tree
	t.upward(x.s.threads, func(_, from, to int) {
		for seat := to - 1; seat >= from; seat-- {
			sum := x.own[seat]
			for child := t.first[seat]; child < t.first[seat+1]; child++ {
				if !x.leads[child] {
					sum += x.group[child]
				}
			}
			x.group[seat] = sum
			x.leads[seat] = mayLead(seat) && (!x.rule.InactivePassedOver || x.w.active[seat]) && (!x.rule.EmptyPassedOver || sum != 0)
		}
	})
	x.seats, x.above = x.seats[:0], x.above[:0]
	for seat, parent := range t.parent {
		above := int32(-1)
		if parent >= 0 {
			above = x.near[parent]
		}
		x.near[seat] = above
		if x.leads[seat] {
			x.near[seat] = int32(len(x.seats))
			x.seats, x.above = append(x.seats, int32(seat)), append(x.above, above)
		}
	}
}
