package calc

import "slices"

func (b *Binary) placed() bool { return true }

func (b *Binary) origin(s *stage, bonus int, w *walk, seat int, _ line) (origin, error) {
	m, err := b.newRun(s, bonus)
	if err != nil {
		return origin{}, err
	}
	row := w.row[seat]
	from := origin{base: b.Base, legs: make([]uint8, s.n)}
	for below := seat + 1; below < w.len(); below++ {
		switch parent := int(w.parent[below]); {
		case parent == seat:
			from.legs[w.row[below]] = s.in.Network.Leg[w.row[below]]
		case parent > seat:
			from.legs[w.row[below]] = from.legs[w.row[parent]]
		}
	}
	var legs [2]legAccount
	carried := [2]int64{columnAt(m.carry.inLegs[0], row), columnAt(m.carry.inLegs[1], row)}
	m.open(&legs, carried[0], carried[1], int32(seat))
	if m.own != nil {
		// The leg is chosen before the own sales are in it.
		before := [2]legAccount{{in: carried[0], new: m.legs[0][seat]}, {in: carried[1], new: m.legs[1][seat]}}
		from.legs[row] = uint8(1 + m.ownLeg(&before))
	}
	for other, leg := range from.legs {
		if leg != 0 {
			from.rows = append(from.rows, int32(other))
		}
	}
	for side, volume := range carried {
		if volume != 0 {
			from.carried = append(from.carried, Source{
				Kind: SourceCarry, Row: row, Entry: -1, Bonus: -1, Leg: uint8(1 + side), Amount: volume,
			})
		}
	}
	return from, nil
}

func (b *Binary) missed(s *stage, bonus int, w *walk, seat int) ([]Reason, error) {
	m, err := b.newRun(s, bonus)
	if err != nil {
		return nil, err
	}
	row := w.row[seat]
	var legs [2]legAccount
	m.open(&legs, columnAt(m.carry.inLegs[0], row), columnAt(m.carry.inLegs[1], row), int32(seat))
	if m.keepsWhole(int32(seat)) {
		return []Reason{{Text: "the legs are kept whole, as the distributor is not paid"}}, nil
	}
	matched := legs
	base := m.match(&matched, row)
	if base == 0 {
		return m.unmatched(&legs, row), nil
	}
	if len(b.Max.Rows) > 0 {
		if at := m.max.at(seat); at != noRow && b.Max.Rows[at][0] == 0 {
			return []Reason{{Text: "the most that the bonus pays the distributor is zero"}}, nil
		}
	}
	if len(b.FirstCycles.Rows) > 0 {
		_, amounts, _ := m.firstOf(row, int32(seat), base)
		paysNothing := !slices.ContainsFunc(amounts, func(amountMinor int64) bool { return amountMinor != 0 })
		if int64(len(amounts)) == base && paysNothing {
			return []Reason{{Text: "the first cycles of the distributor pay nothing"}}, nil
		}
	}
	switch {
	case len(b.Steps) > 0:
		return nil, nil
	case b.Brackets == nil:
		return s.rowLacking(&b.Rates, w, seat), nil
	}
	return m.bracketLacking(base, seat), nil
}

// unmatched says what the legs lack for anything to be matched.
func (m *binaryRun) unmatched(legs *[2]legAccount, row int32) []Reason {
	strong, weak := strongerLeg(&[2]int64{legs[0].volume(), legs[1].volume()})
	var needs [2]int64
	switch {
	case m.Cycle != nil:
		needs[strong], needs[weak] = m.Cycle.Strong, m.Cycle.Weak
		if m.Cycle.FirstStrong != 0 && m.carry.cyclesMade(row) == 0 {
			needs[strong], needs[weak] = m.Cycle.FirstStrong, m.Cycle.FirstWeak
		}
	case len(m.Steps) > 0:
		needs = [2]int64{m.Steps[0].Volume, m.Steps[0].Volume}
	}
	var reasons []Reason
	for _, side := range [2]int{weak, strong} {
		l := &legs[side]
		volume := l.volume()
		text := [2]string{"the left leg", "the right leg"}[side]
		switch {
		case volume == 0 && needs[side] == 0:
			reasons = append(reasons, Reason{Text: text + " is empty"})
			continue
		case volume < 0 && needs[side] == 0:
			reasons = append(reasons, Reason{Text: "more was taken back in " + text + " than sold", Has: m.say(volume)})
			continue
		case volume >= needs[side]:
			continue
		}
		if side == weak && volume != legs[strong].volume() {
			text += ", the weaker one"
		}
		if l.in != 0 {
			text += ", " + m.say(l.in) + " of it carried in"
		}
		reasons = append(reasons, Reason{Text: text, Has: m.say(volume), Needs: m.say(needs[side]), Lacking: m.say(needs[side] - volume)})
	}
	return reasons
}

// say writes an amount of the volume that is matched.
func (m *binaryRun) say(volume int64) string {
	return sayDecimal(volume, m.s.plan.digitsOf(m.Base))
}

// bracketLacking says which bracket would be the first to pay.
func (m *binaryRun) bracketLacking(base int64, seat int) []Reason {
	variant := m.w.variantAt(seat)
	table, steps := m.Brackets.table(variant), m.steps[0]
	if len(m.steps) > 1 {
		steps = m.steps[variant]
	}
	digits := m.s.plan.digitsOf(m.Base)
	number, text := base, "what both legs have"
	switch {
	case m.numbers != nil:
		number, digits, text = m.numbers[seat], m.Brackets.By.digits, m.Brackets.By.source
	case m.Cycle != nil:
		digits, text = 0, "cycles"
	}
	for i, from := range steps {
		if table.Rates[i] != 0 && number < from {
			return []Reason{{Text: text, Has: sayDecimal(number, digits), Needs: sayDecimal(from, digits), Lacking: sayDecimal(from-number, digits)}}
		}
	}
	return nil
}

// digitsOf gives the decimals that a volume is kept with.
func (p *Plan) digitsOf(b Base) int32 {
	switch p.MeasureOf(b).Unit() {
	case UnitVolume:
		return volumeDigits
	case UnitMoney:
		return p.MinorDigits
	}
	return 0
}
