package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	uplinev1 "upline/api/upline/v1"
	connectv1 "upline/api/upline/v1/uplinev1connect"
)

// step is a call of the tour, and what must stand in its answer.
type step struct{ method, body, path, want string }

// tour calls everything once, in the order in which a company would. It runs on a world of begin, where September is over.
var tour = []step{
	{"PlanService/ValidatePlan", `{"source":` + quoted(planMain) + `}`, "valid", "true"},
	{"PlanService/PublishPlan", `{"source":` + quoted(planMain) + `}`, "version.planId", "main"},
	{"PlanService/GetPlan", `{"planId":"main"}`, "plan.bonuses.1.name", "fast_start"},
	{"PlanService/ListPlans", `{"planId":"main"}`, "versions.0.version", "1"},
	{"CatalogService/PutMarket", `{"market":{"market":"US","region":"us-east1","name":"United States"}}`, "market.region", "us-east1"},
	{"CatalogService/ListMarkets", `{}`, "markets.0.market", "US"},
	{"CatalogService/PutVendor", `{"vendor":{"vendorId":"acme","name":"Acmé Energy"}}`, "vendor.name", "Acmé Energy"},
	{"CatalogService/ListVendors", `{}`, "vendors.0.vendorId", "acme"},
	{"CatalogService/PutProduct", `{"product":{"productId":"power","vendorId":"acme","name":"Power","requiresActivation":true,"pv":"100","cv":"80"}}`, "product.cv", "80"},
	{"CatalogService/GetProduct", `{"productId":"power"}`, "product.volumeTiming", "VOLUME_TIMING_ON_ACTIVATION"},
	{"CatalogService/ListProducts", `{}`, "products.0.productId", "power"},
	{"NetworkService/Enroll", `{"distributorId":"top","planId":"main","market":"US","enrolledAt":"2026-09-02T00:00:00Z"}`, "distributor.region", "us-east1"},
	{"NetworkService/EnrollBatch", `{"distributors":[{"distributorId":"anna","planId":"main","market":"US","sponsorId":"top","enrolledAt":"2026-09-02T00:00:00Z"}]}`, "distributors.0.distributorId", "anna"},
	{"NetworkService/GetDistributor", `{"distributorId":"anna"}`, "distributor.sponsorId", "top"},
	{"NetworkService/GetUpline", `{"distributorId":"anna"}`, "members.0.distributor.distributorId", "top"},
	{"NetworkService/GetDownline", `{"distributorId":"top"}`, "members.0.level", "1"},
	{"NetworkService/EnrollBatch", `{"distributors":[{"distributorId":"boris","planId":"main","market":"US","sponsorId":"top","enrolledAt":"2026-09-02T00:00:00Z","ownerId":"anna","registration":{"kind":"partner","tags":["licence-b","licence-a"]}}]}`, "distributors.0.registration.tags.0", "licence-a"},
	{"NetworkService/ChangeSponsor", `{"distributorId":"boris","eventId":"n1","effectiveAt":"2026-09-03T00:00:00Z","reason":"his own wish","sponsorId":"anna"}`, "distributor.sponsorId", "anna"},
	{"NetworkService/Terminate", `{"distributorId":"boris","eventId":"n2","effectiveAt":"2026-09-04T00:00:00Z","reason":"left"}`, "distributor.standing", "STANDING_TERMINATED"},
	{"NetworkService/Reinstate", `{"distributorId":"boris","eventId":"n3","effectiveAt":"2026-09-05T00:00:00Z","reason":"came back"}`, "event.kind", "NETWORK_EVENT_KIND_REINSTATED"},
	{"NetworkService/ChangeRegistration", `{"distributorId":"boris","eventId":"n4","effectiveAt":"2026-09-06T00:00:00Z","reason":"passed","registration":{"kind":"partner","tags":["licence-c"]}}`, "distributor.registration.tags.0", "licence-c"},
	{"PlanService/PublishPlan", `{"source":` + quoted(planTree) + `}`, "version.planId", "tree"},
	{"NetworkService/EnrollBatch", `{"distributors":[{"distributorId":"root","planId":"tree","market":"US","enrolledAt":"2026-09-02T00:00:00Z"},{"distributorId":"leaf","planId":"tree","market":"US","sponsorId":"root","placement":{"parentId":"root","leg":1},"enrolledAt":"2026-09-02T00:00:00Z"}]}`, "distributors.1.placement.leg", "1"},
	{"NetworkService/MovePlacement", `{"distributorId":"leaf","eventId":"n1","effectiveAt":"2026-09-03T00:00:00Z","reason":"wrong leg","placement":{"parentId":"root","leg":2}}`, "distributor.placement.leg", "2"},
	{"NetworkService/ListNetworkEvents", `{"distributorId":"boris"}`, "events.3.kind", "NETWORK_EVENT_KIND_SPONSOR"},
	{"OpeningService/ImportOpening", `{"planId":"main","entries":[{"eventId":"o1","distributorId":"anna","balance":{"balance":{"currencyCode":"USD","amount":"-3.50"}}}]}`, "imported", "1"},
	{"CommissionService/RecordSale", `{"market":"US","saleId":"s1","distributorId":"anna","customerId":"c1","productId":"power","price":{"currencyCode":"USD","amount":"100.00"},"soldAt":"2026-09-14T12:00:00Z"}`, "receipt.saleState", "SALE_STATE_PENDING"},
	{"CommissionService/RecordSales", `{"sales":[{"market":"US","saleId":"s2","distributorId":"anna","customerId":"c2","productId":"power","price":{"currencyCode":"USD","amount":"50"},"soldAt":"2026-09-14T12:00:00Z"}]}`, "receipts.0.saleId", "s2"},
	{"CommissionService/Activate", `{"market":"US","saleId":"s1","eventId":"a1","activatedAt":"2026-09-15T12:00:00Z"}`, "receipt.lines.0.amount.amount", "10.00"},
	{"CommissionService/RecordPayment", `{"market":"US","saleId":"s1","eventId":"p1","cycle":1,"amount":{"currencyCode":"USD","amount":"100"},"paidAt":"2026-09-16T12:00:00Z"}`, "receipt.kind", "EVENT_KIND_PAID"},
	{"CommissionService/Cancel", `{"market":"US","saleId":"s2","eventId":"x1","cancelledAt":"2026-09-17T12:00:00Z","cause":"moved away"}`, "receipt.saleState", "SALE_STATE_CANCELLED"},
	{"CommissionService/ChangeSale", `{"market":"US","saleId":"s1","eventId":"u1","productId":"power","price":{"currencyCode":"USD","amount":"160"},"changedAt":"2026-09-17T11:00:00Z",
		"proration":{"mode":"PRORATION_MODE_NONE","unit":"PRORATION_UNIT_SECOND"}}`, "receipt.change.price.amount", "160.00"},
	{"CommissionService/CorrectSeller", `{"market":"US","saleId":"s2","eventId":"y1","distributorId":"top","correctedAt":"2026-09-17T12:30:00Z","reason":"wrong form"}`, "receipt.kind", "EVENT_KIND_SELLER_CORRECTED"},
	{"CatalogService/PutVendor", `{"vendor":{"vendorId":"other","name":"Other"}}`, "vendor.vendorId", "other"},
	{"CatalogService/MoveProduct", `{"productId":"power","eventId":"v1","vendorId":"other","movedAt":"2026-09-17T12:45:00Z","reason":"sold"}`, "movedSales", "1"},
	{"CommissionService/MoveVendor", `{"market":"US","saleId":"s2","eventId":"m1","vendorId":"acme","movedAt":"2026-09-17T13:00:00Z"}`, "receipt.kind", "EVENT_KIND_VENDOR_MOVED"},
	{"CommissionService/PreviewCorrection", `{"cancellation":{"market":"US","saleId":"s1","eventId":"x9","cancelledAt":"2026-09-20T12:00:00Z"}}`, "receipt.lines.0.kind", "LINE_KIND_REVERSAL"},
	{"AdjustmentService/RecordAdjustment", `{"adjustmentId":"j1","distributorId":"root","bonus":"by_hand","amount":{"currencyCode":"USD","amount":"-7.50"},"reason":"a damaged kit","approver":"cfo","effectiveAt":"2026-09-20T12:00:00Z"}`, "adjustment.period.period", "2026-09"},
	{"AdjustmentService/ListAdjustments", `{"planId":"tree","period":"2026-09"}`, "adjustments.0.amount.amount", "-7.50"},
	{"CommissionService/GetSale", `{"market":"US","saleId":"s1"}`, "events.2.eventId", "p1"},
	{"CommissionService/ListSales", `{"market":"US","state":"SALE_STATE_ACTIVE"}`, "sales.0.saleId", "s1"},
	{"CommissionService/GetEarnings", `{"distributorId":"anna","period":"2026-09"}`, "totals.0.posted.amount", "6.50"},
	{"ReportService/GetPeriodTotals", `{"planId":"main","period":"2026-09","by":"TOTALS_BY_RANK"}`, "company.0.posted.amount", "11.50"},
	{"CommissionService/RunPeriod", `{"planId":"main","period":"2026-09","mode":"RUN_MODE_CLOSE","wait":"0s"}`, "run.state", "RUN_STATE_RUNNING"},
	{"CommissionService/CancelRun", `{"runId":"RUN"}`, "run.state", "RUN_STATE_CANCELLED"},
	{"CommissionService/RunPeriod", `{"planId":"main","period":"2026-09","mode":"RUN_MODE_CLOSE","wait":"30s"}`, "run.state", "RUN_STATE_POSTED"},
	{"CommissionService/GetRun", `{"runId":"RUN"}`, "run.phase", "RUN_PHASE_DONE"},
	{"CatalogService/ListPeriods", `{"planId":"main"}`, "periods.1.state", "PERIOD_STATE_CLOSED"},
}

// caller makes one call of the tour and returns the answer in protobuf's JSON.
type caller func(method, body string) ([]byte, error)

func (w *world) takeTour(t *testing.T, call caller) {
	t.Helper()
	called, runID := map[string]bool{}, ""
	for _, s := range tour {
		b, err := call(s.method, strings.Replace(s.body, "RUN\"", runID+"\"", 1))
		if err != nil {
			t.Fatalf("%s: %v", s.method, err)
		}
		var answer any
		if err := json.Unmarshal(b, &answer); err != nil {
			t.Fatalf("%s: %v in %s", s.method, err, b)
		}
		if got := fmt.Sprint(at(answer, s.path)); got != s.want {
			t.Fatalf("%s: %s is %s and not %s in %s", s.method, s.path, got, s.want, b)
		}
		if id, ok := at(answer, "run.runId").(string); ok {
			runID = id
		}
		called["/upline.v1."+s.method] = true
	}
	methodsOfTheContract(func(procedure string, m protoreflect.MethodDescriptor) {
		if !called[procedure] && !m.IsStreamingServer() { // streams have tests of their own
			t.Errorf("the tour does not call %s", procedure)
		}
	})
	// And an error, with its detail.
	_, err := call("CommissionService/GetSale", `{"market":"US","saleId":"nothing"}`)
	if err == nil {
		t.Fatal("a sale that does not exist is returned")
	}
}

// generated calls by the methods of generated clients, one for each service.
func generated(ctx context.Context, t *testing.T, clients map[string]any) caller {
	return func(method, body string) ([]byte, error) {
		service, name, _ := strings.Cut(method, "/")
		f := reflect.ValueOf(clients[service]).MethodByName(name)
		request := reflect.New(f.Type().In(1).Elem())
		message, ok := request.Interface().(proto.Message)
		if !ok {
			t.Fatalf("%s takes no message", method)
		}
		if err := protojson.Unmarshal([]byte(body), message); err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		out := f.Call([]reflect.Value{reflect.ValueOf(ctx), request})
		if err, failed := out[1].Interface().(error); failed {
			return nil, err
		}
		response, ok := out[0].Interface().(proto.Message)
		if !ok {
			t.Fatalf("%s returns no message", method)
		}
		return protojson.Marshal(response)
	}
}

func TestReach_ConnectGoCallsEverythingInEveryProtocol(t *testing.T) {
	for name, options := range protocols {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			h := w.http2()
			w.takeTour(t, generated(t.Context(), t, map[string]any{
				"CommissionService": connectv1.NewCommissionServiceClient(h, w.url, options...),
				"NetworkService":    connectv1.NewNetworkServiceClient(h, w.url, options...),
				"CatalogService":    connectv1.NewCatalogServiceClient(h, w.url, options...),
				"PlanService":       connectv1.NewPlanServiceClient(h, w.url, options...),
				"OpeningService":    connectv1.NewOpeningServiceClient(h, w.url, options...),
				"AdjustmentService": connectv1.NewAdjustmentServiceClient(h, w.url, options...),
				"ReportService":     connectv1.NewReportServiceClient(h, w.url, options...),
			}))
		})
	}
}

func TestReach_GRPCGoCallsEverything(t *testing.T) {
	w := newWorld(t)
	conn := w.grpc()
	w.takeTour(t, generated(t.Context(), t, map[string]any{
		"CommissionService": uplinev1.NewCommissionServiceClient(conn),
		"NetworkService":    uplinev1.NewNetworkServiceClient(conn),
		"CatalogService":    uplinev1.NewCatalogServiceClient(conn),
		"PlanService":       uplinev1.NewPlanServiceClient(conn),
		"OpeningService":    uplinev1.NewOpeningServiceClient(conn),
		"AdjustmentService": uplinev1.NewAdjustmentServiceClient(conn),
		"ReportService":     uplinev1.NewReportServiceClient(conn),
	}))
}

func TestReach_PlainJSONCallsEverything(t *testing.T) {
	w := newWorld(t)
	w.takeTour(t, func(method, body string) ([]byte, error) {
		r := w.post(method, body)
		if r.status != http.StatusOK {
			return nil, fmt.Errorf("status %d: %s", r.status, r.body)
		}
		return []byte(r.body), nil
	})
}

// curl posts everything, and reads by GET what has no side effects.
func TestReach_CurlCallsEverything(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	w := newWorld(t)
	reads := map[string]bool{}
	methodsOfTheContract(func(procedure string, m protoreflect.MethodDescriptor) {
		options, _ := m.Options().(*descriptorpb.MethodOptions)
		reads[procedure] = options.GetIdempotencyLevel() == descriptorpb.MethodOptions_NO_SIDE_EFFECTS
	})
	gets := 0
	w.takeTour(t, func(method, body string) ([]byte, error) {
		path := "/upline.v1." + method
		arguments := []string{"--silent", "--show-error", "--fail", "--http1.1", "-H", "Content-Type: application/json", "-d", body, w.url + path}
		if reads[path] {
			gets++
			arguments = []string{"--silent", "--show-error", "--fail", w.url + path + "?connect=v1&encoding=json&message=" + url.QueryEscape(body)}
		}
		var stderr bytes.Buffer
		command := exec.CommandContext(t.Context(), curl, arguments...)
		command.Stderr = &stderr
		b, err := command.Output()
		if err != nil {
			return nil, fmt.Errorf("%w: %s", err, stderr.String())
		}
		return b, nil
	})
	if gets < 10 {
		t.Errorf("only %d reads by GET", gets)
	}
}

func TestReach_ErrorDetailsArriveInEveryProtocol(t *testing.T) {
	w := newWorld(t)
	request := &uplinev1.GetSaleRequest{Market: "US", SaleId: "nothing"}
	check := func(r refusal) {
		t.Helper()
		r.is(t, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_SALE, "")
		if r.detail.GetIds()["sale_id"] != "nothing" || r.detail.GetRemedy() == "" && len(r.detail.GetFields()) == 0 {
			t.Errorf("detail: %v", r.detail)
		}
	}
	w.found()
	for name, options := range protocols {
		_, err := w.commission(options...).GetSale(t.Context(), request)
		t.Run(name, func(t *testing.T) { check(refused(t, err)) })
	}
	_, err := uplinev1.NewCommissionServiceClient(w.grpc()).GetSale(t.Context(), request)
	check(refusedGRPC(t, err))
	check(refusedJSON(t, w.post("CommissionService/GetSale", `{"market":"US","saleId":"nothing"}`)))
}
