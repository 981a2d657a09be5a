package store

import (
	"cmp"
	"slices"
)

const (
	sqlSalesOfSeller = `SELECT ` + sqlSaleColumns + ` FROM seller_sales e JOIN sales s ON s.region = e.region AND s.market = e.market AND s.sale_id = e.sale_id
		WHERE e.region = $1 AND e.segment_no = $2 AND e.distributor_id = $3 AND e.market = $4 AND e.sale_id > $5 AND e.sale_id <= $6
		AND ($7 = '' OR s.state = $7) AND ($8 = '' OR s.vendor_id = $8) ORDER BY e.sale_id LIMIT $9`
	sqlCustomersOfSeller = `SELECT DISTINCT s.customer_id FROM seller_sales e JOIN sales s ON s.region = e.region AND s.market = e.market AND s.sale_id = e.sale_id
		WHERE e.region = $1 AND e.segment_no = $2 AND e.distributor_id = $3 AND s.state = 'ACTIVE' AND s.customer_id <> $3 AND s.customer_id <> $4`
)

// salesOfSeller lists a seller's sales in a market after an id, at most so many, ordered by id.
func (s *Store) salesOfSeller(c Conn, f SaleFilter, after string, limit int, region string) ([]Sale, error) {
	segments, err := s.segments.read(c, region)
	if err != nil {
		return nil, err
	}
	var sales []Sale
	// Ids mostly rise, so that the old segments, which come first, have what the list begins with, and bound what is read of the others.
	for last, i := afterIDs, 0; i < len(segments); i++ {
		args := []any{region, segments[i].key(), f.DistributorID, f.Market, after, last, string(f.State), f.Scope.VendorID, int64(limit)}
		err := c.Query(sqlSalesOfSeller, args, func(r Row) error {
			sales = append(sales, scanSale(r))
			return nil
		})
		if err != nil {
			return nil, err
		}
		slices.SortFunc(sales, func(a, b Sale) int { return cmp.Compare(a.SaleID, b.SaleID) })
		if len(sales) >= limit {
			sales = sales[:limit]
			last = sales[limit-1].SaleID
		}
	}
	return sales, nil
}

// customersOf counts the customers of a seller who have a live sale, but for one of them and the seller.
func (s *Store) customersOf(c Conn, seller, but string) (int64, error) {
	regions, err := saleRegions(c)
	if err != nil {
		return 0, err
	}
	customers := map[string]struct{}{}
	for _, region := range regions {
		segments, err := s.segments.read(c, region)
		if err != nil {
			return 0, err
		}
		for _, segment := range segments {
			err := c.Query(sqlCustomersOfSeller, []any{region, segment.key(), seller, but}, func(r Row) error {
				customers[r.Text(0)] = struct{}{}
				return nil
			})
			if err != nil {
				return 0, err
			}
		}
	}
	return int64(len(customers)), nil
}

// saleRegions are the regions that sales can be in.
func saleRegions(c Conn) (regions []string, err error) {
	err = c.Query(`SELECT DISTINCT region FROM markets ORDER BY region`, nil, func(r Row) error {
		regions = append(regions, r.Text(0))
		return nil
	})
	return regions, err
}
