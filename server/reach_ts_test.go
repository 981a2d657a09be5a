package server

import (
	"os"
	"os/exec"
	"path/filepath"
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
	} else if _, err := os.Stat(filepath.Join(folder, script)); err != nil {
		missing = "api/ts is not compiled: run `npm install && npm run build` there"
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
		t.Errorf("%v; the server logged\n%s", err, w.log)
	}
}
