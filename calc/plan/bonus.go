package plan

import (
	"fmt"
	"slices"
	"strconv"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// bonusReader turns one bonus of the file into one of the engine. Each kind has a file with a method that reads its block.
type bonusReader struct {
	*compiler
	message *uplinev1.Bonus
	to      *calc.Bonus
	path    string // of the bonus
	at      string // of the kind's block
	hidden  int    // volumes made for the bonus so far
	rateMax int64  // the highest rate that it may have
}

// compileBonuses makes the plan's bonuses. Volumes, ranks and the names of bonuses are there before it.
func (c *compiler) compileBonuses() {
	c.plan.Bonuses = make([]calc.Bonus, len(c.message.GetBonuses()))
	for i, b := range c.message.GetBonuses() {
		r := &bonusReader{compiler: c, message: b, to: &c.plan.Bonuses[i], path: bonusPath(i)}
		r.general()
		r.kind()
	}
	c.inheritClawbacks()
	c.warnPayout()
}

// kind reads the block of the bonus's kind.
func (r *bonusReader) kind() {
	switch kind := r.message.GetKind().(type) {
	case *uplinev1.Bonus_Direct:
		r.direct(kind.Direct)
	case *uplinev1.Bonus_Residual:
		r.residual(kind.Residual)
	case *uplinev1.Bonus_Advance:
		r.advance(kind.Advance)
	case *uplinev1.Bonus_Unilevel:
		r.unilevel(kind.Unilevel)
	case *uplinev1.Bonus_FastStart:
		r.fastStart(kind.FastStart)
	case *uplinev1.Bonus_RevenueShare:
		r.revenueShare(kind.RevenueShare)
	case *uplinev1.Bonus_Differential:
		r.differential(kind.Differential)
	case *uplinev1.Bonus_Stairstep:
		r.stairstep(kind.Stairstep)
	case *uplinev1.Bonus_Generation:
		r.generation(kind.Generation)
	case *uplinev1.Bonus_Matching:
		r.matching(kind.Matching)
	case *uplinev1.Bonus_Binary:
		r.binary(kind.Binary)
	case *uplinev1.Bonus_Matrix:
		r.matrix(kind.Matrix)
	case *uplinev1.Bonus_Pool:
		r.pool(kind.Pool)
	case *uplinev1.Bonus_RankBonus:
		r.rankBonus(kind.RankBonus)
	case *uplinev1.Bonus_Manual:
		r.manual(kind.Manual)
	}
}

// timings say when each kind can be paid.
var timings = map[string]struct {
	event, period bool   // whether it can be paid at the event, at the close
	why           string // why not at the other
}{
	"direct":        {event: true, period: true},
	"advance":       {event: true, why: "an advance is paid when the service goes live, not at the period's close"},
	"unilevel":      {event: true, period: true},
	"revenue_share": {event: true, period: true},
	"residual":      {event: true, period: true},
	"fast_start":    {event: true, period: true},
	"differential":  {event: true, period: true},
	"stairstep":     {period: true, why: "a stairstep bonus is paid at the period's close, when the groups are known"},
	"generation":    {period: true, why: "a generation bonus is paid at the period's close, when the leaders are known"},
	"matching":      {event: true, period: true},
	"binary":        {period: true, why: "a binary bonus is paid at the period's close, when the legs are known"},
	"matrix":        {period: true, why: "a matrix bonus is paid at the period's close, when it is known who fills it"},
	"pool":          {period: true, why: "a pool is shared at the period's close, when it is known how much is in it"},
	"rank_bonus":    {period: true, why: "a rank bonus is paid at the period's close, when ranks are decided"},
	"manual":        {period: true, why: "what is paid by hand is posted at the period's close"},
}

// kindOfBonus is the name of the bonus's kind in the file.
func kindOfBonus(b *uplinev1.Bonus) string {
	m := b.ProtoReflect()
	if fd := m.WhichOneof(m.Descriptor().Oneofs().ByName("kind")); fd != nil {
		return string(fd.Name())
	}
	return ""
}

// general reads what all kinds have in common.
func (r *bonusReader) general() {
	b, kind := r.message, kindOfBonus(r.message)
	r.at = r.path + "." + kind
	r.to.Name, r.to.Cadence = b.GetName(), r.plan.Main
	if b.GetCadence() != uplinev1.Cadence_CADENCE_UNSPECIFIED {
		r.to.Cadence = calc.Cadence(b.GetCadence())
	}
	if kind == "" {
		return // which the schema's rules have reported
	}
	r.unless(r.path+".pays", r.path)
	timing := timings[kind]
	r.to.Pays = paysAt(b, paysOmitted(b))
	if r.to.Pays == calc.PaysEvent && !timing.event || r.to.Pays == calc.PaysPeriod && !timing.period {
		r.fail(r.path+".pays", timing.why, "delete `pays`")
		r.to.Pays = paysOmitted(b)
	}
	if b.GetPays() == uplinev1.PaysAt_PAYS_AT_PAYMENT && kind == "advance" {
		r.fail(r.path+".pays", "an advance is paid when the service goes live, and its payments earn it", "delete `pays`")
	}
	r.to.AtPayments = r.atPayments(b)
	r.version()
	r.to.When = r.condition(r.path+".when", b.GetWhen(), r.phase())
	r.to.Markets = r.marketMask(r.path+".markets", b.GetMarkets())
	switch b.GetInactive() {
	case uplinev1.Inactive_INACTIVE_PAID:
		r.to.Inactive = calc.InactivePaid
	case uplinev1.Inactive_INACTIVE_UNPAID:
		r.to.Inactive = calc.InactiveUnpaid
	}
	if r.to.Inactive != calc.InactiveAsKind && r.everybodyActive() {
		r.warn(r.path+".inactive", "without the plan's `active` everybody is active", "add `active`, or delete `inactive`")
	}
	r.restate()
	if b.GetRounding() != nil {
		r.to.Rounding = r.bonusRounding(b.GetRounding())
	}
	r.readRateMax(kind)
}

// readRateMax reads how high the bonus's rates may be: not above 100 % where the bonus does not say that it is meant.
func (r *bonusReader) readRateMax(kind string) {
	r.rateMax = rateMax
	if kind == "advance" {
		r.rateMax = advanceRateMax
	}
	at, written := r.path+".rate_max", r.message.GetRateMax()
	switch {
	case written == "":
	case !hasRateMax(kind):
		r.fail(at, "a "+wordsOf(kind)+" pays no rate above 100%", "delete it")
	default:
		if highest := r.rate(at, written, advanceRateMax); highest > rateMax {
			r.rateMax = highest
			r.rateMost = max(r.rateMost, highest)
		} else if r.sound(at) {
			r.fail(at, fmt.Sprintf("`rate_max` is %s, and a rate of up to 100%% needs none", percentOf(highest)), "write what the rates reach, for instance `rate_max: 125%`, or delete it")
		}
	}
}

// version reads which version of the plan holds for what happens to a sale later.
func (r *bonusReader) version() {
	written := r.message.GetVersion()
	if written != uplinev1.VersionOf_VERSION_OF_UNSPECIFIED && r.to.Pays != calc.PaysEvent {
		r.fail(r.path+".version", "a bonus that is paid at the period's close is of the version that is in force in the period", "delete it")
		return
	}
	r.to.EventVersion = written == uplinev1.VersionOf_VERSION_OF_EVENT
}

// atPayments tells of a bonus that pays at events that it pays with every paid cycle: a residual, one that says so, and what is made up
// from one.
func (c *compiler) atPayments(b *uplinev1.Bonus) bool {
	if paysAt(b, paysOmitted(b)) != calc.PaysEvent {
		return false
	}
	seen := map[string]bool{b.GetName(): true}
	for stack := []*uplinev1.Bonus{b}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if at.GetResidual() != nil || at.GetPays() == uplinev1.PaysAt_PAYS_AT_PAYMENT {
			return true
		}
		for _, other := range c.message.GetBonuses() {
			if name := other.GetName(); !seen[name] && slices.Contains(at.GetMatching().GetBonuses(), name) {
				seen[name] = true
				stack = append(stack, other)
			}
		}
	}
	return false
}

// paysAt gives when a bonus posts its lines.
func paysAt(b *uplinev1.Bonus, omitted calc.Pays) calc.Pays {
	switch b.GetPays() {
	case uplinev1.PaysAt_PAYS_AT_EVENT, uplinev1.PaysAt_PAYS_AT_PAYMENT:
		return calc.PaysEvent
	case uplinev1.PaysAt_PAYS_AT_PERIOD:
		return calc.PaysPeriod
	}
	return omitted
}

// phase is when the bonus's conditions are asked.
func (r *bonusReader) phase() phase {
	if r.to.Pays == calc.PaysEvent {
		return forEvent
	}
	return forBonus
}

// everybodyActive tells that the plan has no condition for being active.
func (c *compiler) everybodyActive() bool { return c.message.GetActive() == "" && c.sound("active") }

// bonusRounding reads how the bonus is rounded where it differs from the plan.
func (r *bonusReader) bonusRounding(written *uplinev1.Rounding) *calc.Rounding {
	at := r.path + ".rounding"
	if written.GetAt() != uplinev1.RoundingAt_ROUNDING_AT_UNSPECIFIED {
		r.fail(at+".at", "what is rounded is the same for all bonuses", "delete it here; the plan's own `rounding` has `at`")
	}
	out := calc.Rounding{Mode: r.plan.Rounding.Mode, StepMinor: r.plan.Rounding.StepMinor}
	if written.GetMode() != uplinev1.RoundingMode_ROUNDING_MODE_UNSPECIFIED {
		out.Mode = roundingModes[written.GetMode()]
	}
	if written.GetStep() != "" {
		out.StepMinor = max(1, r.above0(at+".step", r.amount(at+".step", written.GetStep()), "write the step in the plan's currency, for instance `1`"))
	}
	return &out
}

// paidOn gives the volume that rates are applied to, or, where amounts are paid, the volume that counts what they are paid for.
func (r *bonusReader) paidOn(base uplinev1.Base, volume string, omitted calc.Base, amounts bool) calc.Base {
	b := r.baseAt(r.at, base, volume, omitted)
	if volume != "" && !r.volumeSound(volume) {
		return b // nobody knows what it counts
	}
	if volume != "" && base == uplinev1.Base_BASE_UNSPECIFIED && r.to.Pays == calc.PaysEvent {
		if settled := settledAtClose(&r.plan.Volumes[b-calc.VolumeBuiltIn]); settled != "" {
			r.fail(r.at+".volume", fmt.Sprintf("the volume `%s` has %s", shown(volume), settled), "pay the bonus at the close: `pays: period`, or pay it on another volume")
			return omitted
		}
	}
	counts := r.plan.MeasureOf(b) == calc.MeasureCount
	switch {
	case amounts && base != uplinev1.Base_BASE_UNSPECIFIED:
		r.fail(r.at+".base", "an amount is paid for each sale, so there is no `base` for it", "delete `base`, or pay a rate")
	case amounts && volume != "" && !counts:
		r.fail(r.at+".volume", fmt.Sprintf("an amount is paid for each sale, and the volume `%s` does not count sales", shown(volume)), "give the volume `of: count`, or pay a rate")
	case amounts && volume == "":
		return calc.BaseCount
	case !amounts && counts:
		r.fail(r.at+".volume", fmt.Sprintf("there is no rate of the volume `%s`, which counts sales", shown(volume)), "give the volume another `of`, or pay amounts")
	}
	return b
}

// narrowed makes a volume of the plan's own out of another one, for this bonus alone. A name with `#` is none that a plan could give.
func (r *bonusReader) narrowed(of calc.Base, narrow func(v *calc.Volume)) calc.Base {
	r.hidden++
	return r.volumeFrom(of, r.message.GetName()+"#"+strconv.Itoa(r.hidden), narrow)
}

// divisible reports a volume that bounds what counts of each seller: which of the sales count is not said, so nobody could say either
// which of them a part holds.
func (r *bonusReader) divisible(field string, of calc.Base) bool {
	if of < calc.VolumeBuiltIn || !r.plan.Volumes[of-calc.VolumeBuiltIn].Bounded() {
		return true
	}
	remedy := "say in the volume which sales count, and delete `" + field + "`"
	switch field { // a fast start is nothing without them
	case "days":
		remedy = "write the days into the volume, `inside: {to_day: …}`, and make the bonus a `unilevel` of that volume"
	case "calendar_months":
		remedy = "write the months into the volume, `inside: {to_month: …}`, and make the bonus a `unilevel` of that volume"
	}
	r.fail(r.at+"."+field, fmt.Sprintf("the volume `%s` has `source_cap`, so `%s` cannot choose among its sales", r.plan.VolumeName(of), field), remedy)
	return false
}

// ofClasses narrows a volume to product classes; all when none are written.
func (r *bonusReader) ofClasses(of calc.Base, classes []string) calc.Base {
	mask := r.classMask(r.at+".product_classes", classes)
	if mask == nil || !r.divisible("product_classes", of) {
		return of
	}
	return r.narrowed(of, func(v *calc.Volume) { v.Classes = bothMasks(v.Classes, mask) })
}

// bothMasks is what two masks have in common; nil holds everything. The first entry of a mask stands for all words behind its end.
func bothMasks(a, b []bool) []bool {
	if a == nil {
		return b
	}
	out := make([]bool, max(len(a), len(b)))
	for i := range out {
		out[i] = at0(a, uint16(i)) && at0(b, uint16(i))
	}
	return out
}

// eventClasses reads the product classes of a bonus that is paid at the event.
func (r *bonusReader) eventClasses(classes []string) []string {
	r.classMask(r.at+".product_classes", classes)
	return append([]string(nil), classes...)
}
