package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// restatedPlan has every kind of thing that goes on from a period to the next: carried volume, achieved ranks, instalments, what is left
// of a pool, and a week that goes by the ranks of a month.
const restatedPlan = `
placement: {width: 2}
active: pv >= 20
late_policy: restate
cancelled_volume: restate
%s
ranks:
  - {name: silver, when: gv >= 150}
  - {name: gold, when: 'gv >= 300 && legs_with("silver") >= 1'}
bonuses:
  - name: team
    unilevel:
      rates:
        - {levels: [5%%, 3%%, 1%%]}
        - {rank: silver, levels: [6%%, 4%%, 2%%, 1%%]}
      compression: dynamic
  - name: legs
    binary: {rates: [{rate: 8%%}, {rank: gold, rate: 10%%}]}
  - name: match
    matching: {bonuses: [team, legs], rates: [{rank: silver, levels: [10%%, 5%%]}]}
  - name: reached
    rank_bonus: {awards: [{rank: silver, amount: 50}, {rank: gold, amount: 200, instalments: [40%%, 30%%, 30%%]}]}
  - name: share
    %s
    when: paid_as("gold")
    pool: {rate: 2%%, undistributed: next_period}
  - name: weekly
    cadence: weekly
    binary: {rates: [{rate: 1%%}, {rank: silver, rate: 2%%}, {rank: gold, rate: 3%%}]}
caps:
  - {name: most, bonuses: [team, legs, match], rate: 20%%, per: company}
`

// restateWorld is a company that keeps its months and weeks.
type restateWorld struct {
	*world
	weekNo int64 // the week that is closed next
	// sellers are those of sales that another than usual sells.
	sellers map[string]int
}

const (
	restateWorldSize = 15
	// bigSale makes its seller silver.
	bigSale = "sale-1-9"
)

func newRestateWorld(t *testing.T, engine store.Engine, restating, share string) *restateWorld {
	t.Helper()
	w := &restateWorld{world: newWorld(t, engine)}
	w.publish(compiled(t, "restated", fmt.Sprintf(restatedPlan, restating, share)), "restated")
	var network []store.NewDistributor
	for i := range restateWorldSize {
		d := early(fmt.Sprintf("r%02d", i))
		d.Market = []string{"US", "DE"}[i%2]
		if i > 0 {
			d.SponsorID, d.ParentID, d.Leg = fmt.Sprintf("r%02d", (i-1)/3), fmt.Sprintf("r%02d", (i-1)/2), int32(1+(i-1)%2)
		}
		network = append(network, d)
	}
	w.enrol("restated", network...)
	w.weekNo = calc.PeriodAt(calc.Weekly, time.UTC, at(1, 0)).No
	return w
}

// fresh is another database, for a company to compare with.
func fresh(t *testing.T) store.Engine {
	t.Helper()
	engine := storetest.SQLite(t)
	if err := engine.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return engine
}

// trade records the sales of a month, but for some, at its end.
func (w *restateWorld) trade(month time.Month, without ...string) {
	w.t.Helper()
	w.nowUS.Store(date(month+1, 1))
	r := rand.New(rand.NewPCG(uint64(month), 7))
	var sales []store.NewSale
	for i := range 3 * restateWorldSize {
		id, seller := fmt.Sprintf("sale-%d-%d", month, i), i%restateWorldSize
		if other, ok := w.sellers[id]; ok {
			seller = other
		}
		s := w.kit(id, seller, date(month, 1+r.IntN(28)), int64(1+r.IntN(60))*10_000)
		if s.SaleID == bigSale {
			*s.PV = 1_500_000
		}
		if !slices.Contains(without, s.SaleID) {
			sales = append(sales, s)
		}
	}
	w.must(w.RecordSales(w.t.Context(), sales))
}

func (w *restateWorld) kit(id string, seller int, soldAtUS, volume int64) store.NewSale {
	s := sale(id)
	s.DistributorID, s.ProductID, s.CustomerID, s.SoldAtUS = fmt.Sprintf("r%02d", seller), "kit", "customer-"+id, soldAtUS
	s.PV, s.CV, s.PriceMinor = &volume, &volume, volume/100
	s.Content = store.Content{{"distributor_id", s.DistributorID}}
	return s
}

// closeMonth closes the weeks that end in a month, and the month.
func (w *restateWorld) closeMonth(month time.Month) store.Run {
	w.t.Helper()
	w.nowUS.Store(date(month+1, 2))
	for {
		week := calc.PeriodByNo(calc.Weekly, time.UTC, w.weekNo)
		if week.EndUS > date(month+1, 1) {
			break
		}
		w.must(nil, w.close("restated", calc.Weekly, week.Name))
		w.weekNo++
	}
	name := fmt.Sprintf("2026-%02d", month)
	w.must(nil, w.close("restated", calc.Monthly, name))
	run, err := w.GetRun(w.t.Context(), "restated/monthly/"+name)
	w.must(run, err)
	return run
}

// posted sums the lines of a cadence by distributor, bonus, level, part and the period that they are for: a correction is for the period
// that it corrects.
func (w *restateWorld) posted(cadence calc.Cadence, periods ...string) map[string]int64 {
	w.t.Helper()
	sums := map[string]int64{}
	for i := range restateWorldSize {
		for _, period := range periods {
			e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: fmt.Sprintf("r%02d", i), Cadence: cadence, Period: period, PageSize: 500})
			w.must(e, err)
			for _, l := range e.Lines {
				of := l.Period.Name
				if l.Kind == "RESTATED" {
					of = l.Corrects.Name
				}
				sums[fmt.Sprintf("%s %s %s L%d/%d", of, l.DistributorID, l.Bonus, l.Level, l.Part)] += l.AmountMinor
			}
		}
	}
	maps.DeleteFunc(sums, func(_ string, sum int64) bool { return sum == 0 })
	return sums
}

// corrections returns the lines of a period that correct others.
func (w *restateWorld) corrections(cadence calc.Cadence, period string) (lines []store.Line) {
	w.t.Helper()
	for i := range restateWorldSize {
		e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: fmt.Sprintf("r%02d", i), Cadence: cadence, Period: period, PageSize: 500})
		w.must(e, err)
		for _, l := range e.Lines {
			if l.Kind == "RESTATED" {
				lines = append(lines, l)
			}
		}
	}
	return lines
}

// standing is what everybody goes on with from a period.
func (w *restateWorld) standing(cadence calc.Cadence, period string) string {
	w.t.Helper()
	var b strings.Builder
	for i := range restateWorldSize {
		e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: fmt.Sprintf("r%02d", i), Cadence: cadence, Period: period, PageSize: 1})
		w.must(e, err)
		fmt.Fprintf(&b, "%s %s/%s %v\n", e.DistributorID, e.PaidAs, e.Achieved, e.CarryOuts)
	}
	return b.String()
}

// weeks are the names of the weeks that were closed.
func (w *restateWorld) weeks() (names []string) {
	for no := calc.PeriodAt(calc.Weekly, time.UTC, at(1, 0)).No; no < w.weekNo; no++ {
		names = append(names, calc.PeriodByNo(calc.Weekly, time.UTC, no).Name)
	}
	return names
}

// differences writes what differs between two sums.
func differences(got, want map[string]int64) string {
	var b strings.Builder
	keys := slices.Collect(maps.Keys(got))
	for key := range want {
		if _, ok := got[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		if got[key] != want[key] {
			fmt.Fprintf(&b, "%s: %d, want %d\n", key, got[key], want[key])
		}
	}
	return b.String()
}
