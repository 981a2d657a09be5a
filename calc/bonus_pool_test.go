package calc

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// newPool is a company of so many distributors with one pool; what each sold decides shares and places.
func newPool(pool *Pool, prices ...int64) *payroll {
	p := newPayroll(len(prices), Bonus{Name: "pool", Cadence: Monthly, Pool: pool})
	for row, price := range prices {
		if price != 0 {
			p.sell(row, price*100)
		}
	}
	return p
}

// price is the number of the own sales, in whole units of the currency, with two decimals.
func (p *payroll) price() *Number {
	return must(NewNumber(p.in.Plan.Facts, "price", p.in.Plan.fact(FactKey{Fact: FactOwn, Volume: BasePrice})))
}

func (p *payroll) pool() *Pool { return p.in.Plan.Bonuses[0].Pool }

// Published: 1 % of 1,000,000 among 50 is 200 each.
func TestPool_EqualShares(t *testing.T) {
	p := newPool(&Pool{Rate: RateScale / 100}, make([]int64, 60)...)
	p.in.Volumes = Volumes{Seller: []int32{3}, PV: []int64{0}, CV: []int64{1_000_000 * VolumeScale}, PriceMinor: []int64{0}}
	p.in.Plan.Bonuses[0].When = p.in.Plan.condition(expr(OpNot, p.in.Plan.fact(FactKey{Fact: FactTag, Name: 1})))
	p.in.Plan.Names.Tags = []string{"left_out"}
	p.in.Network.Tags = make([]uint64, 60)
	for row := range 10 {
		p.in.Network.Tags[row*6] = 1
	}
	out := p.compute(t)
	if out.Lines.Len() != 50 {
		t.Errorf("%d lines", out.Lines.Len())
	}
	for i := range out.Lines.Len() {
		if got := describe(p.in, out, i); got[len(got)-8:] != "= 200 00" && out.Lines.AmountMinor[i] != 200_00 {
			t.Errorf("%s", got)
		}
	}
	if got, want := describe(p.in, out, 0), "1 pool 10000000000 × 0.01 × part of the shares 1/50 = 20000"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Whoever does not qualify has no shares, however much was sold.
func TestPool_BySharesOfTheQualifiedOnly(t *testing.T) {
	p := newPool(&Pool{AmountMinor: 100_00, Sharing: ShareByShares}, 30, 500, 10)
	p.pool().Shares = p.price()
	p.in.Plan.Bonuses[0].When = p.in.Plan.condition(expr(OpNot, p.in.Plan.fact(FactKey{Fact: FactTag, Name: 1})))
	p.in.Plan.Names.Tags = []string{"left_out"}
	p.in.Network.Tags = []uint64{0, 1, 0}
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{75_00, 0, 25_00}) {
		t.Errorf("%v", got)
	}
}

// Published: 5,000 shares of 10,000 are worth 2 each, and five of them 10.
func TestPool_ByShares(t *testing.T) {
	p := newPool(&Pool{AmountMinor: 10_000_00, Sharing: ShareByShares}, 5, 4_995, 0)
	p.pool().Shares = p.price()
	wantLines(t, p.in, p.compute(t), `
		0 pool 1000000 × 1 × part of the shares 5/5000 = 1000
		1 pool 1000000 × 1 × part of the shares 4995/5000 = 999000`)
}

// Shares read as they were counted, whatever divides them.
func TestPool_SharesAreNotReduced(t *testing.T) {
	p := newPool(&Pool{AmountMinor: 10_000_00, Sharing: ShareByShares}, 10, 4_990)
	p.pool().Shares = p.price()
	wantLines(t, p.in, p.compute(t), `
		0 pool 1000000 × 1 × part of the shares 10/5000 = 2000
		1 pool 1000000 × 1 × part of the shares 4990/5000 = 998000`)
}

func TestPool_SharesAreWholeAndNotBelowZero(t *testing.T) {
	p := newPool(&Pool{AmountMinor: 100_00, Sharing: ShareByShares}, 0, 0, 0)
	p.sell(0, 199)
	p.sell(1, 300)
	p.sell(2, -500)
	p.pool().Shares = p.price()
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{25_00, 75_00, 0}) {
		t.Errorf("%v", got)
	}
}

func TestPool_SharesByRank(t *testing.T) {
	p := newPool(&Pool{AmountMinor: 100_00, Sharing: ShareByShares}, 10, 20, 30, 1)
	p.rank(10, 20)
	p.pool().SharesByRank = RateTable{Levels: 1, Amounts: true, Rows: [][]int64{{1}, {3}}, Candidates: [][]uint8{{}, {0}, {1}}}
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{14_28, 42_86, 42_86, 0}) {
		t.Errorf("%v", got)
	}
}

// The units that are left go to those who come first, or by the rule.
func TestPool_RemainderGoesWhereTheRuleSays(t *testing.T) {
	for remainder, want := range [][]int64{{33_34, 33_33, 33_33}, {33_34, 33_33, 33_33}, {33_33, 33_33, 33_33}} {
		p := newPool(&Pool{AmountMinor: 100_00, Remainder: Remainder(remainder), Undistributed: UndistributedNextPeriod}, 0, 0, 0)
		out := p.compute(t)
		if got := sumsByRow(p.in, out); !slices.Equal(got, want) {
			t.Errorf("rule %d: %v, want %v", remainder, got, want)
		}
		if left := out.State["company:pool:pool"]; left != nil {
			t.Errorf("rule %d: %d are carried on", remainder, left)
		}
	}
}

func TestPool_Places(t *testing.T) {
	const percent = RateScale / 100
	places := []int64{50 * percent, 30 * percent, 20 * percent}
	for _, c := range []struct {
		name          string
		first, second []int64 // order by price, then by CV
		undistributed Undistributed
		want          []int64
	}{
		{"in order", []int64{1, 3, 2, 0}, nil, UndistributedCompany, []int64{20_00, 50_00, 30_00, 0}},
		{"equals share their places", []int64{5, 9, 5, 5}, nil, UndistributedCompany, []int64{16_67, 50_00, 16_67, 16_66}},
		{"the second number decides", []int64{5, 9, 5, 5}, []int64{1, 0, 2, 1}, UndistributedCompany, []int64{10_00, 50_00, 30_00, 10_00}},
		{"two share places two and three", []int64{5, 9, 5, 1}, nil, UndistributedCompany, []int64{25_00, 50_00, 25_00, 0}},
		{"places that nobody has are the company's", []int64{2, 1}, nil, UndistributedCompany, []int64{50_00, 30_00}},
		{"or are shared", []int64{2, 1}, nil, UndistributedShared, []int64{62_50, 37_50}},
	} {
		p := newPool(&Pool{AmountMinor: 100_00, Sharing: ShareByPlace, Places: places, Undistributed: c.undistributed}, c.first...)
		p.pool().OrderBy = p.price()
		if c.second != nil {
			p.pool().ThenBy = must(NewNumber(p.in.Plan.Facts, "cv", p.in.Plan.fact(factCV)))
			for i, row := range p.in.Volumes.Seller {
				p.in.Volumes.CV[i] = c.second[row]
			}
		}
		if out := p.compute(t); !slices.Equal(sumsByRow(p.in, out), c.want) {
			t.Errorf("%s: %v, want %v\n%s", c.name, sumsByRow(p.in, out), c.want, described(p.in, out))
		}
	}
}

// A line tells the part of its place, and how many share it where that is more than one. A place may have no part.
func TestPool_LinesOfPlaces(t *testing.T) {
	const percent = RateScale / 100
	p := newPool(&Pool{AmountMinor: 100_00, Sharing: ShareByPlace, Places: []int64{60 * percent, 40 * percent, 0}}, 5, 9, 5, 1)
	p.pool().OrderBy = p.price()
	wantLines(t, p.in, p.compute(t), `
		0 pool 10000 × 1 × part of the place 400000000/1000000000 × equals in the place 1/2 = 2000
		1 pool 10000 × 1 × part of the place 600000000/1000000000 = 6000
		2 pool 10000 × 1 × part of the place 400000000/1000000000 × equals in the place 1/2 = 2000`)
}

// Whoever does not qualify has no place, and no part of that of somebody who has the same number.
func TestPool_PlacesOfTheQualifiedOnly(t *testing.T) {
	p := newPool(&Pool{AmountMinor: 100_00, Sharing: ShareByPlace, Places: []int64{RateScale * 6 / 10, RateScale * 4 / 10}}, 5, 9, 5, 9)
	p.pool().OrderBy = p.price()
	p.in.Plan.Bonuses[0].When = p.in.Plan.condition(expr(OpNot, p.in.Plan.fact(FactKey{Fact: FactTag, Name: 1})))
	p.in.Plan.Names.Tags = []string{"left_out"}
	p.in.Network.Tags = []uint64{0, 1, 1, 0}
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{40_00, 0, 0, 60_00}) {
		t.Errorf("%v", got)
	}
}

// A leader of the first generation is worth two shares, and one of the second one. Three in a row have three, two and none.
func TestPool_SharesByGeneration(t *testing.T) {
	p := newPool(&Pool{AmountMinor: 100_00, Sharing: ShareByShares}, 1, 1, 1)
	p.in.Network.Sponsor = []int32{-1, 0, 1}
	p.pool().Generations = &PoolGenerations{
		Leaders: p.in.Plan.condition(p.in.Plan.atLeast(FactKey{Fact: FactOwn, Volume: BasePrice}, 1)),
		Shares:  RateTable{Levels: 2, Amounts: true, Rows: [][]int64{{2, 1}}, Candidates: [][]uint8{{0}}},
	}
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{60_00, 40_00, 0}) {
		t.Errorf("%v", got)
	}
}

// In a company whose levels are wide, generations pass through whoever stands last in a level.
func TestPool_SharesByGenerationThroughAWideLevel(t *testing.T) {
	const wide = wideSeats + 10
	sales := make([]int64, wide+2)
	sales[0], sales[wide+1] = 1, 1
	p := newPool(&Pool{AmountMinor: 100_00, Sharing: ShareByShares}, sales...)
	p.in.Network.Sponsor = make([]int32, wide+2) // all of the first but for the last, who is the last one's
	p.in.Network.Sponsor[0], p.in.Network.Sponsor[wide+1] = -1, wide
	p.pool().Generations = &PoolGenerations{
		Leaders: p.in.Plan.condition(p.in.Plan.atLeast(FactKey{Fact: FactOwn, Volume: BasePrice}, 1)),
		Shares:  RateTable{Levels: 1, Amounts: true, Rows: [][]int64{{2}}, Candidates: [][]uint8{{0}}},
	}
	if got := sumsByRow(p.in, p.compute(t)); got[0] != 50_00 || got[wide] != 50_00 {
		t.Errorf("the first has %d, and the last of the level %d", got[0], got[wide])
	}
}

// Places have parts of the pool that are not below zero and not more than it together, and there are a thousand at most.
func TestPool_RefusesPartsOfPlacesThatAreNone(t *testing.T) {
	for name, c := range map[string]struct {
		places []int64
		naming string
	}{
		"the pool":                  {[]int64{RateScale}, ""},
		"all of it, and nothing":    {[]int64{RateScale - 1, 1, 0}, ""},
		"a thousand":                {make([]int64, placesMax), ""},
		"no place":                  {nil, "places without an order, or none, or too many"},
		"a thousand and one":        {make([]int64, placesMax+1), "too many"},
		"below zero":                {[]int64{RateScale, -1}, "below zero"},
		"more than the pool":        {[]int64{RateScale + 1}, "more than the pool"},
		"more than it together":     {[]int64{RateScale, 1}, "more than the pool together"},
		"more than 64 bits of them": {[]int64{1, math.MaxInt64, RateScale}, "more than the pool"},
	} {
		p := newPool(&Pool{AmountMinor: 1, Sharing: ShareByPlace, Places: c.places}, 1)
		p.pool().OrderBy = p.price()
		if err := refuses(p.pool().check(p.in.Plan, &p.in.Plan.Bonuses[0]), ErrPlan, c.naming); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPool_LimitsAndWhatIsLeft(t *testing.T) {
	const percent = RateScale / 100
	for _, c := range []struct {
		name          string
		pool          Pool
		want          []int64
		carried       int64
		undistributed Undistributed
	}{
		{"a part of the pool", Pool{ShareMax: 40 * percent}, []int64{10_00, 20_00, 40_00}, 0, UndistributedCompany},
		{"an amount", Pool{AmountMaxMinor: 15_00}, []int64{10_00, 15_00, 15_00}, 0, UndistributedCompany},
		{"the rest next period", Pool{AmountMaxMinor: 15_00}, []int64{10_00, 15_00, 15_00}, 60_00, UndistributedNextPeriod},
		{"the rest to the others", Pool{ShareMax: 40 * percent}, []int64{20_00, 40_00, 40_00}, 0, UndistributedShared},
		{"all at the limit", Pool{AmountMaxMinor: 15_00}, []int64{15_00, 15_00, 15_00}, 0, UndistributedShared},
		{"one after the other at the limit", Pool{ShareMax: 37 * percent}, []int64{26_00, 37_00, 37_00}, 0, UndistributedShared},
	} {
		c.pool.AmountMinor, c.pool.Sharing, c.pool.Undistributed = 100_00, ShareByShares, c.undistributed
		p := newPool(&c.pool, 1, 2, 7)
		p.pool().Shares = p.price()
		out := p.compute(t)
		if got := sumsByRow(p.in, out); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v\n%s", c.name, got, c.want, described(p.in, out))
		}
		if left := append(out.State["company:pool:pool"], 0)[0]; left != c.carried {
			t.Errorf("%s: %d are carried on, want %d", c.name, left, c.carried)
		}
	}
}

func TestPool_WhatIsLeftIsSharedInTheNextPeriod(t *testing.T) {
	p := newPool(&Pool{Rate: RateScale / 10, Base: BasePrice, Undistributed: UndistributedNextPeriod}, 1_000, 0, 0)
	p.in.Plan.Bonuses[0].When = p.in.Plan.condition(p.in.Plan.atLeast(FactKey{Fact: FactOwn, Volume: BasePrice}, 2_000))
	out := p.compute(t)
	if out.Lines.Len() != 0 || out.State["company:pool:pool"][0] != 100_00 {
		t.Fatalf("nobody qualifies: %s, left %v", described(p.in, out), out.State)
	}
	p.in.Prior.State = out.State
	p.sell(1, 2_000_00)
	p.sell(2, 2_000_00)
	p.in.Volumes.PriceMinor[0] = 1_001
	out = p.compute(t)
	wantLines(t, p.in, out, `
		1 pool 401001 × 0.1 × part of the shares 1/2 = 20050
		1 pool adjustment 10000 × 1 × part of the shares 1/2 = 5000
		2 pool 401001 × 0.1 × part of the shares 1/2 = 20050
		2 pool adjustment 10000 × 1 × part of the shares 1/2 = 5000`)
	if out.State["company:pool:pool"] != nil {
		t.Errorf("left %v", out.State)
	}
}

// A pool is made at the plan's value of a point and shared alike in all markets.
func TestPool_VariantsHaveOnePool(t *testing.T) {
	p := newPool(&Pool{Rate: RateScale / 100}, 0, 0, 0)
	plan := p.in.Plan
	plan.Names.Markets = []string{"IN"}
	plan.PointValues, plan.VariantOfMarket = []Fraction{{1, 100}, {3, 700}}, []uint8{0, 1}
	p.in.Network.Market = []uint16{0, 1, 1}
	p.in.Volumes = Volumes{Seller: []int32{1}, PV: []int64{0}, CV: []int64{60_000 * VolumeScale}, PriceMinor: []int64{0}}
	if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, []int64{200_00, 200_00, 200_00}) {
		t.Errorf("%v", got)
	}
}

func TestPool_BelowZeroPaysNothing(t *testing.T) {
	p := newPool(&Pool{Rate: RateScale / 10, Base: BasePrice, Undistributed: UndistributedNextPeriod}, -1_000, 0)
	if out := p.compute(t); out.Lines.Len() != 0 || out.State["company:pool:pool"] != nil {
		t.Errorf("%s, left %v", described(p.in, out), out.State)
	}
}

func TestPool_RefusesWhatIsNoPool(t *testing.T) {
	for _, pool := range []Pool{
		{},
		{Rate: 1, AmountMinor: 1},
		{Rate: -1},
		{Rate: 1, Base: BaseCount},
		{Rate: 1, Sharing: ShareByPlace, Places: []int64{RateScale}},
		{Rate: 1, Sharing: ShareByShares},
		{Rate: 1, Sharing: ShareByShares, Generations: &PoolGenerations{Shares: RateTable{Amounts: true}}},
		{Rate: 1, Sharing: ShareByShares, Generations: &PoolGenerations{Leaders: &Condition{}}},
		{Rate: 1, Sharing: ShareByShares, Generations: &PoolGenerations{Leaders: &Condition{}, Shares: RateTable{Amounts: true, Levels: 1, Rows: [][]int64{{-1}}}}},
		{Rate: 1, Sharing: ShareByShares, Generations: &PoolGenerations{Leaders: &Condition{}, Shares: RateTable{Amounts: true}, Digits: 5}},
		{Rate: 1, Sharing: 9},
		{Rate: 1, ShareMax: -1},
		{Rate: 1, Undistributed: 9},
	} {
		p := newPool(&pool, 1)
		if _, err := Compute(p.in); !errors.Is(err, ErrPlan) {
			t.Errorf("%+v: %v", pool, err)
		}
	}
}

// modelPool says the rules of a pool by shares in rationals: what everybody's part is exactly, and what is left.
func modelPool(whole, limit int64, shares []int64, shared bool) (parts []*big.Rat, left *big.Rat) {
	parts = make([]*big.Rat, len(shares))
	full := make([]bool, len(shares))
	rest := new(big.Rat).SetInt64(whole)
	for {
		sum := int64(0)
		for i, s := range shares {
			if !full[i] || !shared {
				sum += s
			}
		}
		again := false
		for i, s := range shares {
			if full[i] && shared {
				continue
			}
			parts[i] = new(big.Rat)
			if sum > 0 {
				parts[i].Mul(rest, big.NewRat(s, sum))
			}
			if parts[i].Cmp(new(big.Rat).SetInt64(limit)) > 0 {
				parts[i].SetInt64(limit)
				full[i], again = true, true
			}
		}
		if !again || !shared {
			break
		}
		rest.SetInt64(whole)
		for i := range shares {
			if full[i] {
				rest.Sub(rest, new(big.Rat).SetInt64(limit))
			}
		}
	}
	left = new(big.Rat).SetInt64(whole)
	for _, part := range parts {
		left.Sub(left, part)
	}
	return parts, left
}

// Parts are next to what they are exactly, sum to the pool with what is left, and none is above the limit.
func TestPool_AgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := &Pool{
			AmountMinor: rapid.Int64Range(1, 10_000).Draw(t, "pool"), Sharing: ShareByShares,
			Undistributed: Undistributed(rapid.IntRange(0, 2).Draw(t, "undistributed")), Remainder: Remainder(rapid.IntRange(0, 2).Draw(t, "remainder")),
			AmountMaxMinor: rapid.Int64Range(0, 5_000).Draw(t, "most"),
		}
		shares := rapid.SliceOfN(rapid.Int64Range(0, 20), 1, 12).Draw(t, "shares")
		p := newPool(pool, shares...)
		pool.Shares = p.price()
		if rapid.Bool().Draw(t, "a large step") {
			p.in.Plan.Rounding.StepMinor = 5
		}
		out, err := Compute(p.in)
		if err != nil {
			t.Fatal(err)
		}
		step := p.in.Plan.Rounding.StepMinor
		whole, _ := modelRounded(new(big.Rat).SetInt64(pool.AmountMinor), p.in.Plan.Rounding)
		limit := whole
		if pool.AmountMaxMinor > 0 {
			limit = min(limit, pool.AmountMaxMinor-pool.AmountMaxMinor%step)
		}
		parts, left := modelPool(whole, limit, shares, pool.Undistributed == UndistributedShared)
		sums := sumsByRow(p.in, out)
		most := -1 // off by less than a step; the first get one even where nothing was taken from them
		if pool.Remainder == RemainderFirst {
			most = 0
		}
		for row, part := range parts {
			off := new(big.Rat).Sub(new(big.Rat).SetInt64(sums[row]), part)
			if off.Abs(off).Cmp(new(big.Rat).SetInt64(step)) > most || sums[row] > limit || sums[row]%step != 0 {
				t.Errorf("distributor %d gets %d, exactly %s, at most %d\n%s", row, sums[row], part.FloatString(3), limit, described(p.in, out))
			}
		}
		carried := append(out.State["company:pool:pool"], 0)[0]
		if pool.Undistributed != UndistributedNextPeriod {
			carried = whole - total(sums) // stays with the company
		}
		lost := whole - total(sums) - carried
		if lost < 0 || pool.Remainder != RemainderCompany && lost != 0 || lost >= int64(len(shares))*step {
			t.Errorf("%d of %d are lost", lost, whole)
		}
		if off := new(big.Rat).Sub(new(big.Rat).SetInt64(carried), left); pool.Remainder != RemainderCompany && off.Abs(off).Cmp(new(big.Rat).SetInt64(step)) >= 0 {
			t.Errorf("%d are left, exactly %s", carried, left.FloatString(3))
		}
		checkRapid(t, p.in, out)
	})
}

// checkRapid is checkAmounts for rapid.
func checkRapid(t *rapid.T, in *Input, out *Output) {
	for i := range out.Lines.Len() {
		if amount, err := in.Plan.RecomputedMinor(&out.Lines, i, 0); err != nil || amount != out.Lines.AmountMinor[i] {
			t.Fatalf("line %s: recomputed %d, %v", describe(in, out, i), amount, err)
		}
	}
}

func TestPool_ManySharesAreShared(t *testing.T) {
	const people = 20_000
	prices := make([]int64, people)
	sum := int64(0)
	for row := range prices {
		prices[row] = int64(row%977) + 1
		sum += prices[row]
	}
	p := newPool(&Pool{AmountMinor: 7_777_777, Sharing: ShareByShares}, prices...)
	p.pool().Shares = p.price()
	if got := total(sumsByRow(p.in, p.compute(t))); got != 7_777_777 {
		t.Errorf("%d are shared of 7777777, %s", got, fmt.Sprint(sum))
	}
}

// Each thing that shares by generation need is asked for alone: everything else is as it should be.
func TestPoolGenerations_RefuseEachThingThatIsNotTheirs(t *testing.T) {
	p := testPlanOf()
	const numbers = "shares by generation are numbers for leaders below, with four decimals at most"
	for _, c := range []struct {
		name, naming string
		change       func(g *PoolGenerations)
	}{
		{"all is well", "", func(*PoolGenerations) {}},
		{"four decimals", "", func(g *PoolGenerations) { g.Digits = 4 }},
		{"no leaders", numbers, func(g *PoolGenerations) { g.Leaders = nil }},
		{"rates", numbers, func(g *PoolGenerations) { g.Shares.Amounts = false }},
		{"generations that are unlocked", numbers, func(g *PoolGenerations) { g.Shares.Unlock = []*Condition{nil} }},
		{"decimals below none", numbers, func(g *PoolGenerations) { g.Digits = -1 }},
		{"five decimals", numbers, func(g *PoolGenerations) { g.Digits = 5 }},
		{"no shares", "", func(g *PoolGenerations) { g.Shares.Rows[0][0] = 0 }},
		{"shares below zero", "below zero", func(g *PoolGenerations) { g.Shares.Rows[0][0] = -1 }},
	} {
		g := &PoolGenerations{Leaders: &Condition{}, Shares: EverybodyAt(p, 2)}
		g.Shares.Amounts = true
		c.change(g)
		if err := refuses(g.check(p), ErrPlan, c.naming); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Ten are shared by weights of 4, 1, 1, 1 and 1, and nobody gets more than 5: the first has 5 exactly, and so is at the limit. The unit that
// 5 among four leaves goes to the first of these, and takes nobody beyond the limit.
func TestPool_WhoeverIsExactlyAtTheLimitGetsNoRemainder(t *testing.T) {
	for _, c := range []struct {
		undistributed Undistributed
		want          []int64
	}{{UndistributedCompany, []int64{5, 2, 1, 1, 1}}, {UndistributedShared, []int64{5, 2, 1, 1, 1}}} {
		p := newPool(&Pool{AmountMinor: 10, AmountMaxMinor: 5, Sharing: ShareByShares, Remainder: RemainderFirst, Undistributed: c.undistributed}, 4, 1, 1, 1, 1)
		p.pool().Shares = p.price()
		if got := sumsByRow(p.in, p.compute(t)); !slices.Equal(got, c.want) {
			t.Errorf("%v: got %v, want %v", c.undistributed, got, c.want)
		}
	}
}
