package style

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strconv"
)

// banned is a name of the standard library that part of the repository must not use, as a call or as a value.
type banned struct {
	importPath string
	names      []string // None bans the whole package.
	where      func(*File) bool
	instead    string
}

func inCalc(f *File) bool        { return inside(f.Path, "calc") && !f.isTest() }
func inCalcOrStore(f *File) bool { return inCalc(f) || inside(f.Path, "store") && !f.isTest() }

// decides tells the code whose results are kept. The engines below store decide nothing; they wait for a random while before they
// begin a transaction again, so that two that collided do not meet again.
func decides(f *File) bool {
	return inCalc(f) || path.Dir(f.Path) == "store" && !f.isTest()
}

func isTestFile(f *File) bool { return f.isTest() }

var bans = []banned{
	{
		importPath: "time",
		names:      []string{"Now", "Since", "Until"},
		where:      inCalcOrStore,
		instead:    "take the time as a parameter or from the injected clock, so that the same inputs give the same result",
	},
	{
		importPath: "time",
		names:      []string{"Sleep", "Tick"},
		where:      inCalcOrStore,
		instead:    "wait on a timer in a select with ctx.Done(), so that the wait can be cancelled",
	},
	{
		importPath: "time",
		names:      []string{"After", "AfterFunc", "NewTimer", "NewTicker"},
		where:      inCalc,
		instead:    "calc knows no clock; let the caller wait",
	},
	{
		importPath: "time",
		names:      []string{"Sleep"},
		where:      isTestFile,
		instead: "wait for the event itself (a channel, a WaitGroup, testing/synctest, a bounded poll on a ticker): " +
			"a sleep is too long or too short",
	},
	{importPath: "math/rand", where: decides, instead: "take randomness as a parameter, so that a run can be repeated"},
	{importPath: "math/rand/v2", where: decides, instead: "take randomness as a parameter, so that a run can be repeated"},
	{importPath: "crypto/rand", where: inCalc, instead: "calc is deterministic; nothing in it may be random"},
}

func checkCalls(tree *Tree) []Problem {
	var problems []Problem
	for _, f := range tree.goFiles() {
		for _, ban := range bans {
			if ban.where(f) {
				problems = append(problems, ban.uses(f)...)
			}
		}
	}
	return problems
}

func (b banned) uses(f *File) []Problem {
	var problems []Problem
	for _, spec := range f.syntax.Imports {
		if target, err := strconv.Unquote(spec.Path.Value); err != nil || target != b.importPath {
			continue
		}
		if b.names == nil {
			problems = append(problems, f.at(spec, fmt.Sprintf("uses %s; %s", b.importPath, b.instead)))
			continue
		}
		local := path.Base(b.importPath)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		for _, use := range selections(f.syntax, local) {
			if slices.Contains(b.names, use.Sel.Name) {
				problems = append(problems, f.at(use, fmt.Sprintf("uses %s.%s; %s", b.importPath, use.Sel.Name, b.instead)))
			}
		}
	}
	return problems
}

// selections finds `name.X` where name is an imported package, and not a variable that hides it.
func selections(syntax *ast.File, name string) []*ast.SelectorExpr {
	var found []*ast.SelectorExpr
	ast.Inspect(syntax, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if base, ok := selector.X.(*ast.Ident); ok && base.Name == name && base.Obj == nil {
			found = append(found, selector)
		}
		return true
	})
	return found
}
