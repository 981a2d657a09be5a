package store

import (
	"maps"
	"strings"

	"upline/calc"
)

const (
	sqlRestatedRanks = `SELECT distributor_id, active, paid_as, achieved FROM restated_ranks
		WHERE region = $1 AND run_key = $2 AND attempt = $3 AND of_period_no = $4 ORDER BY distributor_id`
	sqlRestatedStates = `SELECT distributor_id, state_key, value FROM restated_states
		WHERE region = $1 AND run_key = $2 AND attempt = $3 AND of_period_no = $4 ORDER BY distributor_id, state_key`
)

// readRestated reads rows that later runs wrote to correct what a run has left, up to the close of a period. A later correction stands
// before an earlier one.
func (r *runReader) readRestated(d *rowDigest, run Run, asOf int64, text string, each func(by int64, of int32, row Row) error) error {
	return r.eachRestated(run, asOf, text, r.in.regions, func(by int64, region string, row Row) error {
		of := r.index.findBytes(row.Bytes(0))
		if of < 0 {
			return r.notInNetwork(row.Text(0), run.RunID)
		}
		d.text(region)
		d.bytes(row.Bytes(0))
		d.row()
		return each(by, of, row)
	})
}

func (r *runReader) eachRestated(run Run, asOf int64, text string, regions []string, each func(by int64, region string, row Row) error) error {
	key := run.Period.Key
	if asOf <= key.No {
		return nil
	}
	later, err := postedRuns(r.conn, r.in.scope.plan, key.Cadence, key.No, asOf)
	if err != nil {
		return err
	}
	for _, by := range later {
		for _, region := range regions {
			args := []any{region, by.key, by.attempt, key.No}
			if err := r.conn.Query(text, args, func(row Row) error { return each(by.key, region, row) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// stateReplacer puts corrected states in the place of those that a run has left. The rows of one run for a distributor stand for the
// whole state.
type stateReplacer struct {
	state   calc.State
	last    struct{ by, of int64 } // the run and the distributor, or companyRow, that the row before belonged to
	replace func(of int32, key string, value int64) error
}

const companyRow = -1

func (s *stateReplacer) begins(by, of int64) bool {
	before := s.last
	s.last.by, s.last.of = by, of
	return s.last != before
}

func (s *stateReplacer) of(by int64, of int32, key string, value int64) error {
	if s.begins(by, int64(of)) {
		for key, column := range s.state {
			if !isCompanyState(key) {
				column[of] = 0
			}
		}
	}
	if key == "" {
		return nil
	}
	return s.replace(of, key, value)
}

func (s *stateReplacer) company(by int64, key string, value int64) {
	if s.begins(by, companyRow) {
		maps.DeleteFunc(s.state, func(key string, _ []int64) bool { return isCompanyState(key) })
	}
	if key != "" {
		s.state[key] = []int64{value}
	}
}

// isCompanyState tells a state that is nobody's in particular.
func isCompanyState(key string) bool { return strings.HasPrefix(key, calc.CompanyState) }

// restateStates puts corrected states in the place of those that a run has left: those that later runs have posted, and those that the
// closing one corrects.
func (r *runReader) restateStates(d *rowDigest, run Run, asOf int64, keyOf func(Row) string, add func(of int32, key string, value int64) error) error {
	s := stateReplacer{state: r.in.calc.Prior.State, replace: add}
	s.last.of = companyRow - 1
	err := r.eachRestated(run, asOf, sqlRestatedStates, []string{companyRegion}, func(by int64, region string, row Row) error {
		d.text(region)
		d.bytes(row.Bytes(1))
		d.int(row.Int(2))
		d.row()
		s.company(by, row.Text(1), row.Int(2))
		return nil
	})
	if err != nil {
		return err
	}
	err = r.readRestated(d, run, asOf, sqlRestatedStates, func(by int64, of int32, row Row) error {
		d.bytes(row.Bytes(1))
		d.int(row.Int(2))
		return s.of(by, of, keyOf(row), row.Int(2))
	})
	if err != nil {
		return err
	}
	closing := int64(0) // no run has this key
	for _, c := range r.restated.statesOf(run.Period.Key) {
		if c.id == "" {
			s.company(closing, c.key, c.value)
			continue
		}
		of := r.index.find(c.id)
		if of < 0 {
			return r.notInNetwork(c.id, run.RunID)
		}
		if err := s.of(closing, of, c.key, c.value); err != nil {
			return err
		}
	}
	return nil
}
