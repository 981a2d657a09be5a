package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
)

// mixedPlan posts every kind of line: at the event with clawback, in advance, by hand, at the close with a cap over all.
const mixedPlan = `
late_policy: restate
cancelled_volume: restate
bonuses:
  - {name: at_once, direct: {base: price, rate: 10%, clawback: {mode: full}}}
  - {name: ahead, advance: {base: price, months: 12, rate: 5%, clawback: {mode: months_paid}}}
  - {name: month, pays: period, unilevel: {base: price, rates: [{levels: [5%, 3%]}]}}
  - {name: by_hand, manual: {amount_max: 500}}
caps:
  - {name: person, bonuses: [at_once, month], limit: 50}
`

// mixed closes January and February of a company in which everything happens: a service that is paid once and one that is cancelled, a
// correction of January in February's close, adjustments, an opening balance in another currency, an opening advance, and a termination.
func (w *world) mixed() {
	w.t.Helper()
	ctx := w.t.Context()
	w.publish(compiled(w.t, "mixed", mixedPlan), "mixed")
	w.must(w.PutProduct(ctx, store.Product{ProductID: "sub", VendorID: "other", Name: "Subscription", RequiresActivation: true, PV: 100_000, CV: 100_000, Billing: calc.Billing{Cycle: calc.BilledMonthly}}))
	ben, cyd := early("ben"), early("cyd")
	ben.SponsorID, cyd.SponsorID, cyd.Market = "ann", "ben", "DE"
	w.enrol("mixed", early("ann"), ben, cyd)
	_, _, err := w.ImportOpening(ctx, "mixed", []store.OpeningEntry{
		{EventID: "o1", DistributorID: "cyd", Kind: store.OpeningBalance, AmountMinor: 4_200, Currency: "EUR", Content: store.Content{{"x", "1"}}},
		{EventID: "o2", DistributorID: "ben", Kind: store.OpeningAdvance, Bonus: "ahead", AmountMinor: 6_000, Currency: "USD", CyclesPaid: 3, Content: store.Content{{"x", "2"}}, Sale: store.NewSale{
			Market: "US", SaleID: "before", DistributorID: "ben", CustomerID: "c", ProductID: "sub", PriceMinor: 10_000, Currency: "USD", SoldAtUS: time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC).UnixMicro(),
		}},
	})
	w.must(nil, err)
	sold := func(id, seller, product string, atUS int64) {
		s := sale(id)
		s.DistributorID, s.ProductID, s.SoldAtUS, s.CustomerID, s.PriceMinor = seller, product, atUS, "customer-"+id, 40_000
		w.must(w.RecordSales(ctx, []store.NewSale{s}))
	}
	sold("s1", "cyd", "sub", date(1, 5))
	w.append(activation("s1", "a1", date(1, 6)))
	w.append(payment("s1", "p1", 1, date(1, 7)))
	sold("s2", "ben", "sub", date(1, 8))
	w.append(activation("s2", "a1", date(1, 9)))
	for i := range 3 {
		sold(fmt.Sprintf("k%d", i), []string{"ann", "ben", "cyd"}[i], "kit", date(1, 10))
	}
	w.must(w.RecordAdjustment(ctx, adjusting("j1", "cyd", "by_hand", 1_234, date(1, 20))))
	w.must(w.RecordAdjustment(ctx, adjusting("j2", "ann", "by_hand", -567, date(1, 20))))
	w.nowUS.Store(date(2, 20))
	w.append(cancellation("k1", "c1", date(2, 5))) // before January is closed, and February's all the same
	w.must(nil, w.close("mixed", calc.Monthly, "2026-01"))

	w.append(cancellation("s2", "c1", date(1, 30)))
	sold("late", "cyd", "kit", date(1, 25))
	sold("k9", "cyd", "kit", date(2, 12))
	w.append(payment("s1", "p2", 2, date(2, 13)))
	w.change(store.NetworkChange{DistributorID: "ben", EventID: "t", Kind: store.NetworkTerminated, EffectiveAtUS: date(2, 1), Reason: "left", Content: store.Content{{"x", "t"}}})
	w.nowUS.Store(date(3, 20))
	w.must(nil, w.close("mixed", calc.Monthly, "2026-02"))
}

// Lines sum to the run's totals, payables to the lines and to what GetEarnings says, and the ledger to the payables.
func TestExport_SumsAreThoseOfTheRunAndOfEarnings(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.mixed()
		kinds := map[string]bool{}
		postings := map[string]bool{}
		for _, period := range []string{"2026-01", "2026-02"} {
			q := store.ExportQuery{PlanID: "mixed", Period: period}
			var of store.Export
			begin := func(e store.Export) error { of = e; return nil }
			byBonus, posted, rows := map[string]int64{}, map[string]int64{}, int64(0)
			last := ""
			w.must(nil, w.ExportLines(t.Context(), q, begin, func(l *store.Line) error {
				rows++
				kinds[l.Kind] = true
				if l.RunID != "" && l.Kind != "RESTATED" {
					byBonus[l.Bonus] += l.AmountMinor
				}
				posted[l.DistributorID+" "+l.Currency] += l.AmountMinor
				key := fmt.Sprint(l.RunID != "", l.Market, " ", l.DistributorID, " ", l.SaleID, l.EventID, l.LineNo, l.Bonus, l.Level, l.Part, l.Kind)
				if key == last {
					t.Errorf("%s is exported twice", key)
				}
				last = key
				return nil
			}))
			if rows != of.Rows || rows == 0 || of.Run.Period.Key.Name != period {
				t.Errorf("%s: %d lines, announced were %d of %s", period, rows, of.Rows, of.Run.Period.Key.Name)
			}
			for _, total := range of.Run.Totals {
				if byBonus[total.Name] != total.AmountMinor {
					t.Errorf("%s: %s has %d in lines and %d in the run", period, total.Name, byBonus[total.Name], total.AmountMinor)
				}
			}
			payable, before := map[string]int64{}, ""
			w.must(nil, w.ExportPayables(t.Context(), q, begin, func(p *store.Payable) error {
				key := p.DistributorID + " " + p.Currency
				if key <= before {
					t.Errorf("%s stands behind %s", key, before)
				}
				before = key
				if posted[key] != p.PostedMinor || p.CommissionMinor+p.ByHandMinor+p.RestatedMinor+p.ClawbackMinor+p.OpeningMinor != p.PostedMinor ||
					p.HeldMinor+p.CompanyMinor+p.PayableMinor != p.PostedMinor {
					t.Errorf("%s: %+v does not sum up; its lines are %d", period, p, posted[key])
				}
				delete(posted, key)
				payable[p.Currency] += p.PayableMinor
				e, err := w.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: p.DistributorID, Period: period, PageSize: 1})
				w.must(nil, err)
				for _, total := range e.Totals {
					if total.Currency == p.Currency && (total.PostedMinor != p.PostedMinor || total.PayableMinor != p.PayableMinor || total.HeldMinor != p.HeldMinor ||
						total.UnearnedMinor != p.UnearnedMinor || total.LineCount != p.LineCount) {
						t.Errorf("%s: payable %+v, earnings %+v", period, p, total)
					}
				}
				return nil
			}))
			if len(posted) != 0 {
				t.Errorf("%s: not among the payables: %v", period, posted)
			}
			_, entries, err := w.ExportLedger(t.Context(), q)
			w.must(nil, err)
			balance := map[string]map[store.Account]int64{}
			for _, e := range entries {
				postings[e.Posting] = true
				if balance[e.Currency] == nil {
					balance[e.Currency] = map[store.Account]int64{}
				}
				if e.AmountMinor < 0 || e.Debit == e.Credit {
					t.Errorf("%s: entry %+v", period, e)
				}
				balance[e.Currency][e.Debit] += e.AmountMinor
				balance[e.Currency][e.Credit] -= e.AmountMinor
			}
			for currency, minor := range payable {
				if owed := -balance[currency][store.AccountPayable]; owed != minor {
					t.Errorf("%s: the ledger owes %d %s and the payables %d\n%s", period, owed, currency, minor, ledgerText(entries))
				}
			}
		}
		for _, kind := range []string{"COMMISSION", "REVERSAL", "OPENING", "ADJUSTMENT", "RESTATED"} {
			if !kinds[kind] {
				t.Errorf("no line of kind %s was exported", kind)
			}
		}
		for _, posting := range []string{"commission", "cap_and_pool", "by_hand", "restated", "advance", "advance_earned", "advance_clawback", "clawback", "opening_balance", "opening_advance", "opening_advance_paid", "held"} {
			if !postings[posting] {
				t.Errorf("the ledger has no %s", posting)
			}
		}
	})
}

func ledgerText(entries []store.LedgerEntry) string {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%s %s %s: %s to %s %d in %d\n", e.Posting, e.Bonus, e.Currency, e.Debit, e.Credit, e.AmountMinor, e.LineCount)
	}
	return b.String()
}

// January: five sales at 400.00, each with 40.00 at once and 240.00 in advance, of which one paid cycle has earned 20.00 and three of twelve have
// earned 15.00 of the 60.00 that Ben came with. One of the advances was taken back before January was closed, in February: it was not
// earned. February: a second cycle has earned 20.00, and two advances were taken back whole.
func TestExportLedger_AdvancesAreExpenseWhenTheyAreEarned(t *testing.T) {
	want := map[string]string{
		"2026-01": `commission at_once USD: commission_expense to commissions_payable 20000 in 5
commission month USD: commission_expense to commissions_payable 4286 in 3
cap_and_pool at_once USD: commissions_payable to commission_expense 9286 in 3
by_hand by_hand USD: adjustments_by_hand to commissions_payable 667 in 2
advance ahead USD: advances_unearned to commissions_payable 120000 in 5
advance_earned ahead USD: commission_expense to advances_unearned 3500 in 0
opening_balance opening_balance EUR: opening_balances to commissions_payable 4200 in 1
opening_advance ahead USD: advances_unearned to commissions_payable 6000 in 1
opening_advance_paid ahead USD: commissions_payable to opening_balances 6000 in 1
`,
		"2026-02": `commission at_once USD: commission_expense to commissions_payable 8000 in 2
commission month USD: commission_expense to commissions_payable 3200 in 2
cap_and_pool at_once USD: commissions_payable to commission_expense 3000 in 1
restated at_once USD: commissions_payable to prior_period_commission 225 in 2
restated month USD: prior_period_commission to commissions_payable 225 in 3
advance ahead USD: advances_unearned to commissions_payable 48000 in 2
advance_earned ahead USD: commission_expense to advances_unearned 2000 in 0
advance_clawback ahead USD: commissions_payable to advances_unearned 48000 in 2
clawback at_once USD: commissions_payable to commission_clawback 8000 in 2
held ahead USD: commissions_held to commissions_payable 48000 in 0
held at_once USD: commissions_held to commissions_payable 8476 in 0
held month USD: commissions_payable to commissions_held 2476 in 0
`,
	}
	eachWorld(t, func(t *testing.T, w *world) {
		w.mixed()
		for period, text := range want {
			_, entries, err := w.ExportLedger(t.Context(), store.ExportQuery{PlanID: "mixed", Period: period})
			w.must(nil, err)
			if got := ledgerText(entries); got != text {
				t.Errorf("%s is\n%swant\n%s", period, got, text)
			}
		}
	})
}

func TestExport_Refusals(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		begun := func(store.Export) error { return nil }
		line := func(*store.Line) error { return nil }
		err := w.ExportLines(t.Context(), store.ExportQuery{PlanID: "service", Period: "2026-01"}, begun, line)
		refused(t, err, store.ErrInvalid, "period")
		err = w.ExportLines(t.Context(), store.ExportQuery{PlanID: "service", Period: "January"}, begun, line)
		refused(t, err, store.ErrUnknownPeriod, "period")
		if _, _, err = w.ExportLedger(t.Context(), store.ExportQuery{PlanID: "nowhere", Period: "2026-01"}); !errors.Is(err, store.ErrUnknownPlan) {
			t.Errorf("a plan that does not exist: %v", err)
		}
	})
}
