package plan

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"upline/calc"
)

// FuzzMutatedPlan changes sound plans here and there, with what others write in the same places: bytes changed by chance hardly ever make
// another plan. Whatever comes of it is refused, or the engine computes with it.
func FuzzMutatedPlan(f *testing.F) {
	g := &mutator{}
	files, err := filepath.Glob("testdata/plans/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatalf("no plans: %v", err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		g.learn(f, string(source))
	}
	findings, err := filepath.Glob("testdata/findings/*")
	if err != nil || len(findings) == 0 {
		f.Fatalf("no scripts: %v", err)
	}
	for _, file := range findings {
		script, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for part := range strings.SplitSeq(string(script), "\ncompile\n") {
			source, _, _ := strings.Cut(part, "\n----")
			var document yaml.Node
			if yaml.Unmarshal([]byte(completed(source)), &document) == nil {
				g.learn(f, completed(source))
			}
		}
	}
	for seed := range uint64(60) {
		f.Add(seed, uint8(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, which uint8) {
		g := &mutator{plans: g.plans, under: g.under, beside: g.beside, Rand: rand.New(rand.NewPCG(seed, uint64(which)))}
		source := g.plan(int(which))
		result := Compile([]byte(source))
		checkResult(t, source, result)
		if t.Failed() || result.Plan == nil {
			return
		}
		for c := calc.Daily; c <= calc.CadenceMax; c++ {
			if _, err := calc.Compute(smallCompany(result.Plan, c)); errors.Is(err, calc.ErrPlan) || errors.Is(err, calc.ErrInput) {
				t.Errorf("the engine refuses the plan: %v\n%s", err, source)
			}
		}
	})
}

// mutator makes plans of the parts of others.
type mutator struct {
	*rand.Rand
	plans []string
	// under are the values that fields of a name have, and beside the blocks that have such a field.
	under, beside map[string][]*yaml.Node
}

func (g *mutator) learn(f *testing.F, source string) {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(source), &document); err != nil {
		f.Fatal(err)
	}
	if Compile([]byte(source)).Plan != nil {
		g.plans = append(g.plans, source)
	}
	if g.under == nil {
		g.under, g.beside = map[string][]*yaml.Node{}, map[string][]*yaml.Node{}
	}
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		for i, child := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 1 {
				name := n.Content[i-1].Value
				g.under[name], g.beside[name] = append(g.under[name], child), append(g.beside[name], n)
			}
			visit(child)
		}
	}
	visit(&document)
}

// plan is one of the sound plans, changed in a few places.
func (g *mutator) plan(which int) string {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(g.plans[which%len(g.plans)]), &document); err != nil {
		return ""
	}
	for range 1 + g.IntN(4) {
		g.change(document.Content[0])
	}
	out, err := yaml.Marshal(&document)
	if err != nil {
		return ""
	}
	return string(out)
}

// change goes down to somewhere in a tree and changes it there.
func (g *mutator) change(n *yaml.Node) {
	for {
		if len(n.Content) == 0 {
			return
		}
		at := g.IntN(len(n.Content))
		if n.Kind == yaml.MappingNode {
			at |= 1
		}
		if child := n.Content[at]; len(child.Content) > 0 && g.IntN(4) > 0 {
			n = child
			continue
		}
		switch {
		case n.Kind == yaml.SequenceNode && g.IntN(2) == 0:
			n.Content = append(n.Content[:at:at], n.Content[at+1:]...)
		case n.Kind == yaml.SequenceNode:
			n.Content = append(n.Content, cloned(n.Content[at]))
		case g.IntN(5) == 0:
			n.Content = append(n.Content[:at-1:at-1], n.Content[at+1:]...)
		case g.IntN(3) == 0: // a field more, from a block that has one like this
			if blocks := g.beside[n.Content[at-1].Value]; len(blocks) > 0 {
				other := blocks[g.IntN(len(blocks))]
				k := g.IntN(len(other.Content)/2) * 2
				n.Content = append(n.Content, other.Content[k], cloned(other.Content[k+1]))
			}
		case g.IntN(6) == 0:
			n.Content[at] = &yaml.Node{Kind: yaml.ScalarNode, Value: odd[g.IntN(len(odd))]}
		default:
			if values := g.under[n.Content[at-1].Value]; len(values) > 0 {
				n.Content[at] = cloned(values[g.IntN(len(values))])
			}
		}
		return
	}
}

func cloned(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = cloned(child)
	}
	return &c
}

// odd are values at the edges.
var odd = []string{
	"0", "1", "-1", "100%", "0%", "0.0001", "0.01", "999999999", "900719925474.0993", "9223372036854775807", "12", "2", "3", "100", "true",
	"pv >= 1", "gv", "frontline", "earned(\"team\")", "min(pv, cv)",
}
