package postgres

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"time"

	"upline/migrations"
	"upline/store"
	"upline/store/internal/pgsql"
)

// Options configure an Engine. Zero values stand for the defaults.
type Options struct {
	// Clock gives the time that applied migrations are recorded with. Required.
	Clock func() time.Time
	// Writers is the number of connections that write. Default: 8 per core, at least 16.
	Writers int
	// Readers is the number of connections that read. Default: 4 per core, at least 8.
	Readers int
	// RetryAttempts and RetryTime bound how often and how long a transaction that collides is run again. Default: 100 and 15 s.
	RetryAttempts int
	RetryTime     time.Duration
	// IdleTime is how long a transaction that writes may send nothing before the server ends it and lets go of its locks, so that a process
	// that stalls in the middle of one holds the others up no longer; ReadIdleTime is the same for those that read, which hold up nothing but
	// the removal of dead rows, and may compute in between. Default: 10 s and 10 min.
	IdleTime, ReadIdleTime time.Duration
}

func (o Options) withDefaults() (Options, error) {
	if o.Clock == nil {
		return o, errors.New("store/postgres: Options.Clock is required")
	}
	cores := runtime.GOMAXPROCS(0)
	if o.Writers == 0 {
		o.Writers = max(16, 8*cores)
	}
	if o.Readers == 0 {
		o.Readers = max(8, 4*cores)
	}
	if o.RetryAttempts == 0 {
		o.RetryAttempts = 100
	}
	if o.RetryTime == 0 {
		o.RetryTime = 15 * time.Second
	}
	if o.IdleTime == 0 {
		o.IdleTime = 10 * time.Second
	}
	if o.ReadIdleTime == 0 {
		o.ReadIdleTime = 10 * time.Minute
	}
	if o.Writers < 1 || o.Readers < 1 || o.RetryAttempts < 1 || o.RetryTime < 0 || o.IdleTime < time.Millisecond || o.ReadIdleTime < time.Millisecond {
		return o, errors.New("store/postgres: Options: a number is negative")
	}
	return o, nil
}

// The statements that begin transactions. Isolation is always said: READ COMMITTED is the usual default.
const (
	beginWrite    = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
	beginRead     = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	beginSnapshot = "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE"
)

// Engine is a store.Engine on a PostgreSQL server.
type Engine struct {
	db    pgsql.Database
	clock func() time.Time
}

var _ store.Engine = (*Engine)(nil)

// Open connects to the server that the URL names. The schema is left as it is.
func Open(ctx context.Context, url string, options Options) (*Engine, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	config, err := pgsql.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("store/postgres: %w", err)
	}
	reads, err := pgsql.Open(ctx, config, pgsql.PoolOptions{Connections: options.Readers, Settings: guards(options.ReadIdleTime)})
	if err != nil {
		return nil, fmt.Errorf("store/postgres: %w", err)
	}
	server, err := reads.Ask(ctx)
	if err == nil {
		err = refuse(server)
	}
	if err != nil {
		reads.Close()
		return nil, fmt.Errorf("store/postgres: %w", err)
	}
	settings := guards(options.IdleTime)
	settings["enable_seqscan"] = "off"
	// The statements are look-ups by key, whose plan does not depend on the key.
	settings["plan_cache_mode"] = "force_generic_plan"
	if server.Commits == "off" {
		settings["synchronous_commit"] = "on"
	}
	writes, err := pgsql.Open(ctx, config, pgsql.PoolOptions{Connections: options.Writers, Settings: settings})
	if err != nil {
		reads.Close()
		return nil, fmt.Errorf("store/postgres: %w", err)
	}
	e := &Engine{clock: options.Clock}
	e.db.Writes, e.db.Reads = writes, reads
	e.db.Limits = pgsql.Limits{Attempts: options.RetryAttempts, Time: options.RetryTime}
	return e, nil
}

// guards are what makes the server let go of the transactions of a process that has died or stalled: one that is there and says nothing, and
// one whose machine is gone without a word, which the server learns by asking. No statement is bounded in time: the longest read the events of
// millions, and one that waits for a lock waits for a transaction that is bounded by this.
func guards(idle time.Duration) map[string]string {
	return map[string]string{
		"idle_in_transaction_session_timeout": strconv.FormatInt(idle.Milliseconds(), 10),
		"tcp_keepalives_idle":                 "15",
		"tcp_keepalives_interval":             "5",
		"tcp_keepalives_count":                "3",
	}
}

// refuse returns why a server cannot be used.
func refuse(server pgsql.Server) error {
	if server.IsCockroach() {
		return errors.New("the server is CockroachDB, which has an engine of its own")
	}
	if server.Encoding != "UTF8" {
		return fmt.Errorf("the database's encoding is %s: create it with ENCODING 'UTF8'", server.Encoding)
	}
	return nil
}

// Name returns "postgres".
func (e *Engine) Name() string { return "postgres" }

// Serial implements store.Engine: writers run side by side.
func (e *Engine) Serial() bool { return false }

// Write implements store.Engine.
func (e *Engine) Write(ctx context.Context, name string, fn func(store.Conn) error) error {
	return e.db.Counts.Retry(ctx, e.db.Limits, name, func() (pgsql.Class, error) {
		t, err := e.db.Writes.Begin(ctx, beginWrite, pgsql.Copy)
		if err != nil {
			return pgsql.ClassOf(err), err
		}
		defer t.Release()
		if class, err := t.Outcome(fn(t)); err != nil {
			return class, err
		}
		if err := t.Commit("COMMIT"); err != nil {
			return pgsql.ClassOf(err), err
		}
		e.db.Counts.Commits.Add(1)
		return pgsql.Final, nil
	})
}

// Read implements store.Engine.
func (e *Engine) Read(ctx context.Context, name string, fn func(store.Conn) error) error {
	return e.db.Read(ctx, name, beginRead, fn)
}

// Snapshot implements store.Engine.
func (e *Engine) Snapshot(ctx context.Context, name string, fn func(store.Conn) error) error {
	return e.db.Read(ctx, name, beginSnapshot, fn)
}

// Migrate implements store.Engine.
func (e *Engine) Migrate(ctx context.Context) error {
	return store.Migrate(ctx, e, store.MigrateOptions{Dialect: migrations.Postgres, NowUS: e.clock().UnixMicro()})
}

// SchemaVersion implements store.Engine.
func (e *Engine) SchemaVersion(ctx context.Context) (version, oldest int, err error) {
	return store.SchemaVersion(ctx, e)
}

// ApplyStep implements store.MigrationTarget. PostgreSQL's DDL is transactional, so that a step and its record are one. Two servers
// that create one table at once collide in the catalogue's unique keys, which is a retry like any other.
func (e *Engine) ApplyStep(ctx context.Context, ddl string, record func(store.Conn) error) error {
	return e.Write(ctx, "migrate", func(c store.Conn) error {
		if _, err := c.Exec(ddl); err != nil {
			return err
		}
		return record(c)
	})
}

// HasTable implements store.MigrationTarget.
func (e *Engine) HasTable(ctx context.Context, table string) (bool, error) {
	return e.db.HasTable(ctx, beginRead, table)
}

// Stats implements store.Engine.
func (e *Engine) Stats() store.Stats { return e.db.Counts.Stats() }

// Close implements store.Engine.
func (e *Engine) Close() error { return e.db.Close() }
