package store

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"upline/calc"
)

// Verification is what came of computing a posted run again from its events.
type Verification struct {
	Run Run
	// EngineVersion is this program's; Run has the one that wrote the run.
	EngineVersion string
	// InputDigest and OutputDigest are those of now. They equal the run's where nothing has changed.
	InputDigest, OutputDigest []byte
	// Rows are the rows that the database has for the run, and for the sums of the period's lines that were made behind the writes.
	Rows int64
	// Difference names the first row that the database has otherwise than it comes out now; "" when all are the same.
	Difference string
}

// OK tells whether the run is proved: its input, its output and every row.
func (v *Verification) OK() bool {
	return bytes.Equal(v.InputDigest, v.Run.InputDigest) && bytes.Equal(v.OutputDigest, v.Run.OutputDigest) && v.Difference == ""
}

// VerifyRun computes a closed period again from its events, by this program's engine, and holds digests and rows against what was
// posted, the sums of the run with them, and the tallies of the period against its lines. Cadence 0 is the plan's main one. It changes nothing.
//
// Refusals: ErrUnknownPlan, ErrUnknownPeriod, and ErrInvalid for a period that is not closed.
func (s *Store) VerifyRun(ctx context.Context, planID string, cadence calc.Cadence, period string) (v Verification, err error) {
	var in *runInput
	err = s.engine.Snapshot(ctx, "run_verify", func(c Conn) error {
		v = Verification{EngineVersion: calc.EngineVersion}
		scope, err := s.scopeOf(c, planID, cadence, period)
		if err != nil {
			return err
		}
		if v.Run, err = s.postedRun(c, scope); err != nil {
			return err
		}
		if scope, err = s.scopeOfRun(c, v.Run); err != nil {
			return err
		}
		scope.writtenBy = v.Run.EngineVersion
		in, err = s.readStartedInput(c, scope)
		return err
	})
	if err != nil {
		return Verification{}, err
	}
	v.InputDigest = in.digest
	rows, result, err := computeRun(in, s.chunkRows())
	if err != nil {
		return Verification{}, err
	}
	v.OutputDigest = result.digest
	err = s.engine.Snapshot(ctx, "run_verify_rows", func(c Conn) error {
		v.Rows, v.Difference, err = compareRun(c, rows, attempt{v.Run.Key, int64(v.Run.Attempt)})
		if v.Difference == "" {
			v.Difference = compareSums(v.Run, result)
		}
		if err != nil || v.Difference != "" {
			return err
		}
		tallied, difference, err := compareTallies(c, in.regions, v.Run.Period.Key)
		v.Rows, v.Difference = v.Rows+tallied, difference
		return err
	})
	return v, err
}

// postedRun returns the run of a period, and refuses a period that is not closed.
func (s *Store) postedRun(c Conn, o runScope) (Run, error) {
	of, err := periodOf(c, o.plan, o.period)
	if err != nil {
		return Run{}, err
	}
	if of.State != PeriodClosed {
		return Run{}, periodRefusal(ErrInvalid, o.plan.ID, o.period.Name+" is not closed", "close it first; what is not posted cannot be verified")
	}
	return s.runByID(c, o.id())
}

// runTables are the tables that a run's rows are in, in the order of chunkWriter.tables, with the keys that follow region, run and
// attempt. The lines that correct closed periods are a set of their own.
var runTables = []struct {
	name    string
	columns []string
	only    string
	order   string
}{
	{"period_lines", lineColumns, "AND corrects_no = 0", "distributor_id, bonus, level, part, kind"},
	{"period_lines", lineColumns, "AND corrects_no <> 0", "distributor_id, bonus, level, part, corrects_no"},
	{"run_ranks", rankColumns, "", "distributor_id"},
	{"run_states", stateColumns, "", "distributor_id, state_key"},
	{"restated_ranks", restatedRankColumns, "", "distributor_id, of_period_no"},
	{"restated_states", restatedStateColumns, "", "distributor_id, of_period_no, state_key"},
}

// compareRun holds every row that the database has for an attempt against those of a result, in the order of their keys.
func compareRun(c Conn, rows *runRows, of attempt) (count int64, difference string, err error) {
	regions := rows.in.regions
	if !slices.Contains(regions, companyRegion) {
		regions = append([]string{companyRegion}, regions...)
	}
	for i, table := range runTables {
		next, stop := iter.Pull(rows.valuesOf(i, of))
		defer stop()
		sql := fmt.Sprintf("SELECT %s FROM %s WHERE region = $1 AND run_key = $2 AND attempt = $3 %s ORDER BY %s", strings.Join(table.columns, ", "), table.name, table.only, table.order)
		for _, region := range regions {
			err := c.Query(sql, []any{region, of.runKey, of.no}, func(r Row) error {
				if difference != "" {
					return nil
				}
				count++
				switch want, more := next(); {
				case !more:
					difference = table.name + ": the database has " + rowText(table.columns, r) + ", which does not come out"
				case !sameRow(r, want):
					difference = table.name + ": the database has " + rowText(table.columns, r) + "; what comes out is " + valuesText(table.columns, want)
				}
				return nil
			})
			if err != nil || difference != "" {
				return count, difference, err
			}
		}
		if want, more := next(); more {
			return count, table.name + ": the database lacks " + valuesText(table.columns, want), nil
		}
	}
	return count, "", nil
}

// compareSums holds what the database says that a run sums up to against what it does.
func compareSums(run Run, result runResult) (difference string) {
	if run.LineCount != result.lineCount {
		return fmt.Sprintf("runs: the database has line_count=%d; what comes out is %d", run.LineCount, result.lineCount)
	}
	for _, of := range []struct {
		what     string
		has, are []RunTotal
	}{{"bonuses", run.Totals, result.totals}, {"ranks", run.Ranks, result.ranks}} {
		if !slices.Equal(of.has, of.are) {
			return fmt.Sprintf("run_totals: the database has for %s %+v; what comes out is %+v", of.what, of.has, of.are)
		}
	}
	return ""
}

// valuesOf gives the rows of one of a run's tables, in the order of their keys. The slice that it gives is used again.
func (r *runRows) valuesOf(table int, of attempt) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		var values []any
		for _, row := range r.companyValues(runTables[table].name, of) {
			if !yield(row) {
				return
			}
		}
		chunk := chunkWriter{rows: r, attempt: of}
		for k := range r.chunkCount() {
			chunk.gather(k)
			t := chunk.tables()[table]
			for i := range t.count {
				if values = t.row(i, values[:0]); !yield(values) {
					return
				}
			}
		}
	}
}

// companyValues gives the rows of a table that are nobody's in particular.
func (r *runRows) companyValues(table string, of attempt) (rows [][]any) {
	switch table {
	case "run_states":
		for _, state := range companyStates(r.out.State) {
			rows = append(rows, []any{companyRegion, of.runKey, of.no, "", state.key, state.value})
		}
	case "restated_states":
		for _, state := range r.restated.companyStates() {
			rows = append(rows, []any{companyRegion, of.runKey, of.no, "", state.of.No, state.key, state.value})
		}
	}
	return rows
}

// keyColumns are what leads every row of a run and says nothing about it.
const keyColumns = 3

// sameRow tells whether a row of the database has these values.
func sameRow(r Row, values []any) bool {
	for i, value := range values {
		switch v := value.(type) {
		case int64:
			if r.Int(i) != v {
				return false
			}
		case string:
			if string(r.Bytes(i)) != v {
				return false
			}
		}
	}
	return true
}

// textColumns are the columns of a run's rows that hold text.
var textColumns = []string{"region", "distributor_id", "bonus", "kind", "base_unit", "factors", "paid_as", "achieved", "state_key"}

// rowText writes a row of the database as valuesText writes values.
func rowText(columns []string, r Row) string {
	values := make([]any, len(columns))
	for i, column := range columns {
		if slices.Contains(textColumns, column) {
			values[i] = r.Text(i)
		} else {
			values[i] = r.Int(i)
		}
	}
	return valuesText(columns, values)
}

func valuesText(columns []string, values []any) string {
	var b strings.Builder
	for i := keyColumns; i < len(columns); i++ {
		if i > keyColumns {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%s=%v", columns[i], values[i])
	}
	return b.String()
}
