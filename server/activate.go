package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// Activate says that the vendor confirmed the service.
func (s *Server) Activate(ctx context.Context, request *uplinev1.ActivateRequest) (*uplinev1.ActivateResponse, error) {
	var r reading
	receipt, err := s.appendEvent(ctx, &r, activationOf(&r, request))
	return &uplinev1.ActivateResponse{Receipt: receipt}, err
}

func activationOf(r *reading, request *uplinev1.ActivateRequest) store.NewEvent {
	return store.NewEvent{
		Market: request.GetMarket(), SaleID: request.GetSaleId(), EventID: request.GetEventId(),
		Kind:          calc.Activated,
		EffectiveAtUS: r.timeUS("activated_at", request.GetActivatedAt()),
		Content:       contentOf(request, eventKey, nil),
	}
}

// eventKey are the fields that identify an event on a sale.
var eventKey = []string{"market", "sale_id", "event_id"}

// appendEvent records an event that was read from a request, if it could be read, on a sale that the caller may see.
func (s *Server) appendEvent(ctx context.Context, r *reading, event store.NewEvent) (*uplinev1.EventReceipt, error) {
	if err := r.err(); err != nil {
		return nil, err
	}
	caller := callFrom(ctx).caller
	receipt, err := s.store.AppendEvent(ctx, event, caller.scope())
	if err != nil {
		return nil, err
	}
	return receiptOf(receipt, caller), nil
}
