package calc

// unitOfLine is what the base of a line of a kind counts, in a bonus whose lines otherwise count unit.
func unitOfLine(kind LineKind, unit Unit) Unit {
	switch kind {
	case LineAdjustment:
		return UnitMoney
	case LinePieces:
		return UnitCount
	}
	return unit
}

// RoundingOf says how the amount of a line was rounded: as its bonus says; but what a cap has scaled whose remainder is the company's
// is rounded down, and what such a cap takes of lines that events have posted is rounded up. Of several caps the last one decides.
func (p *Plan) RoundingOf(l *Lines, line int) Rounding {
	r := p.BonusRounding(&p.Bonuses[l.Bonus[line]])
	for k := l.Factor[line]; k != 0; k = l.Factors[k].Next {
		if limit := p.capNamed(l.Factors[k].Name); limit != nil {
			return limit.roundingOf(r, l.Factors[k].Num < 0)
		}
	}
	return r
}

func (p *Plan) capNamed(name string) *Cap {
	for i := range p.Caps {
		if p.Caps[i].Name == name {
			return &p.Caps[i]
		}
	}
	return nil
}

// RecomputedMinor makes the amount of a line once more, from nothing but the line, the plan and the earner's market variant: what it gives
// is the line's amount. A rounding line has nothing but its amount. The errors are those of Amount.
func (p *Plan) RecomputedMinor(l *Lines, line int, variant uint8) (int64, error) {
	if l.Kind[line] == LineRounding {
		return l.AmountMinor[line], nil
	}
	var factors []Fraction
	for k := l.Factor[line]; k != 0; k = l.Factors[k].Next {
		factors = append(factors, l.Factors[k].Fraction)
	}
	unit := unitOfLine(l.Kind[line], p.Bonuses[l.Bonus[line]].UnitOf(p))
	t := newTariff(unit, l.Rate[line], p.pointValueOf(variant), p.RoundingOf(l, line), factors...)
	amountMinor, err := t.amountMinor(l.Base[line])
	return withinBase(l.Kind[line], l.Base[line], amountMinor), err
}

// withinBase bounds what an adjustment moves to what there is: it may be less than a rounding step.
func withinBase(kind LineKind, base, amountMinor int64) int64 {
	switch {
	case kind != LineAdjustment || magnitudeOf(amountMinor) <= magnitudeOf(base):
		return amountMinor
	case (amountMinor < 0) == (base < 0):
		return base
	}
	return -base
}
