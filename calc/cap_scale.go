package calc

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// capScaling is what scaling lines of a cap works with.
type capScaling struct {
	workers []*lineRates
	// factors are those of the lines as they were before the cap.
	factors []Factor
	// scaled holds, by index of the factors that a line had, the set for which another factor was put before them, 32 bits up, and the
	// index of that.
	scaled []atomic.Uint64
	// taken is that of adjustments of posted lines, which have no other factors.
	taken atomic.Uint64
	set   uint64
	// exacts are by number in the set what rounding has left, as packed makes it.
	exacts []uint64
	// equals is scratch of the remainder.
	equals []int32
	// corrected are the lines that rounding lines correct; changed tells, by bonus, that rounding lines have been dropped.
	corrected []lineCorrection
	changed   []bool
}

// lineCorrection is what a rounding line adds to a line.
type lineCorrection struct {
	place   int32
	byMinor int64
}

// scale gives the lines of a set, which sum to sumMinor, the factor targetMinor ÷ sumMinor and makes them sum to the target.
//
// Bonuses that round to different steps get their parts of the target first, rounded down to their steps, as a line can be corrected by
// its own step alone.
func (k *capping) scale(set *lineSet, targetMinor, sumMinor int64) error {
	f := Fraction{targetMinor, sumMinor}
	if targetMinor == 0 {
		f = Fraction{0, 1}
	}
	k.begin()
	if len(k.steps) == 1 {
		return k.scaleStep(set, f, targetMinor, k.steps[0])
	}
	for _, step := range k.steps {
		of := *set
		of.class.stepMinor = step
		part := k.sumOf(&of).totalMinor
		down := Rounding{Down, step}
		if part < 0 {
			down.Mode = Up
		}
		partMinor, err := Amount(part, RateScale, f, down)
		if err != nil {
			return err
		}
		if err := k.scaleStep(&of, f, partMinor, step); err != nil {
			return err
		}
	}
	return nil
}

// begin makes ready for another set.
func (k *capping) begin() {
	c := &k.scaling
	if c.set == 0 {
		c.factors = k.factors.snapshot()
		c.scaled = make([]atomic.Uint64, max(1, len(c.factors)))
		c.changed = make([]bool, len(k.plan.Bonuses))
	}
	c.set++
}

// factor puts the factor of the set before those that a line has.
func (k *capping) factor(f Fraction, before int32, posted bool) int32 {
	at := &k.scaling.scaled[before]
	if posted {
		at = &k.scaling.taken
	}
	if known := at.Load(); known>>32 == k.scaling.set {
		return int32(uint32(known))
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if known := at.Load(); known>>32 == k.scaling.set {
		return int32(uint32(known))
	}
	index := k.factors.add(k.cap.Name, f, before)
	at.Store(k.scaling.set<<32 | uint64(uint32(index)))
	return index
}

// scaleStep scales the lines of bonuses that round to one step.
func (k *capping) scaleStep(set *lineSet, f Fraction, targetMinor, stepMinor int64) error {
	n := k.span(set)
	exacts := k.column(n)
	var sum int64
	var err error
	if n < wideSeats {
		sum, err = k.scaleStretch(k.worker(0), set, 0, n, f)
	} else {
		sum, err = k.scaleSideBySide(set, n, f)
	}
	if err != nil {
		return err
	}
	k.noteChanged(set)
	lacking := floorDiv(targetMinor-sum, stepMinor)
	if lacking == 0 || lacking > 0 && k.cap.Remainder == RemainderCompany {
		return nil
	}
	c := remainder{capping: k, set: set, exacts: exacts, stepMinor: stepMinor, down: lacking < 0}
	return c.correct(magnitudeOf(lacking))
}

func (k *capping) scaleSideBySide(set *lineSet, n int, f Fraction) (int64, error) {
	sums, errs := make([]int64, len(k.scaling.workers)), make([]error, len(k.scaling.workers))
	share(k.threads, 0, n, func(worker, from, to int) {
		sums[worker], errs[worker] = k.scaleStretch(k.worker(worker), set, from, to, f)
	})
	sum := int64(0)
	for worker, err := range errs {
		if err != nil {
			return 0, err
		}
		sum += sums[worker]
	}
	return sum, nil
}

// scaleStretch scales the lines in a stretch, drops rounding lines, and gives the sum.
func (k *capping) scaleStretch(rates *lineRates, set *lineSet, from, to int, f Fraction) (sumMinor int64, err error) {
	for w := k.walk(set, from, to); w.next(); {
		b, j := w.block, w.j
		if b.Kind[j] == LineRounding {
			b.AmountMinor[j] = 0
			continue
		}
		exact, err := k.scaleLine(rates, b, j, f)
		if err != nil {
			return 0, fmt.Errorf("bonus %s of distributor %d: %w", k.plan.Bonuses[b.bonus].Name, b.Earner[j], err)
		}
		value, _ := k.value(b, j)
		sumMinor += value
		k.scaling.exacts[w.i] = packed(exact, b.AmountMinor[j], b.rounding.StepMinor)
	}
	return sumMinor, nil
}

// noteChanged remembers the bonuses of whose lines some have been rounding lines.
func (k *capping) noteChanged(set *lineSet) {
	if set.whole {
		for i := range k.blocks {
			k.scaling.changed[k.blocks[i].bonus] = true
		}
		return
	}
	for _, place := range set.list {
		k.scaling.changed[k.blocks[place>>blockBits].bonus] = true
	}
}

// column gives zeroed scratch of one word for each number of a set.
func (k *capping) column(n int) []uint64 {
	c := &k.scaling
	if cap(c.exacts) < n {
		c.exacts = make([]uint64, n)
		return c.exacts
	}
	c.exacts = c.exacts[:n]
	clear(c.exacts)
	return c.exacts
}

// worker gives the rates of a thread.
func (k *capping) worker(i int) *lineRates {
	if k.scaling.workers[i] == nil {
		k.scaling.workers[i] = &lineRates{stage: k.stage}
	}
	k.scaling.workers[i].factors = k.scaling.factors
	return k.scaling.workers[i]
}

// scaleLine gives a line the factor and rounds its amount anew. Of lines that events have posted it takes what the factor leaves.
func (k *capping) scaleLine(rates *lineRates, b *lineBlock, j int, f Fraction) (ExactAmount, error) {
	if b.posted {
		f.Num -= f.Den
	}
	exact, err := rates.exact(b, j, b.Factor[j], f)
	if err != nil {
		return exact, err
	}
	b.Factor[j] = k.factor(f, b.Factor[j], b.posted)
	amountMinor, err := exact.RoundedMinor(k.cap.roundingOf(b.rounding, b.posted))
	b.AmountMinor[j] = withinBase(b.Kind[j], b.Base[j], amountMinor)
	return exact, err
}

// finish adds the rounding lines, and drops those that are superseded and adjustments of nothing.
func (k *capping) finish() {
	c := &k.scaling
	// A line that was corrected more than once gets one rounding line.
	slices.SortFunc(c.corrected, func(a, b lineCorrection) int { return int(a.place) - int(b.place) })
	for i := 0; i < len(c.corrected); {
		first := c.corrected[i]
		byMinor := int64(0)
		for ; i < len(c.corrected) && c.corrected[i].place == first.place; i++ {
			byMinor += c.corrected[i].byMinor
		}
		b, j := k.at(first.place)
		sink := &k.sinks[b.bonus]
		sink.put(line{
			earner: b.Earner[j], level: int(b.Level[j]), part: int(b.Part[j]), kind: LineRounding, amountMinor: byMinor,
		})
		sink.unordered = true
	}
	for _, bonus := range k.cap.Bonuses {
		posted := k.plan.Bonuses[bonus].Pays == PaysEvent
		if posted || c.changed != nil && c.changed[bonus] {
			k.sinks[bonus].drop(func(l *Lines, j int) bool {
				return l.AmountMinor[j] == 0 && (l.Kind[j] == LineRounding || posted && l.Kind[j] == LineAdjustment)
			})
		}
	}
}
