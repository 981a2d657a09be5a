package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
	"upline/cmd/upline/internal/proc"
)

// guardedPlan pays 10 % of prices, where its limit is 8 %.
const guardedPlan = `
plan_id: guarded
name: Pays more than its limit
currency: USD
valid_from: 2025-01-01
cadence: monthly
bonuses:
  - {name: direct, pays: period, direct: {base: price, rate: 10%}}
liability:
  limits:
    - {payout_max: 8%, rise_max: 50%}
`

func TestPeriod_ConfirmsWhatIsOutsideOfALimit(t *testing.T) {
	s := proc.Serve(t, proc.Build(t), proc.Options{Args: []string{"--database", "sqlite:" + filepath.Join(t.TempDir(), "upline.db")}})
	c := dial(t, s.URL)
	c.found(3)
	must(t)(c.plans.PublishPlan(t.Context(), &uplinev1.PublishPlanRequest{Source: guardedPlan}))
	must(t)(c.network.EnrollBatch(t.Context(), &uplinev1.EnrollBatchRequest{Distributors: []*uplinev1.EnrollRequest{{
		DistributorId: "gil", PlanId: "guarded", Market: "US", EnrolledAt: timestamppb.New(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)),
	}}}))
	for month := time.January; month <= time.February; month++ {
		for i := range month {
			must(t)(c.commission.RecordSale(t.Context(), saleOf(strings.Repeat("x", 1+int(month+i)), "gil", "kit", month)))
		}
	}
	call := func(arguments ...string) outcome {
		return runCommand(t, map[string]string{"UPLINE_SERVER": s.URL}, "", append([]string{"period"}, append(arguments, "--plan", "guarded")...)...)
	}
	says := func(got outcome, code int, texts ...string) string {
		t.Helper()
		if got.code != code {
			t.Fatalf("exit code %d, want %d\n%s%s", got.code, code, got.out, got.err)
		}
		for _, text := range texts {
			if !strings.Contains(got.out+got.err, text) {
				t.Errorf("does not say %q:\n%s%s", text, got.out, got.err)
			}
		}
		return got.out + got.err
	}
	outside := "outside of a limit: 10.00 USD are paid, and the limit of 8 % of the prices, which are 100.00, is 8.00"
	says(call("preview", "2025-01"), exitOK, outside, "10.00 %", "distributor", "gil")
	got := says(call("close", "2025-01"), exitFailed, outside, "waiting", "waits to be confirmed", "--reason")
	says(call("watch", "2025-01"), exitFailed, "waits to be confirmed")
	digest := regexp.MustCompile(`--confirm ([0-9a-f]{64}) `).FindStringSubmatch(got)
	if digest == nil {
		t.Fatalf("no digest in\n%s", got)
	}
	says(call("close", "2025-01", "--confirm", digest[1]), exitUsage, "--reason")
	says(call("close", "2025-01", "--confirm", strings.Repeat("0", 64), "--reason", "a guess"), exitFailed, "Look at what the run pays")
	says(call("close", "2025-01", "--confirm", digest[1], "--reason", "the campaign"), exitOK, "posted", "confirmed at", "the campaign")
	says(call("close", "2025-01"), exitOK, "posted", "the campaign")

	says(call("close", "2025-02"), exitFailed, outside[:20], "20.00 USD are paid, after 10.00 in the period before; the limit of 50 % more is at most 15.00", "after 10.00")
	says(call("cancel", "2025-02"), exitOK, "2025-02 is open again")
}
