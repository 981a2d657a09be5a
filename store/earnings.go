package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"upline/calc"
)

// GetEarnings returns what a distributor earned in a period: the lines that events posted, and those of the period's run once it is
// posted. Totals cover all lines; lines come by page, the events' before the run's.
func (s *Store) GetEarnings(ctx context.Context, q EarningsQuery) (e Earnings, err error) {
	var r earningsRead
	err = s.engine.Read(ctx, "get_earnings", func(c Conn) error {
		e = Earnings{DistributorID: q.DistributorID, AsOfUS: s.nowUS()}
		r = earningsRead{conn: c, query: q, out: &e}
		if err := r.find(s); err != nil {
			return err
		}
		if err := r.total(s); err != nil {
			return err
		}
		if err := r.page(); err != nil {
			return err
		}
		if err := r.standing(); err != nil {
			return err
		}
		e.PendingSales, err = pendingSales(c, q.DistributorID)
		return err
	})
	if err == nil {
		s.untallied.read(r.tally.tallyKey, r.linesSince)
	}
	return e, err
}

// earningsRead is one GetEarnings inside its transaction.
type earningsRead struct {
	conn        Conn
	query       EarningsQuery
	out         *Earnings
	plan        *calc.Plan
	distributor Distributor
	run         postedRun
	after       linesAfter
	tally       tally // of the lines of events, as far as they are summed up
	linesSince  int64 // how many there are beyond
}

// postedRun is where the rows of a posted run are; key 0 when none is posted.
type postedRun struct {
	runID        string
	key, attempt int64
	planVersion  int32
	postedAtUS   int64
}

const sqlPostedRun = `SELECT run_id, run_key, attempt, plan_version, posted_at_us FROM runs
	WHERE plan_id = $1 AND cadence = $2 AND period_no = $3 AND state = 'POSTED'`

func (r *earningsRead) find(s *Store) (err error) {
	if r.distributor, err = distributorWhole(r.conn, r.query.DistributorID); err != nil {
		return err
	}
	if r.plan, err = s.newestPlan(r.conn, r.distributor.PlanID); err != nil {
		return err
	}
	cadence, err := s.checkCadence(r.conn, r.plan, r.query.Cadence)
	if err != nil {
		return err
	}
	if r.after, err = parseLinesAfter(r.query.After); err != nil {
		return err
	}
	period := r.plan.PeriodAt(cadence, s.nowUS())
	if r.after.periodNo != 0 {
		period = r.plan.PeriodByNo(cadence, r.after.periodNo)
	} else if r.query.Period != "" {
		if period, err = r.plan.ParsePeriod(cadence, r.query.Period); err != nil {
			return periodName(r.plan, cadence, r.query.Period)
		}
	}
	key := PeriodKey{r.plan.ID, cadence, period.No, period.Name}
	r.out.Period = Period{Key: key, StartUS: period.StartUS, EndUS: period.EndUS}
	if r.out.Period.State, _, err = gateState(r.conn, key.PlanID, cadence, key.No); err != nil {
		return err
	}
	r.tally = tally{tallyKey: tallyKey{key.PlanID, cadence, key.No, r.distributor.DistributorID}, region: r.distributor.Region}
	var b Batch
	b.Query(sqlPostedRun, []any{key.PlanID, int64(cadence), key.No}, func(row Row) error {
		r.run = postedRun{row.Text(0), row.Int(1), row.Int(2), int32(row.Int(3)), row.Int(4)}
		r.out.Period.RunID = r.run.runID
		return nil
	})
	r.tally.query(&b)
	return r.conn.Send(&b)
}

// periodName refuses a text that names no period of a cadence.
func periodName(p *calc.Plan, cadence calc.Cadence, name string) *Refusal {
	example := p.PeriodAt(cadence, p.ValidFromUS).Name
	return &Refusal{
		Kind: ErrUnknownPeriod, IDs: []string{"plan_id", p.ID},
		Fields: []FieldProblem{{"period", fmt.Sprintf("%q names no %s period", name, cadence), "write it like " + example}},
	}
}

func (r *earningsRead) total(s *Store) error {
	type key struct{ bonus, currency string }
	sums := make(map[key]*EarningsTotal)
	add := func(bonus, currency, kind string, amount, lines int64) {
		for _, k := range []key{{bonus, currency}, {"", currency}} {
			t := sums[k]
			if t == nil {
				t = &EarningsTotal{Bonus: k.bonus, Currency: currency}
				sums[k] = t
			}
			if kind == lineReversal {
				t.ReversedMinor += amount
			} else {
				t.EarnedMinor += amount
			}
			t.PostedMinor += amount
			t.LineCount += lines
		}
	}
	for i := range r.tally.sums {
		sum := &r.tally.sums[i]
		add(sum.bonus, sum.currency, sum.side, sum.amountMinor, sum.count)
	}
	var b Batch
	r.tally.queryLinesSince(&b, tallyNoMax, func(sum lineSum) error {
		add(sum.bonus, sum.currency, sum.side, sum.amountMinor, sum.count)
		r.linesSince += sum.count
		return nil
	})
	// What a closed period was computed again for is earned where it adds, and taken back where it takes.
	b.Query(`SELECT bonus, CASE WHEN kind = 'RESTATED' AND amount_minor < 0 THEN 'REVERSAL' ELSE 'COMMISSION' END AS side,
		CAST(SUM(amount_minor) AS BIGINT), COUNT(*) FROM period_lines
		WHERE region = $1 AND run_key = $2 AND attempt = $3 AND distributor_id = $4 GROUP BY bonus, side`,
		[]any{r.distributor.Region, r.run.key, r.run.attempt, r.distributor.DistributorID}, func(row Row) error {
			add(row.Text(0), r.plan.Currency, row.Text(1), row.Int(2), row.Int(3))
			return nil
		})
	if err := r.conn.Send(&b); err != nil {
		return err
	}
	unearned, err := r.unearned(s)
	if err != nil {
		return err
	}
	for of, minor := range unearned {
		for _, k := range []key{{of[0], of[1]}, {"", of[1]}} {
			sums[k].UnearnedMinor += minor
		}
	}
	terminated, err := r.terminated()
	if err != nil {
		return err
	}
	for _, t := range sums {
		switch {
		case terminated && r.plan.Terminations == calc.TerminationsCompany:
			t.CompanyMinor = t.PostedMinor
		case r.out.Period.State == PeriodClosed && !(terminated && r.distributor.Standing == StandingTerminated):
			t.PayableMinor = t.PostedMinor
		default:
			t.HeldMinor = t.PostedMinor
		}
		if t.Bonus == "" {
			r.out.Totals = append(r.out.Totals, *t)
		} else {
			r.out.ByBonus = append(r.out.ByBonus, *t)
		}
	}
	byName := func(a, b EarningsTotal) int {
		return strings.Compare(a.Bonus+cursorSeparator+a.Currency, b.Bonus+cursorSeparator+b.Currency)
	}
	slices.SortFunc(r.out.Totals, byName)
	slices.SortFunc(r.out.ByBonus, byName)
	return nil
}

// terminated tells whether the distributor counts as terminated in the period.
func (r *earningsRead) terminated() (bool, error) {
	if r.distributor.StandingAtUS == 0 {
		return false, nil
	}
	events, err := networkEventsOf(r.conn, r.plan.ID, r.distributor.DistributorID)
	if err != nil {
		return false, err
	}
	key := r.out.Period.Key
	e, _ := inView(events, ofStanding, networkView{key.Cadence, key.No})
	return e != nil && e.Kind == NetworkTerminated, nil
}

// linesAfter is where a page of lines begins: after a line of an event, or of the run.
type linesAfter struct {
	market, saleID, eventID  string
	lineNo, advance, tallyNo int64
	periodNo                 int64 // so that a query without a period stays with the one that it began in
	inRun                    bool
	bonus                    string
	level, part              int64
	kind                     string
	corrects                 int64
}

const (
	afterEventLine = "event"
	afterRunLine   = "run"
)

func parseLinesAfter(text string) (a linesAfter, err error) {
	a.level = -1
	kind, _, _ := strings.Cut(text, cursorSeparator)
	switch kind {
	case "":
		return a, nil
	case afterEventLine:
		parts, err := cursorParts(text, 8)
		if err != nil {
			return a, err
		}
		a.market, a.saleID, a.eventID = parts[2], parts[3], parts[4]
		a.periodNo, err = strconv.ParseInt(parts[1], 10, 64)
		if err == nil {
			a.lineNo, err = strconv.ParseInt(parts[5], 10, 64)
		}
		if err == nil {
			a.tallyNo, err = strconv.ParseInt(parts[6], 10, 64)
		}
		if err == nil {
			a.advance, err = strconv.ParseInt(parts[7], 10, 64)
		}
		return a, invalidCursor(err)
	case afterRunLine:
		parts, err := cursorParts(text, 7)
		if err != nil {
			return a, err
		}
		a.inRun, a.bonus, a.kind = true, parts[2], parts[5]
		a.periodNo, err = strconv.ParseInt(parts[1], 10, 64)
		if err == nil {
			a.level, err = strconv.ParseInt(parts[3], 10, 64)
		}
		if err == nil {
			a.part, err = strconv.ParseInt(parts[4], 10, 64)
		}
		if err == nil {
			a.corrects, err = strconv.ParseInt(parts[6], 10, 64)
		}
		return a, invalidCursor(err)
	}
	return a, invalidCursor(fmt.Errorf("kind %q", kind))
}

// page reads one page of lines, the events' before the run's.
func (r *earningsRead) page() error {
	key, after := r.out.Period.Key, r.after
	limit := r.query.PageSize
	full := false
	if !after.inRun {
		err := r.conn.Query(`SELECT `+sqlLineColumns+` FROM event_lines l
			WHERE l.distributor_id = $1 AND l.plan_id = $2 AND l.cadence = $3 AND l.period_no = $4
			AND (l.advance, l.tally_no, l.market, l.sale_id, l.event_id, l.line_no) > ($5, $6, $7, $8, $9, $10)
			ORDER BY l.advance, l.tally_no, l.market, l.sale_id, l.event_id, l.line_no LIMIT $11`,
			[]any{
				r.distributor.DistributorID, key.PlanID, int64(key.Cadence), key.No, after.advance, after.tallyNo, after.market, after.saleID, after.eventID, after.lineNo, int64(limit) + 1,
			}, func(row Row) error {
				full = r.take(scanLine(row))
				return nil
			})
		if err != nil || full {
			return err
		}
	}
	return r.conn.Query(`SELECT `+sqlRunLineColumns+` FROM period_lines
		WHERE region = $1 AND run_key = $2 AND attempt = $3 AND distributor_id = $4 AND (bonus, level, part, kind, corrects_no) > ($5, $6, $7, $8, $9)
		ORDER BY bonus, level, part, kind, corrects_no LIMIT $10`,
		[]any{
			r.distributor.Region, r.run.key, r.run.attempt, r.distributor.DistributorID, after.bonus, after.level, after.part, after.kind, after.corrects,
			int64(limit + 1 - len(r.out.Lines)),
		}, func(row Row) error {
			r.take(r.run.line(row, r.plan, key, r.distributor.DistributorID))
			return nil
		})
}

const (
	sqlRunLineColumns  = `bonus, level, part, kind, base, base_unit, point_num, point_den, rate, factors, amount_minor, corrects_no`
	runLineColumnCount = 12
)

// line reads a line of the run.
func (p *postedRun) line(row Row, plan *calc.Plan, key PeriodKey, distributorID string) Line {
	l := Line{
		DistributorID: distributorID, Bonus: row.Text(0), Kind: row.Text(3), RunID: p.runID, Level: int32(row.Int(1)), Part: int32(row.Int(2)),
		Base: row.Int(4), BaseUnit: row.Text(5), Point: calc.Fraction{Num: row.Int(6), Den: row.Int(7)}, Rate: row.Int(8), FactorPart: calc.One,
		Factors: row.Text(9), AmountMinor: row.Int(10), Currency: plan.Currency, PlanID: key.PlanID, PlanVersion: p.planVersion, Period: key, RecordedAtUS: p.postedAtUS,
	}
	if no := row.Int(11); no != 0 {
		l.Corrects = periodKey(plan, key.Cadence, no)
	}
	return l
}

// take adds a line to the page, or when the page is full makes the cursor of the next one and reports so.
func (r *earningsRead) take(l Line) (full bool) {
	if len(r.out.Lines) < r.query.PageSize {
		l.Period = r.out.Period.Key
		r.out.Lines = append(r.out.Lines, l)
		return false
	}
	last, periodNo := r.out.Lines[len(r.out.Lines)-1], strconv.FormatInt(r.out.Period.Key.No, 10)
	if last.RunID != "" {
		r.out.Next = cursor(afterRunLine, periodNo, last.Bonus, strconv.Itoa(int(last.Level)), strconv.Itoa(int(last.Part)), last.Kind, strconv.FormatInt(last.Corrects.No, 10))
	} else {
		r.out.Next = cursor(afterEventLine, periodNo, last.Market, last.SaleID, last.EventID, strconv.Itoa(int(last.LineNo)), strconv.FormatInt(last.TallyNo, 10),
			strconv.FormatInt(flag(last.advances()), 10))
	}
	return true
}

// standing reads the rank and the carry-outs that the posted run left.
func (r *earningsRead) standing() error {
	key := []any{r.distributor.Region, r.run.key, r.run.attempt, r.distributor.DistributorID}
	var b Batch
	b.Query(`SELECT paid_as, achieved FROM run_ranks WHERE region = $1 AND run_key = $2 AND attempt = $3 AND distributor_id = $4`, key, func(row Row) error {
		r.out.PaidAs, r.out.Achieved = row.Text(0), row.Text(1)
		return nil
	})
	state := map[string]int64{}
	b.Query(`SELECT state_key, value FROM run_states
		WHERE region = $1 AND run_key = $2 AND attempt = $3 AND distributor_id = $4 ORDER BY state_key`, key, func(row Row) error {
		state[row.Text(0)] = row.Int(1)
		return nil
	})
	if err := r.conn.Send(&b); err != nil {
		return err
	}
	for _, bonus := range r.plan.Bonuses {
		left, right := calc.CarryKeys(bonus.Name)
		if c := (CarryOut{bonus.Name, state[left], state[right]}); bonus.Binary != nil && (c.Left != 0 || c.Right != 0) {
			r.out.CarryOuts = append(r.out.CarryOuts, c)
		}
	}
	slices.SortFunc(r.out.CarryOuts, func(a, b CarryOut) int { return strings.Compare(a.Bonus, b.Bonus) })
	return nil
}
