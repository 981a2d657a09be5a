package play

import (
	"fmt"
	"io"
	"strings"
)

// Result is a case with its rows.
type Result struct {
	Case Case
	Rows []Row
}

// columns are the columns of the table. Figures are aligned to the right.
var columns = []struct {
	title string
	right bool
	of    func(Row) string
}{
	{"case", false, func(r Row) string { return r.Case }},
	{"earner", false, func(r Row) string { return r.Earner }},
	{"bonus", false, func(r Row) string { return r.Bonus }},
	{"what", false, func(r Row) string { return r.What }},
	{"published", true, func(r Row) string { return r.Published }},
	{"computed", true, func(r Row) string { return r.Computed }},
	{"ok", false, func(r Row) string {
		if r.OK {
			return "ok"
		}
		return "DIFFERS"
	}},
}

// Print prints the rows of all cases as one table, each case under its title and its sources, and returns whether every row is as
// published.
func Print(out io.Writer, results []Result) bool {
	widths := make([]int, len(columns))
	rows, ok := 0, 0
	for i, c := range columns {
		widths[i] = len(c.title)
		for _, result := range results {
			for _, row := range result.Rows {
				widths[i] = max(widths[i], len(c.of(row)))
			}
		}
	}
	for _, result := range results {
		fmt.Fprintf(out, "%s\n  %s\n", result.Case.Folder, result.Case.Title)
		for _, s := range result.Case.Sources {
			fmt.Fprintf(out, "  source: %s\n", sourceText(s))
		}
		printLine(out, widths, func(i int) string { return columns[i].title })
		for _, row := range result.Rows {
			printLine(out, widths, func(i int) string { return columns[i].of(row) })
			rows++
			if row.OK {
				ok++
			}
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "%d of %d rows as published\n", ok, rows)
	return ok == rows
}

func sourceText(s Source) string {
	if s.URL != "" {
		return s.URL
	}
	return s.About
}

func printLine(out io.Writer, widths []int, cell func(i int) string) {
	var b strings.Builder
	for i, c := range columns {
		text, padding := cell(i), strings.Repeat(" ", max(0, widths[i]-len(cell(i))))
		if c.right {
			text, padding = padding+text, ""
		}
		b.WriteString("  " + text + padding)
	}
	fmt.Fprintln(out, strings.TrimRight(b.String(), " "))
}
