package cockroach

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/cockroachdb/cockroach-go/v2/crdb"

	"upline/migrations"
	"upline/store"
	"upline/store/internal/pgsql"
)

// Options configure an Engine. Zero values stand for the defaults.
type Options struct {
	// Clock gives the time that applied migrations are recorded with. Required.
	Clock func() time.Time
	// Connections is the number of connections. Default: 12 per core, at least 24.
	Connections int
	// RetryAttempts and RetryTime bound how often and how long a transaction that collides begins anew. Default: 50 and 15 s.
	RetryAttempts int
	RetryTime     time.Duration
}

func (o Options) withDefaults() (Options, error) {
	if o.Clock == nil {
		return o, errors.New("store/cockroach: Options.Clock is required")
	}
	if o.Connections == 0 {
		o.Connections = max(24, 12*runtime.GOMAXPROCS(0))
	}
	if o.RetryAttempts == 0 {
		o.RetryAttempts = 50
	}
	if o.RetryTime == 0 {
		o.RetryTime = 15 * time.Second
	}
	if o.Connections < 1 || o.RetryAttempts < 1 || o.RetryTime < 0 {
		return o, errors.New("store/cockroach: Options: a number is negative")
	}
	return o, nil
}

const (
	beginWrite = "BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ WRITE; SAVEPOINT cockroach_restart"
	beginRead  = "BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY"
	// turnsMax bounds the retries inside one transaction.
	turnsMax = 5
)

// Engine is a store.Engine on a CockroachDB cluster.
type Engine struct {
	db       pgsql.Database
	clock    func() time.Time
	database string
}

var _ store.Engine = (*Engine)(nil)

// Open connects to the cluster that the URL names. The schema is left as it is.
func Open(ctx context.Context, url string, options Options) (*Engine, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	config, err := pgsql.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("store/cockroach: %w", err)
	}
	pool, err := pgsql.Open(ctx, config, poolOptions(options))
	if err != nil {
		return nil, fmt.Errorf("store/cockroach: %w", err)
	}
	server, err := pool.Ask(ctx)
	if err == nil && !server.IsCockroach() {
		err = fmt.Errorf("the server is not CockroachDB but %s", server.Version)
	}
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("store/cockroach: %w", err)
	}
	return newEngine(pool, config.ConnConfig.Database, options), nil
}

func poolOptions(options Options) pgsql.PoolOptions {
	return pgsql.PoolOptions{Connections: options.Connections, BeginApart: true}
}

func newEngine(pool *pgsql.Pool, database string, options Options) *Engine {
	e := &Engine{clock: options.Clock, database: database}
	e.db.Writes, e.db.Reads = pool, pool
	e.db.Limits = pgsql.Limits{Attempts: options.RetryAttempts, Time: options.RetryTime}
	return e
}

// Name returns "cockroach".
func (e *Engine) Name() string { return "cockroach" }

// Serial implements store.Engine: writers run side by side.
func (e *Engine) Serial() bool { return false }

// Write implements store.Engine.
func (e *Engine) Write(ctx context.Context, name string, fn func(store.Conn) error) error {
	return e.db.Counts.Retry(ctx, e.db.Limits, name, func() (pgsql.Class, error) {
		t, err := e.db.Writes.Begin(ctx, beginWrite, pgsql.Insert)
		if err != nil {
			return pgsql.ClassOf(err), err
		}
		defer t.Release()
		return e.turns(ctx, t, fn)
	})
}

// turns runs fn in the transaction, and again in it while the server asks for that, and commits.
func (e *Engine) turns(ctx context.Context, t *pgsql.Transaction, fn func(store.Conn) error) (pgsql.Class, error) {
	var (
		class    pgsql.Class
		outcome  error
		finished bool
		n        int
	)
	err := crdb.ExecuteInTx(crdb.WithMaxRetries(ctx, turnsMax), &savepoint{t}, func() error {
		if n++; n > 1 {
			e.db.Counts.Retries.Add(1)
		}
		class, outcome = t.Outcome(fn(t))
		finished = outcome == nil
		return outcome
	})
	var restart *crdb.TxnRestartError
	switch {
	case err == nil && finished:
		e.db.Counts.Commits.Add(1)
		return pgsql.Final, nil
	case err == outcome: //nolint:errorlint // the closure's own error, not one that wraps it
		return class, err
	case errors.As(err, &restart):
		// Nothing was committed; what asked for another turn asks for another transaction then.
		return pgsql.ClassOf(restart.RetryCause()), err
	}
	return pgsql.ClassOf(err), err
}

// savepoint is a transaction as cockroach-go drives it. The beginning and the end each take one round trip instead of two.
type savepoint struct{ t *pgsql.Transaction }

var _ crdb.Tx = (*savepoint)(nil)

// Exec is called with the statements of the savepoint.
func (s *savepoint) Exec(_ context.Context, sql string, _ ...any) error {
	switch {
	case strings.HasPrefix(sql, "SAVEPOINT"):
		return nil // it was sent with BEGIN
	case strings.HasPrefix(sql, "RELEASE"):
		// Releasing it commits; COMMIT only ends the block.
		return s.t.Commit(sql + "; COMMIT")
	}
	return s.t.Rewind(sql)
}

// Commit has nothing left to do. It is called, too, when the closure's goroutine ends by Goexit, where committing would be wrong.
func (s *savepoint) Commit(context.Context) error { return nil }

// Rollback leaves it to the release of the transaction.
func (s *savepoint) Rollback(context.Context) error { return nil }

// Read implements store.Engine.
func (e *Engine) Read(ctx context.Context, name string, fn func(store.Conn) error) error {
	return e.db.Read(ctx, name, beginRead, fn)
}

// Snapshot implements store.Engine. The timestamp is the server's present, which is after every commit that was reported.
func (e *Engine) Snapshot(ctx context.Context, name string, fn func(store.Conn) error) error {
	return e.db.Read(ctx, name, beginRead, fn)
}

// Migrate implements store.Engine.
func (e *Engine) Migrate(ctx context.Context) error {
	return store.Migrate(ctx, e, store.MigrateOptions{Dialect: migrations.Cockroach, NowUS: e.clock().UnixMicro()})
}

// SchemaVersion implements store.Engine.
func (e *Engine) SchemaVersion(ctx context.Context) (version, oldest int, err error) {
	return store.SchemaVersion(ctx, e)
}

// ApplyStep implements store.MigrationTarget. The statement runs by itself: CockroachDB changes the schema by a job that begins
// when the transaction has committed, so that one with other statements in it can fail halfway.
func (e *Engine) ApplyStep(ctx context.Context, ddl string, record func(store.Conn) error) error {
	if err := e.db.Define(ctx, ddl); err != nil {
		return err
	}
	return e.Write(ctx, "migrate", record)
}

// HasTable implements store.MigrationTarget.
func (e *Engine) HasTable(ctx context.Context, table string) (bool, error) {
	return e.db.HasTable(ctx, beginRead, table)
}

// Stats implements store.Engine.
func (e *Engine) Stats() store.Stats { return e.db.Counts.Stats() }

// Close implements store.Engine.
func (e *Engine) Close() error { return e.db.Close() }
