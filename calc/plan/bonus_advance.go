package plan

import (
	"errors"
	"fmt"
	"strings"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

func (r *bonusReader) advance(a *uplinev1.AdvanceBonus) {
	pays := rateBlock{
		rate: a.GetRate(), amount: a.GetAmount(), rates: a.GetRates(), what: takesEither, max: r.rateMax,
		add: "add `rate` for everybody, `rates` by rank, or `amount` for a month of each sale",
	}
	r.to.Advance = &calc.Advance{
		Rates:    r.rateOf(pays),
		Base:     r.paidOn(a.GetBase(), "", calc.BasePrice, pays.paysAmounts()),
		Months:   r.months(a.GetMonths(), a.GetYearShare()),
		Classes:  r.eventClasses(a.GetProductClasses()),
		Clawback: r.clawback(a.GetClawback(), calc.ClawbackMonthsPaid),
	}
	if a.GetMonths() == "" && a.GetYearShare() == "" {
		r.fail(r.at, "the advance does not say how much is paid at once", "add `months`, for instance `months: 9`, or `year_share`, for instance `year_share: 70%`")
	}
}

// monthsMax is how many months can be paid in advance, yearShareMax the same as a part of a year.
const (
	monthsMax    = 120
	monthDigits  = 4
	yearShareMax = monthsMax / monthsOfYear * calc.RateScale
	monthsOfYear = 12
)

// months reads how much is paid in advance: a number of months, or a part of a year. Both are exact.
func (r *bonusReader) months(months, yearShare string) calc.Months {
	switch {
	case months != "" && yearShare != "":
		r.fail(r.at+".year_share", "`months` and `year_share` both say how much is paid at once", "keep one of them")
	case yearShare != "":
		path := r.at + ".year_share"
		share := r.rate(path, yearShare, yearShareMax)
		if share == 0 && r.sound(path) {
			r.fail(path, "`year_share` is not above zero", "write which part of a year's commission is paid in advance, or delete it")
		}
		return calc.Months(share * monthsOfYear)
	case months != "" || r.given(r.at+".months"):
		return r.numberOfMonths(r.at+".months", months)
	}
	return 0
}

func (r *bonusReader) numberOfMonths(path, text string) calc.Months {
	const remedy = "write a number of months up to 120, for instance `9` or `6.5`"
	parsed, err := calc.ParseMinor(strings.TrimSpace(text), monthDigits)
	switch {
	case errors.Is(err, calc.ErrTooManyDecimals):
		r.fail(path, fmt.Sprintf("`months: %s` has more than four decimals", shown(text)), "round it, or say by `year_share` which part of a year it is")
	case err != nil && strings.HasSuffix(strings.TrimSpace(text), "%"):
		r.fail(path, fmt.Sprintf("`%s` is no number of months", shown(text)), "a part of a year is `year_share: "+shown(text)+"`")
	case err != nil:
		r.fail(path, fmt.Sprintf("`%s` is no number of months", shown(text)), remedy)
	case parsed <= 0:
		r.fail(path, "`months` is not above zero", "write how many months are paid in advance, or delete it")
	case parsed > monthsMax*10_000:
		r.fail(path, fmt.Sprintf("`months` cannot be %s", shown(text)), remedy)
	default:
		return calc.Months(parsed) * (calc.Month / 10_000)
	}
	return 0
}

// monthsAdvanced reads how much a bonus pays in advance that is no advance by its kind.
func (r *bonusReader) monthsAdvanced(months, yearShare string) calc.Months {
	advanced, path := r.months(months, yearShare), r.at+".months"
	if yearShare != "" {
		path = r.at + ".year_share"
	}
	name := lastOf(path)
	switch {
	case advanced > 0 && r.to.Pays == calc.PaysPeriod && r.sound(r.path+".pays"):
		r.fail(path, "months are paid in advance when a sale goes live, and this bonus is paid at the period's close", "add `pays: event`, or delete `"+name+"`")
		return 0
	case advanced > 0 && r.to.AtPayments:
		r.fail(path, "months are paid in advance when a sale goes live, and this bonus is paid with every paid cycle", "write `pays: event`, or delete `"+name+"`")
		return 0
	}
	return advanced
}
