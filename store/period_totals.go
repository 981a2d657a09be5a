package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"upline/calc"
)

// TotalsBy says what a period's lines are summed up by.
type TotalsBy uint8

// What a period's lines are summed up by, beside bonus and currency. The numbers are the contract's.
const (
	TotalsByBonus  TotalsBy = iota + 1 // nothing else
	TotalsByMarket                     // the earner's
	TotalsByVendor                     // whose service an event's line is of
	TotalsByRank                       // that the earner is paid as
)

// PeriodTotalsQuery asks what a period comes to so far.
type PeriodTotalsQuery struct {
	PlanID   string
	Cadence  calc.Cadence // 0: the plan's main cadence
	Period   string       // "": the one running now
	By       TotalsBy
	PageSize int
	After    string // cursor of the page before
}

// PeriodTotal sums up lines of one currency.
type PeriodTotal struct {
	Name                                    string // of the market, vendor or rank; "" for what is of none
	Bonus                                   string // "" in the total of all bonuses
	Currency                                string
	EarnedMinor, ReversedMinor, PostedMinor int64
	LineCount                               int64
}

// PeriodTotals are what the lines of a period come to at a moment.
type PeriodTotals struct {
	Period  Period
	AsOfUS  int64
	RanksOf PeriodKey     // the period whose ranks are meant; its No is 0 for those that distributors were brought in with
	Company []PeriodTotal // of all lines, by currency
	Totals  []PeriodTotal // by name, then bonus with the total of all first, then currency
	Next    string
}

// GetPeriodTotals sums up the lines of a period, exactly as of the moment that it says: those that events have posted, and those of the
// period's run once it is posted. What is held back till the close is in neither.
//
// It reads an entry of an index for every line, so that it goes through one period after the other: one sum at a time, and who waits
// meanwhile for the same gets one that was begun after they asked.
//
// Refusals: ErrUnknownPlan, ErrUnknownPeriod.
func (s *Store) GetPeriodTotals(ctx context.Context, q PeriodTotalsQuery) (PeriodTotals, error) {
	after, err := parseTotalsAfter(q.After)
	if err != nil {
		return PeriodTotals{}, err
	}
	key := totalsKey{q.PlanID, q.Cadence, q.Period, q.By}
	if after.given {
		key = key.ofPeriod(after.periodNo)
	}
	all, err := s.summing.totals(ctx, key, after.asOfUS, func(held *PeriodTotals) (totals *PeriodTotals, err error) {
		err = s.engine.Read(ctx, "get_period_totals", func(c Conn) error {
			r := totalsRead{store: s, conn: c, query: q, after: after, out: &PeriodTotals{AsOfUS: s.nowUS()}, sums: map[[3]string]*PeriodTotal{}}
			totals, err = r.read(held)
			return err
		})
		return totals, err
	})
	if err != nil {
		return PeriodTotals{}, err
	}
	return all.page(after, q.PageSize), nil
}

// totalsAfter is where a page of totals begins.
type totalsAfter struct {
	given                 bool
	periodNo, asOfUS      int64
	name, bonus, currency string
}

func parseTotalsAfter(text string) (a totalsAfter, err error) {
	if text == "" {
		return a, nil
	}
	parts, err := cursorParts(text, 5)
	if err != nil {
		return a, err
	}
	a = totalsAfter{given: true, name: parts[2], bonus: parts[3], currency: parts[4]}
	if a.periodNo, err = strconv.ParseInt(parts[0], 10, 64); err == nil {
		a.asOfUS, err = strconv.ParseInt(parts[1], 10, 64)
	}
	return a, invalidCursor(err)
}

// page cuts a page out of all totals.
func (t *PeriodTotals) page(after totalsAfter, size int) PeriodTotals {
	page := *t
	from := 0
	if after.given {
		var found bool
		from, found = slices.BinarySearchFunc(t.Totals, PeriodTotal{Name: after.name, Bonus: after.bonus, Currency: after.currency}, compareTotals)
		if found {
			from++
		}
	}
	page.Totals = t.Totals[from:min(from+size, len(t.Totals))]
	if from+size < len(t.Totals) {
		last := &page.Totals[size-1]
		page.Next = cursor(strconv.FormatInt(t.Period.Key.No, 10), strconv.FormatInt(t.AsOfUS, 10), last.Name, last.Bonus, last.Currency)
	}
	return page
}

func compareTotals(a, b PeriodTotal) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Bonus, b.Bonus), cmp.Compare(a.Currency, b.Currency))
}

// totalsRead is one summing up of a period inside its transaction.
type totalsRead struct {
	store *Store
	conn  Conn
	query PeriodTotalsQuery
	after totalsAfter
	out   *PeriodTotals
	plan  *calc.Plan
	first bool // the period is the plan's first of its cadence
	run   postedRun
	ranks attempt // the run whose ranks are meant; without a key those that distributors were brought in with
	sums  map[[3]string]*PeriodTotal
}

// read sums up the period. Totals that were held are those of now when the period was closed then.
func (r *totalsRead) read(held *PeriodTotals) (*PeriodTotals, error) {
	if err := r.find(); err != nil {
		return nil, err
	}
	if held != nil && held.Period.State == PeriodClosed && held.Period.Key.No == r.out.Period.Key.No {
		return held, nil
	}
	if r.query.By == TotalsByRank {
		if err := r.findRanks(); err != nil {
			return nil, err
		}
	}
	regions, err := readRegions(r.conn)
	if err != nil {
		return nil, err
	}
	for _, region := range regions {
		if err := r.sumRegion(region); err != nil {
			return nil, err
		}
	}
	for _, sum := range r.sums {
		if sum.Name == totalsOfCompany {
			sum.Name = ""
			r.out.Company = append(r.out.Company, *sum)
		} else {
			r.out.Totals = append(r.out.Totals, *sum)
		}
	}
	slices.SortFunc(r.out.Company, compareTotals)
	slices.SortFunc(r.out.Totals, compareTotals)
	return r.out, nil
}

// totalsOfCompany stands for the name of what is of all lines. No id has a space.
const totalsOfCompany = " "

func (r *totalsRead) find() error {
	newest, err := r.store.newestPlan(r.conn, r.query.PlanID)
	if err != nil {
		return err
	}
	cadence, err := r.store.checkCadence(r.conn, newest, r.query.Cadence)
	if err != nil {
		return err
	}
	name := r.query.Period
	if r.after.given { // a query without a period stays with the one that it began in
		name = newest.PeriodByNo(cadence, r.after.periodNo).Name
	} else if name == "" {
		name = newest.PeriodAt(cadence, r.store.nowUS()).Name
	}
	scope, err := r.store.scopeOf(r.conn, r.query.PlanID, cadence, name)
	if err != nil {
		return err
	}
	r.plan, r.first = scope.plan, scope.period.No == scope.first.No
	if r.out.Period, err = periodOf(r.conn, newest, scope.period); err != nil {
		return err
	}
	return r.conn.Query(sqlPostedRun, []any{r.plan.ID, int64(cadence), scope.period.No}, func(row Row) error {
		r.run = postedRun{row.Text(0), row.Int(1), row.Int(2), int32(row.Int(3)), row.Int(4)}
		r.out.Period.RunID = r.run.runID
		return nil
	})
}

const sqlRanksOfRun = `SELECT m.run_key, m.attempt, m.period_no FROM runs r JOIN runs m ON m.run_id = r.ranks_run_id WHERE r.run_id = $1`

// findRanks finds the ranks that are meant: of a closed period those that it was paid by, else those of the main cadence's last close.
func (r *totalsRead) findRanks() error {
	key := r.out.Period.Key
	r.out.RanksOf = PeriodKey{PlanID: key.PlanID, Cadence: r.plan.Main}
	take := func(row Row) error {
		r.ranks = attempt{row.Int(0), row.Int(1)}
		r.out.RanksOf = periodKey(r.plan, r.plan.Main, row.Int(2))
		return nil
	}
	switch {
	case r.run.key != 0 && key.Cadence == r.plan.Main:
		r.ranks, r.out.RanksOf = attempt{r.run.key, r.run.attempt}, key
		return nil
	case r.run.key != 0:
		return r.conn.Query(sqlRanksOfRun, []any{r.run.runID}, take)
	}
	return r.conn.Query(`SELECT run_key, attempt, period_no FROM runs WHERE plan_id = $1 AND cadence = $2 AND state = 'POSTED' ORDER BY period_no DESC LIMIT 1`,
		[]any{key.PlanID, int64(r.plan.Main)}, take)
}

// sumRegion adds what lines of a region come to.
func (r *totalsRead) sumRegion(region string) error {
	key := r.out.Period.Key
	of := []any{region, key.PlanID, int64(key.Cadence), key.No}
	skip := ""
	if r.first {
		// What was owed before Upline may be in other currencies, which the index does not have.
		skip = lineOpening
		if err := r.sum(totalsOfOpenings, of, ""); err != nil {
			return err
		}
	}
	if err := r.sum(totalsOfEvents, of, skip); err != nil || r.run.key == 0 {
		return err
	}
	return r.sum(totalsOfRun, []any{region, r.run.key, r.run.attempt}, "")
}

// sum adds what lines come to.
func (r *totalsRead) sum(of totalsSource, args []any, skip string) error {
	text, more := r.text(of, len(args))
	return r.conn.Query(text, append(args, more...), func(row Row) error {
		name, bonus, currency, kind := row.Text(0), row.Text(1), cmp.Or(row.Text(2), r.plan.Currency), row.Text(3)
		if kind != "" && kind == skip {
			return nil
		}
		amount, taken := row.Int(4), row.Int(5)
		if kind == lineReversal {
			taken = amount
		}
		keys := [][3]string{{totalsOfCompany, "", currency}, {name, bonus, currency}}
		if r.query.By != TotalsByBonus {
			keys = append(keys, [3]string{name, "", currency})
		}
		for _, key := range keys {
			if err := r.add(key, amount-taken, taken, row.Int(6)); err != nil {
				return err
			}
		}
		return nil
	})
}

// add adds to a sum what is earned and what is taken back.
func (r *totalsRead) add(key [3]string, earnedMinor, reversedMinor, lines int64) error {
	t := r.sums[key]
	if t == nil {
		t = &PeriodTotal{Name: key[0], Bonus: key[1], Currency: key[2]}
		r.sums[key] = t
	}
	var ok [3]bool
	t.EarnedMinor, ok[0] = addInt64(t.EarnedMinor, earnedMinor)
	t.ReversedMinor, ok[1] = addInt64(t.ReversedMinor, reversedMinor)
	t.PostedMinor, ok[2] = addInt64(t.EarnedMinor, t.ReversedMinor)
	if ok != [3]bool{true, true, true} {
		return fmt.Errorf("%w: totals of %s %s", calc.ErrOverflow, r.out.Period.Key.PlanID, r.out.Period.Key.Name)
	}
	t.LineCount += lines
	return nil
}
