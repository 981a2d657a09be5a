package storetest

import (
	"context"
	"errors"
	"testing"

	"upline/store"
)

// Run runs the suite on databases of one source, a fresh one for every test.
func Run(t *testing.T, source Source) {
	// A server that is started for the first test is kept for the others.
	source(t)
	for _, subject := range []struct {
		name string
		run  func(*testing.T, Source)
	}{
		{"Transaction", testTransactions},
		{"Isolation", testIsolation},
		{"Statement", testStatements},
		{"Value", testValues},
		{"Bulk", testBulk},
		{"Visibility", testVisibility},
		{"Cancel", testCancel},
		{"Migration", testMigrations},
		{"Closed", testClose},
	} {
		t.Run(subject.name, func(t *testing.T) { subject.run(t, source) })
	}
}

// errRefused is an error of a closure.
var errRefused = errors.New("refused by the closure")

// define makes a table of the suite's own.
func define(t *testing.T, engine store.Engine, ddl string) {
	t.Helper()
	target := engine.(store.MigrationTarget)
	if err := target.ApplyStep(t.Context(), ddl, func(store.Conn) error { return nil }); err != nil {
		t.Fatalf("%s: %v", ddl, err)
	}
}

const (
	countersDDL  = `CREATE TABLE IF NOT EXISTS counters (name TEXT NOT NULL, value BIGINT NOT NULL, PRIMARY KEY (name))`
	putCounter   = `INSERT INTO counters (name, value) VALUES ($1, $2)`
	getCounter   = `SELECT value FROM counters WHERE name = $1`
	setCounter   = `UPDATE counters SET value = $2 WHERE name = $1`
	listCounters = `SELECT name, value FROM counters ORDER BY name`
)

// withCounters opens an engine on a fresh database with a table of counters, each beginning with value.
func withCounters(t *testing.T, source Source, value int64, names ...string) store.Engine {
	t.Helper()
	engine := source(t).Open(t)
	define(t, engine, countersDDL)
	write(t, engine, func(c store.Conn) error {
		for _, name := range names {
			if _, err := c.Exec(putCounter, name, value); err != nil {
				return err
			}
		}
		return nil
	})
	return engine
}

// counter reads one counter; -1 stands for none.
func counter(c store.Conn, name string) (value int64, err error) {
	value = -1
	err = c.Query(getCounter, []any{name}, func(r store.Row) error { value = r.Int(0); return nil })
	return value, err
}

// counters reads all counters in a transaction of its own.
func counters(t *testing.T, engine store.Engine) map[string]int64 {
	t.Helper()
	values := map[string]int64{}
	read(t, engine, func(c store.Conn) error {
		clear(values)
		return c.Query(listCounters, nil, func(r store.Row) error { values[r.Text(0)] = r.Int(1); return nil })
	})
	return values
}

func write(t *testing.T, engine store.Engine, fn func(store.Conn) error) {
	t.Helper()
	if err := engine.Write(t.Context(), "test", fn); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, engine store.Engine, fn func(store.Conn) error) {
	t.Helper()
	if err := engine.Read(t.Context(), "test", fn); err != nil {
		t.Fatal(err)
	}
}

// wantContention fails when nothing shows that transactions met: no retry, and no group of more than one.
func wantContention(t *testing.T, engine store.Engine) {
	t.Helper()
	stats := engine.Stats()
	if stats.Retries == 0 && (stats.GroupSizes == 0 || stats.Commits <= stats.GroupSizes) {
		t.Errorf("no two transactions met, so the test shows nothing: %+v", stats)
	}
}

// wantCounters fails when the counters are not those wanted.
func wantCounters(t *testing.T, engine store.Engine, want map[string]int64) {
	t.Helper()
	got := counters(t, engine)
	if len(got) != len(want) {
		t.Errorf("counters: got %v, want %v", got, want)
		return
	}
	for name, value := range want {
		if v, ok := got[name]; !ok || v != value {
			t.Errorf("counters: got %v, want %v", got, want)
			return
		}
	}
}

// inTransactions runs f inside a transaction of each kind.
func inTransactions(t *testing.T, engine store.Engine, f func(t *testing.T, c store.Conn)) {
	t.Helper()
	for _, kind := range []struct {
		name string
		run  func(context.Context, string, func(store.Conn) error) error
	}{{"Write", engine.Write}, {"Read", engine.Read}, {"Snapshot", engine.Snapshot}} {
		t.Run(kind.name, func(t *testing.T) {
			if err := kind.run(t.Context(), "test", func(c store.Conn) error { f(t, c); return nil }); err != nil {
				t.Fatal(err)
			}
		})
	}
}
