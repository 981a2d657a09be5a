package sqlite_test

import (
	"path/filepath"
	"sync"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"upline/store/storetest"
)

// raw is the driver alone, with one connection and the engine's settings.
type raw struct {
	mu   sync.Mutex
	conn *sqlite.Conn
}

func openRaw(b *testing.B) *raw {
	b.Helper()
	conn, err := sqlite.OpenConn(filepath.Join(b.TempDir(), "raw.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	for _, sql := range []string{"PRAGMA synchronous = full", "PRAGMA cache_size = -32768", storetest.BenchDDL} {
		if err := sqlitex.ExecuteTransient(conn, sql, nil); err != nil {
			b.Fatal(err)
		}
	}
	return &raw{conn: conn}
}

func (r *raw) run(sql string) error { return sqlitex.Execute(r.conn, sql, nil) }

func (r *raw) insert(stmt *sqlite.Stmt, values []any) error {
	for i, value := range values {
		switch v := value.(type) {
		case int64:
			stmt.BindInt64(i+1, v)
		case string:
			stmt.BindText(i+1, v)
		}
	}
	if _, err := stmt.Step(); err != nil {
		return err
	}
	return stmt.Reset()
}

// write is a durable transaction for itself.
func (r *raw) write(i int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := r.insert(r.conn.Prep(storetest.BenchInsert), storetest.BenchRow(i, nil)); err != nil {
		return err
	}
	return r.run("COMMIT")
}

func (r *raw) load(n int) error {
	if err := r.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	stmt := r.conn.Prep(storetest.BenchInsert)
	var values []any
	for i := range n {
		values = storetest.BenchRow(i, values[:0])
		if err := r.insert(stmt, values); err != nil {
			return err
		}
	}
	return r.run("COMMIT")
}

func (r *raw) empty() error { return r.run("DELETE FROM bench") }

func BenchmarkDurable(b *testing.B) {
	storetest.BenchDurable(b, "raw", openRaw(b).write, nil)
	engine := storetest.SQLite(b)
	write, _, _ := storetest.BenchEngine(b, engine)
	storetest.BenchDurable(b, "engine", write, engine.Stats)
}

func BenchmarkBulk(b *testing.B) {
	const n = 200_000
	r := openRaw(b)
	storetest.BenchBulk(b, "raw", n, r.load, r.empty)
	_, load, empty := storetest.BenchEngine(b, storetest.SQLite(b))
	storetest.BenchBulk(b, "engine", n, load, empty)
}

func BenchmarkScan(b *testing.B) {
	const n = 200_000
	r := openRaw(b)
	if err := r.load(n); err != nil {
		b.Fatal(err)
	}
	b.Run("raw", func(b *testing.B) {
		var sum int64
		var size int
		for range b.N {
			stmt := r.conn.Prep(storetest.BenchScan)
			for {
				row, err := stmt.Step()
				if err != nil {
					b.Fatal(err)
				}
				if !row {
					break
				}
				sum += stmt.ColumnInt64(1) + stmt.ColumnInt64(2) + stmt.ColumnInt64(5) + stmt.ColumnInt64(6) + stmt.ColumnInt64(7) + stmt.ColumnInt64(8) + stmt.ColumnInt64(9)
				size += len(stmt.ColumnText(0)) + len(stmt.ColumnText(3)) + len(stmt.ColumnText(4))
			}
			_ = stmt.Reset()
		}
		b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "rows/s")
	})
	engine := storetest.SQLite(b)
	_, load, _ := storetest.BenchEngine(b, engine)
	if err := load(n); err != nil {
		b.Fatal(err)
	}
	b.Run("engine", func(b *testing.B) { storetest.BenchScanEngine(b, engine, n) })
}
