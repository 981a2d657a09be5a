package calc

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// stage is what bonuses are computed from: a whole company in a period, or the slice of its trees that one sale touches.
type stage struct {
	*computation
	plan *Plan
	// sponsor and placement are the trees; placement is nil when the plan has no such tree.
	sponsor, placement *walk
	// atEvent tells that one sale is all that is sold, and class is its product class.
	atEvent bool
	class   string
	// cycleMonths are the months in a billing cycle of the sale, at the event.
	cycleMonths int32
	// span are the months that are left of an advance, where a change pays the rest of it.
	span  *MonthSpan
	sinks []lineSink // by bonus index
	// factors holds the factors of lines, which caps add to one after the other.
	factors   factorTable
	reEntries []int32
	// eligible caches who is paid by each bonus.
	eligibility []eligibility
	// matched keeps, where the period is explained, the earnings that a bonus was computed from, by row, by its index and that of the
	// bonus which earned them; nil where it is not.
	matched map[[2]int][]int64
}

// eligibility is who is paid by a bonus, by seat of one of the trees.
type eligibility struct {
	once [2]sync.Once
	who  [2][]bool
	err  [2]error
}

// stage makes ready what the bonuses of a period are computed from.
func (c *computation) stage() *stage {
	s := &stage{computation: c, plan: c.in.Plan, sponsor: &c.sponsor}
	s.sinks = make([]lineSink, len(s.plan.Bonuses))
	s.eligibility = make([]eligibility, len(s.plan.Bonuses))
	for i := range s.sinks {
		s.sinks[i] = lineSink{plan: s.plan, bonus: i, blockSize: blockLines, keepsZero: s.plan.RoundingAt != RoundLines}
	}
	if c.placement.tree != nil {
		s.placement = &c.placement
	}
	c.facts.earned = s.earnedBy
	return s
}

func (s *stage) walk(placement bool) *walk {
	if placement {
		return s.placement
	}
	return s.sponsor
}

// sponsorSeat gives the seat in the sponsor tree of a seat of a walk: facts are kept by it.
func (s *stage) sponsorSeat(w *walk, seat int) int32 {
	if w == s.sponsor || s.atEvent {
		return int32(seat)
	}
	return s.sponsor.seat()[w.row[seat]]
}

// factsFor are what conditions and numbers read of the distributors of a walk, at their sponsorSeat.
func (s *stage) factsFor(w *walk) *factColumns {
	if s.atEvent {
		return w.facts
	}
	return s.facts.facts
}

// paid tells by seat of a walk who is paid by a bonus: whoever is active where that is asked, lives in a market where it is paid, and
// fulfils its condition. nil: everybody.
func (s *stage) paid(bonus int, w *walk) ([]bool, error) {
	if s.atEvent {
		return s.decideWho(bonus, w)
	}
	e := &s.eligibility[bonus]
	tree := 0
	if w != s.sponsor {
		tree = 1
	}
	e.once[tree].Do(func() { e.who[tree], e.err[tree] = s.decideWho(bonus, w) })
	return e.who[tree], e.err[tree]
}

func (s *stage) decideWho(bonus int, w *walk) ([]bool, error) {
	b := &s.plan.Bonuses[bonus]
	activeOnly := !b.paidToInactive() && s.plan.Active != nil
	unpaid := s.in != nil && s.in.Network.Unpaid != nil
	if b.When == nil && b.Variants == nil && b.Markets == nil && !unpaid {
		if activeOnly {
			return w.active, nil
		}
		return nil, nil
	}
	var failed atomic.Bool
	out := make([]bool, w.len())
	share(s.threads, 0, w.len(), func(_, from, to int) {
		var f *factColumns
		if b.When != nil {
			f = s.factsFor(w).worker()
		}
		for seat := from; seat < to; seat++ {
			out[seat] = (!activeOnly || w.active[seat]) && !(unpaid && s.in.Network.Unpaid[w.row[seat]]) && s.marketPays(b, w, seat) && (b.When == nil || b.When.holds(f, s.sponsorSeat(w, seat)))
		}
		if f != nil && f.overflow {
			failed.Store(true)
		}
	})
	if failed.Load() {
		return nil, fmt.Errorf("bonus %s: %w: the condition %q", b.Name, ErrOverflow, b.When.source)
	}
	return out, nil
}

// marketPays tells whether the bonus is paid where a distributor lives.
func (s *stage) marketPays(b *Bonus, w *walk, seat int) bool {
	if b.Variants != nil && !b.Variants[w.variantAt(seat)] {
		return false
	}
	if b.Markets == nil {
		return true
	}
	switch {
	case w.market != nil:
		return b.Markets[w.market[seat]]
	case s.in == nil || s.in.Network.Market == nil:
		return b.Markets[0]
	}
	return b.Markets[s.in.Network.Market[w.row[seat]]]
}

// isPaid reads the result of paid.
func isPaid(who []bool, seat int) bool { return who == nil || who[seat] }

// rows says which row of a table everybody has, by seat of a walk.
type rows struct {
	// column is by seat; nil when the standing alone says it, as byStanding does.
	column     []uint8
	byStanding []uint8
	rank       []uint8
	variant    []uint8
	ranks      int // with none
}

func (r *rows) at(seat int) uint8 {
	if r.column != nil {
		return r.column[seat]
	}
	standing := int(r.rank[seat])
	if r.variant != nil {
		standing += int(r.variant[seat]) * r.ranks
	}
	return r.byStanding[standing]
}

// rowsOf finds the row of a table that everybody has; noRow for none.
func (s *stage) rowsOf(t *RateTable, w *walk) (rows, error) {
	r := rows{rank: w.rank, variant: w.variant, ranks: len(s.plan.Ranks) + 1, byStanding: make([]uint8, len(t.Candidates))}
	for standing, candidates := range t.Candidates {
		r.byStanding[standing] = noRow
		if len(candidates) > 0 {
			r.byStanding[standing] = candidates[0]
		}
	}
	if t.When == nil {
		return r, nil
	}
	column := make([]uint8, w.len())
	err := s.evaluate(w, func(f *factColumns, seat int) {
		column[seat] = noRow
		for _, row := range t.Candidates[s.plan.Standing(w.variantAt(seat), w.rank[seat])] {
			if c := t.When[row]; c == nil || c.holds(f, s.sponsorSeat(w, seat)) {
				column[seat] = row
				break
			}
		}
	})
	r.column = column
	return r, err
}

// evaluate runs work for every seat of a walk, on all threads, with what conditions read.
func (s *stage) evaluate(w *walk, work func(f *factColumns, seat int)) error {
	var failed atomic.Bool
	share(s.threads, 0, w.len(), func(_, from, to int) {
		f := s.factsFor(w).worker()
		for seat := from; seat < to; seat++ {
			work(f, seat)
		}
		if f.overflow {
			failed.Store(true)
		}
	})
	if failed.Load() {
		return fmt.Errorf("%w: a condition or number", ErrOverflow)
	}
	return nil
}

// numbers evaluates a number for everybody, by seat of a walk.
func (s *stage) numbers(n *Number, w *walk) ([]int64, error) {
	out := make([]int64, w.len())
	err := s.evaluate(w, func(f *factColumns, seat int) { out[seat] = n.value(f, s.sponsorSeat(w, seat)) })
	return out, err
}

// holds evaluates a condition for everybody, by seat of a walk; nil holds for nobody.
func (s *stage) holds(c *Condition, w *walk) ([]bool, error) {
	out := make([]bool, w.len())
	if c == nil {
		return out, nil
	}
	err := s.evaluate(w, func(f *factColumns, seat int) { out[seat] = c.holds(f, s.sponsorSeat(w, seat)) })
	return out, err
}

// opened tells which levels are open to everybody, as bits by seat of a walk: bit k-1 for level k. nil: all are.
func (s *stage) opened(t *RateTable, w *walk) ([]uint64, error) {
	if t.Unlock == nil {
		return nil, nil
	}
	out := make([]uint64, w.len())
	err := s.evaluate(w, func(f *factColumns, seat int) {
		open := ^uint64(0)
		for level, c := range t.Unlock {
			if c != nil && !c.holds(f, s.sponsorSeat(w, seat)) {
				open &^= 1 << level
			}
		}
		out[seat] = open
	})
	return out, err
}

// keep carries a column, by row, on to the next period.
func (c *computation) keep(key string, column []int64) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.next.keep(key, column)
}
