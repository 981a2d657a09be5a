package calc

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// Case stairstep-generations-leadership: the difference of whole legs, and 1 % a generation on legs at the same top rank.
func TestGeneration_LeadershipOnLegsOfTheTopRank(t *testing.T) {
	const new, r20, r24, r28, r36, r40 = 0, 1, 2, 3, 4, 5
	company := func() *people {
		p := givenRanks("r20", "r24", "r28", "r36", "r40")
		p.paysBonus(Bonus{Name: "differential", Differential: &Differential{
			Base: BasePV, OwnSales: true, LessSeller: true, Rates: single(0, percent(20), percent(24), percent(28), percent(36), percent(40)),
		}})
		return peopleOf(t, p.paysBonus(Bonus{Name: "leadership", Generation: &Generation{
			Base: BasePV, Leaders: p.condition(p.fact(FactKey{Fact: FactPaidAs, Rank: r40})), Rates: EverybodyAt(p, percent(1), percent(1)),
		}}))
	}
	first := company()
	first.join("A", "", r20)
	for name, pv := range map[string]int64{"B": 300, "C": 300, "D": 100} {
		first.join(name, "A", new)
		first.sells(name, pv, 0)
	}
	first.wantEarned("differential", map[string]string{"A": "140.00"})

	second := company()
	second.join("A", "", r28)
	second.join("B", "A", r24)
	second.join("C", "A", r24)
	second.sells("A", 50, 0)
	second.sells("B", 1500, 0)
	second.sells("C", 4000, 0)
	second.wantEarned("differential", map[string]string{"A": "234.00", "B": "360.00", "C": "960.00"})

	third := company()
	third.join("A", "", r40)
	third.join("B", "A", r40)
	third.join("B1", "B", r40)
	third.join("C", "A", r36)
	third.join("E", "A", r36)
	third.join("D", "A", new)
	for name, pv := range map[string]int64{"A": 200, "D": 300, "B": 50_000, "B1": 50_000, "C": 40_000, "E": 40_000} {
		third.sells(name, pv, 0)
	}
	third.wantEarned("differential", map[string]string{"A": "3400.00", "B": "20000.00", "B1": "20000.00", "C": "14400.00", "E": "14400.00"})
	third.wantEarned("leadership", map[string]string{"A": "1000.00", "B": "500.00"})
}

// Case stairstep-breakaway-two-phase: levels end at the leader who has broken away, and the next leader above gets the difference of
// override rates on that leader's group, at least 1 %.
func TestGeneration_BreakawayTwoPhase(t *testing.T) {
	const member, silver, gold, platinum, diamond = 1, 2, 3, 4, 5
	for patIs, patGets := range map[uint8]string{platinum: "4.00", gold: "2.00"} {
		p := givenRanks("member", "silver", "gold", "platinum", "diamond")
		p.Volumes = []Volume{{Name: "pool", Measure: MeasureCV, Share: percent(40), CustomerShare: RateScale}}
		isGold := p.condition(p.fact(FactKey{Fact: FactPaidAs, Rank: gold}))
		five, three := percent(5), percent(3)
		p.paysBonus(Bonus{Name: "levels", Unilevel: &Unilevel{
			Base: VolumeBuiltIn, Walk: Walk{StopAt: isGold},
			Rates: byStanding([]int64{0, 0, 0}, []int64{five, 0, 0}, []int64{five, five, three}, []int64{five, five, five}, []int64{five, five, five}, []int64{five, five, five}),
		}})
		c := peopleOf(t, p.paysBonus(Bonus{Name: "override", Generation: &Generation{
			Base: VolumeBuiltIn, Leaders: isGold, LessLeader: true, LeastRate: percent(1),
			Rates: single(0, 0, 0, percent(5), percent(7), percent(9)),
		}}))
		c.join("Dan", "", diamond)
		c.join("Pat", "Dan", patIs)
		c.join("Gina", "Pat", gold)
		c.join("Sam", "Gina", silver)
		c.join("Mike", "Sam", member)
		c.join("Carol", "Mike", 0)
		c.join("Beth", "Gina", 0)
		c.sells("Carol", 0, 300)
		c.sells("Beth", 0, 200)
		c.wantEarned("levels", map[string]string{"Mike": "6.00", "Sam": "6.00", "Gina": "10.00"})
		c.wantEarned("override", map[string]string{"Pat": patGets})
	}
}

// chain is a line of leaders a, b, c …, a at the top, in whose groups so many points are sold.
func chain(t *testing.T, g *Generation, points ...int64) *people {
	p := givenRanks()
	g.Leaders = p.tagged(tagLeader)
	g.Rates = EverybodyAt(p, g.Rates.Rows[0]...)
	p.Active = p.tagged(tagActive)
	c := peopleOf(t, p.paysBonus(Bonus{Name: "generation", Generation: g}))
	above := ""
	for i, sold := range points {
		name := string(rune('a' + i))
		c.join(name, above, 0, tagLeader, tagActive)
		member := "member of " + name
		c.join(member, name, 0, tagActive)
		if sold != 0 {
			c.sells(member, 0, sold)
		}
		above = member
	}
	return c
}

func generationsAt(percents ...int64) RateTable {
	var row []int64
	for _, p := range percents {
		row = append(row, percent(p))
	}
	return RateTable{Rows: [][]int64{row}}
}

func TestGeneration_OwnGroupIsWithoutOwnSales(t *testing.T) {
	c := chain(t, &Generation{Rates: generationsAt(5, 2), OwnGroupRate: percent(10)}, 100, 200, 300)
	c.sells("b", 0, 1000)
	c.wantEarned("generation", map[string]string{"a": "76.00", "b": "35.00", "c": "30.00"}) // a: 10 + 5 % of 1200 + 6
}

func TestGeneration_WhoIsPassedOverIsNoLeader(t *testing.T) {
	for _, c := range []struct {
		name            string
		inactive, empty bool
		want            map[string]string
	}{
		// b is not active, and nothing is sold in the group of c.
		{"both count", false, false, map[string]string{"a": "10.00", "c": "20.00"}}, // a: 5 % of b's 200; d is generation 3
		{"inactive", true, false, map[string]string{"a": "8.00", "c": "20.00"}},     // a: generation 1 is c's, 2 is d's
		{"empty", false, true, map[string]string{"a": "18.00"}},                     // a: 10, and 2 % of d's 400
		{"inactive and empty", true, true, map[string]string{"a": "20.00"}},         // a: generation 1 is d's
	} {
		t.Run(c.name, func(t *testing.T) {
			company := chain(t, &Generation{Rates: generationsAt(5, 2), InactivePassedOver: c.inactive, EmptyPassedOver: c.empty}, 100, 200, 0, 400)
			company.in.Network.Tags[company.rows["b"]] &^= 1 << (tagActive - 1)
			company.wantEarned("generation", c.want)
		})
	}
}

// The same person bounds generations for some and not for others.
func TestGeneration_SameRank(t *testing.T) {
	p := givenRanks("one", "two")
	c := peopleOf(t, p.paysBonus(Bonus{Name: "generation", Generation: &Generation{SameRank: true, Rates: EverybodyAt(p, percent(10), percent(5))}}))
	above := ""
	for i, rank := range []uint8{2, 1, 2, 1, 0} {
		name := string(rune('a' + i))
		c.join(name, above, rank)
		c.sells(name, 0, 100)
		above = name
	}
	c.wantEarned("generation", map[string]string{
		"a": "30.00", // c, d and e are the group of c, who has a's rank
		"b": "20.00", // 10 % of c alone, 5 % of d and e
		"d": "0.00",  // nobody below has d's rank
	})
}

func TestGeneration_GuaranteeIsTakenFromTheBottomUp(t *testing.T) {
	for _, c := range []struct {
		name   string
		points []int64
		want   map[string]string
	}{
		// b's group brings a 10, so b gives 20 of the 50 that c's group brings.
		{"there is enough", []int64{0, 200, 1000}, map[string]string{"a": "50.00", "b": "30.00"}},
		// d's group brings c 15 and b 6. d has nothing to give, c gives all, and b what it has with that.
		{"as far as it reaches", []int64{0, 0, 0, 300}, map[string]string{"a": "21.00"}},
		{"nothing is lacking", []int64{0, 600, 600}, map[string]string{"a": "42.00", "b": "30.00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			chain(t, &Generation{Rates: generationsAt(5, 2), GuaranteeMinor: 3000}, c.points...).wantEarned("generation", c.want)
		})
	}
}

func TestGeneration_GuaranteeIsSeenOnLines(t *testing.T) {
	c := chain(t, &Generation{Rates: generationsAt(5, 2), OwnGroupRate: percent(1), GuaranteeMinor: 3000}, 0, 100, 1000, 1000)
	out, err := Compute(c.in)
	if err != nil {
		t.Fatal(err)
	}
	// c brings b 50, and b brings a 5.
	want := []modelGroupLine{
		{modelKey{0, 1, 0, LineCommission}, 100 * VolumeScale, percent(5), 500},
		{modelKey{0, 1, 1, LineAdjustment}, 2500, RateScale, 2500},
		{modelKey{0, 2, 0, LineCommission}, 1000 * VolumeScale, percent(2), 2000},
		{modelKey{2, 0, 0, LineCommission}, 100 * VolumeScale, percent(1), 100},
		{modelKey{2, 0, 0, LineAdjustment}, 2500, -RateScale, -2500},
		{modelKey{2, 1, 0, LineCommission}, 1000 * VolumeScale, percent(5), 5000},
		{modelKey{2, 2, 0, LineCommission}, 1000 * VolumeScale, percent(2), 2000},
	}
	if got := groupLines(out.Lines)[:len(want)]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	checkLines(t, c.in, out)
}

// What a guarantee moves stays in the bonus: it pays what it pays without.
func TestGeneration_GuaranteeMovesMoneyOnly(t *testing.T) {
	moved := 0
	for seed := range uint64(1000) {
		in := drawnGeneration(rand.New(rand.NewPCG(seed, 5)), 20)
		g := in.Plan.Bonuses[0].Generation
		if g.GuaranteeMinor == 0 {
			continue
		}
		with := totalMinor(t, in)
		g.GuaranteeMinor = 0
		if without := totalMinor(t, in); with != without {
			t.Fatalf("seed %d: %d with the guarantee, %d without", seed, with, without)
		}
		moved++
	}
	if moved < 100 {
		t.Errorf("only %d companies with a guarantee were drawn", moved)
	}
}

func totalMinor(t *testing.T, in *Input) int64 {
	t.Helper()
	out, err := Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, amount := range out.Lines.AmountMinor {
		sum += amount
	}
	return sum
}

// What one leg brings may be out of range where all legs together are not.
func TestGeneration_GuaranteeOfALegOutOfRange(t *testing.T) {
	p := givenRanks()
	p.PointValue = Fraction{math.MaxInt64 / 500, VolumeScale}
	c := peopleOf(t, p.paysBonus(Bonus{Name: "generation", Generation: &Generation{
		Leaders: p.tagged(tagLeader), Rates: EverybodyAt(p, RateScale), GuaranteeMinor: 1,
	}}))
	c.join("top", "", 0, tagLeader)
	c.join("up", "top", 0, tagLeader)
	c.join("below", "up", 0, tagLeader)
	c.join("down", "top", 0, tagLeader)
	c.sells("up", 0, 1000)
	c.sells("below", 0, 1)
	c.sells("down", 0, -999)
	if _, err := Compute(c.in); !errors.Is(err, ErrOverflow) {
		t.Errorf("got %v", err)
	}
}

// As many different rates as a table can have are told apart.
func TestGeneration_LessLeaderOfManyRates(t *testing.T) {
	names := make([]string, noRow-1)
	rates := make([]int64, len(names)+1)
	for i := range rates {
		rates[i] = int64(i+1) * RateScale / 1000
	}
	for i := range names {
		names[i] = fmt.Sprintf("rank%d", i+1)
	}
	p := givenRanks(names...)
	c := peopleOf(t, p.paysBonus(Bonus{Name: "generation", Generation: &Generation{
		Leaders: p.tagged(tagLeader), LessLeader: true, LeastRate: percent(1), Rates: single(rates...),
	}}))
	highest := uint8(len(names))
	c.join("top", "", highest, tagLeader)
	c.join("equal", "top", highest, tagLeader)
	c.join("next", "top", highest-1, tagLeader)
	c.join("lowest", "top", 0, tagLeader)
	for _, name := range []string{"equal", "next", "lowest"} {
		c.sells(name, 0, 1000)
	}
	out, err := Compute(c.in)
	if err != nil {
		t.Fatal(err)
	}
	line := func(part int, rate, amount int64) modelGroupLine {
		return modelGroupLine{modelKey{level: 1, part: part}, 1000 * VolumeScale, rate, amount}
	}
	want := []modelGroupLine{line(1, 254*RateScale/1000, 25_400), line(254, percent(1), 1000), line(255, percent(1), 1000)}
	if got := groupLines(out.Lines); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestGeneration_RefusesWhatItCannotCompute(t *testing.T) {
	p := givenRanks("one")
	leaders, rates := p.tagged(tagLeader), EverybodyAt(p, percent(1), percent(2))
	amounts := rates
	amounts.Amounts = true
	for _, c := range []struct {
		says string
		pays Pays
		rule Generation
	}{
		{says: "at the close", pays: PaysEvent, rule: Generation{Rates: rates, Leaders: leaders}},
		{says: "no placement tree", rule: Generation{Rates: rates, Leaders: leaders, Placement: true}},
		{says: "one of both", rule: Generation{Rates: rates}},
		{says: "one of both", rule: Generation{Rates: rates, Leaders: leaders, SameRank: true}},
		{says: "below zero", rule: Generation{Rates: rates, Leaders: leaders, OwnGroupRate: -1}},
		{says: "below zero", rule: Generation{Rates: rates, Leaders: leaders, LessLeader: true, LeastRate: -1}},
		{says: "below zero", rule: Generation{Rates: rates, Leaders: leaders, GuaranteeMinor: -5}},
		{says: "below zero", rule: Generation{Rates: EverybodyAt(p, percent(1), -1), Leaders: leaders}},
		{says: "beside amounts", rule: Generation{Rates: amounts, Leaders: leaders, OwnGroupRate: 1}},
		{says: "beside amounts", rule: Generation{Rates: amounts, Leaders: leaders, LessLeader: true, LeastRate: 1}},
		{says: "nothing is taken off", rule: Generation{Rates: rates, Leaders: leaders, LeastRate: 1}},
		{says: "differ from earner to earner", rule: Generation{Rates: rates, SameRank: true, GuaranteeMinor: 5}},
		{says: "rounding step", rule: Generation{Rates: rates, Leaders: leaders, GuaranteeMinor: 7}},
		{says: "standings", rule: Generation{Rates: single(1), Leaders: leaders}},
		{says: "", rule: Generation{Rates: rates, SameRank: true, OwnGroupRate: 1, LessLeader: true, LeastRate: 1}},
		{says: "", rule: Generation{Rates: amounts, Leaders: leaders, LessLeader: true, GuaranteeMinor: 5}},
	} {
		p.Rounding.StepMinor = 5
		err := c.rule.check(p, &Bonus{Pays: c.pays, Generation: &c.rule})
		if c.says == "" && err != nil || c.says != "" && (!errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%+v: got %v, want %q", c.rule, err, c.says)
		}
	}
}
