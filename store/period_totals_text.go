package store

import (
	"fmt"
	"strings"
)

// totalsSource is where lines of a period are read from.
type totalsSource struct {
	from           string
	kind, currency string // of the lines; a currency '' is the plan's
	taken          string // what is taken back though the kind does not say so
	vendor         string
	group          string // the columns that lines of a distributor are grouped by, in the order of an index
}

// The index event_lines_by_period has every column that the first asks for. Openings are few, and are found by it before their rows are
// looked up, which SQLite would do for every line.
var (
	totalsOfEvents = totalsSource{
		"event_lines WHERE region = $1 AND plan_id = $2 AND cadence = $3 AND period_no = $4", "kind", "''",
		"kind = 'COMMISSION' AND amount_minor < 0", "vendor_id", "bonus, kind",
	}
	totalsOfOpenings = totalsSource{
		`(SELECT l.distributor_id, l.vendor_id, l.bonus, l.kind, l.currency, l.amount_minor FROM event_lines i CROSS JOIN event_lines l
			WHERE i.region = $1 AND i.plan_id = $2 AND i.cadence = $3 AND i.period_no = $4 AND i.kind = 'OPENING' AND l.region = i.region AND l.market = i.market
			AND l.sale_id = i.sale_id AND l.event_id = i.event_id AND l.line_no = i.line_no AND l.plan_id = i.plan_id) o`, "kind", "currency",
		"kind = 'COMMISSION'", "vendor_id", "bonus, kind, currency",
	}
	totalsOfRun = totalsSource{
		"period_lines WHERE region = $1 AND run_key = $2 AND attempt = $3", "''", "''",
		"kind = 'RESTATED' AND amount_minor < 0", "''", "bonus",
	}
)

// text is the statement that sums up lines by the name that is asked for, bonus, currency and kind, with the arguments that it takes beside
// those that say which lines. Lines are summed up by earner first, as they lie in the index: then they need not be sorted, and what the earner
// tells is looked up once.
func (r *totalsRead) text(of totalsSource, args int) (text string, more []any) {
	grouped, group := "distributor_id", "distributor_id, "+of.group
	name, join := "''", ""
	switch r.query.By {
	case TotalsByVendor:
		name, grouped, group = "x.grouped", of.vendor, of.group
		if of.vendor != "''" {
			group = of.vendor + ", " + of.group
		}
	case TotalsByMarket:
		name, join = "p.market", " JOIN positions p ON p.distributor_id = x.grouped"
	case TotalsByRank:
		if r.ranks.runKey != 0 {
			name, more = "COALESCE(k.paid_as, '')", []any{r.ranks.runKey, r.ranks.no}
			join = fmt.Sprintf(` JOIN positions p ON p.distributor_id = x.grouped
				LEFT JOIN run_ranks k ON k.region = p.region AND k.run_key = $%d AND k.attempt = $%d AND k.distributor_id = x.grouped`, args+1, args+2)
		} else {
			name, more = r.openingRank(args)
		}
	}
	return fmt.Sprintf(`SELECT %s AS name, x.bonus, x.currency, x.kind, CAST(SUM(x.amount) AS BIGINT), CAST(SUM(x.taken) AS BIGINT), CAST(SUM(x.lines) AS BIGINT)
		FROM (SELECT %s AS grouped, bonus, %s AS currency, %s AS kind, CAST(SUM(amount_minor) AS BIGINT) AS amount,
				CAST(SUM(CASE WHEN %s THEN amount_minor ELSE 0 END) AS BIGINT) AS taken, COUNT(*) AS lines
			FROM %s GROUP BY %s) x%s
		GROUP BY 1, 2, 3, 4`, name, grouped, of.currency, of.kind, of.taken, of.from, group, join), more
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
