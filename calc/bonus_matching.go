package calc

import "slices"

// Matching pays a rate of what those below earn from other bonuses: at the close from those of the close, at the event from those that
// the event pays.
type Matching struct {
	plain
	Bonuses   []int // indexes of the bonuses whose earnings are matched
	AfterCaps bool
	// ByGeneration counts generations instead of levels: generation 1 is everybody below down to, and including, the first leader in
	// each leg, generation 2 those below down to, and including, the next.
	ByGeneration bool
	Leaders      *Condition
	Walk         Walk
	Rates        RateTable
	// Clawback is for what is paid at the event, and ClawbackMonths the months that the bonuses matched pay in advance; 0: none.
	Clawback       Clawback
	ClawbackMonths Months
}

func (m *Matching) check(p *Plan, b *Bonus) error {
	switch {
	case len(m.Bonuses) == 0 || m.Rates.Amounts:
		return errKind("a matching bonus pays rates of the earnings of one bonus or more")
	case m.ByGeneration != (m.Leaders != nil):
		return errKind("generations are counted by leaders, and levels are not")
	case m.ByGeneration && m.Walk.Compression != CompressionNone:
		return errKind("generations are not compressed; the condition for leaders says who bounds them")
	}
	if err := m.Walk.check(p); err != nil {
		return err
	}
	if err := m.checkMatched(p, b); err != nil {
		return err
	}
	return m.Rates.check(p)
}

// checkMatched refuses bonuses that are not paid when this one is, and at the event what is known at the close only.
func (m *Matching) checkMatched(p *Plan, b *Bonus) error {
	for _, k := range m.Bonuses {
		if p.Bonuses[k].Pays != b.Pays || p.Bonuses[k].AtPayments != b.AtPayments || p.Bonuses[k].Cadence.IsLonger(b.Cadence) {
			return errKind("a matching bonus is paid when what it matches is, or by a longer cadence")
		}
	}
	if b.Pays != PaysEvent {
		return nil
	}
	if m.ByGeneration || m.AfterCaps || m.Walk.passesOver() {
		return errKind("a matching bonus that is paid at the event counts levels as they stand")
	}
	for _, k := range m.Bonuses {
		// Who stands where in one tree is not known in the other, but for the seller.
		if other := p.Bonuses[k].kind(); other != nil && !samePath(other, &m.Walk) {
			return errKind("a matching bonus that is paid at the event walks the tree of what it matches")
		}
	}
	return nil
}

// samePath tells whether those whom a kind pays at an event stand on the way that a walk goes up.
func samePath(k kind, w *Walk) bool {
	switch other := k.(type) {
	case *Unilevel:
		return other.Walk.Placement == w.Placement
	case *Differential:
		return other.Placement == w.Placement
	case *Matching:
		return other.Walk.Placement == w.Placement
	case *Residual:
		return len(other.Levels.Rows) == 0 || other.Walk.Placement == w.Placement
	}
	return true
}

// upline reaches as far above those whose earnings are matched as there are levels.
func (m *Matching) upline(p *Plan) (int32, bool) {
	below := int32(0)
	for _, k := range m.Bonuses {
		if other := p.Bonuses[k].kind(); other != nil {
			levels, _ := other.upline(p)
			below = max(below, levels)
		}
	}
	return below + m.Rates.Levels + m.Walk.SkipLevels, m.Walk.Placement
}

func (m *Matching) byStanding(p *Plan) bool { return p.Active != nil || m.Rates.byStanding() }

func (m *Matching) base() Base      { return BasePrice }
func (m *Matching) unit(*Plan) Unit { return UnitMoney }
func (m *Matching) reads() []Slot {
	return slices.Concat(m.Rates.whoReads(), m.Leaders.reads(), m.Walk.StopAt.reads())
}
func (m *Matching) earnings() ([]int, bool) { return m.Bonuses, m.AfterCaps }

func (m *Matching) pay(s *stage, bonus int) error {
	c, err := s.newClimb(bonus, &m.Walk, &m.Rates)
	if err != nil {
		return err
	}
	earned := make([]int64, c.w.len())
	for _, source := range m.Bonuses {
		for seat, amountMinor := range gather(s.threads, s.earnedFor(bonus, source), c.w.row) {
			sum, ok := added(earned[seat], amountMinor)
			if !ok {
				return s.sinks[bonus].failed(c.w.row[seat], ErrOverflow)
			}
			earned[seat] = sum
		}
	}
	if !sumFits(earned) {
		return s.sinks[bonus].failed(0, ErrOverflow)
	}
	if !m.ByGeneration {
		return c.payLevels(bonus, 0, levelPart{volumes: earned})
	}
	leads, err := s.holds(m.Leaders, c.w)
	if err != nil {
		return err
	}
	return c.payGenerations(bonus, earned, leads)
}

// EarnedFrom lists the bonuses of shorter cadences that the periods of a cadence are computed from, by index, going up: matching bonuses of it
// match them. Their periods that end within one of the cadence must be closed before.
func (p *Plan) EarnedFrom(cadence Cadence) []int {
	var list []int
	for i := range p.Bonuses {
		b := &p.Bonuses[i]
		if b.Matching == nil || b.Pays != PaysPeriod || b.Cadence != cadence {
			continue
		}
		for _, source := range b.Matching.Bonuses {
			if p.Bonuses[source].Cadence != cadence && !slices.Contains(list, source) {
				list = append(list, source)
			}
		}
	}
	slices.Sort(list)
	return list
}

// earnedFor gives what a bonus earns everybody, by row, for another one to be computed from: in this period, or in those of its own cadence
// that ended within it.
func (s *stage) earnedFor(bonus, source int) []int64 {
	var earned []int64
	if b := &s.plan.Bonuses[source]; b.Pays == PaysPeriod && b.Cadence != s.plan.Bonuses[bonus].Cadence {
		earned = make([]int64, s.n)
		for i, row := range s.in.Earned.Earner {
			if int(s.in.Earned.Bonus[i]) == source {
				earned[row] += s.in.Earned.AmountMinor[i]
			}
		}
	} else {
		earned = s.earnedBy(source)
	}
	if s.matched != nil {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.matched[[2]int{bonus, source}] = earned
	}
	return earned
}

// payGenerations adds the lines of generations that are bounded by leaders. What is in a generation of a distributor is in the same one
// of whoever stands above, or in the next one when the distributor is a leader.
func (c *climb) payGenerations(bonus int, earned []int64, leads []bool) error {
	table := c.s.tariffs(bonus, len(c.rates.Rows), int(c.rates.Levels), 0)
	t, n := c.w.tree, c.w.len()
	nearer := make([]int64, n) // of the generation before; before the first there is none
	for generation := range int(c.rates.Levels) {
		in := make([]int64, n)
		t.upward(c.s.threads, func(_, from, to int) {
			first, last := t.children(from, to)
			for child := last; child >= first; child-- {
				brings := in[child]
				if leads[child] {
					brings = nearer[child]
				}
				if generation == 0 {
					brings += earned[child]
				}
				if brings != 0 {
					in[t.parent[child]] += brings
				}
			}
		})
		if err := c.payLevel(bonus, generation, 0, nil, in, table); err != nil {
			return err
		}
		nearer = in
	}
	return nil
}
