package pgsql

import (
	stdbinary "encoding/binary"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"upline/store"
)

// row is a store.Row over the driver's read buffer.
type row struct {
	fields []pgconn.FieldDescription
	values [][]byte
}

var _ store.Row = (*row)(nil)

// Int implements store.Row. A constant such as SELECT 1 is a 32-bit integer on PostgreSQL.
func (r *row) Int(column int) int64 {
	v := r.values[column]
	switch r.fields[column].DataTypeOID {
	case oidInt8:
		if len(v) == 8 {
			return int64(stdbinary.BigEndian.Uint64(v))
		}
	case oidInt4:
		if len(v) == 4 {
			return int64(int32(stdbinary.BigEndian.Uint32(v)))
		}
	case oidInt2:
		if len(v) == 2 {
			return int64(int16(stdbinary.BigEndian.Uint16(v)))
		}
	}
	panic(r.mismatch(column, "an integer"))
}

// Text implements store.Row.
func (r *row) Text(column int) string {
	v := r.values[column]
	if v == nil || !isText(r.fields[column].DataTypeOID) {
		panic(r.mismatch(column, "text"))
	}
	return string(v)
}

// Bytes implements store.Row.
func (r *row) Bytes(column int) []byte {
	v := r.values[column]
	oid := r.fields[column].DataTypeOID
	if v == nil || oid != oidBytea && !isText(oid) {
		panic(r.mismatch(column, "text or bytes"))
	}
	return v
}

func isText(oid uint32) bool { return oid == oidText || oid == oidVar || oid == oidChar }

func (r *row) mismatch(column int, want string) string {
	if r.values[column] == nil {
		return fmt.Sprintf("store: column %d is NULL, not %s", column, want)
	}
	return fmt.Sprintf("store: column %d has type %d, not %s", column, r.fields[column].DataTypeOID, want)
}
