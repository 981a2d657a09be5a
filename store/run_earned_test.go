package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
)

// matchedPlan pays a weekly bonus, and by the month a match of what the weeks have paid.
func matchedPlan() *calc.Plan {
	p := basePlan("matched")
	p.Bonuses = []calc.Bonus{
		{Name: "check_match", Cadence: calc.Monthly, Matching: &calc.Matching{Bonuses: []int{1}, Rates: levelled([]int64{200_000_000})}},
		{Name: "weekly", Cadence: calc.Weekly, Unilevel: &calc.Unilevel{Rates: levelled([]int64{100_000_000})}},
	}
	return p
}

func TestStartRun_MonthMatchesTheWeeksThatEndInIt(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(matchedPlan(), "matched")
		w.enrol("matched", distributor("boss", "", 1), distributor("ann", "boss", 1), distributor("ben", "ann", 1))
		sold := func(id string, month time.Month, day int) {
			s := sale(id)
			s.DistributorID, s.ProductID, s.SoldAtUS = "ben", "kit", date(month, day)
			w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
		}
		sold("s1", time.January, 6)
		sold("s2", time.January, 29) // in a week that ends in February
		w.nowUS.Store(date(time.March, 10))
		refused(t, w.close("matched", calc.Monthly, "2026-01"), store.ErrEarlierPeriodOpen, "period")
		for week := 1; week <= 4; week++ {
			w.must(nil, w.close("matched", calc.Weekly, fmt.Sprintf("2026-W%02d", week)))
			if err := w.close("matched", calc.Monthly, "2026-01"); (err == nil) != (week == 4) {
				t.Fatalf("after week %d: %v", week, err)
			} else if err != nil && !strings.Contains(err.Error(), fmt.Sprintf("2026-W%02d is not closed yet", week+1)) {
				t.Errorf("after week %d: %v", week, err)
			}
		}
		refused(t, w.close("matched", calc.Monthly, "2026-02"), store.ErrEarlierPeriodOpen, "period")
		for week := 5; week <= 8; week++ {
			w.must(nil, w.close("matched", calc.Weekly, fmt.Sprintf("2026-W%02d", week)))
		}
		w.must(nil, w.close("matched", calc.Monthly, "2026-02"))
		// A kit has 20 points: the sponsor has 2.00 a week in which one was sold, and the sponsor above 20 % of it.
		for _, month := range []string{"2026-01", "2026-02"} {
			if got := w.paidTo("matched", month, "boss"); got != "check_match 40;" {
				t.Errorf("%s pays %q", month, got)
			}
			v, err := w.VerifyRun(t.Context(), "matched", calc.Monthly, month)
			w.must(nil, err)
			if !v.OK() {
				t.Errorf("%s does not verify: %+v", month, v)
			}
		}
	})
}

// paidTo lists what a closed main period pays a distributor.
func (w *world) paidTo(plan, period, id string) (text string) {
	w.t.Helper()
	err := w.Engine().Read(w.t.Context(), "paid_to", func(c store.Conn) error {
		text = ""
		return c.Query(`SELECT l.bonus, l.amount_minor FROM runs r JOIN period_lines l ON l.run_key = r.run_key AND l.attempt = r.attempt
			WHERE r.run_id = $1 AND l.distributor_id = $2 ORDER BY l.bonus`, []any{plan + "/monthly/" + period, id}, func(r store.Row) error {
			text += fmt.Sprintf("%s %d;", r.Text(0), r.Int(1))
			return nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}
