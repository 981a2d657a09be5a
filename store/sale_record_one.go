package store

import "context"

// RecordSale records one sale, idempotent by its id within its market. Sales that are recorded at the same time share transactions, each
// with an answer of its own: for a database a commit costs as much for one sale as for fifty.
func (s *Store) RecordSale(ctx context.Context, n NewSale) (Receipt, error) {
	region, err := s.regionOf(ctx, n.Market, "market")
	if err != nil {
		return Receipt{}, err
	}
	groups, found := s.recordings.Load(region)
	if !found {
		groups, _ = s.recordings.LoadOrStore(region, s.newSaleGroups())
	}
	call := &saleCall{sale: n, region: region}
	if err := groups.(*callGroups[*saleCall]).do(ctx, call); err != nil {
		return Receipt{}, err
	}
	return call.receipt, call.err
}

// saleCall is one call of RecordSale.
type saleCall struct {
	groupPlace
	sale    NewSale
	region  string
	receipt Receipt
	err     error
}

const (
	// saleGroupMax bounds the sales of a group.
	saleGroupMax = 128
	// saleGroupsAtOnce are under way at once on an engine whose transactions go side by side: enough that one computes while others wait
	// for the database, and few enough that groups form before callers wait for connections.
	saleGroupsAtOnce = 4
)

// newSaleGroups makes the groups of a region: a transaction that writes in several would wait for the farthest.
func (s *Store) newSaleGroups() *callGroups[*saleCall] {
	g := &callGroups[*saleCall]{
		atOnce: saleGroupsAtOnce, join: joinSales, carryOut: s.recordGroup,
		fail: func(call *saleCall) { call.receipt, call.err = Receipt{}, ErrUnavailable },
	}
	if s.engine.Serial() {
		g.atOnce = 2 // one reads while the other is written
	}
	return g
}

// joinSales keeps a second sale of one id out of a group: it is answered by what the first comes to.
func joinSales(group []*saleCall, next *saleCall) bool {
	if len(group) >= saleGroupMax {
		return false
	}
	for _, call := range group {
		if call.sale.SaleID == next.sale.SaleID && call.sale.Market == next.sale.Market {
			return false
		}
	}
	return true
}

// recordGroup records a group.
func (s *Store) recordGroup(ctx context.Context, group []*saleCall) {
	together(ctx, group, s.recordTogether, func(call *saleCall, err error) { call.receipt, call.err = Receipt{}, err })
}

// recordTogether records a group in one transaction. The error is that of the transaction; a refusal stands in its call.
func (s *Store) recordTogether(ctx context.Context, group []*saleCall) error {
	r := recording{
		store: s, each: true, single: true, list: make([]NewSale, len(group)), regions: make([]string, len(group)),
	}
	for i, call := range group {
		r.list[i], r.regions[i] = call.sale, call.region
	}
	if err := r.write(ctx); err != nil {
		return err
	}
	for i, call := range group {
		call.receipt, call.err = r.receipts[i], r.refusals[i]
	}
	return nil
}
