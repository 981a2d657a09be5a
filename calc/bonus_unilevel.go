package calc

import (
	"fmt"
	"slices"
)

// Compression says who is passed over when levels are counted.
type Compression uint8

// Who is passed over. However levels are counted, only the active are paid.
const (
	CompressionNone Compression = iota
	CompressionStandard
	CompressionDynamic
)

// Unilevel pays those above a seller, level by level.
type Unilevel struct {
	Base        Base
	Placement   bool // walks the placement tree instead of the sponsor tree
	Levels      int32
	Rates       [][]int64 // Rates[rank number][level-1]; 0: not entitled
	Compression Compression
	Clawback    Clawback
}

func (u *Unilevel) check(p *Plan, pays Pays) error {
	if pays == PaysEvent && u.Compression != CompressionNone {
		return fmt.Errorf("%w: whom compression passes over is known at the period's close only", ErrPlan)
	}
	if u.Placement && p.PlacementWidth == 0 {
		return fmt.Errorf("%w: no placement tree to walk", ErrPlan)
	}
	if u.Levels < 1 || u.Levels > 1<<15 {
		return fmt.Errorf("%w: %d levels", ErrPlan, u.Levels)
	}
	for rank, rates := range u.Rates {
		if len(rates) != int(u.Levels) {
			return fmt.Errorf("%w: rank number %d has rates for %d levels of %d", ErrPlan, rank, len(rates), u.Levels)
		}
	}
	return checkRates(p, len(u.Rates))
}

func (u *Unilevel) base() Base            { return u.Base }
func (u *Unilevel) upline() (int32, bool) { return u.Levels, u.Placement }

// byStanding: a level is paid to the active only.
func (u *Unilevel) byStanding(p *Plan) bool {
	return p.Active != nil || slices.ContainsFunc(u.Rates, func(rates []int64) bool { return !slices.Equal(rates, u.Rates[0]) })
}

// pay moves all volume up the tree, one level at a time: what has come to a distributor after k moves is the volume that level k is
// paid on. Compression only changes where a move ends, so nobody searches the upline for anybody, and the time does not depend on
// the shape of the tree.
func (u *Unilevel) pay(s *stage, bonus int) error {
	w := s.walk(u.Placement)
	table := newTariffs(s.plan, u.Base, int(u.Levels))
	next := climb{walk: w, rule: u}
	from, to := w.volume(u.Base), make([]int64, w.len())
	for level := range int(u.Levels) {
		if level > 0 {
			clear(to)
		}
		moved := false
		for seat, target := range next.at(level) {
			if volume := from[seat]; volume != 0 && target >= 0 {
				to[target] += volume
				moved = true
			}
		}
		if !moved {
			return nil
		}
		if err := u.payLevel(s, bonus, level, to, table); err != nil {
			return err
		}
		if level == 0 {
			from = make([]int64, w.len()) // The first column belongs to the walk.
		}
		from, to = to, from
	}
	return nil
}

// payLevel adds the lines of one level, counted from 0.
func (u *Unilevel) payLevel(s *stage, bonus, level int, volumes []int64, table *tariffs) error {
	w := s.walk(u.Placement)
	for seat, volume := range volumes {
		if volume == 0 || !w.active[seat] {
			continue
		}
		rank := w.rank[seat]
		rate := u.Rates[rank][level]
		if rate == 0 {
			continue
		}
		if err := s.sink.add(w.row[seat], bonus, level+1, volume, table.at(rank, level, rate)); err != nil {
			return err
		}
	}
	return nil
}

// climb says where volume goes from each seat when it moves up one level; -1 where nobody is left.
type climb struct {
	walk *walk
	rule *Unilevel
	// target is made anew where the level is open to other ranks than the one before.
	target []int32
	open   []bool // by rank number
}

func (c *climb) at(level int) []int32 {
	if c.rule.Compression == CompressionNone {
		return c.walk.parent
	}
	open := make([]bool, len(c.rule.Rates))
	for rank, rates := range c.rule.Rates {
		open[rank] = c.rule.Compression == CompressionStandard || rates[level] != 0
	}
	if c.target != nil && slices.Equal(open, c.open) {
		return c.target
	}
	if c.target == nil {
		c.target = make([]int32, c.walk.len())
	}
	c.open = open
	for seat, parent := range c.walk.parent {
		// Whoever may not stop here is passed over: what comes from below goes where the passed-over would go.
		if parent >= 0 && (!c.walk.active[parent] || !open[c.walk.rank[parent]]) {
			parent = c.target[parent]
		}
		c.target[seat] = parent
	}
	return c.target
}
