package store_test

import (
	"bytes"
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
