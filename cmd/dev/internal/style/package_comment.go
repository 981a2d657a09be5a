package style

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// checkPackageComments wants every package to state its contract where a reader looks first.
func checkPackageComments(tree *Tree) []Problem {
	packages := make(map[string][]*File)
	for _, f := range tree.goFiles() {
		if !strings.HasSuffix(f.Path, "_test.go") {
			packages[f.folder()] = append(packages[f.folder()], f)
		}
	}
	var problems []Problem
	for _, folder := range slices.Sorted(maps.Keys(packages)) {
		files := packages[folder]
		expected := []string{"doc.go", "main.go", files[0].syntax.Name.Name + ".go"}
		if len(files) == 1 {
			expected = append(expected, path.Base(files[0].Path))
		}
		found := 0
		for _, f := range files {
			if f.syntax.Doc == nil {
				continue
			}
			found++
			if !slices.Contains(expected, path.Base(f.Path)) {
				problems = append(problems, f.at(f.syntax, fmt.Sprintf("the package comment stands in this file; move it to %s/doc.go", folder)))
			}
		}
		switch {
		case found == 0:
			problems = append(problems, Problem{folder, 0, "has no package comment; write a doc.go with its contract and its numbered invariants"})
		case found > 1:
			problems = append(problems, Problem{folder, 0, "has more than one package comment; keep the one in doc.go"})
		}
	}
	return problems
}
