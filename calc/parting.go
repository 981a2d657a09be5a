package calc

import (
	"sync"
	"sync/atomic"
)

// partBits says how many rows a part has, as a power of two: so many that a column of them stays in the processor's cache.
const partBits = 16

// parting puts entries that each name a row in order of the part of the rows that it lies in. Rows named at random are to and fro in
// memory, which for large companies is waiting and nothing else: what is done by row is done part by part instead, where all that a
// part needs is near.
type parting struct {
	threads int
	place   []int32  // by entry
	low     []uint16 // by place: the row less the first one of its part
	// starts is where each part begins among the places, with one more at the end. Before the first part stand entries that name no
	// row, having -1.
	starts []int32
}

// newParting orders entries, of which those of one part keep their order. n is the number of rows.
func newParting(threads int, entries []int32, n int) *parting {
	parts := (n + 1<<partBits - 1) >> partBits
	p := &parting{
		threads: threads, place: make([]int32, len(entries)), low: make([]uint16, len(entries)), starts: make([]int32, parts+1),
	}
	next := make([][]int32, max(1, threads)) // by worker: counts by part, and then where the next entry goes; -1 is part 0
	share(threads, 0, len(entries), func(worker, from, to int) {
		counts := make([]int32, parts+1)
		for _, row := range entries[from:to] {
			counts[row>>partBits+1]++
		}
		next[worker] = counts
	})
	sum := int32(0)
	for part := range parts + 1 {
		if part > 0 {
			p.starts[part-1] = sum
		}
		for _, counts := range next {
			if counts != nil {
				counts[part], sum = sum, sum+counts[part]
			}
		}
	}
	p.starts[parts] = sum
	share(threads, 0, len(entries), func(worker, from, to int) {
		next := next[worker]
		for i, row := range entries[from:to] {
			to := &next[row>>partBits+1]
			p.place[from+i], p.low[*to] = *to, uint16(row)
			*to++
		}
	})
	return p
}

// forParts shares the parts among the threads: work gets the first row of each and the places of its entries. What it writes, it
// writes for rows of the part only.
func (p *parting) forParts(work func(worker, first, from, to int)) {
	parts := len(p.starts) - 1
	var next atomic.Int32
	var workers sync.WaitGroup
	for worker := range max(1, min(p.threads, parts)) {
		workers.Go(func() {
			for part := int(next.Add(1)) - 1; part < parts; part = int(next.Add(1)) - 1 {
				work(worker, part<<partBits, int(p.starts[part]), int(p.starts[part+1]))
			}
		})
	}
	workers.Wait()
}

// sorted puts a column by entry in the order of places.
func sorted[T any](p *parting, column, to []T) {
	share(p.threads, 0, len(column), func(_, begin, end int) {
		for i, v := range column[begin:end] {
			to[p.place[begin+i]] = v
		}
	})
}
