package plan

import (
	"fmt"
	"reflect"
	"slices"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (r *bonusReader) matching(m *uplinev1.MatchingBonus) {
	out := &calc.Matching{
		Bonuses: r.matched(m.GetBonuses()), AfterCaps: m.GetBase() == uplinev1.MatchBase_MATCH_BASE_AFTER_CAPS,
		ByGeneration: m.GetBy() == uplinev1.MatchBy_MATCH_BY_GENERATION,
		Leaders:      r.condition(r.at+".leaders", m.GetLeaders(), r.phase()),
		Rates:        r.levelTable(r.at+".rates", m.GetRates(), takesRates, r.rateMax, r.phase()),
		Walk:         r.walk(m.GetTree(), m.GetCompression()),
		Clawback:     r.clawback(m.GetClawback(), calc.ClawbackMonthsPaid), // which inheritClawbacks looks at again
	}
	r.unless(r.at+".by", r.at+".leaders")
	switch {
	case out.ByGeneration && r.to.Pays == calc.PaysEvent:
		r.fail(r.at+".by", "who is a leader is known only at the period's close", "count levels: delete `by` and `leaders`, or pay the bonus at the close: delete `pays`")
	case out.AfterCaps && r.to.Pays == calc.PaysEvent:
		r.fail(r.at+".base", "caps are applied at the period's close, and nothing is known of them at the event", "delete `base`")
	case out.ByGeneration && m.GetLeaders() == "":
		r.fail(r.at+".by", "generations are counted between leaders, and nobody says who they are", "add `leaders`, for instance `leaders: paid_as(\"director\")`")
	case !out.ByGeneration && m.GetLeaders() != "":
		r.fail(r.at+".leaders", "levels are not counted between leaders", "add `by: generation`, or delete `leaders`")
	case out.ByGeneration && out.Walk.Compression != calc.CompressionNone:
		r.fail(r.at+".compression", "generations are not compressed: whoever is no leader is passed over anyway", "say in `leaders` who bounds them, for instance `active && paid_as(\"director\")`, and delete `compression`")
	}
	r.unlock(r.at+".unlock", m.GetUnlock(), &out.Rates, r.phase())
	if !out.ByGeneration {
		r.warnUnreachable(r.at+".rates", &out.Rates, out.Walk.Compression)
	}
	r.warnSum(r.at+".rates", &out.Rates, "what somebody earns")
	before := r.earnsBefore(out.Bonuses)
	if before && m.GetBase() == uplinev1.MatchBase_MATCH_BASE_BEFORE_CAPS {
		r.fail(r.at+".base", "of a shorter cadence it is known what its periods have paid, which is after caps", "delete `base`, or pay both by the same `cadence`")
	}
	if out.AfterCaps && r.to.Pays == calc.PaysPeriod && !before && !r.capped(out.Bonuses) && r.sound("caps") && r.sound(r.at+".bonuses") {
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
		case !r.sound(bonusPath(k)+".pays") || !r.sound(r.path+".pays"):
			// Nobody knows when they are paid.
		case name == r.message.GetName():
			r.fail(at, "the bonus matches itself", "delete it here")
		case slices.Contains(list, k):
			r.fail(at, fmt.Sprintf("the bonus `%s` is listed twice", shown(name)), "delete one of them")
		case r.to.Pays == calc.PaysEvent && paysAt(other, paysOmitted(other)) != calc.PaysEvent:
			r.fail(at, fmt.Sprintf("the bonus `%s` is paid at the period's close, and this one at the event", shown(name)), "match bonuses that are paid at the event, or delete `pays` here")
		case r.to.Pays == calc.PaysEvent && r.atPayments(other) != r.to.AtPayments:
			r.fail(at, fmt.Sprintf("the bonus `%s` and another that is matched are not paid with the same events: a residual and what says `pays: payment` are paid with every paid cycle, others when the sale goes live", shown(name)), "write a matching bonus for each")
		case r.to.Pays == calc.PaysEvent && (other.GetVersion() == uplinev1.VersionOf_VERSION_OF_EVENT) != r.to.EventVersion:
			r.fail(at, fmt.Sprintf("the bonus `%s` is of another version of the plan than this one, when a sale is older than the version", shown(name)), "give both the same `version`")
		case r.to.Pays == calc.PaysEvent && paysLevels(other) && treeOf(other) != treeOf(r.message):
			r.fail(at, fmt.Sprintf("the bonus `%s` walks another tree, and at the event only one way up is known", shown(name)), "walk the same `tree`, or match what sellers are paid")
		case r.to.Pays == calc.PaysPeriod && paysAt(other, paysOmitted(other)) == calc.PaysEvent:
			r.fail(at, fmt.Sprintf("the bonus `%s` is paid at the event, and a matching bonus knows what is paid at the close", shown(name)), "give that bonus `pays: period` where its kind allows it, pay this one at the event, too: `pays: event`, or match others")
		case r.cadenceOf(other).IsLonger(r.to.Cadence) || r.to.Pays == calc.PaysEvent && r.cadenceOf(other) != r.to.Cadence:
			r.fail(at, fmt.Sprintf("the bonus `%s` is paid %s, and this one %s", shown(name), r.cadenceOf(other), r.to.Cadence), "pay both by the same `cadence`"+orLonger(r.to.Pays))
		default:
			list = append(list, k)
		}
	}
	return list
}

// orLonger goes on with a remedy where a bonus may match those of shorter cadences.
func orLonger(pays calc.Pays) string {
	if pays == calc.PaysEvent {
		return ""
	}
	return ", or this one by a longer one"
}

// earnsBefore tells whether some of the bonuses are paid by a shorter cadence than this one.
func (r *bonusReader) earnsBefore(bonuses []int) bool {
	return slices.ContainsFunc(bonuses, func(k int) bool { return r.cadenceOf(r.compiler.message.GetBonuses()[k]) != r.to.Cadence })
}

// paysLevels tells that a bonus pays others than the seller.
func paysLevels(b *uplinev1.Bonus) bool {
	switch kind := kindOfBonus(b); kind {
	case "direct", "advance", "": // or of no kind, which is an error elsewhere
		return false
	case "residual":
		return len(b.GetResidual().GetLevels()) > 0
	}
	return true
}

// treeOf is the tree that a bonus walks.
func treeOf(b *uplinev1.Bonus) string {
	m := b.ProtoReflect()
	rule := m.Get(m.WhichOneof(m.Descriptor().Oneofs().ByName("kind"))).Message()
	if f := rule.Descriptor().Fields().ByName("tree"); f != nil && rule.Get(f).String() == "placement" {
		return "placement"
	}
	return "sponsor"
}

// inheritClawbacks gives matching bonuses that are paid at the event, and do not say what a cancellation takes back, what it takes back of
// those that they match; a bonus that matches others is read after them.
func (c *compiler) inheritClawbacks() {
	const ready, onTheWay = 1, 2
	state := make([]uint8, len(c.plan.Bonuses))
	var inherit func(i int) (circle bool)
	inherit = func(i int) bool {
		b := &c.plan.Bonuses[i]
		if state[i] != 0 || b.Matching == nil || b.Pays != calc.PaysEvent {
			return state[i] == onTheWay
		}
		state[i] = onTheWay
		for _, k := range b.Matching.Bonuses {
			if inherit(k) {
				return true // which circles reports
			}
		}
		c.inheritClawback(i, b.Matching)
		state[i] = ready
		return false
	}
	for i := range c.plan.Bonuses {
		inherit(i)
	}
}

func (c *compiler) inheritClawback(bonus int, m *calc.Matching) {
	at := bonusPath(bonus) + ".matching"
	if len(m.Bonuses) == 0 || !c.sound(at) {
		return
	}
	monthsOf := func(k int) calc.Months {
		if other := c.plan.Bonuses[k].Matching; other != nil {
			return other.ClawbackMonths
		}
		return c.plan.Bonuses[k].MonthsAdvanced()
	}
	written := c.message.GetBonuses()[bonus].GetMatching().GetClawback() != nil
	first, _ := c.plan.Bonuses[m.Bonuses[0]].EventClawback()
	m.ClawbackMonths = monthsOf(m.Bonuses[0])
	same := true
	for _, k := range m.Bonuses[1:] {
		other, _ := c.plan.Bonuses[k].EventClawback()
		same = same && reflect.DeepEqual(first, other)
		if monthsOf(k) != m.ClawbackMonths {
			m.ClawbackMonths = 0
		}
	}
	if !written {
		m.Clawback = first
	}
	switch {
	case !written && !same:
		c.fail(at, "what a cancellation takes back differs among the bonuses that are matched, so nobody could say what it takes back here", "add `clawback`, or write a matching bonus for each of them")
	case m.Clawback.Mode == calc.ClawbackMonthsPaid && m.ClawbackMonths == 0:
		path := at
		if written {
			path += ".clawback"
		}
		c.fail(path, "`months_paid` is for what is paid months in advance, and the bonuses that are matched do not all pay as many", "use `full`, `within_days`, `bands` or `none`")
	}
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
