package simulate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ErrProblems reports files that cannot be computed with. It is wrapped by Problems.
var ErrProblems = errors.New("simulate: something is wrong with the files")

// problemsMax is how many problems are listed; the others are counted.
const problemsMax = 50

// Problem is one thing that is wrong with a file, in words for whoever made the file.
type Problem struct {
	File string `json:"file"`
	// Line is where the row begins, from 1, the header being line 1; 0 means the file as a whole.
	Line int `json:"line,omitempty"`
	// Column is the name of a column; "" means the row as a whole.
	Column string `json:"column,omitempty"`
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"`
}

// String is `file:line: column: what is wrong (what to do about it)`.
func (p Problem) String() string {
	var text strings.Builder
	text.WriteString(p.File)
	if p.Line > 0 {
		text.WriteString(":" + strconv.Itoa(p.Line))
	}
	text.WriteString(": ")
	if p.Column != "" {
		text.WriteString(p.Column + ": ")
	}
	text.WriteString(p.Text)
	if p.Remedy != "" {
		text.WriteString(" (" + p.Remedy + ")")
	}
	return text.String()
}

// Problems are all that is wrong with the files, in the order of the files and their rows.
type Problems struct {
	List []Problem
	// More is how many there are besides those in List.
	More int
}

// Error lists the problems one a line.
func (p *Problems) Error() string {
	lines := make([]string, 0, len(p.List)+1)
	for _, one := range p.List {
		lines = append(lines, one.String())
	}
	if p.More > 0 {
		lines = append(lines, fmt.Sprintf("and %s more", grouped(int64(p.More))))
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives ErrProblems.
func (p *Problems) Unwrap() error { return ErrProblems }

// findings gathers problems, and notes: what was taken for granted, which an analyst should know.
type findings struct {
	// each is told of every problem, also of those that are not listed; nil for none.
	each  func(Problem)
	list  []Problem
	count int
	notes []string
	files []string // the names of files, in the order in which they are read
}

func (f *findings) add(p Problem) {
	f.count++
	if f.each != nil {
		f.each(p)
	}
	if len(f.list) < problemsMax {
		f.list = append(f.list, p)
	}
}

// addOnce leaves out what is listed already, for what is looked at once for each of two plans.
func (f *findings) addOnce(p Problem) {
	for _, known := range f.list {
		if known == p {
			return
		}
	}
	f.add(p)
}

func (f *findings) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, known := range f.notes {
		if known == text {
			return
		}
	}
	f.notes = append(f.notes, text)
}

// err is nil when nothing is wrong.
func (f *findings) err() error {
	if f.count == 0 {
		return nil
	}
	// Those of a file are found in several passes.
	list := slices.Clone(f.list)
	slices.SortStableFunc(list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(slices.Index(f.files, a.File), slices.Index(f.files, b.File)), cmp.Compare(a.Line, b.Line))
	})
	return &Problems{List: list, More: f.count - len(list)}
}

// shown is a text of a file as a message shows it: quoted, on one line, and cut when it is long.
func shown(text []byte) string {
	const bytesMax = 60
	if len(text) > bytesMax {
		return strconv.Quote(string(text[:bytesMax])) + "…"
	}
	return strconv.Quote(string(text))
}

// counted writes a number with the word that it counts, in the plural but for one.
func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// grouped writes a number with a comma after every three digits.
func grouped(n int64) string { return groupDigits(strconv.FormatInt(n, 10)) }

// groupDigits puts a comma after every three digits before the point of a decimal number.
func groupDigits(text string) string {
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	whole, decimals, pointed := strings.Cut(text, ".")
	var out strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteRune(digit)
	}
	if pointed {
		out.WriteString("." + decimals)
	}
	return sign + out.String()
}
