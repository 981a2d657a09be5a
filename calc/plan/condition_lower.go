package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"upline/calc"
)

const (
	// literalDigitsMax is how many decimals a number may be written with: as many as volumes have.
	literalDigitsMax = 4
	// productDigitsMax keeps products of volumes and numbers far from the bounds of int64.
	productDigitsMax = 8
)

// lowering turns one condition's syntax tree into what the engine evaluates. It checks types itself, as only it can say in words what
// is wrong; CEL's checker is asked afterwards.
type lowering struct {
	c       *compiler
	path    string
	runes   []rune
	places  []position // in the file, of each of runes and of the end
	info    *ast.SourceInfo
	when    phase
	wants   wantedType
	tooDeep bool // whether that was said, which is enough
}

// typed is a lowered part: a condition, or a number with so many decimals.
type typed struct {
	expr    *calc.Expr
	boolean bool
	digits  int32
	// volume tells that a fact with decimals is in it.
	volume bool
}

// fail reports something about the character with an index.
func (l *lowering) fail(index int, message, remedy string) { l.say(Error, index, message, remedy) }

func (l *lowering) say(s Severity, index int, message, remedy string) {
	at := position{1, 1}
	if len(l.places) != 0 {
		at = l.places[min(max(index, 0), len(l.places)-1)]
	}
	l.c.add(Diagnostic{Severity: s, Line: at.line, Column: at.column, Path: l.c.filePath(l.path), Message: message, Remedy: remedy})
}

// own is where the token of a node stands: the operator of an operation, the bracket behind a function's name, the first character
// of anything else.
func (l *lowering) own(e ast.Expr) int {
	r, _ := l.info.GetOffsetRange(e.ID())
	return int(r.Start)
}

// start is where a node begins.
func (l *lowering) start(e ast.Expr) int {
	at := l.own(e)
	if e.Kind() != ast.CallKind {
		return at
	}
	call := e.AsCall()
	if _, isOperation := operations[call.FunctionName()]; !isOperation && !call.IsMemberFunction() {
		name := []rune(call.FunctionName())
		for i := min(at, len(l.runes)) - len(name); i >= 0; i-- {
			if slices.Equal(l.runes[i:i+len(name)], name) {
				return i
			}
		}
	}
	for _, arg := range call.Args() {
		at = min(at, l.start(arg))
	}
	return at
}

func (l *lowering) lower(e ast.Expr, depth int) (typed, bool) {
	if depth > conditionDepthMax {
		if l.tooDeep {
			return typed{}, false
		}
		l.tooDeep = true
		l.fail(l.own(e), fmt.Sprintf("the parts of the %s stand in each other more than %d deep", l.noun(), conditionDepthMax), "make it simpler")
		return typed{}, false
	}
	switch e.Kind() {
	case ast.LiteralKind:
		return l.literal(e)
	case ast.IdentKind:
		return l.fact(e)
	case ast.CallKind:
		return l.call(e, depth)
	case ast.SelectKind:
		l.fail(l.own(e), "a `.` has no place here", "facts are single words, for instance `pv`; decimals have a digit before and after the point")
	default:
		l.fail(l.own(e), "lists and blocks have no place in a condition", "compare facts with numbers, and join with `&&` and `||`")
	}
	return typed{}, false
}

func (l *lowering) literal(e ast.Expr) (typed, bool) {
	switch value := e.AsLiteral().(type) {
	case types.Bool:
		expr := &calc.Expr{Op: calc.OpBoolean}
		if value {
			expr.Value = 1
		}
		return typed{expr: expr, boolean: true}, true
	case types.Int, types.Double:
		return l.number(e)
	case types.String:
		l.fail(l.own(e), "a text in quotes has no place here", "only names are in quotes: `achieved(\"silver\")`")
	case types.Uint:
		l.fail(l.own(e), "a number has no letters", "write `100`, not `100u`")
	default:
		l.fail(l.own(e), "this has no place in a condition", "compare facts with numbers, and join with `&&` and `||`")
	}
	return typed{}, false
}

// number reads a number from the text of the condition, since CEL has made a float of a decimal.
func (l *lowering) number(e ast.Expr) (typed, bool) {
	at := l.own(e)
	i, sign := at, ""
	if i < len(l.runes) && l.runes[i] == '-' {
		sign, i = "-", i+1
		for i < len(l.runes) && strings.ContainsRune(" \t\r\n\f", l.runes[i]) {
			i++
		}
	}
	from := i
	for i < len(l.runes) && (l.runes[i] >= '0' && l.runes[i] <= '9' || l.runes[i] == '.') {
		i++
	}
	written := string(l.runes[from:i])
	if i == from || i < len(l.runes) && strings.ContainsRune("eExX", l.runes[i]) {
		l.fail(at, "a number is written in digits", "write it out, for instance `1000` or `0.5`")
		return typed{}, false
	}
	if strings.HasPrefix(written, ".") {
		written = "0" + written
	}
	whole, decimals, _ := strings.Cut(written, ".")
	decimals = strings.TrimRight(decimals, "0")
	if len(decimals) > literalDigitsMax {
		l.fail(at, fmt.Sprintf("the number `%s` has more than %d decimals", shown(written), literalDigitsMax), "volumes have four decimals; round it")
		return typed{}, false
	}
	value, err := strconv.ParseInt(sign+whole+decimals, 10, 64)
	if err != nil {
		l.fail(at, fmt.Sprintf("the number `%s` is too large", shown(written)), "")
		return typed{}, false
	}
	digits := int32(len(decimals))
	return typed{expr: &calc.Expr{Op: calc.OpNumber, Value: value, Digits: digits}, digits: digits}, true
}
