package store

import (
	"fmt"

	"upline/calc"
)

// corrections are what the close of a period has to apply to closed ones.
type corrections struct {
	// since is the last closed period, asOf the one that is closing: corrections that are restated after the one and up to the other
	// are applied now.
	since, asOf int64
	// ranksSince and ranksAsOf are the periods of the main cadence that ranks were, and are, read as of; for another cadence only.
	ranksSince, ranksAsOf int64
	// periods are those that a correction belongs to, and from the one from which on all differ, the network being another; 0: none.
	periods map[int64]bool
	from    int64
	// seeds are the distributors that were corrected.
	seeds map[string]bool
}

// next returns the first closed period from no on that a correction belongs to; 0 when there is none.
func (k *corrections) next(no int64) (first int64) {
	if k.from != 0 && max(no, k.from) <= k.since {
		first = max(no, k.from)
	}
	for p := range k.periods {
		if p >= no && p <= k.since && (first == 0 || p < first) {
			first = p
		}
	}
	return first
}

const (
	// The condition that the partial indexes stand on is part of the texts, so that they are used.
	sqlCountsRestated = `SELECT DISTINCT period_no, distributor_id FROM event_counts WHERE region = $1 AND plan_id = $2 AND cadence = $3
		AND restated_in > $4 AND restated_in <= $5 AND restated_in > 0`
	sqlNetworkRestatedRows = ` AND restated_daily + restated_weekly + restated_monthly + restated_quarterly + restated_yearly + restated_half_monthly + restated_biweekly + restated_four_weekly > 0`
	sqlRanksRestated       = `SELECT DISTINCT of_period_no, distributor_id FROM restated_ranks WHERE region = $1 AND run_key = $2 AND attempt = $3`
	// Runs of a cadence whose ranks are those of a period of the main cadence that was restated since.
	sqlRunsOfRanks = `SELECT r.period_no FROM runs r JOIN runs m ON m.run_id = r.ranks_run_id
		WHERE r.plan_id = $1 AND r.cadence = $2 AND r.state = 'POSTED' AND m.period_no = $3`
	sqlRunsPosted = `SELECT run_id, run_key, attempt FROM runs
		WHERE plan_id = $1 AND cadence = $2 AND state = 'POSTED' AND period_no > $3 AND period_no <= $4 ORDER BY period_no`
	sqlRunOfPeriod = `SELECT run_id, plan_version, ranks_run_id FROM runs WHERE plan_id = $1 AND cadence = $2 AND period_no = $3 AND state = 'POSTED'`
	sqlPeriodOfRun = `SELECT period_no FROM runs WHERE run_id = $1`
)

// sqlNetworkRestated are the statements by cadence.
var sqlNetworkRestated = func() (texts [calc.CadenceMax + 1]string) {
	for cadence := calc.Daily; cadence <= calc.CadenceMax; cadence++ {
		view := &networkViews[cadence]
		texts[cadence] = `SELECT distributor_id, ` + view.from + ` FROM network_events WHERE plan_id = $1 AND ` + view.restated + ` > $2 AND ` + view.restated + ` <= $3` +
			sqlNetworkRestatedRows
	}
	return texts
}()

// findCorrections finds what the close of a period has to apply. Before the first close there is nothing.
func (s *Store) findCorrections(c Conn, o runScope, ranksRunID string) (*corrections, error) {
	found := &corrections{asOf: o.period.No, periods: map[int64]bool{}, seeds: map[string]bool{}}
	cadence := o.period.Cadence
	lastRunID, err := runBefore(c, o, cadence, o.period.StartUS)
	if err != nil || lastRunID == "" {
		return found, err
	}
	if found.since, err = periodOfRun(c, lastRunID); err != nil {
		return nil, err
	}
	regions, err := readRegions(c)
	if err != nil {
		return nil, err
	}
	for _, region := range regions {
		err := c.Query(sqlCountsRestated, []any{region, o.plan.ID, int64(cadence), found.since, found.asOf}, func(r Row) error {
			found.periods[r.Int(0)] = true
			found.seeds[r.Text(1)] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	err = c.Query(sqlNetworkRestated[cadence], []any{o.plan.ID, found.since, found.asOf}, func(r Row) error {
		found.seeds[r.Text(0)] = true
		if from := r.Int(1); found.from == 0 || from < found.from {
			found.from = from
		}
		return nil
	})
	if err == nil && cadence != o.plan.Main {
		err = found.ofRanks(c, o, lastRunID, ranksRunID, regions)
	}
	return found, err
}

// ofRanks adds the periods whose ranks were restated: those of a cadence that goes by the ranks of the main one.
func (k *corrections) ofRanks(c Conn, o runScope, lastRunID, ranksRunID string, regions []string) (err error) {
	lastRanks := ""
	err = c.Query(sqlRunRanks, []any{lastRunID}, func(r Row) error {
		lastRanks = r.Text(0)
		return nil
	})
	if err != nil || ranksRunID == "" {
		return err
	}
	if lastRanks != "" {
		if k.ranksSince, err = periodOfRun(c, lastRanks); err != nil {
			return err
		}
	}
	if k.ranksAsOf, err = periodOfRun(c, ranksRunID); err != nil {
		return err
	}
	runs, err := postedRuns(c, o.plan, o.plan.Main, k.ranksSince, k.ranksAsOf)
	if err != nil {
		return err
	}
	restated := map[int64]bool{}
	for _, run := range runs {
		for _, region := range regions {
			err := c.Query(sqlRanksRestated, []any{region, run.key, run.attempt}, func(r Row) error {
				restated[r.Int(0)] = true
				k.seeds[r.Text(1)] = true
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	for no := range restated {
		err := c.Query(sqlRunsOfRanks, []any{o.plan.ID, int64(o.period.Cadence), no}, func(r Row) error {
			k.periods[r.Int(0)] = true
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func periodOfRun(c Conn, runID string) (no int64, err error) {
	found := false
	err = c.Query(sqlPeriodOfRun, []any{runID}, func(r Row) error {
		no, found = r.Int(0), true
		return nil
	})
	if err == nil && !found {
		err = fmt.Errorf("%w: there is no run %s", ErrCorrupt, runID)
	}
	return no, err
}

// postedRuns returns the posted runs of a cadence after a period and up to another, in order.
func postedRuns(c Conn, plan *calc.Plan, cadence calc.Cadence, after, upTo int64) (runs []postedRun, err error) {
	err = c.Query(sqlRunsPosted, []any{plan.ID, int64(cadence), after, upTo}, func(r Row) error {
		runs = append(runs, postedRun{runID: r.Text(0), key: r.Int(1), attempt: r.Int(2)})
		return nil
	})
	return runs, err
}

// closedRun returns what the posted run of a period computed, and the run whose ranks it began with.
func (s *Store) closedRun(c Conn, o runScope, no int64) (scope runScope, ranksRunID string, err error) {
	version := int32(0)
	err = c.Query(sqlRunOfPeriod, []any{o.plan.ID, int64(o.period.Cadence), no}, func(r Row) error {
		version, ranksRunID = int32(r.Int(1)), r.Text(2)
		return nil
	})
	if err != nil {
		return scope, "", err
	}
	scope.writtenBy = o.writtenBy
	scope.period = o.plan.PeriodByNo(o.period.Cadence, no)
	if version == 0 {
		return scope, "", fmt.Errorf("%w: period %s of plan %s has no posted run", ErrCorrupt, scope.period.Name, o.plan.ID)
	}
	scope.plan, err = s.plan(c, o.plan.ID, version)
	return scope, ranksRunID, err
}
