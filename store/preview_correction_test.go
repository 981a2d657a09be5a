package store_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// What a preview of a correction says is what the close then posts, and previewing changes nothing.
func TestPreviewCorrection_SaysWhatTheCloseThenPosts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		for _, c := range []struct {
			name       string
			correction func(w *restateWorld) store.Correction
			record     func(w *restateWorld)
		}{
			{
				"cancelled", func(*restateWorld) store.Correction {
					e := cancellation(bigSale, "gone", date(3, 10))
					return store.Correction{Event: &e}
				}, func(w *restateWorld) { w.append(cancellation(bigSale, "gone", date(3, 10))) },
			},
			{
				"rebooked", func(*restateWorld) store.Correction {
					e := rebooked(bigSale, "other", "r12", date(3, 10))
					return store.Correction{Event: &e}
				}, func(w *restateWorld) { w.append(rebooked(bigSale, "other", "r12", date(3, 10))) },
			},
			{
				"late", func(w *restateWorld) store.Correction {
					s := w.kit("late", 11, date(1, 20), 900_000)
					return store.Correction{Sale: &s}
				}, func(w *restateWorld) {
					w.must(w.RecordSales(t.Context(), []store.NewSale{w.kit("late", 11, date(1, 20), 900_000)}))
				},
			},
		} {
			t.Run(c.name, func(t *testing.T) {
				w := newRestateWorld(t, engine, "", "")
				if c.name != "cancelled" {
					w = newRestateWorld(t, fresh(t), "", "")
				}
				for month := time.January; month <= time.February; month++ {
					w.trade(month)
					w.closeMonth(month)
				}
				w.trade(time.March)
				before := w.dumped()
				p, err := w.PreviewCorrection(t.Context(), c.correction(w))
				w.must(p, err)
				if w.dumped() != before {
					t.Fatal("the preview has changed something")
				}
				projected := map[string]int64{}
				for _, a := range p.Amounts {
					if a.Outcome == store.RestatedPosted && a.Period.Cadence == calc.Monthly {
						projected[fmt.Sprintf("%s %s %s", a.Period.Name, a.DistributorID, a.Bonus)] += a.AmountMinor
					}
				}
				c.record(w)
				again, err := w.PreviewCorrection(t.Context(), c.correction(w))
				if err != nil || !again.Repeated || len(again.Totals) != 0 {
					t.Errorf("recorded already: %v %+v", err, again)
				}
				run, err := w.PreviewRun(t.Context(), "restated", 0, "2026-03")
				w.must(run, err)
				closed := w.closeMonth(time.March)
				if len(run.Restated) == 0 || !slices.Equal(run.Restated, closed.Restated) {
					t.Errorf("the preview of March restates %+v, and its close %+v", run.Restated, closed.Restated)
				}
				posted := map[string]int64{}
				for _, l := range w.corrections(calc.Monthly, "2026-03") {
					posted[fmt.Sprintf("%s %s %s", l.Corrects.Name, l.DistributorID, l.Bonus)] += l.AmountMinor
				}
				maps.DeleteFunc(posted, func(_ string, sum int64) bool { return sum == 0 })
				maps.DeleteFunc(projected, func(_ string, sum int64) bool { return sum == 0 })
				if d := differences(posted, projected); d != "" || len(posted) == 0 {
					t.Errorf("posted:\n%s", d)
				}
			})
		}
	})
}

// dumped is everything that a preview could change.
func (w *restateWorld) dumped() string {
	w.t.Helper()
	var b strings.Builder
	for i := range restateWorldSize {
		for _, period := range []string{"2026-01", "2026-02", "2026-03"} {
			e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: fmt.Sprintf("r%02d", i), Period: period, PageSize: 500})
			w.must(e, err)
			fmt.Fprintf(&b, "%+v\n", e)
		}
	}
	s, events, err := w.GetSale(w.t.Context(), "US", bigSale, store.Scope{})
	w.must(s, err)
	fmt.Fprintf(&b, "%+v %+v\n", s, events)
	return b.String()
}
