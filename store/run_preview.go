package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"upline/calc"
)

// PreviewRun computes a period as a close would now, and keeps nothing. Any period that has begun can be previewed. One whose
// predecessors are not closed begins with the state that the last closed one left; one that is closed gives the digests of its
// run again, as long as the engine is the one that wrote it.
//
// Refusals: ErrUnknownPlan, ErrUnknownPeriod, ErrTimeOutOfRange.
func (s *Store) PreviewRun(ctx context.Context, planID string, cadence calc.Cadence, period string) (run Run, err error) {
	startedAtUS := s.nowUS()
	var in *runInput
	var of Period
	err = s.engine.Snapshot(ctx, "run_preview", func(c Conn) error {
		scope, err := s.scopeOf(c, planID, cadence, period)
		if err != nil {
			return err
		}
		if scope.period.StartUS > startedAtUS {
			begins := time.UnixMicro(scope.period.StartUS).UTC().Format(time.RFC3339)
			return periodRefusal(ErrTimeOutOfRange, planID, fmt.Sprintf("%s begins at %s", period, begins), "preview it when it has begun")
		}
		if of, err = periodOf(c, scope.plan, scope.period); err != nil {
			return err
		}
		started, err := s.runByID(c, scope.id())
		switch {
		case err == nil && started.State != RunCancelled:
			of.RunID = started.RunID
			if scope, err = s.scopeOfRun(c, started); err == nil {
				in, err = s.readStartedInput(c, scope)
			}
			return err
		case err != nil && !errors.Is(err, ErrUnknownRun):
			return err
		}
		ranks, err := ranksRunID(c, scope)
		if err != nil {
			return err
		}
		in, err = s.readWithCorrections(c, scope, ranks)
		return err
	})
	if err != nil {
		return Run{}, err
	}
	rows, result, err := computeRun(in, s.chunkRows())
	if err != nil {
		return Run{}, err
	}
	liability, err := s.checkLiability(ctx, rows)
	if err != nil {
		return Run{}, err
	}
	return Run{
		Period: of, State: RunPreviewed, Phase: PhaseDone, PlanVersion: in.scope.plan.Version, EngineVersion: calc.EngineVersion,
		InputDigest: in.digest, OutputDigest: result.digest, Distributors: int64(in.ids.len()), LineCount: result.lineCount,
		VolumeCV: in.volumeCV, Currency: in.scope.plan.Currency, Totals: result.totals, Ranks: result.ranks, Restated: result.restated, Liability: liability, StartedAtUS: startedAtUS,
	}, nil
}
