package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"upline/store"
)

func testTransactions(t *testing.T, source Source) {
	t.Run("CommittedIsThere", func(t *testing.T) {
		engine := withCounters(t, source, 7, "a", "b")
		wantCounters(t, engine, map[string]int64{"a": 7, "b": 7})
		if commits := engine.Stats().Commits; commits == 0 {
			t.Error("no commit was counted")
		}
	})

	t.Run("ErrorRollsBackAndIsReturned", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a")
		err := engine.Write(t.Context(), "test", func(c store.Conn) error {
			if _, err := c.Exec(setCounter, "a", int64(2)); err != nil {
				return err
			}
			return errRefused
		})
		if !errors.Is(err, errRefused) {
			t.Errorf("got %v, want the closure's error", err)
		}
		wantCounters(t, engine, map[string]int64{"a": 1})
	})

	t.Run("PanicRollsBackAndGoesOn", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a")
		func() {
			defer func() {
				if r := recover(); r != "on purpose" {
					t.Errorf("recovered %v", r)
				}
			}()
			_ = engine.Write(t.Context(), "test", func(c store.Conn) error {
				if _, err := c.Exec(setCounter, "a", int64(2)); err != nil {
					t.Error(err)
				}
				panic("on purpose")
			})
		}()
		write(t, engine, func(c store.Conn) error { _, err := c.Exec(putCounter, "b", int64(1)); return err })
		wantCounters(t, engine, map[string]int64{"a": 1, "b": 1})
	})

	t.Run("PanicInACallbackRollsBack", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a", "b")
		for range 3 {
			func() {
				defer func() { _ = recover() }()
				_ = engine.Write(t.Context(), "test", func(c store.Conn) error {
					if _, err := c.Exec(setCounter, "a", int64(2)); err != nil {
						t.Error(err)
					}
					return c.Query(listCounters, nil, func(store.Row) error { panic("on purpose") })
				})
			}()
		}
		wantCounters(t, engine, map[string]int64{"a": 1, "b": 1})
	})

	t.Run("GoroutineThatEndsRollsBack", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a")
		var wg sync.WaitGroup
		wg.Go(func() {
			_ = engine.Write(t.Context(), "test", func(c store.Conn) error {
				if _, err := c.Exec(setCounter, "a", int64(2)); err != nil {
					t.Error(err)
				}
				// What t.FailNow does.
				goexit()
				return nil
			})
		})
		wg.Wait()
		write(t, engine, func(c store.Conn) error { _, err := c.Exec(putCounter, "b", int64(1)); return err })
		wantCounters(t, engine, map[string]int64{"a": 1, "b": 1})
	})

	t.Run("OverlookedErrorOfAStatementFails", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a")
		err := engine.Write(t.Context(), "test", func(c store.Conn) error {
			if _, err := c.Exec(setCounter, "a", int64(2)); err != nil {
				return err
			}
			if _, err := c.Exec(`UPDATE no_such_table SET x = $1`, int64(1)); err == nil {
				t.Error("a table that is not there was updated")
			}
			return nil
		})
		if err == nil {
			t.Error("the transaction was committed without the statement")
		}
		wantCounters(t, engine, map[string]int64{"a": 1})
	})

	t.Run("ReadsItsOwnWrites", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a")
		write(t, engine, func(c store.Conn) error {
			if _, err := c.Exec(setCounter, "a", int64(5)); err != nil {
				return err
			}
			got, err := counter(c, "a")
			if err == nil && got != 5 {
				t.Errorf("got %d, want 5", got)
			}
			return err
		})
	})

	t.Run("ReadersCannotWrite", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a")
		err := engine.Read(t.Context(), "test", func(c store.Conn) error {
			_, err := c.Exec(setCounter, "a", int64(2))
			return err
		})
		if err == nil {
			t.Error("a reading transaction wrote")
		}
		wantCounters(t, engine, map[string]int64{"a": 1})
	})

	t.Run("ErrorsOfOneDoNotHurtOthers", func(t *testing.T) {
		engine := withCounters(t, source, 0, "a")
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				name := fmt.Sprint("x", i)
				err := engine.Write(t.Context(), "test", func(c store.Conn) error {
					if _, err := c.Exec(putCounter, name, int64(i)); err != nil {
						return err
					}
					if i%2 == 1 {
						return errRefused
					}
					return nil
				})
				if (err != nil) != (i%2 == 1) {
					t.Errorf("transaction %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if got := counters(t, engine); len(got) != 21 {
			t.Errorf("%d counters, want 21: %v", len(got), got)
		}
	})
}
