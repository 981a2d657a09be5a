package calc

import "slices"

// Asks says which optional parts of an input a plan reads, so that whoever makes inputs can feed them, or refuse a plan that asks for
// what is not kept.
type Asks struct {
	QV, Fees, First, BuyerSince, Sized bool // columns of Volumes
	Class, Market, Buyer, At           bool
	Cycle, Count                       bool
	Owner, Kind, Tags, Home            bool // columns of Network; Home is Network.Market
	Adjustments                        bool // whether there is a bonus that is paid by hand
	Posted                             bool // whether a cap bounds lines that events post
}

// Asks lists what the plan reads.
func (p *Plan) Asks() Asks {
	a := Asks{Home: p.VariantOfMarket != nil}
	for b := range VolumeBuiltIn + Base(len(p.Volumes)) {
		if p.reads(b) {
			a.measure(p.MeasureOf(b))
		}
	}
	for i := range p.Volumes {
		v := &p.Volumes[i]
		a.measure(v.Measure)
		a.Class = a.Class || v.Classes != nil || v.ClassShares != nil
		a.Market = a.Market || v.Markets != nil
		a.Buyer = a.Buyer || v.Buyers != BuyersAll || v.CustomerShare != RateScale
		a.At = a.At || v.Inside != nil || v.Outside != nil || v.UntilPeriodDay > 0
		a.BuyerSince = a.BuyerSince || v.Inside.sinceFirst() || v.Outside.sinceFirst()
		a.Cycle = a.Cycle || v.FromCycle > 1 || v.ToCycle > 0
		a.First = a.First || v.FirstSaleOnly
		a.Sized = a.Sized || v.Size != nil
	}
	for s := range p.Facts.len() {
		switch p.Facts.keys[s].Fact {
		case FactCustomers:
			a.Buyer = true
		case FactKind:
			a.Kind = true
		case FactTag:
			a.Tags = true
		case FactMarket:
			a.Home = true
		case FactPlan:
			a.Owner = a.Owner || p.Facts.own[p.Facts.keys[s].Name].Over == OverPositions
		}
	}
	for i := range p.Bonuses {
		b := &p.Bonuses[i]
		a.Home = a.Home || b.Markets != nil
		a.Adjustments = a.Adjustments || b.Manual != nil
	}
	for i := range p.Caps {
		a.Owner = a.Owner || p.Caps[i].Per == CapPerOwner
		a.Posted = a.Posted || slices.ContainsFunc(p.Caps[i].Bonuses, func(b int) bool { return p.Bonuses[b].Pays == PaysEvent })
	}
	return a
}

func (a *Asks) measure(m Measure) {
	a.QV = a.QV || m == MeasureQV
	a.Count = a.Count || m == MeasureCount
	a.Fees = a.Fees || m == MeasureNetPrice
}

// reads tells whether a bonus, a cap or a fact reads a volume.
func (p *Plan) reads(b Base) bool {
	for s := range p.Facts.len() {
		if key := p.Facts.keys[s]; key.Volume == b && key.Fact.ofVolume() {
			return true
		}
	}
	return slices.ContainsFunc(p.Bonuses, func(x Bonus) bool { return x.BaseOf() == b }) ||
		slices.ContainsFunc(p.Caps, func(x Cap) bool { return x.Rate != 0 && x.Base == b })
}

// ofVolume tells that a fact is one about a volume.
func (f Fact) ofVolume() bool { return f <= FactCompany }
