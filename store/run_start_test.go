package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
)

func TestStartRun_FencesThePeriodAndIsJoined(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		first, err := w.StartRun(t.Context(), "tree", 0, "2026-01")
		if err != nil {
			t.Fatal(err)
		}
		if first.RunID != "tree/monthly/2026-01" || first.State != store.RunRunning || first.Period.State != store.PeriodFenced || first.Key < 0 {
			t.Fatalf("started %+v", first)
		}
		before := w.dump()
		w.later()
		again, err := w.open(w.engine, 10).StartRun(t.Context(), "tree", calc.Monthly, "2026-01")
		if err != nil || again.StartedAtUS != first.StartedAtUS {
			t.Fatalf("joined %+v, %v", again, err)
		}
		if d := differs(before, w.dump()); d != "" {
			t.Fatal("joining changed " + d)
		}
		unfinished, err := w.UnfinishedRuns(t.Context())
		if err != nil || len(unfinished) != 1 || unfinished[0] != first.RunID {
			t.Fatalf("unfinished %v, %v", unfinished, err)
		}
	})
}

func TestStartRun_StartedByManyAtOnceIsOneRun(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		runs := make([]store.Run, 8)
		var group sync.WaitGroup
		for i := range runs {
			s := w.open(w.engine, 10)
			group.Go(func() {
				var err error
				if runs[i], err = s.StartRun(t.Context(), "tree", 0, "2026-01"); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		for _, run := range runs {
			if run.RunID != runs[0].RunID || run.Key != runs[0].Key || run.StartedAtUS != runs[0].StartedAtUS {
				t.Fatalf("%+v\n%+v", run, runs[0])
			}
		}
		if rows := w.dump("runs", "periods"); len(rows["runs"]) != 1 || len(rows["periods"]) != 1 {
			t.Fatalf("%v", rows)
		}
	})
}

func TestStartRun_PostedRunIsReturnedAsItIs(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		run := w.close(w.Store, calc.Monthly, "2026-01")
		before := w.dump()
		w.later()
		again, err := w.StartRun(t.Context(), "tree", calc.Monthly, "2026-01")
		if err != nil || again.State != store.RunPosted || again.PostedAtUS != run.PostedAtUS {
			t.Fatalf("%+v, %v", again, err)
		}
		if worked, err := w.WorkRun(t.Context(), run.RunID); err != nil || worked.PostedAtUS != run.PostedAtUS {
			t.Fatalf("%+v, %v", worked, err)
		}
		if d := differs(before, w.dump()); d != "" {
			t.Fatal("closing again changed " + d)
		}
	})
}

func TestStartRun_Refusals(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		w.nowUS.Store(time.Date(2026, time.March, 10, 0, 0, 0, 0, time.UTC).UnixMicro())
		before := w.dump()
		for _, test := range []struct {
			plan    string
			cadence calc.Cadence
			period  string
			kind    error
			field   string
		}{
			{"none", 0, "2026-01", store.ErrUnknownPlan, ""},
			{"tree", calc.Daily, "2026-01-01", store.ErrUnknownPeriod, "cadence"},
			{"tree", 77, "2026-01-01", store.ErrUnknownPeriod, "cadence"},
			{"tree", 0, "2026-1", store.ErrUnknownPeriod, "period"},
			{"tree", 0, "2025-12", store.ErrUnknownPeriod, "period"},
			{"tree", 0, "2026-03", store.ErrPeriodNotOver, "period"},
			{"tree", 0, "2026-02", store.ErrEarlierPeriodOpen, "period"},
			{"tree", calc.Weekly, "2026-W02", store.ErrEarlierPeriodOpen, "period"},
		} {
			_, err := w.StartRun(t.Context(), test.plan, test.cadence, test.period)
			if test.field == "" {
				if !errors.Is(err, test.kind) {
					t.Errorf("%v: %v", test, err)
				}
				continue
			}
			refused(t, err, test.kind, test.field)
		}
		if d := differs(before, w.dump()); d != "" {
			t.Fatal("a refusal changed " + d)
		}
		_, err := w.GetRun(t.Context(), "tree/monthly/2026-01")
		refused(t, err, store.ErrUnknownRun, "run_id")
		_, err = w.WorkRun(t.Context(), "tree/monthly/2026-01")
		refused(t, err, store.ErrUnknownRun, "run_id")
	})
}

func TestStartRun_PeriodsCloseInOrder(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		w.nowUS.Store(time.Date(2026, time.March, 10, 0, 0, 0, 0, time.UTC).UnixMicro())
		w.start(w.Store, 0, "2026-01")
		_, err := w.StartRun(t.Context(), "tree", 0, "2026-02")
		refused(t, err, store.ErrEarlierPeriodOpen, "period") // fenced is not closed
		w.close(w.Store, 0, "2026-01")
		if run := w.close(w.Store, 0, "2026-02"); run.State != store.RunPosted {
			t.Fatalf("%+v", run)
		}
		// Weeks go by themselves: W01 begins in 2025 and is the first, as the plan begins inside it.
		w.close(w.Store, calc.Weekly, "2026-W01")
		w.close(w.Store, calc.Weekly, "2026-W02")
	})
}

func TestStartRun_CadenceOfALaterVersionBeginsThere(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		next := runPlan()
		next.Digest, next.ValidFromUS = [32]byte{2}, time.Date(2026, time.February, 11, 0, 0, 0, 0, time.UTC).UnixMicro()
		next.Bonuses = append(next.Bonuses, calc.Bonus{Name: "daily", Cadence: calc.Daily, Binary: &calc.Binary{Rates: rated(0, 0, 0)}})
		w.plans["next"] = next
		w.must(w.PublishPlan(t.Context(), store.NewPlan{Plan: next, Name: "Tree", Source: "next"}))
		w.nowUS.Store(time.Date(2026, time.March, 10, 0, 0, 0, 0, time.UTC).UnixMicro())
		_, err := w.StartRun(t.Context(), "tree", calc.Daily, "2026-02-10")
		refused(t, err, store.ErrUnknownPeriod, "period")
		if run := w.close(w.Store, calc.Daily, "2026-02-11"); run.PlanVersion != 2 {
			t.Fatalf("%+v", run)
		}
		// February began under the first version.
		w.close(w.Store, calc.Monthly, "2026-01")
		if run := w.close(w.Store, calc.Monthly, "2026-02"); run.PlanVersion != 1 {
			t.Fatalf("%+v", run)
		}
	})
}
