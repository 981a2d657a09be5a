package storetest

import (
	"fmt"
	"sync"
	"testing"

	"upline/store"
)

// The table of the benchmarks has ten columns, like a line of a period.
const (
	BenchDDL = `CREATE TABLE IF NOT EXISTS bench (a TEXT NOT NULL, b BIGINT NOT NULL, c BIGINT NOT NULL, d TEXT NOT NULL, e TEXT NOT NULL,
  f BIGINT NOT NULL, g BIGINT NOT NULL, h BIGINT NOT NULL, i BIGINT NOT NULL, j BIGINT NOT NULL, PRIMARY KEY (a, b, c, d))`
	BenchInsert = `INSERT INTO bench (a, b, c, d, e, f, g, h, i, j) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	BenchLookup = `SELECT f, g, h FROM bench WHERE a = $1 AND b = $2 AND c = $3 AND d = $4`
	BenchScan   = `SELECT a, b, c, d, e, f, g, h, i, j FROM bench`
	BenchCount  = `SELECT COUNT(*) FROM bench`
)

// BenchColumns are the columns of the table.
var BenchColumns = []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}

// BenchRow appends row i: keys that rise, as a close writes them.
func BenchRow(i int, values []any) []any {
	return append(values, "eu-west", int64(1), int64(1), fmt.Sprintf("distributor-%08d", i), "unilevel",
		int64(i), int64(i)*3, int64(100), int64(i)%7, int64(i)*11)
}

// BenchGoroutines is how many callers write at once.
const BenchGoroutines = 64

// BenchDurable times transactions of 64 callers, each durable before it returns. stats is nil where there is no engine.
func BenchDurable(b *testing.B, name string, write func(i int) error, stats func() store.Stats) {
	next := 0 // the framework runs the function several times on one database
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		indexes := make(chan int, BenchGoroutines)
		var wg sync.WaitGroup
		for range BenchGoroutines {
			wg.Go(func() {
				for i := range indexes {
					if err := write(i); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		var before store.Stats
		if stats != nil {
			before = stats()
		}
		b.ResetTimer()
		for range b.N {
			indexes <- next
			next++
		}
		close(indexes)
		wg.Wait()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
		if stats == nil {
			return
		}
		after := stats()
		if groups := after.GroupSizes - before.GroupSizes; groups > 0 {
			b.ReportMetric(float64(after.Commits-before.Commits)/float64(groups), "tx/group")
		} else {
			b.ReportMetric(float64(after.Retries-before.Retries)/float64(b.N), "retries/tx")
		}
	})
}

// BenchBulk times loads of n rows in one transaction into an empty table.
func BenchBulk(b *testing.B, name string, n int, load func(n int) error, empty func() error) {
	b.Run(name, func(b *testing.B) {
		for range b.N {
			b.StopTimer()
			if err := empty(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			if err := load(n); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "rows/s")
	})
}

// BenchEngine makes the table on an engine and returns what the benchmarks run on it.
func BenchEngine(b *testing.B, engine store.Engine) (write func(i int) error, load func(n int) error, empty func() error) {
	b.Helper()
	target := engine.(store.MigrationTarget)
	if err := target.ApplyStep(b.Context(), BenchDDL, func(store.Conn) error { return nil }); err != nil {
		b.Fatal(err)
	}
	ctx := b.Context()
	write = func(i int) error {
		return engine.Write(ctx, "bench", func(c store.Conn) error {
			_, err := c.Exec(BenchInsert, BenchRow(i, nil)...)
			return err
		})
	}
	load = func(n int) error {
		return engine.Write(ctx, "bench", func(c store.Conn) error { return c.Bulk("bench", BenchColumns, n, BenchRow) })
	}
	empty = func() error {
		return engine.Write(ctx, "bench", func(c store.Conn) error { _, err := c.Exec(`DELETE FROM bench`); return err })
	}
	return write, load, empty
}

// BenchScanEngine times reading a table of n rows, all columns.
func BenchScanEngine(b *testing.B, engine store.Engine, n int) {
	b.ReportAllocs()
	var sum int64
	var size int
	for range b.N {
		err := engine.Read(b.Context(), "scan", func(c store.Conn) error {
			return c.Query(BenchScan, nil, func(r store.Row) error {
				sum += r.Int(1) + r.Int(2) + r.Int(5) + r.Int(6) + r.Int(7) + r.Int(8) + r.Int(9)
				size += len(r.Bytes(0)) + len(r.Bytes(3)) + len(r.Bytes(4))
				return nil
			})
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "rows/s")
}
