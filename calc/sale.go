package calc

import (
	"cmp"
	"slices"
	"time"
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
)

// SaleStatus is where a sale stands.
type SaleStatus uint8

// The states of a sale.
const (
	Pending SaleStatus = iota
	Active
	Ended
)

// SaleTerms are what a sale keeps of its product.
type SaleTerms struct {
	RequiresActivation bool
	VolumeOnPayment    bool // its volume counts with every paid cycle, not once
	CancelledVolume    CancelledVolume
}

// restates tells whether a cancellation takes volume back where it was counted. What was counted before Upline has no such place.
func (t SaleTerms) restates(start SaleEvent) bool {
	return t.CancelledVolume == CancelledVolumeRestate && !t.VolumeOnPayment && start.Kind != Opening
}

// takesBack tells whether a cancellation counts against the sale itself.
func (t SaleTerms) takesBack(start SaleEvent) bool {
	return !t.VolumeOnPayment && t.CancelledVolume != CancelledVolumeNone && !t.restates(start)
}

// SaleEvent is one event of a sale.
type SaleEvent struct {
	ID            string
	Kind          EventKind
	EffectiveAtUS int64
	Cycle         int32 // of a payment, or the cycles paid of an opening
}

// SaleFold is what the events of a sale come to.
type SaleFold struct {
	Status SaleStatus
	// Start is the index of the event that made the sale active first, -1 while none did. What the plan pays at the event
	// belongs to it, and a reinstatement restores it rather than paying again.
	Start int
	// End is the index of the event that ended it; -1 unless Status is Ended and it was active before.
	End int
	// StartedAtUS and EndedAtUS are the times of Start and End, or 0. A sale cancelled while pending has EndedAtUS and no Start.
	StartedAtUS, EndedAtUS int64
	// LiveUS is how long the sale was active before it ended, all its lives together; 0 while it is active.
	LiveUS int64
	// CyclesPaid counts the distinct cycles paid while the sale was not cancelled. A cycle of an earlier effective time counts
	// however late it arrives.
	CyclesPaid int32
	// Counts says for every event, by its index in the folded slice, how often the sale's volume counts with it: +1, 0, −1, or
	// the number of cycles paid before an activation. Where a cancellation restates, a sale that is cancelled counts nowhere, and one
	// that is reinstated counts again where it counted first.
	Counts []int32
}

// FoldSale folds the events of a sale by effective time, ties by event id, whatever order they came in; the recording itself always
// comes first. So the result depends on the set of events only. An event that changes nothing where it falls (an activation of an
// active sale, a second payment of a cycle, a cancellation of a cancelled sale) is kept and counts nothing.
//
// It sorts events in place; indexes in the result refer to the sorted slice.
func FoldSale(terms SaleTerms, events []SaleEvent) SaleFold {
	slices.SortFunc(events, func(a, b SaleEvent) int {
		if first := isFirst(b.Kind) - isFirst(a.Kind); first != 0 {
			return first
		}
		return cmp.Or(cmp.Compare(a.EffectiveAtUS, b.EffectiveAtUS), cmp.Compare(a.ID, b.ID))
	})
	f := SaleFold{Start: -1, End: -1, Counts: make([]int32, len(events))}
	var paid []int32
	var sinceUS, livedUS int64
	activate := func(i int) {
		sinceUS = events[i].EffectiveAtUS
		f.Status, f.End, f.EndedAtUS = Active, -1, 0
		reinstated := f.Start >= 0
		if !reinstated {
			f.Start, f.StartedAtUS = i, events[i].EffectiveAtUS
		}
		switch {
		case !terms.VolumeOnPayment && (!reinstated || terms.takesBack(events[f.Start])):
			f.Counts[i] = 1
		case terms.VolumeOnPayment && !reinstated:
			f.Counts[i] = int32(len(paid))
		}
	}
	for i, e := range events {
		switch e.Kind {
		case Recorded:
			if !terms.RequiresActivation {
				activate(i)
			}
		case Opening:
			activate(i)
			f.Counts[i] = 0 // what was counted before Upline is in the opening state
			for k := int32(1); k <= e.Cycle; k++ {
				paid = append(paid, k)
			}
		case Activated:
			if f.Status != Active {
				activate(i)
			}
		case Paid:
			if f.Status == Ended || slices.Contains(paid, e.Cycle) {
				continue
			}
			paid = append(paid, e.Cycle)
			if f.Status == Active && terms.VolumeOnPayment {
				f.Counts[i] = 1
			}
		case Cancelled:
			if f.Status == Ended {
				continue
			}
			if f.Status == Active {
				f.End = i
				livedUS += e.EffectiveAtUS - sinceUS
				if terms.takesBack(events[f.Start]) {
					f.Counts[i] = -1
				}
			}
			f.Status, f.EndedAtUS = Ended, e.EffectiveAtUS
		}
	}
	f.CyclesPaid = int32(len(paid))
	if f.Status == Ended {
		f.LiveUS = livedUS
		if f.Start >= 0 && terms.restates(events[f.Start]) {
			f.Counts[f.Start] = 0
		}
	}
	return f
}

func isFirst(k EventKind) int {
	if k == Recorded || k == Opening {
		return 1
	}
	return 0
}

const dayUS = 24 * 60 * 60 * 1_000_000

// Retained is the part of an event's line that stays posted, given what the sale's events come to. months is the number of months
// that the line paid in advance, 1 for a bonus that is no advance. The part that a cancellation takes back is one less this.
func (c Clawback) Retained(f SaleFold, months int32) Fraction {
	if f.Start < 0 {
		return Fraction{0, 1}
	}
	if f.Status != Ended {
		return One
	}
	switch c.Mode {
	case ClawbackFull:
		return Fraction{0, 1}
	case ClawbackWithinDays:
		if f.LiveUS < int64(c.Days)*dayUS { // not from the first activation: a dead sale must not ripen by being reinstated
			return Fraction{0, 1}
		}
	case ClawbackMonthsPaid:
		return Fraction{int64(min(f.CyclesPaid, months)), int64(months)}
	case ClawbackBands:
		for _, band := range c.Bands {
			if f.StartedAtUS+f.LiveUS <= monthsLater(f.StartedAtUS, band.ToMonths, orUTC(c.Location)) {
				return Fraction{RateScale - band.Rate, RateScale}
			}
		}
	case ClawbackNone:
	}
	return One
}

// monthsLater is the same time of day so many calendar months later, on the last day of a month that lacks the day.
func monthsLater(us int64, months int32, loc *time.Location) int64 {
	at := time.UnixMicro(us).In(loc)
	first := time.Date(at.Year(), at.Month()+time.Month(months), 1, 0, 0, 0, 0, loc)
	lastDay := first.AddDate(0, 1, -1).Day()
	later := time.Date(first.Year(), first.Month(), min(at.Day(), lastDay), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), loc)
	return later.UnixMicro()
}
