package server

import (
	"encoding/csv"
	"io"
)

// csvRow is a row of an export as texts.
type csvRow interface {
	csvHeader() []string
	csv(to []string) []string
}

// newCSVRows writes rows as CSV, with a header also where there are no rows.
func newCSVRows[T csvRow](to io.Writer) *exportRows[T] {
	w := csv.NewWriter(to)
	w.UseCRLF = true // RFC 4180
	var none T
	headed := w.Write(none.csvHeader())
	var texts []string
	return &exportRows[T]{
		write: func(row T) error {
			if headed != nil {
				return headed
			}
			texts = row.csv(texts[:0])
			return w.Write(texts)
		},
		close: func() error {
			w.Flush()
			return w.Error()
		},
	}
}
