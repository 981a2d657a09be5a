package plan

import (
	"fmt"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (r *bonusReader) residual(d *uplinev1.ResidualBonus) {
	own := rateBlock{rate: d.GetRate(), amount: d.GetAmount(), rates: d.GetRates(), brackets: d.GetBrackets(), what: takesEither, max: r.rateMax}
	ownPaid := own.rate != "" || own.amount != "" || len(own.rates) > 0 || own.brackets != nil
	if !ownPaid && len(d.GetLevels()) == 0 {
		own.add = "add `rate`, `rates`, `amount` or `brackets` for the seller, or `levels` for those above"
	}
	out := &calc.Residual{Own: r.rateOf(own)}
	amounts := own.paysAmounts()
	if len(d.GetLevels()) > 0 {
		out.Levels = r.levelTable(r.at+".levels", d.GetLevels(), takesEither, r.rateMax, r.phase())
		switch {
		case !ownPaid:
			amounts = out.Levels.Amounts
		case amounts != out.Levels.Amounts && r.sound(r.at):
			r.fail(r.at+".levels", "the seller and those above are not both paid rates, or both amounts", "write two bonuses")
		}
		out.Walk = r.walk(d.GetTree(), d.GetCompression())
		r.warnLevels(r.at+".levels", &out.Levels, &out.Walk)
	} else {
		r.withoutLevels(d)
	}
	base := r.ofClasses(r.paidOn(d.GetBase(), d.GetVolume(), calc.BasePrice, amounts), d.GetProductClasses())
	never := ""
	if len(d.GetStepDowns()) > 0 {
		never = "each step down has a volume of its own, and nobody could say which part of it lies in which bracket"
	}
	out.OwnBrackets = r.bracketsOf(d.GetBrackets(), takesEither, base, never)
	out.Parts = r.stepDowns(d.GetStepDowns(), base)
	r.to.Residual = out
}

// withoutLevels reports what is said of those above, who are paid nothing.
func (r *bonusReader) withoutLevels(d *uplinev1.ResidualBonus) {
	const message, remedy = "nobody above the seller is paid, so this says nothing", "delete it, or add `levels`"
	if d.GetCompression() != uplinev1.Compression_COMPRESSION_UNSPECIFIED {
		r.fail(r.at+".compression", message, remedy)
	}
	if d.GetTree() != "" {
		r.fail(r.at+".tree", message, remedy)
	}
}

// stepDowns gives the volumes of the cycles between the steps, each with what is left of the rates.
func (r *bonusReader) stepDowns(steps []*uplinev1.StepDown, base calc.Base) []calc.ResidualPart {
	whole := []calc.ResidualPart{{Base: base, Share: calc.RateScale}}
	if len(steps) == 0 || !r.divisible("step_downs", base) {
		return whole
	}
	var parts []calc.ResidualPart
	share, after := int64(calc.RateScale), int32(0)
	between := func(to int32) {
		if share == 0 {
			return // nothing is paid in these cycles
		}
		if b, some := r.cycles(base, after+1, to); some {
			parts = append(parts, calc.ResidualPart{Base: b, Share: share})
		}
	}
	for i, step := range steps {
		at := fmt.Sprintf("%s.step_downs[%d]", r.at, i)
		left := r.rate(at+".share", step.GetShare(), rateMax)
		r.unless(at+".share", itemPath(r.at+".step_downs", i+1))
		switch {
		case step.GetAfterCycles() <= after && i > 0:
			r.fail(at+".after_cycles", fmt.Sprintf("the step after %s does not come after the one before it", counted(int(step.GetAfterCycles()), "cycle")), "write the steps going up")
			return whole
		case left == share && r.sound(at):
			r.warn(at, "the step leaves the rates as they are", "delete it, or give it another `share`")
		case left > share && r.sound(at):
			r.warn(at+".share", "the step pays more than the one before it; a share is one of the full rate", "check the shares")
		}
		between(step.GetAfterCycles())
		share, after = left, step.GetAfterCycles()
	}
	before := len(parts)
	between(0)
	if share != 0 && len(parts) == before {
		r.warn(r.at+".step_downs", fmt.Sprintf("the volume holds no cycle after %d, so the last step is never reached", after), "delete it, or use another volume")
	}
	if len(parts) == 0 {
		return whole
	}
	return parts
}

// cycles narrows a volume to billing cycles, the last of them included, 0 for no end; false when it holds none of them.
func (r *bonusReader) cycles(of calc.Base, from, to int32) (calc.Base, bool) {
	if of >= calc.VolumeBuiltIn {
		v := &r.plan.Volumes[of-calc.VolumeBuiltIn]
		from = max(from, v.FromCycle)
		if v.ToCycle > 0 && (to == 0 || v.ToCycle < to) {
			to = v.ToCycle
		}
		if to > 0 && from > to {
			return 0, false
		}
	}
	return r.narrowed(of, func(v *calc.Volume) { v.FromCycle, v.ToCycle = from, to }), true
}
