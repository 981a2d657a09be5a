package style

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// Tree is the part of a repository that people wrote.
type Tree struct {
	Files []File
}

// File is one file of a Tree. Path is relative to the repository's root, with slashes.
type File struct {
	Path    string
	Content []byte

	// Of a Go file: what it parses to, or why it does not.
	syntax    *ast.File
	positions *token.FileSet
	parseErr  error
}

// foreignFolders hold what was generated or written elsewhere, in languages that have no mark for it.
var foreignFolders = []string{"api/ts/src/gen/", "api/third_party/"}

// Load reads the files that git tracks or would track: ignored files are nobody's style.
func Load(root string) (*Tree, error) {
	// The folder may belong to another user, as in a container; listing its files is harmless all the same.
	list := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	output, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("list the files of %s: %w", root, err)
	}
	contents := make(map[string]string)
	for name := range strings.SplitSeq(strings.TrimSuffix(string(output), "\x00"), "\x00") {
		content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue // Deleted, and not yet committed.
		}
		if err != nil {
			return nil, fmt.Errorf("read the repository: %w", err)
		}
		contents[name] = string(content)
	}
	return NewTree(contents), nil
}

// NewTree makes a tree of contents by path, without the generated and foreign ones.
func NewTree(contents map[string]string) *Tree {
	tree := new(Tree)
	for name, content := range contents {
		f := File{Path: name, Content: []byte(content)}
		if f.isForeign() {
			continue
		}
		if path.Ext(name) == ".go" {
			f.positions = token.NewFileSet()
			f.syntax, f.parseErr = parser.ParseFile(f.positions, name, f.Content, parser.ParseComments)
			if f.parseErr == nil && ast.IsGenerated(f.syntax) {
				continue
			}
		}
		tree.Files = append(tree.Files, f)
	}
	return tree
}

func (f *File) isForeign() bool {
	for _, folder := range foreignFolders {
		if strings.HasPrefix(f.Path, folder) {
			return true
		}
	}
	// Binary files (pictures, fonts) have no style.
	return bytes.IndexByte(f.Content, 0) >= 0
}

// goFiles returns the Go files that parse.
func (t *Tree) goFiles() []*File {
	var files []*File
	for i := range t.Files {
		if t.Files[i].syntax != nil && t.Files[i].parseErr == nil {
			files = append(files, &t.Files[i])
		}
	}
	return files
}

func checkParses(tree *Tree) []Problem {
	var problems []Problem
	for _, f := range tree.Files {
		if f.parseErr != nil {
			problems = append(problems, Problem{f.Path, 0, "does not parse: " + f.parseErr.Error()})
		}
	}
	return problems
}

func (f *File) folder() string { return path.Dir(f.Path) }

// isTest is true of test files, and of packages whose name ends in "test" and that only tests import, such as storetest.
func (f *File) isTest() bool {
	return strings.HasSuffix(f.Path, "_test.go") || strings.HasSuffix(f.folder(), "test")
}

func (f *File) at(node ast.Node, text string) Problem {
	return Problem{f.Path, f.positions.Position(node.Pos()).Line, text}
}

// inside says whether a path is a folder or below it.
func inside(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}
