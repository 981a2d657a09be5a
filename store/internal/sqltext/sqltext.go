// Package sqltext writes the few texts of SQL that depend on a table's columns, and shortens texts for errors.
package sqltext

import (
	"fmt"
	"strings"
)

// Insert returns an INSERT of a number of rows, with parameters numbered row by row.
func Insert(table string, columns []string, rows int) string {
	var sql strings.Builder
	fmt.Fprintf(&sql, "INSERT INTO %s (%s) VALUES ", table, strings.Join(columns, ", "))
	n := 0
	for r := range rows {
		if r > 0 {
			sql.WriteString(", ")
		}
		for c := range columns {
			n++
			fmt.Fprintf(&sql, "%s$%d", [2]string{"(", ", "}[min(c, 1)], n)
		}
		sql.WriteByte(')')
	}
	return sql.String()
}

// FirstLine keeps a statement recognisable in an error.
func FirstLine(sql string) string {
	line, _, more := strings.Cut(strings.TrimSpace(sql), "\n")
	if more {
		line += " …"
	}
	return line
}
