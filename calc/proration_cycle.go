package calc

import (
	"fmt"
	"time"
)

// extensionYearsMax bounds the time that a credit buys.
const extensionYearsMax = 10_000

// cycleSpan is a cycle counted in units of a proration.
type cycleSpan struct {
	unused, whole int64
	perDay        int64 // units in a day; 0 for months and years
}

// span counts the cycle, and what of it lies behind the change.
func (p *Proration) span(c *SubscriptionChange) (cycleSpan, error) {
	var s cycleSpan
	changed := int64(0)
	if p.ChangedUnit == ChangedUnitUsed {
		changed = 1
	}
	var start, change, end int64
	switch p.Unit {
	case ProrationSecond:
		s.perDay = daySeconds
		start, change, end = secondNo(c.CycleStartUS), secondNo(c.ChangeUS)+changed, secondNo(c.CycleEndUS)
	case ProrationDay:
		s.perDay = 1
		start, change, end = p.no(Daily, c.CycleStartUS), p.no(Daily, c.ChangeUS)+changed, p.no(Daily, c.CycleEndUS)
		if p.DayCount == Thirty360 {
			start, change, end = thirty360(start), thirty360(change), thirty360(end)
		}
	case ProrationMonth:
		change, end = p.monthsBetween(c.CycleStartUS, c.ChangeUS)+changed, p.monthsBetween(c.CycleStartUS, c.CycleEndUS)
	case ProrationCalendarMonth:
		start, change, end = p.no(Monthly, c.CycleStartUS), p.no(Monthly, c.ChangeUS)+changed, p.no(Monthly, c.CycleEndUS)
	case ProrationCalendarYear:
		start, change, end = p.no(Yearly, c.CycleStartUS), p.no(Yearly, c.ChangeUS)+changed, p.no(Yearly, c.CycleEndUS)
	}
	s.whole = end - start
	if s.whole <= 0 {
		return s, &ProrationError{"cycle", fmt.Sprintf("no whole number of %s lies in it; prorate by a shorter unit", prorationUnits[p.Unit])}
	}
	s.unused = max(0, end-change)
	return s, nil
}

// unusedPart is what the unused units are of an interval that the cycle runs for. Conventions that do not go by the cycle's own length
// may make more than all of a long cycle; nobody is credited more than was paid.
func (s cycleSpan) unusedPart(d DayCount, cycle BillingInterval) Fraction {
	num, den := s.unused, s.whole
	if cycle.Months > 0 {
		switch d {
		case Actual365:
			num, den = s.unused*12, 365*s.perDay*int64(cycle.Months)
		case Actual360:
			den = 30 * s.perDay * int64(cycle.Months)
		}
	}
	if num >= den {
		return One
	}
	return reduced(num, den)
}

// chargedPart is what the rest of the cycle is of the new price's interval.
func (p *Proration) chargedPart(c *SubscriptionChange, s cycleSpan, unused Fraction) (Fraction, error) {
	from, to := c.Old.Interval, c.New.Interval
	switch {
	case to == BillingInterval{}:
		return Fraction{0, 1}, nil
	case from.Months > 0 && to.Months > 0:
		return reduced(unused.Num*int64(from.Months), unused.Den*int64(to.Months)), nil
	case from.Days > 0 && to.Days > 0:
		return reduced(unused.Num*int64(from.Days), unused.Den*int64(to.Days)), nil
	}
	units, err := p.unitsIn(c)
	if err != nil {
		return Fraction{}, err
	}
	return reduced(s.unused*units.Den, units.Num), nil
}

// unitsIn is the number of units in the new price's interval, as it would begin with the change.
func (p *Proration) unitsIn(c *SubscriptionChange) (Fraction, error) {
	months, days := int64(c.New.Interval.Months), int64(c.New.Interval.Days)
	perDay := int64(1)
	switch p.Unit {
	case ProrationSecond:
		perDay = daySeconds
	case ProrationDay:
	default:
		if days > 0 || c.Old.Interval.Days > 0 {
			return Fraction{}, &ProrationError{"unit", fmt.Sprintf("a price by days cannot be counted in %s; prorate by days or seconds", prorationUnits[p.Unit])}
		}
		if p.Unit == ProrationCalendarYear {
			return Fraction{months, 12}, nil
		}
		return Fraction{months, 1}, nil
	}
	if days > 0 {
		return Fraction{days * perDay, 1}, nil
	}
	switch p.DayCount {
	case Actual365:
		return Fraction{365 * months * perDay, 12}, nil
	case Actual360, Thirty360:
		return Fraction{30 * months * perDay, 1}, nil
	}
	end := p.addMonths(c.ChangeUS, months)
	if p.Unit == ProrationSecond {
		return Fraction{secondNo(end) - secondNo(c.ChangeUS), 1}, nil
	}
	return Fraction{p.no(Daily, end) - p.no(Daily, c.ChangeUS), 1}, nil
}

// extension is the time that the unused part of the old price buys at the new one, in whole units.
func (p *Proration) extension(c *SubscriptionChange, unused Fraction) (int64, error) {
	units, err := p.unitsIn(c)
	if err != nil {
		return 0, err
	}
	q := quotient{num: one, den: one}
	q.multiply(c.Old.AmountMinor, c.New.AmountMinor)
	q.multiply(unused.Num, unused.Den)
	q.multiply(units.Num, units.Den)
	extension, err := q.rounded(Rounding{p.Extension, 1})
	unitsMax := [...]int64{
		ProrationSecond: 366 * daySeconds, ProrationDay: 366, ProrationMonth: 12, ProrationCalendarMonth: 12, ProrationCalendarYear: 1,
	}
	if err != nil || extension > extensionYearsMax*unitsMax[p.Unit] {
		return 0, &ProrationError{"new price", fmt.Sprintf("what is left of the old price buys more than %d years; check both prices", extensionYearsMax)}
	}
	return extension, nil
}

// no numbers the periods of a cadence.
func (p *Proration) no(c Cadence, us int64) int64 { return PeriodAt(c, p.Location, us).No }

func secondNo(us int64) int64 { return floorDiv(us, 1_000_000) }

// thirty360 numbers days in months of 30, given their number in the calendar: a day 31 has the number of the day before it.
func thirty360(day int64) int64 {
	d := civilOfDays(day)
	return monthsSinceEpoch(d)*30 + int64(min(d.day, 30)) - 1
}

// addMonths gives the same day and time of day so many months later, or the last day of a month that lacks the day.
func (p *Proration) addMonths(us, months int64) int64 {
	loc := orUTC(p.Location)
	t := time.UnixMicro(us).In(loc)
	d := civilOf(t)
	first := firstOfMonth(monthsSinceEpoch(d) + months)
	return time.Date(first.year, first.month, min(d.day, daysIn(first)), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc).UnixMicro()
}

// monthsBetween counts the whole months from one instant to a later one: the k-th is complete when addMonths(from, k) comes.
func (p *Proration) monthsBetween(from, to int64) int64 {
	loc := orUTC(p.Location)
	months := monthsSinceEpoch(civilOf(time.UnixMicro(to).In(loc))) - monthsSinceEpoch(civilOf(time.UnixMicro(from).In(loc)))
	if p.addMonths(from, months) > to {
		months--
	}
	return months
}

func (p *Proration) addInterval(us int64, i BillingInterval) int64 {
	if i.Days > 0 {
		return p.addDays(us, int64(i.Days))
	}
	return p.addMonths(us, int64(i.Months))
}

// addUnits goes so many units on; days, months and years keep the time of day.
func (p *Proration) addUnits(us, units int64) int64 {
	switch p.Unit {
	case ProrationSecond:
		return us + units*1_000_000
	case ProrationDay:
		return p.addDays(us, units)
	case ProrationCalendarYear:
		units *= 12
	}
	return p.addMonths(us, units)
}

func (p *Proration) addDays(us, days int64) int64 {
	return time.UnixMicro(us).In(orUTC(p.Location)).AddDate(0, 0, int(days)).UnixMicro()
}
