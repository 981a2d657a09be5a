package postgres_test

import (
	"context"
	"fmt"
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"upline/store"
	"upline/store/storetest"
)

// connections is what the engine takes for its writers on two cores.
const connections = 16

func openRaw(b *testing.B) *pgxpool.Pool {
	b.Helper()
	config, err := pgxpool.ParseConfig(storetest.PostgresDatabase(b).URL)
	if err != nil {
		b.Fatal(err)
	}
	config.MaxConns = connections
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	if _, err := pool.Exec(b.Context(), storetest.BenchDDL); err != nil {
		b.Fatal(err)
	}
	return pool
}

func inTx(ctx context.Context, pool *pgxpool.Pool, fn func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.Serializable}, fn)
}

func BenchmarkDurable(b *testing.B) {
	pool := openRaw(b)
	storetest.BenchDurable(b, "raw", func(i int) error {
		return inTx(b.Context(), pool, func(tx pgx.Tx) error {
			_, err := tx.Exec(b.Context(), storetest.BenchInsert, storetest.BenchRow(i, nil)...)
			return err
		})
	}, nil)
	engine := storetest.Postgres(b)
	write, _, _ := storetest.BenchEngine(b, engine)
	storetest.BenchDurable(b, "engine", write, engine.Stats)
}

func BenchmarkBulk(b *testing.B) {
	const n = 200_000
	pool := openRaw(b)
	empty := func() error { _, err := pool.Exec(b.Context(), "DELETE FROM bench"); return err }
	storetest.BenchBulk(b, "raw", n, func(n int) error {
		return inTx(b.Context(), pool, func(tx pgx.Tx) error {
			_, err := tx.CopyFrom(b.Context(), pgx.Identifier{"bench"}, storetest.BenchColumns,
				pgx.CopyFromSlice(n, func(i int) ([]any, error) { return storetest.BenchRow(i, nil), nil }))
			return err
		})
	}, empty)
	_, load, empty := storetest.BenchEngine(b, storetest.Postgres(b))
	storetest.BenchBulk(b, "engine", n, load, empty)
}

func BenchmarkScan(b *testing.B) {
	const n = 200_000
	pool := openRaw(b)
	if _, err := pool.CopyFrom(b.Context(), pgx.Identifier{"bench"}, storetest.BenchColumns,
		pgx.CopyFromSlice(n, func(i int) ([]any, error) { return storetest.BenchRow(i, nil), nil })); err != nil {
		b.Fatal(err)
	}
	b.Run("raw", func(b *testing.B) {
		b.ReportAllocs()
		var sum int64
		var size int
		for range b.N {
			rows, err := pool.Query(b.Context(), storetest.BenchScan)
			if err != nil {
				b.Fatal(err)
			}
			var a, d, e string
			var x [7]int64
			for rows.Next() {
				if err := rows.Scan(&a, &x[0], &x[1], &d, &e, &x[2], &x[3], &x[4], &x[5], &x[6]); err != nil {
					b.Fatal(err)
				}
				sum += x[0] + x[1] + x[2] + x[3] + x[4] + x[5] + x[6]
				size += len(a) + len(d) + len(e)
			}
		}
		b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "rows/s")
	})
	engine := storetest.Postgres(b)
	_, load, _ := storetest.BenchEngine(b, engine)
	if err := load(n); err != nil {
		b.Fatal(err)
	}
	b.Run("engine", func(b *testing.B) { storetest.BenchScanEngine(b, engine, n) })
}

// BenchmarkSale is the shape of a sale: its transaction reads the gate of a period and its distributor, looks for the sale, and puts
// it in. The statistics of its tables are from when they were small, so that PostgreSQL would read them whole, and lock them whole
// against each other; the engine's connections do not let it. The last of the three lets it, by the URL.
func BenchmarkSale(b *testing.B) {
	for _, s := range []struct {
		name, parameters string
		sale             func(c store.Conn, i int) error
	}{
		{"look, then insert", "", lookThenInsert},
		{"insert or nothing", "", insertOrNothing},
		{"sequential scans, look, then insert", "enable_seqscan=on", lookThenInsert},
	} {
		database := storetest.PostgresDatabase(b)
		if s.parameters != "" {
			at, err := url.Parse(database.URL)
			if err != nil {
				b.Fatal(err)
			}
			at.RawQuery += "&" + s.parameters
			database.URL = at.String()
		}
		engine := database.Open(b)
		defineSales(b, engine)
		storetest.BenchDurable(b, s.name, func(i int) error {
			return engine.Write(b.Context(), "sale", func(c store.Conn) error { return s.sale(c, i) })
		}, engine.Stats)
	}
}

// scattered is a row whose key is not above those before it.
func scattered(i int) []any {
	row := storetest.BenchRow(i, nil)
	row[3] = fmt.Sprintf("sale-%016x", uint64(i)*0x9e3779b97f4a7c15)
	return row
}

func seller(i int) any { return storetest.BenchRow(i%50, nil)[3] }

func ignore(store.Row) error { return nil }

func lookThenInsert(c store.Conn, i int) error {
	var batch store.Batch
	batch.Query(`SELECT state FROM gates WHERE id = $1`, []any{"m"}, ignore)
	batch.Query(`SELECT name FROM sellers WHERE id = $1`, []any{seller(i)}, ignore)
	batch.Query(storetest.BenchLookup, scattered(i)[:4], ignore)
	if err := c.Send(&batch); err != nil {
		return err
	}
	_, err := c.Exec(storetest.BenchInsert, scattered(i)...)
	return err
}

func insertOrNothing(c store.Conn, i int) error {
	var batch store.Batch
	batch.Query(`SELECT state FROM gates WHERE id = $1`, []any{"m"}, ignore)
	batch.Query(`SELECT name FROM sellers WHERE id = $1`, []any{seller(i)}, ignore)
	batch.Exec(storetest.BenchInsert+" ON CONFLICT (a, b, c, d) DO NOTHING", scattered(i)...)
	return c.Send(&batch)
}

func defineSales(b *testing.B, engine store.Engine) {
	b.Helper()
	target := engine.(store.MigrationTarget)
	define := func(ddl string) {
		if err := target.ApplyStep(b.Context(), ddl, func(store.Conn) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	define(`CREATE TABLE gates (id TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (id))`)
	define(`CREATE TABLE sellers (id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (id))`)
	define(storetest.BenchDDL)
	if err := engine.Write(b.Context(), "define", func(c store.Conn) error {
		if _, err := c.Exec(`INSERT INTO gates (id, state) VALUES ('m', 'OPEN')`); err != nil {
			return err
		}
		if err := c.Bulk("sellers", []string{"id", "name"}, 50, func(i int, values []any) []any { return append(values, seller(i), "somebody") }); err != nil {
			return err
		}
		return c.Bulk("bench", storetest.BenchColumns, 20, func(i int, values []any) []any { return append(values, scattered(-1-i)...) })
	}); err != nil {
		b.Fatal(err)
	}
	define(`ANALYZE`)
}
