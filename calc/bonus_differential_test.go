package calc

import (
	"errors"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// stairstep gives the brackets of a plan by group volume.
func (p *Plan) stairstep(points, percents []int64) *Brackets {
	t := BracketTable{}
	for i := range points {
		t.From = append(t.From, points[i]*VolumeScale)
		t.Rates = append(t.Rates, percent(percents[i]))
	}
	return &Brackets{By: must(NewNumber(p.Facts, "gv", p.fact(factGV))), Tables: []BracketTable{t}}
}

// Case stairstep-amway-india-brochure: the bracket is chosen by PV, the rate is paid on BV, of which a point of PV has 60.
func TestDifferential_AmwayIndiaBrochure(t *testing.T) {
	amway := func() *Plan {
		p := givenRanks()
		p.paysBonus(Bonus{Name: "stairstep", Differential: &Differential{
			Base: BaseCV, OwnSales: true, LessSeller: true,
			Brackets: p.stairstep([]int64{300, 1000, 2000, 4000, 10_000}, []int64{6, 9, 12, 15, 21}),
		}})
		return p.paysBonus(Bonus{Name: "retail", Direct: &Direct{Base: BaseCV, Rates: EverybodyAt(p, percent(20))}})
	}
	sell := func(bv map[string]int64) *people {
		c := peopleOf(t, amway())
		c.join("X", "", 0)
		for _, name := range slices.Sorted(maps.Keys(bv)) {
			if name != "X" {
				c.join(name, "X", 0)
			}
			c.sells(name, bv[name]/60, bv[name])
		}
		return c
	}
	third := sell(map[string]int64{"X": 60_000, "A": 120_000, "B": 120_000, "C": 60_000, "D": 240_000})
	third.wantEarned("stairstep", map[string]string{"X": "55800.00", "A": "14400.00", "B": "14400.00", "C": "5400.00", "D": "36000.00"})
	third.wantEarned("retail", map[string]string{"X": "12000.00", "A": "24000.00", "B": "24000.00", "C": "12000.00", "D": "48000.00"})
	earlier := sell(map[string]int64{"X": 18_000, "A": 18_000, "B": 18_000, "C": 18_000, "D": 18_000})
	earlier.wantEarned("stairstep", map[string]string{"X": "3780.00", "A": "1080.00", "B": "1080.00", "C": "1080.00", "D": "1080.00"})
	earlier.wantEarned("retail", map[string]string{"X": "3600.00", "A": "3600.00", "B": "3600.00", "C": "3600.00", "D": "3600.00"})
}

// Case unilevel-beinfinity-differential-passup: from level 2 downward, less the highest rate of anybody qualified strictly between.
func TestDifferential_BeInfinityPassUp(t *testing.T) {
	const unranked, ambassador, saphire = 0, 1, 2
	company := func() *people {
		p := givenRanks("ambassador", "saphire")
		c := peopleOf(t, p.paysBonus(Bonus{Name: "unilevel", When: p.tagged(tagQualified), Differential: &Differential{
			Base: BaseCV, FromLevel: 2, Rates: single(percent(4), percent(10), percent(12)),
		}}))
		c.join("User", "", saphire, tagQualified)
		c.join("User4", "User", unranked, tagQualified)
		c.join("User5", "User4", unranked, tagQualified)
		c.join("loses it", "User", saphire)
		c.join("User6", "loses it", ambassador, tagQualified)
		return c
	}
	month := company()
	month.sells("User5", 0, 1200)
	month.wantEarned("unilevel", map[string]string{"User": "96.00"})
	month.sells("User6", 0, 4800)
	month.wantEarned("unilevel", map[string]string{"User": "672.00"}) // and 576
	nearOnly := company()
	nearOnly.sells("User4", 0, 5000)
	nearOnly.wantEarned("unilevel", nil)
}

// Case matching-connect-breakaway, second part: the difference to the leader below, and nothing between equals.
func TestDifferential_ConnectBreakaway(t *testing.T) {
	for rank, you := range map[uint8]string{5: "500.00", 3: "0.00"} {
		p := givenRanks("c1", "c2", "c3", "c4", "c5")
		c := peopleOf(t, p.paysBonus(Bonus{Name: "breakaway", Differential: &Differential{
			Base: BaseCV, Rates: single(0, percent(5), percent(10), percent(15), percent(17), percent(20)),
		}}))
		c.join("You", "", rank)
		c.join("X", "You", 3)
		c.join("team", "X", 0)
		c.join("of the team", "team", 0)
		c.sells("team", 0, 4000)
		c.sells("of the team", 0, 6000)
		c.wantEarned("breakaway", map[string]string{"You": you, "X": "1500.00"})
	}
}

// Of those above who have the same rate the nearest gets the rate of equality, a difference comes first, and lower rates on the way
// do not matter.
func TestDifferential_EqualRateIsPaidOnce(t *testing.T) {
	p := givenRanks("low", "high", "highest")
	c := peopleOf(t, p.paysBonus(Bonus{Name: "stairstep", Differential: &Differential{
		Base: BaseCV, OwnSales: true, LessSeller: true, EqualRate: percent(1), Rates: single(0, percent(9), percent(21), percent(25)),
	}}))
	c.join("top", "", 3)
	c.join("third", "top", 2)
	c.join("second", "third", 2)
	c.join("lower", "second", 1)
	c.join("first", "lower", 2)
	c.join("seller", "first", 1)
	c.sells("seller", 0, 1000) // 9 %, then 12, then 1 for the second, then 4 for the top
	c.wantEarned("stairstep", map[string]string{"seller": "90.00", "first": "120.00", "second": "10.00", "top": "40.00"})
	c.sells("second", 0, 100) // 21 %, then 1 for the third, then 4
	c.wantEarned("stairstep", map[string]string{"seller": "90.00", "first": "120.00", "second": "31.00", "third": "1.00", "top": "44.00"})
}

// What a rate was paid on is done with at the next: whoever has a low rate is paid once, however many higher ones stand above.
func TestDifferential_EachIsPaidOnceUnderHigherRates(t *testing.T) {
	for _, lessSeller := range []bool{true, false} {
		p := givenRanks("low", "middle", "high")
		c := peopleOf(t, p.paysBonus(Bonus{Name: "override", Differential: &Differential{
			Base: BaseCV, LessSeller: lessSeller, Rates: single(0, percent(9), percent(21), percent(25)),
		}}))
		c.join("high", "", 3)
		c.join("middle", "high", 2)
		c.join("low", "middle", 1)
		c.join("seller", "low", 0)
		c.sells("seller", 0, 1000)
		c.wantEarned("override", map[string]string{"low": "90.00", "middle": "120.00", "high": "40.00"})
		c.sells("middle", 0, 100) // with the seller's own 21 % taken off, or not
		above := map[bool]string{true: "44.00", false: "65.00"}[lessSeller]
		c.wantEarned("override", map[string]string{"low": "90.00", "middle": "120.00", "high": above})
	}
}

// Whoever breaks away is paid on the leg, and nobody above is, whatever their rates; whoever breaks away need not be paid.
func TestDifferential_BreakawayEndsTheLeg(t *testing.T) {
	p := givenRanks("low", "high")
	c := peopleOf(t, p.paysBonus(Bonus{Name: "stairstep", When: p.tagged(tagQualified), Differential: &Differential{
		Base: BaseCV, OwnSales: true, LessSeller: true, Breakaway: p.tagged(tagBreaksAway), Rates: single(0, percent(10), percent(30)),
	}}))
	c.join("top", "", 2, tagQualified)
	c.join("leader", "top", 1, tagQualified, tagBreaksAway)
	c.join("below", "leader", 0, tagQualified)
	c.join("unpaid", "top", 2, tagBreaksAway)
	c.join("lost", "unpaid", 1, tagQualified)
	c.join("other", "top", 0, tagQualified)
	for _, name := range []string{"top", "leader", "below", "unpaid", "lost", "other"} {
		c.sells(name, 0, 100)
	}
	c.wantEarned("stairstep", map[string]string{"top": "60.00", "leader": "20.00", "lost": "10.00"})
}

// An energy company pays so much for each contract, and those above the difference to what is paid below.
func TestDifferential_AmountsForEachSale(t *testing.T) {
	p := givenRanks("agent", "manager")
	rates := single(0, 3000, 5000)
	rates.Amounts = true
	c := peopleOf(t, p.paysBonus(Bonus{Name: "override", Differential: &Differential{Base: BaseCV, OwnSales: true, LessSeller: true, Rates: rates}}))
	c.join("manager", "", 2)
	c.join("agent", "manager", 1)
	c.sells("agent", 0, 77)
	c.sells("agent", 0, 1)
	c.sells("manager", 0, 12)
	c.wantEarned("override", map[string]string{"agent": "60.00", "manager": "90.00"})
}

// The lines of one earner tell what stood between, by part.
func TestDifferential_PartsSayWhatStoodBetween(t *testing.T) {
	p := givenRanks("low", "middle", "high")
	c := peopleOf(t, p.paysBonus(Bonus{Name: "differential", Differential: &Differential{
		Base: BaseCV, OwnSales: true, LessSeller: true, EqualRate: percent(1), Rates: single(0, percent(5), percent(8), percent(12)),
	}}))
	c.join("earner", "", 3)
	for rank, volume := range []int64{100, 200, 300, 400} {
		name := string(rune('a' + rank))
		c.join(name, "earner", uint8(rank))
		c.sells(name, 0, volume)
	}
	c.sells("earner", 0, 50)
	out, err := Compute(c.in)
	if err != nil {
		t.Fatal(err)
	}
	got := groupLines(out.Lines)[:5]
	line := func(part int, points, rate, amount int64) modelGroupLine {
		return modelGroupLine{modelKey{part: part}, points * VolumeScale, percent(rate), amount}
	}
	want := []modelGroupLine{line(0, 50, 12, 600), line(1, 100, 12, 1200), line(2, 200, 7, 1400), line(3, 300, 4, 1200), line(4, 400, 1, 400)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// On each sale the rates of those above share out the highest of them, whatever the tree: nothing is paid twice, and nothing lost.
func TestDifferential_RatesBetweenAreSharedOut(t *testing.T) {
	for seed := range uint64(500) {
		random := rand.New(rand.NewPCG(seed, 3))
		in := drawn(random, 1+random.IntN(40))
		p := in.Plan
		p.VariantOfMarket, p.PointValues, p.Rounding = nil, nil, Rounding{HalfUp, 1}
		p.PointValue = Fraction{100, 1} // every amount is whole
		b := drawnBonus(random, p)
		b.Variants = nil
		rates := drawnRates(random, p, 1)
		for _, row := range rates.Rows {
			row[0] = row[0] / percent(1) * percent(1)
		}
		b.Differential = &Differential{Base: BasePV, Rates: rates, OwnSales: true, LessSeller: true}
		p.paysBonus(b)
		out, err := Compute(in)
		if err != nil {
			t.Fatal(err)
		}
		paid := int64(0)
		for _, amount := range out.Lines.AmountMinor {
			paid += amount
		}
		m := newModelGroups(in)
		want := int64(0)
		for sale, seller := range in.Volumes.Seller {
			highest := int64(0)
			for at := int(seller); at >= 0; at = m.parent(at, false) {
				highest = max(highest, m.differentialRate(at))
			}
			want += in.Volumes.PV[sale] / 10_000 * (highest / percent(1)) * 10_000
		}
		if paid != want {
			t.Fatalf("seed %d: %d is paid, and the highest rates come to %d: %s", seed, paid, want, printed(out.Lines))
		}
	}
}

func TestDifferential_RefusesWhatItCannotCompute(t *testing.T) {
	p := givenRanks("one")
	brackets := func(change func(*Brackets)) *Brackets {
		b := p.stairstep([]int64{0, 100}, []int64{1, 2})
		change(b)
		return b
	}
	rates := single(percent(1), percent(2))
	amounts := rates
	amounts.Amounts = true
	for _, c := range []struct {
		says  string
		pays  Pays
		rule  Differential
		width int32
	}{
		{says: "so many levels", pays: PaysEvent, rule: Differential{Rates: rates}},
		{says: "so many levels", pays: PaysEvent, rule: Differential{Rates: rates, ToLevel: eventLevelsMax + 1}},
		{says: "", pays: PaysEvent, rule: Differential{Rates: rates, ToLevel: eventLevelsMax}},
		{says: "", pays: PaysEvent, rule: Differential{Rates: rates, ToLevel: 1}},
		{says: "known before", pays: PaysEvent, rule: Differential{Brackets: brackets(func(*Brackets) {}), ToLevel: 3}},
		{says: "known before", pays: PaysEvent, rule: Differential{Rates: rates, ToLevel: 3, EqualRate: 1}},
		{says: "at the event", rule: Differential{Rates: rates, ToLevel: 3}},
		{says: "at the event", rule: Differential{Rates: rates, Months: 3 * Month}},
		{says: "", pays: PaysEvent, rule: Differential{Rates: rates, ToLevel: 3, Months: 9 * Month}},
		{says: "no placement tree", rule: Differential{Rates: rates, Placement: true}},
		{says: "marginal", rule: Differential{Brackets: brackets(func(b *Brackets) { b.Marginal = true })}},
		{says: "do not go up", rule: Differential{Brackets: brackets(func(b *Brackets) { slices.Reverse(b.Tables[0].From) })}},
		{says: "below zero", rule: Differential{Brackets: brackets(func(b *Brackets) { b.Tables[0].Rates[0] = -1 })}},
		{says: "below zero", rule: Differential{Rates: single(percent(1), -1)}},
		{says: "below zero", rule: Differential{Rates: rates, EqualRate: -1}},
		{says: "beside amounts", rule: Differential{Rates: amounts, EqualRate: 1}},
		{says: "do not go together", rule: Differential{Rates: rates, EqualRate: 1, FromLevel: 2}},
		{says: "no levels", rule: Differential{Rates: byStanding([]int64{1, 2}, []int64{1, 2})}},
		{says: "standings", rule: Differential{Rates: single(1)}},
		{says: "", rule: Differential{Rates: rates, Placement: true, EqualRate: 1, FromLevel: 1}, width: 2},
		{says: "", rule: Differential{Brackets: brackets(func(*Brackets) {}), FromLevel: 3}},
	} {
		p.PlacementWidth = c.width
		err := c.rule.check(p, &Bonus{Pays: c.pays, Differential: &c.rule})
		if c.says == "" && err != nil || c.says != "" && (!errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%+v: got %v, want %q", c.rule, err, c.says)
		}
	}
}
