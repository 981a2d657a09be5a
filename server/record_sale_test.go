package server

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// Content made field by field is that of the walk over the message, whatever is given or omitted. A field that is added to the
// contract fails here until it is part of the content.
func TestSaleContent_IsWhatTheMessageSays(t *testing.T) {
	if n := (&uplinev1.RecordSaleRequest{}).ProtoReflect().Descriptor().Fields().Len(); n != 12 {
		t.Errorf("a sale has %d fields now: add the new one to saleContent and to this test", n)
	}
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[A-Za-z0-9._:-]{1,64}`)
		volume := rapid.StringMatching(`[0-9]{1,10}(\.[0-9]{1,4})?`)
		m := &uplinev1.RecordSaleRequest{
			Market: "US", SaleId: id.Draw(t, "sale"), DistributorId: id.Draw(t, "seller"), CustomerId: id.Draw(t, "customer"), ProductId: id.Draw(t, "product"),
			Price:  &uplinev1.Money{CurrencyCode: "USD", Amount: rapid.StringMatching(`[0-9]{1,12}(\.[0-9]{1,2})?`).Draw(t, "amount")},
			SoldAt: timestamppb.New(time.UnixMicro(rapid.Int64Range(-1e15, 1e16).Draw(t, "sold at"))),
		}
		if rapid.Bool().Draw(t, "has order") {
			m.OrderId = id.Draw(t, "order")
		}
		if rapid.Bool().Draw(t, "has pv") {
			m.Pv = proto.String(volume.Draw(t, "pv"))
		}
		if rapid.Bool().Draw(t, "has cv") {
			m.Cv = proto.String(volume.Draw(t, "cv"))
		}
		if rapid.Bool().Draw(t, "has qv") {
			m.Qv = proto.String(volume.Draw(t, "qv"))
		}
		if rapid.Bool().Draw(t, "has fee") {
			m.Fee = &uplinev1.Money{CurrencyCode: "USD", Amount: rapid.StringMatching(`[0-9]{1,3}(\.[0-9]{1,2})?`).Draw(t, "fee")}
		}
		var r reading
		sale := newSale(&r, m)
		if err := r.err(); err != nil {
			t.Fatal(err)
		}
		normal := map[string]string{"price.amount": formatMinor(sale.PriceMinor, "USD")}
		if sale.PV != nil {
			normal["pv"] = calc.FormatVolume(*sale.PV)
		}
		if sale.CV != nil {
			normal["cv"] = calc.FormatVolume(*sale.CV)
		}
		if sale.QV != nil {
			normal["qv"] = calc.FormatVolume(*sale.QV)
		}
		if sale.FeeMinor != nil {
			normal["fee.amount"] = formatMinor(*sale.FeeMinor, "USD")
		}
		if want := contentOf(m, []string{"market", "sale_id"}, normal); !slices.Equal(sale.Content, want) {
			t.Fatalf("got\n%q\nwant\n%q", sale.Content, want)
		}
	})
}
