package plan

import (
	"fmt"
	"math"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

var afterPayouts = map[uplinev1.AfterPayout]calc.AfterPayout{
	uplinev1.AfterPayout_AFTER_PAYOUT_FLUSH:        calc.Flush,
	uplinev1.AfterPayout_AFTER_PAYOUT_NET_OFF:      calc.NetOff,
	uplinev1.AfterPayout_AFTER_PAYOUT_FLUSH_AT_MAX: calc.FlushAtMax,
}

var ownVolumes = map[uplinev1.OwnVolume]calc.OwnVolume{
	uplinev1.OwnVolume_OWN_VOLUME_WEAKER: calc.OwnVolumeWeaker,
	uplinev1.OwnVolume_OWN_VOLUME_LEFT:   calc.OwnVolumeLeft,
	uplinev1.OwnVolume_OWN_VOLUME_RIGHT:  calc.OwnVolumeRight,
}

// twoLegs is the remedy for what a plan without a binary tree cannot have.
const twoLegs = "give the plan `placement: {width: 2}`"

func (r *bonusReader) binary(y *uplinev1.BinaryBonus) {
	if r.plan.PlacementWidth != 2 && r.sound("placement") {
		r.fail(r.at, "a binary bonus needs a placement tree with two legs", twoLegs)
	}
	out := &calc.Binary{
		AfterPayout: afterPayouts[y.GetAfterPayout()], OwnVolume: ownVolumes[y.GetOwnVolume()], ByRatio: y.GetByRatio(),
		MaxCycles: int64(y.GetMaxCycles()), UnqualifiedKeeps: y.GetUnqualifiedKeeps(),
	}
	out.Base = r.baseAt(r.at, y.GetBase(), y.GetVolume(), calc.BaseCV)
	r.binaryPays(y, out)
	if len(y.GetMax()) > 0 {
		out.Max = r.rankTable(r.at+".max", y.GetMax(), takesAmounts, 0, forBonus)
	}
	r.firstCycles(y, out)
	r.carryLimit(y.GetCarry(), out)
	r.binaryRules(y, out)
	r.to.Binary = out
}

// binaryPays reads what is paid on the legs: rates, brackets, steps or cycles.
func (r *bonusReader) binaryPays(y *uplinev1.BinaryBonus, out *calc.Binary) {
	pays := rateBlock{
		rate: y.GetRate(), rates: y.GetRates(), amount: y.GetAmount(), brackets: y.GetBrackets(), what: takesRates, max: r.rateMax,
		add: "add `rate` for everybody, or `rates` by rank",
	}
	switch {
	case len(y.GetSteps()) > 0:
		r.binarySteps(y, out)
		return
	case y.GetCycle() != nil:
		out.Cycle = r.cycle(y.GetCycle(), out.Base)
		pays.what, pays.add = takesAmounts, "add `amount`, what a cycle pays, or `rates` with amounts by rank"
		if y.GetRate() != "" {
			r.fail(r.at+".rate", "a cycle pays an amount, and no rate", "write `amount`")
			return
		}
	case y.GetAmount() != "":
		r.fail(r.at+".amount", "an amount is paid for each cycle, and there is no `cycle`", "add `cycle`, or write `rate`")
		return
	}
	if out.Cycle == nil && r.plan.MeasureOf(out.Base) == calc.MeasureCount {
		r.fail(r.at+".volume", fmt.Sprintf("there is no rate of the volume `%s`, which counts sales", shown(y.GetVolume())), "pay amounts by `cycle` or `steps`, or give the volume another `of`")
	}
	out.Rates = r.rateOf(pays)
	never := ""
	if out.Cycle != nil {
		never = "a cycle pays the same as those before it"
	}
	out.Brackets = r.binaryBrackets(y.GetBrackets(), pays.what, out.Base, never)
}

// binaryBrackets reads brackets whose number may be what the line is paid on. That is the weaker leg with its carry-ins, which as a
// fact it does not have, so for the engine they stand without a number.
func (r *bonusReader) binaryBrackets(b *uplinev1.Brackets, what takes, base calc.Base, never string) *calc.Brackets {
	if b == nil {
		return nil
	}
	path := r.at + ".brackets"
	whole := &uplinev1.Brackets{By: b.GetBy(), Steps: b.GetSteps()}
	out := r.brackets(bracketUse{path: path, what: what, max: r.rateMax, when: forBonus}, whole)
	if out.By == nil {
		return out
	}
	slot, alone := out.By.Fact()
	key := r.factTable.Key(slot)
	onLeg := alone && key.Fact == calc.FactWeaker && key.Volume == base && never == ""
	if b.GetMode() == uplinev1.BracketMode_BRACKET_MODE_MARGINAL {
		out.Marginal = true
		switch {
		case never != "":
			r.fail(path+".mode", "marginal brackets have no place here: "+never, "delete `mode`")
		case !onLeg && r.volumesKnown && r.sound(r.at+".volume"):
			r.fail(path+".mode", fmt.Sprintf("marginal brackets go by the very volume that is paid on, and not by `%s`", shown(b.GetBy())),
				fmt.Sprintf("write `by: %s`, or delete `mode`, so that the rate reached is applied to everything", r.legWord(base)))
		}
	}
	if onLeg {
		out.By = nil
	}
	return out
}

// legWord is how the weaker leg of a volume is called.
func (r *bonusReader) legWord(base calc.Base) string {
	if base == calc.BaseCV {
		return "pay_leg"
	}
	return fmt.Sprintf("weaker(\"%s\")", r.plan.VolumeName(base))
}

func (r *bonusReader) binarySteps(y *uplinev1.BinaryBonus, out *calc.Binary) {
	for _, other := range []struct {
		field string
		given bool
	}{
		{"rate", y.GetRate() != ""},
		{"rates", len(y.GetRates()) > 0},
		{"amount", y.GetAmount() != ""},
		{"brackets", y.GetBrackets() != nil},
		{"cycle", y.GetCycle() != nil},
	} {
		if other.given {
			r.fail(r.at+"."+other.field, "the bonus has both `steps` and `"+other.field+"`", "keep one of them")
		}
	}
	for i, step := range y.GetSteps() {
		at := fmt.Sprintf("%s.steps[%d]", r.at, i)
		next := calc.BinaryStep{
			Volume:      r.above0(at+".volume", r.points(at+".volume", step.GetVolume(), out.Base), "write the volume that both legs must have"),
			AmountMinor: r.above0(at+".amount", r.amount(at+".amount", step.GetAmount()), "write what the step pays"),
		}
		if i > 0 && r.sound(at) && r.sound(r.at+".steps") {
			switch before := out.Steps[i-1]; {
			case next.Volume <= before.Volume:
				r.fail(at+".volume", fmt.Sprintf("the step of `%s` does not come after the one of `%s`", shown(step.GetVolume()), shown(y.GetSteps()[i-1].GetVolume())), "write the steps going up")
			case next.AmountMinor <= before.AmountMinor:
				r.warn(at+".amount", "the step takes more volume than the one before it and pays no more", "check the amounts")
			}
		}
		out.Steps = append(out.Steps, next)
	}
}

// cycle reads what a cycle takes off the legs.
func (r *bonusReader) cycle(y *uplinev1.BinaryCycle, base calc.Base) *calc.BinaryCycle {
	at := r.at + ".cycle"
	read := func(field, text string) int64 {
		return r.above0(at+"."+field, r.points(at+"."+field, text, base), "write the volume that a cycle takes")
	}
	out := &calc.BinaryCycle{Strong: read("strong", y.GetStrong()), Weak: read("weak", y.GetWeak())}
	notAbove := func(weak, strong int64, field string) {
		if weak > strong && r.sound(at) {
			r.fail(at+"."+field, "a cycle takes more off the weaker leg than off the stronger one", "change them over")
		}
	}
	notAbove(out.Weak, out.Strong, "weak")
	if y.GetFirstStrong() == "" && y.GetFirstWeak() == "" {
		return out
	}
	out.FirstStrong, out.FirstWeak = out.Strong, out.Weak
	field := "first_weak"
	if y.GetFirstStrong() != "" {
		out.FirstStrong = read("first_strong", y.GetFirstStrong())
	}
	if y.GetFirstWeak() != "" {
		out.FirstWeak = read("first_weak", y.GetFirstWeak())
	} else {
		field = "first_strong"
	}
	notAbove(out.FirstWeak, out.FirstStrong, field)
	return out
}

// firstCycles reads what the first cycles of a life pay.
func (r *bonusReader) firstCycles(y *uplinev1.BinaryBonus, out *calc.Binary) {
	entries, at := y.GetFirstCycles(), r.at+".first_cycles"
	switch {
	case len(entries) == 0:
		return
	case y.GetCycle() == nil:
		r.fail(at, "there are no cycles", "add `cycle`, or delete `first_cycles`")
		return
	}
	list, levels := make([]tableEntry, len(entries)), 0
	for i, entry := range entries {
		values, _ := r.levelValues(itemPath(at, i), entry, takesAmounts, 0)
		list[i] = tableEntry{at: itemPath(at, i), rank: entry.GetRank(), when: entry.GetWhen(), values: values}
		levels = max(levels, len(values))
	}
	for i := range list {
		for len(list[i].values) < levels {
			list[i].values = append(list[i].values, calc.LikeOtherCycles)
		}
	}
	out.FirstCycles = r.table(at, list, levels, true, forBonus)
}

// carryLimit reads what bounds the carry.
func (r *bonusReader) carryLimit(y *uplinev1.CarryLimit, out *calc.Binary) {
	if y == nil {
		return
	}
	at := r.at + ".carry"
	limit := calc.CarryLimit{
		AveragePeriods: y.GetAveragePeriods(), ExpiresAfter: y.GetExpiresAfter(), LostWhenInactive: y.GetLostWhenInactive(),
		LostWhenUnqualified: y.GetLostWhenUnqualified(), LostWhen: r.condition(at+".lost_when", y.GetLostWhen(), forBonus),
	}
	if y.GetAmount() != "" {
		limit.Volume = r.above0(at+".amount", r.points(at+".amount", y.GetAmount(), out.Base), "`after_payout: flush` carries nothing")
	}
	if y.GetAverageTimes() != "" {
		limit.AverageTimes = r.times(at+".average_times", y.GetAverageTimes())
	}
	switch {
	case y.GetAverageTimes() != "" && limit.AveragePeriods == 0:
		r.fail(at+".average_times", "a multiple of the average needs the periods that the average is of", "add `average_periods`, for instance `average_periods: 4`")
	case y.GetAverageTimes() == "" && limit.AveragePeriods != 0:
		r.fail(at+".average_periods", "`average_periods` goes with `average_times`", "add `average_times`, for instance `average_times: 5`, or delete it")
	}
	if limit.LostWhenInactive && r.everybodyActive() {
		r.warn(at+".lost_when_inactive", "without the plan's `active` everybody is active, so nobody loses anything", "add `active`, or delete it")
	}
	switch {
	case !limit.LostWhenUnqualified:
	case out.UnqualifiedKeeps:
		r.fail(at+".lost_when_unqualified", "with `unqualified_keeps` whoever does not qualify keeps both legs", "delete one of the two")
	case r.message.GetWhen() == "":
		r.warn(at+".lost_when_unqualified", "the bonus has no `when`, so everybody qualifies", "add `when`, or delete it")
	}
	if out.AfterPayout == calc.Flush && !out.UnqualifiedKeeps {
		r.fail(at, "with `after_payout: flush` nothing is carried", "delete `carry`, or use another `after_payout`")
	}
	out.Carry = limit
}

// times reads a multiple above zero.
func (r *bonusReader) times(path, text string) calc.Fraction {
	const timesMax, periodsMax = 1_000_000, 24
	f, err := calc.ParseFraction(text)
	switch {
	case err != nil:
		r.decimal(path, text, err, "write a number like `5` or `2.5`")
	case f.Num <= 0:
		r.fail(path, "a multiple of the average is not above zero", "`after_payout: flush` carries nothing")
	case f.Num/f.Den > timesMax || f.Den > math.MaxInt64/periodsMax:
		r.fail(path, fmt.Sprintf("`%s` is too large, or has too many decimals", shown(text)), "write a number like `5` or `2.5`")
	default:
		return f
	}
	return calc.Fraction{}
}

// binaryRules holds rules against each other.
func (r *bonusReader) binaryRules(y *uplinev1.BinaryBonus, out *calc.Binary) {
	limited := len(y.GetMax()) > 0 || out.MaxCycles > 0
	switch {
	case out.ByRatio && (out.Cycle != nil || len(out.Steps) > 0):
		r.fail(r.at+".by_ratio", "what cycles and steps pay is not multiplied by the ratio of the legs", "delete `by_ratio`, or pay a rate")
	case out.MaxCycles > 0 && y.GetCycle() == nil:
		r.fail(r.at+".max_cycles", "there are no cycles", "bound what is paid by `max`, or add `cycle`")
	}
	switch out.AfterPayout {
	case calc.NetOff:
		if r.everybodyActive() {
			r.warn(r.at+".after_payout", "without the plan's `active` everybody is active, so `net_off` does what `carry_forward` does", "add `active`, or use `carry_forward`")
		}
	case calc.FlushAtMax:
		if !limited {
			r.fail(r.at+".after_payout", "`flush_at_max` needs the most that the bonus pays", "add `max`, or `max_cycles`")
		}
	case calc.CarryForward, calc.Flush:
	}
	if out.UnqualifiedKeeps && r.message.GetWhen() == "" {
		r.warn(r.at+".unqualified_keeps", "the bonus has no `when`, so everybody qualifies", "add `when`, or delete it")
	}
}
