package pgsql

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"upline/store"
	"upline/store/internal/sqltext"
)

// Transaction is one transaction on one connection, as a store.Conn.
//
// It keeps the connection in pipeline mode as long as the closure runs.
type Transaction struct {
	ctx      context.Context
	conn     *pgxpool.Conn
	session  *session
	pipeline *pgconn.Pipeline
	opening  string // a statement that travels before the first one; empty once it is sent
	begun    bool
	bulk     BulkMethod
	row      row
	failed   error // the first error of a statement
	ended    bool
	busy     bool // inside a callback
	broken   bool // the connection is in the middle of something
}

var _ store.Conn = (*Transaction)(nil)

// Begin takes a connection and begins a transaction. On most pools the opening statement is sent only with the transaction's first
// statement. Release must be called.
func (p *Pool) Begin(ctx context.Context, opening string, bulk BulkMethod) (*Transaction, error) {
	conn, err := p.acquire(ctx)
	if err != nil {
		return nil, err
	}
	t := &Transaction{ctx: ctx, conn: conn, session: sessionOf(conn.Conn().PgConn()), opening: opening, bulk: bulk}
	t.pipeline = t.session.pg.StartPipeline(ctx)
	if !p.beginApart {
		return t, nil
	}
	t.opening, t.begun = "", true
	if err := t.simple(undoTime, opening); err != nil {
		t.Release()
		return nil, wrap(ctx, opening, err)
	}
	t.resume()
	return t, nil
}

// Exec implements store.Conn.
func (t *Transaction) Exec(sql string, args ...any) (int64, error) {
	if err := t.start(sql, args); err != nil {
		return 0, err
	}
	changed, err := t.exec(sql)
	if err == nil {
		err = t.synced()
	}
	if err != nil {
		return 0, t.refused(sql, err)
	}
	return changed, nil
}

// Query implements store.Conn.
func (t *Transaction) Query(sql string, args []any, each func(store.Row) error) error {
	if err := t.start(sql, args); err != nil {
		return err
	}
	stopped, err := t.query(sql, each)
	if err == nil && stopped == nil {
		err = t.synced()
	}
	if err != nil {
		return t.refused(sql, err)
	}
	if stopped != nil {
		t.drain()
	}
	return stopped
}

// copyRowsMin is from how many rows on those of a batch are copied into their table. That takes round trips of its own; batches of 1,000
// sales are recorded 18 % faster than by statements of 32 rows.
const copyRowsMin = 256

// Send implements store.Conn: one round trip, and another for each table that many rows go into.
func (t *Transaction) Send(b *store.Batch) error {
	var many []store.TableRows
	if t.bulk == Copy {
		many = b.TakeRows(copyRowsMin)
	}
	if err := t.sendStatements(b); err != nil {
		return err
	}
	for _, rows := range many {
		if err := t.bulkCopy(rows.Table, rows.Columns, rows.N, rows.Row); err != nil {
			return err
		}
	}
	return nil
}

func (t *Transaction) sendStatements(b *store.Batch) error {
	items := b.Statements()
	if len(items) == 0 {
		return nil
	}
	for i := range items {
		if err := t.queue(items[i].SQL, items[i].Args); err != nil {
			return err
		}
	}
	if err := t.flush(items[0].SQL); err != nil {
		return err
	}
	for i := range items {
		if err := t.receive(&items[i]); err != nil {
			return err
		}
	}
	if err := t.synced(); err != nil {
		return t.refused(items[len(items)-1].SQL, err)
	}
	return nil
}

// receive reads the answer to one statement of a batch.
func (t *Transaction) receive(item *store.BatchItem) error {
	if item.Each == nil {
		changed, err := t.exec(item.SQL)
		if err != nil {
			return t.refused(item.SQL, err)
		}
		if item.Affected != nil {
			*item.Affected = changed
		}
		return nil
	}
	stopped, err := t.query(item.SQL, item.Each)
	if err != nil {
		return t.refused(item.SQL, err)
	}
	if stopped != nil {
		t.drain()
	}
	return stopped
}

// start sends one statement.
func (t *Transaction) start(sql string, args []any) error {
	if err := t.queue(sql, args); err != nil {
		return err
	}
	return t.flush(sql)
}

// queue appends a statement to what is sent next.
func (t *Transaction) queue(sql string, args []any) error {
	if err := t.usable(sql); err != nil {
		return err
	}
	if err := t.sendOpening(); err != nil {
		return err
	}
	return t.send(sql, args)
}

// sendOpening queues the statement that begins the transaction, the first time.
func (t *Transaction) sendOpening() error {
	if t.begun {
		return nil
	}
	t.begun = true
	return t.send(t.opening, nil)
}

// usable returns why no statement can be sent, if so.
func (t *Transaction) usable(sql string) error {
	switch {
	case t.ended:
		panic("store: a Conn was used after its transaction")
	case t.busy:
		panic("store: a Conn was used inside the callback of one of its statements: " + sql)
	case t.failed != nil:
		return t.failed
	case t.ctx.Err() != nil:
		return t.fail(sql, t.ctx.Err())
	}
	return nil
}

func (t *Transaction) send(sql string, args []any) error {
	st, isNew, err := t.session.statement(sql, args)
	if err != nil {
		t.broken = t.begun // what is queued cannot be taken back
		return t.mistake(sql, err)
	}
	if isNew {
		t.pipeline.SendPrepare(st.name, sql, st.types)
	}
	values := t.session.encode(args)
	if st.described == nil {
		t.pipeline.SendQueryPrepared(st.name, values, binary, binary)
	} else {
		t.pipeline.SendQueryStatement(st.described, values, binary, binary)
	}
	return nil
}

// flush sends what is queued, and reads the answer to the opening statement.
func (t *Transaction) flush(sql string) error {
	if err := t.pipeline.Sync(); err != nil {
		t.broken = true
		return t.fail(sql, err)
	}
	if t.opening == "" {
		return nil
	}
	opening := t.opening
	t.opening = ""
	if _, err := t.exec(opening); err != nil {
		return t.refused(opening, err)
	}
	return nil
}

// result waits for the answer to the next statement that was sent. Where the statement was prepared first, it takes that in.
func (t *Transaction) result(sql string) (*pgconn.ResultReader, error) {
	for {
		results, err := t.pipeline.GetResults()
		if err != nil {
			return nil, err
		}
		switch r := results.(type) {
		case *pgconn.StatementDescription:
			st := t.session.statements[sql]
			r.Name, r.SQL = st.name, sql
			st.described = r
		case *pgconn.ResultReader:
			return r, nil
		default:
			return nil, fmt.Errorf("%w: %T", errAnswer, results)
		}
	}
}

var errAnswer = errors.New("the server's answer does not follow the protocol")

func (t *Transaction) exec(sql string) (int64, error) {
	r, err := t.result(sql)
	if err != nil {
		return 0, err
	}
	tag, err := r.Close()
	if err != nil || tag.Select() {
		return 0, err
	}
	return tag.RowsAffected(), nil
}

// query reads the rows of the next statement. stopped is the callback's error.
func (t *Transaction) query(sql string, each func(store.Row) error) (stopped, err error) {
	r, err := t.result(sql)
	if err != nil {
		return nil, err
	}
	t.row.fields = r.FieldDescriptions()
	// A callback that panics or ends its goroutine leaves rows behind that nobody will read.
	t.busy, t.broken = true, true
	for stopped == nil && r.NextRow() {
		t.row.values = r.Values()
		stopped = each(&t.row)
	}
	t.busy, t.broken = false, false
	_, err = r.Close()
	return stopped, err
}

// synced reads the end of what was sent.
func (t *Transaction) synced() error {
	results, err := t.pipeline.GetResults()
	if err != nil {
		return err
	}
	if _, ok := results.(*pgconn.PipelineSync); !ok {
		return fmt.Errorf("%w: %T", errAnswer, results)
	}
	return nil
}

// refused notes and returns the error of a statement that was sent, and reads over the answers to those behind it.
func (t *Transaction) refused(sql string, err error) error {
	if isServerError(err) {
		t.drain()
	} else {
		t.broken = true
	}
	return t.fail(sql, err)
}

// drain reads answers up to the point of synchronisation.
func (t *Transaction) drain() {
	for {
		results, err := t.pipeline.GetResults()
		switch r := results.(type) {
		case *pgconn.PipelineSync:
			t.session.dropUnprepared()
			return
		case *pgconn.ResultReader:
			_, err = r.Close()
		case nil:
			if err == nil {
				err = errAnswer
			}
		}
		if err != nil && !isServerError(err) {
			t.broken = true
			return
		}
	}
}

func isServerError(err error) bool {
	_, ok := errors.AsType[*pgconn.PgError](err)
	return ok
}

// fail notes and returns the error of a statement.
func (t *Transaction) fail(sql string, err error) error {
	err = wrap(t.ctx, sql, err)
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// mistake notes and returns an error of the program that uses the Conn.
func (t *Transaction) mistake(sql string, err error) error {
	err = fmt.Errorf("store: %w: %s", err, sqltext.FirstLine(sql))
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// Outcome returns what a transaction comes to whose closure returned err, before it is committed: an overlooked error of a
// statement counts, and one that asks for the transaction to be run again counts more than what the closure made of it.
func (t *Transaction) Outcome(err error) (Class, error) {
	if t.failed != nil {
		if class := ClassOf(t.failed); class != Final || err == nil {
			return class, t.failed
		}
	}
	if err == nil && t.ctx.Err() != nil {
		err = fmt.Errorf("store: before the commit: %w", t.ctx.Err())
	}
	return Final, err
}

// Commit commits, on a context that the caller cannot cancel. An error is wrapped with store.ErrAmbiguous when the outcome is not
// known.
func (t *Transaction) Commit(sql string) error {
	if !t.begun {
		return nil
	}
	err := t.simple(commitTime, sql)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrUnavailable) || errors.Is(err, errRolledBack):
		return err // it was not sent, or answered with a plain no
	case Ambiguous(err):
		return fmt.Errorf("%w: %w: %s", store.ErrAmbiguous, err, sql)
	}
	return wrap(context.Background(), sql, err)
}

// FinishReading commits a transaction that has only read. Where the outcome is not known it can be run again.
func (t *Transaction) FinishReading() error {
	if !t.begun {
		return nil
	}
	if err := t.simple(commitTime, "COMMIT"); err != nil {
		return wrap(context.Background(), "COMMIT", err)
	}
	return nil
}

var errRolledBack = errors.New("store: the server rolled the transaction back at its COMMIT")

// simple runs statements by the simple protocol, apart from what the caller's context does from now on. The connection leaves
// pipeline mode; resume enters it again.
func (t *Transaction) simple(limit time.Duration, sql string) error {
	if err := t.pipeline.Close(); err != nil {
		t.broken = true
		return fmt.Errorf("%w: %w: before %s", store.ErrUnavailable, err, sql)
	}
	if t.broken {
		return fmt.Errorf("%w: the connection is lost: before %s", store.ErrUnavailable, sql)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), limit)
	defer cancel()
	t.broken = true
	results, err := t.session.pg.Exec(ctx, sql).ReadAll()
	if err == nil || isServerError(err) {
		t.broken = false
	}
	if err != nil {
		return err
	}
	if last := results[len(results)-1]; sql == "COMMIT" && last.CommandTag.String() == "ROLLBACK" {
		return errRolledBack
	}
	return nil
}

// Rewind rolls back to a savepoint, for another attempt inside the same transaction.
func (t *Transaction) Rewind(sql string) error {
	if err := t.simple(undoTime, sql); err != nil {
		return wrap(context.Background(), sql, err)
	}
	t.failed = nil
	t.resume()
	return nil
}

// resume enters pipeline mode again.
func (t *Transaction) resume() { t.pipeline = t.session.pg.StartPipeline(t.ctx) }

// Release rolls back what is not committed and gives the connection back, or closes it when it is of no use any more.
func (t *Transaction) Release() {
	t.ended = true
	const idle = 'I'
	switch {
	case t.broken || t.session.wornOut():
		t.discard()
	case t.session.pg.TxStatus() == idle:
		_ = t.pipeline.Close() // a connection that fails here is closed by it
	default:
		if err := t.simple(undoTime, "ROLLBACK"); err != nil {
			t.discard()
		}
	}
	t.conn.Release()
}

// discard closes the connection, without waiting for what the server is still sending.
func (t *Transaction) discard() {
	ctx, cancel := context.WithTimeout(context.Background(), cancelTime)
	defer cancel()
	_ = t.session.pg.Close(ctx)
}
