package server

import (
	"fmt"
	"testing"
)

// subscriptions is a company that sells subscriptions, under a plan of these bonuses.
func subscriptions(t *testing.T, bonuses string) *world {
	w := insurer(t, bonuses, "monthly")
	w.ok("CatalogService/PutProduct", `{"product":{"productId":"yearly","vendorId":"acme","name":"By the year","billing":{"cycle":"BILLING_CYCLE_ANNUAL"}}}`)
	w.ok("CatalogService/PutProduct", `{"product":{"productId":"basic","vendorId":"acme","name":"Basic","pv":"30","cv":"30","billing":{"cycle":"BILLING_CYCLE_MONTHLY"}}}`)
	w.ok("CatalogService/PutProduct", `{"product":{"productId":"plus","vendorId":"acme","name":"Plus","pv":"60","cv":"60","billing":{"cycle":"BILLING_CYCLE_MONTHLY"},
		"proration":{"mode":"PRORATION_MODE_CHARGE","unit":"PRORATION_UNIT_DAY","dayCount":"DAY_COUNT_ACTUAL_ACTUAL","changedUnit":"CHANGED_UNIT_USED"}}}`)
	return w
}

// sell records a sale that is live at once.
func (w *world) sell(id, product, price, at string) {
	w.t.Helper()
	w.ok("CommissionService/RecordSale", fmt.Sprintf(`{"market":"US","saleId":%q,"distributorId":"agent","customerId":"c","productId":%q,
		"price":{"currencyCode":"USD","amount":%q},"soldAt":%q}`, id, product, price, at))
}

// change changes a sale under the id "up", and returns the receipt.
func (w *world) change(id, product, price, at, proration string) map[string]any {
	w.t.Helper()
	if proration != "" {
		proration = `,"proration":` + proration
	}
	answer := w.ok("CommissionService/ChangeSale", fmt.Sprintf(`{"market":"US","saleId":%q,"eventId":"up","productId":%q,"changedAt":%q,
		"price":{"currencyCode":"USD","amount":%q}%s}`, id, product, at, price, proration))
	return answer["receipt"].(map[string]any)
}

// Source: shared case proration-subscription-change. The plan pays what is invoiced, so that its lines are the published figures:
// Stripe's 10 to 20 half way, Samsung's 30 to 60 on 15 September charged or turned into days, RevenueCat's 2 a month to 36 a year half way.
func TestCase_ProrationSubscriptionChange(t *testing.T) {
	const (
		stripe  = `{"mode":"PRORATION_MODE_CHARGE","unit":"PRORATION_UNIT_SECOND"}`
		samsung = `{"mode":"PRORATION_MODE_%s","unit":"PRORATION_UNIT_DAY","dayCount":"DAY_COUNT_ACTUAL_ACTUAL","changedUnit":"CHANGED_UNIT_USED","extensionRounding":"EXTENSION_ROUNDING_UP"}`
		google  = `{"mode":"PRORATION_MODE_CHARGE","unit":"PRORATION_UNIT_DAY","dayCount":"DAY_COUNT_ACTUAL_ACTUAL","changedUnit":"CHANGED_UNIT_USED","extensionRounding":"EXTENSION_ROUNDING_DOWN","extensionAfterUsed":true}`
	)
	w := subscriptions(t, "  - {name: invoiced, direct: {base: price, rate: 100%}}\n")
	for _, test := range []struct {
		id, product, from, start, to, price, at, proration string
		credit, charge, net, line, next, nextAt            string
		days                                               string
	}{
		{"stripe", "basic", "10.00", "2026-09-01T00:00:00Z", "plus", "20.00", "2026-09-16T00:00:00Z", stripe, "-5.00", "10.00", "5.00", "5.00", "20.00", "2026-10-01T00:00:00Z", ""},
		{"samsung-charge", "basic", "30.00", "2026-09-01T00:00:00Z", "plus", "60.00", "2026-09-15T00:00:00Z", fmt.Sprintf(samsung, "CHARGE"), "-15.00", "30.00", "15.00", "15.00", "60.00", "2026-10-01T00:00:00Z", ""},
		{"samsung-date", "basic", "30.00", "2026-09-01T00:00:00Z", "plus", "60.00", "2026-09-15T00:00:00Z", fmt.Sprintf(samsung, "DATE"), "-15.00", "15.00", "0.00", "", "60.00", "2026-09-23T00:00:00Z", "8"},
		{"samsung-none", "basic", "30.00", "2026-09-01T00:00:00Z", "plus", "60.00", "2026-09-15T00:00:00Z", fmt.Sprintf(samsung, "NONE"), "0.00", "0.00", "0.00", "", "60.00", "2026-10-01T00:00:00Z", ""},
		{"samsung-deferred", "basic", "30.00", "2026-09-01T00:00:00Z", "plus", "60.00", "2026-09-15T00:00:00Z", fmt.Sprintf(samsung, "DEFERRED"), "0.00", "0.00", "0.00", "", "60.00", "2026-10-01T00:00:00Z", ""},
		{"revenuecat", "basic", "2.00", "2026-04-01T00:00:00Z", "yearly", "36.00", "2026-04-15T17:20:00Z", google, "-1.00", "1.50", "0.50", "0.50", "36.00", "2026-05-01T00:00:00Z", ""},
	} {
		w.sell(test.id, test.product, test.from, test.start)
		receipt := w.change(test.id, test.to, test.price, test.at, test.proration)
		c := at(receipt, "change")
		got := []any{at(c, "credit.amount"), at(c, "charge.amount"), at(c, "net.amount"), at(c, "price.amount"), at(c, "nextBillingAt"), at(c, "extensionUnits"), at(receipt, "lines.0.amount.amount")}
		want := []any{test.credit, test.charge, test.net, test.next, test.nextAt, nil, nil}
		if test.days != "" {
			want[5] = test.days
		}
		if test.line != "" {
			want[6] = test.line
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s:\n got %v\nwant %v", test.id, got, want)
		}
		sale := w.ok("CommissionService/GetSale", fmt.Sprintf(`{"market":"US","saleId":%q}`, test.id))
		if at(sale, "sale.productId") != test.to || at(sale, "sale.price.amount") != test.price || at(sale, "events.1.change.net.amount") != test.net {
			t.Errorf("%s is %v", test.id, sale)
		}
	}
	// What is invoiced is what September and April come to.
	for period, want := range map[string]string{"2026-09": "150.00", "2026-04": "2.50"} {
		e := w.ok("CommissionService/GetEarnings", fmt.Sprintf(`{"distributorId":"agent","period":%q}`, period))
		if got := at(e, "totals.0.posted.amount"); got != want {
			t.Errorf("%s comes to %v, want %s", period, got, want)
		}
	}
}
