package store_test

import (
	"fmt"
	"testing"

	"upline/calc"
	"upline/store"
)

// The first sale of a class is the first of that class, in whatever period and whatever was bought before.
func TestWorkRun_CountsTheFirstSaleOfAClass(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(compiled(t, "firsts", `
volumes:
  - {name: first_power, of: price, product_classes: [power], first_sale_only: true}
  - {name: first, of: price, first_sale_only: true}
bonuses:
  - {name: power, pays: period, direct: {volume: first_power, rate: 10%}}
  - {name: any, pays: period, direct: {volume: first, rate: 1%}}
`), "firsts")
		w.enrol("firsts", early("ann"))
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "power", VendorID: "power", Name: "Power", Class: "power"}))
		w.nowUS.Store(date(3, 15))
		for i, n := range []struct {
			customer, product string
			priceMinor, atUS  int64
		}{
			{"carl", "kit", 100_00, at(10, 0)},
			{"carl", "power", 200_00, at(12, 0)},
			{"carl", "power", 400_00, at(11, 0)},
			{"dora", "power", 800_00, at(12, 0)},
			{"carl", "power", 1600_00, date(2, 3)},
			{"ann", "power", 3200_00, date(2, 3)},
		} {
			s := sale(fmt.Sprintf("s%d", i+1))
			s.DistributorID, s.CustomerID, s.ProductID, s.PriceMinor, s.SoldAtUS = "ann", n.customer, n.product, n.priceMinor, n.atUS
			w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
		}
		w.must(nil, w.close("firsts", calc.Monthly, "2026-01"))
		w.must(nil, w.close("firsts", calc.Monthly, "2026-02"))
		// January: carl's 400.00 of the 11th and dora's 800.00; of all, carl's kit and dora's. February: what ann bought herself.
		for period, want := range map[string]string{"2026-01": "any 900, power 12000", "2026-02": "any 3200, power 32000"} {
			if got := w.pays("ann", period); got != want {
				t.Errorf("%s pays %s, want %s", period, got, want)
			}
		}
	})
}
