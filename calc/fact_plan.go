package calc

import "math"

// fillOwn computes a fact of the plan's own making for everybody, when all that it reads is known.
func (ff *factFiller) fillOwn(own *PlanFact) ([]int64, error) {
	out := make([]int64, ff.n)
	workers := make([]*factColumns, max(1, ff.threads))
	for i := range workers {
		workers[i] = ff.facts.worker()
	}
	fold := newFactFold(own, ff.n, ff.sponsor.first)
	switch own.Over {
	case OverPositions:
		ff.overPositions(own, workers[0], out)
	case OverSelf, OverFrontline:
		ff.forSeats(func(worker, from, to int) {
			for seat := from; seat < to; seat++ {
				out[seat] = fold.at(workers[worker], int32(seat))
			}
		})
	default:
		ff.sponsor.upward(ff.threads, func(worker, from, to int) {
			for seat := to - 1; seat >= from; seat-- {
				out[seat] = fold.at(workers[worker], int32(seat))
				fold.pass(workers[worker], int32(seat))
			}
		})
	}
	for _, w := range workers {
		if w.overflow {
			return nil, ErrOverflow
		}
	}
	return out, nil
}

// factFold computes a fact of the plan's own making, distributor by distributor from the bottom up: at gives its value, and pass then
// makes ready what those above read of the distributor.
type factFold struct {
	own   *PlanFact
	first []int32
	// whole is what each distributor brings to those above: of the distributor and everybody below. With a depth, whole[k] reaches k
	// levels below.
	whole [][]int64
}

func newFactFold(own *PlanFact, n int, first []int32) *factFold {
	fold := &factFold{own: own, first: first}
	switch own.Over {
	case OverDownline, OverGroup, OverLegs:
		columns := 1
		if own.Depth > 0 {
			columns = int(own.Depth)
		}
		for range columns {
			fold.whole = append(fold.whole, make([]int64, n))
		}
	case OverSelf, OverFrontline, OverPositions:
	}
	return fold
}

// one is what a distributor counts alone.
func (ff *factFold) one(f *factColumns, seat int32) int64 {
	switch {
	case ff.own.Where != nil && !ff.own.Where.holds(f, seat):
		return ff.nobody()
	case ff.own.Fold == FoldCount:
		return 1
	}
	return ff.own.Value.value(f, seat)
}

// nobody is what counts where there is nobody: below every value where the greatest is looked for, as all of them may be below zero.
func (ff *factFold) nobody() int64 {
	if ff.own.Fold == FoldMax {
		return math.MinInt64
	}
	return 0
}

// counted is the value of a fact that has come to a sum: 0 where nobody counts.
func (ff *factFold) counted(sum int64) int64 {
	if ff.own.Fold == FoldMax && sum == math.MinInt64 {
		return 0
	}
	return sum
}

// join brings what one more counts to what others count.
func (ff *factFold) join(f *factColumns, sum, more int64) int64 {
	if ff.own.Fold == FoldMax {
		return max(sum, more)
	}
	total, ok := added(sum, more)
	if !ok {
		f.overflow = true
	}
	return total
}

// top is the column of what those above read first.
func (ff *factFold) top() []int64 { return ff.whole[len(ff.whole)-1] }

func (ff *factFold) at(f *factColumns, seat int32) int64 {
	own := ff.own
	if own.Over == OverSelf {
		if own.Holds != nil {
			return oneIf(own.Holds.holds(f, seat))
		}
		return own.Value.value(f, seat)
	}
	sum := ff.nobody()
	most, bounded := int64(0), own.AtMost != nil && own.Fold == FoldSum
	if bounded {
		most = own.AtMost.value(f, seat) * pow10[max(0, own.Value.digits-own.AtMost.digits)]
	}
	for child := ff.first[seat]; child < ff.first[seat+1]; child++ {
		var counted int64
		if own.Over == OverFrontline {
			counted = ff.one(f, child)
		} else {
			counted = ff.top()[child]
		}
		if own.Over == OverLegs && own.Fold == FoldCount {
			counted = min(counted, 1)
		}
		if bounded {
			counted = min(counted, most)
		}
		sum = ff.join(f, sum, counted)
	}
	if own.Over == OverGroup {
		alone := ff.one(f, seat)
		if bounded {
			alone = min(alone, most)
		}
		sum = ff.join(f, sum, alone)
	}
	return ff.counted(sum)
}

// pass makes ready what the distributor brings to those above.
func (ff *factFold) pass(f *factColumns, seat int32) {
	if ff.whole == nil {
		return
	}
	if ff.own.Until != nil && ff.own.Until.holds(f, seat) {
		for _, column := range ff.whole {
			column[seat] = ff.nobody()
		}
		return
	}
	alone := ff.one(f, seat)
	for depth, column := range ff.whole {
		sum := alone
		if ff.own.Depth == 0 || depth > 0 {
			below := column
			if ff.own.Depth > 0 {
				below = ff.whole[depth-1]
			}
			for child := ff.first[seat]; child < ff.first[seat+1]; child++ {
				sum = ff.join(f, sum, below[child])
			}
		}
		column[seat] = sum
	}
}

// overPositions folds the positions of each owner and gives all of them the result.
func (ff *factFiller) overPositions(own *PlanFact, f *factColumns, out []int64) {
	fold := factFold{own: own}
	owner := ff.in.Network.Owner
	ownerOf := func(row int32) int32 {
		if owner == nil {
			return row
		}
		return owner[row]
	}
	sums := make([]int64, ff.n) // by row of the owner
	for i := range sums {
		sums[i] = fold.nobody()
	}
	for seat, row := range ff.sponsor.row {
		at := ownerOf(row)
		sums[at] = fold.join(f, sums[at], fold.one(f, int32(seat)))
	}
	for seat, row := range ff.sponsor.row {
		out[seat] = fold.counted(sums[ownerOf(row)])
	}
}
