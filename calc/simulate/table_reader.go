package simulate

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Source is a file to read.
type Source struct {
	// Name is what messages call the file.
	Name   string
	Reader io.Reader
	// Bytes is the size of the file, for showing progress; 0 where it is not known.
	Bytes int64
}

// tableReader reads a CSV file with a header, and says what is wrong with its rows.
type tableReader struct {
	rowReader
	name   string
	format *Format
	found  *findings
	// places gives the place of each column of the format in a row; -1 where the file has none.
	places  []int
	columns int // of the header
	// refused tells that the header is wrong; meant are columns that a misspelt one most likely stands for, which are not missing as well.
	refused bool
	meant   []string
	// refusedRow is told of a row that has too few or too many cells; nil for nobody.
	refusedRow func()
	// progress is told now and then how much of the file was read.
	progress func(usedBytes int64)
	rows     int
	bytes    int64 // size of the file; 0 where it is not known
}

// progressRows is how often progress is told of.
const progressRows = 1 << 14

// rowsMax is how many rows a file may have: they are numbered by int32.
const rowsMax = 1<<31 - 2

// openTable reads the header; nil when the file cannot be read on. The error is that of the source.
func openTable(source Source, format *Format, found *findings) (*tableReader, error) {
	t := &tableReader{rowReader: rowReader{source: source.Reader, comma: ','}, name: source.Name, format: format, found: found, bytes: source.Bytes}
	if t.name == "" {
		t.name = format.File
	}
	found.files = append(found.files, t.name)
	ok, err := t.readMark()
	if !ok {
		return nil, err
	}
	return t, err
}

// fileProblem reports something about the file as a whole.
func (t *tableReader) fileProblem(text, remedy string) {
	t.found.add(Problem{File: t.name, Text: text, Remedy: remedy})
}

// rowProblem reports something about the row at hand.
func (t *tableReader) rowProblem(text, remedy string) {
	t.found.add(Problem{File: t.name, Line: t.line, Text: text, Remedy: remedy})
}

// cellProblem reports something about a cell of the row at hand.
func (t *tableReader) cellProblem(column int, text, remedy string) {
	t.found.add(Problem{File: t.name, Line: t.line, Column: t.format.Columns[column].Name, Text: text, Remedy: remedy})
}

// readMark reads what stands before the header, finds out what separates cells, and reads the header.
func (t *tableReader) readMark() (ok bool, err error) {
	for !t.ended && t.to < 3 && t.err == nil {
		t.fill()
	}
	if t.err != nil {
		return false, fmt.Errorf("%s: %w", t.name, t.err)
	}
	start := t.buffer[:t.to]
	switch {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		t.from, t.used = 3, 3
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")), bytes.IndexByte(start, 0) >= 0:
		t.fileProblem("is no text in UTF-8", "save it as CSV UTF-8")
		return false, nil
	}
	text, ok := t.takeLine()
	hint, separated := bytes.CutPrefix(text, []byte("sep=")) // the line by which spreadsheets tell each other the separator
	if ok && separated && len(hint) == 1 {
		t.comma = hint[0]
		text, ok = t.takeLine()
	} else if ok {
		t.comma = commaOf(text)
	}
	switch {
	case t.err != nil:
		return false, fmt.Errorf("%s: %w", t.name, t.err)
	case !ok:
		t.fileProblem("is empty", "the first row names the columns: "+t.format.needed())
		return false, nil
	}
	t.line = t.lines
	if bytes.IndexByte(text, '"') < 0 {
		t.split(text)
	} else if !t.quoted(text) {
		return false, t.end()
	}
	t.header()
	return true, nil
}

// commaOf finds what separates the cells of a header.
func commaOf(header []byte) byte {
	best, most := byte(','), 0
	for _, comma := range []byte{',', ';', '\t'} {
		if n := bytes.Count(header, []byte{comma}); n > most {
			best, most = comma, n
		}
	}
	return best
}

// needed lists the columns that a file must have.
func (f *Format) needed() string {
	var names []string
	for _, c := range f.Columns {
		if c.Needed {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, ", ")
}

func (f *Format) names() []string {
	names := make([]string, len(f.Columns))
	for i, c := range f.Columns {
		names[i] = c.Name
	}
	return names
}

// header finds the columns of the format by their names. What it refuses is for need to report together with what is missing.
func (t *tableReader) header() {
	t.places = make([]int, len(t.format.Columns))
	for i := range t.places {
		t.places[i] = -1
	}
	t.columns = len(t.cells)
	for len(t.cells[t.columns-1]) == 0 && t.columns > 1 { // commas that a spreadsheet has left behind
		t.columns--
	}
	for place, cell := range t.cells[:t.columns] {
		name := strings.ReplaceAll(strings.ToLower(string(cell)), " ", "_")
		column := -1
		for i, c := range t.format.Columns {
			if c.Name == name {
				column = i
			}
		}
		switch {
		case column < 0:
			t.unknownColumn(cell, name)
			t.refused = true
		case t.places[column] >= 0:
			t.rowProblem("the column "+name+" stands there twice", "take one away")
			t.refused = true
		default:
			t.places[column] = place
		}
	}
}

// unknownColumn says what a column may have been meant as. A column that is not understood is not passed over in silence: what is in it
// may be what the figures hang on.
func (t *tableReader) unknownColumn(cell []byte, name string) {
	if len(cell) == 0 {
		t.rowProblem("a column has no name", "name it, or take it away")
		return
	}
	remedy := "take it away, or use one of " + strings.Join(t.format.names(), ", ")
	near, found := t.calledHere(name)
	if !found {
		near, found = nearest(name, t.format.names())
	}
	switch {
	case bytes.ContainsRune(cell, '|'):
		remedy = "part the cells of a row by commas, semicolons or tabs"
	case found:
		t.meant = append(t.meant, near)
		remedy = "did you mean " + near + "?"
	case t.format == &salesFormat && (name == "quantity" || name == "qty"):
		remedy = "write count where a row stands for several sales; price and volumes are those of the whole row"
	}
	t.rowProblem("there is no column "+shown(cell), remedy)
}

// calledElsewhere are names that other systems have for columns.
var calledElsewhere = map[string][]string{
	"sponsor": {"upline", "upline_id", "sponsor_id", "enroller", "enroller_id", "recruiter", "introducer", "parent_id"},
	"id":      {"distributor", "distributor_id", "member", "member_id", "agent", "agent_id", "consultant", "consultant_id", "user", "user_id"},
	"seller":  {"distributor", "distributor_id", "seller_id", "agent", "agent_id", "consultant", "member", "rep", "sold_by"},
	"at":      {"date", "sold_at", "sale_date", "order_date", "paid_at", "payment_date", "time"},
	"sale":    {"sale_id", "order", "order_id", "contract", "contract_id", "policy"},
	"price":   {"amount", "total", "revenue", "value"},
}

// calledHere gives the column of the format that another name stands for, where the file has it by no other.
func (t *tableReader) calledHere(name string) (string, bool) {
	for _, column := range t.format.names() {
		if slices.Contains(calledElsewhere[column], name) && !slices.ContainsFunc(t.cells, func(cell []byte) bool { return strings.EqualFold(string(cell), column) }) {
			return column, true
		}
	}
	return "", false
}

// need reports columns that are missing. It is not ok when rows could not be understood, for these or for what the header has besides.
func (t *tableReader) need(columns ...int) (ok bool) {
	ok = !t.refused
	for _, c := range columns {
		if column := &t.format.Columns[c]; t.places[c] < 0 && !slices.Contains(t.meant, column.Name) {
			t.found.add(Problem{File: t.name, Line: t.line, Column: column.Name, Text: "the column is missing", Remedy: t.addColumn(column)})
			ok = false
		}
	}
	return ok
}

// cellExamples are what may stand in the columns that a file needs.
var cellExamples = map[string]string{
	"id": "ann", "sponsor": "ann", "seller": "ann", "distributor": "ann", "sale": "policy-1", "at": "2026-01-31", "price": "49.90",
	"amount": "25.00", "value": "120", "currency": "EUR",
}

// addColumn is the remedy for a missing column: what to write.
func (t *tableReader) addColumn(column *Column) string {
	remedy := "write " + column.Name + " in the first row"
	if example := cellExamples[column.Name]; example != "" {
		remedy += ", and beneath it for instance " + example
	}
	return remedy + ": " + column.Meaning
}

// has tells whether the file has a column.
func (t *tableReader) has(column int) bool { return t.places[column] >= 0 }

// cell gives a cell of the row at hand; empty where the file has no such column.
func (t *tableReader) cell(column int) []byte {
	if place := t.places[column]; place >= 0 {
		return t.cells[place]
	}
	return nil
}

// skipped tells whoever wants to know it of a row that was refused for the number of its cells.
func (t *tableReader) skipped() {
	if t.refusedRow != nil {
		t.refusedRow()
	}
}

// nextRow reads the next row that has as many cells as the header.
func (t *tableReader) nextRow() bool {
	for t.next() {
		t.rows++
		if t.rows%progressRows == 0 && t.progress != nil {
			t.progress(t.used)
		}
		if t.rows > rowsMax {
			t.fileProblem("has more rows than can be counted", "simulate a part of it")
			return false
		}
		switch {
		case len(t.cells) < t.columns:
			t.rowProblem(fmt.Sprintf("has %d of %d cells", len(t.cells), t.columns), "give every row a cell for each column, if need be an empty one")
			t.skipped()
			continue
		case len(t.cells) > t.columns && !blank(t.cells[t.columns:]):
			t.rowProblem(fmt.Sprintf("has %d cells, and there are %d columns", len(t.cells), t.columns), "put a cell with a "+string(rune(t.comma))+" in it between quotes")
			t.skipped()
			continue
		}
		return true
	}
	return false
}

// expected guesses, when enough rows were read to guess by, how many there will be in all; 0 at any other time. A wrong size of the file costs
// no more than some memory.
func (t *tableReader) expected() int {
	if t.rows != progressRows || t.bytes < t.used {
		return 0
	}
	rows := t.bytes / (t.used/int64(t.rows) + 1) // a little more than there are, as the quotient is rounded down
	return int(min(rows+rows/32, rowsMax, t.bytes/2))
}

// reserve makes room for so many rows in columns, but for those that the file does not have.
func reserve[T any](rows int, columns ...*[]T) {
	for _, column := range columns {
		if *column != nil {
			*column = slices.Grow(*column, max(0, rows-len(*column)))
		}
	}
}

func blank(cells [][]byte) bool {
	for _, cell := range cells {
		if len(cell) > 0 {
			return false
		}
	}
	return true
}

// end tells, when nextRow has given up, whether it was for an error of the source, and reports what else it was for.
func (t *tableReader) end() error {
	if t.err != nil {
		return fmt.Errorf("%s: %w", t.name, t.err)
	}
	if t.problem != "" {
		t.rowProblem(t.problem, t.remedy)
	}
	if t.progress != nil {
		t.progress(t.used)
	}
	return nil
}

// textMax is how long an id or a word may be.
const textMax = 200

// checkText wants a text that can stand in a message and in another file.
func (t *tableReader) checkText(column int, text []byte) bool {
	plain := true
	for _, c := range text {
		plain = plain && c >= ' ' && c < utf8.RuneSelf
	}
	switch {
	case plain && len(text) <= textMax:
		return true
	case !utf8.Valid(text):
		t.cellProblem(column, "has text that is not in UTF-8", "save the file as CSV UTF-8")
	case bytes.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		t.cellProblem(column, shown(text)+" has a control character in it", "take it away")
	case utf8.RuneCount(text) > textMax:
		t.cellProblem(column, fmt.Sprintf("%s has more than %d characters", shown(text), textMax), "write a shorter one")
	default:
		return true
	}
	return false
}

// nearest gives the name that a misspelt one most likely stands for.
func nearest(name string, known []string) (string, bool) {
	if name == "" || len(name) > 64 {
		return "", false
	}
	best, bestDistance := "", 1+max(min(1, len(name)-1), len(name)/3) // any other letter is as near to one
	for _, k := range known {
		distance := editDistance(name, k)
		if len(name) >= 3 && len(k) >= 3 && (strings.HasPrefix(name, k) || strings.HasPrefix(k, name)) {
			distance = min(distance, 1)
		}
		if distance < bestDistance {
			best, bestDistance = k, distance
		}
	}
	return best, best != ""
}

// didYouMean is the remedy for a name that is not known: the nearest one, or all.
func didYouMean(name string, known []string) string {
	if near, ok := nearest(name, known); ok {
		return "did you mean " + near + "?"
	}
	if len(known) == 0 {
		return "it has none: leave the cell empty"
	}
	return "there are: " + strings.Join(known, ", ")
}

// editDistance counts the bytes to insert, delete, replace or swap with a neighbour to turn one word into the other.
func editDistance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
