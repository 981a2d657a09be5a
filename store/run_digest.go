package store

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// rowDigest is a SHA-256 over rows: every field has its length before it, integers are eight bytes big-endian, texts the bytes that
// the database holds. Rows are given in the order of their keys' bytes, so that the digest is one of the set of rows and not of
// the way that they came.
type rowDigest struct {
	hash  hash.Hash
	buf   []byte
	count int64
}

// digestBytesMax is what is collected before it is hashed: one call per field costs more than the hashing.
const digestBytesMax = 1 << 15

func newRowDigest() *rowDigest {
	return &rowDigest{hash: sha256.New(), buf: make([]byte, 0, digestBytesMax+256)}
}

func (d *rowDigest) text(v string) {
	d.buf = binary.BigEndian.AppendUint32(d.buf, uint32(len(v)))
	d.buf = append(d.buf, v...)
	d.drain()
}

func (d *rowDigest) bytes(v []byte) {
	d.buf = binary.BigEndian.AppendUint32(d.buf, uint32(len(v)))
	d.buf = append(d.buf, v...)
	d.drain()
}

func (d *rowDigest) int(v int64) {
	d.buf = binary.BigEndian.AppendUint32(d.buf, 8)
	d.buf = binary.BigEndian.AppendUint64(d.buf, uint64(v))
	d.drain()
}

// row counts a row; the count goes into the digest that this one is a section of.
func (d *rowDigest) row() { d.count++ }

func (d *rowDigest) drain() {
	if len(d.buf) >= digestBytesMax {
		d.hash.Write(d.buf)
		d.buf = d.buf[:0]
	}
}

func (d *rowDigest) sum() []byte {
	d.hash.Write(d.buf)
	d.buf = d.buf[:0]
	return d.hash.Sum(nil)
}

// section adds a set of rows under a name: its count and its own digest, so that no row of one set can pass for one of another.
func (d *rowDigest) section(name string, rows *rowDigest) {
	d.text(name)
	d.int(rows.count)
	d.bytes(rows.sum())
}
