package calc

import (
	"fmt"
	"math/bits"
	"slices"
	"sync"
)

// tree is a forest in breadth-first order: tops first, every parent before its children, the children of one parent side by side,
// in the order of their rows. The place in this order is a distributor's seat. A pass over the seats from the last to the first
// sees every child before its parent, and reads and writes memory nearly in sequence, however deep the forest is.
type tree struct {
	row    []int32 // by seat: the row of the input
	parent []int32 // by seat: the parent's seat; -1 for a top
	first  []int32 // by seat: the seat of the first child; the children of s are first[s] to first[s+1]-1
	spans  []span  // see upward

	seats     []int32 // by row: the seat, once somebody has asked
	findSeats sync.Once
}

// seat gives by row the seat. Few ask for it: what is known by row is brought to the seats by the rows of these.
func (t *tree) seat() []int32 {
	t.findSeats.Do(func() {
		t.seats = make([]int32, t.len())
		for seat, row := range t.row {
			t.seats[row] = int32(seat)
		}
	})
	return t.seats
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

// children gives the seats of the children of a stretch of seats. Whoever adds up what children bring does best to go through them, and
// not from parent to parent: how many children one has is what the processor guesses wrong.
func (t *tree) children(from, to int) (first, last int32) { return t.first[from], t.first[to] - 1 }

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

// newTree orders a forest given by the parents of its rows. what names it in errors. ages, which may be nil, are times at which those of
// the rows joined the forest: a deep one is ordered faster where those who joined about the same time stand near each other in it.
func newTree(threads int, parents []int32, ages []int64, what string) (*tree, error) {
	n := len(parents)
	for row, p := range parents {
		if p < -1 || int(p) >= n || int(p) == row {
			return nil, fmt.Errorf("%w: the %s of distributor %d is %d, of %d distributors", ErrInput, what, row, p, n)
		}
	}
	keys, numbers, rows := numbered(threads, parents, ages)
	f := findFamilies(threads, keys, numbers)
	// A seat of somebody with up to two children is written without asking how many there are, and so up to two seats too far.
	row, parent := make([]int32, n+2), make([]int32, n+2)
	t := &tree{row: row[:n], parent: parent[:n], first: make([]int32, n+1)}
	filled := int32(copy(row, f.tops))
	for i := range f.tops {
		parent[i] = -1
	}
	// Families are looked up for many seats at once, so that the processor need not wait for one before it asks for the next.
	var batch [256]family
	for seat := int32(0); seat < filled; {
		next := row[seat:min(filled, seat+int32(len(batch)))]
		for i, number := range next {
			batch[i] = f.of[number]
		}
		for i := range next {
			t.first[seat] = filled
			a, b := batch[i].a, batch[i].b
			if a < -1 {
				begin := -2 - a
				for range b {
					row[filled], parent[filled] = f.children[begin], seat
					filled, begin = filled+1, begin+1
				}
			} else {
				row[filled], row[filled+1] = a, b
				parent[filled], parent[filled+1] = seat, seat
				filled += 2 + a>>31 + b>>31 // -1 is nobody
			}
			seat++
		}
	}
	for seat := filled; seat <= int32(n); seat++ {
		t.first[seat] = int32(n)
	}
	if rows != nil {
		share(threads, 0, int(filled), func(_, from, to int) {
			for i, number := range row[from:to] {
				row[from+i] = rows[number]
			}
		})
	}
	if int(filled) < n {
		t.row = row[:filled]
		return nil, fmt.Errorf("%w: distributor %d is its own upline by %s", ErrInput, t.onCycle(parents), what)
	}
	t.spans = t.spansOf()
	return t, nil
}

// numbered gives rows other numbers to look them up by, in which those who joined about the same time are near each other: a leg grows at
// its end, and going down one that is a million deep at random would wait for memory a million times, one time after the other. keys
// are the parents' numbers, by row; rows are by number. Without ages, or where all is near, numbers are the rows, and both columns nil.
func numbered(threads int, parents []int32, ages []int64) (keys, numbers, rows []int32) {
	n := len(parents)
	if ages == nil || n <= nearRows {
		return parents, nil, nil
	}
	oldest, youngest := slices.Min(ages), slices.Max(ages)
	shift := max(0, bits.Len64(uint64(youngest)-uint64(oldest))-bits.Len(uint(n>>partBits)))
	of := func(age int64) uint64 { return (uint64(age) - uint64(oldest)) >> shift }
	next := make([]int32, of(youngest)+2)
	for _, age := range ages {
		next[of(age)+1]++
	}
	for i := range len(next) - 1 {
		next[i+1] += next[i]
	}
	keys, numbers, rows = make([]int32, n), make([]int32, n), make([]int32, n)
	for row, age := range ages {
		number := &next[of(age)]
		numbers[row], rows[*number] = *number, int32(row)
		*number++
	}
	share(threads, 0, n, func(_, from, to int) {
		for i, parent := range parents[from:to] {
			keys[from+i] = -1
			if parent >= 0 {
				keys[from+i] = numbers[parent]
			}
		}
	})
	return keys, numbers, rows
}

// families are the children of everybody, by number.
type families struct {
	tops []int32 // in the order of rows
	of   []family
	// children are those of larger families, each family's side by side in the order of rows.
	children []int32
}

// family is the children of one: up to two of them are a and b, -1 being nobody. More are b of them, which begin at -2-a among the
// children. Most families are so small that whoever knows them need not look any further.
type family struct{ a, b int32 }

// findFamilies finds them, given by row the numbers of the parents and of the children, which without numbers are the rows.
func findFamilies(threads int, parents, numbers []int32) *families {
	n := len(parents)
	p := newParting(threads, parents, n, nil)
	children := p.sorted(numbers)
	f := &families{tops: children[:p.starts[0]], of: make([]family, n), children: children}
	scratch := make([]struct{ next, unsorted []int32 }, max(1, threads))
	p.forParts(func(worker, first, from, to int) {
		x := &scratch[worker]
		x.unsorted = append(x.unsorted[:0], children[from:to]...)
		// How many children the one before has, and from then on where the next child of each goes.
		x.next = sized(x.next, 1<<partBits+1)
		next := x.next
		clear(next)
		for _, low := range p.low[from:to] {
			next[int(low)+1]++
		}
		sum := int32(from)
		for low, count := range next {
			sum += count
			next[low] = sum
		}
		for i, low := range p.low[from:to] {
			children[next[low]] = x.unsorted[i]
			next[low]++
		}
		begin := int32(from)
		of := f.of[first:min(n, first+1<<partBits)]
		for low := range of {
			end := next[low] // where the children of the next one begin
			of[low] = familyOf(children, begin, end)
			begin = end
		}
	})
	return f
}

func familyOf(children []int32, begin, end int32) family {
	switch end - begin {
	case 0:
		return family{-1, -1}
	case 1:
		return family{children[begin], -1}
	case 2:
		return family{children[begin], children[begin+1]}
	}
	return family{-2 - begin, end - begin}
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

// path makes the tree one way up: row 0 is the lowest, the seller of a sale, and row k its k-th upline.
func (t *tree) path(n int) {
	column := make([]int32, 3*n+1)
	t.row, t.parent, t.first = column[:n:n], column[n:2*n:2*n], column[2*n:]
	for i := range n {
		t.row[i], t.parent[i], t.first[i] = int32(n-1-i), int32(i-1), int32(i+1)
	}
	t.first[n] = int32(n)
	t.spans = []span{{0, int32(n), false}}
}
