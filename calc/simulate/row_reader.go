package simulate

import (
	"bytes"
	"errors"
	"io"
)

const (
	// rowBytesMax bounds a row: a longer one is a quote that was never closed, or no CSV file at all.
	rowBytesMax = 1 << 20
	// rowLinesMax bounds the lines of one row, whose quoted cells may hold line ends.
	rowLinesMax = 100
	// readBytes is how much is read at once.
	readBytes = 1 << 18
)

// rowReader reads the rows of a CSV file. It knows no column and allocates nothing by row: what it gives is overwritten by the next row.
type rowReader struct {
	source io.Reader
	// buffer[from:to] was read and not yet used.
	buffer   []byte
	from, to int
	ended    bool
	comma    byte
	// line is where the row begins that next has read, from 1; lines are those that were used up.
	line, lines int
	// cells are those of the row, without the spaces around them.
	cells [][]byte
	// record holds a row with quotes, whose cells are made out in it.
	record []byte
	// used counts the bytes of the file that were used up.
	used int64
	// problem and remedy say why next has given up; err is an error of the source.
	problem, remedy string
	err             error
}

// next reads the next row that is not blank. It is false at the end of the file, and when the file cannot be read on: then problem or
// err is set.
func (r *rowReader) next() bool {
	for {
		text, ok := r.takeLine()
		if !ok {
			return false
		}
		r.line = r.lines
		if bytes.IndexByte(text, '"') >= 0 {
			if !r.quoted(text) {
				return false
			}
		} else {
			r.split(text)
		}
		if len(r.cells) > 1 || len(r.cells[0]) > 0 {
			for _, cell := range r.cells {
				if len(cell) > 0 {
					return true
				}
			}
		}
	}
}

// takeLine gives the next line without its end.
func (r *rowReader) takeLine() ([]byte, bool) {
	searched := 0
	for {
		if end := bytes.IndexByte(r.buffer[r.from+searched:r.to], '\n'); end >= 0 {
			end += searched
			text := r.buffer[r.from : r.from+end]
			r.from += end + 1
			r.used += int64(end) + 1
			r.lines++
			return bytes.TrimSuffix(text, []byte{'\r'}), true
		}
		searched = r.to - r.from
		if r.ended {
			if searched == 0 {
				return nil, false
			}
			text := r.buffer[r.from:r.to]
			r.from = r.to
			r.used += int64(searched)
			r.lines++
			return bytes.TrimSuffix(text, []byte{'\r'}), true
		}
		if searched > rowBytesMax {
			r.line = r.lines + 1
			r.problem, r.remedy = "is longer than any row of a CSV file", "save the file as CSV with one row a line"
			return nil, false
		}
		if !r.fill() {
			return nil, false
		}
	}
}

// fill reads more behind what was not used yet.
func (r *rowReader) fill() bool {
	if r.from > 0 {
		copy(r.buffer, r.buffer[r.from:r.to])
		r.from, r.to = 0, r.to-r.from
	}
	if len(r.buffer)-r.to < readBytes {
		r.buffer = append(r.buffer[:r.to], make([]byte, readBytes+r.to)...)
	}
	for range 100 {
		n, err := r.source.Read(r.buffer[r.to:])
		r.to += n
		switch {
		case errors.Is(err, io.EOF):
			r.ended = true
			return true
		case err != nil:
			r.err = err
			return false
		case n > 0:
			return true
		}
	}
	r.err = io.ErrNoProgress
	return false
}

// split makes out the cells of a row without quotes.
func (r *rowReader) split(text []byte) {
	r.cells = r.cells[:0]
	start := 0
	for i, c := range text {
		if c == r.comma {
			r.cells = append(r.cells, trimmed(text[start:i]))
			start = i + 1
		}
	}
	r.cells = append(r.cells, trimmed(text[start:]))
}

func trimmed(cell []byte) []byte {
	for len(cell) > 0 && (cell[0] == ' ' || cell[0] == '\t') {
		cell = cell[1:]
	}
	for len(cell) > 0 && (cell[len(cell)-1] == ' ' || cell[len(cell)-1] == '\t') {
		cell = cell[:len(cell)-1]
	}
	return cell
}

// quoted makes out the cells of a row with quotes, which goes on in further lines while a quote is open.
func (r *rowReader) quoted(text []byte) bool {
	r.record = append(r.record[:0], text...)
	for {
		closed, ok := r.splitQuoted()
		switch {
		case !ok:
			r.problem, r.remedy = "has text behind a closing quote", `write a quote inside quotes twice: "5"" pipe"`
			return false
		case closed:
			return true
		case r.lines-r.line >= rowLinesMax || len(r.record) > rowBytesMax:
			r.problem, r.remedy = "has a quote that is not closed", "close it, or take it away"
			return false
		}
		more, ok := r.takeLine()
		if !ok {
			if r.err == nil && r.problem == "" {
				r.problem, r.remedy = "has a quote that is not closed", "close it, or take it away"
			}
			return false
		}
		r.record = append(append(r.record, '\n'), more...)
	}
}

// splitQuoted makes out the cells of record. It writes nothing to it, so that it can be done again when a line was added, unless the row
// is closed: then doubled quotes are made single ones where they stand.
func (r *rowReader) splitQuoted() (closed, ok bool) {
	r.cells = r.cells[:0]
	record := r.record
	for at := 0; ; {
		start := at
		for start < len(record) && (record[start] == ' ' || record[start] == '\t') && record[start] != r.comma {
			start++
		}
		if start == len(record) || record[start] != '"' {
			end := bytes.IndexByte(record[at:], r.comma)
			if end < 0 {
				r.cells = append(r.cells, trimmed(record[at:]))
				return true, true
			}
			r.cells = append(r.cells, trimmed(record[at:at+end]))
			at += end + 1
			continue
		}
		end, doubled := start+1, false
		for ; ; end++ {
			quote := bytes.IndexByte(record[end:], '"')
			if quote < 0 {
				return false, true
			}
			end += quote
			if end+1 == len(record) || record[end+1] != '"' {
				break
			}
			doubled = true
			end++
		}
		cell := record[start+1 : end]
		if doubled {
			cell = bytes.ReplaceAll(cell, []byte(`""`), []byte(`"`))
		}
		r.cells = append(r.cells, trimmed(cell))
		at = end + 1
		for at < len(record) && (record[at] == ' ' || record[at] == '\t') && record[at] != r.comma {
			at++
		}
		if at == len(record) {
			return true, true
		}
		if record[at] != r.comma {
			return false, false
		}
		at++
	}
}
