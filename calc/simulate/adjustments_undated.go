package simulate

import (
	"slices"
)

// checkAdjusted wants a date of every adjustment unless there is one period alone for it.
func (v *view) checkAdjusted(line *timeline, found *findings) {
	for _, a := range v.adjusted {
		cadence := v.Plan.Plan.Bonuses[a.bonus].Cadence
		if a.atUS == noTime && a.row >= 0 && v.presentUS != nil && v.presentUS[a.row] >= line.last[cadence].EndUS {
			found.addOnce(Problem{
				File: v.company.adjustments.name, Line: a.line, Column: adjustmentsFormat.Columns[adjustmentDistributor].Name,
				Text: v.company.ID(a.row) + " joins after the period", Remedy: "correct the id, or the date in " + v.company.network.name,
			})
		}
		if a.atUS == noTime && (!line.hasAny[cadence] || line.first[cadence].No != line.last[cadence].No) {
			v.undated(a, found)
		}
	}
}

func (v *view) undated(a adjusted, found *findings) {
	found.addOnce(Problem{
		File: v.company.adjustments.name, Line: a.line, Column: adjustmentsFormat.Columns[adjustmentAt].Name,
		Text: "is empty, and there is not one period alone", Remedy: "write a date, or name a single period by --period",
	})
}

// checkAdjustedEarly does so while files are read, as far as it can be told before every row is sound, so that what is wrong with
// adjustments is reported with all the rest. Where the request does not name the periods, the rows that are sound already have their
// moments, and others can only add to the periods that these lie in.
func (v *view) checkAdjustedEarly() {
	if !slices.ContainsFunc(v.adjusted, func(a adjusted) bool { return a.atUS == noTime }) {
		return
	}
	c, p := v.company, v.Plan.Plan
	s, err := newSpan(p, c.request.Periods)
	if err != nil {
		return // a plan that the first one is compared with reads the same periods when it is computed
	}
	if s.given {
		if line, err := newTimeline(p, s, 0, 0); err == nil {
			v.checkAdjusted(line, c.found)
		}
		return
	}
	firstUS, lastUS, any := v.certainly()
	if !any {
		return
	}
	for _, a := range v.adjusted {
		cadence := p.Bonuses[a.bonus].Cadence
		if a.atUS == noTime && p.PeriodAt(cadence, firstUS).No != p.PeriodAt(cadence, lastUS).No {
			v.undated(a, c.found)
		}
	}
}

// certainly gives the first and the last moment at which something happens whatever becomes of the rows that are not sound: of sales that
// go live and of which nothing else is written, and of adjustments.
func (v *view) certainly() (firstUS, lastUS int64, any bool) {
	happens := func(us int64) {
		if !any {
			firstUS, lastUS, any = us, us, true
		}
		firstUS, lastUS = min(firstUS, us), max(lastUS, us)
	}
	s := v.company.sales
	for i := range s.len() {
		sale := int32(i)
		from, to := s.paid.of(sale)
		atUS, live := s.liveFrom(sale)
		if live && !s.onPayment(sale) && from == to && s.cancellation(sale) == noTime && s.changes[sale] == nil {
			happens(atUS)
		}
	}
	for _, a := range v.adjusted {
		if a.atUS != noTime {
			happens(a.atUS)
		}
	}
	return firstUS, lastUS, any
}
