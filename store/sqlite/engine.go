package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"upline/migrations"
	"upline/store"
)

// Options configure an Engine. Zero values stand for the defaults.
type Options struct {
	// Clock gives the time that applied migrations are recorded with. Required.
	Clock func() time.Time
	// Readers is the number of reading transactions at once. Default: twice the cores, at least 4.
	Readers int
	// GroupMax is the number of transactions that are committed as one group at most. Default: 256.
	GroupMax int
	// GroupTime is how long a group takes in transactions before it commits. Default: 30 ms.
	GroupTime time.Duration
	// BusyTime is how long a transaction waits for another process that is writing. Default: 10 s.
	BusyTime time.Duration
}

func (o Options) withDefaults() (Options, error) {
	if o.Clock == nil {
		return o, errors.New("store/sqlite: Options.Clock is required")
	}
	if o.Readers == 0 {
		o.Readers = max(4, 2*runtime.GOMAXPROCS(0))
	}
	if o.GroupMax == 0 {
		o.GroupMax = 256
	}
	if o.GroupTime == 0 {
		o.GroupTime = 30 * time.Millisecond
	}
	if o.BusyTime == 0 {
		o.BusyTime = 10 * time.Second
	}
	if o.Readers < 1 || o.GroupMax < 1 || o.GroupTime < 0 || o.BusyTime < 0 {
		return o, errors.New("store/sqlite: Options: a number is negative")
	}
	return o, nil
}

// Engine is a store.Engine on one SQLite file. Several engines, in one process or more, may be open on one file.
type Engine struct {
	path    string
	options Options
	writer  *writer
	readers *readers
	counts  counts

	mu     sync.Mutex
	closed bool
	active sync.WaitGroup // calls under way
}

type counts struct {
	commits, retries, ambiguous, groups atomic.Int64
}

var _ store.Engine = (*Engine)(nil)

// Open opens the database file, and creates it where it does not exist. Its folder must exist. The schema is left as it is.
func Open(ctx context.Context, path string, options Options) (*Engine, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	e := &Engine{path: path, options: options, readers: newReaders(options.Readers)}
	db, err := openDatabase(ctx, path, options.BusyTime)
	if err != nil {
		return nil, fmt.Errorf("store/sqlite: open %s: %w", path, err)
	}
	log, err := openDatabase(ctx, path, options.BusyTime)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store/sqlite: open %s: %w", path, err), db.close())
	}
	e.writer = newWriter(db, newCheckpointer(log), options, &e.counts)
	return e, nil
}

// Name returns "sqlite".
func (e *Engine) Name() string { return "sqlite" }

// Serial implements store.Engine: there is one writer.
func (e *Engine) Serial() bool { return true }

// Write implements store.Engine.
func (e *Engine) Write(ctx context.Context, name string, fn func(store.Conn) error) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.active.Done()
	return e.writer.write(ctx, &request{ctx: ctx, name: name, fn: fn})
}

// Read implements store.Engine.
func (e *Engine) Read(ctx context.Context, name string, fn func(store.Conn) error) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.active.Done()
	return e.read(ctx, name, fn)
}

// Snapshot implements store.Engine. One writer makes every read transaction serializable, so it is Read.
func (e *Engine) Snapshot(ctx context.Context, name string, fn func(store.Conn) error) error {
	return e.Read(ctx, name, fn)
}

// Migrate implements store.Engine.
func (e *Engine) Migrate(ctx context.Context) error {
	return store.Migrate(ctx, e, store.MigrateOptions{Dialect: migrations.SQLite, NowUS: e.options.Clock().UnixMicro()})
}

// SchemaVersion implements store.Engine.
func (e *Engine) SchemaVersion(ctx context.Context) (version, oldest int, err error) {
	return store.SchemaVersion(ctx, e)
}

// ApplyStep implements store.MigrationTarget. SQLite's DDL is transactional, so that a step and its record are one.
func (e *Engine) ApplyStep(ctx context.Context, ddl string, record func(store.Conn) error) error {
	return e.Write(ctx, "migrate", func(c store.Conn) error {
		if _, err := c.Exec(ddl); err != nil {
			return err
		}
		return record(c)
	})
}

// HasTable implements store.MigrationTarget.
func (e *Engine) HasTable(ctx context.Context, table string) (exists bool, err error) {
	err = e.Read(ctx, "has table", func(c store.Conn) error {
		return c.Query(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1`, []any{table},
			func(store.Row) error { exists = true; return nil })
	})
	return exists, err
}

// Stats implements store.Engine.
func (e *Engine) Stats() store.Stats {
	return store.Stats{
		Commits:    e.counts.commits.Load(),
		Retries:    e.counts.retries.Load(),
		Ambiguous:  e.counts.ambiguous.Load(),
		GroupSizes: e.counts.groups.Load(),
	}
}

// Close implements store.Engine. The last engine that closes a file leaves it without its -wal and -shm files. A second Close does
// nothing.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	e.mu.Unlock()
	e.active.Wait()

	if err := errors.Join(e.readers.close(), e.writer.close()); err != nil {
		return fmt.Errorf("store/sqlite: close %s: %w", e.path, err)
	}
	return nil
}

// enter counts a call as under way, so that Close waits for it.
func (e *Engine) enter() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return fmt.Errorf("store/sqlite: %s is closed: %w", e.path, store.ErrUnavailable)
	}
	e.active.Add(1)
	return nil
}
