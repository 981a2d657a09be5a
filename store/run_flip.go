package store

import (
	"context"
	"fmt"
)

const (
	sqlRunPost = `UPDATE runs SET state = 'POSTED', phase = 'DONE', output_digest = $2, line_count = $3, posted_at_us = $4
		WHERE run_id = $1 AND state = 'RUNNING'`
	sqlTotalInsert = `INSERT INTO run_totals (run_key, attempt, kind, position, name, row_count, amount_minor)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (run_key, attempt, kind, position) DO NOTHING`
	sqlRestatingInsert = `INSERT INTO run_restatings (run_key, attempt, of_period_no, bonus, outcome, distributors, line_count, raised_minor, lowered_minor)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (run_key, attempt, of_period_no, bonus, outcome) DO NOTHING`
	sqlRestatedStateInsert = `INSERT INTO restated_states (region, run_key, attempt, distributor_id, of_period_no, state_key, value)
		VALUES ($1, $2, $3, '', $4, $5, $6)`
	sqlCompanyStateInsert = `INSERT INTO run_states (region, run_key, attempt, distributor_id, state_key, value) VALUES ($1, $2, $3, '', $4, $5)`
)

// flip makes the run's rows lines, all at once: the run is posted, its period closed, the next one's gate open and the lease given
// up. Nothing is moved, as everything is keyed by run and attempt. A run that is posted already stays as it is. One that pays what its plan
// wants confirmed, and that nobody has confirmed, waits for that instead.
func (w *runWork) flip(ctx context.Context, rows *runRows, result runResult) (waits bool, err error) {
	err = w.write(ctx, "run_flip", func(c Conn) (err error) {
		if waits, err = w.mustWait(c, result); err != nil {
			return err
		}
		if waits {
			return w.wait(c, rows.in, result)
		}
		posted, err := c.Exec(sqlRunPost, w.run.RunID, result.digest, result.lineCount, w.store.nowUS())
		if err != nil || posted == 0 {
			return err
		}
		chunks := int64(0)
		err = c.Query(sqlRunChunkCount, []any{w.attempt.runKey, w.attempt.no}, func(r Row) error {
			chunks = r.Int(0)
			return nil
		})
		if err != nil {
			return err
		}
		if chunks != int64(rows.chunkCount()) {
			return fmt.Errorf("%w: run %s attempt %d has %d of %d chunks", ErrCorrupt, w.run.RunID, w.attempt.no, chunks, rows.chunkCount())
		}
		var b Batch
		b.Exec(sqlAttemptState, w.attempt.runKey, w.attempt.no, "POSTED")
		w.writeTotals(&b, rows.in, result)
		for _, state := range companyStates(rows.out.State) {
			b.Exec(sqlCompanyStateInsert, companyRegion, w.attempt.runKey, w.attempt.no, state.key, state.value)
		}
		for _, state := range rows.restated.companyStates() {
			b.Exec(sqlRestatedStateInsert, companyRegion, w.attempt.runKey, w.attempt.no, state.of.No, state.key, state.value)
		}
		scope := rows.in.scope
		next := scope.plan.PeriodByNo(scope.period.Cadence, scope.period.No+1)
		b.Exec(sqlGateWrite, scope.plan.ID, int64(scope.period.Cadence), scope.period.No, string(PeriodClosed), scope.period.StartUS, scope.period.EndUS)
		b.Exec(sqlGateOpen, scope.plan.ID, int64(next.Cadence), next.No, next.StartUS, next.EndUS)
		b.Exec(sqlLeaseRenew, w.lease.name, w.lease.token, int64(0))
		return c.Send(&b)
	})
	return waits, err
}

// writeTotals writes what a run sums up to. A run that has waited has its totals already.
func (w *runWork) writeTotals(b *Batch, in *runInput, result runResult) {
	for _, totals := range []struct {
		kind string
		of   []RunTotal
	}{{totalBonus, result.totals}, {totalRank, result.ranks}} {
		for position, t := range totals.of {
			b.Exec(sqlTotalInsert, w.attempt.runKey, w.attempt.no, totals.kind, int64(position), t.Name, t.Count, t.AmountMinor)
		}
	}
	for _, t := range result.restated {
		b.Exec(sqlRestatingInsert, w.attempt.runKey, w.attempt.no, t.Period.No, t.Bonus, string(t.Outcome), t.Distributors, t.LineCount, t.RaisedMinor, t.LoweredMinor)
	}
	w.attempt.writeLiability(b, result.liability)
	w.writeAdvances(b, in)
}
