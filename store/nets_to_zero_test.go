package store_test

import (
	"fmt"
	"strings"
	"testing"

	"upline/calc"
	"upline/store"
)

// everyEventBonus pays with every kind of bonus that can be paid at the event, and by volume at the close.
const everyEventBonus = `
ranks:
  - {name: gold, when: achieved("gold")}
bonuses:
  - {name: direct, direct: {base: price, rate: 10%, clawback: {mode: within_days, days: 30}}}
  - {name: advance, advance: {months: 9, rate: 7%, clawback: {mode: within_days, days: 30}}}
  - {name: team, pays: event, unilevel: {base: price, rates: [{levels: [5%, 2%]}], clawback: {mode: within_days, days: 30}}}
  - {name: quick, fast_start: {base: price, days: 730, rates: [{levels: [1%, 1%]}]}}
  - {name: spread, pays: event, differential: {base: price, to_level: 5, rates: [{rate: 3%}, {rank: gold, rate: 8%}], clawback: {mode: bands, bands: [{to_months: 2, share: 100%}]}}}
  - {name: override, pays: event, matching: {bonuses: [direct, advance], rates: [{levels: [10%, 5%]}]}}
  - {name: points, pays: period, direct: {rate: 3%}}
  - {name: volume, pays: period, unilevel: {base: price, rates: [{levels: [3%, 2%]}]}}
  - {name: cycles, residual: {rate: 5%, levels: [{levels: [2%, 1%]}]}}
`

// A service that is activated and ended inside the time of full clawback nets to zero for everybody upline, whatever bonus paid, also
// when a period closed in between: by what is taken back at the event, and by the volume taken back.
func TestLifecycle_ActivatedAndEndedInTimeNetsToZero(t *testing.T) {
	for name, test := range map[string]struct {
		ends    func(w *world, saleID string)
		between bool // a period closes before it ends
	}{
		"cancelled":                              {cancelsInTime, false},
		"cancelled after the close":              {cancelsInTime, true},
		"lapsed after the close":                 {lapsesInTime, true},
		"cancelled, reinstated, cancelled again": {reinstatesInTime, true},
	} {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				w.publish(compiled(t, "every", everyEventBonus), "every")
				w.must(w.PutProduct(t.Context(), store.Product{
					ProductID: "line", VendorID: "power", Name: "Line", RequiresActivation: true, PV: 500_000, CV: 1_000_000,
					Billing: calc.Billing{Cycle: calc.BilledMonthly, GraceDays: 15, LapseOverdue: true},
				}))
				ida, ivo := early("ida"), early("ivo")
				uma := early("uma")
				ivo.SponsorID, uma.SponsorID = "ida", "ivo"
				w.enrol("every", ida, ivo, uma)
				_, _, err := w.ImportOpening(t.Context(), "every", []store.OpeningEntry{{EventID: "r", DistributorID: "ivo", Kind: store.OpeningRank, Rank: "gold"}})
				w.must(nil, err)
				s := sale("s1")
				s.DistributorID, s.ProductID, s.SoldAtUS = "uma", "line", at(20, 0)
				w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
				w.append(activation("s1", "a", at(21, 0)))
				if test.between {
					w.nowUS.Store(date(2, 3))
					w.must(nil, w.close("every", calc.Monthly, "2026-01"))
					w.paysSomething()
				}
				w.nowUS.Store(date(2, 27))
				test.ends(w, "s1")
				w.nowUS.Store(date(3, 3))
				if !test.between {
					w.must(nil, w.close("every", calc.Monthly, "2026-01"))
				}
				w.must(nil, w.close("every", calc.Monthly, "2026-02"))
				for _, id := range []string{"ida", "ivo", "uma"} {
					sum := map[string]int64{}
					for _, month := range []string{"2026-01", "2026-02"} {
						e, err := w.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: id, Period: month, PageSize: 100})
						w.must(e, err)
						for _, b := range e.ByBonus {
							sum[b.Bonus] += b.PostedMinor
						}
					}
					for bonus, minor := range sum {
						if minor != 0 {
							t.Errorf("%s keeps %d of %s", id, minor, bonus)
						}
					}
				}
			})
		})
	}
}

// paysSomething fails where a bonus of the plan has paid nobody, so that its net of zero would say nothing.
func (w *world) paysSomething() {
	w.t.Helper()
	paid := map[string]bool{}
	for _, id := range []string{"ida", "ivo", "uma"} {
		for _, text := range strings.Split(w.pays(id, "2026-01"), ", ") {
			bonus, minor, _ := strings.Cut(text, " ")
			paid[bonus] = paid[bonus] || minor != "0"
		}
	}
	for _, b := range w.plans["every"].Bonuses {
		if !paid[b.Name] {
			w.t.Errorf("%s has paid nobody: %v", b.Name, fmt.Sprint(paid))
		}
	}
}

func cancelsInTime(w *world, saleID string) { w.append(cancellation(saleID, "c", date(2, 5))) }

func lapsesInTime(w *world, saleID string) {
	if n := w.lapse(date(2, 27)); n != 1 { // cycle 1 was due on 21 January, with fifteen days of grace
		w.t.Fatalf("%d lapsed", n)
	}
}

func reinstatesInTime(w *world, saleID string) {
	w.append(cancellation(saleID, "c", date(2, 5)))
	w.append(activation(saleID, "b", date(2, 8)))
	w.append(cancellation(saleID, "d", date(2, 12)))
}
