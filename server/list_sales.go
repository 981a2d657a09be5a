package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// ListSales returns a page of the sales of a market that the caller may see.
func (s *Server) ListSales(ctx context.Context, request *uplinev1.ListSalesRequest) (*uplinev1.ListSalesResponse, error) {
	filter := store.SaleFilter{
		Market: request.GetMarket(), DistributorID: request.GetDistributorId(), OrderID: request.GetOrderId(),
		Scope: callFrom(ctx).caller.scope(),
	}
	for state, number := range saleStates {
		if number == request.GetState() {
			filter.State = state
		}
	}
	after, err := s.pages.cursor(ctx, request)
	if err != nil {
		return nil, err
	}
	sales, next, err := s.store.ListSales(ctx, filter, after, pageSize(request))
	if err != nil {
		return nil, err
	}
	response := &uplinev1.ListSalesResponse{Sales: make([]*uplinev1.Sale, len(sales))}
	for i, sale := range sales {
		response.Sales[i] = saleOf(sale)
	}
	response.NextPageToken, err = s.pages.token(ctx, request, next)
	return response, err
}
