package store

import (
	"fmt"

	"upline/calc"
)

// Advances of services that are over are what they are: taken back, or kept. Of one that is live a line is taken back whole, or not: where
// the sale was corrected to another seller, or its terms to others.
const (
	sqlRunningAdvances = `SELECT l.bonus, l.plan_version, l.amount_minor, l.currency, s.months_num, s.months_den, l.origin, l.distributor_id
		FROM event_lines l
		JOIN sales s ON s.region = l.region AND s.market = l.market AND s.sale_id = l.sale_id WHERE `
	sqlAreRunning = ` AND s.state = 'ACTIVE'
		AND l.advance = 1
		AND NOT EXISTS (SELECT 1 FROM event_lines r WHERE r.region = l.region AND r.market = l.market AND r.sale_id = l.sale_id AND r.kind = 'REVERSAL'
			AND r.reverses_event_id = l.event_id AND r.reverses_line_no = l.line_no
			AND NOT EXISTS (SELECT 1 FROM event_lines u WHERE u.region = r.region AND u.market = r.market AND u.sale_id = r.sale_id AND u.kind = 'REVERSAL'
				AND u.reverses_event_id = r.event_id AND u.reverses_line_no = r.line_no))`
	sqlAdvancesOfEarner = sqlRunningAdvances + `l.distributor_id = $1 AND l.plan_id = $2 AND l.cadence = $3 AND l.period_no = $4 AND l.tally_no >= $5` + sqlAreRunning
	// Those of a period, and those of all periods up to one.
	sqlAdvancesOfPeriod = sqlRunningAdvances + `l.region = $1 AND l.plan_id = $2 AND l.cadence = $3 AND l.period_no = $4` + sqlAreRunning
	sqlAdvancesUpTo     = sqlRunningAdvances + `l.region = $1 AND l.plan_id = $2 AND l.cadence = $3 AND l.period_no <= $4` + sqlAreRunning
)

// factorAdvanced names the factor of a line that pays months in advance.
const factorAdvanced = "months_advanced"

// runningAdvance is a line that pays months in advance, of a service that is live.
type runningAdvance struct {
	bonus, currency string
	version         int32
	amountMinor     int64
	paid            calc.SaleFold // of what months are paid
	span            *calc.MonthSpan
}

// scanAdvance reads a row of running advances.
func scanAdvance(row Row) (runningAdvance, error) {
	span, err := spanOf(row.Text(6))
	return runningAdvance{row.Text(0), row.Text(3), int32(row.Int(1)), row.Int(2), calc.SaleFold{
		CyclesKept: calc.Fraction{Num: row.Int(4), Den: row.Int(5)}, CycleMonths: 1,
	}, span}, err
}

// left is the part of an advance that paid cycles have not earned yet, rounded by itself, as it would be taken back. plan is the version that
// it was paid under.
func (a *runningAdvance) left(plan *calc.Plan) (minor int64, err error) {
	for k := range plan.Bonuses {
		b := &plan.Bonuses[k]
		months := b.MonthsAdvanced()
		if b.Name != a.bonus || months == 0 {
			continue
		}
		earned := a.paid.Earned(months)
		if a.span != nil {
			earned = a.paid.EarnedIn(*a.span, months)
		}
		left, err := calc.RoundedPart(a.amountMinor, calc.Fraction{Num: earned.Den - earned.Num, Den: earned.Den}, plan.BonusRounding(b))
		if err != nil {
			return 0, fmt.Errorf("advance %s: %w", a.bonus, err)
		}
		minor += left
	}
	return minor, nil
}

// unearned returns the part of the period's advances that paid cycles have not earned yet, by bonus and currency.
func (r *earningsRead) unearned(s *Store) (map[[2]string]int64, error) {
	var running []runningAdvance
	key, since := r.out.Period.Key, int64(0)
	if r.tally.advances() == 0 {
		since = r.tally.upTo
	}
	err := r.conn.Query(sqlAdvancesOfEarner, []any{r.distributor.DistributorID, key.PlanID, int64(key.Cadence), key.No, since}, func(row Row) error {
		a, err := scanAdvance(row)
		running = append(running, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	sums := make(map[[2]string]int64)
	for i := range running {
		a := &running[i]
		plan, err := s.plan(r.conn, key.PlanID, a.version)
		if err != nil {
			return nil, err
		}
		left, err := a.left(plan)
		if err != nil {
			return nil, err
		}
		sums[[2]string{a.bonus, a.currency}] += left
	}
	return sums, nil
}
