package store_test

import (
	"fmt"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// bySeconds splits a cycle to the second.
func bySeconds(mode calc.ProrationMode) *calc.Proration {
	return &calc.Proration{Mode: mode, Unit: calc.ProrationSecond}
}

// upgrade is a change of a sale to a product at a price.
func upgrade(saleID, eventID, product string, priceMinor, atUS int64) store.NewEvent {
	return store.NewEvent{
		Market: "US", SaleID: saleID, EventID: eventID, Kind: calc.Changed, EffectiveAtUS: atUS, Currency: "USD",
		Change:  &store.NewChange{ProductID: product, PriceMinor: priceMinor, Proration: bySeconds(calc.ProrationCharge)},
		Content: store.Content{{"product_id", product}, {"price.amount", fmt.Sprint(priceMinor)}, {"changed_at", fmt.Sprint(atUS)}},
	}
}

// larger is another product of the same vendor, of 160 points in place of 100.
func (w *world) larger() {
	w.t.Helper()
	w.must(w.PutProduct(w.t.Context(), store.Product{ProductID: "larger", VendorID: "power", Name: "More energy", PV: 800_000, CV: 1_600_000}))
}

func (w *world) unearned(distributorID string) int64 {
	w.t.Helper()
	e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: distributorID, Period: "2026-01", PageSize: 10})
	w.must(e, err)
	if len(e.Totals) == 0 {
		return 0
	}
	return e.Totals[0].UnearnedMinor
}

// Half way through its first month, from 500 to 800: 250 are credited and 400 charged. Commissions follow the 150 between them, of 30 points
// of volume, and the advance its 8½ months at 300 more.
func TestAppendEvent_UpgradeHalfWayThroughTheMonth(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.larger()
		w.record("s1")
		w.append(activation("s1", "a", at(6, 0)))
		w.append(payment("s1", "p1", 1, at(7, 0)))
		first := w.append(upgrade("s1", "u1", "larger", 80_000, at(21, 12)))
		want := "bob direct COMMISSION L0 1500\nalice team COMMISSION L1 150\ntop team COMMISSION L2 60\nbob advance COMMISSION L0 261375\n"
		if lines(first) != want || first.State != store.SaleActive {
			t.Errorf("posts\n%swant\n%s", lines(first), want)
		}
		c := first.Change
		if c == nil || c.Cycle != 1 || c.Prorated.CreditMinor != -25_000 || c.Prorated.ChargeMinor != 40_000 || c.Prorated.NetMinor != 15_000 || c.Prorated.NextBillingUS != date(2, 6) {
			t.Errorf("comes to %+v", c)
		}
		again := w.append(upgrade("s1", "u1", "larger", 80_000, at(21, 12)))
		if lines(again) != want || again.Change == nil || *again.Change != *c {
			t.Errorf("again %+v\n%s", again.Change, lines(again))
		}
		_, err := w.AppendEvent(t.Context(), upgrade("s1", "u1", "larger", 80_001, at(21, 12)), store.Scope{})
		refused(t, err, store.ErrIDReused, "price.amount")

		// The month that was paid has earned a ninth of what was advanced first, and half a month of the 8½.
		if got := w.unearned("bob"); got != 410_000+246_000 {
			t.Errorf("unearned %d", got)
		}
		s, _, err := w.GetSale(t.Context(), "US", "s1", store.Scope{})
		if err != nil || s.ProductID != "larger" || s.PriceMinor != 80_000 || s.CV != 1_600_000 || s.TermsFromUS != at(21, 12) {
			t.Errorf("%+v, %v", s, err)
		}
		w.append(cancellation("s1", "c", at(25, 0)))
		if got, want := w.sums(t.Context(), "s1"), "CANCELLED, 1 cycles; alice team 650; bob advance 66625; bob direct 0; top team 260"; got != want {
			t.Errorf("cancelled it comes to %s\nwant %s", got, want)
		}
		w.append(activation("s1", "b", at(26, 0)))
		if got, want := w.sums(t.Context(), "s1"), "ACTIVE, 1 cycles; alice team 650; bob advance 722625; bob direct 6500; top team 260"; got != want {
			t.Errorf("reinstated it comes to %s\nwant %s", got, want)
		}
	})
}

// A downgrade takes: its lines are below zero, and stand among what was taken back. The way back at the same moment gives it all again.
func TestAppendEvent_DowngradeAndBack(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.record("s1")
		w.append(activation("s1", "a", at(6, 0)))
		before := w.sums(t.Context(), "s1")
		w.append(upgrade("s1", "u1", "kit", 20_000, at(21, 12)))
		if got, want := w.sums(t.Context(), "s1"), "ACTIVE, 0 cycles; alice team 300; bob advance 199875; bob direct 3500; top team 120"; got != want {
			t.Errorf("comes to %s\nwant %s", got, want)
		}
		e, err := w.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: "bob", Period: "2026-01", PageSize: 10})
		if err != nil || e.Totals[0].EarnedMinor != 466_250 || e.Totals[0].ReversedMinor != -262_875 {
			t.Errorf("bob has %+v, %v", e.Totals, err)
		}
		back := upgrade("s1", "u2", "energy", 50_000, at(21, 12))
		w.append(back)
		if got := w.sums(t.Context(), "s1"); got != before {
			t.Errorf("there and back comes to %s\nwant %s", got, before)
		}
	})
}

// A service that waits goes live by the new terms, also where the change comes to be known later; and one that is over stays what it was.
func TestAppendEvent_ChangeOfAServiceThatIsNotLive(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.larger()
		w.record("s1", "s2", "s3")
		if r := w.append(upgrade("s1", "u", "larger", 80_000, at(6, 0))); len(r.Lines) != 0 || r.State != store.SalePending || r.Change.Cycle != 0 {
			t.Errorf("while it waits: %+v", r)
		}
		const live = "ACTIVE, 0 cycles; alice team 800; bob advance 738000; bob direct 8000; top team 320"
		w.append(activation("s1", "a", at(7, 0)))
		w.append(activation("s2", "a", at(7, 0)))
		w.append(upgrade("s2", "u", "larger", 80_000, at(6, 0)))
		for _, id := range []string{"s1", "s2"} {
			if got := w.sums(t.Context(), id); got != live {
				t.Errorf("%s comes to %s\nwant %s", id, got, live)
			}
		}
		if got := w.unearned("bob"); got != 2*738_000 {
			t.Errorf("unearned %d", got)
		}
		w.append(activation("s3", "a", at(7, 0)))
		w.append(cancellation("s3", "c", at(8, 0)))
		if r := w.append(upgrade("s3", "u", "larger", 80_000, at(9, 0))); len(r.Lines) != 0 || r.State != store.SaleCancelled || r.Change.Cycle != 0 {
			t.Errorf("when it is over: %+v", r)
		}
		s, _, err := w.GetSale(t.Context(), "US", "s3", store.Scope{})
		if err != nil || s.ProductID != "energy" || s.TermsFromUS != 0 {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

func TestAppendEvent_ChangesThatAreRefused(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.larger()
		for _, p := range []store.Product{
			{ProductID: "once", VendorID: "power", Name: "Once", Billing: calc.Billing{Cycle: calc.BilledOnce}},
			{ProductID: "by-payment", VendorID: "power", Name: "By payment", VolumeOnPayment: true},
		} {
			w.must(w.PutProduct(t.Context(), p))
		}
		w.record("s1")
		once := sale("s2")
		once.ProductID = "once"
		w.must(w.RecordSales(t.Context(), []store.NewSale{once}))
		w.append(activation("s1", "a", at(6, 0)))
		before := w.sums(t.Context(), "s1")
		more := int64(80_001)
		for _, test := range []struct {
			name, saleID string
			change       func(e *store.NewEvent)
			kind         error
			field        string
		}{
			{"unknown product", "s1", func(e *store.NewEvent) { e.Change.ProductID = "nothing" }, store.ErrUnknownProduct, "product_id"},
			{"currency", "s1", func(e *store.NewEvent) { e.Currency = "EUR" }, store.ErrCurrency, "price.currency_code"},
			{"fee", "s1", func(e *store.NewEvent) { e.Change.FeeMinor = &more }, store.ErrInvalid, "fee.amount"},
			{"becomes paid for once", "s1", func(e *store.NewEvent) { e.Change.ProductID = "once" }, store.ErrInvalid, "product_id"},
			{"paid for once", "s2", func(*store.NewEvent) {}, store.ErrInvalid, "sale_id"},
			{"volume timing", "s1", func(e *store.NewEvent) { e.Change.ProductID = "by-payment" }, store.ErrInvalid, "product_id"},
			{"no proration", "s1", func(e *store.NewEvent) { e.Change.Proration = nil }, store.ErrInvalid, "proration"},
			{"time for nothing", "s1", func(e *store.NewEvent) { e.Change.Proration, e.Change.PriceMinor = bySeconds(calc.ProrationDate), 0 }, store.ErrInvalid, "price"},
			{"years in a month", "s1", func(e *store.NewEvent) {
				e.Change.Proration = &calc.Proration{Mode: calc.ProrationCharge, Unit: calc.ProrationCalendarYear, ChangedUnit: calc.ChangedUnitUsed}
			}, store.ErrInvalid, "changed_at"},
			{"before the sale", "s1", func(e *store.NewEvent) { e.EffectiveAtUS = at(4, 0) }, store.ErrTimeOutOfRange, "changed_at"},
			{"in the future", "s1", func(e *store.NewEvent) { e.EffectiveAtUS = date(2, 2) }, store.ErrTimeOutOfRange, "changed_at"},
			{"Upline's id", "s1", func(e *store.NewEvent) { e.EventID = "upline:u" }, store.ErrInvalid, "event_id"},
		} {
			t.Run(test.name, func(t *testing.T) {
				e := upgrade(test.saleID, "u", "larger", 80_000, at(21, 12))
				test.change(&e)
				_, err := w.AppendEvent(t.Context(), e, store.Scope{})
				refused(t, err, test.kind, test.field)
				if test.name == "Upline's id" {
					return // a preview records nothing
				}
				_, err = w.PreviewCorrection(t.Context(), store.Correction{Event: &e})
				refused(t, err, test.kind, test.field)
			})
		}
		if got := w.sums(t.Context(), "s1"); got != before {
			t.Errorf("the refused changes left %s", got)
		}
		// The product's own rule holds where the call has none.
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "larger", VendorID: "power", Name: "More", CV: 1_600_000, Proration: *bySeconds(calc.ProrationNone)}))
		e := upgrade("s1", "u", "larger", 80_000, at(21, 12))
		e.Change.Proration = nil
		if r := w.append(e); r.Change.Prorated.NetMinor != 0 || lines(r) != "bob advance COMMISSION L0 246000\n" {
			t.Errorf("by the product's rule %+v\n%s", r.Change, lines(r))
		}
	})
}

// A change to another vendor's product makes the sale that vendor's, one of the price alone does not, and the latest of changes and moves
// counts.
func TestAppendEvent_ChangeToAnotherVendorsProduct(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "others", VendorID: "other", Name: "Other energy", CV: 1_000_000}))
		w.record("s1")
		w.append(activation("s1", "a", at(6, 0)))
		vendor := func() string {
			s, _, err := w.GetSale(t.Context(), "US", "s1", store.Scope{})
			w.must(s, err)
			return s.VendorID
		}
		w.append(vendorMoved("s1", "m1", "other", at(7, 0)))
		w.append(upgrade("s1", "u1", "energy", 60_000, at(8, 0)))
		if got := vendor(); got != "other" {
			t.Errorf("after another price it is %s's", got)
		}
		w.append(vendorMoved("s1", "m2", "power", at(9, 0)))
		w.append(upgrade("s1", "u2", "others", 60_000, at(10, 0)))
		if got := vendor(); got != "other" {
			t.Errorf("after another product it is %s's", got)
		}
		w.append(vendorMoved("s1", "m3", "power", at(11, 0)))
		if got := vendor(); got != "power" {
			t.Errorf("after the last move it is %s's", got)
		}
	})
}

// Residuals of the cycle in which a change falls follow what was invoiced, those of later cycles the new price, also of one that was paid ahead.
func TestAppendEvent_ResidualsOfAChangedService(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.residuals()
		w.larger()
		w.must(w.RecordSales(t.Context(), []store.NewSale{subscription("s1", "carol"), subscription("s2", "dave")}))
		w.append(activation("s1", "a", at(6, 0)))
		w.append(payment("s1", "p1", 1, at(7, 0)))
		w.append(payment("s1", "p2", 2, at(8, 0)))
		got := lines(w.append(upgrade("s1", "u", "larger", 20_000, at(21, 12))))
		// 50 more of the first cycle at 35 %, and the second cycle at 200 in place of 100.
		want := "ben signup COMMISSION L0 500\n" +
			"ben monthly COMMISSION L0 1750\nann above COMMISSION L1 300\nann override COMMISSION L1 175\n" +
			"ben monthly COMMISSION L0 7000\nann above COMMISSION L1 1200\nann override COMMISSION L1 700\n" +
			"ben monthly REVERSAL L0 -3500 reverses p2/1\nann above REVERSAL L1 -600 reverses p2/2\nann override REVERSAL L1 -350 reverses p2/3\n"
		if got != want {
			t.Errorf("the change posts\n%swant\n%s", got, want)
		}
		// Half of the first payment goes back, and with it half of what the change made of it.
		got = lines(w.append(givenBack("s1", "r", calc.PaymentRefunded, 1, 25_000, at(22, 0))))
		want = "ben monthly REVERSAL L0 -1750 reverses p1/1\nann above REVERSAL L1 -300 reverses p1/2\nann override REVERSAL L1 -175 reverses p1/3\n" +
			"ben monthly REVERSAL L0 -875 reverses u/2\nann above REVERSAL L1 -150 reverses u/3\nann override REVERSAL L1 -88 reverses u/4\n"
		if got != want {
			t.Errorf("the refund posts\n%swant\n%s", got, want)
		}
		// A service whose volume is of another class is credited by the one and charged by the other.
		w.append(activation("s2", "a", at(6, 0)))
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "classy", VendorID: "power", Name: "Classy", Class: "classy"}))
		if got, want := lines(w.append(upgrade("s2", "u", "classy", 30_000, at(21, 12)))), "ben signup COMMISSION L0 -500\nben signup COMMISSION L0 1500\n"; got != want {
			t.Errorf("to another class\n%swant\n%s", got, want)
		}
	})
}

// A change of January that comes when three months are closed makes the past what it is for a company that knew it in time: the closed
// periods are computed again with it. The runs that were posted are proved as they were.
func TestRestating_ChangeOfThreePeriodsAgo(t *testing.T) {
	months := []string{"2026-01", "2026-02", "2026-03", "2026-04"}
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w, knew := newRestateWorld(t, engine, "", ""), newRestateWorld(t, fresh(t), "", "")
		volume := int64(6_000_000)
		change := upgrade(bigSale, "u", "kit", 60_000, at(31, 0))
		change.Change.PV, change.Change.CV = &volume, &volume
		change.Change.Proration = bySeconds(calc.ProrationRestart)
		for month := time.January; month <= time.March; month++ {
			for _, c := range []*restateWorld{w, knew} {
				c.trade(month)
				if c == knew && month == time.January {
					c.append(change)
				}
				c.closeMonth(month)
			}
		}
		if w.standing(calc.Monthly, "2026-03") == knew.standing(calc.Monthly, "2026-03") {
			t.Fatal("the change has made no difference to what goes on from March")
		}
		w.trade(time.April)
		knew.trade(time.April)
		p, err := w.PreviewCorrection(t.Context(), store.Correction{Event: &change})
		if err != nil || len(p.Totals) == 0 || p.Receipt.Change == nil {
			t.Errorf("the preview says %+v, %v", p, err)
		}
		if r := w.append(change); len(r.RestatedIn) != 2 {
			t.Errorf("the change counts in %v, restated in %v", r.CountedIn, r.RestatedIn)
		}
		if run := w.closeMonth(time.April); len(run.Restated) == 0 {
			t.Fatal("April restates nothing")
		}
		knew.closeMonth(time.April)
		if d := differences(w.posted(calc.Monthly, months...), knew.posted(calc.Monthly, months...)); d != "" {
			t.Errorf("months:\n%s", d)
		}
		if d := differences(w.posted(calc.Weekly, w.weeks()...), knew.posted(calc.Weekly, w.weeks()...)); d != "" {
			t.Errorf("weeks:\n%s", d)
		}
		if got, want := w.standing(calc.Monthly, "2026-04"), knew.standing(calc.Monthly, "2026-04"); got != want {
			t.Errorf("April leaves\n%s\nwant\n%s", got, want)
		}
		for _, month := range months {
			for _, c := range []*restateWorld{w, knew} {
				c.proved("restated", month)
			}
		}
	})
}

// By the plan's late policy a late change counts in the open period, or nowhere; what it pays at the event it pays now.
func TestAppendEvent_LateChangeByPolicy(t *testing.T) {
	for policy, want := range map[string]string{"current": "2026-02: 700000 of 0 in all", "none": ""} {
		t.Run(policy, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				id := "late-" + policy
				w.publish(compiled(t, id, "late_policy: "+policy+"\nbonuses:\n  - {name: once, direct: {base: price, rate: 10%}}\n  - {name: month, pays: period, direct: {base: cv, rate: 1%}}\n"), id)
				w.larger()
				w.enrol(id, early("ann"))
				s := sale("s1")
				s.DistributorID, s.ProductID = "ann", "kit"
				w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
				w.nowUS.Store(date(2, 10))
				w.must(nil, w.close(id, calc.Monthly, "2026-01"))
				r := w.append(upgrade("s1", "u", "larger", 80_000, at(20, 12)))
				if got := lines(r); got != "ann once COMMISSION L0 1500\n" || r.Lines[0].Period.Name != "2026-02" {
					t.Errorf("posts %s", got)
				}
				got := ""
				err := w.Engine().Read(t.Context(), "counts", func(c store.Conn) error {
					got = ""
					return c.Query(`SELECT period_no, cv, times FROM event_counts WHERE sale_id = 's1' AND event_id = 'u' AND cadence = $1`, []any{int64(calc.Monthly)}, func(row store.Row) error {
						got += fmt.Sprintf("%s: %d of %d in all", calc.PeriodByNo(calc.Monthly, time.UTC, row.Int(0)).Name, row.Int(1), row.Int(2))
						return nil
					})
				})
				if err != nil || got != want {
					t.Errorf("counts %q, want %q, %v", got, want, err)
				}
			})
		})
	}
}

// A change that begins a new cycle moves what is due: cycle 2 begins with it, and cycle 3 a year later.
func TestLapseDue_AfterAChangeThatBeginsANewCycle(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.watched(nil)
		w.must(w.PutProduct(t.Context(), store.Product{
			ProductID: "yearly", VendorID: "power", Name: "By the year", CV: 1_000_000, Billing: calc.Billing{Cycle: calc.BilledYearly, GraceDays: 3, LapseOverdue: true},
		}))
		w.record("s1")
		w.append(activation("s1", "a", at(6, 0)))
		w.append(payment("s1", "p1", 1, at(6, 0)))
		e := upgrade("s1", "u", "yearly", 480_000, at(21, 12))
		e.Change.Proration = bySeconds(calc.ProrationRestart)
		w.append(e)
		due := func() int64 {
			s, _, err := w.GetSale(t.Context(), "US", "s1", store.Scope{})
			w.must(s, err)
			return s.DueAtUS
		}
		if got := due(); got != at(24, 12) {
			t.Errorf("cycle 2 is overdue at %s", time.UnixMicro(got).UTC())
		}
		w.append(payment("s1", "p2", 2, at(22, 0)))
		if got, want := due(), time.Date(2027, 1, 24, 12, 0, 0, 0, time.UTC).UnixMicro(); got != want {
			t.Errorf("cycle 3 is overdue at %s", time.UnixMicro(got).UTC())
		}
		// A year is 400 a month in place of 500. Half of the first month was used, and the year is longer than the 8½ months that were left.
		if got := w.unearned("bob"); got != 0 {
			t.Errorf("unearned %d", got)
		}
		if got, want := w.sums(t.Context(), "s1"), "ACTIVE, 2 cycles; alice team 750; bob advance 374125; bob direct 50500; top team 300"; got != want {
			t.Errorf("comes to %s\nwant %s", got, want)
		}
		if n := w.lapse(time.Date(2027, 1, 25, 0, 0, 0, 0, time.UTC).UnixMicro()); n != 1 {
			t.Errorf("%d lapsed", n)
		}
		if got, want := w.sums(t.Context(), "s1"), "LAPSED, 2 cycles; alice team 750; bob advance 374125; bob direct 0; top team 300"; got != want {
			t.Errorf("lapsed it comes to %s\nwant %s", got, want)
		}
	})
}

// A service that came with the opening state has an advance from before Upline; an upgrade pays what is left of it at the new price.
func TestImportOpening_ServiceThatIsChangedLater(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.larger()
		service := sale("old")
		service.SoldAtUS = at(2, 0)
		_, _, err := w.ImportOpening(t.Context(), "service", []store.OpeningEntry{{
			EventID: "o1", DistributorID: "bob", Kind: store.OpeningAdvance, Bonus: "advance", AmountMinor: 461_250, Currency: "USD", Sale: service, CyclesPaid: 3,
			Content: store.Content{{"x", "1"}},
		}})
		w.must(nil, err)
		before := w.sums(t.Context(), "old")
		first := w.append(upgrade("old", "u", "larger", 80_000, at(17, 12)))
		want := "bob direct COMMISSION L0 1500\nalice team COMMISSION L1 150\ntop team COMMISSION L2 60\nbob advance COMMISSION L0 261375\n"
		if got := lines(first); got != want {
			t.Errorf("posts\n%swant\n%s", got, want)
		}
		// Three months are paid: 2½ of the 8½ are earned, and three of the nine.
		if got := w.unearned("bob"); got != 461_250*6/9+184_500 {
			t.Errorf("unearned %d", got)
		}
		if before != "ACTIVE, 3 cycles; bob advance 0" {
			t.Errorf("before: %s", before)
		}
	})
}
