package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
)

// versionedUpgrade founds the company of versionedPlan with a sale of 31.00, whose first cycle has 31 days, and an upgrade to 62.00 when
// four of them are left: 4.00 are credited and 8.00 charged.
func (w *world) versionedUpgrade() {
	w.versionedPlan("2026-01-01", 10, 10, "  - {name: start, version: event, direct: {base: price, rate: 5%}}\n")
	w.nowUS.Store(date(1, 31))
	ben := early("ben")
	ben.SponsorID = "ann"
	w.enrol("ver", early("ann"), ben)
	w.larger()
}

func versionedSale(id string) store.NewSale {
	s := subscription(id, "carol")
	s.PriceMinor = 3_100
	return s
}

const versionedChange = "  - {name: start, version: event, direct: {base: price, rate: 30%}}\n  - {name: fresh, pays: payment, version: event, direct: {base: price, rate: 1%}}\n"

// What an upgrade of February charges pays by February's version where a bonus is paid with cycles and says so, and else by that of the
// sale. A payment of January pays the upgraded price by January's version; a later one by its own.
func TestAppendEvent_UpgradeUnderALaterVersion(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.versionedUpgrade()
		w.must(w.RecordSales(t.Context(), []store.NewSale{versionedSale("s1")}))
		w.append(activation("s1", "a", at(6, 0)))
		w.append(payment("s1", "p1", 1, at(7, 0)))
		w.append(payment("s1", "p2", 2, at(8, 0))) // ahead
		w.versionedPlan("2026-02-01", 20, 60, versionedChange)
		w.nowUS.Store(date(2, 28))
		for _, step := range []struct {
			event store.NewEvent
			want  string
		}{
			{
				upgrade("s1", "u", "larger", 6_200, date(2, 2)),
				// 4.00 more: 10 % and 10 % of the sale, as it began, and 5 %.
				"ben signup COMMISSION L0 40\nben signed COMMISSION L0 40\nben start COMMISSION L0 20\n" +
					// 10 % of the cycle by the version of the sale, and by that of February 20 %, half of what ben has of it, 20 % and 1 %.
					"ann kept COMMISSION L1 40\nben moved COMMISSION L0 80\nann moved COMMISSION L1 80\nann match COMMISSION L1 40\nben again COMMISSION L0 80\nben fresh COMMISSION L0 4\n" +
					// The cycle that was paid ahead, in January, is one of 62.00 and was one of 31.00.
					"ann kept COMMISSION L1 620\nben moved COMMISSION L0 620\nann moved COMMISSION L1 620\nann match COMMISSION L1 310\nben again COMMISSION L0 620\n" +
					"ann kept REVERSAL L1 -310 reverses p2/1\nben moved REVERSAL L0 -310 reverses p2/2\nann moved REVERSAL L1 -310 reverses p2/3\nann match REVERSAL L1 -155 reverses p2/4\nben again REVERSAL L0 -310 reverses p2/5\n",
			},
			{
				payment("s1", "p3", 3, date(2, 20)),
				"ann kept COMMISSION L1 620\nben moved COMMISSION L0 1240\nann moved COMMISSION L1 1240\nann match COMMISSION L1 620\nben again COMMISSION L0 1240\nben fresh COMMISSION L0 62\n",
			},
			// Half of the first payment goes back, with half of what the upgrade made of it.
			{
				givenBack("s1", "r1", calc.PaymentRefunded, 1, 25_000, date(2, 21)),
				"ann kept REVERSAL L1 -155 reverses p1/1\nben moved REVERSAL L0 -155 reverses p1/2\nann moved REVERSAL L1 -155 reverses p1/3\nann match REVERSAL L1 -78 reverses p1/4\nben again REVERSAL L0 -155 reverses p1/5\n" +
					"ann kept REVERSAL L1 -20 reverses u/4\nben moved REVERSAL L0 -40 reverses u/5\nann moved REVERSAL L1 -40 reverses u/6\nann match REVERSAL L1 -20 reverses u/7\nben again REVERSAL L0 -40 reverses u/8\nben fresh REVERSAL L0 -2 reverses u/9\n",
			},
			// After 47 days the 60 of February hold for the one, with what the upgrade added; `start` says nothing, and goes back whole.
			{
				cancellation("s1", "c", date(2, 22)),
				"ben signup REVERSAL L0 -310 reverses a/1\nben start REVERSAL L0 -155 reverses a/3\nben signup REVERSAL L0 -40 reverses u/1\nben start REVERSAL L0 -20 reverses u/3\n",
			},
		} {
			if got := lines(w.append(step.event)); got != step.want {
				t.Errorf("%s posts\n%swant\n%s", step.event.EventID, got, step.want)
			}
		}
		w.closesProved("ver", date(3, 2), "2026-01", "2026-02")
	})
}

// In whatever order they come, upgrades and all else come to the same under each version.
func TestAppendEvent_UpgradesUnderVersionsInEveryOrderOfArrival(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.versionedUpgrade()
		w.versionedPlan("2026-02-01", 20, 60, versionedChange)
		w.nowUS.Store(date(time.March, 20))
		events := []store.NewEvent{
			activation("", "a", at(6, 0)), payment("", "p1", 1, at(7, 0)), payment("", "p2", 2, at(8, 0)), upgrade("", "u", "larger", 6_200, date(2, 2)),
			payment("", "p3", 3, date(2, 20)), givenBack("", "r1", calc.PaymentRefunded, 1, 25_000, date(2, 21)), upgrade("", "d", "larger", 3_100, date(2, 21)),
			cancellation("", "c", date(2, 22)),
		}
		first := ""
		r := rand.New(rand.NewPCG(4, 11))
		for i := range 12 {
			id := fmt.Sprintf("s%d", i)
			w.must(w.RecordSales(t.Context(), []store.NewSale{versionedSale(id)}))
			order := r.Perm(len(events))
			if i == 0 {
				slices.Sort(order)
			}
			for _, k := range order {
				e := events[k]
				e.SaleID = id
				w.append(e)
				w.append(e)
			}
			sums := slices.DeleteFunc(strings.Split(w.sums(t.Context(), id), "; "), func(sum string) bool { return strings.HasSuffix(sum, " 0") })
			if got := strings.Join(sums, "; "); first == "" {
				first = got
			} else if got != first {
				t.Errorf("order %v comes to %s\nwant %s", order, got, first)
			}
		}
		if !strings.Contains(first, "ben again") || !strings.Contains(first, "ann match") {
			t.Errorf("comes to %s", first)
		}
	})
}
