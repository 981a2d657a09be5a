package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"upline/calc"
)

// runScope is what a run computes: a period under the plan version in force.
type runScope struct {
	plan   *calc.Plan
	period calc.Period
	first  calc.Period // the cadence's first one
	// writtenBy is the engine's version that the input is digested for, where that is not this one's: of a run that is verified.
	writtenBy string
}

func (o runScope) id() string {
	return RunID(PeriodKey{PlanID: o.plan.ID, Cadence: o.period.Cadence, No: o.period.No, Name: o.period.Name})
}

// RunID is the id of the run that closes a period.
func RunID(of PeriodKey) string { return of.PlanID + "/" + of.Cadence.String() + "/" + of.Name }

// runKeyOf returns what the rows of a run are keyed by: eight bytes in place of a hundred. It is made of the id, so that it needs
// no counter, and keeps 63 bits, so that it is a BIGINT everywhere; a company would have to close periods for millions of years
// before two of them meet.
func runKeyOf(runID string) int64 {
	sum := sha256.Sum256([]byte(runID))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 1)
}

// scopeOf finds the period of that name, 0 as the cadence being the plan's main one, and the plan version that it is computed
// under: the one in force when it starts, or, in the cadence's first period, the first version that has the cadence.
//
// A cadence that a later version brought has its first period then: there is nothing to close before. One that a later version
// dropped goes on with periods that pay nothing, so that it could be taken up again without a gap.
func (s *Store) scopeOf(c Conn, planID string, cadence calc.Cadence, name string) (runScope, error) {
	newest, err := s.newestPlan(c, planID)
	if err != nil {
		return runScope{}, err
	}
	if cadence == 0 {
		cadence = newest.Main
	}
	var scope runScope
	var versions []*calc.Plan
	for version := int32(1); version <= newest.Version; version++ {
		p, err := s.plan(c, planID, version)
		if err != nil {
			return runScope{}, err
		}
		if len(versions) > 0 || slices.Contains(planCadences(p), cadence) {
			versions = append(versions, p)
		}
	}
	if len(versions) == 0 {
		return runScope{}, noCadence(newest, cadence)
	}
	scope.plan = versions[0]
	scope.first = scope.plan.PeriodAt(cadence, scope.plan.ValidFromUS)
	scope.period, err = scope.plan.ParsePeriod(cadence, name)
	if errors.Is(err, calc.ErrPeriodName) {
		example := scope.plan.PeriodAt(cadence, s.nowUS()).Name
		return runScope{}, periodRefusal(ErrUnknownPeriod, planID, fmt.Sprintf("%q names no %s period", name, cadence), "write it like "+example)
	} else if err != nil {
		return runScope{}, err
	}
	if scope.period.No < scope.first.No {
		return runScope{}, periodRefusal(ErrUnknownPeriod, planID, "lies before the plan's first "+cadence.String()+" period, "+scope.first.Name, "name that one or a later one")
	}
	for _, p := range versions {
		if p.ValidFromUS <= scope.period.StartUS {
			scope.plan = p
		}
	}
	return scope, nil
}

func periodRefusal(kind error, planID, problem, remedy string) *Refusal {
	return &Refusal{
		Kind: kind, IDs: []string{"plan_id", planID},
		Fields: []FieldProblem{{"period", problem, remedy}},
	}
}

// StartRun starts the run that closes a period, or joins the one under way; a run that is posted is returned as it is, and one that
// was cancelled starts anew. Starting
// fences the period, in this transaction of its own: an event that commits later counts in a later period. Cadence 0 is the plan's
// main one.
//
// Refusals: ErrUnknownPlan, ErrUnknownPeriod, ErrPeriodNotOver, ErrEarlierPeriodOpen.
func (s *Store) StartRun(ctx context.Context, planID string, cadence calc.Cadence, period string) (run Run, err error) {
	err = s.engine.Write(ctx, "run_start", func(c Conn) error {
		scope, err := s.scopeOf(c, planID, cadence, period)
		if err != nil {
			return err
		}
		run, err = s.runByID(c, scope.id())
		begin := s.insertRun
		switch {
		case err == nil && run.State == RunCancelled:
			begin = s.restartRun
		case !errors.Is(err, ErrUnknownRun):
			return err
		}
		if err := s.checkClosable(c, scope); err != nil {
			return err
		}
		if err := begin(c, scope); err != nil {
			return err
		}
		run, err = s.runByID(c, scope.id())
		return err
	})
	return run, err
}

const sqlLastClosed = `SELECT period_no FROM periods WHERE plan_id = $1 AND cadence = $2 AND state = 'CLOSED' ORDER BY period_no DESC LIMIT 1`

// checkClosable refuses a period that is not over, or that is not the earliest one unclosed: a period stands on the ranks and
// carry-overs of the one before, and on what shorter periods within it have paid that its bonuses match.
func (s *Store) checkClosable(c Conn, o runScope) error {
	if now := s.nowUS(); now < o.period.EndUS {
		return periodRefusal(ErrPeriodNotOver, o.plan.ID, fmt.Sprintf("%s ends at %s", o.period.Name, time.UnixMicro(o.period.EndUS).UTC().Format(time.RFC3339)), "close it after that, or preview it now")
	}
	earliest := o.first.No
	err := c.Query(sqlLastClosed, []any{o.plan.ID, int64(o.period.Cadence)}, func(r Row) error {
		earliest = r.Int(0) + 1
		return nil
	})
	if err != nil {
		return err
	}
	if o.period.No > earliest {
		name := o.plan.PeriodByNo(o.period.Cadence, earliest).Name
		return periodRefusal(ErrEarlierPeriodOpen, o.plan.ID, fmt.Sprintf("%s is not closed yet", name), "close "+name+" first: periods are closed in order")
	}
	if o.period.No < earliest {
		return fmt.Errorf("%w: period %s of plan %s is closed and has no run", ErrCorrupt, o.period.Name, o.plan.ID)
	}
	return s.checkEarnedClosed(c, o)
}

const (
	sqlRunInsert = `INSERT INTO runs (plan_id, cadence, period_no, run_id, run_key, ranks_run_id, state, phase, attempt, plan_version,
		engine_version, input_digest, output_digest, chunks_total, distributors, line_count, volume_cv, started_at_us, posted_at_us)
		VALUES ($1, $2, $3, $4, $5, $6, 'RUNNING', 'READING', 0, $7, $8, $9, $9, 0, 0, 0, 0, $10, 0)`
	sqlGateWrite = `INSERT INTO periods (plan_id, cadence, period_no, state, start_us, end_us, tally_no) VALUES ($1, $2, $3, $4, $5, $6, 0)
		ON CONFLICT (plan_id, cadence, period_no) DO UPDATE SET state = excluded.state`
	sqlGateOpen = `INSERT INTO periods (plan_id, cadence, period_no, state, start_us, end_us, tally_no) VALUES ($1, $2, $3, 'OPEN', $4, $5, 0)
		ON CONFLICT (plan_id, cadence, period_no) DO NOTHING`
	// The state that a run begins from: the newest posted run of a cadence whose period had ended by a time, and not the run itself,
	// which a preview of a closed period would find where the zone left out a day and the period has no length.
	sqlRunBefore = `SELECT r.run_id FROM runs r
		JOIN periods p ON p.plan_id = r.plan_id AND p.cadence = r.cadence AND p.period_no = r.period_no
		WHERE r.plan_id = $1 AND r.cadence = $2 AND r.state = 'POSTED' AND p.end_us <= $3 AND r.run_id <> $4
		ORDER BY r.period_no DESC LIMIT 1`
)

func (s *Store) insertRun(c Conn, o runScope) error {
	ranks, err := ranksRunID(c, o)
	if err != nil {
		return err
	}
	p := o.period
	_, err = c.Exec(sqlRunInsert, o.plan.ID, int64(p.Cadence), p.No, o.id(), runKeyOf(o.id()), ranks, int64(o.plan.Version),
		calc.EngineVersion, []byte{}, s.nowUS())
	if err != nil {
		return err
	}
	return writeGate(c, o, PeriodFenced)
}

// ranksRunID returns the run whose ranks a run begins with: the last one of the main cadence that is posted and whose period ended
// by the end of this one. It is chosen when the run starts and kept with it: a run that was interrupted must not see another
// answer because a month was closed in between.
func ranksRunID(c Conn, o runScope) (runID string, err error) {
	untilUS := o.period.EndUS
	if o.period.Cadence == o.plan.Main {
		untilUS = o.period.StartUS
	}
	return runBefore(c, o, o.plan.Main, untilUS)
}

func runBefore(c Conn, o runScope, cadence calc.Cadence, untilUS int64) (runID string, err error) {
	err = c.Query(sqlRunBefore, []any{o.plan.ID, int64(cadence), untilUS, o.id()}, func(r Row) error {
		runID = r.Text(0)
		return nil
	})
	return runID, err
}

func writeGate(c Conn, o runScope, state PeriodState) error {
	p := o.period
	_, err := c.Exec(sqlGateWrite, o.plan.ID, int64(p.Cadence), p.No, string(state), p.StartUS, p.EndUS)
	return err
}
