package calc

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// largeEnough says in the words of the rule whether a sale has a size.
func largeEnough(s *SaleSize, v *SaleValues) bool {
	size := map[Measure]int64{
		MeasureCV: v.CV, MeasurePV: v.PV, MeasureQV: v.QV, MeasurePrice: v.PriceMinor, MeasureNetPrice: v.PriceMinor - v.FeeMinor,
	}[s.Measure]
	if v.PriceMinor < 0 || v.CV < 0 || v.PV < 0 {
		size = -size
	}
	return size >= s.From && (s.Below == 0 || size < s.Below)
}

// What one sale counts at its event in a volume of the plan's own making is what the slow model says of an entry of a period like it, and what
// the engine counts of that at the close.
func TestEventLines_CountVolumesAsPeriodsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawOwnVolume(t, "own")
		v.UntilPeriodDay, v.FirstSaleOnly, v.FirstClasses, v.SourceFrom, v.SourceCap, v.SourceWithin = 0, false, nil, 0, 0, 0
		for _, w := range []*DayWindow{v.Inside, v.Outside} {
			if w != nil {
				w.SinceFirstPurchase = false
			}
		}
		// A rate of one: the amounts are what was counted.
		bonus := func(name string, pays Pays) Bonus {
			return Bonus{Name: name, Pays: pays, Cadence: Monthly, Direct: &Direct{Base: VolumeBuiltIn, Rates: single(RateScale)}}
		}
		plan := testPlanOf(bonus("close", PaysPeriod), bonus("event", PaysEvent))
		plan.Names.Classes, plan.Names.Markets, plan.Volumes, plan.PointValue = []string{"power", "gas"}, []string{"DE", "IN"}, []Volume{v}, One
		if v.Measure == MeasureCount {
			for i := range plan.Bonuses {
				plan.Bonuses[i].Direct.Rates = single(1)
				plan.Bonuses[i].Direct.Rates.Amounts = true
			}
		}
		period := PeriodAt(Monthly, nil, eventAtUS)
		network := Network{Sponsor: []int32{-1}, EnrolledAtUS: []int64{eventAtUS - rapid.SampledFrom([]int64{0, 1, dayUS, 30*dayUS - 1, 30 * dayUS, 80 * dayUS}).Draw(t, "enrolled")}}
		rows := drawFolkVolumes(t, 1, &network, period)
		if len(rows.Seller) == 0 {
			return
		}
		const k = 0
		one := func(column []int64) []int64 { return column[:1] }
		rows = Volumes{
			Seller: rows.Seller[:1], PV: one(rows.PV), CV: one(rows.CV), QV: one(rows.QV), PriceMinor: one(rows.PriceMinor), FeeMinor: one(rows.FeeMinor),
			Count: []int32{1}, Class: rows.Class[:1], Market: rows.Market[:1], Buyer: rows.Buyer[:1], AtUS: one(rows.AtUS), BuyerSinceUS: one(rows.BuyerSinceUS),
			Cycle: []int32{1}, First: rows.First[:1],
		}
		sold := SaleValues{PV: drawVolume(t, "sold pv"), CV: drawVolume(t, "sold cv"), QV: 500_000, PriceMinor: drawVolume(t, "sold price"), FeeMinor: 1}
		rows.Sized = []uint64{0}
		if v.Size != nil && largeEnough(v.Size, &sold) {
			rows.Sized[k] = 1
		}
		in := &Input{Plan: plan, Cadence: Monthly, Period: period, Network: network, Volumes: rows, Threads: 1}
		m := &folk{in: in, n: 1}
		want, _ := new(big.Float).SetRat(m.counted(VolumeBuiltIn, k)).Int64()
		event := &EventInput{
			Plan: plan, AtUS: rows.AtUS[k], Sponsor: []ChainMember{{EnrolledAtUS: network.EnrolledAtUS[0]}}, PV: rows.PV[k], CV: rows.CV[k], QV: rows.QV[k],
			PriceMinor: rows.PriceMinor[k], FeeMinor: rows.FeeMinor[k], Class: append([]string{""}, plan.Names.Classes...)[rows.Class[k]],
			Market: rows.Market[k], SellerBought: rows.Buyer[k] < 0, Sold: &sold,
		}
		lines, err := EventLines(event)
		if err != nil {
			t.Fatal(err)
		}
		result, err := Compute(in)
		if err != nil {
			t.Fatal(err)
		}
		atEvent, atClose := int64(0), int64(0)
		for _, l := range lines {
			atEvent += l.Base
		}
		for i := range result.Lines.Len() {
			atClose += result.Lines.Base[i]
		}
		if atEvent != want || atClose != want {
			t.Errorf("%+v: %d at the event and %d at the close, the model says %d", v, atEvent, atClose, want)
		}
		if needs := EventNeeds(plan, false); needs.Registrations != (v.Inside != nil || v.Outside != nil) {
			t.Errorf("the volume %+v needs %+v", v, needs)
		}
	})
}
