package calc

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// live goes with a random company through consecutive periods and holds each of them against the model.
func live(t *rapid.T, periods, people int, kinds ...func(drawer) Bonus) {
	livePlan(t, drawFolkPlan(t, kinds...), periods, people)
}

func livePlan(t *rapid.T, plan *Plan, periods, people int) {
	if err := plan.check(); err != nil {
		t.Fatalf("a random plan is refused: %v", err)
	}
	first := plan.PeriodAt(plan.Main, PeriodByNo(Monthly, nil, rapid.Int64Range(640, 652).Draw(t, "first month")).StartUS).No
	// Numbers that are drawn are mostly small, and few people have nothing that could be decided in two ways.
	n := people
	if rapid.Bool().Draw(t, "fewer") {
		n = rapid.IntRange(0, people).Draw(t, "distributors")
	}
	network := drawFolkNetwork(t, plan, n, plan.PeriodByNo(plan.Main, first-1), plan.PeriodByNo(plan.Main, first+int64(periods)-1))
	leaveOut := make([]bool, len(plan.Bonuses))
	for _, limit := range plan.Caps {
		for _, b := range limit.Bonuses {
			leaveOut[b] = true
		}
	}
	in := &Input{Plan: plan, Cadence: plan.Main, Threads: 1}
	if len(plan.Ranks) > 0 && rapid.Bool().Draw(t, "come with ranks") {
		in.Prior.Achieved = rapid.SliceOfN(rapid.Uint8Range(0, uint8(len(plan.Ranks))), n, n).Draw(t, "achieved")
	}
	m := &folk{}
	for k := range int64(periods) {
		in.Period = plan.PeriodByNo(plan.Main, first+k)
		in.Network = unplaced(t, network)
		in.Volumes = drawFolkVolumes(t, n, &network, in.Period)
		in.Earned = drawEarned(t, plan, n)
		if slices.ContainsFunc(plan.Bonuses, isProbe) {
			everybodySells(&in.Volumes, n, in.Period.StartUS)
		}
		out, err := Compute(in)
		discardOverflow(t, err)
		m.begin(in, out)
		m.compute()
		compare(t, int(k), m, out, leaveOut)
		next := *in
		next.Prior = Prior{Achieved: out.Achieved, PaidAs: out.PaidAs, Active: out.Active, State: out.State}
		in = &next
	}
}

func compare(t *rapid.T, period int, m *folk, out *Output, leaveOut []bool) {
	if !slices.Equal(out.Active, m.active) {
		t.Fatalf("period %d: active: got %v, want %v", period, out.Active, m.active)
	}
	for i, rank := range out.PaidAs {
		if int(rank) != m.now.paidAs[i] {
			t.Fatalf("period %d: ranks: got %v, want %v", period, out.PaidAs, m.now.paidAs)
		}
		achieved := int(rank)
		if before := m.in.Prior.Achieved; before != nil {
			achieved = max(achieved, int(before[i]))
		}
		if int(out.Achieved[i]) != achieved {
			t.Fatalf("period %d: achieved: got %v, paid as %v", period, out.Achieved, out.PaidAs)
		}
	}
	got, want := listedOf(&out.Lines, leaveOut), m.listed(leaveOut)
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("period %d: lines:\n got %+v\nwant %+v", period, got, want)
	}
	if !slices.Equal(out.ReEntries, m.reEnters) {
		t.Fatalf("period %d: enter again: got %v, want %v", period, out.ReEntries, m.reEnters)
	}
}

// everybodySells adds one sale of each, so dear that no price adds up to zero.
func everybodySells(v *Volumes, n int, atUS int64) {
	for i := range n {
		v.Seller, v.PV, v.CV, v.QV = append(v.Seller, int32(i)), append(v.PV, 0), append(v.CV, 0), append(v.QV, 0)
		v.PriceMinor, v.FeeMinor, v.Count = append(v.PriceMinor, 1_000_000_000), append(v.FeeMinor, 0), append(v.Count, 1)
		v.Class, v.Market, v.Buyer, v.Cycle = append(v.Class, 0), append(v.Market, 0), append(v.Buyer, -1), append(v.Cycle, 1)
		v.Sized, v.First, v.AtUS, v.BuyerSinceUS = append(v.Sized, 0), append(v.First, 0), append(v.AtUS, atUS), append(v.BuyerSinceUS, atUS)
	}
}

func isProbe(b Bonus) bool { return strings.HasPrefix(b.Name, "probe") }

// probe is a bonus whose lines show a number of everybody: the base is the number, and a constant more.
func (d drawer) probe(root *Expr) {
	n := d.numberOf(root)
	d.p.Bonuses = append(d.p.Bonuses, Bonus{Name: fmt.Sprintf("probe%d", len(d.p.Bonuses)), Cadence: d.p.Main, Direct: &Direct{
		Base: BasePrice, Brackets: &Brackets{By: n, Marginal: true, Tables: []BracketTable{{From: []int64{-1_000_000_000_000_000}, Rates: []int64{RateScale}}}},
	}})
}

// Facts are shown as numbers, the plan's own ones all of them.
func TestFolk_FactsAsNumbers(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		p := drawFolkPlan(t)
		d := drawer{t: t, p: p, place: func(k Known) bool { return k.BeforeBonuses }}
		p.Bonuses = nil
		for s := range Slot(p.Facts.len()) {
			switch own := p.Facts.Own(s); {
			case own != nil && p.Facts.Boolean(s):
				d.probe(expr(OpIf, &Expr{Op: OpFact, Slot: s}, num(1), num(0)))
			case own != nil:
				d.probe(&Expr{Op: OpFact, Slot: s})
			}
		}
		for range 8 {
			if rapid.IntRange(0, 3).Draw(t, "shows condition") == 0 {
				if e := d.fact(true); e != nil {
					d.probe(expr(OpIf, e, num(1), num(0)))
				}
			} else if e := d.fact(false); e != nil {
				d.probe(e)
			}
		}
		livePlan(t, p, 3, 8)
	})
}

func TestFolk_FactsOfTwoLegs(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		p := drawFolkPlan(t)
		p.PlacementWidth, p.Bonuses, p.Volumes, p.Ranks, p.Facts = 2, nil, nil, nil, NewFactTable()
		p.Active = drawer{t: t, p: p, place: beforeActive}.maybe("all active")
		d := drawer{t: t, p: p, place: anywhere}
		for _, word := range FactWords() {
			if word.Placed() {
				d.probe(p.fact(word.Key))
			}
		}
		livePlan(t, p, 1, 9)
	})
}

func TestFolk_FactsAndRanksOverSeveralPeriods(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) { live(t, 4, 8, drawDirect) })
}

func TestFolk_UnilevelWithEverything(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) { live(t, 1, 10, drawUnilevel, drawUnilevel, drawUnilevel) })
}

func TestFolk_ResidualWithStepDowns(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) { live(t, 1, 8, drawResidual, drawResidual, drawResidual) })
}

func TestFolk_MatchingByLevelAndGeneration(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		p := drawFolkPlan(t, drawMatching, drawMatching, drawMatching)
		if rapid.Bool().Draw(t, "has cap") {
			var bounded []int
			for i := range rapid.IntRange(1, len(p.Bonuses)).Draw(t, "bounded bonuses") {
				bounded = append(bounded, i)
			}
			limit := EverybodyAt(p, rapid.SampledFrom([]int64{0, 30, 1000}).Draw(t, "limit"))
			limit.Amounts = true
			p.Caps = []Cap{{Name: "most", Cadence: p.Main, Bonuses: bounded, LimitMinor: limit}}
			if p.checkOrder() != nil {
				p.Caps = nil // the cap waits for a bonus that matches what it leaves
			}
		}
		livePlan(t, p, 1, 9)
	})
}

// drawEarned makes up what the bonuses of shorter cadences have paid that monthly ones match.
func drawEarned(t *rapid.T, p *Plan, n int) (e Earned) {
	from := p.EarnedFrom(p.Main)
	if n == 0 || len(from) == 0 {
		return e
	}
	for range rapid.IntRange(0, 12).Draw(t, "paid before") {
		e.Earner = append(e.Earner, rapid.Int32Range(0, int32(n-1)).Draw(t, "who was paid"))
		e.Bonus = append(e.Bonus, uint16(rapid.SampledFrom(from).Draw(t, "paid by")))
		e.AmountMinor = append(e.AmountMinor, rapid.Int64Range(-50_00, 200_00).Draw(t, "paid before"))
	}
	return e
}

// What shorter periods have paid is matched by the month, beside what the month pays.
func TestFolk_MatchingOfShorterCadences(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		p := drawFolkPlan(t, drawUnilevel, drawUnilevel, drawMatching, drawMatching)
		shorter := slices.DeleteFunc([]Cadence{Weekly, Biweekly, HalfMonthly, FourWeekly}, func(c Cadence) bool { return !p.Main.IsLonger(c) })
		p.Bonuses[0].Cadence = rapid.SampledFrom(shorter).Draw(t, "shorter")
		if len(p.Bonuses) > 1 && p.Bonuses[1].Matching == nil && rapid.Bool().Draw(t, "another is daily") {
			p.Bonuses[1].Cadence = Daily
		}
		livePlan(t, p, 1, 9)
	})
}

// Every volume is paid out whole to whoever sells.
func TestFolk_VolumesOfThePlansOwnMaking(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) {
		p := drawFolkPlan(t)
		p.Active, p.Ranks, p.Facts, p.Bonuses, p.Volumes = nil, nil, NewFactTable(), nil, nil
		for k := range rapid.IntRange(1, 3).Draw(t, "own volumes") {
			v := drawOwnVolume(t, fmt.Sprintf("v%d", k))
			p.Volumes = append(p.Volumes, v)
			rates := EverybodyAt(p, RateScale)
			if rates.Amounts = v.Measure == MeasureCount; rates.Amounts {
				rates.Rows[0][0] = 1
			}
			p.Bonuses = append(p.Bonuses, Bonus{Name: fmt.Sprintf("pays_v%d", k), Cadence: p.Main, Direct: &Direct{Base: VolumeBuiltIn + Base(k), Rates: rates}})
		}
		livePlan(t, p, 4, 3)
	})
}

func TestFolk_MatrixOverTwoPeriods(t *testing.T) {
	checkDrawn(t, 1, func(t *rapid.T) { live(t, 2, 9, drawMatrix, drawMatrix, drawMatrix) })
}
