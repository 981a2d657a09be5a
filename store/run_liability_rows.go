package store

import "upline/calc"

const (
	sqlLiabilityInsert = `INSERT INTO run_liability (run_key, attempt, of_what, name, bonus, amount_minor, base_minor, before_minor, periods_before)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (run_key, attempt, of_what, name, bonus) DO NOTHING`
	sqlDriverInsert = `INSERT INTO run_liability_drivers (run_key, attempt, of_what, name, by_change, place, distributor_id, amount_minor, before_minor, base_minor)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (run_key, attempt, of_what, name, by_change, place) DO NOTHING`
	sqlRunLiability = `SELECT of_what, name, bonus, amount_minor, base_minor, before_minor, periods_before FROM run_liability
		WHERE run_key = $1 AND attempt = $2 ORDER BY of_what, name, bonus`
	sqlRunDrivers = `SELECT of_what, name, by_change, distributor_id, amount_minor, before_minor, base_minor FROM run_liability_drivers
		WHERE run_key = $1 AND attempt = $2 ORDER BY of_what, name, by_change, place`
)

// writeLiability writes what a run pays, by what limits can be of, and who drives what is outside of them. Which limits are broken follows from the
// totals and the plan.
func (a attempt) writeLiability(b *Batch, l *RunLiability) {
	if l == nil {
		return
	}
	for _, t := range l.Totals {
		if t.Of == calc.LiabilityOfBonus {
			continue // a part of the company's
		}
		b.Exec(sqlLiabilityInsert, a.runKey, a.no, int64(t.Of), t.Name, "", t.AmountMinor, t.BaseMinor, t.BeforeMinor, t.PeriodsBefore)
		for _, of := range t.Bonuses {
			b.Exec(sqlLiabilityInsert, a.runKey, a.no, int64(t.Of), t.Name, of.Bonus, of.AmountMinor, int64(0), of.BeforeMinor, t.PeriodsBefore)
		}
	}
	for _, found := range l.Findings {
		key := driversOf(&l.Totals[found.Total], found.Bound.Kind)
		for place, d := range found.Drivers {
			b.Exec(sqlDriverInsert, a.runKey, a.no, int64(key.of), key.name, flag(key.byChange), int64(place), d.DistributorID, d.AmountMinor, d.BeforeMinor, d.BaseMinor)
		}
	}
}

// readRunLiability reads what was written, and holds it against the plan's limits again. It is nil where nothing was.
func readRunLiability(c Conn, plan *calc.Plan, of attempt) (*RunLiability, error) {
	if plan.Liability == nil {
		return nil, nil
	}
	var rows []liabilityRow
	err := c.Query(sqlRunLiability, []any{of.runKey, of.no}, func(r Row) error {
		rows = append(rows, liabilityRow{liabilityKey{calc.LiabilityOf(r.Int(0)), r.Text(1), r.Text(2)}, r.Int(3), r.Int(4), r.Int(5), r.Int(6)})
		return nil
	})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	l := &RunLiability{Base: plan.Liability.Base, Totals: liabilityTotals(rows)}
	drivers := l.find(plan.Liability)
	if len(drivers) == 0 {
		return l, nil
	}
	err = c.Query(sqlRunDrivers, []any{of.runKey, of.no}, func(r Row) error {
		key := driverKey{liabilityKey{of: calc.LiabilityOf(r.Int(0)), name: r.Text(1)}, r.Int(2) != 0}
		if list := drivers[key]; list != nil {
			list.drivers = append(list.drivers, LiabilityDriver{r.Text(3), r.Int(4), r.Int(5), r.Int(6)})
		}
		return nil
	})
	l.name(drivers)
	return l, err
}
