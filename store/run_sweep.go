package store

import "context"

// The tables that a run's rows stand in, with the texts that find the end of a stretch and delete it.
var sweepTexts = [...]struct{ end, some, rest string }{
	{
		`SELECT distributor_id FROM period_lines WHERE region = $1 AND run_key = $2 AND attempt = $3 ORDER BY distributor_id LIMIT 1 OFFSET $4`,
		`DELETE FROM period_lines WHERE region = $1 AND run_key = $2 AND attempt = $3 AND distributor_id <= $4`,
		`DELETE FROM period_lines WHERE region = $1 AND run_key = $2 AND attempt = $3`,
	},
	{
		`SELECT distributor_id FROM run_ranks WHERE region = $1 AND run_key = $2 AND attempt = $3 ORDER BY distributor_id LIMIT 1 OFFSET $4`,
		`DELETE FROM run_ranks WHERE region = $1 AND run_key = $2 AND attempt = $3 AND distributor_id <= $4`,
		`DELETE FROM run_ranks WHERE region = $1 AND run_key = $2 AND attempt = $3`,
	},
	{
		`SELECT distributor_id FROM run_states WHERE region = $1 AND run_key = $2 AND attempt = $3 ORDER BY distributor_id LIMIT 1 OFFSET $4`,
		`DELETE FROM run_states WHERE region = $1 AND run_key = $2 AND attempt = $3 AND distributor_id <= $4`,
		`DELETE FROM run_states WHERE region = $1 AND run_key = $2 AND attempt = $3`,
	},
	{
		`SELECT distributor_id FROM restated_ranks WHERE region = $1 AND run_key = $2 AND attempt = $3 ORDER BY distributor_id LIMIT 1 OFFSET $4`,
		`DELETE FROM restated_ranks WHERE region = $1 AND run_key = $2 AND attempt = $3 AND distributor_id <= $4`,
		`DELETE FROM restated_ranks WHERE region = $1 AND run_key = $2 AND attempt = $3`,
	},
	{
		`SELECT distributor_id FROM restated_states WHERE region = $1 AND run_key = $2 AND attempt = $3 ORDER BY distributor_id LIMIT 1 OFFSET $4`,
		`DELETE FROM restated_states WHERE region = $1 AND run_key = $2 AND attempt = $3 AND distributor_id <= $4`,
		`DELETE FROM restated_states WHERE region = $1 AND run_key = $2 AND attempt = $3`,
	},
}

// What a dead attempt has beside rows by distributor: its chunks, and the totals of one that has waited to be confirmed.
var sweepRest = [...]string{
	`DELETE FROM run_totals WHERE run_key = $1 AND attempt = $2`,
	`DELETE FROM run_restatings WHERE run_key = $1 AND attempt = $2`,
	`DELETE FROM run_liability WHERE run_key = $1 AND attempt = $2`,
	`DELETE FROM run_liability_drivers WHERE run_key = $1 AND attempt = $2`,
	`DELETE FROM run_advances WHERE run_key = $1 AND attempt = $2`,
	`DELETE FROM run_chunks WHERE run_key = $1 AND attempt = $2`,
}

// sweep deletes the rows of a dead attempt, as many in a transaction as a chunk has. A sweep that is interrupted is done again: the
// attempt is SWEPT only when nothing of it is left.
func (w *runWork) sweep(ctx context.Context, dead attempt) error {
	for _, region := range w.regions {
		for table := range sweepTexts {
			for done := false; !done; {
				err := w.write(ctx, "run_sweep", func(c Conn) (err error) {
					done, err = w.sweepSome(c, table, region, dead)
					return err
				})
				if err != nil {
					return err
				}
			}
		}
	}
	return w.write(ctx, "run_swept", func(c Conn) error {
		for _, text := range sweepRest {
			if _, err := c.Exec(text, dead.runKey, dead.no); err != nil {
				return err
			}
		}
		_, err := c.Exec(sqlAttemptState, dead.runKey, dead.no, "SWEPT")
		return err
	})
}

// sweepSome deletes up to a bounded number of rows and what their last distributor has beyond, and tells whether none are left.
func (w *runWork) sweepSome(c Conn, table int, region string, dead attempt) (done bool, err error) {
	texts := &sweepTexts[table]
	end, found := "", false
	err = c.Query(texts.end, []any{region, dead.runKey, dead.no, int64(w.store.chunkRows() - 1)}, func(r Row) error {
		end, found = r.Text(0), true
		return nil
	})
	if err != nil {
		return false, err
	}
	if found {
		_, err = c.Exec(texts.some, region, dead.runKey, dead.no, end)
	} else {
		_, err = c.Exec(texts.rest, region, dead.runKey, dead.no)
	}
	return !found, err
}
