package calc

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata" // The zones must be the same on every machine.

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func usOf(t testing.TB, text string) int64 {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMicro()
}

func TestPeriodAt_NamesAndBoundsOfEveryCadence(t *testing.T) {
	for _, c := range []struct {
		cadence        Cadence
		zone, at       string
		name           string
		no             int64
		startAt, endAt string
	}{
		{Daily, "UTC", "1970-01-01T00:00:00Z", "1970-01-01", 0, "1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z"},
		{Weekly, "UTC", "1970-01-01T00:00:00Z", "1970-W01", 0, "1969-12-29T00:00:00Z", "1970-01-05T00:00:00Z"},
		{Monthly, "UTC", "1970-01-01T00:00:00Z", "1970-01", 0, "1970-01-01T00:00:00Z", "1970-02-01T00:00:00Z"},
		{Quarterly, "UTC", "1970-01-01T00:00:00Z", "1970-Q1", 0, "1970-01-01T00:00:00Z", "1970-04-01T00:00:00Z"},
		{Yearly, "UTC", "1970-01-01T00:00:00Z", "1970", 0, "1970-01-01T00:00:00Z", "1971-01-01T00:00:00Z"},

		{HalfMonthly, "UTC", "1970-01-01T00:00:00Z", "1970-01-H1", 0, "1970-01-01T00:00:00Z", "1970-01-16T00:00:00Z"},
		{Biweekly, "UTC", "1970-01-01T00:00:00Z", "1970-W01-W02", 0, "1969-12-29T00:00:00Z", "1970-01-12T00:00:00Z"},
		{FourWeekly, "UTC", "1970-01-01T00:00:00Z", "1970-W01-W04", 0, "1969-12-29T00:00:00Z", "1970-01-26T00:00:00Z"},

		{Daily, "UTC", "2026-10-05T23:59:59.999999Z", "2026-10-05", 20731, "2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z"},
		{Weekly, "UTC", "2026-10-05T00:00:00Z", "2026-W41", 2962, "2026-10-05T00:00:00Z", "2026-10-12T00:00:00Z"},
		{Monthly, "UTC", "2026-10-05T00:00:00Z", "2026-10", 681, "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"},
		{Quarterly, "UTC", "2026-10-05T00:00:00Z", "2026-Q4", 227, "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{HalfMonthly, "UTC", "2026-10-15T23:59:59.999999Z", "2026-10-H1", 1362, "2026-10-01T00:00:00Z", "2026-10-16T00:00:00Z"},
		{HalfMonthly, "UTC", "2026-10-16T00:00:00Z", "2026-10-H2", 1363, "2026-10-16T00:00:00Z", "2026-11-01T00:00:00Z"},
		// The shortest half has 13 days, in a leap year 14.
		{HalfMonthly, "UTC", "2026-02-28T12:00:00Z", "2026-02-H2", 1347, "2026-02-16T00:00:00Z", "2026-03-01T00:00:00Z"},
		{HalfMonthly, "UTC", "2028-02-29T12:00:00Z", "2028-02-H2", 1395, "2028-02-16T00:00:00Z", "2028-03-01T00:00:00Z"},
		{Biweekly, "UTC", "2026-10-05T00:00:00Z", "2026-W41-W42", 1481, "2026-10-05T00:00:00Z", "2026-10-19T00:00:00Z"},
		{FourWeekly, "UTC", "2026-10-05T00:00:00Z", "2026-W39-W42", 740, "2026-09-21T00:00:00Z", "2026-10-19T00:00:00Z"},
		{Yearly, "UTC", "2026-10-05T00:00:00Z", "2026", 56, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},

		// ISO weeks belong to the year of their Thursday.
		{Weekly, "UTC", "2027-01-03T23:00:00Z", "2026-W53", 2974, "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"},
		{Weekly, "UTC", "2024-12-30T00:00:00Z", "2025-W01", 2870, "2024-12-30T00:00:00Z", "2025-01-06T00:00:00Z"},
		{Biweekly, "UTC", "2027-01-10T23:00:00Z", "2026-W53-W01", 1487, "2026-12-28T00:00:00Z", "2027-01-11T00:00:00Z"},
		{FourWeekly, "UTC", "2027-01-10T23:00:00Z", "2026-W51-W01", 743, "2026-12-14T00:00:00Z", "2027-01-11T00:00:00Z"},
		// Before 1970 numbers go on below zero.
		{Monthly, "UTC", "1969-12-31T23:59:59.999999Z", "1969-12", -1, "1969-12-01T00:00:00Z", "1970-01-01T00:00:00Z"},
		{HalfMonthly, "UTC", "1969-12-31T12:00:00Z", "1969-12-H2", -1, "1969-12-16T00:00:00Z", "1970-01-01T00:00:00Z"},
		{Biweekly, "UTC", "1969-12-28T12:00:00Z", "1969-W51-W52", -1, "1969-12-15T00:00:00Z", "1969-12-29T00:00:00Z"},
		{FourWeekly, "UTC", "1969-12-28T12:00:00Z", "1969-W49-W52", -1, "1969-12-01T00:00:00Z", "1969-12-29T00:00:00Z"},
		{Weekly, "UTC", "1969-12-28T12:00:00Z", "1969-W52", -1, "1969-12-22T00:00:00Z", "1969-12-29T00:00:00Z"},

		// The zone decides the day; days of 23 and of 25 hours.
		{Daily, "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29", 20541, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		{Daily, "Europe/Berlin", "2026-10-25T22:59:59Z", "2026-10-25", 20751, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		{Monthly, "Asia/Kolkata", "2026-09-30T18:30:00Z", "2026-10", 681, "2026-09-30T18:30:00Z", "2026-10-31T18:30:00Z"},
		{Monthly, "America/New_York", "2026-11-01T03:59:59Z", "2026-10", 681, "2026-10-01T04:00:00Z", "2026-11-01T04:00:00Z"},
		{HalfMonthly, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-H2", 1349, "2026-03-15T23:00:00Z", "2026-03-31T22:00:00Z"},
		{Biweekly, "America/New_York", "2026-11-01T12:00:00Z", "2026-W43-W44", 1482, "2026-10-19T04:00:00Z", "2026-11-02T05:00:00Z"},
		{FourWeekly, "America/New_York", "2026-11-01T12:00:00Z", "2026-W43-W46", 741, "2026-10-19T04:00:00Z", "2026-11-16T05:00:00Z"},
		// A half that begins where midnight does not exist.
		{HalfMonthly, "America/Sao_Paulo", "2016-10-16T03:00:00Z", "2016-10-H2", 1123, "2016-10-16T03:00:00Z", "2016-11-01T02:00:00Z"},
		// Midnight does not exist: the day begins at 01:00.
		{Daily, "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04", 17839, "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		{Daily, "America/Sao_Paulo", "2018-11-04T02:59:59Z", "2018-11-03", 17838, "2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z"},
		// Midnight comes twice (01:00 back to 00:00): the day begins at the first.
		{Daily, "America/Havana", "2026-11-01T04:30:00Z", "2026-11-01", 20758, "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		// Clocks go from 00:01 back to 23:01: the day has begun all the same.
		{Daily, "America/St_Johns", "2010-11-07T02:45:00Z", "2010-11-07", 14920, "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z"},
		// The last day of a leap year, in the years that a zone's rule reaches and its table does not.
		{Yearly, "Europe/Berlin", "2096-12-31T12:00:00Z", "2096", 126, "2095-12-31T23:00:00Z", "2096-12-31T23:00:00Z"},
		{Daily, "America/Santiago", "2096-12-31T12:00:00Z", "2096-12-31", 46386, "2096-12-31T03:00:00Z", "2097-01-01T03:00:00Z"},
		// Samoa had no 30 December 2011.
		{Daily, "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31", 15339, "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"},
	} {
		got := PeriodAt(c.cadence, zone(t, c.zone), usOf(t, c.at))
		want := Period{c.cadence, c.no, c.name, usOf(t, c.startAt), usOf(t, c.endAt)}
		if got != want {
			t.Errorf("%v at %s in %s:\n got %+v\nwant %+v", c.cadence, c.at, c.zone, got, want)
		}
		parsed, err := ParsePeriod(c.cadence, zone(t, c.zone), c.name)
		if err != nil || parsed != want {
			t.Errorf("parse %q: got %+v, %v", c.name, parsed, err)
		}
	}
}

func TestPeriodByNo_SkippedDayIsEmpty(t *testing.T) {
	p, err := ParsePeriod(Daily, zone(t, "Pacific/Apia"), "2011-12-30")
	if err != nil {
		t.Fatal(err)
	}
	if p.StartUS != p.EndUS {
		t.Errorf("got %+v, want an empty period", p)
	}
}

func TestPeriodAt_NilLocationIsUTC(t *testing.T) {
	if got, want := PeriodAt(Monthly, nil, 0), PeriodAt(Monthly, time.UTC, 0); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestParsePeriod_RefusesWhatIsNotTheName(t *testing.T) {
	for cadence, names := range map[Cadence][]string{
		Daily:       {"", "2026-10", "2026-1-05", "2026-02-29", "2026-13-01", "2026-00-10", "2026-10-00", "2026-10-05 ", "2026/10/05", "+026-10-05", "2026-1a-05", "٢٠٢٦"},
		Weekly:      {"2026-41", "2026-w41", "2026-W00", "2026-W54", "2025-W53", "2026-W4a", "2026-W4"},
		Monthly:     {"2026", "2026-13", "2026-00", "2026-1", "2026-W1", "-026-10"},
		Quarterly:   {"2026-Q0", "2026-Q5", "2026-q1", "2026-Q", "2026-10"},
		HalfMonthly: {"2026-10", "2026-10-H0", "2026-10-H3", "2026-10-h1", "2026-13-H1", "2026-00-H2", "2026-10-01", "2026-10-H", "2026-10-Ha"},
		Biweekly:    {"2026-W41", "2026-W42-W43", "2026-W41-W44", "2026-W41-W43", "2026-W41-w42", "2026-W41_W42", "2026-W4a-W42", "2026-W53-W02", "2026-W41-W42 "},
		FourWeekly:  {"2026-W41", "2026-W41-W44", "2026-W39-W40", "2026-W39-W43", "2026-W39", "2026-39-42-00"},
		Yearly:      {"26", "02026", "2026-", "20 6"},
		0:           {"2026"},
		99:          {"2026"},
	} {
		for _, name := range names {
			if p, err := ParsePeriod(cadence, time.UTC, name); !errors.Is(err, ErrPeriodName) {
				t.Errorf("%v %q: got %+v, %v; want ErrPeriodName", cadence, name, p, err)
			}
		}
	}
}

func TestParseCadence_ReadsWhatStringWrites(t *testing.T) {
	for c := Daily; c <= CadenceMax; c++ {
		if got, err := ParseCadence(c.String()); got != c || err != nil {
			t.Errorf("%v: got %v, %v", c, got, err)
		}
	}
	for _, name := range []string{"", "Monthly", "fortnightly", "half-monthly", "cadence(0)"} {
		if _, err := ParseCadence(name); !errors.Is(err, ErrCadenceName) {
			t.Errorf("%q: got %v, want ErrCadenceName", name, err)
		}
	}
}

// Every instant lies in exactly one period of a cadence, and neighbours touch: invariant 8 of the design.
func TestPeriodAt_CoversTimeWithoutGapOrOverlap(t *testing.T) {
	zones := []string{
		"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana", "America/St_Johns", "Asia/Kathmandu",
		"Pacific/Apia", "Pacific/Kwajalein", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut", "Asia/Manila", "America/Juneau",
		"Antarctica/Troll", "Pacific/Kiritimati",
	}
	locations := map[string]*time.Location{}
	for _, name := range zones {
		locations[name] = zone(t, name)
	}
	first, last := usOf(t, "1840-01-01T00:00:00Z"), usOf(t, "2199-12-31T00:00:00Z")
	rapid.Check(t, func(t *rapid.T) {
		loc := locations[rapid.SampledFrom(zones).Draw(t, "zone")]
		c := Cadence(rapid.IntRange(int(Daily), int(CadenceMax)).Draw(t, "cadence"))
		at := rapid.Int64Range(first, last).Draw(t, "at")
		plan := &Plan{Location: loc, WeeksFrom: rapid.Int64Range(-7, 7).Draw(t, "weeks from")}
		p := plan.PeriodAt(c, at)
		if !p.Contains(at) {
			t.Fatalf("%+v does not hold %d", p, at)
		}
		if again := plan.PeriodByNo(c, p.No); again != p {
			t.Fatalf("by number: got %+v, want %+v", again, p)
		}
		if next := plan.PeriodByNo(c, p.No+1); next.StartUS != p.EndUS {
			t.Fatalf("%+v is followed by %+v", p, next)
		}
		for _, edge := range []int64{p.StartUS, p.EndUS - 1} {
			if got := plan.PeriodAt(c, edge); got != p {
				t.Fatalf("at its edge %d: got %+v, want %+v", edge, got, p)
			}
		}
		if parsed, err := plan.ParsePeriod(c, p.Name); err != nil || parsed != p {
			t.Fatalf("parse %q: got %+v, %v", p.Name, parsed, err)
		}
	})
}
