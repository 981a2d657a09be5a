package calc

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Companies for the bonuses that pay by who stands between: written by hand, or drawn from a seed.

// company of people with names, whose ranks are given and whose tags stand for whatever a condition may ask.
type people struct {
	t    *testing.T
	in   *Input
	rows map[string]int32
}

// The tags of drawn and of written companies.
const (
	tagActive = iota + 1
	tagQualified
	tagBreaksAway
	tagLeader
	tagOfRow
	tagOpen
	tagCount = iota
)

// givenRanks is a plan whose ranks are those that distributors come with, and whose points are worth one unit of money.
func givenRanks(ranks ...string) *Plan {
	p := &Plan{
		ID: "given", Version: 1, Currency: "USD", MinorDigits: 2, Main: Monthly, Rounding: Rounding{HalfUp, 1}, PointValue: Fraction{1, 100},
		Facts: NewFactTable(), Names: Names{Tags: make([]string, tagCount)},
	}
	for i := range p.Names.Tags {
		p.Names.Tags[i] = fmt.Sprintf("tag%d", i+1)
	}
	for k, name := range ranks {
		p.Ranks = append(p.Ranks, Rank{Name: name, When: p.condition(p.fact(FactKey{Fact: FactAchieved, Rank: uint8(k + 1)}))})
	}
	return p
}

func (p *Plan) tagged(tag uint16) *Condition {
	return p.condition(p.fact(FactKey{Fact: FactTag, Name: tag}))
}

// paysBonus adds a bonus that is paid at the close.
func (p *Plan) paysBonus(b Bonus) *Plan {
	b.Cadence = p.Main
	p.Bonuses = append(p.Bonuses, b)
	return p
}

func percent(n int64) int64 { return n * RateScale / 100 }

func peopleOf(t *testing.T, p *Plan) *people {
	return &people{t: t, rows: map[string]int32{}, in: &Input{
		Plan: p, Cadence: p.Main, Period: PeriodByNo(p.Main, nil, 680), Network: Network{Tags: []uint64{}},
		Prior: Prior{Achieved: []uint8{}},
	}}
}

// join enrols somebody; no sponsor is "".
func (c *people) join(name, sponsor string, rank uint8, tags ...int) {
	row := int32(-1)
	if sponsor != "" {
		known, ok := c.rows[sponsor]
		if !ok {
			c.t.Fatalf("%s has no sponsor %s", name, sponsor)
		}
		row = known
	}
	c.rows[name] = int32(len(c.rows))
	bits := uint64(0)
	for _, tag := range tags {
		bits |= 1 << (tag - 1)
	}
	c.in.Network.Sponsor = append(c.in.Network.Sponsor, row)
	c.in.Network.EnrolledAtUS = append(c.in.Network.EnrolledAtUS, 0)
	c.in.Network.Tags = append(c.in.Network.Tags, bits)
	c.in.Prior.Achieved = append(c.in.Prior.Achieved, rank)
}

// sells adds a sale of so many points of PV and CV.
func (c *people) sells(name string, pv, cv int64) {
	v := &c.in.Volumes
	v.Seller = append(v.Seller, c.rows[name])
	v.PV = append(v.PV, pv*VolumeScale)
	v.CV = append(v.CV, cv*VolumeScale)
	v.PriceMinor = append(v.PriceMinor, 100*cv)
}

// wantEarned holds what everybody earns of a bonus against amounts in words; those who are not named earn nothing.
func (c *people) wantEarned(bonus string, want map[string]string) {
	c.t.Helper()
	out, err := Compute(c.in)
	if err != nil {
		c.t.Fatal(err)
	}
	checkLines(c.t, c.in, out)
	earned := make([]int64, len(c.rows))
	for i, earner := range out.Lines.Earner {
		if c.in.Plan.Bonuses[out.Lines.Bonus[i]].Name == bonus {
			earned[earner] += out.Lines.AmountMinor[i]
		}
	}
	for name, row := range c.rows {
		amount := want[name]
		if amount == "" {
			amount = "0.00"
		}
		if got := FormatMinor(earned[row], 2); got != amount {
			c.t.Errorf("%s earns %s of %s, not %s; lines: %s", name, got, bonus, amount, printed(out.Lines))
		}
	}
}

// checkLines holds lines against what every reader of lines relies on: their order, and that an amount follows from its line.
func checkLines(t *testing.T, in *Input, out *Output) {
	t.Helper()
	l := &out.Lines
	for i := range l.Earner {
		b := &in.Plan.Bonuses[l.Bonus[i]]
		value := in.Plan.PointValue
		if in.Plan.VariantOfMarket != nil {
			value = in.Plan.PointValues[in.Plan.VariantOfMarket[in.Network.Market[l.Earner[i]]]]
		}
		switch unit := b.UnitOf(in.Plan); {
		case l.Kind[i] == LineAdjustment, unit == UnitMoney:
			value = One
		case unit == UnitCount:
			value = Fraction{RateScale, 1}
		}
		amount, err := Amount(l.Base[i], l.Rate[i], value, in.Plan.BonusRounding(b))
		if err != nil || amount != l.AmountMinor[i] || amount == 0 {
			t.Fatalf("line %d is %d, its base and rate come to %d: %v; lines: %s", i, l.AmountMinor[i], amount, err, printed(*l))
		}
		key := func(i int) []int {
			return []int{int(l.Earner[i]), int(l.Bonus[i]), int(l.Level[i]), int(l.Part[i]), int(l.Kind[i])}
		}
		if i > 0 && slices.Compare(key(i-1), key(i)) >= 0 {
			t.Fatalf("lines %d and %d are out of order, or one: %s", i-1, i, printed(*l))
		}
	}
}

func printed(l Lines) string {
	var text strings.Builder
	for i := range l.Earner {
		fmt.Fprintf(&text, "\n  earner %d bonus %d level %d part %d kind %d: %d at %d is %d", l.Earner[i], l.Bonus[i], l.Level[i], l.Part[i], l.Kind[i], l.Base[i], l.Rate[i], l.AmountMinor[i])
	}
	return text.String()
}

// drawn makes up a company of n distributors from a seed, with ranks, markets, tags, volumes below zero, and rows in no order. The
// plan has no bonus yet.
func drawn(random *rand.Rand, n int) *Input {
	p := givenRanks([]string{"one", "two", "three", "four"}[:random.IntN(5)]...)
	p.Rounding = Rounding{RoundingMode(random.IntN(4)), []int64{1, 1, 5}[random.IntN(3)]}
	p.PointValue = Fraction{1 + random.Int64N(3), []int64{1, 7, 100}[random.IntN(3)]}
	p.PlacementWidth = []int32{0, 2, 3}[random.IntN(3)]
	if random.IntN(3) > 0 {
		p.Active = p.tagged(tagActive)
	}
	p.Names.Markets = []string{"DE", "FR", "IN"}
	if random.IntN(2) == 0 {
		p.VariantOfMarket = []uint8{0, uint8(random.IntN(3)), 1, 2}
		p.PointValues = []Fraction{p.PointValue, {1, 3}, {2, 50}}
	}
	in := &Input{Plan: p, Cadence: Monthly, Period: PeriodByNo(Monthly, nil, 680), Threads: 1 + random.IntN(3)}
	in.Network = Network{
		Sponsor: drawnTree(random, n, 0), EnrolledAtUS: make([]int64, n), Market: make([]uint16, n), Tags: make([]uint64, n),
	}
	if p.PlacementWidth > 0 {
		in.Network.Parent = drawnTree(random, n, int(p.PlacementWidth))
		in.Network.Leg = make([]uint8, n)
		taken := make([]uint8, n)
		for row, parent := range in.Network.Parent {
			if parent >= 0 {
				taken[parent]++
				in.Network.Leg[row] = taken[parent]
			}
		}
	}
	in.Prior.Achieved = make([]uint8, n)
	for row := range n {
		in.Network.Market[row] = uint16(random.IntN(4))
		in.Network.Tags[row] = random.Uint64N(1 << tagCount)
		in.Prior.Achieved[row] = uint8(random.IntN(len(p.Ranks) + 1))
	}
	for range random.IntN(2 * n) {
		v := &in.Volumes
		v.Seller = append(v.Seller, int32(random.IntN(n)))
		v.PV = append(v.PV, random.Int64N(7)*50*VolumeScale)
		v.CV = append(v.CV, (random.Int64N(9)-1)*100*VolumeScale+random.Int64N(2)*random.Int64N(VolumeScale))
		v.PriceMinor = append(v.PriceMinor, random.Int64N(50_000)-5000)
	}
	return in
}

// drawnTree makes a forest of any shape, or one where nobody has more children than the width.
func drawnTree(random *rand.Rand, n, width int) []int32 {
	parents, children := make([]int32, n), make([]int, n)
	order, deep := random.Perm(n), random.IntN(2) == 0
	for k, row := range order {
		parents[row] = -1
		if k == 0 || random.IntN(10) == 0 {
			continue
		}
		above := order[random.IntN(k)]
		if deep {
			above = order[k-1]
		}
		if width == 0 || children[above] < width {
			parents[row] = int32(above)
			children[above]++
		}
	}
	return parents
}

// drawnBonus draws who is paid.
func drawnBonus(random *rand.Rand, p *Plan) Bonus {
	b := Bonus{Name: "drawn", Inactive: Inactive(random.IntN(3))}
	if random.IntN(2) == 0 {
		b.When = p.tagged(tagQualified)
	}
	if random.IntN(5) == 0 {
		b.Markets = []bool{true, random.IntN(2) == 0, true, false}
	}
	if p.PointValues != nil && random.IntN(4) == 0 {
		b.Variants = []bool{true, false, true}
	}
	return b
}

// drawnRates draws a table of a few rows, some of them with a condition, and some levels that a condition opens.
func drawnRates(random *rand.Rand, p *Plan, levels int) RateTable {
	choices := []int64{0, percent(3), percent(5), percent(5), percent(8), percent(12), RateScale / 3}
	t := RateTable{Levels: int32(levels)}
	for range 1 + random.IntN(5) {
		row := make([]int64, levels)
		for i := range row {
			row[i] = choices[random.IntN(len(choices))]
		}
		t.Rows = append(t.Rows, row)
	}
	if random.IntN(2) == 0 {
		t.When = make([]*Condition, len(t.Rows))
		t.When[0] = p.tagged(tagOfRow)
	}
	for range p.Standings() {
		var candidates []uint8
		for range random.IntN(3) {
			candidates = append(candidates, uint8(random.IntN(len(t.Rows))))
		}
		t.Candidates = append(t.Candidates, candidates)
	}
	if levels > 1 && random.IntN(3) == 0 {
		t.Unlock = make([]*Condition, 2)
		t.Unlock[random.IntN(2)] = p.tagged(tagOpen)
	}
	return t
}
