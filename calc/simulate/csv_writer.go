package simulate

import (
	"bytes"
	"io"
	"strconv"

	"upline/calc"
)

// csvWriter writes rows of a CSV file, cell by cell, and allocates nothing by row. It keeps the first error.
type csvWriter struct {
	out    io.Writer
	buffer []byte
	// begun tells that the row has a cell.
	begun bool
	err   error
}

// writeBytes is how much is written at once.
const writeBytes = 1 << 16

// newCSVWriter begins a file of a format. A nil writer takes what it is given and writes it nowhere.
func newCSVWriter(out io.Writer, format *Format) *csvWriter {
	w := &csvWriter{out: out}
	for _, column := range format.Columns {
		w.text(column.Name)
	}
	w.end()
	return w
}

func (w *csvWriter) cell() {
	if w.begun {
		w.buffer = append(w.buffer, ',')
	}
	w.begun = true
}

func (w *csvWriter) text(text string) {
	w.cell()
	if needsQuotes(text) {
		w.buffer = appendQuoted(w.buffer, []byte(text))
		return
	}
	w.buffer = append(w.buffer, text...)
}

func (w *csvWriter) bytes(text []byte) {
	w.cell()
	if bytes.ContainsAny(text, ",\"\n\r; ") {
		w.buffer = appendQuoted(w.buffer, text)
		return
	}
	w.buffer = append(w.buffer, text...)
}

func needsQuotes(text string) bool {
	for _, c := range []byte(text) {
		switch c {
		case ',', '"', '\n', '\r', ' ', ';':
			return true
		}
	}
	return false
}

func appendQuoted(to, text []byte) []byte {
	to = append(to, '"')
	for _, c := range text {
		if c == '"' {
			to = append(to, '"')
		}
		to = append(to, c)
	}
	return append(to, '"')
}

func (w *csvWriter) number(n int64) {
	w.cell()
	w.buffer = strconv.AppendInt(w.buffer, n, 10)
}

// decimal writes units of 10^-digits with at least so many decimals.
func (w *csvWriter) decimal(value int64, digits, decimalsMin int32) {
	w.cell()
	w.buffer = appendDecimal(w.buffer, value, digits, decimalsMin)
}

// appendDecimal writes units of 10^-digits with at least so many decimals, and no needless zeros behind those.
func appendDecimal(to []byte, value int64, digits, decimalsMin int32) []byte {
	magnitude := uint64(value)
	if value < 0 {
		magnitude = -magnitude
		to = append(to, '-')
	}
	var room [24]byte
	number := strconv.AppendUint(room[:0], magnitude, 10)
	for missing := int(digits) + 1 - len(number); missing > 0; missing-- {
		to = append(to, '0')
		if missing == int(digits)+1-len(number) && digits > 0 {
			to = append(to, '.')
		}
	}
	point := len(number) - int(digits)
	for i, digit := range number {
		if i == point && i > 0 && digits > 0 {
			to = append(to, '.')
		}
		to = append(to, digit)
	}
	for decimals := digits; decimals > decimalsMin && to[len(to)-1] == '0'; decimals-- {
		to = to[:len(to)-1]
	}
	if to[len(to)-1] == '.' {
		to = to[:len(to)-1]
	}
	return to
}

// appendFraction writes a fraction in lowest terms.
func appendFraction(to []byte, f calc.Fraction) []byte {
	by, rest := max(f.Num, -f.Num), f.Den
	for rest != 0 {
		by, rest = rest, by%rest
	}
	to = strconv.AppendInt(to, f.Num/by, 10)
	if f.Den != by {
		to = append(to, '/')
		to = strconv.AppendInt(to, f.Den/by, 10)
	}
	return to
}

// end ends the row.
func (w *csvWriter) end() {
	w.buffer = append(w.buffer, '\n')
	w.begun = false
	if len(w.buffer) >= writeBytes {
		w.flush()
	}
}

func (w *csvWriter) flush() {
	if w.err == nil && w.out != nil {
		_, w.err = w.out.Write(w.buffer)
	}
	w.buffer = w.buffer[:0]
}
