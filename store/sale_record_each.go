package store

import (
	"context"
	"fmt"
)

// SaleResult answers one sale of a list: with the receipt, or with why it was refused.
type SaleResult struct {
	Receipt Receipt
	Refused error
}

// RecordSalesEach records sales one beside the other: each is recorded or refused by itself, idempotent by its id within its market. A
// sale that stands in the list twice gets one answer, or the second is refused as an id used again. Refusals name fields as
// `sales[i].`, as those of RecordSales do. The error is not that of a sale: nothing of the list was recorded.
func (s *Store) RecordSalesEach(ctx context.Context, list []NewSale) ([]SaleResult, error) {
	results := make([]SaleResult, len(list))
	r := recording{store: s, each: true}
	var at []int // the place in the list of what is recorded
	seen := make(map[[2]string]int, len(list))
	for i, n := range list {
		region, err := s.regionOf(ctx, n.Market, fmt.Sprintf("sales[%d].market", i))
		if err != nil {
			if results[i].Refused = asRefusal(err); results[i].Refused == nil {
				return nil, err
			}
			continue
		}
		key := [2]string{n.Market, n.SaleID}
		if _, twice := seen[key]; twice {
			continue
		}
		seen[key] = i
		r.list, r.regions, at = append(r.list, n), append(r.regions, region), append(at, i)
	}
	r.places = at
	if len(r.list) > 0 {
		if err := r.write(ctx); err != nil {
			return nil, err
		}
	}
	for k, i := range at {
		results[i] = SaleResult{r.receipts[k], r.refusals[k]}
	}
	for i, n := range list {
		first, known := seen[[2]string{n.Market, n.SaleID}]
		if !known || first == i {
			continue
		}
		results[i] = results[first]
		prefix := fmt.Sprintf("sales[%d].", i)
		if err := repeated(list[first].Content.encode(), n.Content, prefix, "market", n.Market, "sale_id", n.SaleID); err != nil {
			results[i] = SaleResult{Refused: err}
		}
	}
	return results, nil
}

// asRefusal gives an error that is the caller's to mend, or nil.
func asRefusal(err error) error {
	if _, ok := err.(*Refusal); ok { //nolint:errorlint // made by this package, unwrapped
		return err
	}
	return nil
}
