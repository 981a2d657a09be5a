package server

import (
	"strings"
	"testing"

	"connectrpc.com/connect"

	uplinev1 "upline/api/upline/v1"
)

const paid1 = `{"market":"US","saleId":"s1","eventId":"p1","cycle":1,"amount":{"currencyCode":"USD","amount":"100.00"},"paidAt":"2026-10-15T11:00:00Z"}`

func TestRecordPayment_PaidIsWhatIsMeantWhenNothingIsSaid(t *testing.T) {
	w := newWorld(t).found()
	w.ok("CommissionService/RecordSale", sale("s1", "anna", "kit"))
	first := w.ok("CommissionService/RecordPayment", paid1)
	again := w.ok("CommissionService/RecordPayment", strings.Replace(paid1, `"cycle":1,`, `"cycle":1,"status":"PAYMENT_STATUS_PAID",`, 1))
	if at(first, "receipt.recordedAt") != at(again, "receipt.recordedAt") || at(again, "receipt.kind") != "EVENT_KIND_PAID" || at(again, "receipt.cycle") != 1.0 {
		t.Errorf("first %v, again %v", first, again)
	}
	r := w.post("CommissionService/RecordPayment", strings.Replace(paid1, `"cycle":1,`, `"cycle":1,"status":"PAYMENT_STATUS_FAILED",`, 1))
	refusedJSON(t, r).is(t, connect.CodeAlreadyExists, uplinev1.ErrorReason_ERROR_REASON_ID_REUSED, "status")
}

func TestGetSale_SaysHowItIsBilledAndWhenItLapses(t *testing.T) {
	w := newWorld(t).found()
	const billing = `"billing":{"cycle":"BILLING_CYCLE_QUARTERLY","due":"BILLING_DUE_IN_ARREARS","graceDays":14,"lapseAfterFailedPayments":3,"lapseWhenOverdue":true,"paymentReinstates":true}`
	put := w.ok("CatalogService/PutProduct", `{"product":{"productId":"line","vendorId":"acme","name":"Line",`+billing+`}}`)
	w.ok("CommissionService/RecordSale", sale("s1", "anna", "line"))
	got := w.ok("CommissionService/GetSale", `{"market":"US","saleId":"s1"}`)
	for _, of := range []any{at(put, "product.billing"), at(got, "sale.billing")} {
		for name, want := range map[string]any{
			"cycle": "BILLING_CYCLE_QUARTERLY", "due": "BILLING_DUE_IN_ARREARS", "graceDays": 14.0, "lapseAfterFailedPayments": 3.0,
			"lapseWhenOverdue": true, "paymentReinstates": true,
		} {
			if at(of, name) != want {
				t.Errorf("%s is %v, want %v", name, at(of, name), want)
			}
		}
	}
	// Sold on 14 October: the first quarter ends on 14 January.
	if at(got, "sale.lapsesAt") != "2027-01-28T12:00:00Z" || at(got, "sale.nextCycle") != 1.0 {
		t.Errorf("lapses at %v, next cycle %v", at(got, "sale.lapsesAt"), at(got, "sale.nextCycle"))
	}
}
