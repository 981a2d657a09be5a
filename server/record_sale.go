package server

import (
	"context"
	"time"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// RecordSale records one sale.
func (s *Server) RecordSale(ctx context.Context, request *uplinev1.RecordSaleRequest) (*uplinev1.RecordSaleResponse, error) {
	var r reading
	sale := newSale(&r, request)
	if err := r.err(); err != nil {
		return nil, err
	}
	receipt, err := s.store.RecordSale(ctx, sale)
	if err != nil {
		return nil, err
	}
	return &uplinev1.RecordSaleResponse{Receipt: receiptOf(receipt, callFrom(ctx).caller)}, nil
}

func newSale(r *reading, request *uplinev1.RecordSaleRequest) store.NewSale {
	sale := store.NewSale{
		Market: request.GetMarket(), SaleID: request.GetSaleId(), OrderID: request.GetOrderId(),
		DistributorID: request.GetDistributorId(), CustomerID: request.GetCustomerId(), ProductID: request.GetProductId(),
		PriceMinor: r.price("price", request.GetPrice()), Currency: request.GetPrice().GetCurrencyCode(),
		PV: r.optionalVolume("pv", request.Pv), CV: r.optionalVolume("cv", request.Cv), QV: r.optionalVolume("qv", request.Qv),
		SoldAtUS: r.timeUS("sold_at", request.GetSoldAt()),
	}
	if request.GetFee() != nil {
		fee := r.price("fee", request.GetFee())
		if sale.FeeMinor = &fee; request.GetFee().GetCurrencyCode() != sale.Currency {
			r.wrong(uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, "fee.currency_code", "is not the currency of the price",
				"A fee is a part of the price.")
		}
	}
	sale.Content = saleContent(&sale)
	return sale
}

// saleContent is what contentOf makes of the request of a sale whose fields were read. Sales come by the ten thousand a second, and
// a walk over the message takes longer than all else that is done with one here; a test holds the two together.
func saleContent(sale *store.NewSale) store.Content {
	content := make(store.Content, 0, 12)
	add := func(path, value string) {
		if value != "" {
			content = append(content, store.ContentField{Path: path, Value: value})
		}
	}
	add("order_id", sale.OrderID)
	add("distributor_id", sale.DistributorID)
	add("customer_id", sale.CustomerID)
	add("product_id", sale.ProductID)
	add("price.currency_code", sale.Currency)
	add("price.amount", formatMinor(sale.PriceMinor, sale.Currency))
	if sale.PV != nil {
		add("pv", calc.FormatVolume(*sale.PV))
	}
	if sale.CV != nil {
		add("cv", calc.FormatVolume(*sale.CV))
	}
	add("sold_at", time.UnixMicro(sale.SoldAtUS).UTC().Format(contentTime))
	if sale.QV != nil {
		add("qv", calc.FormatVolume(*sale.QV))
	}
	if sale.FeeMinor != nil {
		add("fee.currency_code", sale.Currency)
		add("fee.amount", formatMinor(*sale.FeeMinor, sale.Currency))
	}
	return content
}

// contentTime is how plan.Canonical writes a time.
const contentTime = "2006-01-02T15:04:05.000000Z07:00"
