package store

import (
	"context"
	"fmt"
)

const (
	sqlRunCancel    = `UPDATE runs SET state = 'CANCELLED' WHERE run_id = $1 AND state IN ('RUNNING', 'WAITING')`
	sqlAttemptsKill = `UPDATE run_attempts SET state = 'DEAD' WHERE run_key = $1 AND state = 'LIVE'`
	sqlRunRestart   = `UPDATE runs SET state = 'RUNNING', phase = 'READING', attempt = 0, ranks_run_id = $2, plan_version = $3, started_at_us = $4,
		output_digest = $5, line_count = 0
		WHERE run_id = $1 AND state = 'CANCELLED'`
)

// CancelRun calls off a run that is not posted, also one that waits to be confirmed, in one transaction: the lease's token moves on, so whoever works on the run can write
// nothing more for it, its attempts are dead, and its period is open again. Events that came while it was fenced stay in the period
// that they were counted in. The rows of dead attempts are swept when the run is started anew; they were never lines.
//
// A cancelled run is returned as it is. Refusals: ErrUnknownRun, ErrRunPosted.
func (s *Store) CancelRun(ctx context.Context, runID string) (run Run, err error) {
	err = s.engine.Write(ctx, "run_cancel", func(c Conn) error {
		if run, err = s.runByID(c, runID); err != nil {
			return err
		}
		switch run.State {
		case RunCancelled:
			return nil
		case RunPosted:
			return &Refusal{
				Kind: ErrRunPosted, IDs: []string{"run_id", runID},
				Fields: []FieldProblem{{"run_id", "the run is posted", "correct what is wrong by further events; they post what they change"}},
			}
		}
		scope, err := s.scopeOfRun(c, run)
		if err != nil {
			return err
		}
		if _, err := c.Exec(sqlRunCancel, runID); err != nil {
			return err
		}
		if _, err := c.Exec(sqlAttemptsKill, run.Key); err != nil {
			return err
		}
		if err := s.passLease(c, runID); err != nil {
			return err
		}
		if err := writeGate(c, scope, PeriodOpen); err != nil {
			return err
		}
		run, err = s.runByID(c, runID)
		return err
	})
	return run, err
}

// passLease moves the lease's token on, so that its owner's is no longer the newest, and leaves it free.
func (s *Store) passLease(c Conn, runID string) error {
	var token int64
	found := false
	err := c.Query(sqlLease, []any{runID}, func(r Row) error {
		token, found = r.Int(2), true
		return nil
	})
	if err != nil || !found {
		return err // nobody has ever worked on the run
	}
	_, err = c.Exec(sqlLeaseTake, runID, "", int64(0), token+1)
	return err
}

// restartRun starts a cancelled run anew: with the plan version and the ranks of now, and its period fenced again.
func (s *Store) restartRun(c Conn, o runScope) error {
	ranks, err := ranksRunID(c, o)
	if err != nil {
		return err
	}
	restarted, err := c.Exec(sqlRunRestart, o.id(), ranks, int64(o.plan.Version), s.nowUS(), []byte{})
	if err != nil {
		return err
	}
	if restarted == 0 {
		return fmt.Errorf("%w: run %s is not cancelled", ErrCorrupt, o.id())
	}
	return writeGate(c, o, PeriodFenced)
}
