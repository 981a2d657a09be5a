package calc

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// slowRule makes up a rule. Volumes are in points and ten-thousandths of them, cycles small enough to be counted one by one.
func slowRule(r *rand.Rand, p *Plan) Bonus {
	b := &Binary{
		AfterPayout: AfterPayout(r.IntN(4)), OwnVolume: OwnVolume(max(0, r.IntN(7)-3)), UnqualifiedKeeps: r.IntN(3) == 0,
		Base: []Base{BaseCV, BaseCV, BasePV, BasePrice}[r.IntN(4)],
	}
	volume := func(most int64) int64 {
		if r.IntN(3) == 0 {
			return 1 + r.Int64N(most*points)
		}
		return (1 + r.Int64N(most)) * points
	}
	perRank := func(value func() int64) RateTable {
		var values []int64
		for range len(p.Ranks) + 1 {
			values = append(values, value())
		}
		return single(values...)
	}
	rate := func() int64 { return r.Int64N(4) * r.Int64N(RateScale/3) }
	amount := func() int64 { return r.Int64N(4) * r.Int64N(50_00) }
	up := func(n int, first int64, step func() int64) (from []int64) {
		for ; n > 0; n-- {
			from = append(from, first)
			first += step()
		}
		return from
	}
	brackets := func(value func() int64) *Brackets {
		out := &Brackets{Marginal: r.IntN(2) == 0, Amounts: b.Cycle != nil}
		step := func() int64 { return volume(300) }
		if r.IntN(2) == 0 && !out.Marginal {
			out.By = must(NewNumber(p.Facts, "pv", p.fact(factPV)))
		} else if b.Cycle != nil {
			step = func() int64 { return 1 + r.Int64N(5) }
		}
		t := BracketTable{From: up(1+r.IntN(4), r.Int64N(2)*step(), step)}
		for range t.From {
			t.Rates = append(t.Rates, value())
		}
		out.Tables = []BracketTable{t}
		return out
	}
	value := rate
	switch r.IntN(5) {
	case 0, 1:
		b.Cycle = &BinaryCycle{Weak: volume(40)}
		b.Cycle.Strong = b.Cycle.Weak + r.Int64N(2)*volume(60)
		if r.IntN(3) == 0 {
			b.Cycle.FirstWeak = volume(60)
			b.Cycle.FirstStrong = b.Cycle.FirstWeak * (1 + r.Int64N(2))
		}
		if r.IntN(2) == 0 {
			b.MaxCycles = 1 + r.Int64N(6)
		}
		value = amount
	case 2:
		for _, from := range up(1+r.IntN(4), volume(200), func() int64 { return volume(400) }) {
			b.Steps = append(b.Steps, BinaryStep{from, amount()})
		}
	default:
		b.ByRatio = r.IntN(4) == 0
	}
	switch {
	case len(b.Steps) > 0:
	case r.IntN(3) == 0:
		b.Brackets = brackets(value)
	default:
		b.Rates = perRank(value)
		b.Rates.Amounts = b.Cycle != nil
	}
	if r.IntN(2) == 0 {
		b.Max = perRank(func() int64 { return r.Int64N(60_00) })
		b.Max.Amounts = true
		b.Max.Candidates[r.IntN(len(b.Max.Candidates))] = nil
	}
	if r.IntN(3) == 0 {
		b.Carry.Volume = volume(600)
	}
	if r.IntN(3) == 0 {
		b.Carry.AverageTimes, b.Carry.AveragePeriods = Fraction{r.Int64N(9), 1 + r.Int64N(3)}, 1+r.Int32N(4)
	}
	if r.IntN(2) == 0 {
		b.Carry.ExpiresAfter = 1 + r.Int32N(4)
	}
	if b.Cycle != nil && (b.Brackets == nil || !b.Brackets.Marginal) && r.IntN(2) == 0 {
		levels := 1 + r.IntN(4)
		var rows [][]int64
		for range len(p.Ranks) + 1 {
			var row []int64
			for range levels {
				row = append(row, r.Int64N(3)*10_00)
			}
			for k := levels - r.IntN(levels+1); k < levels; k++ {
				row[k] = LikeOtherCycles
			}
			rows = append(rows, row)
		}
		b.FirstCycles = byStanding(rows...)
		b.FirstCycles.Levels, b.FirstCycles.Amounts = int32(levels), true
		if k := r.IntN(2 * len(rows)); k < len(rows) {
			b.FirstCycles.Candidates[k] = nil
		}
	}
	b.Carry.LostWhenInactive = r.IntN(4) == 0
	b.Carry.LostWhenUnqualified = r.IntN(4) == 0 && !b.UnqualifiedKeeps
	if r.IntN(4) == 0 {
		below := &Expr{Op: OpNot, Args: []*Expr{p.atLeast(factPV, 100)}}
		b.Carry.LostWhen = p.condition(below)
	}
	return Bonus{Name: "team", Cadence: Monthly, Binary: b, Inactive: Inactive(r.IntN(3))}
}

// slowCompany makes up a company of a few people, a plan, and what they sell in a period.
type slowCompany struct {
	r    *rand.Rand
	in   *Input
	free [][2]int32 // places
}

func newSlowCompany(seed uint64) *slowCompany {
	r := rand.New(rand.NewPCG(seed, 9))
	p := &Plan{
		ID: "slow", Version: 1, Currency: "USD", MinorDigits: 2, Main: Monthly, PlacementWidth: 2, Facts: NewFactTable(),
		Rounding: Rounding{RoundingMode(r.IntN(4)), []int64{1, 1, 5, 100}[r.IntN(4)]}, PointValue: Fraction{1 + r.Int64N(3), []int64{7, 100, 1_000}[r.IntN(3)]},
	}
	for k := range r.IntN(3) {
		p.Ranks = append(p.Ranks, Rank{Name: fmt.Sprintf("r%d", k), When: p.condition(p.atLeast(factPV, int64(100*(k+1))))})
	}
	if r.IntN(3) > 0 {
		p.Active = p.condition(p.atLeast(factPV, 50))
	}
	bonus := slowRule(r, p)
	if r.IntN(2) == 0 {
		bonus.When = p.condition(p.atLeast(factCV, 80))
	}
	p.Bonuses = []Bonus{bonus}
	return &slowCompany{r: r, in: &Input{Plan: p, Cadence: Monthly, Period: PeriodByNo(Monthly, nil, 600), Trace: true, Threads: 1 + r.IntN(2)}}
}

// grow adds people at free places.
func (c *slowCompany) grow(people int) {
	n := &c.in.Network
	for range people {
		row := int32(len(n.Sponsor))
		parent, leg := int32(-1), uint8(0)
		if len(c.free) > 0 {
			k := c.r.IntN(len(c.free))
			parent, leg = c.free[k][0], uint8(c.free[k][1])
			c.free = slices.Delete(c.free, k, k+1)
		}
		c.free = append(c.free, [2]int32{row, 1}, [2]int32{row, 2})
		n.Sponsor, n.Parent, n.Leg = append(n.Sponsor, parent), append(n.Parent, parent), append(n.Leg, leg)
		n.EnrolledAtUS = append(n.EnrolledAtUS, 0)
		for key := range c.in.Prior.State {
			c.in.Prior.State[key] = append(slices.Clone(c.in.Prior.State[key]), 0)
		}
	}
	c.in.Prior.Achieved, c.in.Prior.PaidAs, c.in.Prior.Active = nil, nil, nil
}

func (c *slowCompany) sell() {
	n, r := len(c.in.Network.Sponsor), c.r
	c.in.Volumes = Volumes{}
	sells := func() int64 {
		v := r.Int64N(300) * points
		switch r.IntN(6) {
		case 0:
			v = -v / 3
		case 1:
			v += r.Int64N(points)
		case 2:
			v *= 4
		}
		return v
	}
	for i := range n {
		for range r.IntN(3) {
			v := &c.in.Volumes
			v.Seller, v.PV, v.CV, v.PriceMinor = append(v.Seller, int32(i)), append(v.PV, sells()), append(v.CV, sells()), append(v.PriceMinor, sells())
		}
	}
}
