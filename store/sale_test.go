package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

func TestRecordSales_RepeatedIDReturnsFirstResult(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		first, err := w.RecordSales(t.Context(), []store.NewSale{sale("s1")})
		if err != nil {
			t.Fatal(err)
		}
		w.append(activation("s1", "a", at(6, 0)))
		w.nowUS.Store(at(31, 9))
		again, err := w.RecordSales(t.Context(), []store.NewSale{sale("s1")})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprintf("%+v", again), fmt.Sprintf("%+v", first); got != want {
			t.Errorf("repeated call\n got %s\nwant %s", got, want)
		}
		if first[0].State != store.SalePending || len(first[0].CountedIn) != 2 {
			t.Errorf("first result %+v", first[0])
		}
	})
}

func TestRecordSales_SameIDOtherContentNamesTheField(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.record("s1")
		other := sale("s1")
		other.Content = store.Content{{"distributor_id", "bob"}, {"price.amount", "499.00"}}
		_, err := w.RecordSales(t.Context(), []store.NewSale{other})
		refused(t, err, store.ErrIDReused, "sales[0].price.amount")
	})
}

func TestRecordSales_AllOrNothing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		unknown := sale("s2")
		unknown.DistributorID = "nobody"
		_, err := w.RecordSales(t.Context(), []store.NewSale{sale("s1"), unknown})
		refused(t, err, store.ErrUnknownDistributor, "sales[1].distributor_id")
		_, _, err = w.GetSale(t.Context(), "US", "s1", store.Scope{})
		refused(t, err, store.ErrUnknownSale, "sale_id")
	})
}

func TestRecordSales_Refusals(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for _, test := range []struct {
			name  string
			edit  func(*store.NewSale)
			kind  error
			field string
		}{
			{"unknown market", func(n *store.NewSale) { n.Market = "XX" }, store.ErrUnknownMarket, "sales[0].market"},
			{"unknown seller", func(n *store.NewSale) { n.DistributorID = "x" }, store.ErrUnknownDistributor, "sales[0].distributor_id"},
			{"unknown product", func(n *store.NewSale) { n.ProductID = "x" }, store.ErrUnknownProduct, "sales[0].product_id"},
			{"future", func(n *store.NewSale) { n.SoldAtUS = at(31, 1) }, store.ErrTimeOutOfRange, "sales[0].sold_at"},
			{"before the seller came", func(n *store.NewSale) { n.SoldAtUS = at(1, 1) }, store.ErrTimeOutOfRange, "sales[0].sold_at"},
			{"other currency than prices are paid from", func(n *store.NewSale) { n.Currency = "EUR" }, store.ErrCurrency, "sales[0].price.currency_code"},
		} {
			n := sale("s1")
			test.edit(&n)
			_, err := w.RecordSales(t.Context(), []store.NewSale{n})
			refused(t, err, test.kind, test.field)
		}
	})
}

func TestAppendEvent_ActivationPaysAndCancellationTakesBack(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.record("s1")
		got := lines(w.append(activation("s1", "a", at(6, 0))))
		want := "bob direct COMMISSION L0 5000\nalice team COMMISSION L1 500\ntop team COMMISSION L2 200\nbob advance COMMISSION L0 461250\n"
		if got != want {
			t.Errorf("activation posts\n%swant\n%s", got, want)
		}
		for k := int32(1); k <= 4; k++ {
			if got := lines(w.append(payment("s1", fmt.Sprintf("p%d", k), k, at(7, int(k))))); got != "" {
				t.Errorf("payment posts %s", got)
			}
		}
		got = lines(w.append(cancellation("s1", "c", at(25, 0))))
		want = "bob direct REVERSAL L0 -5000 reverses a/1\nbob advance REVERSAL L0 -256250 reverses a/4\n"
		if got != want {
			t.Errorf("cancellation after 19 days posts\n%swant\n%s", got, want)
		}
		got = lines(w.append(payment("s1", "p5", 5, at(20, 0))))
		want = "bob advance REVERSAL L0 256250 reverses c/2\nbob advance REVERSAL L0 -205000 reverses a/4\n"
		if got != want {
			t.Errorf("a fifth payment before the end posts\n%swant\n%s", got, want)
		}
	})
}

// The spread to the upline and an override on it are advanced with the sale, and each is taken back by the months that were not paid.
func TestAppendEvent_OverridesAreAdvancedAndTakenBack(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := basePlan("contracts")
		p.Ranks = []calc.Rank{{Name: "agent"}, {Name: "agency"}}
		unearned := calc.Clawback{Mode: calc.ClawbackMonthsPaid}
		p.Bonuses = []calc.Bonus{
			{Name: "recruiting", Pays: calc.PaysEvent, Cadence: calc.Monthly, Matching: &calc.Matching{
				Bonuses: []int{1}, Rates: levelled([]int64{100_000_000}, []int64{100_000_000}, []int64{100_000_000}), Clawback: unearned, ClawbackMonths: 9 * calc.Month,
			}},
			{Name: "contract", Pays: calc.PaysEvent, Cadence: calc.Monthly, Differential: &calc.Differential{
				Base: calc.BasePrice, Rates: rated(800_000_000, 1_150_000_000, 1_200_000_000), OwnSales: true, LessSeller: true, ToLevel: 10, Months: 9 * calc.Month, Clawback: unearned,
			}},
		}
		w.publish(p, "contracts")
		w.enrol("contracts", distributor("agency", "", 1), distributor("agent", "agency", 1), distributor("trainee", "agent", 2))
		_, _, err := w.ImportOpening(t.Context(), "contracts", []store.OpeningEntry{
			{EventID: "r1", DistributorID: "agency", Kind: store.OpeningRank, Rank: "agency", Content: store.Content{{"rank", "agency"}}},
			{EventID: "r2", DistributorID: "agent", Kind: store.OpeningRank, Rank: "agent", Content: store.Content{{"rank", "agent"}}},
		})
		w.must(nil, err)
		policy := sale("policy")
		policy.DistributorID, policy.PriceMinor = "trainee", 100_00
		w.must(w.RecordSales(t.Context(), []store.NewSale{policy}))
		receipt := w.append(activation("policy", "a", at(6, 0)))
		want := "agency recruiting COMMISSION L1 3150\nagent recruiting COMMISSION L1 7200\n" +
			"trainee contract COMMISSION L0 72000\nagent contract COMMISSION L0 31500\nagency contract COMMISSION L0 4500\n"
		if got := lines(receipt); got != want {
			t.Errorf("activation posts\n%swant\n%s", got, want)
		}
		if spread := receipt.Lines[3]; spread.Factor != "months_advanced" || spread.FactorPart != (calc.Fraction{Num: 9, Den: 1}) || spread.Rate != 350_000_000 {
			t.Errorf("the spread is %+v", spread)
		}
		for k := int32(1); k <= 3; k++ {
			w.append(payment("policy", fmt.Sprintf("p%d", k), k, at(7, int(k))))
		}
		want = "agency recruiting REVERSAL L1 -2100 reverses a/1\nagent recruiting REVERSAL L1 -4800 reverses a/2\n" +
			"trainee contract REVERSAL L0 -48000 reverses a/3\nagent contract REVERSAL L0 -21000 reverses a/4\nagency contract REVERSAL L0 -3000 reverses a/5\n"
		if got := lines(w.append(cancellation("policy", "c", at(25, 0)))); got != want {
			t.Errorf("cancellation posts\n%swant\n%s", got, want)
		}
	})
}

func TestAppendEvent_EveryOrderOfArrivalGivesTheSame(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		events := []store.NewEvent{
			activation("", "a", at(6, 0)), payment("", "p1", 1, at(7, 0)), payment("", "p2", 2, at(10, 0)), cancellation("", "c", at(12, 0)),
			payment("", "p3", 3, at(13, 0)), activation("", "b", at(20, 0)),
		}
		var want, wantCounts string
		r := rand.New(rand.NewPCG(7, 7))
		orders := 60
		for i := range orders {
			id := fmt.Sprintf("s%d", i)
			w.record(id)
			for _, k := range r.Perm(len(events)) {
				e := events[k]
				e.SaleID = id
				w.append(e)
				w.append(e) // a repeat is harmless at any point
			}
			got, counts := w.sums(t.Context(), id), w.counts(id)
			if i == 0 {
				want, wantCounts = got, counts
			}
			if got != want || counts != wantCounts {
				t.Fatalf("order %d\n got %s, counts %s\nwant %s, counts %s", i, got, counts, want, wantCounts)
			}
		}
		if want != "ACTIVE, 2 cycles; alice team 500; bob advance 461250; bob direct 5000; top team 200" {
			t.Errorf("comes to %s", want)
		}
	})
}

// counts adds what a sale counts in each period.
func (w *world) counts(saleID string) string {
	w.t.Helper()
	text := ""
	err := w.Engine().Read(w.t.Context(), "counts", func(c store.Conn) error {
		text = ""
		return c.Query(`SELECT cadence, period_no, CAST(SUM(pv) AS BIGINT), CAST(SUM(cv) AS BIGINT), CAST(SUM(price_minor) AS BIGINT)
			FROM event_counts WHERE sale_id = $1 GROUP BY cadence, period_no ORDER BY cadence, period_no`, []any{saleID}, func(r store.Row) error {
			if r.Int(2) != 0 || r.Int(3) != 0 || r.Int(4) != 0 {
				text += fmt.Sprintf("%d:%d %d %d %d;", r.Int(0), r.Int(1), r.Int(2), r.Int(3), r.Int(4))
			}
			return nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

func TestAppendEvent_CancelledWhilePendingPostsNothing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.record("s1")
		r := w.append(cancellation("s1", "c", at(6, 0)))
		if len(r.Lines) > 0 || r.State != store.SaleCancelled || w.counts("s1") != "" {
			t.Errorf("%+v, counts %s", r, w.counts("s1"))
		}
	})
}

func TestAppendEvent_Refusals(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.record("s1")
		w.append(cancellation("s1", "c", at(6, 0)))
		inEuro := payment("s1", "p", 1, at(7, 0))
		inEuro.Currency = "EUR"
		for _, test := range []struct {
			name  string
			event store.NewEvent
			scope store.Scope
			kind  error
			field string
		}{
			{"unknown sale", activation("x", "a", at(6, 0)), store.Scope{}, store.ErrUnknownSale, "sale_id"},
			{"another vendor's sale", activation("s1", "a", at(6, 0)), store.Scope{VendorID: "other"}, store.ErrUnknownSale, "sale_id"},
			{"activated before sold", activation("s1", "a", at(4, 0)), store.Scope{}, store.ErrTimeOutOfRange, "activated_at"},
			{"paid in the future", payment("s1", "p", 1, at(31, 1)), store.Scope{}, store.ErrTimeOutOfRange, "paid_at"},
			{"cancelled twice under one event id", cancellation("s1", "c", at(7, 0)), store.Scope{}, store.ErrIDReused, "cancelled_at"},
			{"paid in another currency", inEuro, store.Scope{}, store.ErrCurrency, "amount.currency_code"},
		} {
			_, err := w.AppendEvent(t.Context(), test.event, test.scope)
			refused(t, err, test.kind, test.field)
		}
	})
}

func TestRecordSales_SentAThousandTimesAtOnceIsOneSale(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newWorld(t, engine)
		servers := []*store.Store{w.Store, w.open(engine), w.open(engine)}
		n := sale("s1")
		n.ProductID = "kit"
		answers := make([]string, 1000)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() {
				if i%2 == 0 {
					r, err := servers[i%3].RecordSale(t.Context(), n)
					answers[i] = fmt.Sprintf("%+v %v", []store.Receipt{r}, err)
					return
				}
				r, err := servers[i%3].RecordSales(t.Context(), []store.NewSale{n})
				answers[i] = fmt.Sprintf("%+v %v", r, err)
			})
		}
		wg.Wait()
		for i, a := range answers {
			if a != answers[0] {
				t.Fatalf("answer %d differs\n got %s\nwant %s", i, a, answers[0])
			}
		}
		if got := w.sums(t.Context(), "s1"); got != "ACTIVE, 0 cycles; alice team 100; bob advance 461250; bob direct 5000; top team 40" {
			t.Errorf("comes to %s", got)
		}
	})
}

func TestGetEarnings_TotalsAndPagesAgree(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for i := range 7 {
			id := fmt.Sprintf("s%d", i)
			w.record(id)
			w.append(activation(id, "a", at(6, i)))
		}
		w.append(cancellation("s3", "c", at(8, 0)))
		w.record("waiting")
		var got []string
		q := store.EarningsQuery{DistributorID: "bob", Period: "2026-01", PageSize: 4}
		for {
			e, err := w.GetEarnings(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if q.After == "" {
				total := e.Totals[0]
				if total.PostedMinor != 6*466_250 || total.ReversedMinor != -466_250 || total.HeldMinor != total.PostedMinor || total.LineCount != 16 || e.PendingSales != 1 {
					t.Errorf("totals %+v, %d pending", total, e.PendingSales)
				}
			}
			for _, l := range e.Lines {
				// What pays months in advance comes last.
				got = append(got, fmt.Sprintf("%t %s/%s/%d", l.Kind == "COMMISSION" && l.Factor == "months_advanced", l.SaleID, l.EventID, l.LineNo))
			}
			if q.After = e.Next; e.Next == "" {
				break
			}
		}
		if len(slices.Compact(slices.Clone(got))) != 16 || fmt.Sprint(got) != fmt.Sprint(sorted(got)) {
			t.Errorf("lines %v", got)
		}
		week, err := w.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: "alice", Cadence: calc.Weekly, Period: "2026-W02", PageSize: 100})
		if err != nil || week.Totals[0].PostedMinor != 6*500 {
			t.Errorf("week %+v, %v", week.Totals, err)
		}
	})
}
