package pgsql

import (
	"context"
	"fmt"
	"maps"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"upline/store"
)

// Bounds that keep a call from waiting for a server that has gone away without a word.
const (
	connectTime = 5 * time.Second
	cancelTime  = time.Second // between a cancelled context and the end of the connection, if the server does not answer
	commitTime  = 30 * time.Second
	undoTime    = 5 * time.Second
)

// PoolOptions are what two pools on one server may differ in.
type PoolOptions struct {
	Connections int
	// Settings are run-time parameters of the session. Those that the URL names win.
	Settings map[string]string
	// BeginApart sends the statement that begins a transaction in a round trip of its own, by the simple protocol. CockroachDB is
	// known to take it so from every driver.
	BeginApart bool
}

// Pool is a pool of connections with their prepared statements.
type Pool struct {
	pool       *pgxpool.Pool
	beginApart bool
}

// ParseURL reads a connection URL. Its error does not show the password.
func ParseURL(url string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTime
	}
	// A server that dies without closing its connections is noticed after half a minute.
	config.ConnConfig.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3,
	}}).DialContext
	config.ConnConfig.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: cancelTime}
	}
	// Statements are prepared here; pgx sends nothing but pings.
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.ConnConfig.RuntimeParams = maps.Clone(config.ConnConfig.RuntimeParams)
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "upline"
	}
	return config, nil
}

// Open returns a pool. Connections are made when they are needed.
func Open(ctx context.Context, config *pgxpool.Config, options PoolOptions) (*Pool, error) {
	config = config.Copy()
	config.MaxConns = int32(options.Connections)
	for name, value := range options.Settings {
		if _, said := config.ConnConfig.RuntimeParams[name]; !said {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("pgsql: %w", err)
	}
	return &Pool{pool: pool, beginApart: options.BeginApart}, nil
}

// Close waits for the connections that are in use and closes the pool.
func (p *Pool) Close() { p.pool.Close() }

// acquire takes a connection. An error of the server or the network is store.ErrUnavailable.
func (p *Pool) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	conn, err := p.pool.Acquire(ctx)
	if err == nil {
		return conn, nil
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("pgsql: waiting for a connection: %w", ctx.Err())
	}
	return nil, fmt.Errorf("%w: pgsql: connect: %w", store.ErrUnavailable, err)
}

// Exec runs one statement outside of a transaction block, by the simple protocol: for DDL.
func (p *Pool) Exec(ctx context.Context, sql string) error {
	conn, err := p.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Conn().PgConn().Exec(ctx, sql).ReadAll(); err != nil {
		return wrap(ctx, sql, err)
	}
	return nil
}

// Server is what a server says of itself.
type Server struct {
	Version  string // the text of version()
	Encoding string
	Commits  string // the setting synchronous_commit; empty where there is none
}

// IsCockroach reports whether the server is CockroachDB.
func (s Server) IsCockroach() bool { return strings.Contains(s.Version, "CockroachDB") }

// IsCockroach connects to the server that a URL names and reports whether it is CockroachDB.
func IsCockroach(ctx context.Context, url string) (bool, error) {
	config, err := ParseURL(url)
	if err != nil {
		return false, err
	}
	pool, err := Open(ctx, config, PoolOptions{Connections: 1})
	if err != nil {
		return false, err
	}
	defer pool.Close()
	server, err := pool.Ask(ctx)
	return server.IsCockroach(), err
}

// Ask connects and asks the server for what it is.
func (p *Pool) Ask(ctx context.Context) (Server, error) {
	var server Server
	conn, err := p.acquire(ctx)
	if err != nil {
		return server, err
	}
	defer conn.Release()
	pg := conn.Conn().PgConn()
	if server.Version, err = show(ctx, pg, "SELECT version()"); err != nil {
		return server, err
	}
	server.Encoding = pg.ParameterStatus("server_encoding")
	if !server.IsCockroach() {
		server.Commits, err = show(ctx, pg, "SHOW synchronous_commit")
	}
	return server, err
}

// show returns the one text that a statement answers with.
func show(ctx context.Context, pg *pgconn.PgConn, sql string) (string, error) {
	results, err := pg.Exec(ctx, sql).ReadAll()
	if err != nil {
		return "", wrap(ctx, sql, err)
	}
	return string(results[0].Rows[0][0]), nil
}
