package worker_test

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"upline/server/worker"
	"upline/store"
)

// runs is a store with runs whose work the test decides.
type runs struct {
	mu     sync.Mutex
	states map[string]store.RunState
	tries  map[string]int
	work   func(ctx context.Context, runID string, try int) error
	end    store.RunState // what a run comes to; RunPosted where it is empty
}

func (r *runs) WorkRun(ctx context.Context, runID string) (store.Run, error) {
	r.mu.Lock()
	r.tries[runID]++
	try := r.tries[runID]
	r.mu.Unlock()
	if err := r.work(ctx, runID, try); err != nil {
		return store.Run{}, err
	}
	r.mu.Lock()
	r.states[runID] = cmp.Or(r.end, store.RunPosted)
	r.mu.Unlock()
	return r.GetRun(ctx, runID)
}

func (r *runs) GetRun(_ context.Context, runID string) (store.Run, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	state, ok := r.states[runID]
	if !ok {
		return store.Run{}, store.ErrUnknownRun
	}
	return store.Run{RunID: runID, State: state}, nil
}

func (r *runs) UnfinishedRuns(context.Context) (runIDs []string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for runID, state := range r.states {
		if state == store.RunRunning {
			runIDs = append(runIDs, runID)
		}
	}
	return runIDs, nil
}

// started is a Closer at work.
type started struct {
	*worker.Closer
	runs  *runs
	ticks chan time.Time
	stop  func() // returns when the Closer has
}

func start(t *testing.T, runIDs []string, work func(ctx context.Context, runID string, try int) error) *started {
	t.Helper()
	s := &started{runs: &runs{states: map[string]store.RunState{}, tries: map[string]int{}, work: work}, ticks: make(chan time.Time)}
	for _, runID := range runIDs {
		s.runs.states[runID] = store.RunRunning
	}
	s.Closer = worker.NewCloser(s.runs, worker.Options{Logger: slog.New(slog.DiscardHandler), Ticks: s.ticks})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(s.stop)
	return s
}

func (s *started) tries(runID string) int {
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	return s.runs.tries[runID]
}

func well(context.Context, string, int) error { return nil }

func TestCloser_KickedRunIsPosted(t *testing.T) {
	s := start(t, []string{"a"}, well)
	s.Kick("a")
	if err := s.Wait(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
}

// A run that waits to be confirmed is left alone until somebody kicks it.
func TestCloser_RunThatHasToBeConfirmedWaits(t *testing.T) {
	s := start(t, []string{"a"}, well)
	s.runs.end = store.RunWaiting
	s.Kick("a")
	if err := s.Wait(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		s.ticks <- time.Time{}
	}
	if tries := s.tries("a"); tries != 1 {
		t.Fatalf("a run that waits was worked on %d times", tries)
	}
	s.runs.mu.Lock()
	s.runs.states["a"], s.runs.end = store.RunRunning, store.RunPosted // as confirming does
	s.runs.mu.Unlock()
	s.Kick("a")
	if err := s.Wait(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
}

func TestCloser_UnfinishedRunIsFoundByItself(t *testing.T) {
	s := start(t, []string{"a", "b", "c"}, well)
	s.ticks <- time.Time{}
	for _, runID := range []string{"a", "b", "c"} {
		if err := s.Wait(t.Context(), runID); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCloser_HeldRunIsTriedAtEveryTick(t *testing.T) {
	s := start(t, []string{"a"}, func(_ context.Context, _ string, try int) error {
		if try < 5 {
			return store.ErrLeaseHeld
		}
		return nil
	})
	for s.tries("a") < 5 {
		s.ticks <- time.Time{}
	}
	if err := s.Wait(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
}

func TestCloser_FailingRunIsLeftAloneLongerAndLonger(t *testing.T) {
	const ticks = 100
	s := start(t, []string{"a"}, func(context.Context, string, int) error { return errors.New("broken") })
	s.Kick("a")
	err := s.Wait(t.Context(), "a")
	if err == nil || err.Error() != "broken" {
		t.Fatalf("Wait returned %v, want the failure", err)
	}
	for range ticks {
		s.ticks <- time.Time{}
	}
	s.stop()
	// Of 100 ticks, those after 1, 3, 7, 15 and 31 are used.
	if n := s.tries("a"); n < 3 || n > 8 {
		t.Fatalf("tried %d times in %d ticks", n, ticks)
	}
}

func TestCloser_KickTriesAFailedRunAtOnce(t *testing.T) {
	s := start(t, []string{"a"}, func(_ context.Context, _ string, try int) error {
		if try == 1 {
			return errors.New("broken")
		}
		return nil
	})
	s.Kick("a")
	if err := s.Wait(t.Context(), "a"); err == nil {
		t.Fatal("the failure is not told")
	}
	s.Kick("a")
	if err := s.Wait(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
}

func TestCloser_FaultIsAnErrorOfTheRun(t *testing.T) {
	s := start(t, []string{"a", "b"}, func(_ context.Context, runID string, _ int) error {
		if runID == "a" {
			panic("slip")
		}
		return nil
	})
	s.Kick("a")
	if err := s.Wait(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "slip") {
		t.Fatalf("got %v", err)
	}
	s.Kick("b")
	if err := s.Wait(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
}

func TestCloser_WaitEndsWithItsContext(t *testing.T) {
	s := start(t, []string{"a"}, func(context.Context, string, int) error { return store.ErrLeaseHeld })
	ctx, cancel := context.WithCancel(t.Context())
	s.Kick("a")
	done := make(chan error)
	go func() { done <- s.Wait(ctx, "a") }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := s.Wait(t.Context(), "unknown"); !errors.Is(err, store.ErrUnknownRun) {
		t.Fatal(err)
	}
}

func TestCloser_StopWaitsForTheWorkUnderWay(t *testing.T) {
	working, stopped := make(chan struct{}), false
	s := start(t, []string{"a"}, func(ctx context.Context, _ string, _ int) error {
		close(working)
		<-ctx.Done()
		stopped = true // the transaction under way is done
		return ctx.Err()
	})
	s.Kick("a")
	<-working
	s.stop()
	if !stopped {
		t.Fatal("Run returned before the work did")
	}
}

func TestCloser_RunsAtOnceAreBounded(t *testing.T) {
	var mu sync.Mutex
	now, most := 0, 0
	began, release := make(chan struct{}, 5), make(chan struct{})
	runIDs := []string{"a", "b", "c", "d", "e"}
	s := start(t, runIDs, func(context.Context, string, int) error {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		began <- struct{}{}
		<-release
		mu.Lock()
		now--
		mu.Unlock()
		return nil
	})
	s.ticks <- time.Time{}
	<-began
	<-began
	for range runIDs {
		release <- struct{}{}
	}
	for _, runID := range runIDs {
		if err := s.Wait(t.Context(), runID); err != nil {
			t.Fatal(err)
		}
	}
	if most != 2 {
		t.Fatalf("%d runs at once, want 2", most)
	}
}
