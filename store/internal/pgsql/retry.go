package pgsql

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"upline/store"
)

// Counts are what an engine counts.
type Counts struct {
	Commits, Retries, Ambiguous atomic.Int64
}

// Stats returns the counts.
func (c *Counts) Stats() store.Stats {
	return store.Stats{Commits: c.Commits.Load(), Retries: c.Retries.Load(), Ambiguous: c.Ambiguous.Load()}
}

// Limits bound how often and how long a transaction is run again.
type Limits struct {
	Attempts int
	Time     time.Duration
}

const (
	takenMax = 5 // a closure that violates a unique key that often is mistaken, not unlucky
	lostMax  = 3
	pauseMin = time.Millisecond
	pauseMax = 100 * time.Millisecond
)

// Retry calls attempt until it succeeds, its error is final, or the limits are reached, with pauses that grow and are jittered.
func (c *Counts) Retry(ctx context.Context, limits Limits, name string, attempt func() (Class, error)) error {
	var expired <-chan time.Time
	taken, lost := 0, 0
	pause := pauseMin
	for n := 1; ; n++ {
		class, err := attempt()
		if err == nil {
			return nil
		}
		if errors.Is(err, store.ErrAmbiguous) {
			c.Ambiguous.Add(1)
			return fmt.Errorf("%s: %w", name, err)
		}
		switch class {
		case Final:
			return err
		case Lost:
			if lost++; lost > lostMax {
				return fmt.Errorf("%s: %w", name, err)
			}
		case Taken:
			if taken++; taken > takenMax {
				return fmt.Errorf("%s: %w", name, err)
			}
			c.Retries.Add(1)
		case Conflict, Stale:
			c.Retries.Add(1)
		}
		if n >= limits.Attempts {
			return fmt.Errorf("%s: %w: %d attempts: %w", name, store.ErrUnavailable, n, err)
		}
		if expired == nil {
			expired = time.After(limits.Time)
		}
		select {
		case <-time.After(rand.N(pause)):
		case <-expired:
			return fmt.Errorf("%s: %w: %d attempts in %v: %w", name, store.ErrUnavailable, n, limits.Time, err)
		case <-ctx.Done():
			return fmt.Errorf("%s: after %d attempts: %w: %w", name, n, ctx.Err(), err)
		}
		pause = min(2*pause, pauseMax)
	}
}
