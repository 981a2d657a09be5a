package simulate

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"math"
	"slices"
)

// idTable numbers ids in the order in which they come: 0, 1, 2 … It holds their text in one piece, and finds them by hashing, so that
// millions of them cost neither an object each nor a scan by the collector.
type idTable struct {
	seed maphash.Seed
	text []byte
	ends []uint32 // of the text of each id
	// slots is a table of open addressing, of a power of two, at most half full. A slot keeps the hash, so that a text is looked at only
	// where it is most likely the one that is asked for, and not at all when the table grows. It is nil as long as each id comes behind the
	// one before in byte order and none is asked for: that is how most files number their rows, and then none can be there twice.
	slots []idSlot
}

type idSlot struct{ hash, number1 uint32 } // the number plus one; 0: vacant

// idTextMax is how much text a table can hold.
const idTextMax = math.MaxUint32

func newIDTable() *idTable { return &idTable{seed: maphash.MakeSeed()} }

func (t *idTable) len() int { return len(t.ends) }

// at gives the text of an id, which must not be written to.
func (t *idTable) at(number int32) []byte {
	from := uint32(0)
	if number > 0 {
		from = t.ends[number-1]
	}
	return t.text[from:t.ends[number]]
}

// find gives the number of an id; -1 when it is not in the table.
func (t *idTable) find(id []byte) int32 {
	t.index()
	return int32(t.search(id, t.hash(id)).number1) - 1
}

func (t *idTable) hash(id []byte) uint32 { return uint32(maphash.Bytes(t.seed, id)) }

// search finds the slot of an id, or the vacant one where it belongs.
func (t *idTable) search(id []byte, hash uint32) *idSlot {
	mask := uint32(len(t.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		slot := &t.slots[at]
		if slot.number1 == 0 || slot.hash == hash && bytes.Equal(t.at(int32(slot.number1-1)), id) {
			return slot
		}
	}
}

// add numbers an id, or gives the number that it has already. Not ok: the table is full.
func (t *idTable) add(id []byte) (number int32, isNew, ok bool) {
	number = int32(len(t.ends))
	isFull := len(t.text)+len(id) > idTextMax || number == math.MaxInt32-1
	if t.slots == nil && !isFull && (number == 0 || bytes.Compare(t.at(number-1), id) < 0) {
		t.append(id)
		return number, true, true
	}
	t.index()
	hash := t.hash(id)
	slot := t.search(id, hash)
	if slot.number1 != 0 {
		return int32(slot.number1 - 1), false, true
	}
	if isFull {
		return 0, false, false
	}
	if len(t.ends) >= len(t.slots)/2 {
		t.grow()
		slot = t.search(id, hash)
	}
	t.append(id)
	slot.hash, slot.number1 = hash, uint32(len(t.ends))
	return number, true, true
}

func (t *idTable) append(id []byte) {
	t.text = append(t.text, id...)
	t.ends = append(t.ends, uint32(len(t.text)))
}

// slotsMin is the size of the smallest table.
const slotsMin = 1 << 10

// index makes the table of slots, unless it is there.
func (t *idTable) index() {
	if t.slots != nil {
		return
	}
	size := slotsMin
	for size < 2*len(t.ends)+2 {
		size *= 2
	}
	t.slots = make([]idSlot, size)
	for number := range t.ends {
		t.insert(idSlot{t.hash(t.at(int32(number))), uint32(number + 1)})
	}
}

func (t *idTable) grow() {
	old := t.slots
	t.slots = make([]idSlot, 2*len(old))
	for _, slot := range old {
		if slot.number1 != 0 {
			t.insert(slot)
		}
	}
}

// insert puts a slot of an id that has none into the first vacant place.
func (t *idTable) insert(slot idSlot) {
	mask := uint32(len(t.slots) - 1)
	at := slot.hash & mask
	for t.slots[at].number1 != 0 {
		at = (at + 1) & mask
	}
	t.slots[at] = slot
}

// sorted gives the numbers in byte order of the ids.
func (t *idTable) sorted() []int32 {
	type key struct {
		begins uint64 // the first eight bytes, which decide nearly always
		number int32
	}
	keys := make([]key, t.len())
	for i := range keys {
		var begins [8]byte
		copy(begins[:], t.at(int32(i)))
		keys[i] = key{binary.BigEndian.Uint64(begins[:]), int32(i)}
	}
	slices.SortFunc(keys, func(a, b key) int {
		if a.begins != b.begins {
			return cmp.Compare(a.begins, b.begins)
		}
		return bytes.Compare(t.at(a.number), t.at(b.number))
	})
	order := make([]int32, len(keys))
	for i, k := range keys {
		order[i] = k.number
	}
	return order
}

// words numbers words of which there are few: 1, 2, 3 …; the empty word is 0.
type words struct {
	list    []string
	numbers map[string]uint16
	// last is the word that was asked for last: columns mostly say the same as in the row before.
	last       []byte
	lastNumber uint16
}

// wordsMax is how many different words there may be in a column of words.
const wordsMax = math.MaxUint16

// number gives the number of a word. Not ok: there are too many.
func (w *words) number(word []byte) (number uint16, ok bool) {
	switch {
	case len(word) == 0:
		return 0, true
	case bytes.Equal(word, w.last):
		return w.lastNumber, true
	}
	number, known := w.numbers[string(word)]
	if !known {
		if len(w.list) == wordsMax {
			return 0, false
		}
		if w.numbers == nil {
			w.numbers = make(map[string]uint16)
		}
		w.list = append(w.list, string(word))
		number = uint16(len(w.list))
		w.numbers[string(word)] = number
	}
	w.last, w.lastNumber = append(w.last[:0], word...), number
	return number, true
}

// word gives the word of a number; "" for 0.
func (w *words) word(number uint16) string {
	if number == 0 {
		return ""
	}
	return w.list[number-1]
}
