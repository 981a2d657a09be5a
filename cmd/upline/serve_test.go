package main

import (
	"path/filepath"
	"strings"
	"testing"

	"upline/cmd/upline/internal/proc"
)

func TestServe_RefusesOtherMachinesWithoutKeys(t *testing.T) {
	for _, address := range []string{":8080", "0.0.0.0:8080", "192.0.2.1:8080", "[::]:8080"} {
		database := filepath.Join(t.TempDir(), "upline.db")
		got := runCommand(t, nil, "", "serve", "--listen", address, "--database", "sqlite:"+database)
		if got.code != exitUsage {
			t.Errorf("--listen %s: exit code %d, want %d", address, got.code, exitUsage)
		}
		if !strings.Contains(got.err, "keys") || !strings.Contains(got.err, "127.0.0.1") {
			t.Errorf("--listen %s: the error does not say what to do: %s", address, got.err)
		}
		if found, _ := filepath.Glob(database + "*"); len(found) > 0 {
			t.Errorf("--listen %s: was refused, and made %v", address, found)
		}
	}
}

func TestServe_SaysEverythingThatIsWrong(t *testing.T) {
	got := runCommand(t, map[string]string{"UPLINE_LOG_LEVEL": "loud"}, "", "serve", "--tls-cert", "a.pem", "--log-format", "xml")
	for _, text := range []string{"tls-cert", "log-level", "log-format"} {
		if !strings.Contains(got.err, text) {
			t.Errorf("the error does not speak of %s: %s", text, got.err)
		}
	}
}

func TestServe_FailureShowsNoPassword(t *testing.T) {
	got := runCommand(t, map[string]string{"UPLINE_DATABASE": "postgres://upline:hunter2@127.0.0.1:1/upline?connect_timeout=2"}, "", "serve")
	if got.code != exitFailed {
		t.Errorf("exit code %d, want %d", got.code, exitFailed)
	}
	if strings.Contains(got.err+got.out, "hunter2") {
		t.Errorf("the password is printed: %s", got.err)
	}
}

func TestServe_PrintsItsSettingsWithSecretsMasked(t *testing.T) {
	s := proc.Serve(t, proc.Build(t), proc.Options{
		Args: []string{"--database", "sqlite:" + filepath.Join(t.TempDir(), "upline.db")},
		Env:  []string{"UPLINE_OTLP_ENDPOINT=http://collector:hunter2@127.0.0.1:1", "UPLINE_LOG_FORMAT=json"},
	})
	s.Stop()
	printed := s.Printed()
	if strings.Contains(printed, "hunter2") {
		t.Errorf("the password is printed:\n%s", printed)
	}
	for _, text := range []string{"http://collector:***@127.0.0.1:1", `"log-format":"json"`, `"timeout-max"`} {
		if !strings.Contains(printed, text) {
			t.Errorf("the settings do not show %s:\n%s", text, printed)
		}
	}
}

func TestServe_WithoutMigratingRefusesAnEmptyDatabase(t *testing.T) {
	database := "sqlite:" + filepath.Join(t.TempDir(), "upline.db")
	got := runCommand(t, nil, "", "serve", "--listen", "127.0.0.1:0", "--migrate=false", "--database", database)
	if got.code != exitFailed || !strings.Contains(got.err, "upline migrate") {
		t.Errorf("exit code %d, standard error %q", got.code, got.err)
	}
	if got := runCommand(t, nil, "", "migrate", "--database", database); got.code != exitOK {
		t.Fatalf("migrate: exit code %d: %s", got.code, got.err)
	}
	proc.Serve(t, proc.Build(t), proc.Options{Args: []string{"--migrate=false", "--database", database}}).Stop()
}
