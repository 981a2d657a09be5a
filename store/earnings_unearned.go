package store

import (
	"fmt"

	"upline/calc"
)

// Advances of services that are over are what they are: taken back, or kept. Those of a seller who was corrected are taken back whole.
const sqlRunningAdvances = `SELECT l.bonus, l.plan_version, l.amount_minor, l.currency, s.kept_num, s.kept_den, s.billing_cycle FROM event_lines l
	JOIN sales s ON s.region = l.region AND s.market = l.market AND s.sale_id = l.sale_id
	WHERE l.distributor_id = $1 AND l.plan_id = $2 AND l.cadence = $3 AND l.period_no = $4 AND s.state = 'ACTIVE'
	AND (l.kind = 'COMMISSION' AND l.factor = '` + factorAdvanced + `' AND l.origin = '` + originLive + originOf + `' || s.distributor_id
		OR l.kind = 'OPENING' AND l.factor = '' AND l.origin = '` + originOpening + originOf + `' || s.distributor_id)`

// factorAdvanced names the factor of a line that pays months in advance.
const factorAdvanced = "months_advanced"

// runningAdvance is a line that pays months in advance, of a service that is live.
type runningAdvance struct {
	bonus, currency string
	version         int32
	amountMinor     int64
	earned          calc.SaleFold // of what cycles are paid
}

// unearned returns the part of the period's advances that paid cycles have not earned yet, by bonus and currency: each line's rounded by
// itself, as it would be taken back.
func (r *earningsRead) unearned(s *Store) (map[[2]string]int64, error) {
	var running []runningAdvance
	key := r.out.Period.Key
	err := r.conn.Query(sqlRunningAdvances, []any{r.distributor.DistributorID, key.PlanID, int64(key.Cadence), key.No}, func(row Row) error {
		running = append(running, runningAdvance{row.Text(0), row.Text(3), int32(row.Int(1)), row.Int(2), calc.SaleFold{
			CyclesKept: calc.Fraction{Num: row.Int(4), Den: row.Int(5)}, CycleMonths: calc.BillingCycle(row.Int(6)).Months(),
		}})
		return nil
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
		for k := range plan.Bonuses {
			b := &plan.Bonuses[k]
			months := b.MonthsAdvanced()
			if b.Name != a.bonus || months == 0 {
				continue
			}
			earned := a.earned.Earned(months)
			left, err := calc.RoundedPart(a.amountMinor, calc.Fraction{Num: earned.Den - earned.Num, Den: earned.Den}, plan.BonusRounding(b))
			if err != nil {
				return nil, fmt.Errorf("advance %s: %w", a.bonus, err)
			}
			sums[[2]string{a.bonus, a.currency}] += left
		}
	}
	return sums, nil
}
