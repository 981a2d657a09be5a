package simulate

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// readRows reads all rows of a text.
func readRows(r io.Reader, comma byte) (rows [][]string, lines []int, reader *rowReader) {
	reader = &rowReader{source: r, comma: comma}
	for reader.next() {
		var row []string
		for _, cell := range reader.cells {
			row = append(row, string(cell))
		}
		rows, lines = append(rows, row), append(lines, reader.line)
	}
	return rows, lines, reader
}

func TestRowReader_ReadsRows(t *testing.T) {
	for _, test := range []struct {
		name, text string
		comma      byte
		want       [][]string
		lines      []int
	}{
		{"plain", "a,b\nc,d\n", ',', [][]string{{"a", "b"}, {"c", "d"}}, []int{1, 2}},
		{"without the last line end", "a,b\r\nc,d", ',', [][]string{{"a", "b"}, {"c", "d"}}, []int{1, 2}},
		{"blank rows", "\n\na\n \n,,\n\t\nb\n", ',', [][]string{{"a"}, {"b"}}, []int{3, 7}},
		{"spaces around cells", " a , b\t,c \n", ',', [][]string{{"a", "b", "c"}}, []int{1}},
		{"semicolons", "a;b,c;\n", ';', [][]string{{"a", "b,c", ""}}, []int{1}},
		{"tabs", "a\t\tb\n\"c\t\"\td\n", '\t', [][]string{{"a", "", "b"}, {"c", "d"}}, []int{1, 2}},
		{"quotes", "\"a,b\",\"say \"\"hi\"\"\"\n", ',', [][]string{{"a,b", `say "hi"`}}, []int{1}},
		{"quotes with spaces around", " \"a\" ,b\n", ',', [][]string{{"a", "b"}}, []int{1}},
		{"a quote inside a cell", "5\" pipe,b\n", ',', [][]string{{`5" pipe`, "b"}}, []int{1}},
		{"line ends inside quotes", "a,\"b\nc\n\",d\ne\n", ',', [][]string{{"a", "b\nc\n", "d"}, {"e"}}, []int{1, 4}},
		{"an empty cell in quotes", "\"\",a,\"\"\n", ',', [][]string{{"", "a", ""}}, []int{1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, source := range []io.Reader{strings.NewReader(test.text), iotest.OneByteReader(strings.NewReader(test.text)), iotest.DataErrReader(strings.NewReader(test.text))} {
				rows, lines, reader := readRows(source, test.comma)
				if !slices.EqualFunc(rows, test.want, slices.Equal) || !slices.Equal(lines, test.lines) || reader.problem != "" {
					t.Errorf("rows %q in lines %v, want %q in %v; %s", rows, lines, test.want, test.lines, reader.problem)
				}
			}
		})
	}
}

func TestRowReader_EndsAtWhatIsNoRow(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		line int
	}{
		"an open quote":              {"a\nb,\"c\nd\n", 2},
		"an open quote of many rows": {"a\n\"" + strings.Repeat("b\n", 1000), 2},
		"an open quote of long rows": {"\"" + strings.Repeat(strings.Repeat("b", 100_000)+"\n", 50), 1},
		"text behind a quote":        {"a\nb\n\"c\"d\n", 3},
		"a row without an end":       {"a\n" + strings.Repeat("b", 4<<20), 2},
	} {
		_, _, reader := readRows(strings.NewReader(test.text), ',')
		if reader.problem == "" || reader.line != test.line || len(reader.buffer) > 4<<20 {
			t.Errorf("%s: %q in line %d, want line %d; a buffer of %d bytes", name, reader.problem, reader.line, test.line, len(reader.buffer))
		}
	}
}

func TestRowReader_GivesErrorsOfTheSource(t *testing.T) {
	broken := errors.New("broken")
	for name, source := range map[string]io.Reader{
		"between rows":   io.MultiReader(strings.NewReader("a\n"), iotest.ErrReader(broken)),
		"inside a quote": io.MultiReader(strings.NewReader("a\n\"b\n"), iotest.ErrReader(broken)),
	} {
		if _, _, reader := readRows(source, ','); !errors.Is(reader.err, broken) || reader.problem != "" {
			t.Errorf("%s: error %v, problem %q", name, reader.err, reader.problem)
		}
	}
	if _, _, reader := readRows(stuck{}, ','); !errors.Is(reader.err, io.ErrNoProgress) {
		t.Errorf("a source that gives nothing: %v", reader.err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// FuzzRowReader holds the reader against the one of the standard library, wherever that one takes a text.
func FuzzRowReader(f *testing.F) {
	for _, text := range []string{"a,b\nc,d\n", "\"a\"\"b\",c\r\n\r\n,,\n", " a ,\"b\nc\"\nd", "\"", "a\"b,c", "\xef\xbb\xbfa,b\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rows, _, reader := readRows(strings.NewReader(string(text)), ',')
		standard := csv.NewReader(strings.NewReader(string(text)))
		standard.FieldsPerRecord = -1
		records, err := standard.ReadAll()
		if err != nil {
			return
		}
		if reader.problem != "" {
			if strings.Count(string(text), "\n") >= rowLinesMax {
				return // a row of more lines than are read
			}
			t.Fatalf("%q: %s (line %d)", text, reader.problem, reader.line)
		}
		var want [][]string
		for _, record := range records {
			filled := false
			for i, cell := range record {
				record[i] = strings.Trim(cell, " \t")
				filled = filled || record[i] != ""
			}
			if filled {
				want = append(want, record)
			}
		}
		if !slices.EqualFunc(rows, want, slices.Equal) {
			t.Fatalf("%q: rows %q, want %q", text, rows, want)
		}
	})
}
