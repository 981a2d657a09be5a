package style

import (
	"cmp"
	"fmt"
	"slices"
)

// Problem is one place that breaks a rule. Line is 0 where the whole file or folder is meant.
type Problem struct {
	File string
	Line int
	Text string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Rule is one rule of the house.
type Rule struct {
	Name  string
	check func(*Tree) []Problem
}

// Check returns the places in the tree that break the rule, sorted.
func (r Rule) Check(tree *Tree) []Problem {
	problems := r.check(tree)
	slices.SortFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(problems)
}

// Rules returns all rules.
func Rules() []Rule {
	return []Rule{
		{"go files parse", checkParses},
		{"import arrows", checkImports},
		{"api holds no logic", checkContractFolder},
		{"clock and randomness", checkCalls},
		{"exact numbers", checkFloats},
		{"file length", checkFileLength},
		{"names", checkNames},
		{"unfinished work", checkWords},
		{"package comments", checkPackageComments},
		{"top level", checkTopLevel},
	}
}
