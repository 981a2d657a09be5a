package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
)

// Account is an account of the general ledger.
type Account string

// The accounts.
const (
	// AccountPayable is owed to distributors.
	AccountPayable Account = "commissions_payable"
	// AccountHeld is what of it is held for the terminated, and AccountForfeited what is the company's.
	AccountHeld      Account = "commissions_held"
	AccountForfeited Account = "commissions_forfeited"
	AccountExpense   Account = "commission_expense"
	// AccountPrior is expense of earlier periods, which were computed again.
	AccountPrior    Account = "prior_period_commission"
	AccountClawback Account = "commission_clawback"
	AccountByHand   Account = "adjustments_by_hand"
	// AccountAdvances is what was paid in advance and is not earned yet.
	AccountAdvances Account = "advances_unearned"
	// AccountOpening is what was owed, and paid, before Upline.
	AccountOpening Account = "opening_balances"
)

// LedgerEntry is the sum of what one posting moves between two accounts, by bonus and currency: the same amount to the debit of one and to the
// credit of the other, above zero.
type LedgerEntry struct {
	Posting, Bonus, Currency string
	Debit, Credit            Account
	AmountMinor              int64
	LineCount                int64 // lines that it sums; 0 where it parts what others have summed
}

// The postings, in the order of the ledger.
var ledgerPostings = []struct {
	name          string
	debit, credit Account
}{
	{"commission", AccountExpense, AccountPayable},
	{"cap_and_pool", AccountExpense, AccountPayable},
	{"by_hand", AccountByHand, AccountPayable},
	{"restated", AccountPrior, AccountPayable},
	{"advance", AccountAdvances, AccountPayable},
	{"advance_earned", AccountExpense, AccountAdvances},
	{"advance_clawback", AccountAdvances, AccountPayable},
	{"clawback", AccountClawback, AccountPayable},
	{"opening_balance", AccountOpening, AccountPayable},
	{"opening_advance", AccountAdvances, AccountPayable},
	{"opening_advance_paid", AccountOpening, AccountPayable},
	{"held", AccountPayable, AccountHeld},
	{"forfeited", AccountPayable, AccountForfeited},
}

type ledgerKey struct {
	posting         int
	bonus, currency string
}

type ledgerSum struct{ amountMinor, count int64 }

// postingOf says which posting a sum belongs to.
func postingOf(sum earnedSum, byHand, advance bool) string {
	switch sum.kind {
	case lineRestated:
		return "restated"
	case lineReversal:
		if advance {
			return "advance_clawback"
		}
		return "clawback"
	case lineOpening:
		switch {
		case sum.paidBefore:
			return "opening_advance_paid"
		case advance:
			return "opening_advance"
		}
		return "opening_balance"
	case lineAdjustment:
		return "cap_and_pool"
	}
	switch {
	case byHand:
		return "by_hand"
	case advance:
		return "advance"
	}
	return "commission"
}

// ExportLedger sums a closed period up for the general ledger. Debits equal credits in each currency; what is left on AccountPayable is what
// ExportPayables has as payable.
func (s *Store) ExportLedger(ctx context.Context, q ExportQuery) (of Export, entries []LedgerEntry, err error) {
	err = s.export(ctx, q, func(x *export) error {
		of = x.Export
		sums, err := x.ledger()
		if err != nil {
			return err
		}
		keys := slices.SortedFunc(maps.Keys(sums), func(a, b ledgerKey) int {
			return cmp.Or(cmp.Compare(a.posting, b.posting), cmp.Compare(a.bonus, b.bonus), cmp.Compare(a.currency, b.currency))
		})
		for _, key := range keys {
			posting, sum := ledgerPostings[key.posting], sums[key]
			entry := LedgerEntry{Posting: posting.name, Bonus: key.bonus, Currency: key.currency, Debit: posting.debit, Credit: posting.credit, AmountMinor: sum.amountMinor, LineCount: sum.count}
			if entry.AmountMinor < 0 {
				entry.Debit, entry.Credit, entry.AmountMinor = entry.Credit, entry.Debit, -entry.AmountMinor
			}
			if entry.AmountMinor != 0 || entry.LineCount != 0 {
				entries = append(entries, entry)
			}
		}
		return nil
	})
	return of, entries, err
}

// ledger sums the period by posting, bonus and currency.
func (x *export) ledger() (map[ledgerKey]*ledgerSum, error) {
	terminated, err := x.standings()
	if err != nil {
		return nil, err
	}
	byHand, advances, err := x.store.bonusKinds(x.conn, x.plan.ID)
	if err != nil {
		return nil, err
	}
	sums := map[ledgerKey]*ledgerSum{}
	add := func(posting, bonus, currency string, amountMinor, count int64) {
		for i := range ledgerPostings {
			if ledgerPostings[i].name != posting {
				continue
			}
			key := ledgerKey{i, bonus, currency}
			if sums[key] == nil {
				sums[key] = &ledgerSum{}
			}
			sums[key].amountMinor += amountMinor
			sums[key].count += count
		}
	}
	err = x.earned(func(sum earnedSum) error {
		add(postingOf(sum, byHand[sum.bonus], advances[sum.bonus]), sum.bonus, sum.currency, sum.amountMinor, sum.count)
		held, company, _ := x.share(terminated, sum.distributorID, sum.amountMinor)
		if held != 0 {
			add("held", sum.bonus, sum.currency, held, 0)
		}
		if company != 0 {
			add("forfeited", sum.bonus, sum.currency, company, 0)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// The account of advances goes from the balance of the close before to that of this one: what the period's lines do not move has been earned
	// by paid cycles, or was kept when a service ended.
	balance, err := x.advances(x.Run.Key, int64(x.Run.Attempt))
	if err != nil {
		return nil, err
	}
	var earlier attempt
	key := x.key()
	err = x.conn.Query(sqlPostedRun, []any{key.PlanID, int64(key.Cadence), key.No - 1}, func(r Row) error {
		earlier = attempt{r.Int(1), r.Int(2)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	before, err := x.advances(earlier.runKey, earlier.no)
	if err != nil {
		return nil, err
	}
	earned := map[[2]string]int64{}
	for of, minor := range before {
		earned[of] += minor
	}
	for of, minor := range balance {
		earned[of] -= minor
	}
	for key, sum := range sums {
		if ledgerPostings[key.posting].debit == AccountAdvances {
			earned[[2]string{key.bonus, key.currency}] += sum.amountMinor
		}
	}
	for of, minor := range earned {
		add("advance_earned", of[0], of[1], minor, 0)
	}
	return sums, nil
}

// advances reads the balances of the account of advances, by bonus and currency, that a close has left.
func (x *export) advances(runKey, attempt int64) (map[[2]string]int64, error) {
	balances := map[[2]string]int64{}
	err := x.conn.Query(`SELECT bonus, currency, unearned_minor FROM run_advances WHERE run_key = $1 AND attempt = $2`, []any{runKey, attempt}, func(r Row) error {
		balances[[2]string{r.Text(0), r.Text(1)}] = r.Int(2)
		return nil
	})
	return balances, err
}
