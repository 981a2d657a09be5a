package store

import (
	"hash/maphash"
	"unsafe"
)

// idColumn is a column of ids: one array of bytes and an offset a row, so that ten million ids are two allocations and not ten
// million.
type idColumn struct {
	bytes []byte
	ends  []int
}

func (t *idColumn) append(id []byte) {
	t.bytes = append(t.bytes, id...)
	t.ends = append(t.ends, len(t.bytes))
}

// replaceLast puts another id in the place of the last one.
func (t *idColumn) replaceLast(id []byte) {
	last := len(t.ends) - 1
	start := 0
	if last > 0 {
		start = t.ends[last-1]
	}
	t.bytes = append(t.bytes[:start], id...)
	t.ends[last] = len(t.bytes)
}

// pop takes the last id away.
func (t *idColumn) pop() {
	t.ends = t.ends[:len(t.ends)-1]
	length := 0
	if n := len(t.ends); n > 0 {
		length = t.ends[n-1]
	}
	t.bytes = t.bytes[:length]
}

func (t *idColumn) len() int { return len(t.ends) }

// at returns an id without copying it. The column must not be changed any more, as strings are not.
func (t *idColumn) at(i int) string {
	start := 0
	if i > 0 {
		start = t.ends[i-1]
	}
	if start == t.ends[i] {
		return ""
	}
	return unsafe.String(&t.bytes[start], t.ends[i]-start)
}

// idIndex finds ids in a column. It is a table of row numbers with open addressing: a map of strings would take ten times the
// memory.
type idIndex struct {
	column *idColumn
	slots  []int32 // row + 1; 0 is free
	seed   maphash.Seed
}

func newIDIndex(column *idColumn) *idIndex {
	size := 16
	for size < 2*column.len() {
		size *= 2
	}
	x := &idIndex{column: column, slots: make([]int32, size), seed: maphash.MakeSeed()}
	for i := range column.len() {
		at := x.home(column.at(i))
		for x.slots[at] != 0 {
			at = (at + 1) & (size - 1)
		}
		x.slots[at] = int32(i) + 1
	}
	return x
}

func (x *idIndex) home(id string) int {
	return int(maphash.String(x.seed, id) & uint64(len(x.slots)-1))
}

// find returns the row of an id, or -1.
func (x *idIndex) find(id string) int32 {
	for at := x.home(id); x.slots[at] != 0; at = (at + 1) & (len(x.slots) - 1) {
		if row := x.slots[at] - 1; x.column.at(int(row)) == id {
			return row
		}
	}
	return -1
}

// findBytes is find for an id that need not outlive the call.
func (x *idIndex) findBytes(id []byte) int32 {
	return x.find(unsafe.String(unsafe.SliceData(id), len(id)))
}
