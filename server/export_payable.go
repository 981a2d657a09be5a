package server

import (
	"strconv"

	"upline/store"
)

// payableRow is what a closed period owes a distributor in one currency. The amounts from commission to opening sum to posted, and held,
// company and payable do so, too. Unearned is a part of posted, as of the export.
type payableRow struct {
	PlanID        string     `parquet:"plan_id,dict"`
	Cadence       string     `parquet:"cadence,dict"`
	Period        string     `parquet:"period,dict"`
	DistributorID string     `parquet:"distributor_id"`
	Currency      string     `parquet:"currency,dict"`
	Commission    decimal128 `parquet:"commission,decimal(4:38)"`
	ByHand        decimal128 `parquet:"by_hand,decimal(4:38)"`
	Restated      decimal128 `parquet:"restated,decimal(4:38)"`
	Clawback      decimal128 `parquet:"clawback,decimal(4:38)"`
	Opening       decimal128 `parquet:"opening,decimal(4:38)"`
	Posted        decimal128 `parquet:"posted,decimal(4:38)"`
	Held          decimal128 `parquet:"held,decimal(4:38)"`
	Company       decimal128 `parquet:"company,decimal(4:38)"`
	Payable       decimal128 `parquet:"payable,decimal(4:38)"`
	Unearned      decimal128 `parquet:"unearned,decimal(4:38)"`
	Lines         int64      `parquet:"lines"`

	of *store.Payable
}

func payableRowOf(p *store.Payable, of *store.Export) payableRow {
	key := of.Run.Period.Key
	amount := func(minor int64) decimal128 { return amountDecimal(minor, p.Currency) }
	return payableRow{
		PlanID: key.PlanID, Cadence: key.Cadence.String(), Period: key.Name, DistributorID: p.DistributorID, Currency: p.Currency,
		Commission: amount(p.CommissionMinor), ByHand: amount(p.ByHandMinor), Restated: amount(p.RestatedMinor), Clawback: amount(p.ClawbackMinor), Opening: amount(p.OpeningMinor),
		Posted: amount(p.PostedMinor), Held: amount(p.HeldMinor), Company: amount(p.CompanyMinor), Payable: amount(p.PayableMinor), Unearned: amount(p.UnearnedMinor),
		Lines: p.LineCount, of: p,
	}
}

func (payableRow) csvHeader() []string {
	return []string{
		"plan_id", "cadence", "period", "distributor_id", "currency", "commission", "by_hand", "restated", "clawback", "opening", "posted", "held", "company", "payable", "unearned", "lines",
	}
}

func (r payableRow) csv(to []string) []string {
	to = append(to, r.PlanID, r.Cadence, r.Period, r.DistributorID, r.Currency)
	p := r.of
	for _, minor := range []int64{
		p.CommissionMinor, p.ByHandMinor, p.RestatedMinor, p.ClawbackMinor, p.OpeningMinor, p.PostedMinor, p.HeldMinor, p.CompanyMinor, p.PayableMinor, p.UnearnedMinor,
	} {
		to = append(to, formatMinor(minor, r.Currency))
	}
	return append(to, strconv.FormatInt(r.Lines, 10))
}

// ledgerRow is one side of an entry of the general ledger.
type ledgerRow struct {
	PlanID   string     `parquet:"plan_id,dict"`
	Cadence  string     `parquet:"cadence,dict"`
	Period   string     `parquet:"period,dict"`
	Account  string     `parquet:"account,dict"`
	Posting  string     `parquet:"posting,dict"`
	Bonus    string     `parquet:"bonus,dict"`
	Currency string     `parquet:"currency,dict"`
	Debit    decimal128 `parquet:"debit,decimal(4:38)"`
	Credit   decimal128 `parquet:"credit,decimal(4:38)"`
	Lines    int64      `parquet:"lines"`

	debitMinor, creditMinor int64
}

// ledgerRowsOf are the two sides of an entry, the debit first.
func ledgerRowsOf(e *store.LedgerEntry, of *store.Export) [2]ledgerRow {
	key := of.Run.Period.Key
	side := func(account store.Account, debit, credit int64) ledgerRow {
		return ledgerRow{
			PlanID: key.PlanID, Cadence: key.Cadence.String(), Period: key.Name, Account: string(account), Posting: e.Posting, Bonus: e.Bonus, Currency: e.Currency,
			Debit: amountDecimal(debit, e.Currency), Credit: amountDecimal(credit, e.Currency), Lines: e.LineCount, debitMinor: debit, creditMinor: credit,
		}
	}
	return [2]ledgerRow{side(e.Debit, e.AmountMinor, 0), side(e.Credit, 0, e.AmountMinor)}
}

func (ledgerRow) csvHeader() []string {
	return []string{"plan_id", "cadence", "period", "account", "posting", "bonus", "currency", "debit", "credit", "lines"}
}

func (r ledgerRow) csv(to []string) []string {
	return append(to, r.PlanID, r.Cadence, r.Period, r.Account, r.Posting, r.Bonus, r.Currency, formatMinor(r.debitMinor, r.Currency), formatMinor(r.creditMinor, r.Currency),
		strconv.FormatInt(r.Lines, 10))
}
