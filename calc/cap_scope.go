package calc

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sync/atomic"
)

// capping is a cap under way: the lines of the bonuses that it bounds, and what is done to them.
//
// What events have posted stands among the lines as an adjustment of each earner's sum, for the time being of nothing.
type capping struct {
	lineBlocks
	cap *Cap
	// steps are the rounding steps of the bonuses, going up; nearly always one.
	steps   []int64
	scaling capScaling
}

func (s *stage) newCapping(index int) *capping {
	k := &capping{lineBlocks: lineBlocks{stage: s, limit: index}, cap: &s.plan.Caps[index]}
	if k.cap.Mode == CapPriority {
		k.rank = byRow(s.sponsor.rank, s.sponsor.row)
	}
	k.scaling.workers = make([]*lineRates, max(1, s.threads))
	for _, bonus := range k.cap.Bonuses {
		b := &s.plan.Bonuses[bonus]
		if step := s.plan.BonusRounding(b).StepMinor; !slices.Contains(k.steps, step) {
			k.steps = append(k.steps, step)
		}
	}
	slices.Sort(k.steps)
	return k
}

// prepare lists the lines and makes sure that no sum of them can overflow.
func (k *capping) prepare() error {
	if err := k.openPosted(); err != nil {
		return err
	}
	for _, bonus := range k.cap.Bonuses {
		k.addBonus(bonus, slices.Contains(k.cap.Protect, bonus))
	}
	if len(k.blocks) > math.MaxInt32>>blockBits {
		return fmt.Errorf("%w: %d blocks of lines", ErrOverflow, len(k.blocks))
	}
	magnitude := uint64(0)
	for i := range k.blocks {
		b := &k.blocks[i]
		for j := range b.Earner {
			var carry uint64
			value, _ := k.value(b, j)
			magnitude, carry = bits.Add64(magnitude, magnitudeOf(value), 0)
			if carry != 0 || magnitude > math.MaxInt64 {
				return fmt.Errorf("%w: the sum of the lines", ErrOverflow)
			}
		}
	}
	return nil
}

// openPosted makes an adjustment of nothing for what each earner has been posted by each bonus at events, less what caps before this one
// have taken of it.
func (k *capping) openPosted() error {
	posted := &k.in.Posted
	for _, bonus := range k.cap.Bonuses {
		if k.plan.Bonuses[bonus].Pays != PaysEvent || !slices.Contains(posted.Bonus, uint16(bonus)) {
			continue
		}
		left, sink := make([]int64, k.n), &k.sinks[bonus]
		magnitude := uint64(0)
		add := func(row int32, amountMinor int64) bool {
			left[row] += amountMinor
			var carry uint64
			magnitude, carry = bits.Add64(magnitude, magnitudeOf(amountMinor), 0)
			return carry == 0 && magnitude <= math.MaxInt64
		}
		for i, row := range posted.Earner {
			if posted.Bonus[i] == uint16(bonus) && !add(row, posted.AmountMinor[i]) {
				return fmt.Errorf("%w: what events have posted", ErrOverflow)
			}
		}
		for i := range sink.blocks {
			for j, row := range sink.blocks[i].Earner {
				if !add(row, sink.blocks[i].AmountMinor[j]) {
					return fmt.Errorf("%w: what events have posted", ErrOverflow)
				}
			}
		}
		for row, amountMinor := range left {
			if amountMinor != 0 {
				sink.put(line{earner: int32(row), part: k.limit, kind: LineAdjustment, base: amountMinor, rate: RateScale})
			}
		}
	}
	return nil
}

// capSum is what lines sum to, together and those that are served first.
type capSum struct{ totalMinor, protectedMinor int64 }

func (k *capping) sumOf(set *lineSet) capSum {
	n := k.span(set)
	if n < wideSeats {
		return k.sumStretch(set, 0, n)
	}
	var total, protected atomic.Int64
	share(k.threads, 0, n, func(_, from, to int) {
		sum := k.sumStretch(set, from, to)
		total.Add(sum.totalMinor)
		protected.Add(sum.protectedMinor)
	})
	return capSum{total.Load(), protected.Load()}
}

func (k *capping) sumStretch(set *lineSet, from, to int) (sum capSum) {
	for w := k.walk(set, from, to); w.next(); {
		value, _ := k.value(w.block, w.j)
		sum.totalMinor += value
		if w.block.protected {
			sum.protectedMinor += value
		}
	}
	return sum
}

func (k *capping) sumsByRank(set *lineSet) (sums [ranksMax + 1]int64) {
	for w := k.walk(set, 0, k.span(set)); w.next(); {
		value, _ := k.value(w.block, w.j)
		sums[k.rankOf(w.block.Earner[w.j])] += value
	}
	return sums
}
