package worker_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"upline/server/worker"
	"upline/store"
)

// dues answers the looks of a Lapser in turn, and then that nothing is due.
type dues struct {
	answers []func(ctx context.Context) (int, []store.LapseFailure, error)
	looks   int
}

func (d *dues) LapseDue(ctx context.Context) (int, []store.LapseFailure, error) {
	d.looks++
	if d.looks <= len(d.answers) {
		return d.answers[d.looks-1](ctx)
	}
	return 0, nil, nil
}

// lapser runs a Lapser for so many looks and returns what it logged.
func lapser(t *testing.T, d *dues, looks int) string {
	t.Helper()
	var log bytes.Buffer
	ticks := make(chan time.Time)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		l := worker.NewLapser(d, worker.LapserOptions{Logger: slog.New(slog.NewTextHandler(&log, nil)), Ticks: ticks})
		ended <- l.Run(ctx)
	}()
	for range looks {
		ticks <- time.Time{}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return log.String()
}

func TestLapser_LooksAtEveryTickWhateverCameOfTheLast(t *testing.T) {
	d := &dues{answers: []func(context.Context) (int, []store.LapseFailure, error){
		func(context.Context) (int, []store.LapseFailure, error) { return 3, nil, nil },
		func(context.Context) (int, []store.LapseFailure, error) { panic("slip") },
		func(context.Context) (int, []store.LapseFailure, error) { return 0, nil, store.ErrLeaseHeld },
		func(context.Context) (int, []store.LapseFailure, error) {
			return 0, []store.LapseFailure{{Market: "DE", SaleID: "s1", Err: errors.New("broken")}}, nil
		},
		func(context.Context) (int, []store.LapseFailure, error) { return 0, nil, store.ErrUnavailable },
	}}
	log := lapser(t, d, 6)
	if d.looks != 6 {
		t.Errorf("%d looks in 6 ticks", d.looks)
	}
	for _, text := range []string{"services lapsed", "services=3", "slip", "sale_id=s1", "broken", "store: unavailable"} {
		if !strings.Contains(log, text) {
			t.Errorf("the log does not say %q:\n%s", text, log)
		}
	}
	if strings.Contains(log, store.ErrLeaseHeld.Error()) {
		t.Errorf("that another server looks is no news:\n%s", log)
	}
}

func TestLapser_StopWaitsForTheLookUnderWay(t *testing.T) {
	done := false
	d := &dues{answers: []func(context.Context) (int, []store.LapseFailure, error){
		func(ctx context.Context) (int, []store.LapseFailure, error) {
			<-ctx.Done()
			done = true // the transaction under way is done
			return 0, nil, ctx.Err()
		},
	}}
	if log := lapser(t, d, 1); !done || log != "" {
		t.Errorf("done %t, log %q", done, log)
	}
}
