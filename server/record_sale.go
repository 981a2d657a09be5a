package server

import (
	"context"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// RecordSale records one sale: a batch of one.
func (s *Server) RecordSale(ctx context.Context, request *uplinev1.RecordSaleRequest) (*uplinev1.RecordSaleResponse, error) {
	var r reading
	sale := newSale(&r, request)
	if err := r.err(); err != nil {
		return nil, err
	}
	receipts, err := s.store.RecordSales(ctx, []store.NewSale{sale})
	if err != nil {
		return nil, ofSingle(err, "sales[0].")
	}
	return &uplinev1.RecordSaleResponse{Receipt: receiptOf(receipts[0], callFrom(ctx).caller)}, nil
}

// saleKey are the fields that identify a sale, and so are the same in every repeat.
var saleKey = []string{"market", "sale_id"}

func newSale(r *reading, request *uplinev1.RecordSaleRequest) store.NewSale {
	sale := store.NewSale{
		Market: request.GetMarket(), SaleID: request.GetSaleId(), OrderID: request.GetOrderId(),
		DistributorID: request.GetDistributorId(), CustomerID: request.GetCustomerId(), ProductID: request.GetProductId(),
		PriceMinor: r.price("price", request.GetPrice()), Currency: request.GetPrice().GetCurrencyCode(),
		PV: r.optionalVolume("pv", request.Pv), CV: r.optionalVolume("cv", request.Cv),
		SoldAtUS: r.timeUS("sold_at", request.GetSoldAt()),
	}
	normal := map[string]string{"price.amount": formatMinor(sale.PriceMinor, sale.Currency)}
	if sale.PV != nil {
		normal["pv"] = calc.FormatVolume(*sale.PV)
	}
	if sale.CV != nil {
		normal["cv"] = calc.FormatVolume(*sale.CV)
	}
	sale.Content = contentOf(request, saleKey, normal)
	return sale
}
