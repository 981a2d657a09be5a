package plan

import (
	"errors"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"

	"upline/calc"
)

const (
	// conditionRunesMax is the schema's bound; what is longer is refused there and not read here.
	conditionRunesMax = 2000
	// conditionDepthMax bounds how deep a condition's parts stand in each other.
	conditionDepthMax = 64
)

// condition compiles the condition at a path. It gives nil when there is something wrong with it.
func (c *compiler) condition(path, written string) *calc.Condition {
	root, l := c.lowerCondition(path, written)
	if root.expr == nil {
		return nil
	}
	compiled, err := calc.NewCondition(strings.TrimSpace(written), root.expr)
	switch {
	case errors.Is(err, calc.ErrOverflow):
		l.fail(0, "a number in the condition is too large", "")
		return nil
	case err != nil:
		l.fail(0, "the condition does not compile: "+shown(err.Error()), "")
		return nil
	}
	if root.expr.Op == calc.OpBoolean && root.expr.Value == 0 {
		c.warn(path, "the condition never holds", "")
	}
	return compiled
}

// lowerCondition reads a condition and checks its types. What it gives has no expression when there is something wrong with it.
func (c *compiler) lowerCondition(path, written string) (typed, *lowering) {
	l := &lowering{c: c, path: path, runes: []rune(written), inActive: path == "active"}
	if len(l.runes) > conditionRunesMax {
		return typed{}, l
	}
	if p, found := c.places[path]; found {
		l.places = c.source.positions(p.value)
	}
	if strings.TrimSpace(written) == "" {
		l.fail(0, "the condition is empty", "write one like `pv >= 100`, or delete the line")
		return typed{}, l
	}
	env, err := environment()
	if err != nil {
		l.fail(0, "conditions cannot be read: "+shown(err.Error()), "")
		return typed{}, l
	}
	parsed, issues := env.Parse(written)
	if issues.Err() != nil {
		l.syntax(issues.Errors()[0])
		return typed{}, l
	}
	tree := parsed.NativeRep()
	l.info = tree.SourceInfo()
	root, ok := l.lower(tree.Expr(), 1)
	switch {
	case !ok:
		return typed{}, l
	case !root.boolean:
		l.fail(l.start(tree.Expr()), "the condition is a number, and not something that holds or not", "compare it, for instance `pv >= 100`")
		return typed{}, l
	}
	// What was lowered has the types that CEL gives it. Should the two ever differ, the plan is refused rather than read in two ways.
	if _, issues := env.Check(parsed); issues.Err() != nil {
		first := issues.Errors()[0]
		l.fail(l.offset(first.Location), "the condition does not compile: "+shown(first.Message), "")
		return typed{}, l
	}
	return root, l
}

// environment is the language of conditions: CEL's syntax, the facts of the engine, and of CEL's operators those that the engine
// computes, on whole numbers and decimals alike. CEL's own library is left out, because most of it the engine cannot compute, and
// it compares no whole number with a decimal.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	whole, decimal, truth := cel.IntType, cel.DoubleType, cel.BoolType
	options := []cel.EnvOption{
		cel.ParserRecursionLimit(2 * conditionDepthMax),
		cel.ParserErrorRecoveryLimit(1),
		cel.ParserExpressionSizeLimit(4 * conditionRunesMax),
	}
	for _, fact := range calc.Facts() {
		kind := whole
		switch {
		case fact.Boolean:
			kind = truth
		case fact.Digits > 0:
			kind = decimal
		}
		if fact.TakesRank {
			options = append(options, cel.Function(fact.Name, cel.Overload(fact.Name+"_rank", []*cel.Type{cel.StringType}, kind)))
		} else {
			options = append(options, cel.Variable(fact.Name, kind))
		}
	}
	type signature struct {
		result *cel.Type
		args   []*cel.Type
	}
	operator := func(name string, signatures ...signature) {
		var overloads []cel.FunctionOpt
		for _, s := range signatures {
			id := name
			for _, arg := range s.args {
				id += "_" + arg.String()
			}
			overloads = append(overloads, cel.Overload(id, s.args, s.result))
		}
		options = append(options, cel.Function(name, overloads...))
	}
	var compares, computes, chooses []signature
	for _, a := range []*cel.Type{whole, decimal} {
		for _, b := range []*cel.Type{whole, decimal} {
			sum := whole
			if a == decimal || b == decimal {
				sum = decimal
			}
			compares = append(compares, signature{truth, []*cel.Type{a, b}})
			computes = append(computes, signature{sum, []*cel.Type{a, b}})
			chooses = append(chooses, signature{sum, []*cel.Type{truth, a, b}})
		}
	}
	both := signature{truth, []*cel.Type{truth, truth}}
	for _, name := range []string{operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals} {
		operator(name, compares...)
	}
	for _, name := range []string{operators.Equals, operators.NotEquals} {
		operator(name, append([]signature{both}, compares...)...)
	}
	for _, name := range []string{operators.Add, operators.Subtract, operators.Multiply} {
		operator(name, computes...)
	}
	operator(operators.Conditional, append([]signature{{truth, []*cel.Type{truth, truth, truth}}}, chooses...)...)
	operator(operators.LogicalAnd, both)
	operator(operators.LogicalOr, both)
	operator(operators.LogicalNot, signature{truth, []*cel.Type{truth}})
	operator(operators.Negate, signature{whole, []*cel.Type{whole}}, signature{decimal, []*cel.Type{decimal}})
	return cel.NewCustomEnv(options...)
})
