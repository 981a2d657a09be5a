package server

import (
	"context"
	"fmt"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// recordEach records a batch item by item. What is wrong with a sale in itself, and what the store has against it, is its answer
// alike.
func (s *Server) recordEach(ctx context.Context, request *uplinev1.RecordSalesRequest) (*uplinev1.RecordSalesResponse, error) {
	call := callFrom(ctx)
	results := make([]*uplinev1.RecordSaleResult, len(request.GetSales()))
	refuse := func(i int, err error) {
		detail := faultOf(ctx, err).detail(call.requestID)
		results[i] = &uplinev1.RecordSaleResult{Outcome: &uplinev1.RecordSaleResult_Error{Error: detail}}
	}
	var sales []store.NewSale
	var at []int
	for i, item := range request.GetSales() {
		sale, err := s.readItem(fmt.Sprintf("sales[%d].", i), item)
		if err != nil {
			refuse(i, err)
			continue
		}
		sales, at = append(sales, sale), append(at, i)
	}
	answers, err := s.store.RecordSalesEach(ctx, sales)
	if err != nil {
		return nil, err
	}
	for k, i := range at {
		if refused := answers[k].Refused; refused != nil {
			refuse(i, movedItem(refused, fmt.Sprintf("sales[%d].", k), fmt.Sprintf("sales[%d].", i)))
			continue
		}
		results[i] = &uplinev1.RecordSaleResult{Outcome: &uplinev1.RecordSaleResult_Receipt{Receipt: receiptOf(answers[k].Receipt, call.caller)}}
	}
	return &uplinev1.RecordSalesResponse{Results: results}, nil
}

// readItem reads one sale of a batch, held against the bounds of the contract.
func (s *Server) readItem(prefix string, item *uplinev1.RecordSaleRequest) (store.NewSale, error) {
	if err := s.validator.Validate(item); err != nil {
		return store.NewSale{}, withPrefix(faultOfValidation(err), prefix)
	}
	r := reading{prefix: prefix}
	sale := newSale(&r, item)
	return sale, r.err()
}
