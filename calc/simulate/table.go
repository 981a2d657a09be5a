package simulate

import "time"

// Table reads a CSV file the way all files are read here, for callers who have files of their own: it finds the columns by the names in
// the first row, and says what is wrong by line and column.
type Table struct {
	t     *tableReader
	clock *clock
}

// OpenTable reads the header of a file. Dates without an offset are those of location. refuse is told of everything that is wrong with
// the file, now and by the calls of Table. It is nil, without an error, when the rows cannot be read; an error is that of the source.
func OpenTable(source Source, format *Format, location *time.Location, refuse func(Problem), progress func(usedBytes int64)) (*Table, error) {
	t, err := openTable(source, format, &findings{each: refuse})
	if err != nil || t == nil {
		return nil, err
	}
	t.progress = progress
	var needed []int
	for i, c := range format.Columns {
		if c.Needed {
			needed = append(needed, i)
		}
	}
	if !t.need(needed...) {
		return nil, nil
	}
	return &Table{t, newClock(location)}, nil
}

// Next goes to the next row that has as many cells as the header.
func (t *Table) Next() bool { return t.t.nextRow() }

// End is called when there is no next row: the error is that of the source.
func (t *Table) End() error { return t.t.end() }

// Line is where the row begins, the header being line 1.
func (t *Table) Line() int { return t.t.line }

// Has tells whether the file has a column of the format.
func (t *Table) Has(column int) bool { return t.t.has(column) }

// Cell is the text of a cell, empty where the file has no such column. It is valid until Next.
func (t *Table) Cell(column int) []byte { return t.t.cell(column) }

// Time reads a cell that must hold a date or a time, in UTC microseconds.
func (t *Table) Time(column int) (us int64, ok bool) { return t.t.time(column, t.clock) }

// Whole reads a cell that must hold a whole number within bounds.
func (t *Table) Whole(column int, least, most int64) (value int32, ok bool) {
	return t.t.small(column, least, most)
}

// Refuse says what is wrong with a cell of the row, and what to do about it.
func (t *Table) Refuse(column int, text, remedy string) { t.t.cellProblem(column, text, remedy) }

// Nearest is the remedy for a name that is not known: the nearest one that is, or all.
func Nearest(name string, known []string) string { return didYouMean(name, known) }
