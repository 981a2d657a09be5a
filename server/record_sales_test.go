package server

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	uplinev1 "upline/api/upline/v1"
)

// One bad sale of a batch does not stop the others: each is answered by itself, also when the batch is sent again.
func TestRecordSales_ItemByItem(t *testing.T) {
	w := newWorld(t).found()
	w.ok("CommissionService/RecordSale", sale("used", "anna", "kit"))
	client := uplinev1.NewCommissionServiceClient(w.grpc())
	good := func(id, seller string) *uplinev1.RecordSaleRequest {
		return &uplinev1.RecordSaleRequest{
			Market: "US", SaleId: id, DistributorId: seller, CustomerId: "c1", ProductId: "kit",
			Price: &uplinev1.Money{CurrencyCode: "USD", Amount: "10.00"}, SoldAt: timestamp(begin.UnixMicro()),
		}
	}
	edited := func(id string, edit func(*uplinev1.RecordSaleRequest)) *uplinev1.RecordSaleRequest {
		m := good(id, "anna")
		edit(m)
		return m
	}
	request := &uplinev1.RecordSalesRequest{ItemByItem: true, Sales: []*uplinev1.RecordSaleRequest{
		good("s1", "anna"),
		edited("s2", func(m *uplinev1.RecordSaleRequest) { m.CustomerId = "" }),
		edited("s3", func(m *uplinev1.RecordSaleRequest) { m.Price.Amount = "1.234" }),
		edited("s4", func(m *uplinev1.RecordSaleRequest) { m.Price.CurrencyCode = "dollar" }),
		edited("s5", func(m *uplinev1.RecordSaleRequest) { m.Market = "DE" }),
		good("s6", "nobody"),
		good("used", "anna"),
		good("s7", "bert"),
		good("s1", "anna"),
		good("s1", "bert"),
	}}
	want := []string{
		"s1",
		"ERROR_REASON_INVALID_FIELD sales[1].customer_id",
		"ERROR_REASON_TOO_MANY_DECIMALS sales[2].price.amount",
		"ERROR_REASON_INVALID_FIELD sales[3].price.currency_code",
		"ERROR_REASON_UNKNOWN_MARKET sales[4].market",
		"ERROR_REASON_UNKNOWN_DISTRIBUTOR sales[5].distributor_id",
		"ERROR_REASON_ID_REUSED sales[6].price.amount, sales[6].sold_at",
		"s7",
		"s1",
		"ERROR_REASON_ID_REUSED sales[9].distributor_id",
	}
	var first *uplinev1.RecordSalesResponse
	for try := range 2 {
		response, err := client.RecordSales(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		if len(response.GetReceipts()) > 0 || len(response.GetResults()) != len(want) {
			t.Fatalf("%d receipts, %d results", len(response.GetReceipts()), len(response.GetResults()))
		}
		for i, r := range response.GetResults() {
			got := r.GetReceipt().GetSaleId()
			if e := r.GetError(); e != nil {
				var fields []string
				for _, f := range e.GetFields() {
					fields = append(fields, f.GetField())
				}
				got = fmt.Sprint(e.GetReason(), " ", strings.Join(fields, ", "))
				if e.RequestId = ""; e.GetRemedy() == "" && e.GetFields()[0].GetRemedy() == "" {
					t.Errorf("%d has no remedy: %v", i, e)
				}
			}
			if got != want[i] {
				t.Errorf("try %d, sale %d: got %s, want %s", try, i, got, want[i])
			}
		}
		if first == nil {
			first = response
		} else if !proto.Equal(first, response) {
			t.Errorf("sent again\n%v\nwant\n%v", response, first)
		}
	}
	if first.GetResults()[0].GetReceipt().GetLines()[0].GetAmount().GetAmount() != "1.00" {
		t.Errorf("the first sale posts %v", first.GetResults()[0])
	}
	listed := w.ok("CommissionService/ListSales", `{"market":"US"}`)
	if n := len(listed["sales"].([]any)); n != 3 {
		t.Errorf("%d sales are recorded, want 3", n)
	}
	// A batch that is too long is refused as a whole, as ever.
	for len(request.Sales) <= 1000 {
		request.Sales = append(request.Sales, good("s8", "anna"))
	}
	_, err := client.RecordSales(t.Context(), request)
	refusedGRPC(t, err)
}
