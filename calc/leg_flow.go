package calc

import "slices"

// BinaryFlow is what became of the volume of both legs under a binary bonus.
type BinaryFlow struct {
	Bonus       int // index
	Left, Right LegFlow
}

// LegFlow is what became of the volume of a leg, by row, in units of the bonus's base. For everybody
// In + New = Matched + Flushed + Expired + Out.
type LegFlow struct {
	In      []int64 // carried in
	New     []int64 // sold in the period, less what was taken back
	Matched []int64 // taken off by what is paid on, whether the distributor is paid or not
	Flushed []int64 // lost to a flush, a limit or inactivity; below zero where a flush ends a leg below zero
	Expired []int64
	Out     []int64 // carried out
}

func newLegFlow(n int) LegFlow {
	column := func() []int64 { return make([]int64, n) }
	return LegFlow{In: column(), New: column(), Matched: column(), Flushed: column(), Expired: column(), Out: column()}
}

func (f *LegFlow) put(row int32, l *legAccount) {
	f.In[row], f.New[row], f.Matched[row] = l.in, l.new, l.matched
	f.Flushed[row], f.Expired[row], f.Out[row] = l.flushed, l.expired, l.out
}

// traceLegs gives the columns to write the flows of a bonus to; nil where the input does not ask for them.
func (c *computation) traceLegs(bonus int) (flows [2]*LegFlow) {
	if !c.in.Trace {
		return flows
	}
	f := &BinaryFlow{Bonus: bonus, Left: newLegFlow(c.n), Right: newLegFlow(c.n)}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	place, _ := slices.BinarySearchFunc(c.flows, bonus, func(f *BinaryFlow, bonus int) int { return f.Bonus - bonus })
	c.flows = slices.Insert(c.flows, place, f)
	return [2]*LegFlow{&f.Left, &f.Right}
}
