package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// RecordAdjustment records an amount that is paid, or taken, by hand.
func (s *Server) RecordAdjustment(ctx context.Context, request *uplinev1.RecordAdjustmentRequest) (*uplinev1.RecordAdjustmentResponse, error) {
	var r reading
	currency := request.GetAmount().GetCurrencyCode()
	n := store.NewAdjustment{
		AdjustmentID: request.GetAdjustmentId(), DistributorID: request.GetDistributorId(), Bonus: request.GetBonus(),
		AmountMinor: r.amount("amount", request.GetAmount()), Currency: currency, Reason: request.GetReason(), Approver: request.GetApprover(),
		Requester: callFrom(ctx).caller.Name, CorrectsID: request.GetCorrectsAdjustmentId(), EffectiveAtUS: r.timeUS("effective_at", request.GetEffectiveAt()),
	}
	n.Content = contentOf(request, []string{"adjustment_id"}, map[string]string{"amount.amount": formatMinor(n.AmountMinor, currency)})
	if err := r.err(); err != nil {
		return nil, err
	}
	a, err := s.store.RecordAdjustment(ctx, n)
	if err != nil {
		return nil, err
	}
	return &uplinev1.RecordAdjustmentResponse{Adjustment: adjustmentOf(a)}, nil
}

func adjustmentOf(a store.Adjustment) *uplinev1.Adjustment {
	return &uplinev1.Adjustment{
		AdjustmentId: a.AdjustmentID, DistributorId: a.DistributorID, Bonus: a.Bonus, Amount: money(a.AmountMinor, a.Currency), Reason: a.Reason,
		Approver: a.Approver, Requester: a.Requester, CorrectsAdjustmentId: a.CorrectsID, EffectiveAt: timestamp(a.EffectiveAtUS),
		RecordedAt: timestamp(a.RecordedAtUS), Period: periodRef(a.Period),
	}
}
