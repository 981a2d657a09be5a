package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// rewrite makes the golden tests write what they see; the difference is then for a person to review.
var rewrite = flag.Bool("rewrite", false, "rewrite the golden files in testdata")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with: go test ./cmd/upline -rewrite", err)
	}
	if string(want) != text {
		t.Errorf("differs from %s; if that is meant: go test ./cmd/upline -rewrite\n--- want\n%s\n--- got\n%s", path, want, text)
	}
}

// ownCommands are the commands of the program, without the library's own.
func ownCommands(t *testing.T) [][]string {
	t.Helper()
	var paths [][]string
	var walk func(c *cobra.Command, path []string)
	walk = func(c *cobra.Command, path []string) {
		paths = append(paths, path)
		for _, sub := range c.Commands() {
			walk(sub, append(append([]string{}, path...), sub.Name()))
		}
	}
	walk(rootCommand(terminal{}), nil)
	return paths
}

func TestHelp_OfEveryCommand(t *testing.T) {
	for _, path := range ownCommands(t) {
		name := strings.Join(append([]string{"upline"}, path...), "_")
		t.Run(name, func(t *testing.T) {
			got := runCommand(t, nil, "", append(path, "--help")...)
			if got.code != exitOK || got.err != "" {
				t.Fatalf("exit code %d, standard error %q", got.code, got.err)
			}
			if !strings.Contains(got.out, "\nExamples:\n\n  ") {
				t.Error("the help has no example")
			}
			golden(t, filepath.Join("help", name+".txt"), got.out)
		})
	}
}

func TestHelp_FitsATerminal(t *testing.T) {
	const columnsMax = 130 // The width of this repository's own lines.
	for _, path := range ownCommands(t) {
		for line := range strings.Lines(runCommand(t, nil, "", append(path, "--help")...).out) {
			if len(line) > columnsMax {
				t.Errorf("upline %s --help: a line has %d characters: %s", strings.Join(path, " "), len(line), line)
			}
		}
	}
}
