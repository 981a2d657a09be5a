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
		if d.Line < 1 || d.Column < 1 || d.Message == "" || d.Line < before.Line || d.Line == before.Line && d.Column < before.Column {
			t.Errorf("%s: %+v after %+v", place, d, before)
		}
		before = d
	}
}

// The scripts under testdata/conditions hold what conditions are lowered to, written with the operator first.
func TestCompile_LowersConditionsExactly(t *testing.T) {
	datadriven.Walk(t, "testdata/conditions", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var out []string
			for line := range strings.Lines(d.Input) {
				out = append(out, lowered(strings.TrimSuffix(line, "\n"), d.HasArg("active")))
			}
			return strings.Join(out, "\n")
		})
	})
}

// lowered reads one condition and writes what it comes to, or what is wrong with it.
func lowered(written string, active bool) string {
	path := "ranks[0].when"
	if active {
		path = "active"
	}
	c, root := lowerFor(written, path)
	if len(c.errors) != 0 {
		return c.sorted().Error()
	}
	return prefixed(root.expr)
}

// lowerFor lowers the condition at a path of a plan with the ranks silver and gold and a binary tree.
func lowerFor(written, path string) (*compiler, typed) {
	c := &compiler{
		decoder: decoder{
			findings: &findings{},
			places:   map[string]place{path: {value: &yaml.Node{Kind: yaml.ScalarNode, Value: written, Line: 1, Column: 1}}},
		},
		source:      newText(written),
		message:     &uplinev1.Plan{},
		plan:        &calc.Plan{PlacementWidth: 2},
		ranks:       []string{"silver", "gold"},
		ranksKnown:  true,
		rankNumbers: map[string]uint8{"silver": 1, "gold": 2},
	}
	root, _ := c.lowerCondition(path, written)
	return c, root
}

var opSigns = map[calc.Op]string{
	calc.OpNegate: "neg", calc.OpAdd: "+", calc.OpSubtract: "-", calc.OpMultiply: "*",
	calc.OpLess: "<", calc.OpLessEqual: "<=", calc.OpGreater: ">", calc.OpGreaterEqual: ">=", calc.OpEqual: "==", calc.OpNotEqual: "!=",
	calc.OpNot: "!", calc.OpAnd: "&&", calc.OpOr: "||", calc.OpIf: "if",
}

func prefixed(e *calc.Expr) string {
	switch e.Op {
	case calc.OpNumber:
		if e.Digits == 0 {
			return fmt.Sprint(e.Value)
		}
		return fmt.Sprintf("%de-%d", e.Value, e.Digits)
	case calc.OpBoolean:
		return fmt.Sprint(e.Value != 0)
	case calc.OpFact:
		if e.Rank != 0 {
			return fmt.Sprintf("%s#%d", e.Fact.Info().Name, e.Rank)
		}
		return e.Fact.Info().Name
	}
	parts := []string{opSigns[e.Op]}
	for _, arg := range e.Args {
		parts = append(parts, prefixed(arg))
	}
	return "(" + strings.Join(parts, " ") + ")"
}
