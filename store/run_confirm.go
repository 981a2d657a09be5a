package store

import (
	"context"
	"encoding/hex"
	"fmt"
)

// Confirmation says that what a run came to may be paid, though it is outside of its plan's limits.
type Confirmation struct {
	OutputDigest  []byte // what was confirmed, and nothing else
	By, Reason    string
	ConfirmedAtUS int64
}

const (
	// What is confirmed is an output of this start of the run: a run that was called off is looked at anew.
	sqlConfirmation = `SELECT c.confirmed_by, c.reason, c.confirmed_at_us FROM run_confirmations c
		JOIN runs r ON r.run_key = c.run_key AND r.started_at_us = c.started_at_us WHERE r.run_id = $1 AND c.output_digest = $2`
	sqlConfirmationInsert = `INSERT INTO run_confirmations (run_key, started_at_us, output_digest, confirmed_by, reason, confirmed_at_us)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (run_key, started_at_us, output_digest) DO NOTHING`
	sqlRunWait = `UPDATE runs SET state = 'WAITING', phase = 'WAITING', output_digest = $2, line_count = $3
		WHERE run_id = $1 AND state = 'RUNNING'`
	sqlRunConfirmed = `UPDATE runs SET state = 'RUNNING', phase = 'READING' WHERE run_id = $1 AND state = 'WAITING'`
)

// ConfirmRun lets a run that waits go on to be posted, if it came to the output that is confirmed; WorkRun then does it. A run that is still under
// way may be confirmed before it comes to its output, for instance one that was previewed: it does not wait if it comes to that. A run that is
// confirmed, or posted, with the same output is returned as it is, whoever confirmed it first.
//
// Refusals: ErrUnknownRun, ErrRunCancelled, ErrOtherOutput.
func (s *Store) ConfirmRun(ctx context.Context, runID string, n Confirmation) (run Run, err error) {
	err = s.engine.Write(ctx, "run_confirm", func(c Conn) error {
		if run, err = s.runByID(c, runID); err != nil {
			return err
		}
		switch {
		case run.State == RunCancelled:
			return cancelledRun(runID)
		case run.State == RunRunning:
		case string(run.OutputDigest) != string(n.OutputDigest):
			return otherOutput(&run, n)
		case run.State == RunPosted:
			return nil
		}
		_, err := c.Exec(sqlConfirmationInsert, run.Key, run.StartedAtUS, hex.EncodeToString(n.OutputDigest), n.By, n.Reason, s.nowUS())
		if err != nil {
			return err
		}
		if _, err := c.Exec(sqlRunConfirmed, runID); err != nil {
			return err
		}
		run, err = s.runByID(c, runID)
		return err
	})
	return run, err
}

func otherOutput(run *Run, n Confirmation) *Refusal {
	remedy := "look at what the run pays, and confirm that"
	if run.State == RunPosted {
		remedy = "the run is posted; correct what is wrong by further events"
	}
	return &Refusal{
		Kind: ErrOtherOutput, IDs: []string{"run_id", run.RunID},
		Fields: []FieldProblem{{"confirm.output_digest", fmt.Sprintf("is %x, and the run came to %x", n.OutputDigest, run.OutputDigest), remedy}},
	}
}

// readConfirmation reads who confirmed what the run came to, if anybody did.
func readConfirmation(c Conn, run *Run) (confirmation *Confirmation, err error) {
	if run.Liability == nil {
		return nil, nil
	}
	err = c.Query(sqlConfirmation, []any{run.RunID, hex.EncodeToString(run.OutputDigest)}, func(r Row) error {
		confirmation = &Confirmation{OutputDigest: run.OutputDigest, By: r.Text(0), Reason: r.Text(1), ConfirmedAtUS: r.Int(2)}
		return nil
	})
	return confirmation, err
}

// mustWait tells whether the run came to something that has to be confirmed, and is not.
func (w *runWork) mustWait(c Conn, result runResult) (waits bool, err error) {
	if result.liability == nil || len(result.liability.Findings) == 0 {
		return false, nil
	}
	waits = true
	err = c.Query(sqlConfirmation, []any{w.run.RunID, hex.EncodeToString(result.digest)}, func(Row) error {
		waits = false
		return nil
	})
	return waits, err
}

// wait leaves the run to whoever confirms it: its rows are there, and no lines yet. The lease is given up, so that nothing keeps whoever goes
// on with it from doing so.
func (w *runWork) wait(c Conn, in *runInput, result runResult) error {
	var b Batch
	b.Exec(sqlRunWait, w.run.RunID, result.digest, result.lineCount)
	w.writeTotals(&b, in, result)
	b.Exec(sqlLeaseRenew, w.lease.name, w.lease.token, int64(0))
	return c.Send(&b)
}
