package plan

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"upline/calc"
)

// A float would take 0.1 + 0.2 for more than 0.3, and cannot tell the volumes on both sides of these bounds apart.
func TestCompile_ConditionsAreExactToTheLastDecimal(t *testing.T) {
	// Each with the pv, in volume units, from which it holds.
	for condition, least := range map[string]int64{
		"pv >= 99.5":                          995_000,
		"pv > 99.5":                           995_001,
		"pv >= 99.5001":                       995_001,
		"pv >= 0.1 + 0.2":                     3_000,
		"pv * 3 >= 0.9":                       3_000,
		"pv * 0.1 >= 0.03":                    3_000,
		"pv >= 100":                           1_000_000,
		"100 <= pv":                           1_000_000,
		"!(pv < 100)":                         1_000_000,
		"pv - 100 >= 0":                       1_000_000,
		"-pv <= -100":                         1_000_000,
		"pv >= (frontline > 0 ? 50 : 100.25)": 1_002_500,
		"pv >= 900719925474.0993":             9_007_199_254_740_993,
		"pv == 900719925474.0993 || pv > 1000000000000": 9_007_199_254_740_993,
	} {
		result := Compile([]byte(completed("active: '" + condition + "'")))
		if result.Plan == nil {
			t.Errorf("%s: %v", condition, result.Diagnostics)
			continue
		}
		p := result.Plan
		out, err := calc.Compute(&calc.Input{
			Plan: p, Cadence: p.Main, Period: p.PeriodAt(p.Main, p.ValidFromUS),
			Network: calc.Network{Sponsor: []int32{-1, -1}, EnrolledAtUS: []int64{0, 0}},
			Volumes: calc.Volumes{
				Seller: []int32{0, 1}, PV: []int64{least - 1, least}, CV: []int64{0, 0}, PriceMinor: []int64{0, 0},
			},
		})
		if err != nil {
			t.Errorf("%s: %v", condition, err)
		} else if !slices.Equal(out.Active, []bool{false, true}) {
			t.Errorf("%s: holds %v around %s", condition, out.Active, calc.FormatVolume(least))
		}
	}
}

// What a condition is lowered to has the value that CEL itself gives it, wherever CEL's floats are exact.
func TestCompile_LoweredConditionsMeanWhatCELMeans(t *testing.T) {
	ranks := func(name string, value func(string) ref.Val, kind *cel.Type) cel.EnvOption {
		return cel.Function(name, cel.Overload(name+"_rank", []*cel.Type{cel.StringType}, kind,
			cel.UnaryBinding(func(rank ref.Val) ref.Val { return value(string(rank.(types.String))) })))
	}
	options := []cel.EnvOption{
		ranks("achieved", func(r string) ref.Val { return types.Bool(r == "silver") }, cel.BoolType),
		ranks("paid_as_before", func(r string) ref.Val { return types.Bool(r == "gold") }, cel.BoolType),
		ranks("legs_with", func(r string) ref.Val { return types.Double(len(r)) }, cel.DoubleType),
		ranks("group", func(r string) ref.Val { return types.Double(len(r)) / 4 }, cel.DoubleType),
		cel.Variable("active", cel.BoolType),
	}
	for name, of := range map[string]func(a, b float64) float64{
		"min": math.Min, "max": math.Max, "whole": func(a, b float64) float64 { return math.Floor(max(0, a) / b) },
	} {
		options = append(options, cel.Function(name, cel.Overload(name+"_of", []*cel.Type{cel.DoubleType, cel.DoubleType}, cel.DoubleType,
			cel.BinaryBinding(func(a, b ref.Val) ref.Val {
				return types.Double(of(float64(a.(types.Double)), float64(b.(types.Double))))
			}))))
	}
	numbers := []string{"pv", "cv", "gv", "left_volume", "right_volume", "pay_leg", "frontline", "active_frontline", "months_enrolled"}
	for _, name := range numbers {
		options = append(options, cel.Variable(name, cel.DoubleType))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(300) {
		g := &conditionWriter{Rand: rand.New(rand.NewPCG(seed, 1)), numbers: numbers}
		written := g.condition(4)
		compiled, issues := env.Compile(written)
		if issues.Err() != nil {
			t.Fatalf("seed %d: %v", seed, issues.Err())
		}
		program, err := env.Program(compiled)
		if err != nil {
			t.Fatal(err)
		}
		c, root := lowerFor(written, forRank, wantsCondition)
		if root.expr == nil {
			t.Fatalf("seed %d: %s: %v", seed, written, c.errors)
		}
		for range 20 {
			facts := map[string]any{"active": g.IntN(2) == 0}
			for _, name := range numbers {
				facts[name] = float64(g.IntN(17)-8) / 4
			}
			want, _, err := program.Eval(facts)
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, written, err)
			}
			if got := evaluate(c, root.expr, facts); got != want.Value() {
				t.Errorf("seed %d: %s of %v is %v, not %v", seed, written, facts, got, want.Value())
			}
		}
	}
}

// conditionWriter writes random conditions of the right types.
type conditionWriter struct {
	*rand.Rand
	numbers []string
}

func (g *conditionWriter) pick(of ...string) string { return of[g.IntN(len(of))] }

func (g *conditionWriter) condition(depth int) string {
	if depth == 0 {
		return g.pick("active", "true", "false", `achieved("silver")`, `achieved("gold")`, `paid_as_before('gold')`)
	}
	switch g.IntN(8) {
	case 0, 1:
		return g.condition(depth-1) + g.pick(" && ", " || ", "&&") + g.condition(depth-1)
	case 2:
		return "(" + g.condition(depth-1) + ")"
	case 3:
		return "!(" + g.condition(depth-1) + ")"
	case 4:
		return "(" + g.condition(depth-1) + " ? " + g.condition(depth-1) + " : " + g.condition(depth-1) + ")"
	case 5:
		return "(" + g.condition(depth-1) + ")" + g.pick(" == ", " != ") + "(" + g.condition(depth-1) + ")"
	default:
		return g.number(depth-1) + g.pick(" < ", " <= ", " > ", " >= ", " == ", " != ") + g.number(depth-1)
	}
}

func (g *conditionWriter) number(depth int) string {
	if depth == 0 {
		return g.pick(append([]string{"1.5", "2.0", "-0.25", "- 1.0", ".5", `legs_with("gold")`, `group("energy")`}, g.numbers...)...)
	}
	switch g.IntN(9) {
	case 7:
		return g.pick("min(", "max(") + g.number(depth-1) + ", " + g.number(depth-1) + ")"
	case 8:
		return "whole(" + g.number(depth-1) + g.pick(", 0.5)", ", 2.0)", ", 1.25)")
	case 0, 1:
		return g.number(depth-1) + g.pick(" + ", " - ", "-", " - -") + g.pick(g.numbers...)
	case 2:
		return g.pick(g.numbers...) + g.pick(" * ", "*") + g.pick("2.0", "0.5", "-1.5")
	case 3:
		return "(" + g.number(depth-1) + ")"
	case 4:
		return "-(" + g.number(depth-1) + ")"
	case 5:
		return "(" + g.condition(depth-1) + " ? " + g.number(depth-1) + " : " + g.number(depth-1) + ")"
	default:
		return g.pick(g.numbers...) + " - (" + g.number(depth-1) + ")"
	}
}

// evaluate is what an expression means, slowly: a bool or a *big.Rat at each node.
func evaluate(c *compiler, e *calc.Expr, facts map[string]any) bool { return value(c, e, facts).(bool) }

func value(c *compiler, e *calc.Expr, facts map[string]any) any {
	args := make([]any, len(e.Args))
	for i, arg := range e.Args {
		args[i] = value(c, arg, facts)
	}
	number := func(i int) *big.Rat { return args[i].(*big.Rat) }
	order := func() int {
		if _, isBool := args[0].(bool); isBool {
			return strings.Compare(fmt.Sprint(args[0]), fmt.Sprint(args[1]))
		}
		return number(0).Cmp(number(1))
	}
	switch e.Op {
	case calc.OpNumber:
		scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(e.Digits)), nil)
		return new(big.Rat).SetFrac(big.NewInt(e.Value), scale)
	case calc.OpBoolean:
		return e.Value != 0
	case calc.OpFact:
		key := c.factTable.Key(e.Slot)
		rank := []string{"", "silver", "gold"}[key.Rank]
		switch key.Fact {
		case calc.FactAchieved:
			return rank == "silver"
		case calc.FactPaidAsBefore:
			return rank == "gold"
		case calc.FactLegsWith:
			return big.NewRat(int64(len(rank)), 1)
		case calc.FactActive:
			return facts["active"]
		case calc.FactGroup:
			if key.Volume >= calc.VolumeBuiltIn {
				return big.NewRat(int64(len(c.plan.VolumeName(key.Volume))), 4)
			}
		}
		return new(big.Rat).SetFloat64(facts[c.factText(e.Slot)].(float64))
	case calc.OpNegate:
		return new(big.Rat).Neg(number(0))
	case calc.OpAdd:
		return new(big.Rat).Add(number(0), number(1))
	case calc.OpSubtract:
		return new(big.Rat).Sub(number(0), number(1))
	case calc.OpMultiply:
		return new(big.Rat).Mul(number(0), number(1))
	case calc.OpLess:
		return order() < 0
	case calc.OpLessEqual:
		return order() <= 0
	case calc.OpGreater:
		return order() > 0
	case calc.OpGreaterEqual:
		return order() >= 0
	case calc.OpEqual:
		return order() == 0
	case calc.OpNotEqual:
		return order() != 0
	case calc.OpNot:
		return !args[0].(bool)
	case calc.OpAnd:
		return args[0].(bool) && args[1].(bool)
	case calc.OpOr:
		return args[0].(bool) || args[1].(bool)
	case calc.OpMin:
		if order() < 0 {
			return args[0]
		}
		return args[1]
	case calc.OpMax:
		if order() > 0 {
			return args[0]
		}
		return args[1]
	case calc.OpWhole:
		if number(0).Sign() <= 0 {
			return new(big.Rat)
		}
		quotient := new(big.Rat).Quo(number(0), number(1))
		return new(big.Rat).SetInt(new(big.Int).Div(quotient.Num(), quotient.Denom()))
	default:
		if args[0].(bool) {
			return args[1]
		}
		return args[2]
	}
}
