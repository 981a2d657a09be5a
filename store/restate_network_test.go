package store_test

import (
	"fmt"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// A change of sponsor that was forgotten, and somebody who was enrolled late and has sold before, make the past what it is for a company
// that was told in time.
func TestRestating_LateMoveAndLateEnrolment(t *testing.T) {
	months := []string{"2026-01", "2026-02", "2026-03", "2026-04"}
	move := func(w *restateWorld, restate bool) {
		_, _, err := w.ChangeNetwork(t.Context(), store.NetworkChange{
			DistributorID: "r09", EventID: "moved", Kind: store.NetworkSponsor, SponsorID: "r01", EffectiveAtUS: date(2, 1), Restate: restate,
			Reason: "wrong sponsor", Content: store.Content{{Path: "sponsor_id", Value: "r01"}},
		})
		w.must(nil, err)
	}
	join := func(w *restateWorld) {
		d := early("r99")
		d.SponsorID, d.ParentID, d.Leg, d.EnrolledAtUS = "r11", "r11", 1, at(5, 0)
		w.enrol("restated", d)
		s := w.kit("of-r99", 0, at(20, 0), 1_200_000)
		s.DistributorID = "r99"
		w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
	}
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w, told := newRestateWorld(t, engine, "", ""), newRestateWorld(t, fresh(t), "", "")
		for month := time.January; month <= time.April; month++ {
			w.trade(month)
			told.trade(month)
			switch month {
			case time.January:
				join(told)
			case time.February:
				told.nowUS.Store(date(2, 1))
				move(told, false)
			case time.March:
				join(w)
				move(w, true)
			}
			w.closeMonth(month)
			told.closeMonth(month)
		}
		if d := differences(w.posted(calc.Monthly, months...), told.posted(calc.Monthly, months...)); d != "" {
			t.Errorf("months:\n%s", d)
		}
		if got, want := w.standing(calc.Monthly, "2026-04"), told.standing(calc.Monthly, "2026-04"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		corrected := map[string]bool{}
		for _, l := range w.corrections(calc.Monthly, "2026-03") {
			corrected[fmt.Sprint(l.Corrects.Name)] = true
		}
		if !corrected["2026-01"] || !corrected["2026-02"] {
			t.Errorf("corrected are %v", corrected)
		}
	})
}
