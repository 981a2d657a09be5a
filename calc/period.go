package calc

import "time"

// Period is one period of a cadence: the half-open span of time [StartUS, EndUS), in UTC microseconds.
//
// The periods of a cadence and a time zone cover all time without gap or overlap, so every instant lies in exactly one.
type Period struct {
	Cadence Cadence
	// No numbers the periods of a cadence consecutively; number 0 is the one that holds 1970-01-01.
	No int64
	// Name is 2026-10-05, 2026-W41 (an ISO week, Monday to Sunday), 2026-W41-W42 or 2026-W41-W44 (the first and the last of two or four
	// of them; the year is that of the first), 2026-10-H1 (a month's days 1 to 15; H2 are the others), 2026-10, 2026-Q4 or 2026.
	Name           string
	StartUS, EndUS int64
}

// Contains tells whether the instant lies in the period.
func (p Period) Contains(us int64) bool { return p.StartUS <= us && us < p.EndUS }

// PeriodAt returns the period that holds the instant us, in UTC microseconds. A nil loc is UTC. The cadence must be valid.
//
// Of periods of two and of four weeks it gives those that a plan has which does not say from which week they are counted; those of
// any plan are given by Plan.PeriodAt.
func PeriodAt(c Cadence, loc *time.Location, us int64) Period {
	return calendar{loc: orUTC(loc)}.at(c, us)
}

// PeriodByNo returns the period with the given number, of those that PeriodAt gives. A nil loc is UTC. The cadence must be valid.
//
// A day that the zone left out altogether (Samoa, 2011-12-30) is an empty period: it starts when it ends.
func PeriodByNo(c Cadence, loc *time.Location, no int64) Period {
	return calendar{loc: orUTC(loc)}.byNo(c, no)
}

// ParsePeriod reads a period's name, of those that PeriodAt gives. The error is ErrPeriodName: nothing but the one spelling that
// Period.Name has is taken.
func ParsePeriod(c Cadence, loc *time.Location, name string) (Period, error) {
	return calendar{loc: orUTC(loc)}.parse(c, name)
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
