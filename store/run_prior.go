package store

import (
	"fmt"

	"upline/calc"
)

const (
	sqlPriorRanks = `SELECT distributor_id, active, paid_as, achieved FROM run_ranks
		WHERE region = $1 AND run_key = $2 AND attempt = $3 ORDER BY distributor_id`
	sqlPriorStates = `SELECT distributor_id, state_key, value FROM run_states
		WHERE region = $1 AND run_key = $2 AND attempt = $3 ORDER BY distributor_id, state_key`
	sqlOpening = `SELECT event_id, distributor_id, rank, bonus, left_volume, right_volume FROM opening_events
		WHERE plan_id = $1 AND kind = $2 ORDER BY event_id`
)

// priorSource is where the state before a period comes from.
type priorSource struct {
	// runID is the posted run that left it; "" before the first.
	runID string
	// asOf is the last period of the run's cadence whose close may have corrected what the run left.
	asOf int64
	// before is the period before, computed in this process, in place of what a run left.
	before *computed
}

// readRanks reads the ranks that a run left, or, while there is no such run, those of the opening state, which says
// only what was ever achieved: the engine takes that for what they were paid as, too.
//
// Ranks stand in the database by name. A name that the plan version of this run no longer has is no rank: the plan's author took
// it away, and there is no telling which of the others it was meant to become.
func (r *runReader) readRanks(d *rowDigest, from priorSource) error {
	number := rankNumbers(r.in.scope.plan)
	prior, n := &r.in.calc.Prior, r.in.ids.len()
	prior.Achieved = make([]uint8, n)
	switch {
	case from.before != nil:
		from.before.ranks(r.in)
		return nil
	case from.runID == "":
		return r.readOpening(d, OpeningRank, func(of int32, row Row) error {
			prior.Achieved[of] = max(prior.Achieved[of], number[string(row.Bytes(2))])
			return nil
		})
	}
	prior.PaidAs = make([]uint8, n)
	run, err := r.store.runByID(r.conn, from.runID)
	if err != nil {
		return err
	}
	of, err := r.store.plan(r.conn, run.Period.Key.PlanID, run.PlanVersion)
	if err != nil {
		return err
	}
	// Those of the run's network without a row are what its plan makes of those who sell nothing. Who came after that run is active, as
	// at an event: nothing is known against them.
	active, read := make([]bool, n), leavesRanks(of, run.Period.Key.Cadence)
	for i, since := range r.seenSince {
		active[i] = of.Active == nil || since > run.Period.Key.No
	}
	take := func(of int32, row Row) error {
		active[of], read = row.Int(1) != 0, true
		prior.PaidAs[of], prior.Achieved[of] = number[string(row.Bytes(2))], number[string(row.Bytes(3))]
		d.int(row.Int(1))
		d.bytes(row.Bytes(2))
		d.bytes(row.Bytes(3))
		return nil
	}
	if err := r.readRun(d, run, sqlPriorRanks, "titt", take); err != nil {
		return err
	}
	err = r.readRestated(d, run, from.asOf, sqlRestatedRanks, func(_ int64, of int32, row Row) error { return take(of, row) })
	if err != nil {
		return err
	}
	for _, c := range r.restated.ranksOf(run.Period.Key) {
		of := r.index.find(c.id)
		if of < 0 {
			return r.notInNetwork(c.id, run.RunID)
		}
		active[of], read = c.active != 0, true
		prior.PaidAs[of], prior.Achieved[of] = number[c.paidAs], number[c.achieved]
	}
	// Under a plan that asks nothing for it everybody is active.
	if read && r.in.scope.plan.Active != nil {
		prior.Active = active
	}
	return nil
}

// rankNumbers gives the numbers of ranks by name.
func rankNumbers(p *calc.Plan) map[string]uint8 {
	number := make(map[string]uint8, len(p.Ranks))
	for i, rank := range p.Ranks {
		number[rank.Name] = uint8(i + 1)
	}
	return number
}

// readStates reads the state that a run carried out, or, while there is no such run, the volumes that the opening state
// carries in. What the plan version of this run does not ask for is read and not used.
func (r *runReader) readStates(d *rowDigest, from priorSource) error {
	state := calc.State{}
	r.in.calc.Prior.State = state
	add := func(of int32, key string, value int64) error {
		if state[key] == nil {
			state[key] = make([]int64, r.in.ids.len())
		}
		sum, ok := addInt64(state[key][of], value)
		if !ok {
			return fmt.Errorf("%w: state %s of distributor %s", calc.ErrOverflow, key, r.in.ids.at(int(of)))
		}
		state[key][of] = sum
		return nil
	}
	switch {
	case from.before != nil:
		from.before.states(r.in)
		return nil
	case from.runID == "":
		return r.readOpeningCarries(d, add)
	}
	run, err := r.store.runByID(r.conn, from.runID)
	if err != nil {
		return err
	}
	if err := r.readCompanyState(d, run); err != nil {
		return err
	}
	keys := make(map[string]string) // so that a key is one string and not one a row
	keyOf := func(row Row) string {
		key, ok := keys[string(row.Bytes(1))]
		if !ok {
			key = row.Text(1)
			keys[key] = key
		}
		return key
	}
	err = r.readRun(d, run, sqlPriorStates, "tti", func(of int32, row Row) error {
		d.bytes(row.Bytes(1))
		d.int(row.Int(2))
		return add(of, keyOf(row), row.Int(2))
	})
	if err != nil {
		return err
	}
	return r.restateStates(d, run, from.asOf, keyOf, add)
}

// readOpeningCarries reads the volumes that the opening state carries in.
func (r *runReader) readOpeningCarries(d *rowDigest, add func(of int32, key string, value int64) error) error {
	carriesOf := make(map[string]bool)
	for _, b := range r.in.scope.plan.Bonuses {
		carriesOf[b.Name] = b.Binary != nil && b.Cadence == r.in.scope.period.Cadence
	}
	return r.readOpening(d, OpeningCarry, func(of int32, row Row) error {
		if !carriesOf[row.Text(3)] {
			return nil
		}
		left, right := calc.CarryKeys(row.Text(3))
		if err := add(of, left, row.Int(4)); err != nil {
			return err
		}
		return add(of, right, row.Int(5))
	})
}

const sqlCompanyState = `SELECT state_key, value FROM run_states
	WHERE region = $1 AND run_key = $2 AND attempt = $3 AND distributor_id = '' ORDER BY state_key`

// companyRegion is where the state stands that is nobody's in particular, without a distributor: in no region of its own.
const companyRegion = ""

// readCompanyState reads that state.
func (r *runReader) readCompanyState(d *rowDigest, run Run) error {
	return r.conn.Query(sqlCompanyState, []any{companyRegion, run.Key, int64(run.Attempt)}, func(row Row) error {
		d.bytes(row.Bytes(0))
		d.int(row.Int(1))
		d.row()
		r.in.calc.Prior.State[row.Text(0)] = []int64{row.Int(1)}
		return nil
	})
}

// readRun reads rows that a posted run wrote by distributor, region by region.
func (r *runReader) readRun(d *rowDigest, run Run, text string, kinds columnKinds, each func(of int32, row Row) error) error {
	for _, region := range r.in.regions {
		err := queryBlocks(r.conn, text, []any{region, run.Key, int64(run.Attempt)}, kinds, r.index.aheadOf(0), func(row Row) error {
			of := r.index.findBytes(row.Bytes(0))
			if of < 0 {
				return r.notInNetwork(row.Text(0), run.RunID)
			}
			d.text(region)
			d.bytes(row.Bytes(0))
			d.row()
			return each(of, row)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *runReader) notInNetwork(distributorID, runID string) error {
	return fmt.Errorf("%w: distributor %s of run %s is not in the network of the period", ErrCorrupt, distributorID, runID)
}

// readOpening reads entries of the opening state. Those of a distributor who counts from a later period on have no place here.
func (r *runReader) readOpening(d *rowDigest, kind OpeningKind, each func(of int32, row Row) error) error {
	return r.conn.Query(sqlOpening, []any{r.in.scope.plan.ID, string(kind)}, func(row Row) error {
		of := r.index.findBytes(row.Bytes(1))
		if of < 0 {
			return nil
		}
		for column := range 4 {
			d.bytes(row.Bytes(column))
		}
		d.int(row.Int(4))
		d.int(row.Int(5))
		d.row()
		return each(of, row)
	})
}
