package store

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

// Large reads go through two goroutines: the caller's steps through the rows and copies them into blocks, another takes the blocks and
// does with each row what is to be done. So the database's part of the work and ours are done on two cores, and a block's ids can be
// looked for together.
const (
	blockRows  = 512
	blocksHeld = 4 // blocks that one side may be ahead of the other: what is in memory at once is bounded by them
)

// giveWay lets other goroutines run that are ready to. The work on a run keeps processors busy for seconds, and Go would take one from it every
// 10 ms only: a call, which passes through several goroutines, would wait that long at each. Called every few hundred rows it costs nothing
// where nobody waits.
func giveWay() { runtime.Gosched() }

// columnKinds says of each column of a query what it holds: 'i' an integer, 't' text or bytes, '-' what is not read.
type columnKinds string

// selected lists the columns of a SELECT, and a constant, which costs the database nothing, in the place of those that are not read.
func (k columnKinds) selected(columns ...string) string {
	var b strings.Builder
	for i, column := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		if k[i] == '-' {
			column = "0"
		}
		b.WriteString(column)
	}
	return b.String()
}

// rowBlock holds copies of rows.
type rowBlock struct {
	count int
	ints  []int64
	ends  []int // in bytes
	bytes []byte
}

// blockRow is a Row of a block.
type blockRow struct {
	kinds      columnKinds
	place      []int // by column, its place among the integers or among the texts
	ints, ends int   // of each a row
	of         *rowBlock
	row        int
}

var _ Row = (*blockRow)(nil)

func newBlockRow(kinds columnKinds) *blockRow {
	r := &blockRow{kinds: kinds, place: make([]int, len(kinds))}
	for column, kind := range kinds {
		switch kind {
		case 'i':
			r.place[column] = r.ints
			r.ints++
		case 't':
			r.place[column] = r.ends
			r.ends++
		}
	}
	return r
}

// take copies a row into the block.
func (b *rowBlock) take(row Row, kinds columnKinds) {
	for column := range len(kinds) {
		switch kinds[column] {
		case 'i':
			b.ints = append(b.ints, row.Int(column))
		case 't':
			b.bytes = append(b.bytes, row.Bytes(column)...)
			b.ends = append(b.ends, len(b.bytes))
		}
	}
	b.count++
}

func (b *rowBlock) clear() { b.count, b.ints, b.ends, b.bytes = 0, b.ints[:0], b.ends[:0], b.bytes[:0] }

// Int implements Row.
func (r *blockRow) Int(column int) int64 {
	r.want(column, 'i')
	return r.of.ints[r.row*r.ints+r.place[column]]
}

// Bytes implements Row.
func (r *blockRow) Bytes(column int) []byte {
	r.want(column, 't')
	at, from := r.row*r.ends+r.place[column], 0
	if at > 0 {
		from = r.of.ends[at-1]
	}
	to := r.of.ends[at]
	return r.of.bytes[from:to:to]
}

// Text implements Row.
func (r *blockRow) Text(column int) string { return string(r.Bytes(column)) }

func (r *blockRow) want(column int, kind byte) {
	if r.kinds[column] != kind {
		panic(fmt.Sprintf("store: column %d is %q, not %q", column, r.kinds[column], kind))
	}
}

// errStopReading stops a query whose rows nobody takes any more.
var errStopReading = errors.New("store: the rows are not wanted any more")

// queryBlocks runs a query and calls each for its rows, in order, on another goroutine than that of the connection. ahead, which may be
// nil, is called for each block before its rows are. Errors and panics of both are the caller's.
func queryBlocks(c Conn, sql string, args []any, kinds columnKinds, ahead func(*blockRow), each func(Row) error) error {
	free, full := make(chan *rowBlock, blocksHeld), make(chan *rowBlock, blocksHeld)
	for range blocksHeld {
		free <- &rowBlock{}
	}
	taker := blockTaker{row: newBlockRow(kinds), ahead: ahead, each: each, done: make(chan struct{})}
	go taker.run(full, free)
	var block *rowBlock
	err := func() error {
		defer func() {
			if block != nil && block.count > 0 {
				full <- block // there is room for all blocks that there are
			}
			close(full)
			<-taker.done
		}()
		return c.Query(sql, args, func(row Row) error {
			if block == nil {
				select {
				case block = <-free:
				case <-taker.done:
					return errStopReading
				}
			}
			block.take(row, kinds)
			if block.count == blockRows {
				full <- block
				block = nil
				giveWay()
			}
			return nil
		})
	}()
	switch {
	case taker.panicked != nil:
		panic(taker.panicked)
	case taker.gone:
		runtime.Goexit()
	case taker.err != nil:
		return taker.err
	}
	return err
}

// blockTaker is the goroutine that takes the blocks.
type blockTaker struct {
	row   *blockRow
	ahead func(*blockRow)
	each  func(Row) error

	done     chan struct{} // closed at its end; what follows is valid then
	err      error
	panicked any
	gone     bool // it ended by FailNow
}

func (t *blockTaker) run(full <-chan *rowBlock, free chan<- *rowBlock) {
	t.gone = true
	defer func() {
		t.panicked = recover()
		close(t.done)
	}()
	for block := range full {
		if t.err = t.take(block); t.err != nil {
			break
		}
		block.clear()
		free <- block
		giveWay()
	}
	t.gone = false
}

func (t *blockTaker) take(block *rowBlock) error {
	t.row.of = block
	if t.ahead != nil {
		t.ahead(t.row)
	}
	for t.row.row = range block.count {
		if err := t.each(t.row); err != nil {
			return err
		}
	}
	return nil
}
