package calc

import (
	"sync"
	"sync/atomic"
)

// partBits says how many rows a part has, as a power of two: so many that a column of them stays in the processor's cache.
const partBits = 16

// parting puts entries that each name a row in order of the part of the rows that the row lies in; those of one part keep their order.
// Rows named at random are to and fro in memory, which for large companies is waiting and nothing else. So what is done by row is done
// part by part, where all that a part needs is near.
type parting struct {
	threads int
	// starts is where each part begins among the places in the order, with one more at the end. Before the first part stand the
	// entries that name no row.
	starts []int32
	low    []uint16 // by place: the row less the first one of its part
	place  []int32  // by entry
}

// newParting orders entries that name some of n rows. The memory of another one that is not needed any longer is used again.
func newParting(threads int, entries []int32, n int, used *parting) *parting {
	parts := (n + 1<<partBits - 1) >> partBits
	p := &parting{threads: threads, starts: make([]int32, parts+1)}
	if used != nil {
		p.low, p.place = used.low, used.place
	}
	p.low, p.place = sized(p.low, len(entries)), sized(p.place, len(entries))
	// By worker and part, those entries that name no row being part 0: how many there are, and then where the next one goes.
	next := make([][]int32, max(1, threads))
	share(threads, 0, len(entries), func(worker, from, to int) {
		counts := make([]int32, parts+1)
		for _, row := range entries[from:to] {
			counts[row>>partBits+1]++
		}
		next[worker] = counts
	})
	sum := int32(0)
	for part := range parts + 1 {
		for _, counts := range next {
			if counts != nil {
				counts[part], sum = sum, sum+counts[part]
			}
		}
		p.starts[part] = sum
	}
	share(threads, 0, len(entries), func(worker, from, to int) {
		next, places := next[worker], p.place[from:to]
		for i, row := range entries[from:to] {
			part := row>>partBits + 1
			place := next[part]
			next[part] = place + 1
			places[i], p.low[place] = place, uint16(row)
		}
	})
	return p
}

// sort brings a column by entry to the order of places.
func (p *parting) sort(column, to []int64) {
	share(p.threads, 0, len(column), func(_, begin, end int) {
		places := p.place[begin:end]
		for i, v := range column[begin:end] {
			to[places[i]] = v
		}
	})
}

// sorted lists the numbers of the entries in the order of places: their indexes where numbers is nil.
func (p *parting) sorted(numbers []int32) []int32 {
	to := make([]int32, len(p.place))
	share(p.threads, 0, len(p.place), func(_, begin, end int) {
		for i, place := range p.place[begin:end] {
			number := int32(begin + i)
			if numbers != nil {
				number = numbers[number]
			}
			to[place] = number
		}
	})
	return to
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
