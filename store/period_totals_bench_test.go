package store_test

import (
	"fmt"
	"testing"

	"upline/store"
	"upline/store/storetest"
)

// BenchmarkGetPeriodTotals sums up a million lines of ten thousand distributors, by each of what they can be summed up by.
func BenchmarkGetPeriodTotals(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkTotals(b, storetest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { benchmarkTotals(b, storetest.Postgres(b)) })
}

func benchmarkTotals(b *testing.B, engine store.Engine) {
	const lines, earners = 1_000_000, 10_000
	if err := engine.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	w := newWorld(b, engine)
	id := func(i int) string { return fmt.Sprintf("d%05d", i%earners) }
	for from := 0; from < earners; from += 500 {
		var list []store.NewDistributor
		for i := from; i < from+500; i++ {
			list = append(list, distributor(id(i), "top", 1))
		}
		w.must(w.Enroll(b.Context(), list))
	}
	loadLines(b, w, engine, lines, id)
	for name, by := range map[string]store.TotalsBy{
		"bonus": store.TotalsByBonus, "market": store.TotalsByMarket, "vendor": store.TotalsByVendor, "rank": store.TotalsByRank,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				t, err := w.GetPeriodTotals(b.Context(), store.PeriodTotalsQuery{PlanID: "service", Period: "2026-01", By: by, PageSize: 1000})
				if err != nil || len(t.Company) != 1 || t.Company[0].LineCount != lines {
					b.Fatalf("%+v, %v", t.Company, err)
				}
			}
		})
	}
}
