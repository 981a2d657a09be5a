package plan

import (
	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// noMarginalDifference is why the differences of rates have no marginal brackets.
const noMarginalDifference = "the difference of two rates is one of rates that each are for everything"

func (r *bonusReader) differential(d *uplinev1.DifferentialBonus) {
	pays := rateBlock{rates: d.GetRates(), brackets: d.GetBrackets(), what: takesEither, max: r.rateMax, add: "add `rates` by rank, or `brackets` by a number"}
	out := &calc.Differential{
		Rates: r.rateOf(pays), Brackets: r.bracketsOf(d.GetBrackets(), takesEither, 0, noMarginalDifference),
		Base: r.ofClasses(r.paidOn(d.GetBase(), d.GetVolume(), calc.BaseCV, pays.paysAmounts()), d.GetProductClasses()), Placement: r.placed(d.GetTree()),
		OwnSales: d.GetOwnSales(), LessSeller: d.GetLessSeller(), FromLevel: d.GetFromLevel(), ToLevel: r.toLevel(d),
		Months: r.monthsAdvanced(d.GetMonths(), d.GetYearShare()),
	}
	out.Clawback = r.clawback(d.GetClawback(), clawbackOmitted(out.Months))
	if r.total(d, out, pays.paysAmounts()); out.Total == 0 {
		r.warnOneRate(&out.Rates)
	}
	r.to.Differential = out
}

// total reads what is shared out of a sale.
func (r *bonusReader) total(d *uplinev1.DifferentialBonus, out *calc.Differential, amounts bool) {
	at, written := r.at+".total", d.GetTotal()
	if d.GetTotalAmount() != "" {
		at = r.at + ".total_amount"
	}
	switch {
	case written == "" && d.GetTotalAmount() == "":
		return
	case written != "" && d.GetTotalAmount() != "":
		r.fail(at, "the bonus has both `total` and `total_amount`", "keep one of them")
		return
	case amounts && written != "":
		r.fail(at, "the bonus pays amounts, and what is shared out is a rate", "write `total_amount`")
		return
	case !amounts && written == "":
		r.fail(at, "the bonus pays rates, and what is shared out is an amount", "write `total`, for instance `total: 8%`")
		return
	case amounts:
		out.Total = r.amount(at, d.GetTotalAmount())
	default:
		out.Total = r.rate(at, written, r.rateMax)
	}
	if !r.sound(at) {
		return
	}
	const upward = "a total is shared out from the seller upward, by everybody who has a rate"
	if out.LessSeller {
		r.fail(r.at+".less_seller", upward, "delete `less_seller`; with `own_sales: true` the seller is the first who shares")
	}
	if out.FromLevel > 1 {
		r.fail(r.at+".from_level", upward, "delete `from_level`, or `"+lastOf(at)+"`")
	}
	if out.Total == 0 {
		r.fail(at, "nothing is shared out", "write what is shared out of a sale, or delete it")
	} else if _, few := out.Leftovers(); !few {
		r.fail(at, "so many different parts of it may be left that a line could not say which", "write rates and a total that are whole numbers of one larger step, as `1%`, `2%` and `8%` are")
		out.Total = 0
	}
}

// toLevel reads how far up a bonus reaches that is paid at the event. At the close nothing bounds it.
func (r *bonusReader) toLevel(d *uplinev1.DifferentialBonus) int32 {
	at, to := r.at+".to_level", d.GetToLevel()
	switch {
	case r.to.Pays == calc.PaysPeriod && to != 0:
		r.fail(at, "at the period's close everybody above the seller is looked at", "delete it, or pay the bonus at the event: `pays: event`")
	case r.to.Pays == calc.PaysEvent && to == 0:
		r.fail(r.at, "a differential bonus that is paid at the event does not say how far up it reaches", "add `to_level`, the last level above the seller that is paid, for instance `to_level: 20`")
	case to != 0 && to < d.GetFromLevel():
		r.fail(at, "the last level that is paid comes before the first", "check `from_level` and `to_level`")
	default:
		return to
	}
	return 0
}

// stairstep is a differential bonus that pays the own sales, too, so that those above get what is left of the seller's own rate, and
// ends where a leg breaks away.
func (r *bonusReader) stairstep(d *uplinev1.StairstepBonus) {
	pays := rateBlock{rates: d.GetRates(), brackets: d.GetBrackets(), what: takesEither, max: r.rateMax, add: "add `brackets` by a number, or `rates` by rank"}
	amounts := pays.paysAmounts()
	out := &calc.Differential{
		Rates: r.rateOf(pays), Brackets: r.bracketsOf(d.GetBrackets(), takesEither, 0, noMarginalDifference),
		Base: r.ofClasses(r.paidOn(d.GetBase(), d.GetVolume(), calc.BaseCV, amounts), d.GetProductClasses()), Placement: r.placed(d.GetTree()),
		OwnSales: true, LessSeller: true, Breakaway: r.condition(r.at+".breakaway", d.GetBreakaway(), forBonus),
	}
	if d.GetEqualRate() != "" {
		out.EqualRate = r.part(r.at+".equal_rate", d.GetEqualRate())
		if amounts {
			r.fail(r.at+".equal_rate", "the bonus pays amounts, so there is no rate at equality", "delete it, or pay rates")
		}
	}
	r.warnOneRate(&out.Rates)
	r.to.Differential = out
}

// warnOneRate speaks of a table in which everybody has the same rate, so that there are no differences.
func (r *bonusReader) warnOneRate(t *calc.RateTable) {
	if len(t.Rows) == 1 && t.When == nil && len(t.Candidates[0]) == 1 && t.Rows[0][0] != 0 && r.sound(r.at) {
		r.warn(r.at+".rates", "everybody has the same rate, so whoever stands above another gets no difference", "add entries for higher ranks")
	}
}
