package store_test

import (
	"fmt"
	"testing"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// BenchmarkGetEarnings_OfSoManyLines asks for the earnings of somebody who has so many lines of events in a period, as whoever stands above
// everybody has: a page of lines and the totals of all, summed up line by line and behind the writes.
func BenchmarkGetEarnings_OfSoManyLines(b *testing.B) {
	for _, count := range []int{100, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			b.Run("sqlite", func(b *testing.B) { benchmarkEarnings(b, storetest.SQLite(b), count) })
			b.Run("postgres", func(b *testing.B) { benchmarkEarnings(b, storetest.Postgres(b), count) })
		})
	}
}

func benchmarkEarnings(b *testing.B, engine store.Engine, count int) {
	if err := engine.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	w := newWorld(b, engine)
	loadLines(b, w, engine, count, func(int) string { return "top" })
	read := func(b *testing.B) {
		for b.Loop() {
			e, err := w.GetEarnings(b.Context(), store.EarningsQuery{DistributorID: "top", Period: "2026-01", PageSize: 100})
			if err != nil || e.Totals[0].LineCount != int64(count) {
				b.Fatalf("%+v, %v", e.Totals, err)
			}
		}
	}
	b.Run("lines", read)
	if _, err := w.Tally(b.Context()); err != nil { // of whom was read
		b.Fatal(err)
	}
	b.Run("tallied", read)
}

// loadLines puts in so many lines of events of January.
func loadLines(b *testing.B, w *world, engine store.Engine, count int, earner func(i int) string) {
	b.Helper()
	named := []string{
		"region", "market", "sale_id", "event_id", "line_no", "distributor_id", "plan_id", "plan_version", "cadence", "period_no", "bonus", "kind", "base_unit", "point_num", "point_den",
		"factor_num", "factor_den", "amount_minor", "currency", "vendor_id", "origin",
	}
	columns, empty := columnsBehind(b, "event_lines", named)
	period := calc.PeriodAt(calc.Monthly, w.plans["service"].Location, at(10, 0)).No
	for from := 0; from < count; from += 50_000 {
		err := engine.Write(b.Context(), "load", func(c store.Conn) error {
			return c.Bulk("event_lines", columns, min(50_000, count-from), func(i int, values []any) []any {
				i += from
				sale := fmt.Sprintf("sale-%08d", (i*7919)%(8*count))
				return append(append(values, "us-east1", "US", sale, sale, int64(1), earner(i), "service", int64(1), int64(calc.Monthly), period, []string{"direct", "advance"}[i%2],
					"COMMISSION", "MONEY", int64(1), int64(1), int64(1), int64(1), int64(1+i%100), "USD", "power", "live"), empty...)
			})
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
