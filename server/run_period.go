package server

import (
	"context"
	"encoding/hex"
	"time"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

const (
	waitDefault = 10 * time.Second
	// answerTime is kept of the call's deadline for reading the run and answering.
	answerTime = 500 * time.Millisecond
)

// RunPeriod previews a period, or starts or joins the run that closes it, confirms it if that is asked for, and waits for its end as long as
// the caller wants.
func (s *Server) RunPeriod(ctx context.Context, request *uplinev1.RunPeriodRequest) (*uplinev1.RunPeriodResponse, error) {
	cadence := cadenceOf(request.GetCadence())
	if request.GetMode() == uplinev1.RunMode_RUN_MODE_PREVIEW {
		if request.GetConfirm() != nil {
			return nil, &store.Refusal{
				Kind:   store.ErrInvalid,
				Fields: []store.FieldProblem{{Field: "confirm", Problem: "is for a CLOSE, and a preview posts nothing", Remedy: "send it with RUN_MODE_CLOSE, or leave it out"}},
			}
		}
		run, err := s.store.PreviewRun(ctx, request.GetPlanId(), cadence, request.GetPeriod())
		if err != nil {
			return nil, err
		}
		return &uplinev1.RunPeriodResponse{Run: runOf(run)}, nil
	}
	run, err := s.store.StartRun(ctx, request.GetPlanId(), cadence, request.GetPeriod())
	if err != nil {
		return nil, err
	}
	if confirm := request.GetConfirm(); confirm != nil {
		if run, err = s.confirmRun(ctx, run.RunID, confirm); err != nil {
			return nil, err
		}
	}
	if run.State == store.RunRunning {
		s.closer.Kick(run.RunID)
		if err = s.waitFor(ctx, run.RunID, request); err != nil {
			return nil, err
		}
		if run, err = s.store.GetRun(ctx, run.RunID); err != nil {
			return nil, err
		}
	}
	return &uplinev1.RunPeriodResponse{Run: runOf(run)}, nil
}

// confirmRun confirms what a run comes to, in the name of the caller.
func (s *Server) confirmRun(ctx context.Context, runID string, confirm *uplinev1.ConfirmRun) (store.Run, error) {
	digest, err := hex.DecodeString(confirm.GetOutputDigest())
	if err != nil {
		return store.Run{}, err // validation lets nothing else through than hexadecimal digits
	}
	return s.store.ConfirmRun(ctx, runID, store.Confirmation{OutputDigest: digest, By: callFrom(ctx).caller.Name, Reason: confirm.GetReason()})
}

// waitFor waits until the run is posted, or has to be confirmed, or the caller's patience ends, and returns an error only when the run cannot go on. A
// deadline nearer than the patience ends the wait in time for an answer: the run goes on, and how far it is says more than
// DEADLINE_EXCEEDED.
func (s *Server) waitFor(ctx context.Context, runID string, request *uplinev1.RunPeriodRequest) error {
	wait := waitDefault
	if w := request.GetWait(); w != nil {
		wait = w.AsDuration()
	}
	if deadline, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(deadline)-answerTime)
	}
	if wait <= 0 {
		return nil
	}
	patience, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if err := s.closer.Wait(patience, runID); err != nil && patience.Err() == nil {
		return err
	}
	return nil
}

var runStates = map[store.RunState]uplinev1.RunState{
	store.RunRunning:   uplinev1.RunState_RUN_STATE_RUNNING,
	store.RunWaiting:   uplinev1.RunState_RUN_STATE_WAITING,
	store.RunPosted:    uplinev1.RunState_RUN_STATE_POSTED,
	store.RunPreviewed: uplinev1.RunState_RUN_STATE_PREVIEWED,
	store.RunCancelled: uplinev1.RunState_RUN_STATE_CANCELLED,
}

var runPhases = map[store.RunPhase]uplinev1.RunPhase{
	store.PhaseFencing:   uplinev1.RunPhase_RUN_PHASE_FENCING,
	store.PhaseReading:   uplinev1.RunPhase_RUN_PHASE_READING,
	store.PhaseComputing: uplinev1.RunPhase_RUN_PHASE_COMPUTING,
	store.PhaseWriting:   uplinev1.RunPhase_RUN_PHASE_WRITING,
	store.PhaseWaiting:   uplinev1.RunPhase_RUN_PHASE_WAITING,
	store.PhaseDone:      uplinev1.RunPhase_RUN_PHASE_DONE,
}

var restatedOutcomes = map[store.RestatedOutcome]uplinev1.RestatedOutcome{
	store.RestatedPosted:     uplinev1.RestatedOutcome_RESTATED_OUTCOME_POSTED,
	store.RestatedExcluded:   uplinev1.RestatedOutcome_RESTATED_OUTCOME_EXCLUDED,
	store.RestatedImmaterial: uplinev1.RestatedOutcome_RESTATED_OUTCOME_IMMATERIAL,
	store.RestatedProjected:  uplinev1.RestatedOutcome_RESTATED_OUTCOME_PROJECTED,
}

func runOf(r store.Run) *uplinev1.Run {
	out := &uplinev1.Run{
		RunId: r.RunID, Period: periodRef(r.Period.Key), Mode: uplinev1.RunMode_RUN_MODE_CLOSE,
		State: runStates[r.State], Phase: runPhases[r.Phase], Attempt: r.Attempt,
		ChunksDone: r.ChunksDone, ChunksTotal: r.ChunksTotal,
		PlanVersion: r.PlanVersion, EngineVersion: r.EngineVersion,
		InputDigest: hex.EncodeToString(r.InputDigest), OutputDigest: hex.EncodeToString(r.OutputDigest),
		Distributors: r.Distributors, LineCount: r.LineCount, Volume: calc.FormatVolume(r.VolumeCV),
		StartedAt: timestamp(r.StartedAtUS), PostedAt: timestamp(r.PostedAtUS),
	}
	if r.State == store.RunPreviewed {
		out.Mode = uplinev1.RunMode_RUN_MODE_PREVIEW
	}
	for _, t := range r.Totals {
		out.Totals = append(out.Totals, &uplinev1.RunTotal{Bonus: t.Name, LineCount: t.Count, Amount: money(t.AmountMinor, r.Currency)})
	}
	for _, t := range r.Restated {
		out.Restated = append(out.Restated, restatedTotal(t, r.Currency))
	}
	out.Liability = liabilityOf(r)
	if c := r.Confirmation; c != nil {
		out.Confirmation = &uplinev1.RunConfirmation{
			OutputDigest: hex.EncodeToString(c.OutputDigest), ConfirmedBy: c.By, Reason: c.Reason, ConfirmedAt: timestamp(c.ConfirmedAtUS),
		}
	}
	for _, t := range r.Ranks {
		out.Ranks = append(out.Ranks, &uplinev1.RankCount{Rank: t.Name, Distributors: t.Count})
	}
	return out
}
