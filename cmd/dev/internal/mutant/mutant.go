package mutant

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// Mutant is one mistake: From stands in the source at Offset, and To would stand in its place.
type Mutant struct {
	Path         string // as it was given to Find
	Line, Column int
	Offset       int
	From, To     string
	// Mistake is what was done, in a few words.
	Mistake string
}

// Apply returns the source with the mistake in it.
func (m Mutant) Apply(source []byte) []byte {
	mutated := slices.Clone(source[:m.Offset])
	mutated = append(mutated, m.To...)
	return append(mutated, source[m.Offset+len(m.From):]...)
}

func (m Mutant) String() string {
	return fmt.Sprintf("%s:%d:%d: %s", m.Path, m.Line, m.Column, m.Mistake)
}

// Diff shows the lines that the mistake changes, before and after.
func (m Mutant) Diff(source []byte) string {
	from := strings.LastIndexByte(string(source[:m.Offset]), '\n') + 1
	end := m.Offset + len(m.From)
	to := len(source)
	if next := strings.IndexByte(string(source[end:]), '\n'); next >= 0 {
		to = end + next
	}
	var b strings.Builder
	for line := range strings.Lines(string(source[from:to]) + "\n") {
		b.WriteString("-" + line)
	}
	for line := range strings.Lines(string(source[from:m.Offset]) + m.To + string(source[end:to]) + "\n") {
		b.WriteString("+" + line)
	}
	return b.String()
}

// Find lists the mutants of a file in the order of their places. The error is that of a file that does not parse.
func Find(path string, source []byte) ([]Mutant, error) {
	positions := token.NewFileSet()
	file, err := parser.ParseFile(positions, path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	f := finding{path: path, source: source, positions: positions}
	for _, declared := range file.Decls {
		if general, ok := declared.(*ast.GenDecl); ok && general.Tok == token.IMPORT {
			continue
		}
		ast.Inspect(declared, f.node)
	}
	slices.SortStableFunc(f.found, func(a, b Mutant) int { return a.Offset - b.Offset })
	return f.found, nil
}

// finding is one Find under way.
type finding struct {
	path      string
	source    []byte
	positions *token.FileSet
	found     []Mutant
	fails     *ast.ReturnStmt // returns an error that is one
}

// replace adds the mutant that has to where from to end stands.
func (f *finding) replace(from, end token.Pos, to, mistake string) {
	at := f.positions.Position(from)
	f.found = append(f.found, Mutant{
		Path: f.path, Line: at.Line, Column: at.Column, Offset: at.Offset,
		From: string(f.source[at.Offset:f.positions.Position(end).Offset]), To: to, Mistake: mistake,
	})
}

// operator adds mutants that have other operators in the place of one.
func (f *finding) operator(at token.Pos, is token.Token, others ...token.Token) {
	for _, other := range others {
		f.replace(at, at+token.Pos(len(is.String())), other.String(), fmt.Sprintf("%s for %s", other, is))
	}
}
