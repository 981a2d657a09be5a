package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"upline/server"
)

// readSettings reads the settings of `serve` and returns what came of them.
func readSettings(t *testing.T, file string, environment map[string]string, flags ...string) (serveOptions, error) {
	t.Helper()
	options := &serveOptions{config: server.DefaultConfig(), migrate: true}
	source := settingsSource{options.settings(), func(name string) (string, bool) { value, ok := environment[name]; return value, ok }}
	set := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	source.declare(set)
	if file != "" {
		path := filepath.Join(t.TempDir(), "upline.yaml")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		flags = append(flags, "--config", path)
	}
	if err := set.Parse(flags); err != nil {
		t.Fatal(err)
	}
	err := source.read(set)
	return *options, err
}

func TestSettings_FlagBeforeEnvironmentBeforeFileBeforeDefault(t *testing.T) {
	file := "listen: file:1\nlog-level: debug\nlog-format: json\norigins:\n  - https://a.example\n  - https://b.example\nmigrate: false\n"
	environment := map[string]string{"UPLINE_LISTEN": "environment:2", "UPLINE_LOG_LEVEL": "warn"}
	got, err := readSettings(t, file, environment, "--listen", "flag:3")
	if err != nil {
		t.Fatal(err)
	}
	defaults := server.DefaultConfig()
	for _, check := range []struct{ setting, got, want string }{
		{"listen, set in all three", got.config.Listen, "flag:3"},
		{"log-level, set in environment and file", got.config.LogLevel, "warn"},
		{"log-format, set in the file", got.config.LogFormat, "json"},
		{"origins, a list in the file", strings.Join(got.config.Origins, " "), "https://a.example https://b.example"},
		{"database, set nowhere", got.config.Database, defaults.Database},
	} {
		if check.got != check.want {
			t.Errorf("%s: %q, want %q", check.setting, check.got, check.want)
		}
	}
	if got.migrate {
		t.Error("migrate: true, want false from the file")
	}
}

func TestSettings_FlagThatRepeatsTheDefaultStillCounts(t *testing.T) {
	got, err := readSettings(t, "", map[string]string{"UPLINE_LOG_LEVEL": "debug"}, "--log-level", server.DefaultConfig().LogLevel)
	if err != nil || got.config.LogLevel != server.DefaultConfig().LogLevel {
		t.Errorf("log-level %q, error %v", got.config.LogLevel, err)
	}
}

func TestSettings_EmptyVariableCountsAsNotThere(t *testing.T) {
	got, err := readSettings(t, "log-level: debug\n", map[string]string{"UPLINE_LOG_LEVEL": ""})
	if err != nil || got.config.LogLevel != "debug" {
		t.Errorf("log-level %q, error %v; want debug from the file", got.config.LogLevel, err)
	}
}

func TestSettings_FileNamedByTheEnvironment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "upline.yaml")
	if err := os.WriteFile(path, []byte("log-level: error\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readSettings(t, "", map[string]string{"UPLINE_CONFIG": path})
	if err != nil || got.config.LogLevel != "error" {
		t.Errorf("log-level %q, error %v", got.config.LogLevel, err)
	}
}

func TestSettings_MistakeNamesItsPlace(t *testing.T) {
	for _, test := range []struct {
		name, file  string
		environment map[string]string
		says        []string
	}{
		{name: "misspelled key", file: "listen: a:1\nlog-lvel: debug\n", says: []string{"upline.yaml:2:", `no setting "log-lvel"`, "log-level"}},
		{name: "key given twice", file: "listen: a:1\nlisten: b:2\n", says: []string{"upline.yaml:2:", "line 1 already"}},
		{name: "value of the wrong kind", file: "listen:\n  host: a\n", says: []string{"upline.yaml:2:", "neither a plain value nor a list"}},
		{name: "value that is no duration", file: "timeout-max: 5 minutes\n", says: []string{"upline.yaml:1:", "not a duration"}},
		{name: "no list of settings", file: "- listen\n", says: []string{"upline.yaml:1:", "name: value"}},
		{name: "no YAML", file: "listen: [\n", says: []string{"upline.yaml"}},
		{name: "variable", environment: map[string]string{"UPLINE_REQUEST_BYTES_MAX": "4MB"}, says: []string{"UPLINE_REQUEST_BYTES_MAX", "not a whole number"}},
		{name: "switch", environment: map[string]string{"UPLINE_MIGRATE": "never"}, says: []string{"UPLINE_MIGRATE", "neither true nor false"}},
		{name: "file that is not there", environment: map[string]string{"UPLINE_CONFIG": "nowhere.yaml"}, says: []string{"nowhere.yaml"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := readSettings(t, test.file, test.environment)
			if err == nil {
				t.Fatal("no error")
			}
			for _, text := range test.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%v\ndoes not say %q", err, text)
				}
			}
		})
	}
}

func TestSettings_MistakeShowsNoPassword(t *testing.T) {
	_, err := readSettings(t, "databse: postgres://upline:hunter2@db/upline\n", nil)
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
}

func TestMigrate_ReadsTheServersFile(t *testing.T) {
	folder := t.TempDir()
	config := filepath.Join(folder, "upline.yaml")
	database := filepath.Join(folder, "kept.db")
	if err := os.WriteFile(config, []byte("listen: :8080\nmigrate: false\ndatabase: sqlite:"+database+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := runCommand(t, nil, "", "migrate", "--config", config)
	if got.code != exitOK {
		t.Fatalf("exit code %d: %s", got.code, got.err)
	}
	if _, err := os.Stat(database); err != nil {
		t.Error(err)
	}
}
