package calc

import (
	"fmt"
	"time"
)

// Cadence says how often a period of a plan closes. The values are those of the API and the store.
type Cadence uint8

// The cadences.
const (
	Daily Cadence = iota + 1
	Weekly
	Monthly
	Quarterly
	Yearly
)

var cadenceNames = [...]string{Daily: "daily", Weekly: "weekly", Monthly: "monthly", Quarterly: "quarterly", Yearly: "yearly"}

// Valid tells whether c is one of the cadences.
func (c Cadence) Valid() bool { return c >= Daily && c <= Yearly }

// String returns the cadence's name as plans and calls write it, for instance "monthly".
func (c Cadence) String() string {
	if !c.Valid() {
		return fmt.Sprintf("cadence(%d)", uint8(c))
	}
	return cadenceNames[c]
}

// ParseCadence reads what Cadence.String writes. The error is ErrCadenceName.
func ParseCadence(name string) (Cadence, error) {
	for c := Daily; c <= Yearly; c++ {
		if cadenceNames[c] == name {
			return c, nil
		}
	}
	return 0, fmt.Errorf("%w: %q", ErrCadenceName, name)
}

// Period is one period of a cadence: the half-open span of time [StartUS, EndUS), in UTC microseconds.
//
// The periods of a cadence and a time zone cover all time without gap or overlap, so every instant lies in exactly one.
type Period struct {
	Cadence Cadence
	// No numbers the periods of a cadence consecutively; number 0 is the one that holds 1970-01-01.
	No int64
	// Name is 2026-10-05, 2026-W41 (an ISO week, Monday to Sunday), 2026-10, 2026-Q4 or 2026.
	Name           string
	StartUS, EndUS int64
}

// Contains tells whether the instant lies in the period.
func (p Period) Contains(us int64) bool { return p.StartUS <= us && us < p.EndUS }

// PeriodAt returns the period that holds the instant us, in UTC microseconds. A nil loc is UTC. The cadence must be valid.
func PeriodAt(c Cadence, loc *time.Location, us int64) Period {
	loc = orUTC(loc)
	y, m, d := time.UnixMicro(us).In(loc).Date()
	p := PeriodByNo(c, loc, numberOf(c, civil{y, m, d}))
	// Where clocks are set back across midnight (at 00:01 to 23:01 the day before, as Newfoundland did), the local date returns
	// to a day that has ended; the span of time decides, not the date on the wall.
	for us < p.StartUS {
		p = PeriodByNo(c, loc, p.No-1)
	}
	for us >= p.EndUS {
		p = PeriodByNo(c, loc, p.No+1)
	}
	return p
}

// PeriodByNo returns the period with the given number. A nil loc is UTC. The cadence must be valid.
//
// A day that the zone left out altogether (Samoa, 2011-12-30) is an empty period: it starts when it ends.
func PeriodByNo(c Cadence, loc *time.Location, no int64) Period {
	loc = orUTC(loc)
	first := firstDay(c, no)
	return Period{
		Cadence: c,
		No:      no,
		Name:    periodName(c, first),
		StartUS: dayStartUS(first, loc),
		EndUS:   dayStartUS(firstDay(c, no+1), loc),
	}
}

// ParsePeriod reads a period's name. The error is ErrPeriodName: nothing but the one spelling that Period.Name has is taken.
func ParsePeriod(c Cadence, loc *time.Location, name string) (Period, error) {
	if first, ok := parseFirstDay(c, name); ok {
		if p := PeriodByNo(c, loc, numberOf(c, first)); p.Name == name {
			return p, nil
		}
	}
	return Period{}, fmt.Errorf("%w: %q is not a %v period", ErrPeriodName, name, c)
}

// civil is a date of the proleptic Gregorian calendar, without a zone.
type civil struct {
	year  int
	month time.Month
	day   int
}

// utc is the date's midnight in UTC, which makes a date a plain number of days.
func (d civil) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

func civilOf(t time.Time) civil {
	y, m, d := t.Date()
	return civil{y, m, d}
}

const daySeconds = 24 * 60 * 60

// daysSinceEpoch counts from 1970-01-01.
func (d civil) daysSinceEpoch() int64 { return floorDiv(d.utc().Unix(), daySeconds) }

func civilOfDays(days int64) civil { return civilOf(time.Unix(days*daySeconds, 0).UTC()) }

// epochWeekDays moves days so that a multiple of 7 is a Monday: 1970-01-01 was a Thursday.
const epochWeekDays = 3

// numberOf gives the number of the period that the date lies in.
func numberOf(c Cadence, d civil) int64 {
	switch c {
	case Daily:
		return d.daysSinceEpoch()
	case Weekly:
		return floorDiv(d.daysSinceEpoch()+epochWeekDays, 7)
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
func firstDay(c Cadence, no int64) civil {
	switch c {
	case Daily:
		return civilOfDays(no)
	case Weekly:
		return civilOfDays(no*7 - epochWeekDays)
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
	case Monthly:
		return fmt.Sprintf("%04d-%02d", first.year, first.month)
	case Quarterly:
		return fmt.Sprintf("%04d-Q%d", first.year, (first.month+2)/3)
	case Yearly:
		return fmt.Sprintf("%04d", first.year)
	}
	panic(fmt.Sprintf("calc: period of %v", c))
}

// parseFirstDay reads the digits of a name and leaves it to the caller to hold the period's own name against the text: that
// refuses the 30th of February, a week 53 of a short year and a month written with one digit.
func parseFirstDay(c Cadence, name string) (civil, bool) {
	lengths := [...]int{Daily: len("2026-10-05"), Weekly: len("2026-W41"), Monthly: len("2026-10"), Quarterly: len("2026-Q4"), Yearly: len("2026")}
	if !c.Valid() || len(name) != lengths[c] {
		return civil{}, false
	}
	year := digits(name[:4])
	switch c {
	case Weekly:
		// The week that holds 4 January is week 1.
		return civilOfDays(civil{year, time.January, 4}.daysSinceEpoch() + int64(digits(name[6:])-1)*7), true
	case Daily:
		return civil{year, time.Month(digits(name[5:7])), digits(name[8:])}, true
	case Monthly:
		return civil{year, time.Month(digits(name[5:])), 1}, true
	case Quarterly:
		return civil{year, time.Month(digits(name[6:])*3 - 2), 1}, true
	default:
		return civil{year, time.January, 1}, true
	}
}

// digits reads a short number; what is not a digit spoils the value, which then no longer gives the text that was read.
func digits(text string) int {
	n := 0
	for i := range len(text) {
		n = n*10 + int(text[i]-'0')
	}
	return n
}

// dayStartUS gives the first instant at which clocks in the zone show the date or a later one.
//
// time.Date alone does not say: where midnight does not exist, or exists twice, it gives either of two instants.
func dayStartUS(d civil, loc *time.Location) int64 {
	// No zone was ever further from UTC than 16 hours, so at this instant clocks show an earlier date.
	midnight := d.utc().Unix()
	at := midnight - 26*60*60
	for {
		t := time.Unix(at, 0).In(loc)
		_, offset := t.Zone()
		start := max(at, midnight-int64(offset))
		_, bound := t.ZoneBounds()
		if bound.IsZero() {
			return start * 1_000_000
		}
		end := bound.Unix()
		if end <= at {
			// Where a zone goes by a rule and not by a table, Go counts every year as 365 days, so that on the last day of a leap
			// year the bound lies behind. No rule has clocks change on that day; the bound meant is its end.
			end = (floorDiv(at, daySeconds) + 1) * daySeconds
		}
		if start < end {
			return start * 1_000_000
		}
		at = end
	}
}

func orUTC(loc *time.Location) *time.Location {
	if loc == nil {
		return time.UTC
	}
	return loc
}

// floorDiv divides and rounds down, also below zero.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
