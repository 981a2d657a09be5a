package simulate

import (
	"fmt"
	"time"

	"upline/calc"
)

// clock reads dates and times in a time zone. A date alone is the beginning of that day, a time without an offset is one of the zone.
type clock struct {
	location *time.Location
	// starts holds when days begin, which takes a while to find out; lastDay is the one asked for last.
	starts    map[[3]int]int64
	lastDay   [3]int
	lastStart int64
}

func newClock(location *time.Location) *clock {
	if location == nil {
		location = time.UTC
	}
	return &clock{location: location, starts: make(map[[3]int]int64)}
}

// The years that files may speak of: others are slips of the pen, or how spreadsheets write that there is no date.
const (
	yearMin = 1900
	yearMax = 2200
)

// parse reads a date, an RFC 3339 time, or one without an offset. problem is "" when it is one.
func (c *clock) parse(text []byte) (us int64, problem, remedy string) {
	const likeThis = "write it like 2026-01-31 or 2026-01-31T15:04:05Z"
	day, ok := parseDay(text)
	if !ok {
		if rewritten := otherDate(text); rewritten != "" {
			return 0, shown(text) + " is no date as it should be", rewritten
		}
		return 0, shown(text) + " is no date", likeThis
	}
	if day[0] < yearMin || day[0] > yearMax {
		return 0, fmt.Sprintf("%s lies in the year %d", shown(text), day[0]), fmt.Sprintf("write a date from %d to %d", yearMin, yearMax)
	}
	if len(text) == len("2026-01-31") {
		if us, ok = c.startOf(day); !ok {
			return 0, shown(text) + " is no day of the calendar", likeThis
		}
		return us, "", ""
	}
	us, ok = c.parseTime(day, text[len("2026-01-31"):])
	if !ok {
		return 0, shown(text) + " is no time", likeThis
	}
	return us, "", ""
}

// parseDay reads the ten bytes of a date, without asking the calendar.
func parseDay(text []byte) (day [3]int, ok bool) {
	if len(text) < 10 || text[4] != '-' || text[7] != '-' {
		return day, false
	}
	year, ok1 := smallNumber(text[:4])
	month, ok2 := smallNumber(text[5:7])
	date, ok3 := smallNumber(text[8:10])
	return [3]int{year, month, date}, ok1 && ok2 && ok3
}

func smallNumber(text []byte) (n int, ok bool) {
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(text) > 0
}

// startOf gives the first moment of a day in the zone; false when there is no such day.
func (c *clock) startOf(day [3]int) (us int64, ok bool) {
	if day == c.lastDay {
		return c.lastStart, true
	}
	us, known := c.starts[day]
	if !known {
		name := fmt.Sprintf("%04d-%02d-%02d", day[0], day[1], day[2])
		period, err := calc.ParsePeriod(calc.Daily, c.location, name)
		if err != nil {
			return 0, false
		}
		us = period.StartUS
		c.starts[day] = us
	}
	c.lastDay, c.lastStart = day, us
	return us, true
}

// parseTime reads what stands behind the date: T or a space, a time, and an offset or none.
func (c *clock) parseTime(day [3]int, text []byte) (us int64, ok bool) {
	if len(text) < len("T15:04") || text[0] != 'T' && text[0] != 't' && text[0] != ' ' || text[3] != ':' {
		return 0, false
	}
	hour, ok1 := smallNumber(text[1:3])
	minute, ok2 := smallNumber(text[4:6])
	if !ok1 || !ok2 || hour > 23 || minute > 59 {
		return 0, false
	}
	second, micro := 0, 0
	text = text[6:]
	if len(text) >= 3 && text[0] == ':' {
		if second, ok = smallNumber(text[1:3]); !ok || second > 59 {
			return 0, false
		}
		text = text[3:]
		if len(text) > 1 && text[0] == '.' {
			digits := 0
			text = text[1:]
			for len(text) > 0 && text[0] >= '0' && text[0] <= '9' {
				if digits < 6 {
					micro = micro*10 + int(text[0]-'0')
					digits++
				}
				text = text[1:]
			}
			for ; digits < 6; digits++ {
				micro *= 10
			}
		}
	}
	location, offset, ok := c.offset(text)
	if !ok {
		return 0, false
	}
	at := time.Date(day[0], time.Month(day[1]), day[2], hour, minute, second, micro*1000, location)
	// The calendar's own day stands in the result, unless there is no such day.
	if y, m, d := at.Date(); location == time.UTC && (y != day[0] || int(m) != day[1] || d != day[2]) {
		return 0, false
	}
	if location != time.UTC {
		if _, ok := c.startOf(day); !ok {
			return 0, false
		}
	}
	return at.UnixMicro() - int64(offset)*1_000_000, true
}

// offset reads how far a time is from UTC, in seconds; without, it is one of the zone.
func (c *clock) offset(text []byte) (location *time.Location, seconds int, ok bool) {
	switch {
	case len(text) == 0:
		return c.location, 0, true
	case len(text) == 1 && (text[0] == 'Z' || text[0] == 'z'):
		return time.UTC, 0, true
	case len(text) != len("+01:00") || text[0] != '+' && text[0] != '-' || text[3] != ':':
		return nil, 0, false
	}
	hours, ok1 := smallNumber(text[1:3])
	minutes, ok2 := smallNumber(text[4:6])
	if !ok1 || !ok2 || hours > 23 || minutes > 59 {
		return nil, 0, false
	}
	seconds = hours*3600 + minutes*60
	if text[0] == '-' {
		seconds = -seconds
	}
	return time.UTC, seconds, true
}

// otherDate says how a date is written that stands in the file in another order.
func otherDate(text []byte) (remedy string) {
	var parts [3]int
	var mark byte
	part, digits := 0, 0
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9' && digits < 4:
			parts[part] = parts[part]*10 + int(c-'0')
			digits++
		case (c == '.' || c == '/' || c == '-') && digits > 0 && part < 2 && (mark == 0 || mark == c):
			mark, digits = c, 0
			part++
		default:
			return ""
		}
	}
	if part != 2 || digits == 0 {
		return ""
	}
	a, b, year := parts[0], parts[1], parts[2]
	valid := func(month, day int) bool { return month >= 1 && month <= 12 && day >= 1 && day <= 31 }
	switch {
	case a > 1000 && valid(b, year):
		return fmt.Sprintf("write %04d-%02d-%02d", a, b, year)
	case year < 1000:
		return ""
	case mark == '.' && valid(b, a), a > 12 && valid(b, a):
		return fmt.Sprintf("write %04d-%02d-%02d", year, b, a)
	case b > 12 && valid(a, b):
		return fmt.Sprintf("write %04d-%02d-%02d", year, a, b)
	case valid(a, b):
		return fmt.Sprintf("write the year first: %04d-%02d-%02d or %04d-%02d-%02d, whichever is meant", year, a, b, year, b, a)
	}
	return ""
}

// time reads a cell that must hold a date or a time.
func (t *tableReader) time(column int, c *clock) (us int64, ok bool) {
	cell := t.cell(column)
	if len(cell) == 0 {
		t.cellProblem(column, "is empty", "write a date, for instance 2026-01-31")
		return 0, false
	}
	us, problem, remedy := c.parse(cell)
	if problem != "" {
		t.cellProblem(column, problem, remedy)
		return 0, false
	}
	return us, true
}

// noTime stands in a column of times for none: no file may speak of the time that it is.
const noTime = -1 << 63

// optionalTime reads a cell that may be empty: noTime.
func (t *tableReader) optionalTime(column int, c *clock) (us int64, ok bool) {
	if len(t.cell(column)) == 0 {
		return noTime, true
	}
	return t.time(column, c)
}
