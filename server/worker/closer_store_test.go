package worker_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"upline/calc"
	"upline/server/worker"
	"upline/store"
	"upline/store/storetest"
)

// TestCloser_ServersOnOneDatabaseCloseAPeriodTogether lets three servers work on one run, the first of which is shut down while it
// writes.
func TestCloser_ServersOnOneDatabaseCloseAPeriodTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		plan := &calc.Plan{
			ID: "plan", Currency: "USD", MinorDigits: 2, Location: time.UTC, Main: calc.Monthly,
			ValidFromUS: time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC).UnixMicro(),
			Rounding:    calc.Rounding{StepMinor: 1}, PointValue: calc.One, Ranks: []calc.Rank{{Name: "member"}},
		}
		open := func(engine store.Engine, owner string) *store.Store {
			return store.New(engine, store.Options{
				Clock:   func() time.Time { return time.Date(2026, time.February, 2, 0, 0, 0, 0, time.UTC) },
				Compile: func(string) (*calc.Plan, error) { return plan, nil },
				Owner:   owner, ChunkRows: 1,
			})
		}
		s := open(engine, "front")
		network := []store.NewDistributor{}
		for i := range 10 {
			network = append(network, store.NewDistributor{DistributorID: fmt.Sprint("d", i), PlanID: "plan", Market: "US", EnrolledAtUS: plan.ValidFromUS})
		}
		for _, step := range []func() error{
			func() error {
				_, err := s.PutMarket(t.Context(), store.Market{Market: "US", Region: "us", Name: "United States"})
				return err
			},
			func() error {
				_, err := s.PublishPlan(t.Context(), store.NewPlan{Plan: plan, Name: "Plan", Source: "plan"})
				return err
			},
			func() error { _, err := s.Enroll(t.Context(), network); return err },
		} {
			if err := step(); err != nil {
				t.Fatal(err)
			}
		}
		run, err := s.StartRun(t.Context(), "plan", 0, "2026-01")
		if err != nil {
			t.Fatal(err)
		}

		// The first server is told to stop at its third chunk.
		first, stop := context.WithCancel(t.Context())
		chunks := 0
		stopping := storetest.Faulty(engine, func(name string, _ int64) error {
			if name == "run_chunk" {
				if chunks++; chunks == 3 {
					stop()
				}
			}
			return nil
		})
		logger := slog.New(slog.DiscardHandler)
		doomed := worker.NewCloser(open(stopping, "first"), worker.Options{Logger: logger, Ticks: make(chan time.Time)})
		doomed.Kick(run.RunID)
		if err := doomed.Run(first); err != nil {
			t.Fatal(err)
		}
		halfway, err := s.GetRun(t.Context(), run.RunID)
		if err != nil || halfway.ChunksDone != 3 || halfway.ChunksTotal != 10 {
			t.Fatalf("%+v, %v", halfway, err)
		}

		ctx, end := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for i := range 2 {
			ticks := make(chan time.Time, 1)
			ticks <- time.Time{} // nobody kicks: the run is found
			closer := worker.NewCloser(open(engine, fmt.Sprint("server-", i)), worker.Options{Logger: logger, Ticks: ticks})
			group.Go(func() {
				if err := closer.Run(ctx); err != nil {
					t.Error(err)
				}
			})
			if err := closer.Wait(t.Context(), run.RunID); err != nil {
				t.Error(err)
			}
		}
		end()
		group.Wait()
		posted, err := s.GetRun(t.Context(), run.RunID)
		if err != nil || posted.State != store.RunPosted || posted.Attempt != 1 || posted.ChunksDone != 10 {
			t.Fatalf("%+v, %v", posted, err)
		}
	})
}
