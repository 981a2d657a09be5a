package plan

import (
	"fmt"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"upline/calc"
)

// operation is an operator of conditions.
type operation struct {
	op   calc.Op
	sign string
	kind operationKind
}

type operationKind uint8

const (
	joins    operationKind = iota // conditions to a condition
	compares                      // two numbers to a condition
	equals                        // two numbers, or two conditions, to a condition
	computes                      // numbers to a number
	multiply                      // computes, with a rule of its own
	conditional
)

var operations = map[string]operation{
	operators.LogicalAnd:    {calc.OpAnd, "&&", joins},
	operators.LogicalOr:     {calc.OpOr, "||", joins},
	operators.LogicalNot:    {calc.OpNot, "!", joins},
	operators.Less:          {calc.OpLess, "<", compares},
	operators.LessEquals:    {calc.OpLessEqual, "<=", compares},
	operators.Greater:       {calc.OpGreater, ">", compares},
	operators.GreaterEquals: {calc.OpGreaterEqual, ">=", compares},
	operators.Equals:        {calc.OpEqual, "==", equals},
	operators.NotEquals:     {calc.OpNotEqual, "!=", equals},
	operators.Add:           {calc.OpAdd, "+", computes},
	operators.Subtract:      {calc.OpSubtract, "-", computes},
	operators.Negate:        {calc.OpNegate, "-", computes},
	operators.Multiply:      {calc.OpMultiply, "*", multiply},
	operators.Conditional:   {calc.OpIf, "?", conditional},
}

func (l *lowering) operation(e ast.Expr, o operation, depth int) (typed, bool) {
	nodes := e.AsCall().Args()
	args := make([]typed, len(nodes))
	sound := true
	for i, node := range nodes {
		var ok bool
		args[i], ok = l.lower(node, depth+1)
		sound = sound && ok
	}
	if !sound || !l.argumentsFit(e, o, args) {
		return typed{}, false
	}
	result := typed{expr: &calc.Expr{Op: o.op}}
	for _, arg := range args {
		result.expr.Args = append(result.expr.Args, arg.expr)
		result.volume = result.volume || arg.volume
		result.digits = max(result.digits, arg.digits)
	}
	switch o.kind {
	case joins, compares, equals:
		return typed{expr: result.expr, boolean: true}, true
	case conditional:
		result.boolean = args[1].boolean
	case multiply:
		result.digits = args[0].digits + args[1].digits
		switch {
		case args[0].volume && args[1].volume:
			l.fail(l.own(e), "a volume cannot be multiplied by a volume", "multiply a volume by a number or a count")
			return typed{}, false
		case result.digits > productDigitsMax:
			l.fail(l.own(e), fmt.Sprintf("the product has more than %d decimals", productDigitsMax), "multiply by numbers with fewer decimals")
			return typed{}, false
		}
	}
	return result, true
}

// argumentsFit reports what an operator cannot be applied to.
func (l *lowering) argumentsFit(e ast.Expr, o operation, args []typed) bool {
	nodes := e.AsCall().Args()
	switch o.kind {
	case joins:
		for i, arg := range args {
			if !arg.boolean {
				l.fail(l.start(nodes[i]), fmt.Sprintf("this is a number, and `%s` takes conditions", o.sign), compareIt)
				return false
			}
		}
	case compares, computes, multiply:
		for i, arg := range args {
			if arg.boolean {
				remedy := "join conditions with `&&` or `||`"
				if o.kind == compares && i == 0 && isComparison(nodes[0]) {
					remedy = "write `1 < pv && pv < 5` for `1 < pv < 5`"
				}
				l.fail(l.start(nodes[i]), fmt.Sprintf("this is a condition, and `%s` takes numbers", o.sign), remedy)
				return false
			}
		}
	case equals:
		if args[0].boolean != args[1].boolean {
			l.fail(l.own(e), fmt.Sprintf("`%s` stands between a number and a condition", o.sign), "compare numbers with numbers")
			return false
		}
	case conditional:
		switch {
		case !args[0].boolean:
			l.fail(l.start(nodes[0]), "this is a number, and `?` takes a condition", compareIt)
			return false
		case args[1].boolean != args[2].boolean:
			l.fail(l.own(e), "one branch of `? :` is a number and the other a condition", "make them alike")
			return false
		}
	}
	return true
}

func isComparison(e ast.Expr) bool {
	return e.Kind() == ast.CallKind && operations[e.AsCall().FunctionName()].kind == compares
}
