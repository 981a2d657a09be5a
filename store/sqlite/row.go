package sqlite

import (
	"fmt"

	"zombiezen.com/go/sqlite"

	"upline/store"
)

// row reads the current row of a statement. Bytes are copied out of SQLite's memory into a buffer that all rows share: the driver
// offers no look at the memory itself that would not allocate.
type row struct {
	stmt   *sqlite.Stmt
	seen   uint64 // columns below 64 whose type was looked at in this result
	buffer []byte
	used   int
}

var _ store.Row = (*row)(nil)

func (r *row) begin(stmt *sqlite.Stmt) { r.stmt, r.seen = stmt, 0 }

func (r *row) next() { r.used = 0 }

// Int implements store.Row.
func (r *row) Int(column int) int64 {
	v := r.stmt.ColumnInt64(column)
	// A column's type is looked at once in a result, and wherever a value could stand for NULL: that is one call into SQLite less
	// for nearly every value.
	if v == 0 || !r.known(column) {
		r.want(column, sqlite.TypeInteger)
	}
	return v
}

// Text implements store.Row.
func (r *row) Text(column int) string {
	known := r.known(column)
	if !known {
		r.want(column, sqlite.TypeText)
	}
	v := r.stmt.ColumnText(column)
	if v == "" && known {
		r.want(column, sqlite.TypeText)
	}
	return v
}

// Bytes implements store.Row.
func (r *row) Bytes(column int) []byte {
	known := r.known(column)
	if !known {
		r.wantBytes(column)
	}
	free := r.buffer[r.used:]
	n := r.stmt.ColumnBytes(column, free)
	if n == len(free) {
		// It may have been cut short.
		n = r.stmt.ColumnLen(column)
		if n > len(free) {
			// Earlier slices of this row keep the buffer that they were cut from.
			r.buffer, r.used = make([]byte, max(4096, 2*len(r.buffer), 2*n)), 0
			r.stmt.ColumnBytes(column, r.buffer)
		}
	}
	if n == 0 {
		if known {
			r.wantBytes(column)
		}
		return []byte{}
	}
	v := r.buffer[r.used : r.used+n : r.used+n]
	r.used += n
	return v
}

// known reports whether the type of a column was looked at, and counts it as looked at from now on.
func (r *row) known(column int) bool {
	if column >= 64 {
		return false
	}
	bit := uint64(1) << column
	known := r.seen&bit != 0
	r.seen |= bit
	return known
}

func (r *row) want(column int, want sqlite.ColumnType) {
	if got := r.stmt.ColumnType(column); got != want {
		panic(fmt.Sprintf("store/sqlite: column %d is %v, not %v", column, got, want))
	}
}

func (r *row) wantBytes(column int) {
	if got := r.stmt.ColumnType(column); got != sqlite.TypeText && got != sqlite.TypeBlob {
		panic(fmt.Sprintf("store/sqlite: column %d is %v, not text or bytes", column, got))
	}
}
