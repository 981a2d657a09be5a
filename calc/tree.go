package calc

import "fmt"

// tree is a forest in breadth-first order: tops first, every parent before its children, the children of one parent side by side,
// in the order of their rows. The place in this order is a distributor's seat. A pass over the seats from the last to the first
// sees every child before its parent, and reads and writes memory nearly in sequence, however deep the forest is.
type tree struct {
	row    []int32 // by seat: the row of the input
	seat   []int32 // by row: the seat
	parent []int32 // by seat: the parent's seat; -1 for a top
	first  []int32 // by seat: the seat of the first child; the children of s are first[s] to first[s+1]-1
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
	return t
}
