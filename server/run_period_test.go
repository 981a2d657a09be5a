package server

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

const (
	october = "2026-10"
	closing = uplinev1.RunMode_RUN_MODE_CLOSE
)

// slowCloser works on a run only when it is let go.
type slowCloser struct {
	store  *store.Store
	kicked atomic.Int64
	let    chan struct{}
	err    error
}

func (c *slowCloser) Kick(string) { c.kicked.Add(1) }

func (c *slowCloser) Wait(ctx context.Context, runID string) error {
	if c.err != nil {
		return c.err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-c.let:
		_, err := c.store.WorkRun(ctx, runID)
		return err
	}
}

// inNovember is a world where October is over, has a sale, and its September is closed.
func inNovember(t *testing.T, change func(*Options)) *world {
	t.Helper()
	w := newWorldWith(t, change, nil).found()
	w.ok("CommissionService/RecordSale", sale("s1", "bert", "kit"))
	run, err := w.store.StartRun(t.Context(), "main", 0, "2026-09")
	if err == nil {
		_, err = w.store.WorkRun(t.Context(), run.RunID)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.clock.set(time.Date(2026, time.November, 2, 0, 0, 0, 0, time.UTC))
	return w
}

func TestRunPeriod_PreviewChangesNothingAndAgreesWithTheClose(t *testing.T) {
	w := inNovember(t, nil)
	c := w.commission()
	before := w.dump()
	preview, err := c.RunPeriod(t.Context(), &uplinev1.RunPeriodRequest{PlanId: "main", Period: october, Mode: uplinev1.RunMode_RUN_MODE_PREVIEW})
	if err != nil {
		t.Fatal(err)
	}
	if after := w.dump(); after != before {
		t.Errorf("a preview changed: %s", firstDifference(before, after))
	}
	p := preview.GetRun()
	if p.GetRunId() != "" || p.GetMode() != uplinev1.RunMode_RUN_MODE_PREVIEW || p.GetState() != uplinev1.RunState_RUN_STATE_PREVIEWED {
		t.Errorf("preview: %v", p)
	}
	closed, err := c.RunPeriod(t.Context(), &uplinev1.RunPeriodRequest{PlanId: "main", Cadence: uplinev1.Cadence_CADENCE_MONTHLY, Period: october, Mode: closing})
	if err != nil {
		t.Fatal(err)
	}
	run := closed.GetRun()
	if run.GetState() != uplinev1.RunState_RUN_STATE_POSTED || run.GetMode() != closing || run.GetRunId() == "" || run.GetPostedAt() == nil {
		t.Errorf("close: %v", run)
	}
	if run.GetLineCount() == 0 || run.GetLineCount() != p.GetLineCount() || run.GetVolume() != p.GetVolume() || len(run.GetTotals()) != len(p.GetTotals()) {
		t.Errorf("preview\n%v\nclose\n%v", p, run)
	}
	for i, total := range run.GetTotals() {
		if !proto.Equal(total, p.GetTotals()[i]) {
			t.Errorf("preview %v, close %v", p.GetTotals()[i], total)
		}
	}
	again, err := c.RunPeriod(t.Context(), &uplinev1.RunPeriodRequest{PlanId: "main", Period: october, Mode: closing})
	if err != nil || !proto.Equal(again.GetRun(), run) {
		t.Errorf("again: %v, %v", again, err)
	}
}

func TestRunPeriod_AnswersWithTheRunUnderWayWhenPatienceEnds(t *testing.T) {
	closer := &slowCloser{let: make(chan struct{})}
	w := inNovember(t, func(o *Options) { o.Closer = closer })
	closer.store = w.store
	c := w.commission(connect.WithGRPC())
	request := func(wait *durationpb.Duration) *uplinev1.RunPeriodRequest {
		return &uplinev1.RunPeriodRequest{PlanId: "main", Period: october, Mode: closing, Wait: wait}
	}
	running := func(ctx context.Context, wait *durationpb.Duration) string {
		t.Helper()
		r, err := c.RunPeriod(ctx, request(wait))
		if err != nil || r.GetRun().GetState() != uplinev1.RunState_RUN_STATE_RUNNING {
			t.Fatalf("%v, %v", r, err)
		}
		return r.GetRun().GetRunId()
	}
	first := running(t.Context(), durationpb.New(0))
	if second := running(t.Context(), durationpb.New(time.Millisecond)); second != first {
		t.Errorf("runs %s and %s", first, second)
	}
	// A deadline before the end of the patience is met with an answer, too.
	soon, cancel := context.WithTimeout(t.Context(), answerTime+50*time.Millisecond)
	defer cancel()
	if third := running(soon, nil); third != first {
		t.Errorf("runs %s and %s", first, third)
	}
	if got := closer.kicked.Load(); got != 3 {
		t.Errorf("kicked %d times", got)
	}
	close(closer.let)
	r, err := c.RunPeriod(t.Context(), request(durationpb.New(30*time.Second)))
	if err != nil || r.GetRun().GetState() != uplinev1.RunState_RUN_STATE_POSTED || r.GetRun().GetRunId() != first {
		t.Fatalf("%v, %v", r, err)
	}
}

func TestRunPeriod_SaysThatARunCannotGoOn(t *testing.T) {
	closer := &slowCloser{err: errors.New("rows contradict each other")}
	w := inNovember(t, func(o *Options) { o.Closer = closer })
	_, err := w.commission().RunPeriod(t.Context(), &uplinev1.RunPeriodRequest{PlanId: "main", Period: october, Mode: closing})
	refused(t, err).is(t, connect.CodeInternal, uplinev1.ErrorReason_ERROR_REASON_INTERNAL, "")
}
