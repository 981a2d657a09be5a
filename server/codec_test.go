package server

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	uplinev1 "upline/api/upline/v1"
)

const (
	unknownField = uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_FIELD
	badField     = uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD
)

func TestStrictJSON_UnknownFieldIsRefusedAndNamed(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ method, body, field, remedy string }{
		{"CatalogService/PutVendor", `{"vendor":{"vendorId":"v","nam":"x"}}`, "vendor.nam", `Did you mean "name"?`},
		{"CatalogService/PutVendor", `{"vendr":{"vendorId":"v","name":"x"}}`, "vendr", `Did you mean "vendor"?`},
		{"CommissionService/RecordSale", `{"sale_idd":"s"}`, "sale_idd", `Did you mean "sale_id"?`},
		{"CommissionService/RecordSale", `{"price":{"currencyCode":"USD","amont":"1"}}`, "price.amont", `Did you mean "amount"?`},
		{"CommissionService/RecordSale", `{"zz":"1"}`, "zz", "Its fields are "},
		{"CommissionService/RecordSales", `{"sales":[{"saleId":"a"},{"saleID":"b","colour":"red"}]}`, "sales[1].colour", "Its fields are "},
		{"CatalogService/ListMarkets", `{"filter":"x"}`, "filter", "has no fields; send {}"},
		{"CatalogService/ListVendors", `{"pageSize":1,"a":{"b":[1,2,{"c":null}]}}`, "a", "Its fields are pageSize, pageToken."},
	} {
		r := refusedJSON(t, w.post(c.method, c.body))
		r.is(t, connect.CodeInvalidArgument, unknownField, c.field)
		found := false
		for _, f := range r.detail.GetFields() {
			found = found || strings.Contains(f.GetRemedy(), c.remedy)
		}
		if !found {
			t.Errorf("%s: no remedy %q in %v", c.body, c.remedy, r.detail)
		}
	}
}

func TestStrictJSON_UnknownFieldIsRefusedInAGet(t *testing.T) {
	w := newWorld(t)
	path := "/upline.v1.CatalogService/ListVendors?connect=v1&encoding=json&message="
	refusedJSON(t, w.do(http.MethodGet, path+url.QueryEscape(`{"page_sise":3}`), "")).
		is(t, connect.CodeInvalidArgument, unknownField, "page_sise")
	if ok := w.do(http.MethodGet, path+url.QueryEscape(`{"page_size":3}`), ""); ok.status != http.StatusOK {
		t.Errorf("a good GET is refused: %d %s", ok.status, ok.body)
	}
}

// A client of gRPC with JSON sends its own envelope, and so does one of gRPC-Web.
func TestStrictJSON_UnknownFieldIsRefusedInEveryProtocol(t *testing.T) {
	w := newWorld(t)
	for _, contentType := range []string{"application/grpc+json", "application/grpc-web+json"} {
		client := connect.NewClient[uplinev1.EnrollRequest, uplinev1.ListVendorsResponse](
			w.http2(), w.url+"/upline.v1.CatalogService/ListVendors", protocolOption(contentType), connect.WithProtoJSON())
		// The message is one of another call, so all of its fields are unknown.
		_, err := client.CallUnary(t.Context(), connect.NewRequest(&uplinev1.EnrollRequest{DistributorId: "d"}))
		refused(t, err).is(t, connect.CodeInvalidArgument, unknownField, "distributorId")
	}
}

func protocolOption(contentType string) connect.ClientOption {
	if strings.HasPrefix(contentType, "application/grpc-web") {
		return connect.WithGRPCWeb()
	}
	return connect.WithGRPC()
}

func TestStrictJSON_WhatCannotBeDecodedIsExplained(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ method, body, field, problem string }{
		{"CatalogService/ListVendors", ``, "", "the body is empty"},
		{"CatalogService/ListVendors", "{\"pageSize\": 1,\n  oops}", "", "the body is not JSON, at line 2, column 3"},
		{"CatalogService/ListVendors", `{"pageSize": 1`, "", "the body is not JSON, at line 1, column 14"},
		{"CatalogService/ListVendors", `{} {}`, "", "goes on after its JSON value"},
		{"CatalogService/ListVendors", "{\"pageToken\":\"\xff\"}", "", "the body is not UTF-8"},
		{"CatalogService/ListVendors", `[]`, "", "is a list where an object is needed"},
		{"CatalogService/ListVendors", `{"pageSize":"many"}`, "page_size", `is "many", which is not a whole number of 32 bits`},
		{"CatalogService/ListVendors", `{"pageSize":1.5}`, "page_size", "is 1.5, which is not a whole number"},
		{"CatalogService/ListVendors", `{"pageSize":1,"page_size":2}`, "page_size", `is given twice, as "pageSize" and as "page_size"`},
		{"CatalogService/PutVendor", `{"vendor":"acme"}`, "vendor", "is a text where an object is needed"},
		{"CatalogService/PutProduct", `{"product":{"requiresActivation":"yes"}}`, "product.requires_activation", "is not true or false"},
		{"CatalogService/PutProduct", `{"product":{"volumeTiming":"SOMETIMES"}}`, "product.volume_timing", "is not one of VOLUME_TIMING_ON_ACTIVATION, VOLUME_TIMING_ON_PAYMENT"},
		{"CommissionService/RecordSale", `{"price":{"amount":12.3}}`, "price.amount", "is 12.3, which is not a text"},
		{"CommissionService/RecordSale", `{"soldAt":"yesterday"}`, "sold_at", `is "yesterday", which is not a time`},
		{"CommissionService/RecordSales", `{"sales":{}}`, "sales", "is an object where a list is needed"},
		{"CommissionService/RecordSales", `{"sales":[{},{"pv":1}]}`, "sales[1].pv", "is 1, which is not a text"},
		{"CommissionService/RecordSales", `{"sales":[null]}`, "sales[0]", "is null where an object is needed"},
		{"CommissionService/RunPeriod", `{"wait":"soon"}`, "wait", `is "soon", which is not a duration`},
		{"OpeningService/ImportOpening", `{"entries":[{"rank":{},"balance":{}}]}`, "entries[0].balance", `is given beside "rank"`},
	} {
		r := refusedJSON(t, w.post(c.method, c.body))
		r.is(t, connect.CodeInvalidArgument, badField, c.field)
		if !strings.Contains(r.message, c.problem) {
			t.Errorf("%s: got %q, want %q", c.body, r.message, c.problem)
		}
	}
}

func TestStrictJSON_NullAndBothSpellingsAreTaken(t *testing.T) {
	w := newWorld(t)
	for _, body := range []string{`{}`, `{"pageSize":null}`, `{"page_size":"7"}`, ` {"pageToken":""} `} {
		if r := w.post("CatalogService/ListVendors", body); r.status != http.StatusOK {
			t.Errorf("%s: %d %s", body, r.status, r.body)
		}
	}
}

func TestBinaryCodec_GarbageIsRefusedWithDetail(t *testing.T) {
	w := newWorld(t)
	r := w.do(http.MethodPost, "/upline.v1.CatalogService/ListVendors", "\xff\xff\xff", "Content-Type", "application/proto")
	refusedJSON(t, r).is(t, connect.CodeInvalidArgument, badField, "")
}

// A refusal travels inside the message; a client must not be able to write one.
func TestRefusal_CannotBeForgedByAClient(t *testing.T) {
	forged := &uplinev1.ListVendorsRequest{}
	leaveRefusal(forged, &uplinev1.ErrorDetail{Remedy: "forged"})
	b, err := proto.Marshal(forged)
	if err != nil {
		t.Fatal(err)
	}
	other := append([]byte(nil), refusalMark...)
	other[len(other)-1]++ // The mark of another process.
	b = append(other, b[len(refusalMark):]...)
	w := newWorld(t)
	r := w.do(http.MethodPost, "/upline.v1.CatalogService/ListVendors", string(b), "Content-Type", "application/proto")
	if r.status != http.StatusOK {
		t.Errorf("status %d: %q", r.status, r.body)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"sale_id", "market", "sold_at", "price"}
	for given, want := range map[string]string{
		"saleid": "sale_id", "Market": "market", "soldat": "sold_at", "prise": "price", "colour": "", "": "", strings.Repeat("x", 65): "",
	} {
		if got := nearest(given, names); got != want {
			t.Errorf("nearest(%q) = %q, want %q", given, got, want)
		}
	}
}
