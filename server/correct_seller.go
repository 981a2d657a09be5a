package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// CorrectSeller makes a sale that of the distributor who sold it in truth.
func (s *Server) CorrectSeller(ctx context.Context, request *uplinev1.CorrectSellerRequest) (*uplinev1.CorrectSellerResponse, error) {
	var r reading
	receipt, err := s.appendEvent(ctx, &r, sellerCorrectionOf(&r, request))
	return &uplinev1.CorrectSellerResponse{Receipt: receipt}, err
}

func sellerCorrectionOf(r *reading, request *uplinev1.CorrectSellerRequest) store.NewEvent {
	return store.NewEvent{
		Market: request.GetMarket(), SaleID: request.GetSaleId(), EventID: request.GetEventId(),
		Kind:          calc.SellerCorrected,
		EffectiveAtUS: r.timeUS("corrected_at", request.GetCorrectedAt()),
		Cause:         request.GetReason(),
		SellerID:      request.GetDistributorId(),
		Content:       contentOf(request, eventKey, nil),
	}
}
