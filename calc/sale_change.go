package calc

import (
	"math/big"
	"slices"
)

// SaleChange is what a change of a service brings: another product, or another price for the same.
type SaleChange struct {
	Billing    Billing
	PriceMinor int64 // of a billing cycle
	// Proration splits the cycle in which the change falls.
	Proration Proration
}

// OriginalTerms stands for the terms that a sale was recorded with, where the index of a change stands for those that it brought.
const OriginalTerms = -1

// AppliedChange is a change of a live service, in the folded order.
type AppliedChange struct {
	Event int   // index of the change
	Cycle int32 // the billing cycle in which it falls
	From  int   // index of the change that brought the terms that the cycle was paid by, or OriginalTerms
	// Prorated is what is credited and charged: nothing where, by Err, the change cannot be prorated. Then the new terms count from the
	// next cycle on.
	Prorated ProratedChange
	Err      error
	// CreditPart is the part of a cycle of the old terms that is credited, ChargePart that of the new ones that is charged, what the
	// credit buys included.
	CreditPart, ChargePart Fraction
	// Rest are the months of the service that are of the new terms, and by which ones they would have been: what is left of an advance
	// is for these.
	Rest []MonthSpan
}

// MonthSpan are months of a service, counted from when it went live, as they are paid for.
type MonthSpan struct {
	From  int      // index of the change that brought the terms that they would have been of, or OriginalTerms
	After Fraction // the months before the span
	UpTo  Fraction // the months up to its end; the zero value where it has none
}

// Left is how many of so many months lie in the span.
func (s MonthSpan) Left(months Months) Fraction {
	left := s.left(months)
	if left.Sign() <= 0 {
		return Fraction{0, 1}
	}
	return bounded(left)
}

func (s MonthSpan) left(months Months) *big.Rat {
	end := months.rational()
	if upTo := rationalOf(s.UpTo); s.UpTo.Den != 0 && upTo.Cmp(end) < 0 {
		end = upTo
	}
	return end.Sub(end, rationalOf(s.After))
}

// CyclePart is a part of a billing cycle that a change credits or charges.
type CyclePart struct {
	Change int // index of the change
	Cycle  int32
	Terms  int      // index of the change that brought the terms that it is a part of, or OriginalTerms
	Part   Fraction // of what a whole cycle counts
	Minor  int64    // of the price, what was credited or charged
	Credit bool     // it is taken away
}

// cycleStretch are billing cycles of the same terms, from one on: cycle n begins months × (n − anchorCycle) after anchorUS.
type cycleStretch struct {
	cycle, anchorCycle, months int32
	anchorUS                   int64
	terms                      int
}

// segment is the rest of a cycle that a change has split, or stretched: a part of its terms' price was paid for it.
type segment struct {
	cycle    int32
	startUS  int64
	terms    int
	part     *big.Rat
	interval BillingInterval
}

// TermsOf says by which terms a billing cycle begins: the index of a change, or OriginalTerms.
func (f *SaleFold) TermsOf(cycle int32) int {
	if s := f.stretchOf(cycle); s != nil {
		return s.terms
	}
	return OriginalTerms
}

// PartsOf are the parts that changes have credited and charged of a cycle.
func (f *SaleFold) PartsOf(cycle int32) (parts []CyclePart) {
	for _, p := range f.Parts {
		if p.Cycle == cycle {
			parts = append(parts, p)
		}
	}
	return parts
}

// CycleDifference is what a change makes of a cycle: what it credits of the terms before it, and what it charges of its own; nil for nothing.
type CycleDifference struct {
	Change         int // index of the change
	Credit, Charge *CyclePart
}

// DifferencesOf are what changes make of a cycle, one for each, in their order.
func (f *SaleFold) DifferencesOf(cycle int32) (list []CycleDifference) {
	parts := f.PartsOf(cycle)
	for i := range parts {
		part := &parts[i]
		at := slices.IndexFunc(list, func(d CycleDifference) bool { return d.Change == part.Change })
		if at < 0 {
			at, list = len(list), append(list, CycleDifference{Change: part.Change})
		}
		if part.Credit {
			list[at].Credit = part
		} else {
			list[at].Charge = part
		}
	}
	return list
}

// stretchOf finds the stretch that a cycle belongs to; nil while the sale has none.
func (f *SaleFold) stretchOf(cycle int32) *cycleStretch {
	for i := len(f.stretches) - 1; i >= 0; i-- {
		if f.stretches[i].cycle <= cycle || i == 0 {
			return &f.stretches[i]
		}
	}
	return nil
}

// cycleStartUS is when a cycle begins.
func (f *SaleFold) cycleStartUS(cycle int32, b *Billing) int64 {
	s := f.stretchOf(cycle)
	if s == nil {
		return monthsLater(f.StartedAtUS, (cycle-1)*b.Cycle.Months(), orUTC(b.Location))
	}
	return monthsLater(s.anchorUS, (cycle-s.anchorCycle)*s.months, orUTC(b.Location))
}

// cycleAt is the cycle that a moment of the service's life falls in.
func (f *SaleFold) cycleAt(us int64, b *Billing) int32 {
	for i := len(f.stretches) - 1; i >= 0; i-- {
		s := &f.stretches[i]
		if us < f.cycleStartUS(s.cycle, b) && i > 0 {
			continue
		}
		// So many have begun for certain; the others are few.
		cycle := max(s.cycle, s.anchorCycle+int32((us-s.anchorUS)/(32*dayUS*int64(s.months))))
		if i < len(f.stretches)-1 {
			cycle = min(cycle, f.stretches[i+1].cycle-1)
		}
		for f.cycleStartUS(cycle+1, b) <= us && (i == len(f.stretches)-1 || cycle+1 < f.stretches[i+1].cycle) {
			cycle++
		}
		return cycle
	}
	return 1
}

// change takes the terms of a change. A service that is not live yet begins by them.
func (f *folding) change(i int) {
	change, ok := f.terms.Changes[f.events[i].ID]
	if !ok {
		return // who folds without the terms of a change folds as if it were not there
	}
	f.terms.Billing, f.terms.PriceMinor = change.Billing, change.PriceMinor
	before := f.Terms
	f.Terms, f.changed = i, true
	if f.Start < 0 {
		f.stretches = []cycleStretch{{cycle: 1, anchorCycle: 1, months: change.Billing.Cycle.Months(), terms: i}}
		return
	}
	applied := f.prorate(i, before, &change)
	f.Changes = append(f.Changes, applied)
	f.countChange(i, &applied)
}

// prorate splits the cycle that the change falls in, and lays out those that follow.
func (f *folding) prorate(i, before int, change *SaleChange) AppliedChange {
	us, billing := f.events[i].EffectiveAtUS, &f.terms.Billing
	cycle := f.cycleAt(us, billing)
	seg := f.segmentOf(cycle)
	out := AppliedChange{Event: i, Cycle: cycle, From: seg.terms, CreditPart: Fraction{0, 1}, ChargePart: Fraction{0, 1}}
	months := change.Billing.Cycle.Months()
	endUS := f.cycleStartUS(cycle+1, billing)
	elapsed := f.monthsUpTo(cycle) // with the whole of the cycle; what is credited is not over
	following := *f.stretchOf(cycle + 1)
	following.cycle, following.terms = cycle+1, i
	if following.months != months {
		following = cycleStretch{cycle + 1, cycle + 1, months, endUS, i}
	}
	next := []cycleStretch{following}
	price := f.priceOf(seg.terms)
	paid, err := roundedRat(price, seg.part)
	if err == nil {
		out.Prorated, err = change.Proration.Change(SubscriptionChange{
			CycleStartUS: seg.startUS, CycleEndUS: endUS, ChangeUS: us,
			Old: SubscriptionPrice{paid, seg.interval}, New: SubscriptionPrice{change.PriceMinor, BillingInterval{Months: months}},
		})
	}
	if err != nil {
		out.Err = err
		out.Prorated = ProratedChange{StartUS: us, NextBillingUS: endUS, NextChargeMinor: change.PriceMinor}
	}
	unused, charged := rationalOf(out.Prorated.UnusedPart), rationalOf(out.Prorated.ChargedPart)
	p := &out.Prorated
	mode := change.Proration.Mode
	switch {
	case err != nil || mode == ProrationNone || mode == ProrationDeferred:
		f.follow(cycle, next)
		out.Rest = []MonthSpan{{From: before, After: bounded(elapsed)}}
		return out
	case mode == ProrationCharge:
		if unused.Sign() > 0 {
			f.segment = segment{cycle, seg.startUS, i, new(big.Rat).Quo(charged, unused), seg.interval}
		}
	case mode == ProrationRestart:
		next = []cycleStretch{{cycle + 1, cycle + 1, months, us, i}}
	case mode == ProrationDate || mode == ProrationFullPrice:
		charged = new(big.Rat)
		if p.ChargeMinor != 0 {
			charged.SetFrac64(p.ChargeMinor, change.PriceMinor)
		}
		interval := BillingInterval{Days: int32(max(1, min(intervalDaysMax, (p.NextBillingUS-us)/dayUS)))}
		next = []cycleStretch{{cycle + 1, cycle + 1, months, p.NextBillingUS, i}}
		f.segment = segment{cycle, us, i, charged, interval}
		if mode == ProrationFullPrice {
			next = []cycleStretch{{cycle + 1, cycle + 1, months, us, i}, {cycle + 2, cycle + 2, months, p.NextBillingUS, i}}
			f.segment.cycle = cycle + 1
		}
	}
	out.CreditPart, out.ChargePart = bounded(new(big.Rat).Mul(unused, seg.part)), bounded(charged)
	credited := new(big.Rat).Mul(rationalOf(out.CreditPart), new(big.Rat).SetInt64(int64(f.monthsOf(seg.terms))))
	whole := bounded(elapsed)
	out.Rest = []MonthSpan{{From: seg.terms, After: bounded(elapsed.Sub(elapsed, credited))}}
	if seg.terms != before {
		// The rest of the cycle was still paid by other terms than those that follow.
		out.Rest[0].UpTo = whole
		out.Rest = append(out.Rest, MonthSpan{From: before, After: whole})
	}
	f.follow(cycle, next)
	f.addPart(CyclePart{i, cycle, seg.terms, out.CreditPart, -p.CreditMinor, true})
	switch mode {
	case ProrationCharge, ProrationDate:
		f.addPart(CyclePart{i, cycle, i, out.ChargePart, p.ChargeMinor, false})
	case ProrationFullPrice: // the cycle that begins counts as a whole by itself, and what the credit buys besides
		f.addPart(CyclePart{i, cycle + 1, i, bounded(charged.Sub(charged, new(big.Rat).SetInt64(1))), p.ChargeMinor - change.PriceMinor, false})
	case ProrationRestart, ProrationNone, ProrationDeferred:
	}
	return out
}

// addPart keeps a part of a cycle that is not nothing.
func (f *folding) addPart(p CyclePart) {
	if p.Part.Num != 0 {
		f.Parts = append(f.Parts, p)
	}
}

// follow puts stretches in the place of all after a cycle.
func (f *folding) follow(cycle int32, next []cycleStretch) {
	f.stretches = slices.DeleteFunc(slices.Clone(f.stretches), func(s cycleStretch) bool { return s.cycle > cycle })
	f.stretches = append(f.stretches, next...)
}

// segmentOf is what was paid for a cycle, or for the part of it since the last change.
func (f *folding) segmentOf(cycle int32) segment {
	if f.segment.cycle == cycle {
		return f.segment
	}
	s := f.stretchOf(cycle)
	return segment{cycle, f.cycleStartUS(cycle, &f.terms.Billing), s.terms, big.NewRat(1, 1), BillingInterval{Months: s.months}}
}

// monthsUpTo sums the months of the cycles up to one.
func (f *folding) monthsUpTo(cycle int32) *big.Rat {
	sum := new(big.Rat)
	for i := range f.stretches {
		s := &f.stretches[i]
		last := cycle
		if i < len(f.stretches)-1 {
			last = min(last, f.stretches[i+1].cycle-1)
		}
		sum.Add(sum, new(big.Rat).SetInt64(int64(max(0, last-s.cycle+1))*int64(f.monthsOf(s.terms))))
	}
	for i := range f.Parts {
		if f.Parts[i].Cycle <= cycle {
			sum.Add(sum, f.monthsOfPart(&f.Parts[i]))
		}
	}
	return sum
}

// monthsIn is how many months of service a cycle is paid for.
func (f *folding) monthsIn(cycle int32) *big.Rat {
	sum := new(big.Rat).SetInt64(int64(f.monthsOf(f.TermsOf(cycle))))
	for i := range f.Parts {
		if f.Parts[i].Cycle == cycle {
			sum.Add(sum, f.monthsOfPart(&f.Parts[i]))
		}
	}
	return sum
}

// monthsOfPart are the months that a part adds to its cycle, or takes.
func (f *folding) monthsOfPart(p *CyclePart) *big.Rat {
	months := new(big.Rat).Mul(rationalOf(p.Part), new(big.Rat).SetInt64(int64(f.monthsOf(p.Terms))))
	if p.Credit {
		months.Neg(months)
	}
	return months
}

func (f *folding) monthsOf(terms int) int32 {
	if terms == OriginalTerms {
		return f.CycleMonths
	}
	change := f.terms.Changes[f.events[terms].ID]
	return change.Billing.Cycle.Months()
}

func (f *folding) priceOf(terms int) int64 {
	if terms == OriginalTerms {
		return f.originalMinor
	}
	return f.terms.Changes[f.events[terms].ID].PriceMinor
}

// monthsKept sums the months that are paid, less what was given back.
func (f *folding) monthsKept() Fraction {
	sum := new(big.Rat)
	for i := range f.Payments {
		p := &f.Payments[i]
		sum.Add(sum, new(big.Rat).Mul(f.monthsIn(p.Cycle), rationalOf(p.Kept())))
	}
	return bounded(sum)
}

// countChange counts what a change credits and charges: of a sale that counts once at once, of one whose volume follows payments with
// the payments of the cycles concerned. Payments that were made before of cycles that follow the change count by the new terms.
func (f *folding) countChange(i int, applied *AppliedChange) {
	us := f.events[i].EffectiveAtUS
	if !f.terms.VolumeOnPayment {
		for _, p := range f.liveParts(applied) {
			f.countPart(i, 1, us, p, Fraction{0, 1}, One)
		}
		return
	}
	for k := range f.Payments {
		p := &f.Payments[k]
		if p.Back || !p.counted || p.Cycle < applied.Cycle {
			continue
		}
		kept := p.Kept()
		if p.Cycle > applied.Cycle && p.terms != i {
			f.countPiece(i, p.Cycle, p.countedAtUS, 0, p.terms, kept, Fraction{0, 1})
			f.countPiece(i, p.Cycle, p.countedAtUS, 0, i, Fraction{0, 1}, kept)
			p.terms = i
		}
		for _, part := range f.PartsOf(p.Cycle) {
			if part.Change == i {
				f.countPart(i, p.Cycle, us, part, Fraction{0, 1}, kept)
			}
		}
	}
}

// liveParts are what a change adds to what a sale counts once.
func (f *folding) liveParts(a *AppliedChange) (parts []CyclePart) {
	if a.CreditPart.Num != 0 {
		parts = append(parts, CyclePart{a.Event, 1, a.From, a.CreditPart, -a.Prorated.CreditMinor, true})
	}
	if a.ChargePart.Num != 0 {
		parts = append(parts, CyclePart{a.Event, 1, a.Event, a.ChargePart, a.Prorated.ChargeMinor, false})
	}
	return parts
}

// countLive counts once more, or takes back, all that changes have added to a sale that counts once.
func (f *folding) countLive(i int, from, to Fraction) {
	for k := range f.Changes {
		a := &f.Changes[k]
		for _, p := range f.liveParts(a) {
			f.countPart(i, 1, max(f.SinceUS, f.events[a.Event].EffectiveAtUS), p, from, to)
		}
	}
}

// countPaid counts a cycle from one part of its payment that is kept to another: by its terms, and with what changes have made of it.
func (f *folding) countPaid(i int, p *Payment, times int32, from, to Fraction) {
	f.countPiece(i, p.Cycle, p.countedAtUS, times, p.terms, from, to)
	if !f.changed {
		return
	}
	for _, part := range f.PartsOf(p.Cycle) {
		f.countPart(i, p.Cycle, max(p.countedAtUS, f.events[part.Change].EffectiveAtUS), part, from, to)
	}
}

func (f *folding) countPart(event int, cycle int32, atUS int64, p CyclePart, from, to Fraction) {
	f.Counts = append(f.Counts, Count{Event: event, Cycle: cycle, AtUS: atUS, From: from, To: to, Terms: p.Terms, Part: p})
}

func (f *folding) countPiece(event int, cycle int32, atUS int64, times int32, terms int, from, to Fraction) {
	f.Counts = append(f.Counts, Count{Event: event, Cycle: cycle, AtUS: atUS, Times: times, From: from, To: to, Terms: terms})
}

// EarnedIn is the part of an advance that is earned which was paid for a span of its months only.
func (f *SaleFold) EarnedIn(span MonthSpan, months Months) Fraction {
	paid := new(big.Rat).Sub(rationalOf(f.MonthsPaid()), rationalOf(span.After))
	all := span.left(months)
	switch {
	case paid.Sign() <= 0 || all.Sign() <= 0:
		return Fraction{0, 1}
	case paid.Cmp(all) >= 0:
		return One
	}
	return bounded(paid.Quo(paid, all))
}

// MonthsPaid is how many months of service are paid, less what was given back.
func (f *SaleFold) MonthsPaid() Fraction {
	if f.changed {
		return f.MonthsKept
	}
	return Fraction{f.CyclesKept.Num * int64(max(1, f.CycleMonths)), max(1, f.CyclesKept.Den)}
}

func rationalOf(f Fraction) *big.Rat {
	if f.Den == 0 {
		return new(big.Rat)
	}
	return big.NewRat(f.Num, f.Den)
}

// dividedBy is a fraction by a number above zero.
func dividedBy(f Fraction, n int32) Fraction {
	return bounded(new(big.Rat).Quo(rationalOf(f), new(big.Rat).SetInt64(int64(n))))
}

// bounded is the fraction, rounded down where its denominator would be greater than keptDenMax.
func bounded(r *big.Rat) Fraction {
	if !r.Denom().IsInt64() || r.Denom().Int64() > keptDenMax {
		scaled := new(big.Int).Mul(r.Num(), big.NewInt(keptDenMax))
		r = new(big.Rat).SetFrac(scaled.Quo(scaled, r.Denom()), big.NewInt(keptDenMax))
	}
	if !r.Num().IsInt64() {
		return Fraction{0, 1} // no part of a cycle is so large
	}
	return Fraction{r.Num().Int64(), r.Denom().Int64()}
}

// roundedRat is a part of an amount to the minor unit.
func roundedRat(amountMinor int64, part *big.Rat) (int64, error) {
	return RoundedPart(amountMinor, bounded(part), Rounding{HalfEven, 1})
}
