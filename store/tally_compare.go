package store

import (
	"fmt"
	"slices"
	"strings"
)

const sqlTalliesOfPeriod = `SELECT distributor_id, bonus, currency, side, line_count, amount_minor, advance_count, tallies FROM line_tallies
	WHERE region = $1 AND plan_id = $2 AND cadence = $3 AND period_no = $4 ORDER BY distributor_id`

// compareTallies holds every tally that the database has of a period against the lines themselves, in a snapshot. It returns how many rows
// there are, and the first tally that is not what its lines come to.
func compareTallies(c Conn, regions []string, period PeriodKey) (rows int64, difference string, err error) {
	for _, region := range regions {
		var tallies []tally
		err := c.Query(sqlTalliesOfPeriod, []any{region, period.PlanID, int64(period.Cadence), period.No}, func(r Row) error {
			rows++
			id, upTo := r.Text(0), r.Int(7)
			last := len(tallies) - 1
			if last < 0 || tallies[last].distributorID != id || tallies[last].upTo != upTo {
				tallies = append(tallies, tally{tallyKey: tallyKey{period.PlanID, period.Cadence, period.No, id}, region: region, upTo: upTo})
				last++
			}
			tallies[last].sums = append(tallies[last].sums, lineSum{r.Text(1), r.Text(2), r.Text(3), r.Int(4), r.Int(5), r.Int(6)})
			return nil
		})
		if err != nil {
			return rows, "", err
		}
		for i := range tallies {
			t := &tallies[i]
			lines := tally{tallyKey: t.tallyKey}
			var b Batch
			lines.queryLinesSince(&b, t.upTo, lines.add)
			if err := c.Send(&b); err != nil {
				return rows, "", err
			}
			if has, comesTo := t.text(), lines.text(); has != comesTo {
				return rows, fmt.Sprintf("line_tallies: the database has for distributor_id=%s tallies=%d %s; its lines come to %s", t.distributorID, t.upTo, has, comesTo), nil
			}
		}
	}
	return rows, "", nil
}

// text writes the sums, sorted.
func (t *tally) text() string {
	parts := make([]string, 0, len(t.sums))
	for _, s := range t.sums {
		parts = append(parts, fmt.Sprintf("%s %s %s: %d in %d lines, %d advances", s.bonus, s.side, s.currency, s.amountMinor, s.count, s.advances))
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}
