package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// PreviewCorrection answers what recording a sale or an event would change.
func (s *Server) PreviewCorrection(ctx context.Context, request *uplinev1.PreviewCorrectionRequest) (*uplinev1.PreviewCorrectionResponse, error) {
	var r reading
	var correction store.Correction
	event := func(e store.NewEvent) { correction.Event = &e }
	switch c := request.GetCorrection().(type) {
	case *uplinev1.PreviewCorrectionRequest_Sale:
		sale := newSale(&r, c.Sale)
		correction.Sale = &sale
	case *uplinev1.PreviewCorrectionRequest_Activation:
		event(activationOf(&r, c.Activation))
	case *uplinev1.PreviewCorrectionRequest_Cancellation:
		event(cancellationOf(&r, c.Cancellation))
	case *uplinev1.PreviewCorrectionRequest_Payment:
		event(paymentOf(&r, c.Payment))
	case *uplinev1.PreviewCorrectionRequest_SellerCorrection:
		event(sellerCorrectionOf(&r, c.SellerCorrection))
	case *uplinev1.PreviewCorrectionRequest_Change:
		event(changeOf(&r, c.Change))
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	p, err := s.store.PreviewCorrection(ctx, correction)
	if err != nil {
		return nil, ofSingle(err, "sales[0].")
	}
	out := &uplinev1.PreviewCorrectionResponse{Receipt: receiptOf(p.Receipt, callFrom(ctx).caller), Repeated: p.Repeated, LeftOut: p.Left}
	for _, t := range p.Totals {
		out.Totals = append(out.Totals, restatedTotal(t, p.Currency))
	}
	for _, a := range p.Amounts {
		out.Amounts = append(out.Amounts, &uplinev1.CorrectedAmount{
			Period: periodRef(a.Period), DistributorId: a.DistributorID, Bonus: a.Bonus, Outcome: restatedOutcomes[a.Outcome],
			Amount: money(a.AmountMinor, p.Currency),
		})
	}
	return out, nil
}

func restatedTotal(t store.RestatedTotal, currency string) *uplinev1.RestatedTotal {
	return &uplinev1.RestatedTotal{
		Period: periodRef(t.Period), Bonus: t.Bonus, Outcome: restatedOutcomes[t.Outcome], Distributors: t.Distributors, LineCount: t.LineCount,
		Raised: money(t.RaisedMinor, currency), Lowered: money(t.LoweredMinor, currency),
	}
}
