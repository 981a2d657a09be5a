package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"upline/calc"
)

// ImportOpening records what a company had before Upline, as events, all of the list or none, each idempotent by its event id within
// the plan. It is taken while the first period of every cadence is open. Fields of refusals are prefixed with `entries[i].`.
func (s *Store) ImportOpening(ctx context.Context, planID string, list []OpeningEntry) (imported, again int, err error) {
	return s.importOpening(ctx, planID, list, nil)
}

func (s *Store) importOpening(ctx context.Context, planID string, list []OpeningEntry, chunk *ImportChunk) (imported, again int, err error) {
	regions := make([]string, len(list))
	seen := make(map[string]int, len(list))
	for i, e := range list {
		if first, twice := seen[e.EventID]; twice {
			return 0, 0, &Refusal{
				Kind: ErrInvalid, IDs: []string{"event_id", e.EventID},
				Fields: []FieldProblem{{fmt.Sprintf("entries[%d].event_id", i), fmt.Sprintf("stands in the batch already, as entries[%d]", first), "send each entry once"}},
			}
		}
		seen[e.EventID] = i
		if e.Kind == OpeningAdvance || e.Kind == OpeningService {
			if regions[i], err = s.regionOf(ctx, e.Sale.Market, fmt.Sprintf("entries[%d].%s.market", i, factField[e.Kind])); err != nil {
				return 0, 0, err
			}
		}
	}
	err = s.engine.Write(ctx, "import_opening", func(c Conn) error {
		imported, again = 0, 0
		o := opening{store: s, conn: c, regions: regions, nowUS: s.nowUS()}
		if o.plan, err = s.newestPlan(c, planID); err != nil {
			return err
		}
		if err := o.readStamps(); err != nil {
			return err
		}
		if err := o.read(list); err != nil {
			return err
		}
		for i, e := range list {
			if first := o.found[i].content; first != nil {
				if err := repeated(first, e.Content, fmt.Sprintf("entries[%d].", i), "plan_id", o.plan.ID, "event_id", e.EventID); err != nil {
					return err
				}
				again++
				continue
			}
			if err := o.add(i, e); err != nil {
				return err
			}
			imported++
		}
		chunk.write(&o.writes, o.plan.ID, o.nowUS)
		return c.Send(joinInserts(&o.writes))
	})
	return imported, again, err
}

// factField is what the API calls a fact of the running services.
var factField = map[OpeningKind]string{OpeningAdvance: "advance", OpeningService: "service"}

// opening is one call of ImportOpening inside its transaction.
type opening struct {
	store   *Store
	conn    Conn
	plan    *calc.Plan
	regions []string
	nowUS   int64
	stamps  []stamp // the first period of every cadence
	shut    string  // the name of a first period that is no longer open; "" while all are
	writes  Batch
	// found is what the database has about each entry; products are those that the entries name.
	found    []openingFound
	products map[string]Product
	// given are what the entries before have said, of which there can be one: carry-overs and sales.
	given map[string]string
}

// openingFound is what the database has about an entry.
type openingFound struct {
	content     []byte // of the entry, when it was recorded before
	distributor Distributor
	isEnrolled  bool
	from        [calc.CadenceMax + 1]int64
	other       string // the event that has brought the same carry-over
	taken       bool   // the sale's id
}

// read reads what is there about the entries, in a few round trips whatever their number.
func (o *opening) read(list []OpeningEntry) error {
	o.found, o.products, o.given = make([]openingFound, len(list)), map[string]Product{}, map[string]string{}
	var b Batch
	for i, e := range list {
		f := &o.found[i]
		b.Query(`SELECT content FROM opening_events WHERE plan_id = $1 AND event_id = $2`, []any{o.plan.ID, e.EventID}, func(r Row) error {
			f.content = append([]byte{}, r.Bytes(0)...)
			return nil
		})
		b.Query(`SELECT `+sqlDistributorColumns+`, e.from_daily, e.from_weekly, e.from_monthly, e.from_quarterly, e.from_yearly,
			e.from_half_monthly, e.from_biweekly, e.from_four_weekly FROM positions d
			JOIN network_events e ON e.plan_id = d.plan_id AND e.distributor_id = d.distributor_id AND e.event_id = d.distributor_id
			WHERE d.distributor_id = $1`, []any{e.DistributorID}, func(r Row) error {
			f.distributor, f.isEnrolled = scanDistributor(r), true
			for column, cadence := range allCadences {
				f.from[cadence] = r.Int(distributorColumns + column)
			}
			return nil
		})
		if e.Kind == OpeningCarry {
			b.Query(`SELECT event_id FROM opening_events WHERE distributor_id = $1 AND kind = $2 AND plan_id = $3 AND bonus = $4`,
				[]any{e.DistributorID, string(e.Kind), o.plan.ID, e.Bonus}, func(r Row) error {
					f.other = r.Text(0)
					return nil
				})
		}
		if n := e.Sale; n.SaleID != "" {
			b.Query(`SELECT sale_id FROM sales WHERE region = $1 AND market = $2 AND sale_id = $3`, []any{o.regions[i], n.Market, n.SaleID}, func(Row) error {
				f.taken = true
				return nil
			})
			if _, asked := o.products[n.ProductID]; !asked {
				o.products[n.ProductID] = Product{}
				b.Query(`SELECT `+sqlProductColumns+` FROM products WHERE product_id = $1`, []any{n.ProductID}, func(r Row) error {
					o.products[n.ProductID] = scanProduct(r)
					return nil
				})
			}
		}
	}
	return o.conn.Send(&b)
}

func (o *opening) readStamps() error {
	for _, cadence := range planCadences(o.plan) {
		first, err := o.store.firstPeriodOf(o.conn, o.plan.ID, cadence)
		if err != nil {
			return err
		}
		state, tallyNo, err := gateState(o.conn, o.plan.ID, cadence, first.No)
		if err != nil {
			return err
		}
		if state != PeriodOpen {
			o.shut = first.Name
		}
		o.stamps = append(o.stamps, stamp{cadence: cadence, no: first.No, tallyNo: tallyNo})
	}
	return nil
}

func (o *opening) refuse(i int, e OpeningEntry, kind error, field, problem, remedy string) error {
	return &Refusal{
		Kind: kind, IDs: []string{"plan_id", o.plan.ID, "event_id", e.EventID},
		Fields: []FieldProblem{{fmt.Sprintf("entries[%d].%s", i, field), problem, remedy}},
	}
}

func (o *opening) add(i int, e OpeningEntry) error {
	if o.shut != "" {
		return o.refuse(i, e, ErrPeriodClosed, "event_id", OpeningShut(o.shut), OpeningShutRemedy)
	}
	d := o.found[i].distributor
	if !o.found[i].isEnrolled {
		return unknownDistributor(e.DistributorID, fmt.Sprintf("entries[%d].distributor_id", i))
	}
	if d.PlanID != o.plan.ID {
		return o.refuse(i, e, ErrNetworkRule, "distributor_id", fmt.Sprintf("%q is paid by plan %q", d.DistributorID, d.PlanID), "name a distributor of the plan")
	}
	if err := o.checkFrom(i, e); err != nil {
		return err
	}
	switch e.Kind {
	case OpeningRank:
		if !slices.ContainsFunc(o.plan.Ranks, func(r calc.Rank) bool { return r.Name == e.Rank }) {
			return o.refuse(i, e, ErrInvalid, "rank.achieved_rank", fmt.Sprintf("the plan has no rank %q", e.Rank), "use a rank of the plan")
		}
	case OpeningCarry:
		if !slices.ContainsFunc(o.plan.Bonuses, func(b calc.Bonus) bool { return b.Name == e.Bonus && b.Binary != nil }) {
			return o.refuse(i, e, ErrInvalid, "carry.bonus", fmt.Sprintf("the plan has no binary bonus %q", e.Bonus), "use a binary bonus of the plan")
		}
		if err := o.once(i, e, "carry.bonus", "a carry-over into this bonus"); err != nil {
			return err
		}
	case OpeningBalance:
		o.balance(d, e)
	case OpeningAdvance, OpeningService:
		if err := o.service(i, d, e); err != nil {
			return err
		}
	}
	content := e.Content.encode()
	o.writes.Exec(sqlInsertOpening, o.plan.ID, e.EventID, e.DistributorID, string(e.Kind), e.Rank, e.Bonus, e.Left, e.Right, e.Sale.Market, e.Sale.SaleID,
		e.AmountMinor, cmp.Or(e.Currency, e.Sale.Currency), e.Sale.PriceMinor, o.nowUS, content, digestOf(content))
	return nil
}

var sqlInsertOpening = insertText("opening_events", []string{
	"plan_id", "event_id", "distributor_id", "kind", "rank", "bonus", "left_volume", "right_volume", "market", "sale_id", "amount_minor", "currency", "price_minor",
	"recorded_at_us", "content", "digest",
})

// checkFrom refuses a rank or a carry-over of somebody who counts from a later period than the first, which would take it in.
func (o *opening) checkFrom(i int, e OpeningEntry) error {
	cadence := o.plan.Main
	switch e.Kind {
	case OpeningRank:
	case OpeningCarry:
		for _, b := range o.plan.Bonuses {
			if b.Name == e.Bonus {
				cadence = b.Cadence
			}
		}
	case OpeningBalance, OpeningAdvance, OpeningService:
		return nil
	}
	from := o.found[i].from
	if first := stampOf(o.stamps, cadence).no; from[cadence] > first {
		return o.refuse(i, e, ErrTimeOutOfRange, "distributor_id",
			fmt.Sprintf("%q counts from %s on, after the plan's first period", e.DistributorID, periodKey(o.plan, cadence, from[cadence]).Name),
			"enrol with the date that the distributor really joined")
	}
	return nil
}

// once refuses a second entry that says the same thing about a distributor under another event id.
func (o *opening) once(i int, e OpeningEntry, field, what string) error {
	key := "carry " + e.DistributorID + " " + e.Bonus
	other := cmp.Or(o.found[i].other, o.given[key])
	o.given[key] = e.EventID
	if other == "" {
		return nil
	}
	return o.refuse(i, e, ErrInvalid, field, fmt.Sprintf("%s was brought in by event %q", what, other), "send one entry for it")
}

// balance posts what is owed. It stands on no sale: its sale_id is empty, which no caller's id is.
func (o *opening) balance(d Distributor, e OpeningEntry) {
	line := Line{
		Market: d.Market, EventID: e.EventID, LineNo: 1, DistributorID: d.DistributorID, PlanID: o.plan.ID, PlanVersion: o.plan.Version,
		Period: PeriodKey{Cadence: o.plan.Main, No: stampOf(o.stamps, o.plan.Main).no}, Bonus: "opening_balance", Kind: lineOpening,
		Point: calc.One, FactorPart: calc.One, AmountMinor: e.AmountMinor, Currency: e.Currency, RecordedAtUS: o.nowUS,
		TallyNo: stampOf(o.stamps, o.plan.Main).tallyNo,
	}
	insertLine(&o.writes, d.Region, line)
	o.store.untallied.note([]Line{line})
}

// service records a running service as a sale whose first event is the opening. An advance that is still being earned has two lines:
// the advance, which a cancellation takes back in part, and its payment before Upline, which leaves the balance as it was.
func (o *opening) service(i int, d Distributor, e OpeningEntry) error {
	n, fact := e.Sale, factField[e.Kind]
	k := slices.IndexFunc(o.plan.Bonuses, func(b calc.Bonus) bool { return b.Name == e.Bonus && b.MonthsAdvanced() > 0 })
	if e.Kind == OpeningAdvance && k < 0 {
		return o.refuse(i, e, ErrInvalid, "advance.bonus", fmt.Sprintf("the plan has no bonus %q that pays months in advance", e.Bonus), "use a bonus of the plan that does")
	}
	if err := checkReserved(n.SaleID, fmt.Sprintf("entries[%d].%s.sale_id", i, fact), "plan_id", o.plan.ID, "event_id", e.EventID); err != nil {
		return err
	}
	switch {
	case e.Kind == OpeningAdvance && e.Currency != o.plan.Currency:
		return o.refuse(i, e, ErrCurrency, "advance.advanced.currency_code", "is not the plan's currency "+o.plan.Currency, "bring the amounts in the plan's currency")
	case n.Currency != o.plan.Currency:
		return o.refuse(i, e, ErrCurrency, fact+".price.currency_code", "is not the plan's currency "+o.plan.Currency, "bring the amounts in the plan's currency")
	case n.SoldAtUS < d.EnrolledAtUS:
		return o.refuse(i, e, ErrTimeOutOfRange, fact+".activated_at", "lies before the distributor was enrolled", "enrol with the date that the distributor really joined")
	case n.SoldAtUS > o.nowUS:
		return o.refuse(i, e, ErrTimeOutOfRange, fact+".activated_at", "lies in the future", "record it with RecordSale when it happens")
	}
	product := o.products[n.ProductID]
	if product.ProductID == "" {
		return atField(unknownProduct(n.ProductID, ""), fmt.Sprintf("entries[%d].%s.product_id", i, fact))
	}
	key := "sale " + n.Market + " " + n.SaleID
	if o.found[i].taken || o.given[key] != "" {
		return o.refuse(i, e, ErrIDReused, fact+".sale_id", "a sale of this id is recorded already", "bring each service in once")
	}
	o.given[key] = e.EventID
	sale := Sale{
		Region: o.regions[i], Market: n.Market, SaleID: n.SaleID, PlanID: o.plan.ID, PlanVersion: o.plan.Version, DistributorID: d.DistributorID,
		CustomerID: n.CustomerID, ProductID: n.ProductID, VendorID: product.VendorID, Class: product.Class, RequiresActivation: product.RequiresActivation,
		VolumeOnPayment: product.VolumeOnPayment, Billing: product.Billing, PriceMinor: n.PriceMinor, Currency: n.Currency, PV: product.PV, CV: product.CV, QV: product.QV,
		SoldAtUS: n.SoldAtUS, RecordedAtUS: o.nowUS,
	}
	h := history{store: o.store, conn: o.conn, sale: sale, sold: termsOfSale(&sale), plan: o.plan}
	if e.Kind == OpeningAdvance {
		bonus := o.plan.Bonuses[k]
		line := Line{
			Market: n.Market, SaleID: n.SaleID, EventID: n.SaleID, LineNo: 1, DistributorID: d.DistributorID, PlanID: o.plan.ID, PlanVersion: o.plan.Version,
			Period: periodKey(o.plan, bonus.Cadence, stampOf(o.stamps, bonus.Cadence).no), Bonus: bonus.Name, Kind: lineOpening, Point: calc.One,
			FactorPart: calc.One, AmountMinor: e.AmountMinor, Currency: e.Currency, RecordedAtUS: o.nowUS, VendorID: sale.VendorID,
			Origin: originID(originOpening, d.DistributorID), TallyNo: stampOf(o.stamps, bonus.Cadence).tallyNo,
		}
		paid := line
		paid.LineNo, paid.AmountMinor, paid.Factor = 2, -e.AmountMinor, openingPaid
		h.lines = []Line{line, paid}
	}
	lines := slices.Clone(h.lines)
	p, err := h.append(NewEvent{
		Market: n.Market, SaleID: n.SaleID, EventID: n.SaleID, Kind: calc.Opening, EffectiveAtUS: n.SoldAtUS, Cycle: e.CyclesPaid, Content: e.Content,
	}, o.nowUS, o.stamps)
	if err != nil {
		return err
	}
	p.write(&o.writes)
	for _, line := range lines {
		insertLine(&o.writes, sale.Region, line)
	}
	o.store.untallied.note(lines)
	return nil
}

// openingPaid marks the line that says an advance was paid out before Upline.
const openingPaid = "paid_before_opening"
