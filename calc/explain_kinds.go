package calc

import "slices"

// ownOrigin is the earner alone.
func ownOrigin(base Base, w *walk, seat int) origin {
	return origin{base: base, rows: []int32{w.row[seat]}}
}

// missedOwn says why a seller is not paid on own sales.
func (s *stage) missedOwn(volume int64, t *RateTable, b *Brackets, w *walk, seat int) ([]Reason, error) {
	if volume == 0 {
		return []Reason{{Text: "the distributor sold nothing that counts here"}}, nil
	}
	if b == nil {
		return s.rowLacking(t, w, seat), nil
	}
	return s.bracketLacking(b, w, seat)
}

// bracketLacking says what the number lacks that brackets are looked up by, where it is below the first that pays.
func (s *stage) bracketLacking(b *Brackets, w *walk, seat int) ([]Reason, error) {
	numbers, err := s.numbers(b.By, w)
	if err != nil {
		return nil, err
	}
	table := b.table(w.variantAt(seat))
	first := slices.IndexFunc(table.Rates, func(rate int64) bool { return rate != 0 })
	if first < 0 || numbers[seat] >= table.From[first] {
		return nil, nil
	}
	return []Reason{{
		Text: b.By.source, Has: sayDecimal(numbers[seat], b.By.digits), Needs: sayDecimal(table.From[first], b.By.digits),
		Lacking: sayDecimal(table.From[first]-numbers[seat], b.By.digits),
	}}, nil
}

func (d *Direct) placed() bool { return false }

// counts is the volume that the bonus is computed from.
func (d *Direct) counts(s *stage) Base {
	if d.amounts() {
		return s.countBase(d.Base)
	}
	return d.Base
}

func (d *Direct) origin(s *stage, _ int, w *walk, seat int, _ line) (origin, error) {
	return ownOrigin(d.counts(s), w, seat), nil
}

func (d *Direct) missed(s *stage, _ int, w *walk, seat int) ([]Reason, error) {
	return s.missedOwn(w.volume(d.counts(s))[seat], &d.Rates, d.Brackets, w, seat)
}

func (u *Unilevel) placed() bool { return u.Walk.Placement }

func (u *Unilevel) counts(s *stage) Base {
	if u.Rates.Amounts {
		return s.countBase(u.Base)
	}
	return u.Base
}

func (u *Unilevel) origin(s *stage, bonus int, _ *walk, seat int, l line) (origin, error) {
	c, err := s.newClimb(bonus, &u.Walk, &u.Rates)
	if err != nil {
		return origin{}, err
	}
	return origin{base: u.counts(s), rows: c.originAt(0, seat, l.level)}, nil
}

func (u *Unilevel) missed(s *stage, bonus int, w *walk, seat int) ([]Reason, error) {
	c, err := s.newClimb(bonus, &u.Walk, &u.Rates)
	if err != nil {
		return nil, err
	}
	return c.missedLevels(0, seat, w.volume(u.counts(s))), nil
}

func (r *Residual) placed() bool { return r.Walk.Placement && len(r.Levels.Rows) > 0 }

// partOf gives the volume that a line is paid on.
func (r *Residual) partOf(l line) Base {
	steps := 1
	if r.OwnBrackets != nil && l.level == 0 {
		steps = r.OwnBrackets.steps()
	}
	return r.Parts[l.part/steps].Base
}

func (r *Residual) origin(s *stage, bonus int, w *walk, seat int, l line) (origin, error) {
	if l.level == 0 {
		return ownOrigin(r.partOf(l), w, seat), nil
	}
	c, err := r.climb(s, bonus)
	if err != nil {
		return origin{}, err
	}
	return origin{base: r.partOf(l), rows: c.originAt(0, seat, l.level)}, nil
}

func (r *Residual) missed(s *stage, bonus int, w *walk, seat int) ([]Reason, error) {
	sold := int64(0)
	for _, part := range r.Parts {
		sold += w.volume(part.Base)[seat]
	}
	if len(r.Levels.Rows) == 0 {
		return s.missedOwn(sold, &r.Own, r.OwnBrackets, w, seat)
	}
	c, err := r.climb(s, bonus)
	if err != nil {
		return nil, err
	}
	if !isPaid(c.who, seat) {
		teller := &conditionTeller{plan: s.plan, f: s.facts.facts.worker(), seat: s.sponsorSeat(w, seat)}
		return []Reason{teller.activity(w.active[seat], s.in.Cadence)}, nil
	}
	volumes := make([]int64, w.len())
	for _, part := range r.Parts {
		for i, v := range w.volume(part.Base) {
			volumes[i] += v
		}
	}
	return c.missedLevels(0, seat, volumes), nil
}

func (m *Matching) placed() bool { return m.Walk.Placement }

func (m *Matching) origin(s *stage, bonus int, w *walk, seat int, l line) (origin, error) {
	c, err := s.newClimb(bonus, &m.Walk, &m.Rates)
	if err != nil {
		return origin{}, err
	}
	from := origin{bonuses: m.Bonuses}
	if !m.ByGeneration {
		from.rows = c.originAt(0, seat, l.level)
		return from, nil
	}
	leads, err := s.holds(m.Leaders, w)
	if err != nil {
		return origin{}, err
	}
	for below, generation := range generationsBelow(w, seat, leads) {
		if generation == l.level {
			from.rows = append(from.rows, w.row[below])
		}
	}
	slices.Sort(from.rows)
	return from, nil
}

// generationsBelow says for everybody below a seat in which generation they are, and 0 for everybody else: payGenerations, looked at
// from above.
func generationsBelow(w *walk, seat int, leads []bool) []int {
	generation := make([]int, w.len())
	for below := seat + 1; below < w.len(); below++ {
		parent := int(w.parent[below])
		switch {
		case parent == seat:
			generation[below] = 1
		case parent > seat && generation[parent] > 0:
			generation[below] = generation[parent]
			if leads[parent] {
				generation[below]++
			}
		}
	}
	return generation
}

func (m *Matching) missed(s *stage, bonus int, w *walk, seat int) ([]Reason, error) {
	if lacking := s.rowLacking(&m.Rates, w, seat); len(lacking) > 0 {
		if rows, err := s.rowsOf(&m.Rates, w); err != nil || rows.at(seat) == noRow ||
			!slices.ContainsFunc(m.Rates.Rows[rows.at(seat)], func(rate int64) bool { return rate != 0 }) {
			return lacking, err
		}
	}
	names := ""
	for i, b := range m.Bonuses {
		if i > 0 {
			names += ", "
		}
		names += s.plan.Bonuses[b].Name
	}
	return []Reason{{Text: "nobody on the levels or generations that are open to the distributor earned anything of " + names}}, nil
}

func (m *Matrix) placed() bool { return true }

func (m *Matrix) origin(s *stage, bonus int, w *walk, seat int, l line) (origin, error) {
	if l.kind == LinePieces {
		return origin{persons: true, rows: []int32{w.row[seat]}}, nil
	}
	c, err := s.newClimb(bonus, &m.Walk, &m.Rates)
	if err != nil {
		return origin{}, err
	}
	from := origin{base: m.Base, persons: m.Rates.Amounts}
	switch {
	case m.TopCounts:
		from.rows = c.originAt(1, seat, l.level)
	default:
		from.rows = c.originAt(0, seat, l.level)
	}
	if !from.persons {
		return from, nil
	}
	filled := s.filled()
	from.rows = slices.DeleteFunc(from.rows, func(row int32) bool { return filled[w.seat()[row]] == 0 })
	return from, nil
}

// first is how many levels are held before volume moves: the top's own, where that counts.
func (m *Matrix) first() int { return int(oneIf(m.TopCounts)) }

func (m *Matrix) missed(s *stage, bonus int, w *walk, seat int) ([]Reason, error) {
	if len(m.Rates.Rows) == 0 {
		return []Reason{{Text: "no matrix of the distributor was filled that was not paid before"}}, nil
	}
	c, err := s.newClimb(bonus, &m.Walk, &m.Rates)
	if err != nil {
		return nil, err
	}
	volumes := s.filled()
	if !m.Rates.Amounts {
		volumes = w.volume(m.Base)
	}
	return c.missedLevels(m.first(), seat, volumes), nil
}
