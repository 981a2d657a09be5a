package calc

import (
	"fmt"
	"math/rand/v2"
)

// Shorthands for conditions.

func num(v int64) *Expr               { return &Expr{Op: OpNumber, Value: v} }
func fact(f Fact) *Expr               { return &Expr{Op: OpFact, Fact: f} }
func factOf(f Fact, rank uint8) *Expr { return &Expr{Op: OpFact, Fact: f, Rank: rank} }
func expr(op Op, args ...*Expr) *Expr { return &Expr{Op: op, Args: args} }
func atLeast(f Fact, v int64) *Expr   { return expr(OpGreaterEqual, fact(f), num(v)) }
func legsWith(rank uint8, n int64) *Expr {
	return expr(OpGreaterEqual, factOf(FactLegsWith, rank), num(n))
}
func mustCondition(root *Expr) *Condition { return must(NewCondition("test", root)) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// hybridPlan has ten ranks, a binary bonus with carry and a unilevel bonus of seven levels with dynamic compression.
func hybridPlan() *Plan {
	p := &Plan{
		ID: "hybrid", Version: 1, Currency: "USD", MinorDigits: 2, Main: Monthly, Rounding: Rounding{HalfUp, 1},
		PointValue: Fraction{1, 100}, PlacementWidth: 2, Active: mustCondition(atLeast(FactPV, 50)),
	}
	group := int64(200)
	for k := range 10 {
		when := expr(OpAnd, atLeast(FactPV, 100), atLeast(FactGV, group))
		if k >= 3 {
			when = expr(OpAnd, when, legsWith(uint8(k-1), 2))
		}
		p.Ranks = append(p.Ranks, Rank{Name: fmt.Sprintf("rank%d", k+1), When: mustCondition(when)})
		group *= 3
	}
	percent := func(n int64) int64 { return n * RateScale / 100 }
	binary, levels := &Binary{}, &Unilevel{Levels: 7, Compression: CompressionDynamic}
	for rank := range len(p.Ranks) + 1 {
		binary.Rates = append(binary.Rates, percent(int64(min(rank, 5)+5)))
		rates := make([]int64, levels.Levels)
		for level := range rates {
			if level <= rank {
				rates[level] = percent([]int64{2, 3, 5, 5, 6, 6, 7}[level])
			}
		}
		levels.Rates = append(levels.Rates, rates)
	}
	p.Bonuses = []Bonus{
		{Name: "team", Cadence: Monthly, Binary: binary},
		{Name: "levels", Cadence: Monthly, Unilevel: levels},
	}
	return p
}

// company makes up a company: few sponsors with most of the frontline, a long power leg in the binary tree, sales from a third of the
// distributors, rows in an order that has nothing to do with the trees.
func company(plan *Plan, n, sales int, seed uint64) *Input {
	random := rand.New(rand.NewPCG(seed, 1))
	in := &Input{Plan: plan, Cadence: plan.Main, Period: PeriodByNo(plan.Main, nil, 680)}
	order := random.Perm(n)
	in.Network = Network{Sponsor: make([]int32, n), Parent: make([]int32, n), Leg: make([]uint8, n), EnrolledAtUS: make([]int64, n)}
	lefts := make([]int, 0, n) // the power leg, top first
	open := [][2]int{}
	for k, row := range order {
		if k == 0 {
			in.Network.Sponsor[row], in.Network.Parent[row] = -1, -1
			lefts, open = append(lefts, row), append(open, [2]int{row, 2})
			continue
		}
		// The square of a uniform number favours those who came early, and so the same few sponsors again and again.
		f := random.Float64()
		in.Network.Sponsor[row] = int32(order[int(f*f*float64(k))])
		if k%2 == 0 {
			top := lefts[len(lefts)-1]
			in.Network.Parent[row], in.Network.Leg[row] = int32(top), 1
			lefts, open = append(lefts, row), append(open, [2]int{row, 2})
			continue
		}
		pick := random.IntN(len(open))
		place := open[pick]
		open[pick] = open[len(open)-1]
		open = append(open[:len(open)-1], [2]int{row, 1}, [2]int{row, 2})
		in.Network.Parent[row], in.Network.Leg[row] = int32(place[0]), uint8(place[1])
	}
	in.Volumes = Volumes{Seller: make([]int32, sales), PV: make([]int64, sales), CV: make([]int64, sales), PriceMinor: make([]int64, sales)}
	for i := range sales {
		points := random.Int64N(200)*VolumeScale + random.Int64N(VolumeScale)
		in.Volumes.Seller[i] = int32(order[random.IntN(n)/3])
		in.Volumes.PV[i], in.Volumes.CV[i], in.Volumes.PriceMinor[i] = points, points*8/10, points/80
	}
	return in
}
