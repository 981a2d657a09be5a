package store

import (
	"context"
	"errors"
	"fmt"

	"upline/calc"
)

// runWork is one owner's work on a run, from taking the lease to the flip:
//
//  1. StartRun has fenced the period, so its input does not change any more.
//  2. The lease is taken, and renewed beside the work. Its token is checked in every transaction that writes for the run.
//  3. The input is read in one snapshot and digested.
//  4. An attempt is continued or begun; the rows of dead ones are swept.
//  5. The result is computed and laid out in chunks, and those that are not there yet are written, each in a transaction.
//  6. The flip makes them lines. Where the run pays what its plan wants confirmed, it waits for that first, and ConfirmRun lets it go on
//     from 2.
//
// Wherever it is interrupted, the next owner begins again at 2 and finds in the tables what was done.
type runWork struct {
	store   *Store
	run     Run
	lease   lease
	regions []string
	attempt attempt
}

// WorkRun takes the lease of a run and carries it to POSTED, or to WAITING where it has to be confirmed, from wherever whoever worked on
// it before left it: the outcome is the one of a single clean run. It returns a posted run, and one that waits, as it is, ErrLeaseHeld while another owner works on it, ErrRunCancelled for a run
// that was called off, and ErrUnknownRun.
// When the context ends it finishes the transaction under way and gives the lease back; the run is continued by whoever calls next.
func (s *Store) WorkRun(ctx context.Context, runID string) (Run, error) {
	run, err := s.GetRun(ctx, runID)
	if err != nil || run.State == RunPosted || run.State == RunWaiting {
		return run, err
	}
	if run.State == RunCancelled {
		return Run{}, cancelledRun(runID)
	}
	held, err := s.takeRunLease(ctx, runID)
	if err != nil {
		return Run{}, err
	}
	w := &runWork{store: s, run: run, lease: held}
	working, stop := s.keepLease(ctx, held)
	defer stop() // also when a fault ends the work: a lease that is kept for nobody would hold up the run for good
	err = w.close(working)
	if cause := context.Cause(working); err != nil && errors.Is(cause, ErrLeaseHeld) {
		err = cause
	}
	stop()
	if err != nil {
		// Whoever comes next need not wait for the lease to run out. Where it cannot be given back it runs out by itself.
		_ = s.extendLease(context.WithoutCancel(ctx), held, 0)
		return Run{}, err
	}
	return s.GetRun(ctx, runID)
}

func cancelledRun(runID string) error {
	return &Refusal{Kind: ErrRunCancelled, IDs: []string{"run_id", runID}, Remedy: "start the run anew with RunPeriod"}
}

// close does the work between the lease and the flip.
func (w *runWork) close(ctx context.Context) error {
	w.enter(PhaseReading)
	in, posted, err := w.read(ctx)
	if err != nil || posted {
		return err
	}
	dead, err := w.beginAttempt(ctx, in)
	if err != nil {
		return err
	}
	for _, of := range dead {
		if err := w.sweep(ctx, of); err != nil {
			return err
		}
	}
	w.enter(PhaseComputing)
	rows, result, err := computeRun(in, w.store.chunkRows())
	if err != nil {
		return err
	}
	if result.liability, err = w.store.checkLiability(ctx, rows); err != nil {
		return err
	}
	w.enter(PhaseWriting)
	done, err := w.beginWriting(ctx, rows, result)
	if err != nil {
		return err
	}
	if err := w.writeChunks(ctx, rows, done); err != nil {
		return err
	}
	w.enter(PhasePosting)
	waits, err := w.flip(ctx, rows, result)
	switch {
	case err != nil:
		return err
	case waits:
		w.enter(PhaseWaiting)
	default:
		w.enter(PhaseDone)
	}
	return nil
}

// enter says that the work enters a phase.
func (w *runWork) enter(phase RunPhase) {
	if w.store.options.Phase != nil {
		w.store.options.Phase(w.run.RunID, phase)
	}
}

const sqlRunRanks = `SELECT ranks_run_id FROM runs WHERE run_id = $1`

// read reads the input of the run in a snapshot that is begun after the fence and after the lease was taken, so that it sees every
// event of the period and everything that an owner before did.
func (w *runWork) read(ctx context.Context) (in *runInput, posted bool, err error) {
	err = w.store.engine.Snapshot(ctx, "run_snapshot", func(c Conn) error {
		in, posted = nil, false
		run, err := w.store.runByID(c, w.run.RunID)
		if err != nil {
			return err
		}
		switch run.State {
		case RunPosted:
			posted = true
			return nil
		case RunCancelled:
			return cancelledRun(run.RunID)
		}
		if run.Period.State != PeriodFenced {
			return fmt.Errorf("%w: run %s is under way and its period is %s", ErrCorrupt, run.RunID, run.Period.State)
		}
		scope, err := w.store.scopeOfRun(c, run)
		if err != nil {
			return err
		}
		in, err = w.store.readStartedInput(c, scope)
		if err != nil {
			return err
		}
		w.regions = in.regions
		return w.store.readAdvances(c, in)
	})
	return in, posted, err
}

// readStartedInput reads the input of a run that was started, with the ranks that were chosen then.
func (s *Store) readStartedInput(c Conn, o runScope) (*runInput, error) {
	var ranks string
	err := c.Query(sqlRunRanks, []any{o.id()}, func(r Row) error {
		ranks = r.Text(0)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.readWithCorrections(c, o, ranks)
}

// readWithCorrections reads the input of a run, and beside it computes what the run corrects of the closed periods before, which is
// part of the input.
func (s *Store) readWithCorrections(c Conn, o runScope, ranksRunID string) (*runInput, error) {
	restated, err := s.restate(c, o, ranksRunID)
	if err != nil {
		return nil, fmt.Errorf("run %s: restating: %w", o.id(), err)
	}
	how, err := readingOf(c, o, ranksRunID, restated)
	if err != nil {
		return nil, err
	}
	how.liability = newLiabilityInput(o.plan)
	in, err := s.readRunInput(c, o, how)
	if err != nil {
		return nil, err
	}
	return in, readLiability(c, in)
}

// computeRun computes and lays out the rows.
func computeRun(in *runInput, chunkRows int) (*runRows, runResult, error) {
	out, err := calc.Compute(&in.calc)
	if err != nil {
		return nil, runResult{}, fmt.Errorf("run %s: %w", in.scope.id(), err)
	}
	rows, err := newRunRows(in, out, chunkRows)
	if err != nil {
		return nil, runResult{}, err
	}
	result, err := rows.sumUp()
	return rows, result, err
}

// chunkRows is how many rows a chunk has.
func (s *Store) chunkRows() int {
	if s.options.ChunkRows > 0 {
		return s.options.ChunkRows
	}
	if !s.engine.Serial() {
		return runChunkRowsBeside
	}
	return runChunkRows
}
