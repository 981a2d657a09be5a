package calc

import (
	"fmt"

	"pgregory.net/rapid"
)

// Random companies: small, so that failures shrink to something a person can follow, but with every shape of tree, volumes below
// zero and between two points, and rows in no order.

func drawInput(t *rapid.T) *Input {
	n := rapid.IntRange(0, 14).Draw(t, "distributors")
	plan := drawPlan(t)
	in := &Input{Plan: plan, Cadence: Monthly}
	if rapid.IntRange(0, 3).Draw(t, "other cadence") == 0 {
		in.Cadence = Weekly
	}
	in.Period = PeriodByNo(in.Cadence, plan.Location, rapid.Int64Range(300, 700).Draw(t, "period"))
	in.Network = drawNetwork(t, n, plan.PlacementWidth, in.Period.EndUS)
	in.Volumes = drawVolumes(t, n)
	in.Prior = drawPrior(t, n, plan)
	return in
}

func drawNetwork(t *rapid.T, n int, width int32, endUS int64) Network {
	network := Network{Sponsor: make([]int32, n), EnrolledAtUS: make([]int64, n)}
	order := rapid.Permutation(rowsTo(n)).Draw(t, "order")
	deep := rapid.Bool().Draw(t, "deep")
	for k, row := range order {
		network.Sponsor[row] = -1
		if k > 0 && rapid.IntRange(0, 9).Draw(t, "top") > 0 {
			above := k - 1
			if !deep {
				above = rapid.IntRange(0, k-1).Draw(t, "sponsor")
			}
			network.Sponsor[row] = order[above]
		}
		network.EnrolledAtUS[row] = endUS - rapid.Int64Range(-400*dayUS, 2000*dayUS).Draw(t, "enrolled")
	}
	if width > 0 {
		drawPlacement(t, &network, width)
	}
	return network
}

func rowsTo(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

func drawPlacement(t *rapid.T, network *Network, width int32) {
	n := len(network.Sponsor)
	network.Parent, network.Leg = make([]int32, n), make([]uint8, n)
	type place struct {
		parent int32
		leg    uint8
	}
	var free []place
	for _, row := range rapid.Permutation(rowsTo(n)).Draw(t, "placement order") {
		network.Parent[row] = -1
		if len(free) > 0 && rapid.IntRange(0, 9).Draw(t, "placement top") > 0 {
			k := rapid.IntRange(0, len(free)-1).Draw(t, "place")
			network.Parent[row], network.Leg[row] = free[k].parent, free[k].leg
			free = append(free[:k], free[k+1:]...)
		}
		for leg := range width {
			free = append(free, place{row, uint8(leg + 1)})
		}
	}
}

func drawVolumes(t *rapid.T, n int) Volumes {
	var v Volumes
	if n == 0 {
		return v
	}
	for range rapid.IntRange(0, 24).Draw(t, "sales") {
		v.Seller = append(v.Seller, rapid.Int32Range(0, int32(n-1)).Draw(t, "seller"))
		v.PV = append(v.PV, drawVolume(t, "pv"))
		v.CV = append(v.CV, drawVolume(t, "cv"))
		v.PriceMinor = append(v.PriceMinor, drawVolume(t, "price"))
	}
	return v
}

// drawVolume favours round volumes, so that thresholds are met exactly and sums cancel to zero.
func drawVolume(t *rapid.T, name string) int64 {
	if rapid.Bool().Draw(t, name+" is round") {
		return rapid.Int64Range(-3, 10).Draw(t, name) * 50 * VolumeScale
	}
	return rapid.Int64Range(-2_000_000, 9_000_000).Draw(t, name)
}

func drawPrior(t *rapid.T, n int, plan *Plan) Prior {
	var p Prior
	ranks := func(name string) []uint8 {
		return rapid.SliceOfN(rapid.Uint8Range(0, uint8(len(plan.Ranks))), n, n).Draw(t, name)
	}
	if rapid.Bool().Draw(t, "has achieved") {
		p.Achieved = ranks("achieved")
	}
	if rapid.Bool().Draw(t, "has paid as") {
		p.PaidAs = ranks("paid as")
		p.Active = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "was active")
	}
	if rapid.Bool().Draw(t, "has carry") {
		p.State = State{}
		for _, b := range plan.Bonuses {
			if b.Binary != nil && rapid.Bool().Draw(t, "carries") {
				volume := rapid.Custom(func(t *rapid.T) int64 { return drawVolume(t, "carry") })
				left, right := CarryKeys(b.Name)
				p.State[left], p.State[right] = rapid.SliceOfN(volume, n, n).Draw(t, "left"), rapid.SliceOfN(volume, n, n).Draw(t, "right")
			}
		}
	}
	return p
}

func drawPlan(t *rapid.T) *Plan {
	p := &Plan{
		ID: "random", Version: 1, Currency: "USD", MinorDigits: 2, Main: Monthly,
		Rounding: Rounding{
			RoundingMode(rapid.IntRange(0, int(everyMode)-1).Draw(t, "mode")),
			rapid.SampledFrom([]int64{1, 5, 100}).Draw(t, "step"),
		},
		PointValue:     Fraction{rapid.Int64Range(1, 3).Draw(t, "point"), rapid.SampledFrom([]int64{1, 7, 100, 1000}).Draw(t, "per point")},
		PlacementWidth: rapid.SampledFrom([]int32{2, 2, 2, 0, 3}).Draw(t, "width"),
	}
	p.Facts = NewFactTable()
	ranks := rapid.IntRange(0, 4).Draw(t, "ranks")
	for k := range ranks {
		p.Ranks = append(p.Ranks, Rank{Name: fmt.Sprintf("r%d", k+1)})
	}
	if rapid.Bool().Draw(t, "has active") {
		p.Active = drawCondition(t, p, true)
	}
	for k := range ranks {
		if rapid.IntRange(0, 9).Draw(t, "always") > 0 {
			p.Ranks[k].When = drawCondition(t, p, false)
		}
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "bonuses") {
		b := drawBonus(t, p)
		b.Name = fmt.Sprintf("b%d", i)
		p.Bonuses = append(p.Bonuses, b)
	}
	return p
}

func drawBonus(t *rapid.T, p *Plan) Bonus {
	b := Bonus{Pays: PaysPeriod, Cadence: rapid.SampledFrom([]Cadence{Monthly, Monthly, Weekly}).Draw(t, "cadence")}
	base := rapid.SampledFrom([]Base{BaseCV, BasePV, BasePrice}).Draw(t, "base")
	rate := rapid.SampledFrom([]int64{0, 20_000_000, 50_000_000, 375_000, RateScale / 3, RateScale, 23 * RateScale / 20})
	rates := func(n int) []int64 { return rapid.SliceOfN(rate, n, n).Draw(t, "rates") }
	kinds := []string{"direct", "unilevel", "unilevel", "event"}
	if p.PlacementWidth == 2 {
		kinds = append(kinds, "binary", "binary")
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "direct":
		b.Direct = &Direct{Base: base, Rates: single(rates(len(p.Ranks) + 1)...)}
	case "event":
		b.Pays, b.Direct = PaysEvent, &Direct{Base: base, Rates: single(rates(len(p.Ranks) + 1)...)}
	case "binary":
		b.Binary = &Binary{Rates: single(rates(len(p.Ranks) + 1)...), AfterPayout: rapid.SampledFrom([]AfterPayout{CarryForward, Flush, NetOff}).Draw(t, "after")}
	case "unilevel":
		u := &Unilevel{Base: base, Walk: Walk{
			Placement:   p.PlacementWidth > 0 && rapid.Bool().Draw(t, "by placement"),
			Compression: rapid.SampledFrom([]Compression{CompressionNone, CompressionStandard, CompressionDynamic}).Draw(t, "compression"),
		}}
		levels := rapid.IntRange(1, 5).Draw(t, "levels")
		var rows [][]int64
		for range len(p.Ranks) + 1 {
			rows = append(rows, rates(levels))
		}
		u.Rates = byStanding(rows...)
		b.Unilevel = u
	}
	return b
}

func drawCondition(t *rapid.T, p *Plan, forActive bool) *Condition {
	root := drawTruth(t, p, forActive, 3)
	c, err := NewCondition(p.Facts, "random", root)
	discardTooFine(t, err)
	return c
}

func drawTruth(t *rapid.T, p *Plan, forActive bool, depth int) *Expr {
	truth := func() *Expr { return drawTruth(t, p, forActive, depth-1) }
	number := func() *Expr { return drawNumber(t, p, forActive, depth-1) }
	choices := []string{"compare", "compare", "compare", "fact", "literal"}
	if depth > 0 {
		choices = append(choices, "and", "or", "not", "if", "same")
	}
	switch rapid.SampledFrom(choices).Draw(t, "truth") {
	case "and":
		return &Expr{Op: OpAnd, Args: []*Expr{truth(), truth()}}
	case "or":
		return &Expr{Op: OpOr, Args: []*Expr{truth(), truth()}}
	case "not":
		return &Expr{Op: OpNot, Args: []*Expr{truth()}}
	case "if":
		return &Expr{Op: OpIf, Args: []*Expr{truth(), truth(), truth()}}
	case "same":
		return &Expr{Op: rapid.SampledFrom([]Op{OpEqual, OpNotEqual}).Draw(t, "same"), Args: []*Expr{truth(), truth()}}
	case "fact":
		if e := drawFact(t, p, forActive, true); e != nil {
			return e
		}
	case "compare":
		op := rapid.SampledFrom([]Op{OpLess, OpLessEqual, OpGreater, OpGreaterEqual, OpEqual, OpNotEqual}).Draw(t, "compare")
		return &Expr{Op: op, Args: []*Expr{number(), number()}}
	}
	return &Expr{Op: OpBoolean, Value: rapid.Int64Range(0, 1).Draw(t, "boolean")}
}

func drawNumber(t *rapid.T, p *Plan, forActive bool, depth int) *Expr {
	number := func() *Expr { return drawNumber(t, p, forActive, depth-1) }
	choices := []string{"fact", "fact", "literal"}
	if depth > 0 {
		choices = append(choices, "arithmetic", "negate", "if")
	}
	switch rapid.SampledFrom(choices).Draw(t, "number") {
	case "arithmetic":
		op := rapid.SampledFrom([]Op{OpAdd, OpSubtract, OpMultiply}).Draw(t, "arithmetic")
		return &Expr{Op: op, Args: []*Expr{number(), number()}}
	case "negate":
		return &Expr{Op: OpNegate, Args: []*Expr{number()}}
	case "if":
		return &Expr{Op: OpIf, Args: []*Expr{drawTruth(t, p, forActive, depth-1), number(), number()}}
	case "fact":
		if e := drawFact(t, p, forActive, false); e != nil {
			return e
		}
	}
	if rapid.Bool().Draw(t, "fine") {
		return &Expr{Op: OpNumber, Value: rapid.Int64Range(-20_000_000, 60_000_000).Draw(t, "value"), Digits: rapid.Int32Range(0, 6).Draw(t, "digits")}
	}
	return &Expr{Op: OpNumber, Value: rapid.Int64Range(-2, 8).Draw(t, "fifties") * 50}
}

func drawFact(t *rapid.T, p *Plan, forActive, boolean bool) *Expr {
	var allowed []FactWord
	for _, word := range FactWords() {
		stage := word.Key.Fact.stage()
		if word.Boolean() != boolean || forActive && stage != fromStart || stage > inRanks || word.Placed() && p.PlacementWidth != 2 ||
			word.Of == OfRank && len(p.Ranks) == 0 || !modelKnows(word.Key.Fact) || word.Of == OfVolume {
			continue
		}
		allowed = append(allowed, word)
	}
	if len(allowed) == 0 {
		return nil
	}
	key := rapid.SampledFrom(allowed).Draw(t, "fact").Key
	switch key.Fact {
	case FactAchieved, FactLegsWith, FactPaidAsBefore, FactHeld, FactFrontlineWith, FactDownlineWith:
		key.Rank = uint8(rapid.IntRange(1, len(p.Ranks)).Draw(t, "of rank"))
	}
	return p.fact(key)
}
