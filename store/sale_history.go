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
}

// history reads a sale; a sale that does not exist is ErrUnknownSale.
func (s *Store) history(c Conn, region, market, saleID string) (*history, error) {
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
	h.plan = plan
	nameLines(plan, h.lines)
	return h, nil
}

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
	no                 int64
	ofEventID          string
	pv, cv, priceMinor int64
}

// marks returns how often the sale's volume counts with each event.
func marks(events []calc.SaleEvent, f calc.SaleFold) map[string]int32 {
	m := make(map[string]int32, len(events))
	for i, e := range events {
		m[e.ID] = f.Counts[i]
	}
	return m
}

// append decides what a new event adds to the sale: it folds the events without and with it, and posts the difference. So the sum of
// all that was posted depends on the set of events and not on the order in which they came. stamps holds the periods of the new event;
// when it is nil they are read here. The history then includes the event.
func (h *history) append(n NewEvent, nowUS int64, stamps [][]stamp) (*posting, error) {
	eventsBefore, before := h.foldEvents()
	if len(h.events) == 0 {
		before = calc.SaleFold{Start: -1, End: -1}
	}
	marksBefore := marks(eventsBefore, before)
	h.events = append(h.events, storedEvent{
		SaleEvent: calc.SaleEvent{ID: n.EventID, Kind: n.Kind, EffectiveAtUS: n.EffectiveAtUS, Cycle: n.Cycle}, recordedAtUS: nowUS,
	})
	eventsAfter, after := h.foldEvents()

	// The new event is stamped in any case; another event whose mark changes because of it is corrected in the period that it was
	// counted in, or when that is shut in the earliest open one, which is what its stamp comes to now.
	changed := []calc.SaleEvent{h.events[len(h.events)-1].SaleEvent}
	deltas := []int32{marks(eventsAfter, after)[n.EventID]}
	for i, e := range eventsAfter {
		if delta := after.Counts[i] - marksBefore[e.ID]; e.ID != n.EventID && delta != 0 {
			changed, deltas = append(changed, e), append(deltas, delta)
		}
	}
	if stamps == nil || len(changed) > 1 {
		gates := make([]gate, len(changed))
		for i, e := range changed {
			gates[i] = gate{h.plan, e.EffectiveAtUS}
		}
		var err error
		if stamps, err = stampsOf(h.conn, gates); err != nil {
			return nil, err
		}
	}

	h.sale.State = stateOf(after.Status)
	h.sale.ActivatedAtUS, h.sale.CancelledAtUS, h.sale.CyclesPaid = after.StartedAtUS, after.EndedAtUS, after.CyclesPaid
	p := &posting{sale: &h.sale, event: n}
	for i, e := range changed {
		p.count(h, e.ID, deltas[i], stamps[i])
	}
	lines, err := h.linesFor(after, n.EventID, nowUS, stamps[0])
	if err != nil {
		return nil, err
	}
	p.lines = lines
	h.lines = append(h.lines, lines...)
	added := &h.events[len(h.events)-1]
	added.state, added.countedIn, added.content = h.sale.State, encodeStamps(stamps[0]), n.Content.encode()
	p.stored = *added
	return p, nil
}

// count adds the sale's volume, times how often it counts, to the period of every cadence.
func (p *posting) count(h *history, ofEventID string, times int32, stamps []stamp) {
	price := h.sale.PriceMinor
	if h.sale.Currency != h.plan.Currency {
		price = 0 // no bonus of the plan takes a rate of prices, or the sale would have been refused
	}
	if times == 0 || h.sale.PV == 0 && h.sale.CV == 0 && price == 0 {
		return
	}
	for _, st := range stamps {
		if st.late && h.plan.Late == calc.LateNone {
			continue
		}
		t := int64(times)
		p.counts = append(p.counts, count{st.cadence, st.no, ofEventID, t * h.sale.PV, t * h.sale.CV, t * price})
	}
}

func (p *posting) write(b *Batch) {
	s, e := p.sale, p.stored
	b.Exec(sqlInsertEvent, s.Region, s.Market, s.SaleID, e.ID, int64(e.Kind), e.EffectiveAtUS, e.recordedAtUS, int64(e.Cycle),
		p.event.AmountMinor, p.event.Currency, p.event.Cause, string(e.state), e.countedIn, e.content, digestOf(e.content))
	for _, c := range p.counts {
		b.Exec(sqlInsertCount, s.Region, s.PlanID, int64(c.cadence), c.no, s.Market, s.SaleID, e.ID, c.ofEventID, s.DistributorID, c.pv, c.cv, c.priceMinor)
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

// linesFor returns the lines that an event posts: the commissions, when the sale is active for the first time, and then whatever
// brings each of them to the part that stays posted.
func (h *history) linesFor(f calc.SaleFold, eventID string, nowUS int64, stamps []stamp) ([]Line, error) {
	var lines []Line
	if f.Start >= 0 && !slices.ContainsFunc(h.lines, func(l Line) bool { return l.Kind != lineReversal }) && h.pays() {
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
