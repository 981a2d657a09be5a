package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// RecordPayment says that the customer paid a billing cycle.
func (s *Server) RecordPayment(ctx context.Context, request *uplinev1.RecordPaymentRequest) (*uplinev1.RecordPaymentResponse, error) {
	var r reading
	currency := request.GetAmount().GetCurrencyCode()
	amountMinor := r.price("amount", request.GetAmount())
	receipt, err := s.appendEvent(ctx, &r, store.NewEvent{
		Market: request.GetMarket(), SaleID: request.GetSaleId(), EventID: request.GetEventId(),
		Kind:          calc.Paid,
		EffectiveAtUS: r.timeUS("paid_at", request.GetPaidAt()),
		Cycle:         request.GetCycle(),
		AmountMinor:   amountMinor,
		Currency:      currency,
		Content:       contentOf(request, eventKey, map[string]string{"amount.amount": formatMinor(amountMinor, currency)}),
	})
	return &uplinev1.RecordPaymentResponse{Receipt: receipt}, err
}
