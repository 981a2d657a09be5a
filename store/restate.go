package store

import (
	"cmp"
	"fmt"
	"slices"

	"upline/calc"
)

// restating is what the close of a period corrects of the closed periods before it.
//
// Each closed period from the earliest that a correction belongs to is computed twice by the present engine, with the corrections that
// this close applies and without them, each chain of periods carrying its own ranks and carry-overs forward. What differs between
// the two is the correction. What differs between either of them and what was posted is none: an engine that was mended, for
// instance. Lines that were posted are not even looked at, so a correction is applied by one run, once.
type restating struct {
	lines []restatedLine // all differences, by distributor, bonus, level, part and period
	// posted are those of them that the run posts.
	posted []restatedLine
	ranks  []restatedRank  // by distributor and period
	states []restatedState // by distributor, period and key
	totals []RestatedTotal
	inputs *rowDigest // what was read for it
}

// restatedLine is the difference of all lines of a closed period with one earner, bonus, level and part.
type restatedLine struct {
	id, bonus   string
	of          PeriodKey
	level, part uint16
	amountMinor int64
	outcome     RestatedOutcome
}

// restatedRank is where a distributor stands after a closed period now.
type restatedRank struct {
	id string
	of PeriodKey
	rankRow
}

// restatedState is a state that a distributor, or with the empty id the company, carries out of a closed period now. Where anything of
// a distributor's state differs, all of it that is not zero stands here, or one row with an empty key when nothing is left.
type restatedState struct {
	id    string
	of    PeriodKey
	key   string
	value int64
}

// RestatedOutcome says what became of differences of closed periods.
type RestatedOutcome string

// What becomes of differences.
const (
	RestatedPosted     RestatedOutcome = "POSTED"
	RestatedExcluded   RestatedOutcome = "EXCLUDED"   // the plan does not restate the bonus, or not for these distributors
	RestatedImmaterial RestatedOutcome = "IMMATERIAL" // below the plan's limit
	// RestatedProjected is what an open period comes to otherwise, as it stands now; previews of a correction only have it.
	RestatedProjected RestatedOutcome = "PROJECTED"
)

// RestatedTotal sums up what the restating of a closed period comes to for a bonus.
type RestatedTotal struct {
	Period                    PeriodKey
	Bonus                     string
	Outcome                   RestatedOutcome
	Distributors, LineCount   int64
	RaisedMinor, LoweredMinor int64 // sums of what is above zero, and below
}

// any reports whether there was anything to compute, also when nothing differs.
func (r *restating) any() bool { return r != nil && r.inputs.count > 0 }

// ranksOf returns the ranks after a period that differ.
func (r *restating) ranksOf(of PeriodKey) (found []restatedRank) {
	if r != nil {
		for _, c := range r.ranks {
			if c.of == of {
				found = append(found, c)
			}
		}
	}
	return found
}

// statesOf returns the states after a period that differ.
func (r *restating) statesOf(of PeriodKey) (found []restatedState) {
	if r != nil {
		for _, c := range r.states {
			if c.of == of {
				found = append(found, c)
			}
		}
	}
	return found
}

// restate computes what the close of a period corrects; nil when there is nothing to correct.
func (s *Store) restate(c Conn, o runScope, ranksRunID string) (*restating, error) {
	found, err := s.findCorrections(c, o, ranksRunID)
	if err != nil || found.next(0) == 0 {
		return nil, err
	}
	chain := newRestateChain(s, c, o, found)
	if err := chain.run(); err != nil {
		return nil, err
	}
	return chain.result, chain.result.finish(o.plan)
}

// restateChain computes closed periods one after the other, twice each.
type restateChain struct {
	store  *Store
	conn   Conn
	scope  runScope // of the period that is closing
	found  *corrections
	result *restating
	sides  [2]side
	// touched are the distributors that were corrected and those above them; nil while no bonus asks.
	touched map[string]bool
	// whole tells that the chains go through every period to the last, as what they have in common was not posted either.
	whole bool
	// projecting tells that the period is an open one.
	projecting bool
}

// side is one of the two readings of history: without the corrections, and with them.
type side struct {
	asOf, ranksAsOf int64
	supposed        []supposedCount
	before          *computed // the period before; nil at the beginning
}

func newRestateChain(s *Store, c Conn, o runScope, found *corrections) *restateChain {
	return &restateChain{
		store: s, conn: c, scope: o, found: found, result: &restating{inputs: newRowDigest()},
		sides: [2]side{{asOf: found.since, ranksAsOf: found.ranksSince}, {asOf: found.asOf, ranksAsOf: found.ranksAsOf}},
	}
}

// run goes through the periods that differ. Where the chains have come to the same state, it goes on at the next period that a
// correction belongs to.
func (ch *restateChain) run() error {
	for no := ch.found.next(0); no != 0; {
		converged, err := ch.period(no)
		if err != nil {
			return err
		}
		switch {
		case converged && !ch.whole:
			ch.sides[0].before, ch.sides[1].before = nil, nil
			no = ch.found.next(no + 1)
		case no == ch.found.since:
			return nil
		default:
			no++
		}
	}
	return nil
}

// period computes a closed period without and with the corrections and takes what differs.
func (ch *restateChain) period(no int64) (converged bool, err error) {
	scope, ranksRunID, err := ch.store.closedRun(ch.conn, ch.scope, no)
	if err != nil {
		return false, err
	}
	return ch.both(scope, ranksRunID)
}

func (ch *restateChain) both(scope runScope, ranksRunID string) (converged bool, err error) {
	var both [2]*computed
	for i := range ch.sides {
		if both[i], err = ch.compute(&ch.sides[i], scope, ranksRunID); err != nil {
			return false, err
		}
		ch.result.inputs.text(scope.id())
		ch.result.inputs.int(int64(i))
		ch.result.inputs.bytes(both[i].in.digest)
		ch.result.inputs.row()
		ch.sides[i].before = both[i]
	}
	return ch.compare(scope, both[0], both[1])
}

// compute reads a closed period as one side sees it, and computes it.
func (ch *restateChain) compute(of *side, scope runScope, ranksRunID string) (*computed, error) {
	how := reading{asOf: max(of.asOf, scope.period.No), supposed: of.supposed, states: priorSource{before: of.before}}
	if of.before == nil {
		runID, err := runBefore(ch.conn, scope, scope.period.Cadence, scope.period.StartUS)
		if err != nil {
			return nil, err
		}
		how.states = priorSource{runID: runID, asOf: ch.found.since}
	}
	how.ranks = how.states
	if scope.period.Cadence != scope.plan.Main {
		how.ranks = priorSource{runID: ranksRunID, asOf: of.ranksAsOf}
	}
	in, err := ch.store.readRunInput(ch.conn, scope, how)
	if err != nil {
		return nil, err
	}
	out, err := calc.Compute(&in.calc)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", scope.id(), err)
	}
	return &computed{in, out}, nil
}

// finish puts the rows in order, leaves out what is immaterial and sums up.
func (r *restating) finish(plan *calc.Plan) error {
	slices.SortFunc(r.lines, func(a, b restatedLine) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.bonus, b.bonus), cmp.Compare(a.level, b.level), cmp.Compare(a.part, b.part), cmp.Compare(a.of.No, b.of.No))
	})
	slices.SortFunc(r.ranks, func(a, b restatedRank) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.of.No, b.of.No)) })
	slices.SortFunc(r.states, func(a, b restatedState) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.of.No, b.of.No), cmp.Compare(a.key, b.key))
	})
	r.weigh(plan.Restating.MaterialityMinor)
	return r.sum()
}

// weigh leaves out the lines of distributors whose corrections are below the limit together.
func (r *restating) weigh(limitMinor int64) {
	for from := 0; from < len(r.lines); {
		to, sum := from, uint64(0)
		for ; to < len(r.lines) && r.lines[to].id == r.lines[from].id; to++ {
			if l := r.lines[to]; l.outcome == RestatedPosted {
				sum = min(sum+magnitude(l.amountMinor), 1<<63) // 1<<63 and a magnitude do not wrap
			}
		}
		for i := range r.lines[from:to] {
			l := &r.lines[from+i]
			if l.outcome != RestatedPosted {
				continue
			}
			if sum < uint64(limitMinor) {
				l.outcome = RestatedImmaterial
			} else {
				r.posted = append(r.posted, *l)
			}
		}
		from = to
	}
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// sum adds the lines up by period, bonus and outcome.
func (r *restating) sum() error {
	type key struct {
		of      int64
		bonus   string
		outcome RestatedOutcome
	}
	sums, last := map[key]*RestatedTotal{}, map[key]string{}
	for _, l := range r.lines {
		k := key{l.of.No, l.bonus, l.outcome}
		t := sums[k]
		if t == nil {
			t = &RestatedTotal{Period: l.of, Bonus: l.bonus, Outcome: l.outcome}
			sums[k] = t
		}
		if t.Distributors == 0 || last[k] != l.id {
			t.Distributors++
			last[k] = l.id
		}
		t.LineCount++
		side := &t.RaisedMinor
		if l.amountMinor < 0 {
			side = &t.LoweredMinor
		}
		sum, ok := addInt64(*side, l.amountMinor)
		if !ok {
			return fmt.Errorf("%w: corrections of bonus %s", calc.ErrOverflow, l.bonus)
		}
		*side = sum
	}
	for _, t := range sums {
		r.totals = append(r.totals, *t)
	}
	slices.SortFunc(r.totals, func(a, b RestatedTotal) int {
		return cmp.Or(cmp.Compare(a.Period.No, b.Period.No), cmp.Compare(a.Bonus, b.Bonus), cmp.Compare(a.Outcome, b.Outcome))
	})
	return nil
}
