package store_test

import (
	"errors"
	"testing"

	"upline/calc"
	"upline/store"
)

func adjusting(id, distributorID, bonus string, amountMinor, atUS int64) store.NewAdjustment {
	return store.NewAdjustment{
		AdjustmentID: id, DistributorID: distributorID, Bonus: bonus, AmountMinor: amountMinor, Currency: "USD", Reason: "goodwill", Approver: "cfo",
		Requester: "clerk", EffectiveAtUS: atUS, Content: store.Content{{Path: "reason", Value: "goodwill"}, {Path: "amount", Value: calc.FormatMinor(amountMinor, 2)}},
	}
}

const byHandPlan = `
bonuses:
  - {name: own, pays: period, direct: {rate: 10%}}
  - {name: by_hand, manual: {amount_max: 100}}
`

func TestRecordAdjustment_IsPaidInTheCloseOfItsPeriod(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(compiled(t, "hand", byHandPlan), "hand")
		w.enrol("hand", early("ann"), early("ben"))
		record := func(n store.NewAdjustment, period string) {
			t.Helper()
			a, err := w.RecordAdjustment(t.Context(), n)
			if err != nil || a.Period.Name != period {
				t.Fatalf("%s: %v, in %q, want %s", n.AdjustmentID, err, a.Period.Name, period)
			}
		}
		record(adjusting("a1", "ann", "by_hand", 5_000, at(5, 0)), "2026-01")
		record(adjusting("a2", "ann", "by_hand", -1_250, at(6, 0)), "2026-01")
		record(adjusting("a1", "ann", "by_hand", 5_000, at(5, 0)), "2026-01") // again
		w.nowUS.Store(date(2, 20))
		w.must(nil, w.close("hand", calc.Monthly, "2026-01"))
		// Its month is closed, so it is paid in the next; and it puts the first one right.
		late := adjusting("a3", "ann", "by_hand", -5_000, at(20, 0))
		late.CorrectsID = "a1"
		record(late, "2026-02")
		w.nowUS.Store(date(3, 20))
		w.must(nil, w.close("hand", calc.Monthly, "2026-02"))
		for period, want := range map[string]string{"2026-01": "by_hand 3750", "2026-02": "by_hand -5000"} {
			if got := w.pays("ann", period); got != want {
				t.Errorf("%s: %q, want %q", period, got, want)
			}
		}
		w.proved("hand", "2026-01")
		first, next, err := w.ListAdjustments(t.Context(), store.AdjustmentFilter{DistributorID: "ann"}, "", 2)
		if err != nil || len(first) != 2 || next != "a2" || first[0].Approver != "cfo" || first[0].Requester != "clerk" {
			t.Fatalf("%v %q %+v", err, next, first)
		}
		of, _, err := w.ListAdjustments(t.Context(), store.AdjustmentFilter{PlanID: "hand", Period: "2026-02"}, "", 10)
		if err != nil || len(of) != 1 || of[0].CorrectsID != "a1" || of[0].AmountMinor != -5_000 || of[0].Currency != "USD" {
			t.Fatalf("%v %+v", err, of)
		}
	})
}

func TestRecordAdjustment_Refusals(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publish(compiled(t, "hand", byHandPlan), "hand")
		w.enrol("hand", early("ann"), early("ben"))
		w.must(w.RecordAdjustment(t.Context(), adjusting("a1", "ann", "by_hand", 5_000, at(5, 0))))
		for _, c := range []struct {
			name   string
			change func(n *store.NewAdjustment)
			kind   error
			field  string
		}{
			{"approved by who asks", func(n *store.NewAdjustment) { n.Approver = "clerk" }, store.ErrSelfApproved, "approver"},
			{"a bonus of another kind", func(n *store.NewAdjustment) { n.Bonus = "own" }, store.ErrInvalid, "bonus"},
			{"a plan without any", func(n *store.NewAdjustment) { n.DistributorID = "bob" }, store.ErrInvalid, "bonus"},
			{"nobody", func(n *store.NewAdjustment) { n.DistributorID = "nobody" }, store.ErrUnknownDistributor, "distributor_id"},
			{"too much", func(n *store.NewAdjustment) { n.AmountMinor = -10_001 }, store.ErrInvalid, "amount.amount"},
			{"nothing", func(n *store.NewAdjustment) { n.AmountMinor = 0 }, store.ErrInvalid, "amount.amount"},
			{"other money", func(n *store.NewAdjustment) { n.Currency = "EUR" }, store.ErrCurrency, "amount.currency_code"},
			{"time to come", func(n *store.NewAdjustment) { n.EffectiveAtUS = date(5, 1) }, store.ErrTimeOutOfRange, "effective_at"},
			{"corrects nothing", func(n *store.NewAdjustment) { n.CorrectsID = "a0" }, store.ErrUnknownAdjustment, "corrects_adjustment_id"},
			{"corrects another's", func(n *store.NewAdjustment) { n.DistributorID, n.CorrectsID = "ben", "a1" }, store.ErrInvalid, "corrects_adjustment_id"},
			{"another under the same id", func(n *store.NewAdjustment) {
				n.AdjustmentID, n.Content = "a1", store.Content{{Path: "reason", Value: "other"}}
			}, store.ErrIDReused, "reason"},
		} {
			n := adjusting("a2", "ann", "by_hand", 1_000, at(6, 0))
			c.change(&n)
			_, err := w.RecordAdjustment(t.Context(), n)
			t.Run(c.name, func(t *testing.T) { refused(t, err, c.kind, c.field) })
		}
		list, _, err := w.ListAdjustments(t.Context(), store.AdjustmentFilter{}, "", 10)
		if err != nil || len(list) != 1 {
			t.Fatalf("refusals have recorded something: %v %+v", err, list)
		}
		// A version that could not pay what is recorded for its periods is refused; the adjustment is for February.
		w.nowUS.Store(date(2, 2))
		w.must(w.RecordAdjustment(t.Context(), adjusting("a4", "ann", "by_hand", 1_000, date(2, 1))))
		p := compiled(t, "hand", "bonuses: [{name: own, pays: period, direct: {rate: 20%}}]")
		p.ValidFromUS = date(2, 1)
		w.plans["hand2"] = p
		if _, err := w.PublishPlan(t.Context(), store.NewPlan{Plan: p, Name: "hand2", Source: "hand2"}); !errors.Is(err, store.ErrPlanOverlap) {
			t.Errorf("%v", err)
		}
	})
}
