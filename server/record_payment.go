package server

import (
	"context"
	"slices"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// paymentKinds are the events that the states of payments stand for.
var paymentKinds = map[uplinev1.PaymentStatus]calc.EventKind{
	uplinev1.PaymentStatus_PAYMENT_STATUS_UNSPECIFIED:     calc.Paid,
	uplinev1.PaymentStatus_PAYMENT_STATUS_PAID:            calc.Paid,
	uplinev1.PaymentStatus_PAYMENT_STATUS_FAILED:          calc.PaymentFailed,
	uplinev1.PaymentStatus_PAYMENT_STATUS_PARTLY_REFUNDED: calc.PaymentRefunded,
	uplinev1.PaymentStatus_PAYMENT_STATUS_REFUNDED:        calc.PaymentRefunded,
	uplinev1.PaymentStatus_PAYMENT_STATUS_CHARGED_BACK:    calc.PaymentChargedBack,
}

// RecordPayment says what became of the payment of a billing cycle.
func (s *Server) RecordPayment(ctx context.Context, request *uplinev1.RecordPaymentRequest) (*uplinev1.RecordPaymentResponse, error) {
	var r reading
	receipt, err := s.appendEvent(ctx, &r, paymentOf(&r, request))
	return &uplinev1.RecordPaymentResponse{Receipt: receipt}, err
}

func paymentOf(r *reading, request *uplinev1.RecordPaymentRequest) store.NewEvent {
	currency := request.GetAmount().GetCurrencyCode()
	amountMinor := r.amount("amount", request.GetAmount())
	if amountMinor < 0 {
		r.wrong(uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, "amount.amount", request.GetAmount().GetAmount()+" is negative",
			"What was given back or taken back is sent with `status`, and an amount above zero.")
	}
	partly := request.GetStatus() == uplinev1.PaymentStatus_PAYMENT_STATUS_PARTLY_REFUNDED
	if partly && amountMinor == 0 {
		r.wrong(uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, "amount.amount", "is zero, and part of a payment was given back", "Send what was given back.")
	}
	return store.NewEvent{
		Market: request.GetMarket(), SaleID: request.GetSaleId(), EventID: request.GetEventId(),
		Kind:          paymentKinds[request.GetStatus()],
		EffectiveAtUS: r.timeUS("paid_at", request.GetPaidAt()),
		Cycle:         request.GetCycle(),
		AmountMinor:   amountMinor,
		Partly:        partly,
		Currency:      currency,
		Content:       paymentContent(request, formatMinor(amountMinor, currency)),
	}
}

// paymentContent is what the client sent. A payment that says PAID is the same as one that leaves it out.
func paymentContent(request *uplinev1.RecordPaymentRequest, amount string) store.Content {
	content := contentOf(request, eventKey, map[string]string{"amount.amount": amount})
	if request.GetStatus() == uplinev1.PaymentStatus_PAYMENT_STATUS_PAID {
		content = slices.DeleteFunc(content, func(f store.ContentField) bool { return f.Path == "status" })
	}
	return content
}
