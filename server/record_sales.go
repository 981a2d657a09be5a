package server

import (
	"context"
	"fmt"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// RecordSales records a batch: all of it or nothing, or item by item.
func (s *Server) RecordSales(ctx context.Context, request *uplinev1.RecordSalesRequest) (*uplinev1.RecordSalesResponse, error) {
	if request.GetItemByItem() {
		return s.recordEach(ctx, request)
	}
	var r reading
	sales := make([]store.NewSale, len(request.GetSales()))
	for i, sale := range request.GetSales() {
		r.prefix = fmt.Sprintf("sales[%d].", i)
		sales[i] = newSale(&r, sale)
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	receipts, err := s.store.RecordSales(ctx, sales)
	if err != nil {
		return nil, err
	}
	return &uplinev1.RecordSalesResponse{Receipts: receiptsOf(receipts, callFrom(ctx).caller)}, nil
}
