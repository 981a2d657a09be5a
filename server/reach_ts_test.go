package server

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// requireNode is set where this test must not be skipped.
const requireNode = "UPLINE_TEST_REQUIRE_NODE"

// The TypeScript client calls everything under Node; api/ts/test/reach.test.ts says what. `npm test` in api/ts compiles it.
func TestReach_ConnectWebCallsEverything(t *testing.T) {
	folder := filepath.Join("..", "api", "ts")
	const script = "dist/test/reach.test.js"
	missing := ""
	node, err := exec.LookPath("node")
	if err != nil {
		missing = "Node is not installed"
	} else if !compiled(t, folder, script) {
		missing = "api/ts is not compiled, or was changed since: run `npm install && npm run build` there"
	}
	if missing != "" {
		if os.Getenv(requireNode) == "1" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	w := newWorld(t)
	command := exec.CommandContext(t.Context(), node, "--test", "--test-reporter=spec", script)
	command.Dir = folder
	command.Env = append(os.Environ(), "UPLINE_TEST_URL="+w.url)
	out, err := command.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		for line := range strings.SplitSeq(w.log.String(), "\n") {
			if strings.Contains(line, `"level":"ERROR"`) {
				t.Log(line)
			}
		}
		t.Error(err)
	}
}

// compiled tells whether the script is there and newer than all that it is made from.
func compiled(t *testing.T, folder, script string) bool {
	t.Helper()
	made, err := os.Stat(filepath.Join(folder, script))
	if err != nil {
		return false
	}
	current := true
	for _, sources := range []string{"src", "test"} {
		err := filepath.WalkDir(filepath.Join(folder, sources), func(_ string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil && !d.IsDir() && info.ModTime().After(made.ModTime()) {
				current = false
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return current
}
