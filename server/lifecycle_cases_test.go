package server

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The published cases of advances and chargebacks, over the API from end to end: a real server, JSON over HTTP.

// insurer is a world with one agent, a plan, and a product of each class that is paid by the month.
func insurer(t *testing.T, bonuses string, classes ...string) *world {
	w := newWorld(t)
	w.clock.set(time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC))
	source := "plan_id: main\nname: Insurer\ncurrency: USD\nvalid_from: 2026-01-01\ncadence: monthly\nbonuses:\n" + bonuses
	w.ok("PlanService/PublishPlan", fmt.Sprintf(`{"source":%s}`, quoted(source)))
	w.ok("CatalogService/PutMarket", `{"market":{"market":"US","region":"us-east1","name":"United States"}}`)
	w.ok("CatalogService/PutVendor", `{"vendor":{"vendorId":"acme","name":"Acme Life"}}`)
	for _, class := range classes {
		w.ok("CatalogService/PutProduct", fmt.Sprintf(`{"product":{"productId":%q,"vendorId":"acme","name":"Policy","productClass":%q,"requiresActivation":true,
			"billing":{"cycle":"BILLING_CYCLE_MONTHLY","lapseAfterFailedPayments":2}}}`, class, class))
	}
	w.ok("NetworkService/Enroll", `{"distributorId":"agent","planId":"main","market":"US","enrolledAt":"2026-01-01T00:00:00Z"}`)
	return w
}

// policy sells and activates at a time.
func (w *world) policy(id, class, price, at string) {
	w.t.Helper()
	w.ok("CommissionService/RecordSale", fmt.Sprintf(`{"market":"US","saleId":%q,"distributorId":"agent","customerId":"c","productId":%q,
		"price":{"currencyCode":"USD","amount":%q},"soldAt":%q}`, id, class, price, at))
	w.ok("CommissionService/Activate", fmt.Sprintf(`{"market":"US","saleId":%q,"eventId":"live","activatedAt":%q}`, id, at))
}

// premium records what became of the payment of a cycle.
func (w *world) premium(id string, cycle int, status, at string) map[string]any {
	w.t.Helper()
	return w.ok("CommissionService/RecordPayment", fmt.Sprintf(`{"market":"US","saleId":%q,"eventId":"%s-%d-%s","cycle":%d,
		"amount":{"currencyCode":"USD","amount":"1.00"},"paidAt":%q,"status":"PAYMENT_STATUS_%s"}`, id, strings.ToLower(status), cycle, at[5:10], cycle, at, status))
}

// end cancels, and returns the sum and the factor of what is posted: "-340.00 5/9".
func (w *world) end(id, at string) string {
	w.t.Helper()
	return reversal(w.ok("CommissionService/Cancel", fmt.Sprintf(`{"market":"US","saleId":%q,"eventId":"end","cancelledAt":%q}`, id, at)))
}

// reversal is the one line that a receipt took back.
func reversal(answer map[string]any) string {
	if at(answer, "receipt.lines.0") == nil {
		return "nothing"
	}
	part := fmt.Sprintf("%v/%v", at(answer, "receipt.lines.0.factors.0.numerator"), at(answer, "receipt.lines.0.factors.0.denominator"))
	return fmt.Sprintf("%v %s", at(answer, "receipt.lines.0.amount.amount"), part)
}

func (w *world) closeMonths(months ...string) {
	w.t.Helper()
	for _, month := range months {
		w.ok("CommissionService/RunPeriod", fmt.Sprintf(`{"planId":"main","period":%q,"mode":"RUN_MODE_CLOSE"}`, month))
	}
}

// Source: shared case advance-612-cancelled-month-4. 68 a month for nine months; four months count as earned, and the charge stands on
// the statement of August. Where the failed draft is that of the fourth month, three were paid.
func TestCase_Advance612CancelledInMonth4(t *testing.T) {
	w := insurer(t, "  - {name: advance, advance: {months: 9, rate: 100%}}\n", "term")
	w.policy("four", "term", "68.00", "2026-03-02T00:00:00Z")
	w.policy("three", "term", "68.00", "2026-03-02T00:00:00Z")
	for cycle, day := range []string{"2026-03-15", "2026-04-15", "2026-05-15", "2026-06-15"} {
		w.premium("four", cycle+1, "PAID", day+"T00:00:00Z")
		if cycle < 3 {
			w.premium("three", cycle+1, "PAID", day+"T00:00:00Z")
		}
	}
	w.closeMonths("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07")
	if got := w.end("four", "2026-08-15T00:00:00Z"); got != "-340.00 5/9" {
		t.Errorf("four months paid: %s, want -340.00", got)
	}
	// The other lapses by its second failed draft.
	if got := reversal(w.premium("three", 4, "FAILED", "2026-06-15T00:00:00Z")); got != "nothing" {
		t.Errorf("the first failed draft takes back %s", got)
	}
	second := w.premium("three", 4, "FAILED", "2026-08-16T00:00:00Z")
	if got := reversal(second); got != "-408.00 6/9" || at(second, "receipt.saleState") != "SALE_STATE_LAPSED" {
		t.Errorf("three months paid: %s, %v, want -408.00", got, at(second, "receipt.saleState"))
	}
	march := w.ok("CommissionService/GetEarnings", `{"distributorId":"agent","period":"2026-03"}`)
	august := w.ok("CommissionService/GetEarnings", `{"distributorId":"agent","period":"2026-08"}`)
	if at(march, "totals.0.earned.amount") != "1224.00" || at(march, "totals.0.payable.amount") != "1224.00" || at(august, "totals.0.reversed.amount") != "-748.00" {
		t.Errorf("March %v, August %v", march["totals"], august["totals"])
	}
}

// Source: shared case advance-9-month-earning-table. 500 × 9 × 102.5 %, of which each paid month earns a ninth.
func TestCase_Advance9MonthEarningTable(t *testing.T) {
	w := insurer(t, "  - {name: advance, advance: {months: 9, rate: 102.5%}}\n", "term")
	for paid, charged := range []string{"-4612.50", "-4100.00", "-3587.50", "-3075.00", "-2562.50", "-2050.00", "-1537.50", "-1025.00", "-512.50", ""} {
		id := fmt.Sprint("p", paid)
		w.policy(id, "term", "500.00", "2026-01-02T00:00:00Z")
		for cycle := range paid {
			w.premium(id, cycle+1, "PAID", fmt.Sprintf("2026-%02d-20T00:00:00Z", cycle+1))
		}
		got, _, _ := strings.Cut(w.end(id, "2026-11-15T00:00:00Z"), " ")
		if got != charged && (charged != "" || got != "nothing") {
			t.Errorf("%d months paid: %s is charged back, want %s", paid, got, charged)
		}
	}
	e := w.ok("CommissionService/GetEarnings", `{"distributorId":"agent","period":"2026-01"}`)
	if got := at(e, "totals.0.earned.amount"); got != "46125.00" {
		t.Errorf("ten advances of 4,612.50 come to %v", got)
	}
}

// Source: shared case chargeback-schedules. Bands have exact ends: "0 to 3 months" holds its last moment, "over 3 to 6" begins after it.
func TestCase_ChargebackSchedules(t *testing.T) {
	w := insurer(t, `  - name: annuity
    direct: {base: price, rate: 100%, product_classes: [annuity], clawback: {mode: bands, bands: [{to_months: 3, share: 100%}, {to_months: 6, share: 50%}]}}
  - name: term
    direct: {base: price, rate: 100%, product_classes: [term], clawback: {mode: bands, bands: [{to_months: 12, share: 100%}]}}
  - name: medicare
    advance: {months: 12, rate: 100%, product_classes: [medicare]}
`, "annuity", "term", "medicare")
	for _, test := range []struct {
		id, class, price, live, end string
		paid                        int
		want                        string
	}{
		{"t3", "term", "4000.00", "2026-01-10T00:00:00Z", "2026-04-10T00:00:00Z", 0, "-4000.00"},
		{"t12", "term", "4000.00", "2026-01-10T00:00:00Z", "2027-01-10T00:00:00Z", 0, "-4000.00"},
		{"t12s", "term", "4000.00", "2026-01-10T00:00:00Z", "2027-01-10T00:00:00.000001Z", 0, "nothing"},
		{"a3", "annuity", "1000.00", "2026-01-10T00:00:00Z", "2026-04-10T00:00:00Z", 0, "-1000.00"},
		{"a3s", "annuity", "1000.00", "2026-01-10T00:00:00Z", "2026-04-10T00:00:00.000001Z", 0, "-500.00"},
		{"a6", "annuity", "1000.00", "2026-01-10T00:00:00Z", "2026-07-10T00:00:00Z", 0, "-500.00"},
		{"a6s", "annuity", "1000.00", "2026-01-10T00:00:00Z", "2026-07-10T00:00:00.000001Z", 0, "nothing"},
		{"m9", "medicare", "100.00", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z", 3, "-900.00"},
		{"m10", "medicare", "100.00", "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z", 2, "-1000.00"},
		{"m11", "medicare", "100.00", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", 1, "-1100.00"},
	} {
		w.policy(test.id, test.class, test.price, test.live)
		for cycle := range test.paid {
			w.premium(test.id, cycle+1, "PAID", "2026-12-15T00:00:00Z")
		}
		if got, _, _ := strings.Cut(w.end(test.id, test.end), " "); got != test.want {
			t.Errorf("%s: %s is charged back, want %s", test.id, got, test.want)
		}
	}
	// Nobody's balance is below zero but where it was taken back after it was paid out.
	e := w.ok("CommissionService/GetEarnings", `{"distributorId":"agent","period":"2026-04"}`)
	if got := at(e, "totals.0.posted.amount"); got != "-5500.00" {
		t.Errorf("April comes to %v", got)
	}
}
