package plan

import (
	"testing"

	"upline/calc"
)

// A starter plan is runnable: in a company of forty in which everybody sells, the bonus of its kind pays somebody.
func TestStarter_EveryPlanPays(t *testing.T) {
	for _, kind := range StarterKinds() {
		t.Run(kind, func(t *testing.T) {
			source, _ := Starter(kind)
			result := Compile([]byte(source))
			if result.Plan == nil {
				t.Fatal(result.Diagnostics)
			}
			p := result.Plan
			paid := map[int]bool{}
			period := p.PeriodAt(p.Main, p.ValidFromUS)
			out, err := calc.Compute(companyOfForty(p, period))
			if err != nil {
				t.Fatal(err)
			}
			for _, bonus := range out.Lines.Bonus {
				paid[int(bonus)] = true
			}
			seller := []calc.ChainMember{{}, {}, {}}
			lines, err := calc.EventLines(&calc.EventInput{
				Plan: p, Sponsor: seller, Placement: seller, Class: "life", PV: 100 * calc.VolumeScale, CV: 100 * calc.VolumeScale, PriceMinor: 10_000,
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range lines {
				paid[line.Bonus] = true
			}
			for i, b := range result.Message.GetBonuses() {
				if kindOfBonus(b) == kind && paid[i] {
					return
				}
			}
			t.Errorf("no bonus of the kind pays: %v", paid)
		})
	}
}

// companyOfForty is a company in which everybody sponsors and places three below, or as many as the tree is wide, and everybody has
// sold for 20,000 points to a customer each.
func companyOfForty(p *calc.Plan, period calc.Period) *calc.Input {
	const people = 40
	in := &calc.Input{Plan: p, Cadence: p.Main, Period: period}
	n, v := &in.Network, &in.Volumes
	width := int(p.PlacementWidth)
	for i := range people {
		n.Sponsor = append(n.Sponsor, int32((i+2)/3-1))
		n.EnrolledAtUS = append(n.EnrolledAtUS, period.StartUS)
		if width > 0 {
			n.Parent = append(n.Parent, int32((i+width-1)/width-1))
			n.Leg = append(n.Leg, uint8((i+width-1)%width+1))
		}
		v.Seller = append(v.Seller, int32(i))
		for _, column := range []*[]int64{&v.PV, &v.CV, &v.QV} {
			*column = append(*column, 20_000*calc.VolumeScale)
		}
		v.PriceMinor = append(v.PriceMinor, 2_000_000)
		v.Class = append(v.Class, calc.WordNumber(p.Names.Classes, "life"))
		v.Market = append(v.Market, 0)
		v.Buyer = append(v.Buyer, int32(i))
		v.AtUS = append(v.AtUS, period.StartUS)
		v.BuyerSinceUS = append(v.BuyerSinceUS, period.StartUS)
		v.Cycle = append(v.Cycle, 1)
		v.First = append(v.First, ^uint16(0))
		v.Sized = append(v.Sized, ^uint64(0))
	}
	if width > 0 {
		n.Leg[0] = 0
	}
	for i, b := range p.Bonuses {
		if b.Manual != nil {
			in.Adjustments = calc.Adjustments{Earner: []int32{1}, Bonus: []uint16{uint16(i)}, AmountMinor: []int64{100}}
		}
	}
	return in
}
