package server

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Setting is one field of a Config by its name, so that flags, environment and file are read from one list. It is a flag.Value.
type Setting struct {
	// Name is that of the flag and of the key in a file, for instance request-bytes-max.
	Name string
	// Environment are the variables that set it, the first that is set counts: UPLINE_REQUEST_BYTES_MAX.
	Environment []string
	// Usage says in a line what it is for.
	Usage string

	get func() string
	set func(string) error
}

// String returns the value as Set reads it, secrets included.
func (s Setting) String() string {
	if s.get == nil { // The flag package asks a zero value for its text.
		return ""
	}
	return s.get()
}

// Set reads the value. Whether it makes sense beside the others, Validate tells.
func (s Setting) Set(text string) error { return s.set(text) }

// Masked returns the value for people to read: passwords hidden, nothing shown as nothing.
func (s Setting) Masked() string {
	if text := maskSecrets(s.String()); text != "" {
		return text
	}
	return "-"
}

// Settings lists the fields of the configuration, bound to it: setting one changes c.
func (c *Config) Settings() []Setting {
	return []Setting{
		textSetting("listen", "address to listen on, `host:port`; port 0 takes a free one", &c.Listen),
		textSetting("database", "`URL` of the database: sqlite:PATH or postgres://USER@HOST/NAME", &c.Database),
		textSetting("keys", "`file` of API keys; without, everybody who reaches the server is staff, and it listens on loopback only", &c.Keys),
		textSetting("tls-cert", "`file` of the TLS certificate, PEM", &c.TLSCert),
		textSetting("tls-key", "`file` of the certificate's key, PEM", &c.TLSKey),
		listSetting("origins", "web `origins` whose pages may call from a browser, separated by commas", &c.Origins),
		numberSetting("request-bytes-max", "largest request in `bytes`, decompressed", &c.RequestBytesMax),
		durationSetting("timeout-default", "`time` that a call gets that asks for none", &c.TimeoutDefault),
		durationSetting("timeout-max", "longest `time` that a call may ask for", &c.TimeoutMax),
		durationSetting("drain-time", "`time` to go on accepting after saying not ready, for load balancers to notice", &c.DrainTime),
		durationSetting("shutdown-max", "longest `time` to finish accepted calls", &c.ShutdownMax),
		durationSetting("lease-time", "`time` that a close waits for a server that died before another continues it", &c.LeaseTime),
		numberSetting("chunk-rows", "`rows` of a close that one transaction writes; 0: what suits the engine. The same on all servers of a database", &c.ChunkRows),
		textSetting("otlp-endpoint", "`URL` of an OpenTelemetry collector (OTLP over gRPC); empty: none", &c.OTLPEndpoint, "OTEL_EXPORTER_OTLP_ENDPOINT"),
		textSetting("log-level", "debug, info, warn or error", &c.LogLevel),
		textSetting("log-format", "text or json", &c.LogFormat),
	}
}

// environmentOf is the variable of a setting: UPLINE_LOG_LEVEL for log-level.
func environmentOf(name string) string {
	return "UPLINE_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

func textSetting(name, usage string, target *string, environment ...string) Setting {
	return Setting{
		Name: name, Usage: usage, Environment: append([]string{environmentOf(name)}, environment...),
		get: func() string { return *target },
		set: func(text string) error { *target = text; return nil },
	}
}

func listSetting(name, usage string, target *[]string) Setting {
	return Setting{
		Name: name, Usage: usage, Environment: []string{environmentOf(name)},
		get: func() string { return strings.Join(*target, ",") },
		set: func(text string) error {
			*target = nil
			for part := range strings.SplitSeq(text, ",") {
				if part = strings.TrimSpace(part); part != "" {
					*target = append(*target, part)
				}
			}
			return nil
		},
	}
}

func numberSetting(name, usage string, target *int) Setting {
	return Setting{
		Name: name, Usage: usage, Environment: []string{environmentOf(name)},
		get: func() string { return strconv.Itoa(*target) },
		set: func(text string) error {
			n, err := strconv.Atoi(text)
			if err != nil {
				return fmt.Errorf("%w: %s: %q is not a whole number", ErrConfig, name, text)
			}
			*target = n
			return nil
		},
	}
}

func durationSetting(name, usage string, target *time.Duration) Setting {
	return Setting{
		Name: name, Usage: usage, Environment: []string{environmentOf(name)},
		get: func() string { return target.String() },
		set: func(text string) error {
			d, err := time.ParseDuration(text)
			if err != nil {
				return fmt.Errorf("%w: %s: %q is not a duration like 30s or 5m", ErrConfig, name, text)
			}
			*target = d
			return nil
		},
	}
}
