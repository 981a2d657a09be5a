package pgsql

import (
	"context"
	"sync"

	"upline/store"
)

// Database is what the engines on PostgreSQL's protocol have in common.
type Database struct {
	Writes, Reads *Pool
	Counts        Counts
	Limits        Limits

	close sync.Once
}

// Read runs fn in a read-only transaction that begins with the given statement. A read that collides or loses its connection runs
// again.
func (d *Database) Read(ctx context.Context, name, begin string, fn func(store.Conn) error) error {
	return d.Counts.Retry(ctx, d.Limits, name, func() (Class, error) {
		t, err := d.Reads.Begin(ctx, begin, Copy)
		if err != nil {
			return ClassOf(err), err
		}
		defer t.Release()
		if class, err := t.Outcome(fn(t)); err != nil {
			return class, err
		}
		// What a serializable transaction has read is true only once it has committed: until then the server may still choose it as
		// the one that fails, and a rollback would let those go on that contradict it.
		if err := t.FinishReading(); err != nil {
			return ClassOf(err), err
		}
		return Final, nil
	})
}

// Define runs one statement of DDL outside of a transaction block, and again when it collides with another.
func (d *Database) Define(ctx context.Context, ddl string) error {
	return d.Counts.Retry(ctx, d.Limits, "define", func() (Class, error) {
		err := d.Writes.Exec(ctx, ddl)
		return ClassOf(err), err
	})
}

const hasTable = `SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1`

// HasTable reports whether a table exists in the connection's schema.
func (d *Database) HasTable(ctx context.Context, begin, table string) (exists bool, err error) {
	err = d.Read(ctx, "has table", begin, func(c store.Conn) error {
		exists = false
		return c.Query(hasTable, []any{table}, func(store.Row) error { exists = true; return nil })
	})
	return exists, err
}

// Close waits for transactions under way and closes the pools.
func (d *Database) Close() error {
	d.close.Do(func() {
		d.Writes.Close()
		if d.Reads != d.Writes {
			d.Reads.Close()
		}
	})
	return nil
}
