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

// bytesAt is at for those who take bytes. They must not be changed.
func (t *idColumn) bytesAt(i int) []byte {
	start := 0
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.bytes[start:t.ends[i]:t.ends[i]]
}

// idIndex finds ids in a column. It is a table of row numbers with open addressing: a map of strings would take ten times the
// memory.
type idIndex struct {
	column *idColumn
	slots  []int32 // row + 1; 0 is free
	seed   maphash.Seed
	warmed *idsAhead
}

func newIDIndex(column *idColumn) *idIndex {
	size := 16
	for size < 2*column.len() {
		size *= 2
	}
	x := &idIndex{column: column, slots: make([]int32, size), seed: maphash.MakeSeed(), warmed: &idsAhead{}}
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

// idsAhead is where the ids of a block are looked for.
type idsAhead struct {
	homes [blockRows]int
	rows  [blockRows]int32
	sum   int // of what was read; kept so that the reading is
}

// another is the same index for another goroutine.
func (x *idIndex) another() *idIndex {
	return &idIndex{column: x.column, slots: x.slots, seed: x.seed, warmed: &idsAhead{}}
}

// ahead gets what find will look at for a block of ids into the processor's cache. Each of the three places of an id is somewhere in memory,
// and waiting for one after the other, id by id, is most of what finding costs in a large column; here the processor waits for many
// at once. One goroutine at a time may call it.
func (x *idIndex) ahead(count int, at func(i int) []byte) {
	w := x.warmed
	for i := range count {
		id := at(i)
		w.homes[i] = x.home(unsafe.String(unsafe.SliceData(id), len(id)))
	}
	for i, home := range w.homes[:count] {
		w.rows[i] = x.slots[home]
	}
	for i, row := range w.rows[:count] {
		if row > 0 {
			w.homes[i] = x.column.ends[row-1] - 1
		}
	}
	for i, end := range w.homes[:count] {
		if w.rows[i] > 0 && end >= 0 {
			w.sum += int(x.column.bytes[end])
		}
	}
}

// aheadOf is ahead for the ids in a column of blocks.
func (x *idIndex) aheadOf(column int) func(*blockRow) {
	return func(r *blockRow) {
		x.ahead(r.of.count, func(i int) []byte {
			r.row = i
			return r.Bytes(column)
		})
	}
}
