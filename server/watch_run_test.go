package server

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

const octoberRun = "main/monthly/2026-10"

// startOctober fences October and leaves its run to whoever works on it.
func startOctober(t *testing.T, w *world) {
	t.Helper()
	if _, err := w.store.StartRun(t.Context(), "main", 0, october); err != nil {
		t.Fatal(err)
	}
}

func TestWatchRun_FollowsARunToItsEndInEveryProtocol(t *testing.T) {
	for name, options := range protocols {
		t.Run(name, func(t *testing.T) {
			w := inNovember(t, nil)
			startOctober(t, w)
			stream, err := w.commission(options...).WatchRun(t.Context(), &uplinev1.WatchRunRequest{RunId: octoberRun})
			if err != nil {
				t.Fatal(err)
			}
			defer stream.Close()
			if !stream.Receive() || stream.Msg().GetRun().GetState() != uplinev1.RunState_RUN_STATE_RUNNING {
				t.Fatalf("first answer: %v, %v", stream.Msg(), stream.Err())
			}
			if _, err := w.store.WorkRun(t.Context(), octoberRun); err != nil {
				t.Fatal(err)
			}
			last := stream.Msg().GetRun()
			for stream.Receive() {
				last = stream.Msg().GetRun()
			}
			if stream.Err() != nil || last.GetState() != uplinev1.RunState_RUN_STATE_POSTED || last.GetPhase() != uplinev1.RunPhase_RUN_PHASE_DONE {
				t.Errorf("the watch ended with %v, %v", last, stream.Err())
			}
		})
	}
}

func TestWatchRun_GRPCGo(t *testing.T) {
	w := inNovember(t, nil)
	startOctober(t, w)
	if _, err := w.store.WorkRun(t.Context(), octoberRun); err != nil {
		t.Fatal(err)
	}
	stream, err := uplinev1.NewCommissionServiceClient(w.grpc()).WatchRun(t.Context(), &uplinev1.WatchRunRequest{RunId: octoberRun})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := stream.Recv()
	if err != nil || answer.GetRun().GetState() != uplinev1.RunState_RUN_STATE_POSTED {
		t.Fatalf("%v, %v", answer, err)
	}
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("the stream of a posted run goes on: %v", err)
	}
}

func TestWatchRun_Refusals(t *testing.T) {
	for name, options := range protocols {
		t.Run(name, func(t *testing.T) {
			w := inNovember(t, nil)
			for id, want := range map[string]struct {
				code   connect.Code
				reason uplinev1.ErrorReason
			}{
				"":                       {connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD},
				strings.Repeat("x", 129): {connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD},
				"main/monthly/2030-01":   {connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_RUN},
			} {
				stream, err := w.commission(options...).WatchRun(t.Context(), &uplinev1.WatchRunRequest{RunId: id})
				if err == nil {
					for stream.Receive() {
						t.Errorf("run %q: %v", id, stream.Msg())
					}
					err = stream.Err()
					_ = stream.Close()
				}
				refused(t, err).is(t, want.code, want.reason, "run_id")
			}
		})
	}
}

func TestWatchRun_UnknownJSONFieldIsRefused(t *testing.T) {
	w := inNovember(t, nil)
	body := `{"runID":"x"}`
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/upline.v1.CommissionService/WatchRun",
		strings.NewReader("\x00\x00\x00\x00"+string(rune(len(body)))+body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/connect+json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || !strings.Contains(string(answer), "ERROR_REASON_UNKNOWN_FIELD") {
		t.Errorf("%s, %v", answer, err)
	}
}

func TestWatchRun_EndsWithTheServer(t *testing.T) {
	w := inNovember(t, nil)
	startOctober(t, w)
	stream, err := w.commission().WatchRun(t.Context(), &uplinev1.WatchRunRequest{RunId: octoberRun})
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	if !stream.Receive() {
		t.Fatal(stream.Err())
	}
	w.server.readiness.stop()
	for stream.Receive() {
	}
	refused(t, stream.Err()).is(t, connect.CodeUnavailable, uplinev1.ErrorReason_ERROR_REASON_RETRY, "")
}

func TestWatchRun_LastsNoLongerThanTheLongestCall(t *testing.T) {
	w := inNovember(t, func(o *Options) { o.TimeoutDefault, o.TimeoutMax = 300*time.Millisecond, 300*time.Millisecond })
	startOctober(t, w)
	stream, err := w.commission().WatchRun(t.Context(), &uplinev1.WatchRunRequest{RunId: octoberRun})
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	answers := 0
	for stream.Receive() {
		answers++
	}
	if answers == 0 {
		t.Error("nothing was answered")
	}
	refused(t, stream.Err()).is(t, connect.CodeUnavailable, uplinev1.ErrorReason_ERROR_REASON_RETRY, "")
}

func TestCancelRun_OpensThePeriodAndIsRepeatable(t *testing.T) {
	w := inNovember(t, nil)
	startOctober(t, w)
	c := w.commission()
	for range 2 {
		cancelled, err := c.CancelRun(t.Context(), &uplinev1.CancelRunRequest{RunId: octoberRun})
		if err != nil || cancelled.GetRun().GetState() != uplinev1.RunState_RUN_STATE_CANCELLED {
			t.Fatalf("%v, %v", cancelled, err)
		}
	}
	periods, _, err := w.store.ListPeriods(t.Context(), "main", 0, "", 10)
	if err != nil || periods[1].Key.Name != october || periods[1].State != store.PeriodOpen {
		t.Errorf("%+v, %v", periods, err)
	}
	closed, err := c.RunPeriod(t.Context(), &uplinev1.RunPeriodRequest{PlanId: "main", Period: october, Mode: closing})
	if err != nil || closed.GetRun().GetState() != uplinev1.RunState_RUN_STATE_POSTED {
		t.Fatalf("%v, %v", closed, err)
	}
	_, err = c.CancelRun(t.Context(), &uplinev1.CancelRunRequest{RunId: octoberRun})
	refused(t, err).is(t, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_RUN_POSTED, "run_id")
	_, err = c.CancelRun(t.Context(), &uplinev1.CancelRunRequest{RunId: "main/monthly/2030-01"})
	refused(t, err).is(t, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_RUN, "run_id")
}
