package pgsql

import (
	"bytes"
	stdbinary "encoding/binary"
	"fmt"
	"strings"

	"upline/store/internal/sqltext"
)

// BulkMethod is how many rows get into a table.
type BulkMethod int

// The methods.
const (
	// Copy is COPY FROM STDIN in binary form.
	Copy BulkMethod = iota
	// Insert is INSERT of many rows in a statement, many statements in a round trip.
	Insert
)

// Bounds of what is sent at once.
const (
	copyBytesMax     = 4 << 20
	insertRowsMax    = 128
	insertArgsMax    = 8192 // the protocol carries 65,535
	insertFlightRows = 4096
)

// Bulk implements store.Conn.
func (t *Transaction) Bulk(table string, columns []string, n int, row func(i int, values []any) []any) error {
	if n == 0 {
		return nil
	}
	if t.bulk == Insert {
		return t.bulkInsert(table, columns, n, row)
	}
	return t.bulkCopy(table, columns, n, row)
}

var (
	copyHeader  = []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	copyTrailer = []byte{0xff, 0xff}
)

// bulkCopy encodes rows here, on the caller's goroutine, because pgconn reads what it copies on a goroutine of its own, where a
// panic of the callback would end the process. Large loads go in several COPYs, to bound the memory.
func (t *Transaction) bulkCopy(table string, columns []string, n int, row func(i int, values []any) []any) error {
	sql := fmt.Sprintf("COPY %s (%s) FROM STDIN BINARY", table, strings.Join(columns, ", "))
	if err := t.usable(sql); err != nil {
		return err
	}
	if err := t.open(); err != nil {
		return err
	}
	if err := t.pipeline.Close(); err != nil {
		return t.refused(sql, err)
	}
	buffer := append(make([]byte, 0, 1<<16), copyHeader...)
	values := make([]any, 0, len(columns))
	t.busy, t.broken = true, true // until the callback has returned
	for i := range n {
		values = row(i, values[:0])
		if len(values) != len(columns) {
			return t.mistake(sql, fmt.Errorf("row %d has %d values for %d columns", i, len(values), len(columns)))
		}
		buffer = stdbinary.BigEndian.AppendUint16(buffer, uint16(len(values)))
		for _, value := range values {
			at := len(buffer)
			buffer = appendValue(append(buffer, 0, 0, 0, 0), value)
			stdbinary.BigEndian.PutUint32(buffer[at:], uint32(len(buffer)-at-4))
		}
		if len(buffer) < copyBytesMax && i < n-1 {
			continue
		}
		buffer = append(buffer, copyTrailer...)
		if _, err := t.session.pg.CopyFrom(t.ctx, bytes.NewReader(buffer), sql); err != nil {
			t.busy, t.broken = false, !isServerError(err)
			return t.fail(sql, err)
		}
		buffer = buffer[:len(copyHeader)]
	}
	t.busy, t.broken = false, false
	t.resume()
	return nil
}

// open makes sure that the transaction has begun on the server.
func (t *Transaction) open() error {
	if t.begun {
		return nil
	}
	opening := t.opening
	if err := t.sendOpening(); err != nil {
		return err
	}
	if err := t.flush(opening); err != nil {
		return err
	}
	if err := t.synced(); err != nil {
		return t.refused(opening, err)
	}
	return nil
}

// bulkInsert sends statements of as many rows as fit, then of half as many and so on, so that a table needs few texts.
func (t *Transaction) bulkInsert(table string, columns []string, n int, row func(i int, values []any) []any) error {
	args := make([]any, 0, insertRowsMax*len(columns))
	for done := 0; done < n; {
		end := min(n, done+insertFlightRows)
		var last string
		var sent []string
		for done < end {
			rows := 1
			for 2*rows <= min(insertRowsMax, end-done) && 2*rows*len(columns) <= insertArgsMax {
				rows *= 2
			}
			args = args[:0]
			for range rows {
				before := len(args)
				args = row(done, args)
				if len(args)-before != len(columns) {
					t.broken = true
					return t.mistake(table, fmt.Errorf("row %d has %d values for %d columns", done, len(args)-before, len(columns)))
				}
				done++
			}
			last = sqltext.Insert(table, columns, rows)
			if err := t.queue(last, args); err != nil {
				return err
			}
			sent = append(sent, last)
		}
		if err := t.flush(last); err != nil {
			return err
		}
		for _, sql := range sent {
			if _, err := t.exec(sql); err != nil {
				return t.refused(sql, err)
			}
		}
		if err := t.synced(); err != nil {
			return t.refused(last, err)
		}
	}
	return nil
}
