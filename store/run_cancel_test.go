package store_test

import (
	"errors"
	"testing"

	"upline/store"
	"upline/store/storetest"
)

// TestCancelRun_WhereverTheWorkStands calls a run off just before each kind of transaction of whoever works on it.
func TestCancelRun_WhereverTheWorkStands(t *testing.T) {
	want := cleanClose(t)
	for _, name := range []string{"run_attempt", "run_writing", "run_chunk", "run_flip"} {
		t.Run(name, func(t *testing.T) {
			eachRunWorld(t, func(t *testing.T, w *runWorld) {
				runID := w.start(w.Store, 0, "2026-01")
				var before map[string][]string
				worker := w.open(storetest.Faulty(w.engine, func(at string, _ int64) error {
					if at == name && before == nil {
						run, err := w.CancelRun(t.Context(), runID)
						if err != nil || run.State != store.RunCancelled || run.Period.State != store.PeriodOpen {
							t.Errorf("%+v, %v", run, err)
						}
						before = w.dump()
					}
					return nil
				}), 10)
				if _, err := worker.WorkRun(t.Context(), runID); !errors.Is(err, store.ErrLeaseHeld) {
					t.Fatalf("got %v, want ErrLeaseHeld", err)
				}
				if d := differs(before, w.dump()); d != "" {
					t.Fatal("the one whose run was cancelled changed " + d)
				}
				if got := w.earnings(0, "2026-01"); got != "" {
					t.Fatalf("lines of a cancelled run are seen:\n%s", got)
				}
				if _, err := w.WorkRun(t.Context(), runID); !errors.Is(err, store.ErrRunCancelled) {
					t.Fatalf("working on a cancelled run: %v", err)
				}
				run := w.close(w.Store, 0, "2026-01")
				want.check(w, run)
				w.checkOneAttempt(run)
			})
		})
	}
}

func TestCancelRun_EventsCountInThePeriodThatIsOpenAgain(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		runID := w.start(w.Store, 0, "2026-01")
		late := w.sell(runMember(0), "while-fenced", at(20, 0), 100_000)
		if len(late.CountedIn) == 0 || late.CountedIn[len(late.CountedIn)-1].Name != "2026-02" {
			t.Fatalf("counted in %+v", late.CountedIn)
		}
		for range 2 { // again is harmless
			if _, err := w.CancelRun(t.Context(), runID); err != nil {
				t.Fatal(err)
			}
		}
		again := w.sell(runMember(0), "after", at(20, 0), 100_000)
		if again.CountedIn[len(again.CountedIn)-1].Name != "2026-01" {
			t.Fatalf("counted in %+v", again.CountedIn)
		}
		preview, err := w.PreviewRun(t.Context(), "tree", 0, "2026-01")
		if err != nil {
			t.Fatal(err)
		}
		run := w.close(w.Store, 0, "2026-01")
		if run.VolumeCV != preview.VolumeCV || run.VolumeCV != int64(17*28+1)*100_000+100_000 {
			t.Errorf("volume %d, previewed %d", run.VolumeCV, preview.VolumeCV)
		}
	})
}

func TestCancelRun_Refusals(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		if _, err := w.CancelRun(t.Context(), "tree/monthly/2026-01"); !errors.Is(err, store.ErrUnknownRun) {
			t.Errorf("a run that was never started: %v", err)
		}
		run := w.close(w.Store, 0, "2026-01")
		before := w.dump()
		if _, err := w.CancelRun(t.Context(), run.RunID); !errors.Is(err, store.ErrRunPosted) {
			t.Errorf("a posted run: %v", err)
		}
		if d := differs(before, w.dump()); d != "" {
			t.Error("a refusal changed " + d)
		}
	})
}
