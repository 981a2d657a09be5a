package store_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// dailyPlan closes every day: 10 % of the price at the sale, taken back when it is cancelled, and 20 % of the day's volume.
func dailyPlan() *calc.Plan {
	return &calc.Plan{
		ID: "daily", Digest: sha256.Sum256([]byte("daily")), Currency: "USD", MinorDigits: 2, Location: time.UTC, ValidFromUS: at(1, 0), Main: calc.Daily,
		Rounding: calc.Rounding{StepMinor: 1}, PointValue: calc.Fraction{Num: 1, Den: 100},
		Bonuses: []calc.Bonus{
			{Name: "direct", Pays: calc.PaysEvent, Cadence: calc.Daily, Direct: &calc.Direct{
				Base: calc.BasePrice, Rates: rated(100_000_000), Clawback: calc.Clawback{Mode: calc.ClawbackFull},
			}},
			{Name: "volume", Cadence: calc.Daily, Direct: &calc.Direct{Rates: rated(200_000_000)}},
		},
	}
}

// eachPair gives the test two engines on one database, as two servers have them.
func eachPair(t *testing.T, test func(t *testing.T, a, b store.Engine)) {
	storetest.EachDatabase(t, func(t *testing.T, database storetest.Database) {
		a, b := database.Open(t), database.Open(t)
		if err := a.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		test(t, a, b)
	})
}

// An activation, a cancellation and the close of the day race for one sale, day after day, through two servers. Whatever comes first,
// each event counts in exactly one day, a day pays exactly what is counted in it, and at the end everything that was paid for the
// sales is back.
func TestRace_CancelActivateAndCloseGiveWhatSomeSerialOrderGives(t *testing.T) {
	days := 1000
	if testing.Short() {
		days = 50
	}
	eachPair(t, func(t *testing.T, a, b store.Engine) {
		w := newWorld(t, a)
		w.plans["daily"] = dailyPlan()
		w.must(w.PublishPlan(t.Context(), store.NewPlan{Plan: w.plans["daily"], Name: "Daily plan", Source: "daily"}))
		seller := distributor("seller", "", 1)
		seller.PlanID = "daily"
		w.must(w.Enroll(t.Context(), []store.NewDistributor{seller}))
		servers := []*store.Store{w.Store, w.open(b)}
		retries := a.Stats().Retries + b.Stats().Retries

		day := func(d int, hour float64) int64 { return at(1+d, 0) + int64(hour*3_600_000_000) }
		outcomes := map[string]int{}
		r := rand.New(rand.NewPCG(3, uint64(days)))
		for d := range days {
			id := fmt.Sprintf("s%d", d)
			n := sale(id)
			n.DistributorID, n.SoldAtUS = "seller", day(d, 8)
			w.nowUS.Store(day(d, 9))
			w.must(w.RecordSales(t.Context(), []store.NewSale{n}))
			w.nowUS.Store(day(d+1, 1))
			calls := []func(s *store.Store) error{
				func(s *store.Store) error {
					_, err := s.AppendEvent(t.Context(), activation(id, "a", day(d, 10)), store.Scope{})
					return err
				},
				func(s *store.Store) error {
					_, err := s.AppendEvent(t.Context(), cancellation(id, "c", day(d, 12)), store.Scope{})
					return err
				},
				func(s *store.Store) error { return closeDay(t, s, d) },
			}
			r.Shuffle(len(calls), func(i, j int) { calls[i], calls[j] = calls[j], calls[i] })
			errs := make([]error, len(calls))
			var wg sync.WaitGroup
			for i, call := range calls {
				server := servers[r.IntN(2)]
				wg.Go(func() { errs[i] = call(server) })
			}
			wg.Wait()
			if err := errors.Join(errs...); err != nil {
				t.Fatalf("day %d: %v", d, err)
			}
			outcomes[w.placement(id, d)]++
		}
		w.nowUS.Store(day(days+1, 1))
		if err := closeDay(t, w.Store, days); err != nil {
			t.Fatal(err)
		}
		w.checkDays(days)
		t.Logf("%d days, outcomes %v, %d transactions begun again", days, outcomes, a.Stats().Retries+b.Stats().Retries-retries)
		if a.Stats().Retries+b.Stats().Retries == retries {
			t.Error("no transaction was begun again: the race did not happen")
		}
		if len(outcomes) < 2 {
			t.Errorf("only one outcome, %v: the race did not happen", outcomes)
		}
	})
}

// closeDay closes a day, whoever else does.
func closeDay(t *testing.T, s *store.Store, d int) error {
	name := time.UnixMicro(at(1+d, 0)).UTC().Format(time.DateOnly)
	run, err := s.StartRun(t.Context(), "daily", calc.Daily, name)
	if err != nil {
		return err
	}
	_, err = s.WorkRun(t.Context(), run.RunID)
	return err
}

// placement says in which day, counted from that of the sale, its activation and cancellation count, and fails unless it is one each.
func (w *world) placement(saleID string, d int) string {
	w.t.Helper()
	_, events, err := w.GetSale(w.t.Context(), "US", saleID, store.Scope{})
	if err != nil {
		w.t.Fatal(err)
	}
	text := ""
	for _, e := range events {
		if len(e.CountedIn) != 1 {
			w.t.Fatalf("event %s of %s counts in %v", e.EventID, saleID, e.CountedIn)
		}
		if e.Kind != calc.Recorded {
			day := calc.PeriodAt(calc.Daily, time.UTC, at(1+d, 0)).No
			text += fmt.Sprintf("%s+%d ", e.EventID, e.CountedIn[0].No-day)
		}
	}
	if got := w.sums(w.t.Context(), saleID); got != "CANCELLED, 0 cycles; seller direct 0" && got != "CANCELLED, 0 cycles" {
		w.t.Fatalf("sale %s comes to %s", saleID, got)
	}
	return text
}

// checkDays holds what each day paid against what is counted in it, and the whole against zero.
func (w *world) checkDays(days int) {
	w.t.Helper()
	counted, paid := map[int64]int64{}, map[int64]int64{}
	err := w.Engine().Read(w.t.Context(), "check_days", func(c store.Conn) error {
		clear(counted)
		clear(paid)
		err := c.Query(`SELECT period_no, CAST(SUM(cv) AS BIGINT) FROM event_counts WHERE plan_id = 'daily' GROUP BY period_no`, nil, func(r store.Row) error {
			counted[r.Int(0)] = r.Int(1)
			return nil
		})
		if err != nil {
			return err
		}
		return c.Query(`SELECT r.period_no, CAST(SUM(l.amount_minor) AS BIGINT) FROM runs r JOIN period_lines l ON l.run_key = r.run_key AND l.attempt = r.attempt
			WHERE r.plan_id = 'daily' AND r.state = 'POSTED' GROUP BY r.period_no`, nil, func(r store.Row) error {
			paid[r.Int(0)] = r.Int(1)
			return nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	var sum int64
	for d := range days + 1 {
		no := calc.PeriodAt(calc.Daily, time.UTC, at(1+d, 0)).No
		if want := counted[no] / 100 / 5; paid[no] != want {
			w.t.Errorf("day %d pays %d for a volume of %d, want %d", d, paid[no], counted[no], want)
		}
		sum += paid[no]
	}
	if sum != 0 {
		w.t.Errorf("the days paid %d for sales that were all cancelled", sum)
	}
}
