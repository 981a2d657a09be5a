package style

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
)

// unfinished matches the marks of unfinished work. They are put together here so that this file does not hold them. A
// quoted one is a value: the last of the three is also a currency code of ISO 4217.
var unfinished = regexp.MustCompile(`(^|[^"\w])(TO` + `DO|FIX` + `ME|X` + `XX)($|[^"\w])`)

// prose lists the file types, and the files without one, that people write.
var prose = []string{".go", ".ts", ".proto", ".sql", ".md", ".yaml", ".yml", ".sh", ".css", ".html", ""}

func checkWords(tree *Tree) []Problem {
	var problems []Problem
	for _, f := range tree.Files {
		if !slices.Contains(prose, path.Ext(f.Path)) || f.Path == "LICENSE" {
			continue
		}
		number := 0
		for line := range bytes.Lines(f.Content) {
			number++
			if match := unfinished.FindSubmatch(bytes.TrimRight(line, "\r\n")); match != nil {
				problems = append(problems, Problem{
					f.Path, number,
					fmt.Sprintf("says %s; finish it, or file an issue and describe here what is, not what is missing", match[2]),
				})
			}
		}
	}
	return problems
}
