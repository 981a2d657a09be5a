package calc

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// modelProration holds the count of a cycle by walking through its days one by one, and amounts as rationals.
type modelProration struct {
	Proration
	SubscriptionChange
}

// weight is what a day counts for: under 30/360 the last day of a month makes it 30 days long.
func (m *modelProration) weight(day time.Time) int64 {
	if m.DayCount != Thirty360 {
		return 1
	}
	switch last := day.AddDate(0, 0, 1).Day() == 1; {
	case last:
		return int64(30 - min(day.Day(), 30) + 1)
	case day.Day() == 30:
		return 0
	}
	return 1
}

func (m *modelProration) midnight(us int64) time.Time {
	y, mo, d := time.UnixMicro(us).In(m.Location).Date()
	return time.Date(y, mo, d, 0, 0, 0, 0, time.UTC)
}

// unusedAndWhole counts days.
func (m *modelProration) unusedAndWhole() (unused, whole int64) {
	change := m.midnight(m.ChangeUS)
	for day := m.midnight(m.CycleStartUS); day.Before(m.midnight(m.CycleEndUS)); day = day.AddDate(0, 0, 1) {
		whole += m.weight(day)
		if day.After(change) || day.Equal(change) && m.ChangedUnit == ChangedUnitUnused {
			unused += m.weight(day)
		}
	}
	return unused, whole
}

func (m *modelProration) unusedPart() *big.Rat {
	unused, whole := m.unusedAndWhole()
	part := big.NewRat(unused, max(whole, 1))
	months := int64(m.Old.Interval.Months)
	switch m.DayCount {
	case Actual365:
		part = big.NewRat(unused*12, months*365)
	case Actual360:
		part = big.NewRat(unused, months*30)
	}
	if part.Cmp(big.NewRat(1, 1)) > 0 {
		return big.NewRat(1, 1)
	}
	return part
}

var modelZones = []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata"}

func drawProration(t *rapid.T) (Proration, SubscriptionChange) {
	zone, err := time.LoadLocation(rapid.SampledFrom(modelZones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	months := rapid.IntRange(1, 14).Draw(t, "months")
	start := time.Date(2023, time.Month(rapid.IntRange(1, 24).Draw(t, "month")), rapid.IntRange(1, 31).Draw(t, "day"),
		rapid.IntRange(0, 23).Draw(t, "hour"), 0, 0, 0, zone)
	end := start.AddDate(0, months, 0)
	price := rapid.Map(rapid.Int64Range(0, 1<<40), func(v int64) int64 { return v >> (v % 40) })
	c := SubscriptionChange{
		CycleStartUS: start.UnixMicro(), CycleEndUS: end.UnixMicro(),
		ChangeUS: rapid.Int64Range(start.UnixMicro(), end.UnixMicro()-1).Draw(t, "change"),
		Old:      SubscriptionPrice{price.Draw(t, "old"), BillingInterval{Months: int32(months)}},
		New:      SubscriptionPrice{price.Draw(t, "new"), BillingInterval{Months: rapid.Int32Range(1, 36).Draw(t, "new months")}},
	}
	return Proration{
		Mode: ProrationCharge, Unit: ProrationDay, DayCount: DayCount(rapid.IntRange(1, 4).Draw(t, "day count")),
		ChangedUnit: ChangedUnit(rapid.IntRange(1, 2).Draw(t, "side")), Location: zone,
		Rounding: Rounding{RoundingMode(rapid.IntRange(0, int(everyMode)-1).Draw(t, "mode")), rapid.SampledFrom([]int64{1, 5, 100}).Draw(t, "step")},
	}, c
}

func TestProration_AgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, c := drawProration(t)
		m := modelProration{p, c}
		got, err := p.Change(c)
		if err != nil {
			t.Fatal(err)
		}
		unused := m.unusedPart()
		if want := new(big.Rat).SetFrac64(got.UnusedPart.Num, got.UnusedPart.Den); want.Cmp(unused) != 0 {
			t.Fatalf("unused: got %v, want %v", want, unused)
		}
		credit, _ := modelRound(new(big.Rat).Mul(unused, big.NewRat(-c.Old.AmountMinor, 1)), p.Rounding)
		charged := new(big.Rat).Mul(unused, big.NewRat(int64(c.Old.Interval.Months), int64(c.New.Interval.Months)))
		charge, _ := modelRound(charged.Mul(charged, big.NewRat(c.New.AmountMinor, 1)), p.Rounding)
		if got.CreditMinor != credit || got.ChargeMinor != charge || got.NetMinor != credit+charge {
			t.Fatalf("got %+v; want %d and %d", got, credit, charge)
		}
	})
}

// What one change moves, the way back at the same instant moves back, whatever is rounded.
func TestProration_ThereAndBackIsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, c := drawProration(t)
		c.New.Interval = c.Old.Interval
		p.Unit = ProrationUnit(rapid.IntRange(int(ProrationSecond), int(ProrationCalendarMonth)).Draw(t, "unit"))
		if p.Unit > ProrationDay {
			p.DayCount = 0
		} else if p.Unit == ProrationSecond && p.DayCount == Thirty360 {
			p.DayCount = ActualActual
		}
		there, err := p.Change(c)
		if err != nil {
			t.Fatal(err)
		}
		c.Old, c.New = c.New, c.Old
		back, err := p.Change(c)
		if err != nil || there.NetMinor+back.NetMinor != 0 {
			t.Fatalf("there %+v, back %+v, %v", there, back, err)
		}
		if part := there.UnusedPart; part.Num < 0 || part.Num > part.Den {
			t.Fatalf("unused part %v", part)
		}
	})
}

// A later change leaves no more unused than an earlier one, whatever clocks do in between, and all of the cycle at its start.
func TestProration_UnusedNeverGrows(t *testing.T) {
	zones := append([]string{"America/St_Johns", "Pacific/Apia", "Africa/Casablanca"}, modelZones...)
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		start := rapid.Int64Range(0, 1_800_000_000_000_000).Draw(t, "start")
		p := Proration{
			Mode: ProrationCharge, Unit: ProrationUnit(rapid.IntRange(1, 5).Draw(t, "unit")), ChangedUnit: ChangedUnit(rapid.IntRange(1, 2).Draw(t, "side")),
			Rounding: toTheCent, Location: zone,
		}
		switch p.Unit {
		case ProrationSecond:
			p.DayCount = DayCount(rapid.IntRange(0, int(Actual360)).Draw(t, "day count"))
		case ProrationDay:
			p.DayCount = DayCount(rapid.IntRange(1, int(Thirty360)).Draw(t, "day count"))
		}
		c := SubscriptionChange{
			CycleStartUS: start, CycleEndUS: start + rapid.Int64Range(1, 800*dayUS).Draw(t, "length"),
			Old: yearlyPrice(1_000_000), New: SubscriptionPrice{},
		}
		changes := []int64{c.CycleStartUS, rapid.Int64Range(c.CycleStartUS, c.CycleEndUS-1).Draw(t, "change")}
		changes = append(changes, rapid.Int64Range(changes[1], c.CycleEndUS-1).Draw(t, "later change"))
		last := One
		for i, us := range changes {
			c.ChangeUS = us
			got, err := p.Change(c)
			if errors.Is(err, ErrInput) {
				if i > 0 {
					t.Fatalf("refused once, not always: %v", err)
				}
				return // no whole unit lies in the cycle
			}
			part := got.UnusedPart
			if err != nil || part.Num < 0 || new(big.Rat).SetFrac64(part.Num, part.Den).Cmp(new(big.Rat).SetFrac64(last.Num, last.Den)) > 0 {
				t.Fatalf("after %v comes %+v, %v", last, got, err)
			}
			if byItself := p.DayCount == 0 || p.DayCount == ActualActual || p.DayCount == Thirty360; i == 0 && byItself && p.ChangedUnit == ChangedUnitUnused && part != One {
				t.Fatalf("at the start: %+v", got)
			}
			last = part
		}
	})
}
