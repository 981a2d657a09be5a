package server

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"

	uplinev1 "upline/api/upline/v1"
	connectv1 "upline/api/upline/v1/uplinev1connect"
)

const planGuarded = `plan_id: guarded
name: Plan with limits
currency: USD
valid_from: 2026-09-01
cadence: monthly
bonuses:
  - {name: personal, direct: {base: price, rate: 10%}}
  - {name: month, pays: period, direct: {base: price, rate: 5%}}
liability:
  limits:
    - {payout_max: 12.5%, rise_max: 10%, change_from: 1}
    - {of: bonus, name: month, amount_max: 3}
    - {of: vendor, payout_max: 14%}
`

// guarded is a company that pays 15.00 of 100.00 for September, where its plan lets it pay 12.5 %.
func guarded(t *testing.T, change func(*Options)) (*world, connectv1.CommissionServiceClient) {
	t.Helper()
	w := newWorldWith(t, change, nil).found()
	w.ok("PlanService/PublishPlan", `{"source":`+quoted(planGuarded)+`}`)
	w.ok("NetworkService/Enroll", `{"distributorId":"gil","planId":"guarded","market":"US","enrolledAt":"2026-09-02T00:00:00Z"}`)
	w.ok("CommissionService/RecordSale", `{"market":"US","saleId":"g1","distributorId":"gil","customerId":"c","productId":"kit",
		"price":{"currencyCode":"USD","amount":"100"},"soldAt":"2026-09-14T12:00:00Z"}`)
	return w, w.commission(connect.WithInterceptors(bearing(keyOf(RoleStaff))))
}

func september(mode uplinev1.RunMode, confirm *uplinev1.ConfirmRun) *uplinev1.RunPeriodRequest {
	return &uplinev1.RunPeriodRequest{PlanId: "guarded", Period: "2026-09", Mode: mode, Wait: durationpb.New(30 * time.Second), Confirm: confirm}
}

func TestRunPeriod_WaitsForWhatHasToBeConfirmed(t *testing.T) {
	w, c := guarded(t, withKeys(t))
	preview, err := c.RunPeriod(t.Context(), september(uplinev1.RunMode_RUN_MODE_PREVIEW, nil))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.RunPeriod(t.Context(), september(closing, nil))
	if err != nil {
		t.Fatal(err)
	}
	run := answer.GetRun()
	if run.GetState() != uplinev1.RunState_RUN_STATE_WAITING || run.GetPhase() != uplinev1.RunPhase_RUN_PHASE_WAITING || run.GetOutputDigest() != preview.GetRun().GetOutputDigest() {
		t.Fatalf("%v", run)
	}
	total := run.GetLiability().GetTotals()[0]
	if total.GetAmount().GetAmount() != "15.00" || total.GetBase().GetAmount() != "100.00" || total.GetPayout() != "0.150000" || total.GetBefore() != nil {
		t.Errorf("the company's total is %v", total)
	}
	var messages []string
	for _, f := range run.GetLiability().GetFindings() {
		messages = append(messages, f.GetMessage())
	}
	want := []string{
		"15.00 USD are paid, and the limit of 12.5 % of the prices, which are 100.00, is 12.50",
		"5.00 USD are paid for the bonus month, and the limit is 3.00",
		"15.00 USD are paid for the vendor acme, and the limit of 14 % of the prices, which are 100.00, is 14.00",
	}
	if !slices.Equal(messages, want) {
		t.Errorf("findings:\n%s\nwant\n%s", strings.Join(messages, "\n"), strings.Join(want, "\n"))
	}
	for i, driver := range []string{"gil 15.00 ", "gil 5.00 ", "gil  100.00"} {
		d := run.GetLiability().GetFindings()[i].GetDistributors()[0]
		if got := d.GetDistributorId() + " " + d.GetAmount().GetAmount() + " " + d.GetSold().GetAmount(); got != driver {
			t.Errorf("finding %d is driven by %q, want %q", i, got, driver)
		}
	}
	stream, err := c.WatchRun(t.Context(), &uplinev1.WatchRunRequest{RunId: run.GetRunId()})
	if err != nil {
		t.Fatal(err)
	}
	answers := 0
	for stream.Receive() {
		answers++
	}
	if answers != 1 || stream.Err() != nil {
		t.Errorf("a watch of a run that waits has %d answers and %v", answers, stream.Err())
	}

	confirm := &uplinev1.ConfirmRun{OutputDigest: run.GetOutputDigest(), Reason: "the campaign"}
	_, err = c.RunPeriod(t.Context(), september(uplinev1.RunMode_RUN_MODE_PREVIEW, confirm))
	refused(t, err).is(t, connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, "confirm")
	_, err = c.RunPeriod(t.Context(), september(closing, &uplinev1.ConfirmRun{OutputDigest: run.GetOutputDigest()}))
	refused(t, err).is(t, connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, "confirm.reason")
	_, err = c.RunPeriod(t.Context(), september(closing, &uplinev1.ConfirmRun{OutputDigest: run.GetInputDigest(), Reason: "a mistake"}))
	refused(t, err).is(t, connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_OTHER_OUTPUT, "confirm.output_digest")
	_, err = w.commission(connect.WithInterceptors(bearing(keyOf(RoleBackend)))).RunPeriod(t.Context(), september(closing, confirm))
	refused(t, err).is(t, connect.CodePermissionDenied, uplinev1.ErrorReason_ERROR_REASON_FORBIDDEN, "")

	for range 2 { // again is harmless
		answer, err = c.RunPeriod(t.Context(), september(closing, confirm))
		if err != nil {
			t.Fatal(err)
		}
		run = answer.GetRun()
		if run.GetState() != uplinev1.RunState_RUN_STATE_POSTED || run.GetConfirmation().GetReason() != "the campaign" || run.GetConfirmation().GetConfirmedBy() == "" {
			t.Fatalf("%v", run)
		}
	}
}

func TestRunPeriod_ConfirmsWhatWasPreviewed(t *testing.T) {
	_, c := guarded(t, withKeys(t))
	preview, err := c.RunPeriod(t.Context(), september(uplinev1.RunMode_RUN_MODE_PREVIEW, nil))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.RunPeriod(t.Context(), september(closing, &uplinev1.ConfirmRun{OutputDigest: preview.GetRun().GetOutputDigest(), Reason: "seen"}))
	if err != nil || answer.GetRun().GetState() != uplinev1.RunState_RUN_STATE_POSTED {
		t.Fatalf("%v, %v", answer, err)
	}
}

func TestPayout_RoundsTheRatioAndTheMean(t *testing.T) {
	for _, c := range []struct {
		amount, base int64
		want         string
	}{{1, 3, "0.333333"}, {2, 3, "0.666667"}, {-1, 2, "-0.500000"}, {5, 0, ""}, {5, -1, ""}} {
		if got := payout(c.amount, c.base); got != c.want {
			t.Errorf("%d of %d is %q, want %q", c.amount, c.base, got, c.want)
		}
	}
}

// bearing sends a key with every call.
type bearing string

func (b bearing) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		request.Header().Set("Authorization", "Bearer "+string(b))
		return next(ctx, request)
	}
}

func (b bearing) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		conn.RequestHeader().Set("Authorization", "Bearer "+string(b))
		return conn
	}
}

func (bearing) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}
