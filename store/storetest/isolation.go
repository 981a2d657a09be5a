package storetest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"upline/store"
)

func goexit() { runtime.Goexit() }

func testIsolation(t *testing.T, source Source) {
	t.Run("IncrementsOfOneRowAreAllApplied", func(t *testing.T) {
		engine := withCounters(t, source, 0, "a")
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				for range 50 {
					err := engine.Write(t.Context(), "increment", func(c store.Conn) error {
						value, err := counter(c, "a")
						if err != nil {
							return err
						}
						_, err = c.Exec(setCounter, "a", value+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		wantCounters(t, engine, map[string]int64{"a": 1000})
		wantContention(t, engine)
	})

	// Two transactions read both rows and each clears another one if both are set. One after the other, only one would.
	t.Run("WriteSkewDoesNotCommitBoth", func(t *testing.T) {
		const rounds = 200
		var names []string
		for i := range rounds {
			names = append(names, fmt.Sprintf("%03d/left", i), fmt.Sprintf("%03d/right", i))
		}
		engine := withCounters(t, source, 1, names...)
		var wg sync.WaitGroup
		for _, mine := range []string{"left", "right"} {
			for lane := range 4 {
				wg.Go(func() {
					for i := lane; i < rounds; i += 4 {
						pair := fmt.Sprintf("%03d/", i)
						err := engine.Write(t.Context(), "skew", func(c store.Conn) error {
							left, err := counter(c, pair+"left")
							if err != nil {
								return err
							}
							right, err := counter(c, pair+"right")
							if err != nil || left+right < 2 {
								return err
							}
							_, err = c.Exec(setCounter, pair+mine, int64(0))
							return err
						})
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		wg.Wait()
		got := counters(t, engine)
		for i := range rounds {
			pair := fmt.Sprintf("%03d/", i)
			if sum := got[pair+"left"] + got[pair+"right"]; sum != 1 {
				t.Errorf("round %d: the two add up to %d, want 1", i, sum)
			}
		}
		wantContention(t, engine)
	})

	// A key that is looked for and not found is put in: whoever comes second finds it, or is run again until it does.
	t.Run("UniqueViolationInARaceIsARetry", func(t *testing.T) {
		engine := withCounters(t, source, 0)
		const slots, rivals = 40, 8
		var wg sync.WaitGroup
		var mu sync.Mutex
		winners := map[string]int{}
		for rival := range rivals {
			wg.Go(func() {
				for i := range slots {
					name := fmt.Sprintf("slot %02d", i)
					won := false
					err := engine.Write(t.Context(), "race", func(c store.Conn) error {
						won = false
						value, err := counter(c, name)
						if err != nil || value >= 0 {
							return err
						}
						won = true
						_, err = c.Exec(putCounter, name, int64(rival))
						return err
					})
					if err != nil {
						t.Error(err)
					}
					if won {
						mu.Lock()
						winners[name]++
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		if got := counters(t, engine); len(got) != slots || len(winners) != slots {
			t.Errorf("%d slots were filled and %d have a winner, want %d", len(got), len(winners), slots)
		}
		for name, n := range winners {
			if n != 1 {
				t.Errorf("%s was won %d times", name, n)
			}
		}
		wantContention(t, engine)
	})

	t.Run("UniqueViolationThatIsNoRaceIsReturned", func(t *testing.T) {
		engine := withCounters(t, source, 0, "a")
		err := engine.Write(t.Context(), "mistake", func(c store.Conn) error {
			_, err := c.Exec(putCounter, "a", int64(1))
			return err
		})
		if err == nil {
			t.Error("a key was used twice")
		}
		wantCounters(t, engine, map[string]int64{"a": 0})
	})

	t.Run("SeveralEnginesOnOneDatabase", func(t *testing.T) {
		database := source(t)
		first := database.Open(t)
		define(t, first, countersDDL)
		write(t, first, func(c store.Conn) error { _, err := c.Exec(putCounter, "a", int64(0)); return err })
		var wg sync.WaitGroup
		engines := []store.Engine{first, database.Open(t), database.Open(t)}
		for _, engine := range engines {
			for range 4 {
				wg.Go(func() {
					for range 25 {
						err := engine.Write(t.Context(), "increment", func(c store.Conn) error {
							value, err := counter(c, "a")
							if err != nil {
								return err
							}
							_, err = c.Exec(setCounter, "a", value+1)
							return err
						})
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		wg.Wait()
		for _, engine := range engines {
			wantCounters(t, engine, map[string]int64{"a": 300})
		}
		var retries int64
		for _, engine := range engines {
			retries += engine.Stats().Retries
		}
		if retries == 0 {
			t.Error("no engine met another, so the test shows nothing")
		}
	})
}
