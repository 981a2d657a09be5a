package store

import "context"

var (
	lineColumns = []string{
		"region", "run_key", "attempt", "distributor_id", "bonus", "level", "part", "kind", "base", "base_unit", "point_num", "point_den", "rate",
		"factors", "amount_minor", "corrects_no",
	}
	rankColumns  = []string{"region", "run_key", "attempt", "distributor_id", "active", "paid_as", "achieved"}
	stateColumns = []string{"region", "run_key", "attempt", "distributor_id", "state_key", "value"}
)

const sqlChunkInsert = `INSERT INTO run_chunks (run_key, attempt, chunk_no, row_count, written_at_us) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (run_key, attempt, chunk_no) DO NOTHING`

// write is a transaction that writes for the run: only while the lease is ours. It is not interrupted when the work is told to
// stop, which happens between transactions.
func (w *runWork) write(ctx context.Context, name string, fn func(Conn) error) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return w.store.engine.Write(context.WithoutCancel(ctx), name, func(c Conn) error {
		if err := checkLease(c, w.lease); err != nil {
			return err
		}
		return fn(c)
	})
}

// writeChunks writes the chunks that are not there yet, in order.
func (w *runWork) writeChunks(ctx context.Context, rows *runRows, done map[int64]bool) error {
	chunk := chunkWriter{rows: rows, attempt: w.attempt}
	for k := range rows.chunkCount() {
		if done[int64(k)] {
			continue
		}
		chunk.gather(k)
		err := w.write(ctx, "run_chunk", func(c Conn) error { return chunk.write(c, int64(k), w.store.nowUS()) })
		if err != nil {
			return err
		}
	}
	return nil
}

// chunkWriter holds the rows of one chunk, and is used again for the next.
type chunkWriter struct {
	rows         *runRows
	attempt      attempt
	distributors []int32
	lines        []int32
	ranks        []int32 // distributors
	states       []stateRow
	restated     restatedChunk
}

func (c *chunkWriter) gather(k int) {
	c.distributors = c.rows.chunk(k)
	c.lines, c.ranks, c.states = c.lines[:0], c.ranks[:0], c.states[:0]
	c.restated.gather(c.rows, c.distributors)
	for _, i := range c.distributors {
		c.lines = c.rows.appendLines(c.lines, i)
		if c.rows.rankCount(i) > 0 {
			c.ranks = append(c.ranks, i)
		}
		c.states = c.rows.appendStates(c.states, i)
	}
}

func (c *chunkWriter) count() int {
	return len(c.lines) + len(c.ranks) + len(c.states) + c.restated.count()
}

// write inserts the chunk's row first: where it is there already, so are all the others.
func (c *chunkWriter) write(conn Conn, no, nowUS int64) error {
	inserted, err := conn.Exec(sqlChunkInsert, c.attempt.runKey, c.attempt.no, no, int64(c.count()), nowUS)
	if err != nil || inserted == 0 {
		return err
	}
	for _, table := range c.tables() {
		if table.count == 0 {
			continue
		}
		if err := conn.Bulk(table.name, table.columns, table.count, table.row); err != nil {
			return err
		}
	}
	return nil
}

// chunkTable is what a chunk has for one table, in the order of the table's key.
type chunkTable struct {
	name    string
	columns []string
	count   int
	row     func(k int, values []any) []any
}

func (c *chunkWriter) tables() []chunkTable {
	return []chunkTable{
		{"period_lines", lineColumns, len(c.lines), c.line},
		{"period_lines", lineColumns, len(c.restated.lines), c.restatedLine},
		{"run_ranks", rankColumns, len(c.ranks), c.rank},
		{"run_states", stateColumns, len(c.states), c.state},
		{"restated_ranks", restatedRankColumns, len(c.restated.ranks), c.restatedRank},
		{"restated_states", restatedStateColumns, len(c.restated.states), c.restatedState},
	}
}

// key begins every row of a run.
func (c *chunkWriter) key(values []any, i int32) []any {
	in := c.rows.in
	return append(values, in.regions[in.regionOf[i]], c.attempt.runKey, c.attempt.no, in.ids.at(int(i)))
}

func (c *chunkWriter) line(k int, values []any) []any {
	rows, line, l := c.rows, c.lines[k], &c.rows.out.Lines
	unit, point := rows.lineBase(line)
	return append(c.key(values, l.Earner[line]), rows.in.scope.plan.Bonuses[l.Bonus[line]].Name, int64(l.Level[line]), int64(l.Part[line]),
		lineKinds[l.Kind[line]], l.Base[line], unit, point.Num, point.Den, l.Rate[line], rows.lineFactors(line), l.AmountMinor[line], int64(0))
}

func (c *chunkWriter) rank(k int, values []any) []any {
	row := c.rows.rank(c.ranks[k])
	return append(c.key(values, c.ranks[k]), row.active, row.paidAs, row.achieved)
}

func (c *chunkWriter) state(k int, values []any) []any {
	row := &c.states[k]
	return append(c.key(values, row.of), row.key, row.value)
}
