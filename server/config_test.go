package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestConfig_DefaultsAreValid(t *testing.T) {
	c := DefaultConfig()
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

func TestConfig_ValidateSaysEverythingThatIsWrong(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"all addresses":      {func(c *Config) { c.Listen = ":8080" }, "without keys everybody who reaches the server may do everything"},
		"IPv6 any":           {func(c *Config) { c.Listen = "[::]:8080" }, "without keys"},
		"another machine's":  {func(c *Config) { c.Listen = "192.168.1.5:80" }, "without keys"},
		"a name":             {func(c *Config) { c.Listen = "api.example.com:80" }, "without keys"},
		"no port":            {func(c *Config) { c.Listen = "127.0.0.1" }, `"127.0.0.1" is not host:port`},
		"no database":        {func(c *Config) { c.Database = "" }, "database: is missing"},
		"half a certificate": {func(c *Config) { c.TLSCert = "a.pem" }, "one is given without the other"},
		"origin with path":   {func(c *Config) { c.Origins = []string{"https://a.example.com/app"} }, "is not an origin"},
		"origin with slash":  {func(c *Config) { c.Origins = []string{"https://a.example.com/"} }, "is not an origin"},
		"every origin":       {func(c *Config) { c.Origins = []string{"*"} }, "every web page"},
		"small requests":     {func(c *Config) { c.RequestBytesMax = 10 }, "request-bytes-max: 10 is not between"},
		"timeouts":           {func(c *Config) { c.TimeoutDefault = c.TimeoutMax + 1 }, "timeout-default, timeout-max"},
		"shutdown":           {func(c *Config) { c.ShutdownMax = 0 }, "shutdown-max"},
		"lease":              {func(c *Config) { c.LeaseTime = time.Millisecond }, "lease-time"},
		"chunks of a row":    {func(c *Config) { c.ChunkRows = 1 }, "chunk-rows"},
		"chunks too large":   {func(c *Config) { c.ChunkRows = 1_000_000 }, "chunk-rows"},
		"collector":          {func(c *Config) { c.OTLPEndpoint = "localhost:4317" }, "otlp-endpoint"},
		"level":              {func(c *Config) { c.LogLevel = "loud" }, `log-level: "loud"`},
		"format":             {func(c *Config) { c.LogFormat = "xml" }, `log-format: "xml"`},
	} {
		c := DefaultConfig()
		c.Database = "sqlite:x.db"
		test.change(&c)
		if err := c.Validate(); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
	both := Config{}
	err := both.Validate()
	for _, part := range []string{"listen:", "database:", "request-bytes-max:", "log-level:", "log-format:"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the zero value: no %s in %v", part, err)
		}
	}
	open := DefaultConfig()
	open.Listen, open.Keys, open.Origins = "0.0.0.0:443", "keys.yaml", []string{"*"}
	if err := open.Validate(); err != nil {
		t.Errorf("with keys: %v", err)
	}
}

func TestConfig_SecretsAreMasked(t *testing.T) {
	for given, want := range map[string]string{
		"postgres://upline:hunter2@db:5432/upline":                      "postgres://upline:***@db:5432/upline",
		"postgres://upline:hun@ter:2/@db/upline?sslmode=x":              "postgres://upline:***@db/upline?sslmode=x",
		"postgres://upline@db/upline?sslmode=x&password=hunter2&user=u": "postgres://upline@db/upline?sslmode=x&password=***&user=u",
		"host=db user=u password=hunter2 dbname=x":                      "host=db user=u password=*** dbname=x",
		"sqlite:/var/lib/upline/upline.db":                              "sqlite:/var/lib/upline/upline.db",
		"postgres://:hunter2@db/upline":                                 "postgres://:***@db/upline",
		"postgres://upline:hunter2%zz@db:bad/upline":                    "postgres://upline:***@db:bad/upline",
	} {
		if got := maskSecrets(given); got != want {
			t.Errorf("%s:\n got %s\nwant %s", given, got, want)
		}
	}
	c := DefaultConfig()
	c.Database = "postgres://upline:hunter2@db/upline"
	c.OTLPEndpoint = "http://user:hunter2@collector:4317"
	log := &lines{}
	slog.New(slog.NewTextHandler(log, nil)).Info("starting", "settings", c)
	for _, text := range []string{c.String(), log.String()} {
		if strings.Contains(text, "hunter2") || !strings.Contains(text, "upline:***@db") || !strings.Contains(text, "timeout-max") {
			t.Errorf("printed:\n%s", text)
		}
	}
}

func TestSettings_SetWhatTheyName(t *testing.T) {
	c := DefaultConfig()
	values := map[string]string{
		"listen": "[::1]:1", "database": "sqlite:other.db", "keys": "k.yaml", "tls-cert": "c", "tls-key": "k", "origins": "https://a, https://b",
		"request-bytes-max": "100000", "timeout-default": "1s", "timeout-max": "1m30s", "drain-time": "2s", "shutdown-max": "3s", "lease-time": "4s", "chunk-rows": "500",
		"otlp-endpoint": "http://c:4317", "log-level": "warn", "log-format": "json",
	}
	settings := c.Settings()
	for _, s := range settings {
		v, ok := values[s.Name]
		if !ok {
			t.Errorf("%s is not in this test", s.Name)
		}
		if err := s.Set(v); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		if s.Usage == "" || s.Environment[0] != environmentOf(s.Name) {
			t.Errorf("%s: %+v", s.Name, s.Environment)
		}
	}
	want := Config{
		Listen: "[::1]:1", Database: "sqlite:other.db", Keys: "k.yaml", TLSCert: "c", TLSKey: "k", Origins: []string{"https://a", "https://b"},
		RequestBytesMax: 100_000, TimeoutDefault: time.Second, TimeoutMax: 90 * time.Second, DrainTime: 2 * time.Second,
		ShutdownMax: 3 * time.Second, LeaseTime: 4 * time.Second, ChunkRows: 500, OTLPEndpoint: "http://c:4317", LogLevel: "warn", LogFormat: "json",
	}
	if c.String() != want.String() || len(settings) != len(values) {
		t.Errorf("got\n%s\nwant\n%s", c, want)
	}
	for _, s := range settings {
		if s.Name == "request-bytes-max" || s.Name == "timeout-max" {
			if err := s.Set("much"); !errors.Is(err, ErrConfig) {
				t.Errorf("%s takes anything: %v", s.Name, err)
			}
		}
	}
}

func TestRun_RefusesToStartInTheOpenWithoutKeys(t *testing.T) {
	c := DefaultConfig()
	c.Listen = "0.0.0.0:0"
	err := Run(context.Background(), c, Parts{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "Give a file of API keys") {
		t.Errorf("got %v", err)
	}
}
