package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"upline/calc"
)

// timeField is the name of an event's effective time in the API.
var timeField = map[calc.EventKind]string{
	calc.Activated: "activated_at", calc.Cancelled: "cancelled_at",
	calc.Paid: "paid_at", calc.PaymentFailed: "paid_at", calc.PaymentRefunded: "paid_at", calc.PaymentChargedBack: "paid_at",
	calc.SellerCorrected: "corrected_at", calc.VendorMoved: "moved_at", calc.Changed: "changed_at",
}

// AppendEvent records an event of a sale that is recorded, idempotent by its event id within the sale. A sale that
// the scope does not cover is refused like one that does not exist.
func (s *Store) AppendEvent(ctx context.Context, n NewEvent, scope Scope) (receipt Receipt, err error) {
	if err := checkReserved(n.EventID, "event_id", "market", n.Market, "sale_id", n.SaleID, "event_id", n.EventID); err != nil {
		return Receipt{}, err
	}
	region, err := s.regionOf(ctx, n.Market, "market")
	if err != nil {
		return Receipt{}, err
	}
	customers, err := s.countCustomers(ctx, region, n)
	if err != nil {
		return Receipt{}, err
	}
	err = s.engine.Write(ctx, "append_event", func(c Conn) error {
		h, err := s.history(c, region, n.Market, n.SaleID, n.EffectiveAtUS)
		if err != nil {
			return err
		}
		h.customers = customers
		if !h.visible(scope) {
			return unknownSale(n.Market, n.SaleID)
		}
		if first := h.event(n.EventID); first != nil {
			if err := repeated(first.content, n.Content, "", "market", n.Market, "sale_id", n.SaleID, "event_id", n.EventID); err != nil {
				return err
			}
			receipt, err = h.receipt(n.EventID)
			return err
		}
		now := s.nowUS()
		if err := h.checkEvent(n, now); err != nil {
			return err
		}
		if err := h.checkVendor(n); err != nil {
			return err
		}
		if err := h.checkSeller(n); err != nil {
			return err
		}
		if err := h.readChange(&n); err != nil {
			return err
		}
		p, err := h.append(n, now, nil)
		if err != nil {
			return err
		}
		var b Batch
		p.write(&b)
		if err := h.update(&b); err != nil {
			return err
		}
		if err := c.Send(&b); err != nil {
			return err
		}
		receipt, err = h.receipt(n.EventID)
		return err
	})
	return receipt, err
}

// countCustomers counts the customers of the sale's seller for a payment whose plan goes by them, where such a plan is known. It does so
// before the payment's transaction: inside, every payment to a seller would collide with every other. That count is what ranks are to
// an event: how things stood when it came.
func (s *Store) countCustomers(ctx context.Context, region string, n NewEvent) (count *customerCount, err error) {
	if n.Kind != calc.Paid || !s.byCustomers.Load() {
		return nil, nil
	}
	err = s.engine.Read(ctx, "count_customers", func(c Conn) error {
		count = nil
		var plan planKey
		var seller string
		err := c.Query(`SELECT plan_id, plan_version, distributor_id FROM sales WHERE region = $1 AND market = $2 AND sale_id = $3`,
			[]any{region, n.Market, n.SaleID}, func(r Row) error {
				plan, seller = planKey{r.Text(0), int32(r.Int(1))}, r.Text(2)
				return nil
			})
		if err != nil || seller == "" {
			return err
		}
		p, err := s.plan(c, plan.id, plan.version)
		if err != nil || !calc.EventNeeds(p, true).Customers {
			return err
		}
		customers, err := s.customersOf(c, seller, "")
		count = &customerCount{seller, customers}
		return err
	})
	return count, err
}

// checkEvent refuses an event at a time that cannot be, and a payment in another currency than the sale's.
func (h *history) checkEvent(n NewEvent, nowUS int64) error {
	refuse := func(kind error, field, problem, remedy string) error {
		return &Refusal{
			Kind: kind, IDs: []string{"market", n.Market, "sale_id", n.SaleID, "event_id", n.EventID},
			Fields: []FieldProblem{{field, problem, remedy}},
		}
	}
	field := timeField[n.Kind]
	switch {
	case n.EffectiveAtUS > nowUS+futureMaxUS:
		return refuse(ErrTimeOutOfRange, field, "lies in the future", "send it when it has happened")
	case n.EffectiveAtUS < h.sale.SoldAtUS:
		return refuse(ErrTimeOutOfRange, field, "lies before the sale, which was made at "+formatUS(h.sale.SoldAtUS), "correct the time, or the sale")
	case ofPayment(n.Kind) && n.Cycle > 1 && h.sale.Billing.Cycle == calc.BilledOnce:
		return refuse(ErrInvalid, "cycle", fmt.Sprintf("is %d, and the product is paid for once", n.Cycle), "send cycle 1")
	case ofPayment(n.Kind) && n.Currency != h.sale.Currency:
		return refuse(ErrCurrency, "amount.currency_code", fmt.Sprintf("is %s, and the sale is in %s", n.Currency, h.sale.Currency), "send the payment in the sale's currency")
	}
	return nil
}

// ofPayment tells the events that say what became of a payment.
func ofPayment(k calc.EventKind) bool {
	return k == calc.Paid || k == calc.PaymentFailed || k == calc.PaymentRefunded || k == calc.PaymentChargedBack
}

// reservedPrefix begins the ids of events that Upline records by itself.
const reservedPrefix = "upline:"

// checkReserved refuses an id of a caller that begins like one of Upline's.
func checkReserved(id, field string, ids ...string) error {
	if !strings.HasPrefix(id, reservedPrefix) {
		return nil
	}
	return &Refusal{
		Kind: ErrInvalid, IDs: ids,
		Fields: []FieldProblem{{field, fmt.Sprintf("%q begins with %s, which the ids of Upline's own events begin with", id, reservedPrefix), "take another id"}},
	}
}

// GetSale returns a sale with its events in the order of their effective time, each with the lines that it posted.
func (s *Store) GetSale(ctx context.Context, market, saleID string, scope Scope) (sale Sale, events []Receipt, err error) {
	region, err := s.regionOf(ctx, market, "market")
	if err != nil {
		return Sale{}, nil, err
	}
	err = s.engine.Read(ctx, "get_sale", func(c Conn) error {
		events = nil
		h, err := s.history(c, region, market, saleID, 0)
		if err != nil {
			return err
		}
		if !h.visible(scope) {
			return unknownSale(market, saleID)
		}
		sale = h.sale
		folded, _ := h.foldEvents()
		for _, e := range folded {
			r, err := h.receipt(e.ID)
			if err != nil {
				return err
			}
			events = append(events, r)
		}
		return nil
	})
	return sale, events, err
}

// Lists go by the index of the narrowest filter; the other conditions are tested on its rows.
const (
	sqlSalesFilter = ` AND s.market = $1 AND s.sale_id > $2 AND ($3 = '' OR s.distributor_id = $3) AND ($4 = '' OR s.order_id = $4)
		AND ($5 = '' OR s.state = $5) AND ($6 = '' OR s.vendor_id = $6) ORDER BY s.sale_id LIMIT $7`
	sqlSalesOfMarket = `SELECT ` + sqlSaleColumns + ` FROM sales s WHERE s.region = $8` + sqlSalesFilter
	sqlSalesOfOrder  = `SELECT ` + sqlSaleColumns + ` FROM sales s WHERE s.order_id = $4 AND s.order_id <> '' AND s.region = $8` + sqlSalesFilter
	sqlSalesOfVendor = `SELECT ` + sqlSaleColumns + ` FROM sales s WHERE s.vendor_id = $6 AND s.region = $8` + sqlSalesFilter
)

// ListSales lists sales of a market ordered by sale id.
func (s *Store) ListSales(ctx context.Context, f SaleFilter, after string, limit int) (sales []Sale, next string, err error) {
	region, err := s.regionOf(ctx, f.Market, "market")
	if err != nil {
		return nil, "", err
	}
	if f.Scope.DistributorID != "" {
		if f.DistributorID != "" && f.DistributorID != f.Scope.DistributorID {
			return nil, "", nil
		}
		f.DistributorID = f.Scope.DistributorID
	}
	args := []any{f.Market, after, f.DistributorID, f.OrderID, string(f.State), f.Scope.VendorID, int64(limit) + 1, region}
	err = s.engine.Read(ctx, "list_sales", func(c Conn) error {
		sales = nil
		switch each := func(r Row) error { sales = append(sales, scanSale(r)); return nil }; {
		case f.OrderID != "":
			return c.Query(sqlSalesOfOrder, args, each)
		case f.DistributorID != "":
			sales, err = s.salesOfSeller(c, f, after, limit+1, region)
			return err
		case f.Scope.VendorID != "":
			return c.Query(sqlSalesOfVendor, args, each)
		default:
			return c.Query(sqlSalesOfMarket, args, each)
		}
	})
	if err == nil && len(sales) > limit {
		sales, next = sales[:limit], sales[limit-1].SaleID
	}
	return sales, next, err
}

// pendingSales counts a distributor's sales that wait for activation, up to 1,000.
func pendingSales(c Conn, distributorID string) (n int32, err error) {
	err = c.Query(`SELECT COUNT(*) FROM (SELECT sale_id FROM sales WHERE distributor_id = $1 AND state = 'PENDING' LIMIT `+strconv.Itoa(pendingMax)+`) p`,
		[]any{distributorID}, func(r Row) error {
			n = int32(r.Int(0))
			return nil
		})
	return n, err
}

const pendingMax = 1000
