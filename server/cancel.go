package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// Cancel ends a service.
func (s *Server) Cancel(ctx context.Context, request *uplinev1.CancelRequest) (*uplinev1.CancelResponse, error) {
	var r reading
	receipt, err := s.appendEvent(ctx, &r, cancellationOf(&r, request))
	return &uplinev1.CancelResponse{Receipt: receipt}, err
}

func cancellationOf(r *reading, request *uplinev1.CancelRequest) store.NewEvent {
	return store.NewEvent{
		Market: request.GetMarket(), SaleID: request.GetSaleId(), EventID: request.GetEventId(),
		Kind:          calc.Cancelled,
		EffectiveAtUS: r.timeUS("cancelled_at", request.GetCancelledAt()),
		Cause:         request.GetCause(),
		Content:       contentOf(request, eventKey, nil),
	}
}
