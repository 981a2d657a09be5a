package calc

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func monthsOf(cadence Cadence, loc *time.Location, period string, enrolledUS ...int64) ([]int64, error) {
	p, err := ParsePeriod(cadence, loc, period)
	if err != nil {
		return nil, err
	}
	tops := make([]int32, len(enrolledUS))
	for i := range tops {
		tops[i] = -1
	}
	tree, err := newTree(2, tops, nil, "sponsor")
	if err != nil {
		return nil, err
	}
	c := computation{
		in: &Input{Plan: &Plan{Location: loc}, Period: p, Network: Network{EnrolledAtUS: enrolledUS}},
		n:  len(enrolledUS), sponsor: walk{tree: tree},
	}
	return c.monthsEnrolled(), nil
}

func TestMonthsEnrolled_WholeMonthsToTheEndOfThePeriod(t *testing.T) {
	for _, c := range []struct {
		cadence      Cadence
		zone, period string
		enrolled     string
		want         int64
	}{
		{Monthly, "UTC", "2026-01", "2026-01-15T12:00:00Z", 0},
		{Monthly, "UTC", "2026-02", "2026-01-15T12:00:00Z", 1},
		{Monthly, "UTC", "2026-01", "2026-01-01T00:00:00Z", 1},
		{Monthly, "UTC", "2026-01", "2026-01-01T00:00:00.000001Z", 0},
		{Monthly, "UTC", "2026-01", "2026-03-01T00:00:00Z", 0}, // enrolled later
		{Monthly, "UTC", "2027-01", "2025-12-31T23:59:59Z", 13},
		{Monthly, "UTC", "2026-12", "1999-01-01T00:00:00Z", 336},
		// A day ends its months on the same day of the month, at midnight.
		{Daily, "UTC", "2026-03-14", "2026-01-15T00:00:00Z", 2},
		{Daily, "UTC", "2026-03-14", "2026-01-15T00:00:01Z", 1},
		// The 30th does not come in February: 1 March stands for it.
		{Daily, "UTC", "2026-03-29", "2026-02-28T23:59:59Z", 1},
		{Daily, "UTC", "2026-03-29", "2026-03-01T00:00:00Z", 1},
		{Daily, "UTC", "2026-03-29", "2026-03-01T00:00:01Z", 0},
		{Daily, "UTC", "2028-03-29", "2028-02-29T12:00:00Z", 1},
		// The plan's zone decides.
		{Monthly, "Europe/Berlin", "2026-06", "2026-05-31T22:00:00Z", 1},
		{Monthly, "Europe/Berlin", "2026-06", "2026-05-31T22:00:01Z", 0},
		{Monthly, "America/New_York", "2026-03", "2026-03-01T05:00:00Z", 1},
		{Monthly, "America/New_York", "2026-03", "2026-03-01T05:00:01Z", 0},
	} {
		got, err := monthsOf(c.cadence, zone(t, c.zone), c.period, usOf(t, c.enrolled))
		if err != nil || got[0] != c.want {
			t.Errorf("enrolled %s, at the end of %s in %s: got %v, %v; want %d", c.enrolled, c.period, c.zone, got, err, c.want)
		}
	}
	got, err := monthsOf(Monthly, nil, "2026-01", math.MinInt64)
	if err != nil || got[0] != enrolledMonthsMax {
		t.Errorf("enrolled at the beginning of time: got %v, %v", got, err)
	}
}

// At an instant inside a day a month is whole from the same time of day on, on the last day of a month too; a day that a month does not have
// is the first moment of the next.
func TestMonthsBack_ByTheTimeOfDay(t *testing.T) {
	for at, want := range map[string]string{
		"2026-07-15T12:00:00Z": "2026-06-15T12:00:00Z",
		"2026-07-30T12:00:00Z": "2026-06-30T12:00:00Z",
		"2026-07-31T12:00:00Z": "2026-07-01T00:00:00Z",
		"2026-03-28T06:30:00Z": "2026-02-28T06:30:00Z",
		"2028-03-29T06:30:00Z": "2028-02-29T06:30:00Z",
	} {
		if got := monthsBack(time.UTC, usOf(t, at), usOf(t, "2026-01-01T00:00:00Z")); len(got) == 0 || got[0] != usOf(t, want) {
			t.Errorf("a month before %s: %v, want %s", at, got, want)
		}
	}
}

func TestMonthsEnrolled_AgreesWithTheWallClock(t *testing.T) {
	zones := []*time.Location{time.UTC, zone(t, "Europe/Berlin"), zone(t, "America/New_York")}
	rapid.Check(t, func(t *rapid.T) {
		loc := rapid.SampledFrom(zones).Draw(t, "zone")
		p := PeriodByNo(Cadence(rapid.IntRange(int(Daily), int(CadenceMax)).Draw(t, "cadence")), loc, rapid.Int64Range(60, 900).Draw(t, "period"))
		in := &Input{Plan: &Plan{Location: loc}, Period: p}
		for range rapid.IntRange(1, 5).Draw(t, "people") {
			// Near midnight of some day before, or at any time.
			at := PeriodAt(Daily, loc, p.EndUS-rapid.Int64Range(-30, 4000).Draw(t, "days")*dayUS).StartUS + rapid.Int64Range(-1, 1).Draw(t, "around")
			in.Network.EnrolledAtUS = append(in.Network.EnrolledAtUS, at+rapid.SampledFrom([]int64{0, 0, 0, 3_600_000_000, dayUS / 2}).Draw(t, "later"))
		}
		got, err := monthsOf(p.Cadence, loc, p.Name, in.Network.EnrolledAtUS...)
		if err != nil {
			t.Fatal(err)
		}
		m := &model{in: in}
		for i := range got {
			if want := m.months(i); got[i] != want {
				t.Errorf("enrolled %v, at the end of %s: got %d, want %d", time.UnixMicro(in.Network.EnrolledAtUS[i]).In(loc), p.Name, got[i], want)
			}
		}
	})
}

func TestSumFits_UpToTheGreatestNumber(t *testing.T) {
	for _, c := range []struct {
		values []int64
		want   bool
	}{
		{nil, true},
		{[]int64{math.MaxInt64}, true},
		{[]int64{-math.MaxInt64, 0}, true},
		{[]int64{math.MinInt64}, false},
		{[]int64{math.MaxInt64, -1}, false},
		{[]int64{math.MinInt64, math.MinInt64}, false},
	} {
		if got := sumFits(c.values); got != c.want {
			t.Errorf("%v: got %v", c.values, got)
		}
	}
}
