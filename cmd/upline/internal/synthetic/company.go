package synthetic

import (
	"math/rand/v2"

	"upline/calc"
)

// sellersIn is how many distributors there are to one who sells.
const sellersIn = 3

// Company makes up a company with so many distributors, at least one, and sales, in the period in which the plan comes into force.
func Company(plan *calc.Plan, distributors, sales int, seed uint64) *calc.Input {
	random := rand.New(rand.NewPCG(seed, 1))
	in := &calc.Input{Plan: plan, Cadence: plan.Main, Period: plan.PeriodAt(plan.Main, plan.ValidFromUS)}
	joined := shuffled(distributors, random)
	in.Network = calc.Network{Sponsor: make([]int32, distributors), EnrolledAtUS: make([]int64, distributors)}
	lifeUS := in.Period.EndUS - in.Period.StartUS
	for k, row := range joined {
		in.Network.Sponsor[row] = -1
		if k > 0 {
			// The square of a uniform number favours those who came early, and so the same few sponsors again and again.
			f := random.Float64()
			in.Network.Sponsor[row] = joined[int(f*f*float64(k))]
		}
		// Ten periods have filled the company, evenly.
		in.Network.EnrolledAtUS[row] = in.Period.EndUS - 10*lifeUS + int64(float64(10*lifeUS)*float64(k)/float64(distributors))
	}
	if plan.PlacementWidth == 2 {
		place(&in.Network, joined, random)
	}
	sell(&in.Volumes, joined, sales, random)
	return in
}

func shuffled(n int, random *rand.Rand) []int32 {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	random.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// place puts every second newcomer at the end of the outer left leg, and the others into any free place.
func place(network *calc.Network, joined []int32, random *rand.Rand) {
	n := len(joined)
	network.Parent, network.Leg = make([]int32, n), make([]uint8, n)
	// A free place is a parent's row and leg in one number.
	free := make([]int64, 0, n)
	end := joined[0]
	network.Parent[end] = -1
	free = append(free, int64(end)<<2|2)
	for k, row := range joined[1:] {
		if k%2 == 0 {
			network.Parent[row], network.Leg[row] = end, 1
			end = row
			free = append(free, int64(row)<<2|2)
			continue
		}
		pick := random.IntN(len(free))
		network.Parent[row], network.Leg[row] = int32(free[pick]>>2), uint8(free[pick]&3)
		free[pick] = int64(row)<<2 | 1
		free = append(free, int64(row)<<2|2)
	}
}

// sell makes the sales of the period, of one to two hundred points each.
func sell(v *calc.Volumes, joined []int32, sales int, random *rand.Rand) {
	*v = calc.Volumes{Seller: make([]int32, sales), PV: make([]int64, sales), CV: make([]int64, sales), PriceMinor: make([]int64, sales)}
	sellers := (len(joined) + sellersIn - 1) / sellersIn
	for i := range sales {
		points := calc.VolumeScale + random.Int64N(199*calc.VolumeScale)
		v.Seller[i] = joined[sellersIn*random.IntN(sellers)]
		v.PV[i], v.CV[i], v.PriceMinor[i] = points, points*8/10, points/80
	}
}
