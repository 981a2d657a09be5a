package store

import "context"

// ImportChunk is a piece of a file that is brought in: rows that are written in one transaction with this note of it, so that whoever
// goes on after a crash knows what is there. Chunks follow each other from row 0 on; they may be of any size.
type ImportChunk struct {
	Kind       string // of the file
	FileDigest string // SHA-256 of the file, in hex
	FirstRow   int64  // in the order in which rows are written
	RowCount   int64
}

// write notes a chunk; nothing for nil.
func (ch *ImportChunk) write(b *Batch, planID string, nowUS int64) {
	if ch == nil {
		return
	}
	b.Exec(`INSERT INTO import_chunks (plan_id, file_kind, file_digest, first_row, row_count, recorded_at_us) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (plan_id, file_kind, file_digest, first_row) DO NOTHING`, planID, ch.Kind, ch.FileDigest, ch.FirstRow, ch.RowCount, nowUS)
}

// ImportedRows tells how many rows of a file were brought in, from its beginning on.
func (s *Store) ImportedRows(ctx context.Context, planID, kind, fileDigest string) (rows int64, err error) {
	err = s.engine.Read(ctx, "imported_rows", func(c Conn) error {
		rows = 0
		return c.Query(`SELECT first_row, row_count FROM import_chunks WHERE plan_id = $1 AND file_kind = $2 AND file_digest = $3 ORDER BY first_row`,
			[]any{planID, kind, fileDigest}, func(r Row) error {
				if r.Int(0) <= rows {
					rows = max(rows, r.Int(0)+r.Int(1))
				}
				return nil
			})
	})
	return rows, err
}

// EnrollChunk is Enroll for a chunk of a file of one plan.
func (s *Store) EnrollChunk(ctx context.Context, list []NewDistributor, chunk ImportChunk) ([]Distributor, error) {
	return s.enroll(ctx, list, &chunk)
}

// ImportOpeningChunk is ImportOpening for a chunk of a file.
func (s *Store) ImportOpeningChunk(ctx context.Context, planID string, list []OpeningEntry, chunk ImportChunk) error {
	_, _, err := s.importOpening(ctx, planID, list, &chunk)
	return err
}

// OpeningShut says why no opening state is taken any more, of a first period that is not open.
func OpeningShut(period string) string {
	return "the plan's first period " + period + " is no longer open"
}

// OpeningShutRemedy says what to do about it.
const OpeningShutRemedy = "bring the opening state in before the first period is closed"

// ShutOpening returns the name of a first period of the plan that is not open any more; "" while an opening state is taken.
func (s *Store) ShutOpening(ctx context.Context, planID string) (period string, err error) {
	err = s.engine.Read(ctx, "shut_opening", func(c Conn) (err error) {
		o := opening{store: s, conn: c}
		if o.plan, err = s.newestPlan(c, planID); err != nil {
			return err
		}
		err = o.readStamps()
		period = o.shut
		return err
	})
	return period, err
}

// OpeningsKnown tells which entries of the plan's opening state are recorded, of those that are asked for.
func (s *Store) OpeningsKnown(ctx context.Context, planID string, eventIDs []string) (known map[string]bool, err error) {
	err = s.engine.Read(ctx, "openings_known", func(c Conn) error {
		known = make(map[string]bool)
		var b Batch
		b.queryIDs(sqlOpeningsKnown, []any{planID}, eventIDs, func(r Row) error {
			known[r.Text(0)] = true
			return nil
		})
		return c.Send(&b)
	})
	return known, err
}

var sqlOpeningsKnown = `SELECT event_id FROM opening_events WHERE plan_id = $1 AND event_id IN ` + idList(1)
