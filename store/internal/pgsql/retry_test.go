package pgsql

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"upline/store"
)

var errFailed = errors.New("failed on purpose")

// failing returns an attempt that fails in a class so many times, and then succeeds.
func failing(class Class, times int) (attempt func() (Class, error), runs *int) {
	runs = new(int)
	return func() (Class, error) {
		if *runs++; *runs <= times {
			return class, errFailed
		}
		return Final, nil
	}, runs
}

func TestRetry_RunsAgainByClass(t *testing.T) {
	limits := Limits{Attempts: 8, Time: time.Minute}
	for _, c := range []struct {
		class       Class
		fails, runs int
		retries     int64
		want        error
	}{
		{Final, 0, 1, 0, nil},
		{Final, 1, 1, 0, errFailed},
		{Conflict, 7, 8, 7, nil},
		{Conflict, 8, 8, 8, store.ErrUnavailable},
		{Stale, 1, 2, 1, nil},
		{Taken, takenMax, takenMax + 1, takenMax, nil},
		{Taken, takenMax + 1, takenMax + 1, takenMax, errFailed},
		{Lost, lostMax, lostMax + 1, 0, nil},
		{Lost, lostMax + 1, lostMax + 1, 0, errFailed},
	} {
		var counts Counts
		attempt, runs := failing(c.class, c.fails)
		err := counts.Retry(t.Context(), limits, "test", attempt)
		if (err == nil) != (c.want == nil) || !errors.Is(err, c.want) {
			t.Errorf("class %d, %d failures: %v, want %v", c.class, c.fails, err, c.want)
		}
		if *runs != c.runs || counts.Stats().Retries != c.retries {
			t.Errorf("class %d, %d failures: %d runs and %d retries, want %d and %d",
				c.class, c.fails, *runs, counts.Stats().Retries, c.runs, c.retries)
		}
	}
}

func TestRetry_AmbiguousIsNeverRunAgain(t *testing.T) {
	var counts Counts
	runs := 0
	err := counts.Retry(t.Context(), Limits{Attempts: 8, Time: time.Minute}, "test", func() (Class, error) {
		runs++
		return Conflict, fmt.Errorf("%w: %w", store.ErrAmbiguous, errFailed)
	})
	if !errors.Is(err, store.ErrAmbiguous) || runs != 1 || counts.Stats().Ambiguous != 1 {
		t.Errorf("after %d runs: %v, counted %+v", runs, err, counts.Stats())
	}
}

func TestRetry_IsBoundedInTime(t *testing.T) {
	var counts Counts
	attempt, _ := failing(Conflict, 1<<30)
	err := counts.Retry(t.Context(), Limits{Attempts: 1 << 30, Time: 20 * time.Millisecond}, "test", attempt)
	if !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, errFailed) {
		t.Errorf("got %v, want store.ErrUnavailable and the last error", err)
	}
}

func TestRetry_EndsWithItsContext(t *testing.T) {
	var counts Counts
	ctx, cancel := context.WithCancel(t.Context())
	runs := 0
	err := counts.Retry(ctx, Limits{Attempts: 1 << 30, Time: time.Hour}, "test", func() (Class, error) {
		if runs++; runs == 3 {
			cancel()
		}
		return Conflict, errFailed
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after %d runs: %v, want the context's error", runs, err)
	}
}
