package store

import (
	"cmp"
	"fmt"
	"slices"

	"upline/calc"
)

// countKey says on whose behalf volume counts: of which event, for which cycle, the moment that decides its windows of time, and for
// which seller.
type countKey struct {
	eventID string
	cycle   int32
	atUS    int64
	seller  string
	class   string // of the product
}

// amounts are what a sale counts.
type amounts struct {
	pv, cv, priceMinor, qv, feeMinor, times int64
}

// count is volume that an event adds to a period, on behalf of the event that it belongs to.
type count struct {
	cadence        calc.Cadence
	no, restatedIn int64
	of             countKey
	amounts
}

func (k countKey) compare(other countKey) int {
	return cmp.Or(cmp.Compare(k.eventID, other.eventID), cmp.Compare(k.cycle, other.cycle), cmp.Compare(k.atUS, other.atUS),
		cmp.Compare(k.seller, other.seller), cmp.Compare(k.class, other.class))
}

// mark is volume that counts on behalf of something.
type mark struct {
	of countKey
	amounts
}

// marks says what counts with each event, for one cadence, each key once, in order. Under a plan that counts late events nowhere, the late
// ones of the cadence are left out before folding, so that neither they nor what follows from them moves volume.
func (h *history) marks(cadence calc.Cadence) ([]mark, error) {
	events := make([]calc.SaleEvent, 0, len(h.events))
	for i := range h.events {
		if h.plan.Late == calc.LateNone {
			stamps, err := decodeStamps(h.events[i].countedIn)
			if err != nil {
				return nil, err
			}
			if stampOf(stamps, cadence).late && h.events[i].Kind != calc.SellerCorrected {
				continue
			}
		}
		events = append(events, h.events[i].SaleEvent)
	}
	f := calc.FoldSale(h.terms(), events)
	marks := make([]mark, 0, len(f.Counts))
	type counted struct {
		cycle int32
		part  calc.CyclePart
	}
	var sellers map[counted]string // for whom it counts
	if len(f.Counts) > 1 {
		sellers = make(map[counted]string)
	}
	for _, c := range f.Counts {
		terms := h.termsAt(events, c.Terms)
		of, err := h.amountsOf(c, terms)
		if err != nil {
			return nil, err
		}
		whole := counted{c.Cycle, c.Part}
		seller := sellers[whole]
		if seller == "" || c.From.Num == 0 { // else it is taken back from whom it counts for
			if seller, err = h.sellerCounted(events[c.Event].ID, cadence); err != nil {
				return nil, err
			}
			if sellers != nil {
				sellers[whole] = seller
			}
		}
		marks = append(marks, mark{countKey{events[c.Event].ID, c.Cycle, c.AtUS, seller, terms.class}, of})
	}
	return merged(marks, nil)
}

// merged adds up what counts on behalf of the same, and takes off what another list has of it; in order of the keys.
func merged(marks, less []mark) ([]mark, error) {
	all := marks
	for _, m := range less {
		taken, err := plus(amounts{}, m.amounts, -1)
		if err != nil {
			return nil, err
		}
		all = append(all, mark{m.of, taken})
	}
	slices.SortStableFunc(all, func(a, b mark) int { return a.of.compare(b.of) })
	out := all[:0]
	for _, m := range all {
		if last := len(out) - 1; last >= 0 && out[last].of == m.of {
			sum, err := plus(out[last].amounts, m.amounts, 1)
			if err != nil {
				return nil, err
			}
			out[last].amounts = sum
			continue
		}
		out = append(out, m)
	}
	return out, nil
}

// amountsOf is what a count comes to in volumes of the terms that it is of.
func (h *history) amountsOf(c calc.Count, t *saleTerms) (a amounts, err error) {
	price, fee := t.priceMinor, t.feeMinor
	if h.sale.Currency != h.plan.Currency {
		price, fee = 0, 0 // no bonus of the plan takes a rate of prices, or the sale would have been refused
	}
	if t.pv == 0 && t.cv == 0 && t.qv == 0 && price == 0 {
		return amounts{}, nil
	}
	a.times = int64(c.Times)
	for _, v := range []struct {
		to  *int64
		one int64
	}{{&a.pv, t.pv}, {&a.cv, t.cv}, {&a.qv, t.qv}, {&a.feeMinor, fee}} {
		if *v.to, err = c.Of(v.one); err != nil {
			return amounts{}, fmt.Errorf("volume of sale %s: %w", h.sale.SaleID, err)
		}
	}
	if price != 0 {
		if a.priceMinor, err = c.OfPrice(price); err != nil {
			return amounts{}, fmt.Errorf("price of sale %s: %w", h.sale.SaleID, err)
		}
	}
	return a, nil
}

// plus adds a number of times another.
func plus(a, b amounts, times int64) (amounts, error) {
	for _, v := range []struct {
		to *int64
		by int64
	}{{&a.pv, b.pv}, {&a.cv, b.cv}, {&a.qv, b.qv}, {&a.priceMinor, b.priceMinor}, {&a.feeMinor, b.feeMinor}, {&a.times, b.times}} {
		sum, ok := addInt64(*v.to, v.by*times)
		if !ok {
			return amounts{}, fmt.Errorf("%w: volume of a sale", calc.ErrOverflow)
		}
		*v.to = sum
	}
	return a, nil
}

// countWith adds to the posting the volume that counts with the last event, or no longer counts with others because of it. The event is stamped in any case; another whose mark changes is corrected in the period that it was counted in. When
// that is shut it is restated, or else corrected in the earliest open one, as the plan says.
func (h *history) countWith(p *posting, others []storedEvent, stamps []stamp, ends bool) error {
	restate := h.plan.Late == calc.LateRestate || ends && h.plan.CancelledVolume == calc.CancelledVolumeRestate
	for _, st := range stamps {
		// The marks differ between cadences only where late events count nowhere, and are cheap.
		after, err := h.marks(st.cadence)
		if err != nil {
			return err
		}
		var before []mark
		if len(others) > 0 {
			without := history{sale: h.sale, sold: h.sold, plan: h.plan, events: others, firstUS: h.firstUS}
			if before, err = without.marks(st.cadence); err != nil {
				return err
			}
		}
		changes, err := merged(after, before)
		if err != nil {
			return err
		}
		if err := p.countChanges(h, st, restate, changes); err != nil {
			return err
		}
	}
	return nil
}

// countChanges adds what counts otherwise after an event than before it.
func (p *posting) countChanges(h *history, st stamp, restate bool, changes []mark) (err error) {
	var sum amounts
	for _, change := range changes {
		key, delta := change.of, change.amounts
		if delta == (amounts{}) {
			continue
		}
		if sum, err = plus(sum, delta, 1); err != nil { // or no run could add it
			return err
		}
		in := st
		if key.eventID != p.event.EventID {
			if in, err = h.correcting(key, st.cadence, restate); err != nil {
				return err
			}
		}
		if in.late && in.restates == 0 && h.plan.Late == calc.LateNone {
			continue
		}
		c := count{cadence: in.cadence, of: key, amounts: delta}
		c.no, c.restatedIn = in.counted()
		p.counts = append(p.counts, c)
	}
	return nil
}

// correcting is the stamp that a correction of what another event counted gets now: that event's own, while its period is open.
func (h *history) correcting(key countKey, cadence calc.Cadence, restate bool) (stamp, error) {
	own, restatedIn, err := h.countedIn(h.event(key.eventID), cadence)
	if err != nil {
		return stamp{}, err
	}
	from, err := h.movedFrom(key.seller, cadence)
	if err != nil {
		return stamp{}, err
	}
	if h.plan.Late == calc.LateCurrent && own < from { // there the seller has it since the correction
		own, restatedIn = from, 0
	}
	state, _, err := gateState(h.conn, h.plan.ID, cadence, own)
	switch {
	case err != nil:
		return stamp{}, err
	case state == PeriodOpen && restatedIn != 0: // a close was called off: what came meanwhile is still restated by the next one
		return stamp{cadence: cadence, no: restatedIn, late: true, restates: own}, nil
	case state == PeriodOpen:
		return stamp{cadence: cadence, no: own}, nil
	}
	late, err := lateStamp(h.conn, h.plan, cadence, own, restate)
	if err != nil || from == 0 {
		return late, err
	}
	return late.among(h.conn, h.plan.ID, []string{key.seller})
}
