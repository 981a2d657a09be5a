package calc

import (
	"fmt"
	"sync"
)

// tree is a forest in breadth-first order: tops first, every parent before its children, the children of one parent side by side,
// in the order of their rows. The place in this order is a distributor's seat. A pass over the seats from the last to the first
// sees every child before its parent, and reads and writes memory nearly in sequence, however deep the forest is.
type tree struct {
	row    []int32 // by seat: the row of the input
	seat   []int32 // by row: the seat
	parent []int32 // by seat: the parent's seat; -1 for a top
	first  []int32 // by seat: the seat of the first child; the children of s are first[s] to first[s+1]-1
	spans  []span  // see upward
}

// span is a stretch of seats. The seats of one that is wide are all at the same depth, so they can be worked on side by side.
type span struct {
	from, to int32
	wide     bool
}

// wideSeats is how many seats of a depth are worth sharing among threads.
const wideSeats = 1 << 13

// spansOf divides the seats: each depth with many of them is a span of its own, and what lies between is another.
func (t *tree) spansOf() []span {
	var spans []span
	n := int32(t.len())
	begin := int32(0)
	for from, to := int32(0), t.tops(); from < n; from, to = to, t.first[to] {
		if to-from >= wideSeats {
			if begin < from {
				spans = append(spans, span{begin, from, false})
			}
			spans = append(spans, span{from, to, true})
			begin = to
		}
	}
	if begin < n {
		spans = append(spans, span{begin, n, false})
	}
	return spans
}

// tops is the number of tops, which have the first seats.
func (t *tree) tops() int32 {
	if t.len() == 0 {
		return 0
	}
	return t.first[0]
}

// upward calls work for stretches of seats from the last to the first, children before parents, on as many threads as it is given.
// work goes through its stretch downward from to-1 to from, may read what it and others did for children, and writes for its own
// seats only.
func (t *tree) upward(threads int, work func(worker, from, to int)) {
	for i := len(t.spans) - 1; i >= 0; i-- {
		s := t.spans[i]
		if s.wide {
			share(threads, int(s.from), int(s.to), work)
		} else {
			work(0, int(s.from), int(s.to))
		}
	}
}

// downward is upward the other way round: parents before children, from the first seat to the last.
func (t *tree) downward(threads int, work func(worker, from, to int)) {
	for _, s := range t.spans {
		if s.wide {
			share(threads, int(s.from), int(s.to), work)
		} else {
			work(0, int(s.from), int(s.to))
		}
	}
}

// share divides a stretch among threads and waits for all of them.
func share(threads, from, to int, work func(worker, from, to int)) {
	if threads < 2 || to-from < wideSeats {
		work(0, from, to)
		return
	}
	var others sync.WaitGroup
	for worker := 1; worker < threads; worker++ {
		others.Go(func() { work(worker, from+(to-from)*worker/threads, from+(to-from)*(worker+1)/threads) })
	}
	work(0, from, from+(to-from)/threads)
	others.Wait()
}

func (t *tree) len() int { return len(t.row) }

// newTree orders a forest given by the parents of its rows. what names it in errors.
func newTree(parents []int32, what string) (*tree, error) {
	n := len(parents)
	// start[row] is where the row's children begin in children, once the counts have been summed.
	start := make([]int32, n+1)
	tops := 0
	for row, p := range parents {
		switch {
		case p == -1:
			tops++
		case p < -1 || int(p) >= n || int(p) == row:
			return nil, fmt.Errorf("%w: the %s of distributor %d is %d, of %d distributors", ErrInput, what, row, p, n)
		default:
			start[p]++
		}
	}
	sum := int32(0)
	for row, count := range start {
		start[row] = sum
		sum += count
	}
	children := make([]int32, n-tops)
	t := &tree{row: make([]int32, 0, n), seat: make([]int32, n), parent: make([]int32, n), first: make([]int32, n+1)}
	for row, p := range parents {
		if p == -1 {
			t.parent[len(t.row)] = -1
			t.row = append(t.row, int32(row))
			continue
		}
		children[start[p]] = int32(row)
		start[p]++ // In the end the children of p begin where start[p-1] stands.
	}
	for seat := 0; seat < len(t.row); seat++ {
		row := t.row[seat]
		t.seat[row] = int32(seat)
		t.first[seat] = int32(len(t.row))
		begin := int32(0)
		if row > 0 {
			begin = start[row-1]
		}
		for _, child := range children[begin:start[row]] {
			t.parent[len(t.row)] = int32(seat)
			t.row = append(t.row, child)
		}
	}
	t.first[n] = int32(n)
	if len(t.row) < n {
		return nil, fmt.Errorf("%w: distributor %d is its own upline by %s", ErrInput, t.onCycle(parents), what)
	}
	t.spans = t.spansOf()
	return t, nil
}

// onCycle finds a row that stands on a cycle, the same one whatever the cycle's other rows: the lowest of the first cycle found.
func (t *tree) onCycle(parents []int32) int32 {
	reached := make([]bool, len(parents))
	for _, row := range t.row {
		reached[row] = true
	}
	at := int32(0)
	for reached[at] {
		at++
	}
	// Who was not reached has an upline that runs into a cycle, which as many steps as there are rows must have entered.
	for range parents {
		at = parents[at]
	}
	lowest := at
	for next := parents[at]; next != at; next = parents[next] {
		lowest = min(lowest, next)
	}
	return lowest
}

// newPath is the tree of one way up: row 0 is the lowest, the seller of a sale, and row k its k-th upline.
func newPath(n int) *tree {
	t := &tree{row: make([]int32, n), seat: make([]int32, n), parent: make([]int32, n), first: make([]int32, n+1)}
	for i := range n {
		t.row[i], t.seat[i] = int32(n-1-i), int32(n-1-i)
		t.parent[i] = int32(i - 1)
		t.first[i] = int32(i + 1)
	}
	t.first[n] = int32(n)
	t.spans = []span{{0, int32(n), false}}
	return t
}
