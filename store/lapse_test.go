package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// watched puts a product that is billed by the month in advance, with ten days of grace.
func (w *world) watched(change func(*calc.Billing)) {
	w.t.Helper()
	p := store.Product{ProductID: "energy", VendorID: "power", Name: "Energy", RequiresActivation: true, PV: 500_000, CV: 1_000_000}
	p.Billing = calc.Billing{Cycle: calc.BilledMonthly, GraceDays: 10, LapseOverdue: true}
	if change != nil {
		change(&p.Billing)
	}
	w.must(w.PutProduct(w.t.Context(), p))
}

// lapse looks for what is overdue at a time.
func (w *world) lapse(nowUS int64) int {
	w.t.Helper()
	w.nowUS.Store(nowUS)
	lapsed, failures, err := w.LapseDue(w.t.Context())
	if err != nil || len(failures) > 0 {
		w.t.Fatal(failures, err)
	}
	return lapsed
}

// history lists the events of a sale: id, state after it, effective time.
func (w *world) history(saleID string) string {
	w.t.Helper()
	_, events, err := w.GetSale(w.t.Context(), "US", saleID, store.Scope{})
	w.must(events, err)
	var text []string
	for _, e := range events {
		text = append(text, fmt.Sprintf("%s %s %s", e.EventID, time.UnixMicro(e.EffectiveAtUS).UTC().Format("01-02"), e.State))
	}
	return strings.Join(text, ", ")
}

func TestLapseDue_LapsesWhenTheGraceEnds(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.watched(nil)
		w.record("s1")
		w.append(activation("s1", "a", at(6, 0)))
		w.append(payment("s1", "p1", 1, at(6, 0)))
		// Cycle 2 is due on 6 February, and overdue ten days later.
		end := date(2, 16)
		if n := w.lapse(end - 1); n != 0 {
			t.Fatalf("%d lapsed before the grace ended", n)
		}
		if n := w.lapse(end + 3*24*3_600_000_000); n != 1 {
			t.Fatalf("%d lapsed, want 1", n)
		}
		if got, want := w.history("s1"), "s1 01-05 PENDING, a 01-06 ACTIVE, p1 01-06 ACTIVE, upline:lapse:2 02-16 LAPSED"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		// Live for 41 days: past the fourteen of team, one month of nine earned.
		if got, want := w.sums(t.Context(), "s1"), "LAPSED, 1 cycles; alice team 500; bob advance 51250; bob direct 0; top team 200"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if n := w.lapse(date(3, 30)); n != 0 {
			t.Errorf("%d lapsed again", n)
		}
	})
}

func TestLapseDue_PaymentThatComesToBeKnownLaterUndoesTheLapse(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.watched(nil)
		w.record("s1")
		w.append(activation("s1", "a", at(6, 0)))
		w.append(payment("s1", "p1", 1, at(6, 0)))
		w.lapse(date(2, 17))
		w.append(payment("s1", "p2", 2, date(2, 15)))
		if got, want := w.sums(t.Context(), "s1"), "ACTIVE, 2 cycles; alice team 500; bob advance 461250; bob direct 5000; top team 200"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if n := w.lapse(date(3, 17)); n != 1 { // cycle 3 was due on 6 March
			t.Fatalf("%d lapsed, want 1", n)
		}
		w.append(payment("s1", "p3", 3, date(3, 10)))
		back := payment("s1", "b3", 3, date(3, 12))
		back.Kind = calc.PaymentChargedBack
		w.append(back)
		if n := w.lapse(date(3, 18)); n != 0 { // the lapse of 16 March holds again
			t.Errorf("%d lapsed, want none", n)
		}
		w.append(activation("s1", "b", date(3, 17)))
		if n := w.lapse(date(3, 30)); n != 1 { // reinstated on the 17th, it has ten days
			t.Errorf("%d lapsed, want 1", n)
		}
		want := "s1 01-05 PENDING, a 01-06 ACTIVE, p1 01-06 ACTIVE, p2 02-15 ACTIVE, upline:lapse:2 02-16 LAPSED, p3 03-10 ACTIVE, " +
			"b3 03-12 LAPSED, upline:lapse:3 03-16 LAPSED, b 03-17 ACTIVE, upline:lapse:3:2 03-27 LAPSED"
		if got := w.history("s1"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

func TestLapseDue_GoesByTheProductsRules(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*calc.Billing)
		paid   int32
		due    int64 // 0 for never
	}{
		"in arrears":                 {func(b *calc.Billing) { b.Due = calc.DueInArrears }, 0, date(2, 16)},
		"by the quarter":             {func(b *calc.Billing) { b.Cycle = calc.BilledQuarterly }, 1, date(4, 16)},
		"by the year":                {func(b *calc.Billing) { b.Cycle = calc.BilledYearly }, 1, time.Date(2027, 1, 16, 0, 0, 0, 0, time.UTC).UnixMicro()},
		"once, not paid":             {func(b *calc.Billing) { b.Cycle = calc.BilledOnce }, 0, at(16, 0)},
		"once, paid":                 {func(b *calc.Billing) { b.Cycle = calc.BilledOnce }, 1, 0},
		"without the rule":           {func(b *calc.Billing) { b.LapseOverdue = false }, 0, 0},
		"with another time of grace": {func(b *calc.Billing) { b.GraceDays = 30 }, 0, at(6, 0) + 30*24*3_600_000_000},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, migrated(t))
			w.watched(test.change)
			w.record("s1")
			w.append(activation("s1", "a", at(6, 0)))
			for k := int32(1); k <= test.paid; k++ {
				w.append(payment("s1", fmt.Sprint("p", k), k, at(6, int(k))))
			}
			s, _, err := w.GetSale(t.Context(), "US", "s1", store.Scope{})
			if err != nil || s.DueAtUS != test.due {
				t.Fatalf("due at %s, want %s; %v", time.UnixMicro(s.DueAtUS).UTC(), time.UnixMicro(test.due).UTC(), err)
			}
		})
	}
}

func migrated(t *testing.T) store.Engine {
	t.Helper()
	engine := storetest.SQLite(t)
	if err := engine.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return engine
}

// Two servers that look at once lapse each service once: one of them is sent away while the other has the lease.
func TestLapseDue_ServersAtOnceLapseEachServiceOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, a, b store.Engine) {
		w := newWorld(t, a)
		w.watched(nil)
		const sales = 30
		for i := range sales {
			id := fmt.Sprint("s", i)
			w.record(id)
			w.append(activation(id, "a", at(6, 0)))
		}
		w.nowUS.Store(date(2, 1))
		servers := []*store.Store{w.Store, w.open(b)}
		var group sync.WaitGroup
		lapsed := make([]int, 4)
		for i := range lapsed {
			group.Go(func() {
				n, failures, err := servers[i%2].LapseDue(t.Context())
				if err != nil && !errors.Is(err, store.ErrLeaseHeld) || len(failures) > 0 {
					t.Error(failures, err)
				}
				lapsed[i] = n
			})
		}
		group.Wait()
		if sum := lapsed[0] + lapsed[1] + lapsed[2] + lapsed[3]; sum != sales {
			t.Errorf("%v lapsed, want %d in all", lapsed, sales)
		}
		for i := range sales {
			if got := w.history(fmt.Sprint("s", i)); strings.Count(got, "upline:lapse") != 1 {
				t.Fatal(got)
			}
		}
	})
}

func TestLapseDue_OneThatFailsDoesNotHoldUpTheOthers(t *testing.T) {
	broken := errors.New("broken")
	lapses := int64(0)
	engine := storetest.Faulty(migrated(t), func(name string, _ int64) error {
		if name == "lapse" {
			if lapses++; lapses == 2 {
				return broken
			}
		}
		return nil
	})
	w := newWorld(t, engine)
	w.watched(nil)
	for _, id := range []string{"s1", "s2", "s3"} {
		w.record(id)
		w.append(activation(id, "a", at(6, 0)))
	}
	lapsed, failures, err := w.LapseDue(t.Context())
	if err != nil || lapsed != 2 || len(failures) != 1 || !errors.Is(failures[0].Err, broken) {
		t.Fatalf("%d lapsed, %v, %v", lapsed, failures, err)
	}
	if n := w.lapse(at(31, 1)); n != 1 {
		t.Errorf("%d lapsed at the next look, want 1", n)
	}
}

func TestLapseDue_LeavesTheLeaseWhenItIsStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	engine := storetest.Faulty(migrated(t), func(name string, _ int64) error {
		if name == "lapse" {
			stop()
		}
		return nil
	})
	w := newWorld(t, engine)
	w.watched(nil)
	for _, id := range []string{"s1", "s2", "s3"} {
		w.record(id)
		w.append(activation(id, "a", at(6, 0)))
	}
	if _, _, err := w.LapseDue(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if n := w.lapse(at(31, 1)); n == 0 {
		t.Error("nothing lapses afterwards")
	}
}

func TestAppendEvent_FailedPaymentsInARowLapseTheService(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.watched(func(b *calc.Billing) { b.FailuresMax = 3 })
		w.record("s1")
		w.append(activation("s1", "a", at(6, 0)))
		fail := func(id string, cycle int32, us int64) store.Receipt {
			e := payment("s1", id, cycle, us)
			e.Kind = calc.PaymentFailed
			return w.append(e)
		}
		fail("f1", 1, at(6, 1))
		fail("f2", 1, at(8, 0))
		w.append(payment("s1", "p1", 1, at(9, 0)))
		for i, state := range []store.SaleState{store.SaleActive, store.SaleActive, store.SaleLapsed} {
			if r := fail(fmt.Sprint("g", i), 2, at(20+i, 0)); r.State != state {
				t.Errorf("failure %d leaves it %s, want %s", i, r.State, state)
			}
		}
	})
}

func TestAppendEvent_PartialRefundTakesItsPartBack(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.PutProduct(t.Context(), store.Product{
			ProductID: "energy", VendorID: "power", Name: "Energy", RequiresActivation: true, VolumeOnPayment: true, PV: 100_000, CV: 1_000_000,
			Billing: calc.Billing{Cycle: calc.BilledQuarterly},
		}))
		w.record("s1")
		got := lines(w.append(activation("s1", "a", at(6, 0))))
		// Nine months at 102.5 % of 500.00 a quarter.
		if want := "bob advance COMMISSION L0 153750\n"; !strings.Contains(got, want) {
			t.Errorf("activation posts\n%swant\n%s", got, want)
		}
		w.append(payment("s1", "p1", 1, at(6, 0)))
		w.append(payment("s1", "p2", 2, at(7, 0)))
		part := payment("s1", "r1", 2, at(8, 0))
		part.Kind, part.Partly, part.AmountMinor = calc.PaymentRefunded, true, 20_000
		w.append(part)
		// A cycle, and three fifths of one: 16 points of 10 each.
		if got, want := w.countedVolume("s1"), "160000 of 2"; got != want {
			t.Errorf("volume %s, want %s", got, want)
		}
		// 3 + 3 × 3/5 of nine months are earned: 8/15.
		got = lines(w.append(cancellation("s1", "c", at(25, 0))))
		if want := "bob advance REVERSAL L0 -71750 reverses a/4\n"; !strings.Contains(got, want) {
			t.Errorf("cancellation posts\n%swant\n%s", got, want)
		}
		// What is given back afterwards takes back more.
		whole := payment("s1", "r2", 2, at(26, 0))
		whole.Kind = calc.PaymentRefunded
		got = lines(w.append(whole))
		if want := "bob advance REVERSAL L0 71750 reverses c/2\nbob advance REVERSAL L0 -102500 reverses a/4\n"; got != want {
			t.Errorf("a refund after the end posts\n%swant\n%s", got, want)
		}
		if got, want := w.countedVolume("s1"), "100000 of 1"; got != want {
			t.Errorf("volume %s, want %s", got, want)
		}
	})
}

// countedVolume is the volume that a sale counts by month, and how often.
func (w *world) countedVolume(saleID string) string {
	text := w.standing(saleID, w.counted(saleID))
	return text[strings.LastIndex(text, "counts ")+len("counts "):]
}

func TestAppendEvent_RefusesWhatIsUplines(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "kit", VendorID: "power", Name: "Kit", Billing: calc.Billing{Cycle: calc.BilledOnce}}))
		w.record("s1")
		_, err := w.AppendEvent(t.Context(), cancellation("s1", "upline:lapse:1", at(6, 0)), store.Scope{})
		refused(t, err, store.ErrInvalid, "event_id")
		_, err = w.RecordSales(t.Context(), []store.NewSale{sale("upline:1")})
		refused(t, err, store.ErrInvalid, "sales[0].sale_id")
		n := sale("s2")
		n.ProductID = "kit"
		w.must(w.RecordSales(t.Context(), []store.NewSale{n}))
		_, err = w.AppendEvent(t.Context(), payment("s2", "p2", 2, at(6, 0)), store.Scope{})
		refused(t, err, store.ErrInvalid, "cycle")
	})
}

func TestGetEarnings_SaysWhatIsNotEarnedYetOfAdvances(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		unearned := func() int64 {
			e, err := w.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: "bob", Period: "2026-01", PageSize: 10})
			if err != nil || len(e.Totals) != 1 {
				t.Fatal(e.Totals, err)
			}
			for _, b := range e.ByBonus {
				if (b.Bonus == "advance") != (b.UnearnedMinor != 0) && e.Totals[0].UnearnedMinor != 0 {
					t.Errorf("%s: %d unearned", b.Bonus, b.UnearnedMinor)
				}
			}
			return e.Totals[0].UnearnedMinor
		}
		w.record("s1", "s2")
		w.append(activation("s1", "a", at(6, 0)))
		w.append(activation("s2", "a", at(6, 0)))
		w.append(payment("s1", "p1", 1, at(7, 0)))
		w.append(payment("s1", "p2", 2, at(8, 0)))
		part := payment("s1", "r", 2, at(9, 0))
		part.Kind, part.Partly, part.AmountMinor = calc.PaymentRefunded, true, 25_000
		w.append(part)
		// Of 4,612.50 each: seven months and a half of nine of the one, all of the other.
		if got, want := unearned(), int64(384_375+461_250); got != want {
			t.Errorf("%d unearned, want %d", got, want)
		}
		w.append(cancellation("s2", "c", at(10, 0)))
		if got, want := unearned(), int64(384_375); got != want {
			t.Errorf("%d unearned once the other is over, want %d", got, want)
		}
	})
}

func TestLapseDue_OpeningServicesHaveTheirGraceFromTheImport(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.watched(nil)
		p := basePlan("open")
		w.publish(p, "open")
		w.enrol("open", early("zed"))
		entry := advanceEntry()
		entry.Sale.SaleID, entry.Sale.ProductID, entry.Sale.SoldAtUS = "s1", "energy", time.Date(2025, time.March, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
		entry.CyclesPaid = 3
		_, _, err := w.ImportOpening(t.Context(), "open", []store.OpeningEntry{entry})
		w.must(nil, err)
		if n := w.lapse(date(2, 10) - 1); n != 0 { // it was brought in on 31 January
			t.Errorf("%d lapsed", n)
		}
		if n := w.lapse(date(2, 10)); n != 1 {
			t.Errorf("%d lapsed, want 1", n)
		}
		if got, want := w.history("s1"), "s1 03-01 ACTIVE, upline:lapse:4 02-10 LAPSED"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}
