package store

import (
	"context"
	"crypto/rand"
	"fmt"

	"upline/calc"
)

// PutMarket adds a market or changes its name. The region of a market is written once.
func (s *Store) PutMarket(ctx context.Context, m Market) (Market, error) {
	err := s.engine.Write(ctx, "put_market", func(c Conn) error {
		region, found, err := marketRegion(c, m.Market)
		if err != nil {
			return err
		}
		if found && region != m.Region {
			return &Refusal{
				Kind: ErrImmutable, IDs: []string{"market", m.Market},
				Fields: []FieldProblem{{"market.region", fmt.Sprintf("is %q and was %q first", m.Region, region), "keep the region; the market's sales lie there"}},
			}
		}
		_, err = c.Exec(`INSERT INTO markets (market, region, name, recorded_at_us) VALUES ($1, $2, $3, $4)
			ON CONFLICT (market) DO UPDATE SET name = excluded.name`, m.Market, m.Region, m.Name, s.nowUS())
		return err
	})
	return m, err
}

func marketRegion(c Conn, market string) (region string, found bool, err error) {
	err = c.Query(`SELECT region FROM markets WHERE market = $1`, []any{market}, func(r Row) error {
		region, found = r.Text(0), true
		return nil
	})
	return region, found, err
}

// regionOf returns the region of a market. It never changes, so it is read once: in a transaction of its own, because one that
// writes may see a market that is not committed yet.
func (s *Store) regionOf(ctx context.Context, market, field string) (string, error) {
	if region, ok := s.regions.Load(market); ok {
		return region.(string), nil
	}
	var region string
	var found bool
	err := s.engine.Read(ctx, "market_region", func(c Conn) (err error) {
		region, found, err = marketRegion(c, market)
		return err
	})
	if err != nil {
		return "", err
	}
	if !found {
		return "", &Refusal{
			Kind: ErrUnknownMarket, IDs: []string{"market", market},
			Fields: []FieldProblem{{field, fmt.Sprintf("%q is not in the catalog", market), "add it with CatalogService.PutMarket, or correct the code"}},
		}
	}
	s.regions.Store(market, region)
	return region, nil
}

// ListMarkets lists all markets, ordered by country.
func (s *Store) ListMarkets(ctx context.Context) (markets []Market, err error) {
	err = s.engine.Read(ctx, "list_markets", func(c Conn) error {
		markets = nil
		return c.Query(`SELECT market, region, name FROM markets ORDER BY market`, nil, func(r Row) error {
			markets = append(markets, Market{r.Text(0), r.Text(1), r.Text(2)})
			return nil
		})
	})
	return markets, err
}

// PutVendor adds a vendor or changes its name.
func (s *Store) PutVendor(ctx context.Context, v Vendor) (Vendor, error) {
	err := s.engine.Write(ctx, "put_vendor", func(c Conn) error {
		_, err := c.Exec(`INSERT INTO vendors (vendor_id, name, recorded_at_us) VALUES ($1, $2, $3)
			ON CONFLICT (vendor_id) DO UPDATE SET name = excluded.name`, v.VendorID, v.Name, s.nowUS())
		return err
	})
	return v, err
}

// ListVendors lists vendors ordered by id.
func (s *Store) ListVendors(ctx context.Context, after string, limit int) (vendors []Vendor, next string, err error) {
	err = s.engine.Read(ctx, "list_vendors", func(c Conn) error {
		vendors, next = nil, ""
		return c.Query(`SELECT vendor_id, name FROM vendors WHERE vendor_id > $1 ORDER BY vendor_id LIMIT $2`,
			[]any{after, int64(limit) + 1}, func(r Row) error {
				if len(vendors) == limit {
					next = vendors[limit-1].VendorID
					return nil
				}
				vendors = append(vendors, Vendor{r.Text(0), r.Text(1)})
				return nil
			})
	})
	return vendors, next, err
}

// PutProduct adds a product or changes it. Sales keep what the product was when they were recorded.
func (s *Store) PutProduct(ctx context.Context, p Product) (Product, error) {
	err := s.engine.Write(ctx, "put_product", func(c Conn) error {
		found := false
		err := c.Query(`SELECT vendor_id FROM vendors WHERE vendor_id = $1`, []any{p.VendorID}, func(Row) error {
			found = true
			return nil
		})
		if err != nil {
			return err
		}
		if !found {
			return &Refusal{
				Kind: ErrUnknownVendor, IDs: []string{"vendor_id", p.VendorID},
				Fields: []FieldProblem{{"product.vendor_id", fmt.Sprintf("%q is not in the catalog", p.VendorID), "add the vendor with PutVendor first"}},
			}
		}
		if err := checkMoved(c, p); err != nil {
			return err
		}
		_, err = c.Exec(`INSERT INTO products (product_id, vendor_id, name, product_class, requires_activation, volume_timing, pv, cv, qv, recorded_at_us,
			billing_cycle, due_rule, grace_days, failures_max, lapse_overdue, payment_reinstates,
			proration_mode, proration_unit, day_count, changed_unit, extension_rounding, extension_after_used)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
			ON CONFLICT (product_id) DO UPDATE SET vendor_id = excluded.vendor_id, name = excluded.name, product_class = excluded.product_class,
			requires_activation = excluded.requires_activation, volume_timing = excluded.volume_timing, pv = excluded.pv, cv = excluded.cv, qv = excluded.qv,
			billing_cycle = excluded.billing_cycle, due_rule = excluded.due_rule, grace_days = excluded.grace_days, failures_max = excluded.failures_max,
			lapse_overdue = excluded.lapse_overdue, payment_reinstates = excluded.payment_reinstates,
			proration_mode = excluded.proration_mode, proration_unit = excluded.proration_unit, day_count = excluded.day_count, changed_unit = excluded.changed_unit,
			extension_rounding = excluded.extension_rounding, extension_after_used = excluded.extension_after_used`,
			p.ProductID, p.VendorID, p.Name, p.Class, flag(p.RequiresActivation), flag(p.VolumeOnPayment), p.PV, p.CV, p.QV, s.nowUS(),
			int64(p.Billing.Cycle), int64(p.Billing.Due), int64(p.Billing.GraceDays), int64(p.Billing.FailuresMax), flag(p.Billing.LapseOverdue),
			flag(p.Billing.PaymentReinstates), int64(p.Proration.Mode), int64(p.Proration.Unit), int64(p.Proration.DayCount), int64(p.Proration.ChangedUnit),
			int64(p.Proration.Extension), flag(p.Proration.ExtensionAfterUsed))
		return err
	})
	return p, err
}

// productColumns is how many columns sqlProductColumns has.
const productColumns = 15

const sqlProductColumns = `product_id, vendor_id, name, product_class, requires_activation, volume_timing, pv, cv, qv,
	billing_cycle, due_rule, grace_days, failures_max, lapse_overdue, payment_reinstates`

// sqlWholeProduct has what only changes of sales ask for, too.
const sqlWholeProduct = `SELECT ` + sqlProductColumns + `, ` + sqlProrationColumns + ` FROM products`

func scanWholeProduct(r Row) Product {
	p := scanProduct(r)
	p.Proration = scanProration(r, productColumns)
	return p
}

func scanProduct(r Row) Product {
	return scanProductAt(r, 0)
}

// scanProductAt reads a product whose columns begin at a place of the row.
func scanProductAt(r Row, at int) Product {
	return Product{
		ProductID: r.Text(at), VendorID: r.Text(at + 1), Name: r.Text(at + 2), Class: r.Text(at + 3), RequiresActivation: r.Int(at+4) != 0,
		VolumeOnPayment: r.Int(at+5) != 0, PV: r.Int(at + 6), CV: r.Int(at + 7), QV: r.Int(at + 8), Billing: scanBilling(r, at+9),
	}
}

func scanBilling(r Row, at int) calc.Billing {
	return calc.Billing{
		Cycle: calc.BillingCycle(r.Int(at)), Due: calc.DueRule(r.Int(at + 1)), GraceDays: int32(r.Int(at + 2)), FailuresMax: int32(r.Int(at + 3)),
		LapseOverdue: r.Int(at+4) != 0, PaymentReinstates: r.Int(at+5) != 0,
	}
}

// GetProduct returns a product.
func (s *Store) GetProduct(ctx context.Context, id string) (p Product, err error) {
	found := false
	err = s.engine.Read(ctx, "get_product", func(c Conn) error {
		return c.Query(sqlWholeProduct+` WHERE product_id = $1`, []any{id}, func(r Row) error {
			p, found = scanWholeProduct(r), true
			return nil
		})
	})
	if err == nil && !found {
		err = unknownProduct(id, "product_id")
	}
	return p, err
}

func unknownProduct(id, field string) *Refusal {
	return &Refusal{
		Kind: ErrUnknownProduct, IDs: []string{"product_id", id},
		Fields: []FieldProblem{{field, fmt.Sprintf("%q is not in the catalog", id), "add it with CatalogService.PutProduct, or correct the id"}},
	}
}

// ListProducts lists products ordered by id.
func (s *Store) ListProducts(ctx context.Context, after string, limit int) (products []Product, next string, err error) {
	err = s.engine.Read(ctx, "list_products", func(c Conn) error {
		products, next = nil, ""
		return c.Query(sqlWholeProduct+` WHERE product_id > $1 ORDER BY product_id LIMIT $2`,
			[]any{after, int64(limit) + 1}, func(r Row) error {
				if len(products) == limit {
					next = products[limit-1].ProductID
					return nil
				}
				products = append(products, scanWholeProduct(r))
				return nil
			})
	})
	return products, next, err
}

// PageTokenKey returns the secret that page tokens are signed with: made at random once, and the same for every server of the
// database.
func (s *Store) PageTokenKey(ctx context.Context) (key []byte, err error) {
	fresh := make([]byte, 32)
	rand.Read(fresh)
	err = s.engine.Write(ctx, "page_token_key", func(c Conn) error {
		if _, err := c.Exec(`INSERT INTO settings (name, value) VALUES ('page_token_key', $1) ON CONFLICT (name) DO NOTHING`, fresh); err != nil {
			return err
		}
		return c.Query(`SELECT value FROM settings WHERE name = 'page_token_key'`, nil, func(r Row) error {
			key = append([]byte(nil), r.Bytes(0)...)
			return nil
		})
	})
	return key, err
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
