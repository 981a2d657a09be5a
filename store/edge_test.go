package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"upline/calc"
	"upline/calc/plan"
	"upline/store"
)

func (w *world) publish(p *calc.Plan, source string) {
	w.t.Helper()
	w.plans[source] = p
	w.must(w.PublishPlan(w.t.Context(), store.NewPlan{Plan: p, Name: source, Source: source}))
}

func date(m time.Month, d int) int64 { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC).UnixMicro() }

func (w *world) enrol(plan string, d ...store.NewDistributor) {
	w.t.Helper()
	for i := range d {
		d[i].PlanID = plan
	}
	w.must(w.Enroll(w.t.Context(), d))
}

func (w *world) close(plan string, c calc.Cadence, name string) error {
	run, err := w.StartRun(w.t.Context(), plan, c, name)
	if err != nil {
		return err
	}
	_, err = w.WorkRun(w.t.Context(), run.RunID)
	return err
}

// proved holds a closed period of the main cadence against its events.
func (w *world) proved(plan, name string) {
	w.t.Helper()
	if v, err := w.VerifyRun(w.t.Context(), plan, 0, name); err != nil || !v.OK() {
		w.t.Errorf("%s, %s is not proved: %+v, %v", plan, name, v, err)
	}
}

// closesProved closes months at a time, and holds each against its events.
func (w *world) closesProved(plan string, nowUS int64, months ...string) {
	w.t.Helper()
	w.nowUS.Store(nowUS)
	for _, month := range months {
		w.must(nil, w.close(plan, calc.Monthly, month))
		w.proved(plan, month)
	}
}

// early is somebody who came long before the plan.
func early(id string) store.NewDistributor {
	d := distributor(id, "", 1)
	d.EnrolledAtUS = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	return d
}

func basePlan(id string) *calc.Plan {
	p := servicePlan()
	p.ID, p.Digest = id, [32]byte{}
	copy(p.Digest[:], id)
	return p
}

func TestAppendEvent_UnpaidActivationIsNotPaidByALaterEvent(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := basePlan("ranked")
		p.Ranks = []calc.Rank{{Name: "gold"}}
		p.Bonuses = []calc.Bonus{{Name: "direct", Pays: calc.PaysEvent, Cadence: calc.Monthly, Direct: &calc.Direct{Base: calc.BasePrice, Rates: rated(0, 100_000_000)}}}
		w.publish(p, "ranked")
		w.enrol("ranked", distributor("zed", "", 1))
		s := sale("s1")
		s.DistributorID, s.ProductID = "zed", "kit"
		r, err := w.RecordSales(t.Context(), []store.NewSale{s})
		w.must(r, err)
		w.nowUS.Store(date(time.February, 10))
		if err := w.close("ranked", calc.Monthly, "2026-01"); err != nil {
			t.Fatal(err)
		}
		got := w.append(payment("s1", "p1", 1, date(time.February, 2)))
		if len(got.Lines) > 0 {
			t.Error("a payment posts the commission of the activation")
		}
	})
}

func TestAppendEvent_VolumeThatCountedNowhereIsNotTakenBack(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := basePlan("lnone")
		p.Late = calc.LateNone
		p.Bonuses = []calc.Bonus{{Name: "own", Pays: calc.PaysPeriod, Cadence: calc.Monthly, Direct: &calc.Direct{Rates: rated(100_000_000)}}}
		w.publish(p, "lnone")
		w.enrol("lnone", distributor("zed", "", 1))
		w.nowUS.Store(date(time.March, 10))
		if err := w.close("lnone", calc.Monthly, "2026-01"); err != nil {
			t.Fatal(err)
		}
		s := sale("s1")
		s.DistributorID, s.ProductID = "zed", "kit"
		w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
		w.append(cancellation("s1", "c1", date(time.February, 3)))
		run, err := w.PreviewRun(t.Context(), "lnone", calc.Monthly, "2026-02")
		w.must(run, err)
		if run.VolumeCV != 0 {
			t.Error("volume that never counted is taken back")
		}
	})
}

func TestEnroll_CountsInCadencesThatALaterVersionDrops(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := basePlan("drop")
		w.publish(p, "drop") // monthly and weekly
		w.enrol("drop", distributor("root", "", 1), distributor("s", "root", 20))
		q := basePlan("drop")
		q.Digest[9] = 1
		q.ValidFromUS = date(time.March, 1)
		q.Bonuses = q.Bonuses[:1] // no weekly any more, from March on
		w.publish(q, "drop2")
		w.enrol("drop", distributor("c", "s", 21))
		_, err := w.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: "s", Cadence: calc.Weekly, Period: "2026-W04", PageSize: 10})
		if err != nil {
			t.Error("weekly earnings cannot be read though weekly periods run until March")
		}
		if err := w.close("drop", calc.Weekly, "2026-W01"); err != nil {
			t.Errorf("close of the first week: %v", err)
		}
	})
}

func advanceEntry() store.OpeningEntry {
	return store.OpeningEntry{
		EventID: "o1", DistributorID: "zed", Kind: store.OpeningAdvance, Bonus: "advance", AmountMinor: 1003, Currency: "USD", CyclesPaid: 0,
		Sale: store.NewSale{
			Market: "US", SaleID: "os1", DistributorID: "zed", CustomerID: "c", ProductID: "sub", PriceMinor: 1000, Currency: "USD",
			SoldAtUS: time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC).UnixMicro(),
		},
		Content: store.Content{{"x", "1"}},
	}
}

func TestImportOpening_WhatHappenedBeforeThePlanCountsInItsFirstPeriod(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "sub", VendorID: "power", Name: "Sub", VolumeOnPayment: true, CV: 1_000_000}))
		w.publish(basePlan("open"), "open")
		w.enrol("open", early("zed"))
		_, _, err := w.ImportOpening(t.Context(), "open", []store.OpeningEntry{advanceEntry()})
		w.must(nil, err)
		got := w.append(cancellation("os1", "c1", time.Date(2025, 12, 15, 0, 0, 0, 0, time.UTC).UnixMicro()))
		for _, l := range got.Lines {
			if l.Period.Name < "2026-01" {
				t.Errorf("a chargeback stands in a period that never closes; closing it: %v", w.close("open", calc.Monthly, "2025-12"))
			}
		}
	})
}

func TestImportOpening_RefusesAServiceOlderThanItsSeller(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "sub", VendorID: "power", Name: "Sub", VolumeOnPayment: true, CV: 1_000_000}))
		w.publish(basePlan("open"), "open")
		w.nowUS.Store(date(time.February, 5))
		d := distributor("zed", "", 1)
		d.EnrolledAtUS = date(time.February, 2)
		w.enrol("open", d)
		_, _, err := w.ImportOpening(t.Context(), "open", []store.OpeningEntry{advanceEntry()})
		refused(t, err, store.ErrTimeOutOfRange, "entries[0].advance.activated_at")
	})
}

func TestImportOpening_WholeAdvanceIsTakenBackExactly(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "sub", VendorID: "power", Name: "Sub", VolumeOnPayment: true, CV: 1_000_000}))
		p := basePlan("open")
		p.Rounding.StepMinor = 5
		w.publish(p, "open")
		w.enrol("open", early("zed"))
		_, _, err := w.ImportOpening(t.Context(), "open", []store.OpeningEntry{advanceEntry()})
		w.must(nil, err)
		got := w.append(cancellation("os1", "c1", date(time.January, 15)))
		if got.Lines[0].AmountMinor != -1003 {
			t.Error("the whole chargeback is not the advance")
		}
	})
}

func TestAppendEvent_CountsInACadenceThatALaterVersionBrought(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "sub", VendorID: "power", Name: "Sub", VolumeOnPayment: true, CV: 1_000_000}))
		p := basePlan("add")
		p.Bonuses = []calc.Bonus{{Name: "own", Pays: calc.PaysPeriod, Cadence: calc.Monthly, Direct: &calc.Direct{Rates: rated(100_000_000)}}}
		w.publish(p, "add")
		w.enrol("add", distributor("zed", "", 1))
		s := sale("s1")
		s.DistributorID, s.ProductID = "zed", "sub"
		w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
		q := basePlan("add")
		q.Digest[9] = 1
		q.ValidFromUS = date(time.February, 1)
		q.Bonuses = []calc.Bonus{{Name: "own", Pays: calc.PaysPeriod, Cadence: calc.Weekly, Direct: &calc.Direct{Rates: rated(100_000_000)}}}
		w.publish(q, "add2")
		w.nowUS.Store(date(time.February, 28))
		w.append(payment("s1", "p1", 1, date(time.February, 10)))
		for _, x := range []struct {
			c calc.Cadence
			n string
		}{{calc.Monthly, "2026-02"}, {calc.Weekly, "2026-W07"}} {
			run, err := w.PreviewRun(t.Context(), "add", x.c, x.n)
			w.must(run, err)
		}
		run, err := w.PreviewRun(t.Context(), "add", calc.Weekly, "2026-W07")
		w.must(run, err)
		if run.VolumeCV == 0 {
			t.Error("a payment in February counts in no week, and the month has no bonus any more: nothing is paid")
		}
	})
}

func TestAppendEvent_VolumeBeyondTheRangeIsAnError(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "sub", VendorID: "power", Name: "Sub", RequiresActivation: true, VolumeOnPayment: true, CV: 1_000_000}))
		p := basePlan("over")
		p.Bonuses = []calc.Bonus{{Name: "own", Pays: calc.PaysPeriod, Cadence: calc.Monthly, Direct: &calc.Direct{Rates: rated(100_000_000)}}}
		w.publish(p, "over")
		w.enrol("over", distributor("zed", "", 1))
		s := sale("s1")
		s.DistributorID, s.ProductID = "zed", "sub"
		cv := int64(99_999_999_999_999_999)
		s.CV = &cv
		w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
		for i := range 100 {
			w.append(payment("s1", fmt.Sprintf("p%d", i), int32(i+1), at(6, 0)))
		}
		_, err := w.AppendEvent(t.Context(), activation("s1", "a", at(10, 0)), store.Scope{})
		if !errors.Is(err, calc.ErrOverflow) {
			t.Errorf("a hundred cycles of the greatest volume: %v", err)
		}
	})
}

func TestImportOpening_RefusesACarryThatNoRunWouldTakeIn(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := basePlan("bin")
		p.PlacementWidth = 2
		p.Bonuses = []calc.Bonus{{Name: "legs", Pays: calc.PaysPeriod, Cadence: calc.Monthly, Binary: &calc.Binary{Rates: rated(100_000_000)}}}
		w.publish(p, "bin")
		w.nowUS.Store(date(2, 5)) // January is over and not closed yet
		old, late := distributor("old", "", 1), distributor("late", "", 1)
		late.EnrolledAtUS = date(2, 2)
		w.enrol("bin", old, late)
		var list []store.OpeningEntry
		for _, id := range []string{"old", "late"} {
			list = append(list, store.OpeningEntry{EventID: "c-" + id, DistributorID: id, Kind: store.OpeningCarry, Bonus: "legs", Left: 1_000_000, Right: 1_000_000, Content: store.Content{{"x", id}}})
		}
		_, _, err := w.ImportOpening(t.Context(), "bin", list)
		refused(t, err, store.ErrTimeOutOfRange, "entries[1].distributor_id")
		if _, _, err := w.ImportOpening(t.Context(), "bin", list[:1]); err != nil {
			t.Error(err)
		}
	})
}

const conditionSource = `plan_id: newc
name: Newcomers
currency: USD
valid_from: 2026-01-01
cadence: monthly
active: pv >= 10
bonuses:
  - name: own_sales
    direct: {base: price, rate: 20%}
`

func TestWorkRun_NewcomersAreActiveAsAtAnEvent(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := basePlan("newc")
		p.Active, p.Facts = activePlanCondition(t)
		rates := [][]int64{{50_000_000}}
		p.Bonuses = []calc.Bonus{
			{Name: "event", Pays: calc.PaysEvent, Cadence: calc.Weekly, Unilevel: &calc.Unilevel{Rates: levelled(rates...)}},
			{Name: "week", Pays: calc.PaysPeriod, Cadence: calc.Weekly, Unilevel: &calc.Unilevel{Rates: levelled(rates...)}},
		}
		w.publish(p, "newc")
		w.enrol("newc", distributor("root", "", 1))
		w.nowUS.Store(date(2, 28))
		if err := w.close("newc", calc.Monthly, "2026-01"); err != nil {
			t.Fatal(err)
		}
		a, b := distributor("a", "root", 1), distributor("b", "a", 1)
		a.EnrolledAtUS, b.EnrolledAtUS = date(2, 3), date(2, 3)
		w.enrol("newc", a, b)
		s := sale("s1")
		s.DistributorID, s.ProductID, s.SoldAtUS = "b", "kit", date(2, 10)
		rec, err := w.RecordSales(t.Context(), []store.NewSale{s})
		w.must(rec, err)
		run, err := w.PreviewRun(t.Context(), "newc", calc.Weekly, "2026-W07")
		w.must(run, err)
		if len(rec[0].Lines) != int(run.LineCount) {
			t.Error("the same rule pays a newcomer at the event and not in the week")
		}
	})
}

func activePlanCondition(t *testing.T) (*calc.Condition, *calc.FactTable) {
	t.Helper()
	r := plan.Compile([]byte(conditionSource))
	if r.Plan == nil {
		for _, d := range r.Diagnostics {
			t.Log(d)
		}
		t.Fatal("no plan")
	}
	return r.Plan.Active, r.Plan.Facts
}

func TestImportOpening_RefusedOnceTheFirstPeriodIsClosed(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := basePlan("open")
		p.Bonuses = p.Bonuses[:1]
		w.publish(p, "open")
		w.enrol("open", early("zed"))
		balance := store.OpeningEntry{EventID: "b", DistributorID: "zed", Kind: store.OpeningBalance, AmountMinor: 100, Currency: "USD"}
		if _, _, err := w.ImportOpening(t.Context(), "open", []store.OpeningEntry{balance}); err != nil {
			t.Fatal(err)
		}
		w.nowUS.Store(date(time.February, 10))
		if err := w.close("open", calc.Monthly, "2026-01"); err != nil {
			t.Fatal(err)
		}
		if _, again, err := w.ImportOpening(t.Context(), "open", []store.OpeningEntry{balance}); err != nil || again != 1 {
			t.Errorf("a repeat is harmless at any time: %d, %v", again, err)
		}
		balance.EventID = "late"
		_, _, err := w.ImportOpening(t.Context(), "open", []store.OpeningEntry{balance})
		refused(t, err, store.ErrPeriodClosed, "entries[0].event_id")
	})
}
