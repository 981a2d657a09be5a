package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"zombiezen.com/go/sqlite"

	"upline/store"
)

// queueLength bounds the transactions that wait for the writer beyond those whose callers wait for a place in the queue.
const queueLength = 1024

// gatherTurns is how often a group that has run out of requests lets other goroutines run before it commits. The callers of the group
// before have just been answered and are about to come back; a commit costs as much for all of them as for the first. Measured with
// 64 callers, it makes 77,000 transactions a second of 50,000. Where nobody is about to come it costs less than a microsecond.
const gatherTurns = 4

// writer owns the one connection that writes. Its goroutine opens a transaction, hands it to one caller after the other, commits,
// and tells them.
type writer struct {
	db      *database
	options Options
	counts  *counts
	queue   chan *request
	stopped chan error
	full    *time.Timer // ends the intake of a group
	log     *checkpointer

	// changes counts the commits that what was read before may not hold after. changed tells that the open transaction will be one of
	// them; it is the writer's, and of whose turn it is.
	changes     atomic.Int64
	changed     bool
	dataVersion string
}

// request is one caller's transaction.
type request struct {
	ctx    context.Context
	name   string
	fn     func(store.Conn) error
	state  atomic.Int32      // queued, then taken or dropped
	signal chan *transaction // the caller's turn; nil when it is answered with err
	ran    chan struct{}     // the caller has had its turn
	err    error
	// onlyAdds tells that it changes nothing that a ReadThenWrite reads.
	onlyAdds bool
	gone     bool // the closure ended by a panic or FailNow: nobody waits for an answer
}

const (
	queued int32 = iota
	taken
	dropped
)

func newWriter(db *database, log *checkpointer, options Options, counts *counts) *writer {
	w := &writer{
		db: db, log: log, options: options, counts: counts,
		queue:   make(chan *request, queueLength),
		stopped: make(chan error, 1),
		full:    time.NewTimer(time.Hour),
	}
	go w.loop()
	return w
}

// write runs a request in a group and returns when the group is committed.
func (w *writer) write(ctx context.Context, r *request) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("store/sqlite: %s: %w", r.name, err)
	}
	r.signal, r.ran = make(chan *transaction, 1), make(chan struct{}, 1)
	cancelled := ctx.Done()
	select {
	case w.queue <- r:
	case <-cancelled:
		return fmt.Errorf("store/sqlite: %s: waiting for the writer: %w", r.name, ctx.Err())
	}
	for {
		select {
		case t := <-r.signal:
			if t == nil {
				return r.err
			}
			cancelled = nil
			r.run(t)
		case <-cancelled:
			if r.state.CompareAndSwap(queued, dropped) {
				return fmt.Errorf("store/sqlite: %s: waiting for the writer: %w", r.name, ctx.Err())
			}
			cancelled = nil
		}
	}
}

// run has the closure's turn. It hands the transaction back even when the closure does not return.
func (r *request) run(t *transaction) {
	returned := false
	defer func() {
		r.gone = !returned
		t.ended = true
		r.ran <- struct{}{}
	}()
	r.err = t.result(r.fn(t))
	returned = true
}

// take makes a queued request the writer's. It is false when the caller has gone away.
func (r *request) take() bool { return r.state.CompareAndSwap(queued, taken) }

// answer lets the caller go, with the closure's own result.
func (r *request) answer() { r.signal <- nil }

// fail lets the caller go with an error that is not the closure's.
func (r *request) fail(err error) {
	r.err = fmt.Errorf("store/sqlite: %s: %w", r.name, err)
	r.answer()
}

func (w *writer) loop() {
	for r := range w.queue {
		w.serve(r)
	}
	w.stopped <- w.stop()
}

// serve opens a transaction and commits r and what is queued behind it as a group.
func (w *writer) serve(r *request) {
	if err := w.begin(r.ctx); err != nil {
		w.refuse(r, err)
		return
	}
	w.group(r, w.options.GroupMax)
}

// begin takes the database's write lock, from another process if need be.
func (w *writer) begin(ctx context.Context) error {
	w.changed = false
	err := whileBusy(ctx, w.options.BusyTime, func() { w.counts.retries.Add(1) }, func() error { return w.db.exec("BEGIN IMMEDIATE") })
	if err != nil {
		return err
	}
	if err := w.noteOthers(); err != nil {
		_ = w.db.exec("ROLLBACK")
		return err
	}
	return nil
}

// refuse answers r, and with it all that waited through the same time for the lock: each waiting that long in its turn would keep
// the last for minutes.
//
// Those are counted before anybody is answered: a caller that comes back at once has not waited, and finds the lock given up perhaps.
func (w *writer) refuse(r *request, err error) {
	waiting := len(w.queue)
	if r.take() {
		r.fail(err)
	}
	if !errors.Is(err, store.ErrUnavailable) {
		return // only r's context has ended
	}
	for range waiting {
		if r := <-w.queue; r.take() {
			r.fail(err)
		}
	}
}

// group runs first, and up to most-1 requests from the queue, in the open transaction, and commits.
func (w *writer) group(first *request, most int) {
	w.full.Reset(w.options.GroupTime)
	batch := make([]*request, 0, 8)
	for r := first; r != nil; r = w.next(len(batch), most) {
		if !r.take() {
			continue
		}
		if err := w.turn(r, len(batch) == 0); err != nil {
			w.lost(append(batch, r), err)
			return
		}
		if !w.db.inTransaction() {
			r.answer() // it was alone and failed
			return
		}
		batch = append(batch, r)
	}
	if len(batch) == 0 {
		_ = w.db.exec("ROLLBACK") // nothing was done in it
		return
	}
	err := w.db.exec("COMMIT")
	if err != nil && !ambiguous(err) {
		w.lost(batch, err)
		return
	}
	if w.changed {
		w.changes.Add(1)
	}
	w.counts.groups.Add(1)
	for _, r := range batch {
		switch {
		case err != nil:
			w.counts.ambiguous.Add(1)
			r.fail(fmt.Errorf("%w: %w", store.ErrAmbiguous, err))
		case r.err == nil && !r.gone:
			w.counts.commits.Add(1)
			r.answer()
		default:
			r.answer()
		}
	}
	if err == nil {
		// The group is committed whatever comes of this; trouble with the disk meets the next one.
		_ = w.log.committed(w.db)
	}
}

// next returns the next request of a group, or nil when the group is to be committed.
func (w *writer) next(size, most int) *request {
	if size >= most {
		return nil
	}
	select {
	case <-w.full.C:
		return nil
	default:
	}
	for range gatherTurns {
		select {
		case r := <-w.queue:
			return r
		default:
			runtime.Gosched()
		}
	}
	return nil
}

// turn runs one request's closure, and undoes it when it fails. An error says that the group's transaction is no more, or of no
// use.
//
// The first closure of a group needs no savepoint: when it fails the whole transaction is rolled back, and nobody is waiting for
// it but the caller. One that only adds gets none either, since SQLite would copy every page that it changes: such a closure fails in what
// it writes only where another has added the same while it was reading, and then the group is lost.
func (w *writer) turn(r *request, alone bool) error {
	saved := !alone && !r.onlyAdds
	if saved {
		if err := w.db.exec("SAVEPOINT caller"); err != nil {
			return err
		}
	}
	t := &transaction{db: w.db}
	r.signal <- t
	<-r.ran
	w.changed = w.changed || !r.onlyAdds
	failed := r.gone || r.err != nil
	switch {
	case alone && failed:
		if w.db.inTransaction() {
			return w.db.exec("ROLLBACK")
		}
		return nil
	case !w.db.inTransaction():
		if t.failed != nil {
			return t.failed
		}
		return errGroupLost
	case !saved && failed && t.wrote:
		return errGroupLost
	case !saved:
		return nil
	case failed:
		if err := w.db.exec("ROLLBACK TO caller"); err != nil {
			return err
		}
	}
	return w.db.exec("RELEASE caller")
}

// errGroupLost is the error of a group whose transaction SQLite rolled back without an error of a statement, or that one of its closures
// has spoilt.
var errGroupLost = fmt.Errorf("store/sqlite: the transaction was rolled back by the database: %w", store.ErrUnavailable)

// lost deals with a group whose transaction failed as a whole: each of its requests is run again in a transaction of its own, so
// that the one that is at fault does not take the others with it. One that fails alone is answered.
func (w *writer) lost(batch []*request, err error) {
	if w.db.inTransaction() {
		_ = w.db.exec("ROLLBACK") // what fails here has failed already
	}
	for _, r := range batch {
		switch {
		case r.gone:
		case len(batch) == 1:
			r.fail(err)
		default:
			w.again(r)
		}
	}
}

// again runs a request of a lost group alone.
func (w *writer) again(r *request) {
	err := r.ctx.Err()
	if err == nil {
		w.counts.retries.Add(1)
		err = w.begin(r.ctx)
	}
	if err != nil {
		r.fail(err)
		return
	}
	r.state.Store(queued)
	w.group(r, 1)
}

// ambiguous reports whether an error of COMMIT leaves open what a crash would find: the commit's record may have been written to
// the log although syncing it failed.
func ambiguous(err error) bool { return sqlite.ErrCode(err).ToPrimary() == sqlite.ResultIOErr }

// close waits for the goroutine to finish. Nothing may be queued any more.
func (w *writer) close() error {
	close(w.queue)
	return <-w.stopped
}

// stop writes the log back into the database file and closes. Another engine on the file, or a reader of another process, may keep
// it from that.
func (w *writer) stop() error {
	err := w.log.close()
	_, truncated := w.db.checkpoint("TRUNCATE")
	return errors.Join(err, truncated, w.db.close())
}
