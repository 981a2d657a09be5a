package calc

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

// instantUS reads a time of 2026 or another year, in UTC unless a zone is given.
func instantUS(t testing.TB, text string, loc ...*time.Location) int64 {
	t.Helper()
	zone := time.UTC
	if len(loc) > 0 {
		zone = loc[0]
	}
	layout := "2006-01-02 15:04:05"
	parsed, err := time.ParseInLocation(layout[:len(text)], text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.UnixMicro()
}

func monthlyPrice(amountMinor int64) SubscriptionPrice {
	return SubscriptionPrice{amountMinor, BillingInterval{Months: 1}}
}

func yearlyPrice(amountMinor int64) SubscriptionPrice {
	return SubscriptionPrice{amountMinor, BillingInterval{Months: 12}}
}

func pricePerDays(amountMinor int64, days int32) SubscriptionPrice {
	return SubscriptionPrice{amountMinor, BillingInterval{Days: days}}
}

var toTheCent = Rounding{HalfUp, 1}

// The published figures of proration-subscription-change, and those of the pages that it comes from.
func TestProration_PublishedFigures(t *testing.T) {
	stripe := Proration{Unit: ProrationSecond, Rounding: toTheCent}
	samsung := Proration{Unit: ProrationDay, DayCount: ActualActual, ChangedUnit: ChangedUnitUsed, Extension: Up, Rounding: toTheCent}
	google := Proration{
		Unit: ProrationDay, DayCount: ActualActual, ChangedUnit: ChangedUnitUsed, Extension: Down, ExtensionAfterUsed: true, Rounding: toTheCent,
	}
	september := SubscriptionChange{
		CycleStartUS: instantUS(t, "2026-09-01"), CycleEndUS: instantUS(t, "2026-10-01"), ChangeUS: instantUS(t, "2026-09-15"), Old: monthlyPrice(30_00), New: monthlyPrice(60_00),
	}
	april := SubscriptionChange{
		CycleStartUS: instantUS(t, "2026-04-01"), CycleEndUS: instantUS(t, "2026-05-01"), ChangeUS: instantUS(t, "2026-04-15 17:20:00"), Old: monthlyPrice(2_00), New: yearlyPrice(36_00),
	}
	half := Fraction{1, 2}
	for _, c := range []struct {
		name      string
		proration Proration
		mode      ProrationMode
		change    SubscriptionChange
		want      ProratedChange
	}{
		{"Stripe, half way", stripe, ProrationCharge, SubscriptionChange{
			CycleStartUS: instantUS(t, "2026-09-01"), CycleEndUS: instantUS(t, "2026-10-01"), ChangeUS: instantUS(t, "2026-09-16"), Old: monthlyPrice(10_00), New: monthlyPrice(20_00),
		}, ProratedChange{
			UnusedPart: half, ChargedPart: half, CreditMinor: -5_00, ChargeMinor: 10_00, NetMinor: 5_00,
			StartUS: instantUS(t, "2026-09-16"), NextBillingUS: instantUS(t, "2026-10-01"), NextChargeMinor: 20_00,
		}},
		{"Samsung, prorated date", samsung, ProrationDate, september, ProratedChange{
			UnusedPart: half, ChargedPart: Fraction{0, 1}, CreditMinor: -15_00, ChargeMinor: 15_00, ExtensionUnits: 8,
			StartUS: instantUS(t, "2026-09-15"), NextBillingUS: instantUS(t, "2026-09-23"), NextChargeMinor: 60_00,
		}},
		{"Samsung, prorated charge", samsung, ProrationCharge, september, ProratedChange{
			UnusedPart: half, ChargedPart: half, CreditMinor: -15_00, ChargeMinor: 30_00, NetMinor: 15_00,
			StartUS: instantUS(t, "2026-09-15"), NextBillingUS: instantUS(t, "2026-10-01"), NextChargeMinor: 60_00,
		}},
		{"Samsung, no proration", samsung, ProrationNone, september, ProratedChange{
			UnusedPart: half, ChargedPart: Fraction{0, 1}, StartUS: instantUS(t, "2026-09-15"), NextBillingUS: instantUS(t, "2026-10-01"), NextChargeMinor: 60_00,
		}},
		{"Samsung, deferred", samsung, ProrationDeferred, september, ProratedChange{
			UnusedPart: half, ChargedPart: Fraction{0, 1}, StartUS: instantUS(t, "2026-10-01"), NextBillingUS: instantUS(t, "2026-10-01"), NextChargeMinor: 60_00,
		}},
		{"RevenueCat and Google, charge prorated price", google, ProrationCharge, april, ProratedChange{
			UnusedPart: half, ChargedPart: Fraction{1, 24}, CreditMinor: -1_00, ChargeMinor: 1_50, NetMinor: 50,
			StartUS: instantUS(t, "2026-04-15 17:20:00"), NextBillingUS: instantUS(t, "2026-05-01"), NextChargeMinor: 36_00,
		}},
		{"Google, with time proration: 16 to 25 April", google, ProrationDate, april, ProratedChange{
			UnusedPart: half, ChargedPart: Fraction{0, 1}, CreditMinor: -1_00, ChargeMinor: 1_00, ExtensionUnits: 10,
			StartUS: instantUS(t, "2026-04-15 17:20:00"), NextBillingUS: instantUS(t, "2026-04-26 17:20:00"), NextChargeMinor: 36_00,
		}},
		{"Google, full price: a year and 10 days", Proration{
			Unit: ProrationDay, DayCount: ActualActual, ChangedUnit: ChangedUnitUsed, Extension: HalfUp, Rounding: toTheCent,
		}, ProrationFullPrice, april, ProratedChange{
			UnusedPart: half, ChargedPart: One, CreditMinor: -1_00, ChargeMinor: 37_00, NetMinor: 36_00, ExtensionUnits: 10,
			StartUS: instantUS(t, "2026-04-15 17:20:00"), NextBillingUS: instantUS(t, "2027-04-25 17:20:00"), NextChargeMinor: 36_00,
		}},
		{"Google, added on 15 April at 3 a month", google, ProrationCharge, SubscriptionChange{
			CycleStartUS: instantUS(t, "2026-04-01"), CycleEndUS: instantUS(t, "2026-05-01"), ChangeUS: instantUS(t, "2026-04-15"), Old: monthlyPrice(0), New: monthlyPrice(3_00),
		}, ProratedChange{
			UnusedPart: half, ChargedPart: half, ChargeMinor: 1_50, NetMinor: 1_50,
			StartUS: instantUS(t, "2026-04-15"), NextBillingUS: instantUS(t, "2026-05-01"), NextChargeMinor: 3_00,
		}},
		{"Nadles, five days of January left", Proration{
			Unit: ProrationDay, DayCount: ActualActual, ChangedUnit: ChangedUnitUnused, Rounding: toTheCent,
		}, ProrationCharge, SubscriptionChange{
			CycleStartUS: instantUS(t, "2026-01-01"), CycleEndUS: instantUS(t, "2026-02-01"), ChangeUS: instantUS(t, "2026-01-27"), Old: monthlyPrice(100_00), New: monthlyPrice(300_00),
		}, ProratedChange{
			UnusedPart: Fraction{5, 31}, ChargedPart: Fraction{5, 31}, CreditMinor: -16_13, ChargeMinor: 48_39, NetMinor: 32_26,
			StartUS: instantUS(t, "2026-01-27"), NextBillingUS: instantUS(t, "2026-02-01"), NextChargeMinor: 300_00,
		}},
		{"Stripe, from a month to a year", stripe, ProrationRestart, SubscriptionChange{
			CycleStartUS: instantUS(t, "2026-09-01"), CycleEndUS: instantUS(t, "2026-10-01"), ChangeUS: instantUS(t, "2026-09-16"), Old: monthlyPrice(10_00), New: yearlyPrice(100_00),
		}, ProratedChange{
			UnusedPart: half, ChargedPart: One, CreditMinor: -5_00, ChargeMinor: 100_00, NetMinor: 95_00,
			StartUS: instantUS(t, "2026-09-16"), NextBillingUS: instantUS(t, "2027-09-16"), NextChargeMinor: 100_00,
		}},
	} {
		p := c.proration
		p.Mode = c.mode
		got, err := p.Change(c.change)
		if err != nil || got != c.want {
			t.Errorf("%s:\ngot  %+v, %v\nwant %+v", c.name, got, err, c.want)
		}
	}
}

// The table of Zuora's three conventions, and the February of FinancialForce's.
func TestProration_DayCountConventions(t *testing.T) {
	for _, c := range []struct {
		start, end, change string
		parts              map[DayCount]Fraction
	}{
		{"2021-01-01", "2021-02-01", "2021-01-27", map[DayCount]Fraction{ActualActual: {5, 31}, Actual360: {5, 30}, Thirty360: {4, 30}, Actual365: {60, 365}}},
		{"2021-02-01", "2021-03-01", "2021-02-27", map[DayCount]Fraction{ActualActual: {2, 28}, Actual360: {2, 30}, Thirty360: {4, 30}, Actual365: {24, 365}}},
		{"2020-02-01", "2020-03-01", "2020-02-01", map[DayCount]Fraction{ActualActual: {1, 1}, Actual360: {29, 30}, Thirty360: {1, 1}, Actual365: {348, 365}}},
		{"2017-02-01", "2017-03-01", "2017-02-06", map[DayCount]Fraction{ActualActual: {23, 28}, Actual360: {23, 30}, Thirty360: {25, 30}, Actual365: {276, 365}}},
		// Day 31 adds nothing to 30/360, and no convention credits more than was paid.
		{"2021-01-01", "2021-02-01", "2021-01-31", map[DayCount]Fraction{ActualActual: {1, 31}, Actual360: {1, 30}, Thirty360: {1, 30}, Actual365: {12, 365}}},
		{"2021-01-01", "2021-02-01", "2021-01-01", map[DayCount]Fraction{ActualActual: {1, 1}, Actual360: {1, 1}, Thirty360: {1, 1}, Actual365: {1, 1}}},
		{"2021-01-31", "2021-02-28", "2021-02-14", map[DayCount]Fraction{ActualActual: {14, 28}, Actual360: {14, 30}, Thirty360: {14, 28}, Actual365: {168, 365}}},
	} {
		for dayCount, want := range c.parts {
			p := Proration{Mode: ProrationCharge, Unit: ProrationDay, DayCount: dayCount, ChangedUnit: ChangedUnitUnused, Rounding: toTheCent}
			got, err := p.Change(SubscriptionChange{
				CycleStartUS: instantUS(t, c.start), CycleEndUS: instantUS(t, c.end), ChangeUS: instantUS(t, c.change), Old: monthlyPrice(100_00), New: monthlyPrice(0),
			})
			if want = reduced(want.Num, want.Den); err != nil || got.UnusedPart != want {
				t.Errorf("%s to %s, day count %d: got %v, %v; want %v", c.change, c.end, dayCount, got.UnusedPart, err, want)
			}
		}
	}
}

func TestProration_YearsByEachConvention(t *testing.T) {
	change := SubscriptionChange{
		CycleStartUS: instantUS(t, "2024-01-01"), CycleEndUS: instantUS(t, "2025-01-01"), ChangeUS: instantUS(t, "2024-07-01"), Old: yearlyPrice(366_00), New: yearlyPrice(732_00),
	}
	for dayCount, want := range map[DayCount]Fraction{ActualActual: {184, 366}, Actual365: {184, 365}, Actual360: {184, 360}, Thirty360: {180, 360}} {
		p := Proration{Mode: ProrationCharge, Unit: ProrationDay, DayCount: dayCount, ChangedUnit: ChangedUnitUnused, Rounding: toTheCent}
		got, err := p.Change(change)
		if want = reduced(want.Num, want.Den); err != nil || got.UnusedPart != want || got.ChargedPart != want {
			t.Errorf("day count %d: got %+v, %v; want %v", dayCount, got, err, want)
		}
		if dayCount == Thirty360 {
			continue
		}
		p.Unit = ProrationSecond
		if got, err = p.Change(change); err != nil || got.UnusedPart != want {
			t.Errorf("seconds, day count %d: got %+v, %v; want %v", dayCount, got, err, want)
		}
	}
}

func TestProration_UnitsAndTheSideOfTheChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name         string
		unit         ProrationUnit
		loc          *time.Location
		start, end   string
		change       string
		price        SubscriptionPrice
		used, unused Fraction // the part that is left when the changed unit counts as used, as unused
	}{
		{"whole months", ProrationMonth, nil, "2026-01-15", "2027-01-15", "2026-05-14 23:59:59", yearlyPrice(120_00), Fraction{8, 12}, Fraction{9, 12}},
		{"a month begins with its first moment", ProrationMonth, nil, "2026-01-15", "2027-01-15", "2026-05-15", yearlyPrice(120_00), Fraction{7, 12}, Fraction{8, 12}},
		{"months from the 31st", ProrationMonth, nil, "2026-01-31", "2026-07-31", "2026-02-28", yearlyPrice(120_00), Fraction{4, 6}, Fraction{5, 6}},
		{"calendar months", ProrationCalendarMonth, nil, "2026-01-15", "2027-01-15", "2026-05-14", yearlyPrice(120_00), Fraction{7, 12}, Fraction{8, 12}},
		{"calendar years", ProrationCalendarYear, nil, "2026-01-01", "2029-01-01", "2027-06-30", SubscriptionPrice{300_00, BillingInterval{Months: 36}}, Fraction{1, 3}, Fraction{2, 3}},
		{"the last day", ProrationDay, nil, "2026-09-01", "2026-10-01", "2026-09-30 23:59:59", monthlyPrice(30_00), Fraction{0, 1}, Fraction{1, 30}},
		{"the day of the end", ProrationDay, nil, "2026-09-01 12:00:00", "2026-10-01 12:00:00", "2026-10-01 08:00:00", monthlyPrice(30_00), Fraction{0, 1}, Fraction{0, 1}},
		{"days of the plan's zone", ProrationDay, berlin, "2026-03-01", "2026-04-01", "2026-03-29 00:30:00", monthlyPrice(31_00), Fraction{2, 31}, Fraction{3, 31}},
		{"an hour is missing from the day", ProrationSecond, berlin, "2026-03-29", "2026-03-30", "2026-03-29 03:00:00", pricePerDays(23, 1), Fraction{23*3600 - 2*3600 - 1, 23 * 3600}, Fraction{21, 23}},
		{"seconds", ProrationSecond, nil, "2026-09-01 00:00:00", "2026-09-01 00:00:10", "2026-09-01 00:00:03", pricePerDays(10, 1), Fraction{6, 10}, Fraction{7, 10}},
	} {
		loc := orUTC(c.loc)
		for side, want := range map[ChangedUnit]Fraction{ChangedUnitUsed: c.used, ChangedUnitUnused: c.unused} {
			p := Proration{Mode: ProrationCharge, Unit: c.unit, ChangedUnit: side, Rounding: toTheCent, Location: c.loc}
			if c.unit <= ProrationDay {
				p.DayCount = ActualActual
			}
			got, err := p.Change(SubscriptionChange{
				CycleStartUS: instantUS(t, c.start, loc), CycleEndUS: instantUS(t, c.end, loc), ChangeUS: instantUS(t, c.change, loc), Old: c.price, New: c.price,
			})
			if want = reduced(want.Num, want.Den); err != nil || got.UnusedPart != want || got.NetMinor != 0 {
				t.Errorf("%s, side %d: got %+v, %v; want %v", c.name, side, got, err, want)
			}
		}
	}
}

func TestProration_PricesOfDifferentIntervals(t *testing.T) {
	half, week := SubscriptionChange{
		CycleStartUS: instantUS(t, "2026-09-01"), CycleEndUS: instantUS(t, "2026-10-01"), ChangeUS: instantUS(t, "2026-09-16"), Old: monthlyPrice(30_00),
	}, SubscriptionChange{
		CycleStartUS: instantUS(t, "2026-02-02"), CycleEndUS: instantUS(t, "2026-02-09"), ChangeUS: instantUS(t, "2026-02-05"), Old: pricePerDays(7_00, 7),
	}
	for _, c := range []struct {
		name     string
		change   SubscriptionChange
		new      SubscriptionPrice
		unit     ProrationUnit
		dayCount DayCount
		want     Fraction
	}{
		{"a month to a year", half, yearlyPrice(1), ProrationDay, ActualActual, Fraction{1, 24}},
		{"a month to a quarter", half, SubscriptionPrice{1, BillingInterval{Months: 3}}, ProrationSecond, 0, Fraction{1, 6}},
		{"a month to a week", half, pricePerDays(1, 7), ProrationDay, ActualActual, Fraction{15, 7}},
		{"a month to a week, by the second", half, pricePerDays(1, 7), ProrationSecond, 0, Fraction{15, 7}},
		{"a week to a fortnight", week, pricePerDays(1, 14), ProrationDay, ActualActual, Fraction{2, 7}},
		{"a week to a month that begins with the change", week, monthlyPrice(1), ProrationDay, ActualActual, Fraction{4, 28}},
		{"a week to a month, by the second", week, monthlyPrice(1), ProrationSecond, 0, Fraction{4, 28}},
		{"a week to a month of 365/12", week, monthlyPrice(1), ProrationDay, Actual365, Fraction{48, 365}},
		{"a week to a month of 30", week, monthlyPrice(1), ProrationDay, Actual360, Fraction{4, 30}},
		{"a cancellation", week, SubscriptionPrice{}, ProrationDay, ActualActual, Fraction{0, 1}},
	} {
		c.change.New = c.new
		got, err := Proration{Mode: ProrationCharge, Unit: c.unit, DayCount: c.dayCount, ChangedUnit: ChangedUnitUnused, Rounding: toTheCent}.Change(c.change)
		unused := Fraction{1, 2}
		if c.change.Old.Interval.Days > 0 {
			unused = Fraction{4, 7}
		}
		if want := reduced(c.want.Num, c.want.Den); err != nil || got.ChargedPart != want || got.UnusedPart != unused {
			t.Errorf("%s: got %v of %v, %v; want %v of %v", c.name, got.ChargedPart, got.UnusedPart, err, want, unused)
		}
	}
}

// What is left of 30 a month on 16 September is 15, or all of 30 a year by whole months and years. What that buys depends on how long
// the new interval is taken to be.
func TestProration_CreditBuysTime(t *testing.T) {
	for _, c := range []struct {
		name      string
		proration Proration
		new       SubscriptionPrice
		units     int64
		next      string
	}{
		{"seconds", Proration{Unit: ProrationSecond}, monthlyPrice(60_00), 15 * 86400 / 2, "2026-09-23 12:00:00"},
		{"days of a year", Proration{Unit: ProrationDay, DayCount: ActualActual}, yearlyPrice(365_00), 15, "2026-10-01"},
		{"days of 365", Proration{Unit: ProrationDay, DayCount: Actual365}, monthlyPrice(365_00), 1, "2026-09-17"},
		{"days of 365, a quarter", Proration{Unit: ProrationDay, DayCount: Actual365}, SubscriptionPrice{365_00, BillingInterval{Months: 3}}, 3, "2026-09-19"},
		{"seconds of 365, a quarter", Proration{Unit: ProrationSecond, DayCount: Actual365}, SubscriptionPrice{365_00, BillingInterval{Months: 3}}, 319_561, "2026-09-19 16:46:01"},
		{"days of 360", Proration{Unit: ProrationDay, DayCount: Thirty360}, monthlyPrice(30_00), 15, "2026-10-01"},
		{"days of 360, a quarter", Proration{Unit: ProrationDay, DayCount: Actual360}, SubscriptionPrice{90_00, BillingInterval{Months: 3}}, 15, "2026-10-01"},
		{"seconds of 360, two months", Proration{Unit: ProrationSecond, DayCount: Actual360}, SubscriptionPrice{120_00, BillingInterval{Months: 2}}, 15 * 86400 / 2, "2026-09-23 12:00:00"},
		{"days at a price by the day", Proration{Unit: ProrationDay, DayCount: ActualActual}, pricePerDays(1_00, 1), 15, "2026-10-01"},
		{"days of a week", Proration{Unit: ProrationDay, DayCount: ActualActual}, pricePerDays(7_00, 7), 15, "2026-10-01"},
		{"months", Proration{Unit: ProrationCalendarMonth}, monthlyPrice(4_00), 7, "2027-04-16"},
		{"calendar years", Proration{Unit: ProrationCalendarYear}, yearlyPrice(5_00), 6, "2032-09-16"},
	} {
		p := c.proration
		p.Mode, p.ChangedUnit, p.Extension, p.Rounding = ProrationDate, ChangedUnitUnused, Down, toTheCent
		change := SubscriptionChange{CycleStartUS: instantUS(t, "2026-09-01"), CycleEndUS: instantUS(t, "2026-10-01"), ChangeUS: instantUS(t, "2026-09-16"), Old: monthlyPrice(30_00), New: c.new}
		if p.Unit >= ProrationMonth {
			change.CycleEndUS, change.Old.Interval.Months = instantUS(t, "2027-09-01"), 12
		}
		got, err := p.Change(change)
		if err != nil || got.ExtensionUnits != c.units || got.NextBillingUS != instantUS(t, c.next) || got.NetMinor != 0 {
			t.Errorf("%s: got %+v (%v), %v; want %d units to %s", c.name, got, time.UnixMicro(got.NextBillingUS).UTC(), err, c.units, c.next)
		}
	}
}

// A price of nothing leaves nothing to credit, and buys no time.
func TestProration_NothingToCredit(t *testing.T) {
	for _, mode := range []ProrationMode{ProrationDate, ProrationFullPrice} {
		p := Proration{Mode: mode, Unit: ProrationDay, DayCount: ActualActual, ChangedUnit: ChangedUnitUnused, Extension: Down, Rounding: toTheCent}
		got, err := p.Change(SubscriptionChange{
			CycleStartUS: instantUS(t, "2026-09-01"), CycleEndUS: instantUS(t, "2026-10-01"), ChangeUS: instantUS(t, "2026-09-16"),
			Old: monthlyPrice(0), New: monthlyPrice(60_00),
		})
		charge := int64(0)
		if mode == ProrationFullPrice {
			charge = 60_00
		}
		if err != nil || got.CreditMinor != 0 || got.ChargeMinor != charge || got.NetMinor != charge || got.ExtensionUnits != 0 {
			t.Errorf("mode %d: %+v, %v", mode, got, err)
		}
	}
}

// What is left of a price buys ten thousand years of a cheaper one, and not a unit more of its price. Years have up to 366 days.
func TestProration_BuysTenThousandYears(t *testing.T) {
	for name, c := range map[string]struct {
		unit     ProrationUnit
		days     DayCount
		interval BillingInterval
		cycleEnd string
		most     int64 // times the new price
	}{
		"seconds":         {ProrationSecond, ActualActual, BillingInterval{Days: 1}, "2026-01-02", 3_660_000},
		"days":            {ProrationDay, ActualActual, BillingInterval{Days: 1}, "2026-01-02", 3_660_000},
		"months":          {ProrationMonth, 0, BillingInterval{Months: 1}, "2026-02-01", 120_000},
		"calendar months": {ProrationCalendarMonth, 0, BillingInterval{Months: 1}, "2026-02-01", 120_000},
		"calendar years":  {ProrationCalendarYear, 0, BillingInterval{Months: 12}, "2027-01-01", 10_000},
	} {
		p := Proration{Mode: ProrationDate, Unit: c.unit, DayCount: c.days, ChangedUnit: ChangedUnitUnused, Rounding: toTheCent}
		change := SubscriptionChange{
			CycleStartUS: instantUS(t, "2026-01-01"), CycleEndUS: instantUS(t, c.cycleEnd), ChangeUS: instantUS(t, "2026-01-01"),
			Old: SubscriptionPrice{c.most, c.interval}, New: SubscriptionPrice{1, c.interval},
		}
		if _, err := p.Change(change); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		change.Old.AmountMinor++
		if _, err := p.Change(change); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "more than 10000 years") {
			t.Errorf("%s and one more: %v", name, err)
		}
	}
}

func TestProration_RefusesWhatSaysTooLittle(t *testing.T) {
	good := Proration{Mode: ProrationCharge, Unit: ProrationDay, DayCount: ActualActual, ChangedUnit: ChangedUnitUsed, Rounding: toTheCent}
	change := SubscriptionChange{
		CycleStartUS: instantUS(t, "2026-09-01"), CycleEndUS: instantUS(t, "2026-10-01"), ChangeUS: instantUS(t, "2026-09-15"), Old: monthlyPrice(30_00), New: monthlyPrice(60_00),
	}
	if _, err := good.Change(change); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, field string
		spoil       func(p *Proration, c *SubscriptionChange)
	}{
		{"no mode", "mode", func(p *Proration, _ *SubscriptionChange) { p.Mode = 0 }},
		{"another mode", "mode", func(p *Proration, _ *SubscriptionChange) { p.Mode = ProrationFullPrice + 1 }},
		{"no unit", "unit", func(p *Proration, _ *SubscriptionChange) { p.Unit = 0 }},
		{"another unit", "unit", func(p *Proration, _ *SubscriptionChange) { p.Unit = ProrationCalendarYear + 1 }},
		{"days without a day count", "day count", func(p *Proration, _ *SubscriptionChange) { p.DayCount = 0 }},
		{"another day count", "day count", func(p *Proration, _ *SubscriptionChange) { p.DayCount = Thirty360 + 1 }},
		{"months with a day count", "day count", func(p *Proration, _ *SubscriptionChange) { p.Unit = ProrationMonth }},
		{"seconds of 30/360", "day count", func(p *Proration, _ *SubscriptionChange) { p.Unit, p.DayCount = ProrationSecond, Thirty360 }},
		{"no side", "changed unit", func(p *Proration, _ *SubscriptionChange) { p.ChangedUnit = 0 }},
		{"another side", "changed unit", func(p *Proration, _ *SubscriptionChange) { p.ChangedUnit = 3 }},
		{"no step", "rounding", func(p *Proration, _ *SubscriptionChange) { p.Rounding.StepMinor = 0 }},
		{"another rounding", "rounding", func(p *Proration, _ *SubscriptionChange) { p.Rounding.Mode = Up + 1 }},
		{"another rounding of time", "rounding", func(p *Proration, _ *SubscriptionChange) { p.Extension = Up + 1 }},
		{"a cycle of no length", "cycle", func(_ *Proration, c *SubscriptionChange) { c.CycleEndUS = c.CycleStartUS }},
		{"a cycle of no year", "cycle", func(_ *Proration, c *SubscriptionChange) { c.CycleStartUS = math.MinInt64 }},
		{"a cycle without end", "cycle", func(_ *Proration, c *SubscriptionChange) { c.CycleEndUS = math.MaxInt64 }},
		{"a cycle within a day", "cycle", func(_ *Proration, c *SubscriptionChange) {
			c.CycleEndUS, c.ChangeUS = c.CycleStartUS+3_600_000_000, c.CycleStartUS
		}},
		{"a change before", "change", func(_ *Proration, c *SubscriptionChange) { c.ChangeUS = c.CycleStartUS - 1 }},
		{"a change at the end", "change", func(_ *Proration, c *SubscriptionChange) { c.ChangeUS = c.CycleEndUS }},
		{"an old price below zero", "old price", func(_ *Proration, c *SubscriptionChange) { c.Old.AmountMinor = -1 }},
		{"a new price below zero", "new price", func(_ *Proration, c *SubscriptionChange) { c.New.AmountMinor = -1 }},
		{"no interval", "old price", func(_ *Proration, c *SubscriptionChange) { c.Old.Interval = BillingInterval{} }},
		{"two intervals", "new price", func(_ *Proration, c *SubscriptionChange) { c.New.Interval.Days = 1 }},
		{"an interval below zero", "new price", func(_ *Proration, c *SubscriptionChange) { c.New.Interval.Months = -1 }},
		{"a long interval", "new price", func(_ *Proration, c *SubscriptionChange) { c.New.Interval.Months = 1201 }},
		{"an interval of many days", "old price", func(_ *Proration, c *SubscriptionChange) { c.Old.Interval = BillingInterval{Days: 36526} }},
		{"time for nothing", "new price", func(p *Proration, c *SubscriptionChange) { p.Mode, c.New.AmountMinor = ProrationDate, 0 }},
		{"time for next to nothing", "new price", func(p *Proration, c *SubscriptionChange) {
			p.Mode, c.Old.AmountMinor, c.New.AmountMinor = ProrationDate, math.MaxInt64, 1
		}},
		{"a cycle for nobody", "new price", func(p *Proration, c *SubscriptionChange) { p.Mode, c.New = ProrationRestart, SubscriptionPrice{} }},
		{"months of a price by days", "unit", func(p *Proration, c *SubscriptionChange) {
			p.Unit, p.DayCount, c.New.Interval = ProrationMonth, 0, BillingInterval{Days: 1}
		}},
		{"days of a price by months", "unit", func(p *Proration, c *SubscriptionChange) {
			p.Unit, p.DayCount, c.Old.Interval = ProrationCalendarMonth, 0, BillingInterval{Days: 1}
		}},
		{"time by months at a price by days", "unit", func(p *Proration, c *SubscriptionChange) {
			p.Mode, p.Unit, p.DayCount, c.New.Interval = ProrationDate, ProrationMonth, 0, BillingInterval{Days: 7}
		}},
	} {
		p, bad := good, change
		c.spoil(&p, &bad)
		got, err := p.Change(bad)
		var of *ProrationError
		if !errors.Is(err, ErrInput) || !errors.As(err, &of) || of.Field != c.field || of.Problem == "" || got != (ProratedChange{}) {
			t.Errorf("%s: got %+v, %v; want an error of the %s", c.name, got, err, c.field)
		}
	}
	for _, longest := range []BillingInterval{{Months: intervalMonthsMax}, {Days: intervalDaysMax}} {
		long := change
		long.New.Interval = longest
		if _, err := good.Change(long); err != nil {
			t.Errorf("the longest interval %+v: %v", longest, err)
		}
	}
	for _, mode := range []ProrationMode{ProrationDate, ProrationFullPrice} {
		p, free := good, change
		p.Mode, free.New.AmountMinor = mode, 0
		if _, err := p.Change(free); err == nil || !strings.Contains(err.Error(), "it is zero") {
			t.Errorf("mode %d, a price of zero: got %v; want it to be named", mode, err)
		}
	}
	for name, prices := range map[string][2]int64{"credit": {math.MaxInt64, 1}, "charge": {1, math.MaxInt64}} {
		p, large := good, change
		p.Rounding, large.ChangeUS, p.ChangedUnit = Rounding{Up, 10}, change.CycleStartUS, ChangedUnitUnused
		large.Old.AmountMinor, large.New.AmountMinor = prices[0], prices[1]
		if got, err := p.Change(large); !errors.Is(err, ErrOverflow) {
			t.Errorf("%s: got %+v, %v; want ErrOverflow", name, got, err)
		}
	}
	p, large := good, change
	p.Mode, large.Old.AmountMinor, large.New.AmountMinor = ProrationFullPrice, math.MaxInt64, math.MaxInt64
	if got, err := p.Change(large); !errors.Is(err, ErrOverflow) {
		t.Errorf("full price and time: got %+v, %v; want ErrOverflow", got, err)
	}
}

// The greatest that is taken, and what is one more.
func TestProration_Bounds(t *testing.T) {
	const firstUS, endUS = -62_135_596_800_000_000, 253_402_300_800_000_000 // the years 1 to 9999
	good := Proration{Mode: ProrationCharge, Unit: ProrationSecond, Rounding: toTheCent}
	for name, c := range map[string]SubscriptionChange{
		"all time":               {CycleStartUS: firstUS, CycleEndUS: endUS, Old: SubscriptionPrice{1, BillingInterval{Months: 1_200}}, New: pricePerDays(1, 36_525)},
		"the first microseconds": {CycleStartUS: firstUS, CycleEndUS: firstUS + 1_000_000, ChangeUS: firstUS, Old: pricePerDays(1, 36_525), New: pricePerDays(1, 1)},
	} {
		if got, err := good.Change(c); err != nil || got.UnusedPart.Num <= 0 {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
		early, late := c, c
		early.CycleStartUS--
		late.CycleEndUS = endUS + 1
		for _, bad := range []SubscriptionChange{early, late} {
			if got, err := good.Change(bad); !errors.Is(err, ErrInput) {
				t.Errorf("%s, outside: got %+v, %v; want ErrInput", name, got, err)
			}
		}
	}

	// Ten years for 3 cents: 30 dollars buy 10,000 years, and three cents more some more.
	years := good
	years.Mode, years.Unit, years.ChangedUnit, years.Extension = ProrationDate, ProrationCalendarYear, ChangedUnitUnused, Down
	change := SubscriptionChange{
		CycleStartUS: instantUS(t, "2026-09-01"), CycleEndUS: instantUS(t, "2027-09-01"), ChangeUS: instantUS(t, "2026-09-16"),
		Old: yearlyPrice(30_00), New: SubscriptionPrice{3, BillingInterval{Months: 120}},
	}
	if got, err := years.Change(change); err != nil || got.ExtensionUnits != 10_000 {
		t.Errorf("10,000 years: got %+v, %v", got, err)
	}
	change.Old.AmountMinor += 3
	if got, err := years.Change(change); !errors.Is(err, ErrInput) {
		t.Errorf("more than 10,000 years: got %+v, %v; want ErrInput", got, err)
	}
}

// A cancellation credits what is left, or nothing before the cycle ends.
func TestProration_Cancellation(t *testing.T) {
	p := Proration{Unit: ProrationDay, DayCount: ActualActual, ChangedUnit: ChangedUnitUnused, Rounding: toTheCent}
	cancellation := SubscriptionChange{
		CycleStartUS: instantUS(t, "2026-09-01"), CycleEndUS: instantUS(t, "2026-10-01"), ChangeUS: instantUS(t, "2026-09-16"), Old: monthlyPrice(30_00),
	}
	for mode, net := range map[ProrationMode]int64{ProrationCharge: -15_00, ProrationNone: 0, ProrationDeferred: 0} {
		p.Mode = mode
		got, err := p.Change(cancellation)
		if err != nil || got.NetMinor != net || got.CreditMinor != net || got.NextChargeMinor != 0 {
			t.Errorf("mode %d: got %+v, %v; want %d", mode, got, err, net)
		}
	}
	for _, mode := range []ProrationMode{ProrationDate, ProrationRestart, ProrationFullPrice} {
		p.Mode = mode
		if got, err := p.Change(cancellation); !errors.Is(err, ErrInput) {
			t.Errorf("mode %d: got %+v, %v; want ErrInput", mode, got, err)
		}
	}
	// A cycle of a day, as short as an interval can be.
	p.Mode, cancellation.New = ProrationRestart, pricePerDays(1_00, 1)
	if got, err := p.Change(cancellation); err != nil || got.NextBillingUS != instantUS(t, "2026-09-17") || got.NetMinor != -14_00 {
		t.Errorf("restart by the day: got %+v, %v", got, err)
	}
}
