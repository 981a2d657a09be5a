package plan

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	// sourceBytesMax bounds a plan file.
	sourceBytesMax = 1 << 20
	// nestingMax bounds how deep blocks and lists stand in each other.
	nestingMax = 32
)

// reader turns a plan file into a tree of which every part may be read as it stands: no anchors, tags, or keys given twice.
type reader struct {
	*findings
}

func (r *reader) refuse(at position, message, remedy string) {
	r.add(Diagnostic{Line: at.line, Column: at.column, Message: message, Remedy: remedy})
}

// read gives the tree's root, or nil when something was found.
func (r *reader) read(source string) *yaml.Node {
	switch {
	case len(source) > sourceBytesMax:
		r.refuse(position{1, 1}, fmt.Sprintf("the file has %d bytes; a plan has at most %d", len(source), sourceBytesMax), "")
		return nil
	case !utf8.ValidString(source):
		r.refuse(badEncoding(source), "the file is not text in UTF-8", "save it with the encoding UTF-8")
		return nil
	}
	if at, found := controlCharacter(source); found {
		r.refuse(at, "the file holds a control character", "delete it")
		return nil
	}
	files := yaml.NewDecoder(strings.NewReader(source))
	var document, another yaml.Node
	switch err := files.Decode(&document); {
	case errors.Is(err, io.EOF):
		r.refuse(position{1, 1}, "the file is empty", "begin with `plan_id`")
		return nil
	case err != nil:
		r.syntax(source, err)
		return nil
	}
	switch err := files.Decode(&another); {
	case errors.Is(err, io.EOF):
	case err != nil:
		r.syntax(source, err)
		return nil
	default:
		r.refuse(positionOf(&another), "a second document begins here", "write one plan a file, without `---`")
		return nil
	}
	root := document.Content[0]
	r.shape(root, 1)
	if len(r.errors) != 0 {
		return nil
	}
	return root
}

// shape refuses what YAML has and plan files do not.
func (r *reader) shape(n *yaml.Node, depth int) {
	switch {
	case r.full():
		return
	case depth > nestingMax:
		r.refuse(positionOf(n), fmt.Sprintf("blocks stand in each other more than %d deep", nestingMax), "")
		return
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.refuse(positionOf(n), "a plan refers to nothing by `&` and `*`", "write the value out; a text that begins with one of them needs quotes")
		return
	case n.Style&yaml.TaggedStyle != 0:
		r.refuse(positionOf(n), "a plan has no tags", "delete the word that begins with `!`; a text that begins with it needs quotes")
		return
	}
	for _, child := range n.Content {
		r.shape(child, depth+1)
	}
}

// syntaxLine matches the line number that the YAML library puts before its words.
var syntaxLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// syntax reports that a file is not YAML. The library's line numbers are those of the block that it was reading, and some count
// from 0; the first line with which the file goes wrong is what its writer looks for.
func (r *reader) syntax(source string, err error) {
	problem := syntaxLine.ReplaceAllString(err.Error(), "")
	line := 1
	if match := syntaxLine.FindStringSubmatch(err.Error()); match != nil && match[1] != "" {
		line, _ = strconv.Atoi(match[1]) // digits, as matched
	}
	line, at := badLine(source, problem, line)
	column := 1 + utf8.RuneCountInString(at) - utf8.RuneCountInString(strings.TrimLeft(at, " \t"))
	message, remedy := plainSyntax(problem, at)
	if field, value, two := strings.Cut(at, ": "); two && strings.Contains(problem, "mapping values are not allowed") && strings.Contains(value, ": ") {
		// A text with a colon in it, on one line with the name of its field.
		column = 1 + utf8.RuneCountInString(field) + len(": ") + utf8.RuneCountInString(value[:strings.Index(value, ": ")])
		if value = strings.TrimSpace(value); !strings.ContainsAny(value, "\"\\{}[]#") {
			remedy = fmt.Sprintf("put the text in quotes: `\"%s\"`", shown(value))
		}
	}
	r.refuse(position{line, column}, message, remedy)
}

// badLine gives the first line, not before the given one, up to which the file has the same problem, and its text.
func badLine(source, problem string, line int) (int, string) {
	const linesMax, bytesMax = 200, 1 << 16
	lines := strings.SplitAfter(source, "\n")
	line = min(max(line, 1), len(lines))
	found := line
	for k := line; k <= min(line+linesMax, len(lines)) && len(source) <= bytesMax; k++ {
		var tree yaml.Node
		if err := yaml.Unmarshal([]byte(strings.Join(lines[:k], "")), &tree); err != nil && strings.HasSuffix(err.Error(), problem) {
			found = k
			break
		}
	}
	return found, strings.TrimRight(lines[found-1], "\r\n")
}

// plainSyntax says the commonest problems in other words than a parser's.
func plainSyntax(problem, line string) (message, remedy string) {
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	switch {
	case strings.Contains(indent, "\t"):
		return "the line is indented with a tab", "indent with spaces"
	case strings.Contains(problem, "did not find expected key"), strings.Contains(problem, "did not find expected '-' indicator"):
		return "the line does not fit the block that it stands in", "fields of one block begin in the same column"
	case strings.Contains(problem, "mapping values are not allowed"):
		return "there is a `:` that no field name belongs to", "fields of one block begin in the same column; a text with `: ` in it needs quotes"
	case strings.Contains(problem, "cannot start any token"):
		return "a value begins with a character that needs quotes", "put the value in quotes"
	case strings.Contains(problem, "unexpected end of stream"), strings.Contains(problem, "unexpected document indicator"):
		return "a quote is opened and not closed", "close it"
	case strings.Contains(problem, "did not find expected ',' or") && strings.Contains(line, " ? "):
		return "a condition with `? :` inside braces is read as fields", "put it in quotes: `when: 'a ? b : c'`"
	case strings.Contains(problem, "did not find expected ',' or"), strings.Contains(problem, "did not find expected node content"):
		return "a list in `[ ]` or a block in `{ }` is not written to its end", "close it, and put a comma between the entries"
	case strings.Contains(problem, "could not find expected ':'"):
		return "a field name without `:`", "write `name: value`"
	case strings.Contains(problem, "unknown escape character"):
		return "a `\\` in double quotes is followed by a character that it gives no meaning to", "write `\\\\` for a backslash"
	case strings.Contains(problem, "unknown anchor"):
		return "a plan refers to nothing by `&` and `*`", "write the value out; a text that begins with one of them needs quotes"
	}
	return "the file is not YAML: " + shown(problem), ""
}

// badEncoding is where the first byte stands that is not UTF-8.
func badEncoding(source string) position {
	for i, r := range source {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(source[i:]); size == 1 {
				return endOf(source[:i])
			}
		}
	}
	return position{1, 1}
}

// controlCharacter finds what no editor shows, and YAML refuses.
func controlCharacter(source string) (position, bool) {
	for i, r := range source {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f || r >= 0x80 && r < 0xa0 && r != '\u0085' || r == '\ufeff' && i != 0 {
			return endOf(source[:i]), true
		}
	}
	return position{}, false
}

// endOf is the position behind a text.
func endOf(source string) position {
	t := newText(source)
	return t.positionAt(len(t.runes), position{1, 1})
}
