package store

import (
	"fmt"

	"upline/calc"
)

// saleSizes says of the sales that count in a period which of the sizes they have that volumes of the plan choose by. A size is that of what
// a sale was recorded with, so nothing that happens to it later has a period that is computed again choose otherwise.
type saleSizes struct {
	sizes []calc.SaleSize
	bits  map[string]uint64 // by market and id of those that have any
}

// The terms that a sale was recorded with are in its row, or once it has been changed in a row of their own.
const (
	sqlSaleSizeColumns = `SELECT s.market, s.sale_id, s.currency, COALESCE(t.pv, s.pv), COALESCE(t.cv, s.cv), COALESCE(t.qv, s.qv),
		COALESCE(t.price_minor, s.price_minor), COALESCE(t.fee_minor, s.fee_minor)`
	sqlSaleSizeTerms = ` LEFT JOIN sale_terms t ON t.region = s.region AND t.market = s.market AND t.sale_id = s.sale_id AND t.event_id = s.sale_id`
	sqlSaleSizes     = sqlSaleSizeColumns + ` FROM (SELECT DISTINCT region, market, sale_id FROM event_counts
			WHERE region = $1 AND plan_id = $2 AND cadence = $3 AND period_no = $4 AND restated_in <= $5) c
		JOIN sales s ON s.region = c.region AND s.market = c.market AND s.sale_id = c.sale_id` + sqlSaleSizeTerms
	sqlSaleSize = sqlSaleSizeColumns + ` FROM sales s` + sqlSaleSizeTerms + ` WHERE s.region = $1 AND s.market = $2 AND s.sale_id = $3`
)

// readSaleSizes reads the sizes of the sales of a period as of a close, and of those that entries are supposed of, where the plan asks.
func (r *runReader) readSaleSizes(more *volumeReader) error {
	if !more.asks.Sized {
		return nil
	}
	o := r.in.scope
	more.sized = saleSizes{o.plan.SaleSizes(), make(map[string]uint64)}
	take := func(row Row) error {
		sold := calc.SaleValues{PV: row.Int(3), CV: row.Int(4), QV: row.Int(5), PriceMinor: row.Int(6), FeeMinor: row.Int(7)}
		if row.Text(2) != o.plan.Currency {
			sold.PriceMinor, sold.FeeMinor = 0, 0
		}
		if bits := calc.SizeBits(more.sized.sizes, &sold); bits != 0 {
			more.sized.bits[row.Text(0)+row.Text(1)] = bits
		}
		return nil
	}
	for _, region := range r.in.regions {
		args := []any{region, o.plan.ID, int64(o.period.Cadence), o.period.No, r.asOf}
		if err := r.conn.Query(sqlSaleSizes, args, take); err != nil {
			return fmt.Errorf("sizes of sales: %w", err)
		}
	}
	for i := range r.supposed {
		s := &r.supposed[i]
		if err := r.conn.Query(sqlSaleSize, []any{s.region, s.sale.Market, s.sale.SaleID}, take); err != nil {
			return fmt.Errorf("the size of sale %s: %w", s.sale.SaleID, err)
		}
	}
	return nil
}

// readSized takes the sizes that the sale of an entry has.
func (r *volumeReader) readSized(row Row, d *rowDigest) {
	bits := r.sized.bits[string(row.Bytes(columnMarket))+string(row.Bytes(columnSale))]
	d.int(int64(bits))
	r.to.Sized = append(r.to.Sized, bits)
}
