package store

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"upline/calc"
)

// advanceBalance is what stands on the account of advances for a bonus when a period is closed: what was paid in advance up to the period, less what
// paid cycles have earned of it and what was taken back.
type advanceBalance struct {
	bonus, currency string
	minor           int64
}

// What was taken back since the period was fenced stands in later ones, and was on the account at its end.
const (
	sqlAdvancesTakenLater = `SELECT r.bonus, r.currency, CAST(SUM(r.amount_minor) AS BIGINT) FROM event_lines r
		JOIN event_lines o ON o.region = r.region AND o.market = r.market AND o.sale_id = r.sale_id AND o.plan_id = r.plan_id
			AND o.event_id = r.reverses_event_id AND o.line_no = r.reverses_line_no
		WHERE r.region = $1 AND r.plan_id = $2 AND r.cadence = $3 AND r.period_no > $4 AND r.kind = 'REVERSAL' AND o.period_no <= $4
		GROUP BY r.bonus, r.currency`
	sqlAdvancesInsert = `INSERT INTO run_advances (run_key, attempt, bonus, currency, unearned_minor) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (run_key, attempt, bonus, currency) DO NOTHING`
)

// readAdvances reads the balances of the account of advances for a run, in order. Plans that pay nothing in advance pay nothing for it.
func (s *Store) readAdvances(c Conn, in *runInput) error {
	key := PeriodKey{PlanID: in.scope.plan.ID, Cadence: in.scope.period.Cadence, No: in.scope.period.No}
	_, advances, err := s.bonusKinds(c, key.PlanID)
	if err != nil || !slices.Contains(slices.Collect(maps.Values(advances)), true) {
		return err
	}
	sums := map[[2]string]int64{}
	err = s.eachAdvance(c, sqlAdvancesUpTo, in.regions, key, func(_ Row, a runningAdvance, minor int64) { sums[[2]string{a.bonus, a.currency}] += minor })
	if err != nil {
		return err
	}
	for _, region := range in.regions {
		err := c.Query(sqlAdvancesTakenLater, []any{region, key.PlanID, int64(key.Cadence), key.No}, func(r Row) error {
			if bonus := r.Text(0); advances[bonus] {
				sums[[2]string{bonus, r.Text(1)}] -= r.Int(2)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for of, minor := range sums {
		in.advances = append(in.advances, advanceBalance{of[0], of[1], minor})
	}
	slices.SortFunc(in.advances, func(a, b advanceBalance) int {
		return cmp.Or(cmp.Compare(a.bonus, b.bonus), cmp.Compare(a.currency, b.currency))
	})
	return nil
}

// eachAdvance gives the running advances that a text selects, with what of each is not earned.
func (s *Store) eachAdvance(c Conn, text string, regions []string, key PeriodKey, each func(row Row, a runningAdvance, minor int64)) error {
	plans, err := s.versions(c, key.PlanID)
	if err != nil {
		return err
	}
	for _, region := range regions {
		err := c.Query(text, []any{region, key.PlanID, int64(key.Cadence), key.No}, func(row Row) error {
			a, err := scanAdvance(row)
			switch {
			case err != nil:
				return err
			case int(a.version) > len(plans):
				return fmt.Errorf("%w: a line of version %d of plan %s", ErrCorrupt, a.version, key.PlanID)
			}
			minor, err := a.left(plans[a.version-1])
			if err == nil && minor != 0 {
				each(row, a, minor)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// versions are all versions of a plan, the first one first.
func (s *Store) versions(c Conn, planID string) (plans []*calc.Plan, err error) {
	newest, err := s.newestPlan(c, planID)
	if err != nil {
		return nil, err
	}
	for version := int32(1); version <= newest.Version; version++ {
		plan, err := s.plan(c, planID, version)
		if err != nil {
			return nil, err
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

// bonusKinds tell which bonuses are paid by hand, and which pay months in advance, in any version of the plan.
func (s *Store) bonusKinds(c Conn, planID string) (byHand, advances map[string]bool, err error) {
	plans, err := s.versions(c, planID)
	if err != nil {
		return nil, nil, err
	}
	byHand, advances = map[string]bool{}, map[string]bool{}
	for _, plan := range plans {
		for i := range plan.Bonuses {
			b := &plan.Bonuses[i]
			byHand[b.Name] = byHand[b.Name] || b.Manual != nil
			advances[b.Name] = advances[b.Name] || b.MonthsAdvanced() > 0
		}
	}
	return byHand, advances, nil
}

// writeAdvances writes the balances that the close leaves.
func (w *runWork) writeAdvances(b *Batch, in *runInput) {
	for _, balance := range in.advances {
		b.Exec(sqlAdvancesInsert, w.attempt.runKey, w.attempt.no, balance.bonus, balance.currency, balance.minor)
	}
}
