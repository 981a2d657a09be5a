package calc

import (
	"testing"
	"time"
)

func TestMonthsLater_KeepsTheDayOrTakesTheLastOne(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from   string
		months int32
		want   string
	}{
		{"2026-01-15 10:30", 1, "2026-02-15 10:30"},
		{"2026-01-31 23:59", 1, "2026-02-28 23:59"},
		{"2028-01-30 00:00", 1, "2028-02-29 00:00"},
		{"2026-01-31 10:30", 3, "2026-04-30 10:30"},
		{"2026-11-30 10:30", 3, "2027-02-28 10:30"},
		{"2026-12-31 10:30", 12, "2027-12-31 10:30"},
		{"2026-02-28 10:30", 1, "2026-03-28 10:30"}, // not the last one because that was
		{"2026-03-10 10:30", 0, "2026-03-10 10:30"},
	} {
		from, err := time.ParseInLocation("2006-01-02 15:04", c.from, berlin)
		if err != nil {
			t.Fatal(err)
		}
		if got := time.UnixMicro(monthsLater(from.UnixMicro(), c.months, berlin)).In(berlin).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%d months after %s: %s, want %s", c.months, c.from, got, c.want)
		}
	}
}

// A band holds to the very moment that its months end: a service that began on the 31st of January has lived a month at the same time of
// the 28th of February.
func TestClawback_BandsEndWithTheirMonths(t *testing.T) {
	bands := Clawback{Mode: ClawbackBands, Bands: []ClawbackBand{{ToMonths: 1, Rate: RateScale}, {ToMonths: 3, Rate: RateScale / 2}}}
	started := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		ended time.Time
		want  Fraction
	}{
		{started.Add(time.Hour), Fraction{0, RateScale}},
		{time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC), Fraction{0, RateScale}},
		{time.Date(2026, 2, 28, 12, 0, 0, 1_000, time.UTC), Fraction{RateScale / 2, RateScale}},
		{time.Date(2026, 4, 30, 12, 0, 0, 0, time.UTC), Fraction{RateScale / 2, RateScale}},
		{time.Date(2026, 4, 30, 12, 0, 0, 1_000, time.UTC), One},
	} {
		f := SaleFold{Status: SaleCancelled, StartedAtUS: started.UnixMicro(), LiveUS: c.ended.Sub(started).Microseconds()}
		if got := bands.Retained(f, 1); got != c.want {
			t.Errorf("ended %s: %v is kept, want %v", c.ended, got, c.want)
		}
	}
}

// What a line paid in advance is reckoned by its months, and what is no advance as one month. Matching is reckoned by the months of what
// it matches, and a kind without a schedule is taken back whole.
func TestBonus_EventClawback(t *testing.T) {
	days := Clawback{Mode: ClawbackWithinDays, Days: 30}
	for name, c := range map[string]struct {
		bonus  Bonus
		want   ClawbackMode
		months Months
	}{
		"direct":                {Bonus{Direct: &Direct{Clawback: days}}, ClawbackWithinDays, 1 * Month},
		"levels":                {Bonus{Unilevel: &Unilevel{Clawback: days}}, ClawbackWithinDays, 1 * Month},
		"levels in advance":     {Bonus{Unilevel: &Unilevel{Clawback: days, Months: 9 * Month}}, ClawbackWithinDays, 9 * Month},
		"an advance":            {Bonus{Advance: &Advance{Clawback: days, Months: 12 * Month}}, ClawbackWithinDays, 12 * Month},
		"an advance of a month": {Bonus{Advance: &Advance{Clawback: days, Months: 1 * Month}}, ClawbackWithinDays, 1 * Month},
		"differences":           {Bonus{Differential: &Differential{Clawback: days, Months: 6 * Month}}, ClawbackWithinDays, 6 * Month},
		"matching":              {Bonus{Matching: &Matching{Clawback: days}}, ClawbackWithinDays, 1 * Month},
		"matching an advance":   {Bonus{Matching: &Matching{Clawback: days, ClawbackMonths: 9 * Month}}, ClawbackWithinDays, 9 * Month},
		"residual":              {Bonus{Residual: &Residual{}}, ClawbackFull, 1 * Month},
	} {
		if got, months := c.bonus.EventClawback(); got.Mode != c.want || months != c.months {
			t.Errorf("%s: mode %d, %d months; want %d, %d", name, got.Mode, months, c.want, c.months)
		}
	}
}
