package style

import (
	"slices"
	"strings"
)

// topLevel is all that may stand in the root, beside names that begin with a dot.
var topLevel = []string{
	"LICENSE", "README.md", "api", "buf.gen.yaml", "buf.yaml", "calc", "cmd", "go.mod", "go.sum", "migrations", "server", "store",
}

func checkTopLevel(tree *Tree) []Problem {
	var problems []Problem
	for _, f := range tree.Files {
		name, _, _ := strings.Cut(f.Path, "/")
		if strings.HasPrefix(name, ".") || slices.Contains(topLevel, name) {
			continue
		}
		problems = append(problems, Problem{
			name, 0,
			"does not belong in the root, which is fixed: move it into the folder that it speaks of",
		})
	}
	return problems
}
