package plan

import (
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"

	"upline/calc"
)

// argumentsMax is how many numbers min and max take at most.
const argumentsMax = 16

// environment is the language of the plan's conditions: that of all plans, and the plan's own facts.
func (c *compiler) environment() (*cel.Env, error) {
	base, err := language()
	if err != nil || len(c.own.list) == 0 {
		return base, err
	}
	if c.own.env != nil {
		return c.own.env, nil
	}
	var options []cel.EnvOption
	for _, own := range c.own.list {
		if own.name == "" || own.clashes {
			continue
		}
		kind := cel.DynType // not yet known
		switch {
		case !own.done:
		case own.typed.boolean:
			kind = cel.BoolType
		default:
			kind = cel.DoubleType
		}
		options = append(options, cel.Variable(own.name, kind))
	}
	c.own.env, err = base.Extend(options...)
	return c.own.env, err
}

// language is that of all plans: CEL's syntax, the facts of the engine, and of CEL's operators those that the engine computes, on whole
// numbers and decimals alike. CEL's own library is left out, because most of it the engine cannot compute, and it compares no whole
// number with a decimal.
var language = sync.OnceValues(func() (*cel.Env, error) {
	whole, decimal, truth := cel.IntType, cel.DoubleType, cel.BoolType
	options := []cel.EnvOption{
		cel.ParserRecursionLimit(2 * conditionDepthMax),
		cel.ParserErrorRecoveryLimit(1),
		cel.ParserExpressionSizeLimit(4 * conditionRunesMax),
	}
	for _, word := range calc.FactWords() {
		options = append(options, declared(word))
	}
	type signature struct {
		result *cel.Type
		args   []*cel.Type
	}
	function := func(name string, signatures ...signature) {
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
	var compares, computes, chooses, counts []signature
	for _, a := range []*cel.Type{whole, decimal} {
		for _, b := range []*cel.Type{whole, decimal} {
			sum := whole
			if a == decimal || b == decimal {
				sum = decimal
			}
			compares = append(compares, signature{truth, []*cel.Type{a, b}})
			computes = append(computes, signature{sum, []*cel.Type{a, b}})
			chooses = append(chooses, signature{sum, []*cel.Type{truth, a, b}})
			counts = append(counts, signature{whole, []*cel.Type{a, b}})
		}
	}
	both := signature{truth, []*cel.Type{truth, truth}}
	for _, name := range []string{operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals} {
		function(name, compares...)
	}
	for _, name := range []string{operators.Equals, operators.NotEquals} {
		function(name, append([]signature{both}, compares...)...)
	}
	for _, name := range []string{operators.Add, operators.Subtract, operators.Multiply} {
		function(name, computes...)
	}
	function(operators.Conditional, append([]signature{{truth, []*cel.Type{truth, truth, truth}}}, chooses...)...)
	function(operators.LogicalAnd, both)
	function(operators.LogicalOr, both)
	function(operators.LogicalNot, signature{truth, []*cel.Type{truth}})
	function(operators.Negate, signature{whole, []*cel.Type{whole}}, signature{decimal, []*cel.Type{decimal}})
	function(wholeName, counts...)
	// A function of CEL has one number of arguments. As whole numbers and decimals may mix, each of them is left open here, and looked
	// at when the expression is lowered.
	for _, name := range []string{minName, maxName} {
		var signatures []signature
		for n := 2; n <= argumentsMax; n++ {
			args := make([]*cel.Type, n)
			for i := range args {
				args[i] = cel.DynType
			}
			signatures = append(signatures, signature{decimal, args})
		}
		function(name, signatures...)
	}
	return cel.NewCustomEnv(options...)
})

// declared says to CEL what a fact is.
func declared(word calc.FactWord) cel.EnvOption {
	kind := cel.DoubleType
	switch {
	case word.Boolean():
		kind = cel.BoolType
	case word.Of != calc.OfVolume && word.Digits(&calc.Plan{MinorDigits: 2}, word.Key) == 0:
		kind = cel.IntType
	}
	if word.Of == calc.OfNothing {
		return cel.Variable(word.Name, kind)
	}
	var overloads []cel.FunctionOpt
	if !word.NumberNeeded {
		overloads = append(overloads, cel.Overload(word.Name+"_of", []*cel.Type{cel.StringType}, kind))
	}
	if word.Number != "" {
		overloads = append(overloads,
			cel.Overload(word.Name+"_of_whole", []*cel.Type{cel.StringType, cel.IntType}, kind),
			cel.Overload(word.Name+"_of_decimal", []*cel.Type{cel.StringType, cel.DoubleType}, kind))
	}
	return cel.Function(word.Name, overloads...)
}
