package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// generatedFolders is where generated code stands, and generatedTypeScript the one of them that holds nothing else.
var generatedFolders = []string{"api/upline", generatedTypeScript, "calc"}

const (
	generatedTypeScript = typeScriptFolder + "/src/gen"
	generatedReference  = "calc/REFERENCE.md"
)

// isGenerated says whether a slash-separated path inside the repository is the generators' to write and to delete.
func isGenerated(file string) bool {
	switch {
	case strings.HasPrefix(file, generatedTypeScript+"/"), file == generatedReference:
		return true
	case strings.HasPrefix(file, "api/upline/"):
		return strings.HasSuffix(file, ".pb.go") || strings.HasSuffix(file, ".connect.go")
	}
	return false
}

// change is one generated file that is not as it should be. No content means that the file should not be there.
type change struct {
	file    string
	content []byte
}

func (c change) String() string {
	if c.content == nil {
		return "delete " + c.file
	}
	return "write  " + c.file
}

func (c change) apply(repository repository) error {
	target := repository.path(c.file)
	if c.content == nil {
		return os.Remove(target)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, c.content, 0o644)
}

// compareGenerated returns what must change in the checkout for its generated files to be those in the fresh folder,
// sorted by path.
func compareGenerated(checkout, fresh string) ([]change, error) {
	have, err := readGenerated(checkout)
	if err != nil {
		return nil, err
	}
	want, err := readGenerated(fresh)
	if err != nil {
		return nil, err
	}
	if len(want) == 0 {
		return nil, errors.New("the generators wrote nothing; is there a protobuf file below api/upline?")
	}
	var changes []change
	for _, file := range slices.Sorted(maps.Keys(want)) {
		if content, ok := have[file]; !ok || !bytes.Equal(content, want[file]) {
			changes = append(changes, change{file, want[file]})
		}
	}
	for _, file := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[file]; !ok {
			changes = append(changes, change{file, nil})
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return strings.Compare(a.file, b.file) })
	return changes, nil
}

// readGenerated returns the generated files below a root, by slash-separated path.
func readGenerated(root string) (map[string][]byte, error) {
	files := make(map[string][]byte)
	for _, folder := range generatedFolders {
		start := filepath.Join(root, filepath.FromSlash(folder))
		err := filepath.WalkDir(start, func(name string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && name == start {
				return fs.SkipAll
			}
			if err != nil || entry.IsDir() {
				return err
			}
			inside, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			file := filepath.ToSlash(inside)
			if !isGenerated(file) {
				return nil
			}
			content, err := os.ReadFile(name)
			files[file] = content
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read generated code below %s: %w", folder, err)
		}
	}
	return files, nil
}
