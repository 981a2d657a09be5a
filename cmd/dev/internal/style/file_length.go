package style

import (
	"bytes"
	"fmt"
	"path"
)

const (
	linesMax   = 600
	linesAimed = 500
)

func checkFileLength(tree *Tree) []Problem {
	var problems []Problem
	for _, f := range tree.Files {
		if extension := path.Ext(f.Path); extension != ".go" && extension != ".ts" {
			continue
		}
		lines := bytes.Count(f.Content, []byte("\n"))
		if lines > linesMax {
			problems = append(problems, Problem{
				f.Path, lines,
				fmt.Sprintf("has %d lines; %d is the limit and %d the aim: give each noun or call in it a file of its own",
					lines, linesMax, linesAimed),
			})
		}
	}
	return problems
}
