package storetest

import (
	"path/filepath"
	"testing"
	"time"

	"upline/store"
	"upline/store/sqlite"
)

// Clock is the clock of the engines that tests open. It stands still: engines ask it only when they record a migration.
func Clock() time.Time { return time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC) }

// SQLite returns an engine on an empty database of its own.
func SQLite(t testing.TB) store.Engine {
	t.Helper()
	engine, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{Clock: Clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return engine
}

// Each runs test on every engine that there is a database for, each empty but for the schema.
func Each(t *testing.T, test func(t *testing.T, engine store.Engine)) {
	t.Helper()
	for _, e := range []struct {
		name string
		open func(testing.TB) store.Engine
	}{{"sqlite", SQLite}} {
		t.Run(e.name, func(t *testing.T) {
			engine := e.open(t)
			if err := engine.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, engine)
		})
	}
}
