package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"

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

// readers are the connections for reading. The one used last is used first: its statements are prepared and its pages are warm.
type readers struct {
	places chan struct{} // one for each that may read at once
	mu     sync.Mutex
	idle   []*reader
}

func newReaders(n int) *readers { return &readers{places: make(chan struct{}, n)} }

// take returns an idle reader, or nil where one has to be opened.
func (p *readers) take(ctx context.Context) (*reader, error) {
	select {
	case p.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == 0 {
		return nil, nil
	}
	r := p.idle[len(p.idle)-1]
	p.idle = p.idle[:len(p.idle)-1]
	return r, nil
}

// give gives a reader back; nil where it could not be opened or is of no use any more.
func (p *readers) give(r *reader) {
	if r != nil {
		p.mu.Lock()
		p.idle = append(p.idle, r)
		p.mu.Unlock()
	}
	<-p.places
}

// close closes the readers. None is in use any more.
func (p *readers) close() error {
	var errs []error
	for _, r := range p.idle {
		errs = append(errs, r.db.close())
	}
	return errors.Join(errs...)
}

func (e *Engine) read(ctx context.Context, name string, fn func(store.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("store/sqlite: %s: %w", name, err)
	}
	r, err := e.readers.take(ctx)
	if err != nil {
		return fmt.Errorf("store/sqlite: %s: waiting for a reader: %w", name, err)
	}
	defer func() {
		if r != nil && r.db.inTransaction() {
			// It cannot even be rolled back.
			_ = r.db.close()
			r = nil
		}
		e.readers.give(r)
	}()
	if r == nil {
		if r, err = openReader(ctx, e); err != nil {
			return fmt.Errorf("store/sqlite: %s: open a reader of %s: %w", name, e.path, err)
		}
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
		return nil, errors.Join(err, db.close())
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
