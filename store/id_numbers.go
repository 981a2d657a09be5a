package store

import (
	"hash/maphash"
	"strings"
)

// idNumbers numbers ids 0, 1, 2 … in the order in which they are added, and finds them. Unlike idIndex it grows, and gives back the
// last ids that were added.
type idNumbers struct {
	column idColumn
	slots  []int32 // number + 1; 0 is free
	seed   maphash.Seed
}

func newIDNumbers() *idNumbers {
	return &idNumbers{slots: make([]int32, 1<<10), seed: maphash.MakeSeed()}
}

func (n *idNumbers) len() int { return n.column.len() }

// at gives an id, which stays what it is whatever becomes of the numbers.
func (n *idNumbers) at(number int32) string { return strings.Clone(n.column.at(int(number))) }

// slotOf finds the slot of an id, or the free one where it belongs.
func (n *idNumbers) slotOf(id string) *int32 {
	mask := len(n.slots) - 1
	for at := int(maphash.String(n.seed, id)) & mask; ; at = (at + 1) & mask {
		if slot := &n.slots[at]; *slot == 0 || n.column.at(int(*slot-1)) == id {
			return slot
		}
	}
}

// find gives the number of an id, or -1.
func (n *idNumbers) find(id string) int32 { return *n.slotOf(id) - 1 }

// add numbers an id, or gives the number that it has.
func (n *idNumbers) add(id string) int32 {
	slot := n.slotOf(id)
	if *slot != 0 {
		return *slot - 1
	}
	if 2*n.len() >= len(n.slots) {
		n.grow()
		slot = n.slotOf(id)
	}
	n.column.append([]byte(id))
	*slot = int32(n.len())
	return *slot - 1
}

// grow doubles the slots. They are filled in the order of the numbers, so that the last number added is the last one put in, too.
func (n *idNumbers) grow() {
	n.slots = make([]int32, 2*len(n.slots))
	for number := range n.len() {
		*n.slotOf(n.column.at(number)) = int32(number) + 1
	}
}

// pop gives back the number that was added last. No later id was put past its slot, so the slot can simply be free again.
func (n *idNumbers) pop() {
	last := n.len() - 1
	*n.slotOf(n.column.at(last)) = 0
	n.column.pop()
}
