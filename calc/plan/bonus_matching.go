package plan

import (
	"fmt"
	"slices"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (r *bonusReader) matching(m *uplinev1.MatchingBonus) {
	out := &calc.Matching{
		Bonuses: r.matched(m.GetBonuses()), AfterCaps: m.GetBase() == uplinev1.MatchBase_MATCH_BASE_AFTER_CAPS,
		ByGeneration: m.GetBy() == uplinev1.MatchBy_MATCH_BY_GENERATION,
		Leaders:      r.condition(r.at+".leaders", m.GetLeaders(), forBonus),
		Rates:        r.levelTable(r.at+".rates", m.GetRates(), takesRates, r.rateMax, forBonus),
		Walk:         r.walk(m.GetTree(), m.GetCompression()),
	}
	switch {
	case out.ByGeneration && m.GetLeaders() == "":
		r.fail(r.at+".by", "generations are counted between leaders, and nobody says who they are", "add `leaders`, for instance `leaders: paid_as(\"director\")`")
	case !out.ByGeneration && m.GetLeaders() != "":
		r.fail(r.at+".leaders", "levels are not counted between leaders", "add `by: generation`, or delete `leaders`")
	case out.ByGeneration && out.Walk.Compression != calc.CompressionNone:
		r.fail(r.at+".compression", "generations are not compressed: whoever is no leader is passed over anyway", "say in `leaders` who bounds them, for instance `active && paid_as(\"director\")`, and delete `compression`")
	}
	r.unlock(r.at+".unlock", m.GetUnlock(), &out.Rates, forBonus)
	if !out.ByGeneration {
		r.warnUnreachable(r.at+".rates", &out.Rates, out.Walk.Compression)
	}
	r.warnSum(r.at+".rates", &out.Rates, "what somebody earns")
	if out.AfterCaps && !r.capped(out.Bonuses) && r.sound("caps") && r.sound(r.at+".bonuses") {
		r.warn(r.at+".base", "no cap bounds what is matched, so after caps it is as before them", "add `caps`, or delete `base`")
	}
	r.to.Matching = out
}

// matched gives the indexes of the bonuses that are matched.
func (r *bonusReader) matched(names []string) []int {
	var list []int
	for i, name := range names {
		at := fmt.Sprintf("%s.bonuses[%d]", r.at, i)
		k, ok := r.bonusNamed(at, name)
		if !ok {
			continue
		}
		other := r.compiler.message.GetBonuses()[k]
		switch {
		case name == r.message.GetName():
			r.fail(at, "the bonus matches itself", "delete it here")
		case slices.Contains(list, k):
			r.fail(at, fmt.Sprintf("the bonus `%s` is listed twice", shown(name)), "delete one of them")
		case paysAt(other, paysOmitted(other)) == calc.PaysEvent:
			r.fail(at, fmt.Sprintf("the bonus `%s` is paid at the event, and a matching bonus knows what is paid at the close", shown(name)), "give that bonus `pays: period` where its kind allows it, or match others")
		case r.cadenceOf(other) != r.to.Cadence:
			r.fail(at, fmt.Sprintf("the bonus `%s` is paid %s, and this one %s", shown(name), r.cadenceOf(other), r.to.Cadence), "pay both by the same `cadence`")
		default:
			list = append(list, k)
		}
	}
	return list
}

// capped tells whether a cap of the plan bounds any of the bonuses.
func (r *bonusReader) capped(bonuses []int) bool {
	for _, limit := range r.compiler.message.GetCaps() {
		for _, k := range bonuses {
			b := r.compiler.message.GetBonuses()[k]
			if slices.Contains(limit.GetBonuses(), b.GetName()) || len(limit.GetBonuses()) == 0 && r.cadenceOf(b) == r.plan.Main {
				return true
			}
		}
	}
	return false
}

// cadenceOf is the cadence that a bonus is paid by.
func (c *compiler) cadenceOf(b *uplinev1.Bonus) calc.Cadence {
	if b.GetCadence() != uplinev1.Cadence_CADENCE_UNSPECIFIED {
		return calc.Cadence(b.GetCadence())
	}
	return c.plan.Main
}
