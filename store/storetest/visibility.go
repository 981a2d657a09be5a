package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"upline/store"
)

func testVisibility(t *testing.T, source Source) {
	t.Run("ReadSeesTheLastWrite", func(t *testing.T) {
		database := source(t)
		engine, other := database.Open(t), database.Open(t)
		define(t, engine, countersDDL)
		write(t, engine, func(c store.Conn) error { _, err := c.Exec(putCounter, "a", int64(0)); return err })
		for i := int64(1); i <= 100; i++ {
			write(t, engine, func(c store.Conn) error { _, err := c.Exec(setCounter, "a", i); return err })
			for _, e := range []store.Engine{engine, other} {
				read(t, e, func(c store.Conn) error {
					got, err := counter(c, "a")
					if got != i {
						t.Errorf("read %d after %d was written", got, i)
					}
					return err
				})
			}
		}
	})

	// Transfers leave the sum as it is; a transaction whose statements saw different states would find another.
	t.Run("ATransactionSeesOneState", func(t *testing.T) {
		engine := withCounters(t, source, 100, "a", "b")
		var moving sync.WaitGroup
		stop := make(chan struct{})
		for range 3 {
			moving.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					err := engine.Write(t.Context(), "transfer", func(c store.Conn) error {
						if _, err := c.Exec(`UPDATE counters SET value = value - 1 WHERE name = $1`, "a"); err != nil {
							return err
						}
						_, err := c.Exec(`UPDATE counters SET value = value + 1 WHERE name = $1`, "b")
						return err
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for i := range 150 {
			run := engine.Read
			if i%10 == 0 {
				run = engine.Snapshot
			}
			err := run(t.Context(), "sum", func(c store.Conn) error {
				a, err := counter(c, "a")
				if err != nil {
					return err
				}
				b, err := counter(c, "b")
				if a+b != 200 {
					t.Errorf("read %d: %d + %d is not 200", i, a, b)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		close(stop)
		moving.Wait()
	})

	t.Run("SnapshotStandsStillWhileWritersGoOn", func(t *testing.T) {
		engine := withCounters(t, source, 1, "a", "b")
		if err := engine.Snapshot(t.Context(), "snapshot", func(c store.Conn) error {
			before, err := counter(c, "a")
			if err != nil {
				return err
			}
			// These must not wait for the snapshot, or the test would hang.
			for i := range 50 {
				write(t, engine, func(c store.Conn) error {
					if _, err := c.Exec(setCounter, "a", int64(i)+10); err != nil {
						return err
					}
					_, err := c.Exec(putCounter, fmt.Sprint("new ", i), int64(i))
					return err
				})
			}
			after, err := counter(c, "a")
			rows := 0
			if err == nil {
				err = c.Query(listCounters, nil, func(store.Row) error { rows++; return nil })
			}
			if before != 1 || after != 1 || rows != 2 {
				t.Errorf("the snapshot saw %d, then %d and %d rows; want 1, 1 and 2", before, after, rows)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if got := counters(t, engine); len(got) != 52 {
			t.Errorf("%d counters, want 52", len(got))
		}
	})

	// Writers add a row where they find the gate open. A closer shuts the gate and takes a snapshot. No row may turn up later.
	t.Run("SnapshotBehindAGateMissesNothing", func(t *testing.T) {
		const rounds, writers = 8, 6
		engine := source(t).Open(t)
		define(t, engine, countersDDL)
		var late atomic.Int64
		for round := range rounds {
			gate := fmt.Sprintf("gate %d", round)
			write(t, engine, func(c store.Conn) error { _, err := c.Exec(putCounter, gate, int64(0)); return err })
			var wg sync.WaitGroup
			started := make(chan struct{}, writers)
			for w := range writers {
				wg.Go(func() {
					for i := 0; ; i++ {
						open := false
						err := engine.Write(t.Context(), "sale", func(c store.Conn) error {
							value, err := counter(c, gate)
							open = value == 0
							if err != nil || !open {
								return err
							}
							_, err = c.Exec(putCounter, fmt.Sprintf("sale %d/%d/%05d", round, w, i), int64(1))
							return err
						})
						if err != nil {
							t.Error(err)
							return
						}
						if i == 2 {
							started <- struct{}{}
						}
						if !open {
							return
						}
					}
				})
			}
			for range writers {
				<-started
			}
			write(t, engine, func(c store.Conn) error { _, err := c.Exec(setCounter, gate, int64(1)); return err })
			sales := func(c store.Conn) (n int64, err error) {
				err = c.Query(`SELECT COUNT(*) FROM counters WHERE name > $1 AND name < $2`,
					[]any{fmt.Sprintf("sale %d/", round), fmt.Sprintf("sale %d0", round)}, func(r store.Row) error { n = r.Int(0); return nil })
				return n, err
			}
			var seen, there int64
			if err := engine.Snapshot(t.Context(), "snapshot", func(c store.Conn) (err error) { seen, err = sales(c); return err }); err != nil {
				t.Fatal(err)
			}
			wg.Wait()
			read(t, engine, func(c store.Conn) (err error) { there, err = sales(c); return err })
			if seen != there {
				t.Errorf("round %d: the snapshot saw %d sales and %d are there", round, seen, there)
			}
			late.Add(there)
		}
		if late.Load() < rounds*writers*3 {
			t.Errorf("only %d sales were made", late.Load())
		}
		wantContention(t, engine)
	})
}
