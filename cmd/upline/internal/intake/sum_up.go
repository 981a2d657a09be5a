package intake

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	uplinev1 "upline/api/upline/v1"
	"upline/calc/simulate"
	"upline/store"
)

// sumIDs is how many rows are looked for at once.
const sumIDs = 1000

// sumUp holds what the database has of the files' rows against the files. Where it has as many rows as a file they are the file's, and the
// database sums them up; where it has more, by the API or other files, the file's are looked for by their ids.
func (c *Company) sumUp(ctx context.Context) error {
	c.Progress("summing up", 0, 0)
	enrolments, list, err := c.Store.OpeningTotals(ctx, c.PlanID)
	if err != nil {
		return err
	}
	if n := c.network; n != nil {
		rows := enrolments
		if enrolments > int64(len(n.rows)) {
			if rows, err = c.enrolled(ctx); err != nil {
				return err
			}
		}
		c.Totals.stored("network", enrolments, rows, nil, c.differs)
	}
	for _, f := range c.files {
		sums := make(map[store.OpeningTotalKey]store.OpeningTotal)
		for _, t := range list {
			if t.Kind == kindsOf[f.kind.name] {
				sums[t.Key()] = t
			}
		}
		inAll := rowsOf(sums)
		if inAll > f.rows {
			if sums, err = f.sums(ctx); err != nil {
				return err
			}
		}
		c.Totals.stored(f.kind.name, inAll, rowsOf(sums), sums, c.differs)
	}
	return nil
}

func rowsOf(sums map[store.OpeningTotalKey]store.OpeningTotal) (rows int64) {
	for _, t := range sums {
		rows += t.Count
	}
	return rows
}

// differs refuses a total of the database that is not the file's.
func (c *Company) differs(one *Total) {
	text, remedy := fmt.Sprintf("the database has %s of %s %s", one.Text(one.Stored), one.Text(one.Value), one.Name), "run the import again"
	if one.Name != "rows" {
		text = strings.TrimSpace(fmt.Sprintf("the rows of the database come to a total %s of %s %s, and those of the file to %s", one.Name, one.Text(one.Stored), one.Currency, one.Text(one.Value)))
		remedy = "compare the two: every row of the file stands in the database, and some say something else there"
	}
	c.refuse(simulate.Problem{File: one.File, Text: text, Remedy: remedy})
}

// enrolled counts those of the network file who are enrolled.
func (c *Company) enrolled(ctx context.Context) (enrolled int64, err error) {
	n := c.network
	total := int64(len(n.rows))
	for from := int64(0); from < total; from += sumIDs {
		c.Progress("counting "+filepath.Base(n.path), from, total)
		var ids []string
		for row := from; row < min(from+sumIDs, total); row++ {
			ids = append(ids, n.rows[row].id)
		}
		some, err := c.Store.EnrolledOf(ctx, c.PlanID, ids)
		if err != nil {
			return 0, err
		}
		enrolled += some
	}
	return enrolled, nil
}

// sums adds up what the database has of the file's rows.
func (f *factFile) sums(ctx context.Context) (map[store.OpeningTotalKey]store.OpeningTotal, error) {
	sums := make(map[store.OpeningTotalKey]store.OpeningTotal)
	var ids []string
	add := func() error {
		if len(ids) == 0 {
			return nil
		}
		some, err := f.company.Store.OpeningTotalsOf(ctx, f.company.PlanID, ids)
		for key, t := range some {
			if t.Kind == kindsOf[f.kind.name] {
				sums[key] = sums[key].Plus(t)
			}
		}
		ids = ids[:0]
		return err
	}
	err := f.each("summing up "+filepath.Base(f.path), func(_ *simulate.Table, e *uplinev1.OpeningEntry, _ []int) error {
		if ids = append(ids, e.GetEventId()); len(ids) < sumIDs {
			return nil
		}
		return add()
	})
	if err != nil {
		return nil, err
	}
	return sums, add()
}
