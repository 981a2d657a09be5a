package plan

import (
	"fmt"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (r *bonusReader) unilevel(u *uplinev1.UnilevelBonus) {
	out := &calc.Unilevel{
		Rates:  r.levelTable(r.at+".rates", u.GetRates(), takesEither, r.rateMax, r.phase()),
		Months: r.monthsAdvanced(u.GetMonths(), u.GetYearShare()),
	}
	out.Clawback = r.clawback(u.GetClawback(), clawbackOmitted(out.Months))
	r.unlock(r.at+".unlock", u.GetUnlock(), &out.Rates, r.phase())
	out.Base = r.ofClasses(r.paidOn(u.GetBase(), u.GetVolume(), calc.BaseCV, out.Rates.Amounts), u.GetProductClasses())
	out.Walk = r.walk(u.GetTree(), u.GetCompression())
	out.Walk.SkipLevels, out.Walk.PassUp = u.GetSkipLevels(), u.GetPassUp()
	out.Walk.StopAt = r.condition(r.at+".stop_at", u.GetStopAt(), r.phase())
	switch {
	case out.Walk.PassUp > 0 && r.to.Pays == calc.PaysEvent:
		r.fail(r.at+".pass_up", "who is passed up is known only at the period's close", "pay the bonus at the close: delete `pays`")
	case out.Walk.PassUp > 0 && out.Walk.Placement:
		r.fail(r.at+".pass_up", "those that a distributor sponsors are passed up, so it is for the sponsor tree", "delete `pass_up`, or `tree: placement`")
	}
	r.warnLevels(r.at+".rates", &out.Rates, &out.Walk)
	r.to.Unilevel = out
}

// fastStart is a unilevel bonus on a volume of the sales of the first days, or calendar months.
func (r *bonusReader) fastStart(f *uplinev1.FastStartBonus) {
	out := &calc.Unilevel{Rates: r.levelTable(r.at+".rates", f.GetRates(), takesEither, r.rateMax, r.phase())}
	out.Walk = r.walk(f.GetTree(), f.GetCompression())
	r.warnLevels(r.at+".rates", &out.Rates, &out.Walk)
	base := r.paidOn(f.GetBase(), f.GetVolume(), calc.BaseCV, out.Rates.Amounts)
	window := &calc.DayWindow{
		SinceFirstPurchase: f.GetSince() == uplinev1.WindowStart_WINDOW_START_FIRST_PURCHASE, ToDay: f.GetDays(),
		ToMonth: monthsFrom(f.GetStartMonth(), f.GetCalendarMonths()),
	}
	r.startMonth(r.at, f.GetStartMonth(), "calendar_months", f.GetCalendarMonths())
	if r.to.Pays == calc.PaysEvent {
		out.Clawback = calc.Clawback{Mode: calc.ClawbackFull}
		if window.SinceFirstPurchase {
			r.fail(r.at+".since", "when a buyer first bought is settled when the period closes, as an earlier purchase may still arrive", "pay the bonus at the close: delete `pays`, or count from `enrolment`")
			return
		}
	}
	said := "days"
	switch {
	case window.ToDay > 0:
	case window.ToMonth > 0:
		said = "calendar_months"
	case r.sound(r.at+".days") && r.sound(r.at+".calendar_months"):
		r.fail(r.at, "the fast start does not say for how long", "add `days`, for instance `days: 60`, or `calendar_months`")
		return
	}
	if r.divisible(said, base) {
		out.Base = r.narrowed(base, func(v *calc.Volume) { v.Inside = r.bothWindows(v.Inside, window, said) })
	}
	r.to.Unilevel = out
}

// bothWindows is what the window of a volume and that of a fast start have in common. said is the field of the bonus that says its end.
func (r *bonusReader) bothWindows(volume, start *calc.DayWindow, said string) *calc.DayWindow {
	if volume == nil {
		return start
	}
	both := *start
	both.FromDay, both.ToDay = volume.FromDay, earlier(volume.ToDay, start.ToDay)
	both.FromMonth, both.ToMonth = volume.FromMonth, earlier(volume.ToMonth, start.ToMonth)
	const empty = "no sale counts: the volume begins after %s"
	remedy := "give more `" + said + "`, or use another volume"
	switch {
	case volume.SinceFirstPurchase != start.SinceFirstPurchase:
		r.fail(r.at+".volume", "the volume has a window of its own, and its days are counted from another moment", "count the days of both by the same `since`, or use another volume")
	case both.ToDay > 0 && both.FromDay >= both.ToDay:
		r.fail(r.at+"."+said, fmt.Sprintf(empty, counted(int(volume.FromDay), "day")), remedy)
	case both.ToMonth > 0 && both.FromMonth >= both.ToMonth:
		r.fail(r.at+"."+said, fmt.Sprintf(empty, counted(int(volume.FromMonth), "calendar month")), remedy)
	}
	return &both
}

// earlier is the earlier of two ends, 0 being none.
func earlier(a, b int32) int32 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// revenueShare is a unilevel bonus whose levels are opened by conditions.
func (r *bonusReader) revenueShare(s *uplinev1.RevenueShareBonus) {
	tiers := s.GetTiers()
	rates := make([]int64, len(tiers))
	opens := make([]*calc.Condition, len(tiers))
	highest, some := int64(0), false
	for i, tier := range tiers {
		at := fmt.Sprintf("%s.tiers[%d]", r.at, i)
		rates[i] = r.rate(at+".rate", tier.GetRate(), r.rateMax)
		opens[i] = r.condition(at+".when", tier.GetWhen(), r.phase())
		highest, some = max(highest, rates[i]), some || tier.GetWhen() != ""
	}
	if len(tiers) == 0 {
		return // which the schema's rules have reported
	}
	out := &calc.Unilevel{Rates: calc.EverybodyAt(r.plan, rates...)}
	if some {
		out.Rates.Unlock = opens
	}
	r.warnZero(r.at+".tiers", highest == 0, false)
	out.Base = r.paidOn(s.GetBase(), s.GetVolume(), calc.BaseNetPrice, false)
	out.Walk = r.walk(s.GetTree(), s.GetCompression())
	if r.to.Pays == calc.PaysEvent {
		out.Clawback = calc.Clawback{Mode: calc.ClawbackFull}
	}
	r.warnLevels(r.at+".tiers", &out.Rates, &out.Walk)
	r.to.Unilevel = out
}
