package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"upline/calc"
)

// futureMaxUS is how far in the future an event may lie: clocks differ.
const futureMaxUS = 5 * 60 * 1_000_000

// planCadences returns the cadences that the plan closes, in ascending order.
func planCadences(p *calc.Plan) []calc.Cadence {
	cadences := []calc.Cadence{p.Main}
	for _, b := range p.Bonuses {
		if !slices.Contains(cadences, b.Cadence) {
			cadences = append(cadences, b.Cadence)
		}
	}
	slices.Sort(cadences)
	return cadences
}

// plan returns a published version, compiled. Versions never change, so it is compiled once; only while one is being published here
// it is not kept, since a transaction of the same group sees the new version before it is sure to stay.
func (s *Store) plan(c Conn, planID string, version int32) (*calc.Plan, error) {
	key := planKey{planID, version}
	if p, ok := s.plans.Load(key); ok {
		return p.(*calc.Plan), nil
	}
	var source string
	found := false
	err := c.Query(`SELECT source FROM plans WHERE plan_id = $1 AND version = $2`, []any{planID, int64(version)}, func(r Row) error {
		source, found = r.Text(0), true
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &Refusal{Kind: ErrUnknownPlan, IDs: []string{"plan_id", planID, "version", strconv.Itoa(int(version))}}
	}
	p, err := s.options.Compile(source)
	if err != nil {
		return nil, fmt.Errorf("%w: plan %s version %d does not compile: %w", ErrCorrupt, planID, version, err)
	}
	compiled := *p
	compiled.Version = version
	if calc.EventNeeds(&compiled, true).Customers {
		s.byCustomers.Store(true)
	}
	if s.publishing.Load() == 0 {
		s.plans.Store(key, &compiled)
	}
	return &compiled, nil
}

const sqlPlanVersionAt = `SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM plans WHERE plan_id = $1 AND valid_from_us <= $2`

// planVersionAt returns the version that is in force at a time; 0 when none is.
func planVersionAt(c Conn, planID string, atUS int64) (int32, error) {
	var version int64
	err := c.Query(sqlPlanVersionAt, []any{planID, atUS}, func(r Row) error {
		version = r.Int(0)
		return nil
	})
	return int32(version), err
}

// newestPlan returns the newest version of a plan, or ErrUnknownPlan.
func (s *Store) newestPlan(c Conn, planID string) (*calc.Plan, error) {
	version, err := planVersionAt(c, planID, 1<<62)
	if err != nil {
		return nil, err
	}
	if version == 0 {
		return nil, &Refusal{Kind: ErrUnknownPlan, IDs: []string{"plan_id", planID}, Remedy: "publish the plan with PublishPlan first"}
	}
	return s.plan(c, planID, version)
}

// firstPeriodOf returns the first period of a cadence that the plan has: the one that holds the first day of the first version with
// that cadence.
func (s *Store) firstPeriodOf(c Conn, planID string, cadence calc.Cadence) (calc.Period, error) {
	for version := int32(1); ; version++ {
		p, err := s.plan(c, planID, version)
		if err != nil {
			return calc.Period{}, err
		}
		if slices.Contains(planCadences(p), cadence) {
			return p.PeriodAt(cadence, p.ValidFromUS), nil
		}
	}
}

// gateState reads a period's gate, with the number of the tally that lines of the period belong to now. A gate without a row has never been
// written and is open; the row is written by a close, and when a tally ends.
func gateState(c Conn, planID string, cadence calc.Cadence, no int64) (state PeriodState, tallyNo int64, err error) {
	state = PeriodOpen
	err = c.Query(sqlGate, []any{planID, int64(cadence), no}, func(r Row) error {
		state, tallyNo = PeriodState(r.Text(0)), r.Int(1)
		return nil
	})
	return state, tallyNo, err
}

const sqlGate = `SELECT state, tally_no FROM periods WHERE plan_id = $1 AND cadence = $2 AND period_no = $3`

// Periods close in order, so what is not open is a run from the first period on, and the earliest open one follows it.
const sqlLastShut = `SELECT CAST(COALESCE(MAX(period_no), 0) AS BIGINT) FROM periods WHERE plan_id = $1 AND cadence = $2 AND state <> 'OPEN'`

// stamp is the period of one cadence that an event counts in.
type stamp struct {
	cadence calc.Cadence
	no      int64
	late    bool // its own period is no longer open
	// restates is the closed period that the event counts in, when the close of period no computes that one again; 0 when the event
	// counts in period no. Lines that the event posts belong to period no in any case.
	restates int64
	// open is the earliest period that was open when the event came, of a correction of the seller; else 0.
	open int64
	// tallyNo is the number of the tally that lines of period no belong to when the event comes. It is not kept with the event.
	tallyNo int64
}

// counted returns the period that the event counts in, and the one in whose close that is applied, which is 0 for a period that was
// open when the event came.
func (s stamp) counted() (no, restatedIn int64) {
	if s.restates != 0 {
		return s.restates, s.no
	}
	return s.no, 0
}

// gate names the gates that an event at a time must read.
type gate struct {
	plan        *calc.Plan // for its id, its time zone, which all versions share, and what it says of late events
	cadences    []calc.Cadence
	effectiveUS int64
	// needs are the distributors that must be in the network of a period for the event to count in it.
	needs []string
}

// stampsOf reads the gates of all given events in one round trip and returns, for each, the period of every cadence that it counts
// in: its own, or when that is fenced or closed the earliest open one.
func stampsOf(c Conn, gates []gate) ([][]stamp, error) {
	stamps := make([][]stamp, len(gates))
	type gateRead struct {
		shut    bool
		tallyNo int64
	}
	read := make(map[PeriodKey]gateRead)
	var b Batch
	for i, g := range gates {
		for _, cadence := range g.cadences {
			p := g.plan.PeriodAt(cadence, g.effectiveUS)
			stamps[i] = append(stamps[i], stamp{cadence: cadence, no: p.No})
			key := PeriodKey{PlanID: g.plan.ID, Cadence: cadence, No: p.No}
			if _, asked := read[key]; asked {
				continue
			}
			read[key] = gateRead{}
			b.Query(sqlGate, []any{g.plan.ID, int64(cadence), p.No}, func(r Row) error {
				read[key] = gateRead{PeriodState(r.Text(0)) != PeriodOpen, r.Int(1)}
				return nil
			})
		}
	}
	if err := c.Send(&b); err != nil {
		return nil, err
	}
	for i, g := range gates {
		for k, st := range stamps[i] {
			own := read[PeriodKey{PlanID: g.plan.ID, Cadence: st.cadence, No: st.no}]
			if !own.shut {
				stamps[i][k].tallyNo = own.tallyNo
				continue
			}
			late, err := lateStamp(c, g.plan, st.cadence, st.no, g.plan.Late == calc.LateRestate)
			if err != nil {
				return nil, err
			}
			if stamps[i][k], err = late.among(c, g.plan.ID, g.needs); err != nil {
				return nil, err
			}
		}
	}
	return stamps, nil
}

// lateStamp is the stamp of what belongs to a period that is shut: the earliest open one, which restates the other when it should and
// the plan's bound allows it.
func lateStamp(c Conn, plan *calc.Plan, cadence calc.Cadence, own int64, restate bool) (stamp, error) {
	st := stamp{cadence: cadence, late: true}
	err := c.Query(sqlLastShut, []any{plan.ID, int64(cadence)}, func(r Row) error {
		st.no = r.Int(0) + 1
		return nil
	})
	if most := int64(plan.Restating.PeriodsMax); restate && (most == 0 || st.no-own <= most) {
		st.restates = own
	}
	if err == nil {
		_, st.tallyNo, err = gateState(c, plan.ID, cadence, st.no)
	}
	return st, err
}

// opened notes with the stamps of a correction which periods are open.
func opened(c Conn, planID string, stamps []stamp) error {
	for i := range stamps {
		st := &stamps[i]
		err := c.Query(sqlLastShut, []any{planID, int64(st.cadence)}, func(r Row) error {
			st.open = r.Int(0) + 1
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// among moves what a stamp restates to the first period whose network has all of the distributors: who was enrolled late under a plan
// that does not restate is in no closed network.
func (s stamp) among(c Conn, planID string, distributorIDs []string) (stamp, error) {
	for _, id := range distributorIDs {
		if s.restates == 0 {
			break
		}
		err := c.Query(sqlCountsFrom[s.cadence], []any{planID, id}, func(r Row) error {
			s.restates = max(s.restates, r.Int(0))
			return nil
		})
		if err != nil {
			return stamp{}, err
		}
		if s.restates >= s.no {
			s.restates = 0
		}
	}
	return s, nil
}

const (
	sqlCountsFromColumn = `SELECT from_`
	sqlCountsFromRow    = ` FROM network_events WHERE plan_id = $1 AND distributor_id = $2 AND event_id = $2`
)

var sqlCountsFrom = [...]string{
	calc.Daily:       sqlCountsFromColumn + `daily` + sqlCountsFromRow,
	calc.Weekly:      sqlCountsFromColumn + `weekly` + sqlCountsFromRow,
	calc.Monthly:     sqlCountsFromColumn + `monthly` + sqlCountsFromRow,
	calc.Quarterly:   sqlCountsFromColumn + `quarterly` + sqlCountsFromRow,
	calc.Yearly:      sqlCountsFromColumn + `yearly` + sqlCountsFromRow,
	calc.HalfMonthly: sqlCountsFromColumn + `half_monthly` + sqlCountsFromRow,
	calc.Biweekly:    sqlCountsFromColumn + `biweekly` + sqlCountsFromRow,
	calc.FourWeekly:  sqlCountsFromColumn + `four_weekly` + sqlCountsFromRow,
}

// lateMark stands in the stamp of an event whose own period was no longer open when it came. The number of the period that it counts
// in by restating follows.
const lateMark = "!"

// openMark comes before the earliest period that was open when the event came.
const openMark = "~"

// encodeStamps writes stamps as text for the event's row, "cadence:period_no" joined by commas.
func encodeStamps(stamps []stamp) string {
	var b strings.Builder
	for i, st := range stamps {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(int(st.cadence)))
		b.WriteByte(':')
		b.WriteString(strconv.FormatInt(st.no, 10))
		if st.late {
			b.WriteString(lateMark)
		}
		if st.restates != 0 {
			b.WriteString(strconv.FormatInt(st.restates, 10))
		}
		if st.open != 0 {
			b.WriteString(openMark)
			b.WriteString(strconv.FormatInt(st.open, 10))
		}
	}
	return b.String()
}

func decodeStamps(text string) ([]stamp, error) {
	if text == "" {
		return nil, nil
	}
	parts := strings.Split(text, ",")
	stamps := make([]stamp, 0, len(parts))
	for _, part := range parts {
		cadence, no, ok := strings.Cut(part, ":")
		no, open, opened := strings.Cut(no, openMark)
		no, restates, late := strings.Cut(no, lateMark)
		c, err1 := strconv.ParseUint(cadence, 10, 8)
		n, err2 := strconv.ParseInt(no, 10, 64)
		st := stamp{cadence: calc.Cadence(c), no: n, late: late}
		var err3, err4 error
		if restates != "" {
			st.restates, err3 = strconv.ParseInt(restates, 10, 64)
		}
		if opened {
			st.open, err4 = strconv.ParseInt(open, 10, 64)
		}
		if err := errors.Join(err1, err2, err3, err4); err != nil || !ok {
			return nil, fmt.Errorf("%w: periods %q of an event", ErrCorrupt, text)
		}
		stamps = append(stamps, st)
	}
	return stamps, nil
}

// periodKey names a period of a plan.
func periodKey(p *calc.Plan, cadence calc.Cadence, no int64) PeriodKey {
	return PeriodKey{PlanID: p.ID, Cadence: cadence, No: no, Name: p.PeriodByNo(cadence, no).Name}
}

// stampOf returns the stamp of a cadence.
func stampOf(stamps []stamp, cadence calc.Cadence) stamp {
	for _, st := range stamps {
		if st.cadence == cadence {
			return st
		}
	}
	return stamp{}
}

// allCadences are those that an enrolment is stamped for: a later version of the plan may bring any of them.
var allCadences = []calc.Cadence{calc.Daily, calc.Weekly, calc.Monthly, calc.Quarterly, calc.Yearly, calc.HalfMonthly, calc.Biweekly, calc.FourWeekly}

// union returns the cadences that are in either list, in ascending order.
func union(a, b []calc.Cadence) []calc.Cadence {
	both := slices.Concat(a, b)
	slices.Sort(both)
	return slices.Compact(both)
}

func intersection(a, b []calc.Cadence) []calc.Cadence {
	return slices.DeleteFunc(slices.Clone(a), func(c calc.Cadence) bool { return !slices.Contains(b, c) })
}

// checkCadence returns the cadence, or the plan's main one for 0, and refuses one that no version of the plan has. A version that
// dropped a cadence leaves its periods to be closed and read.
func (s *Store) checkCadence(c Conn, newest *calc.Plan, cadence calc.Cadence) (calc.Cadence, error) {
	if cadence == 0 {
		return newest.Main, nil
	}
	for version := newest.Version; version > 0; version-- {
		p, err := s.plan(c, newest.ID, version)
		if err != nil {
			return 0, err
		}
		if slices.Contains(planCadences(p), cadence) {
			return cadence, nil
		}
	}
	return 0, noCadence(newest, cadence)
}

func noCadence(p *calc.Plan, cadence calc.Cadence) *Refusal {
	return &Refusal{
		Kind: ErrUnknownPeriod, IDs: []string{"plan_id", p.ID},
		Fields: []FieldProblem{{
			"cadence", "the plan has no " + cadence.String() + " periods",
			"use one of the plan's cadences, or leave it out for the main one, " + p.Main.String(),
		}},
	}
}

// ListPeriods lists the periods of a cadence from the one that is running now back to the plan's first. after is the name of the
// last period of the page before, next that of this page when more follow.
func (s *Store) ListPeriods(ctx context.Context, planID string, cadence calc.Cadence, after string, limit int) (periods []Period, next string, err error) {
	err = s.engine.Read(ctx, "list_periods", func(c Conn) error {
		periods, next = nil, ""
		plan, err := s.newestPlan(c, planID)
		if err != nil {
			return err
		}
		if cadence, err = s.checkCadence(c, plan, cadence); err != nil {
			return err
		}
		first, err := s.firstPeriodOf(c, planID, cadence)
		if err != nil {
			return err
		}
		last := plan.PeriodAt(cadence, s.nowUS()).No
		if after != "" {
			p, err := plan.ParsePeriod(cadence, after)
			if err != nil {
				return invalidCursor(err)
			}
			last = p.No - 1
		}
		for no := last; no >= first.No; no-- {
			if len(periods) == limit {
				next = periods[limit-1].Key.Name
				break
			}
			p := plan.PeriodByNo(cadence, no)
			periods = append(periods, Period{Key: periodKey(plan, cadence, no), StartUS: p.StartUS, EndUS: p.EndUS, State: PeriodOpen})
		}
		if len(periods) == 0 {
			return nil
		}
		newest, oldest := periods[0].Key.No, periods[len(periods)-1].Key.No
		return c.Query(`SELECT p.period_no, p.state, COALESCE(r.run_id, '') FROM periods p
			LEFT JOIN runs r ON r.plan_id = p.plan_id AND r.cadence = p.cadence AND r.period_no = p.period_no
			WHERE p.plan_id = $1 AND p.cadence = $2 AND p.period_no >= $3 AND p.period_no <= $4`,
			[]any{planID, int64(cadence), oldest, newest}, func(r Row) error {
				p := &periods[newest-r.Int(0)]
				p.State, p.RunID = PeriodState(r.Text(1)), r.Text(2)
				return nil
			})
	})
	return periods, next, err
}
