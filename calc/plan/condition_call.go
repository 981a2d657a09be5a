package plan

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"upline/calc"
)

// The functions that are asked of numbers.
const (
	minName   = "min"
	maxName   = "max"
	wholeName = "whole"
)

// functionNames are what names of facts cannot be, beside those of facts and operators.
var functionNames = []string{minName, maxName, wholeName}

func (l *lowering) call(e ast.Expr, depth int) (typed, bool) {
	call := e.AsCall()
	name := call.FunctionName()
	if op, ok := operations[name]; ok && !call.IsMemberFunction() {
		return l.operation(e, op, depth)
	}
	word, ok := factWords[name]
	_, isOwn := l.c.own.byName[name]
	switch {
	case call.IsMemberFunction():
		l.fail(l.own(e), "a `.` has no place here", "facts are single words, for instance `pv`")
	case ok && word.Of != calc.OfNothing:
		return l.factCall(e, word)
	case ok || isOwn:
		l.fail(l.start(e), fmt.Sprintf("`%s` is not asked with brackets", name), l.bracketed(name))
	case name == minName:
		return l.extreme(e, calc.OpMin, depth)
	case name == maxName:
		return l.extreme(e, calc.OpMax, depth)
	case name == wholeName:
		return l.whole(e, depth)
	case name == operators.Divide:
		l.fail(l.own(e), "conditions do not divide", "multiply the other side: `pv >= 2 * gv` for `pv / gv >= 2`; `whole(pv, 200)` is how many whole 200s there are in pv")
	case name == operators.Modulo:
		l.fail(l.own(e), "conditions have no remainder `%`", "write a percentage as a decimal: `0.4 * gv` for 40 % of gv")
	case name == operators.In || name == operators.Index:
		l.fail(l.own(e), "lists have no place in a condition", "compare with each value, and join with `||`")
	default:
		remedy := "what is asked with brackets is " + quotedList(l.callable(), "and")
		if near, ok := nearest(name, l.allNames()); ok {
			remedy = fmt.Sprintf("did you mean `%s`?", near)
		}
		l.fail(l.start(e), fmt.Sprintf("there is no function `%s`", shown(name)), remedy)
	}
	return typed{}, false
}

// bracketed is the remedy for a fact that is written with brackets and asked of nothing: itself, or its relative that is asked of a
// volume.
func (l *lowering) bracketed(name string) string {
	if name == "customers" {
		return "write `customers`, or `customers_with(\"cv\", 100)` for those who bought so much"
	}
	if slices.Contains(builtInVolumes, name) {
		return fmt.Sprintf("write `%s`, or `own(\"%s\", 3)` for that of three periods", name, name)
	}
	return fmt.Sprintf("write `%s`", name)
}

// callable are the functions that can be asked for at the phase.
func (l *lowering) callable() []string {
	var list []string
	for _, name := range l.askable() {
		if word, ok := factWords[name]; ok && word.Of != calc.OfNothing {
			list = append(list, name)
		}
	}
	return append(list, functionNames...)
}

// numbers lowers the arguments of a function of numbers.
func (l *lowering) numbers(e ast.Expr, depth int) ([]typed, bool) {
	nodes := e.AsCall().Args()
	args := make([]typed, len(nodes))
	sound := true
	for i, node := range nodes {
		var ok bool
		args[i], ok = l.lower(node, depth+1)
		if ok && args[i].boolean {
			l.fail(l.start(node), fmt.Sprintf("this is a condition, and `%s` takes numbers", e.AsCall().FunctionName()), "join conditions with `&&` or `||`")
			ok = false
		}
		sound = sound && ok
	}
	return args, sound
}

// extreme reads the least or the greatest of some numbers.
func (l *lowering) extreme(e ast.Expr, op calc.Op, depth int) (typed, bool) {
	name, count := e.AsCall().FunctionName(), len(e.AsCall().Args())
	if count < 2 || count > argumentsMax {
		l.fail(l.start(e), fmt.Sprintf("`%s` takes 2 to %d numbers", name, argumentsMax), fmt.Sprintf("write it like `%s(pv, 100)`", name))
		return typed{}, false
	}
	args, ok := l.numbers(e, depth)
	if !ok {
		return typed{}, false
	}
	result := args[0]
	for _, arg := range args[1:] {
		result = typed{
			expr:   &calc.Expr{Op: op, Args: []*calc.Expr{result.expr, arg.expr}},
			digits: max(result.digits, arg.digits), volume: result.volume || arg.volume,
		}
	}
	return result, true
}

// whole reads how many times a number goes into another.
func (l *lowering) whole(e ast.Expr, depth int) (typed, bool) {
	const remedy = "write it like `whole(gv, 200)`: how many whole 200s there are in gv"
	if len(e.AsCall().Args()) != 2 {
		l.fail(l.start(e), "`whole` takes two numbers", remedy)
		return typed{}, false
	}
	args, ok := l.numbers(e, depth)
	if !ok {
		return typed{}, false
	}
	if by := args[1].expr; by.Op != calc.OpNumber || by.Value <= 0 {
		l.fail(l.start(e.AsCall().Args()[1]), "the second number of `whole` is not written in digits, or not above zero", remedy)
		return typed{}, false
	}
	return typed{expr: &calc.Expr{Op: calc.OpWhole, Args: []*calc.Expr{args[0].expr, args[1].expr}}}, true
}
