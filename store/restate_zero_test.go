package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/calc/plan"
	"upline/store"
	"upline/store/storetest"
)

// everyKindPlan has a bonus of every kind that sales pay, each in every way in which it can be paid. Those that pay at the event go by no
// rank: what other sales have paid at theirs by the ranks of the time is no amount of this one.
const everyKindPlan = `
placement: {width: 2}
late_policy: restate
cancelled_volume: restate
ranks:
  - {name: silver, when: gv >= 100}
  - {name: gold, when: 'gv >= 300 && legs_with("silver") >= 1'}
bonuses:
  - {name: direct, direct: {base: price, rate: 10%, clawback: {mode: full}}}
  - {name: own, pays: period, direct: {rate: 2%}}
  - {name: advance, advance: {months: 3, rate: 50%, clawback: {mode: full}}}
  - {name: at_once, pays: event, unilevel: {rates: [{levels: [2%, 1%]}], clawback: {mode: full}}}
  - {name: contracts, pays: event, differential: {base: price, to_level: 9, own_sales: true, less_seller: true, rates: [{rate: 4%}], clawback: {mode: full}}}
  - {name: shared, pays: event, revenue_share: {base: price, tiers: [{rate: 1%}, {rate: 2%}]}}
  - {name: matched, pays: event, matching: {bonuses: [direct, at_once], rates: [{levels: [10%, 5%]}]}}
  - {name: each, pays: payment, direct: {base: price, rate: 1%}}
  - {name: each_team, pays: payment, unilevel: {base: price, rates: [{levels: [2%, 1%]}]}}
  - {name: each_shared, pays: payment, revenue_share: {base: price, tiers: [{rate: 1%}]}}
  - {name: each_difference, pays: payment, differential: {base: price, to_level: 9, own_sales: true, less_seller: true, rates: [{rate: 4%}]}}
  - {name: care, pays: event, residual: {rate: 2%, levels: [{levels: [1%, 1%]}]}}
  - {name: care_match, pays: event, matching: {bonuses: [care, each], rates: [{levels: [10%]}]}}
  - {name: team, unilevel: {rates: [{levels: [5%, 3%, 1%]}], compression: dynamic}}
  - {name: fresh_at_once, pays: event, fast_start: {base: price, days: 900, rates: [{levels: [3%, 2%]}]}}
  - {name: each_fresh, pays: payment, fast_start: {base: price, days: 900, rates: [{levels: [2%]}]}}
  - {name: fresh, fast_start: {days: 900, rates: [{levels: [10%, 5%]}]}}
  - {name: tiers, revenue_share: {base: price, tiers: [{rate: 3%}, {rate: 2%}]}}
  - {name: difference, differential: {rates: [{rate: 4%}, {rank: silver, rate: 6%}]}}
  - {name: steps, stairstep: {brackets: {by: gv, steps: [{from: 100, rate: 6%}, {from: 300, rate: 9%}]}}}
  - {name: leaders, generation: {leaders: paid_as("silver"), rates: [{levels: [4%, 2%]}]}}
  - {name: legs, binary: {rates: [{rate: 8%}, {rank: gold, rate: 10%}]}}
  - {name: places, matrix: {rates: [{levels: [5%, 4%, 3%]}]}}
  - {name: service, residual: {rate: 2%, levels: [{levels: [1%, 1%]}]}}
  - {name: match, matching: {bonuses: [team, legs], rates: [{levels: [10%, 5%]}]}}
  - {name: reached, rank_bonus: {awards: [{rank: silver, amount: 50}, {rank: gold, amount: 200}]}}
  - {name: share, pool: {rate: 2%, undistributed: next_period}}
  - {name: weekly, cadence: weekly, binary: {rates: [{rate: 1%}, {rank: silver, rate: 2%}]}}
`

// newKinds is a company under everyKindPlan, in January.
func newKinds(t *testing.T, engine store.Engine) *restateWorld {
	t.Helper()
	w := newRestateWorld(t, engine, "", "")
	w.publish(compiled(t, "kinds", everyKindPlan), "kinds")
	for i := range restateWorldSize {
		d := early(fmt.Sprintf("k%02d", i))
		d.Market = []string{"US", "DE"}[i%2]
		if i > 0 {
			d.SponsorID, d.ParentID, d.Leg = fmt.Sprintf("k%02d", (i-1)/2), fmt.Sprintf("k%02d", (i-1)/2), int32(1+(i-1)%2)
		}
		w.enrol("kinds", d)
	}
	return w
}

func (w *restateWorld) kindSales(month time.Month) {
	w.t.Helper()
	w.nowUS.Store(date(month, 27))
	for i := range restateWorldSize {
		s := w.kit(fmt.Sprintf("k-%d-%d", month, i), 0, date(month, 3+i), int64(10+i)*10_000)
		s.DistributorID = fmt.Sprintf("k%02d", i)
		w.must(w.RecordSales(w.t.Context(), []store.NewSale{s}))
	}
}

// byBonus sums all that was posted, by distributor and bonus.
func (w *restateWorld) byBonus() map[string]int64 {
	w.t.Helper()
	sums := map[string]int64{}
	for i := range restateWorldSize {
		for _, c := range []struct {
			cadence calc.Cadence
			periods []string
		}{{calc.Monthly, []string{"2026-01", "2026-02", "2026-03"}}, {calc.Weekly, w.weeks()}} {
			for _, period := range c.periods {
				e, err := w.GetEarnings(w.t.Context(), store.EarningsQuery{DistributorID: fmt.Sprintf("k%02d", i), Cadence: c.cadence, Period: period, PageSize: 1})
				w.must(e, err)
				for _, total := range e.ByBonus {
					if total.PostedMinor != 0 {
						sums[e.DistributorID+" "+total.Bonus] += total.PostedMinor
					}
				}
			}
		}
	}
	return sums
}

func (w *restateWorld) closeKinds(months ...time.Month) {
	w.t.Helper()
	for _, month := range months {
		w.nowUS.Store(date(month+1, 2))
		for {
			week := calc.PeriodByNo(calc.Weekly, time.UTC, w.weekNo)
			if week.EndUS > date(month+1, 1) {
				break
			}
			w.must(nil, w.close("kinds", calc.Weekly, week.Name))
			w.weekNo++
		}
		w.must(nil, w.close("kinds", calc.Monthly, fmt.Sprintf("2026-%02d", month)))
	}
}

// kindsOf are the kinds of the plan language that sales pay, each with the ways in which it can be paid: a way is one where a plan of that
// bonus alone is right.
func kindsOf(t *testing.T) (ways []string) {
	t.Helper()
	const head = "plan_id: p\nname: P\ncurrency: USD\nvalid_from: 2026-01-01\ncadence: monthly\nplacement: {width: 2}\nranks: [{name: silver, when: gv >= 1}]\nbonuses:\n"
	smallest := map[string]string{
		"advance": "advance: {months: 3, rate: 1%}", "binary": "binary: {rate: 1%}", "differential": "differential: {to_level: 5, rates: [{rate: 1%}]}",
		"direct": "direct: {rate: 1%}", "fast_start": "fast_start: {days: 9, rates: [{levels: [1%]}]}", "generation": "generation: {leaders: paid_as(\"silver\"), rates: [{levels: [1%]}]}",
		"matching": "matching: {bonuses: [base], rates: [{levels: [1%]}]}", "matrix": "matrix: {rates: [{levels: [1%]}]}", "pool": "pool: {rate: 1%, undistributed: next_period}",
		"rank_bonus": "rank_bonus: {awards: [{rank: silver, amount: 1}]}", "residual": "residual: {rate: 1%}", "revenue_share": "revenue_share: {tiers: [{rate: 1%}]}",
		"stairstep": "stairstep: {brackets: {by: gv, steps: [{from: 1, rate: 1%}]}}", "unilevel": "unilevel: {rates: [{levels: [1%]}]}",
	}
	for _, kind := range plan.StarterKinds() {
		if kind == "manual" {
			continue // no sale pays it
		}
		text, known := smallest[kind]
		if !known {
			t.Fatalf("the plan language has a bonus of the kind %s: add it here and to everyKindPlan", kind)
		}
		before := len(ways)
		for _, pays := range []string{"event", "payment", "period"} {
			base := "  - {name: base, pays: " + pays + ", direct: {rate: 1%}}\n"
			r := plan.Compile([]byte(head + base + "  - {name: it, pays: " + pays + ", " + text + "}\n"))
			if r.Plan != nil {
				ways = append(ways, wayOf(kind, &r.Plan.Bonuses[1]))
			}
		}
		if len(ways) == before {
			t.Fatalf("the bonus of the kind %s is not right in any way", kind)
		}
	}
	return ways
}

// wayOf is a kind with when it is paid: at the event that makes the sale active, with every payment, or at the close.
func wayOf(kind string, b *calc.Bonus) string {
	switch {
	case b.Pays == calc.PaysPeriod:
		return kind + " at the close"
	case b.AtPayments:
		return kind + " with payments"
	}
	return kind + " at the event"
}

// A service that goes live in January and is cancelled within the window, in the same month, or in February when January is closed, and
// whose payment goes back, leaves everybody with what they have in a company that never sold it, bonus by bonus and to the cent, whatever
// kind of bonus pays it and whenever.
func TestRestating_ActivateThenCancelNetsToZero(t *testing.T) {
	ways := make(map[string]bool)
	read := plan.Compile([]byte("plan_id: kinds\nname: Test\ncurrency: USD\nvalid_from: 2026-01-01\ncadence: monthly\n" + everyKindPlan))
	if read.Plan == nil {
		t.Fatal(read.Diagnostics)
	}
	for i, b := range read.Message.GetBonuses() {
		m := b.ProtoReflect()
		kind := m.WhichOneof(m.Descriptor().Oneofs().ByName("kind"))
		ways[wayOf(string(kind.Name()), &read.Plan.Bonuses[i])] = true
	}
	for _, way := range kindsOf(t) {
		if !ways[way] {
			t.Errorf("everyKindPlan has no bonus of the kind %s", way)
		}
	}
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		service := sale("service")
		pv := int64(3_000_000) // enough for ranks
		service.DistributorID, service.SoldAtUS, service.PV, service.CV = "k13", at(6, 0), &pv, &pv
		never := newKinds(t, fresh(t))
		never.kindSales(time.January)
		never.closeKinds(time.January)
		never.kindSales(time.February)
		before := never.byBonus()
		never.closeKinds(time.February, time.March) // weeks go by the ranks of February from March on
		want := never.byBonus()
		for _, closedBetween := range []bool{false, true} {
			t.Run(fmt.Sprintf("period closed in between %v", closedBetween), func(t *testing.T) {
				w := newKinds(t, fresh(t))
				if closedBetween {
					w = newKinds(t, engine)
				}
				w.kindSales(time.January)
				w.must(w.RecordSales(t.Context(), []store.NewSale{service}))
				w.append(activation("service", "live", at(8, 0)))
				w.append(payment("service", "paid", 1, at(9, 0)))
				if !closedBetween {
					w.append(givenBack("service", "back", calc.PaymentRefunded, 1, 0, at(19, 0)))
					w.append(cancellation("service", "gone", at(20, 0)))
				}
				w.closeKinds(time.January)
				w.kindSales(time.February)
				if closedBetween {
					paid := differences(w.byBonus(), before)
					for _, b := range w.plans["kinds"].Bonuses {
						if !strings.Contains(paid, " "+b.Name+":") {
							t.Errorf("the service makes no difference to %s, so that its zero would say nothing", b.Name)
						}
					}
					w.append(cancellation("service", "gone", date(2, 5)))
					w.append(givenBack("service", "back", calc.PaymentRefunded, 1, 0, date(2, 6)))
				}
				w.closeKinds(time.February, time.March)
				if d := differences(w.byBonus(), want); d != "" {
					t.Errorf("left over:\n%s", d)
				}
			})
		}
	})
}
