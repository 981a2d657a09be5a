package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/calc/plan"
	"upline/store"
)

// versionedPlan is a version of a plan with its rates and days, and more bonuses.
func (w *world) versionedPlan(from string, percent, days int, more string) {
	w.t.Helper()
	source := fmt.Sprintf(`plan_id: ver
name: Test
currency: USD
valid_from: %s
cadence: monthly
bonuses:
  - {name: signup, version: event, direct: {base: price, rate: 10%%, clawback: {mode: within_days, days: %d}}}
  - {name: signed, direct: {base: price, rate: 10%%, clawback: {mode: within_days, days: %d}}}
  - {name: kept, pays: event, residual: {levels: [{levels: [%d%%]}]}}
  - {name: moved, pays: event, version: event, residual: {rate: %d%%, levels: [{levels: [%d%%]}]}}
  - {name: match, pays: event, version: event, matching: {bonuses: [moved], rates: [{levels: [50%%]}]}}
  - {name: again, pays: payment, version: event, direct: {base: price, rate: %d%%}}
%s`, from, days, days, percent, percent, percent, percent, more)
	r := plan.Compile([]byte(source))
	if r.Plan == nil {
		w.t.Fatal(r.Diagnostics)
	}
	w.publish(r.Plan, "ver from "+from)
}

// What is paid with a cycle, and what is taken back at the end, is of the version of the sale or of the version at the event, as each
// bonus says; a bonus that is new in a version pays the sales of before where it says so. A close goes on as ever.
func TestAppendEvent_VersionAtTheSaleOrAtTheEvent(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.versionedPlan("2026-01-01", 10, 10, "")
		w.nowUS.Store(date(1, 31))
		ben := early("ben")
		ben.SponsorID = "ann"
		w.enrol("ver", early("ann"), ben)
		w.must(w.RecordSales(t.Context(), []store.NewSale{subscription("s1", "carol"), subscription("s2", "dave")}))
		w.append(activation("s1", "a", at(6, 0)))
		w.append(activation("s2", "a", at(6, 0)))
		const january = "ann kept COMMISSION L1 1000\nben moved COMMISSION L0 1000\nann moved COMMISSION L1 1000\nann match COMMISSION L1 500\nben again COMMISSION L0 1000\n"
		if got := lines(w.append(payment("s1", "p1", 1, at(7, 0)))); got != january {
			t.Errorf("January pays\n%swant\n%s", got, january)
		}
		w.versionedPlan("2026-02-01", 20, 60, "  - {name: fresh, pays: payment, version: event, direct: {base: price, rate: 1%}}\n  - {name: theirs, pays: payment, direct: {base: price, rate: 1%}}\n")
		w.nowUS.Store(date(2, 28))
		february := w.append(payment("s1", "p2", 2, date(2, 7)))
		const want = "ann kept COMMISSION L1 1000\nben moved COMMISSION L0 2000\nann moved COMMISSION L1 2000\nann match COMMISSION L1 1000\nben again COMMISSION L0 2000\nben fresh COMMISSION L0 100\n"
		if got := lines(february); got != want {
			t.Errorf("February pays\n%swant\n%s", got, want)
		}
		for _, l := range february.Lines {
			if version := map[bool]int32{true: 1, false: 2}[l.Bonus == "kept"]; l.PlanVersion != version {
				t.Errorf("%s is of version %d", l.Bonus, l.PlanVersion)
			}
		}
		// A payment of January that comes late is of January's version, and a refund takes back what was paid.
		if got := lines(w.append(payment("s2", "p1", 1, at(8, 0)))); got != january {
			t.Errorf("the late payment pays\n%swant\n%s", got, january)
		}
		if got, want := lines(w.append(givenBack("s1", "r2", calc.PaymentRefunded, 2, 0, date(2, 8)))), "ann kept REVERSAL L1 -1000 reverses p2/1\nben moved REVERSAL L0 -2000 reverses p2/2\n"+
			"ann moved REVERSAL L1 -2000 reverses p2/3\nann match REVERSAL L1 -1000 reverses p2/4\nben again REVERSAL L0 -2000 reverses p2/5\nben fresh REVERSAL L0 -100 reverses p2/6\n"; got != want {
			t.Errorf("the refund posts\n%swant\n%s", got, want)
		}
		// After 40 days February's 60 days hold for the one, and January's 10 for the other.
		end := w.append(cancellation("s1", "c", date(2, 15)))
		if got, want := lines(end), "ben signup REVERSAL L0 -1000 reverses a/1\n"; got != want || end.Lines[0].PlanVersion != 2 {
			t.Errorf("the cancellation posts\n%swant\n%s", got, want)
		}
		// The end was in January after all.
		if got, want := lines(w.append(cancellation("s1", "b", at(20, 0)))), "ben signup REVERSAL L0 1000 reverses c/1\n"; !strings.Contains(got, want) {
			t.Errorf("the earlier cancellation posts\n%swant\n%s", got, want)
		}
		w.closesProved("ver", date(3, 2), "2026-01", "2026-02")
	})
}

// Whatever order the events come in, and whether the version was published before or after them, the sums are the same.
func TestAppendEvent_VersionsInEveryOrderOfArrival(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.versionedPlan("2026-01-01", 10, 10, "")
		w.nowUS.Store(date(1, 31))
		ben, dan := early("ben"), early("dan")
		ben.SponsorID, dan.SponsorID = "ann", "ann"
		w.enrol("ver", early("ann"), ben, dan)
		w.versionedPlan("2026-02-01", 20, 60, "")
		w.versionedPlan("2026-03-01", 30, 5, "  - {name: fresh, pays: payment, version: event, direct: {base: price, rate: 1%}}\n")
		w.nowUS.Store(date(time.April, 1))
		correction := rebooked("", "y", "dan", date(3, 3))
		events := []store.NewEvent{
			activation("", "a", at(7, 0)), payment("", "p1", 1, at(8, 0)), payment("", "p2", 2, date(2, 8)), payment("", "p3", 3, date(3, 8)),
			givenBack("", "r3", calc.PaymentRefunded, 3, 25_000, date(3, 9)), cancellation("", "c", date(2, 20)), activation("", "again", date(2, 25)),
			cancellation("", "end", date(3, 20)), correction,
		}
		r := rand.New(rand.NewPCG(4, 9))
		const want = "CANCELLED, 3 cycles; ann kept 2500; ann match 2250; ann moved 4500; dan again 4500; dan fresh 50; dan moved 4500; dan signed 1000; dan signup 1000"
		for i := range 12 {
			id := fmt.Sprintf("s%d", i)
			s := subscription(id, "carol")
			s.Content = store.Content{{Path: "distributor_id", Value: "ben"}}
			w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
			for _, k := range r.Perm(len(events)) {
				e := events[k]
				e.SaleID = id
				w.append(e)
			}
			sums := slices.DeleteFunc(strings.Split(w.sums(t.Context(), id), "; "), func(sum string) bool { return strings.HasSuffix(sum, " 0") })
			if got := strings.Join(sums, "; "); got != want {
				t.Errorf("order %d comes to %s\nwant %s", i, got, want)
			}
		}
	})
}

const everyCyclePlan = `
ranks:
  - {name: top, when: pv >= 100000}
bonuses:
  - {name: signup, direct: {base: price, rate: 10%}}
  - {name: own, pays: payment, direct: {base: price, rate: 3%}}
  - {name: team, pays: payment, unilevel: {base: price, rates: [{levels: [5%, 2%]}]}}
  - {name: gap, pays: payment, differential: {base: price, rates: [{rate: 4%}, {rank: top, rate: 9%}], own_sales: true, less_seller: true, to_level: 5}}
  - {name: shared, pays: payment, revenue_share: {base: price, tiers: [{rate: 1%}]}}
  - {name: match, pays: payment, matching: {bonuses: [own], rates: [{levels: [50%]}]}}
`

// Bonuses that pay the sale elsewhere pay every cycle of it here, and nothing when it goes live.
func TestAppendEvent_BonusesOfEveryPaidCycle(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(compiled(t, "subs", everyCyclePlan), "subs")
		ann, ben := early("ann"), early("ben")
		ann.SponsorID, ben.SponsorID = "zoe", "ann"
		w.enrol("subs", early("zoe"), ann, ben)
		w.must(w.RecordSales(t.Context(), []store.NewSale{subscription("s1", "carol")}))
		if got, want := lines(w.append(activation("s1", "a", at(6, 0)))), "ben signup COMMISSION L0 1000\n"; got != want {
			t.Errorf("live it pays\n%swant\n%s", got, want)
		}
		const want = "ben own COMMISSION L0 300\nann team COMMISSION L1 500\nzoe team COMMISSION L2 200\nben gap COMMISSION L0 400\nann shared COMMISSION L1 100\nann match COMMISSION L1 150\n"
		for cycle := int32(1); cycle <= 2; cycle++ {
			if got := lines(w.append(payment("s1", fmt.Sprint("p", cycle), cycle, at(7+int(cycle), 0)))); got != want {
				t.Errorf("cycle %d pays\n%swant\n%s", cycle, got, want)
			}
		}
		w.append(givenBack("s1", "r1", calc.PaymentRefunded, 1, 25_000, at(10, 0)))
		w.append(cancellation("s1", "c", at(12, 0)))
		if got, want := w.sums(t.Context(), "s1"), "CANCELLED, 2 cycles; ann match 225; ann shared 150; ann team 750; ben gap 600; ben own 450; ben signup 0; zoe team 300"; got != want {
			t.Errorf("half of a cycle given back it comes to %s\nwant %s", got, want)
		}
	})
}
