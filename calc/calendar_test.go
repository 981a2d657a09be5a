package calc

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// monday gives the week that a plan says it counts from.
func monday(t testing.TB, name string) int64 {
	t.Helper()
	day, err := ParsePeriod(Daily, nil, name)
	if err != nil {
		t.Fatal(err)
	}
	week, isMonday := WeekOf(day)
	if !isMonday || MondayOf(week) != name {
		t.Fatalf("%s is of week %d, which begins on %s", name, week, MondayOf(week))
	}
	return week
}

func TestPlan_WeeksFromBeginsPeriodsOfTwoAndOfFourWeeks(t *testing.T) {
	for _, c := range []struct {
		from       string
		two, four  string // that hold 2026-02-04
		first, one string // their first days
	}{
		{"2026-01-05", "2026-W06-W07", "2026-W06-W09", "2026-02-02", "2026-02-02"},
		{"2026-01-12", "2026-W05-W06", "2026-W03-W06", "2026-01-26", "2026-01-12"},
		{"2026-01-19", "2026-W06-W07", "2026-W04-W07", "2026-02-02", "2026-01-19"},
		{"2026-01-26", "2026-W05-W06", "2026-W05-W08", "2026-01-26", "2026-01-26"},
		{"2031-12-22", "2026-W05-W06", "2026-W05-W08", "2026-01-26", "2026-01-26"}, // 77 times four weeks later
	} {
		berlin := zone(t, "Europe/Berlin")
		plan := &Plan{Location: berlin, WeeksFrom: monday(t, c.from)}
		at := usOf(t, "2026-02-04T12:00:00Z")
		for _, want := range []struct {
			cadence     Cadence
			name, first string
		}{{Biweekly, c.two, c.first}, {FourWeekly, c.four, c.one}} {
			got := plan.PeriodAt(want.cadence, at)
			if first := time.UnixMicro(got.StartUS).In(berlin).Format(time.DateTime); got.Name != want.name || first != want.first+" 00:00:00" {
				t.Errorf("from %s: %s begins %s; want %s, %s", c.from, got.Name, first, want.name, want.first)
			}
		}
	}
}

// The name of a period says which weeks it has, so that it is never read as the period of a plan that counts otherwise.
func TestPlan_ParsePeriodRefusesWhatOtherPlansCount(t *testing.T) {
	plan := &Plan{WeeksFrom: monday(t, "2026-01-05")}
	other := &Plan{WeeksFrom: plan.WeeksFrom + 1}
	for name, cadence := range map[string]Cadence{"2026-W04-W05": Biweekly, "2026-W02-W05": FourWeekly} {
		if p, err := plan.ParsePeriod(cadence, name); err != nil || p.Name != name {
			t.Errorf("%s: got %+v, %v", name, p, err)
		}
		if p, err := other.ParsePeriod(cadence, name); !errors.Is(err, ErrPeriodName) {
			t.Errorf("%s of another plan: got %+v, %v", name, p, err)
		}
	}
}

// A slow calendar: days are walked one by one from the Monday that is counted from, or from the first of a month.
func TestPlan_PeriodsAreThoseOfTheWalkedCalendar(t *testing.T) {
	weekName := func(day time.Time) string {
		year, week := day.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	}
	rapid.Check(t, func(t *rapid.T) {
		from := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 7*rapid.IntRange(0, 200).Draw(t, "weeks from"))
		week, _ := WeekOf(PeriodAt(Daily, nil, from.UnixMicro()))
		plan := &Plan{WeeksFrom: week}
		way := rapid.IntRange(-700, 700).Draw(t, "days")
		day, step := from, 1
		if way < 0 {
			step = -1
		}
		nth := 0 // of the days since the Monday
		for range way * step {
			day, nth = day.AddDate(0, 0, step), nth+step
		}
		for _, cadence := range []Cadence{Biweekly, FourWeekly} {
			days := int(weeksIn(cadence)) * 7
			first := day.AddDate(0, 0, -((nth%days + days) % days))
			last := first.AddDate(0, 0, days-7)
			_, lastWeek := last.ISOWeek()
			want := fmt.Sprintf("%s-W%02d", weekName(first), lastWeek)
			got := plan.PeriodAt(cadence, day.UnixMicro())
			if got.Name != want || got.StartUS != first.UnixMicro() || got.EndUS != first.AddDate(0, 0, days).UnixMicro() {
				t.Fatalf("%v of %v: got %+v, want %s from %v", cadence, day, got, want, first)
			}
		}
		half, first := 1, day
		for first.Day() != 1 && first.Day() != 16 {
			first = first.AddDate(0, 0, -1)
		}
		end := first.AddDate(0, 0, 1)
		for end.Day() != 1 && end.Day() != 16 {
			end = end.AddDate(0, 0, 1)
		}
		if first.Day() == 16 {
			half = 2
		}
		want := fmt.Sprintf("%s-H%d", first.Format("2006-01"), half)
		if got := plan.PeriodAt(HalfMonthly, day.UnixMicro()); got.Name != want || got.StartUS != first.UnixMicro() || got.EndUS != end.UnixMicro() {
			t.Fatalf("half of %v: got %+v, want %s from %v to %v", day, got, want, first, end)
		}
	})
}

// Names of a cadence sort as its periods do.
func TestPlan_PeriodNamesSort(t *testing.T) {
	plan := &Plan{WeeksFrom: 3}
	for cadence := Daily; cadence <= CadenceMax; cadence++ {
		first := plan.PeriodAt(cadence, usOf(t, "2024-12-20T00:00:00Z")).No
		for no := first; no < first+60; no++ {
			if a, b := plan.PeriodByNo(cadence, no).Name, plan.PeriodByNo(cadence, no+1).Name; a >= b {
				t.Errorf("%v: %s does not come before %s", cadence, a, b)
			}
		}
	}
}

func TestCadence_CompareGoesByLength(t *testing.T) {
	var all []Cadence
	for c := Cadence(0); c <= CadenceMax; c++ {
		all = append(all, c)
	}
	slices.SortFunc(all, Cadence.Compare)
	if want := []Cadence{0, Daily, Weekly, Biweekly, HalfMonthly, FourWeekly, Monthly, Quarterly, Yearly}; !slices.Equal(all, want) {
		t.Errorf("got %v, want %v", all, want)
	}
	// Ten years of each have fewer periods the longer they are.
	from, to := usOf(t, "2020-01-01T00:00:00Z"), usOf(t, "2030-01-01T00:00:00Z")
	count := func(c Cadence) int64 { return PeriodAt(c, nil, to).No - PeriodAt(c, nil, from).No }
	for i := 2; i < len(all); i++ {
		if cmp.Compare(count(all[i]), count(all[i-1])) >= 0 || !all[i].IsLonger(all[i-1]) || all[i-1].IsLonger(all[i]) || all[i].IsLonger(all[i]) {
			t.Errorf("%v: %d periods, %v: %d", all[i-1], count(all[i-1]), all[i], count(all[i]))
		}
	}
}
