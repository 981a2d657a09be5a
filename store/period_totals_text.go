package store

import (
	"fmt"
	"strings"
)

// totalsSource is where lines of a period are read from.
type totalsSource struct {
	table, where string
	currency     string // '' where it is the plan's
	side, vendor string
}

// The index event_lines_by_period has every column that the first asks for.
var (
	totalsOfEvents = totalsSource{
		"event_lines", "region = $1 AND plan_id = $2 AND cadence = $3 AND period_no = $4", "''",
		"CASE WHEN kind = 'COMMISSION' AND amount_minor < 0 THEN 'REVERSAL' ELSE kind END", "vendor_id",
	}
	totalsOfOpenings = totalsSource{
		"event_lines", "region = $1 AND plan_id = $2 AND cadence = $3 AND period_no = $4 AND kind = 'OPENING'", "currency", "kind", "vendor_id",
	}
	totalsOfRun = totalsSource{
		"period_lines", "region = $1 AND run_key = $2 AND attempt = $3", "''",
		"CASE WHEN kind = 'RESTATED' AND amount_minor < 0 THEN 'REVERSAL' ELSE 'COMMISSION' END", "''",
	}
)

// text is the statement that sums up lines by the name that is asked for, bonus, currency and side, with the arguments that it takes beside
// those that say which lines. What the earner tells is looked up once for an earner and not for each line.
func (r *totalsRead) text(of totalsSource, args int) (text string, more []any) {
	by, name, join := "''", "x.grouped", ""
	switch r.query.By {
	case TotalsByVendor:
		by = of.vendor
	case TotalsByMarket:
		by, name, join = "distributor_id", "p.market", " JOIN positions p ON p.distributor_id = x.grouped"
	case TotalsByRank:
		by = "distributor_id"
		if r.ranks.runKey != 0 {
			name, more = "COALESCE(k.paid_as, '')", []any{r.ranks.runKey, r.ranks.no}
			join = fmt.Sprintf(` JOIN positions p ON p.distributor_id = x.grouped
				LEFT JOIN run_ranks k ON k.region = p.region AND k.run_key = $%d AND k.attempt = $%d AND k.distributor_id = x.grouped`, args+1, args+2)
		} else {
			name, more = r.openingRank(args)
		}
	}
	return fmt.Sprintf(`SELECT %s AS name, x.bonus, x.currency, x.side, CAST(SUM(x.amount) AS BIGINT), CAST(SUM(x.lines) AS BIGINT)
		FROM (SELECT %s AS grouped, bonus, %s AS currency, %s AS side, CAST(SUM(amount_minor) AS BIGINT) AS amount, COUNT(*) AS lines
			FROM %s WHERE %s GROUP BY 1, 2, 3, 4) x%s
		GROUP BY 1, 2, 3, 4`, name, by, of.currency, of.side, of.table, of.where, join), more
}

// openingRank is the name of the highest rank that somebody was brought in with.
func (r *totalsRead) openingRank(args int) (name string, more []any) {
	if len(r.plan.Ranks) == 0 {
		return "''", nil
	}
	more = append(more, r.plan.ID)
	var number, back strings.Builder
	for i, rank := range r.plan.Ranks {
		more = append(more, rank.Name)
		fmt.Fprintf(&number, " WHEN $%d THEN %d", args+2+i, i+1)
		fmt.Fprintf(&back, " WHEN %d THEN $%d", i+1, args+2+i)
	}
	return fmt.Sprintf(`CASE (SELECT MAX(CASE o.rank%s ELSE 0 END) FROM opening_events o WHERE o.distributor_id = x.grouped AND o.kind = 'RANK' AND o.plan_id = $%d)%s ELSE '' END`,
		number.String(), args+1, back.String()), more
}
