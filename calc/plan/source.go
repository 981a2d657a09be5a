package plan

import (
	"unicode"

	"go.yaml.in/yaml/v3"
)

// position is a place in a file, both counted from 1 and columns in characters.
type position struct{ line, column int }

func positionOf(n *yaml.Node) position { return position{max(n.Line, 1), max(n.Column, 1)} }

// text is a plan file as characters, with the lines that YAML divides it into.
type text struct {
	runes []rune
	// starts holds the index of each line's first character.
	starts []int
}

func newText(source string) *text {
	t := &text{runes: []rune(source), starts: []int{0}}
	for i, r := range t.runes {
		if isBreak(r) && (r != '\r' || i+1 == len(t.runes) || t.runes[i+1] != '\n') {
			t.starts = append(t.starts, i+1)
		}
	}
	return t
}

// isBreak tells what ends a line in YAML 1.1, which is what the library reads by.
func isBreak(r rune) bool {
	return r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// index gives the character at a position, or the end of the file.
func (t *text) index(p position) int {
	if p.line > len(t.starts) {
		return len(t.runes)
	}
	return min(t.starts[p.line-1]+p.column-1, len(t.runes))
}

// positionAt gives the place of the character with an index that is not before that of from.
func (t *text) positionAt(index int, from position) position {
	line := from.line
	for line < len(t.starts) && t.starts[line] <= index {
		line++
	}
	return position{line, index - t.starts[line-1] + 1}
}

// positions gives the place in the file of each character of a scalar's value, and of its end. Folding, indentation and escapes
// are followed by holding the characters that are not blank against those of the file, one after the other.
func (t *text) positions(n *yaml.Node) []position {
	at := positionOf(n)
	i := t.index(at)
	quote := rune(0)
	switch n.Style {
	case yaml.DoubleQuotedStyle:
		quote, i = '"', i+1
	case yaml.SingleQuotedStyle:
		quote, i = '\'', i+1
	case yaml.LiteralStyle, yaml.FoldedStyle:
		// The text begins on the line after the indicator.
		if at.line < len(t.starts) {
			i = t.starts[at.line]
		}
	}
	value := []rune(n.Value)
	places := make([]position, 0, len(value)+1)
	for _, r := range value {
		if !unicode.IsSpace(r) {
			for i < len(t.runes) && (unicode.IsSpace(t.runes[i]) || quote == '"' && t.isBlankEscape(i)) {
				i += t.width(i, quote)
			}
		}
		at = t.positionAt(min(i, len(t.runes)), at)
		places = append(places, at)
		if !unicode.IsSpace(r) {
			i += t.width(i, quote)
		}
	}
	return append(places, t.positionAt(min(i, len(t.runes)), at))
}

// width is the number of characters in the file that stand for one of the value.
func (t *text) width(i int, quote rune) int {
	next := rune(0)
	if i+1 < len(t.runes) {
		next = t.runes[i+1]
	}
	switch {
	case quote == '\'' && t.runesAt(i) == '\'' && next == '\'':
		return 2
	case quote != '"' || t.runesAt(i) != '\\':
		return 1
	}
	switch next {
	case 'x':
		return 4
	case 'u':
		return 6
	case 'U':
		return 10
	}
	return 2
}

func (t *text) runesAt(i int) rune {
	if i < len(t.runes) {
		return t.runes[i]
	}
	return 0
}

// isBlankEscape tells whether an escape of a quoted text stands for a blank, or joins two lines.
func (t *text) isBlankEscape(i int) bool {
	if t.runes[i] != '\\' || i+1 == len(t.runes) {
		return false
	}
	switch next := t.runes[i+1]; next {
	case 'n', 't', 'r', 'v', 'f', '_', 'N', 'L', 'P', ' ', '\t':
		return true
	default:
		return isBreak(next)
	}
}
