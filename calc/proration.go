package calc

import (
	"errors"
	"fmt"
	"time"
)

// Proration is how a product splits the price of a subscription that changes in the middle of a billing cycle. Billing systems differ
// in every one of these, so a plan states them all. It is immutable and safe for concurrent use.
type Proration struct {
	Mode ProrationMode
	Unit ProrationUnit
	// DayCount says what a day, or a second, is a part of. Seconds without one go by ActualActual; whole months and years have none.
	DayCount DayCount
	// ChangedUnit says on which side of the change the unit lies in which it falls. Seconds without one are ChangedUnitUnused.
	ChangedUnit ChangedUnit
	// Extension rounds the time that a credit buys to whole units, where the mode turns it into time.
	Extension RoundingMode
	// ExtensionAfterUsed lets that time begin behind a unit that counts as used, as Google Play has it. Without it the time begins with
	// the change, as in Samsung's store.
	ExtensionAfterUsed bool
	// Rounding rounds every credit and every charge, each once.
	Rounding Rounding
	// Location is where days, months and years begin; nil is UTC.
	Location *time.Location
}

// ProrationMode says what becomes of the money and of the billing date.
type ProrationMode uint8

// The modes. In brackets stand the names in Samsung's store, Google Play, and what Stripe does of itself.
const (
	// ProrationCharge credits the unused time at the old price and charges it at the new one; the billing date stays. (Samsung
	// INSTANT_PRORATED_CHARGE, Google CHARGE_PRORATED_PRICE, Stripe between prices of one interval.)
	ProrationCharge ProrationMode = iota + 1
	// ProrationDate turns the credit into time at the new price, and the next billing date moves to its end. (INSTANT_PRORATED_DATE,
	// WITH_TIME_PRORATION.)
	ProrationDate
	// ProrationNone changes at once and charges the new price from the next billing date. (INSTANT_NO_PRORATION, WITHOUT_PRORATION.)
	ProrationNone
	// ProrationDeferred lets the old subscription run to the end of the cycle. (DEFERRED.)
	ProrationDeferred
	// ProrationRestart credits the unused time, charges the new price in full, and begins a new cycle with the change. (Stripe between
	// prices of different intervals.)
	ProrationRestart
	// ProrationFullPrice charges the new price in full, begins a new cycle with the change, and adds to it the time that the credit
	// buys. (CHARGE_FULL_PRICE.)
	ProrationFullPrice
)

// ProrationUnit is what a cycle is counted in. A unit is never split.
type ProrationUnit uint8

// The units.
const (
	ProrationSecond ProrationUnit = iota + 1
	ProrationDay                  // calendar days
	ProrationMonth                // whole months, counted from the start of the cycle
	ProrationCalendarMonth
	ProrationCalendarYear
)

var prorationUnits = [...]string{
	ProrationSecond: "seconds", ProrationDay: "days", ProrationMonth: "months", ProrationCalendarMonth: "calendar months",
	ProrationCalendarYear: "calendar years",
}

// DayCount is a day-count convention: what part of an interval a number of days is.
type DayCount uint8

// The conventions.
const (
	// ActualActual counts days as they are, in a cycle as long as it is. An interval of another number of months is that many times
	// the cycle.
	ActualActual DayCount = iota + 1
	// Actual365 counts days as they are, in months of 365/12 days.
	Actual365
	// Actual360 counts days as they are, in months of 30 days.
	Actual360
	// Thirty360 counts every month as 30 days: a day 31 adds nothing, and the last day of February counts for those that are missing.
	// It is the convention known as 30E/360.
	Thirty360
)

// ChangedUnit says on which side of the change the unit lies in which it falls, from its first moment to its last: a change of
// 15 September counts as used 15 days of September, or 14.
type ChangedUnit uint8

// The sides.
const (
	ChangedUnitUsed ChangedUnit = iota + 1
	ChangedUnitUnused
)

// BillingInterval is how often a price is charged. Exactly one of the two is greater than zero.
type BillingInterval struct {
	Months, Days int32
}

// SubscriptionPrice is what is invoiced for an interval: net of discounts, not below zero.
type SubscriptionPrice struct {
	AmountMinor int64
	Interval    BillingInterval
}

// SubscriptionChange is a change at an instant inside the billing cycle [CycleStartUS, CycleEndUS), in UTC microseconds.
//
// Old is what was paid for the cycle; a price of zero stands for something that is added. New without a price and an interval is a
// cancellation. Both are in one currency.
type SubscriptionChange struct {
	CycleStartUS, CycleEndUS int64
	ChangeUS                 int64
	Old, New                 SubscriptionPrice
}

// ProratedChange is what a change of a subscription comes to.
type ProratedChange struct {
	// UnusedPart is the part of the cycle that is left, from 0 to 1: what is credited is Old × UnusedPart, rounded.
	UnusedPart Fraction
	// ChargedPart is the part of New's interval that is charged at the change, 0 where nothing is: ChargeMinor is New × ChargedPart,
	// rounded, and besides what a credit is spent on.
	ChargedPart Fraction
	// CreditMinor is not above zero and ChargeMinor not below. Where a credit is turned into time it is charged again, for that time.
	CreditMinor, ChargeMinor int64
	// NetMinor is the sum of the two: what is invoiced at the change, below zero what the customer is owed. Commission follows it.
	NetMinor int64
	// ExtensionUnits is the time that the credit buys, in whole units of the proration.
	ExtensionUnits int64
	// StartUS is when the new subscription begins, NextBillingUS when NextChargeMinor is charged, in UTC microseconds.
	StartUS, NextBillingUS int64
	NextChargeMinor        int64
}

// ProrationError is a change that cannot be prorated, or a proration that says too little. It wraps ErrInput.
type ProrationError struct {
	// Field is what is wrong: a field of Proration or SubscriptionChange, in words.
	Field string
	// Problem says what is wrong with it and what to do.
	Problem string
}

// Error says what is wrong and what to do.
func (e *ProrationError) Error() string {
	return fmt.Sprintf("%v: proration: %s: %s", ErrInput, e.Field, e.Problem)
}

// Unwrap gives ErrInput.
func (e *ProrationError) Unwrap() error { return ErrInput }

// Change computes what a change of a subscription comes to. Everything is exact until a credit or a charge is rounded. The errors are
// ProrationError and, where an amount leaves the range of int64, ErrOverflow.
//
// A change and the way back at the same instant cancel.
func (p Proration) Change(c SubscriptionChange) (ProratedChange, error) {
	if err := p.check(); err != nil {
		return ProratedChange{}, err
	}
	if err := c.check(p.Mode); err != nil {
		return ProratedChange{}, err
	}
	out := ProratedChange{
		ChargedPart: Fraction{0, 1}, StartUS: c.ChangeUS, NextBillingUS: c.CycleEndUS, NextChargeMinor: c.New.AmountMinor,
	}
	span, err := p.span(&c)
	if err != nil {
		return ProratedChange{}, err
	}
	out.UnusedPart = span.unusedPart(p.DayCount, c.Old.Interval)
	credit, err := RoundedPart(-c.Old.AmountMinor, out.UnusedPart, p.Rounding)
	if err != nil {
		return ProratedChange{}, fmt.Errorf("proration: credit: %w", err)
	}
	switch p.Mode {
	case ProrationCharge:
		out.CreditMinor = credit
		out.ChargedPart, err = p.chargedPart(&c, span, out.UnusedPart)
	case ProrationRestart:
		out.CreditMinor, out.ChargedPart = credit, One
		out.NextBillingUS = p.addInterval(c.ChangeUS, c.New.Interval)
	case ProrationDate, ProrationFullPrice:
		out.CreditMinor = credit
		if out.ExtensionUnits, err = p.extension(&c, out.UnusedPart); err != nil {
			return ProratedChange{}, err
		}
		out.NextBillingUS = c.ChangeUS
		if p.Mode == ProrationFullPrice {
			out.ChargedPart = One
			out.NextBillingUS = p.addInterval(c.ChangeUS, c.New.Interval)
		}
		units := out.ExtensionUnits
		if p.ExtensionAfterUsed && p.ChangedUnit == ChangedUnitUsed {
			units++
		}
		out.NextBillingUS = p.addUnits(out.NextBillingUS, units)
	case ProrationDeferred:
		out.StartUS = c.CycleEndUS
	case ProrationNone:
	}
	if err != nil {
		return ProratedChange{}, err
	}
	if out.ChargeMinor, err = RoundedPart(c.New.AmountMinor, out.ChargedPart, p.Rounding); err != nil {
		return ProratedChange{}, fmt.Errorf("proration: charge: %w", err)
	}
	if p.buysTime() {
		if out.ChargeMinor-credit < out.ChargeMinor {
			return ProratedChange{}, fmt.Errorf("proration: charge: %w", ErrOverflow)
		}
		out.ChargeMinor -= credit
	}
	// The signs differ, so the sum is in range.
	out.NetMinor = out.CreditMinor + out.ChargeMinor
	return out, nil
}

// buysTime tells whether the credit is turned into time.
func (p *Proration) buysTime() bool { return p.Mode == ProrationDate || p.Mode == ProrationFullPrice }

const (
	// Protobuf's timestamps end there as well, and nothing that is added to them here leaves int64.
	prorationFirstUS = -62_135_596_800_000_000 // 0001-01-01
	prorationEndUS   = 253_402_300_800_000_000 // 10000-01-01

	// Intervals are at most a hundred years, so that parts of them fit a Fraction.
	intervalMonthsMax = 1_200
	intervalDaysMax   = 36_525
)

// Whole says what a rule lacks that is to be kept until a change comes, but for its rounding of money; nil when nothing.
func (p Proration) Whole() *ProrationError {
	p.Rounding.StepMinor = max(1, p.Rounding.StepMinor)
	var lacks *ProrationError
	if errors.As(p.check(), &lacks) {
		return lacks
	}
	return nil
}

func (p *Proration) check() error {
	bad := func(field, problem string) error { return &ProrationError{field, problem} }
	switch {
	case p.Mode < ProrationCharge || p.Mode > ProrationFullPrice:
		return bad("mode", "say how a change is prorated: charge, date, none, deferred, restart or full price")
	case p.Unit < ProrationSecond || p.Unit > ProrationCalendarYear:
		return bad("unit", "say what a cycle is counted in: seconds, days, months, calendar months or calendar years")
	case p.DayCount > Thirty360:
		return bad("day count", "take actual/actual, actual/365, actual/360 or 30/360")
	case p.Unit > ProrationDay && p.DayCount != 0:
		return bad("day count", "whole months and years are not counted in days; leave the day count out")
	case p.Unit == ProrationDay && p.DayCount == 0:
		return bad("day count", "days need one: actual/actual, actual/365, actual/360 or 30/360")
	case p.Unit == ProrationSecond && p.DayCount == Thirty360:
		return bad("day count", "30/360 counts days and not seconds; prorate by days, or take another day count")
	case p.ChangedUnit > ChangedUnitUnused || p.ChangedUnit == 0 && p.Unit != ProrationSecond:
		return bad("changed unit", "say whether the day, month or year in which the change falls counts as used or as unused")
	case p.Extension > Up || p.Rounding.Mode > Up:
		return bad("rounding", "take half up, half even, down or up")
	case p.Rounding.StepMinor <= 0:
		return bad("rounding", "the step must be greater than zero")
	}
	return nil
}

func (c *SubscriptionChange) check(mode ProrationMode) error {
	bad := func(field, problem string) error { return &ProrationError{field, problem} }
	switch {
	case c.CycleStartUS < prorationFirstUS || c.CycleEndUS > prorationEndUS:
		return bad("cycle", "it must lie in the years 1 to 9999")
	case c.CycleStartUS >= c.CycleEndUS:
		return bad("cycle", "it must end after it starts")
	case c.ChangeUS < c.CycleStartUS || c.ChangeUS >= c.CycleEndUS:
		return bad("change", "it must lie in the cycle, from its start and before its end; a change at the end belongs to the next cycle")
	}
	if problem := c.Old.problem(); problem != "" {
		return bad("old price", problem)
	}
	if c.New == (SubscriptionPrice{}) {
		if mode == ProrationCharge || mode == ProrationNone || mode == ProrationDeferred {
			return nil
		}
		return bad("new price", "a cancellation has none, and begins no cycle; prorate it by charge, none or deferred")
	}
	if problem := c.New.problem(); problem != "" {
		return bad("new price", problem)
	}
	if c.New.AmountMinor == 0 && (mode == ProrationDate || mode == ProrationFullPrice) {
		return bad("new price", "it is zero, so that any credit buys time without end; prorate by charge instead")
	}
	return nil
}

func (s *SubscriptionPrice) problem() string {
	i := s.Interval
	switch {
	case s.AmountMinor < 0:
		return "it must not be below zero"
	case i.Months < 0 || i.Days < 0 || (i.Months == 0) == (i.Days == 0):
		return "its interval is either a number of months or a number of days, greater than zero"
	case i.Months > intervalMonthsMax || i.Days > intervalDaysMax:
		return fmt.Sprintf("its interval must not be longer than %d months or %d days", intervalMonthsMax, intervalDaysMax)
	}
	return ""
}
