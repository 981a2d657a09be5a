package plan

import (
	"fmt"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (r *bonusReader) rankBonus(b *uplinev1.RankBonus) {
	out := &calc.RankBonus{WhileHeld: b.GetPayment() == uplinev1.RankPayment_RANK_PAYMENT_WHILE_HELD}
	if r.to.Cadence != r.plan.Main && r.plan.Main.Valid() && !out.WhileHeld {
		r.fail(r.path+".cadence", "ranks are reached by the plan's own cadence, and what is paid for it is paid by it", "delete `cadence`, or use `payment: while_held`")
	}
	rates := false
	for i, award := range b.GetAwards() {
		a, isRate := r.award(fmt.Sprintf("%s.awards[%d]", r.at, i), award, out)
		out.Awards = append(out.Awards, a)
		rates = rates || isRate
	}
	out.Base = r.awardBase(b, rates)
	r.to.RankBonus = out
}

// awardBase is what the rates of awards are of.
func (r *bonusReader) awardBase(b *uplinev1.RankBonus, rates bool) calc.Base {
	if rates {
		return r.paidOn(b.GetBase(), b.GetVolume(), calc.BaseCV, false)
	}
	const message, remedy = "all awards are amounts, and not rates of a volume", "delete it, or give an award a `rate`"
	if b.GetBase() != uplinev1.Base_BASE_UNSPECIFIED {
		r.fail(r.at+".base", message, remedy)
	}
	if b.GetVolume() != "" {
		r.fail(r.at+".volume", message, remedy)
	}
	return calc.BaseCV
}

// award reads what a rank is worth.
func (r *bonusReader) award(at string, written *uplinev1.RankAward, bonus *calc.RankBonus) (award calc.RankAward, isRate bool) {
	award = calc.RankAward{AfterPeriods: written.GetAfterPeriods(), WithinDays: written.GetWithinDays(), WithinMonths: monthsFrom(written.GetStartMonth(), written.GetWithinCalendarMonths())}
	r.startMonth(at, written.GetStartMonth(), "within_calendar_months", award.WithinMonths)
	rank, known := r.rankNumbers[written.GetRank()]
	if !known && written.GetRank() != "" {
		r.unknownRank(at+".rank", written.GetRank())
	}
	award.Rank = rank
	for _, before := range bonus.Awards {
		if known && before.Rank == rank && (bonus.WhileHeld || before.WithinDays == award.WithinDays && before.WithinMonths == award.WithinMonths && before.AfterPeriods == award.AfterPeriods) {
			r.fail(at+".rank", fmt.Sprintf("the rank `%s` has an award already", shown(written.GetRank())), "keep one of them; two are paid beside each other where they differ in `within_days`, `within_calendar_months` or `after_periods`")
			break
		}
	}
	switch rate, amount := written.GetRate(), written.GetAmount(); {
	case rate != "" && amount != "":
		r.fail(at+".amount", "the award has both `rate` and `amount`", "keep one of them")
	case rate == "" && amount == "":
		r.fail(at, "the award is worth nothing", "add `amount`, or `rate`")
	case rate != "":
		award.Rate, isRate = r.part(at+".rate", rate), true
	default:
		award.AmountMinor = []int64{r.above0(at+".amount", r.amount(at+".amount", amount), "write what the rank is worth")}
	}
	award.Instalments = r.instalments(at+".instalments", written.GetInstalments())
	if bonus.WhileHeld && len(award.Instalments) > 0 {
		r.fail(at+".instalments", "a bonus that is paid in every period in which the rank is held has no instalments", "delete them, or `payment: while_held`")
	}
	if bonus.WhileHeld && award.WithinDays > 0 {
		r.fail(at+".within_days", "a bonus that is paid in every period in which the rank is held has no days to reach it in", "delete them, or `payment: while_held`")
	}
	if bonus.WhileHeld && award.WithinMonths > 0 {
		r.fail(at+".within_calendar_months", "a bonus that is paid in every period in which the rank is held has no months to reach it in", "delete them, or `payment: while_held`")
	}
	return award, isRate
}

// instalments reads the parts that an award is paid in, which sum to all of it.
func (r *bonusReader) instalments(path string, written []string) []int64 {
	var parts []int64
	sum := int64(0)
	for i, text := range written {
		part := r.part(fmt.Sprintf("%s[%d]", path, i), text)
		parts = append(parts, part)
		sum += part
	}
	if len(parts) > 0 && sum != calc.RateScale && r.sound(path) {
		r.fail(path, fmt.Sprintf("the instalments sum to %s, and not to 100%%", percentOf(sum)), "a third is written `33.3333333%`; the last instalment takes what is left, `33.3333334%`")
	}
	return parts
}
