package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"upline/calc"
)

// RecordSales records sales, all of them or none, each idempotent by its id within its market. Fields of refusals are prefixed with
// `sales[i].`.
func (s *Store) RecordSales(ctx context.Context, list []NewSale) ([]Receipt, error) {
	regions := make([]string, len(list))
	seen := make(map[[2]string]int, len(list))
	for i, n := range list {
		var err error
		if regions[i], err = s.regionOf(ctx, n.Market, fmt.Sprintf("sales[%d].market", i)); err != nil {
			return nil, err
		}
		key := [2]string{n.Market, n.SaleID}
		if first, twice := seen[key]; twice {
			return nil, &Refusal{
				Kind: ErrInvalid, IDs: []string{"market", n.Market, "sale_id", n.SaleID},
				Fields: []FieldProblem{{fmt.Sprintf("sales[%d].sale_id", i), fmt.Sprintf("stands in the batch already, as sales[%d]", first), "send each sale once"}},
			}
		}
		seen[key] = i
	}
	r := recording{store: s, list: list, regions: regions}
	err := r.write(ctx)
	return r.receipts, err
}

// write runs the recording in a transaction of its own. What recordings add changes nothing that others read: how many customers a seller
// has is asked for at payments, and never when a sale goes live.
func (r *recording) write(ctx context.Context) error {
	defer r.writes.Release()
	tries := 0
	if engine, ok := r.store.engine.(ReadAhead); ok {
		return engine.ReadThenWrite(ctx, "record_sales", func(c Conn) error {
			tries++
			// A sale of a group that is there already would have all others of the group begin again.
			r.conn, r.look = c, tries > 1 || r.single
			err := r.attempt()
			r.writes.Statements()
			return err
		}, func(c Conn) error { return c.Send(&r.writes) })
	}
	return r.store.engine.Write(ctx, "record_sales", func(c Conn) error {
		tries++
		r.conn, r.look = c, tries > 1 || r.store.engine.Serial()
		if err := r.attempt(); err != nil {
			return err
		}
		return c.Send(&r.writes)
	})
}

// attempt finds out what is to be written.
func (r *recording) attempt() error {
	err := r.run()
	if (err != nil || r.refused > 0) && !r.look {
		// What is wrong with a new sale may be right with a repeat, or be another thing: an id used again. A transaction that has
		// failed says so once more.
		r.look = true
		err = r.run()
	}
	return err
}

// recording is one call of RecordSales inside its transaction. It works through the list in stages rather than sale by sale, so
// that a batch takes as many round trips as a single sale.
type recording struct {
	store    *Store
	conn     Conn
	list     []NewSale
	regions  []string
	places   []int // of the sales in the caller's list, where that is another; nil: as they stand
	found    []recorded
	receipts []Receipt
	postings []*posting // what the new ones of the list add
	writes   Batch
	// each tells that a refusal is the answer for its sale, in refusals, and does not undo the others.
	each     bool
	refusals []error
	refused  int
	// single tells that each sale is a call of its own, whose fields have no prefix.
	single bool
	// look asks for sales that are there already. The first try leaves that to the unique key, since nearly all sales are new, and
	// a transaction that looked for them would collide with every other one that adds a sale near by: measured on PostgreSQL with
	// 64 clients and rising ids, every second transaction had to begin again. The key sends a repeat into the second try. Where there is
	// one writer, looking for the sales of a batch is work all the same.
	look bool
}

func (r *recording) run() error {
	r.found, r.receipts, r.writes = make([]recorded, len(r.list)), make([]Receipt, len(r.list)), Batch{}
	r.refusals, r.refused, r.postings = make([]error, len(r.list)), 0, nil
	if err := r.read(); err != nil {
		return err
	}
	return r.decide()
}

// answer takes the error of one sale: as the answer for it, where each has one of its own, else as the end of all.
func (r *recording) answer(i int, err error) error {
	var refusal *Refusal
	if err == nil || !r.each || !errors.As(err, &refusal) && !errors.Is(err, calc.ErrOverflow) {
		return err
	}
	r.refusals[i] = err
	r.refused++
	return nil
}

func (r *recording) decide() error {
	fresh := make([]int, 0, len(r.list))
	gates := make([]gate, 0, len(r.list))
	for i := range r.list {
		if r.found[i].exists {
			if err := r.answer(i, r.repeat(i)); err != nil {
				return err
			}
			continue
		}
		plan, err := r.check(i)
		if err != nil {
			if err = r.answer(i, err); err != nil {
				return err
			}
			continue
		}
		fresh, gates = append(fresh, i), append(gates, gate{plan, planCadences(plan), r.list[i].SoldAtUS, []string{r.list[i].DistributorID}})
	}
	stamps, err := stampsOf(r.conn, gates)
	if err != nil {
		return err
	}
	for k, i := range fresh {
		if err := r.answer(i, r.record(i, gates[k].plan, stamps[k])); err != nil {
			return err
		}
	}
	return nil
}

// repeat answers a sale that is there already with its first result.
func (r *recording) repeat(i int) error {
	n := r.list[i]
	if err := repeated(r.found[i].content, n.Content, r.prefix(i), "market", n.Market, "sale_id", n.SaleID); err != nil {
		return err
	}
	h, err := r.store.history(r.conn, r.regions[i], n.Market, n.SaleID, 0)
	if err != nil {
		return err
	}
	r.receipts[i], err = h.receipt(n.SaleID)
	return err
}

// prefix begins the paths of a sale's fields.
func (r *recording) prefix(i int) string {
	if r.single {
		return ""
	}
	if r.places != nil {
		i = r.places[i]
	}
	return fmt.Sprintf("sales[%d].", i)
}

func (r *recording) refuse(i int, kind error, field, problem, remedy string) error {
	return &Refusal{
		Kind: kind, IDs: []string{"market", r.list[i].Market, "sale_id", r.list[i].SaleID},
		Fields: []FieldProblem{{r.prefix(i) + field, problem, remedy}},
	}
}

// check refuses a sale that names what does not exist, that lies outside the plan's time, or that the plan cannot pay from.
func (r *recording) check(i int) (*calc.Plan, error) {
	n, f := &r.list[i], &r.found[i]
	if !f.known {
		return nil, r.missing(i)
	}
	switch {
	case n.SoldAtUS > r.store.nowUS()+futureMaxUS:
		return nil, r.refuse(i, ErrTimeOutOfRange, "sold_at", "lies in the future", "send it when it has happened")
	case n.SoldAtUS < f.seller.enrolledAtUS:
		return nil, r.refuse(i, ErrTimeOutOfRange, "sold_at", "lies before the seller was enrolled", "correct the time, or the seller")
	case f.version == 0:
		return nil, r.refuse(i, ErrUnknownPlan, "sold_at", fmt.Sprintf("no version of plan %q was in force then", f.seller.planID), "publish a plan whose valid_from is not later")
	}
	if f.seller.standingAtUS != 0 { // has been terminated at some time, as nearly nobody has
		terminated, err := terminatedAt(r.conn, f.seller.planID, n.DistributorID, n.SoldAtUS)
		if err != nil {
			return nil, err
		}
		if terminated != nil {
			return nil, r.refuse(i, ErrTerminated, "distributor_id",
				fmt.Sprintf("%q was terminated at %s and records no sales since", n.DistributorID, formatUS(terminated.EffectiveAtUS)), "name another seller, or reinstate the distributor")
		}
	}
	plan, err := r.store.plan(r.conn, f.seller.planID, f.version)
	if err != nil {
		return nil, err
	}
	if err := checkReserved(n.SaleID, r.prefix(i)+"sale_id", "market", n.Market, "sale_id", n.SaleID); err != nil {
		return nil, err
	}
	if n.FeeMinor != nil && *n.FeeMinor > n.PriceMinor {
		return nil, r.refuse(i, ErrInvalid, "fee.amount", "is more than the price", "send the part of the price that pays no commission")
	}
	if n.Currency != plan.Currency && paysFromPrice(plan) {
		return nil, r.refuse(i, ErrCurrency, "price.currency_code", fmt.Sprintf("is %s, and plan %q pays by prices in %s", n.Currency, plan.ID, plan.Currency),
			"send the price in the plan's currency")
	}
	return plan, nil
}

// missing says which of seller and product is not there.
func (r *recording) missing(i int) error {
	n := r.list[i]
	if _, err := distributor(r.conn, n.DistributorID); err != nil {
		return atField(err, r.prefix(i)+"distributor_id")
	}
	return atField(unknownProduct(n.ProductID, ""), r.prefix(i)+"product_id")
}

func (r *recording) record(i int, plan *calc.Plan, stamps []stamp) error {
	n, f := &r.list[i], &r.found[i]
	sale := Sale{
		Region: r.regions[i], Market: n.Market, SaleID: n.SaleID, OrderID: n.OrderID, PlanID: plan.ID, PlanVersion: plan.Version,
		DistributorID: n.DistributorID, CustomerID: n.CustomerID, ProductID: n.ProductID, VendorID: f.vendor, Class: f.product.Class,
		RequiresActivation: f.product.RequiresActivation, VolumeOnPayment: f.product.VolumeOnPayment, Billing: f.product.Billing, PriceMinor: n.PriceMinor,
		Currency: n.Currency, PV: f.product.PV, CV: f.product.CV, QV: f.product.QV, SoldAtUS: n.SoldAtUS, RecordedAtUS: r.store.nowUS(),
	}
	if n.PV != nil {
		sale.PV = *n.PV
	}
	if n.CV != nil {
		sale.CV = *n.CV
	}
	if n.QV != nil {
		sale.QV = *n.QV
	}
	if n.FeeMinor != nil {
		sale.FeeMinor = *n.FeeMinor
	}
	h := history{store: r.store, conn: r.conn, sale: sale, sold: termsOfSale(&sale), plan: plan}
	p, err := h.append(NewEvent{
		Market: n.Market, SaleID: n.SaleID, EventID: n.SaleID, Kind: calc.Recorded, EffectiveAtUS: n.SoldAtUS, Content: n.Content,
	}, sale.RecordedAtUS, stamps)
	if err != nil {
		return err
	}
	r.postings = append(r.postings, p)
	p.write(&r.writes)
	r.receipts[i], err = h.receipt(n.SaleID)
	return err
}

// paysFromPrice reports whether any bonus of the plan takes a rate of prices, or of prices less fees, or a volume chooses sales by them.
func paysFromPrice(p *calc.Plan) bool {
	return slices.ContainsFunc(p.Bonuses, func(b calc.Bonus) bool { return p.MeasureOf(b.BaseOf()).Unit() == calc.UnitMoney }) ||
		slices.ContainsFunc(p.SaleSizes(), func(s calc.SaleSize) bool { return s.Measure.Unit() == calc.UnitMoney })
}

// atField moves a refusal's only field to another path.
func atField(err error, field string) error {
	if r, ok := err.(*Refusal); ok && len(r.Fields) == 1 { //nolint:errorlint // made by this package, unwrapped
		moved := *r
		moved.Fields = []FieldProblem{{field, r.Fields[0].Problem, r.Fields[0].Remedy}}
		return &moved
	}
	return err
}

// formatUS writes a time for a message.
func formatUS(us int64) string { return time.UnixMicro(us).UTC().Format(time.RFC3339Nano) }
