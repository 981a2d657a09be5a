package server

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/url"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// The mapping of every sentinel, in the order of store/errors.go.
var mapped = []struct {
	name   string
	err    error
	code   connect.Code
	reason uplinev1.ErrorReason
}{
	{"ErrUnavailable", store.ErrUnavailable, connect.CodeUnavailable, uplinev1.ErrorReason_ERROR_REASON_RETRY},
	{"ErrAmbiguous", store.ErrAmbiguous, connect.CodeAborted, uplinev1.ErrorReason_ERROR_REASON_RETRY},
	{"ErrSchema", store.ErrSchema, connect.CodeUnavailable, uplinev1.ErrorReason_ERROR_REASON_RETRY},
	{"ErrCorrupt", store.ErrCorrupt, connect.CodeInternal, uplinev1.ErrorReason_ERROR_REASON_INTERNAL},
	{"ErrUnknownMarket", store.ErrUnknownMarket, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_MARKET},
	{"ErrUnknownDistributor", store.ErrUnknownDistributor, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_DISTRIBUTOR},
	{"ErrUnknownProduct", store.ErrUnknownProduct, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_PRODUCT},
	{"ErrUnknownVendor", store.ErrUnknownVendor, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_VENDOR},
	{"ErrUnknownSale", store.ErrUnknownSale, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_SALE},
	{"ErrUnknownPlan", store.ErrUnknownPlan, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_PLAN},
	{"ErrUnknownRun", store.ErrUnknownRun, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_RUN},
	{"ErrUnknownPeriod", store.ErrUnknownPeriod, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_PERIOD},
	{"ErrIDReused", store.ErrIDReused, connect.CodeAlreadyExists, uplinev1.ErrorReason_ERROR_REASON_ID_REUSED},
	{"ErrPlaceTaken", store.ErrPlaceTaken, connect.CodeAlreadyExists, uplinev1.ErrorReason_ERROR_REASON_PLACE_TAKEN},
	{"ErrPeriodNotOver", store.ErrPeriodNotOver, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_PERIOD_NOT_OVER},
	{"ErrEarlierPeriodOpen", store.ErrEarlierPeriodOpen, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_EARLIER_PERIOD_OPEN},
	{"ErrPeriodClosed", store.ErrPeriodClosed, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_PERIOD_CLOSED},
	{"ErrNetworkCycle", store.ErrNetworkCycle, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_NETWORK_CYCLE},
	{"ErrTerminated", store.ErrTerminated, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_DISTRIBUTOR_TERMINATED},
	{"ErrNetworkRule", store.ErrNetworkRule, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_NETWORK_RULE},
	{"ErrPlanOverlap", store.ErrPlanOverlap, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_PLAN_OVERLAP},
	{"ErrTimeOutOfRange", store.ErrTimeOutOfRange, connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_TIME_OUT_OF_RANGE},
	{"ErrCurrency", store.ErrCurrency, connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_CURRENCY},
	{"ErrImmutable", store.ErrImmutable, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_IMMUTABLE},
	{"ErrInvalid", store.ErrInvalid, connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD},
	{"ErrUnknownAdjustment", store.ErrUnknownAdjustment, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_ADJUSTMENT},
	{"ErrSelfApproved", store.ErrSelfApproved, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_SELF_APPROVED},
	{"ErrOtherOutput", store.ErrOtherOutput, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_OTHER_OUTPUT},
	{"ErrRunPosted", store.ErrRunPosted, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_RUN_POSTED},
	{"ErrRunCancelled", store.ErrRunCancelled, connect.CodeAborted, uplinev1.ErrorReason_ERROR_REASON_RETRY},
	{"ErrLeaseHeld", store.ErrLeaseHeld, connect.CodeUnavailable, uplinev1.ErrorReason_ERROR_REASON_RETRY},
	{"ErrTakenOver", store.ErrTakenOver, connect.CodeUnavailable, uplinev1.ErrorReason_ERROR_REASON_RETRY},
}

func TestErrors_EverySentinelOfTheStoreIsMapped(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../store/errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	inTable := map[string]bool{}
	for _, m := range mapped {
		inTable[m.name] = true
	}
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			if v, ok := s.(*ast.ValueSpec); ok {
				for _, name := range v.Names {
					if !inTable[name.Name] {
						t.Errorf("store.%s is not in this test's table: decide its code and reason in errors.go", name.Name)
					}
				}
			}
		}
	}
}

func TestErrors_SentinelsAndRefusals(t *testing.T) {
	const secret = `ERROR: relation "sales" (SQLSTATE 42P01)`
	for _, m := range mapped {
		wrapped := faultOf(t.Context(), fmt.Errorf("record sale: %w: %s", m.err, secret))
		refusal := faultOf(t.Context(), fmt.Errorf("layer: %w", &store.Refusal{
			Kind: m.err, IDs: []string{"sale_id", "s"}, Fields: []store.FieldProblem{{Field: "price", Problem: "is bad", Remedy: "mend it"}},
		}))
		for name, f := range map[string]*fault{"wrapped": wrapped, "refusal": refusal} {
			if f.code != m.code || f.reason != m.reason {
				t.Errorf("%s, %s: %v %v, want %v %v", m.name, name, f.code, f.reason, m.code, m.reason)
			}
			if strings.Contains(f.message+f.remedy, "SQLSTATE") {
				t.Errorf("%s: internal text reaches the client: %s", m.name, f.message)
			}
		}
		if !strings.Contains(wrapped.cause.Error(), secret) {
			t.Errorf("%s: the cause is lost for the log", m.name)
		}
		if m.code == connect.CodeInternal {
			continue
		}
		if refusal.ids["sale_id"] != "s" || len(refusal.fields) != 1 || refusal.fields[0].GetField() != "price" || refusal.fields[0].GetRemedy() != "Mend it." {
			t.Errorf("%s: %+v", m.name, refusal)
		}
	}
}

func TestErrors_TheRest(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	late, stop := context.WithTimeout(t.Context(), 0)
	defer stop()
	for _, c := range []struct {
		ctx    context.Context
		err    error
		code   connect.Code
		reason uplinev1.ErrorReason
	}{
		{t.Context(), calc.ErrOverflow, connect.CodeOutOfRange, uplinev1.ErrorReason_ERROR_REASON_OVERFLOW},
		{t.Context(), calc.ErrPeriodName, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_PERIOD},
		{t.Context(), calc.ErrPlan, connect.CodeInternal, uplinev1.ErrorReason_ERROR_REASON_INTERNAL},
		{t.Context(), errors.New("disk on fire"), connect.CodeInternal, uplinev1.ErrorReason_ERROR_REASON_INTERNAL},
		{t.Context(), context.DeadlineExceeded, connect.CodeDeadlineExceeded, uplinev1.ErrorReason_ERROR_REASON_DEADLINE},
		{t.Context(), context.Canceled, connect.CodeCanceled, uplinev1.ErrorReason_ERROR_REASON_RETRY},
		// What a database says when the call's time ran out under it is the end of the call's time.
		{late, errors.New("interrupted"), connect.CodeDeadlineExceeded, uplinev1.ErrorReason_ERROR_REASON_DEADLINE},
		{late, store.ErrUnavailable, connect.CodeDeadlineExceeded, uplinev1.ErrorReason_ERROR_REASON_DEADLINE},
		{cancelled, errors.New("interrupted"), connect.CodeCanceled, uplinev1.ErrorReason_ERROR_REASON_RETRY},
		// A refusal is one, however late.
		{late, &store.Refusal{Kind: store.ErrUnknownSale}, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_SALE},
		{t.Context(), connect.NewError(connect.CodeUnimplemented, errors.New("x")), connect.CodeUnimplemented, unsupported},
		{t.Context(), connect.NewError(connect.CodeUnknown, errors.New("read tcp 10.0.0.1")), connect.CodeInternal, uplinev1.ErrorReason_ERROR_REASON_INTERNAL},
	} {
		f := faultOf(c.ctx, c.err)
		if f.code != c.code || f.reason != c.reason {
			t.Errorf("%v: %v %v, want %v %v", c.err, f.code, f.reason, c.code, c.reason)
		}
		if c.code == connect.CodeInternal && (strings.Contains(f.message, "fire") || strings.Contains(f.message, "10.0.0.1")) {
			t.Errorf("internal text reaches the client: %s", f.message)
		}
	}
}

// What the database says is in the log, with the request's id, and nowhere else.
func TestErrors_InternalTextGoesToTheLogOnly(t *testing.T) {
	const secret = "pq: password authentication failed for user upline"
	engine, wrap := hook()
	w := newWorldWith(t, nil, wrap)
	for _, failure := range []error{errors.New(secret), fmt.Errorf("%w: %s", store.ErrUnavailable, secret), fmt.Errorf("%w: %s", store.ErrCorrupt, secret)} {
		engine.set(func(context.Context, string) error { return failure })
		for name, options := range protocols {
			_, err := w.catalog(options...).ListVendors(t.Context(), &uplinev1.ListVendorsRequest{})
			r := refused(t, err)
			if strings.Contains(err.Error()+r.detail.String(), "password") {
				t.Errorf("%s: %v %v", name, err, r.detail)
			}
			logged := false
			for line := range strings.SplitSeq(w.log.String(), "\n") {
				logged = logged || strings.Contains(line, r.detail.GetRequestId()) && strings.Contains(line, secret)
			}
			if !logged {
				t.Errorf("%s: the cause of %s is not in the log", name, r.detail.GetRequestId())
			}
		}
	}
}

func TestOfSingle_StripsThePrefixOfABatchOfOne(t *testing.T) {
	err := ofSingle(fmt.Errorf("x: %w", &store.Refusal{
		Kind: store.ErrIDReused, Fields: []store.FieldProblem{{Field: "sales[0].price.amount"}, {Field: "sales[0]"}},
	}), "sales[0].")
	var r *store.Refusal
	if !errors.As(err, &r) || r.Fields[0].Field != "price.amount" || r.Fields[1].Field != "sales[0]" {
		t.Errorf("%v", err)
	}
	if other := errors.New("x"); !errors.Is(ofSingle(other, "sales[0]."), other) {
		t.Error("another error is changed")
	}
}

// However much is wrong, an error fits into the 8 KiB of trailers that gRPC's Java client takes.
func TestErrors_FitIntoTrailers(t *testing.T) {
	w := newWorld(t).found()
	request := &uplinev1.RecordSalesRequest{}
	for range 1000 {
		request.Sales = append(request.Sales, &uplinev1.RecordSaleRequest{
			Market: "ÄÖ", SaleId: strings.Repeat("ü", 1000), DistributorId: strings.Repeat("\"", 200), Price: &uplinev1.Money{Amount: strings.Repeat("9", 500)},
		})
	}
	long := &uplinev1.CancelRequest{Market: "US", SaleId: "s1", EventId: "x", CancelledAt: timestamppb.New(begin), Cause: strings.Repeat("🎉", 200)}
	w.ok("CommissionService/RecordSale", sale("s1", "anna", "kit"))
	client := uplinev1.NewCommissionServiceClient(w.grpc())
	if _, err := client.Cancel(t.Context(), long); err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func(...grpc.CallOption) error{
		"a thousand bad sales": func(o ...grpc.CallOption) error {
			_, err := client.RecordSales(t.Context(), request, o...)
			return err
		},
		"a long text that differs": func(o ...grpc.CallOption) error {
			other := &uplinev1.CancelRequest{Market: "US", SaleId: "s1", EventId: "x", CancelledAt: timestamppb.New(begin), Cause: strings.Repeat("😭", 200)}
			_, err := client.Cancel(t.Context(), other, o...)
			return err
		},
	} {
		var trailer metadata.MD
		r := refusedGRPC(t, call(grpc.Trailer(&trailer)))
		if len(r.detail.GetFields()) == 0 {
			t.Errorf("%s: no field is named", name)
		}
		// What the client library has taken out of the trailers: code, message, and the status with the message again.
		size := len(url.PathEscape(r.message)) + base64.StdEncoding.EncodedLen(len(r.message)+proto.Size(r.detail)+64)
		for key, values := range trailer {
			for _, v := range values {
				size += len(key) + len(v) + 32
			}
		}
		if size > 8000 {
			t.Errorf("%s: %d bytes of trailers", name, size)
		}
	}
}

func TestClip_CutsBetweenCharacters(t *testing.T) {
	for _, c := range []struct {
		text string
		max  int
		want string
	}{{"short", 10, "short"}, {"exactly ten", 11, "exactly ten"}, {"abcdef", 3, "abc…"}, {"aüü", 2, "a…"}, {"🎉🎉", 5, "🎉…"}, {"🎉", 1, "…"}} {
		if got := clip(c.text, c.max); got != c.want {
			t.Errorf("clip(%q, %d) = %q", c.text, c.max, got)
		}
	}
}
