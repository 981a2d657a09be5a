package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// fault is an error in the words of the API. A handler makes one where it sees a mistake of the caller; every other error is
// turned into one by faultOf, which is the only mapping from errors to codes.
type fault struct {
	code    connect.Code
	reason  uplinev1.ErrorReason
	message string
	fields  []*uplinev1.FieldProblem
	ids     map[string]string
	remedy  string
	// cause goes to the log, never to the client.
	cause error
}

func (f *fault) Error() string { return f.message }

func (f *fault) Unwrap() error { return f.cause }

// gRPC sends errors in trailers, and its Java client takes 8 KiB of them unless told otherwise. The detail grows by a third in
// base64, and the message stands beside it and inside of it.
const (
	detailBytesMax  = 3 << 10
	messageBytesMax = 512
	problemBytesMax = 400
)

// connectError is the fault as the RPC library sends it in whatever protocol the client speaks.
func (f *fault) connectError(requestID string) *connect.Error {
	e := connect.NewError(f.code, errors.New(clip(f.message, messageBytesMax)))
	sent, err := connect.NewErrorDetail(f.detail(requestID))
	if err == nil { // It fails only for text that is not UTF-8, which no decoder lets through.
		e.AddDetail(sent)
	}
	return e
}

// detail is the fault in the contract's words. Of many fields it names as many as fit.
func (f *fault) detail(requestID string) *uplinev1.ErrorDetail {
	detail := &uplinev1.ErrorDetail{Reason: f.reason, Ids: f.ids, Remedy: f.remedy, RequestId: requestID}
	size := proto.Size(detail)
	for _, p := range f.fields {
		p = &uplinev1.FieldProblem{Field: p.GetField(), Problem: clip(p.GetProblem(), problemBytesMax), Remedy: clip(p.GetRemedy(), problemBytesMax)}
		if size += proto.Size(p) + 4; size > detailBytesMax && len(detail.Fields) > 0 {
			break
		}
		detail.Fields = append(detail.Fields, p)
	}
	return detail
}

// clip cuts a text that is longer than so many bytes.
func clip(text string, bytesMax int) string {
	if len(text) <= bytesMax {
		return text
	}
	for bytesMax > 0 && !utf8.RuneStart(text[bytesMax]) {
		bytesMax--
	}
	return text[:bytesMax] + "…"
}

// sentence says what is wrong as one line for people: the first problem, and how many more there are.
func sentence(fields []*uplinev1.FieldProblem) string {
	if len(fields) == 0 {
		return "the request cannot be taken"
	}
	text := fields[0].GetProblem()
	if name := fields[0].GetField(); name != "" {
		text = name + ": " + text
	}
	switch more := len(fields) - 1; more {
	case 0:
	case 1:
		text += " (and 1 more problem)"
	default:
		text += fmt.Sprintf(" (and %d more problems)", more)
	}
	return text
}

// invalidField is the fault of one malformed field.
func invalidField(reason uplinev1.ErrorReason, field, problem, remedy string) *fault {
	return &fault{
		code:    connect.CodeInvalidArgument,
		reason:  reason,
		message: field + ": " + problem,
		fields:  []*uplinev1.FieldProblem{{Field: field, Problem: problem, Remedy: remedy}},
	}
}

// outcome is the code and the reason that a sentinel stands for. Remedy is used where the error brings none.
type outcome struct {
	sentinel error
	code     connect.Code
	reason   uplinev1.ErrorReason
	remedy   string
}

const (
	remedyRetry    = "Send the same request again; a repeat is harmless."
	remedyInternal = "Report it with the request id, which finds the cause in the server's log."
)

// outcomes are looked through in order.
var outcomes = []outcome{
	{store.ErrUnknownMarket, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_MARKET, "Add the market with CatalogService.PutMarket, or correct it."},
	{store.ErrUnknownDistributor, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_DISTRIBUTOR, "Enrol the distributor with NetworkService.Enroll, or correct the id."},
	{store.ErrUnknownProduct, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_PRODUCT, "Add the product with CatalogService.PutProduct, or correct the id."},
	{store.ErrUnknownVendor, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_VENDOR, "Add the vendor with CatalogService.PutVendor, or correct the id."},
	{store.ErrUnknownSale, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_SALE, "Check the market and the sale's id; a sale is recorded with CommissionService.RecordSale."},
	{store.ErrUnknownPlan, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_PLAN, "PlanService.ListPlans shows what is published and from when."},
	{store.ErrUnknownRun, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_RUN, "CommissionService.RunPeriod answers with the run's id."},
	{store.ErrUnknownPeriod, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_PERIOD, "CatalogService.ListPeriods shows the periods of a cadence."},
	{store.ErrIDReused, connect.CodeAlreadyExists, uplinev1.ErrorReason_ERROR_REASON_ID_REUSED, "Send the first content again to get the first result, or take a new id for other content."},
	{store.ErrPlaceTaken, connect.CodeAlreadyExists, uplinev1.ErrorReason_ERROR_REASON_PLACE_TAKEN, "Choose a free place."},
	{store.ErrPeriodNotOver, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_PERIOD_NOT_OVER, "Wait for the end of the period, or ask for a PREVIEW."},
	{store.ErrEarlierPeriodOpen, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_EARLIER_PERIOD_OPEN, "Close the earlier period first."},
	{store.ErrPeriodClosed, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_PERIOD_CLOSED, ""},
	{store.ErrNetworkRule, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_NETWORK_RULE, ""},
	{store.ErrNetworkCycle, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_NETWORK_CYCLE, "Name somebody outside of the distributor's downline."},
	{store.ErrTerminated, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_DISTRIBUTOR_TERMINATED, "NetworkService.Reinstate takes a distributor back."},
	{store.ErrPlanOverlap, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_PLAN_OVERLAP, "Choose a later `valid_from`."},
	{store.ErrImmutable, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_IMMUTABLE, "Leave the value as it is."},
	{store.ErrTimeOutOfRange, connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_TIME_OUT_OF_RANGE, ""},
	{store.ErrCurrency, connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_CURRENCY, ""},
	{store.ErrUnknownAdjustment, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_ADJUSTMENT, ""},
	{store.ErrSelfApproved, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_SELF_APPROVED, ""},
	{store.ErrRunPosted, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_RUN_POSTED, ""},
	{store.ErrOtherOutput, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_OTHER_OUTPUT, ""},
	{store.ErrRunCancelled, connect.CodeAborted, uplinev1.ErrorReason_ERROR_REASON_RETRY, "CommissionService.RunPeriod starts it again."},
	{store.ErrInvalid, connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, ""},
	{calc.ErrOverflow, connect.CodeOutOfRange, uplinev1.ErrorReason_ERROR_REASON_OVERFLOW, "Check the amounts; a single one of them is implausibly large."},
	{calc.ErrPeriodName, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_PERIOD, "CatalogService.ListPeriods shows the periods of a cadence."},
	{store.ErrAmbiguous, connect.CodeAborted, uplinev1.ErrorReason_ERROR_REASON_RETRY, remedyRetry},
	{store.ErrUnavailable, connect.CodeUnavailable, uplinev1.ErrorReason_ERROR_REASON_RETRY, remedyRetry},
	{store.ErrLeaseHeld, connect.CodeUnavailable, uplinev1.ErrorReason_ERROR_REASON_RETRY, remedyRetry},
	// A server of another version may be able to use the schema, so the client should look for one.
	{store.ErrSchema, connect.CodeUnavailable, uplinev1.ErrorReason_ERROR_REASON_RETRY, remedyRetry},
}

// faultOf turns any error into what the caller is told. ctx is the call's: an error of a database that was interrupted by the end
// of the call's time is the end of its time.
func faultOf(ctx context.Context, err error) *fault {
	var known *fault
	if errors.As(err, &known) {
		return known
	}
	var refusal *store.Refusal
	if errors.As(err, &refusal) {
		return faultOfRefusal(refusal)
	}
	if f := faultOfContext(ctx, err); f != nil {
		return f
	}
	for _, o := range outcomes {
		if errors.Is(err, o.sentinel) {
			// Only the sentinel's own words are meant for clients; what it is wrapped with may hold anything.
			return &fault{code: o.code, reason: o.reason, message: plainMessage(o), remedy: o.remedy, cause: err}
		}
	}
	var foreign *connect.Error
	if errors.As(err, &foreign) {
		return foreignFault(foreign.Code(), foreign.Message())
	}
	return internalFault(err)
}

func plainMessage(o outcome) string {
	switch {
	case errors.Is(o.sentinel, store.ErrAmbiguous):
		return "the database was lost while the call was being committed, and whether it was is not known"
	case errors.Is(o.sentinel, store.ErrUnavailable), errors.Is(o.sentinel, store.ErrSchema):
		return "the database cannot be used right now"
	}
	return strings.TrimPrefix(strings.TrimPrefix(o.sentinel.Error(), "store: "), "calc: ")
}

func internalFault(cause error) *fault {
	return &fault{
		code: connect.CodeInternal, reason: uplinev1.ErrorReason_ERROR_REASON_INTERNAL,
		message: "a fault in Upline, not in the request", remedy: remedyInternal, cause: cause,
	}
}

// faultOfContext recognises a call whose time ran out or whose client went away.
func faultOfContext(ctx context.Context, err error) *fault {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &fault{
			code: connect.CodeDeadlineExceeded, reason: uplinev1.ErrorReason_ERROR_REASON_DEADLINE,
			message: "the call's time ran out", remedy: remedyRetry + " Give it more time if it happens often.", cause: err,
		}
	case errors.Is(err, context.Canceled), ctx.Err() != nil:
		return &fault{
			code: connect.CodeCanceled, reason: uplinev1.ErrorReason_ERROR_REASON_RETRY,
			message: "the client ended the call", remedy: remedyRetry, cause: err,
		}
	}
	return nil
}

func faultOfRefusal(r *store.Refusal) *fault {
	f := &fault{code: connect.CodeFailedPrecondition, reason: uplinev1.ErrorReason_ERROR_REASON_UNSPECIFIED, remedy: asSentence(r.Remedy)}
	for _, o := range outcomes {
		if errors.Is(r.Kind, o.sentinel) {
			f.code, f.reason = o.code, o.reason
			if f.remedy == "" && !hasRemedy(r.Fields) {
				f.remedy = o.remedy
			}
			break
		}
	}
	if f.reason == uplinev1.ErrorReason_ERROR_REASON_UNSPECIFIED {
		return internalFault(r)
	}
	if len(r.IDs) > 1 {
		f.ids = make(map[string]string, len(r.IDs)/2)
		for i := 0; i+1 < len(r.IDs); i += 2 {
			f.ids[r.IDs[i]] = r.IDs[i+1]
		}
	}
	for _, p := range r.Fields[:min(len(r.Fields), problemsMax)] {
		f.fields = append(f.fields, &uplinev1.FieldProblem{Field: p.Field, Problem: p.Problem, Remedy: asSentence(p.Remedy)})
	}
	f.message = (&store.Refusal{Kind: r.Kind, IDs: r.IDs}).Error()
	if len(f.fields) > 0 {
		f.message += "; " + sentence(f.fields)
	}
	return f
}

// asSentence writes a remedy of the store, which is part of a Go error, as callers read it.
func asSentence(remedy string) string {
	if remedy == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(remedy)
	remedy = string(unicode.ToUpper(first)) + remedy[size:]
	if !strings.HasSuffix(remedy, ".") {
		remedy += "."
	}
	return remedy
}

func hasRemedy(fields []store.FieldProblem) bool {
	for _, f := range fields {
		if f.Remedy != "" {
			return true
		}
	}
	return false
}

// foreignFault is an error that the RPC library made before Upline's own code was reached.
func foreignFault(code connect.Code, message string) *fault {
	f := &fault{code: code, message: message}
	switch code {
	case connect.CodeInvalidArgument:
		f.reason = uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD
	case connect.CodeResourceExhausted:
		f.reason = uplinev1.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE
		f.remedy = "Send less at once: split the batch, or ask for smaller pages."
	case connect.CodeUnimplemented:
		f.reason = uplinev1.ErrorReason_ERROR_REASON_UNSUPPORTED
		f.remedy = "Calls are POST /upline.v1.SERVICE/METHOD with Content-Type application/json or application/proto, or gRPC or gRPC-Web. " +
			"Reads also take GET with ?connect=v1&encoding=json&message= and the request. Calls that stream take application/connect+json and " +
			"application/connect+proto in place of the former: the programs `upline period watch` and `upline period export` call them."
	case connect.CodeUnavailable, connect.CodeAborted, connect.CodeCanceled:
		f.reason, f.remedy = uplinev1.ErrorReason_ERROR_REASON_RETRY, remedyRetry
	case connect.CodeDeadlineExceeded:
		f.reason, f.remedy = uplinev1.ErrorReason_ERROR_REASON_DEADLINE, remedyRetry
	default:
		// Whatever else the library says may quote the operating system.
		return internalFault(errors.New(code.String() + ": " + message))
	}
	return f
}

// ofSingle rewrites the paths of an error of a batch of one for a call whose request is that one element: "sales[0].price"
// becomes "price".
func ofSingle(err error, prefix string) error { return movedItem(err, prefix, "") }

// movedItem rewrites the paths of an error that begin with one prefix to another.
func movedItem(err error, from, to string) error {
	var r *store.Refusal
	if !errors.As(err, &r) {
		return err
	}
	single := &store.Refusal{Kind: r.Kind, IDs: r.IDs, Remedy: r.Remedy, Fields: make([]store.FieldProblem, len(r.Fields))}
	for i, f := range r.Fields {
		if path, ok := strings.CutPrefix(f.Field, from); ok {
			f.Field = to + path
		}
		single.Fields[i] = f
	}
	return single
}

// withPrefix puts a prefix before the paths of a fault.
func withPrefix(err error, prefix string) error {
	var f *fault
	if !errors.As(err, &f) {
		return err
	}
	moved := *f
	moved.fields = make([]*uplinev1.FieldProblem, len(f.fields))
	for i, p := range f.fields {
		moved.fields[i] = &uplinev1.FieldProblem{Field: prefix + p.GetField(), Problem: p.GetProblem(), Remedy: p.GetRemedy()}
	}
	return &moved
}

// mapErrors is the interceptor that gives every error of a handler its code and detail.
func mapErrors(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		response, err := next(ctx, request)
		if err == nil {
			return response, nil
		}
		return nil, callFrom(ctx).refuse(faultOf(ctx, err))
	}
}
