package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// MoveProduct hands a product over to another vendor, and its sales.
func (s *Server) MoveProduct(ctx context.Context, request *uplinev1.MoveProductRequest) (*uplinev1.MoveProductResponse, error) {
	var r reading
	move := store.ProductMove{
		ProductID: request.GetProductId(), EventID: request.GetEventId(), VendorID: request.GetVendorId(), Reason: request.GetReason(),
		FromUS:  r.timeUS("moved_at", request.GetMovedAt()),
		Content: contentOf(request, []string{"product_id", "event_id"}, nil),
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	moved, left, err := s.store.MoveProduct(ctx, move)
	if err != nil {
		return nil, err
	}
	return &uplinev1.MoveProductResponse{MovedSales: int32(moved), SalesLeft: left}, nil
}
