package calc

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// career lets one distributor hold ranks month by month, by what is sold, and gives what a rank bonus pays each month, as text: the
// award and the amount.
type career struct {
	*payroll
	months []string
}

// newCareer is one of a rank bonus; ranks are bronze, silver and gold.
func newCareer(r *RankBonus) *career {
	p := newPayroll(1, Bonus{Name: "ranks", Cadence: Monthly, RankBonus: r})
	p.rank(1, 2, 3)
	return &career{payroll: p}
}

// hold lets the months go by in each of which a rank is held, 0 for none.
func (c *career) hold(t testing.TB, ranks ...int64) *career {
	for _, rank := range ranks {
		c.in.Volumes = Volumes{}
		if rank > 0 {
			c.sell(0, rank*100)
		}
		out := c.compute(t)
		if int64(out.PaidAs[0]) != rank {
			t.Fatalf("paid as %d, not %d", out.PaidAs[0], rank)
		}
		var lines []string
		for i := range out.Lines.Len() {
			lines = append(lines, fmt.Sprintf("%d:%d", out.Lines.Part[i], out.Lines.AmountMinor[i]))
		}
		c.months = append(c.months, strings.Join(lines, " "))
		c.in.Prior = Prior{Achieved: out.Achieved, PaidAs: out.PaidAs, Active: out.Active, State: out.State}
		c.in.Period = PeriodByNo(Monthly, nil, c.in.Period.No+1)
	}
	return c
}

func (c *career) want(t *testing.T, months ...string) {
	t.Helper()
	if !slices.Equal(c.months, months) {
		t.Errorf("pays %q\nwant %q", c.months, months)
	}
}

// Published: paid once the rank has been held for three further consecutive months.
func TestRankBonus_PaidAfterThreeFurtherMonths(t *testing.T) {
	award := RankAward{Rank: 1, AmountMinor: []int64{500_00}, AfterPeriods: 3}
	newCareer(&RankBonus{Awards: []RankAward{award}}).hold(t, 1, 1, 1, 1, 1, 1).want(t, "", "", "", "0:50000", "", "")
	// The run begins anew when it is broken, and what has been paid is not paid again.
	newCareer(&RankBonus{Awards: []RankAward{award}}).hold(t, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1).
		want(t, "", "", "", "", "", "", "0:50000", "", "", "", "", "")
}

// Published: paid in three parts for months 3, 4 and 5 of holding; two ranks run beside each other.
func TestRankBonus_InstalmentsOfTwoRanksAtOnce(t *testing.T) {
	const part = RateScale / 4
	bonus := &RankBonus{Awards: []RankAward{
		{Rank: 1, AmountMinor: []int64{400_00}, AfterPeriods: 2, Instalments: []int64{2 * part, part, part}},
		{Rank: 2, AmountMinor: []int64{1_000_00}, AfterPeriods: 2, Instalments: []int64{2 * part, part, part}},
	}}
	newCareer(bonus).hold(t, 1, 2, 2, 2, 2, 2, 2).
		want(t, "", "", "0:20000", "0:10000 1:50000", "0:10000 1:25000", "1:25000", "")
	// The part of a month in which the rank is not held is lost.
	newCareer(bonus).hold(t, 1, 1, 1, 0, 1, 1).want(t, "", "", "0:20000", "", "0:10000", "")
}

// Published: 5 % of 10,000 is 500.
func TestRankBonus_RateOfTheGroup(t *testing.T) {
	p := newPayroll(3, Bonus{Name: "ranks", Cadence: Monthly, RankBonus: &RankBonus{Base: BasePrice, Awards: []RankAward{
		{Rank: 1, Rate: RateScale / 20},
	}}})
	p.rank(1_000)
	p.sell(0, 1_000_00)
	p.sell(1, 9_000_00)
	out := p.compute(t)
	wantLines(t, p.in, out, "0 ranks 1000000 × 0.05 = 50000\n1 ranks 900000 × 0.05 = 45000")
}

func TestRankBonus_OnceForEachRankAndThoseBetween(t *testing.T) {
	bonus := &RankBonus{Awards: []RankAward{{Rank: 1, AmountMinor: []int64{1}}, {Rank: 2, AmountMinor: []int64{2}}, {Rank: 3, AmountMinor: []int64{3}}}}
	newCareer(bonus).hold(t, 2, 2, 1, 3, 3).want(t, "0:1 1:2", "", "", "2:3", "")
}

// Ranks that the company came with are not paid again; the next one is.
func TestRankBonus_RanksFromBeforeAreNotPaid(t *testing.T) {
	c := newCareer(&RankBonus{Awards: []RankAward{
		{Rank: 1, AmountMinor: []int64{1}}, {Rank: 2, AmountMinor: []int64{2}, AfterPeriods: 1}, {Rank: 3, AmountMinor: []int64{3}},
	}})
	c.in.Prior.Achieved = []uint8{2}
	c.hold(t, 2, 2, 0, 2, 2, 3).want(t, "", "", "", "", "", "2:3")
}

// Whoever is not paid by the bonus when the rank is reached is paid later, when it holds.
func TestRankBonus_WaitsForItsCondition(t *testing.T) {
	c := newCareer(&RankBonus{Awards: []RankAward{{Rank: 1, AmountMinor: []int64{7}}}})
	c.in.Plan.Bonuses[0].When = c.in.Plan.condition(c.in.Plan.atLeast(FactKey{Fact: FactOwn, Volume: BasePrice}, 2))
	c.hold(t, 1, 1, 0, 2, 2).want(t, "", "", "", "0:7", "")
}

func TestRankBonus_WithinDaysOfEnrolment(t *testing.T) {
	award := RankAward{Rank: 1, AmountMinor: []int64{5}, WithinDays: 31}
	c := newCareer(&RankBonus{Awards: []RankAward{award}})
	c.in.Network.EnrolledAtUS[0] = c.in.Period.StartUS // October has 31 days
	c.hold(t, 1, 1).want(t, "0:5", "")

	c = newCareer(&RankBonus{Awards: []RankAward{award}})
	c.in.Network.EnrolledAtUS[0] = c.in.Period.StartUS - 1
	c.hold(t, 1, 1).want(t, "", "")

	// It counts when the rank is reached, not when it is paid.
	award.AfterPeriods = 2
	c = newCareer(&RankBonus{Awards: []RankAward{award}})
	c.in.Network.EnrolledAtUS[0] = c.in.Period.StartUS
	c.hold(t, 1, 1, 1).want(t, "", "", "0:5")
}

func TestRankBonus_WithinCalendarMonthsOfEnrolment(t *testing.T) {
	for _, test := range []struct {
		name         string
		enrolledAtUS func(c *career) int64
		months       int32
		want         string
	}{
		{"the month of enrolment is the first", func(c *career) int64 { return c.in.Period.EndUS - 1 }, 1, "0:5"},
		{"from the first moment of the month before", func(c *career) int64 { return c.in.Period.StartUS - 31*dayUS + dayUS }, 2, "0:5"},
		{"a month too late", func(c *career) int64 { return c.in.Period.StartUS - 1 }, 1, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCareer(&RankBonus{Awards: []RankAward{{Rank: 1, AmountMinor: []int64{5}, WithinMonths: test.months}}})
			c.in.Network.EnrolledAtUS[0] = test.enrolledAtUS(c)
			c.hold(t, 1, 1).want(t, test.want, "")
		})
	}
}

func TestRankBonus_WhileHeldPaysTheHighest(t *testing.T) {
	bonus := &RankBonus{WhileHeld: true, Awards: []RankAward{
		{Rank: 1, AmountMinor: []int64{10}}, {Rank: 3, AmountMinor: []int64{30}, AfterPeriods: 1},
	}}
	newCareer(bonus).hold(t, 1, 3, 3, 2, 0, 3, 3).want(t, "0:10", "0:10", "1:30", "0:10", "", "0:10", "1:30")
}

// A rate and an amount in one bonus: the amount is a line of pieces.
func TestRankBonus_AmountsBesideRates(t *testing.T) {
	p := newPayroll(1, Bonus{Name: "ranks", Cadence: Monthly, RankBonus: &RankBonus{Awards: []RankAward{
		{Rank: 1, AmountMinor: []int64{250}}, {Rank: 2, Rate: RateScale / 10},
	}}})
	p.rank(1, 2)
	p.sell(0, 200)
	p.in.Volumes.CV[0] = 50 * VolumeScale
	wantLines(t, p.in, p.compute(t), "0 ranks pieces 1 × 0.00000025 = 250\n0 ranks 0.1 500000 × 0.1 = 500")
}

// Several awards of one rank keep their own counters.
func TestRankBonus_TwoAwardsOfOneRank(t *testing.T) {
	bonus := &RankBonus{Awards: []RankAward{
		{Rank: 1, AmountMinor: []int64{10}}, {Rank: 1, AmountMinor: []int64{20}, AfterPeriods: 2}, {Rank: 1, AmountMinor: []int64{30}, AfterPeriods: 1},
	}}
	newCareer(bonus).hold(t, 1, 0, 1, 1, 1, 1).want(t, "0:10", "", "", "2:30", "1:20", "")
}

func TestRankBonus_AmountsByVariant(t *testing.T) {
	p := newPayroll(2, Bonus{Name: "ranks", Cadence: Monthly, RankBonus: &RankBonus{Awards: []RankAward{{Rank: 1, AmountMinor: []int64{100, 70}}}}})
	p.in.Plan.Names.Markets = []string{"IN"}
	p.in.Plan.PointValues, p.in.Plan.VariantOfMarket = []Fraction{{1, 100}, {1, 100}}, []uint8{0, 1}
	p.in.Network.Market = []uint16{0, 1}
	p.rank(1)
	p.sell(0, 100)
	p.sell(1, 100)
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{100, 70}) {
		t.Errorf("%v", got)
	}
	p.in.Plan.Bonuses[0].RankBonus.Awards[0].AmountMinor = []int64{90} // the same everywhere
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{90, 90}) {
		t.Errorf("%v", got)
	}
}

func TestRankBonus_RefusesWhatCannotBePaid(t *testing.T) {
	amount := []int64{1}
	for name, bonus := range map[string]RankBonus{
		"no award":             {},
		"no rank":              {Awards: []RankAward{{AmountMinor: amount}}},
		"a rank too high":      {Awards: []RankAward{{Rank: 4, AmountMinor: amount}}},
		"nothing":              {Awards: []RankAward{{Rank: 1}}},
		"both":                 {Awards: []RankAward{{Rank: 1, AmountMinor: amount, Rate: 1}}},
		"a rate of sales":      {Base: BaseCount, Awards: []RankAward{{Rank: 1, Rate: 1}}},
		"held in instalments":  {WhileHeld: true, Awards: []RankAward{{Rank: 1, AmountMinor: amount, Instalments: amount}}},
		"held in time":         {WhileHeld: true, Awards: []RankAward{{Rank: 1, AmountMinor: amount, WithinDays: 1}}},
		"held in a month":      {WhileHeld: true, Awards: []RankAward{{Rank: 1, AmountMinor: amount, WithinMonths: 1}}},
		"below zero":           {Awards: []RankAward{{Rank: 1, AmountMinor: []int64{-1}}}},
		"too few variants":     {Awards: []RankAward{{Rank: 1, AmountMinor: []int64{1, 2, 3}}}},
		"a run of less than 0": {Awards: []RankAward{{Rank: 1, AmountMinor: amount, AfterPeriods: -1}}},
	} {
		c := newCareer(&bonus)
		if _, err := Compute(c.in); !errors.Is(err, ErrPlan) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := newCareer(&RankBonus{Awards: []RankAward{{Rank: 1, AmountMinor: amount}}})
	c.in.Plan.Bonuses[0].Cadence = Weekly
	if _, err := Compute(c.in); !errors.Is(err, ErrPlan) {
		t.Errorf("once a week: %v", err)
	}
}

// What an award counts is kept under names that the next period finds it by: one that counts no periods keeps nothing, and the second award
// of a rank is numbered.
func TestRankBonus_KeepsWhatItCountsByName(t *testing.T) {
	award := func(after int32) RankAward { return RankAward{Rank: 1, AmountMinor: []int64{5}, AfterPeriods: after} }
	c := newCareer(&RankBonus{WhileHeld: true, Awards: []RankAward{award(1), award(0), award(2)}}).hold(t, 1)
	name := "rank_bonus:ranks:" + c.in.Plan.Ranks[0].Name
	if got := slices.Sorted(maps.Keys(c.in.Prior.State)); !slices.Equal(got, []string{name, name + ":3"}) {
		t.Errorf("%q", got)
	}
}

// modelAward says what an award pays in each month, from the whole history at once.
func modelAward(a *RankAward, achieved bool, held []bool) []int {
	paid := make([]int, len(held)) // number of the instalment, from 1
	if achieved {
		return paid
	}
	for first := 0; first+int(a.AfterPeriods) < len(held); first++ {
		run := 0
		for month := first; month < len(held) && held[month]; month++ {
			run++
		}
		if run <= int(a.AfterPeriods) {
			continue
		}
		for k := range a.parts() {
			if month := first + int(a.AfterPeriods) + k; month < len(held) && held[month] {
				paid[month] = k + 1
			}
		}
		break
	}
	return paid
}

func TestRankBonus_AgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := RankAward{AfterPeriods: int32(rapid.IntRange(0, 3).Draw(t, "after"))}
		for range rapid.IntRange(0, 4).Draw(t, "instalments") {
			a.Instalments = append(a.Instalments, 1)
		}
		achieved := rapid.IntRange(0, 4).Draw(t, "achieved") == 0
		reached := rapid.SliceOfN(rapid.Bool(), 1, 15).Draw(t, "reached")
		paid := rapid.SliceOfN(rapid.Bool(), len(reached), len(reached)).Draw(t, "paid")
		held := make([]bool, len(reached))
		var got []int
		counter, before := int64(0), achieved
		for month := range reached {
			held[month] = reached[month] && paid[month]
			var instalment int
			counter, instalment = a.next(counter, awardStanding{reached: reached[month], paid: paid[month], before: before, inTime: true})
			got = append(got, instalment+1)
			before = before || reached[month]
		}
		if want := modelAward(&a, achieved, held); !slices.Equal(got, want) {
			t.Errorf("pays %v, want %v", got, want)
		}
	})
}
