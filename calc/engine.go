package calc

import (
	"fmt"
	"math"
	"math/bits"
)

// EngineVersion names the rules that this engine computes by. It changes with every change that can change a result.
const EngineVersion = "1"

// blockLines is how many lines a period's computation gathers before it begins another block of them.
const blockLines = 1 << 14

// Compute gives what a period comes to: lines, activity, ranks and carry-outs. It is a pure function: the same input gives the same
// output, and the order of the rows of Volumes does not matter. The input is only read.
//
// The error is ErrInput for an input that is not whole, naming the index; ErrOverflow where a number leaves the range of int64, which
// for volumes means that those of the period add up, regardless of sign, to more than 9·10¹⁴ points; and ErrPlan for a plan that was
// not compiled.
func Compute(in *Input) (*Output, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	c := computation{in: in, n: len(in.Network.Sponsor)}
	if err := c.plant(); err != nil {
		return nil, err
	}
	out := &Output{Carry: make([]Carry, len(in.Plan.Bonuses))}
	if err := c.stand(out); err != nil {
		return nil, err
	}
	s := stage{
		plan: in.Plan, sponsor: &c.sponsor, left: c.left, right: c.right,
		carryIn: in.Prior.Carry, carryOut: out.Carry,
		sink: lineSink{plan: in.Plan, blockSize: blockLines},
	}
	if s.carryIn == nil {
		s.carryIn = make([]Carry, len(in.Plan.Bonuses))
	}
	if c.placement.tree != nil {
		s.placement = &c.placement
		c.standInPlacement()
	}
	for i := range in.Plan.Bonuses {
		if b := &in.Plan.Bonuses[i]; c.pays(b) {
			if err := b.kind().pay(&s, i); err != nil {
				return nil, err
			}
		}
	}
	var err error
	out.Lines, err = s.sink.byEarner(c.n)
	return out, err
}

// computation is one call of Compute under way.
type computation struct {
	in                 *Input
	n                  int
	sponsor, placement walk
	// left and right are the leg volumes by seat of the placement tree; nil when nothing asks for them.
	left, right []int64
}

// pays tells whether the bonus is paid by this period.
func (c *computation) pays(b *Bonus) bool { return b.Pays == PaysPeriod && b.Cadence == c.in.Cadence }

// plant orders the trees and adds up what the legs hold.
func (c *computation) plant() error {
	network := &c.in.Network
	tree, err := newTree(network.Sponsor, "sponsor")
	if err != nil {
		return err
	}
	c.sponsor = walk{tree: tree, load: c.sell}
	if c.in.Plan.PlacementWidth == 0 {
		return nil
	}
	if tree, err = newTree(network.Parent, "placement parent"); err != nil {
		return err
	}
	c.placement = walk{tree: tree, load: func(b Base) []int64 {
		return gather(c.sponsor.volume(b), c.sponsor.seat, tree.row)
	}}
	if err := checkLegs(tree, network.Leg, c.in.Plan.PlacementWidth); err != nil {
		return err
	}
	if c.asksForLegs() {
		c.fillLegs()
	}
	return nil
}

// sell adds up the volumes of the own sales by seat of the sponsor tree. No sum can overflow: Input.check has seen to that.
func (c *computation) sell(b Base) []int64 {
	v := &c.in.Volumes
	column := [...][]int64{BaseCV: v.CV, BasePV: v.PV, BasePrice: v.PriceMinor}[b]
	own := make([]int64, c.n)
	for i, seller := range v.Seller {
		own[c.sponsor.seat[seller]] += column[i]
	}
	return own
}

func (c *computation) asksForLegs() bool {
	for i := range c.in.Plan.Bonuses {
		if b := &c.in.Plan.Bonuses[i]; b.Binary != nil && c.pays(b) {
			return true
		}
	}
	return c.asks(FactLeftVolume) || c.asks(FactRightVolume) || c.asks(FactPayLeg)
}

// fillLegs adds up the two legs of everybody from the bottom up: whoever stands in a leg brings the own volume and both own legs.
func (c *computation) fillLegs() {
	t, own := c.placement.tree, c.placement.volume(BaseCV)
	c.left, c.right = make([]int64, c.n), make([]int64, c.n)
	for seat := c.n - 1; seat >= 0; seat-- {
		parent := t.parent[seat]
		if parent < 0 {
			continue
		}
		leg := c.left
		if c.in.Network.Leg[t.row[seat]] == 2 {
			leg = c.right
		}
		leg[parent] += own[seat] + c.left[seat] + c.right[seat]
	}
}

// standInPlacement takes the ranks and activity over into the order of the placement tree.
func (c *computation) standInPlacement() {
	c.placement.rank = gather(c.sponsor.rank, c.sponsor.seat, c.placement.row)
	c.placement.active = gather(c.sponsor.active, c.sponsor.seat, c.placement.row)
}

// gather takes a column from one tree's order to that of rows, given the row of every target.
func gather[T any](column []T, seat, rows []int32) []T {
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = column[seat[row]]
	}
	return out
}

// sumFits tells whether the magnitudes of all numbers together stay in the range of int64. Then no sum of any of them, in any order,
// can leave it, so sums need not be watched one by one and whether there is an error does not depend on their order.
func sumFits(columns ...[]int64) bool {
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
