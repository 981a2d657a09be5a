package store

import "context"

// Engine is what really differs between databases. Everything else in this package is written once above it.
//
// All methods are safe for concurrent use. Errors are wrapped with the sentinels of errors.go: ErrUnavailable, ErrAmbiguous.
type Engine interface {
	// Name is "sqlite", "postgres" or "cockroach".
	Name() string
	// Serial tells that writing transactions run one after the other. Elsewhere a transaction that looks for a row that is not
	// there collides with whoever adds a neighbour of it.
	Serial() bool
	// Write runs fn in a serializable read-write transaction and commits it. When the database asks for a retry, or a unique
	// key was violated in a race, fn runs again from the start in a fresh transaction, with jittered backoff, bounded in
	// attempts and time; so fn has no side effects but the transaction's, and may see state that it did not see before. An
	// error of fn rolls back and is returned as it is. name labels metrics and traces.
	//
	// fn must not begin another transaction: where there is one writer, it would wait for itself.
	//
	// When Write returns nil the transaction is durable. When the connection was lost during the commit and the outcome is
	// not known, it returns ErrAmbiguous. Any other error says that nothing was changed.
	//
	// An error of a statement fails the transaction, even if fn overlooks it. A context that ends drops a transaction that has
	// not begun; one that is being committed is finished, and its outcome told.
	Write(ctx context.Context, name string, fn func(Conn) error) error
	// Read runs fn in a read-only transaction that sees one consistent state, which includes every Write that returned before
	// Read was called. Here too fn may run more than once.
	Read(ctx context.Context, name string, fn func(Conn) error) error
	// Snapshot is Read for the input of a close: it sees every transaction that was serialized before the last Write that
	// returned before Snapshot was called, and it may take long without harming writers.
	Snapshot(ctx context.Context, name string, fn func(Conn) error) error
	// Migrate brings the schema up to the newest step; several servers may call it at once.
	Migrate(ctx context.Context) error
	// SchemaVersion returns the number of the last step applied, and the oldest number that a binary must know to use the schema.
	SchemaVersion(ctx context.Context) (version, oldest int, err error)
	// Stats returns what the engine counted since it was opened.
	Stats() Stats
	// Close waits for transactions under way and releases the database.
	Close() error
}

// ReadAhead is an Engine on which what a writing transaction reads need not hold up the others.
type ReadAhead interface {
	// ReadThenWrite is Write for a transaction that reads first and then writes, and whose every `write` changes only what no `read` of
	// such a transaction relies on, or adds what a unique key keeps from being added twice. read may run before the transaction's turn, on
	// one consistent state that includes every Write that returned before; then it runs again in its turn if anything else than
	// transactions of this kind was committed since. An error of read is returned as it is.
	ReadThenWrite(ctx context.Context, name string, read, write func(Conn) error) error
}

// Stats are counts since an engine was opened.
type Stats struct {
	Commits    int64
	Retries    int64 // transactions begun again because of a conflict
	Ambiguous  int64 // commits of unknown outcome
	GroupSizes int64 // on an engine with group commit, the number of groups; Commits/GroupSizes is their mean size
}

// Conn is a transaction. It is used by one goroutine. Statements are PostgreSQL text in the subset that all engines share, with
// parameters $1 to $n. Arguments are int64, string or []byte.
type Conn interface {
	// Exec runs one statement and returns the number of rows that it changed.
	Exec(sql string, args ...any) (int64, error)
	// Query runs one statement and calls each for every row. The Row and what it returns as bytes are valid during the call,
	// which must not use the Conn. An error of each ends the query and is returned as it is; the transaction can go on.
	Query(sql string, args []any, each func(Row) error) error
	// Send runs the statements of the batch in order, where the engine can in a single round trip. The first error ends it;
	// what an error of an `each` function leaves of the batch may have run or not, so that fn has to fail then.
	Send(b *Batch) error
	// Bulk inserts n rows by the fastest way that the engine has inside this transaction. value is called once for every row,
	// in order, and appends the row's columns to the given slice.
	Bulk(table string, columns []string, n int, row func(i int, values []any) []any) error
}

// Row is one row of a result. Columns count from 0. Asking for a column as another type than it has is a programming error and
// panics.
type Row interface {
	Int(column int) int64
	Text(column int) string
	// Bytes returns a text or bytes column without copying it.
	Bytes(column int) []byte
}

// Batch is a list of statements that are sent together.
type Batch struct {
	Items   []BatchItem
	inserts []insertedRows
	rooms   [][]any // of the arguments of inserts
}

// BatchItem is one statement of a batch: a query when Each is set.
type BatchItem struct {
	SQL      string
	Args     []any
	Each     func(Row) error
	Affected *int64 // where the number of changed rows goes; may be nil
}

// Exec adds a statement that changes rows.
func (b *Batch) Exec(sql string, args ...any) {
	b.Items = append(b.Items, BatchItem{SQL: sql, Args: args})
}

// Query adds a statement that returns rows.
func (b *Batch) Query(sql string, args []any, each func(Row) error) {
	b.Items = append(b.Items, BatchItem{SQL: sql, Args: args, Each: each})
}
