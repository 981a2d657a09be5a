package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// weeksPlan has ranks by the half month, and bonuses of every cadence that is not a calendar's own.
func weeksPlan(weeksFrom int64) *calc.Plan {
	p := runPlan()
	p.Main, p.WeeksFrom = calc.HalfMonthly, weeksFrom
	p.Late = calc.LateRestate
	p.Bonuses = []calc.Bonus{
		{Name: "half", Cadence: calc.HalfMonthly, Unilevel: &calc.Unilevel{Rates: levelled([]int64{100_000_000})}},
		{Name: "two", Cadence: calc.Biweekly, Unilevel: &calc.Unilevel{Rates: levelled([]int64{100_000_000})}},
		{Name: "four", Cadence: calc.FourWeekly, Unilevel: &calc.Unilevel{Rates: levelled([]int64{100_000_000})}},
		{Name: "match", Cadence: calc.FourWeekly, Matching: &calc.Matching{Bonuses: []int{1}, Rates: levelled([]int64{500_000_000})}},
	}
	p.PlacementWidth, p.Active, p.Ranks = 0, nil, nil
	return p
}

// weekOf is the number of the week that a day of January 2026 lies in.
func weekOf(day int) int64 {
	week, _ := calc.WeekOf(calc.PeriodAt(calc.Daily, nil, at(day, 0)))
	return week
}

// weeksWorld has three people in a line: m05 sponsors m22, who sponsors m39.
func weeksWorld(t *testing.T, engine store.Engine) *runWorld {
	w := emptyRunWorld(t, engine)
	ctx := t.Context()
	w.plans["tree"] = weeksPlan(weekOf(5))
	w.must(w.PutVendor(ctx, store.Vendor{VendorID: "power", Name: "Power Company"}))
	w.must(w.PutProduct(ctx, store.Product{ProductID: "kit", VendorID: "power", Name: "Starter kit", PV: 100_000, CV: 100_000}))
	w.must(w.PublishPlan(ctx, store.NewPlan{Plan: w.plans["tree"], Name: "Tree", Source: "tree"}))
	var line []store.NewDistributor
	for i := range 3 {
		d := store.NewDistributor{DistributorID: runMember(i), PlanID: "tree", Market: "US", EnrolledAtUS: at(1, 0), Content: store.Content{{Path: "i", Value: runMember(i)}}}
		if i > 0 {
			d.SponsorID = runMember(i - 1)
		}
		line = append(line, d)
	}
	w.must(w.Enroll(ctx, line))
	w.nowUS.Store(time.Date(2026, time.March, 10, 0, 0, 0, 0, time.UTC).UnixMicro())
	return w
}

func TestRun_HalfMonthsAndWeeksByTwoAndFourCloseInOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := weeksWorld(t, engine)
		seller := runMember(2)
		w.sell(seller, "first", at(15, 23), 1_000_000)
		w.sell(seller, "second", at(16, 0), 2_000_000)
		w.sell(seller, "third", at(19, 0), 4_000_000)
		// The plan begins inside the period of two weeks that is its first, and that of four.
		_, err := w.StartRun(t.Context(), "tree", calc.Biweekly, "2026-W03-W04")
		refused(t, err, store.ErrUnknownPeriod, "period") // weeks of another plan
		_, err = w.StartRun(t.Context(), "tree", calc.HalfMonthly, "2026-01-H2")
		refused(t, err, store.ErrEarlierPeriodOpen, "period")
		w.close(w.Store, 0, "2026-01-H1")
		w.close(w.Store, 0, "2026-01-H2")
		w.close(w.Store, calc.Biweekly, "2025-W52-W01")
		w.close(w.Store, calc.FourWeekly, "2025-W50-W01")
		_, err = w.StartRun(t.Context(), "tree", calc.FourWeekly, "2026-W02-W05")
		refused(t, err, store.ErrEarlierPeriodOpen, "period") // its bonus matches those of two weeks
		w.close(w.Store, calc.Biweekly, "2026-W02-W03")
		w.close(w.Store, calc.Biweekly, "2026-W04-W05")
		w.close(w.Store, calc.FourWeekly, "2026-W02-W05")
		for _, c := range []struct {
			cadence calc.Cadence
			period  string
			want    []string
		}{
			{calc.HalfMonthly, "2026-01-H1", []string{"m22 half L1 1000000 1/100 100000000 = 1000"}},
			{calc.HalfMonthly, "2026-01-H2", []string{"m22 half L1 6000000 1/100 100000000 = 6000"}},
			{calc.Biweekly, "2026-W02-W03", []string{"m22 two L1 3000000 1/100 100000000 = 3000"}},
			{calc.Biweekly, "2026-W04-W05", []string{"m22 two L1 4000000 1/100 100000000 = 4000"}},
			{calc.FourWeekly, "2026-W02-W05", []string{"m05 match L1 7000 1/1 500000000 = 3500", "m22 four L1 7000000 1/100 100000000 = 7000"}},
		} {
			if got, want := w.earnings3(c.cadence, c.period), strings.Join(c.want, "\n")+"\n"; got != want {
				t.Errorf("%s: got\n%swant\n%s", c.period, got, want)
			}
		}
		// What comes late counts in the closed periods, and their next ones pay it.
		receipt := w.sell(seller, "late", at(14, 0), 1_000_000)
		if names := periodNames(receipt); names != "2026-01-H1 2026-W02-W03 2026-W02-W05" {
			t.Errorf("late sale counts in %s", names)
		}
		w.close(w.Store, 0, "2026-02-H1")
		if got := w.earnings3(0, "2026-02-H1"); !strings.Contains(got, "= 1000\n") {
			t.Errorf("the first half of February pays:\n%s", got)
		}
		periods, _, err := w.ListPeriods(t.Context(), "tree", calc.Biweekly, "", 3)
		if err != nil || len(periods) != 3 || periods[0].Key.Name != "2026-W10-W11" || periods[2].Key.Name != "2026-W06-W07" {
			t.Errorf("%+v, %v", periods, err)
		}
	})
}

// Who is enrolled late is in the closed periods of every cadence, and their next closes pay what was sold there.
func TestEnroll_LateIntoHalfMonthsAndWeeks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := weeksWorld(t, engine)
		w.close(w.Store, 0, "2026-01-H1")
		w.close(w.Store, 0, "2026-01-H2")
		for _, period := range []string{"2025-W52-W01", "2026-W02-W03", "2026-W04-W05"} {
			w.close(w.Store, calc.Biweekly, period)
		}
		w.close(w.Store, calc.FourWeekly, "2025-W50-W01")
		w.close(w.Store, calc.FourWeekly, "2026-W02-W05")
		w.must(w.Enroll(t.Context(), []store.NewDistributor{{
			DistributorID: "new", PlanID: "tree", SponsorID: runMember(1), Market: "US", EnrolledAtUS: at(20, 0), Content: store.Content{{Path: "i", Value: "new"}},
		}}))
		err := engine.Read(t.Context(), "views", func(c store.Conn) error {
			return c.Query(`SELECT from_half_monthly, restated_half_monthly, from_biweekly, restated_biweekly, from_four_weekly, restated_four_weekly, from_monthly, restated_monthly
				FROM network_events WHERE plan_id = 'tree' AND distributor_id = 'new'`, nil, func(r store.Row) error {
				plan := w.plans["tree"]
				for i, want := range []struct {
					cadence        calc.Cadence
					from, restated string
				}{
					{calc.HalfMonthly, "2026-01-H2", "2026-02-H1"},
					{calc.Biweekly, "2026-W04-W05", "2026-W06-W07"},
					{calc.FourWeekly, "2026-W02-W05", "2026-W06-W09"},
					{calc.Monthly, "2026-01", ""},
				} {
					from, restated := plan.PeriodByNo(want.cadence, r.Int(2*i)).Name, ""
					if no := r.Int(2*i + 1); no != 0 {
						restated = plan.PeriodByNo(want.cadence, no).Name
					}
					if from != want.from || restated != want.restated {
						t.Errorf("%v: from %s, restated in %q", want.cadence, from, restated)
					}
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		// The closed periods are still what they were.
		for period, cadence := range map[string]calc.Cadence{"2026-01-H2": calc.HalfMonthly, "2026-W04-W05": calc.Biweekly, "2026-W02-W05": calc.FourWeekly} {
			if v, err := w.VerifyRun(t.Context(), "tree", cadence, period); err != nil || !v.OK() {
				t.Errorf("%s: %+v, %v", period, v, err)
			}
		}
		w.sell("new", "hers", at(21, 0), 1_000_000)
		w.close(w.Store, 0, "2026-02-H1")
		w.close(w.Store, calc.Biweekly, "2026-W06-W07")
		w.close(w.Store, calc.Biweekly, "2026-W08-W09")
		w.close(w.Store, calc.FourWeekly, "2026-W06-W09")
		for period, cadence := range map[string]calc.Cadence{"2026-02-H1": calc.HalfMonthly, "2026-W06-W07": calc.Biweekly, "2026-W06-W09": calc.FourWeekly} {
			if got := w.earningsOf(cadence, period, runMember(1)); !strings.Contains(got, "= 1000\n") {
				t.Errorf("%s pays %q", period, got)
			}
		}
	})
}

// earnings3 are the earnings of those three.
func (w *runWorld) earnings3(cadence calc.Cadence, period string) string {
	w.t.Helper()
	return w.earningsOf(cadence, period, runMember(0), runMember(1), runMember(2))
}

// periodNames are the periods that a sale counts in.
func periodNames(r store.Receipt) string {
	var names []string
	for _, p := range r.CountedIn {
		names = append(names, p.Name)
	}
	return strings.Join(names, " ")
}

func TestPublishPlan_WeeksCountedFromNeverChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := weeksWorld(t, engine)
		w.nowUS.Store(at(20, 0))
		next := weeksPlan(weekOf(19))
		next.Digest, next.ValidFromUS = [32]byte{2}, time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
		w.plans["next"] = next
		_, err := w.PublishPlan(t.Context(), store.NewPlan{Plan: next, Source: "next"})
		refused(t, err, store.ErrImmutable, "weeks_from") // two weeks later: those of two are the same, those of four are not
		var refusal *store.Refusal
		if errors.As(err, &refusal); len(refusal.Fields) != 1 || refusal.Fields[0] != (store.FieldProblem{
			Field: "weeks_from", Problem: "is 2026-01-19, and periods of two and of four weeks were counted from 2026-01-05 in version 1",
			Remedy: "write 2026-02-02 or another Monday a number of four weeks from it, or publish it under another plan_id",
		}) {
			t.Errorf("%+v", refusal.Fields)
		}
		// Periods of weeks that the versions before did not have are counted from their week all the same.
		next.WeeksFrom = weekOf(12)
		_, err = w.PublishPlan(t.Context(), store.NewPlan{Plan: next, Source: "next"})
		refused(t, err, store.ErrImmutable, "weeks_from")
		next.WeeksFrom = weekOf(5) - 4*100
		v, err := w.PublishPlan(t.Context(), store.NewPlan{Plan: next, Source: "next"})
		if err != nil || v.Version != 2 {
			t.Fatalf("%+v, %v", v, err)
		}
	})
}
