package worker_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"upline/server/worker"
	"upline/store"
)

// segments answers the steps of a Merger in turn.
type segments struct {
	answers []func() (int, error)
	steps   int
}

func (s *segments) MergeSellerSegments(context.Context) (int, error) {
	s.steps++
	return s.answers[s.steps-1]()
}

func TestMerger_StepsAtEveryTickAndRestsAfterATrouble(t *testing.T) {
	s := &segments{answers: []func() (int, error){
		func() (int, error) { return 1024, nil },
		func() (int, error) { return 0, store.ErrUnavailable },
		func() (int, error) { panic("slip") },
		func() (int, error) { return 0, nil },
	}}
	var log bytes.Buffer
	ticks, ended := make(chan time.Time), make(chan error)
	ctx, stop := context.WithCancel(t.Context())
	logger := slog.New(slog.NewTextHandler(&log, nil))
	go func() { ended <- worker.NewMerger(s, worker.MergerOptions{Logger: logger, Ticks: ticks}).Run(ctx) }()
	const rests = 50 // ticks after each of the two troubles
	for range len(s.answers) + 2*rests {
		ticks <- time.Time{}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if s.steps != len(s.answers) {
		t.Errorf("%d steps, want %d", s.steps, len(s.answers))
	}
	for _, text := range []string{"store: unavailable", "slip"} {
		if !strings.Contains(log.String(), text) {
			t.Errorf("the log does not say %q:\n%s", text, log.String())
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 2 {
		t.Errorf("%d lines are logged of two troubles:\n%s", n, log.String())
	}
}
