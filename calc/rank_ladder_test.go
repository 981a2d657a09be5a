package calc

import (
	"maps"
	"testing"
)

// Who holds a rank is counted over all levels, only near, by leg, and through facts of the plan's own making, to the last one.
func TestRanks_HoldersAreCountedOverSeveralLevels(t *testing.T) {
	const asks, bronze, gold = 1, 2, 3
	count := func(f PlanFact) func(p *Plan) *Expr {
		return func(p *Plan) *Expr {
			f.Name = "counted"
			return &Expr{Op: OpFact, Slot: p.Facts.Add(f)}
		}
	}
	legs := FactKey{Fact: FactLegsWith, Rank: bronze}
	for _, c := range []struct {
		name string
		fact func(p *Plan) *Expr
		want map[string]int
	}{
		{"in the downline", func(p *Plan) *Expr { return p.fact(FactKey{Fact: FactDownlineWith, Rank: bronze}) }, map[string]int{"top": 7, "left": 4, "deep": 3}},
		{"near", func(p *Plan) *Expr { return p.fact(FactKey{Fact: FactFrontlineWith, Rank: bronze}) }, map[string]int{"top": 2, "left": 1, "deep": 2}},
		{"legs", func(p *Plan) *Expr { return p.fact(legs) }, map[string]int{"top": 3, "left": 2, "deep": 2}},
		{"near with two legs", func(p *Plan) *Expr {
			return count(PlanFact{Over: OverFrontline, Where: p.condition(p.atLeast(legs, 2))})(p)
		}, map[string]int{"top": 1, "left": 1}},
		{"legs with somebody above a holder", func(p *Plan) *Expr {
			return count(PlanFact{Over: OverLegs, Where: p.condition(p.atLeast(FactKey{Fact: FactDownlineWith, Rank: bronze}, 1))})(p)
		}, map[string]int{"top": 2, "left": 1, "deep": 1}},
		{"in the downline, by a fact that rests on their ranks", func(p *Plan) *Expr {
			leads := PlanFact{Name: "leads", Holds: p.condition(expr(OpAnd, p.fact(FactKey{Fact: FactPaidAs, Rank: bronze}), p.atLeast(factPV, 150)))}
			lead := &Expr{Op: OpFact, Slot: p.Facts.Add(leads)}
			return count(PlanFact{Over: OverDownline, Where: p.condition(lead)})(p)
		}, map[string]int{"top": 2, "left": 1, "deep": 1}},
	} {
		got := map[string]int{}
		for n := int64(1); n <= 9; n++ {
			p := testPlanOf(Bonus{Name: "own", Cadence: Monthly, Direct: &Direct{Rates: single(0, 0, 0, 0)}})
			p.Facts = NewFactTable()
			p.Ranks = []Rank{
				{Name: "asks", When: p.condition(expr(OpGreaterEqual, c.fact(p), num(n)))},
				{Name: "bronze", When: p.condition(p.atLeast(factPV, 100))},
				{Name: "gold", When: p.condition(p.atLeast(factPV, 200))},
			}
			people := peopleOf(t, p)
			for _, joins := range []struct {
				name, sponsor string
				pv            int64
			}{
				{"top", "", 0},
				{"left", "top", 0},
				{"right", "top", 200},
				{"third", "top", 100},
				{"near", "left", 100},
				{"deep", "left", 0},
				{"of the right", "right", 100},
				{"deeper", "deep", 150},
				{"beside", "deep", 100},
				{"deepest", "deeper", 100},
				{"nobody", "deepest", 99},
			} {
				people.join(joins.name, joins.sponsor, 0)
				people.sells(joins.name, joins.pv, 0)
			}
			people.in.Network.Tags = nil // the plan names none
			out := must(Compute(people.in))
			for name, row := range people.rows {
				if out.PaidAs[row] == asks {
					got[name]++
				}
			}
			if rank := out.PaidAs[people.rows["right"]]; rank != gold {
				t.Fatalf("%s: who sells enough for gold has rank %d", c.name, rank)
			}
		}
		if !maps.Equal(got, c.want) {
			t.Errorf("%s: counted %v, want %v", c.name, got, c.want)
		}
	}
}
