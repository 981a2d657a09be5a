package sqlite

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"upline/store"
)

// openSetting opens an engine that has a number which transactions change, and a table of what they add.
func openSetting(t *testing.T, path string) *Engine {
	t.Helper()
	e := openTest(t, path, Options{})
	if err := e.Write(t.Context(), "define", func(c store.Conn) error {
		if _, err := c.Exec(`CREATE TABLE IF NOT EXISTS setting (id INTEGER NOT NULL, v INTEGER NOT NULL, PRIMARY KEY (id))`); err != nil {
			return err
		}
		_, err := c.Exec(`INSERT INTO setting (id, v) VALUES (1, 0) ON CONFLICT (id) DO NOTHING`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return e
}

func setting(c store.Conn) (v int64, err error) {
	err = c.Query(`SELECT v FROM setting WHERE id = 1`, nil, func(r store.Row) error { v = r.Int(0); return nil })
	return v, err
}

func raise(c store.Conn) error {
	_, err := c.Exec(`UPDATE setting SET v = v + 1 WHERE id = 1`)
	return err
}

// adder adds a key by what the setting is, and notes how often that was read.
type adder struct {
	reads  int
	v      int64
	beside func() // what happens between the first reading and the turn
}

func (a *adder) add(ctx context.Context, e *Engine, key string) error {
	return e.ReadThenWrite(ctx, "add", func(c store.Conn) (err error) {
		a.reads++
		if a.v, err = setting(c); err != nil {
			return err
		}
		if a.reads == 1 && a.beside != nil {
			a.beside()
		}
		return nil
	}, func(c store.Conn) error {
		now, err := setting(c)
		if err != nil {
			return err
		}
		if now != a.v {
			return fmt.Errorf("it read %d, and in its turn it is %d", a.v, now)
		}
		return putKey(key, int(a.v))(c)
	})
}

func TestReadThenWrite_ReadsAgainWhatHasChanged(t *testing.T) {
	path := testPath(t)
	e, other := openSetting(t, path), openSetting(t, path)
	must := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	// Nobody on this file has changed anything since it was opened but what follows.
	must((&adder{}).add(t.Context(), e, "first"))
	for _, test := range []struct {
		name   string
		reads  int
		beside func()
	}{
		{"nothing beside", 1, nil},
		{"a change", 2, func() { must(e.Write(t.Context(), "raise", raise)) }},
		{"a change that is rolled back in a group of its own", 1, func() {
			_ = e.Write(t.Context(), "raise", func(c store.Conn) error { _ = raise(c); return store.ErrInvalid })
		}},
		{"one of its kind", 1, func() { must((&adder{}).add(t.Context(), e, "beside")) }},
		{"a change by another engine", 2, func() { must(other.Write(t.Context(), "raise", raise)) }},
		{"one of its kind by another engine", 2, func() { must((&adder{}).add(t.Context(), other, "beside, other")) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := adder{beside: test.beside}
			must(a.add(t.Context(), e, test.name))
			if a.reads != test.reads {
				t.Errorf("read %d times, want %d", a.reads, test.reads)
			}
		})
	}
}

// In one group the change is not committed yet when the turn comes.
func TestReadThenWrite_ReadsAgainAfterAChangeOfItsGroup(t *testing.T) {
	e := openSetting(t, testPath(t))
	release := held(t, e)
	var all sync.WaitGroup
	all.Go(func() {
		if err := e.Write(t.Context(), "raise", raise); err != nil {
			t.Error(err)
		}
	})
	queuedUp(t, e, 1)
	var a adder
	all.Go(func() {
		if err := a.add(t.Context(), e, "k"); err != nil {
			t.Error(err)
		}
	})
	queuedUp(t, e, 2)
	release()
	all.Wait()
	if a.reads != 2 || a.v != 1 {
		t.Errorf("it read %d times, %d at last", a.reads, a.v)
	}
}

// Of two that add the same, the second reads again, and finds it.
func TestReadThenWrite_FindsWhatOneOfItsKindHasAdded(t *testing.T) {
	e := openSetting(t, testPath(t))
	var reads, found, added atomic.Int64
	var both sync.WaitGroup
	both.Add(2)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			mine, first := false, true
			err := e.ReadThenWrite(t.Context(), "add", func(c store.Conn) error {
				reads.Add(1)
				mine = true
				err := c.Query(`SELECT k FROM keys WHERE k = 'k'`, nil, func(store.Row) error { mine = false; return nil })
				if first { // neither goes on before both have read
					first = false
					both.Done()
					both.Wait()
				}
				return err
			}, func(c store.Conn) error {
				if !mine {
					return nil
				}
				return putKey("k", 1)(c)
			})
			switch {
			case err != nil:
				t.Error(err)
			case mine:
				added.Add(1)
			default:
				found.Add(1)
			}
		})
	}
	all.Wait()
	if added.Load() != 1 || found.Load() != 1 || reads.Load() != 3 || countKeys(t, e) != 1 {
		t.Errorf("%d added, %d found, after %d reads; %d keys", added.Load(), found.Load(), reads.Load(), countKeys(t, e))
	}
	// What is there for another reason is an error, and not tried for ever.
	err := e.ReadThenWrite(t.Context(), "add", func(store.Conn) error { return nil }, putKey("k", 1))
	if !isConstraint(err) {
		t.Errorf("%v, want a violated constraint", err)
	}
}

func TestReadThenWrite_HoldsWithManyAtOnce(t *testing.T) {
	path := testPath(t)
	engines := []*Engine{openSetting(t, path), openSetting(t, path)}
	const callers, each = 16, 60
	var all sync.WaitGroup
	var reads atomic.Int64
	for caller := range callers {
		all.Go(func() {
			e := engines[caller%2]
			for k := range each {
				var err error
				if (caller+k)%5 == 0 {
					err = e.Write(t.Context(), "raise", raise)
				} else {
					var a adder
					err = a.add(t.Context(), e, fmt.Sprintf("%d-%d", caller, k))
					reads.Add(int64(a.reads))
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if n := countKeys(t, engines[0]); n != callers*each*4/5 {
		t.Errorf("%d keys, want %d", n, callers*each*4/5)
	}
	if again := reads.Load() - callers*each*4/5; again == 0 {
		t.Error("nothing had to be read again: there was no contention")
	}
}
