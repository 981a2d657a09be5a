package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"upline/store"
)

func clock() time.Time { return time.Unix(0, 0) }

// openTest opens an engine on a path with a table of keys and payloads.
func openTest(t *testing.T, path string, options Options) *Engine {
	t.Helper()
	options.Clock = clock
	e, err := Open(t.Context(), path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if err := e.Write(t.Context(), "define", func(c store.Conn) error {
		_, err := c.Exec(`CREATE TABLE IF NOT EXISTS keys (k TEXT NOT NULL, payload BLOB NOT NULL, PRIMARY KEY (k))`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return e
}

func testPath(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "test.db") }

func putKey(k string, payload int) func(store.Conn) error {
	return func(c store.Conn) error {
		_, err := c.Exec(`INSERT INTO keys (k, payload) VALUES ($1, $2)`, k, make([]byte, payload))
		return err
	}
}

func countKeys(t *testing.T, e *Engine) (n int64) {
	t.Helper()
	if err := e.Read(t.Context(), "count", func(c store.Conn) error {
		return c.Query(`SELECT COUNT(*) FROM keys`, nil, func(r store.Row) error { n = r.Int(0); return nil })
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// held keeps the writer inside a transaction until release is called; so that what is started meanwhile is queued behind it.
func held(t *testing.T, e *Engine) (release func()) {
	t.Helper()
	inside, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := e.Write(context.Background(), "hold", func(store.Conn) error {
			once.Do(func() { close(inside) })
			<-goOn
			return nil
		}); err != nil {
			t.Errorf("hold: %v", err)
		}
	})
	<-inside
	return func() { close(goOn); wg.Wait() }
}

// queuedUp waits until n requests are in the queue.
func queuedUp(t *testing.T, e *Engine, n int) {
	t.Helper()
	for len(e.writer.queue) < n {
		select {
		case <-t.Context().Done():
			t.Fatalf("only %d requests are queued", len(e.writer.queue))
		case <-time.After(100 * time.Microsecond):
		}
	}
}

func TestWrite_QueuedRequestsCommitAsAGroup(t *testing.T) {
	e := openTest(t, testPath(t), Options{GroupTime: time.Minute})
	release := held(t, e)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if err := e.Write(t.Context(), "put", putKey(fmt.Sprint(i), 10)); err != nil {
				t.Error(err)
			}
		})
	}
	queuedUp(t, e, 50)
	before := e.Stats()
	release()
	wg.Wait()
	after := e.Stats()
	if commits, groups := after.Commits-before.Commits, after.GroupSizes-before.GroupSizes; commits != 51 || groups != 1 {
		t.Errorf("%d commits in %d groups, want 51 in 1", commits, groups)
	}
}

func TestWrite_GroupIsBoundedByCount(t *testing.T) {
	e := openTest(t, testPath(t), Options{GroupTime: time.Minute, GroupMax: 10})
	release := held(t, e)
	var wg sync.WaitGroup
	for i := range 39 {
		wg.Go(func() {
			if err := e.Write(t.Context(), "put", putKey(fmt.Sprint(i), 10)); err != nil {
				t.Error(err)
			}
		})
	}
	queuedUp(t, e, 39)
	before := e.Stats().GroupSizes
	release()
	wg.Wait()
	if groups := e.Stats().GroupSizes - before; groups != 4 {
		t.Errorf("40 transactions in %d groups, want 4", groups)
	}
}

func TestWrite_GroupIsBoundedByTime(t *testing.T) {
	e := openTest(t, testPath(t), Options{GroupTime: time.Nanosecond})
	release := held(t, e)
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() {
			if err := e.Write(t.Context(), "put", putKey(fmt.Sprint(i), 10)); err != nil {
				t.Error(err)
			}
		})
	}
	queuedUp(t, e, 5)
	before := e.Stats().GroupSizes
	release()
	wg.Wait()
	if groups := e.Stats().GroupSizes - before; groups < 3 {
		t.Errorf("6 transactions that each take longer than a group may, in %d groups", groups)
	}
}

func TestWrite_CancelledWhileQueuedIsDropped(t *testing.T) {
	e := openTest(t, testPath(t), Options{})
	release := held(t, e)
	ctx, cancel := context.WithCancel(t.Context())
	dropped := make(chan error, 1)
	var wg sync.WaitGroup
	wg.Go(func() { dropped <- e.Write(ctx, "put", putKey("dropped", 10)) })
	queuedUp(t, e, 1)
	wg.Go(func() {
		if err := e.Write(t.Context(), "put", putKey("kept", 10)); err != nil {
			t.Error(err)
		}
	})
	queuedUp(t, e, 2)
	cancel()
	// It returns while the writer is still held.
	if err := <-dropped; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	release()
	wg.Wait()
	if n := countKeys(t, e); n != 1 {
		t.Errorf("%d keys, want 1", n)
	}
}

func TestWrite_FullDiskFailsOnlyWhatDoesNotFit(t *testing.T) {
	e := openTest(t, testPath(t), Options{GroupTime: time.Minute})
	if err := e.writer.db.exec("PRAGMA max_page_count = 100"); err != nil {
		t.Fatal(err)
	}
	release := held(t, e)
	var wg sync.WaitGroup
	for i := range 9 {
		wg.Go(func() {
			payload := 100
			if i == 4 {
				payload = 1 << 20
			}
			err := e.Write(t.Context(), "put", putKey(fmt.Sprint(i), payload))
			if i == 4 && !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("what does not fit: %v, want store.ErrUnavailable", err)
			}
			if i != 4 && err != nil {
				t.Errorf("what fits: %v", err)
			}
		})
	}
	queuedUp(t, e, 9)
	release()
	wg.Wait()
	if n := countKeys(t, e); n != 8 {
		t.Errorf("%d keys, want 8", n)
	}
}

// The group's transaction is gone under all its members when the database rolls it back; each must then be run by itself.
func TestWrite_LostGroupIsRunAgainOneByOne(t *testing.T) {
	e := openTest(t, testPath(t), Options{GroupTime: time.Minute})
	release := held(t, e)
	var wg sync.WaitGroup
	var mu sync.Mutex
	runs := map[int]int{}
	for i := range 6 {
		wg.Go(func() {
			err := e.Write(t.Context(), "put", func(c store.Conn) error {
				mu.Lock()
				runs[i]++
				first := runs[i] == 1
				mu.Unlock()
				if err := putKey(fmt.Sprint(i), 10)(c); err != nil {
					return err
				}
				if i == 3 && first {
					// What SQLite does on some errors of the disk.
					return e.writer.db.exec("ROLLBACK")
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		queuedUp(t, e, i+1)
	}
	release()
	wg.Wait()
	if n := countKeys(t, e); n != 6 {
		t.Errorf("%d keys, want 6: each ran %v times", n, runs)
	}
	if e.Stats().Retries == 0 {
		t.Error("no retry was counted")
	}
}

func TestWrite_ErrorIsAnsweredOnlyAfterTheCommit(t *testing.T) {
	e := openTest(t, testPath(t), Options{GroupTime: time.Minute})
	release := held(t, e)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := e.Write(t.Context(), "put", putKey("a", 10)); err != nil {
			t.Error(err)
		}
	})
	queuedUp(t, e, 1)
	found := errors.New("found")
	wg.Go(func() {
		err := e.Write(t.Context(), "find", func(c store.Conn) error {
			n := 0
			if err := c.Query(`SELECT k FROM keys WHERE k = $1`, []any{"a"}, func(store.Row) error { n++; return nil }); err != nil || n == 0 {
				return err
			}
			return found
		})
		if !errors.Is(err, found) {
			t.Errorf("got %v: the second did not see the first's row", err)
		}
		// What it rests on is there for everyone by now.
		if n := countKeys(t, e); n != 1 {
			t.Errorf("%d keys are committed, want 1", n)
		}
	})
	queuedUp(t, e, 2)
	release()
	wg.Wait()
}

func TestWrite_AnotherProcessThatHoldsTheLockForLong(t *testing.T) {
	path := testPath(t)
	e := openTest(t, path, Options{BusyTime: 30 * time.Millisecond})
	other := openTest(t, path, Options{})
	release := held(t, other)
	if err := e.Write(t.Context(), "put", putKey("a", 10)); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want store.ErrUnavailable", err)
	}
	if e.Stats().Retries == 0 {
		t.Error("no retry was counted")
	}
	release()
	if err := e.Write(t.Context(), "put", putKey("a", 10)); err != nil {
		t.Error(err)
	}
}

// A statement of many rows that cannot add the last of them leaves none behind, nor does what its transaction wrote before; the others of
// its group stay.
func TestWrite_StatementThatFailsLeavesNothing(t *testing.T) {
	e := openTest(t, testPath(t), Options{GroupTime: time.Minute})
	if err := e.Write(t.Context(), "put", putKey("k31", 1)); err != nil {
		t.Fatal(err)
	}
	rows := func(c store.Conn) error {
		if err := putKey("before", 1)(c); err != nil {
			return err
		}
		return c.Bulk("keys", []string{"k", "payload"}, 32, func(i int, values []any) []any {
			return append(values, fmt.Sprintf("k%d", i), []byte{0})
		})
	}
	release := held(t, e)
	var wg sync.WaitGroup
	for i, run := range []func(context.Context, string, func(store.Conn) error) error{
		e.Write, // the first of its group
		e.Write,
		func(ctx context.Context, name string, fn func(store.Conn) error) error {
			return e.ReadThenWrite(ctx, name, func(store.Conn) error { return nil }, fn)
		},
	} {
		wg.Go(func() {
			if err := run(t.Context(), "rows", rows); !isConstraint(err) {
				t.Errorf("%d: %v, want a violated constraint", i, err)
			}
		})
		wg.Go(func() {
			if err := e.Write(t.Context(), "put", putKey(fmt.Sprint("other", i), 1)); err != nil {
				t.Error(err)
			}
		})
	}
	queuedUp(t, e, 6)
	release()
	wg.Wait()
	if n := countKeys(t, e); n != 4 {
		t.Errorf("%d keys, want the one that was there and the three of others", n)
	}
}
