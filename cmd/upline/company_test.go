package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
	"upline/api/upline/v1/uplinev1connect"
)

// company is a client of a running server, with what a small company needs.
type company struct {
	t          testing.TB
	commission uplinev1connect.CommissionServiceClient
	network    uplinev1connect.NetworkServiceClient
	catalog    uplinev1connect.CatalogServiceClient
	plans      uplinev1connect.PlanServiceClient
}

func dial(t testing.TB, url string) *company {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	t.Cleanup(client.CloseIdleConnections)
	return &company{
		t: t, commission: uplinev1connect.NewCommissionServiceClient(client, url), network: uplinev1connect.NewNetworkServiceClient(client, url),
		catalog: uplinev1connect.NewCatalogServiceClient(client, url), plans: uplinev1connect.NewPlanServiceClient(client, url),
	}
}

// chaosPlan pays at the event and at the close, so that both can be cut off in the middle.
const chaosPlan = `
plan_id: chaos
name: Pays at the event and at the close
currency: USD
valid_from: 2025-01-01
cadence: monthly
active: pv >= 10
ranks:
  - {name: member}
  - {name: leader, when: gv >= 200}
bonuses:
  - name: direct
    direct: {base: price, rate: 10%}
  - name: advance
    advance: {months: 9, rate: 50%}
  - name: team
    unilevel:
      compression: dynamic
      rates:
        - {rank: member, levels: [5%, 3%]}
        - {rank: leader, levels: [6%, 4%, 2%]}
`

// found sets up the catalog, the plan and a sponsor tree of n distributors.
func (c *company) found(n int) {
	c.t.Helper()
	ctx := c.t.Context()
	must(c.t)(c.catalog.PutMarket(ctx, &uplinev1.PutMarketRequest{Market: &uplinev1.Market{Market: "US", Region: "us-east1", Name: "United States"}}))
	must(c.t)(c.catalog.PutVendor(ctx, &uplinev1.PutVendorRequest{Vendor: &uplinev1.Vendor{VendorId: "power", Name: "Power"}}))
	for id, waits := range map[string]bool{"energy": true, "kit": false} {
		must(c.t)(c.catalog.PutProduct(ctx, &uplinev1.PutProductRequest{Product: &uplinev1.Product{
			ProductId: id, VendorId: "power", Name: id, RequiresActivation: waits, Pv: "20", Cv: "50",
		}}))
	}
	must(c.t)(c.plans.PublishPlan(ctx, &uplinev1.PublishPlanRequest{Source: chaosPlan}))
	for from := 0; from < n; from += 1000 {
		var batch []*uplinev1.EnrollRequest
		for i := from; i < min(n, from+1000); i++ {
			e := &uplinev1.EnrollRequest{
				DistributorId: member(i), PlanId: "chaos", Market: "US", EnrolledAt: timestamppb.New(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)),
			}
			if i > 0 {
				e.SponsorId = member((i - 1) / 3)
			}
			batch = append(batch, e)
		}
		must(c.t)(c.network.EnrollBatch(ctx, &uplinev1.EnrollBatchRequest{Distributors: batch}))
	}
}

func member(i int) string { return fmt.Sprintf("d%05d", i) }

// saleOf is a sale of a month of 2025.
func saleOf(id, seller, product string, month time.Month) *uplinev1.RecordSaleRequest {
	return &uplinev1.RecordSaleRequest{
		Market: "US", SaleId: id, DistributorId: seller, CustomerId: "customer", ProductId: product,
		Price: &uplinev1.Money{CurrencyCode: "USD", Amount: "100.00"}, SoldAt: timestamppb.New(time.Date(2025, month, 5, 0, 0, 0, 0, time.UTC)),
	}
}

// sell records n sales of a month, in batches, all of the kind that counts at once.
func (c *company) sell(n, distributors int, month time.Month) {
	c.t.Helper()
	for from := 0; from < n; from += 1000 {
		batch := &uplinev1.RecordSalesRequest{}
		for i := from; i < min(n, from+1000); i++ {
			batch.Sales = append(batch.Sales, saleOf(fmt.Sprintf("m%02d-%05d", month, i), member(i*7%distributors), "kit", month))
		}
		must(c.t)(c.commission.RecordSales(c.t.Context(), batch))
	}
}

// close closes a month, or joins whoever does, and returns its run once it is posted.
func (c *company) close(ctx context.Context, month time.Month) (*uplinev1.Run, error) {
	for {
		answer, err := c.commission.RunPeriod(ctx, &uplinev1.RunPeriodRequest{
			PlanId: "chaos", Period: fmt.Sprintf("2025-%02d", month), Mode: uplinev1.RunMode_RUN_MODE_CLOSE, Wait: durationpb.New(30 * time.Second),
		})
		if err != nil || answer.GetRun().GetState() == uplinev1.RunState_RUN_STATE_POSTED {
			return answer.GetRun(), err
		}
	}
}

// insist repeats a call until it is answered, as clients do that were not told what became of it. Every try gets a deadline of its
// own, short at random when hasty is set.
func insist[Answer any](ctx context.Context, r *rand.Rand, hasty bool, call func(context.Context) (Answer, error)) (Answer, int, error) {
	for tries := 1; ; tries++ {
		limit := 10 * time.Second
		if hasty && tries < 20 {
			limit = time.Duration(1+r.IntN(30)) * time.Millisecond
		}
		once, cancel := context.WithTimeout(ctx, limit)
		answer, err := call(once)
		cancel()
		switch connect.CodeOf(err) {
		case connect.CodeDeadlineExceeded, connect.CodeUnavailable, connect.CodeAborted, connect.CodeCanceled:
			if ctx.Err() == nil {
				continue
			}
		}
		return answer, tries, err
	}
}

// must fails the test when a call of its set-up failed.
func must(t testing.TB) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// detailOf returns the typed detail of an error.
func detailOf(t testing.TB, err error) *uplinev1.ErrorDetail {
	t.Helper()
	var e *connect.Error
	if errors.As(err, &e) {
		for _, d := range e.Details() {
			if v, err := d.Value(); err == nil {
				if detail, ok := v.(*uplinev1.ErrorDetail); ok {
					return detail
				}
			}
		}
	}
	t.Fatalf("error without detail: %v", err)
	return nil
}
