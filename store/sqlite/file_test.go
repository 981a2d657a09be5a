package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"upline/store"
)

func TestOpen_Refused(t *testing.T) {
	folder := t.TempDir()
	garbage := filepath.Join(folder, "garbage.db")
	if err := os.WriteFile(garbage, bytes.Repeat([]byte("no database. "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"a file that is no database": garbage,
		"a folder that is not there": filepath.Join(folder, "missing", "x.db"),
		"a folder":                   folder,
	} {
		if _, err := Open(t.Context(), path, Options{Clock: clock}); !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(t.Context(), filepath.Join(folder, "x.db"), Options{}); err == nil {
		t.Error("an engine was opened without a clock")
	}
}

func TestOpen_PathIsTakenAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?mode=ro&x=%41#.db")
	e := openTest(t, path, Options{})
	if err := e.Write(t.Context(), "put", putKey("a", 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestWrite_CorruptFileIsUnavailable(t *testing.T) {
	path := testPath(t)
	e := openTest(t, path, Options{})
	for i := range 200 {
		if err := e.Write(t.Context(), "put", putKey(fmt.Sprint(i), 1000)); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(content[4096:], bytes.Repeat([]byte{0xa5}, len(content)-4096))
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	e, err = Open(t.Context(), path, Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	err = e.Write(t.Context(), "put", putKey("new", 10))
	if !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), "malformed") {
		t.Errorf("got %v, want store.ErrUnavailable with the database's own words", err)
	}
}

func TestClose_LeavesOneFile(t *testing.T) {
	path := testPath(t)
	e := openTest(t, path, Options{})
	if err := e.Write(t.Context(), "put", putKey("a", 100_000)); err != nil {
		t.Fatal(err)
	}
	if n := countKeys(t, e); n != 1 {
		t.Fatalf("%d keys, want 1", n)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(path + "*")
	if err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
	if n := countKeys(t, openTest(t, path, Options{})); n != 1 {
		t.Errorf("%d keys after opening again, want 1", n)
	}
}

// The environment by which the test binary is told to be the other process.
const (
	otherPathEnv = "UPLINE_TEST_SQLITE_OTHER_PATH"
	increments   = 150
)

// increment counts one up in a transaction that reads before it writes.
func increment(c store.Conn) error {
	var n int64
	if err := c.Query(`SELECT LENGTH(payload) FROM keys WHERE k = $1`, []any{"n"}, func(r store.Row) error { n = r.Int(0); return nil }); err != nil {
		return err
	}
	_, err := c.Exec(`UPDATE keys SET payload = $2 WHERE k = $1`, "n", make([]byte, n+1))
	return err
}

// TestMain is the other process when it is told so.
func TestMain(m *testing.M) {
	path := os.Getenv(otherPathEnv)
	if path == "" {
		os.Exit(m.Run())
	}
	if err := beOtherProcess(path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func beOtherProcess(path string) error {
	ctx := context.Background()
	e, err := Open(ctx, path, Options{Clock: clock})
	if err != nil {
		return err
	}
	for range increments {
		if err := e.Write(ctx, "increment", increment); err != nil {
			return err
		}
	}
	return e.Close()
}

func TestWrite_TwoProcessesOnOneFile(t *testing.T) {
	path := testPath(t)
	e := openTest(t, path, Options{})
	if err := e.Write(t.Context(), "put", putKey("n", 0)); err != nil {
		t.Fatal(err)
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	other := exec.CommandContext(t.Context(), binary)
	other.Env = append(os.Environ(), otherPathEnv+"="+path)
	var output bytes.Buffer
	other.Stdout, other.Stderr = &output, &output
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- other.Wait() }()
	mine := 0
	for finished := false; !finished; {
		if err := e.Write(t.Context(), "increment", increment); err != nil {
			t.Fatal(err)
		}
		mine++
		select {
		case err := <-done:
			if err != nil {
				t.Fatalf("the other process: %v\n%s", err, output.String())
			}
			finished = true
		default:
		}
	}
	var n int64
	if err := e.Read(t.Context(), "n", func(c store.Conn) error {
		return c.Query(`SELECT LENGTH(payload) FROM keys WHERE k = $1`, []any{"n"}, func(r store.Row) error { n = r.Int(0); return nil })
	}); err != nil {
		t.Fatal(err)
	}
	if want := int64(mine + increments); n != want {
		t.Errorf("counted to %d, want %d here and %d there", n, mine, increments)
	}
	if e.Stats().Retries == 0 {
		t.Error("the processes never met, so the test shows nothing")
	}
}

func TestCheckpoint_LogBeginsAnewUnderReadersThatOverlap(t *testing.T) {
	path := testPath(t)
	e := openTest(t, path, Options{})
	const every = 100
	e.writer.log.every, e.writer.log.nextPass, e.writer.log.nextWait = every, every, logWaitTimes*every
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				// At every moment some reader looks at a state of some commits ago.
				if err := e.Read(t.Context(), "slow", func(store.Conn) error { <-time.After(8 * time.Millisecond); return nil }); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	// Twenty times what the log holds before readers are waited for, in transactions of a few pages.
	const pages = 20 * logWaitTimes * every
	for i := range pages / 4 {
		put := func(c store.Conn) error {
			_, err := c.Exec(`INSERT INTO keys (k, payload) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET payload = excluded.payload`,
				fmt.Sprint(i%16), bytes.Repeat([]byte{byte(i / 16)}, 4*4096))
			return err
		}
		if err := e.Write(t.Context(), "put", put); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	wg.Wait()
	log, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if most := int64(3*logWaitTimes*every) * 4200; log.Size() > most {
		t.Errorf("the log has %d bytes after %d pages were written, want at most %d", log.Size(), pages, most)
	}
}

func TestCheckpoint_LongReaderDoesNotHoldUpWriters(t *testing.T) {
	e := openTest(t, testPath(t), Options{})
	const every = 50
	e.writer.log.every, e.writer.log.nextPass, e.writer.log.nextWait = every, every, logWaitTimes*every
	if err := e.Snapshot(t.Context(), "long", func(c store.Conn) error {
		for i := range 4 * logWaitTimes * every / 4 {
			if err := e.Write(t.Context(), "put", putKey(fmt.Sprint(i), 4*4096)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	// Once the reader is gone the log is caught up with.
	for i := range 10 * commitsPerLook {
		if err := e.Write(t.Context(), "put", putKey(fmt.Sprint("after ", i), 10)); err != nil {
			t.Fatal(err)
		}
	}
	log, err := e.writer.db.checkpoint("NOOP")
	if err != nil {
		t.Fatal(err)
	}
	if log.pages > logWaitTimes*every {
		t.Errorf("the log has %d pages long after the reader has gone", log.pages)
	}
}
