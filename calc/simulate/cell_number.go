package simulate

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"upline/calc"
)

// parseFixed reads a decimal number as an integer of units of 10^-digits. Zeros behind the last decimal that the unit has are read
// over, since spreadsheets write them. It says only whether the text is such a number; wrongNumber says why not.
func parseFixed(text []byte, digits int32) (value int64, ok bool) {
	i, negative := 0, false
	if len(text) > 0 && text[0] == '-' {
		i, negative = 1, true
	}
	if i == len(text) || text[i] == '.' {
		return 0, false
	}
	magnitude := uint64(0)
	push := func(digit byte) bool {
		if magnitude > (math.MaxInt64-uint64(digit))/10 {
			return false
		}
		magnitude = magnitude*10 + uint64(digit)
		return true
	}
	for ; i < len(text) && text[i] != '.'; i++ {
		if text[i] < '0' || text[i] > '9' || !push(text[i]-'0') {
			return 0, false
		}
	}
	left := digits
	if i < len(text) {
		if i++; i == len(text) {
			return 0, false
		}
		for ; i < len(text); i++ {
			switch {
			case text[i] < '0' || text[i] > '9':
				return 0, false
			case left > 0:
				if !push(text[i] - '0') {
					return 0, false
				}
				left--
			case text[i] != '0':
				return 0, false
			}
		}
	}
	for ; left > 0; left-- {
		if !push(0) {
			return 0, false
		}
	}
	if negative {
		return -int64(magnitude), true
	}
	return int64(magnitude), true
}

// number reads a cell that must hold a decimal number.
func (t *tableReader) number(column int, digits int32) (value int64, ok bool) {
	cell := t.cell(column)
	if value, ok = parseFixed(cell, digits); !ok {
		text, remedy := wrongNumber(cell, digits)
		t.cellProblem(column, text, remedy)
	}
	return value, ok
}

// amount reads a cell that must hold a decimal number not below zero.
func (t *tableReader) amount(column int, digits int32) (value int64, ok bool) {
	value, ok = t.number(column, digits)
	if ok && value < 0 {
		t.cellProblem(column, shown(t.cell(column))+" is below zero", "what a customer gives back is no sale: write cancelled_at in the row of the sale")
		return 0, false
	}
	return value, ok
}

// wrongNumber says what is wrong with a number, and how to write it.
func wrongNumber(text []byte, digits int32) (problem, remedy string) {
	if len(text) == 0 {
		return "is empty", "write 0 if there is none"
	}
	if rewritten, marks := withoutGroups(text); rewritten != "" {
		return shown(text) + " has " + marks, "write " + rewritten
	}
	if isNumber(text) {
		_, decimals, _ := bytes.Cut(text, []byte{'.'})
		switch decimals = bytes.TrimRight(decimals, "0"); {
		case len(decimals) <= int(digits):
			return shown(text) + " is out of range", "check the unit of the column"
		case digits == 0:
			return shown(text) + " is no whole number", "write a whole number"
		}
		return shown(text) + " has more decimals than there are", fmt.Sprintf("write %d decimals at most", digits)
	}
	bare := strings.TrimLeft(strings.TrimRight(string(text), "%€$£₹ "), "+€$£₹ ")
	if _, ok := parseFixed([]byte(bare), digits); ok {
		return shown(text) + " is not a number alone", "write " + bare
	}
	return shown(text) + " is not a number", "write it like 1234.50"
}

// isNumber tells whether a text is a decimal number as files may write it, of any size.
func isNumber(text []byte) bool {
	whole, decimals, pointed := bytes.Cut(bytes.TrimPrefix(text, []byte{'-'}), []byte{'.'})
	return areDigits(whole) && (!pointed || areDigits(decimals))
}

func areDigits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(text) > 0
}

// withoutGroups rewrites a number that is written for people: with separators between groups of digits, as in 1,234.50, 1.234,50,
// 1 234.50 and 12,34,567.00, or with a decimal comma. It is "" where it is not clear that the text is such a number.
func withoutGroups(text []byte) (rewritten, marks string) {
	s := strings.ReplaceAll(string(text), "\u00a0", " ")
	s = strings.ReplaceAll(s, "'", " ")
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == ',' || r == '.' || r == ' ' || r == '-' {
			return r
		}
		return 'x'
	}, s)
	if strings.Contains(digits, "x") || !strings.ContainsAny(digits, ", ") && strings.Count(digits, ".") < 2 {
		return "", ""
	}
	comma, point := strings.LastIndexByte(digits, ','), strings.LastIndexByte(digits, '.')
	decimal := byte(0)
	switch {
	case comma > point && (point >= 0 || strings.Count(digits, ",") == 1 && len(digits)-comma-1 != 3):
		decimal = ','
	case point > comma && strings.Count(digits, ".") == 1:
		decimal = '.'
	}
	whole, decimals := digits, ""
	if decimal != 0 {
		at := strings.LastIndexByte(digits, decimal)
		whole, decimals = digits[:at], digits[at+1:]
	}
	strip := strings.NewReplacer(",", "", ".", "", " ", "")
	rewritten = strip.Replace(whole)
	if decimals != "" {
		rewritten += "." + decimals
	}
	if !isNumber([]byte(rewritten)) {
		return "", ""
	}
	switch {
	case strip.Replace(whole) == whole:
		marks = "a decimal comma"
	case strings.Contains(whole, ","):
		marks = "commas between its digits"
	case strings.Contains(whole, "."):
		marks = "points between its digits"
	default:
		marks = "spaces between its digits"
	}
	return rewritten, marks
}

// small reads a cell that must hold a whole number from least to most.
func (t *tableReader) small(column int, least, most int64) (value int32, ok bool) {
	number, ok := t.number(column, 0)
	if ok && (number < least || number > most) {
		t.cellProblem(column, shown(t.cell(column))+" is out of range", fmt.Sprintf("write a whole number from %d to %d", least, most))
		return 0, false
	}
	return int32(number), ok
}

// yesNo reads a cell that says yes or no; an empty one is no.
func (t *tableReader) yesNo(column int) (yes, ok bool) {
	switch cell := t.cell(column); {
	case len(cell) == 0:
		return false, true
	case isWord(cell, "yes", "true", "1", "y"):
		return true, true
	case isWord(cell, "no", "false", "0", "n"):
		return false, true
	}
	t.cellProblem(column, shown(t.cell(column))+" is neither yes nor no", "write yes or no")
	return false, false
}

// isWord compares a cell with words, whatever the case.
func isWord(cell []byte, list ...string) bool {
	for _, word := range list {
		if bytes.EqualFold(cell, []byte(word)) {
			return true
		}
	}
	return false
}

// currencyCell reads a cell that names a currency; 0 for an empty one.
func (t *tableReader) currencyCell(column int, known *words) (number uint16, digits int32, ok bool) {
	cell := t.cell(column)
	if len(cell) == 0 {
		return 0, 0, true
	}
	digits, isCurrency := calc.CurrencyDigits(string(cell))
	if !isCurrency {
		t.cellProblem(column, shown(cell)+" is not a currency", "write its code of ISO 4217, for instance EUR")
		return 0, 0, false
	}
	number, ok = known.number(cell)
	return number, digits, ok
}

// market reads a cell that names a country.
func (t *tableReader) market(column int, known *words) (number uint16, ok bool) {
	cell := t.cell(column)
	if len(cell) != 0 && (len(cell) != 2 || cell[0] < 'A' || cell[0] > 'Z' || cell[1] < 'A' || cell[1] > 'Z') {
		t.cellProblem(column, shown(cell)+" is not a country's code", "write two capital letters of ISO 3166, for instance IN")
		return 0, false
	}
	return known.number(cell)
}

// word reads a cell that holds a word of which there are few.
func (t *tableReader) word(column int, known *words) (number uint16, ok bool) {
	cell := t.cell(column)
	if len(cell) == 0 {
		return 0, true
	}
	if !t.checkText(column, cell) {
		return 0, false
	}
	if number, ok = known.number(cell); !ok {
		t.cellProblem(column, fmt.Sprintf("%s is one of more than %d different words", shown(cell), wordsMax), "check that the column holds what it is meant to")
	}
	return number, ok
}
