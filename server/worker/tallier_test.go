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

// tallies answers the looks of a Tallier in turn.
type tallies struct {
	answers []func() (int, error)
	looks   int
}

func (s *tallies) Tally(context.Context) (int, error) {
	s.looks++
	return s.answers[s.looks-1]()
}

func TestTallier_LooksAtEveryTickWhateverCameOfTheLast(t *testing.T) {
	s := &tallies{answers: []func() (int, error){
		func() (int, error) { return 3, nil },
		func() (int, error) { panic("slip") },
		func() (int, error) { return 0, store.ErrUnavailable },
		func() (int, error) { return 0, nil },
	}}
	var log bytes.Buffer
	ticks, ended := make(chan time.Time), make(chan error)
	ctx, stop := context.WithCancel(t.Context())
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	go func() { ended <- worker.NewTallier(s, worker.TallierOptions{Logger: logger, Ticks: ticks}).Run(ctx) }()
	for range s.answers {
		ticks <- time.Time{}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if s.looks != len(s.answers) {
		t.Errorf("%d looks in %d ticks", s.looks, len(s.answers))
	}
	for _, text := range []string{"lines summed up", "distributors=3", "slip", "store: unavailable"} {
		if !strings.Contains(log.String(), text) {
			t.Errorf("the log does not say %q:\n%s", text, log.String())
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 3 {
		t.Errorf("%d lines are logged of 4 looks, one of which found nothing:\n%s", n, log.String())
	}
}
