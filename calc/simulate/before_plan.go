package simulate

import "upline/calc"

// beforePlan notes periods that the plan is not yet in force in. They are computed all the same, since last year's sales are what a plan of
// next year is tried on; a server would close them by the version that was in force then, or by none.
func (r *run) beforePlan() {
	p, early := r.Plan.Plan, int64(0)
	for _, period := range r.line.periods {
		if period.Cadence == p.Main && period.StartUS < p.ValidFromUS {
			early++
		}
	}
	if early > 0 {
		r.company.found.note("plan %s is valid from %s on; %s before that, and %s computed by it all the same", r.Name,
			p.PeriodAt(calc.Daily, p.ValidFromUS).Name, counted(early, "period lies", "periods lie"), isAre(early))
	}
}
