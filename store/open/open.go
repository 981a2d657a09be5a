// Package open chooses the store's engine by a connection URL.
package open

import (
	"context"
	"fmt"
	"strings"
	"time"

	"upline/store"
	"upline/store/cockroach"
	"upline/store/internal/pgsql"
	"upline/store/postgres"
	"upline/store/sqlite"
)

// Options configure an engine. Zero values stand for the engine's defaults.
type Options struct {
	// Clock gives the time that applied migrations are recorded with. Required.
	Clock func() time.Time
	// Readers is the number of reading transactions at once, Writers that of writing ones. SQLite has one writer whatever is
	// said; CockroachDB has as many connections as both together.
	Readers, Writers int
	// GroupTime bounds the work that SQLite commits as one group.
	GroupTime time.Duration
	// RetryTime bounds how long a transaction is tried that collides with others.
	RetryTime time.Duration
}

// Engine opens the engine that a URL names:
//
//	sqlite:PATH                          a file, created where it does not exist
//	postgres://USER@HOST:PORT/DATABASE   a PostgreSQL server, or a CockroachDB cluster, which is recognised
//
// The schema is left as it is. Errors say what to do, and never show a password.
func Engine(ctx context.Context, url string, options Options) (store.Engine, error) {
	scheme, rest, found := strings.Cut(url, ":")
	switch {
	case !found:
		return nil, fmt.Errorf("store: a connection URL begins with sqlite: or postgres://; for a file write sqlite:PATH")
	case scheme == "sqlite":
		return openSQLite(ctx, rest, options)
	case scheme == "postgres" || scheme == "postgresql":
		return openServer(ctx, url, options)
	}
	return nil, fmt.Errorf("store: no engine is known for the scheme %q of the connection URL: use sqlite:PATH or postgres://…", scheme)
}

func openSQLite(ctx context.Context, path string, options Options) (store.Engine, error) {
	switch {
	case path == "":
		return nil, fmt.Errorf("store: the connection URL names no file: write sqlite:PATH, as in sqlite:upline.db")
	case path == ":memory:":
		return nil, fmt.Errorf("store: a database in memory is not supported: name a file, as in sqlite:upline.db")
	case strings.HasPrefix(path, "//"):
		return nil, fmt.Errorf("store: sqlite: takes a path, without //: write sqlite:%s", strings.TrimPrefix(path, "//"))
	}
	return opened(sqlite.Open(ctx, path, sqlite.Options{
		Clock: options.Clock, Readers: options.Readers, GroupTime: options.GroupTime, BusyTime: options.RetryTime,
	}))
}

func openServer(ctx context.Context, url string, options Options) (store.Engine, error) {
	isCockroach, err := pgsql.IsCockroach(ctx, url)
	if err != nil {
		return nil, err
	}
	if isCockroach {
		return opened(cockroach.Open(ctx, url, cockroach.Options{
			Clock: options.Clock, Connections: options.Readers + options.Writers, RetryTime: options.RetryTime,
		}))
	}
	return opened(postgres.Open(ctx, url, postgres.Options{
		Clock: options.Clock, Readers: options.Readers, Writers: options.Writers, RetryTime: options.RetryTime,
	}))
}

// opened keeps a nil engine from becoming an interface that is not nil.
func opened[E store.Engine](engine E, err error) (store.Engine, error) {
	if err != nil {
		return nil, err
	}
	return engine, nil
}
