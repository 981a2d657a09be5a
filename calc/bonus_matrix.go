package calc

import (
	"slices"
	"strconv"
)

// Matrix pays those above in a placement tree of limited width and depth.
type Matrix struct {
	plain
	Base  Base
	Walk  Walk      // of the placement tree
	Rates RateTable // Amounts are paid for each position that was filled in the period; no rows: levels pay nothing
	// TopCounts tells that the top of a matrix is its level 1.
	TopCounts   bool
	Completions []MatrixCompletion
}

// MatrixCompletion is paid once when so many levels below the top are full.
type MatrixCompletion struct {
	Depth       int32
	AmountMinor int64
	ReEntry     bool
}

func (m *Matrix) check(p *Plan, b *Bonus) error {
	switch {
	case b.Pays == PaysEvent:
		return errKind("a matrix bonus is paid at the close")
	case p.PlacementWidth == 0 || !m.Walk.Placement:
		return errKind("a matrix bonus walks the placement tree")
	case len(m.Rates.Rows) == 0 && len(m.Completions) == 0:
		return errKind("a matrix bonus without rates and completions")
	case len(m.Rates.Rows) == 0:
		return nil
	}
	return m.Rates.check(p)
}

func (m *Matrix) base() Base        { return m.Base }
func (m *Matrix) unit(p *Plan) Unit { return p.unitOf(m.Base, m.Rates.Amounts) }
func (m *Matrix) reads() []Slot     { return append(m.Rates.whoReads(), m.Walk.StopAt.reads()...) }

func (m *Matrix) pay(s *stage, bonus int) error {
	if err := m.payCompletions(s, bonus); err != nil {
		return err
	}
	if len(m.Rates.Rows) == 0 {
		return nil
	}
	c, err := s.newClimb(bonus, &m.Walk, &m.Rates)
	if err != nil {
		return err
	}
	volumes := s.filled()
	if !m.Rates.Amounts {
		volumes = c.w.volume(m.Base)
	}
	if !m.TopCounts {
		return c.payLevels(bonus, 0, levelPart{volumes: volumes})
	}
	held, paid := c.enter(volumes)
	if err := c.payLevel(bonus, 0, 0, nil, paid, s.tariffs(bonus, len(m.Rates.Rows), int(m.Rates.Levels), 0)); err != nil {
		return err
	}
	return c.payLevels(bonus, 1, levelPart{volumes: held})
}

// filled marks, by seat of the placement tree, the positions that were filled in the period.
func (s *stage) filled() []int64 {
	out := make([]int64, s.n)
	for seat, row := range s.placement.row {
		at := s.in.Network.EnrolledAtUS[row]
		out[seat] = oneIf(at >= s.in.Period.StartUS && at < s.in.Period.EndUS)
	}
	return out
}

// payCompletions pays for the levels of a matrix that are full. Whoever is not paid when they are, because not active or not qualified,
// is paid in the first period in which that is mended. The lines have level 0, and a part for each completion.
func (m *Matrix) payCompletions(s *stage, bonus int) error {
	if len(m.Completions) == 0 {
		return nil
	}
	w := s.placement
	who, err := s.paid(bonus, w)
	if err != nil {
		return err
	}
	b := &s.plan.Bonuses[bonus]
	for i, completion := range m.Completions {
		full := s.fullTo(completion.Depth)
		key := "matrix:" + b.Name + ":" + strconv.Itoa(int(completion.Depth))
		before, paid := s.in.Prior.State[key], make([]int64, s.n)
		t := newTariff(UnitCount, completion.AmountMinor, One, s.plan.BonusRounding(b))
		var again []int32
		for seat, row := range w.row {
			if before != nil && before[row] != 0 {
				paid[row] = 1
				continue
			}
			if !full[seat] || !isPaid(who, seat) {
				continue
			}
			paid[row] = 1
			amountMinor, err := t.amountMinor(1)
			if err != nil {
				return s.sinks[bonus].failed(row, err)
			}
			if amountMinor != 0 {
				s.sinks[bonus].put(line{earner: row, part: i, kind: LinePieces, base: 1, rate: completion.AmountMinor, amountMinor: amountMinor})
			}
			if completion.ReEntry {
				again = append(again, row)
			}
		}
		s.keep(key, paid)
		s.enterAgain(again)
	}
	return nil
}

// enterAgain records who enters again, in order of rows.
func (s *stage) enterAgain(rows []int32) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.reEntries = append(s.reEntries, rows...)
	slices.Sort(s.reEntries)
}

// fullTo tells, by seat of the placement tree, below whom so many levels are full.
func (s *stage) fullTo(depth int32) []bool {
	t, out := s.placement.tree, make([]bool, s.n)
	positions, level := int64(0), int64(1)
	for range depth {
		level *= int64(s.plan.PlacementWidth)
		if positions += level; positions > int64(s.n) {
			return out // nobody has so many below
		}
	}
	// full[k] of a distributor: all have their k levels below whose first stands there.
	for seat := range out {
		out[seat] = true
	}
	for range depth {
		next := make([]bool, s.n)
		for seat := range next {
			next[seat] = t.first[seat+1]-t.first[seat] == s.plan.PlacementWidth
			for child := t.first[seat]; next[seat] && child < t.first[seat+1]; child++ {
				next[seat] = out[child]
			}
		}
		out = next
	}
	return out
}
