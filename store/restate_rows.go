package store

import (
	"fmt"
	"slices"

	"upline/calc"
)

// lineRestated is the kind of a line that corrects those of a closed period.
const lineRestated = "RESTATED"

var (
	restatedRankColumns  = []string{"region", "run_key", "attempt", "distributor_id", "of_period_no", "active", "paid_as", "achieved"}
	restatedStateColumns = []string{"region", "run_key", "attempt", "distributor_id", "of_period_no", "state_key", "value"}
)

// restatedRows find a run's corrections by distributor.
type restatedRows struct {
	of *restating
	// The first line, rank and state of every distributor of the run, and one more at the end; nil when the run corrects nothing.
	lines, ranks, states []int32
}

// place finds the distributors of the run. All of a corrected period are in its network, as nobody ever leaves it.
func (r *restatedRows) place(in *runInput) (err error) {
	if r.of = in.restated; r.of == nil {
		return nil
	}
	if r.lines, err = starts(in, len(r.of.posted), func(i int) string { return r.of.posted[i].id }); err != nil {
		return err
	}
	if r.ranks, err = starts(in, len(r.of.ranks), func(i int) string { return r.of.ranks[i].id }); err != nil {
		return err
	}
	r.states, err = starts(in, len(r.of.states), func(i int) string { return r.of.states[i].id })
	return err
}

// starts gives, for every distributor, the first of the rows, which stand in the order of ids. Rows of nobody come before.
func starts(in *runInput, count int, idOf func(i int) string) ([]int32, error) {
	n, row := in.ids.len(), 0
	for row < count && idOf(row) == "" {
		row++
	}
	first := make([]int32, n+1)
	for i := range n {
		first[i] = int32(row)
		for id := in.ids.at(i); row < count && idOf(row) == id; row++ {
		}
	}
	first[n] = int32(row)
	if row != count {
		return nil, fmt.Errorf("%w: distributor %s of a corrected period is not in the network of %s", ErrCorrupt, idOf(row), in.scope.id())
	}
	return first, nil
}

// count is how many rows a distributor has.
func (r *restatedRows) count(i int32) int {
	if r.of == nil {
		return 0
	}
	return len(r.linesOf(i)) + len(r.ranksOf(i)) + len(r.statesOf(i))
}

func (r *restatedRows) linesOf(i int32) []restatedLine {
	if r.of == nil {
		return nil
	}
	return r.of.posted[r.lines[i]:r.lines[i+1]]
}

func (r *restatedRows) ranksOf(i int32) []restatedRank {
	if r.of == nil {
		return nil
	}
	return r.of.ranks[r.ranks[i]:r.ranks[i+1]]
}

func (r *restatedRows) statesOf(i int32) []restatedState {
	if r.of == nil {
		return nil
	}
	return r.of.states[r.states[i]:r.states[i+1]]
}

// companyStates are the corrected states that are nobody's in particular.
func (r *restatedRows) companyStates() []restatedState {
	if r.of == nil {
		return nil
	}
	none := slices.IndexFunc(r.of.states, func(s restatedState) bool { return s.id != "" })
	if none < 0 {
		none = len(r.of.states)
	}
	return r.of.states[:none]
}

// digest adds all corrections to the digest of a run's output; a run that corrects nothing has no part for them.
func (r *runRows) digestRestated(d *rowDigest) {
	if r.restated.of == nil {
		return
	}
	lines, ranks, states, totals := newRowDigest(), newRowDigest(), newRowDigest(), newRowDigest()
	state := func(region string, s restatedState) {
		states.text(region)
		states.text(s.id)
		states.int(s.of.No)
		states.text(s.key)
		states.int(s.value)
		states.row()
	}
	for _, s := range r.restated.companyStates() {
		state(companyRegion, s)
	}
	for _, i := range r.order {
		region := r.in.regions[r.in.regionOf[i]]
		for _, l := range r.restated.linesOf(i) {
			lines.text(region)
			lines.text(l.id)
			lines.text(l.bonus)
			lines.int(int64(l.level))
			lines.int(int64(l.part))
			lines.int(l.of.No)
			lines.int(l.amountMinor)
			lines.row()
		}
		for _, k := range r.restated.ranksOf(i) {
			ranks.text(region)
			ranks.text(k.id)
			ranks.int(k.of.No)
			ranks.int(k.active)
			ranks.text(k.paidAs)
			ranks.text(k.achieved)
			ranks.row()
		}
		for _, s := range r.restated.statesOf(i) {
			state(region, s)
		}
	}
	for _, t := range r.restated.of.totals {
		totals.int(t.Period.No)
		totals.text(t.Bonus)
		totals.text(string(t.Outcome))
		totals.int(t.Distributors)
		totals.int(t.LineCount)
		totals.int(t.RaisedMinor)
		totals.int(t.LoweredMinor)
		totals.row()
	}
	d.section("restated lines", lines)
	d.section("restated ranks", ranks)
	d.section("restated states", states)
	d.section("restated totals", totals)
}

// restatedChunk are the corrections of one chunk.
type restatedChunk struct {
	lines  []restatedLine
	ranks  []restatedRank
	states []restatedState
}

func (c *restatedChunk) gather(rows *runRows, distributors []int32) {
	c.lines, c.ranks, c.states = c.lines[:0], c.ranks[:0], c.states[:0]
	for _, i := range distributors {
		c.lines = append(c.lines, rows.restated.linesOf(i)...)
		c.ranks = append(c.ranks, rows.restated.ranksOf(i)...)
		c.states = append(c.states, rows.restated.statesOf(i)...)
	}
}

func (c *restatedChunk) count() int { return len(c.lines) + len(c.ranks) + len(c.states) }

func (c *chunkWriter) restatedLine(k int, values []any) []any {
	l := &c.restated.lines[k]
	// The whole of it is in the amount: base × 1.
	return append(c.key(values, c.rows.in.index.find(l.id)), l.bonus, int64(l.level), int64(l.part), lineRestated, l.amountMinor, "MONEY",
		int64(1), int64(1), int64(calc.RateScale), "", l.amountMinor, l.of.No)
}

func (c *chunkWriter) restatedRank(k int, values []any) []any {
	r := &c.restated.ranks[k]
	return append(c.key(values, c.rows.in.index.find(r.id)), r.of.No, r.active, r.paidAs, r.achieved)
}

func (c *chunkWriter) restatedState(k int, values []any) []any {
	s := &c.restated.states[k]
	return append(c.key(values, c.rows.in.index.find(s.id)), s.of.No, s.key, s.value)
}
