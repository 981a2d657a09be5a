package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// GetSale returns a sale with what happened to it.
func (s *Server) GetSale(ctx context.Context, request *uplinev1.GetSaleRequest) (*uplinev1.GetSaleResponse, error) {
	caller := callFrom(ctx).caller
	sale, events, err := s.store.GetSale(ctx, request.GetMarket(), request.GetSaleId(), caller.scope())
	if err != nil {
		return nil, err
	}
	return &uplinev1.GetSaleResponse{Sale: saleOf(sale), Events: receiptsOf(events, caller)}, nil
}

func saleOf(s store.Sale) *uplinev1.Sale {
	out := &uplinev1.Sale{
		Market: s.Market, SaleId: s.SaleID, OrderId: s.OrderID,
		DistributorId: s.DistributorID, CustomerId: s.CustomerID, ProductId: s.ProductID, VendorId: s.VendorID,
		Price: money(s.PriceMinor, s.Currency), Pv: calc.FormatVolume(s.PV), Cv: calc.FormatVolume(s.CV), Qv: calc.FormatVolume(s.QV),
		SoldAt: timestamp(s.SoldAtUS), ActivatedAt: timestamp(s.ActivatedAtUS), CancelledAt: timestamp(s.CancelledAtUS),
		State: saleStates[s.State], CyclesPaid: s.CyclesPaid,
		PlanId: s.PlanID, PlanVersion: s.PlanVersion, RecordedAt: timestamp(s.RecordedAtUS),
		Billing: billingOf(s.Billing), LapsesAt: timestamp(s.DueAtUS), NextCycle: s.NextCycle, TermsFrom: timestamp(s.TermsFromUS),
	}
	if s.FeeMinor != 0 {
		out.Fee = money(s.FeeMinor, s.Currency)
	}
	return out
}
