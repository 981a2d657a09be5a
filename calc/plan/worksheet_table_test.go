package plan

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"
)

// table lays out rows under a head; one without rows says so in a word.
type table struct {
	buffer bytes.Buffer
	writer *tabwriter.Writer
	rows   int
}

func newTable(head ...string) *table {
	t := &table{}
	t.writer = tabwriter.NewWriter(&t.buffer, 0, 0, 2, ' ', 0)
	t.row(head...)
	t.rows = 0
	return t
}

func (t *table) row(cells ...string) {
	fmt.Fprintln(t.writer, strings.Join(cells, "\t"))
	t.rows++
}

func (t *table) String() string {
	if t.rows == 0 {
		return "nothing is paid\n"
	}
	t.writer.Flush()
	var out strings.Builder
	for line := range strings.Lines(t.buffer.String()) {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}
