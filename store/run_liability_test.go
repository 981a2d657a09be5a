package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// guardedPlan pays 10 % at once and 5 % at the close. What it pays in all may rise by half.
const guardedPlan = `
bonuses:
  - {name: at_once, direct: {base: price, rate: 10%}}
  - {name: month, pays: period, direct: {base: price, rate: 5%}}
ranks:
  - {name: seller, when: pv >= 30}
liability:
  periods: 2
  limits:
    - {payout_max: 15%, rise_max: 50%}
    - {of: market, payout_max: 12%}
    - {of: market, name: US, amount_max: 100000}
    - {of: vendor, name: other, amount_max: 75}
`

// guarded is a company in which Ann of the US sells the power company's kit, and Ben of Germany the other company's in Germany.
func (w *world) guarded(source string) {
	w.t.Helper()
	w.publish(compiled(w.t, "guarded", source), "guarded")
	w.must(w.PutProduct(w.t.Context(), store.Product{ProductID: "other-kit", VendorID: "other", Name: "Kit of another", PV: 100_000, CV: 200_000}))
	ben := early("ben")
	ben.Market = "DE"
	w.enrol("guarded", early("ann"), ben)
}

// trade records so many sales at 500.00 by Ann and by Ben in a month.
func (w *world) trade(month time.Month, ann, ben int) {
	w.t.Helper()
	w.nowUS.Store(date(month+1, 2))
	for i := range ann + ben {
		s := sale(fmt.Sprintf("%d-%d", month, i))
		s.DistributorID, s.ProductID, s.SoldAtUS, s.CustomerID = "ann", "kit", date(month, 10), s.SaleID
		if i >= ann {
			s.DistributorID, s.ProductID, s.Market = "ben", "other-kit", "DE"
		}
		w.must(w.RecordSales(w.t.Context(), []store.NewSale{s}))
	}
}

var liabilityWords = map[calc.LiabilityOf]string{
	calc.LiabilityOfCompany: "company", calc.LiabilityOfBonus: "bonus", calc.LiabilityOfMarket: "market", calc.LiabilityOfVendor: "vendor", calc.LiabilityOfRank: "rank",
}

// liabilityText writes totals and findings, a line each.
func liabilityText(l *store.RunLiability) string {
	if l == nil {
		return "none\n"
	}
	var b strings.Builder
	for _, t := range l.Totals {
		fmt.Fprintf(&b, "%s %s: %d of %d, before %d in %d", liabilityWords[t.Of], t.Name, t.AmountMinor, t.BaseMinor, t.BeforeMinor, t.PeriodsBefore)
		for _, of := range t.Bonuses {
			fmt.Fprintf(&b, "; %s %d, before %d", of.Bonus, of.AmountMinor, of.BeforeMinor)
		}
		b.WriteString("\n")
	}
	for _, f := range l.Findings {
		t := l.Totals[f.Total]
		fmt.Fprintf(&b, "outside: %s %s by bound %d, which allows %d;", liabilityWords[t.Of], t.Name, f.Bound.Kind, f.LimitMinor)
		for _, of := range f.Bonuses {
			fmt.Fprintf(&b, " %s %d-%d", of.Bonus, of.AmountMinor, of.BeforeMinor)
		}
		for _, d := range f.Drivers {
			fmt.Fprintf(&b, " %s %d-%d/%d", d.DistributorID, d.AmountMinor, d.BeforeMinor, d.BaseMinor)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestLiability_TotalsByBonusMarketVendorAndRankAgainstThePeriodsBefore(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.guarded(guardedPlan)
		w.trade(time.January, 2, 1)
		january, err := w.PreviewRun(t.Context(), "guarded", 0, "2026-01")
		w.must(nil, err)
		// 10 % and 5 % of 1,500.00, a third of it Ben's. Germany pays 15 % of what is sold there.
		want := `company : 22500 of 150000, before 0 in 0; at_once 15000, before 0; month 7500, before 0
bonus at_once: 15000 of 150000, before 0 in 0
bonus month: 7500 of 150000, before 0 in 0
market DE: 7500 of 50000, before 0 in 0; at_once 5000, before 0; month 2500, before 0
market US: 15000 of 100000, before 0 in 0; at_once 10000, before 0; month 5000, before 0
vendor other: 7500 of 50000, before 0 in 0; at_once 5000, before 0; month 2500, before 0
vendor power: 15000 of 100000, before 0 in 0; at_once 10000, before 0; month 5000, before 0
rank : 22500 of 150000, before 0 in 0; at_once 15000, before 0; month 7500, before 0
outside: market DE by bound 1, which allows 6000; at_once 5000-0 month 2500-0 ben 7500-0/0
`
		if got := liabilityText(january.Liability); got != want {
			t.Errorf("January is previewed as\n%swant\n%s", got, want)
		}
		runID := w.waits("2026-01")
		w.confirm(runID)
		w.must(w.WorkRun(t.Context(), runID))

		w.trade(time.February, 4, 2)
		runID = w.waits("2026-02")
		february, err := w.GetRun(t.Context(), runID)
		w.must(nil, err)
		// Twice as much: 450.00 against 225.00 and half as much again. Ann has 300.00 and had 150.00. Of what the close pays, 150.00, a third
		// is the other vendor's, and so are the 100.00 that its sales have posted: 150.00.
		want = `company : 45000 of 300000, before 22500 in 1; at_once 30000, before 15000; month 15000, before 7500
bonus at_once: 30000 of 300000, before 15000 in 1
bonus month: 15000 of 300000, before 7500 in 1
market DE: 15000 of 100000, before 7500 in 1; at_once 10000, before 5000; month 5000, before 2500
market US: 30000 of 200000, before 15000 in 1; at_once 20000, before 10000; month 10000, before 5000
vendor other: 15000 of 100000, before 7500 in 1; at_once 10000, before 5000; month 5000, before 2500
vendor power: 30000 of 200000, before 15000 in 1; at_once 20000, before 10000; month 10000, before 5000
rank : 15000 of 300000, before 22500 in 1; at_once 10000, before 15000; month 5000, before 7500
rank seller: 30000 of 300000, before 0 in 1; at_once 20000, before 0; month 10000, before 0
outside: company  by bound 3, which allows 33750; at_once 30000-15000 month 15000-7500 ann 30000-15000/0 ben 15000-7500/0
outside: market DE by bound 1, which allows 12000; at_once 10000-5000 month 5000-2500 ben 15000-7500/0
outside: vendor other by bound 2, which allows 7500; at_once 10000-5000 month 5000-2500 ben 0-0/100000
`
		if got := liabilityText(february.Liability); got != want {
			t.Errorf("February waits with\n%swant\n%s", got, want)
		}
		preview, err := w.PreviewRun(t.Context(), "guarded", 0, "2026-02")
		w.must(nil, err)
		if got := liabilityText(preview.Liability); got != want || !bytes.Equal(preview.OutputDigest, february.OutputDigest) {
			t.Errorf("February is previewed as\n%swant\n%s", got, want)
		}
	})
}

// waits closes a period of the guarded plan until it waits.
func (w *world) waits(period string) (runID string) {
	w.t.Helper()
	run, err := w.StartRun(w.t.Context(), "guarded", 0, period)
	w.must(nil, err)
	if run, err = w.WorkRun(w.t.Context(), run.RunID); err != nil || run.State != store.RunWaiting || run.Period.State != store.PeriodFenced {
		w.t.Fatalf("%+v, %v; want a run that waits", run, err)
	}
	return run.RunID
}

// confirm confirms what a run came to.
func (w *world) confirm(runID string) store.Run {
	w.t.Helper()
	run, err := w.GetRun(w.t.Context(), runID)
	w.must(nil, err)
	run, err = w.ConfirmRun(w.t.Context(), runID, store.Confirmation{OutputDigest: run.OutputDigest, By: "Eva", Reason: "the spring campaign"})
	w.must(nil, err)
	return run
}

func TestConfirmRun_WhatWaitsIsUnseenUntilItIsConfirmed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newWorld(t, engine)
		rows := &runWorld{t: t, engine: engine, nowUS: &w.nowUS}
		w.guarded(guardedPlan)
		w.trade(time.January, 2, 1)
		runID := w.waits("2026-01")
		if got := w.runLines("ann", "2026-01"); got != "held 10000, payable 0\n" {
			t.Errorf("while the run waits Ann has\n%s", got)
		}
		before := rows.dump()
		for _, what := range []struct {
			name string
			do   func() error
		}{
			{"working on it", func() error { _, err := w.WorkRun(t.Context(), runID); return err }},
			{"starting it", func() error { _, err := w.StartRun(t.Context(), "guarded", 0, "2026-01"); return err }},
			{"confirming something else", func() error {
				_, err := w.ConfirmRun(t.Context(), runID, store.Confirmation{OutputDigest: make([]byte, 32), By: "Eva", Reason: "a guess"})
				refused(t, err, store.ErrOtherOutput, "confirm.output_digest")
				return nil
			}},
		} {
			if err := what.do(); err != nil {
				t.Errorf("%s: %v", what.name, err)
			}
			if d := differs(before, rows.dump()); d != "" {
				t.Fatalf("%s has changed %s", what.name, d)
			}
		}
		if runs, err := w.UnfinishedRuns(t.Context()); len(runs) != 0 || err != nil {
			t.Errorf("to be worked on: %v, %v", runs, err)
		}
		if run := w.confirm(runID); run.State != store.RunRunning || run.Confirmation == nil || run.Confirmation.By != "Eva" {
			t.Errorf("confirmed: %+v", run)
		}
		before = rows.dump()
		w.nowUS.Add(1)
		w.confirm(runID)
		if d := differs(before, rows.dump()); d != "" {
			t.Error("a repeated confirmation has changed " + d)
		}
		// Another server goes on, which would cut chunks otherwise: it makes an attempt of its own, and comes to what was confirmed.
		other := store.New(engine, store.Options{
			Clock: func() time.Time { return time.UnixMicro(w.nowUS.Load()) }, Owner: "other", ChunkRows: 1,
			Compile: func(source string) (*calc.Plan, error) { return w.plans[source], nil },
		})
		run, err := other.WorkRun(t.Context(), runID)
		if err != nil || run.State != store.RunPosted || run.Attempt != 2 || run.Confirmation == nil || run.Confirmation.Reason != "the spring campaign" {
			t.Fatalf("%+v, %v", run, err)
		}
		for table, found := range rows.dump("run_totals", "run_liability", "run_liability_drivers", "run_chunks", "period_lines") {
			if len(found) == 0 || strings.Contains(strings.Join(found, "\n"), " attempt=1 ") {
				t.Errorf("%s has rows of the dead attempt, or none:\n%s", table, strings.Join(found, "\n"))
			}
		}
		if got := w.runLines("ann", "2026-01"); got != "month COMMISSION 5000 of 100000 \nheld 0, payable 15000\n" {
			t.Errorf("Ann has\n%s", got)
		}
		before = rows.dump()
		w.confirm(runID)
		if d := differs(before, rows.dump()); d != "" {
			t.Error("confirming what is posted has changed " + d)
		}
		_, err = w.ConfirmRun(t.Context(), runID, store.Confirmation{OutputDigest: make([]byte, 32), By: "Eva", Reason: "late"})
		refused(t, err, store.ErrOtherOutput, "confirm.output_digest")
		w.proved("guarded", "2026-01")
	})
}

// What was previewed may be confirmed before the run comes to it.
func TestConfirmRun_InAdvance(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.guarded(guardedPlan)
		w.trade(time.January, 2, 1)
		preview, err := w.PreviewRun(t.Context(), "guarded", 0, "2026-01")
		w.must(nil, err)
		for i, late := range []bool{true, false} {
			started, err := w.StartRun(t.Context(), "guarded", 0, "2026-01")
			w.must(nil, err)
			_, err = w.ConfirmRun(t.Context(), started.RunID, store.Confirmation{OutputDigest: preview.OutputDigest, By: "Eva", Reason: "seen"})
			w.must(nil, err)
			if !late {
				run, err := w.WorkRun(t.Context(), started.RunID)
				if err != nil || run.State != store.RunPosted {
					t.Fatalf("%+v, %v", run, err)
				}
				continue
			}
			// Cancelled, one more sale, started anew: what it comes to is something else.
			_, err = w.CancelRun(t.Context(), started.RunID)
			w.must(nil, err)
			s := sale(fmt.Sprintf("more-%d", i))
			s.DistributorID, s.ProductID, s.SoldAtUS = "ann", "kit", date(time.January, 20)
			w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
			w.waits("2026-01")
			_, err = w.CancelRun(t.Context(), started.RunID)
			w.must(nil, err)
			_, err = w.ConfirmRun(t.Context(), started.RunID, store.Confirmation{OutputDigest: preview.OutputDigest, By: "Eva", Reason: "seen"})
			if !errors.Is(err, store.ErrRunCancelled) {
				t.Errorf("confirming a cancelled run: %v", err)
			}
			preview, err = w.PreviewRun(t.Context(), "guarded", 0, "2026-01")
			w.must(nil, err)
		}
	})
}

// A confirmation is of one start of a run: whoever calls it off wants it looked at again.
func TestConfirmRun_IsForgottenWhenTheRunIsCancelled(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.guarded(guardedPlan)
		w.trade(time.January, 2, 1)
		runID := w.waits("2026-01")
		w.confirm(runID)
		run, err := w.CancelRun(t.Context(), runID)
		if err != nil || run.State != store.RunCancelled || run.Period.State != store.PeriodOpen {
			t.Fatalf("%+v, %v", run, err)
		}
		w.nowUS.Add(1)
		w.waits("2026-01")
	})
}

// TestConfirmRun_KilledAnywhere kills whoever closes before and after each transaction, and lets the next one go on: it waits once, and posts
// once it is confirmed. Up to where it waits a work is of five transactions: the lease, the attempt, its output, one chunk, and the wait in
// place of the flip. From there on it is of four where the attempt that waits is the killer's own, whose chunk is there: the flip in place of the
// wait. Where it is that of the one who went on, who cuts other chunks, that is swept first, and the killer dies before it has come to the end.
func TestConfirmRun_KilledAnywhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newWorld(t, engine)
		w.guarded(guardedPlan)
		var want string
		for n, month := int64(1), time.January; n <= 12; n, month = n+1, month+1 {
			period := fmt.Sprintf("2026-%02d", int(month))
			w.trade(month, 2, 1)
			started, err := w.StartRun(t.Context(), "guarded", 0, period)
			w.must(nil, err)
			for _, phase := range []store.RunState{store.RunWaiting, store.RunPosted} {
				killedAt, transactions := (n+1)/2, int64(0)
				killer := store.New(storetest.Faulty(engine, func(name string, at int64) error {
					if name != "run_lease_extend" { // by which the dead would give the lease back
						transactions = at
					}
					switch {
					case at < killedAt:
						return nil
					case n%2 == 0:
						return storetest.AfterCommit(errKilled)
					}
					return errKilled
				}), store.Options{
					Clock: func() time.Time { return time.UnixMicro(w.nowUS.Load()) }, Owner: "killed", ChunkRows: 2,
					After:   func(time.Duration) <-chan time.Time { return nil },
					Compile: func(source string) (*calc.Plan, error) { return w.plans[source], nil },
				})
				_, err := killer.WorkRun(t.Context(), started.RunID)
				all := int64(5)
				if phase == store.RunPosted {
					all = 4
				}
				switch ownWaits := n >= 10; {
				case phase == store.RunWaiting && n <= 10, phase == store.RunPosted && !ownWaits:
					if err == nil || transactions != killedAt {
						t.Errorf("%s to be %s: killed at %d of %d, %v", period, phase, killedAt, transactions, err)
					}
				case err != nil || transactions != all:
					t.Errorf("%s to be %s, to be killed at %d: %v after %d transactions; want %d", period, phase, killedAt, err, transactions, all)
				}
				w.nowUS.Add(time.Hour.Microseconds())
				run, err := w.WorkRun(t.Context(), started.RunID)
				if err != nil || run.State != phase {
					t.Fatalf("%s killed at %d: %+v, %v; want %s", period, n, run.State, err, phase)
				}
				if phase == store.RunWaiting {
					w.confirm(started.RunID)
					continue
				}
				got := strings.ReplaceAll(liabilityTotalsText(run), period, "")
				if want == "" {
					want = got
				}
				if got != want {
					t.Errorf("%s killed at %d pays\n%swant\n%s", period, n, got, want)
				}
			}
		}
	})
}

// liabilityTotalsText writes what a run pays, without what was before.
func liabilityTotalsText(run store.Run) string {
	var b strings.Builder
	for _, t := range run.Liability.Totals {
		fmt.Fprintf(&b, "%s %s: %d of %d\n", liabilityWords[t.Of], t.Name, t.AmountMinor, t.BaseMinor)
	}
	for _, t := range run.Totals {
		fmt.Fprintf(&b, "%s %d in %d\n", t.Name, t.AmountMinor, t.Count)
	}
	return b.String()
}
