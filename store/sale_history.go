package store

import (
	"fmt"
	"slices"

	"upline/calc"
)

// history is a sale with all its events and lines, inside a transaction.
type history struct {
	store  *Store
	conn   Conn
	sale   Sale
	plan   *calc.Plan // the version that the sale was sold under
	events []storedEvent
	lines  []Line
	// cadences are those that a new event is stamped with: of the version that the sale was sold under, and of the one in force when
	// the event happened, which computes its periods. firstUS is the plan's first moment; what happened to an opening service before
	// it counts in the first periods.
	cadences []calc.Cadence
	firstUS  int64
}

// history reads a sale for an event at a time, or for reading it at any; a sale that does not exist is ErrUnknownSale.
func (s *Store) history(c Conn, region, market, saleID string, atUS int64) (*history, error) {
	h := &history{store: s, conn: c}
	found := false
	key := []any{region, market, saleID}
	var b Batch
	b.Query(`SELECT `+sqlSaleColumns+` FROM sales s WHERE s.region = $1 AND s.market = $2 AND s.sale_id = $3`, key, func(r Row) error {
		h.sale, found = scanSale(r), true
		return nil
	})
	b.Query(sqlEventsOfSale, key, func(r Row) error {
		h.events = append(h.events, scanEvent(r))
		return nil
	})
	b.Query(sqlLinesOfSale, key, func(r Row) error {
		h.lines = append(h.lines, scanLine(r))
		return nil
	})
	var inForce int64
	b.Query(sqlVersionForSale, []any{region, market, saleID, atUS}, func(r Row) error {
		inForce = r.Int(0)
		return nil
	})
	if err := c.Send(&b); err != nil {
		return nil, err
	}
	if !found {
		return nil, unknownSale(market, saleID)
	}
	plan, err := s.plan(c, h.sale.PlanID, h.sale.PlanVersion)
	if err != nil {
		return nil, err
	}
	first, err := s.plan(c, h.sale.PlanID, 1)
	if err != nil {
		return nil, err
	}
	h.plan, h.cadences, h.firstUS = plan, planCadences(plan), first.ValidFromUS
	if inForce > 0 && int32(inForce) != plan.Version {
		then, err := s.plan(c, h.sale.PlanID, int32(inForce))
		if err != nil {
			return nil, err
		}
		h.cadences = union(h.cadences, planCadences(then))
	}
	nameLines(plan, h.lines)
	return h, nil
}

const sqlVersionForSale = `SELECT CAST(COALESCE(MAX(p.version), 0) AS BIGINT) FROM sales s JOIN plans p ON p.plan_id = s.plan_id
	WHERE s.region = $1 AND s.market = $2 AND s.sale_id = $3 AND p.valid_from_us <= $4`

func unknownSale(market, saleID string) *Refusal {
	return &Refusal{
		Kind: ErrUnknownSale, IDs: []string{"market", market, "sale_id", saleID},
		Fields: []FieldProblem{{"sale_id", fmt.Sprintf("no sale %q is recorded in %s", saleID, market), "record the sale first, or correct the market and the id"}},
	}
}

// visible reports whether a caller's scope covers the sale.
func (h *history) visible(scope Scope) bool {
	return (scope.VendorID == "" || scope.VendorID == h.sale.VendorID) && (scope.DistributorID == "" || scope.DistributorID == h.sale.DistributorID)
}

func (h *history) event(id string) *storedEvent {
	for i := range h.events {
		if h.events[i].ID == id {
			return &h.events[i]
		}
	}
	return nil
}

func (h *history) receipt(eventID string) (Receipt, error) {
	e := h.event(eventID)
	if e == nil {
		return Receipt{}, fmt.Errorf("%w: sale %s of %s has no event %s", ErrCorrupt, h.sale.SaleID, h.sale.Market, eventID)
	}
	return receiptOf(h.plan, h.sale.Market, h.sale.SaleID, *e, h.lines)
}

// terms are what the sale keeps of its product and plan.
func (h *history) terms() calc.SaleTerms {
	return calc.SaleTerms{
		RequiresActivation: h.sale.RequiresActivation, VolumeOnPayment: h.sale.VolumeOnPayment, CancelledVolume: h.plan.CancelledVolume,
	}
}

// foldEvents folds the events and returns them in folded order, which the indexes of the fold refer to.
func (h *history) foldEvents() ([]calc.SaleEvent, calc.SaleFold) {
	events := make([]calc.SaleEvent, len(h.events))
	for i := range h.events {
		events[i] = h.events[i].SaleEvent
	}
	return events, calc.FoldSale(h.terms(), events)
}

// posting is what one event adds.
type posting struct {
	sale   *Sale
	event  NewEvent
	stored storedEvent
	lines  []Line
	counts []count
}

// count is volume that an event adds to a period, on behalf of the event that it belongs to.
type count struct {
	cadence            calc.Cadence
	no, restatedIn     int64
	ofEventID          string
	pv, cv, priceMinor int64
	qv, feeMinor       int64
	times, atUS, cycle int64
}

// marks says how often the sale's volume counts with each event, for one cadence. Under a plan that counts late events nowhere, the
// late ones of the cadence are left out before folding, so that neither they nor what follows from them moves volume.
func (h *history) marks(cadence calc.Cadence) (map[string]int32, error) {
	events := make([]calc.SaleEvent, 0, len(h.events))
	for i := range h.events {
		if h.plan.Late == calc.LateNone {
			stamps, err := decodeStamps(h.events[i].countedIn)
			if err != nil {
				return nil, err
			}
			if stampOf(stamps, cadence).late {
				continue
			}
		}
		events = append(events, h.events[i].SaleEvent)
	}
	f := calc.FoldSale(h.terms(), events)
	m := make(map[string]int32, len(events))
	for i, e := range events {
		m[e.ID] = f.Counts[i]
	}
	return m, nil
}

// append decides what a new event adds to the sale: it folds the events without and with it, and posts the difference. So the sum of
// all that was posted depends on the set of events and not on the order in which they came. stamps holds the periods of the new event;
// when it is nil they are read here. The history then includes the event.
func (h *history) append(n NewEvent, nowUS int64, stamps []stamp) (*posting, error) {
	_, before := h.foldEvents()
	if stamps == nil {
		read, err := stampsOf(h.conn, []gate{{h.plan, h.cadences, max(n.EffectiveAtUS, h.firstUS), []string{h.sale.DistributorID}}})
		if err != nil {
			return nil, err
		}
		stamps = read[0]
	}
	event := storedEvent{
		SaleEvent: calc.SaleEvent{ID: n.EventID, Kind: n.Kind, EffectiveAtUS: n.EffectiveAtUS, Cycle: n.Cycle}, recordedAtUS: nowUS,
		countedIn: encodeStamps(stamps), content: n.Content.encode(),
	}
	p := &posting{sale: &h.sale, event: n}
	if err := h.countWith(p, event, stamps); err != nil {
		return nil, err
	}
	_, after := h.foldEvents()
	h.sale.State = stateOf(after.Status)
	h.sale.ActivatedAtUS, h.sale.CancelledAtUS, h.sale.CyclesPaid = after.StartedAtUS, after.EndedAtUS, after.CyclesPaid
	begins := before.Start < 0 && after.Start >= 0 && n.Kind != calc.Opening
	lines, err := h.linesFor(after, begins, n.EventID, nowUS, stamps)
	if err != nil {
		return nil, err
	}
	p.lines = lines
	h.lines = append(h.lines, lines...)
	added := &h.events[len(h.events)-1]
	added.state = h.sale.State
	p.stored = *added
	return p, nil
}

// countWith adds the event to the history and to the posting the volume that counts with it, or no longer counts with another
// because of it. The event is stamped in any case; another whose mark changes is corrected in the period that it was counted in. When
// that is shut it is restated, or else corrected in the earliest open one, as the plan says.
func (h *history) countWith(p *posting, event storedEvent, stamps []stamp) error {
	others := h.events
	_, was := h.foldEvents()
	h.events = append(h.events[:len(h.events):len(h.events)], event)
	_, is := h.foldEvents()
	ends := (was.Status == calc.Ended) != (is.Status == calc.Ended)
	restate := h.plan.Late == calc.LateRestate || ends && h.plan.CancelledVolume == calc.CancelledVolumeRestate
	for _, st := range stamps {
		// The marks differ between cadences only where late events count nowhere, and are cheap.
		after, err := h.marks(st.cadence)
		if err != nil {
			return err
		}
		if err := p.count(h, event.ID, after[event.ID], st); err != nil {
			return err
		}
		if len(others) == 0 {
			continue
		}
		without := history{sale: h.sale, plan: h.plan, events: others}
		before, err := without.marks(st.cadence)
		if err != nil {
			return err
		}
		for _, e := range others {
			delta := after[e.ID] - before[e.ID]
			if delta == 0 {
				continue
			}
			now, err := h.correcting(e, st.cadence, restate)
			if err != nil {
				return err
			}
			if err := p.count(h, e.ID, delta, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// correcting is the stamp that a correction of what another event counted gets now: that event's own, while its period is open.
func (h *history) correcting(e storedEvent, cadence calc.Cadence, restate bool) (stamp, error) {
	stamps, err := decodeStamps(e.countedIn)
	if err != nil {
		return stamp{}, err
	}
	own := calc.PeriodAt(cadence, h.plan.Location, max(e.EffectiveAtUS, h.firstUS)).No
	if st := stampOf(stamps, cadence); st.cadence != 0 {
		own, _ = st.counted()
	}
	state, _, err := gateState(h.conn, h.plan.ID, cadence, own)
	if err != nil || state == PeriodOpen {
		return stamp{cadence: cadence, no: own}, err
	}
	return lateStamp(h.conn, h.plan, cadence, own, restate)
}

// count adds the sale's volume, times how often it counts, to a period.
func (p *posting) count(h *history, ofEventID string, times int32, st stamp) error {
	price, fee := h.sale.PriceMinor, h.sale.FeeMinor
	if h.sale.Currency != h.plan.Currency {
		price, fee = 0, 0 // no bonus of the plan takes a rate of prices, or the sale would have been refused
	}
	if times == 0 || h.sale.PV == 0 && h.sale.CV == 0 && h.sale.QV == 0 && price == 0 || st.late && st.restates == 0 && h.plan.Late == calc.LateNone {
		return nil
	}
	c := count{cadence: st.cadence, ofEventID: ofEventID, times: int64(times)}
	c.no, c.restatedIn = st.counted()
	for _, e := range h.events {
		if e.ID == ofEventID {
			c.atUS, c.cycle = e.EffectiveAtUS, int64(max(1, e.Cycle))
		}
	}
	if times < 0 && h.sale.ActivatedAtUS != 0 {
		c.atUS = h.sale.ActivatedAtUS // what is taken back leaves the windows that it was counted in
	}
	for _, v := range []struct {
		to  *int64
		one int64
	}{{&c.pv, h.sale.PV}, {&c.cv, h.sale.CV}, {&c.qv, h.sale.QV}, {&c.priceMinor, price}, {&c.feeMinor, fee}} {
		*v.to = int64(times) * v.one
		if *v.to/int64(times) != v.one {
			return fmt.Errorf("%w: volume of %d cycles of sale %s", calc.ErrOverflow, times, h.sale.SaleID)
		}
	}
	p.counts = append(p.counts, c)
	return nil
}

func (p *posting) write(b *Batch) {
	s, e := p.sale, p.stored
	b.Exec(sqlInsertEvent, s.Region, s.Market, s.SaleID, e.ID, int64(e.Kind), e.EffectiveAtUS, e.recordedAtUS, int64(e.Cycle),
		p.event.AmountMinor, p.event.Currency, p.event.Cause, string(e.state), e.countedIn, e.content, digestOf(e.content))
	for _, c := range p.counts {
		b.Exec(sqlInsertCount, s.Region, s.PlanID, int64(c.cadence), c.no, s.Market, s.SaleID, e.ID, c.ofEventID, s.DistributorID,
			c.pv, c.cv, c.priceMinor, c.times, s.Class, s.CustomerID, c.atUS, c.cycle, c.qv, c.feeMinor, c.restatedIn)
	}
	for _, l := range p.lines {
		insertLine(b, s.Region, l)
	}
}

func stateOf(s calc.SaleStatus) SaleState {
	switch s {
	case calc.Active:
		return SaleActive
	case calc.Ended:
		return SaleCancelled
	case calc.Pending:
	}
	return SalePending
}

// linesFor returns the lines that an event posts: the commissions, when the sale begins to be active, and then whatever brings each
// line to the part that stays posted. A sale begins once, and adding events never undoes it, so what was not paid then, for want of a
// rank, is not paid by a later event either.
func (h *history) linesFor(f calc.SaleFold, begins bool, eventID string, nowUS int64, stamps []stamp) ([]Line, error) {
	var lines []Line
	if begins && h.pays() {
		paid, err := h.pay(eventID, nowUS, stamps)
		if err != nil {
			return nil, err
		}
		lines = paid
	}
	corrections, err := h.correct(append(slices.Clone(h.lines), lines...), f)
	if err != nil {
		return nil, err
	}
	for _, l := range corrections {
		l.Market, l.SaleID, l.EventID, l.LineNo = h.sale.Market, h.sale.SaleID, eventID, int32(len(lines)+1)
		l.PlanID, l.PlanVersion, l.RecordedAtUS = h.plan.ID, h.plan.Version, nowUS
		l.Period = periodKey(h.plan, l.Period.Cadence, stampOf(stamps, l.Period.Cadence).no)
		lines = append(lines, l)
	}
	return lines, nil
}
