package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// repository is the root folder of the checkout. Every child process runs there.
type repository string

// path joins a slash-separated path inside the repository.
func (r repository) path(inside string) string {
	return filepath.Join(string(r), filepath.FromSlash(inside))
}

// findRepository walks up from the working folder to the go.mod of module upline, so that a task may be run from anywhere
// in the checkout.
func findRepository() (repository, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for {
		content, err := os.ReadFile(filepath.Join(folder, "go.mod"))
		if err == nil && strings.HasPrefix(string(content), "module upline\n") {
			return repository(folder), nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errors.New("find the repository: no go.mod of module upline in this folder or above it")
		}
		folder = parent
	}
}
