package server

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	uplinev1 "upline/api/upline/v1"
)

// badInput is a request that must be refused, with what the refusal must say.
type badInput struct {
	name, method, body string
	code               connect.Code
	reason             uplinev1.ErrorReason
	field              string // "" where the mistake is in no field
	problem            string // part of what is said
}

var badInputs = []badInput{
	{
		"unknown seller", "CommissionService/RecordSale", sale("n1", "nobody", "kit"),
		connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_DISTRIBUTOR, "distributor_id", "nobody",
	},
	{
		"unknown product", "CommissionService/RecordSale", sale("n1", "anna", "nothing"),
		connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_PRODUCT, "product_id", "nothing",
	},
	{
		"unknown market", "CommissionService/RecordSale", strings.Replace(sale("n1", "anna", "kit"), `"US"`, `"ZZ"`, 1),
		connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_MARKET, "market", "ZZ",
	},
	{
		"unknown JSON field", "CommissionService/RecordSale", sale("n1", "anna", "kit", `"gv":"1"`),
		connect.CodeInvalidArgument, unknownField, "gv", "is no field of RecordSaleRequest",
	},
	{
		"negative price", "CommissionService/RecordSale", sale("n1", "anna", "kit", `"price":{"currencyCode":"USD","amount":"-0.01"}`),
		connect.CodeInvalidArgument, badField, "price.amount", "negative",
	},
	{
		"three decimals in USD", "CommissionService/RecordSale", sale("n1", "anna", "kit", `"price":{"currencyCode":"USD","amount":"1.230"}`),
		connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_TOO_MANY_DECIMALS, "price.amount", "more than the 2 decimals of USD",
	},
	{
		"a decimal in JPY", "CommissionService/RecordSale", sale("n1", "anna", "kit", `"price":{"currencyCode":"JPY","amount":"1.0"}`),
		connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_TOO_MANY_DECIMALS, "price.amount", "more than the 0 decimals of JPY",
	},
	{
		"unknown currency", "CommissionService/RecordSale", sale("n1", "anna", "kit", `"price":{"currencyCode":"USX","amount":"1.23"}`),
		connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_CURRENCY, "price.currency_code", "no currency of ISO 4217",
	},
	{
		"a currency that the plan cannot pay from", "CommissionService/RecordSale", sale("n1", "anna", "kit", `"price":{"currencyCode":"EUR","amount":"1.23"}`),
		connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_CURRENCY, "price.currency_code", "USD",
	},
	{
		"amount with an exponent", "CommissionService/RecordSale", sale("n1", "anna", "kit", `"price":{"currencyCode":"USD","amount":"1e3"}`),
		connect.CodeInvalidArgument, badField, "price.amount", "malformed",
	},
	{
		"five decimals of volume", "CommissionService/RecordSale", sale("n1", "anna", "kit", `"pv":"1.00001"`),
		connect.CodeInvalidArgument, badField, "pv", "malformed",
	},
	{
		"no price", "CommissionService/RecordSale", sale("n1", "anna", "kit", `"price":null`),
		connect.CodeInvalidArgument, badField, "price", "missing",
	},
	{
		"65-character id", "CommissionService/RecordSale", sale(strings.Repeat("x", 65), "anna", "kit"),
		connect.CodeInvalidArgument, badField, "sale_id", "has 65 characters",
	},
	{
		"id with a space", "CommissionService/RecordSale", sale("n 1", "anna", "kit"),
		connect.CodeInvalidArgument, badField, "sale_id", "malformed",
	},
	{
		"time finer than a microsecond", "CommissionService/RecordSale", sale("n1", "anna", "kit", `"soldAt":"2026-10-14T12:00:00.123456789Z"`),
		connect.CodeInvalidArgument, badField, "sold_at", "finer than a microsecond",
	},
	{
		"sold six minutes from now", "CommissionService/RecordSale", sale("n1", "anna", "kit", `"soldAt":"2026-10-15T12:06:00Z"`),
		connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_TIME_OUT_OF_RANGE, "sold_at", "future",
	},
	{
		"same id, another price", "CommissionService/RecordSale", sale("s1", "bert", "power", `"price":{"currencyCode":"USD","amount":"100.01"}`),
		connect.CodeAlreadyExists, uplinev1.ErrorReason_ERROR_REASON_ID_REUSED, "price.amount", `"100.01" and was "100.00" first`,
	},
	{
		"a batch with one bad sale", "CommissionService/RecordSales",
		`{"sales":[` + sale("n1", "anna", "kit") + `,` + sale("n2", "nobody", "kit") + `]}`,
		connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_DISTRIBUTOR, "sales[1].distributor_id", "nobody",
	},
	{
		"a batch with a bad amount", "CommissionService/RecordSales",
		`{"sales":[` + sale("n1", "anna", "kit") + `,` + sale("n2", "anna", "kit", `"price":{"currencyCode":"USD","amount":"1.234"}`) + `]}`,
		connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_TOO_MANY_DECIMALS, "sales[1].price.amount", "decimals",
	},
	{
		"a batch with one id twice", "CommissionService/RecordSales",
		`{"sales":[` + sale("n1", "anna", "kit") + `,` + sale("n1", "anna", "kit") + `]}`,
		connect.CodeInvalidArgument, badField, "sales[1].sale_id", "in the batch already",
	},
	{
		"an empty batch", "CommissionService/RecordSales", `{}`,
		connect.CodeInvalidArgument, badField, "sales", "at least 1",
	},
	{
		"activated before sold", "CommissionService/Activate", `{"market":"US","saleId":"s2","eventId":"a9","activatedAt":"2026-10-13T12:00:00Z"}`,
		connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_TIME_OUT_OF_RANGE, "activated_at", "before",
	},
	{
		"activating what was never sold", "CommissionService/Activate", `{"market":"US","saleId":"s9","eventId":"a9","activatedAt":"2026-10-14T13:00:00Z"}`,
		connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_SALE, "", "s9",
	},
	{
		"cancelled twice under one event id", "CommissionService/Cancel", `{"market":"US","saleId":"s1","eventId":"x1","cancelledAt":"2026-10-15T11:00:00Z"}`,
		connect.CodeAlreadyExists, uplinev1.ErrorReason_ERROR_REASON_ID_REUSED, "cancelled_at", "2026-10-15T10:00:00",
	},
	{
		"an activation's id used for a cancellation", "CommissionService/Cancel", `{"market":"US","saleId":"s1","eventId":"a1","cancelledAt":"2026-10-15T11:00:00Z"}`,
		connect.CodeAlreadyExists, uplinev1.ErrorReason_ERROR_REASON_ID_REUSED, "cancelled_at", "",
	},
	{
		"part of nothing refunded", "CommissionService/RecordPayment",
		`{"market":"US","saleId":"s1","eventId":"r1","cycle":1,"amount":{"currencyCode":"USD","amount":"0"},"paidAt":"2026-10-15T12:00:00Z","status":"PAYMENT_STATUS_PARTLY_REFUNDED"}`,
		connect.CodeInvalidArgument, badField, "amount.amount", "is zero",
	},
	{
		"a refund below zero", "CommissionService/RecordPayment",
		`{"market":"US","saleId":"s1","eventId":"r1","cycle":1,"amount":{"currencyCode":"USD","amount":"-5"},"paidAt":"2026-10-15T12:00:00Z","status":"PAYMENT_STATUS_PARTLY_REFUNDED"}`,
		connect.CodeInvalidArgument, badField, "amount.amount", "-5 is negative",
	},
	{
		"no cycle", "CommissionService/RecordPayment",
		`{"market":"US","saleId":"s1","eventId":"r1","amount":{"currencyCode":"USD","amount":"5"},"paidAt":"2026-10-15T12:00:00Z"}`,
		connect.CodeInvalidArgument, badField, "cycle", "is missing",
	},
	{
		"no reason", "CommissionService/CorrectSeller",
		`{"market":"US","saleId":"s1","eventId":"r1","distributorId":"bert","correctedAt":"2026-10-15T12:00:00Z"}`,
		connect.CodeInvalidArgument, badField, "reason", "is missing",
	},
	{
		"a leg below all", "NetworkService/Enroll",
		`{"distributorId":"n1","planId":"main","market":"US","sponsorId":"anna","enrolledAt":"2026-10-14T12:00:00Z","automatic":{"strategy":"PLACEMENT_STRATEGY_OUTER_EDGE","leg":-1}}`,
		connect.CodeInvalidArgument, badField, "automatic.leg", "is -1",
	},
	{
		"no such state of a payment", "CommissionService/RecordPayment",
		`{"market":"US","saleId":"s1","eventId":"r1","cycle":1,"amount":{"currencyCode":"USD","amount":"1"},"paidAt":"2026-10-15T12:00:00Z","status":77}`,
		connect.CodeInvalidArgument, badField, "status", "",
	},
	{
		"an event id of Upline's", "CommissionService/Cancel", `{"market":"US","saleId":"s1","eventId":"upline:lapse:1","cancelledAt":"2026-10-15T12:00:00Z"}`,
		connect.CodeInvalidArgument, badField, "event_id", "begins with upline:",
	},
	{
		"a sale id of Upline's", "CommissionService/RecordSale", sale("upline:1", "anna", "kit"),
		connect.CodeInvalidArgument, badField, "sale_id", "begins with upline:",
	},
	{
		"lapse without grace", "CatalogService/PutProduct",
		`{"product":{"productId":"x","vendorId":"acme","name":"X","billing":{"cycle":"BILLING_CYCLE_MONTHLY","lapseWhenOverdue":true}}}`,
		connect.CodeInvalidArgument, badField, "product.billing.grace_days", "the moment that it is due",
	},
	{
		"payment of cycle 0", "CommissionService/RecordPayment",
		`{"market":"US","saleId":"s1","eventId":"p9","amount":{"currencyCode":"USD","amount":"1"},"paidAt":"2026-10-15T11:00:00Z"}`,
		connect.CodeInvalidArgument, badField, "cycle", "greater than or equal to 1",
	},
	{
		"period not yet over", "CommissionService/RunPeriod", `{"planId":"main","period":"2026-10","mode":"RUN_MODE_CLOSE"}`,
		connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_PERIOD_NOT_OVER, "", "",
	},
	{
		"no such period", "CommissionService/RunPeriod", `{"planId":"main","period":"2026-13","mode":"RUN_MODE_CLOSE"}`,
		connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_PERIOD, "period", "2026-13",
	},
	{
		"a run without a mode", "CommissionService/RunPeriod", `{"planId":"main","period":"2026-09"}`,
		connect.CodeInvalidArgument, badField, "mode", "",
	},
	{
		"a plan that does not exist", "CommissionService/RunPeriod", `{"planId":"other","period":"2026-09","mode":"RUN_MODE_PREVIEW"}`,
		connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_PLAN, "", "other",
	},
	{
		"no such run", "CommissionService/GetRun", `{"runId":"nothing"}`,
		connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_RUN, "", "nothing",
	},
	{
		"a rate above 100 %", "PlanService/PublishPlan",
		fmt.Sprintf(`{"source":%s}`, quoted(strings.Replace(strings.Replace(planMain, "10%", "110%", 1), "plan_id: main", "plan_id: p2", 1))),
		connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_INVALID_PLAN, "bonuses[0].direct.rate", "line 11, column ",
	},
	{
		"a rank condition that does not compile", "PlanService/PublishPlan",
		fmt.Sprintf(`{"source":%s}`, quoted(strings.Replace(strings.Replace(planMain, "pv >= 50", "pv >== 50", 1), "plan_id: main", "plan_id: p2", 1))),
		connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_INVALID_PLAN, "ranks[0].when", "line 8, column ",
	},
	{
		"a plan that is no YAML", "PlanService/PublishPlan", `{"source":"plan_id: [main"}`,
		connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_INVALID_PLAN, "", "line 1",
	},
	{
		"a version that begins with the last", "PlanService/PublishPlan", fmt.Sprintf(`{"source":%s}`, quoted(strings.Replace(planMain, "10%", "11%", 1))),
		connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_PLAN_OVERLAP, "valid_from", "",
	},
	{
		"forged page token", "CommissionService/ListSales", `{"market":"US","pageToken":"c2FsZS0x"}`,
		connect.CodeInvalidArgument, badToken, "page_token", "not issued for this list",
	},
	{
		"page of 1,001", "CommissionService/ListSales", `{"market":"US","pageSize":1001}`,
		connect.CodeInvalidArgument, badField, "page_size", "1000",
	},
	{
		"5 MB request", "CommissionService/RecordSale", sale("n1", "anna", "kit", `"orderId":"`+strings.Repeat("x", 5<<20)+`"`),
		connect.CodeResourceExhausted, tooLarge, "", "",
	},
	{
		"sponsor of nowhere", "NetworkService/Enroll", `{"distributorId":"n","planId":"main","market":"US","sponsorId":"nobody","enrolledAt":"2026-10-01T00:00:00Z"}`,
		connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_DISTRIBUTOR, "sponsor_id", "nobody",
	},
	{
		"a place where the plan has no tree", "NetworkService/Enroll",
		`{"distributorId":"n","planId":"main","market":"US","sponsorId":"top","placement":{"parentId":"top","leg":1},"enrolledAt":"2026-10-01T00:00:00Z"}`,
		connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_NETWORK_RULE, "placement", "no placement tree",
	},
	{
		"enrolled again under another sponsor", "NetworkService/Enroll",
		`{"distributorId":"bert","planId":"main","market":"US","sponsorId":"eve","enrolledAt":"2026-09-02T00:00:00Z"}`,
		connect.CodeAlreadyExists, uplinev1.ErrorReason_ERROR_REASON_ID_REUSED, "sponsor_id", `"eve" and was "anna" first`,
	},
	{
		"a market's other region", "CatalogService/PutMarket", `{"market":{"market":"US","region":"eu-west1","name":"United States"}}`,
		connect.CodeFailedPrecondition, uplinev1.ErrorReason_ERROR_REASON_IMMUTABLE, "market.region", "us-east1",
	},
	{
		"a product of nobody", "CatalogService/PutProduct", `{"product":{"productId":"x","vendorId":"none","name":"X"}}`,
		connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_VENDOR, "product.vendor_id", "none",
	},
	{
		"opening rank that the plan lacks", "OpeningService/ImportOpening",
		`{"planId":"main","entries":[{"eventId":"o1","distributorId":"top","balance":{"balance":{"currencyCode":"USD","amount":"1"}}},{"eventId":"o2","distributorId":"top","rank":{"achievedRank":"gold"}}]}`,
		connect.CodeInvalidArgument, badField, "entries[1].rank.achieved_rank", "gold",
	},
	{
		"opening entry without a fact", "OpeningService/ImportOpening", `{"planId":"main","entries":[{"eventId":"o1","distributorId":"top"}]}`,
		connect.CodeInvalidArgument, badField, "entries[0].fact", "",
	},
}

// Each bad input is refused with its code, reason and field, over plain HTTP/1.1 and over gRPC alike, and not a row of the database
// is other than before.
func TestBadInput_IsRefusedAndChangesNothing(t *testing.T) {
	w := newWorld(t).found()
	for _, step := range [][2]string{
		{"CommissionService/RecordSale", sale("s1", "bert", "power")},
		{"CommissionService/RecordSale", sale("s2", "bert", "power")},
		{"CommissionService/Activate", `{"market":"US","saleId":"s1","eventId":"a1","activatedAt":"2026-10-14T13:00:00Z"}`},
		{"CommissionService/Cancel", `{"market":"US","saleId":"s1","eventId":"x1","cancelledAt":"2026-10-15T10:00:00Z"}`},
		{"CommissionService/ListSales", `{"market":"US","pageSize":1}`}, // Its token brings the key of tokens into being.
	} {
		w.ok(step[0], step[1])
	}
	before := w.dump()
	conn := w.grpc()
	for _, c := range badInputs {
		t.Run(c.name, func(t *testing.T) {
			refusals := map[string]refusal{"http": refusedJSON(t, w.post(c.method, c.body))}
			if input, output := messagesOf(t, c.method); protojson.Unmarshal([]byte(c.body), input) == nil {
				refusals["grpc"] = refusedGRPC(t, conn.Invoke(t.Context(), "/upline.v1."+c.method, input, output))
			}
			for _, r := range refusals {
				r.is(t, c.code, c.reason, c.field)
				said := r.message
				for _, f := range r.detail.GetFields() {
					said += " " + f.GetProblem()
				}
				if !strings.Contains(said, c.problem) {
					t.Errorf("it says %q, not %q", said, c.problem)
				}
			}
			if after := w.dump(); after != before {
				t.Fatalf("the database changed: %s", firstDifference(before, after))
			}
		})
	}
}

// messagesOf are empty messages of a call's request and response.
func messagesOf(t testing.TB, method string) (input, output *dynamicpb.Message) {
	t.Helper()
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName("upline.v1." + strings.Replace(method, "/", ".", 1)))
	if err != nil {
		t.Fatal(err)
	}
	m, ok := d.(protoreflect.MethodDescriptor)
	if !ok {
		t.Fatalf("%s is no call", method)
	}
	return dynamicpb.NewMessage(m.Input()), dynamicpb.NewMessage(m.Output())
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("\n%s\n%s", x[i], y[i])
		}
	}
	return "rows were added or are gone"
}

// All mistakes of a request are said at once.
func TestBadInput_EveryFieldIsNamed(t *testing.T) {
	w := newWorld(t)
	r := refusedJSON(t, w.post("CommissionService/RecordSale", `{"market":"usa","saleId":"a b","price":{"currencyCode":"usd","amount":"1,5"}}`))
	for _, field := range []string{"market", "sale_id", "distributor_id", "customer_id", "product_id", "price.currency_code", "price.amount", "sold_at"} {
		r.is(t, connect.CodeInvalidArgument, badField, field)
	}
	r = refusedJSON(t, w.post("CommissionService/RecordSale",
		sale("s", "anna", "kit", `"price":{"currencyCode":"USD","amount":"-1.00"}`, `"soldAt":"2026-10-14T12:00:00.0000001Z"`)))
	for _, field := range []string{"price.amount", "sold_at"} {
		r.is(t, connect.CodeInvalidArgument, badField, field)
	}
}

// 12.3 and 12.30 are one price; what the product says is no part of what was sent.
func TestRecordSale_OtherSpellingAndChangedProductAreARepeat(t *testing.T) {
	w := newWorld(t).found()
	first := w.ok("CommissionService/RecordSale", sale("s1", "anna", "kit", `"price":{"currencyCode":"USD","amount":"12.3"}`, `"cv":"7.50"`))
	w.ok("CatalogService/PutProduct", `{"product":{"productId":"kit","vendorId":"acme","name":"Kit","pv":"6","requiresActivation":true}}`)
	for _, body := range []string{
		sale("s1", "anna", "kit", `"price":{"currencyCode":"USD","amount":"12.30"}`, `"cv":"7.5"`),
		sale("s1", "anna", "kit", `"price":{"currency_code":"USD","amount":"0012.3"}`, `"cv":"07.5000"`, `"soldAt":"2026-10-14T14:00:00.000000+02:00"`),
	} {
		if again := w.ok("CommissionService/RecordSale", body); fmt.Sprint(again) != fmt.Sprint(first) {
			t.Errorf("the repeat answers\n%v\nand the first was\n%v", again, first)
		}
	}
	if r := w.post("CommissionService/RecordSale", sale("s1", "anna", "kit", `"price":{"currencyCode":"USD","amount":"12.3"}`)); r.status != http.StatusConflict {
		t.Errorf("without the volume it is another sale: %d %s", r.status, r.body)
	}
}
