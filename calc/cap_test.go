package calc

import (
	"slices"
	"testing"
)

// Published: of 45,000 at most 40,000 are paid, and direct commissions are served first.
func TestCap_DirectIsProtected(t *testing.T) {
	for _, c := range []struct {
		name                     string
		direct, binary, override int64
		want                     []int64
	}{
		{"not above the limit", 18_000_00, 15_000_00, 2_500_00, []int64{18_000_00, 15_000_00, 2_500_00}},
		{"the others are scaled by 0.80", 20_000_00, 17_000_00, 8_000_00, []int64{20_000_00, 13_600_00, 6_400_00}},
		{"direct alone is the limit", 40_000_00, 17_000_00, 8_000_00, []int64{40_000_00, 0, 0}},
		{"direct alone is above, and all are scaled", 60_000_00, 17_000_00, 3_000_00, []int64{30_000_00, 8_500_00, 1_500_00}},
	} {
		p := newPayroll(3, manual("direct"), manual("binary"), manual("override"))
		p.pay("direct", 0, c.direct)
		p.pay("binary", 1, c.binary)
		p.pay("override", 2, c.override)
		p.sell(2, 100_000_00)
		p.cap(Cap{Name: "payout", Per: CapPerCompany, Protect: p.bonuses("direct"), Rate: RateScale * 40 / 100, Base: BasePrice})
		out := p.compute(t)
		if got := sumsByBonus(p.in, out); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v\n%s", c.name, got, c.want, described(p.in, out))
		}
	}
}

// Published: 480,000 with a cap of 42 % of 1,000,000 come to 420,000, a factor of 0.875.
func TestCap_CompanyIsScaledProRata(t *testing.T) {
	p := newPayroll(3, manual("pay"))
	p.pay("pay", 0, 479_000_00)
	p.pay("pay", 1, 1_000_00)
	p.in.Volumes = Volumes{Seller: []int32{2}, PV: []int64{0}, CV: []int64{1_000_000 * VolumeScale}, PriceMinor: []int64{0}}
	p.cap(Cap{Name: "payout", Per: CapPerCompany, Rate: RateScale * 42 / 100})
	wantLines(t, p.in, p.compute(t), `
		0 pay 47900000 × 1 × payout 42000000/48000000 = 41912500
		1 pay 100000 × 1 × payout 42000000/48000000 = 87500`)
}

// Published: an owner with 3,000 on each of two positions and a cap of 5,000 gets 2,500 on each.
func TestCap_PositionsOfAnOwnerAreScaledTogether(t *testing.T) {
	p := newPayroll(4, manual("pay"))
	p.in.Network.Owner = []int32{0, 1, 2, 1}
	p.pay("pay", 0, 4_000_00)
	p.pay("pay", 1, 3_000_00)
	p.pay("pay", 3, 3_000_00)
	p.cap(Cap{Name: "centre", Per: CapPerOwner, LimitMinor: p.limit(5_000_00)})
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{4_000_00, 2_500_00, 0, 2_500_00}) {
		t.Errorf("%v", got)
	}
}

// Published: per person first, then the company.
func TestCap_PersonFirstThenCompany(t *testing.T) {
	p := newPayroll(2, manual("pay"))
	p.pay("pay", 0, 800_00)
	p.pay("pay", 1, 300_00)
	p.cap(Cap{Name: "person", LimitMinor: p.limit(500_00)})
	p.cap(Cap{Name: "company", Per: CapPerCompany, LimitMinor: p.limit(400_00)})
	wantLines(t, p.in, p.compute(t), `
		0 pay 80000 × 1 × person 50000/80000 × company 40000/80000 = 25000
		1 pay 30000 × 1 × company 40000/80000 = 15000`)
}

// Published: 10, 5 and 3 % of 1,000, where all lines come to 2,500 and 2,000 may be paid: 80, 40 and 24.
func TestCap_ScalesEveryLineOfAUnilevelBonus(t *testing.T) {
	unilevel := &Unilevel{Base: BasePrice}
	p := newPayroll(5, Bonus{Name: "levels", Cadence: Monthly, Unilevel: unilevel}, manual("rest"))
	unilevel.Rates = EverybodyAt(p.in.Plan, RateScale/10, RateScale/20, RateScale*3/100)
	p.in.Network.Sponsor = []int32{-1, 0, 1, 2, -1}
	p.sell(3, 1_000_00)
	p.sell(4, 9_000_00)
	p.pay("rest", 4, 2_320_00)
	p.cap(Cap{Name: "pool", Per: CapPerCompany, Rate: RateScale / 5, Base: BasePrice})
	wantLines(t, p.in, p.compute(t), `
		0 levels 3.0 100000 × 0.03 × pool 200000/250000 = 2400
		1 levels 2.0 100000 × 0.05 × pool 200000/250000 = 4000
		2 levels 1.0 100000 × 0.1 × pool 200000/250000 = 8000
		4 rest 232000 × 1 × pool 200000/250000 = 185600`)
}

// Published: 750 of 620,000 where 600,000 are there. The share is not rounded, so it comes to 725.81 and not to 720; where the sum is below
// the limit it stays 750.
func TestCap_ShareIsNotRounded(t *testing.T) {
	for revenue, want := range map[int64]int64{1_000_000_00: 725_81, 1_200_000_00: 750_00} {
		p := newPayroll(3, directOf("share", RateScale/20), manual("rest"))
		p.sell(0, 15_000_00)
		p.sell(1, revenue-15_000_00)
		p.in.Plan.Bonuses[0].Markets = nil
		rest := 620_000_00 - (revenue-15_000_00)/20 - 750_00
		p.pay("rest", 2, rest)
		p.cap(Cap{Name: "available", Per: CapPerCompany, Rate: RateScale * 60 / 100, Base: BasePrice})
		out := p.compute(t)
		if got := sumsByRow(p.in, out)[0]; got != want {
			t.Errorf("of %d: %d, want %d\n%s", revenue, got, want, described(p.in, out))
		}
		if sum := total(sumsByRow(p.in, out)); sum != min(620_000_00, revenue*60/100) {
			t.Errorf("of %d: %d are paid together", revenue, sum)
		}
	}
}

// Published: 10 % of the weak legs 8,000, 10,000 and 15,000, where all binary lines come to 20,000 and 17 % of 100,000 may be paid: 680,
// 850 and 1,275.
func TestCap_ScalesBinaryLines(t *testing.T) {
	p := newPayroll(4, manual("binary"))
	for row, amount := range []int64{800_00, 1_000_00, 1_500_00, 16_700_00} {
		p.pay("binary", row, amount)
	}
	p.sell(3, 100_000_00)
	p.cap(Cap{Name: "binary_pool", Per: CapPerCompany, Rate: RateScale * 17 / 100, Base: BasePrice})
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got[:3], []int64{680_00, 850_00, 1_275_00}) {
		t.Errorf("%v", got)
	}
}

// Published: a budget of 95 % of what the binary bonus comes to leaves 171 of 180.
func TestCap_PaycutOfFivePercent(t *testing.T) {
	p := newPayroll(2, manual("binary"))
	p.pay("binary", 0, 180_00)
	p.pay("binary", 1, 9_820_00)
	p.cap(Cap{Name: "paycut", Per: CapPerCompany, LimitMinor: p.limit(9_500_00)})
	if got := sumsByRow(p.in, p.compute(t)); got[0] != 171_00 {
		t.Errorf("%v", got)
	}
}

// Thirds of a unit: who gets the units that are left.
func TestCap_RemainderGoesWhereTheRuleSays(t *testing.T) {
	for _, c := range []struct {
		remainder Remainder
		amounts   []int64
		limit     int64
		want      []int64
	}{
		{RemainderLargest, []int64{1, 1, 1}, 2, []int64{1, 1, 0}},
		{RemainderLargest, []int64{10, 20, 30}, 50, []int64{8, 17, 25}},
		{RemainderFirst, []int64{10, 10, 10}, 10, []int64{4, 3, 3}},
		{RemainderFirst, []int64{10, 10, 10}, 20, []int64{7, 7, 6}},
		{RemainderLargest, []int64{10, 10, 10}, 20, []int64{7, 7, 6}},
		{RemainderLargest, []int64{100, 100, 101}, 100, []int64{33, 33, 34}},
		{RemainderCompany, []int64{100, 100, 101}, 100, []int64{33, 33, 33}},
		// 1.5 each: all would round up to 2, and every other one gives a unit back.
		{RemainderLargest, []int64{3, 3, 3, 3}, 6, []int64{2, 2, 1, 1}},
		{RemainderFirst, []int64{3, 3, 3, 3}, 6, []int64{2, 2, 1, 1}},
		{RemainderCompany, []int64{3, 3, 3, 3}, 6, []int64{1, 1, 1, 1}},
		// 1 exactly, 1.33, 1.33 and 0.33: a unit is left, and the first gets it although rounding has taken nothing from it.
		{RemainderFirst, []int64{3, 4, 4, 1}, 4, []int64{2, 1, 1, 0}},
		{RemainderLargest, []int64{3, 4, 4, 1}, 4, []int64{1, 2, 1, 0}},
	} {
		p := newPayroll(len(c.amounts), manual("pay"))
		for row, amount := range c.amounts {
			p.pay("pay", row, amount)
		}
		p.cap(Cap{Name: "limit", Per: CapPerCompany, LimitMinor: p.limit(c.limit), Remainder: c.remainder})
		out := p.compute(t)
		if got := sumsByRow(p.in, out); !slices.Equal(got, c.want) {
			t.Errorf("%v of %v, rule %d: %v, want %v\n%s", c.limit, c.amounts, c.remainder, got, c.want, described(p.in, out))
		}
	}
}

func TestCap_PriorityServesHighRanksFirst(t *testing.T) {
	p := newPayroll(5, manual("pay"))
	p.rank(1, 2, 3)
	for row, price := range []int64{3, 2, 2, 1, 0} {
		if price > 0 {
			p.sell(row, price*100)
		}
		p.pay("pay", row, 100)
	}
	p.cap(Cap{Name: "limit", Per: CapPerCompany, Mode: CapPriority, LimitMinor: p.limit(250)})
	wantLines(t, p.in, p.compute(t), `
		0 pay 100 × 1 = 100
		1 pay 100 × 1 × limit 150/200 = 75
		2 pay 100 × 1 × limit 150/200 = 75
		3 pay 100 × 1 × limit 0/1 = 0
		4 pay 100 × 1 × limit 0/1 = 0`)
}

func TestCap_HardStopServesLinesInOrder(t *testing.T) {
	p := newPayroll(3, manual("first"), manual("second"))
	for row := range 3 {
		p.pay("second", row, 100)
		p.pay("first", row, 100)
	}
	p.cap(Cap{Name: "limit", Per: CapPerCompany, Mode: CapHardStop, LimitMinor: p.limit(433)})
	wantLines(t, p.in, p.compute(t), `
		0 first 100 × 1 = 100
		0 second 100 × 1 = 100
		1 first 100 × 1 = 100
		1 second 100 × 1 × limit 33/100 = 33
		2 first 100 × 1 = 100
		2 second 100 × 1 × limit 0/1 = 0`)
}

// What is taken back makes room for others, and is never cut.
func TestCap_WhatIsTakenBackMakesRoom(t *testing.T) {
	for _, c := range []struct {
		mode CapMode
		want []int64
	}{
		{CapProRata, []int64{50, 50, -20}},
		{CapPriority, []int64{50, 50, -20}},
		{CapHardStop, []int64{100, 20, -40}},
	} {
		p := newPayroll(3, manual("pay"))
		for row, amount := range []int64{100, 100, -40} {
			p.pay("pay", row, amount)
		}
		p.cap(Cap{Name: "limit", Per: CapPerCompany, Mode: c.mode, LimitMinor: p.limit(80)})
		if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, c.want) {
			t.Errorf("mode %d: %v, want %v", c.mode, got, c.want)
		}
	}
	p := newPayroll(1, manual("pay"))
	p.pay("pay", 0, -100)
	p.cap(Cap{Name: "limit", LimitMinor: p.limit(0)})
	wantLines(t, p.in, p.compute(t), `0 pay -100 × 1 = -100`)
}

// What events have posted counts, and the cap takes its part of it back.
func TestCap_PostedLinesAreAdjusted(t *testing.T) {
	event := directOf("event", RateScale/10)
	event.Pays = PaysEvent
	p := newPayroll(2, event, manual("pay"))
	p.post("event", 0, 300)
	p.post("event", 0, 700)
	p.post("event", 1, 999)
	p.pay("pay", 0, 1000)
	p.cap(Cap{Name: "person", LimitMinor: p.limit(1500)})
	p.cap(Cap{Name: "company", Per: CapPerCompany, LimitMinor: p.limit(1666)})
	out := p.compute(t)
	wantLines(t, p.in, out, `
		0 event adjustment 1000 × 1 × person -500/2000 = -250
		0 event 0.1 adjustment 750 × 1 × company -833/2499 = -250
		0 pay 1000 × 1 × person 1500/2000 × company 1666/2499 = 500
		1 event 0.1 adjustment 999 × 1 × company -833/2499 = -333`)
}

// Where the company keeps what rounding leaves over, what is taken of posted lines is rounded up, and what is left of others down.
func TestCap_CompanyKeepsTheRemainderOfPostedLines(t *testing.T) {
	event := directOf("event", RateScale/10)
	event.Pays = PaysEvent
	p := newPayroll(3, event, manual("pay"))
	p.post("event", 0, 10)
	p.post("event", 1, 10)
	p.pay("pay", 2, 10)
	p.cap(Cap{Name: "company", Per: CapPerCompany, LimitMinor: p.limit(20), Remainder: RemainderCompany})
	wantLines(t, p.in, p.compute(t), `
		0 event adjustment 10 × 1 × company -10/30 = -4
		1 event adjustment 10 × 1 × company -10/30 = -4
		2 pay 10 × 1 × company 20/30 = 6`)
}

func TestCap_CountsWhatTheCalendarPeriodHasPaid(t *testing.T) {
	p := newPayroll(2, manual("pay"))
	p.cap(Cap{Name: "quarter", Within: Quarterly, LimitMinor: p.limit(250)})
	p.cap(Cap{Name: "life", Lifetime: true, Per: CapPerCompany, LimitMinor: p.limit(900)})
	var paid [][]int64
	for month := range 5 {
		p.in.Period = PeriodByNo(Monthly, nil, p.in.Period.No-p.in.Period.No%3+int64(month)) // begins with a quarter
		p.in.Adjustments = Adjustments{}
		p.pay("pay", 0, 100)
		p.pay("pay", 1, 130)
		out := p.compute(t)
		paid = append(paid, sumsByRow(p.in, out))
		p.in.Prior.State = out.State
		p.in.Period.No -= int64(month) // so that the next month is counted from the quarter's first
	}
	want := [][]int64{{100, 130}, {100, 120}, {50, 0}, {100, 130}, {77, 93}}
	for i := range want {
		if !slices.Equal(paid[i], want[i]) {
			t.Errorf("month %d pays %v, want %v", i+1, paid[i], want[i])
		}
	}
}

// Each person's limit is a part of the own group's volume, and those of a rank have limits of their own.
func TestCap_LimitsByGroupAndByRank(t *testing.T) {
	p := newPayroll(3, manual("pay"))
	p.in.Network.Sponsor = []int32{-1, 0, 1}
	p.sell(1, 1_000)
	p.sell(2, 2_000)
	for row := range 3 {
		p.pay("pay", row, 5_000)
	}
	p.cap(Cap{Name: "group", Rate: RateScale / 4, Base: BasePrice})
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{750, 750, 500}) {
		t.Errorf("by group: %v", got)
	}

	p.in.Plan.Caps = nil
	p.rank(15)
	p.cap(Cap{Name: "rank", LimitMinor: RateTable{Levels: 1, Amounts: true, Rows: [][]int64{{700}}, Candidates: [][]uint8{{0}, {}}}})
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{700, 700, 5000}) {
		t.Errorf("by rank: %v", got)
	}
}
