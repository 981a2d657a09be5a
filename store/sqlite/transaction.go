package sqlite

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"zombiezen.com/go/sqlite"

	"upline/store"
	"upline/store/internal/sqltext"
)

// transaction is the store.Conn of one closure.
type transaction struct {
	db  *database
	ctx context.Context // whose end interrupts a reader; nil for the writer
	// failed is the first error of a statement. PostgreSQL aborts a transaction there; so that a closure that overlooks an error
	// does the same on every engine, the transaction fails here too.
	failed error
	wrote  bool // has begun to change rows
	ended  bool
	busy   bool // inside a callback
}

var _ store.Conn = (*transaction)(nil)

// Exec implements store.Conn.
func (t *transaction) Exec(sql string, args ...any) (int64, error) {
	s, err := t.start(sql, args)
	if err != nil {
		return 0, err
	}
	return t.exec(s, sql)
}

// exec runs a bound statement to its end.
func (t *transaction) exec(s *statement, sql string) (int64, error) {
	t.wrote = true // or it changes the schema
	for {
		row, err := s.Step()
		if err != nil {
			return 0, t.fail(sql, err)
		}
		if row {
			continue
		}
		if err := s.Reset(); err != nil {
			return 0, t.fail(sql, err)
		}
		if !s.changes {
			return 0, nil
		}
		return int64(t.db.conn.Changes()), nil
	}
}

// Query implements store.Conn.
func (t *transaction) Query(sql string, args []any, each func(store.Row) error) error {
	s, err := t.start(sql, args)
	if err != nil {
		return err
	}
	row := &t.db.row
	row.begin(s.Stmt)
	t.busy = true
	finished := false
	defer func() {
		t.busy = false
		if !finished {
			// Stepping on after an error, a panic or a FailNow of the callback would find the statement half read.
			_ = s.Reset()
		}
	}()
	for {
		more, err := s.Step()
		if err != nil {
			return t.fail(sql, err)
		}
		if !more {
			finished = true
			if err := s.Reset(); err != nil {
				return t.fail(sql, err)
			}
			return nil
		}
		row.next()
		if err := each(row); err != nil {
			return err
		}
	}
}

// Send implements store.Conn. There is no round trip to save.
func (t *transaction) Send(b *store.Batch) error {
	items := b.Statements()
	for i := range items {
		item := &items[i]
		if item.Each != nil {
			if err := t.Query(item.SQL, item.Args, item.Each); err != nil {
				return err
			}
			continue
		}
		changed, err := t.Exec(item.SQL, item.Args...)
		if err != nil {
			return err
		}
		if item.Affected != nil {
			*item.Affected = changed
		}
	}
	return nil
}

// start prepares a statement and binds its arguments.
func (t *transaction) start(sql string, args []any) (*statement, error) {
	s, err := t.prepare(sql)
	if err != nil {
		return nil, err
	}
	return s, t.bind(s, sql, args)
}

func (t *transaction) prepare(sql string) (*statement, error) {
	if t.ended {
		panic("store/sqlite: a Conn was used after its transaction")
	}
	if t.busy {
		panic("store/sqlite: a Conn was used inside the callback of one of its statements: " + sql)
	}
	s, err := t.db.prepare(sql)
	if err != nil {
		return nil, t.fail(sql, err)
	}
	return s, nil
}

func (t *transaction) bind(s *statement, sql string, args []any) error {
	if len(args) != s.wants {
		return t.fail(sql, fmt.Errorf("it wants %d arguments and got %d", s.wants, len(args)))
	}
	for i, argument := range s.arguments {
		switch v := args[argument].(type) {
		case int64:
			s.BindInt64(i+1, v)
		case string:
			// The other engines refuse such text; here it would be stored and compare in ways of its own.
			if strings.IndexByte(v, 0) >= 0 || !utf8.ValidString(v) {
				return t.fail(sql, fmt.Errorf("argument $%d is not text: it has a zero byte or is not UTF-8", argument+1))
			}
			s.BindText(i+1, v)
		case []byte:
			s.BindBytes(i+1, v)
		default:
			panic(fmt.Sprintf("store/sqlite: argument $%d is a %T; int64, string and []byte are known: %s", argument+1, v, sql))
		}
	}
	return nil
}

// fail notes and returns the error of a statement.
func (t *transaction) fail(sql string, err error) error {
	if sqlite.ErrCode(err) == sqlite.ResultInterrupt && t.ctx != nil && t.ctx.Err() != nil {
		err = t.ctx.Err()
	}
	err = fmt.Errorf("store/sqlite: %w: %s", classify(err), sqltext.FirstLine(sql))
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// result returns what a transaction comes to whose closure returned err: an overlooked error of a statement counts.
func (t *transaction) result(err error) error {
	if err == nil {
		return t.failed
	}
	return err
}
