package server

import (
	"fmt"
	"math/big"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// payoutDigits are the decimals of a payout ratio.
const payoutDigits = 6

// baseNames are the bases that payouts are held against.
var baseNames = map[calc.Base]uplinev1.Base{
	calc.BaseCV: uplinev1.Base_BASE_CV, calc.BasePV: uplinev1.Base_BASE_PV, calc.BaseQV: uplinev1.Base_BASE_QV,
	calc.BasePrice: uplinev1.Base_BASE_PRICE, calc.BaseNetPrice: uplinev1.Base_BASE_NET_PRICE,
}

var baseWords = map[calc.Base]string{
	calc.BaseCV: "the CV", calc.BasePV: "the PV", calc.BaseQV: "the QV", calc.BasePrice: "the prices", calc.BaseNetPrice: "the net prices",
}

var liabilityWords = map[calc.LiabilityOf]string{
	calc.LiabilityOfBonus: "bonus", calc.LiabilityOfMarket: "market", calc.LiabilityOfVendor: "vendor", calc.LiabilityOfRank: "rank",
}

// liabilityOf is what a run pays in the contract's form. The kinds of totals and bounds have the numbers of calc.
func liabilityOf(r store.Run) *uplinev1.RunLiability {
	l := r.Liability
	if l == nil {
		return nil
	}
	out := &uplinev1.RunLiability{Base: baseNames[l.Base]}
	for i := range l.Totals {
		t := &l.Totals[i]
		total := &uplinev1.LiabilityTotal{
			Of: uplinev1.LiabilityOf(t.Of), Name: t.Name, Amount: money(t.AmountMinor, r.Currency), Base: money(t.BaseMinor, r.Currency),
			Payout: payout(t.AmountMinor, t.BaseMinor), Before: meanBefore(t.BeforeMinor, t, r.Currency), PeriodsBefore: int32(t.PeriodsBefore),
			Bonuses: sharesOf(t.Bonuses, t, r.Currency),
		}
		out.Totals = append(out.Totals, total)
	}
	for i := range l.Findings {
		out.Findings = append(out.Findings, findingOf(&l.Findings[i], l, r.Currency))
	}
	return out
}

func findingOf(f *store.LiabilityFinding, l *store.RunLiability, currency string) *uplinev1.LiabilityFinding {
	t := &l.Totals[f.Total]
	out := &uplinev1.LiabilityFinding{
		Of: uplinev1.LiabilityOf(t.Of), Name: t.Name, Bound: uplinev1.LiabilityBound(f.Bound.Kind), Limit: calc.FormatRate(f.Bound.Value),
		Amount: money(t.AmountMinor, currency), Allowed: money(f.LimitMinor, currency), Bonuses: sharesOf(f.Bonuses, t, currency),
		Message: findingText(f, l, currency),
	}
	if f.Bound.Kind == calc.LiabilityAmount {
		out.Limit = formatMinor(f.Bound.Value, currency)
	}
	for _, d := range f.Drivers {
		driver := &uplinev1.LiabilityDriver{DistributorId: d.DistributorID}
		if t.Of == calc.LiabilityOfVendor {
			driver.Sold = money(d.BaseMinor, currency)
		} else {
			driver.Amount, driver.Before = money(d.AmountMinor, currency), money(d.BeforeMinor, currency)
		}
		out.Distributors = append(out.Distributors, driver)
	}
	return out
}

// findingText says in a sentence which limit is broken, and by how much.
func findingText(f *store.LiabilityFinding, l *store.RunLiability, currency string) string {
	t := &l.Totals[f.Total]
	paid := fmt.Sprintf("%s %s are paid", formatMinor(t.AmountMinor, currency), currency)
	switch {
	case t.Of == calc.LiabilityOfRank && t.Name == "":
		paid += " to those without a rank"
	case t.Of == calc.LiabilityOfVendor && t.Name == "":
		paid += " for the sales of no vendor"
	case t.Of != calc.LiabilityOfCompany:
		paid += fmt.Sprintf(" for the %s %s", liabilityWords[t.Of], t.Name)
	}
	allowed := formatMinor(f.LimitMinor, currency)
	percent := calc.FormatRate(f.Bound.Value)
	if rate, ok := new(big.Rat).SetString(percent); ok {
		percent = trimmed(rate.Mul(rate, big.NewRat(100, 1)).FloatString(7)) + " %"
	}
	switch f.Bound.Kind {
	case calc.LiabilityPayout:
		return fmt.Sprintf("%s, and the limit of %s of %s, which are %s, is %s", paid, percent, baseWords[l.Base], formatMinor(t.BaseMinor, currency), allowed)
	case calc.LiabilityAmount:
		return fmt.Sprintf("%s, and the limit is %s", paid, allowed)
	}
	mean := meanBefore(t.BeforeMinor, t, currency).GetAmount()
	more, most := "more", "most"
	if f.Bound.Kind == calc.LiabilityFall {
		more, most = "less", "least"
	}
	periods := "the period before"
	if t.PeriodsBefore > 1 {
		periods = fmt.Sprintf("the %d periods before on average", t.PeriodsBefore)
	}
	return fmt.Sprintf("%s, after %s in %s; the limit of %s %s is at %s %s", paid, mean, periods, percent, more, most, allowed)
}

// trimmed drops zeros at the end of a number that has decimals.
func trimmed(number string) string {
	for number[len(number)-1] == '0' {
		number = number[:len(number)-1]
	}
	if number[len(number)-1] == '.' {
		return number[:len(number)-1]
	}
	return number
}

func sharesOf(shares []store.LiabilityShare, t *store.LiabilityTotal, currency string) []*uplinev1.LiabilityShare {
	out := make([]*uplinev1.LiabilityShare, len(shares))
	for i, s := range shares {
		out[i] = &uplinev1.LiabilityShare{Bonus: s.Bonus, Amount: money(s.AmountMinor, currency), Before: meanBefore(s.BeforeMinor, t, currency)}
	}
	return out
}

// meanBefore is the mean of the periods before, halves away from zero; nil where there are none.
func meanBefore(sumMinor int64, t *store.LiabilityTotal, currency string) *uplinev1.Money {
	if t.PeriodsBefore == 0 {
		return nil
	}
	mean := sumMinor / t.PeriodsBefore
	switch rest := sumMinor % t.PeriodsBefore; {
	case 2*rest >= t.PeriodsBefore:
		mean++
	case 2*rest <= -t.PeriodsBefore:
		mean--
	}
	return money(mean, currency)
}

// payout is the ratio of an amount to what it is held against; "" where there is nothing to hold it against.
func payout(amountMinor, baseMinor int64) string {
	if baseMinor <= 0 {
		return ""
	}
	return new(big.Rat).SetFrac64(amountMinor, baseMinor).FloatString(payoutDigits)
}
