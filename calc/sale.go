package calc

import (
	"cmp"
	"slices"
)

// EventKind is the kind of an event in the life of a sale. The values are those of the API and the store.
type EventKind uint8

// The kinds of events. An Opening is a sale that was live before its events were kept: recorded and activated in one, with
// cycles 1 to Cycle paid.
const (
	Recorded EventKind = iota + 1
	Activated
	Paid
	Cancelled
	Opening
	PaymentFailed
	PaymentRefunded
	PaymentChargedBack
	Lapsed
	Changed
	SellerCorrected
	VendorMoved
)

// EventKinds is the number of the last kind.
const EventKinds = VendorMoved

// SaleStatus is where a sale stands.
type SaleStatus uint8

// The states of a sale. SaleUnknown is where it stands before it is recorded.
const (
	SalePending SaleStatus = iota
	SaleActive
	SaleCancelled
	SaleLapsed
	SaleUnknown
)

// Over tells that the service has ended.
func (s SaleStatus) Over() bool { return s == SaleCancelled || s == SaleLapsed }

// SaleTerms are what a sale keeps of its product.
type SaleTerms struct {
	RequiresActivation bool
	VolumeOnPayment    bool // its volume counts with every paid cycle, not once
	CancelledVolume    CancelledVolume
	Billing            Billing
	// PriceMinor is the price of a cycle: what the cycles of an opening sale count as paid with.
	PriceMinor int64
	// Changes are what the changes among the events bring, by their ids.
	Changes map[string]SaleChange
}

// restates tells whether an end takes volume back where it was counted. What was counted before Upline has no such place.
func (t SaleTerms) restates(start SaleEvent) bool {
	return t.CancelledVolume == CancelledVolumeRestate && !t.VolumeOnPayment && start.Kind != Opening
}

// takesBack tells whether an end counts against the sale itself.
func (t SaleTerms) takesBack(start SaleEvent) bool {
	return !t.VolumeOnPayment && t.CancelledVolume != CancelledVolumeNone && !t.restates(start)
}

// SaleEvent is one event of a sale.
type SaleEvent struct {
	ID            string
	Kind          EventKind
	EffectiveAtUS int64
	Cycle         int32 // of a payment or a lapse, or the cycles paid of an opening
	// AmountMinor is what was paid, or with Partly what was given back of the payment of the cycle.
	AmountMinor int64
	// Partly tells that a refund gives back AmountMinor only, and not the whole payment.
	Partly bool
}

// Payment is a payment that counted when it was made.
type Payment struct {
	Event     int // index of the event, a Paid or the Opening
	Cycle     int32
	PaidMinor int64
	// BackMinor is what was given back of it; Back tells that it was given back whole.
	BackMinor int64
	Back      bool
	// chargedBack tells that the customer's bank took it back, so that the cycle is due again.
	chargedBack bool
	// counted tells that its cycle's volume counts, since countedAtUS.
	counted     bool
	countedAtUS int64
	// terms are those that the cycle counts by: the index of a change, or OriginalTerms.
	terms int
}

// Kept is the part of a payment that was not given back.
func (p *Payment) Kept() Fraction {
	switch {
	case p.Back:
		return Fraction{0, 1}
	case p.BackMinor == 0:
		return One
	}
	by := int64(gcd(uint64(p.PaidMinor-p.BackMinor), uint64(p.PaidMinor)))
	return Fraction{(p.PaidMinor - p.BackMinor) / by, p.PaidMinor / by}
}

// Count is what an event adds to the volume that a sale counts, on behalf of one cycle.
type Count struct {
	Event int   // index of the event
	Cycle int32 // 1 where the sale counts once
	AtUS  int64 // the moment that decides which windows of time the volume lies in
	Times int32 // how many sales more: 1, 0, −1
	// From and To are the parts of the sale's volume that the cycle counted before the event and counts after it.
	From, To Fraction
	// Terms are those whose volume it is: the index of a change, or OriginalTerms.
	Terms int
	// Part is what of the volume a change has credited or charged; the zero value stands for all of it.
	Part CyclePart
}

// Of is what the event adds to a volume, rounded once for each part to the unit, half to even, so that what all events of a cycle add
// is the part that the cycle counts at the end.
func (c Count) Of(volume int64) (int64, error) {
	if c.Part.Part.Den == 0 {
		return c.of(volume)
	}
	part, err := RoundedPart(volume, c.Part.Part, Rounding{HalfEven, 1})
	if err != nil {
		return 0, err
	}
	return c.signed(part)
}

// OfPrice is what the event adds to a price: of what a change has credited or charged it is what was invoiced.
func (c Count) OfPrice(priceMinor int64) (int64, error) {
	if c.Part.Part.Den == 0 {
		return c.of(priceMinor)
	}
	return c.signed(c.Part.Minor)
}

// signed takes a credit away.
func (c Count) signed(value int64) (int64, error) {
	if c.Part.Credit {
		value = -value
	}
	return c.of(value)
}

func (c Count) of(volume int64) (int64, error) {
	to, err := RoundedPart(volume, c.To, Rounding{HalfEven, 1})
	if err != nil {
		return 0, err
	}
	from, err := RoundedPart(volume, c.From, Rounding{HalfEven, 1})
	return to - from, err
}

// SaleFold is what the events of a sale come to.
type SaleFold struct {
	Status SaleStatus
	// Start is the index of the event that made the sale active first, -1 while none did. What the plan pays at the event
	// belongs to it, and a reinstatement restores it rather than paying again.
	Start int
	// End is the index of the event that ended it; -1 unless Status is over and it was active before.
	End int
	// StartedAtUS and EndedAtUS are the times of Start and End, or 0. A sale cancelled while pending has EndedAtUS and no Start.
	StartedAtUS, EndedAtUS int64
	// SinceUS is when the life began that it is active in, or was last.
	SinceUS int64
	// LiveUS is how long the sale was active before it ended, all its lives together; 0 while it is active.
	LiveUS int64
	// Payments are those that counted when they were made, in order. A cycle that was given back may have another, later.
	Payments []Payment
	// CyclesPaid counts the distinct cycles paid, in whole or in part, while the sale was not over. A cycle of an earlier effective
	// time counts however late it arrives.
	CyclesPaid int32
	// CyclesKept is the sum of the parts of them that were not given back, and CycleMonths the months in each.
	CyclesKept  Fraction
	CycleMonths int32
	// NextCycle is the cycle that is paid next: the one after the last that was paid and not charged back.
	NextCycle int32
	// Seller is the index of the correction that says who sold it, -1 while the recording does. Whoever it is has sold it from the beginning.
	Seller int
	// Failures counts the payments that failed since the last that did not.
	Failures int32
	// Terms are those that the sale has now, StartTerms those that it went live by: the index of a change, or OriginalTerms.
	Terms, StartTerms int
	// Changes are those of the live service, in order, and Parts what they credit and charge of its cycles.
	Changes []AppliedChange
	Parts   []CyclePart
	// MonthsKept is how many months are paid, less what was given back, where the sale was changed; MonthsPaid says it of any.
	MonthsKept Fraction
	changed    bool
	stretches  []cycleStretch
	// Rows holds for every event, by its index in the folded slice, the row of the table of Lifecycle that it took.
	Rows []uint8
	// Counts are what the events count of the sale's volume, by event and cycle. Where an end restates, a sale that is over counts
	// nowhere, and one that is reinstated counts again where it counted first.
	Counts []Count
}

// FoldSale folds the events of a sale by effective time, ties by event id, whatever order they came in; the recording itself always
// comes first. So the result depends on the set of events only. What an event does is said by the table of Lifecycle; one that changes
// nothing where it falls (an activation of an active sale, a second payment of a cycle) is kept and counts nothing.
//
// It sorts events in place; indexes in the result refer to the sorted slice.
func FoldSale(terms SaleTerms, events []SaleEvent) SaleFold {
	slices.SortFunc(events, func(a, b SaleEvent) int {
		if first := isFirst(b.Kind) - isFirst(a.Kind); first != 0 {
			return first
		}
		return cmp.Or(cmp.Compare(a.EffectiveAtUS, b.EffectiveAtUS), cmp.Compare(a.ID, b.ID))
	})
	f := folding{
		SaleFold: SaleFold{Start: -1, End: -1, Seller: -1, CycleMonths: terms.Billing.Cycle.Months(), Rows: make([]uint8, len(events)), Terms: OriginalTerms, StartTerms: OriginalTerms},
		terms:    terms, events: events, originalMinor: terms.PriceMinor,
	}
	for i := range events {
		f.take(i)
	}
	f.CyclesKept, f.CyclesPaid = keptOf(f.Payments)
	f.NextCycle = f.nextCycle()
	if f.changed {
		f.MonthsKept = f.monthsKept()
	}
	if f.Status.Over() {
		f.LiveUS = f.livedUS
		if f.Start >= 0 && terms.restates(events[f.Start]) {
			f.Counts = slices.DeleteFunc(f.Counts, func(c Count) bool { return c.Event == f.Start || c.Part.Part.Den != 0 })
		}
	}
	return f.SaleFold
}

func isFirst(k EventKind) int {
	if k == Recorded || k == Opening {
		return 1
	}
	return 0
}

// folding is a fold under way.
type folding struct {
	SaleFold
	terms   SaleTerms // those that hold now
	events  []SaleEvent
	livedUS int64
	// originalMinor is the price that the sale was recorded with, segment what was paid for the rest of a cycle that a change split.
	originalMinor int64
	segment       segment
}

// take takes an event by the row of the table that holds.
func (f *folding) take(i int) {
	e := &f.events[i]
	state := f.Status
	if isFirst(e.Kind) == 1 {
		state = SaleUnknown
	}
	for row := rowsOf(state, e.Kind); row < len(lifecycle); row++ {
		t := &lifecycle[row]
		if !f.holds(t.When, e) {
			continue
		}
		f.Rows[i] = uint8(row)
		for _, effect := range t.Effects {
			f.apply(effect, i)
		}
		f.Status = t.To
		return
	}
}

// nextCycle is the cycle after the last that was paid and not charged back.
func (f *folding) nextCycle() int32 {
	next := int32(1)
	for i := range f.Payments {
		if p := &f.Payments[i]; !p.chargedBack {
			next = max(next, p.Cycle+1)
		}
	}
	return next
}

// holds tells whether a condition of the table holds for an event.
func (f *folding) holds(w When, e *SaleEvent) bool {
	switch w {
	case ActivationNeeded:
		return f.terms.RequiresActivation
	case NeverActive:
		return f.Start < 0
	case CycleUnpaid:
		return f.payment(e.Cycle) == nil
	case CyclePaid:
		return f.payment(e.Cycle) != nil
	case PaymentRevives:
		return f.terms.Billing.PaymentReinstates && f.payment(e.Cycle) == nil
	case LastFailure:
		return f.terms.Billing.FailuresMax > 0 && f.Failures+1 >= f.terms.Billing.FailuresMax
	case CycleSettled:
		return f.nextCycle() > e.Cycle
	case Otherwise:
	}
	return true
}

// payment is the payment of a cycle, or nil where it is not paid.
func (f *folding) payment(cycle int32) *Payment {
	for i := range f.Payments {
		if p := &f.Payments[i]; p.Cycle == cycle && !p.Back {
			return p
		}
	}
	return nil
}

func (f *folding) apply(effect Effect, i int) {
	e := &f.events[i]
	switch effect {
	case Begin:
		f.begin(i)
	case BeginOpening:
		f.Start, f.StartedAtUS, f.SinceUS = i, e.EffectiveAtUS, e.EffectiveAtUS
		f.layCycles()
		for cycle := int32(1); cycle <= e.Cycle; cycle++ {
			// What was counted before Upline is in the opening state.
			f.Payments = append(f.Payments, Payment{Event: i, Cycle: cycle, PaidMinor: f.terms.PriceMinor, counted: true, countedAtUS: e.EffectiveAtUS, terms: OriginalTerms})
		}
	case Reinstate:
		f.SinceUS, f.End, f.EndedAtUS, f.Failures = e.EffectiveAtUS, -1, 0, 0
		if f.terms.takesBack(f.events[f.Start]) {
			f.countPiece(i, 1, e.EffectiveAtUS, 1, f.StartTerms, Fraction{0, 1}, One)
			f.countLive(i, Fraction{0, 1}, One)
		}
	case EndPending:
		f.EndedAtUS = e.EffectiveAtUS
	case End:
		f.End, f.EndedAtUS = i, e.EffectiveAtUS
		f.livedUS += e.EffectiveAtUS - f.SinceUS
		if f.terms.takesBack(f.events[f.Start]) {
			f.countPiece(i, 1, f.SinceUS, -1, f.StartTerms, One, Fraction{0, 1})
			f.countLive(i, One, Fraction{0, 1})
		}
	case Earn:
		f.Failures = 0
		p := Payment{Event: i, Cycle: e.Cycle, PaidMinor: e.AmountMinor, terms: f.TermsOf(e.Cycle)}
		// Status is still that before the event: a payment that reinstates has done so by now.
		if live := f.Start >= 0 && f.End < 0; live && f.terms.VolumeOnPayment {
			p.counted, p.countedAtUS = true, e.EffectiveAtUS
			f.countPaid(i, &p, 1, Fraction{0, 1}, One)
		}
		f.Payments = append(f.Payments, p)
	case GiveBack:
		f.giveBack(i)
	case Fail:
		f.Failures++
	case ChangeTerms:
		f.change(i)
	case Rebook:
		f.Seller = i
	}
}

// layCycles begins the count of billing cycles with the life of the service.
func (f *folding) layCycles() {
	f.StartTerms = f.Terms
	f.stretches = []cycleStretch{{cycle: 1, anchorCycle: 1, months: f.terms.Billing.Cycle.Months(), anchorUS: f.StartedAtUS, terms: f.Terms}}
}

// begin makes the sale active for the first time. The cycles that were paid before count with it.
func (f *folding) begin(i int) {
	at := f.events[i].EffectiveAtUS
	f.Start, f.StartedAtUS, f.SinceUS, f.End, f.EndedAtUS, f.Failures = i, at, at, -1, 0, 0
	f.layCycles()
	if !f.terms.VolumeOnPayment {
		f.countPiece(i, 1, at, 1, f.StartTerms, Fraction{0, 1}, One)
		return
	}
	for k := range f.Payments {
		p := &f.Payments[k]
		if !p.Back {
			p.counted, p.countedAtUS, p.terms = true, at, f.Terms
			f.countPaid(i, p, 1, Fraction{0, 1}, p.Kept())
		}
	}
}

// giveBack takes from a payment what was refunded, or all of it.
func (f *folding) giveBack(i int) {
	e := &f.events[i]
	p := f.payment(e.Cycle)
	from := p.Kept()
	if e.Partly && e.AmountMinor < p.PaidMinor-p.BackMinor {
		p.BackMinor += e.AmountMinor
	} else {
		p.Back, p.BackMinor = true, p.PaidMinor
	}
	p.chargedBack = e.Kind == PaymentChargedBack
	if !f.terms.VolumeOnPayment || !p.counted {
		return
	}
	times := int32(0)
	if p.Back {
		times = -1
	}
	f.countPaid(i, p, times, from, p.Kept())
}
