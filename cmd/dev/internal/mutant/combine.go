package mutant

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// Variable names the environment variable by which a program that holds many mutants chooses one, by its number from 1; without it the
// program does what is written.
const Variable = "UPLINE_MUTANT"

// chosen is the variable in the mutated package.
const chosen = "mutantChosen"

// Chooser is a file for a package that has mutants in it.
func Chooser(packageName string) []byte {
	return fmt.Appendf(nil, "package %s\n\nimport (\n\t\"os\"\n\t\"strconv\"\n)\n\nvar %s, _ = strconv.Atoi(os.Getenv(%q))\n", packageName, chosen, Variable)
}

// Numbered is a mutant with the number that chooses it.
type Numbered struct {
	Mutant
	Number int
}

// Combined is a file with many mutants in it: each stands in a copy of its function, and the function itself calls the copy that is
// chosen. So a thousand mutants are compiled once.
type Combined struct {
	PackageName string
	Source      []byte
	// Left are mutants outside of functions, of which there are no copies.
	Left []Numbered
	// copies are the lines of Source from and to which a mutant's copy goes.
	copies []copied
}

type copied struct{ number, from, to int }

// NumberAt is the number of the mutant whose copy a line is in; 0 for none.
func (c *Combined) NumberAt(line int) int {
	for _, of := range c.copies {
		if line >= of.from && line <= of.to {
			return of.number
		}
	}
	return 0
}

// Combine puts mutants of a file together. The error is that of a file that does not parse.
func Combine(path string, source []byte, mutants []Numbered) (*Combined, error) {
	positions := token.NewFileSet()
	file, err := parser.ParseFile(positions, path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	out := &Combined{PackageName: file.Name.Name}
	taken := make(map[int]bool)
	at, line := 0, 1
	write := func(text string) {
		out.Source = append(out.Source, text...)
		line += strings.Count(text, "\n")
	}
	for _, declared := range file.Decls {
		f, ok := declared.(*ast.FuncDecl)
		if !ok || f.Body == nil || f.Recv == nil && (f.Name.Name == "init" || f.Name.Name == "main") {
			continue
		}
		from, to := positions.Position(f.Pos()).Offset, positions.Position(f.End()).Offset
		inside := slices.DeleteFunc(slices.Clone(mutants), func(m Numbered) bool {
			return m.Offset < positions.Position(f.Body.Pos()).Offset || m.Offset >= to
		})
		if len(inside) == 0 {
			continue
		}
		w := wrapping{source: source, positions: positions, function: f}
		write(string(source[at:from]))
		write(w.wrapper(inside))
		nameEnd := positions.Position(f.Name.End()).Offset
		write("\n\n" + string(source[from:nameEnd]) + suffix(0) + string(source[nameEnd:to]))
		for _, m := range inside {
			taken[m.Number] = true
			write("\n\n")
			began := line
			write(string(source[from:nameEnd]) + suffix(m.Number) + string(source[nameEnd:m.Offset]) + m.To + string(source[m.Offset+len(m.From):to]))
			out.copies = append(out.copies, copied{m.Number, began, line})
		}
		at = to
	}
	write(string(source[at:]))
	for _, m := range mutants {
		if !taken[m.Number] {
			out.Left = append(out.Left, m)
		}
	}
	return out, nil
}

// suffix ends the name of a copy.
func suffix(number int) string { return fmt.Sprintf("__mutant%d", number) }

// wrapping writes a function that calls one of its copies.
type wrapping struct {
	source    []byte
	positions *token.FileSet
	function  *ast.FuncDecl
}

func (w *wrapping) text(n ast.Node) string {
	return string(w.source[w.positions.Position(n.Pos()).Offset:w.positions.Position(n.End()).Offset])
}

func (w *wrapping) wrapper(mutants []Numbered) string {
	f := w.function
	var b strings.Builder
	b.WriteString("func ")
	called := ""
	if f.Recv != nil {
		list, names := w.named(f.Recv, "receiver")
		fmt.Fprintf(&b, "(%s) ", list)
		called = names[0] + "."
	}
	b.WriteString(f.Name.Name)
	types := ""
	if f.Type.TypeParams != nil {
		list, names := w.named(f.Type.TypeParams, "T")
		fmt.Fprintf(&b, "[%s]", list)
		types = "[" + strings.Join(names, ", ") + "]"
	}
	list, names := w.named(f.Type.Params, "argument")
	fmt.Fprintf(&b, "(%s) ", list)
	returned := ""
	if f.Type.Results != nil {
		results := []string{}
		for _, result := range f.Type.Results.List {
			for range max(1, len(result.Names)) {
				results = append(results, w.text(result.Type))
			}
		}
		fmt.Fprintf(&b, "(%s) ", strings.Join(results, ", "))
		returned = "return "
	}
	call := func(number int) string {
		return called + f.Name.Name + suffix(number) + types + "(" + strings.Join(names, ", ") + ")"
	}
	fmt.Fprintf(&b, "{\n\tswitch %s {\n", chosen)
	for _, m := range mutants {
		fmt.Fprintf(&b, "\tcase %d:\n\t\t%s%s\n", m.Number, returned, call(m.Number))
		if returned == "" {
			b.WriteString("\t\treturn\n")
		}
	}
	fmt.Fprintf(&b, "\t}\n\t%s%s\n}", returned, call(0))
	return b.String()
}

// named writes a list of fields, all of which get names, and how each is passed on.
func (w *wrapping) named(fields *ast.FieldList, name string) (list string, passed []string) {
	var written []string
	for _, field := range fields.List {
		names := field.Names
		if names == nil {
			names = []*ast.Ident{ast.NewIdent("_")}
		}
		for _, n := range names {
			as := n.Name
			if as == "_" {
				as = fmt.Sprintf("%s%d", name, len(passed))
			}
			written = append(written, as+" "+w.text(field.Type))
			if _, variadic := field.Type.(*ast.Ellipsis); variadic {
				as += "..."
			}
			passed = append(passed, as)
		}
	}
	return strings.Join(written, ", "), passed
}
