package calc

import (
	"fmt"
	"math"
	"math/bits"
	"runtime"
	"sync"
)

// EngineVersion names the rules that this engine computes by. It changes with every change that can change a result.
const EngineVersion = "6"

// Compute gives what a period comes to: lines, activity, ranks and the state that the next period goes on from. It is a pure
// function: the same input gives the same output, and neither the order of the rows of Volumes nor the number of threads matters. The
// input is only read.
//
// The error is ErrInput for an input that is not whole, naming the index; ErrOverflow where a number leaves the range of int64, which
// for volumes means that those of the period add up, regardless of sign, to more than 9·10¹⁴ points; and ErrPlan for a plan that was
// not compiled.
func Compute(in *Input) (*Output, error) {
	c, err := newComputation(in)
	if err != nil {
		return nil, err
	}
	out := &Output{State: c.next}
	if err := c.stand(out); err != nil {
		return nil, err
	}
	s := c.stage()
	if err := s.payAll(); err != nil {
		return nil, err
	}
	if err := s.finish(out); err != nil {
		return nil, err
	}
	return out, nil
}

// finish puts together what bonuses and caps have come to.
func (s *stage) finish(out *Output) (err error) {
	if out.Lines, err = s.lines(); err != nil {
		return err
	}
	out.ReEntries = s.reEntries
	for _, f := range s.flows {
		out.Flows = append(out.Flows, *f)
	}
	s.keepPast(s.next)
	return s.failure
}

// computation is one call of Compute under way.
type computation struct {
	in      *Input
	n       int
	threads int
	sponsor walk
	// placement has no tree when the plan has no placement tree.
	placement walk
	leg       []uint8 // by seat of it
	facts     *factFiller
	ladder    *rankLadder
	// What the own sales count, by volume: columns by row.
	soldColumns columnCache
	groups      columnCache // volumes of whole groups, by volume
	legs        columnCache // volumes of legs, by volume: twice the number for the left leg, one more for the right one
	next        State
	// mutex guards next, failure and flows, which bonuses that are computed side by side share.
	mutex   sync.Mutex
	failure error
	flows   []*BinaryFlow // by bonus
}

func newComputation(in *Input) (*computation, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	c := &computation{in: in, n: len(in.Network.Sponsor), threads: in.Threads, next: State{}}
	if c.threads <= 0 {
		c.threads = runtime.GOMAXPROCS(0)
	}
	if err := c.plant(); err != nil {
		return nil, err
	}
	table := in.Plan.Facts
	if table == nil {
		table = NewFactTable()
	}
	c.facts = &factFiller{computation: c, times: table.timing(), facts: &factColumns{table: table, columns: make([][]int64, table.len())}}
	return c, c.failure
}

// fail keeps the first failure of those that are met where there is no way to return one.
func (c *computation) fail(err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.failure == nil {
		c.failure = err
	}
}

// forSeats shares all seats among the threads.
func (c *computation) forSeats(work func(worker, from, to int)) { share(c.threads, 0, c.n, work) }

// together does several things at once, where there are threads for it, and gives the first error in their order.
func (c *computation) together(things ...func() error) error {
	errs := make([]error, len(things))
	next := make(chan int, len(things))
	for i := range things {
		next <- i
	}
	close(next)
	var workers sync.WaitGroup
	for range max(1, min(c.threads, len(things))) {
		workers.Go(func() {
			for i := range next {
				errs[i] = things[i]()
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// plant orders the trees and adds up what is sold.
func (c *computation) plant() error {
	network, plan := &c.in.Network, c.in.Plan
	threads := c.threads
	if plan.PlacementWidth > 0 {
		threads = max(1, threads/2) // for each of two trees
	}
	sponsor := func() (err error) {
		c.sponsor.tree, err = newTree(threads, network.Sponsor, nil, "sponsor")
		return err
	}
	placement := func() (err error) {
		if plan.PlacementWidth == 0 {
			return nil
		}
		if c.placement.tree, err = newTree(threads, network.Parent, network.EnrolledAtUS, "placement parent"); err != nil {
			return err
		}
		c.leg = gather(threads, network.Leg, c.placement.row)
		return checkLegs(c.placement.tree, c.leg, plan.PlacementWidth)
	}
	if err := c.together(sponsor, placement, c.in.checkSums, c.loadVolumes); err != nil {
		return err
	}
	for _, w := range []*walk{&c.sponsor, &c.placement} {
		if w.tree != nil {
			w.variant = c.variants(w.tree)
			w.load = func(b Base) []int64 { return gather(c.threads, c.sold(b), w.row) }
		}
	}
	return nil
}

// variants gives the variant of everybody by seat; nil when the plan has one alone.
func (c *computation) variants(t *tree) []uint8 {
	if c.in.Plan.VariantOfMarket == nil {
		return nil
	}
	out := make([]uint8, c.n)
	for seat, row := range t.row {
		out[seat] = c.variantOfRow(row)
	}
	return out
}

func (c *computation) variantOfRow(row int32) uint8 {
	plan, market := c.in.Plan, uint16(0)
	if plan.VariantOfMarket == nil {
		return 0
	}
	if c.in.Network.Market != nil {
		market = c.in.Network.Market[row]
	}
	return plan.VariantOfMarket[market]
}

// legVolumes gives the volumes of both legs of everybody, by seat of the placement tree: whoever stands in a leg brings the own
// volume and both own legs.
func (c *computation) legVolumes(b Base) (left, right []int64) {
	left = c.legs.get(2*int(b), func() []int64 {
		left, right := c.fillLegs(b)
		c.legs.get(2*int(b)+1, func() []int64 { return right })
		return left
	})
	return left, c.legs.get(2*int(b)+1, nil)
}

func (c *computation) fillLegs(b Base) (left, right []int64) {
	t, own := c.placement.tree, c.placement.volume(b)
	left, right = make([]int64, c.n), make([]int64, c.n)
	t.upward(c.threads, func(_, from, to int) {
		first, last := t.children(from, to)
		for child := last; child >= first; child-- {
			volume := own[child] + left[child] + right[child]
			if parent := t.parent[child]; c.leg[child] == 2 {
				right[parent] = volume
			} else {
				left[parent] = volume
			}
		}
	})
	return left, right
}

// gather takes a column by row to the order of seats.
func gather[T any](threads int, column []T, rows []int32) []T {
	out := make([]T, len(rows))
	share(threads, 0, len(rows), func(_, from, to int) {
		part := out[from:to]
		for i, row := range rows[from:to] {
			part[i] = column[row]
		}
	})
	return out
}

// byRow takes a column from the order of seats to that of rows.
func byRow[T any](column []T, rows []int32) []T {
	out := make([]T, len(rows))
	for seat, row := range rows {
		out[row] = column[seat]
	}
	return out
}

// sumFits tells whether the magnitudes of all numbers together stay in the range of int64. Then no sum of any of them, in any order,
// can leave it, so sums need not be watched one by one and whether there is an error does not depend on their order.
func sumFits(columns ...[]int64) bool {
	entries, magnitudes := 0, uint64(0)
	for _, column := range columns {
		entries += len(column)
		for _, v := range column {
			magnitudes |= uint64(v ^ v>>63) // none is above what has all bits of all, plus 1
		}
	}
	if bits.Len(uint(entries))+bits.Len64(magnitudes) < 64 {
		return true
	}
	sum := uint64(0)
	for _, column := range columns {
		for _, v := range column {
			var carry uint64
			sum, carry = bits.Add64(sum, magnitudeOf(v), 0)
			if carry != 0 || sum > math.MaxInt64 {
				return false
			}
		}
	}
	return true
}

func overflowIn(column string) error { return fmt.Errorf("%w: %s of the period", ErrOverflow, column) }
