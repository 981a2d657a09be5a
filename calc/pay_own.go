package calc

// countBase is the volume whose numbers of sales amounts are paid for: a volume of the plan's own making counts if it measures sales,
// any other stands for all sales.
func (s *stage) countBase(b Base) Base {
	if b >= VolumeBuiltIn && s.plan.MeasureOf(b) == MeasureCount {
		return b
	}
	return BaseCount
}

// payOwn adds the lines of a bonus that pays sellers on what they sold themselves, by seat of the sponsor tree. The part tells lines of
// one bonus apart that differ in their factor, whose index is given; 0 for none.
func (s *stage) payOwn(bonus int, volumes []int64, t *RateTable, part int, factor int32) error {
	w := s.sponsor
	who, err := s.paid(bonus, w)
	if err != nil {
		return err
	}
	rows, err := s.rowsOf(t, w)
	if err != nil {
		return err
	}
	table := s.tariffs(bonus, len(t.Rows), 1, factor)
	for seat, volume := range volumes {
		if volume == 0 || !isPaid(who, seat) {
			continue
		}
		row := rows.at(seat)
		if row == noRow || t.Rows[row][0] == 0 {
			continue
		}
		if err := s.sinks[bonus].add(w.row[seat], 0, part, volume, table.at(w.variantAt(seat), int(row), 0, t.Rows[row][0])); err != nil {
			return err
		}
	}
	return nil
}

// payBrackets adds the lines of a bonus that pays sellers by brackets: one of the bracket reached, or one of each bracket for what lies
// in it. Parts are numbered from the one given.
func (s *stage) payBrackets(bonus int, volumes []int64, b *Brackets, part int, factor int32) error {
	w := s.sponsor
	who, err := s.paid(bonus, w)
	if err != nil {
		return err
	}
	numbers, err := s.numbers(b.By, w)
	if err != nil {
		return err
	}
	steps := b.steps()
	table := s.tariffs(bonus, steps, 1, factor)
	sink := &s.sinks[bonus]
	for step := range steps {
		for seat, volume := range volumes {
			if volume == 0 || !isPaid(who, seat) {
				continue
			}
			variant := w.variantAt(seat)
			base := b.inStep(b.table(variant), step, numbers[seat], volume)
			if base == 0 {
				continue
			}
			rate := b.table(variant).Rates[step]
			if rate == 0 {
				continue
			}
			to := part
			if b.Marginal {
				to += step
			}
			if err := sink.add(w.row[seat], 0, to, base, table.at(variant, step, 0, rate)); err != nil {
				return err
			}
		}
	}
	return nil
}

// inStep is how much of a volume a step's rate is applied to, by the number that is looked up.
func (b *Brackets) inStep(t *BracketTable, step int, number, volume int64) int64 {
	if step >= len(t.From) || number < t.From[step] {
		return 0
	}
	last := step+1 == len(t.From)
	switch {
	case b.Marginal && last:
		return number - t.From[step]
	case b.Marginal:
		return min(number, t.From[step+1]) - t.From[step]
	case last || number < t.From[step+1]:
		return volume
	}
	return 0
}

// steps is the greatest number of steps of any variant.
func (b *Brackets) steps() int {
	steps := 0
	for _, t := range b.Tables {
		steps = max(steps, len(t.From))
	}
	return steps
}
