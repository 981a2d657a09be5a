package sqlite

import (
	"fmt"

	"upline/store/internal/sqltext"
)

// bulkRows is how many rows a statement of Bulk inserts, which is 1.5 to 2 times as fast as one: opening the table's cursors and
// starting the statement is paid once. More rows bring no more.
const bulkRows = 32

// Bulk implements store.Conn.
func (t *transaction) Bulk(table string, columns []string, n int, row func(i int, values []any) []any) error {
	values := make([]any, 0, bulkRows*len(columns))
	for done := 0; done < n; {
		rows := bulkRows
		if n-done < bulkRows {
			rows = 1
		}
		sql := sqltext.Insert(table, columns, rows)
		s, err := t.prepare(sql)
		if err != nil {
			return err
		}
		for n-done >= rows {
			values = values[:0]
			for range rows {
				before := len(values)
				// A statement is never left half bound: its values are all there before the first is bound.
				t.busy = true
				values = row(done, values)
				t.busy = false
				if got := len(values) - before; got != len(columns) {
					return t.fail(sql, fmt.Errorf("row %d has %d values for %d columns", done, got, len(columns)))
				}
				done++
			}
			if err := t.bind(s, sql, values); err != nil {
				return err
			}
			if _, err := t.exec(s, sql); err != nil {
				return err
			}
		}
	}
	return nil
}
