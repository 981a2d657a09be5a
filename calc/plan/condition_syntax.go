package plan

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"cel.dev/cel-go/common"
)

// wordOperators are the words that people write for CEL's operators.
var wordOperators = map[string]string{
	"and": "write `&&` for \"and\"",
	"or":  "write `||` for \"or\"",
	"not": "write `!` for \"not\"",
	"is":  "write `==` for \"is\"",
	"yes": "write `true`, or leave the condition away",
	"no":  "write `false`",
}

// factsElsewhere are names that brochures have for facts.
var factsElsewhere = map[string]string{
	"personal_volume": "pv", "personalvolume": "pv", "group_volume": "gv", "groupvolume": "gv", "team_volume": "gv",
}

// offset is the index of the character at a place that CEL names.
func (l *lowering) offset(at common.Location) int {
	line, i := at.Line(), 0
	for ; i < len(l.runes) && line > 1; i++ {
		if l.runes[i] == '\n' {
			line--
		}
	}
	return i + max(at.Column(), 0)
}

// syntaxToken matches what CEL's parser stumbled over, in any of its wordings.
var syntaxToken = regexp.MustCompile(`(?s)(?:token recognition error at: |input |at )'(.*?)'(?: expecting .*)?$`)

// syntax reports, in other words than the parser's, that a condition cannot be read.
func (l *lowering) syntax(e *common.Error) {
	at, token := l.offset(e.Location), ""
	if match := syntaxToken.FindStringSubmatch(e.Message); match != nil {
		token = strings.TrimSpace(match[1])
	}
	last := len(l.runes)
	for last > 0 && unicode.IsSpace(l.runes[last-1]) {
		last--
	}
	switch {
	case strings.Contains(e.Message, "recursion limit"), strings.Contains(e.Message, "exceed"):
		l.fail(0, "the parts of the "+l.noun()+" stand in each other too deep", "make it simpler")
	case strings.Contains(e.Message, "invalid int literal"), strings.Contains(e.Message, "invalid double literal"):
		l.fail(at, "the number is too large", "")
	case strings.Contains(e.Message, "missing ')'"), strings.Contains(e.Message, "<EOF>'") && l.opened():
		l.fail(last, "a bracket is opened and not closed", "add `)`")
	case slices.Contains(l.runes, '%'):
		l.fail(slices.Index(l.runes, '%'), "`%` has no place in a condition", "write a percentage as a decimal: `0.4 * gv` for 40 % of gv")
	case strings.Contains(e.Message, "'<EOF>'"):
		l.fail(last, "the "+l.noun()+" ends too early", "write what it goes on with, or delete what is left over at its end")
	case token == "":
		l.fail(at, "the "+l.noun()+" cannot be read from here on", "")
	default:
		if word := l.wordBefore(at); wordOperators[strings.ToLower(word)] != "" {
			at, token = at-len(word)-1, word
		}
		remedy := tokenRemedy(token)
		if afterNumber(l.runes, at) && wordOperators[strings.ToLower(token)] == "" {
			remedy = behindNumber(token, remedy)
		}
		l.fail(at, "`"+shown(token)+"` is not expected here", remedy)
	}
}

// afterNumber tells that what stands before an index, blanks aside, ends with a digit.
func afterNumber(runes []rune, index int) bool {
	for index = min(index, len(runes)); index > 0 && unicode.IsSpace(runes[index-1]); index-- {
	}
	return index > 0 && runes[index-1] >= '0' && runes[index-1] <= '9'
}

// behindNumber is the remedy for what people write behind a number, where there is one: what they mean by it.
func behindNumber(token, otherwise string) string {
	switch first := token[0]; {
	case token == "x":
		return "write `*` for \"times\""
	case first == '\'' || first == '_':
		return "write a number without a mark for the thousands: `20000`"
	case unicode.IsLetter(rune(first)):
		return "a number has no unit; conditions are joined by `&&` or `||`"
	}
	return otherwise
}

func tokenRemedy(token string) string {
	if remedy, ok := tokenRemedies[token]; ok {
		return remedy
	}
	if remedy, ok := wordOperators[strings.ToLower(token)]; ok {
		return remedy
	}
	switch first := token[0]; {
	case first == '"' || first == '\'':
		return "close the quote"
	case first >= '0' && first <= '9' || unicode.IsLetter(rune(first)):
		return "conditions are joined by `&&` or `||`"
	}
	return ""
}

// wordBefore is the word that one blank parts from the character with an index.
func (l *lowering) wordBefore(index int) string {
	end := index - 1
	if end < 0 || end >= len(l.runes) || l.runes[end] != ' ' {
		return ""
	}
	from := end
	for from > 0 && (l.runes[from-1] >= 'a' && l.runes[from-1] <= 'z' || l.runes[from-1] >= 'A' && l.runes[from-1] <= 'Z') {
		from--
	}
	return string(l.runes[from:end])
}

// opened tells whether more brackets are opened than closed.
func (l *lowering) opened() bool {
	depth := 0
	for _, r := range l.runes {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
	}
	return depth > 0
}

// tokenRemedies are for the signs that people write and CEL does not have.
var tokenRemedies = map[string]string{
	"=":  "write `==` for \"equals\", `>=` for \"at least\"",
	"=>": "write `>=`",
	"=<": "write `<=`",
	"&":  "write `&&` for \"and\"",
	"|":  "write `||` for \"or\"",
	"$":  "write the number alone; amounts are in the plan's currency",
	"€":  "write the number alone; amounts are in the plan's currency",
	"£":  "write the number alone; amounts are in the plan's currency",
	"?":  "write all of `a ? b : c`",
	":":  "write all of `a ? b : c`",
	"≥":  "write `>=`",
	"≤":  "write `<=`",
	"≠":  "write `!=`",
	"×":  "write `*`",
	",":  "write a number without commas: `1000`",
	")":  "delete it, or open the bracket before",
	"in": "lists have no place in a condition; compare with each value, and join with `||`",
}
