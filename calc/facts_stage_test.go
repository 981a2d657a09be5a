package calc

import (
	"errors"
	"testing"
)

// What positions anywhere are paid as is known when all ranks are decided, also where it is asked of those below.
func TestPlanFact_PositionsAreKnownAfterAllRanks(t *testing.T) {
	p := testPlanOf(Bonus{Name: "own", Cadence: Monthly, Direct: &Direct{Rates: single(0, RateScale)}})
	p.Facts = NewFactTable()
	p.Ranks = []Rank{{Name: "r1"}}
	paidAs := p.fact(FactKey{Fact: FactPaidAs, Rank: 1})
	positions := p.Facts.Add(PlanFact{Name: "positions", Over: OverPositions, Where: p.condition(paidAs)})
	asked := &Expr{Op: OpFact, Slot: positions}
	below := p.Facts.Add(PlanFact{Name: "below", Over: OverFrontline, Where: p.condition(expr(OpGreaterEqual, asked, num(1)))})
	if known := p.Facts.Known([]Slot{below}); known.BeforeRank || !known.BeforeBonuses {
		t.Errorf("known: %+v", known)
	}
	p.Ranks[0].When = p.condition(expr(OpGreaterEqual, &Expr{Op: OpFact, Slot: below}, num(1)))
	if err := p.Check(); !errors.Is(err, ErrPlan) {
		t.Errorf("a rank that rests on everybody's ranks: got %v", err)
	}
}
