package style

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strings"
)

// vague are the words that say where something was put, not what it is.
var vague = []string{"common", "helper", "helpers", "manager", "misc", "util", "utils"}

const vagueInstead = "name it after the noun or the call that it is about"

// checkNames looks at files, packages and types.
func checkNames(tree *Tree) []Problem {
	var problems []Problem
	for _, f := range tree.Files {
		extension := path.Ext(f.Path)
		if extension != ".go" && extension != ".ts" {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimSuffix(path.Base(f.Path), extension), ".")
		for word := range strings.SplitSeq(name, "_") {
			if slices.Contains(vague, word) {
				problems = append(problems, Problem{f.Path, 0, fmt.Sprintf("the file name says %q; %s", word, vagueInstead)})
			}
		}
	}
	for _, f := range tree.goFiles() {
		if slices.Contains(vague, f.syntax.Name.Name) {
			problems = append(problems, f.at(f.syntax.Name, fmt.Sprintf("the package is called %q; %s", f.syntax.Name.Name, vagueInstead)))
		}
		ast.Inspect(f.syntax, func(node ast.Node) bool {
			declared, ok := node.(*ast.TypeSpec)
			if !ok {
				return true
			}
			for _, word := range vague {
				if strings.HasSuffix(strings.ToLower(declared.Name.Name), word) {
					problems = append(problems, f.at(declared, fmt.Sprintf("type %s ends in %q; %s", declared.Name.Name, word, vagueInstead)))
					break
				}
			}
			return true
		})
	}
	return problems
}
