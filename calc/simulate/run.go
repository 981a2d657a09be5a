package simulate

import (
	"fmt"
	"slices"

	"upline/calc"
)

// run is the closing of one period after the other under a plan.
type run struct {
	*view
	line    *timeline
	lives   *lives
	events  *eventPosting
	threads int
	// ranks, activity and states are what the last closed periods left, by row of the whole company.
	prior prior
	// since and first say of every buyer's first purchase; nil where the plan does not ask.
	buyers *buyers
	earned *earnedBefore
	totals *Totals
}

// Run computes the periods of a plan of the request, one after the other, and gives each to visit as it is closed: visit may be nil. What it
// gives is not to be kept, as the periods of a year may be too much to hold at once. The totals of all periods are returned.
//
// The errors are those of visit; ErrRequest; and those of calc, which name the period.
func (c *Company) Run(which int, visit func(*Closed) error) (*Totals, error) {
	v := c.views[which]
	lives, err := newLives(v)
	if err != nil {
		return nil, err
	}
	r := &run{view: v, lives: lives, threads: c.request.Threads, prior: v.prior.cloned()}
	s, err := newSpan(v.Plan.Plan, c.request.Periods)
	if err != nil {
		return nil, err
	}
	if !r.lives.any && !s.given {
		return nil, fmt.Errorf("%w: nothing happens in the files: every sale waits to be activated, or to be paid", ErrRequest)
	}
	if r.line, err = newTimeline(v.Plan.Plan, s, r.lives.firstUS, r.lives.lastUS); err != nil {
		return nil, err
	}
	var undated findings
	v.checkAdjusted(r.line, &undated)
	if err := undated.err(); err != nil {
		return nil, err
	}
	r.outside(s)
	r.outlived()
	r.beforePlan()
	r.buyers = newBuyers(v)
	r.events = newEventPosting(r)
	r.earned = newEarnedBefore(v.Plan.Plan)
	r.totals = newTotals(r)
	for i, period := range r.line.periods {
		if progress := c.request.Progress; progress != nil {
			progress(fmt.Sprintf("computing %s, %v", period.Name, period.Cadence), int64(i), int64(len(r.line.periods)))
		}
		closed, err := r.close(period)
		if err != nil {
			return nil, fmt.Errorf("plan %s, %s: %w", v.Name, period.Name, err)
		}
		if err := r.totals.add(closed); err != nil {
			return nil, fmt.Errorf("plan %s, %s: %w", v.Name, period.Name, err)
		}
		if visit != nil {
			if err := visit(closed); err != nil {
				return nil, err
			}
		}
	}
	return r.totals, nil
}

// cloned makes a copy that can be carried on: state columns are never written to once they are there.
func (pr *prior) cloned() prior {
	out := prior{achieved: pr.achieved, paidAs: pr.paidAs, active: pr.active, states: make(map[calc.Cadence]calc.State)}
	for cadence, state := range pr.states {
		out.states[cadence] = state
	}
	return out
}

// outside notes what lies outside the periods that are computed, and so counts in none.
func (r *run) outside(s span) {
	if !s.given {
		return
	}
	found, entries := r.company.found, &r.lives.entries
	for _, cadence := range cadencesOf(r.Plan.Plan) {
		if !r.line.hasAny[cadence] {
			found.note("no %v period ends within %s, so what plan %s pays by it is not computed", cadence, r.company.request.Periods, r.Name)
			continue
		}
		from, to := within(entries.atUS, r.line.first[cadence].StartUS, r.line.last[cadence].EndUS)
		if cadence == r.Plan.Plan.Main {
			if from > 0 {
				found.note("%s: %s before %s, and %s in no %v period; carry-overs and ranks of that time come from --state and from the network", r.company.sales.name,
					counted(int64(from), "sale or payment lies", "sales and payments lie"), r.line.first[cadence].Name, verb(int64(from), "counts", "count"), cadence)
			}
			if after := len(entries.atUS) - to; after > 0 {
				found.note("%s: %s after %s, and %s in no period", r.company.sales.name, counted(int64(after), "sale or payment lies", "sales and payments lie"),
					r.line.last[cadence].Name, verb(int64(after), "counts", "count"))
			}
			continue
		}
		if end := r.line.last[cadence].EndUS; end < s.last.EndUS {
			open, _ := within(entries.atUS, end, s.last.EndUS)
			if _, until := within(entries.atUS, end, s.last.EndUS); until > open {
				found.note("%s: %s in a %s period that ends after %s, and is not computed", r.company.sales.name,
					counted(int64(until-open), "sale or payment lies", "sales and payments lie"), cadence, s.last.Name)
			}
		}
	}
}

// outlived notes sales that went live before the periods that are computed, and end within them: by which ranks they were paid is not known.
func (r *run) outlived() {
	if !calc.EventNeeds(r.Plan.Plan, false).Ranks {
		return
	}
	moments, main := &r.lives.moments, r.Plan.Plan.Main
	count := int64(0)
	for i, ends := range moments.ends {
		if from, _ := r.company.sales.liveFrom(moments.sale[i]); ends && from < r.line.first[main].StartUS && r.line.closes(main, moments.atUS[i]) {
			count++
		}
	}
	if count > 0 {
		r.company.found.note("%s: %s live before %s and cancelled since; what was paid for them, and is taken back, is reckoned by the ranks at the beginning of %s",
			r.company.sales.name, counted(count, "sale went", "sales went"), r.line.first[main].Name, r.line.first[main].Name)
	}
}

// close computes a period, and takes over what it leaves.
func (r *run) close(period calc.Period) (*Closed, error) {
	if err := r.events.until(period.EndUS); err != nil {
		return nil, err
	}
	members := r.membersOf(period)
	posted := r.events.take(period.Cadence)
	in := r.input(period, members, posted)
	out, err := calc.Compute(in)
	if err != nil {
		return nil, err
	}
	closed := &Closed{Period: period, Input: in, Output: out, run: r, members: members, posted: posted}
	r.earned.keep(period, &out.Lines, members)
	closed.ranks(&r.prior)
	r.takeOver(period.Cadence, out, members)
	closed.state = r.prior.states[period.Cadence]
	return closed, nil
}

// takeOver keeps what a period leaves to the next ones, for the whole company.
func (r *run) takeOver(cadence calc.Cadence, out *calc.Output, m *members) {
	n := r.company.network.len()
	r.prior.states[cadence] = m.states(r.prior.states[cadence], out.State, n)
	if cadence != r.Plan.Plan.Main {
		return
	}
	r.prior.paidAs = whole(m, out.PaidAs, nil, 0, n)
	r.prior.achieved = whole(m, out.Achieved, r.prior.achieved, 0, n)
	r.prior.active = nil
	if r.Plan.Plan.Active != nil {
		// Nothing is known against those who come later.
		r.prior.active = whole(m, out.Active, nil, true, n)
	}
}

// input makes the input of a period.
func (r *run) input(period calc.Period, m *members, posted *eventLines) *calc.Input {
	in := &calc.Input{
		Plan: r.Plan.Plan, Cadence: period.Cadence, Period: period, Network: m.network(&r.network), Threads: r.threads,
		Prior: calc.Prior{
			Achieved: part(m, r.prior.achieved), PaidAs: part(m, r.prior.paidAs), Active: part(m, r.prior.active),
			State: m.partOf(r.prior.states[period.Cadence]),
		},
	}
	r.sell(in, m)
	in.Earned = r.earned.take(period, m)
	if r.asks.Posted {
		in.Posted = calc.Posted{Earner: m.rows(posted.earner), Bonus: posted.bonus, AmountMinor: posted.amountMinor}
	}
	for _, a := range r.adjusted {
		if r.Plan.Plan.Bonuses[a.bonus].Cadence == period.Cadence && (a.atUS == noTime || period.Contains(a.atUS)) {
			list := &in.Adjustments
			list.Earner, list.Bonus, list.AmountMinor = append(list.Earner, m.rowOf(a.row)), append(list.Bonus, uint16(a.bonus)), append(list.AmountMinor, a.amountMinor)
		}
	}
	return in
}

// members are those who count in a period: everybody, or those who have joined by its end.
type members struct {
	all   []int32 // rows of the company, by row of the period; nil: everybody
	rowIn []int32 // rows of the period, by row of the company; -1 for whoever has not joined
}

// membersOf finds who counts in a period.
func (r *run) membersOf(period calc.Period) *members {
	if r.presentUS == nil || !slices.ContainsFunc(r.presentUS, func(us int64) bool { return us >= period.EndUS }) {
		return &members{}
	}
	m := &members{rowIn: make([]int32, len(r.presentUS))}
	for row, us := range r.presentUS {
		if us >= period.EndUS {
			m.rowIn[row] = -1
			continue
		}
		m.rowIn[row] = int32(len(m.all))
		m.all = append(m.all, int32(row))
	}
	return m
}

// rowOf gives the row of the period of a row of the company; -1 for whoever has not joined.
func (m *members) rowOf(row int32) int32 {
	if m.rowIn == nil || row < 0 {
		return row
	}
	return m.rowIn[row]
}

// row gives the row of the company of a row of the period.
func (m *members) row(row int32) int32 {
	if m.rowIn == nil {
		return row
	}
	return m.all[row]
}

// rows takes a column of rows of the company to rows of the period.
func (m *members) rows(column []int32) []int32 {
	if m.rowIn == nil {
		return column
	}
	out := make([]int32, len(column))
	for i, row := range column {
		out[i] = m.rowOf(row)
	}
	return out
}

// part takes a column of the company to the rows of the period; nil stays nil.
func part[T any](m *members, column []T) []T {
	if m.rowIn == nil {
		return column
	}
	return permuted(column, m.all)
}

// whole takes a column of the period to the rows of the company. Whoever has not joined keeps what they had, or has what is given.
func whole[T any](m *members, column, before []T, without T, n int) []T {
	if m.rowIn == nil {
		return column
	}
	out := make([]T, n)
	for row := range out {
		switch in := m.rowIn[row]; {
		case in >= 0:
			out[row] = column[in]
		case before != nil:
			out[row] = before[row]
		default:
			out[row] = without
		}
	}
	return out
}

// partOf takes a state to the rows of the period.
func (m *members) partOf(state calc.State) calc.State {
	if m.rowIn == nil || state == nil {
		return state
	}
	out := calc.State{}
	for key, column := range state {
		if isCompany(key) {
			out[key] = column
		} else {
			out[key] = part(m, column)
		}
	}
	return out
}

// states takes the state that a period leaves to the rows of the company.
func (m *members) states(before, after calc.State, n int) calc.State {
	if m.rowIn == nil {
		return after
	}
	out := calc.State{}
	for key, column := range after {
		if isCompany(key) {
			out[key] = column
		} else {
			out[key] = whole(m, column, before[key], 0, n)
		}
	}
	for key, column := range before {
		if out[key] == nil && !isCompany(key) {
			out[key] = whole(m, make([]int64, len(m.all)), column, 0, n)
		}
	}
	return out
}

// network takes the network to the rows of the period.
func (m *members) network(n *calc.Network) calc.Network {
	if m.rowIn == nil {
		return *n
	}
	out := calc.Network{
		Sponsor: m.rows(part(m, n.Sponsor)), Leg: part(m, n.Leg), EnrolledAtUS: part(m, n.EnrolledAtUS),
		Market: part(m, n.Market), Kind: part(m, n.Kind), Tags: part(m, n.Tags), Joined: part(m, n.Joined),
	}
	if n.Parent != nil {
		out.Parent = m.rows(part(m, n.Parent))
	}
	if n.Owner != nil {
		// Where the position that stands for the owner comes later, the first one that is there does.
		out.Owner = part(m, n.Owner)
		stands := make(map[int32]int32)
		for row, owner := range out.Owner {
			in := m.rowIn[owner]
			if in < 0 {
				first, known := stands[owner]
				if !known {
					first = int32(row)
					stands[owner] = first
				}
				in = first
			}
			out.Owner[row] = in
		}
	}
	return out
}
