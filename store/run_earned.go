package store

import (
	"errors"
	"fmt"
	"slices"

	"upline/calc"
)

const (
	// What a run has paid by distributor and bonus, as it stands: with what it corrects of closed periods, which is matched when it is paid.
	sqlEarned = `SELECT distributor_id, bonus, CAST(SUM(amount_minor) AS BIGINT) FROM period_lines
		WHERE region = $1 AND run_key = $2 AND attempt = $3 GROUP BY distributor_id, bonus ORDER BY distributor_id, bonus`
	// The posted runs of a cadence whose period ended within a stretch of time.
	sqlRunsWithin = `SELECT r.run_id FROM runs r
		JOIN periods p ON p.plan_id = r.plan_id AND p.cadence = r.cadence AND p.period_no = r.period_no
		WHERE r.plan_id = $1 AND r.cadence = $2 AND r.state = 'POSTED' AND p.end_us > $3 AND p.end_us <= $4
		ORDER BY r.period_no`
)

// earnedCadences lists the shorter cadences that a run is computed from: bonuses of it match what theirs have paid.
func earnedCadences(o runScope) (cadences []calc.Cadence) {
	for _, bonus := range o.plan.EarnedFrom(o.period.Cadence) {
		if c := o.plan.Bonuses[bonus].Cadence; !slices.Contains(cadences, c) {
			cadences = append(cadences, c)
		}
	}
	slices.Sort(cadences)
	return cadences
}

// readEarned reads what bonuses of shorter cadences have paid in their periods that ended within this one. Before a close all of them are
// posted; a preview takes those that are.
func (r *runReader) readEarned(d *rowDigest) error {
	o := r.in.scope
	bonusOf := make(map[string]uint16)
	for _, bonus := range o.plan.EarnedFrom(o.period.Cadence) {
		bonusOf[o.plan.Bonuses[bonus].Name] = uint16(bonus)
	}
	for _, cadence := range earnedCadences(o) {
		var runs []string
		err := r.conn.Query(sqlRunsWithin, []any{o.plan.ID, int64(cadence), o.period.StartUS, o.period.EndUS}, func(row Row) error {
			runs = append(runs, row.Text(0))
			return nil
		})
		if err != nil {
			return err
		}
		for _, runID := range runs {
			run, err := r.store.runByID(r.conn, runID)
			if err != nil {
				return err
			}
			d.text(runID)
			err = r.readRun(d, run, sqlEarned, "tti", func(of int32, row Row) error {
				d.bytes(row.Bytes(1))
				d.int(row.Int(2))
				bonus, matched := bonusOf[string(row.Bytes(1))]
				// A bonus that another version had by another cadence is not the one that is matched.
				if matched && o.plan.Bonuses[bonus].Cadence == cadence {
					e := &r.in.calc.Earned
					e.Earner, e.Bonus, e.AmountMinor = append(e.Earner, of), append(e.Bonus, bonus), append(e.AmountMinor, row.Int(2))
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// checkEarnedClosed refuses a period while one of a shorter cadence is open that ends within it and that its bonuses match.
func (s *Store) checkEarnedClosed(c Conn, o runScope) error {
	for _, cadence := range earnedCadences(o) {
		last := o.plan.PeriodAt(cadence, o.period.EndUS)
		for last.EndUS > o.period.EndUS {
			last = o.plan.PeriodByNo(cadence, last.No-1)
		}
		scope, err := s.scopeOf(c, o.plan.ID, cadence, last.Name)
		if errors.Is(err, ErrUnknownPeriod) || last.EndUS <= o.period.StartUS {
			continue // the cadence begins later
		}
		if err != nil {
			return err
		}
		earliest := scope.first.No
		err = c.Query(sqlLastClosed, []any{o.plan.ID, int64(cadence)}, func(r Row) error {
			earliest = r.Int(0) + 1
			return nil
		})
		if err != nil {
			return err
		}
		if earliest > last.No {
			continue
		}
		name := o.plan.PeriodByNo(cadence, earliest).Name
		return periodRefusal(ErrEarlierPeriodOpen, o.plan.ID,
			fmt.Sprintf("the %s period %s is not closed yet, and bonuses of %s match what %s periods up to %s have paid", cadence, name, o.period.Name, cadence, last.Name),
			fmt.Sprintf("close the %s periods from %s to %s first", cadence, name, last.Name))
	}
	return nil
}
