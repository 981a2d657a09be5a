package server

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	uplinev1 "upline/api/upline/v1"
)

const tooLarge = uplinev1.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE

func TestRequestSize_FiveMegabytesAreRefusedInEveryProtocol(t *testing.T) {
	w := newWorld(t)
	big := &uplinev1.ValidatePlanRequest{Source: strings.Repeat("x", 5<<20)}
	for name, options := range protocols {
		if name == "connect get" {
			continue // A URL of that size is refused by HTTP itself.
		}
		client := connect.NewClient[uplinev1.ValidatePlanRequest, uplinev1.ValidatePlanResponse](
			w.http2(), w.url+"/upline.v1.PlanService/ValidatePlan", options...)
		_, err := client.CallUnary(t.Context(), connect.NewRequest(big))
		t.Run(name, func(t *testing.T) { refused(t, err).is(t, connect.CodeResourceExhausted, tooLarge, "") })
	}
	t.Run("compressed", func(t *testing.T) {
		for name, options := range protocols {
			client := connect.NewClient[uplinev1.ValidatePlanRequest, uplinev1.ValidatePlanResponse](
				w.http2(), w.url+"/upline.v1.PlanService/ValidatePlan", append(options, connect.WithSendGzip())...)
			if name == "connect get" {
				continue
			}
			_, err := client.CallUnary(t.Context(), connect.NewRequest(big))
			refused(t, err).is(t, connect.CodeResourceExhausted, tooLarge, "")
		}
	})
	t.Run("grpc-go", func(t *testing.T) {
		_, err := uplinev1.NewPlanServiceClient(w.grpc()).ValidatePlan(t.Context(), big)
		refusedGRPC(t, err).is(t, connect.CodeResourceExhausted, tooLarge, "")
	})
	t.Run("http/1.1", func(t *testing.T) {
		r := w.post("PlanService/ValidatePlan", `{"source":"`+big.GetSource()+`"}`)
		if r.status != http.StatusTooManyRequests {
			t.Errorf("status %d", r.status)
		}
		refusedJSON(t, r).is(t, connect.CodeResourceExhausted, tooLarge, "")
	})
}

// refusedGRPC reads the error of a grpc-go client.
func refusedGRPC(t testing.TB, err error) refusal {
	t.Helper()
	s, ok := status.FromError(err)
	if !ok || s.Code() == codes.OK {
		t.Fatalf("no gRPC error: %v", err)
	}
	for _, d := range s.Details() {
		if detail, ok := d.(*uplinev1.ErrorDetail); ok {
			return refusal{connect.Code(s.Code()), s.Message(), detail}
		}
	}
	t.Fatalf("the error has no ErrorDetail: %v", err)
	return refusal{}
}

func TestDeadline_ServersOwnEndsACallThatBringsNone(t *testing.T) {
	engine, wrap := hook()
	w := newWorldWith(t, func(o *Options) { o.TimeoutDefault = 30 * time.Millisecond }, wrap)
	engine.set(func(ctx context.Context, _ string) error {
		<-ctx.Done()
		return ctx.Err()
	})
	for name, options := range protocols {
		_, err := w.catalog(options...).ListVendors(t.Context(), &uplinev1.ListVendorsRequest{})
		t.Run(name, func(t *testing.T) {
			refused(t, err).is(t, connect.CodeDeadlineExceeded, uplinev1.ErrorReason_ERROR_REASON_DEADLINE, "")
		})
	}
}

func TestDeadline_LongestIsCutToTheServers(t *testing.T) {
	engine, wrap := hook()
	w := newWorldWith(t, func(o *Options) { o.TimeoutDefault, o.TimeoutMax = time.Second, time.Minute }, wrap)
	left := make(chan time.Duration, 1)
	engine.set(func(ctx context.Context, _ string) error {
		deadline, _ := ctx.Deadline()
		left <- time.Until(deadline)
		return nil
	})
	for _, c := range []struct{ asked, want time.Duration }{{0, time.Second}, {time.Hour, time.Minute}, {20 * time.Second, 20 * time.Second}} {
		ctx, cancel := t.Context(), context.CancelFunc(func() {})
		if c.asked > 0 {
			ctx, cancel = context.WithTimeout(ctx, c.asked)
		}
		if _, err := w.catalog().ListVendors(ctx, &uplinev1.ListVendorsRequest{}); err != nil {
			t.Fatal(err)
		}
		cancel()
		if got := <-left; got > c.want || got < c.want-500*time.Millisecond {
			t.Errorf("asked %v: the handler had %v, want %v", c.asked, got, c.want)
		}
	}
}

func TestPanic_IsAnsweredAsInternalAndLoggedWithItsStack(t *testing.T) {
	engine, wrap := hook()
	w := newWorldWith(t, nil, wrap)
	const secret = "postgres://upline:hunter2@db"
	engine.set(func(context.Context, string) error { panic(secret) })
	for name, options := range protocols {
		_, err := w.catalog(options...).ListVendors(t.Context(), &uplinev1.ListVendorsRequest{})
		r := refused(t, err)
		t.Run(name, func(t *testing.T) { r.is(t, connect.CodeInternal, uplinev1.ErrorReason_ERROR_REASON_INTERNAL, "") })
		if strings.Contains(err.Error()+r.detail.String(), "hunter2") {
			t.Errorf("%s: the panic's text reached the client: %v", name, err)
		}
		log := w.log.String()
		if !strings.Contains(log, r.detail.GetRequestId()) || !strings.Contains(log, secret) || !strings.Contains(log, "list_vendors.go") {
			t.Errorf("%s: the log does not have the request id, the value and the stack:\n%s", name, log)
		}
	}
	// The server goes on.
	engine.hook.Store(nil)
	if _, err := w.catalog().ListVendors(t.Context(), &uplinev1.ListVendorsRequest{}); err != nil {
		t.Error(err)
	}
}

func TestPanic_OutsideOfAHandlerIsAnswered(t *testing.T) {
	w := &world{t: t, log: &lines{}}
	handler := withAnswers(withRecovery(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("gate") })))
	w.serve(withCall(nil, handler))
	refusedJSON(t, w.post("CatalogService/ListVendors", "{}")).is(t, connect.CodeInternal, uplinev1.ErrorReason_ERROR_REASON_INTERNAL, "")
	conn := w.grpc()
	_, err := uplinev1.NewCatalogServiceClient(conn).ListVendors(t.Context(), &uplinev1.ListVendorsRequest{}, grpc.WaitForReady(true))
	refusedGRPC(t, err).is(t, connect.CodeInternal, uplinev1.ErrorReason_ERROR_REASON_INTERNAL, "")
}
