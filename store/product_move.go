package store

import (
	"context"
	"fmt"

	"upline/calc"
)

// ProductMove hands a product over to another vendor from a time on. Content is what the client sent.
type ProductMove struct {
	ProductID, EventID, VendorID, Reason string
	FromUS                               int64
	Content                              Content
}

const (
	// moveEventPrefix begins the ids of the events that the sales of a product are moved by; the id of its move follows.
	moveEventPrefix = reservedPrefix + "vendor:"
	// MovedSalesMax is how many sales one call hands over.
	MovedSalesMax = 500
	// everUS is when the first vendor of a product begins.
	everUS = -1 << 62
)

// MoveProduct notes who provides a product from a time on, idempotent by its event id within the product, and hands over its sales: those
// that the vendor before still has, but for what was sold before and is cancelled. It does so for MovedSalesMax of them at most; left tells
// that there are more, which the same call again goes on with. Sales that are recorded later have the vendor of the time they were sold at.
func (s *Store) MoveProduct(ctx context.Context, n ProductMove) (moved int, left bool, err error) {
	var before string
	err = s.engine.Write(ctx, "move_product", func(c Conn) (err error) {
		before, err = s.moveProduct(c, n)
		return err
	})
	if err != nil {
		return 0, false, err
	}
	var regions []string
	err = s.engine.Read(ctx, "regions", func(c Conn) (err error) {
		regions, err = readRegions(c)
		return err
	})
	for _, region := range regions {
		market, saleID := "", ""
		for err == nil {
			var page []soldSale
			if page, err = s.salesToMove(ctx, region, before, n, market, saleID); err != nil || len(page) == 0 {
				break
			}
			for _, sale := range page {
				if moved == MovedSalesMax {
					return moved, true, nil
				}
				if err = s.moveSale(ctx, n, sale); err != nil {
					break
				}
				moved++
			}
			last := page[len(page)-1]
			market, saleID = last.market, last.saleID
		}
	}
	return moved, false, err
}

const sqlVendorsOfProduct = `SELECT from_us, vendor_id, event_id, content FROM product_vendors WHERE product_id = $1 ORDER BY from_us`

// moveProduct notes the move, and returns who provided the product before it.
func (s *Store) moveProduct(c Conn, n ProductMove) (before string, err error) {
	refuse := func(kind error, field, problem, remedy string) error {
		return &Refusal{Kind: kind, IDs: []string{"product_id", n.ProductID, "event_id", n.EventID}, Fields: []FieldProblem{{field, problem, remedy}}}
	}
	err = c.Query(`SELECT vendor_id FROM products WHERE product_id = $1`, []any{n.ProductID}, func(r Row) error {
		before = r.Text(0)
		return nil
	})
	if err != nil {
		return "", err
	}
	if before == "" {
		return "", unknownProduct(n.ProductID, "product_id")
	}
	var first []byte
	lastUS, earlier, previous := int64(everUS), false, before
	err = c.Query(sqlVendorsOfProduct, []any{n.ProductID}, func(r Row) error {
		earlier = true
		if r.Text(2) == n.EventID {
			first, before = append([]byte{}, r.Bytes(3)...), previous
		}
		lastUS, previous = r.Int(0), r.Text(1)
		return nil
	})
	if err != nil {
		return "", err
	}
	if first != nil {
		return before, repeated(first, n.Content, "", "product_id", n.ProductID, "event_id", n.EventID)
	}
	known := false
	err = c.Query(sqlVendor, []any{n.VendorID}, func(Row) error {
		known = true
		return nil
	})
	now := s.nowUS()
	switch {
	case err != nil:
		return "", err
	case !known:
		return "", refuse(ErrUnknownVendor, "vendor_id", fmt.Sprintf("%q is not in the catalog", n.VendorID), "add the vendor with CatalogService.PutVendor first")
	case n.FromUS > now+futureMaxUS:
		return "", refuse(ErrTimeOutOfRange, "moved_at", "lies in the future", "send it when the product is handed over")
	case earlier && n.FromUS <= lastUS:
		return "", refuse(ErrTimeOutOfRange, "moved_at", "is not after the last move of the product, at "+formatUS(lastUS), "move a product in the order of time; single sales can be moved with CommissionService.MoveVendor")
	case n.VendorID == before:
		return "", refuse(ErrInvalid, "vendor_id", fmt.Sprintf("%q provides the product already", n.VendorID), "name another vendor")
	}
	insert := insertText("product_vendors", []string{"product_id", "from_us", "vendor_id", "event_id", "reason", "recorded_at_us", "content"})
	if !earlier {
		if _, err := c.Exec(insert, n.ProductID, int64(everUS), before, "", "", now, []byte{}); err != nil {
			return "", err
		}
	}
	if _, err := c.Exec(insert, n.ProductID, n.FromUS, n.VendorID, n.EventID, n.Reason, now, n.Content.encode()); err != nil {
		return "", err
	}
	_, err = c.Exec(`UPDATE products SET vendor_id = $1 WHERE product_id = $2`, n.VendorID, n.ProductID)
	return before, err
}

// soldSale is a sale that follows its product.
type soldSale struct {
	region, market, saleID string
	soldAtUS               int64
}

const sqlSalesToMove = `SELECT market, sale_id, sold_at_us FROM sales WHERE region = $1 AND vendor_id = $2 AND (market, sale_id) > ($3, $4)
	AND product_id = $5 AND (state <> 'CANCELLED' OR sold_at_us >= $6) ORDER BY market, sale_id LIMIT $7`

func (s *Store) salesToMove(ctx context.Context, region, vendor string, n ProductMove, market, saleID string) (page []soldSale, err error) {
	err = s.engine.Read(ctx, "sales_to_move", func(c Conn) error {
		page = nil
		return c.Query(sqlSalesToMove, []any{region, vendor, market, saleID, n.ProductID, n.FromUS, int64(MovedSalesMax)}, func(r Row) error {
			page = append(page, soldSale{region, r.Text(0), r.Text(1), r.Int(2)})
			return nil
		})
	})
	return page, err
}

// moveSale hands one sale over, by an event like MoveVendor's.
func (s *Store) moveSale(ctx context.Context, n ProductMove, sale soldSale) error {
	e := NewEvent{
		Market: sale.market, SaleID: sale.saleID, EventID: moveEventPrefix + n.EventID, Kind: calc.VendorMoved, EffectiveAtUS: max(n.FromUS, sale.soldAtUS),
		VendorID: n.VendorID, Cause: n.Reason,
		Content: Content{{vendorPath, n.VendorID}, {"product_id", n.ProductID}, {"moved_at", formatUS(max(n.FromUS, sale.soldAtUS))}},
	}
	return s.engine.Write(ctx, "move_sale", func(c Conn) error {
		h, err := s.history(c, sale.region, sale.market, sale.saleID, e.EffectiveAtUS)
		if err != nil || h.event(e.EventID) != nil {
			return err
		}
		p, err := h.append(e, s.nowUS(), nil)
		if err != nil {
			return err
		}
		var b Batch
		p.write(&b)
		if err := h.update(&b); err != nil {
			return err
		}
		return c.Send(&b)
	})
}

// checkMoved refuses another vendor for a product that was moved: a product that is put has one from its beginning.
func checkMoved(c Conn, p Product) error {
	current, moved := "", false
	err := c.Query(`SELECT p.vendor_id FROM products p WHERE p.product_id = $1 AND EXISTS (SELECT 1 FROM product_vendors v WHERE v.product_id = p.product_id)`,
		[]any{p.ProductID}, func(r Row) error {
			current, moved = r.Text(0), true
			return nil
		})
	if err != nil || !moved || current == p.VendorID {
		return err
	}
	return &Refusal{
		Kind: ErrImmutable, IDs: []string{"product_id", p.ProductID},
		Fields: []FieldProblem{{"product.vendor_id", fmt.Sprintf("is %q, and the product was moved to %q", p.VendorID, current), "hand it over with CatalogService.MoveProduct, or send its vendor"}},
	}
}
