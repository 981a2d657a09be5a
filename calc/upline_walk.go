package calc

import "slices"

// Compression says who is passed over when levels are counted.
type Compression uint8

// Who is passed over.
const (
	CompressionNone Compression = iota
	CompressionStandard
	CompressionDynamic
	// CompressionRollUp passes nobody over, and gives what a level's holder is not entitled to to the next above who is.
	CompressionRollUp
)

// Walk is how a bonus goes up a tree.
type Walk struct {
	Placement   bool // walks the placement tree instead of the sponsor tree
	Compression Compression
	SkipLevels  int32      // levels nearest to the seller that are not counted
	PassUp      int32      // how many of the first of each frontline are passed up
	StopAt      *Condition // whose volume goes to nobody above; nil: nobody's
}

func (u *Walk) check(p *Plan) error {
	switch {
	case u.Placement && p.PlacementWidth == 0:
		return errKind("no placement tree to walk")
	case u.Placement && u.PassUp > 0:
		return errKind("passing up is for the sponsor tree")
	}
	return nil
}

// passesOver tells that the walk passes somebody over, so that a level may be held by whoever stands anywhere above.
func (u *Walk) passesOver() bool { return u.Compression != CompressionNone || u.PassUp > 0 }

// climb is a walk under way: volume moves up a tree, one level at a time. What has come to a distributor after k moves is the volume
// that level k is paid on. Compression only changes where a move ends, so nobody searches the upline for anybody, and the time does
// not depend on the shape of the tree.
type climb struct {
	s      *stage
	w      *walk
	rule   *Walk
	rates  *RateTable
	rows   rows
	who    []bool
	opened []uint64
	stops  []bool  // by seat; nil: nobody
	parent []int32 // by seat: where volume goes when nobody is passed over
	// standing is where it goes when nobody is passed over, where it stops at some; target is where it goes at a level.
	standing, target []int32
	// open tells by row of the table whether the level of target was open to it.
	open []bool
}

// newClimb makes ready the walk of a bonus.
func (s *stage) newClimb(bonus int, rule *Walk, rates *RateTable) (*climb, error) {
	w := s.walk(rule.Placement)
	c := &climb{s: s, w: w, rule: rule, rates: rates, parent: w.parent}
	var err error
	if c.who, err = s.paid(bonus, w); err != nil {
		return nil, err
	}
	if c.rows, err = s.rowsOf(rates, w); err != nil {
		return nil, err
	}
	if c.opened, err = s.opened(rates, w); err != nil {
		return nil, err
	}
	if rule.StopAt != nil {
		if c.stops, err = s.holds(rule.StopAt, w); err != nil {
			return nil, err
		}
	}
	if rule.PassUp > 0 {
		c.parent = s.passedUp(int(rule.PassUp))
	}
	return c, nil
}

// rate gives the rate of a distributor at a level, counted from 0; 0 where there is no entitlement.
func (c *climb) rate(seat, level int) (row uint8, rate int64) {
	row = c.rows.at(seat)
	if row == noRow || !isPaid(c.who, seat) || c.opened != nil && c.opened[seat]>>level&1 == 0 {
		return row, 0
	}
	return row, c.rates.Rows[row][level]
}

// up gives where the volume of a seat goes next when nobody is passed over; -1 for nowhere.
func (c *climb) up(seat int) int32 {
	if c.stops != nil && c.stops[seat] {
		return -1
	}
	return c.parent[seat]
}

// asTheyStand gives by seat where volume goes when nobody is passed over.
func (c *climb) asTheyStand() []int32 {
	if c.stops == nil {
		return c.parent
	}
	if c.standing == nil {
		c.standing = make([]int32, c.w.len())
		for seat := range c.standing {
			c.standing[seat] = c.up(seat)
		}
	}
	return c.standing
}

// at gives by seat where volume goes when it moves up to a level, counted from 0.
func (c *climb) at(level int) []int32 {
	if c.rule.Compression == CompressionNone || c.rule.Compression == CompressionRollUp {
		return c.asTheyStand()
	}
	dynamic := c.rule.Compression == CompressionDynamic
	open := make([]bool, noRow+1)
	for row := range c.rates.Rows {
		open[row] = !dynamic || c.rates.Rows[row][level] != 0
	}
	open[noRow] = !dynamic
	byLevel := dynamic && c.opened != nil
	if c.target != nil && !byLevel && slices.Equal(open, c.open) {
		return c.target
	}
	if c.target == nil {
		c.target = make([]int32, c.w.len())
	}
	c.open = open
	c.w.downward(c.s.threads, func(_, from, to int) {
		for seat := from; seat < to; seat++ {
			parent := c.up(seat)
			// Whoever may not stop here is passed over: what comes from below goes where the passed-over would go.
			if parent >= 0 && (!isPaid(c.who, int(parent)) || !open[c.rows.at(int(parent))] || byLevel && c.opened[parent]>>level&1 == 0) {
				parent = c.target[parent]
			}
			c.target[seat] = parent
		}
	})
	return c.target
}

// levelPart is a volume, by seat, that levels are paid on: its lines have the part and the factor.
type levelPart struct {
	volumes []int64
	part    int
	factor  int32
	// above is what has come to everybody, and spare takes turns with it.
	above, spare []int64
	table        *tariffs
}

// payLevels moves volumes up the tree and adds the lines of each level, which begin at 1. first is the number of levels that are left
// out at the bottom, as their lines are made in another way: their volume stands where level first+1 begins to move.
func (c *climb) payLevels(bonus, first int, parts ...levelPart) error {
	n := c.w.len()
	for i := range parts {
		p := &parts[i]
		p.table = c.s.tariffs(bonus, len(c.rates.Rows), int(c.rates.Levels), p.factor)
		p.above = p.volumes
	}
	skip := int(c.rule.SkipLevels)
	for level := first - skip; level < int(c.rates.Levels); level++ {
		if level == first && c.opens() {
			return c.payOpen(bonus, first, parts)
		}
		var targets []int32
		if level < first {
			targets = c.asTheyStand() // levels that are skipped pass nobody over
		} else {
			targets = c.at(level)
		}
		anything := false
		for i := range parts {
			p := &parts[i]
			if p.above == nil {
				continue
			}
			to := p.spare
			if to == nil {
				to = make([]int64, n)
			} else {
				clear(to)
			}
			if p.spare = p.above; level == first-skip {
				p.spare = nil // The first column belongs to whoever called.
			}
			if !move(targets, p.above, to) {
				p.above = nil
				continue
			}
			p.above, anything = to, true
			if level < first {
				continue
			}
			paid := to
			if c.rule.Compression == CompressionRollUp {
				paid = c.rollUp(to, level)
			}
			if err := c.payLevel(bonus, level, p.part, nil, paid, p.table); err != nil {
				return err
			}
		}
		if !anything {
			return nil
		}
	}
	return nil
}

// enter brings own volumes to whoever holds level 1 when the seller is the first who may, and tells what level 1 is paid on.
func (c *climb) enter(own []int64) (held, paid []int64) {
	switch c.rule.Compression {
	case CompressionNone:
		return own, own
	case CompressionRollUp:
		return own, c.rollUp(own, 0)
	case CompressionStandard, CompressionDynamic:
	}
	held = make([]int64, len(own))
	for seat, to := range c.entrances() {
		if to >= 0 {
			held[to] += own[seat]
		}
	}
	return held, held
}

// entrances gives by seat who holds level 1 when the seller is the first who may; -1 for nobody.
func (c *climb) entrances() []int32 {
	to := make([]int32, c.w.len())
	compressed := c.rule.Compression == CompressionStandard || c.rule.Compression == CompressionDynamic
	var targets []int32
	if compressed {
		targets = c.at(0)
	}
	for seat := range to {
		to[seat] = int32(seat)
		if compressed && !c.mayHold(seat, 0) {
			to[seat] = targets[seat]
		}
	}
	return to
}

// mayHold tells whether a distributor is one whom compression does not pass over at a level, counted from 0.
func (c *climb) mayHold(seat, level int) bool {
	if c.rule.Compression == CompressionDynamic {
		_, rate := c.rate(seat, level)
		return rate != 0
	}
	return isPaid(c.who, seat)
}

// move brings each seat's volume to its target, and tells whether anything moved.
func move(targets []int32, from, to []int64) bool {
	moved := false
	for seat, target := range targets {
		if volume := from[seat]; volume != 0 && target >= 0 {
			to[target] += volume
			moved = true
		}
	}
	return moved
}

// rollUp gives what each level's holder gets when what others are not entitled to rolls up to the next who is.
func (c *climb) rollUp(volumes []int64, level int) []int64 {
	out := slices.Clone(volumes)
	c.w.upward(1, func(_, from, to int) {
		for seat := to - 1; seat >= from; seat-- {
			if out[seat] == 0 {
				continue
			}
			if _, rate := c.rate(seat, level); rate != 0 {
				continue
			}
			if above := c.up(seat); above >= 0 {
				out[above] += out[seat]
			}
			out[seat] = 0
		}
	})
	return out
}

// payLevel adds the lines of one level, counted from 0, of volumes by place among some seats, or by seat where seats is nil.
func (c *climb) payLevel(bonus, level, part int, seats []int32, volumes []int64, table *tariffs) error {
	sink := &c.s.sinks[bonus]
	for seat, volume := range volumes {
		if volume == 0 {
			continue
		}
		if seats != nil {
			seat = int(seats[seat])
		}
		row, rate := c.rate(seat, level)
		if rate == 0 {
			continue
		}
		if err := sink.add(c.w.row[seat], level+1, part, volume, table.at(c.w.variantAt(seat), int(row), level, rate)); err != nil {
			return err
		}
	}
	return nil
}

// passedUp gives by seat of the sponsor tree where volume goes when the first so many of each frontline are passed up: theirs goes
// where their sponsor's own goes.
func (s *stage) passedUp(first int) []int32 {
	t := s.sponsor.tree
	out := make([]int32, t.len())
	copy(out, t.parent)
	order := make([]int32, 0, 64)
	for seat := range t.row {
		children := t.first[seat+1] - t.first[seat]
		if children == 0 {
			continue
		}
		order = order[:0]
		for child := t.first[seat]; child < t.first[seat+1]; child++ {
			order = append(order, child)
		}
		slices.SortStableFunc(order, func(a, b int32) int { return s.joinedBefore(t.row[a], t.row[b]) })
		for _, child := range order[:min(first, len(order))] {
			out[child] = out[seat] // of the sponsor, who stands before in the order of seats
		}
	}
	return out
}

// joinedBefore compares the order of joining of two rows.
func (s *stage) joinedBefore(a, b int32) int {
	if joined := s.in.Network.Joined; joined != nil {
		return int(joined[a]) - int(joined[b])
	}
	switch enrolled := s.in.Network.EnrolledAtUS; {
	case enrolled[a] < enrolled[b]:
		return -1
	case enrolled[a] > enrolled[b]:
		return 1
	}
	return int(a) - int(b)
}
