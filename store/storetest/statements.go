package storetest

import (
	"errors"
	"fmt"
	"testing"

	"upline/store"
)

func testStatements(t *testing.T, source Source) {
	t.Run("ExecCountsChangedRows", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a", "b", "c")
		write(t, engine, func(c store.Conn) error {
			for _, s := range []struct {
				sql  string
				args []any
				want int64
			}{
				{`UPDATE counters SET value = value + $1`, []any{int64(1)}, 3},
				{setCounter, []any{"none", int64(1)}, 0},
				{`SELECT value FROM counters`, nil, 0},
				{`INSERT INTO counters (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, []any{"a", int64(9)}, 0},
				{`INSERT INTO counters (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, []any{"d", int64(9)}, 1},
				{`INSERT INTO counters (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, []any{"d", int64(8)}, 1},
				{`DELETE FROM counters WHERE value = $1`, []any{int64(2)}, 3},
				{`DELETE FROM counters WHERE value = $1`, []any{int64(2)}, 0},
			} {
				got, err := c.Exec(s.sql, s.args...)
				if err != nil {
					return err
				}
				if got != s.want {
					t.Errorf("%s: %d rows, want %d", s.sql, got, s.want)
				}
			}
			return nil
		})
		wantCounters(t, engine, map[string]int64{"d": 8})
	})

	t.Run("ParametersGoByNumber", func(t *testing.T) {
		engine := withCounters(t, source, 0)
		write(t, engine, func(c store.Conn) error {
			if _, err := c.Exec(`INSERT INTO counters (value, name) VALUES ($2, $1)`, "swapped", int64(3)); err != nil {
				return err
			}
			_, err := c.Exec(`UPDATE counters SET value = $2 + $2 WHERE name = $1 AND value < $2`, "swapped", int64(10))
			return err
		})
		wantCounters(t, engine, map[string]int64{"swapped": 20})
	})

	t.Run("WrongNumberOfArgumentsIsAnError", func(t *testing.T) {
		engine := withCounters(t, source, 0, "a")
		for _, args := range [][]any{{"a"}, {"a", int64(1), int64(2)}} {
			err := engine.Write(t.Context(), "test", func(c store.Conn) error { _, err := c.Exec(setCounter, args...); return err })
			if err == nil || errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%d arguments for 2 parameters: %v", len(args), err)
			}
		}
	})

	t.Run("ReturningGivesRows", func(t *testing.T) {
		engine := withCounters(t, source, 4, "a", "b")
		write(t, engine, func(c store.Conn) error {
			sum := int64(0)
			err := c.Query(`UPDATE counters SET value = value + $1 RETURNING value`, []any{int64(1)}, func(r store.Row) error { sum += r.Int(0); return nil })
			if err == nil && sum != 10 {
				t.Errorf("the returned values add up to %d, want 10", sum)
			}
			return err
		})
		wantCounters(t, engine, map[string]int64{"a": 5, "b": 5})
	})

	t.Run("ErrorOfACallbackEndsTheQuery", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a", "b", "c")
		write(t, engine, func(c store.Conn) error {
			rows := 0
			err := c.Query(listCounters, nil, func(store.Row) error { rows++; return errRefused })
			if !errors.Is(err, errRefused) || rows != 1 {
				t.Errorf("after %d rows: %v", rows, err)
			}
			// A callback's error is the closure's own affair: the transaction is as good as before.
			_, err = c.Exec(setCounter, "a", int64(2))
			return err
		})
		wantCounters(t, engine, map[string]int64{"a": 2, "b": 1, "c": 1})
	})

	t.Run("BatchRunsInOrder", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a")
		write(t, engine, func(c store.Conn) error {
			var b store.Batch
			var seen []int64
			see := func(r store.Row) error { seen = append(seen, r.Int(0)); return nil }
			var changed int64 = -1
			b.Query(getCounter, []any{"a"}, see)
			b.Exec(setCounter, "a", int64(2))
			b.Query(getCounter, []any{"a"}, see)
			b.Items = append(b.Items, store.BatchItem{SQL: setCounter, Args: []any{"none", int64(2)}, Affected: &changed})
			b.Query(getCounter, []any{"none"}, func(store.Row) error { t.Error("a row that is not there"); return nil })
			for i := range 50 {
				b.Exec(putCounter, fmt.Sprint("x", i), int64(i))
			}
			if err := c.Send(&b); err != nil {
				return err
			}
			if len(seen) != 2 || seen[0] != 1 || seen[1] != 2 {
				t.Errorf("saw %v, want [1 2]", seen)
			}
			if changed != 0 {
				t.Errorf("%d rows changed, want 0", changed)
			}
			return c.Send(&store.Batch{})
		})
		if got := counters(t, engine); len(got) != 51 {
			t.Errorf("%d counters, want 51", len(got))
		}
	})

	t.Run("FirstErrorEndsABatch", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a")
		err := engine.Write(t.Context(), "test", func(c store.Conn) error {
			var b store.Batch
			b.Exec(setCounter, "a", int64(2))
			b.Exec(`UPDATE no_such_table SET x = 1`)
			b.Query(getCounter, []any{"a"}, func(store.Row) error { t.Error("a statement behind the error has run"); return nil })
			return c.Send(&b)
		})
		if err == nil {
			t.Error("the batch's error was lost")
		}
		wantCounters(t, engine, map[string]int64{"a": 1})
	})

	t.Run("ErrorOfACallbackEndsABatch", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a", "b")
		err := engine.Write(t.Context(), "test", func(c store.Conn) error {
			var b store.Batch
			b.Exec(setCounter, "a", int64(2))
			b.Query(listCounters, nil, func(store.Row) error { return errRefused })
			b.Query(getCounter, []any{"a"}, func(store.Row) error { t.Error("a callback behind the error was called"); return nil })
			return c.Send(&b)
		})
		if !errors.Is(err, errRefused) {
			t.Errorf("got %v, want the callback's error", err)
		}
		wantCounters(t, engine, map[string]int64{"a": 1, "b": 1})
	})

	t.Run("ConnInsideACallbackPanics", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a")
		defer func() {
			if recover() == nil {
				t.Error("a Conn was used inside a callback, which other engines cannot do")
			}
			wantCounters(t, engine, map[string]int64{"a": 1})
		}()
		_ = engine.Read(t.Context(), "test", func(c store.Conn) error {
			return c.Query(listCounters, nil, func(store.Row) error { _, err := counter(c, "a"); return err })
		})
	})

	t.Run("ConnAfterItsTransactionPanics", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a")
		var kept store.Conn
		write(t, engine, func(c store.Conn) error { kept = c; return nil })
		defer func() {
			if recover() == nil {
				t.Error("a Conn was used after its transaction")
			}
		}()
		_, _ = kept.Exec(setCounter, "a", int64(2))
	})
}
