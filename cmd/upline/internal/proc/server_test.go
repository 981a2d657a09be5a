package proc_test

import (
	"path/filepath"
	"testing"

	"upline/cmd/upline/internal/proc"
)

func TestServe_KillAndStartAgainOnTheSameDatabase(t *testing.T) {
	bin := proc.Build(t)
	options := proc.Options{Args: []string{"--database", "sqlite:" + filepath.Join(t.TempDir(), "upline.db")}}
	killed := proc.Serve(t, bin, options)
	killed.Kill()
	if killed.Ready(t.Context()) {
		t.Error("a killed server answers")
	}
	again := proc.Serve(t, bin, options)
	if !again.Ready(t.Context()) {
		t.Error("the server that was started again does not answer")
	}
	again.Stop()
	select {
	case <-again.Exited():
	default:
		t.Error("the server is there after Stop")
	}
}

func TestServe_EnvironmentReachesTheServer(t *testing.T) {
	// What the surroundings set must not: this one would make the server refuse to start.
	t.Setenv("UPLINE_LOG_LEVEL", "loud")
	s := proc.Serve(t, proc.Build(t), proc.Options{Env: []string{"UPLINE_DATABASE=sqlite:" + filepath.Join(t.TempDir(), "upline.db")}})
	s.Stop()
}
