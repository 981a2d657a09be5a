package store

import (
	"fmt"

	"upline/calc"
)

// history is a sale with all its events and lines, inside a transaction.
type history struct {
	store *Store
	conn  Conn
	sale  Sale
	sold  saleTerms  // those that the sale was recorded with
	plan  *calc.Plan // the version that the sale was sold under
	// versions are those that its later events go by; nil for the one that it was sold under alone.
	versions versions
	events   []storedEvent
	lines    []Line
	// cadences are those that a new event is stamped with: of the version that the sale was sold under, and of the one in force when
	// the event happened, which computes its periods. firstUS is the plan's first moment; what happened to an opening service before
	// it counts in the first periods.
	cadences []calc.Cadence
	firstUS  int64
	// formerSeller is whose sale it was, where the event being appended makes it another's.
	formerSeller string
	// corrected are the closed periods that events correct: that of an event that was appended here, or when correctedRead of all.
	corrected     map[string][]CorrectedPeriod
	correctedRead bool
	// customers is what was counted before the transaction; nil where nothing was.
	customers *customerCount
}

// customerCount is how many customers of a seller had a live sale.
type customerCount struct {
	seller string
	count  int64
}

// history reads a sale for an event at a time, or for reading it at any; a sale that does not exist is ErrUnknownSale.
func (s *Store) history(c Conn, region, market, saleID string, atUS int64) (*history, error) {
	h := &history{store: s, conn: c}
	found := false
	key := []any{region, market, saleID}
	var b Batch
	b.Query(`SELECT `+sqlSaleColumns+`, `+sqlFirstEventColumns+` FROM sales s WHERE s.region = $1 AND s.market = $2 AND s.sale_id = $3`, key, func(r Row) error {
		h.sale, found = scanSale(r), true
		h.events = append(h.events, scanFirstEvent(r, &h.sale))
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
	var inForce, newest int64
	b.Query(sqlVersionForSale, []any{region, market, saleID, atUS}, func(r Row) error {
		inForce, newest = r.Int(0), r.Int(1)
		return nil
	})
	if err := c.Send(&b); err != nil {
		return nil, err
	}
	if !found {
		return nil, unknownSale(market, saleID)
	}
	if err := h.readTerms(key); err != nil {
		return nil, err
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
	if h.versions, err = s.readVersions(c, plan, int32(newest)); err != nil {
		return nil, err
	}
	for _, p := range h.versions[1:] {
		h.cadences = union(h.cadences, planCadences(p))
	}
	nameLines(plan, h.lines)
	return h, nil
}

const sqlVersionForSale = `SELECT CAST(COALESCE(MAX(CASE WHEN p.valid_from_us <= $4 THEN p.version END), 0) AS BIGINT), CAST(COALESCE(MAX(p.version), 0) AS BIGINT)
	FROM sales s JOIN plans p ON p.plan_id = s.plan_id WHERE s.region = $1 AND s.market = $2 AND s.sale_id = $3`

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
	r, err := receiptOf(h.plan, &h.sale, *e, h.lines)
	if err != nil {
		return Receipt{}, err
	}
	r.Corrects, err = h.correctedBy(eventID)
	return r, err
}

// billing is the sale's billing, with months counted where the plan's days are.
func (h *history) billing() calc.Billing { return h.located(h.sale.Billing) }

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
	// sold are the terms that the sale was recorded with, which the first change keeps.
	sold        saleTerms
	firstChange bool
	untallied   *untallied
	// segment takes the entry by which the sale is found by its seller, where entered says that the event makes one.
	segment int64
	entered bool
}

// append decides what a new event adds to the sale: it folds the events without and with it, and posts the difference. So the sum of
// all that was posted depends on the set of events and not on the order in which they came. stamps holds the periods of the new event;
// when it is nil they are read here. The history then includes the event.
func (h *history) append(n NewEvent, nowUS int64, stamps []stamp) (*posting, error) {
	eventsBefore, before := h.foldEvents()
	originsBefore := h.origins(eventsBefore, &before)
	was := h.sale.DistributorID
	if stamps == nil {
		read, err := stampsOf(h.conn, []gate{{h.plan, h.cadences, max(n.EffectiveAtUS, h.firstUS), []string{h.sale.DistributorID}}})
		if err != nil {
			return nil, err
		}
		stamps = read[0]
	}
	if n.Kind == calc.SellerCorrected {
		if err := opened(h.conn, h.plan.ID, stamps); err != nil {
			return nil, err
		}
	}
	event := storedEvent{
		SaleEvent: calc.SaleEvent{
			ID: n.EventID, Kind: n.Kind, EffectiveAtUS: n.EffectiveAtUS, Cycle: n.Cycle, AmountMinor: n.AmountMinor, Partly: n.Partly,
		},
		recordedAtUS: nowUS, countedIn: encodeStamps(stamps), content: n.Content.encode(), change: n.change,
	}
	p := &posting{sale: &h.sale, event: n, sold: h.sold, untallied: &h.store.untallied}
	p.firstChange = n.change != nil && !h.changed()
	others := h.events
	h.events = append(h.events[:len(h.events):len(h.events)], event)
	eventsAfter, after := h.foldEvents()
	if err := h.countWith(p, others, stamps, before.Status.Over() != after.Status.Over()); err != nil {
		return nil, err
	}
	h.notes(p)
	if err := h.settle(&h.events[len(h.events)-1], eventsAfter, &after); err != nil {
		return nil, err
	}
	h.standBy(eventsAfter, &after)
	h.stand(&after)
	vendor, err := h.vendor(eventsAfter, &after)
	if err != nil {
		return nil, err
	}
	h.sale.VendorID = vendor
	if h.sale.DistributorID, err = h.seller(); err != nil {
		return nil, err
	}
	if h.formerSeller = ""; h.sale.DistributorID != was {
		h.formerSeller = was
	}
	if p.entered = h.formerSeller != "" || event.Kind == calc.Recorded || event.Kind == calc.Opening; p.entered {
		if p.segment, err = h.store.segments.next(h.conn, h.sale.Region); err != nil {
			return nil, err
		}
	}
	lines, err := h.linesFor(originsBefore, h.origins(eventsAfter, &after), &after, n.EventID, nowUS, stamps)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		lines[i].VendorID, lines[i].TallyNo = vendor, stampOf(stamps, lines[i].Period.Cadence).tallyNo
	}
	p.lines = lines
	h.lines = append(h.lines, lines...)
	added := &h.events[len(h.events)-1]
	added.state = h.sale.State
	p.stored = *added
	return p, nil
}

// write adds the event and what it posts; the first event of a sale with the sale.
func (p *posting) write(b *Batch) {
	s, e := p.sale, &p.stored
	if e.Kind == calc.Recorded || e.Kind == calc.Opening {
		insertSale(b, s, e)
	} else {
		b.Insert(sqlInsertEvent, s.Region, s.Market, s.SaleID, e.ID, int64(e.Kind), e.EffectiveAtUS, e.recordedAtUS, int64(e.Cycle),
			p.event.AmountMinor, flag(p.event.Partly), p.event.Currency, p.event.Cause, string(e.state), e.countedIn, e.content, digestOf(e.content))
	}
	if p.entered {
		b.Insert(sqlInsertSellerSale, s.Region, p.segment, s.DistributorID, s.Market, s.SaleID)
	}
	for _, c := range p.counts {
		b.Insert(sqlInsertCount, s.Region, s.PlanID, int64(c.cadence), c.no, s.Market, s.SaleID, e.ID, c.of.eventID, c.of.seller,
			c.pv, c.cv, c.priceMinor, c.times, c.of.class, s.CustomerID, c.of.atUS, int64(c.of.cycle), c.qv, c.feeMinor, c.restatedIn, s.VendorID)
	}
	if e.change != nil {
		insertTerms(b, s, e.ID, e.change)
	}
	if p.firstChange {
		insertTerms(b, s, s.SaleID, &storedChange{saleTerms: p.sold})
	}
	for _, l := range p.lines {
		insertLine(b, s.Region, l)
	}
	p.untallied.note(p.lines)
}

// stand makes the sale's row say what its events come to.
func (h *history) stand(f *calc.SaleFold) {
	h.sale.State = saleStates[f.Status]
	h.sale.ActivatedAtUS, h.sale.CancelledAtUS = f.StartedAtUS, f.EndedAtUS
	h.sale.CyclesPaid, h.sale.MonthsPaid = f.CyclesPaid, f.MonthsPaid()
	h.sale.NextCycle = f.NextCycle
	if f.Status.Over() {
		h.sale.NextCycle = 0
	}
	_, h.sale.DueAtUS = h.overdue(f)
}

var saleStates = map[calc.SaleStatus]SaleState{
	calc.SalePending: SalePending, calc.SaleActive: SaleActive, calc.SaleCancelled: SaleCancelled, calc.SaleLapsed: SaleLapsed,
}
