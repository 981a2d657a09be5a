package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"upline/calc"
	"upline/store"
)

const residualPlan = `
bonuses:
  - {name: signup, direct: {base: price, rate: 10%}}
  - name: monthly
    pays: event
    residual:
      brackets: {by: customers, steps: [{from: 0, rate: 35%}, {from: 2, rate: 40%}]}
      step_downs: [{after_cycles: 2, share: 50%}]
  - name: above
    pays: event
    residual: {levels: [{levels: [6%, 3%]}]}
  - name: override
    pays: event
    matching: {bonuses: [monthly], rates: [{levels: [10%]}]}
`

// residuals founds a company that pays with every paid cycle: ann over ben.
func (w *world) residuals() {
	w.t.Helper()
	w.publish(compiled(w.t, "subs", residualPlan), "subs")
	ben := early("ben")
	ben.SponsorID = "ann"
	w.enrol("subs", early("ann"), ben)
}

func subscription(id, customer string) store.NewSale {
	s := sale(id)
	s.DistributorID, s.CustomerID, s.PriceMinor = "ben", customer, 10_000
	return s
}

func givenBack(saleID, eventID string, kind calc.EventKind, cycle int32, partMinor, atUS int64) store.NewEvent {
	e := payment(saleID, eventID, cycle, atUS)
	e.Kind, e.AmountMinor, e.Partly = kind, partMinor, partMinor != 0
	return e
}

func TestAppendEvent_ResidualsArePaidWithEveryPaidCycle(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.residuals()
		w.must(w.RecordSales(t.Context(), []store.NewSale{subscription("s1", "carol"), subscription("s2", "dave")}))
		w.append(activation("s1", "a", at(6, 0)))
		for _, step := range []struct {
			event store.NewEvent
			want  string
		}{
			{payment("s1", "p1", 1, at(7, 0)), "ben monthly COMMISSION L0 3500\nann above COMMISSION L1 600\nann override COMMISSION L1 350\n"},
			{payment("s1", "p1-again", 1, at(8, 0)), ""},
			{activation("s2", "a", at(8, 0)), "ben signup COMMISSION L0 1000\n"},
			// Two customers by now, and after two cycles everything of the monthly residual halves.
			{payment("s1", "p2", 2, at(9, 0)), "ben monthly COMMISSION L0 4000\nann above COMMISSION L1 600\nann override COMMISSION L1 400\n"},
			{payment("s1", "p3", 3, at(10, 0)), "ben monthly COMMISSION L0 2000\nann above COMMISSION L1 600\nann override COMMISSION L1 200\n"},
			{givenBack("s1", "r1", calc.PaymentRefunded, 1, 12_500, at(11, 0)), "ben monthly REVERSAL L0 -875 reverses p1/1\nann above REVERSAL L1 -150 reverses p1/2\nann override REVERSAL L1 -88 reverses p1/3\n"},
			{givenBack("s1", "r2", calc.PaymentChargedBack, 2, 0, at(12, 0)), "ben monthly REVERSAL L0 -4000 reverses p2/1\nann above REVERSAL L1 -600 reverses p2/2\nann override REVERSAL L1 -400 reverses p2/3\n"},
			// Paid once more, it is given back what was taken.
			{payment("s1", "p2b", 2, at(13, 0)), "ben monthly REVERSAL L0 4000 reverses r2/1\nann above REVERSAL L1 600 reverses r2/2\nann override REVERSAL L1 400 reverses r2/3\n"},
			// Those who paid had the service: a cancellation takes back what was paid for the sale alone.
			{cancellation("s1", "c", at(14, 0)), "ben signup REVERSAL L0 -1000 reverses a/1\n"},
			{payment("s1", "p4", 4, at(15, 0)), ""},
		} {
			if got := lines(w.append(step.event)); got != step.want {
				t.Errorf("%s posts\n%swant\n%s", step.event.EventID, got, step.want)
			}
		}
	})
}

// Customers are counted once each, wherever they bought and in whichever segments their sales stand; sellers are not their own customers.
func TestAppendEvent_ResidualsGoByCustomersOfAllSales(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.residuals()
		bought := func(seller, customer, market string) {
			t.Helper()
			n := subscription(seller+"-"+customer+"-"+market, customer)
			n.DistributorID, n.Market = seller, market
			a := activation(n.SaleID, "a", at(6, 0))
			a.Market = market
			w.must(w.RecordSales(t.Context(), []store.NewSale{n}))
			w.must(w.AppendEvent(t.Context(), a, store.Scope{}))
		}
		pays := func(cycle int32, want string) {
			t.Helper()
			if got, _, _ := strings.Cut(lines(w.append(payment("ben-carol-US", fmt.Sprint("p", cycle), cycle, at(7, int(cycle))))), "\n"); got != want {
				t.Errorf("cycle %d posts %s, want %s", cycle, got, want)
			}
		}
		bought("ben", "carol", "US")
		bought("ben", "ben", "US")
		bought("ben", "carol", "DE")
		pays(1, "ben monthly COMMISSION L0 3500")
		bought("ben", "dora", "DE")
		pays(2, "ben monthly COMMISSION L0 4000")

		// Ann has carol for a customer already.
		bought("ann", "carol", "DE")
		got := lines(w.append(rebooked("ben-carol-US", "y", "ann", at(8, 0))))
		if want := "ann monthly COMMISSION L0 3500\n"; strings.Count(got, want) != 2 {
			t.Errorf("the cycles of ann's sale pay\n%swant twice %s", got, want)
		}
	})
}

// A cycle that was paid before the service was live pays when it is, whatever came first; all that was given back nets to zero.
func TestAppendEvent_ResidualsInEveryOrderOfArrival(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.residuals()
		events := []store.NewEvent{
			payment("", "p1", 1, at(6, 0)), activation("", "a", at(7, 0)), payment("", "p2", 2, at(8, 0)), payment("", "p3", 3, at(9, 0)),
			givenBack("", "r1", calc.PaymentRefunded, 1, 0, at(10, 0)), givenBack("", "r3", calc.PaymentRefunded, 3, 25_000, at(11, 0)),
			cancellation("", "c", at(12, 0)), payment("", "p4", 4, at(13, 0)),
		}
		r := rand.New(rand.NewPCG(4, 4))
		for i := range 15 {
			id := fmt.Sprintf("s%d", i)
			w.must(w.RecordSales(t.Context(), []store.NewSale{subscription(id, "carol")}))
			for _, k := range r.Perm(len(events)) {
				e := events[k]
				e.SaleID = id
				w.append(e)
				w.append(e)
			}
			if got, want := w.sums(t.Context(), id), "CANCELLED, 2 cycles; ann above 900; ann override 437; ben monthly 4375; ben signup 0"; got != want {
				t.Fatalf("order %d comes to %s\nwant %s", i, got, want)
			}
		}
	})
}
