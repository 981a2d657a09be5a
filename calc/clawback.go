package calc

import (
	"math/big"
	"time"
)

const dayUS = 24 * 60 * 60 * 1_000_000

// RetainedIn is Retained for a line that paid a span of the months of an advance only; nil stands for all.
func (c Clawback) RetainedIn(f SaleFold, months Months, span *MonthSpan) Fraction {
	if span != nil && c.Mode == ClawbackMonthsPaid && f.Start >= 0 && f.Status.Over() {
		return f.EarnedIn(*span, months)
	}
	return c.Retained(f, months)
}

// Retained is the part of an event's line that stays posted, given what the sale's events come to. months is the number of months
// that the line paid in advance, one for a bonus that is no advance. The part that a cancellation or a lapse takes back is one less this.
func (c Clawback) Retained(f SaleFold, months Months) Fraction {
	if f.Start < 0 {
		return Fraction{0, 1}
	}
	if !f.Status.Over() {
		return One
	}
	switch c.Mode {
	case ClawbackFull:
		return Fraction{0, 1}
	case ClawbackWithinDays:
		if f.LiveUS < int64(c.Days)*dayUS { // not from the first activation: a dead sale must not ripen by being reinstated
			return Fraction{0, 1}
		}
	case ClawbackMonthsPaid:
		return f.Earned(months)
	case ClawbackBands:
		for _, band := range c.Bands {
			if f.StartedAtUS+f.LiveUS <= monthsLater(f.StartedAtUS, band.ToMonths, orUTC(c.Location)) {
				return Fraction{RateScale - band.Rate, RateScale}
			}
		}
	case ClawbackNone:
	}
	return One
}

// Earned is the part of an advance of so many months that paid cycles have earned: months paid ÷ months, at most 1.
func (f *SaleFold) Earned(months Months) Fraction {
	paid := f.MonthsPaid()
	n, whole := months.whole()
	if !whole {
		part := new(big.Rat).Quo(rationalOf(paid), months.rational())
		if part.Cmp(big.NewRat(1, 1)) >= 0 {
			return One
		}
		return bounded(part)
	}
	num, den := paid.Num, paid.Den
	if num >= n*den {
		return Fraction{n, n}
	}
	if den == 1 {
		return Fraction{num, n}
	}
	by := int64(gcd(uint64(num), uint64(den)*uint64(n)))
	return Fraction{num / by, den * n / by}
}

// monthsLater is the same time of day so many calendar months later, on the last day of a month that lacks the day.
func monthsLater(us int64, months int32, loc *time.Location) int64 {
	at := time.UnixMicro(us).In(loc)
	first := time.Date(at.Year(), at.Month()+time.Month(months), 1, 0, 0, 0, 0, loc)
	lastDay := first.AddDate(0, 1, -1).Day()
	later := time.Date(first.Year(), first.Month(), min(at.Day(), lastDay), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), loc)
	return later.UnixMicro()
}
