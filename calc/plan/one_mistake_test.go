package plan

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// soundPlans are the plans of the tests, of the starters and of the published cases.
func soundPlans(t *testing.T) map[string]string {
	t.Helper()
	plans := map[string]string{}
	for _, pattern := range []string{"testdata/plans/*.yaml", "starters/*.yaml", "../../cmd/upline/examples/*/plan*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no plans: %v", pattern, err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			plans[file] = string(source)
		}
	}
	return plans
}

// One mistake gives one finding: a person who reads more looks for mistakes that are none.
func TestCompile_OneMistakeGivesOneFinding(t *testing.T) {
	mistakes := map[string]string{
		"currency": "XYZ", "volume": "nowhere", "base": "nowhere", "rank": "nowhere",
		"rate": "5 per cent", "amount": "much", "from": "low", "by": "nowhere", "when": "nowhere", "of": "nowhere", "cadence": "sometimes",
		"limit": "much", "share": "half", "mode": "nowhere", "step": "small", "pays": "never", "tree": "nowhere", "compression": "some",
		"after_periods": "-1", "name": "7 seas!", "per": "cow", "within": "ever", "strong": "much", "weak": "much", "after_payout": "keep",
		"to_cycle": "-1", "months": "0", "width": "1", "depth": "-1", "leaders": "nowhere", "active": "nowhere", "value": "nowhere",
		"remainder": "mine", "point_value": "x", "at": "x",
	}
	tried := map[string]int{}
	for file, source := range soundPlans(t) {
		before := Compile([]byte(source)).Diagnostics
		if before.HasErrors() {
			t.Fatalf("%s: %v", file, before)
		}
		var document yaml.Node
		if err := yaml.Unmarshal([]byte(source), &document); err != nil {
			t.Fatal(err)
		}
		var visit func(n *yaml.Node)
		visit = func(n *yaml.Node) {
			for i, child := range n.Content {
				if n.Kind == yaml.MappingNode && i%2 == 1 && child.Kind == yaml.ScalarNode && child.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0 &&
					mistakes[n.Content[i-1].Value] != "" && (n != document.Content[0] || n.Content[i-1].Value != "name") { // any name will do for a plan
					field := n.Content[i-1].Value
					lines := strings.Split(source, "\n")
					line := lines[child.Line-1]
					was := []rune(line)[child.Column-1:]
					lines[child.Line-1] = string([]rune(line)[:child.Column-1]) + mistakes[field] + strings.TrimPrefix(string(was), child.Value)
					tried[field]++
					found := slices.DeleteFunc(slices.Clone(Compile([]byte(strings.Join(lines, "\n"))).Diagnostics), func(d Diagnostic) bool {
						return slices.ContainsFunc(before, func(b Diagnostic) bool { return b.Path == d.Path && b.Message == d.Message })
					})
					if len(found) != 1 || found[0].Line != child.Line || found[0].Column != child.Column {
						t.Errorf("%s:%d: %s\n%v", file, child.Line, lines[child.Line-1], found)
					}
				}
				visit(child)
			}
		}
		visit(&document)
	}
	for field := range mistakes {
		if tried[field] == 0 {
			t.Errorf("no plan has `%s`", field)
		}
	}
}
