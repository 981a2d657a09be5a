package server

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

const residualCasePlan = `plan_id: vendor
name: Subscriptions
currency: USD
valid_from: 2026-01-01
cadence: monthly
facts:
  - {name: subscriptions, value: sales}
bonuses:
  - name: direct
    residual:
      brackets:
        by: subscriptions
        steps: [{from: 0, rate: 35%}, {from: 100, rate: 40%}, {from: 500, rate: 45%}, {from: 1000, rate: 50%}]
      step_downs: [{after_cycles: 12, share: 50%}]
  - name: upline
    matching: {bonuses: [direct], rates: [{levels: [6%, 3%, 2%, 1%, 0.5%]}]}
`

// sellers are a group of recruits who have so many customers each.
type sellers struct {
	name, sponsor    string
	count, customers int
	product          string
}

// Source: shared case residual-vendor-com-subscriptions. Every customer is a subscription of 20 a month that is paid for January. The first
// two figures take 5,600 of them; UPLINE_TEST_WHOLE_CASES=1 takes all 195,100, for the figures of all levels, those of the levels below
// with their first month as they are sold.
func TestCase_ResidualVendorCom(t *testing.T) {
	w := newWorld(t)
	w.clock.set(time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC))
	w.ok("PlanService/PublishPlan", fmt.Sprintf(`{"source":%s}`, quoted(residualCasePlan)))
	w.ok("CatalogService/PutMarket", `{"market":{"market":"US","region":"us-east1","name":"United States"}}`)
	w.ok("CatalogService/PutVendor", `{"vendor":{"vendorId":"vendor","name":"Vendor"}}`)
	w.ok("CatalogService/PutProduct", `{"product":{"productId":"seat","vendorId":"vendor","name":"Subscription","volumeTiming":"VOLUME_TIMING_ON_PAYMENT","pv":"20","cv":"20",
		"billing":{"cycle":"BILLING_CYCLE_MONTHLY"}}}`)
	w.ok("CatalogService/PutProduct", `{"product":{"productId":"month","vendorId":"vendor","name":"Subscription, paid when it is sold","pv":"20","cv":"20",
		"billing":{"cycle":"BILLING_CYCLE_MONTHLY"}}}`)
	groups := []sellers{{"you", "", 1, 600, "seat"}, {"a", "you", 10, 200, "seat"}, {"b", "you", 40, 75, "seat"}, {"z", "", 1, 1, "seat"}}
	want := map[string]string{"1": "2220.00"}
	if os.Getenv("UPLINE_TEST_WHOLE_CASES") != "" {
		groups = append(groups, sellers{"c", "a0", 50, 150, "month"}, sellers{"d", "a0", 200, 50, "month"}, sellers{"e", "c0", 100, 100, "month"},
			sellers{"f", "c0", 900, 30, "month"}, sellers{"g", "e0", 3000, 20, "month"}, sellers{"h", "g0", 5000, 15, "month"})
		want = map[string]string{"1": "2220.00", "2": "3900.00", "3": "5380.00", "4": "4200.00", "5": "2625.00"}
	}
	for _, g := range groups {
		w.sells(g)
	}
	w.ok("CommissionService/RunPeriod", `{"planId":"vendor","period":"2026-01","mode":"RUN_MODE_CLOSE","wait":"60s"}`)
	e := w.ok("CommissionService/GetEarnings", `{"distributorId":"you","period":"2026-01"}`)
	if got := at(e, "lines.0.amount.amount"); at(e, "lines.0.bonus") != "direct" || got != "5400.00" {
		t.Errorf("direct pays %v, want 5400.00", got)
	}
	got := map[string]string{}
	for i := 1; at(e, fmt.Sprintf("lines.%d.level", i)) != nil; i++ {
		got[fmt.Sprint(at(e, fmt.Sprintf("lines.%d.level", i)))] = fmt.Sprint(at(e, fmt.Sprintf("lines.%d.amount.amount", i)))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the levels pay %v, want %v", got, want)
	}

	// Cycles 2 to 12 of one customer pay 7.00 each, and the 13th a half.
	for cycle := 2; cycle <= 13; cycle++ {
		w.ok("CommissionService/RecordPayment", fmt.Sprintf(`{"market":"US","saleId":"z0.0","eventId":"p%d","cycle":%d,"amount":{"currencyCode":"USD","amount":"20.00"},
			"paidAt":"2026-02-02T12:00:00Z"}`, cycle, cycle))
	}
	w.clock.set(time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC))
	w.ok("CommissionService/RunPeriod", `{"planId":"vendor","period":"2026-02","mode":"RUN_MODE_CLOSE","wait":"60s"}`)
	e = w.ok("CommissionService/GetEarnings", `{"distributorId":"z0","period":"2026-02"}`)
	if got := at(e, "totals.0.posted.amount"); got != "80.50" {
		t.Errorf("eleven cycles and half of one pay %v", got)
	}
}

// sells enrols a group and has its customers pay for January.
func (w *world) sells(g sellers) {
	w.t.Helper()
	var enrolled, sales []string
	id := func(i int) string {
		if g.name == "you" {
			return g.name
		}
		return fmt.Sprint(g.name, i)
	}
	flush := func(list *[]string, call, field string) {
		if len(*list) > 0 {
			w.ok(call, fmt.Sprintf(`{%q:[%s]}`, field, strings.Join(*list, ",")))
		}
		*list = nil
	}
	var paid []string
	for i := range g.count {
		sponsor := ""
		if g.sponsor != "" {
			sponsor = fmt.Sprintf(`"sponsorId":%q,`, g.sponsor)
		}
		enrolled = append(enrolled, fmt.Sprintf(`{"distributorId":%q,"planId":"vendor","market":"US",%s"enrolledAt":"2025-06-01T00:00:00Z"}`, id(i), sponsor))
		if len(enrolled) == 1000 || i == g.count-1 {
			flush(&enrolled, "NetworkService/EnrollBatch", "distributors")
		}
	}
	for i := range g.count {
		for k := range g.customers {
			sale := fmt.Sprintf("%s.%d", id(i), k)
			sales = append(sales, fmt.Sprintf(`{"market":"US","saleId":%q,"distributorId":%q,"customerId":%q,"productId":%q,"price":{"currencyCode":"USD","amount":"20.00"},
				"soldAt":"2026-01-05T10:00:00Z"}`, sale, id(i), sale, g.product))
			if g.product == "seat" {
				paid = append(paid, sale)
			}
			if len(sales) == 1000 || i == g.count-1 && k == g.customers-1 {
				flush(&sales, "CommissionService/RecordSales", "sales")
			}
		}
	}
	var group sync.WaitGroup
	const callers = 8
	for c := range callers {
		group.Go(func() {
			for i := c; i < len(paid); i += callers {
				r := w.post("CommissionService/RecordPayment", fmt.Sprintf(`{"market":"US","saleId":%q,"eventId":"p1","cycle":1,"amount":{"currencyCode":"USD","amount":"20.00"},
					"paidAt":"2026-01-06T12:00:00Z"}`, paid[i]), "Authorization", "Bearer "+keyOf(RoleStaff))
				if r.status != http.StatusOK {
					w.t.Errorf("the payment of %s: %d %s", paid[i], r.status, r.body)
					return
				}
			}
		})
	}
	group.Wait()
}
