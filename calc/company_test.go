package calc

import (
	"fmt"
	"math/rand/v2"
)

// Shorthands for conditions.

func num(v int64) *Expr               { return &Expr{Op: OpNumber, Value: v} }
func expr(op Op, args ...*Expr) *Expr { return &Expr{Op: op, Args: args} }

// Shorthands for keys of facts.
var (
	factPV = FactKey{Fact: FactOwn, Volume: BasePV}
	factCV = FactKey{Fact: FactOwn, Volume: BaseCV}
	factGV = FactKey{Fact: FactGroup, Volume: BasePV}
)

// fact reads a fact of a plan, which gets a table of facts with the first one.
func (p *Plan) fact(key FactKey) *Expr {
	if p.Facts == nil {
		p.Facts = NewFactTable()
	}
	return &Expr{Op: OpFact, Slot: p.Facts.Slot(key, FactWord{}.Digits(p, key))}
}

func (p *Plan) atLeast(key FactKey, v int64) *Expr {
	return expr(OpGreaterEqual, p.fact(key), num(v))
}

func (p *Plan) legsWith(rank uint8, n int64) *Expr {
	return p.atLeast(FactKey{Fact: FactLegsWith, Rank: rank}, n)
}

func (p *Plan) condition(root *Expr) *Condition { return must(NewCondition(p.Facts, "test", root)) }

// byStanding is a table with a row for every standing.
func byStanding(rows ...[]int64) RateTable {
	t := RateTable{Levels: 1, Rows: rows}
	for i, row := range rows {
		t.Levels = int32(len(row))
		t.Candidates = append(t.Candidates, []uint8{uint8(i)})
	}
	return t
}

// single is a table of one level with a rate for every standing.
func single(rates ...int64) RateTable {
	var rows [][]int64
	for _, rate := range rates {
		rows = append(rows, []int64{rate})
	}
	return byStanding(rows...)
}

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
		PointValue: Fraction{1, 100}, PlacementWidth: 2,
	}
	p.Active = p.condition(p.atLeast(factPV, 50))
	group := int64(200)
	for k := range 10 {
		when := expr(OpAnd, p.atLeast(factPV, 100), p.atLeast(factGV, group))
		if k >= 3 {
			when = expr(OpAnd, when, p.legsWith(uint8(k-1), 2))
		}
		p.Ranks = append(p.Ranks, Rank{Name: fmt.Sprintf("rank%d", k+1), When: p.condition(when)})
		group *= 3
	}
	percent := func(n int64) int64 { return n * RateScale / 100 }
	var pairs []int64
	var levels [][]int64
	for rank := range len(p.Ranks) + 1 {
		pairs = append(pairs, percent(int64(min(rank, 5)+5)))
		rates := make([]int64, 7)
		for level := range rates {
			if level <= rank {
				rates[level] = percent([]int64{2, 3, 5, 5, 6, 6, 7}[level])
			}
		}
		levels = append(levels, rates)
	}
	p.Bonuses = []Bonus{
		{Name: "team", Cadence: Monthly, Binary: &Binary{Rates: single(pairs...)}},
		{Name: "levels", Cadence: Monthly, Unilevel: &Unilevel{Rates: byStanding(levels...), Walk: Walk{Compression: CompressionDynamic}}},
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
