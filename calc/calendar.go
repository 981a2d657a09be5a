package calc

import (
	"fmt"
	"time"
)

// calendar is what the periods of a plan are laid out by.
type calendar struct {
	loc *time.Location
	// lead is how many weeks before the week of 1970-01-01 the period of four weeks begins that holds it, 0 to 3.
	lead int64
}

// PeriodAt returns the plan's period that holds the instant us, in UTC microseconds. The cadence must be valid.
func (p *Plan) PeriodAt(c Cadence, us int64) Period { return p.calendar().at(c, us) }

// PeriodByNo returns the plan's period with the given number. The cadence must be valid.
func (p *Plan) PeriodByNo(c Cadence, no int64) Period { return p.calendar().byNo(c, no) }

// ParsePeriod reads the name of one of the plan's periods. The error is ErrPeriodName.
func (p *Plan) ParsePeriod(c Cadence, name string) (Period, error) {
	return p.calendar().parse(c, name)
}

func (p *Plan) calendar() calendar {
	// Two- and four-week periods are counted in whole weeks, so that the week counted from matters modulo 4 alone.
	return calendar{orUTC(p.Location), floorMod(-p.WeeksFrom, 4)}
}

// CountsWeeksAlike tells whether the periods of two and of four weeks of two plans begin with the same weeks.
func (p *Plan) CountsWeeksAlike(other *Plan) bool { return p.calendar().lead == other.calendar().lead }

// WeekOf gives the number of the week that a day lies in, in which WeeksFrom is said: week 0 holds 1970-01-01. isMonday tells whether
// the week begins with the day.
func WeekOf(day Period) (week int64, isMonday bool) {
	week = floorDiv(day.No+epochWeekDays, 7)
	return week, week*7-epochWeekDays == day.No
}

// MondayOf gives the first day of a week by its number, for instance 2026-01-05.
func MondayOf(week int64) string { return periodName(Daily, civilOfDays(week*7-epochWeekDays)) }

// at returns the period that holds an instant.
func (k calendar) at(c Cadence, us int64) Period {
	y, m, d := time.UnixMicro(us).In(k.loc).Date()
	p := k.byNo(c, k.numberOf(c, civil{y, m, d}))
	// Where clocks are set back across midnight (at 00:01 to 23:01 the day before, as Newfoundland did), the local date returns
	// to a day that has ended; the span of time decides, not the date on the wall.
	for us < p.StartUS {
		p = k.byNo(c, p.No-1)
	}
	for us >= p.EndUS {
		p = k.byNo(c, p.No+1)
	}
	return p
}

func (k calendar) byNo(c Cadence, no int64) Period {
	first := k.firstDay(c, no)
	return Period{
		Cadence: c,
		No:      no,
		Name:    periodName(c, first),
		StartUS: dayStartUS(first, k.loc),
		EndUS:   dayStartUS(k.firstDay(c, no+1), k.loc),
	}
}

func (k calendar) parse(c Cadence, name string) (Period, error) {
	if first, ok := parseFirstDay(c, name); ok {
		if p := k.byNo(c, k.numberOf(c, first)); p.Name == name {
			return p, nil
		}
	}
	return Period{}, fmt.Errorf("%w: %q is not a %v period", ErrPeriodName, name, c)
}

// epochWeekDays moves days so that a multiple of 7 is a Monday: 1970-01-01 was a Thursday.
const epochWeekDays = 3

// halfMonthDays are the days of a month's first half; the second one has the others, 13 to 16.
const halfMonthDays = 15

// weeksIn is how many weeks a period of a cadence has that counts weeks.
func weeksIn(c Cadence) int64 {
	if c == Biweekly {
		return 2
	}
	return 4
}

// numberOf gives the number of the period that the date lies in.
func (k calendar) numberOf(c Cadence, d civil) int64 {
	switch c {
	case Daily:
		return d.daysSinceEpoch()
	case Weekly:
		return floorDiv(d.daysSinceEpoch()+epochWeekDays, 7)
	case Biweekly, FourWeekly:
		weeks := weeksIn(c)
		return floorDiv(k.numberOf(Weekly, d)+k.lead%weeks, weeks)
	case HalfMonthly:
		no := monthsSinceEpoch(d) * 2
		if d.day > halfMonthDays {
			no++
		}
		return no
	case Monthly:
		return monthsSinceEpoch(d)
	case Quarterly:
		return floorDiv(monthsSinceEpoch(d), 3)
	case Yearly:
		return int64(d.year) - 1970
	}
	panic(fmt.Sprintf("calc: period of %v", c))
}

// firstDay gives the first date of a period.
func (k calendar) firstDay(c Cadence, no int64) civil {
	switch c {
	case Daily:
		return civilOfDays(no)
	case Weekly:
		return civilOfDays(no*7 - epochWeekDays)
	case Biweekly, FourWeekly:
		weeks := weeksIn(c)
		return k.firstDay(Weekly, no*weeks-k.lead%weeks)
	case HalfMonthly:
		first := firstOfMonth(floorDiv(no, 2))
		if floorMod(no, 2) == 1 {
			first.day = halfMonthDays + 1
		}
		return first
	case Monthly:
		return firstOfMonth(no)
	case Quarterly:
		return firstOfMonth(no * 3)
	case Yearly:
		return firstOfMonth(no * 12)
	}
	panic(fmt.Sprintf("calc: period of %v", c))
}

func monthsSinceEpoch(d civil) int64 { return (int64(d.year)-1970)*12 + int64(d.month) - 1 }

func firstOfMonth(months int64) civil {
	year := floorDiv(months, 12)
	return civil{int(1970 + year), time.Month(months - year*12 + 1), 1}
}

func periodName(c Cadence, first civil) string {
	switch c {
	case Daily:
		return fmt.Sprintf("%04d-%02d-%02d", first.year, first.month, first.day)
	case Weekly:
		year, week := first.utc().ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case Biweekly, FourWeekly:
		// With its last week the name says how long the period is and which week it is counted from, and it is that of no other period.
		_, last := civilOfDays(first.daysSinceEpoch() + (weeksIn(c)-1)*7).utc().ISOWeek()
		return fmt.Sprintf("%s-W%02d", periodName(Weekly, first), last)
	case HalfMonthly:
		return fmt.Sprintf("%s-H%d", periodName(Monthly, first), (first.day-1)/halfMonthDays+1)
	case Monthly:
		return fmt.Sprintf("%04d-%02d", first.year, first.month)
	case Quarterly:
		return fmt.Sprintf("%04d-Q%d", first.year, (first.month+2)/3)
	case Yearly:
		return fmt.Sprintf("%04d", first.year)
	}
	panic(fmt.Sprintf("calc: period of %v", c))
}

var periodNameLengths = [...]int{
	Daily: len("2026-10-05"), Weekly: len("2026-W41"), Biweekly: len("2026-W41-W42"), FourWeekly: len("2026-W41-W44"),
	HalfMonthly: len("2026-10-H1"), Monthly: len("2026-10"), Quarterly: len("2026-Q4"), Yearly: len("2026"),
}

// parseFirstDay reads the digits of a name and leaves it to the caller to hold the period's own name against the text: that
// refuses the 30th of February, a week 53 of a short year and a month written with one digit.
func parseFirstDay(c Cadence, name string) (civil, bool) {
	if !c.Valid() || len(name) != periodNameLengths[c] {
		return civil{}, false
	}
	year := digits(name[:4])
	switch c {
	case Weekly, Biweekly, FourWeekly:
		// The week that holds 4 January is week 1.
		return civilOfDays(civil{year, time.January, 4}.daysSinceEpoch() + int64(digits(name[6:8])-1)*7), true
	case Daily:
		return civil{year, time.Month(digits(name[5:7])), digits(name[8:])}, true
	case HalfMonthly:
		return civil{year, time.Month(digits(name[5:7])), (digits(name[9:])-1)*halfMonthDays + 1}, true
	case Monthly:
		return civil{year, time.Month(digits(name[5:])), 1}, true
	case Quarterly:
		return civil{year, time.Month(digits(name[6:])*3 - 2), 1}, true
	default:
		return civil{year, time.January, 1}, true
	}
}

// floorMod is what floorDiv leaves: from 0 to b-1.
func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }
