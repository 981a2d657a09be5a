package calc

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// Ranks that must be held, that are kept by grace, and that go by how long ranks were held, over many periods of few people.
func TestFolk_RanksHeldAndKept(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		p := testPlanOf()
		p.Facts = NewFactTable()
		p.Names = Names{Classes: []string{"a", "b"}, Markets: []string{"DE", "IN"}, Kinds: []string{"member", "partner"}, Tags: []string{"life"}}
		ranks := rapid.IntRange(1, 3).Draw(t, "ranks")
		for k := range ranks {
			p.Ranks = append(p.Ranks, Rank{
				Name: fmt.Sprintf("r%d", k+1), HoldPeriods: rapid.Int32Range(0, 3).Draw(t, "hold"), GracePeriods: rapid.Int32Range(0, 2).Draw(t, "grace"),
			})
		}
		fact := func() *Expr {
			rank := uint8(rapid.IntRange(1, ranks).Draw(t, "of rank"))
			switch rapid.IntRange(0, 3).Draw(t, "fact") {
			case 0:
				return p.fact(FactKey{Fact: FactPaidAsBefore, Rank: rank})
			case 1:
				return p.atLeast(FactKey{Fact: FactDownlineWith, Rank: rank}, 1)
			case 2:
				return p.atLeast(FactKey{Fact: FactOwn, Volume: BasePV, N: 3}, rapid.Int64Range(1, 4).Draw(t, "points")*200)
			}
			return p.atLeast(FactKey{Fact: FactHeld, Rank: rank}, rapid.Int64Range(1, 3).Draw(t, "held"))
		}
		for k := range p.Ranks {
			op := rapid.SampledFrom([]Op{OpAnd, OpOr, OpOr}).Draw(t, "and or or")
			p.Ranks[k].When = p.condition(expr(op, p.atLeast(factPV, rapid.Int64Range(0, 6).Draw(t, "fifties")*50), fact()))
		}
		p.Bonuses = []Bonus{{Name: "own", Cadence: Monthly, Direct: &Direct{Rates: EverybodyAt(p, RateScale)}}}
		livePlan(t, p, 7, 3)
	})
}
