package store

import (
	"bytes"
	"context"
	"fmt"

	"upline/calc"
)

// attempt is one try at a run. What it writes is keyed by its number, so that the rows of a try that came to nothing were never
// lines.
type attempt struct {
	runKey int64
	no     int64
}

// writerVersion stands with an attempt and says how its chunks are cut: an attempt is continued only by who would cut them alike.
func writerVersion(chunkRows int) string {
	return fmt.Sprintf("%s sparse/%d", calc.EngineVersion, chunkRows)
}

const (
	sqlAttempts      = `SELECT attempt, state, plan_version, engine_version, input_digest FROM run_attempts WHERE run_key = $1 ORDER BY attempt`
	sqlAttemptResume = `UPDATE run_attempts SET token = $3 WHERE run_key = $1 AND attempt = $2`
	sqlAttemptState  = `UPDATE run_attempts SET state = $3 WHERE run_key = $1 AND attempt = $2`
	sqlAttemptInsert = `INSERT INTO run_attempts (run_key, attempt, token, plan_version, engine_version, input_digest, output_digest,
		chunks_total, state, started_at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 'LIVE', $8)`
	sqlRunComputing = `UPDATE runs SET phase = 'COMPUTING', attempt = $2, engine_version = $3, input_digest = $4, distributors = $5,
		volume_cv = $6, chunks_total = 0 WHERE run_id = $1`
	sqlAttemptOutput  = `SELECT output_digest FROM run_attempts WHERE run_key = $1 AND attempt = $2`
	sqlAttemptWriting = `UPDATE run_attempts SET output_digest = $3, chunks_total = $4 WHERE run_key = $1 AND attempt = $2`
	sqlRunWriting     = `UPDATE runs SET phase = 'WRITING', chunks_total = $2 WHERE run_id = $1`
	sqlChunksDone     = `SELECT chunk_no FROM run_chunks WHERE run_key = $1 AND attempt = $2`
)

// beginAttempt continues the live attempt when nothing that its result depends on has changed, or else makes another. It returns
// the attempts that are dead and not swept yet.
func (w *runWork) beginAttempt(ctx context.Context, in *runInput) (dead []attempt, err error) {
	err = w.store.engine.Write(ctx, "run_attempt", func(c Conn) error {
		dead = nil
		if err := checkLease(c, w.lease); err != nil {
			return err
		}
		version := writerVersion(w.store.chunkRows())
		w.attempt = attempt{runKey: w.run.Key}
		last := int64(0)
		var killed []attempt
		err := c.Query(sqlAttempts, []any{w.run.Key}, func(r Row) error {
			last = r.Int(0)
			of := attempt{w.run.Key, last}
			switch state := r.Text(1); {
			case state == "DEAD":
				dead = append(dead, of)
			case state != "LIVE":
			case r.Int(2) == int64(in.scope.plan.Version) && r.Text(3) == version && bytes.Equal(r.Bytes(4), in.digest):
				w.attempt = of
			default:
				killed = append(killed, of)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, of := range killed {
			if _, err := c.Exec(sqlAttemptState, of.runKey, of.no, "DEAD"); err != nil {
				return err
			}
		}
		dead = append(dead, killed...)
		if w.attempt.no > 0 {
			_, err = c.Exec(sqlAttemptResume, w.attempt.runKey, w.attempt.no, w.lease.token)
		} else {
			w.attempt.no = last + 1
			_, err = c.Exec(sqlAttemptInsert, w.attempt.runKey, w.attempt.no, w.lease.token, int64(in.scope.plan.Version), version,
				in.digest, []byte{}, w.store.nowUS())
		}
		if err != nil {
			return err
		}
		_, err = c.Exec(sqlRunComputing, w.run.RunID, w.attempt.no, calc.EngineVersion, in.digest, int64(in.ids.len()), in.volumeCV)
		return err
	})
	return dead, err
}

// beginWriting records what the attempt came to before its first chunk is written, and returns the chunks that are there already.
// An attempt that came to something else before was computed from the same input by the same engine: that is a fault, and it is
// reported once, loudly, and the attempt given up.
func (w *runWork) beginWriting(ctx context.Context, rows *runRows, result runResult) (done map[int64]bool, err error) {
	differs := false
	err = w.store.engine.Write(ctx, "run_writing", func(c Conn) error {
		done, differs = make(map[int64]bool), false
		if err := checkLease(c, w.lease); err != nil {
			return err
		}
		err := c.Query(sqlAttemptOutput, []any{w.attempt.runKey, w.attempt.no}, func(r Row) error {
			before := r.Bytes(0)
			differs = len(before) > 0 && !bytes.Equal(before, result.digest)
			return nil
		})
		if err != nil {
			return err
		}
		if differs {
			_, err := c.Exec(sqlAttemptState, w.attempt.runKey, w.attempt.no, "DEAD")
			return err
		}
		if _, err := c.Exec(sqlAttemptWriting, w.attempt.runKey, w.attempt.no, result.digest, int64(rows.chunkCount())); err != nil {
			return err
		}
		if _, err := c.Exec(sqlRunWriting, w.run.RunID, int64(rows.chunkCount())); err != nil {
			return err
		}
		return c.Query(sqlChunksDone, []any{w.attempt.runKey, w.attempt.no}, func(r Row) error {
			done[r.Int(0)] = true
			return nil
		})
	})
	if err == nil && differs {
		err = fmt.Errorf("%w: run %s attempt %d gave two results from one input", ErrCorrupt, w.run.RunID, w.attempt.no)
	}
	return done, err
}
