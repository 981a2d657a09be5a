package calc

// openTree is those of a tree who may hold a level that is still to be paid, each with the next one above. They are few where compression
// passes over most: what has come to one level moves on among them, and not through everybody once more for every level.
type openTree struct {
	c     *climb
	seats []int32 // in the order of seats, which is from the top down
	up    []int32 // by place among them: the next one above, -1 for nobody
	rows  []uint8 // by place
	to    []int32 // by place: the nearest, oneself or above, who may hold the level at hand; -1 for nobody
}

// opens tells whether moving volume among the open is worth its while, and exact: who may hold levels is then those who are paid, and
// with dynamic compression have a rate.
func (c *climb) opens() bool {
	return c.rule.Compression == CompressionDynamic || c.rule.Compression == CompressionStandard && c.who != nil
}

// openRows tells by row of the table who may hold some level from one on, counted from 0.
func (c *climb) openRows(from, to int) (open [noRow + 1]bool) {
	open[noRow] = c.rule.Compression != CompressionDynamic
	for row, rates := range c.rates.Rows {
		open[row] = open[noRow]
		for _, rate := range rates[from:to] {
			open[row] = open[row] || rate != 0
		}
	}
	return open
}

// openFrom finds those who may hold a level from one on, and gives by seat the place of the nearest of them, oneself or above.
func (c *climb) openFrom(level int) (t *openTree, nearest []int32) {
	t = &openTree{c: c}
	open := c.openRows(level, int(c.rates.Levels))
	nearest = make([]int32, c.w.len())
	for seat := range nearest {
		above := int32(-1)
		if parent := c.up(seat); parent >= 0 {
			above = nearest[parent]
		}
		if row := c.rows.at(seat); open[row] && isPaid(c.who, seat) {
			t.seats, t.up, t.rows = append(t.seats, int32(seat)), append(t.up, above), append(t.rows, row)
			above = int32(len(t.seats) - 1)
		}
		nearest[seat] = above
	}
	t.to = make([]int32, len(t.seats))
	return t, nearest
}

// aim finds who holds a level.
func (t *openTree) aim(level int) {
	open := t.c.openRows(level, level+1)
	byLevel := t.c.rule.Compression == CompressionDynamic && t.c.opened != nil
	for place, above := range t.up {
		if open[t.rows[place]] && (!byLevel || t.c.opened[t.seats[place]]>>level&1 != 0) {
			t.to[place] = int32(place)
			continue
		}
		t.to[place] = -1
		if above >= 0 {
			t.to[place] = t.to[above]
		}
	}
}

// enter moves volumes, by seat, up to those who hold the level at hand, and gives them by place; nil when nothing has come to anybody.
func (t *openTree) enter(volumes []int64, nearest []int32) []int64 {
	var came []int64
	for seat, volume := range volumes {
		if volume == 0 {
			continue
		}
		parent := t.c.up(seat)
		if parent < 0 || nearest[parent] < 0 {
			continue
		}
		if to := t.to[nearest[parent]]; to >= 0 {
			if came == nil {
				came = make([]int64, len(t.seats))
			}
			came[to] += volume
		}
	}
	return came
}

// move is enter for volumes by place.
func (t *openTree) move(volumes []int64) []int64 {
	var came []int64
	for place, volume := range volumes {
		if volume == 0 || t.up[place] < 0 {
			continue
		}
		if to := t.to[t.up[place]]; to >= 0 {
			if came == nil {
				came = make([]int64, len(t.seats))
			}
			came[to] += volume
		}
	}
	return came
}

// shrink leaves out those who may hold no level from one on, where these are most; nobody of them has anything of the volumes.
func (t *openTree) shrink(level int, parts []levelPart) {
	open := t.c.openRows(level, int(t.c.rates.Levels))
	left := 0
	for _, row := range t.rows {
		left += int(oneIf(open[row]))
	}
	if 2*left > len(t.rows) {
		return
	}
	// to serves as the new place of the nearest, oneself or above, who is left.
	kept := int32(0)
	for place, above := range t.up {
		if above >= 0 {
			above = t.to[above]
		}
		if !open[t.rows[place]] {
			t.to[place] = above
			continue
		}
		t.to[place] = kept
		t.seats[kept], t.up[kept], t.rows[kept] = t.seats[place], above, t.rows[place]
		for i := range parts {
			if p := &parts[i]; p.above != nil {
				p.above[kept] = p.above[place]
			}
		}
		kept++
	}
	t.seats, t.up, t.rows, t.to = t.seats[:kept], t.up[:kept], t.rows[:kept], t.to[:kept]
	for i := range parts {
		if p := &parts[i]; p.above != nil {
			p.above = p.above[:kept]
		}
	}
}

// payOpen moves volumes, which stand where level first+1 begins to move, up among the open, and adds the lines of each level.
func (c *climb) payOpen(bonus, first int, parts []levelPart) error {
	t, nearest := c.openFrom(first)
	for level := first; level < int(c.rates.Levels); level++ {
		if level > first {
			nearest = nil
			t.shrink(level-1, parts)
		}
		t.aim(level)
		anything := false
		for i := range parts {
			p := &parts[i]
			if p.above == nil {
				continue
			}
			if nearest != nil {
				p.above = t.enter(p.above, nearest)
			} else {
				p.above = t.move(p.above)
			}
			if p.above == nil {
				continue
			}
			anything = true
			if err := c.payLevel(bonus, level, p.part, t.seats, p.above, p.table); err != nil {
				return err
			}
		}
		if !anything {
			return nil
		}
	}
	return nil
}
