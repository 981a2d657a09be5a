package calc

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
)

// wideCompany has more people on a level than are worked on alone: a top with a wide frontline in both trees, a wide level below, and a
// chain down from the last.
func wideCompany(p *Plan) *Input {
	const front, chain = 9_000, 50
	n := 1 + 2*front + chain
	random := rand.New(rand.NewPCG(7, 1))
	in := &Input{Plan: p, Cadence: Monthly, Period: PeriodByNo(Monthly, nil, 644)}
	in.Network = Network{Sponsor: make([]int32, n), EnrolledAtUS: make([]int64, n), Market: make([]uint16, n), Owner: make([]int32, n)}
	for i := range n {
		switch {
		case i == 0:
			in.Network.Sponsor[i] = -1
		case i <= front:
			in.Network.Sponsor[i] = 0
		case i <= 2*front:
			in.Network.Sponsor[i] = int32(1 + random.IntN(front))
		default:
			in.Network.Sponsor[i] = int32(i - 1)
		}
		in.Network.EnrolledAtUS[i] = in.Period.StartUS + int64(random.IntN(40)-20)*dayUS
		in.Network.Market[i] = uint16(random.IntN(3))
		in.Network.Owner[i] = int32(i - i%3)
	}
	in.Network.Parent, in.Network.Leg = make([]int32, n), make([]uint8, n)
	for i := range n {
		in.Network.Parent[i], in.Network.Leg[i] = int32((i-1)/2), uint8(2-i%2)
	}
	in.Network.Parent[0], in.Network.Leg[0] = -1, 0
	for range 2 * n {
		cv := int64(random.IntN(2_000_000)) - 200_000
		v := &in.Volumes
		v.Seller, v.PV, v.CV, v.PriceMinor = append(v.Seller, int32(random.IntN(n))), append(v.PV, cv), append(v.CV, cv), append(v.PriceMinor, cv/80)
		v.Buyer, v.Class = append(v.Buyer, int32(random.IntN(9)-1)), append(v.Class, uint16(random.IntN(3)))
	}
	return in
}

// widePlan asks for every fact that is computed side by side, and pays every kind that walks a tree.
func widePlan() *Plan {
	p := testPlanOf()
	p.PlacementWidth, p.Facts = 2, NewFactTable()
	p.Names = Names{Classes: []string{"a", "b"}, Markets: []string{"DE", "IN"}}
	p.PointValues, p.VariantOfMarket = []Fraction{p.PointValue, {1, 3}}, []uint8{0, 0, 1}
	p.Volumes = []Volume{{Name: "half", Share: RateScale / 2, CustomerShare: RateScale / 3, Classes: []bool{true, true, false}}}
	p.Active = p.condition(p.atLeast(factPV, 60))
	active := p.fact(FactKey{Fact: FactActive})
	gold := p.fact(FactKey{Fact: FactPaidAs, Rank: 2})
	var slots []*Expr
	for _, f := range []PlanFact{
		{Over: OverGroup, Fold: FoldSum, Value: must(NewNumber(p.Facts, "cv", p.fact(factCV))), Depth: 2},
		{Over: OverLegs, Fold: FoldCount, Where: p.condition(active), Until: p.condition(p.atLeast(factPV, 150))},
		{Over: OverLegs, Fold: FoldMax, Value: must(NewNumber(p.Facts, "pv", p.fact(factPV)))},
		{Over: OverDownline, Fold: FoldCount, Where: p.condition(gold)},
		{Over: OverFrontline, Fold: FoldCount, Where: p.condition(gold)},
		{Over: OverPositions, Fold: FoldCount, Where: p.condition(gold)},
	} {
		f.Name = fmt.Sprintf("own%d", len(slots))
		slots = append(slots, &Expr{Op: OpFact, Slot: p.Facts.Add(f)})
	}
	p.Ranks = []Rank{
		{Name: "silver", When: p.condition(expr(OpOr, expr(OpGreaterEqual, slots[0], num(300)), expr(OpGreaterEqual, slots[2], num(140))))},
		{Name: "gold", HoldPeriods: 1, GracePeriods: 1, When: p.condition(expr(OpAnd, p.legsWith(1, 1), expr(OpGreaterEqual, slots[1], num(1))))},
		{Name: "chief", When: p.condition(expr(OpGreaterEqual, slots[3], num(2)))},
	}
	rates := func(levels int) RateTable {
		t := EverybodyAt(p, make([]int64, levels)...)
		t.Rows = nil
		for row := range 3 {
			var rates []int64
			for level := range levels {
				rates = append(rates, int64((row+level)%3)*RateScale/10)
			}
			t.Rows = append(t.Rows, rates)
		}
		t.When = []*Condition{nil, p.condition(expr(OpGreaterEqual, slots[4], num(1))), p.condition(expr(OpGreaterEqual, slots[5], num(2)))}
		for i := range t.Candidates {
			t.Candidates[i] = []uint8{2, 1, 0}
		}
		return t
	}
	for compression := range CompressionRollUp + 1 {
		skip := int32(0)
		if compression == CompressionNone {
			skip = 1
		}
		for _, placement := range []bool{false, true} {
			p.Bonuses = append(p.Bonuses, Bonus{Name: fmt.Sprintf("u%d%t", compression, placement), Cadence: Monthly, Unilevel: &Unilevel{
				Base: VolumeBuiltIn, Walk: Walk{Compression: compression, Placement: placement, SkipLevels: skip, StopAt: p.condition(gold)}, Rates: rates(4),
			}})
		}
	}
	p.Bonuses = append(p.Bonuses,
		Bonus{Name: "matching", Cadence: Monthly, Matching: &Matching{Bonuses: []int{2, 3}, ByGeneration: true, Leaders: p.condition(gold), Rates: rates(3)}},
		Bonus{Name: "residual", Cadence: Monthly, Residual: &Residual{Parts: []ResidualPart{{Base: BasePrice, Share: RateScale / 2}}, Own: rates(1), Levels: rates(2), Walk: Walk{Compression: CompressionDynamic}}},
		Bonus{Name: "matrix", Cadence: Monthly, Matrix: &Matrix{Walk: Walk{Placement: true, Compression: CompressionDynamic}, TopCounts: true, Rates: rates(3), Completions: []MatrixCompletion{{Depth: 2, AmountMinor: 5, ReEntry: true}}}},
		Bonus{Name: "direct", Cadence: Monthly, When: p.condition(active), Direct: &Direct{Brackets: &Brackets{
			By: must(NewNumber(p.Facts, "cv", p.fact(factCV))), Marginal: true, Tables: []BracketTable{{From: []int64{0, 1_000_000}, Rates: []int64{RateScale / 10, RateScale / 5}}},
		}}},
	)
	return p
}

// Levels of more people than one thread takes are shared among threads, and nothing depends on it.
func TestFolk_ThreadsDoNotMatterOnWideLevels(t *testing.T) {
	in := wideCompany(widePlan())
	in.Threads = 1
	want, err := Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	paid := make([]int, len(in.Plan.Bonuses))
	for _, bonus := range want.Lines.Bonus {
		paid[bonus]++
	}
	for i, lines := range paid {
		if lines < 3 {
			t.Errorf("the bonus %s has %d lines; the company shows nothing of it", in.Plan.Bonuses[i].Name, lines)
		}
	}
	for _, threads := range []int{2, 7} {
		in.Threads = threads
		got, err := Compute(in)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%d threads: the result is another, %v", threads, err)
		}
	}
}
