package calc

import "sync"

// walk is one tree with what bonuses read of its distributors, all by seat.
type walk struct {
	*tree
	rank    []uint8
	active  []bool
	variant []uint8  // nil: all 0
	market  []uint16 // at an event; else the input has it
	// own holds the volumes of the own sales, each computed when it is first asked for.
	own  columnCache
	load func(Base) []int64
	sale *EventInput // at an event: all that is sold
	// facts are what is known at an event of those on the way up; else the computation has them, by seat of the sponsor tree.
	facts *factColumns
}

func (w *walk) volume(b Base) []int64 {
	if w.sale != nil {
		return w.sale.volume(b, w.len())
	}
	return w.own.get(int(b), func() []int64 { return w.load(b) })
}

// variantAt gives the variant of a distributor.
func (w *walk) variantAt(seat int) uint8 {
	if w.variant == nil {
		return 0
	}
	return w.variant[seat]
}

// columnCache holds columns that are computed once, by whichever of several threads asks first.
type columnCache struct {
	mutex   sync.Mutex
	columns map[int]*cachedColumn
}

type cachedColumn struct {
	once  sync.Once
	value []int64
}

func (c *columnCache) get(key int, compute func() []int64) []int64 {
	c.mutex.Lock()
	column := c.columns[key]
	if column == nil {
		if c.columns == nil {
			c.columns = map[int]*cachedColumn{}
		}
		column = &cachedColumn{}
		c.columns[key] = column
	}
	c.mutex.Unlock()
	column.once.Do(func() { column.value = compute() })
	return column.value
}
