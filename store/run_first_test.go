package store_test

import (
	"fmt"
	"strings"
	"testing"

	"upline/calc"
	"upline/store"
)

// pays returns what a distributor's bonuses pay in a period.
func (w *world) pays(distributorID, period string) string {
	w.t.Helper()
	e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: distributorID, Period: period, PageSize: 100})
	w.must(e, err)
	var text []string
	for _, b := range e.ByBonus {
		text = append(text, fmt.Sprintf("%s %d", b.Bonus, b.PostedMinor))
	}
	return strings.Join(text, ", ")
}

// Qualifying volume and fees of a sale reach the close; those of the sale stand before the product's.
func TestWorkRun_CountsQualifyingVolumeAndFees(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(compiled(t, "net", `
active: qv >= 30
bonuses:
  - {name: at_once, direct: {base: net_price, rate: 10%}}
  - {name: month, pays: period, inactive: unpaid, direct: {base: net_price, rate: 1%}}
  - {name: qualifying, pays: period, direct: {base: qv, rate: 1}}
`), "net")
		w.enrol("net", early("ann"), early("ben"))
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "kit", VendorID: "power", Name: "Kit", QV: 200_000}))
		fee, qv := int64(1_000), int64(300_000)
		for i, n := range []struct {
			seller  string
			fee, qv *int64
		}{{"ann", &fee, &qv}, {"ben", nil, nil}} {
			s := sale(fmt.Sprintf("s%d", i))
			s.DistributorID, s.ProductID, s.SoldAtUS, s.FeeMinor, s.QV = n.seller, "kit", at(10, 0), n.fee, n.qv
			w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
		}
		w.nowUS.Store(date(2, 20))
		w.must(nil, w.close("net", calc.Monthly, "2026-01"))
		// Ann: 10 % and 1 % of 490.00, and 30 points. Ben: 20 points, which are not enough to be active.
		for id, want := range map[string]string{"ann": "at_once 4900, month 490, qualifying 3000", "ben": "at_once 5000, qualifying 2000"} {
			if got := w.pays(id, "2026-01"); got != want {
				t.Errorf("%s is paid %s, want %s", id, got, want)
			}
		}
	})
}

func TestRecordSales_FeeAboveThePriceIsRefused(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		s, fee := sale("s1"), int64(50_001)
		s.FeeMinor = &fee
		_, err := w.RecordSales(t.Context(), []store.NewSale{s})
		refused(t, err, store.ErrInvalid, "sales[0].fee.amount")
	})
}

// The first purchase of a buyer is the one that counted first, in whatever order the sales came: within a period the earliest, and
// one that arrives when its period is closed is no second first one. A cancelled first purchase takes back what it counted.
func TestWorkRun_KnowsFirstPurchases(t *testing.T) {
	for _, order := range [][]string{{"a", "b", "own"}, {"own", "b", "a"}} {
		eachWorld(t, func(t *testing.T, w *world) {
			w.publish(compiled(t, "firsts", `
volumes:
  - {name: first, of: price, first_sale_only: true}
  - {name: early, of: price, buyers: customers, inside: {since: first_purchase, to_day: 30}}
  - {name: used, of: price, buyers: distributors}
bonuses:
  - {name: firsts, pays: period, direct: {volume: first, rate: 10%}}
  - {name: soon, pays: period, direct: {volume: early, rate: 1%}}
  - {name: own_use, pays: period, direct: {volume: used, rate: 1%}}
`), "firsts")
			w.enrol("firsts", early("ann"))
			sell := func(id, customer string, atUS, price int64) {
				s := sale(id)
				s.DistributorID, s.ProductID, s.CustomerID, s.SoldAtUS, s.PriceMinor = "ann", "kit", customer, atUS, price
				w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
			}
			for _, id := range order {
				switch id {
				case "a":
					sell("a", "carol", at(20, 0), 1_000)
				case "b":
					sell("b", "carol", at(25, 0), 2_000)
				case "own":
					sell("own", "ann", at(12, 0), 5_000)
				}
			}
			w.nowUS.Store(date(2, 28))
			w.must(nil, w.close("firsts", calc.Monthly, "2026-01"))
			// Carol's first is a, Ann's her own.
			if got, want := w.pays("ann", "2026-01"), "firsts 600, own_use 50, soon 30"; got != want {
				t.Errorf("January pays %s, want %s", got, want)
			}
			sell("late", "carol", at(15, 0), 40_000)
			sell("d", "dora", date(2, 3), 8_000)
			sell("m", "carol", date(2, 16), 16_000)
			sell("n", "carol", date(2, 20), 32_000)
			w.append(cancellation("a", "end", date(2, 27)))
			w.nowUS.Store(date(3, 5))
			w.must(nil, w.close("firsts", calc.Monthly, "2026-02"))
			// Dora's first, less a. Within 30 days of 20 January, when Carol's first was: d, m, and a taken back; not n, nor what was
			// sold before.
			if got, want := w.pays("ann", "2026-02"), "firsts 700, soon 230"; got != want {
				t.Errorf("February pays %s, want %s", got, want)
			}
		})
	}
}
