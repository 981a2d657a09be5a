package plan

import (
	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (r *bonusReader) generation(g *uplinev1.GenerationBonus) {
	out := &calc.Generation{Rates: r.levelTable(r.at+".rates", g.GetRates(), takesEither, r.rateMax, forBonus)}
	out.Base = r.paidOn(g.GetBase(), g.GetVolume(), calc.BaseCV, out.Rates.Amounts)
	out.Placement = r.placed(g.GetTree())
	out.Leaders = r.condition(r.at+".leaders", g.GetLeaders(), forBonus)
	out.SameRank = g.GetSameRank()
	switch {
	case out.SameRank && g.GetLeaders() != "":
		r.fail(r.at+".leaders", "the bonus has both `leaders` and `same_rank`", "keep one of them")
	case !out.SameRank && g.GetLeaders() == "":
		r.fail(r.at, "`generation` does not say who the leaders are, between whom generations are counted", "add `leaders`, for instance `leaders: paid_as(\"director\")`, or `same_rank: true`")
	case out.SameRank && len(r.ranks) == 0 && r.ranksKnown:
		r.fail(r.at+".same_rank", "the plan has no ranks", "add `ranks`, or say by `leaders` who is a leader")
	}
	out.InactivePassedOver = g.GetInactive() == uplinev1.Boundary_BOUNDARY_PASSED_OVER
	out.EmptyPassedOver = g.GetEmpty() == uplinev1.Boundary_BOUNDARY_PASSED_OVER
	if out.InactivePassedOver && r.everybodyActive() {
		r.warn(r.at+".inactive", "without the plan's `active` everybody is active, so nobody is passed over", "add `active`, or delete `inactive`")
	}
	r.generationRates(g, out)
	r.guarantee(g, out)
	r.warnLevels(r.at+".rates", &out.Rates, &calc.Walk{})
	r.to.Generation = out
}

// generationRates reads the rates beside those of generations.
func (r *bonusReader) generationRates(g *uplinev1.GenerationBonus, out *calc.Generation) {
	rate := func(field, written string) int64 {
		if written == "" {
			return 0
		}
		if out.Rates.Amounts {
			r.fail(r.at+"."+field, "the bonus pays amounts, so there is no `"+field+"`", "delete it, or pay rates")
			return 0
		}
		return r.rate(r.at+"."+field, written, r.rateMax)
	}
	out.OwnGroupRate = rate("own_group_rate", g.GetOwnGroupRate())
	out.LessLeader = g.GetLessLeader()
	out.LeastRate = rate("least_rate", g.GetLeastRate())
	if g.GetLeastRate() != "" && !out.LessLeader {
		r.fail(r.at+".least_rate", "nothing is taken off the rates, so there is no least one", "add `less_leader: true`, or delete `least_rate`")
	}
}

// guarantee reads the least that the first leader above must get from a leg.
func (r *bonusReader) guarantee(g *uplinev1.GenerationBonus, out *calc.Generation) {
	if g.GetGuarantee() == "" {
		return
	}
	at := r.at + ".guarantee"
	out.GuaranteeMinor = r.above0(at, r.amount(at, g.GetGuarantee()), "write an amount, or delete it")
	step := r.plan.Rounding.StepMinor
	if r.to.Rounding != nil {
		step = r.to.Rounding.StepMinor
	}
	if r.plan.RoundingAt != calc.RoundLines {
		step = 1
	}
	switch {
	case out.SameRank:
		r.fail(at, "with `same_rank` a leader belongs to other generations for every earner, so nobody could say who must get the guarantee", "say by `leaders` who is a leader")
	case out.GuaranteeMinor%step != 0 && r.sound("rounding"):
		r.fail(at, "the guarantee is not a whole number of rounding steps", "amounts are rounded to "+calc.FormatMinor(step, r.plan.MinorDigits))
	}
}
