package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"

	"upline/store"
)

// statementsMax bounds the prepared statements of a connection. Statements are constants of the program, so that a connection
// comes near it only when somebody builds SQL from data.
const statementsMax = 1000

// database is one connection with its prepared statements. It is used by one goroutine at a time.
type database struct {
	conn       *sqlite.Conn
	statements map[string]*statement
	row        row
}

// statement is a prepared statement. SQLite numbers $n by first appearance, so that $2 may stand before $1: arguments holds, for
// each parameter in SQLite's order, the index of its argument.
type statement struct {
	*sqlite.Stmt
	arguments []int
	wants     int  // the number of arguments
	changes   bool // whether it is an INSERT, UPDATE or DELETE
}

// pragmas of every connection. The cache is sized for the upper levels of the trees of a few million rows.
var pragmas = []string{
	"PRAGMA journal_mode = wal",
	"PRAGMA synchronous = full",
	"PRAGMA temp_store = memory",
	"PRAGMA cache_size = -32768",
	"PRAGMA wal_autocheckpoint = 0",
	"PRAGMA journal_size_limit = " + strconv.Itoa(logBytesKept),
}

// openDatabase opens a connection. Another process may hold the write lock just then, or be creating the same file.
func openDatabase(ctx context.Context, path string, busyTime time.Duration) (*database, error) {
	// Without OpenURI the path is taken as it is, whatever characters it has.
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		return nil, classify(err)
	}
	// Waiting is done here, where it is counted, bounded and jittered, not inside SQLite.
	conn.SetBusyTimeout(0)
	db := &database{conn: conn, statements: map[string]*statement{}}
	for _, pragma := range pragmas {
		err := whileBusy(ctx, busyTime, nil, func() error { return db.exec(pragma) })
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", pragma, err), db.close())
		}
	}
	// SQLite leaves the mode as it was, without an error, on a file system that has no shared memory.
	if mode, err := db.text("PRAGMA journal_mode"); err != nil || mode != "wal" {
		err = errors.Join(err, fmt.Errorf("%w: the journal mode is %q, not wal: is the file on a network file system?",
			store.ErrUnavailable, mode))
		return nil, errors.Join(err, db.close())
	}
	return db, nil
}

func (db *database) close() error { return db.conn.Close() }

// prepare returns the prepared statement of a text.
func (db *database) prepare(sql string) (*statement, error) {
	if s, ok := db.statements[sql]; ok {
		return s, nil
	}
	if len(db.statements) >= statementsMax {
		// No statement is under way: a Conn runs one at a time, and resets it before the next.
		for _, s := range db.statements {
			_ = s.Finalize()
		}
		clear(db.statements)
	}
	stmt, err := db.conn.Prepare(failing(sql))
	if err != nil {
		return nil, err
	}
	s := &statement{Stmt: stmt, arguments: make([]int, stmt.BindParamCount()), changes: changesRows(sql)}
	for i := range s.arguments {
		n, err := strconv.Atoi(strings.TrimPrefix(stmt.BindParamName(i+1), "$"))
		if err != nil || n < 1 {
			_ = stmt.Finalize()
			return nil, fmt.Errorf("parameter %q is not of the form $n", stmt.BindParamName(i+1))
		}
		s.arguments[i] = n - 1
		s.wants = max(s.wants, n)
	}
	db.statements[sql] = s
	return s, nil
}

// failing is an INSERT that leaves the rows standing that it added before one that cannot be: an error of a statement fails its transaction,
// which takes them back. Without a word SQLite would copy every page before a statement of more rows than one changes it, to be able to take
// back that statement alone; of rows that come in no order that is a page a row.
func failing(sql string) string {
	const insert = "INSERT INTO "
	if rest, ok := strings.CutPrefix(sql, insert); ok {
		return "INSERT OR FAIL INTO " + rest
	}
	return sql
}

// exec runs a statement that has no parameters and whose rows do not matter.
func (db *database) exec(sql string) error {
	_, err := db.text(sql)
	return err
}

// text runs a statement without parameters and returns the first column of its last row.
func (db *database) text(sql string) (text string, err error) {
	s, err := db.prepare(sql)
	if err != nil {
		return "", classify(err)
	}
	for {
		row, err := s.Step()
		if err != nil {
			return "", classify(err)
		}
		if !row {
			return text, classify(s.Reset())
		}
		text = s.ColumnText(0)
	}
}

// inTransaction reports whether a transaction is open. SQLite ends one by itself on some errors.
func (db *database) inTransaction() bool { return !db.conn.AutocommitEnabled() }

// changesRows reports whether the number of changed rows means anything after the statement: SQLite leaves that of an earlier
// statement standing after one that cannot change rows.
func changesRows(sql string) bool {
	words := strings.Fields(sql)
	if len(words) == 0 {
		return false
	}
	switch strings.ToUpper(words[0]) {
	case "INSERT", "UPDATE", "DELETE":
		return true
	}
	return false
}

// The pauses between attempts to get the write lock from another process. Nothing tells when it is free, so short pauses find the
// gap between two groups, and growing ones spare the processor when the other is at something long.
const (
	busyPauseMin = 500 * time.Microsecond
	busyPauseMax = 20 * time.Millisecond
)

// whileBusy calls fn again while another process holds the lock that it needs, for at most limit, then returns ErrUnavailable.
func whileBusy(ctx context.Context, limit time.Duration, retried func(), fn func() error) error {
	var expired <-chan time.Time
	pause := busyPauseMin
	for {
		err := fn()
		if err == nil || !isBusy(err) {
			return err
		}
		if expired == nil {
			expired = time.After(limit)
		}
		if retried != nil {
			retried()
		}
		select {
		case <-time.After(pause/2 + rand.N(pause)):
		case <-expired:
			return fmt.Errorf("another process kept the database locked for %v: %w", limit, err)
		case <-ctx.Done():
			return fmt.Errorf("waiting for another process's lock: %w", ctx.Err())
		}
		pause = min(2*pause, busyPauseMax)
	}
}

// classify wraps what is the database's own trouble with store.ErrUnavailable. The driver's text stays in the message, for logs.
func classify(err error) error {
	if err == nil {
		return nil
	}
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultBusy, sqlite.ResultLocked, sqlite.ResultProtocol, sqlite.ResultFull, sqlite.ResultIOErr, sqlite.ResultCorrupt,
		sqlite.ResultNotADB, sqlite.ResultCantOpen, sqlite.ResultReadOnly, sqlite.ResultPerm, sqlite.ResultNoMem:
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return err
}

func isBusy(err error) bool { return sqlite.ErrCode(err).ToPrimary() == sqlite.ResultBusy }
