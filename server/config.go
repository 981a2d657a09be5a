package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"
)

// ErrConfig reports settings that a server cannot be started with. The text says which, and what to do.
var ErrConfig = errors.New("server: configuration")

// Config is what an operator decides about a server. The zero value is not usable; begin with DefaultConfig.
type Config struct {
	// Listen is the address, host:port. Without Keys the host must be a loopback address.
	Listen string
	// Database is the store's URL: sqlite:PATH or postgres://….
	Database string
	// Keys is the file of API keys; empty: everybody who reaches the server is staff.
	Keys string
	// TLSCert and TLSKey are files in PEM; both or neither.
	TLSCert, TLSKey string
	// Origins are the web origins whose pages may call from a browser, like https://app.example.com.
	Origins []string
	// RequestBytesMax bounds a request, after decompression.
	RequestBytesMax int
	// TimeoutDefault is the deadline of a call that brings none, TimeoutMax the longest that a call may have.
	TimeoutDefault, TimeoutMax time.Duration
	// DrainTime is how long the server goes on accepting after it said that it is not ready, so that load balancers notice.
	DrainTime time.Duration
	// ShutdownMax bounds the time in which accepted calls are finished.
	ShutdownMax time.Duration
	// LeaseTime is how long the close of a period waits for a server that gives no sign of life before another continues it.
	LeaseTime time.Duration
	// ChunkRows is how many rows of a close one transaction writes; 0 leaves it to the engine. A close that a server continues for another
	// with other chunks writes its rows anew.
	ChunkRows int
	// OTLPEndpoint is the URL of an OpenTelemetry collector; empty: none.
	OTLPEndpoint string
	// LogLevel is debug, info, warn or error; LogFormat is text or json.
	LogLevel, LogFormat string
}

// Bounds of what a server can be told.
const (
	requestBytesMin = 64 << 10
	requestBytesMax = 64 << 20
	timeoutLimit    = time.Hour
	chunkRowsMin    = 50
	chunkRowsMax    = 100_000
)

// DefaultConfig is a server on this machine for this machine.
func DefaultConfig() Config {
	return Config{
		Listen:          "127.0.0.1:8080",
		Database:        "sqlite:upline.db",
		RequestBytesMax: 4 << 20,
		TimeoutDefault:  30 * time.Second,
		TimeoutMax:      5 * time.Minute,
		ShutdownMax:     30 * time.Second,
		LeaseTime:       15 * time.Second,
		LogLevel:        "info",
		LogFormat:       "text",
	}
}

// Validate says everything that is wrong, not only the first. The error is ErrConfig.
func (c *Config) Validate() error {
	var problems []string
	wrong := func(format string, arguments ...any) { problems = append(problems, fmt.Sprintf(format, arguments...)) }

	host, _, err := net.SplitHostPort(c.Listen)
	switch {
	case err != nil:
		wrong("listen: %q is not host:port", c.Listen)
	case c.Keys == "" && !isLoopbackHost(host):
		wrong("listen: %s can be reached from other machines, and without keys everybody who reaches the server may do everything. "+
			"Give a file of API keys (keys), or listen on 127.0.0.1 or [::1]", c.Listen)
	}
	if c.LeaseTime < time.Second || c.LeaseTime > timeoutLimit {
		wrong("lease-time: %v is not between 1s and %v", c.LeaseTime, timeoutLimit)
	}
	if c.ChunkRows != 0 && (c.ChunkRows < chunkRowsMin || c.ChunkRows > chunkRowsMax) {
		wrong("chunk-rows: %d is neither 0 nor between %d and %d", c.ChunkRows, chunkRowsMin, chunkRowsMax)
	}
	if c.Database == "" {
		wrong("database: is missing; for instance sqlite:upline.db")
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		wrong("tls-cert, tls-key: one is given without the other")
	}
	for _, o := range c.Origins {
		if o == "*" && c.Keys == "" {
			wrong("origins: with * every web page that somebody opens on this machine could do everything, since there are no keys. Name the origins")
		}
		if u, err := url.Parse(o); o != "*" && (err != nil || u.Scheme == "" || u.Host == "" || strings.Trim(u.Path, "/") != "" || strings.HasSuffix(o, "/")) {
			wrong("origins: %q is not an origin like https://app.example.com", o)
		}
	}
	if c.RequestBytesMax < requestBytesMin || c.RequestBytesMax > requestBytesMax {
		wrong("request-bytes-max: %d is not between %d and %d", c.RequestBytesMax, requestBytesMin, requestBytesMax)
	}
	if c.TimeoutDefault <= 0 || c.TimeoutMax < c.TimeoutDefault || c.TimeoutMax > timeoutLimit {
		wrong("timeout-default, timeout-max: %v and %v; they must be above zero, in this order, and at most %v", c.TimeoutDefault, c.TimeoutMax, timeoutLimit)
	}
	if c.DrainTime < 0 || c.ShutdownMax <= 0 {
		wrong("drain-time, shutdown-max: %v and %v; the first cannot be negative, the second must be above zero", c.DrainTime, c.ShutdownMax)
	}
	if u, err := url.Parse(c.OTLPEndpoint); c.OTLPEndpoint != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		wrong("otlp-endpoint: is not a URL like http://localhost:4317")
	}
	if new(slog.Level).UnmarshalText([]byte(c.LogLevel)) != nil {
		wrong("log-level: %q is none of debug, info, warn, error", c.LogLevel)
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		wrong("log-format: %q is neither text nor json", c.LogFormat)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%w:\n  %s", ErrConfig, strings.Join(problems, "\n  "))
	}
	return nil
}

// Logger returns the logger that the settings ask for, on standard error.
func (c *Config) Logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // Validate has read it.
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}

var (
	// It reaches to the last @, since a password that somebody forgot to escape may hold anything.
	urlPassword   = regexp.MustCompile(`://([^/?#@:]*):(.*)@`)
	paramPassword = regexp.MustCompile(`(?i)([?&\s]|^)(password|sslpassword|passwd|secret|token|key)=([^&\s]*)`)
)

// maskSecrets hides the passwords in a URL or in a list of key=value. It works on text that url.Parse refuses, too: a URL that
// somebody mistyped is printed with the error.
func maskSecrets(text string) string {
	text = urlPassword.ReplaceAllString(text, "://$1:***@")
	return paramPassword.ReplaceAllString(text, "$1$2=***")
}

// LogValue shows the settings with secrets masked; the server logs it when it starts.
func (c Config) LogValue() slog.Value {
	settings := c.Settings()
	attributes := make([]slog.Attr, len(settings))
	for i, s := range settings {
		attributes[i] = slog.String(s.Name, s.Masked())
	}
	return slog.GroupValue(attributes...)
}

// String shows one setting a line, with secrets masked.
func (c Config) String() string {
	var b strings.Builder
	for _, s := range c.Settings() {
		fmt.Fprintf(&b, "%-20s %s\n", s.Name, s.Masked())
	}
	return b.String()
}
