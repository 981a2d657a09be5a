package calc

import (
	"math/rand/v2"
	"testing"
)

// A limit that is a rate of the volume of a longer time: what is paid in each week is what is due, up to the rate of all that was sold since
// the month of the week began, less what was paid since.
func TestCap_RateOfTheVolumeOfALongerTime(t *testing.T) {
	cut, spared := 0, 0
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 13))
		p := testPlanOf(Bonus{Name: "own", Cadence: Weekly, Direct: &Direct{Base: BasePrice, Rates: single(RateScale / 2)}})
		limit := Cap{Name: "payout", Cadence: Weekly, Bonuses: []int{0}, Per: CapPer(random.IntN(3)), Base: BaseCV, Rate: RateScale / []int64{1, 2, 4, 5}[random.IntN(4)]}
		limit.Within = []Cadence{0, Monthly, Quarterly}[random.IntN(3)]
		limit.Lifetime = limit.Within == 0
		p.Caps = []Cap{limit}
		// A line of three, in which everybody's group is those above in the order of rows.
		const n = 3
		in := &Input{Plan: p, Cadence: Weekly, Network: Network{Sponsor: []int32{1, 2, -1}, EnrolledAtUS: make([]int64, n)}}
		var volume, paid [n]int64
		first := random.Int64N(100) + 2800
		for week := range int64(12) {
			in.Period = PeriodByNo(Weekly, nil, first+week)
			begun := func(no int64) int64 { return PeriodAt(limit.Within, nil, PeriodByNo(Weekly, nil, no).StartUS).No }
			if limit.Within != 0 && week > 0 && begun(in.Period.No) != begun(in.Period.No-1) {
				volume, paid = [n]int64{}, [n]int64{}
			}
			in.Volumes = Volumes{}
			var due [n]int64
			for row := range n {
				price, cv := random.Int64N(500)*2, random.Int64N(6)*VolumeScale
				v := &in.Volumes
				v.Seller, v.PV, v.CV, v.PriceMinor = append(v.Seller, int32(row)), append(v.PV, 0), append(v.CV, cv), append(v.PriceMinor, price)
				due[row] = price / 2
				for above := row; above < n; above++ {
					volume[above] += cv
				}
			}
			out, err := Compute(in)
			if err != nil {
				t.Fatal(err)
			}
			var got [n]int64
			for i, earner := range out.Lines.Earner {
				got[earner] += out.Lines.AmountMinor[i]
			}
			held := func(got, due, volume, paid int64) int64 {
				limitMinor := volume / (RateScale / limit.Rate) / 100 // a point is worth a hundredth of the unit of money, which is one minor unit
				want := min(due, max(0, limitMinor-paid))
				if got != want {
					t.Fatalf("seed %d, week %d: %d is paid of %d, want %d", seed, week, got, due, want)
				}
				cut, spared = cut+int(min(1, due-want)), spared+int(min(1, want))
				return want
			}
			if limit.Per == CapPerCompany {
				paid[0] += held(got[0]+got[1]+got[2], due[0]+due[1]+due[2], volume[n-1], paid[0])
			} else {
				for row := range n {
					paid[row] += held(got[row], due[row], volume[row], paid[row])
				}
			}
			in.Prior = Prior{State: out.State}
		}
	}
	if cut < 500 || spared < 500 {
		t.Errorf("%d were cut and %d paid", cut, spared)
	}
}
