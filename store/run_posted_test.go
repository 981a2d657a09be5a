package store_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"upline/calc"
	"upline/store"
)

// cappedPlan pays 10 % at once, 2 % one level up at once and 1 % at the close; nobody gets more than 60.00 by the first and the last, and
// the company pays no more than 110.00 by all.
const cappedPlan = `
bonuses:
  - {name: at_once, direct: {base: price, rate: 10%}}
  - {name: above, pays: event, unilevel: {base: price, rates: [{levels: [2%]}]}}
  - {name: month, pays: period, direct: {base: price, rate: 1%}}
caps:
  - {name: person, bonuses: [at_once, month], limit: 60}
  - {name: company, per: company, limit: 110}
`

// sells records sales of a kit at 500.00 by distributors on days of a month.
func (w *world) sells(monthOf func(day int) int64, sales ...string) {
	w.t.Helper()
	for i, text := range sales {
		id, seller, _ := strings.Cut(text, " by ")
		s := sale(id)
		s.DistributorID, s.ProductID, s.SoldAtUS, s.CustomerID = seller, "kit", monthOf(10+i), "customer-"+id
		w.must(w.RecordSales(w.t.Context(), []store.NewSale{s}))
	}
}

// runLines lists what a run gave somebody in a period, and what of the whole is held and payable.
func (w *world) runLines(distributorID, period string) string {
	w.t.Helper()
	e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: distributorID, Period: period, PageSize: 100})
	w.must(e, err)
	var b strings.Builder
	for _, l := range e.Lines {
		if l.RunID != "" {
			fmt.Fprintf(&b, "%s %s %d of %d %s\n", l.Bonus, l.Kind, l.AmountMinor, l.Base, l.Factors)
		}
	}
	for _, total := range e.Totals {
		fmt.Fprintf(&b, "held %d, payable %d\n", total.HeldMinor, total.PayableMinor)
	}
	return b.String()
}

// A cap bounds what events have posted: the close posts adjustments, and what is payable is what the cap leaves. In the next period the
// limits begin anew.
func TestWorkRun_CapsBoundWhatEventsHavePosted(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(compiled(t, "capped", cappedPlan), "capped")
		ben := early("ben")
		ben.SponsorID = "ann"
		w.enrol("capped", early("ann"), ben)
		w.sells(func(day int) int64 { return at(day, 0) }, "a1 by ann", "b1 by ben", "b2 by ben")
		if got, want := w.runLines("ben", "2026-01"), "held 10000, payable 0\n"; got != want {
			t.Errorf("before the close Ben has\n%swant\n%s", got, want)
		}
		w.nowUS.Store(date(2, 20))
		preview, err := w.PreviewRun(t.Context(), "capped", 0, "2026-01")
		w.must(preview, err)
		w.must(nil, w.close("capped", calc.Monthly, "2026-01"))
		// Ben's 100.00 at once and 10.00 at the close are 110.00, of which the person's limit leaves 60.00: 6/11. With Ann's 50.00 and 5.00,
		// and her 20.00 from Ben's sales, the company would pay 135.00, and pays 110.00 of it.
		for id, want := range map[string]string{
			"ann": "above ADJUSTMENT -370 of 2000 company=-2500/13500\n" +
				"at_once ADJUSTMENT -926 of 5000 company=-2500/13500\n" +
				"month COMMISSION 407 of 50000 company=11000/13500\n" +
				"held 0, payable 6111\n",
			"ben": "at_once ADJUSTMENT -4545 of 10000 person=-5000/11000\n" +
				"at_once ADJUSTMENT -1010 of 5455 company=-2500/13500\n" +
				"month COMMISSION 444 of 100000 person=6000/11000;company=11000/13500\n" +
				"held 0, payable 4889\n",
		} {
			if got := w.runLines(id, "2026-01"); got != want {
				t.Errorf("%s has\n%swant\n%s", id, got, want)
			}
		}
		v, err := w.VerifyRun(t.Context(), "capped", 0, "2026-01")
		if err != nil || !v.OK() || !bytes.Equal(v.OutputDigest, preview.OutputDigest) {
			t.Errorf("verified: %+v, %v; the preview had %x", v, err, preview.OutputDigest)
		}
		totals := ""
		for _, total := range v.Run.Totals {
			totals += fmt.Sprintf("%s %d by %d, ", total.Name, total.AmountMinor, total.Count)
		}
		if want := "at_once -6481 by 3, above -370 by 1, month 851 by 2, "; totals != want {
			t.Errorf("the run's totals are %s, want %s", totals, want)
		}

		// What is taken back in February is February's, and makes room there.
		w.sells(func(day int) int64 { return date(2, day) }, "b3 by ben", "b4 by ben")
		w.append(cancellation("b1", "end", date(2, 15)))
		w.nowUS.Store(date(3, 5))
		w.must(nil, w.close("capped", calc.Monthly, "2026-02"))
		if got, want := w.runLines("ben", "2026-02"), "month COMMISSION 500 of 50000 \nheld 0, payable 5500\n"; got != want {
			t.Errorf("in February Ben has\n%swant\n%s", got, want)
		}
	})
}

// The lines that events have posted are part of what a run is proved by.
func TestPreviewRun_DigestTellsWhatEventsHavePosted(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(compiled(t, "capped", cappedPlan+"  - {name: late, bonuses: [above], limit: 1}\n"), "capped")
		bob := early("bob")
		bob.SponsorID = "ann"
		bob.DistributorID = "ben"
		w.enrol("capped", early("ann"), bob)
		w.sells(func(day int) int64 { return at(day, 0) }, "b1 by ben")
		before, err := w.PreviewRun(t.Context(), "capped", 0, "2026-01")
		w.must(before, err)
		// Nothing but a line: an activity, rank or volume did not change.
		_, _, err = w.ImportOpening(t.Context(), "capped", []store.OpeningEntry{{
			Kind: store.OpeningBalance, EventID: "owed", DistributorID: "ann", AmountMinor: 9_00, Currency: "USD", Content: store.Content{{"amount", "9.00"}},
		}})
		w.must(nil, err)
		after, err := w.PreviewRun(t.Context(), "capped", 0, "2026-01")
		if err != nil || !bytes.Equal(after.InputDigest, before.InputDigest) {
			t.Errorf("a balance brought along changes the input, which no cap bounds: %v", err)
		}
		w.append(cancellation("b1", "end", at(20, 0)))
		taken, err := w.PreviewRun(t.Context(), "capped", 0, "2026-01")
		if err != nil || bytes.Equal(taken.InputDigest, before.InputDigest) {
			t.Errorf("what was taken back is not in the input: %v", err)
		}
	})
}

// A cap bounds what is paid in its period, whatever version of the plan a sale was sold under.
func TestWorkRun_CapsBoundWhatOlderVersionsHavePosted(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		const bonuses = "bonuses: [{name: at_once, direct: {base: price, rate: 10%}}, {name: renamed, pays: event, unilevel: {base: price, rates: [{levels: [1%]}]}}]\n"
		first := compiled(t, "versions", bonuses)
		second := compiled(t, "versions", strings.Replace(bonuses, "renamed", "above", 1)+"caps: [{name: person, limit: 30}]\n")
		second.ValidFromUS = date(2, 1)
		w.nowUS.Store(at(20, 0))
		w.publish(first, "first")
		w.publish(second, "second")
		ben := early("ben")
		ben.SponsorID = "ann"
		w.enrol("versions", early("ann"), ben)
		sold := sale("old")
		sold.DistributorID = "ben"
		w.must(w.RecordSales(t.Context(), []store.NewSale{sold}))
		w.nowUS.Store(date(2, 20))
		sold = sale("new")
		sold.DistributorID, sold.SoldAtUS = "ben", date(2, 4)
		w.must(w.RecordSales(t.Context(), []store.NewSale{sold}))
		for _, id := range []string{"old", "new"} {
			w.append(activation(id, "live", date(2, 5)))
		}
		w.nowUS.Store(date(3, 2))
		w.must(nil, w.close("versions", calc.Monthly, "2026-01"))
		w.must(nil, w.close("versions", calc.Monthly, "2026-02"))
		// 50.00 of each sale. What a bonus paid that this version no longer has stays as it is.
		for id, want := range map[string]string{
			"ben": "at_once ADJUSTMENT -7000 of 10000 person=-7000/10000\nheld 0, payable 3000\n",
			"ann": "held 0, payable 1000\n",
		} {
			if got := w.runLines(id, "2026-02"); got != want {
				t.Errorf("%s has\n%swant\n%s", id, got, want)
			}
		}
	})
}
