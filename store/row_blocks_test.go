package store

import (
	"errors"
	"fmt"
	"testing"
)

// listConn answers every query with so many rows, and then with its error.
type listConn struct {
	Conn
	rows int
	err  error
	read int
}

func (c *listConn) Query(_ string, _ []any, each func(Row) error) error {
	for c.read = range c.rows {
		if err := each(listRow(c.read)); err != nil {
			return err
		}
	}
	return c.err
}

// listRow has its number in column 0 and a text in column 2; column 1 must not be read.
type listRow int

func (r listRow) Int(int) int64          { return int64(r) }
func (r listRow) Text(column int) string { return string(r.Bytes(column)) }
func (r listRow) Bytes(column int) []byte {
	return fmt.Appendf(nil, "%0*d", int(r)%7*(column-1), int(r))
}

func (r listRow) same(number int64, text string) bool {
	return number == int64(r) && text == r.Text(2)
}

func TestQueryBlocks_GivesAllRowsInOrderAndErrorsToTheCaller(t *testing.T) {
	broken, refused := errors.New("the connection broke"), errors.New("the row was refused")
	for _, count := range []int{0, 1, blockRows - 1, blockRows, blockRows + 1, 10*blockRows + 7} {
		next, ahead := 0, 0
		each := func(row Row) error {
			if !listRow(next).same(row.Int(0), string(row.Bytes(2))) {
				t.Fatalf("%d rows: row %d is %d %q", count, next, row.Int(0), row.Text(2))
			}
			next++
			if next > ahead {
				t.Fatalf("row %d came before its block was announced", next)
			}
			return nil
		}
		announce := func(r *blockRow) { ahead += r.of.count }
		if err := queryBlocks(&listConn{rows: count}, "", nil, "i-t", announce, each); err != nil || next != count {
			t.Fatalf("%d of %d rows, %v", next, count, err)
		}
		next, ahead = 0, 0
		if err := queryBlocks(&listConn{rows: count, err: broken}, "", nil, "i-t", announce, each); !errors.Is(err, broken) || next != count {
			t.Errorf("%d of %d rows before the error, %v", next, count, err)
		}
	}
	// What is refused ends the query soon, however much there is to come.
	endless := &listConn{rows: 1 << 30}
	err := queryBlocks(endless, "", nil, "i-t", nil, func(row Row) error {
		if row.Int(0) == 700 {
			return refused
		}
		return nil
	})
	if !errors.Is(err, refused) || endless.read > (2*blocksHeld+2)*blockRows {
		t.Errorf("%v after %d rows", err, endless.read)
	}
	defer func() {
		if fault := recover(); fault != "fault" {
			t.Errorf("panicked with %v", fault)
		}
	}()
	_ = queryBlocks(endless, "", nil, "i-t", nil, func(Row) error { panic("fault") })
	t.Error("the panic of a row was lost")
}

func TestQueryBlocks_RefusesAColumnThatWasNotRead(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a column that was not read gave a value")
		}
	}()
	_ = queryBlocks(&listConn{rows: 1}, "", nil, "i-t", nil, func(row Row) error {
		row.Int(1)
		return nil
	})
}
