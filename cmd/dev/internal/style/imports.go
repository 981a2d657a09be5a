package style

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const module = "upline"

// part is one part of the house, and what it may import beside itself. A package belongs to the part with the longest
// folder that it stands in.
type part struct {
	folder string
	// house lists the parts that its packages import; houseTests those that only its tests import.
	house, houseTests []string
	// foreign lists the modules, beside the standard library, that its packages import; nil allows every module that is
	// not in foreignNever. Tests import what they like.
	foreign, foreignNever []string
}

var (
	transport = []string{"connectrpc.com", "google.golang.org/grpc", "net/http"}
	drivers   = []string{"github.com/jackc", "zombiezen.com", "modernc.org", "database/sql", "github.com/cockroachdb/cockroach-go"}
)

// parts is the drawing of the house: the arrows of its design. The command line may import anything, and nothing imports it.
var parts = []part{
	{folder: "cmd", house: []string{"api", "calc", "calc/plan", "migrations", "server", "store"}},
	{
		folder:       "server",
		house:        []string{"api", "calc", "calc/plan", "store"},
		houseTests:   []string{"migrations"},
		foreignNever: drivers,
	},
	{
		folder:       "store",
		house:        []string{"calc", "migrations"},
		houseTests:   []string{"api", "calc/plan"},
		foreignNever: transport,
	},
	{folder: "migrations", houseTests: []string{"store"}, foreignNever: transport},
	{
		folder: "calc/plan",
		house:  []string{"api", "calc"},
		// YAML and CEL are what it reads plans with; protobuf and its validation are how the plan's schema is written;
		// decimals stand in plan files.
		foreign: []string{
			"go.yaml.in/yaml", "cel.dev", "google.golang.org/protobuf", "buf.build/go/protovalidate", "github.com/shopspring/decimal",
		},
	},
	{folder: "calc", houseTests: []string{"api", "calc/plan"}, foreign: []string{}},
	{folder: "api", foreignNever: drivers},
}

// inputOutput are the packages of the standard library that reach outside the process; calc computes and does nothing else.
var inputOutput = []string{"os", "net", "log", "io/fs", "database", "syscall", "plugin", "testing"}

func partOf(folder string) (part, bool) {
	best, found := part{}, false
	for _, p := range parts {
		if inside(folder, p.folder) && len(p.folder) > len(best.folder) {
			best, found = p, true
		}
	}
	return best, found
}

func checkImports(tree *Tree) []Problem {
	var problems []Problem
	for _, f := range tree.goFiles() {
		from, ok := partOf(f.folder())
		if !ok {
			continue // The rule of the top level speaks of it.
		}
		for _, spec := range f.syntax.Imports {
			target, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue
			}
			if text := from.refuses(target, f.isTest()); text != "" {
				problems = append(problems, f.at(spec, text))
			}
		}
	}
	return problems
}

// refuses returns what is wrong with an import, or nothing.
func (p part) refuses(target string, isTest bool) string {
	if inside(target, module) {
		return p.refusesHouse(strings.TrimPrefix(target, module+"/"), isTest)
	}
	if isTest {
		return ""
	}
	if index := slices.IndexFunc(p.foreignNever, func(never string) bool { return inside(target, never) }); index >= 0 {
		return fmt.Sprintf("%s must not import %s: transport belongs in server, drivers in store; pass what you need as a parameter",
			p.folder, target)
	}
	if isStandard(target) {
		if p.folder == "calc" && slices.ContainsFunc(inputOutput, func(never string) bool { return inside(target, never) }) {
			return fmt.Sprintf("calc must not import %s: it does no input or output; let the caller read and pass the values", target)
		}
		return ""
	}
	if p.foreign != nil && !slices.ContainsFunc(p.foreign, func(allowed string) bool { return inside(target, allowed) }) {
		return fmt.Sprintf("%s may import %s, not %s; do this in a package further out and pass the result in",
			p.folder, listOr(p.foreign, "only the standard library"), target)
	}
	return ""
}

func (p part) refusesHouse(target string, isTest bool) string {
	to, ok := partOf(target)
	if !ok {
		return fmt.Sprintf("%s is in no part of the house; move it into one", target)
	}
	allowed := append([]string{p.folder}, p.house...)
	if isTest {
		allowed = append(allowed, p.houseTests...)
	}
	if slices.Contains(allowed, to.folder) {
		return ""
	}
	who := p.folder
	if isTest {
		who = "a test of " + p.folder
	}
	return fmt.Sprintf("%s may import %s of this module, not %s; turn the dependency round: declare here what you need, and let "+
		"a part that may import both join them", who, listOr(allowed[1:], "nothing else"), target)
}

// isStandard tells the standard library by its paths, whose first element has no dot.
func isStandard(target string) bool {
	first, _, _ := strings.Cut(target, "/")
	return !strings.Contains(first, ".")
}

func listOr(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}

// checkContractFolder keeps api to the contract and what is generated from it.
func checkContractFolder(tree *Tree) []Problem {
	var problems []Problem
	for _, f := range tree.goFiles() {
		if inside(f.Path, "api") && len(f.syntax.Decls) > 0 {
			problems = append(problems, Problem{f.Path, 0, "api holds the contract and generated code, no logic; move this to server, or to calc/plan if it is about plans"})
		}
	}
	return problems
}
