package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// MoveVendor hands a sale over to another vendor.
func (s *Server) MoveVendor(ctx context.Context, request *uplinev1.MoveVendorRequest) (*uplinev1.MoveVendorResponse, error) {
	var r reading
	receipt, err := s.appendEvent(ctx, &r, store.NewEvent{
		Market: request.GetMarket(), SaleID: request.GetSaleId(), EventID: request.GetEventId(),
		Kind:          calc.VendorMoved,
		EffectiveAtUS: r.timeUS("moved_at", request.GetMovedAt()),
		Cause:         request.GetCause(),
		VendorID:      request.GetVendorId(),
		Content:       contentOf(request, eventKey, nil),
	})
	return &uplinev1.MoveVendorResponse{Receipt: receipt}, err
}
