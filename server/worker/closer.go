package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"upline/store"
)

// Runs is what a Closer needs of a store.
type Runs interface {
	// WorkRun carries a run to its end, or to where it waits to be confirmed, or returns store.ErrLeaseHeld while another works on it.
	WorkRun(ctx context.Context, runID string) (store.Run, error)
	GetRun(ctx context.Context, runID string) (store.Run, error)
	UnfinishedRuns(ctx context.Context) ([]string, error)
}

// Options are what a Closer is made with.
type Options struct {
	// Logger takes a line for every run that ends or fails. Required.
	Logger *slog.Logger
	// Ticks say when to look for runs that nobody works on; nil stands for every two seconds.
	Ticks <-chan time.Time
	// RunsMax bounds the runs that are worked on at once, as each holds its period in memory; 0 stands for 2.
	RunsMax int
}

const (
	lookEvery      = 2 * time.Second
	runsMaxDefault = 2
	// pollEvery is how often Wait asks for a run that another server may be working on.
	pollEvery = 200 * time.Millisecond
	// ticksSkippedMax bounds how long a run that failed again and again is left alone.
	ticksSkippedMax = 64
)

// Closer carries runs to their end in the background: those that were started here, and those that another server left unfinished.
// It is safe for concurrent use.
type Closer struct {
	runs    Runs
	options Options
	slots   chan struct{}
	kicked  chan struct{} // something is in asked

	mu      sync.Mutex
	asked   map[string]bool
	tries   map[string]*try
	changed chan struct{} // closed when a try ends
}

// try is what became of the work on a run here.
type try struct {
	working  bool
	failures int
	skip     int // ticks that it is left alone for
	err      error
}

// NewCloser returns a Closer that does nothing until Run is called.
func NewCloser(runs Runs, options Options) *Closer {
	if options.RunsMax == 0 {
		options.RunsMax = runsMaxDefault
	}
	return &Closer{
		runs: runs, options: options,
		slots: make(chan struct{}, options.RunsMax), kicked: make(chan struct{}, 1),
		asked: map[string]bool{}, tries: map[string]*try{}, changed: make(chan struct{}),
	}
}

// Run works until ctx ends, and returns when the last transaction under way is done. It is called once.
func (c *Closer) Run(ctx context.Context) error {
	ticks := c.options.Ticks
	if ticks == nil {
		ticker := time.NewTicker(lookEvery)
		defer ticker.Stop()
		ticks = ticker.C
	}
	var group sync.WaitGroup
	defer group.Wait()
	for {
		var runIDs []string
		select {
		case <-ctx.Done():
			return nil
		case <-c.kicked:
			runIDs = c.takeAsked()
		case <-ticks:
			unfinished, err := c.runs.UnfinishedRuns(ctx)
			if err != nil {
				if ctx.Err() == nil {
					c.options.Logger.Warn("unfinished runs could not be listed", "cause", err.Error())
				}
				continue
			}
			runIDs = c.due(unfinished)
		}
		for _, runID := range runIDs {
			if c.begin(runID) {
				group.Go(func() { c.work(ctx, runID) })
			}
		}
	}
}

// Kick asks that a run is worked on now, also when it failed a moment ago. It returns at once.
func (c *Closer) Kick(runID string) {
	c.mu.Lock()
	c.asked[runID] = true
	if t := c.tries[runID]; t != nil {
		t.err = nil
	}
	c.mu.Unlock()
	select {
	case c.kicked <- struct{}{}:
	default:
	}
}

// Wait returns nil when the run is posted, by whomever, or waits to be confirmed. It returns the error of ctx when that ends first, and the error of the work
// on the run here when trying again would not mend it.
func (c *Closer) Wait(ctx context.Context, runID string) error {
	for {
		c.mu.Lock()
		changed := c.changed
		var failure error
		if t := c.tries[runID]; t != nil {
			failure = t.err
		}
		c.mu.Unlock()
		run, err := c.runs.GetRun(ctx, runID)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !passing(err):
			return err
		case err == nil && (run.State == store.RunPosted || run.State == store.RunWaiting):
			return nil
		case err == nil && run.State == store.RunCancelled:
			return &store.Refusal{Kind: store.ErrRunCancelled, IDs: []string{"run_id", runID}, Remedy: "start the run anew with RunPeriod"}
		case failure != nil:
			return failure
		}
		select {
		case <-changed:
		case <-time.After(pollEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *Closer) takeAsked() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	runIDs := make([]string, 0, len(c.asked))
	for runID := range c.asked {
		runIDs = append(runIDs, runID)
	}
	clear(c.asked)
	return runIDs
}

// due returns those of the unfinished runs that are not left alone for having failed, and forgets the others.
func (c *Closer) due(unfinished []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	open := make(map[string]bool, len(unfinished))
	var runIDs []string
	for _, runID := range unfinished {
		open[runID] = true
		t := c.tries[runID]
		if t != nil && t.skip > 0 {
			t.skip--
			continue
		}
		runIDs = append(runIDs, runID)
	}
	for runID, t := range c.tries {
		if !open[runID] && !t.working {
			delete(c.tries, runID)
		}
	}
	return runIDs
}

// begin marks a run as worked on here. It is false when it is already.
func (c *Closer) begin(runID string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.tries[runID]
	if t == nil {
		t = &try{}
		c.tries[runID] = t
	}
	if t.working {
		return false
	}
	t.working = true
	return true
}

func (c *Closer) work(ctx context.Context, runID string) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		c.end(runID, ctx.Err())
		return
	}
	run, err := c.try(ctx, runID)
	switch {
	case err == nil && run.State == store.RunWaiting:
		c.options.Logger.Warn("run waits to be confirmed", "run_id", runID, "attempt", run.Attempt, "distributors", run.Distributors, "lines", run.LineCount)
	case err == nil:
		c.options.Logger.Info("run posted", "run_id", runID, "attempt", run.Attempt, "distributors", run.Distributors, "lines", run.LineCount)
	case errors.Is(err, store.ErrTakenOver):
		c.options.Logger.Warn("run was taken over by another server, and nothing was written since", "run_id", runID)
	case errors.Is(err, store.ErrLeaseHeld), errors.Is(err, store.ErrRunCancelled), ctx.Err() != nil:
	default:
		c.options.Logger.Error("run failed and will be tried again", "run_id", runID, "cause", err.Error())
	}
	c.end(runID, err)
}

// try works on a run. A fault in it is an error like another.
func (c *Closer) try(ctx context.Context, runID string) (run store.Run, err error) {
	defer faultAsError(&err, "run "+runID)
	return c.runs.WorkRun(ctx, runID)
}

// end notes what became of a try and wakes those who wait. After the k-th failure in a row a run is left alone for 2ᵏ−1 ticks.
func (c *Closer) end(runID string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.tries[runID]
	t.working, t.err = false, nil
	switch {
	case err == nil, errors.Is(err, store.ErrLeaseHeld), errors.Is(err, store.ErrRunCancelled):
		t.failures, t.skip = 0, 0
	default:
		t.failures = min(t.failures+1, 30)
		t.skip = min(1<<t.failures-1, ticksSkippedMax)
		if !passing(err) {
			t.err = err
		}
	}
	close(c.changed)
	c.changed = make(chan struct{})
}

// passing tells errors that mend themselves.
func passing(err error) bool {
	for _, kind := range []error{store.ErrUnavailable, store.ErrAmbiguous, store.ErrLeaseHeld, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
