package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"go.yaml.in/yaml/v3"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// soundPlan is a plan without findings, a field a line, for tests to change what they are about.
var soundPlan = []string{
	"plan_id: p",
	"name: Plan",
	"currency: USD",
	"valid_from: 2026-01-01",
	"cadence: monthly",
	"bonuses: [{name: own, direct: {rate: 10%}}]",
}

// completed is a plan file that begins with the given lines and goes on with those of soundPlan that are not among them.
func completed(lines string) string {
	given := "\n" + lines
	for _, line := range soundPlan {
		key, _, _ := strings.Cut(line, ":")
		if !strings.Contains(given, "\n"+key+":") {
			lines += "\n" + line
		}
	}
	return lines + "\n"
}

// The scripts under testdata/findings hold every finding at least once. `compile` completes the file that it is given, so that line
// numbers are those of the script; `compile whole` takes it as it stands.
func TestCompile_SaysWhatIsWrongAndWhere(t *testing.T) {
	datadriven.Walk(t, "testdata/findings", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			source := d.Input
			if !d.HasArg("whole") {
				source = completed(source)
			}
			result := Compile([]byte(source))
			checkResult(t, d.Pos, result)
			if len(result.Diagnostics) == 0 {
				return "no findings"
			}
			return result.Diagnostics.Error()
		})
	})
}

// checkResult holds what is true of every result.
func checkResult(t *testing.T, place string, r Result) {
	t.Helper()
	if bad := r.Diagnostics.HasErrors(); bad != (r.Plan == nil) || bad != (r.Message == nil) {
		t.Errorf("%s: plan %v, message %v and errors %v", place, r.Plan != nil, r.Message != nil, bad)
	}
	if len(r.Diagnostics) > findingsMax {
		t.Errorf("%s: %d findings", place, len(r.Diagnostics))
	}
	before := Diagnostic{}
	for _, d := range r.Diagnostics {
		for _, net := range []string{"cannot be computed:", "does not compile", "cannot be joined"} {
			if strings.Contains(d.Message, net) {
				t.Errorf("%s: the engine refuses what the reader does not: %v", place, d)
			}
		}
		if d.Line < 1 || d.Column < 1 || d.Message == "" || d.Line < before.Line || d.Line == before.Line && d.Column < before.Column {
			t.Errorf("%s: %+v after %+v", place, d, before)
		}
		before = d
	}
}

var phaseNames = map[string]phase{"active": forActive, "rank": forRank, "fact": forFact, "bonus": forBonus, "cap": forCap, "event": forEvent}

// The scripts under testdata/conditions hold what conditions are lowered to, written with the operator first: those of a rank, or what
// `lower` is given.
func TestCompile_LowersConditionsExactly(t *testing.T) {
	datadriven.Walk(t, "testdata/conditions", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			when, wants := forRank, wantsCondition
			for _, arg := range d.CmdArgs {
				switch arg.Key {
				case "number":
					wants = wantsNumber
				default:
					var known bool
					if when, known = phaseNames[arg.Key]; !known {
						t.Fatalf("%s: there is no phase %q", d.Pos, arg.Key)
					}
				}
			}
			var out []string
			for line := range strings.Lines(d.Input) {
				out = append(out, lowered(strings.TrimSuffix(line, "\n"), when, wants))
			}
			return strings.Join(out, "\n")
		})
	})
}

// lowered reads one condition, or number, and writes what it comes to, or what is wrong with it.
func lowered(written string, when phase, wants wantedType) string {
	c, root := lowerFor(written, when, wants)
	if len(c.errors) != 0 {
		return c.sorted().Error()
	}
	return c.prefixed(root.expr)
}

// conditionPath is where lowerFor has its conditions stand.
const conditionPath = "asked"

// lowerFor lowers an expression of a plan with the ranks silver and gold, a binary tree, two volumes, two facts and three bonuses.
func lowerFor(written string, when phase, wants wantedType) (*compiler, typed) {
	c := newCompiler()
	c.places[conditionPath] = place{value: &yaml.Node{Kind: yaml.ScalarNode, Value: written, Line: 1, Column: 1}}
	c.source = newText(written)
	c.message = &uplinev1.Plan{
		Ranks:   []*uplinev1.Rank{{Name: "silver"}, {Name: "gold"}},
		Volumes: []*uplinev1.Volume{{Name: "energy"}, {Name: "retail", Of: uplinev1.Measure_MEASURE_PRICE}, {Name: "orders", Of: uplinev1.Measure_MEASURE_COUNT}},
		Facts: []*uplinev1.Fact{
			{Name: "balanced", Value: "min(left_volume, right_volume)"},
			{Name: "strong_legs", Count: uplinev1.Over_OVER_LEGS, Where: `active && pv >= 100`},
			{Name: "golden", Count: uplinev1.Over_OVER_FRONTLINE, Where: `paid_as("gold")`},
			{Name: "rewarded", Value: `earned("team") > 0 && paid_as("gold")`},
		},
		Bonuses: []*uplinev1.Bonus{
			{Name: "own", Kind: &uplinev1.Bonus_Direct{Direct: &uplinev1.DirectBonus{}}},
			{Name: "team", Kind: &uplinev1.Bonus_Unilevel{}},
			{Name: "match", Kind: &uplinev1.Bonus_Matching{}},
		},
	}
	c.plan = &calc.Plan{PlacementWidth: 2, MinorDigits: 2, Main: calc.Monthly}
	c.nameParts()
	c.readVolumes()
	c.readFacts()
	root, _ := c.lower(conditionPath, written, when, wants)
	return c, root
}

var opSigns = map[calc.Op]string{
	calc.OpNegate: "neg", calc.OpAdd: "+", calc.OpSubtract: "-", calc.OpMultiply: "*",
	calc.OpLess: "<", calc.OpLessEqual: "<=", calc.OpGreater: ">", calc.OpGreaterEqual: ">=", calc.OpEqual: "==", calc.OpNotEqual: "!=",
	calc.OpNot: "!", calc.OpAnd: "&&", calc.OpOr: "||", calc.OpIf: "if", calc.OpMin: "min", calc.OpMax: "max", calc.OpWhole: "whole",
}

func (c *compiler) prefixed(e *calc.Expr) string {
	switch e.Op {
	case calc.OpNumber:
		if e.Digits == 0 {
			return fmt.Sprint(e.Value)
		}
		return fmt.Sprintf("%de-%d", e.Value, e.Digits)
	case calc.OpBoolean:
		return fmt.Sprint(e.Value != 0)
	case calc.OpFact:
		return c.factText(e.Slot)
	}
	parts := []string{opSigns[e.Op]}
	for _, arg := range e.Args {
		parts = append(parts, c.prefixed(arg))
	}
	return "(" + strings.Join(parts, " ") + ")"
}
