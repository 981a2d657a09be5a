package store_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
)

func TestPreviewRun_IsWhatTheCloseWillBeAndChangesNothing(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		w.nowUS.Store(at(31, 0)) // January is not over
		before := w.dump()
		preview, err := w.PreviewRun(t.Context(), "tree", 0, "2026-01")
		if err != nil {
			t.Fatal(err)
		}
		if preview.State != store.RunPreviewed || preview.RunID != "" || preview.Period.State != store.PeriodOpen || preview.LineCount == 0 {
			t.Fatalf("%+v", preview)
		}
		if d := differs(before, w.dump()); d != "" {
			t.Fatal("a preview changed " + d)
		}
		w.nowUS.Store(february(2))
		run := w.close(w.Store, 0, "2026-01")
		after, err := w.PreviewRun(t.Context(), "tree", 0, "2026-01")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []store.Run{preview, after} {
			if !bytes.Equal(p.InputDigest, run.InputDigest) || !bytes.Equal(p.OutputDigest, run.OutputDigest) || p.LineCount != run.LineCount {
				t.Fatalf("preview %+v\nclose %+v", p, run)
			}
		}
		if after.Period.State != store.PeriodClosed || after.Period.RunID != run.RunID {
			t.Fatalf("%+v", after)
		}
	})
}

func TestPreviewRun_OfAClosedPeriodIsItsRunAgain(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		w.sellIn(time.February, runWorldSize)
		for _, period := range []string{"2026-01", "2026-02"} {
			w.close(w.Store, 0, period)
		}
		// A week whose end the month's had not reached does not have the month's ranks, whenever it is closed.
		w.close(w.Store, calc.Weekly, "2026-W01")
		for _, row := range w.dump("runs")["runs"] {
			if strings.Contains(row, `run_id="tree/weekly/2026-W01"`) && !strings.Contains(row, `ranks_run_id="" `) {
				t.Fatalf("ranks of a later time: %s", row)
			}
		}
		for _, runID := range []string{"tree/monthly/2026-01", "tree/monthly/2026-02", "tree/weekly/2026-W01"} {
			run, err := w.GetRun(t.Context(), runID)
			if err != nil {
				t.Fatal(err)
			}
			again, err := w.PreviewRun(t.Context(), "tree", run.Period.Key.Cadence, run.Period.Key.Name)
			if err != nil || !bytes.Equal(again.InputDigest, run.InputDigest) || !bytes.Equal(again.OutputDigest, run.OutputDigest) {
				t.Fatalf("%+v\n%+v, %v", run, again, err)
			}
		}
	})
}

func TestPreviewRun_Refusals(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		w.nowUS.Store(at(31, 0))
		_, err := w.PreviewRun(t.Context(), "tree", 0, "2026-02")
		refused(t, err, store.ErrTimeOutOfRange, "period")
		_, err = w.PreviewRun(t.Context(), "tree", 0, "January")
		refused(t, err, store.ErrUnknownPeriod, "period")
		_, err = w.PreviewRun(t.Context(), "tree", calc.Yearly, "2026")
		refused(t, err, store.ErrUnknownPeriod, "cadence")
	})
}

func TestPreviewRun_OfALaterPeriodBeginsWithTheLastClosedOne(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		w.close(w.Store, 0, "2026-01")
		w.nowUS.Store(time.Date(2026, time.March, 10, 0, 0, 0, 0, time.UTC).UnixMicro())
		march, err := w.PreviewRun(t.Context(), "tree", 0, "2026-03")
		if err != nil {
			t.Fatal(err)
		}
		w.close(w.Store, 0, "2026-02") // nothing was sold in it, so it leaves what it found
		after, err := w.PreviewRun(t.Context(), "tree", 0, "2026-03")
		if err != nil || !bytes.Equal(march.OutputDigest, after.OutputDigest) {
			t.Fatalf("%+v\n%+v, %v", march, after, err)
		}
	})
}
