package plan

import (
	"fmt"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (r *bonusReader) matrix(m *uplinev1.MatrixBonus) {
	if r.compiler.message.GetPlacement() == nil && r.sound("placement") {
		r.fail(r.at, "a matrix bonus needs a placement tree", "give the plan `placement`, for instance `placement: {width: 3, depth: 3}`")
	}
	out := &calc.Matrix{TopCounts: m.GetTopCounts(), Walk: calc.Walk{Placement: true}, Base: calc.BaseCV}
	if len(m.GetRates()) > 0 {
		out.Rates = r.levelTable(r.at+".rates", m.GetRates(), takesEither, r.rateMax, forBonus)
		out.Base = r.matrixBase(m, out.Rates.Amounts)
		out.Walk = r.walk("", m.GetCompression())
		out.Walk.Placement = true
		r.matrixDepth(m, &out.Rates)
		levels := out.Walk
		if out.TopCounts {
			levels.SkipLevels = -1 // level 1 is the top itself
		}
		r.warnLevels(r.at+".rates", &out.Rates, &levels)
	} else if len(m.GetCompletions()) == 0 {
		r.fail(r.at, "`matrix` pays nothing", "add `rates` by level, or `completions`")
	}
	out.Completions = r.completions(m.GetCompletions())
	r.to.Matrix = out
}

// matrixBase is what rates are applied to; amounts are paid for positions, and on no volume.
func (r *bonusReader) matrixBase(m *uplinev1.MatrixBonus, amounts bool) calc.Base {
	if !amounts {
		return r.paidOn(m.GetBase(), m.GetVolume(), calc.BaseCV, false)
	}
	const message, remedy = "amounts are paid for each position that was filled, and not on a volume", "delete it, or pay rates"
	if m.GetBase() != uplinev1.Base_BASE_UNSPECIFIED {
		r.fail(r.at+".base", message, remedy)
	}
	if m.GetVolume() != "" {
		r.fail(r.at+".volume", message, remedy)
	}
	return calc.BaseCount
}

// matrixDepth holds the levels that have rates against those that count.
func (r *bonusReader) matrixDepth(m *uplinev1.MatrixBonus, t *calc.RateTable) {
	depth := m.GetDepth()
	if depth == 0 || !r.sound(r.at+".rates") {
		return
	}
	switch {
	case depth > t.Levels:
		r.fail(r.at+".depth", fmt.Sprintf("the matrix counts %s, and level %d has no rate", counted(int(depth), "level"), t.Levels+1), "write rates for all levels that count; `0%` pays nothing")
	case depth < t.Levels:
		r.fail(r.at+".depth", fmt.Sprintf("the matrix counts %s, and level %d has a rate", counted(int(depth), "level"), depth+1), "leave out the rates below, or give more `depth`")
	}
}

func (r *bonusReader) completions(written []*uplinev1.MatrixCompletion) []calc.MatrixCompletion {
	var out []calc.MatrixCompletion
	width := r.plan.PlacementWidth
	for i, completion := range written {
		at := fmt.Sprintf("%s.completions[%d]", r.at, i)
		next := calc.MatrixCompletion{Depth: completion.GetDepth(), ReEntry: completion.GetReEntry()}
		if completion.GetAmount() != "" {
			next.AmountMinor = r.amount(at+".amount", completion.GetAmount())
		}
		for _, before := range out {
			if before.Depth == next.Depth {
				r.fail(at+".depth", fmt.Sprintf("what %s pay when they are full is said already", counted(int(next.Depth), "level")), "keep one of the two")
			}
		}
		depth := r.plan.PlacementDepth
		switch {
		case next.AmountMinor == 0 && !next.ReEntry && r.sound(at) && r.sound("currency"):
			r.fail(at, "the completion neither pays nor lets enter again", "add `amount`, or `re_entry: true`")
		case depth > 0 && next.Depth > depth:
			r.fail(at+".depth", fmt.Sprintf("the tree is only %s deep, so so many are never full", counted(int(depth), "level")), "give `placement` more `depth`, or ask for fewer levels")
		case width > 1 && positionsBelow(width, next.Depth) > positionsMax:
			r.warn(at+".depth", fmt.Sprintf("so many levels of a tree with %d legs have more than a thousand million places, so nobody ever fills them", width), "ask for fewer levels")
		}
		out = append(out, next)
	}
	return out
}

// positionsMax is more distributors than any company has.
const positionsMax = 1_000_000_000

// positionsBelow counts the places of so many levels, up to somewhat more than positionsMax.
func positionsBelow(width, levels int32) int64 {
	sum, level := int64(0), int64(1)
	for k := int32(0); k < levels && sum <= positionsMax; k++ {
		level *= int64(width)
		sum += level
	}
	return sum
}
