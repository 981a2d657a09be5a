package store_test

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
)

var totalsByAll = []store.TotalsBy{store.TotalsByBonus, store.TotalsByMarket, store.TotalsByVendor, store.TotalsByRank}

// totals asks for all totals of a period, by pages of a size.
func (w *world) totals(plan, period string, by store.TotalsBy, size int) store.PeriodTotals {
	w.t.Helper()
	q := store.PeriodTotalsQuery{PlanID: plan, Period: period, By: by, PageSize: size}
	all, err := w.GetPeriodTotals(w.t.Context(), q)
	w.must(nil, err)
	for next := all.Next; next != ""; {
		q.After = next
		page, err := w.GetPeriodTotals(w.t.Context(), q)
		w.must(nil, err)
		all.Totals, next = append(all.Totals[:len(all.Totals):len(all.Totals)], page.Totals...), page.Next
	}
	return all
}

// totalsText writes totals, a line each.
func totalsText(totals []store.PeriodTotal) string {
	var b strings.Builder
	for _, t := range totals {
		fmt.Fprintf(&b, "%s/%s %s: %d%+d=%d in %d\n", t.Name, t.Bonus, t.Currency, t.EarnedMinor, t.ReversedMinor, t.PostedMinor, t.LineCount)
	}
	return b.String()
}

// earnedByAll is what the company's totals have to be: the sum of what everybody is told.
func (w *world) earnedByAll(period string, ids ...string) string {
	w.t.Helper()
	sums := map[string]*store.PeriodTotal{}
	for _, id := range ids {
		e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: id, Period: period, PageSize: 1})
		w.must(nil, err)
		for _, of := range e.Totals {
			t := sums[of.Currency]
			if t == nil {
				t = &store.PeriodTotal{Currency: of.Currency}
				sums[of.Currency] = t
			}
			t.EarnedMinor, t.ReversedMinor, t.PostedMinor, t.LineCount = t.EarnedMinor+of.EarnedMinor, t.ReversedMinor+of.ReversedMinor, t.PostedMinor+of.PostedMinor, t.LineCount+of.LineCount
		}
	}
	list := make([]store.PeriodTotal, 0, len(sums))
	for _, t := range sums {
		list = append(list, *t)
	}
	sort.Slice(list, func(i, k int) bool { return list[i].Currency < list[k].Currency })
	return totalsText(list)
}

// summed adds up totals by currency: those of all bonuses of each name, or those of each bonus.
func summed(totals []store.PeriodTotal, ofBonuses bool) string {
	sums := map[string]store.PeriodTotal{}
	for _, of := range totals {
		if (of.Bonus != "") != ofBonuses {
			continue
		}
		t := sums[of.Currency]
		sums[of.Currency] = store.PeriodTotal{
			Currency: of.Currency, EarnedMinor: t.EarnedMinor + of.EarnedMinor, ReversedMinor: t.ReversedMinor + of.ReversedMinor,
			PostedMinor: t.PostedMinor + of.PostedMinor, LineCount: t.LineCount + of.LineCount,
		}
	}
	list := make([]store.PeriodTotal, 0, len(sums))
	for _, t := range sums {
		list = append(list, t)
	}
	sort.Slice(list, func(i, k int) bool { return list[i].Currency < list[k].Currency })
	return totalsText(list)
}

// Whatever they are by, totals come to what all distributors are told, in closed periods with corrections, adjustments and openings of other
// currencies, and in one that is open.
func TestPeriodTotals_AreWhatAllDistributorsAreTold(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.mixed()
		w.nowUS.Store(date(3, 20))
		for i, seller := range []string{"ann", "ann", "cyd", "cyd"} {
			s := sale(fmt.Sprintf("march-%d", i))
			s.DistributorID, s.ProductID, s.SoldAtUS = seller, "kit", date(3, 10)
			w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
		}
		w.append(cancellation("march-3", "c", date(3, 11)))
		for _, period := range []string{"2026-01", "2026-02", "2026-03", ""} {
			want := w.earnedByAll(period, "ann", "ben", "cyd")
			for _, by := range totalsByAll {
				all := w.totals("mixed", period, by, 1000)
				if got := totalsText(all.Company); got != want || got == "" {
					t.Errorf("%s by %d: the company's totals are\n%swhat all are told\n%s", period, by, got, want)
				}
				if got := summed(all.Totals, true); got != want {
					t.Errorf("%s by %d: by bonus they come to\n%swhat all are told\n%s", period, by, got, want)
				}
				if got := summed(all.Totals, false); by != store.TotalsByBonus && got != want {
					t.Errorf("%s by %d: by name they come to\n%swhat all are told\n%s", period, by, got, want)
				}
				if paged := w.totals("mixed", period, by, 1); totalsText(paged.Totals) != totalsText(all.Totals) {
					t.Errorf("%s by %d: page by page\n%sat once\n%s", period, by, totalsText(paged.Totals), totalsText(all.Totals))
				}
			}
		}
	})
}

func TestPeriodTotals_ByMarketVendorAndRank(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.guarded(strings.Replace(guardedPlan, "pv >= 30", "pv >= 15", 1))
		w.must(w.importRanks("guarded", map[string]string{"ben": "seller"}))
		w.trade(time.January, 2, 1)
		check := func(period string, by store.TotalsBy, ranksOf, want string) {
			t.Helper()
			got := w.totals("guarded", period, by, 1000)
			if text := totalsText(got.Totals); text != want || got.RanksOf.Name != ranksOf {
				t.Errorf("%s by %d, by ranks of %q:\n%swant, by ranks of %q\n%s", period, by, got.RanksOf.Name, text, ranksOf, want)
			}
		}
		// Before the first close the ranks are those that people were brought in with.
		check("2026-01", store.TotalsByBonus, "", "/at_once USD: 15000+0=15000 in 3\n")
		check("2026-01", store.TotalsByMarket, "", "DE/ USD: 5000+0=5000 in 1\nDE/at_once USD: 5000+0=5000 in 1\nUS/ USD: 10000+0=10000 in 2\nUS/at_once USD: 10000+0=10000 in 2\n")
		check("2026-01", store.TotalsByVendor, "", "other/ USD: 5000+0=5000 in 1\nother/at_once USD: 5000+0=5000 in 1\npower/ USD: 10000+0=10000 in 2\npower/at_once USD: 10000+0=10000 in 2\n")
		check("2026-01", store.TotalsByRank, "", "/ USD: 10000+0=10000 in 2\n/at_once USD: 10000+0=10000 in 2\nseller/ USD: 5000+0=5000 in 1\nseller/at_once USD: 5000+0=5000 in 1\n")
		w.confirm(w.waits("2026-01"))
		run, err := w.StartRun(t.Context(), "guarded", calc.Monthly, "2026-01")
		w.must(nil, err)
		w.must(w.WorkRun(t.Context(), run.RunID))
		// Ann sold for 20 points, and is a seller in January.
		check("2026-01", store.TotalsByRank, "2026-01", "/ USD: 7500+0=7500 in 2\n/at_once USD: 5000+0=5000 in 1\n/month USD: 2500+0=2500 in 1\n"+
			"seller/ USD: 15000+0=15000 in 3\nseller/at_once USD: 10000+0=10000 in 2\nseller/month USD: 5000+0=5000 in 1\n")
		check("2026-01", store.TotalsByVendor, "", "/ USD: 7500+0=7500 in 2\n/month USD: 7500+0=7500 in 2\n"+
			"other/ USD: 5000+0=5000 in 1\nother/at_once USD: 5000+0=5000 in 1\npower/ USD: 10000+0=10000 in 2\npower/at_once USD: 10000+0=10000 in 2\n")
		w.trade(time.February, 1, 1)
		check("2026-02", store.TotalsByRank, "2026-01", "/ USD: 5000+0=5000 in 1\n/at_once USD: 5000+0=5000 in 1\nseller/ USD: 5000+0=5000 in 1\nseller/at_once USD: 5000+0=5000 in 1\n")
	})
}

// importRanks brings distributors in with ranks.
func (w *world) importRanks(plan string, ranks map[string]string) (int, error) {
	list := make([]store.OpeningEntry, 0, len(ranks))
	for id, rank := range ranks {
		list = append(list, store.OpeningEntry{EventID: "rank-" + id, DistributorID: id, Kind: store.OpeningRank, Rank: rank, Content: store.Content{{Path: "rank", Value: rank}}})
	}
	imported, _, err := w.ImportOpening(w.t.Context(), plan, list)
	return imported, err
}

func TestPeriodTotals_RefuseWhatIsNotThere(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			q    store.PeriodTotalsQuery
			want error
		}{
			{store.PeriodTotalsQuery{PlanID: "nobody's"}, store.ErrUnknownPlan},
			{store.PeriodTotalsQuery{PlanID: "service", Cadence: calc.Yearly}, store.ErrUnknownPeriod},
			{store.PeriodTotalsQuery{PlanID: "service", Period: "2026-W01"}, store.ErrUnknownPeriod},
			{store.PeriodTotalsQuery{PlanID: "service", Period: "2025-12"}, store.ErrUnknownPeriod},
			{store.PeriodTotalsQuery{PlanID: "service", After: "x"}, store.ErrInvalid},
		} {
			c.q.By, c.q.PageSize = store.TotalsByBonus, 10
			if _, err := w.GetPeriodTotals(t.Context(), c.q); !errors.Is(err, c.want) {
				t.Errorf("%+v: %v, want %v", c.q, err, c.want)
			}
		}
	})
}
