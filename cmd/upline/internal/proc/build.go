package proc

import (
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// build makes the program once. It lies in one place for each checkout and user, so that what is left behind is one file, and the
// linker is spared when nothing changed. Several test processes may build at once: go build puts the finished file in place by
// renaming it, and a program that runs keeps its own.
var build = sync.OnceValues(func() (string, error) {
	printed, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	module := strings.TrimSpace(string(printed))
	place := fnv.New32a()
	_, _ = place.Write([]byte(module)) // A hash takes everything.
	folder := filepath.Join(os.TempDir(), fmt.Sprintf("upline-proc-%d-%08x", os.Getuid(), place.Sum32()))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	bin := filepath.Join(folder, "upline")
	command := exec.Command("go", "build", "-o", bin, "./cmd/upline")
	command.Dir = module
	if printed, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build ./cmd/upline: %w\n%s", err, printed)
	}
	return bin, nil
})

// Build returns the path of the program, built from the tree that the test runs in.
func Build(t testing.TB) string {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}
