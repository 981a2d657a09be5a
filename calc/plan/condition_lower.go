package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
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
	c        *compiler
	path     string
	runes    []rune
	places   []position // in the file, of each of runes and of the end
	info     *ast.SourceInfo
	inActive bool // whether it decides who is active
	tooDeep  bool // whether that was said, which is enough
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
func (l *lowering) fail(index int, message, remedy string) {
	at := position{1, 1}
	if len(l.places) != 0 {
		at = l.places[min(max(index, 0), len(l.places)-1)]
	}
	l.c.add(Diagnostic{Line: at.line, Column: at.column, Path: l.path, Message: message, Remedy: remedy})
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
		l.fail(l.own(e), fmt.Sprintf("the parts of the condition stand in each other more than %d deep", conditionDepthMax), "make it simpler")
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
		l.fail(l.own(e), "a text in quotes has no place here", "only a rank's name is in quotes: `achieved(\"silver\")`")
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

// fact reads a fact that is a word.
func (l *lowering) fact(e ast.Expr) (typed, bool) {
	name := e.AsIdent()
	info, ok := factNamed(name)
	switch {
	case !ok:
		remedy, isWord := wordOperators[strings.ToLower(name)]
		if !isWord {
			remedy = didYouMean(name, append(l.factNames(false), l.factNames(true)...), "the facts are")
		}
		if _, isRank := l.c.rankNumbers[name]; isRank {
			remedy = fmt.Sprintf("ask for a rank by `achieved(\"%s\")`, `paid_as_before(\"%s\")` or `legs_with(\"%s\")`", name, name, name)
		}
		l.fail(l.own(e), fmt.Sprintf("there is no fact `%s`", shown(name)), remedy)
		return typed{}, false
	case info.TakesRank:
		l.fail(l.own(e), fmt.Sprintf("`%s` asks for a rank", name), l.example(info))
		return typed{}, false
	case !l.allowed(e, info):
		return typed{}, false
	}
	return typed{expr: &calc.Expr{Op: calc.OpFact, Fact: info.Fact}, boolean: info.Boolean, digits: info.Digits, volume: info.Digits > 0}, true
}

// rankFact reads a fact that asks for a rank.
func (l *lowering) rankFact(e ast.Expr, info calc.FactInfo) (typed, bool) {
	args := e.AsCall().Args()
	if len(args) != 1 || args[0].Kind() != ast.LiteralKind {
		l.fail(l.start(e), fmt.Sprintf("`%s` asks for the name of one rank, in quotes", info.Name), l.example(info, args...))
		return typed{}, false
	}
	name, ok := args[0].AsLiteral().(types.String)
	if !ok {
		l.fail(l.start(e), fmt.Sprintf("`%s` asks for the name of one rank, in quotes", info.Name), l.example(info))
		return typed{}, false
	}
	if !l.allowed(e, info) {
		return typed{}, false
	}
	number, known := l.c.rankNumbers[string(name)]
	if !known {
		if l.c.ranksKnown {
			message, remedy := l.c.unknownRankWords(string(name))
			l.fail(l.own(args[0]), message, remedy)
		}
		return typed{}, false
	}
	return typed{expr: &calc.Expr{Op: calc.OpFact, Fact: info.Fact, Rank: number}, boolean: info.Boolean, digits: info.Digits, volume: info.Digits > 0}, true
}

// example shows how a fact of a rank is written.
func (l *lowering) example(info calc.FactInfo, args ...ast.Expr) string {
	rank := "silver"
	switch {
	case len(args) == 1 && args[0].Kind() == ast.IdentKind:
		rank = args[0].AsIdent()
	case len(l.c.ranks) != 0 && l.c.ranks[0] != "":
		rank = l.c.ranks[0]
	}
	return fmt.Sprintf("write `%s(\"%s\")`", info.Name, shown(rank))
}

// allowed reports a fact that the condition cannot ask for.
func (l *lowering) allowed(e ast.Expr, info calc.FactInfo) bool {
	at := l.start(e)
	switch {
	case l.inActive && info.Fact == calc.FactActive:
		l.fail(at, "`active` cannot ask for itself", "say by other facts who is active")
	case l.inActive && info.AfterActive:
		l.fail(at, fmt.Sprintf("`%s` is known only when it is decided who is active, so `active` cannot ask for it", info.Name), "use other facts")
	case info.Binary && l.c.plan.PlacementWidth != 2 && l.c.sound("placement"):
		l.fail(at, fmt.Sprintf("`%s` needs a placement tree with two legs", info.Name), twoLegs)
	default:
		return true
	}
	return false
}

func (l *lowering) call(e ast.Expr, depth int) (typed, bool) {
	call := e.AsCall()
	name := call.FunctionName()
	if op, ok := operations[name]; ok && !call.IsMemberFunction() {
		return l.operation(e, op, depth)
	}
	info, ok := factNamed(name)
	switch {
	case call.IsMemberFunction():
		l.fail(l.own(e), "a `.` has no place here", "facts are single words, for instance `pv`")
	case ok && info.TakesRank:
		return l.rankFact(e, info)
	case ok:
		l.fail(l.start(e), fmt.Sprintf("`%s` is not asked with brackets", name), fmt.Sprintf("write `%s`", name))
	case name == operators.Divide:
		l.fail(l.own(e), "conditions do not divide", "multiply the other side: `pv >= 2 * gv` for `pv / gv >= 2`")
	case name == operators.Modulo:
		l.fail(l.own(e), "conditions have no remainder `%`", "write a percentage as a decimal: `0.4 * gv` for 40 % of gv")
	case name == operators.In || name == operators.Index:
		l.fail(l.own(e), "lists have no place in a condition", "compare with each value, and join with `||`")
	default:
		l.fail(l.start(e), fmt.Sprintf("there is no function `%s`", shown(name)), didYouMean(name, l.factNames(true), "what is asked of a rank is"))
	}
	return typed{}, false
}

func factNamed(name string) (calc.FactInfo, bool) {
	for _, info := range calc.Facts() {
		if info.Name == name {
			return info, true
		}
	}
	return calc.FactInfo{}, false
}

// factNames are the facts that the condition can ask for: those of a rank, or the others.
func (l *lowering) factNames(ofRank bool) []string {
	var names []string
	for _, info := range calc.Facts() {
		if info.TakesRank == ofRank && (!l.inActive || !info.AfterActive) && (!info.Binary || l.c.plan.PlacementWidth == 2) {
			names = append(names, info.Name)
		}
	}
	return names
}
