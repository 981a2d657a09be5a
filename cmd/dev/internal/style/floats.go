package style

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
)

const floatsInstead = "money, volumes and rates are int64 with a fixed scale; products go through 128 bits"

// checkFloats keeps binary fractions out of calc and store. Tests may have them: figures of benchmarks are fractions.
func checkFloats(tree *Tree) []Problem {
	var problems []Problem
	for _, f := range tree.goFiles() {
		if !inCalcOrStore(f) {
			continue
		}
		ast.Inspect(f.syntax, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.Ident:
				if (n.Name == "float32" || n.Name == "float64") && n.Obj == nil {
					problems = append(problems, f.at(n, fmt.Sprintf("uses %s; %s", n.Name, floatsInstead)))
				}
			case *ast.BasicLit:
				if n.Kind == token.FLOAT && !isWhole(n) {
					problems = append(problems, f.at(n, fmt.Sprintf("has the fraction %s; %s", n.Value, floatsInstead)))
				}
			}
			return true
		})
		for name, functions := range map[string][]string{"strconv": {"ParseFloat", "FormatFloat"}, "big": {"Float", "NewFloat", "ParseFloat"}} {
			for _, use := range selections(f.syntax, name) {
				for _, function := range functions {
					if use.Sel.Name == function {
						problems = append(problems, f.at(use, fmt.Sprintf("uses %s.%s; %s", name, function, floatsInstead)))
					}
				}
			}
		}
	}
	return problems
}

// isWhole is true of 1e9, which is a common way to write an integer constant.
func isWhole(literal *ast.BasicLit) bool {
	value := constant.MakeFromLiteral(literal.Value, literal.Kind, 0)
	return constant.ToInt(value).Kind() == constant.Int
}
