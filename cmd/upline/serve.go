package main

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"upline/server"
)

// serveOptions are what `serve` is told.
type serveOptions struct {
	config  server.Config
	migrate bool
}

func (o *serveOptions) settings() []setting {
	return append(serverSettings(&o.config),
		switchSetting("migrate", "bring the database up to this program's schema before serving", &o.migrate))
}

func serveCommand(t terminal) *cobra.Command {
	options := &serveOptions{config: server.DefaultConfig(), migrate: true}
	source := settingsSource{options.settings(), t.lookupEnv}
	c := &cobra.Command{
		Use:   "serve [flags]",
		Short: "Run the server",
		Long: `Runs the server: Connect, gRPC and gRPC-Web on one port, with /healthz, /readyz and /metrics beside them. Any number of
servers may run on one PostgreSQL or CockroachDB database; a SQLite file is for one.

A setting is taken from its flag, else from the environment (--log-level is UPLINE_LOG_LEVEL), else from the file that --config
or UPLINE_CONFIG names (log-level: debug), else it has the default shown here. The settings are logged at the start, passwords
masked.

SIGTERM and Ctrl-C let the server finish what it has accepted; a second one ends it at once. SIGHUP loads the file of keys again.`,
		Example: `  # On this machine, for this machine: the file upline.db, http://127.0.0.1:8080.
  upline serve

  # For other machines: with API keys (see "upline key new"), on PostgreSQL.
  upline serve --listen :8080 --keys keys.yaml --database postgres://upline@db.internal/upline

  # The password comes by the environment, so that the list of processes does not show it.
  UPLINE_DATABASE=postgres://upline:secret@db.internal/upline upline serve --config upline.yaml`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := source.read(c.Flags()); err != nil {
				return err
			}
			if err := options.config.Validate(); err != nil {
				return usageError{err}
			}
			return serve(c.Context(), serving{
				config: options.config, migrate: options.migrate,
				listening: func(address net.Addr) {
					fmt.Fprintf(t.out, "Upline is at %s\n", baseURL(options.config, address))
				},
			})
		},
	}
	source.declare(c.Flags())
	return c
}

// baseURL is where clients on this machine reach a server.
func baseURL(config server.Config, address net.Addr) string {
	scheme := "http"
	if config.TLSCert != "" {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return scheme + "://" + address.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
