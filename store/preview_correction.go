package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"upline/calc"
)

// Correction is a sale, or an event on one, that is not recorded. One of both is set.
type Correction struct {
	Sale  *NewSale
	Event *NewEvent
}

// CorrectionPreview is what recording a correction would change.
type CorrectionPreview struct {
	// Receipt is what recording it would answer; its lines would be posted at once.
	Receipt Receipt
	// Repeated tells that it is recorded already, so that recording it again changes nothing.
	Repeated bool
	// Totals are by period, bonus and outcome: of closed periods what the next close posts, of open ones what they come to otherwise.
	Totals []RestatedTotal
	// Amounts are those of Totals by distributor, the largest first, and Left how many are left out for there being too many.
	Amounts []CorrectedAmount
	Left    int64
	// Currency is that of all amounts, the plan's.
	Currency string
}

// CorrectedAmount is what a correction changes of a distributor's bonus in a period.
type CorrectedAmount struct {
	Period               PeriodKey
	DistributorID, Bonus string
	Outcome              RestatedOutcome
	AmountMinor          int64
}

// correctedMax is how many amounts a preview lists.
const correctedMax = 1000

// PreviewCorrection computes what recording a sale or an event would change, and records nothing. What other corrections change that
// wait for the next close is not part of it. Refusals are those of recording it; fields of a sale are prefixed with `sales[0].`.
func (s *Store) PreviewCorrection(ctx context.Context, n Correction) (preview CorrectionPreview, err error) {
	var market string
	if n.Sale != nil {
		market = n.Sale.Market
	} else {
		market = n.Event.Market
	}
	region, err := s.regionOf(ctx, market, "market")
	if err != nil {
		return CorrectionPreview{}, err
	}
	err = s.engine.Snapshot(ctx, "preview_correction", func(c Conn) error {
		preview = CorrectionPreview{}
		p, err := s.suppose(c, region, n, &preview)
		if err != nil || p == nil {
			preview.Repeated = err == nil
			return err
		}
		byCadence := map[calc.Cadence][]supposedCount{}
		for _, count := range p.counts {
			byCadence[count.cadence] = append(byCadence[count.cadence], supposedCount{region, p.sale, p.event.EventID, count})
		}
		for _, cadence := range allCadences {
			if counts := byCadence[cadence]; len(counts) > 0 {
				if err := preview.add(s, c, p.sale, cadence, counts); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return CorrectionPreview{}, err
	}
	preview.cut()
	return preview, nil
}

// suppose decides what the correction adds; nil when it is recorded already.
func (s *Store) suppose(c Conn, region string, n Correction, preview *CorrectionPreview) (p *posting, err error) {
	if n.Sale != nil {
		r := recording{store: s, conn: c, list: []NewSale{*n.Sale}, regions: []string{region}, look: true}
		if err := r.run(); err != nil {
			return nil, err
		}
		preview.Receipt = r.receipts[0]
		if len(r.postings) == 0 {
			return nil, nil
		}
		return r.postings[0], nil
	}
	h, err := s.history(c, region, n.Event.Market, n.Event.SaleID, n.Event.EffectiveAtUS)
	if err != nil {
		return nil, err
	}
	if first := h.event(n.Event.EventID); first != nil {
		if err := repeated(first.content, n.Event.Content, "", "market", n.Event.Market, "sale_id", n.Event.SaleID, "event_id", n.Event.EventID); err != nil {
			return nil, err
		}
		preview.Receipt, err = h.receipt(n.Event.EventID)
		return nil, err
	}
	now := s.nowUS()
	if err := h.checkEvent(*n.Event, now); err != nil {
		return nil, err
	}
	if err := h.checkSeller(*n.Event); err != nil {
		return nil, err
	}
	event := *n.Event
	if err := h.readChange(&event); err != nil {
		return nil, err
	}
	if p, err = h.append(event, now, nil); err != nil {
		return nil, err
	}
	preview.Receipt, err = h.receipt(n.Event.EventID)
	return p, err
}

// add computes what counts change in the periods of a cadence: in the closed ones that are computed again, with all that waits for the
// same close on both sides, and in the open ones from the earliest on to the last that something counts in.
func (p *CorrectionPreview) add(s *Store, c Conn, sale *Sale, cadence calc.Cadence, counts []supposedCount) error {
	newest, err := s.newestPlan(c, sale.PlanID)
	if err != nil {
		return err
	}
	p.Currency = newest.Currency
	last := counts[0].last()
	for _, count := range counts {
		last = max(last, count.last())
	}
	o, ranksRunID, err := s.openScope(c, newest, cadence, last)
	if err != nil || o.plan == nil {
		return err // the cadence has no such period, as events may come before its first
	}
	found, err := s.findCorrections(c, o, ranksRunID)
	if err != nil {
		return err
	}
	// What is corrected by others is the same on both sides.
	ch := newRestateChain(s, c, o, found)
	ch.whole = true
	ch.sides[0].asOf, ch.sides[0].ranksAsOf = found.asOf, found.ranksAsOf
	ch.sides[1].supposed = counts
	for _, count := range counts {
		found.seeds[count.seller()] = true
		if count.restatedIn != 0 {
			found.periods[count.no] = true
		}
	}
	if err := ch.run(); err != nil {
		return err
	}
	ch.projecting = true
	first := found.since + 1
	if found.since == 0 { // nothing is closed
		first = last
		for _, count := range counts {
			first = min(first, count.no)
		}
	}
	for no := first; no <= last; no++ {
		scope, ranks, err := s.openScope(c, newest, cadence, no)
		if err != nil {
			return err
		}
		if scope.plan == nil {
			continue
		}
		if _, err := ch.both(scope, ranks); err != nil {
			return err
		}
	}
	if err := ch.result.finish(o.plan); err != nil {
		return err
	}
	p.Totals = append(p.Totals, ch.result.totals...)
	return p.take(ch.result.lines)
}

// openScope is an open period as a preview computes it; without a plan when it lies before the first of its cadence.
func (s *Store) openScope(c Conn, newest *calc.Plan, cadence calc.Cadence, no int64) (o runScope, ranks string, err error) {
	o, err = s.scopeOf(c, newest.ID, cadence, newest.PeriodByNo(cadence, no).Name)
	if errors.Is(err, ErrUnknownPeriod) {
		return runScope{}, "", nil
	}
	if err != nil {
		return runScope{}, "", err
	}
	ranks, err = ranksRunID(c, o)
	return o, ranks, err
}

// take adds up differences by period, distributor and bonus.
func (p *CorrectionPreview) take(lines []restatedLine) error {
	type key struct {
		of      int64
		id      string
		bonus   string
		outcome RestatedOutcome
	}
	place := map[key]int{}
	for _, l := range lines {
		k := key{l.of.No, l.id, l.bonus, l.outcome}
		i, known := place[k]
		if !known {
			i = len(p.Amounts)
			place[k] = i
			p.Amounts = append(p.Amounts, CorrectedAmount{Period: l.of, DistributorID: l.id, Bonus: l.bonus, Outcome: l.outcome})
		}
		sum, ok := addInt64(p.Amounts[i].AmountMinor, l.amountMinor)
		if !ok {
			return fmt.Errorf("%w: corrections of bonus %s for distributor %s", calc.ErrOverflow, l.bonus, l.id)
		}
		p.Amounts[i].AmountMinor = sum
	}
	return nil
}

// cut puts the largest amounts first and leaves out what are too many.
func (p *CorrectionPreview) cut() {
	slices.SortFunc(p.Amounts, func(a, b CorrectedAmount) int {
		return cmp.Or(-cmp.Compare(magnitude(a.AmountMinor), magnitude(b.AmountMinor)), cmp.Compare(a.Period.Cadence, b.Period.Cadence), cmp.Compare(a.Period.No, b.Period.No),
			cmp.Compare(a.DistributorID, b.DistributorID), cmp.Compare(a.Bonus, b.Bonus), cmp.Compare(a.Outcome, b.Outcome))
	})
	if len(p.Amounts) > correctedMax {
		p.Left = int64(len(p.Amounts) - correctedMax)
		p.Amounts = p.Amounts[:correctedMax]
	}
}
