package calc

import (
	"fmt"
	"slices"
	"testing"
)

// chainAndFrontline makes a company whose sponsor tree has one leg, and then a frontline of its last one, and whose binary tree is one leg
// with a single distributor on the other side at the top. Everybody sells for 100 points.
func chainAndFrontline(plan *Plan, deep, wide int) *Input {
	n := 1 + deep + wide
	in := &Input{Plan: plan, Cadence: plan.Main, Period: PeriodByNo(plan.Main, nil, 680)}
	in.Network = Network{Sponsor: make([]int32, n), Parent: make([]int32, n), Leg: make([]uint8, n), EnrolledAtUS: make([]int64, n)}
	v := &in.Volumes
	for k := range n {
		// Rows stand from the last to join to the first, so that nothing is where it would be convenient.
		row := n - 1 - k
		sponsor, parent, leg := row+1, row+1, uint8(1)
		if k > 1+deep {
			sponsor = n - 1 - deep
		}
		switch k {
		case 0:
			sponsor, parent, leg = -1, -1, 0
		case 1:
			leg = 2
		case 2:
			parent = n - 1
		}
		in.Network.Sponsor[row], in.Network.Parent[row], in.Network.Leg[row] = int32(sponsor), int32(parent), leg
		in.Network.EnrolledAtUS[row] = int64(k)
		v.Seller = append(v.Seller, int32(row))
		v.PV, v.CV, v.PriceMinor = append(v.PV, 100*VolumeScale), append(v.CV, 100*VolumeScale), append(v.PriceMinor, 100_00)
	}
	return in
}

// shapesPlan has every walk of a tree.
func shapesPlan() *Plan {
	p := testPlanOf()
	p.PlacementWidth = 2
	levels := byStanding([]int64{RateScale / 10, RateScale / 20})
	group := p.atLeast(factGV, 100)
	p.Ranks = []Rank{{Name: "seller", When: p.condition(group)}, {Name: "leader", When: p.condition(expr(OpAnd, group, p.legsWith(1, 1)))}}
	levels.Candidates = [][]uint8{{0}, {0}, {0}}
	one := RateTable{Levels: 1, Rows: [][]int64{{RateScale / 10}}, Candidates: levels.Candidates}
	leaders := p.condition(p.atLeast(FactKey{Fact: FactDownline}, 1))
	p.Bonuses = []Bonus{
		{Name: "binary", Binary: &Binary{Rates: one}},
		{Name: "levels", Unilevel: &Unilevel{Rates: levels}},
		{Name: "compressed", Unilevel: &Unilevel{Rates: levels, Walk: Walk{Compression: CompressionDynamic}}},
		{Name: "rolled", Unilevel: &Unilevel{Rates: levels, Walk: Walk{Compression: CompressionRollUp}}},
		{Name: "placed", Unilevel: &Unilevel{Rates: levels, Walk: Walk{Placement: true}}},
		{Name: "generations", Matching: &Matching{Bonuses: []int{1}, ByGeneration: true, Leaders: leaders, Rates: levels}},
		{Name: "differential", Differential: &Differential{Rates: one, OwnSales: true}},
	}
	for i := range p.Bonuses {
		p.Bonuses[i].Cadence = p.Main
	}
	return p
}

// A leg as deep as there are people, and a frontline of as many, are walked like any other company: what everybody is paid on is known
// by hand.
func TestCompute_DeepAndWide(t *testing.T) {
	const points = 100 * VolumeScale
	for name, c := range map[string]struct{ deep, wide int }{"deep": {50_000, 0}, "wide": {0, 50_000}, "both": {25_000, 25_000}} {
		in := chainAndFrontline(shapesPlan(), c.deep, c.wide)
		n := 1 + c.deep + c.wide
		out := must(Compute(in))
		// Level 1 pays on everybody but the top, level 2 on all but those whom the top sponsors.
		levelTwo := max(0, n-2)
		if c.deep == 0 {
			levelTwo = 0
		}
		first := n - 2 // in the leg of one alone, the other leg being all that is below
		want := map[string]int64{
			"levels": int64(n-1)*10_00 + int64(levelTwo)*5_00, "binary": 10_00, "differential": int64(2*n-1) * 10_00, "placed": int64(n-1)*10_00 + int64(n-3)*5_00,
		}
		want["compressed"], want["rolled"] = want["levels"], want["levels"]
		got, bases := map[string]int64{}, map[string]int64{}
		for i := range out.Lines.Len() {
			name := in.Plan.Bonuses[out.Lines.Bonus[i]].Name
			got[name] += out.Lines.AmountMinor[i]
			bases[name] += out.Lines.Base[i]
		}
		for bonus, amount := range want {
			if got[bonus] != amount {
				t.Errorf("%s: %s pays %d, not %d", name, bonus, got[bonus], amount)
			}
		}
		if bases["binary"] != points {
			t.Errorf("%s: %d are matched, not what one sold", name, bases["binary"])
		}
		if left, right := CarryKeys("binary"); out.State[left][n-1] != int64(first-1)*points || out.State[right] != nil && out.State[right][n-1] != 0 {
			t.Errorf("%s: the top carries %d and %v", name, out.State[left][n-1], out.State[right])
		}
		if !slices.Equal(out.PaidAs[n-1:], []uint8{2}) {
			t.Errorf("%s: the top is paid as %d", name, out.PaidAs[n-1])
		}
	}
}

// planOfMany has so many copies of each of five bonuses, and so many ranks.
func planOfMany(copies, ranks int) *Plan {
	p := hybridPlan()
	p.Ranks = nil
	group, rates := int64(100), []int64{0}
	for k := range ranks {
		when := expr(OpAnd, p.atLeast(factPV, 100), p.atLeast(factGV, group))
		if k >= 3 {
			when = expr(OpAnd, when, p.legsWith(uint8(k-2), 2))
		}
		p.Ranks = append(p.Ranks, Rank{Name: fmt.Sprintf("rank%d", k+1), When: p.condition(when)})
		rates = append(rates, int64(k+1)*RateScale/1_000)
		group += group/3 + 1
	}
	var levels [][]int64
	for rank := range ranks + 1 {
		row := make([]int64, 7)
		for level := range min(7, rank/2+1) {
			row[level] = RateScale / 100
		}
		levels = append(levels, row)
	}
	leaders := p.condition(&Expr{Op: OpFact, Slot: p.Facts.Slot(FactKey{Fact: FactPaidAs, Rank: uint8(ranks/2 + 1)}, 0)})
	p.Bonuses = nil
	for range copies {
		source := len(p.Bonuses)
		p.Bonuses = append(p.Bonuses,
			Bonus{Name: fmt.Sprintf("binary%d", source), Binary: &Binary{Rates: single(rates...)}},
			Bonus{Name: fmt.Sprintf("levels%d", source), Unilevel: &Unilevel{Rates: byStanding(levels...)}},
			Bonus{Name: fmt.Sprintf("dynamic%d", source), Unilevel: &Unilevel{Rates: byStanding(levels...), Walk: Walk{Compression: CompressionDynamic}}},
			Bonus{Name: fmt.Sprintf("matching%d", source), Matching: &Matching{Bonuses: []int{source}, ByGeneration: true, Leaders: leaders, Rates: byStanding(levels...)}},
			Bonus{Name: fmt.Sprintf("differential%d", source), Differential: &Differential{Rates: single(rates...), OwnSales: true}},
		)
	}
	for i := range p.Bonuses {
		p.Bonuses[i].Cadence = p.Main
	}
	return p
}

// Fifty bonuses and thirty ranks do not disturb each other: copies of a bonus pay the same.
func TestCompute_FiftyBonusesAndThirtyRanks(t *testing.T) {
	in := company(planOfMany(10, 30), 3_000, 9_000, 5)
	out := must(Compute(in))
	paid := make([]map[[4]int64]int64, len(in.Plan.Bonuses))
	for i := range out.Lines.Len() {
		b := out.Lines.Bonus[i]
		if paid[b] == nil {
			paid[b] = map[[4]int64]int64{}
		}
		paid[b][[4]int64{int64(out.Lines.Earner[i]), int64(out.Lines.Level[i]), int64(out.Lines.Part[i]), out.Lines.Base[i]}] = out.Lines.AmountMinor[i]
	}
	for b := range paid {
		if len(paid[b]) == 0 || len(paid[b]) != len(paid[b%5]) {
			t.Fatalf("bonus %d pays %d lines, and its like %d", b, len(paid[b]), len(paid[b%5]))
		}
		for line, amount := range paid[b] {
			if paid[b%5][line] != amount {
				t.Fatalf("bonus %d pays %d on %v, and its like %d", b, amount, line, paid[b%5][line])
			}
		}
	}
}

func BenchmarkCompute_Shapes(b *testing.B) {
	const n = 1_000_000
	for name, in := range map[string]*Input{
		"a leg 1,000,000 deep":          chainAndFrontline(shapesPlan(), n-1, 0),
		"a frontline of 500,000":        chainAndFrontline(shapesPlan(), n/2-1, n/2),
		"any company":                   company(shapesPlan(), n, n, 7),
		"of 50 bonuses and 30 ranks":    company(planOfMany(10, 30), n, 3*n, 7),
		"of 50 bonuses, 100,000 people": company(planOfMany(10, 30), n/10, 3*n/10, 7),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must(Compute(in))
			}
		})
	}
}
