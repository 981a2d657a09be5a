package store_test

import (
	"bytes"
	"errors"
	"testing"

	"upline/store"
	"upline/store/storetest"
)

// exec runs a statement behind the store's back.
func (w *runWorld) exec(sql string, args ...any) {
	w.t.Helper()
	err := w.engine.Write(w.t.Context(), "test", func(c store.Conn) error {
		_, err := c.Exec(sql, args...)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// failing returns a server that fails once, at its n-th transaction of that name, without dying.
func (w *runWorld) failing(name string, n int) *store.Store {
	return w.open(storetest.Faulty(w.engine, func(at string, _ int64) error {
		if at == name {
			if n--; n == 0 {
				return errKilled
			}
		}
		return nil
	}), 10)
}

// TestWorkRun_OtherInputIsAnotherAttempt changes what the fence keeps from changing.
func TestWorkRun_OtherInputIsAnotherAttempt(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		runID := w.start(w.Store, 0, "2026-01")
		if _, err := w.failing("run_chunk", 4).WorkRun(t.Context(), runID); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		halfway, err := w.GetRun(t.Context(), runID)
		if err != nil || halfway.ChunksDone != 3 {
			t.Fatalf("%+v, %v", halfway, err)
		}
		w.exec(`UPDATE event_counts SET cv = cv + 10000 WHERE sale_id = $1`, "sale-1-007")
		run, err := w.WorkRun(t.Context(), runID)
		if err != nil || run.Attempt != 2 || bytes.Equal(run.InputDigest, halfway.InputDigest) || run.VolumeCV != halfway.VolumeCV+10000 {
			t.Fatalf("%+v, %v", run, err)
		}
		w.checkOneAttempt(run)
	})
}

// TestWorkRun_SweepIsContinued interrupts the sweep of a dead attempt at each of its transactions in turn.
func TestWorkRun_SweepIsContinued(t *testing.T) {
	want := cleanClose(t)
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		runID := w.start(w.Store, 0, "2026-01")
		if _, err := w.failing("run_flip", 1).WorkRun(t.Context(), runID); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		// A changed input leaves the whole attempt to be swept; it is changed back before the end.
		w.exec(`UPDATE event_counts SET cv = cv + 10000 WHERE sale_id = $1`, "sale-1-007")
		interrupted := 0
		for n := 1; ; n++ {
			_, err := w.failing("run_sweep", n).WorkRun(t.Context(), runID)
			if err == nil {
				t.Fatal("posted before the input was changed back")
			}
			if !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			rows := w.dump("period_lines")["period_lines"]
			if interrupted++; len(rows) == 0 || interrupted == 20 {
				break
			}
		}
		w.exec(`UPDATE event_counts SET cv = cv - 10000 WHERE sale_id = $1`, "sale-1-007")
		run, err := w.WorkRun(t.Context(), runID)
		if err != nil || interrupted < 3 {
			t.Fatalf("interrupted %d times, %v", interrupted, err)
		}
		want.check(w, run)
	})
}

func TestWorkRun_MissingChunkIsNotPosted(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		runID := w.start(w.Store, 0, "2026-01")
		robbed := w.open(storetest.Faulty(w.engine, func(name string, _ int64) error {
			if name == "run_flip" {
				w.exec(`DELETE FROM run_chunks WHERE chunk_no = $1`, int64(1))
			}
			return nil
		}), 10)
		if _, err := robbed.WorkRun(t.Context(), runID); !errors.Is(err, store.ErrCorrupt) {
			t.Fatalf("got %v, want ErrCorrupt", err)
		}
		if got := w.earnings(0, "2026-01"); got != "" {
			t.Fatalf("lines are seen:\n%s", got)
		}
	})
}

// TestWorkRun_TwoResultsOfOneInputAreAFault gives an attempt another result than the one that it has recorded.
func TestWorkRun_TwoResultsOfOneInputAreAFault(t *testing.T) {
	want := cleanClose(t)
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		runID := w.start(w.Store, 0, "2026-01")
		if _, err := w.failing("run_chunk", 4).WorkRun(t.Context(), runID); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		w.exec(`UPDATE run_attempts SET output_digest = $1`, []byte("another"))
		if _, err := w.WorkRun(t.Context(), runID); !errors.Is(err, store.ErrCorrupt) {
			t.Fatalf("got %v, want ErrCorrupt", err)
		}
		// It is told once; then the run begins anew.
		run, err := w.WorkRun(t.Context(), runID)
		if err != nil || run.Attempt != 2 {
			t.Fatalf("%+v, %v", run, err)
		}
		want.check(w, run)
	})
}
