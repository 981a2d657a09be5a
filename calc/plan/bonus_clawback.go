package plan

import (
	"fmt"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

var clawbackModes = map[uplinev1.ClawbackMode]calc.ClawbackMode{
	uplinev1.ClawbackMode_CLAWBACK_MODE_NONE:        calc.ClawbackNone,
	uplinev1.ClawbackMode_CLAWBACK_MODE_FULL:        calc.ClawbackFull,
	uplinev1.ClawbackMode_CLAWBACK_MODE_WITHIN_DAYS: calc.ClawbackWithinDays,
	uplinev1.ClawbackMode_CLAWBACK_MODE_MONTHS_PAID: calc.ClawbackMonthsPaid,
	uplinev1.ClawbackMode_CLAWBACK_MODE_BANDS:       calc.ClawbackBands,
}

// clawbackOmitted is how much is taken back of a bonus that pays so many months in advance and does not say.
func clawbackOmitted(months calc.Months) calc.ClawbackMode {
	if months > 0 {
		return calc.ClawbackMonthsPaid
	}
	return calc.ClawbackFull
}

// clawback reads the schedule of taking back. A bonus of the period has none: the volume that a cancellation takes back is what it
// computes with.
func (r *bonusReader) clawback(schedule *uplinev1.Clawback, omitted calc.ClawbackMode) calc.Clawback {
	path := r.at + ".clawback"
	if r.to.Pays == calc.PaysPeriod {
		if schedule != nil {
			r.fail(path, "a bonus that is paid at the period's close has no `clawback`", "delete it; `cancelled_volume` says what a cancellation does to the volume that the bonus is computed from")
		}
		return calc.Clawback{}
	}
	out := calc.Clawback{Mode: omitted}
	if r.to.AtPayments && schedule != nil {
		r.fail(path, "what is paid with a paid cycle stays when the service ends, and goes with what is given back of the payment", "delete it, or pay the bonus when the service goes live: `pays: event`")
		return out
	}
	if mode, ok := clawbackModes[schedule.GetMode()]; ok {
		out.Mode = mode
	}
	r.unless(path+".mode", path)
	days, bands := schedule.GetDays(), schedule.GetBands()
	switch {
	case out.Mode == calc.ClawbackMonthsPaid && omitted != calc.ClawbackMonthsPaid:
		r.fail(path+".mode", "`months_paid` is for what is paid months in advance", "use `full`, `within_days`, `bands` or `none`")
	case out.Mode == calc.ClawbackWithinDays && days <= 0:
		r.fail(path, "`within_days` needs a number of days", "add `days`, for instance `days: 30`")
	case out.Mode != calc.ClawbackWithinDays && days != 0:
		r.fail(path+".days", "`days` goes with `mode: within_days` only", "delete it, or change the mode")
	case out.Mode == calc.ClawbackBands && len(bands) == 0:
		r.fail(path, "`bands` needs the bands", "add them, for instance `bands: [{to_months: 3, share: 100%}, {to_months: 6, share: 50%}]`")
	case out.Mode != calc.ClawbackBands && len(bands) != 0:
		r.fail(path+".bands", "`bands` goes with `mode: bands` only", "delete it, or change the mode")
	default:
		out.Days = days
		out.Bands = r.clawbackBands(path+".bands", bands)
	}
	return out
}

func (r *bonusReader) clawbackBands(path string, bands []*uplinev1.ClawbackBand) []calc.ClawbackBand {
	var out []calc.ClawbackBand
	for i, band := range bands {
		at := fmt.Sprintf("%s[%d]", path, i)
		b := calc.ClawbackBand{ToMonths: band.GetToMonths(), Rate: r.rate(at+".share", band.GetShare(), rateMax)}
		if i > 0 && r.sound(path) {
			before := out[i-1]
			switch {
			case b.ToMonths <= before.ToMonths:
				r.fail(at+".to_months", fmt.Sprintf("the band to %s does not come after the one to %s", counted(int(b.ToMonths), "month"), counted(int(before.ToMonths), "month")), "write the bands going up")
			case b.Rate == before.Rate:
				r.warn(at, "the band says the same as the one before it", "delete the one before it")
			case b.Rate > before.Rate:
				r.warn(at+".share", "the band takes back more than the one before it, though the sale was live for longer", "check the shares")
			}
		}
		out = append(out, b)
	}
	if n := len(out); n > 0 && out[n-1].Rate == 0 && r.sound(path) {
		r.warn(fmt.Sprintf("%s[%d]", path, n-1), "nothing is taken back after the last band, so a last band of 0% says nothing", "delete it")
	}
	return out
}
