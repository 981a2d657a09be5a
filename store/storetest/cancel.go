package storetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"upline/store"
)

func testCancel(t *testing.T, source Source) {
	t.Run("BeforeItBeginsNothingRuns", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for name, run := range map[string]func(context.Context, string, func(store.Conn) error) error{
			"Write": engine.Write, "Read": engine.Read, "Snapshot": engine.Snapshot,
		} {
			err := run(ctx, "test", func(store.Conn) error { t.Errorf("%s: the closure has run", name); return nil })
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})

	// A nil says that it was done, and an error that it was not, whenever the context ended.
	t.Run("WritersAreToldTheTruth", func(t *testing.T) {
		engine := withCounters(t, source, 0, "a")
		var wg sync.WaitGroup
		var done, cancelled atomic.Int64
		for g := range 8 {
			random := rand.New(rand.NewPCG(1, uint64(g)))
			wg.Go(func() {
				for range 60 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(40)*random.IntN(100))*time.Microsecond) // one in thirty is over before it begins
					err := engine.Write(ctx, "increment", func(c store.Conn) error {
						value, err := counter(c, "a")
						if err != nil {
							return err
						}
						_, err = c.Exec(setCounter, "a", value+1)
						return err
					})
					cancel()
					switch {
					case err == nil:
						done.Add(1)
					case errors.Is(err, context.DeadlineExceeded):
						cancelled.Add(1)
					default:
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		wantCounters(t, engine, map[string]int64{"a": done.Load()})
		if cancelled.Load() == 0 {
			t.Error("no transaction was cancelled, so the test shows nothing")
		}
	})

	t.Run("InsideTheClosureIsAllOrNothing", func(t *testing.T) {
		engine := withCounters(t, source, 0, "a")
		ctx, cancel := context.WithCancel(t.Context())
		err := engine.Write(ctx, "test", func(c store.Conn) error {
			_, err := c.Exec(setCounter, "a", int64(1))
			cancel()
			return err
		})
		want := int64(1)
		if err != nil {
			want = 0
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		wantCounters(t, engine, map[string]int64{"a": want})
	})

	t.Run("LongReadIsInterrupted", func(t *testing.T) {
		engine := withCounters(t, source, 0, "a")
		const forever = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT COUNT(*) FROM n`
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			err := engine.Read(ctx, "forever", func(c store.Conn) error {
				return c.Query(forever, nil, func(store.Row) error { return nil })
			})
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want the context's error", err)
			}
			// The place of the interrupted reader can be used again.
			wantCounters(t, engine, map[string]int64{"a": 0})
		}
	})
}

func testClose(t *testing.T, source Source) {
	t.Run("RefusesAndCanBeRepeated", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a")
		for range 2 {
			if err := engine.Close(); err != nil {
				t.Fatal(err)
			}
		}
		nothing := func(store.Conn) error { t.Error("the closure has run"); return nil }
		if err := engine.Write(t.Context(), "test", nothing); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("Write: %v", err)
		}
		if err := engine.Read(t.Context(), "test", nothing); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("Read: %v", err)
		}
	})

	t.Run("WaitsForTransactionsUnderWay", func(t *testing.T) {
		database := source(t)
		engine := database.Open(t)
		define(t, engine, countersDDL)
		running, goOn := make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			err := engine.Write(t.Context(), "test", func(c store.Conn) error {
				if _, err := c.Exec(putCounter, "a", int64(1)); err != nil {
					return err
				}
				close(running)
				<-goOn
				_, err := c.Exec(putCounter, "b", int64(2))
				return err
			})
			if err != nil {
				t.Errorf("the transaction under way: %v", err)
			}
		})
		<-running
		wg.Go(func() {
			if err := engine.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
		close(goOn)
		wg.Wait()
		wantCounters(t, database.Open(t), map[string]int64{"a": 1, "b": 2})
	})
}
