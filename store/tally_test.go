package store_test

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// wholeEarnings asks for what somebody has earned with all lines, and holds the totals against the sums of the lines of the same answer.
func wholeEarnings(t *testing.T, s *store.Store, id string, cadence calc.Cadence, period string) store.Earnings {
	t.Helper()
	e, err := s.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: id, Cadence: cadence, Period: period, PageSize: 100_000})
	if err != nil || e.Next != "" {
		t.Errorf("earnings of %s: %v, more after %q", id, err, e.Next)
		return e
	}
	sums := map[string]*store.EarningsTotal{}
	for i := range e.Lines {
		l := &e.Lines[i]
		for _, bonus := range []string{"", l.Bonus} {
			sum := sums[bonus+" "+l.Currency]
			if sum == nil {
				sum = &store.EarningsTotal{}
				sums[bonus+" "+l.Currency] = sum
			}
			sum.LineCount++
			sum.PostedMinor += l.AmountMinor
			if l.Kind == "REVERSAL" || l.AmountMinor < 0 {
				sum.ReversedMinor += l.AmountMinor
			} else {
				sum.EarnedMinor += l.AmountMinor
			}
		}
	}
	for _, total := range append(e.Totals, e.ByBonus...) {
		key := total.Bonus + " " + total.Currency
		want := sums[key]
		delete(sums, key)
		if want == nil || want.LineCount != total.LineCount || want.PostedMinor != total.PostedMinor || want.ReversedMinor != total.ReversedMinor || want.EarnedMinor != total.EarnedMinor {
			t.Errorf("earnings of %s by %q: total %+v, the lines come to %+v", id, key, total, want)
		}
	}
	if len(sums) > 0 {
		t.Errorf("earnings of %s lack totals: %v", id, sums)
	}
	return e
}

// tallied returns up to which tally the lines of somebody are summed up, and how many they are.
func tallied(t *testing.T, engine store.Engine, id string) (upTo, lines int64) {
	t.Helper()
	err := engine.Read(t.Context(), "tallied", func(c store.Conn) error {
		return c.Query(`SELECT CAST(COALESCE(MAX(tallies), 0) AS BIGINT), CAST(COALESCE(SUM(line_count), 0) AS BIGINT) FROM line_tallies WHERE distributor_id = $1`,
			[]any{id}, func(r store.Row) error {
				upTo, lines = r.Int(0), r.Int(1)
				return nil
			})
	})
	if err != nil {
		t.Fatal(err)
	}
	return upTo, lines
}

// kit is a sale by bob that pays at once.
func kit(id string) store.NewSale {
	n := sale(id)
	n.ProductID = "kit"
	return n
}

// newTallyWorld is a world whose store sums up from three lines on.
func newTallyWorld(t *testing.T, engine store.Engine) *world {
	w := newWorld(t, engine)
	w.tallyLines = 3
	w.Store = w.open(engine)
	return w
}

func TestTally_TotalsAreTheSumsOfLines(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newTallyWorld(t, engine)
		check := func(wantUpTo, wantLines int64) {
			t.Helper()
			wholeEarnings(t, w.Store, "bob", calc.Monthly, "2026-01")
			wholeEarnings(t, w.Store, "top", calc.Weekly, "2026-W01")
			if upTo, lines := tallied(t, engine, "bob"); upTo != wantUpTo || lines != wantLines {
				t.Errorf("lines of bob are summed up to %d, %d lines; want %d, %d", upTo, lines, wantUpTo, wantLines)
			}
		}
		w.must(w.RecordSale(t.Context(), kit("s1"))) // two lines a sale: bob's, and the advance
		w.must(w.Tally(t.Context()))
		check(0, 0)
		w.must(w.RecordSale(t.Context(), kit("s2")))
		check(0, 0)
		w.must(w.Tally(t.Context()))
		check(1, 4)
		w.must(w.RecordSale(t.Context(), kit("s3")))
		check(1, 4)
		w.append(cancellation("s1", "c1", at(6, 0)))
		w.append(cancellation("s3", "c3", at(6, 0)))
		check(1, 4)
		w.must(w.Tally(t.Context()))
		check(2, 10)
		if n, err := w.Tally(t.Context()); n != 0 || err != nil {
			t.Errorf("nothing has come, and %d were summed up: %v", n, err)
		}
		check(2, 10)
	})
}

// Who has many lines is found by whoever reads them, whatever posted them.
func TestTally_FindsWhoIsRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newTallyWorld(t, engine)
		other := w.open(engine)
		w.record("s1", "s2")
		w.must(other.RecordSale(t.Context(), kit("s3")))
		w.must(other.RecordSale(t.Context(), kit("s4")))
		w.must(w.Tally(t.Context()))
		if _, lines := tallied(t, engine, "bob"); lines != 0 {
			t.Fatalf("%d lines are summed up by a server that posted none", lines)
		}
		wholeEarnings(t, w.Store, "bob", calc.Monthly, "2026-01")
		w.must(w.Tally(t.Context()))
		if _, lines := tallied(t, engine, "bob"); lines != 4 {
			t.Fatalf("%d of 4 lines are summed up", lines)
		}
		wholeEarnings(t, other, "bob", calc.Monthly, "2026-01")
	})
}

// What is left of advances is of now, also of those that are summed up.
func TestTally_UnearnedAdvancesAreOfNow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newTallyWorld(t, engine)
		for i := range 3 {
			w.must(w.RecordSale(t.Context(), kit(fmt.Sprintf("s%d", i))))
		}
		w.must(w.Tally(t.Context()))
		before := wholeEarnings(t, w.Store, "bob", calc.Monthly, "2026-01")
		w.append(payment("s1", "p1", 1, at(7, 0)))
		after := wholeEarnings(t, w.Store, "bob", calc.Monthly, "2026-01")
		of := func(e store.Earnings) (minor int64) {
			for _, total := range e.Totals {
				minor += total.UnearnedMinor
			}
			return minor
		}
		advance := int64(461_250) // nine months of 500.00 at 102.5 %
		if of(before) != 3*advance || of(after) != 3*advance-advance/9 {
			t.Errorf("unearned are %d, and %d after a payment", of(before), of(after))
		}
	})
}

// A close that is called off opens the period again: lines are added to the tally that was going on.
func TestTally_OfAPeriodThatIsOpenedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newTallyWorld(t, engine)
		w.nowUS.Store(at(32, 0))
		for i := range 2 {
			w.must(w.RecordSale(t.Context(), kit(fmt.Sprintf("before-%d", i))))
		}
		run, err := w.StartRun(t.Context(), "service", calc.Monthly, "2026-01")
		if err != nil {
			t.Fatal(err)
		}
		w.must(w.Tally(t.Context()))
		if _, lines := tallied(t, engine, "bob"); lines != 0 {
			t.Errorf("%d lines of a fenced period's last tally are summed up", lines)
		}
		w.must(w.CancelRun(t.Context(), run.RunID))
		for i := range 2 {
			w.must(w.RecordSale(t.Context(), kit(fmt.Sprintf("after-%d", i))))
		}
		wholeEarnings(t, w.Store, "bob", calc.Monthly, "2026-01")
		if err := w.close("service", calc.Monthly, "2026-01"); err != nil {
			t.Fatal(err)
		}
		wholeEarnings(t, w.Store, "bob", calc.Monthly, "2026-01")
		w.must(w.Tally(t.Context()))
		if _, lines := tallied(t, engine, "bob"); lines != 8 {
			t.Errorf("%d of 8 lines of a closed period are summed up", lines)
		}
		wholeEarnings(t, w.Store, "bob", calc.Monthly, "2026-01")
		w.proved("service", "2026-01")
		// A tally that is not what its lines come to is found.
		err = engine.Write(t.Context(), "spoil", func(c store.Conn) error {
			_, err := c.Exec(`UPDATE line_tallies SET amount_minor = amount_minor + 1 WHERE distributor_id = 'bob' AND bonus = 'direct'`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		v, err := w.VerifyRun(t.Context(), "service", calc.Monthly, "2026-01")
		if err != nil || v.OK() {
			t.Errorf("a spoilt tally is proved: %+v, %v", v, err)
		}
	})
}

// TestTally_KilledAnywhere ends a server before and after each commit of a tally.
func TestTally_KilledAnywhere(t *testing.T) {
	killed := errors.New("killed")
	for _, name := range []string{"tally_end", "tally_write"} {
		for _, how := range []error{killed, storetest.AfterCommit(killed)} {
			t.Run(fmt.Sprintf("%s committed=%t", name, how != killed), func(t *testing.T) { //nolint:errorlint // which of the two it is
				storetest.Each(t, func(t *testing.T, engine store.Engine) {
					w := newTallyWorld(t, engine)
					dead := false
					w.Store = w.open(storetest.Faulty(engine, func(at string, _ int64) error {
						if at == name && !dead {
							dead = true
							return how
						}
						return nil
					}))
					for i := range 3 {
						w.must(w.RecordSale(t.Context(), kit(fmt.Sprintf("s%d", i))))
					}
					if _, err := w.Tally(t.Context()); !errors.Is(err, killed) {
						t.Fatalf("got %v", err)
					}
					w.must(w.RecordSale(t.Context(), kit("later")))
					wholeEarnings(t, w.Store, "bob", calc.Monthly, "2026-01")
					w.must(w.Tally(t.Context()))
					if _, lines := tallied(t, engine, "bob"); lines != 8 {
						t.Errorf("%d of 8 lines are summed up", lines)
					}
					wholeEarnings(t, w.Store, "bob", calc.Monthly, "2026-01")
				})
			})
		}
	}
}

// TestTally_WhileLinesCome has two servers post, cancel, sum up and read at once. Whenever somebody is read, the totals are the sums of the
// lines of the same answer. UPLINE_TEST_TALLY_SALES is how many sales each of four writers records.
func TestTally_WhileLinesCome(t *testing.T) {
	eachPair(t, func(t *testing.T, a, b store.Engine) {
		w := newTallyWorld(t, a)
		servers := []*store.Store{w.Store, w.open(b)}
		retries := a.Stats().Retries + b.Stats().Retries
		sales, writers := 15, 4
		if n, err := strconv.Atoi(os.Getenv("UPLINE_TEST_TALLY_SALES")); err == nil {
			sales = n
		}
		var writing, behind sync.WaitGroup
		var ended atomic.Bool
		var written atomic.Int64
		for i := range writers {
			writing.Go(func() {
				s := servers[i%2]
				for k := range sales {
					id := fmt.Sprintf("s%d-%d", i, k)
					if _, err := s.RecordSale(t.Context(), kit(id)); err != nil {
						t.Error(err)
					}
					if k%4 == i {
						if _, err := s.AppendEvent(t.Context(), cancellation(id, "c", at(6, 0)), store.Scope{}); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		for _, s := range servers {
			behind.Go(func() {
				for last := false; !last; {
					last = ended.Load()
					n, err := s.Tally(t.Context())
					if err != nil {
						t.Error(err)
					}
					written.Add(int64(n))
				}
			})
			behind.Go(func() {
				for last := false; !last; {
					last = ended.Load()
					wholeEarnings(t, s, "bob", calc.Monthly, "2026-01")
					wholeEarnings(t, s, "top", calc.Weekly, "2026-W01")
				}
			})
		}
		writing.Wait()
		ended.Store(true)
		behind.Wait()
		e := wholeEarnings(t, w.Store, "bob", calc.Monthly, "2026-01")
		want := writers * sales * 2
		if len(e.Lines) < want {
			t.Errorf("%d lines of at least %d", len(e.Lines), want)
		}
		if upTo, lines := tallied(t, a, "bob"); upTo < 3 || lines == 0 {
			t.Errorf("there were %d tallies with %d lines while %d lines came", upTo, lines, len(e.Lines))
		}
		t.Logf("%d tallies written beside %d lines, %d transactions run again", written.Load(), len(e.Lines), a.Stats().Retries+b.Stats().Retries-retries)
	})
}
