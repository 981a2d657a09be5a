package simulate

import (
	"cmp"
	"fmt"
	"slices"

	"upline/calc"
)

// entries are what sales add to volumes, and take from them, in the order of time: one for a sale that counts once, one for each payment of
// another, and one less where a cancellation takes volume back.
type entries struct {
	atUS  []int64 // decides the period that it counts in
	sale  []int32
	cycle []int32
	back  []bool  // the volume is taken back
	piece []int32 // what it counts where that is not what the row of the sale says, from 1 in lives.pieces; 0 where it is
}

// moments are when sales go live and end, in the order of time: what plans pay, and take back, at the event.
type moments struct {
	atUS []int64
	sale []int32
	ends []bool
	// change is the number of the change that it is, from 1; 0 where a sale goes live or ends.
	change []int32
	// paid says which paid cycle it is, from 1 in lives.paid; 0 where it is none.
	paid []int32
}

// lives folds the events of every sale, by the code that a server folds them by.
type lives struct {
	entries entries
	moments moments
	pieces  []piece
	paid    []paidCycle
	// firstUS and lastUS are the first and the last moment at which anything happens; any is false when nothing does.
	firstUS, lastUS int64
	any             bool
}

// newLives folds all sales. Moments are gathered where the plan pays at the event.
func newLives(v *view) (*lives, error) {
	s, p := v.company.sales, v.Plan.Plan
	l := &lives{}
	n := s.len()
	l.entries = entries{make([]int64, 0, n), make([]int32, 0, n), make([]int32, 0, n), make([]bool, 0, n), make([]int32, 0, n)}
	pays, payments := paysAtEvent(p), paysAtPayments(p)
	if payments && s.paid == nil {
		v.company.found.note("%s: plan %s pays with paid cycles, and there is no payments.csv: every row counts as one cycle that was paid when it went live", s.name, v.Name)
	}
	var folded fold
	for i := range n {
		sale := int32(i)
		fromUS, live := s.liveFrom(sale)
		from, to := s.paid.of(sale)
		if cancelled := s.cancellation(sale); from == to && cancelled == noTime && s.changes[sale] == nil {
			if live && !s.onPayment(sale) {
				l.count(fromUS, sale, s.cycleOf(sale), false)
			}
			if live && pays {
				l.moment(fromUS, sale, false, 0)
			}
			if live && payments && s.paid == nil {
				l.paidMoment(fromUS, sale, paidCycle{cycle: s.cycleOf(sale), atUS: fromUS})
			}
			continue
		}
		events, f := folded.of(v, sale)
		if s.changes[sale] == nil {
			l.countAll(sale, events, f, s.cycleOf(sale), s.onPayment(sale))
		} else if err := l.countChanged(sale, v.terms(sale), events, &f, s.cycleOf(sale), s.onPayment(sale)); err != nil {
			return nil, fmt.Errorf("sale %s: %w", s.id(sale), err)
		}
		if f.Start >= 0 && pays {
			var cycles []paidCycle
			switch {
			case payments && s.paid == nil:
				cycles = []paidCycle{{cycle: s.cycleOf(sale), atUS: f.StartedAtUS, to: numberOf(events, f.StartTerms)}}
			case payments:
				cycles = paidCycles(events, &f)
			}
			// What was paid while the sale waited is paid on when it goes live, by how things stood before.
			early := slices.IndexFunc(cycles, func(c paidCycle) bool { return c.atUS >= f.StartedAtUS })
			if early < 0 {
				early = len(cycles)
			}
			for _, c := range cycles[:early] {
				l.paidMoment(f.StartedAtUS, sale, c)
			}
			l.moment(f.StartedAtUS, sale, false, 0)
			for _, c := range cycles[early:] {
				l.paidMoment(c.atUS, sale, c)
			}
			for k := range f.Changes {
				if err := f.Changes[k].Err; err != nil {
					v.company.found.note("the change of the sale %s in line %d of changes.csv credits and charges nothing: %v", s.id(sale),
						s.changes[sale][numberOf(events, f.Changes[k].Event)-1].line, err)
				}
				l.moment(events[f.Changes[k].Event].EffectiveAtUS, sale, false, int32(k+1))
			}
			if f.End >= 0 {
				l.moment(f.EndedAtUS, sale, true, 0)
			}
		}
	}
	for _, a := range v.adjusted {
		if a.atUS != noTime {
			l.happens(a.atUS)
		}
	}
	l.sort()
	return l, nil
}

func (s *sales) cycleOf(sale int32) int32 {
	if s.cycle == nil {
		return 1
	}
	return s.cycle[sale]
}

// fold is the folding of one sale after the other.
type fold struct{ events []calc.SaleEvent }

// The ids of events, which decide between events of the same moment: a sale goes live, is paid, and ends.
const (
	eventActivated = "1"
	eventPaid      = "2"
	eventChanged   = "2c"
	eventCancelled = "3"
)

// of folds the events of a sale. They are overwritten by the next call.
func (f *fold) of(v *view, sale int32) ([]calc.SaleEvent, calc.SaleFold) {
	s := v.company.sales
	terms := s.terms(sale, v.Plan.Plan)
	f.events = append(f.events[:0], calc.SaleEvent{Kind: calc.Recorded, EffectiveAtUS: s.atUS[sale]})
	if activated := s.activation(sale); activated != noTime {
		f.events = append(f.events, calc.SaleEvent{ID: eventActivated, Kind: calc.Activated, EffectiveAtUS: activated})
	}
	from, to := s.paid.of(sale)
	for i := from; i < to; i++ {
		f.events = append(f.events, calc.SaleEvent{ID: eventPaid, Kind: calc.Paid, EffectiveAtUS: s.paid.atUS[i], Cycle: s.paid.cycle[i]})
	}
	if cancelled := s.cancellation(sale); cancelled != noTime {
		f.events = append(f.events, calc.SaleEvent{ID: eventCancelled, Kind: calc.Cancelled, EffectiveAtUS: cancelled})
	}
	if s.changes[sale] != nil {
		f.events = append(f.events, v.addChanges(&terms, sale, v.terms(sale))...)
	}
	return f.events, calc.FoldSale(terms, f.events)
}

// countAll adds what each event of a sale counts. A sale that counts once counts in the cycle that it is of.
func (l *lives) countAll(sale int32, events []calc.SaleEvent, f calc.SaleFold, cycle int32, onPayment bool) {
	for _, c := range f.Counts {
		of := cycle
		if onPayment {
			of = c.Cycle
		}
		l.count(events[c.Event].EffectiveAtUS, sale, of, c.Times < 0)
	}
}

func (l *lives) count(atUS int64, sale, cycle int32, back bool) {
	e := &l.entries
	e.atUS, e.sale, e.cycle, e.back = append(e.atUS, atUS), append(e.sale, sale), append(e.cycle, cycle), append(e.back, back)
	e.piece = append(e.piece, 0)
	l.happens(atUS)
}

func (l *lives) moment(atUS int64, sale int32, ends bool, change int32) {
	m := &l.moments
	m.atUS, m.sale, m.ends = append(m.atUS, atUS), append(m.sale, sale), append(m.ends, ends)
	m.change, m.paid = append(m.change, change), append(m.paid, 0)
	l.happens(atUS)
}

// paidMoment adds a paid cycle, which is paid on at a moment.
func (l *lives) paidMoment(atUS int64, sale int32, c paidCycle) {
	l.moment(atUS, sale, false, 0)
	l.paid = append(l.paid, c)
	l.moments.paid[len(l.moments.paid)-1] = int32(len(l.paid))
}

func (l *lives) happens(atUS int64) {
	if !l.any {
		l.firstUS, l.lastUS, l.any = atUS, atUS, true
	}
	l.firstUS, l.lastUS = min(l.firstUS, atUS), max(l.lastUS, atUS)
}

// sort puts both lists in the order of time; what happens at the same moment stays in the order of the file.
func (l *lives) sort() {
	if order := timeOrder(l.entries.atUS); order != nil {
		e := &l.entries
		e.atUS, e.sale, e.cycle, e.back = permuted(e.atUS, order), permuted(e.sale, order), permuted(e.cycle, order), permuted(e.back, order)
		e.piece = permuted(e.piece, order)
	}
	if order := timeOrder(l.moments.atUS); order != nil {
		m := &l.moments
		m.atUS, m.sale, m.ends = permuted(m.atUS, order), permuted(m.sale, order), permuted(m.ends, order)
		m.change, m.paid = permuted(m.change, order), permuted(m.paid, order)
	}
}

// timeOrder gives the order of time; nil when that is the order of the column.
func timeOrder(atUS []int64) []int32 {
	if slices.IsSorted(atUS) {
		return nil
	}
	type moment struct {
		us int64
		at int32
	}
	list := make([]moment, len(atUS))
	for i, us := range atUS {
		list[i] = moment{us, int32(i)}
	}
	slices.SortFunc(list, func(a, b moment) int {
		if a.us != b.us {
			return cmp.Compare(a.us, b.us)
		}
		return cmp.Compare(a.at, b.at)
	})
	order := make([]int32, len(list))
	for i, m := range list {
		order[i] = m.at
	}
	return order
}

// within gives the indexes from and to of what lies in a stretch of time, in a column in the order of time.
func within(atUS []int64, startUS, endUS int64) (from, to int) {
	from, _ = slices.BinarySearch(atUS, startUS)
	to, _ = slices.BinarySearch(atUS, endUS)
	return from, to
}

// paysAtEvent tells whether a plan has a bonus that posts its lines with the event.
func paysAtEvent(p *calc.Plan) bool {
	return slices.ContainsFunc(p.Bonuses, func(b calc.Bonus) bool { return b.Pays == calc.PaysEvent })
}
