package sqlite

import (
	"context"
	"fmt"

	"upline/store"
)

// reader is a connection for reading transactions.
type reader struct {
	db   *database
	done chan struct{} // closed to interrupt what runs
}

// The first read fixes what a transaction sees; it is made before the closure runs, so that whatever the database asks to be done
// again is done before the closure has seen anything.
const fixSnapshot = `SELECT 1 FROM sqlite_master LIMIT 1`

func (e *Engine) read(ctx context.Context, name string, fn func(store.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("store/sqlite: %s: %w", name, err)
	}
	var r *reader
	select {
	case r = <-e.readers:
	case <-ctx.Done():
		return fmt.Errorf("store/sqlite: %s: waiting for a reader: %w", name, ctx.Err())
	}
	defer func() { e.readers <- r }()
	if r == nil {
		opened, err := openReader(ctx, e)
		if err != nil {
			return fmt.Errorf("store/sqlite: %s: open a reader of %s: %w", name, e.path, err)
		}
		r = opened
	}
	defer r.interruptOn(ctx)()

	if err := r.begin(ctx, e); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("store/sqlite: %s: %w", name, err)
	}
	t := &transaction{db: r.db, ctx: ctx}
	defer func() {
		t.ended = true
		r.end()
	}()
	return t.result(fn(t))
}

func openReader(ctx context.Context, e *Engine) (*reader, error) {
	db, err := openDatabase(ctx, e.path, e.options.BusyTime)
	if err != nil {
		return nil, err
	}
	if err := db.exec("PRAGMA query_only = on"); err != nil {
		return nil, err
	}
	r := &reader{db: db, done: make(chan struct{})}
	db.conn.SetInterrupt(r.done)
	return r, nil
}

func (r *reader) begin(ctx context.Context, e *Engine) error {
	return whileBusy(ctx, e.options.BusyTime, func() { e.counts.retries.Add(1) }, func() error {
		if err := r.db.exec("BEGIN"); err != nil {
			return err
		}
		if err := r.db.exec(fixSnapshot); err != nil {
			r.end()
			return err
		}
		return nil
	})
}

// end gives the snapshot up. Nothing can be lost by it, so that its error has nothing to say.
func (r *reader) end() {
	if !r.db.inTransaction() {
		return
	}
	if err := r.db.exec("ROLLBACK"); err != nil {
		// Interrupted: the connection refuses every statement until it is armed anew.
		r.rearm()
		_ = r.db.exec("ROLLBACK")
	}
}

// interruptOn interrupts the reader when ctx ends, until the returned function is called.
//
// The driver keeps one goroutine per interrupt channel, so the channel is kept as long as nothing was interrupted: most reads then
// cost no goroutine.
func (r *reader) interruptOn(ctx context.Context) func() {
	if ctx.Done() == nil {
		return func() {}
	}
	done := r.done
	stop := context.AfterFunc(ctx, func() { close(done) })
	return func() {
		if !stop() {
			<-done
			if r.done == done {
				r.rearm()
			}
		}
	}
}

func (r *reader) rearm() {
	r.done = make(chan struct{})
	r.db.conn.SetInterrupt(r.done)
}

func (r *reader) close() error { return r.db.close() }
