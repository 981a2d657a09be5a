package calc

// SaleValues are what bonuses are paid on of a sale, by some terms of it.
type SaleValues struct {
	PV, CV, QV           int64 // volume units
	PriceMinor, FeeMinor int64
	Count                int64 // the number of sales that it stands for
	Class                string
	CycleMonths          int32
}

// With is the input with the values of a sale.
func (in EventInput) With(v *SaleValues) EventInput {
	in.PV, in.CV, in.QV, in.PriceMinor, in.FeeMinor, in.Count = v.PV, v.CV, v.QV, v.PriceMinor, v.FeeMinor, v.Count
	in.Class, in.CycleMonths = v.Class, v.CycleMonths
	return in
}

// DifferenceInputs are what EventLines is asked for what a change credits and charges: parts of what the sale was and is, nil for nothing.
// Where both are of one class they are one difference, so that commission follows what is invoiced net; else each is paid by the rates
// of its own class.
func DifferenceInputs(base *EventInput, from, to *SaleValues, credit, charge *CyclePart) ([]EventInput, error) {
	credited, err := from.part(credit)
	if err != nil {
		return nil, err
	}
	charged, err := to.part(charge)
	if err != nil {
		return nil, err
	}
	in := *base
	in.Part = EventDifference
	return in.between(&credited, &charged, from.Class == to.Class), nil
}

// RestInputs are what EventLines is asked for the rest of an advance that a change leaves: a span of its months, at the price that the
// sale has in place of the one that it had.
func RestInputs(base *EventInput, from, to *SaleValues, span MonthSpan) []EventInput {
	in := *base
	in.Part, in.Span = EventRest, span
	credited, charged := *from, *to
	credited.Count, charged.Count = max(1, from.Count), max(1, to.Count)
	return in.between(&credited, &charged, from.Class == to.Class && max(1, from.CycleMonths) == max(1, to.CycleMonths))
}

// part is what a change credits or charges of the values. It is no sale.
func (v *SaleValues) part(p *CyclePart) (SaleValues, error) {
	out := SaleValues{Class: v.Class, CycleMonths: v.CycleMonths}
	if p == nil {
		return out, nil
	}
	out.PriceMinor = p.Minor
	for _, of := range []struct {
		to    *int64
		whole int64
	}{{&out.PV, v.PV}, {&out.CV, v.CV}, {&out.QV, v.QV}, {&out.FeeMinor, v.FeeMinor}} {
		var err error
		if *of.to, err = RoundedPart(of.whole, p.Part, Rounding{HalfEven, 1}); err != nil {
			return out, err
		}
	}
	return out, nil
}

// between takes what is credited from what is charged: as one where they can be, of what is given and of what is taken each.
func (in EventInput) between(credited, charged *SaleValues, asOne bool) []EventInput {
	negative := SaleValues{
		-credited.PV, -credited.CV, -credited.QV, -credited.PriceMinor, -credited.FeeMinor, -credited.Count, credited.Class, credited.CycleMonths,
	}
	list := []*SaleValues{&negative, charged}
	if asOne {
		net := *charged
		net.PV, net.CV, net.QV = charged.PV-credited.PV, charged.CV-credited.CV, charged.QV-credited.QV
		net.PriceMinor, net.FeeMinor, net.Count = charged.PriceMinor-credited.PriceMinor, charged.FeeMinor-credited.FeeMinor, charged.Count-credited.Count
		list = []*SaleValues{&net}
	}
	inputs := make([]EventInput, 0, 2*len(list))
	for _, v := range list {
		given := in.With(v)
		taken := given
		taken.Taken = true
		inputs = append(inputs, given, taken)
	}
	return inputs
}
