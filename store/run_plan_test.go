package store_test

import (
	"fmt"
	"strings"
	"testing"

	"upline/calc"
	"upline/calc/plan"
	"upline/store"
)

// compiled reads a plan file, completed by what every plan begins with.
func compiled(t testing.TB, id, source string) *calc.Plan {
	t.Helper()
	r := plan.Compile([]byte("plan_id: " + id + "\nname: Test\ncurrency: USD\nvalid_from: 2026-01-01\ncadence: monthly\n" + source))
	if r.Plan == nil {
		t.Fatal(r.Diagnostics)
	}
	return r.Plan
}

// kits records sales of a kit of 20 points in a month.
func (w *world) kits(prefix string, monthOf func(day int) int64, sellers ...string) {
	w.t.Helper()
	for i, seller := range sellers {
		s := sale(fmt.Sprintf("%s%d", prefix, i))
		s.DistributorID, s.ProductID, s.SoldAtUS, s.CustomerID = seller, "kit", monthOf(10+i), fmt.Sprintf("customer-%d", i)
		w.must(w.RecordSales(w.t.Context(), []store.NewSale{s}))
	}
}

// What nobody gets of a pool waits for the next period; what a cap takes stands on the line; brackets are parts of a level. All of it
// comes back from the database as it was computed.
func TestWorkRun_KeepsStatesPartsAndFactors(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(compiled(t, "rich", `
ranks:
  - {name: leader, when: 'held("seller") >= 1 && customers >= 1'}
  - {name: seller, when: cv >= 40}
bonuses:
  - name: own
    pays: period
    direct: {brackets: {by: cv, mode: marginal, steps: [{from: 0, rate: 10%}, {from: 30, rate: 50%}]}}
  - name: leaders
    when: held("seller") >= 1
    pool: {rate: 10%, undistributed: next_period}
caps:
  - {name: half, bonuses: [own], limit: 6}
`), "rich")
		w.enrol("rich", early("ann"))
		january := func(day int) int64 { return at(day, 0) }
		february := func(day int) int64 { return date(2, day) }
		w.kits("jan", january, "ann", "ann")
		w.nowUS.Store(date(2, 20))
		w.must(nil, w.close("rich", calc.Monthly, "2026-01"))
		w.kits("feb", february, "ann")
		w.nowUS.Store(date(3, 5))
		w.must(nil, w.close("rich", calc.Monthly, "2026-02"))

		// January: 30 points at 10 % and 10 at 50 % are 8.00, of which the cap leaves 6.00; nobody shares the 4.00 of the pool. February:
		// 20 points at 10 %, and the pool of both months.
		for month, want := range map[string]string{
			"2026-01": `own COMMISSION 0/0 VOLUME base=300000 rate=100000000 factors=half=600/800 amount=225
own COMMISSION 0/1 VOLUME base=100000 rate=500000000 factors=half=600/800 amount=375
`,
			"2026-02": `leaders ADJUSTMENT 0/0 MONEY base=400 rate=1000000000 factors=part of the shares=1/1 amount=400
leaders COMMISSION 0/0 VOLUME base=200000 rate=100000000 factors=part of the shares=1/1 amount=200
own COMMISSION 0/0 VOLUME base=200000 rate=100000000 factors= amount=200
`,
		} {
			e, err := w.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: "ann", Period: month, PageSize: 10})
			w.must(e, err)
			var got strings.Builder
			for _, l := range e.Lines {
				fmt.Fprintf(&got, "%s %s %d/%d %s base=%d rate=%d factors=%s amount=%d\n", l.Bonus, l.Kind, l.Level, l.Part, l.BaseUnit, l.Base, l.Rate, l.Factors, l.AmountMinor)
			}
			if got.String() != want {
				t.Errorf("%s: got\n%swant\n%s", month, got.String(), want)
			}
			// Page by page it is the same.
			var paged []store.Line
			after := ""
			for range 10 {
				page, err := w.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: "ann", Period: month, PageSize: 1, After: after})
				w.must(page, err)
				paged = append(paged, page.Lines...)
				if after = page.Next; after == "" {
					break
				}
			}
			if fmt.Sprint(paged) != fmt.Sprint(e.Lines) {
				t.Errorf("%s: paged %+v, at once %+v", month, paged, e.Lines)
			}
		}
	})
}

// A market override reaches lines of periods and of events.
func TestWorkRun_PaysByMarket(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(compiled(t, "mkt", `
bonuses:
  - {name: at_once, direct: {rate: 10%}}
  - {name: month, pays: period, direct: {rate: 10%}}
markets:
  - {markets: [DE], point_value: 2}
`), "mkt")
		german := early("gerd")
		german.Market = "DE"
		w.enrol("mkt", early("ann"), german)
		w.kits("k", func(day int) int64 { return at(day, 0) }, "ann", "gerd")
		w.nowUS.Store(date(2, 20))
		w.must(nil, w.close("mkt", calc.Monthly, "2026-01"))
		for id, want := range map[string]int64{"ann": 200, "gerd": 400} {
			e, err := w.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: id, Period: "2026-01", PageSize: 10})
			w.must(e, err)
			if len(e.Lines) != 2 {
				t.Fatalf("%s has %+v", id, e.Lines)
			}
			for _, l := range e.Lines {
				amount, err := calc.Amount(l.Base, l.Rate, l.Point, calc.Rounding{StepMinor: 1})
				if l.AmountMinor != want || err != nil || amount != want {
					t.Errorf("%s: %s pays %d, recomputed %d, %v; want %d", id, l.Bonus, l.AmountMinor, amount, err, want)
				}
			}
		}
	})
}
