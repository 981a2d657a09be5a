package calc

import (
	"math/big"
	"time"
)

// BillingCycle is how often a product is paid for. The values are those of the API and the store.
type BillingCycle uint8

// The billing cycles. Where a product says nothing, a cycle is a month.
const (
	BilledUnsaid BillingCycle = iota
	BilledOnce
	BilledMonthly
	BilledQuarterly
	BilledYearly
)

// Months is the number of months in a cycle.
func (c BillingCycle) Months() int32 {
	switch c {
	case BilledQuarterly:
		return 3
	case BilledYearly:
		return 12
	case BilledUnsaid, BilledOnce, BilledMonthly:
	}
	return 1
}

// DueRule says when a cycle is due.
type DueRule uint8

// The rules. Cycles are counted from when the service went live first.
const (
	DueInAdvance DueRule = iota // at the beginning of the cycle
	DueInArrears                // at its end
)

// Billing is when a product's cycles are due, and what becomes of a service that is not paid.
type Billing struct {
	Cycle BillingCycle
	Due   DueRule
	// GraceDays is how many days of 24 hours after the due moment a cycle is overdue.
	GraceDays int32
	// FailuresMax is the number of failed payments in a row at which the service lapses; 0 for never.
	FailuresMax int32
	// LapseOverdue tells that the service lapses when a cycle is overdue.
	LapseOverdue bool
	// PaymentReinstates tells that a lapsed service is reinstated by a payment.
	PaymentReinstates bool
	// Location is where months are counted; nil means UTC.
	Location *time.Location
}

// OverdueAtUS is when the service lapses unless the cycle is paid before, by what is known of it; 0 for never.
func (b *Billing) OverdueAtUS(f *SaleFold) (cycle int32, atUS int64) {
	if !b.LapseOverdue || f.Status != SaleActive || b.Cycle == BilledOnce && f.NextCycle > 1 {
		return 0, 0
	}
	before := f.NextCycle - 1
	if b.Due == DueInArrears {
		before++
	}
	dueUS := f.cycleStartUS(before+1, b)
	// Who is reinstated is not overdue the same moment.
	return f.NextCycle, max(dueUS, f.SinceUS) + int64(b.GraceDays)*dayUS
}

// keptDenMax bounds the denominator of a sum of parts, so that it can be multiplied by months. A sum of payments that needs a larger
// one is rounded to that; it moves an advance of ten billion by less than a minor unit.
const keptDenMax = 1_000_000_000_000

// keptOf sums the parts of payments that were not given back, and counts the payments of which any is left.
func keptOf(payments []Payment) (kept Fraction, cycles int32) {
	var parts *big.Rat
	whole := int64(0)
	for i := range payments {
		p := &payments[i]
		if p.Back {
			continue
		}
		cycles++
		if p.BackMinor == 0 {
			whole++
			continue
		}
		part := p.Kept()
		if parts == nil {
			parts = new(big.Rat)
		}
		parts.Add(parts, big.NewRat(part.Num, part.Den))
	}
	if parts == nil {
		return Fraction{whole, 1}, cycles
	}
	parts.Add(parts, new(big.Rat).SetInt64(whole))
	if !parts.Denom().IsInt64() || parts.Denom().Int64() > keptDenMax {
		scaled := new(big.Int).Mul(parts.Num(), big.NewInt(keptDenMax))
		parts.SetFrac(scaled.Quo(scaled, parts.Denom()), big.NewInt(keptDenMax))
	}
	return Fraction{parts.Num().Int64(), parts.Denom().Int64()}, cycles
}
