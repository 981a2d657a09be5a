package store_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

func TestWorkRun_PostsAndCloses(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		if got := w.earnings(0, "2026-01"); got != "" {
			t.Fatalf("lines before the close:\n%s", got)
		}
		run := w.close(w.Store, 0, "2026-01")
		if run.State != store.RunPosted || run.Phase != store.PhaseDone || run.Attempt != 1 || run.Period.State != store.PeriodClosed {
			t.Fatalf("%+v", run)
		}
		if run.ChunksTotal < 3 || run.ChunksDone != run.ChunksTotal {
			t.Fatalf("%d of %d chunks", run.ChunksDone, run.ChunksTotal)
		}
		if run.Distributors != runWorldSize || run.Currency != "USD" || run.PlanVersion != 1 || run.EngineVersion != calc.EngineVersion ||
			len(run.InputDigest) != 32 || len(run.OutputDigest) != 32 || run.PostedAtUS != w.nowUS.Load() {
			t.Fatalf("%+v", run)
		}
		// 120 sales, of 10 to 70 points in turn.
		if want := int64(17*28+1) * 100_000; run.VolumeCV != want {
			t.Fatalf("volume %d, want %d", run.VolumeCV, want)
		}
		lineCount, sums := int64(0), map[string]int64{}
		for _, row := range strings.Split(strings.TrimSpace(w.earnings(0, "2026-01")), "\n") {
			var id, bonus, level, fraction string
			var base, rate, amount int64
			if n, _ := fmt.Sscanf(row, "%s %s %s %d %s %d = %d", &id, &bonus, &level, &base, &fraction, &rate, &amount); n == 7 {
				lineCount++
				sums[bonus] += amount
			}
		}
		if lineCount == 0 || lineCount != run.LineCount {
			t.Fatalf("%d lines are seen, the run has %d", lineCount, run.LineCount)
		}
		if len(run.Totals) != 2 || run.Totals[0].Name != "team" || run.Totals[1].Name != "legs" {
			t.Fatalf("totals %+v", run.Totals)
		}
		for _, total := range run.Totals {
			if total.AmountMinor != sums[total.Name] || total.AmountMinor == 0 {
				t.Errorf("total of %s is %d, its lines sum to %d", total.Name, total.AmountMinor, sums[total.Name])
			}
		}
		ranked := int64(0)
		for _, rank := range run.Ranks {
			ranked += rank.Count
			if rank.Count == 0 {
				t.Errorf("nobody is paid as %q: nothing is tested", rank.Name)
			}
		}
		if ranked != runWorldSize || len(run.Ranks) != 3 || run.Ranks[0].Name != "" || run.Ranks[2].Name != "leader" {
			t.Fatalf("ranks %+v", run.Ranks)
		}
		w.checkOneAttempt(run)
		next, _, err := w.ListPeriods(t.Context(), "tree", 0, "", 1)
		if err != nil || next[0].Key.Name != "2026-02" || next[0].State != store.PeriodOpen {
			t.Fatalf("next period %+v, %v", next, err)
		}
		if left, err := w.UnfinishedRuns(t.Context()); err != nil || len(left) != 0 {
			t.Fatalf("unfinished %v, %v", left, err)
		}
		rows := w.dump("leases", "periods")
		if len(rows["leases"]) != 1 || !strings.Contains(rows["leases"][0], "expires_at_us=0 token=1 ") {
			t.Fatalf("the lease is not given back: %v", rows["leases"])
		}
		if len(rows["periods"]) != 2 || !strings.Contains(rows["periods"][0], `state="CLOSED"`) || !strings.Contains(rows["periods"][1], `state="OPEN"`) {
			t.Fatalf("gates: %v", rows["periods"])
		}
	})
}

func TestWorkRun_EveryEngineAndEveryChunkSizeGivesTheSameDigests(t *testing.T) {
	seen := map[string]string{}
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		for i, chunkRows := range []int{1, 7, 100_000} {
			// Each chunk size closes a world of its own.
			if i > 0 {
				engine := storetest.SQLite(t)
				if err := engine.Migrate(t.Context()); err != nil {
					t.Fatal(err)
				}
				w = newRunWorld(t, engine)
			}
			run := w.close(w.open(w.engine, chunkRows), 0, "2026-01")
			seen[fmt.Sprintf("%s, chunks of %d", w.engine.Name(), chunkRows)] = hex.EncodeToString(run.InputDigest) + " " + hex.EncodeToString(run.OutputDigest)
		}
	})
	want := seen["sqlite, chunks of 1"]
	for from, digests := range seen {
		if digests != want {
			t.Errorf("%s: %s, want %s", from, digests, want)
		}
	}
}

func TestWorkRun_TwoServersAtOnceGiveOneResult(t *testing.T) {
	want := cleanClose(t)
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		runID := w.start(w.Store, 0, "2026-01")
		var group sync.WaitGroup
		runs := make([]store.Run, 4)
		for i := range runs {
			s := w.open(w.engine, 3)
			group.Go(func() {
				for {
					run, err := s.WorkRun(t.Context(), runID)
					if err == nil {
						runs[i] = run
						return
					}
					if !errors.Is(err, store.ErrLeaseHeld) {
						t.Error(err)
						return
					}
				}
			})
		}
		group.Wait()
		for _, run := range runs {
			if run.State != store.RunPosted || run.Attempt != 1 || !bytes.Equal(run.OutputDigest, want.run.OutputDigest) {
				t.Fatalf("%+v", run)
			}
		}
		want.check(w, runs[0])
	})
}

// closed is what a single clean run gives.
type closed struct {
	period   string
	run      store.Run
	earnings string
}

// cleanClose closes January on a world of its own.
func cleanClose(t *testing.T) closed {
	t.Helper()
	engine := storetest.SQLite(t)
	if err := engine.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := newRunWorld(t, engine)
	return w.closed(w.close(w.Store, 0, "2026-01"))
}

func (w *runWorld) closed(run store.Run) closed {
	w.t.Helper()
	return closed{run.Period.Key.Name, run, w.earnings(0, run.Period.Key.Name)}
}

// check fails when a close differs from the clean one, or left anything behind.
func (c closed) check(w *runWorld, run store.Run) {
	w.t.Helper()
	if !bytes.Equal(run.InputDigest, c.run.InputDigest) || !bytes.Equal(run.OutputDigest, c.run.OutputDigest) {
		w.t.Fatalf("digests %x %x, clean %x %x", run.InputDigest, run.OutputDigest, c.run.InputDigest, c.run.OutputDigest)
	}
	if got := w.earnings(0, c.period); got != c.earnings {
		w.t.Fatalf("earnings\n%s\nclean\n%s", got, c.earnings)
	}
	if run.Period.State != store.PeriodClosed || fmt.Sprint(run.Totals, run.Ranks) != fmt.Sprint(c.run.Totals, c.run.Ranks) {
		w.t.Fatalf("%+v", run)
	}
	w.checkOneAttempt(run)
}

// TestWorkRun_KilledAtEveryWrite kills the server at each of the transactions of a close, before and after its commit, a month at
// a time, and lets another go on, one that cuts chunks alike and one that does not. Every month must be the one that a clean close
// of the same months gives.
func TestWorkRun_KilledAtEveryWrite(t *testing.T) {
	const months = 14 // more than a close here has transactions
	var want []closed
	engine := storetest.SQLite(t)
	if err := engine.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	clean := newRunWorld(t, engine)
	for month := time.January; month <= months; month++ {
		clean.sellIn(month, runWorldSize)
		want = append(want, clean.closed(clean.close(clean.Store, 0, monthName(month))))
	}
	for _, kill := range []struct {
		name  string
		error error
	}{{"before the commit", errKilled}, {"after the commit", storetest.AfterCommit(errKilled)}} {
		for _, chunkRows := range []int{killedChunkRows, 90} {
			t.Run(fmt.Sprintf("%s, continued in chunks of %d", kill.name, chunkRows), func(t *testing.T) {
				eachRunWorld(t, func(t *testing.T, w *runWorld) {
					survived := false
					for month := time.January; month <= months; month++ {
						w.sellIn(month, runWorldSize)
						survived = w.killedAt(int64(month), kill.error, chunkRows, want[month-1])
					}
					if !survived {
						t.Fatalf("a close has more than %d transactions: not all were tried", months)
					}
				})
			})
		}
	}
}

// killedChunkRows cuts a month into five chunks.
const killedChunkRows = 40

func monthName(month time.Month) string {
	return time.Date(2026, month, 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
}

// killedAt closes a month by a server that dies at one of its transactions, and then by another. It tells whether the first was
// done before it came to that one.
func (w *runWorld) killedAt(at int64, kill error, chunkRows int, want closed) bool {
	w.t.Helper()
	last := ""
	doomed := w.open(storetest.Faulty(w.engine, func(name string, n int64) error {
		switch {
		case n == at:
			last = name
			return kill
		case n > at:
			return errKilled
		}
		return nil
	}), killedChunkRows)
	started, err := doomed.StartRun(w.t.Context(), "tree", 0, want.period)
	if err == nil {
		_, err = doomed.WorkRun(w.t.Context(), started.RunID)
	}
	survived := err == nil
	if !survived && !errors.Is(err, errKilled) {
		w.t.Fatalf("write %d: %v", at, err)
	}
	flipped := survived || last == "run_flip" && kill != errKilled //nolint:errorlint // the very value
	if got := w.earnings(0, want.period); got != "" && !flipped {
		w.t.Fatalf("write %d, %s: lines are seen before the flip:\n%s", at, last, got)
	}
	w.later()
	run := w.close(w.open(w.engine, chunkRows), 0, want.period)
	want.check(w, run)
	if resumable := chunkRows == killedChunkRows; resumable && run.Attempt != 1 {
		w.t.Fatalf("write %d, %s: attempt %d, though the first could be continued", at, last, run.Attempt)
	}
	return survived
}

func TestWorkRun_FailedTransactionIsContinuedWithoutWaiting(t *testing.T) {
	want := cleanClose(t)
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		failing := w.open(storetest.Faulty(w.engine, func(name string, n int64) error {
			if name == "run_chunk" && n == 7 {
				return store.ErrUnavailable
			}
			return nil
		}), 10)
		runID := w.start(failing, 0, "2026-01")
		if _, err := failing.WorkRun(t.Context(), runID); !errors.Is(err, store.ErrUnavailable) {
			t.Fatal(err)
		}
		halfway, err := w.GetRun(t.Context(), runID)
		if err != nil || halfway.Phase != store.PhaseWriting || halfway.ChunksDone != 2 || halfway.ChunksTotal < 4 {
			t.Fatalf("%+v, %v", halfway, err)
		}
		// The lease was given back, so no time has to go by.
		run, err := w.WorkRun(t.Context(), runID)
		if err != nil || run.Attempt != 1 {
			t.Fatalf("%+v, %v", run, err)
		}
		want.check(w, run)
	})
}

func TestWorkRun_StopsBetweenChunks(t *testing.T) {
	want := cleanClose(t)
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		ctx, stop := context.WithCancel(t.Context())
		stopping := w.open(storetest.Faulty(w.engine, func(name string, _ int64) error {
			if name == "run_chunk" {
				stop()
			}
			return nil
		}), 10)
		runID := w.start(stopping, 0, "2026-01")
		if _, err := stopping.WorkRun(ctx, runID); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if halfway, err := w.GetRun(t.Context(), runID); err != nil || halfway.ChunksDone != 1 {
			t.Fatalf("%+v, %v; the chunk under way is to be finished", halfway, err)
		}
		run, err := w.WorkRun(t.Context(), runID)
		if err != nil {
			t.Fatal(err)
		}
		want.check(w, run)
	})
}

// TestWorkRun_StaleOwnerChangesNothing lets another server take over just before each transaction of an owner who has stalled, and
// finish, or stop halfway.
func TestWorkRun_StaleOwnerChangesNothing(t *testing.T) {
	want := cleanClose(t)
	for _, name := range []string{"run_attempt", "run_writing", "run_chunk", "run_flip"} {
		t.Run(name, func(t *testing.T) {
			eachRunWorld(t, func(t *testing.T, w *runWorld) {
				var before map[string][]string
				runID := w.start(w.Store, 0, "2026-01")
				// The one who takes over cuts chunks otherwise, so that the stalled one's attempt is dead.
				other := w.open(w.engine, 25)
				stalled := w.open(storetest.Faulty(w.engine, func(at string, _ int64) error {
					if at == name && before == nil {
						w.later()
						run, err := other.WorkRun(t.Context(), runID)
						if err != nil {
							t.Error(err)
						}
						want.check(w, run)
						before = w.dump()
					}
					return nil
				}), 10)
				if _, err := stalled.WorkRun(t.Context(), runID); !errors.Is(err, store.ErrLeaseHeld) {
					t.Fatalf("got %v, want ErrLeaseHeld", err)
				}
				if d := differs(before, w.dump()); d != "" {
					t.Fatal("the stalled owner changed " + d)
				}
			})
		})
	}
}

func TestWorkRun_LeaseIsRenewedWhileWorking(t *testing.T) {
	eachRunWorld(t, func(t *testing.T, w *runWorld) {
		// The owner's lease is renewed when the test says so, in the middle of the first chunk.
		tick, renewed := make(chan time.Time), make(chan struct{}, 1)
		done := false
		engine := storetest.Faulty(w.engine, func(name string, _ int64) error {
			if name == "run_lease_extend" {
				select {
				case renewed <- struct{}{}:
				default:
				}
			}
			if name == "run_chunk" && !done {
				done = true
				for range 2 { // the second one is taken when the first is done
					w.nowUS.Add((14 * time.Second).Microseconds())
					tick <- time.Time{}
					<-renewed
				}
				if _, err := w.WorkRun(t.Context(), "tree/monthly/2026-01"); !errors.Is(err, store.ErrLeaseHeld) {
					t.Errorf("28 seconds later: %v", err)
				}
			}
			return nil
		})
		owner := store.New(engine, store.Options{
			Clock: func() time.Time { return time.UnixMicro(w.nowUS.Load()) }, Owner: "owner", Compile: func(string) (*calc.Plan, error) { return runPlan(), nil },
			After: func(time.Duration) <-chan time.Time { return tick },
		})
		if run := w.close(owner, 0, "2026-01"); run.State != store.RunPosted {
			t.Fatalf("%+v", run)
		}
	})
}
