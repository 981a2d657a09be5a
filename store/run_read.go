package store

import (
	"bytes"
	"context"

	"upline/calc"
)

const (
	sqlRun = `SELECT plan_id, cadence, period_no, run_key, state, phase, attempt, plan_version, engine_version, input_digest,
		output_digest, chunks_total, distributors, line_count, volume_cv, started_at_us, posted_at_us FROM runs WHERE run_id = $1`
	sqlRunChunkCount = `SELECT COUNT(*) FROM run_chunks WHERE run_key = $1 AND attempt = $2`
	sqlRunTotals     = `SELECT kind, name, row_count, amount_minor FROM run_totals WHERE run_key = $1 AND attempt = $2
		ORDER BY kind, position`
	sqlRunRestatings = `SELECT of_period_no, bonus, outcome, distributors, line_count, raised_minor, lowered_minor FROM run_restatings
		WHERE run_key = $1 AND attempt = $2 ORDER BY of_period_no, bonus, outcome`
	sqlRunsUnfinished = `SELECT run_id FROM runs WHERE state = 'RUNNING' ORDER BY run_id`
)

// GetRun returns a run with its progress, and once it is posted with its totals. The error is ErrUnknownRun.
func (s *Store) GetRun(ctx context.Context, runID string) (run Run, err error) {
	err = s.engine.Read(ctx, "run_get", func(c Conn) error {
		run, err = s.runByID(c, runID)
		return err
	})
	return run, err
}

// UnfinishedRuns returns the ids of the runs that can be worked on, whether somebody does or not: those that wait for a confirmation are not
// among them.
func (s *Store) UnfinishedRuns(ctx context.Context) (runIDs []string, err error) {
	err = s.engine.Read(ctx, "runs_unfinished", func(c Conn) error {
		runIDs = nil
		return c.Query(sqlRunsUnfinished, nil, func(r Row) error {
			runIDs = append(runIDs, r.Text(0))
			return nil
		})
	})
	return runIDs, err
}

func (s *Store) runByID(c Conn, runID string) (Run, error) {
	run := Run{RunID: runID}
	var key PeriodKey
	err := c.Query(sqlRun, []any{runID}, func(r Row) error {
		key = PeriodKey{PlanID: r.Text(0), Cadence: calc.Cadence(r.Int(1)), No: r.Int(2)}
		run.Key, run.State, run.Phase, run.Attempt = r.Int(3), RunState(r.Text(4)), RunPhase(r.Text(5)), int32(r.Int(6))
		run.PlanVersion, run.EngineVersion = int32(r.Int(7)), r.Text(8)
		run.InputDigest, run.OutputDigest = bytes.Clone(r.Bytes(9)), bytes.Clone(r.Bytes(10))
		run.ChunksTotal, run.Distributors, run.LineCount, run.VolumeCV = int32(r.Int(11)), r.Int(12), r.Int(13), r.Int(14)
		run.StartedAtUS, run.PostedAtUS = r.Int(15), r.Int(16)
		return nil
	})
	if err != nil {
		return Run{}, err
	}
	if run.State == "" {
		return Run{}, &Refusal{
			Kind: ErrUnknownRun, IDs: []string{"run_id", runID},
			Fields: []FieldProblem{{"run_id", "names no run", "RunPeriod answers with the id of the run that it started"}},
		}
	}
	plan, err := s.plan(c, key.PlanID, run.PlanVersion)
	if err != nil {
		return Run{}, err
	}
	run.Currency = plan.Currency
	if run.Period, err = periodOf(c, plan, plan.PeriodByNo(key.Cadence, key.No)); err != nil {
		return Run{}, err
	}
	run.Period.RunID = runID
	err = c.Query(sqlRunChunkCount, []any{run.Key, int64(run.Attempt)}, func(r Row) error {
		run.ChunksDone = int32(r.Int(0))
		return nil
	})
	if err != nil {
		return Run{}, err
	}
	err = c.Query(sqlRunTotals, []any{run.Key, int64(run.Attempt)}, func(r Row) error {
		total := RunTotal{Name: r.Text(1), Count: r.Int(2), AmountMinor: r.Int(3)}
		if r.Text(0) == totalRank {
			run.Ranks = append(run.Ranks, total)
		} else {
			run.Totals = append(run.Totals, total)
		}
		return nil
	})
	if err != nil {
		return Run{}, err
	}
	err = c.Query(sqlRunRestatings, []any{run.Key, int64(run.Attempt)}, func(r Row) error {
		run.Restated = append(run.Restated, RestatedTotal{
			Period: periodKey(plan, key.Cadence, r.Int(0)), Bonus: r.Text(1), Outcome: RestatedOutcome(r.Text(2)), Distributors: r.Int(3),
			LineCount: r.Int(4), RaisedMinor: r.Int(5), LoweredMinor: r.Int(6),
		})
		return nil
	})
	if err != nil {
		return Run{}, err
	}
	if run.Liability, err = readRunLiability(c, plan, attempt{run.Key, int64(run.Attempt)}); err != nil {
		return Run{}, err
	}
	run.Confirmation, err = readConfirmation(c, &run)
	return run, err
}

// The kinds of totals of a run.
const (
	totalBonus = "BONUS"
	totalRank  = "RANK"
)

// periodOf returns a period with the state of its gate.
func periodOf(c Conn, plan *calc.Plan, p calc.Period) (Period, error) {
	state, _, err := gateState(c, plan.ID, p.Cadence, p.No)
	return Period{
		Key:     PeriodKey{PlanID: plan.ID, Cadence: p.Cadence, No: p.No, Name: p.Name},
		StartUS: p.StartUS, EndUS: p.EndUS, State: state,
	}, err
}

// scopeOfRun returns what a started run computes.
func (s *Store) scopeOfRun(c Conn, run Run) (runScope, error) {
	plan, err := s.plan(c, run.Period.Key.PlanID, run.PlanVersion)
	if err != nil {
		return runScope{}, err
	}
	return runScope{plan: plan, period: plan.PeriodByNo(run.Period.Key.Cadence, run.Period.Key.No)}, nil
}
