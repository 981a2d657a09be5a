package store

import (
	"fmt"
	"slices"

	"upline/calc"
)

// liabilityInput is what the check of a period's liability reads beside the input of the engine. It is not part of the input digest: it
// decides whether somebody is asked, and no amount.
type liabilityInput struct {
	plan    *calc.Plan
	bonuses *idNumbers // by name: events may have posted lines of bonuses that this version of the plan does not have
	markets *idNumbers // of earners and of sales
	vendors *idNumbers

	marketOf []int32 // by distributor
	// By counted entry, what it adds to the base, and whose sale it is.
	entryBase   []int64
	entryVendor []int32

	companyBase int64
	marketBase  []int64 // by market
	vendorBase  []int64 // by vendor
	overflow    bool

	events  []liabilityAmount // what events have posted, by earner, then bonus
	vendor  []liabilityAmount // the same by vendor, in the place of the earner
	history []liabilityRun    // the closed periods before, newest first
}

// liabilityAmount is what somebody is paid of a bonus.
type liabilityAmount struct {
	of, bonus   int32
	amountMinor int64
}

// liabilityRun is a closed period with its totals.
type liabilityRun struct {
	attempt
	periodNo int64
	totals   map[liabilityKey]int64
}

// liabilityKey names a total: of what, which one, and of which bonus; "" for all bonuses.
type liabilityKey struct {
	of          calc.LiabilityOf
	name, bonus string
}

func newLiabilityInput(plan *calc.Plan) *liabilityInput {
	if plan.Liability == nil {
		return nil
	}
	l := &liabilityInput{plan: plan, bonuses: newIDNumbers(), markets: newIDNumbers(), vendors: newIDNumbers()}
	for i := range plan.Bonuses {
		l.bonuses.add(plan.Bonuses[i].Name)
	}
	return l
}

// earner takes the next distributor.
func (l *liabilityInput) earner(row Row) {
	if l != nil {
		l.marketOf = append(l.marketOf, numberOf(l.markets, row.Bytes(networkMarket)))
	}
}

// entry takes the next counted entry.
func (l *liabilityInput) entry(row Row) {
	if l == nil {
		return
	}
	var units int64
	switch l.plan.Liability.Base {
	case calc.BaseCV:
		units = row.Int(columnCV)
	case calc.BasePV:
		units = row.Int(columnPV)
	case calc.BaseQV:
		units = row.Int(columnQV)
	case calc.BaseNetPrice:
		units = row.Int(columnPrice) - row.Int(columnFee)
	default:
		units = row.Int(columnPrice)
	}
	market, vendor := numberOf(l.markets, row.Bytes(columnMarket)), numberOf(l.vendors, row.Bytes(columnVendor))
	l.entryBase, l.entryVendor = append(l.entryBase, units), append(l.entryVendor, vendor)
	l.companyBase = l.plus(l.companyBase, units)
	l.marketBase = grown(l.marketBase, market)
	l.marketBase[market] = l.plus(l.marketBase[market], units)
	l.vendorBase = grown(l.vendorBase, vendor)
	l.vendorBase[vendor] = l.plus(l.vendorBase[vendor], units)
}

// plus adds, and notes a sum that leaves the range.
func (l *liabilityInput) plus(a, b int64) int64 {
	sum, ok := addInt64(a, b)
	if !ok {
		l.overflow = true
	}
	return sum
}

// numberOf numbers a text without copying one that is known.
func numberOf(numbers *idNumbers, text []byte) int32 {
	if n := numbers.len(); n > 0 && numbers.column.at(n-1) == string(text) {
		return int32(n - 1)
	}
	return numbers.add(string(text))
}

// grown is a column that has a row of that number.
func grown(column []int64, row int32) []int64 {
	for int(row) >= len(column) {
		column = append(column, 0)
	}
	return column
}

const (
	sqlPostedByVendor = `SELECT vendor_id, bonus, CAST(SUM(amount_minor) AS BIGINT) FROM event_lines
		WHERE region = $1 AND plan_id = $2 AND cadence = $3 AND period_no = $4 AND kind <> 'OPENING'
		GROUP BY vendor_id, bonus ORDER BY vendor_id, bonus`
	sqlLiabilityRuns = `SELECT r.run_key, r.attempt, r.period_no FROM runs r WHERE r.plan_id = $1 AND r.cadence = $2 AND r.state = 'POSTED' AND r.period_no < $3
		AND EXISTS (SELECT 1 FROM run_liability l WHERE l.run_key = r.run_key AND l.attempt = r.attempt)
		ORDER BY r.period_no DESC LIMIT $4`
	sqlLiabilityTotals = `SELECT of_what, name, bonus, amount_minor FROM run_liability WHERE run_key = $1 AND attempt = $2`
)

// readLiability reads what events have posted in the period, and what the closed periods before it have paid.
func readLiability(c Conn, in *runInput) error {
	l := in.liability
	if l == nil {
		return nil
	}
	key := PeriodKey{PlanID: l.plan.ID, Cadence: in.scope.period.Cadence, No: in.scope.period.No}
	var err error
	if l.events, err = readEventAmounts(c, in, key.No); err != nil {
		return err
	}
	for _, region := range in.regions {
		err := c.Query(sqlPostedByVendor, []any{region, key.PlanID, int64(key.Cadence), key.No}, func(row Row) error {
			l.vendor = append(l.vendor, liabilityAmount{numberOf(l.vendors, row.Bytes(0)), numberOf(l.bonuses, row.Bytes(1)), row.Int(2)})
			return nil
		})
		if err != nil {
			return err
		}
	}
	err = c.Query(sqlLiabilityRuns, []any{key.PlanID, int64(key.Cadence), key.No, int64(l.plan.Liability.Periods)}, func(row Row) error {
		l.history = append(l.history, liabilityRun{attempt{row.Int(0), row.Int(1)}, row.Int(2), map[liabilityKey]int64{}})
		return nil
	})
	if err != nil {
		return err
	}
	for _, run := range l.history {
		err := c.Query(sqlLiabilityTotals, []any{run.runKey, run.no}, func(row Row) error {
			run.totals[liabilityKey{calc.LiabilityOf(row.Int(0)), row.Text(1), row.Text(2)}] = row.Int(3)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// readEventAmounts reads what events have posted in a period, by earner and bonus.
func readEventAmounts(c Conn, in *runInput, periodNo int64) (amounts []liabilityAmount, err error) {
	for _, region := range in.regions {
		err := c.Query(sqlPosted, []any{region, in.scope.plan.ID, int64(in.scope.period.Cadence), periodNo}, func(row Row) error {
			earner := in.index.findBytes(row.Bytes(0))
			if earner < 0 {
				return fmt.Errorf("%w: earner %s of lines of events is not in the network of the period", ErrCorrupt, row.Bytes(0))
			}
			amounts = append(amounts, liabilityAmount{earner, numberOf(in.liability.bonuses, row.Bytes(1)), row.Int(2)})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	sortByEarner(amounts)
	return amounts, nil
}

// sortByEarner puts amounts of several regions, and of lines and events, in the order of their earners.
func sortByEarner(amounts []liabilityAmount) {
	slices.SortStableFunc(amounts, func(a, b liabilityAmount) int { return int(a.of) - int(b.of) })
}
