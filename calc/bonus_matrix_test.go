package calc

import (
	"math"
	"slices"
	"testing"
)

// A matrix of two by two is full with six positions below the top, and one of one level with two. What is full is paid once, whether
// anything else is paid or not.
func TestMatrix_PaysOnceForFullLevels(t *testing.T) {
	p := newPayroll(7, Bonus{Name: "matrix", Cadence: Monthly, Matrix: &Matrix{
		Walk: Walk{Placement: true}, Completions: []MatrixCompletion{{Depth: 2, AmountMinor: 100_00, ReEntry: true}},
	}})
	p.in.Plan.PlacementWidth = 2
	// Rows 1 to 6 stand in two levels of two and four below row 0.
	p.in.Network.Parent, p.in.Network.Leg = []int32{-1, 0, 0, 1, 1, 2, 2}, []uint8{0, 1, 2, 1, 2, 1, 2}
	out := p.compute(t)
	wantLines(t, p.in, out, "0 matrix pieces 1 × 0.00001 = 10000")
	if !slices.Equal(out.ReEntries, []int32{0}) {
		t.Errorf("%v enter again", out.ReEntries)
	}
	p.in.Prior.State = out.State
	if out = p.compute(t); out.Lines.Len() != 0 || len(out.ReEntries) != 0 {
		t.Errorf("paid again: %s", described(p.in, out))
	}

	p.in.Prior.State = nil
	p.in.Plan.Bonuses[0].Matrix.Completions = []MatrixCompletion{{Depth: 2, AmountMinor: 100_00}, {Depth: 1, AmountMinor: 10_00}, {Depth: math.MaxInt32, AmountMinor: 500_00}}
	wantLines(t, p.in, p.compute(t), `
		0 matrix pieces 1 × 0.00001 = 10000
		0 matrix 0.1 pieces 1 × 0.000001 = 1000
		1 matrix 0.1 pieces 1 × 0.000001 = 1000
		2 matrix 0.1 pieces 1 × 0.000001 = 1000`)

	// With one position less, the top lacks one of four, and row 2 one of two.
	n := &p.in.Network
	n.Sponsor, n.EnrolledAtUS, n.Parent, n.Leg = n.Sponsor[:6], n.EnrolledAtUS[:6], n.Parent[:6], n.Leg[:6]
	wantLines(t, p.in, p.compute(t), `
		0 matrix 0.1 pieces 1 × 0.000001 = 1000
		1 matrix 0.1 pieces 1 × 0.000001 = 1000`)
}

func TestMatrix_RefusesWhatItCannotCompute(t *testing.T) {
	rates, placed, full := single(RateScale/10), Walk{Placement: true}, []MatrixCompletion{{Depth: 2, AmountMinor: 1}}
	for _, c := range []struct {
		name, naming string
		rule         Matrix
		pays         Pays
		width        int32
	}{
		{name: "levels", rule: Matrix{Walk: placed, Rates: rates}, width: 3},
		{name: "completions", rule: Matrix{Walk: placed, Completions: full}, width: 3},
		{name: "both", rule: Matrix{Walk: placed, Rates: rates, Completions: full}, width: 3},
		{name: "neither", naming: "without rates and completions", rule: Matrix{Walk: placed}, width: 3},
		{name: "at the event", naming: "at the close", rule: Matrix{Walk: placed, Rates: rates}, pays: PaysEvent, width: 3},
		{name: "no placement tree", naming: "walks the placement tree", rule: Matrix{Walk: placed, Rates: rates}},
		{name: "in the sponsor tree", naming: "walks the placement tree", rule: Matrix{Rates: rates}, width: 3},
		{name: "rates for nobody", naming: "standings", rule: Matrix{Walk: placed, Rates: RateTable{Levels: 1, Rows: rates.Rows}}, width: 3},
	} {
		p := testPlanOf()
		p.PlacementWidth = c.width
		if err := refuses(c.rule.check(p, &Bonus{Pays: c.pays}), ErrPlan, c.naming); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
