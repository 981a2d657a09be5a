package store_test

import (
	"testing"

	"upline/calc"
	"upline/store"
)

// The size of a sale is that of what it was recorded with, at the event and at the close, however it is changed and whatever is taken back.
func TestWorkRun_CountsSalesOfASize(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(compiled(t, "sizes", `
cancelled_volume: current
volumes:
  - {name: small, of: price, sale_size: {below: 600}}
  - {name: large, of: price, sale_size: {from: 600}, buyers: customers, markets: [US]}
  - {name: bought, of: price, buyers: distributors}
bonuses:
  - {name: small_at_once, direct: {volume: small, rate: 1%}}
  - {name: large_at_once, direct: {volume: large, rate: 10%}}
  - {name: small_later, pays: period, direct: {volume: small, rate: 2%}}
  - {name: large_later, pays: period, direct: {volume: large, rate: 20%}}
  - {name: own_at_once, direct: {volume: bought, rate: 50%}}
`), "sizes")
		w.enrol("sizes", early("ann"))
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "kit", VendorID: "power", Name: "Kit"}))
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "better", VendorID: "power", Name: "Better"}))
		w.nowUS.Store(date(3, 15))
		for id, priceMinor := range map[string]int64{"s1": 599_99, "s2": 600_00, "s3": 500_00} {
			s := sale(id)
			s.DistributorID, s.CustomerID, s.ProductID, s.PriceMinor, s.SoldAtUS = "ann", "carl", "kit", priceMinor, at(10, 0)
			w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
		}
		w.append(upgrade("s3", "u", "better", 800_00, at(10, 12)))
		w.must(nil, w.close("sizes", calc.Monthly, "2026-01"))
		w.append(cancellation("s3", "c", date(2, 3)))
		w.must(nil, w.close("sizes", calc.Monthly, "2026-02"))
		// s3 of 500.00 is small: 5.00 at once. For the 30½ days of the month that are left 300.00 more is charged, 295.16, and all of it is taken
		// back in February.
		for period, want := range map[string]string{"2026-01": "large_at_once 6000, large_later 12000, small_at_once 1395, small_later 2790", "2026-02": "small_at_once -795, small_later -1590"} {
			if got := w.pays("ann", period); got != want {
				t.Errorf("%s pays %s, want %s", period, got, want)
			}
		}
	})
}
