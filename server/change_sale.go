package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// ChangeSale upgrades or downgrades a service.
func (s *Server) ChangeSale(ctx context.Context, request *uplinev1.ChangeSaleRequest) (*uplinev1.ChangeSaleResponse, error) {
	var r reading
	receipt, err := s.appendEvent(ctx, &r, changeOf(&r, request))
	return &uplinev1.ChangeSaleResponse{Receipt: receipt}, err
}

func changeOf(r *reading, request *uplinev1.ChangeSaleRequest) store.NewEvent {
	currency := request.GetPrice().GetCurrencyCode()
	change := store.NewChange{
		ProductID: request.GetProductId(), PriceMinor: r.price("price", request.GetPrice()),
		PV: r.optionalVolume("pv", request.Pv), CV: r.optionalVolume("cv", request.Cv), QV: r.optionalVolume("qv", request.Qv),
	}
	normal := map[string]string{"price.amount": formatMinor(change.PriceMinor, currency)}
	for path, volume := range map[string]*int64{"pv": change.PV, "cv": change.CV, "qv": change.QV} {
		if volume != nil {
			normal[path] = calc.FormatVolume(*volume)
		}
	}
	if request.GetFee() != nil {
		fee := r.price("fee", request.GetFee())
		if change.FeeMinor = &fee; request.GetFee().GetCurrencyCode() != currency {
			r.wrong(uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, "fee.currency_code", "is not the currency of the price", "A fee is a part of the price.")
		}
		normal["fee.amount"] = formatMinor(fee, currency)
	}
	if request.GetProration() != nil {
		proration := readProration(r, "proration", request.GetProration())
		change.Proration = &proration
	}
	return store.NewEvent{
		Market: request.GetMarket(), SaleID: request.GetSaleId(), EventID: request.GetEventId(),
		Kind:          calc.Changed,
		EffectiveAtUS: r.timeUS("changed_at", request.GetChangedAt()),
		Currency:      currency,
		Cause:         request.GetCause(),
		Change:        &change,
		Content:       contentOf(request, eventKey, normal),
	}
}

// prorated is what a change came to.
func prorated(c *store.ChangeOutcome) *uplinev1.ProratedChange {
	if c == nil {
		return nil
	}
	out := &uplinev1.ProratedChange{ProductId: c.ProductID, Price: money(c.PriceMinor, c.Currency), Cycle: c.Cycle}
	if c.Cycle == 0 {
		return out
	}
	p := &c.Prorated
	out.Unused = &uplinev1.Factor{Name: "unused", Numerator: p.UnusedPart.Num, Denominator: p.UnusedPart.Den}
	out.Credit, out.Charge, out.Net = money(p.CreditMinor, c.Currency), money(p.ChargeMinor, c.Currency), money(p.NetMinor, c.Currency)
	out.ExtensionUnits = p.ExtensionUnits
	out.StartsAt, out.NextBillingAt = timestamp(p.StartUS), timestamp(p.NextBillingUS)
	return out
}
