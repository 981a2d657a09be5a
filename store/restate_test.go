package store_test

import (
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// A sale of January is cancelled when January, February and March are closed. What April and the weeks of its time post as corrections
// makes the past, period by period and line by line, what it is for a company that never made the sale, carry-overs and ranks
// included; and April itself goes on from there.
func TestRestating_CancelledSaleOfThreePeriodsAgo(t *testing.T) {
	months := []string{"2026-01", "2026-02", "2026-03", "2026-04", "2026-05"}
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newRestateWorld(t, engine, "", "")
		never := newRestateWorld(t, fresh(t), "", "")
		for month := time.January; month <= time.March; month++ {
			w.trade(month)
			w.closeMonth(month)
			never.trade(month, bigSale)
			never.closeMonth(month)
		}
		if w.standing(calc.Monthly, "2026-03") == never.standing(calc.Monthly, "2026-03") {
			t.Fatal("the sale has made no difference to what goes on from March")
		}
		w.trade(time.April)
		never.trade(time.April)
		receipt := w.append(cancellation(bigSale, "gone", date(4, 10)))
		if len(receipt.CountedIn) != 2 {
			t.Fatalf("%+v", receipt)
		}
		run := w.closeMonth(time.April)
		never.closeMonth(time.April)
		if len(run.Restated) == 0 {
			t.Fatal("April restates nothing")
		}
		w.trade(time.May)
		never.trade(time.May)
		again := w.closeMonth(time.May)
		never.closeMonth(time.May)
		if len(again.Restated) != 0 || len(w.corrections(calc.Monthly, "2026-05")) != 0 {
			t.Errorf("May restates %+v", again.Restated)
		}
		if d := differences(w.posted(calc.Monthly, months...), never.posted(calc.Monthly, months...)); d != "" {
			t.Errorf("months:\n%s", d)
		}
		if d := differences(w.posted(calc.Weekly, w.weeks()...), never.posted(calc.Weekly, w.weeks()...)); d != "" {
			t.Errorf("weeks:\n%s", d)
		}
		for _, month := range months[3:] {
			if got, want := w.standing(calc.Monthly, month), never.standing(calc.Monthly, month); got != want {
				t.Errorf("%s:\n%s\nwant\n%s", month, got, want)
			}
		}
		// What was closed before the correction, the close that applied it, and one that came after are proved as they were posted.
		for _, month := range months {
			w.proved("restated", month)
		}
		bonuses := map[string]bool{}
		for _, l := range w.corrections(calc.Monthly, "2026-04") {
			bonuses[l.Bonus] = true
			if l.Period.Name != "2026-04" || l.Corrects.Cadence != calc.Monthly || l.Corrects.PlanID != "restated" || l.AmountMinor == 0 || l.Base != l.AmountMinor {
				t.Errorf("%+v", l)
			}
		}
		for _, bonus := range []string{"team", "legs", "match", "reached", "share"} {
			if !bonuses[bonus] {
				t.Errorf("nothing of %s is corrected, so the test says nothing about it", bonus)
			}
		}
	})
}
