package calc

import (
	"fmt"
	"math/bits"
)

// RoundedParts are parts that were each rounded by itself, and what they were rounded from: the lines that one factor scales to a cap.
// The functions are asked for parts 0 to N-1, more than once, and give the same each time until a part is corrected.
type RoundedParts struct {
	N int
	// AmountMinor is a part, rounded to a multiple of the step next to its exact value.
	AmountMinor func(i int) int64
	// Exact is its exact value in steps.
	Exact func(i int) ExactAmount
}

// Correct makes parts sum to the whole by as few corrections as there are, of one step each: correct is called with the indexes of parts
// in order, and the step to be added. The parts corrected are those that rounding took most from, or gave most to; among equals, those
// with the lower index; with RemainderFirst, simply the first. So where the whole is what the exact values sum to, as where a factor
// is whole ÷ sum, each part stays within a step of its exact value. Parts that are exactly zero are left alone, and none changes its
// sign.
//
// With RemainderCompany nothing is corrected, and what is lacking is undistributed; then parts are rounded down.
//
// One column of a word by part is allocated, and time grows with their number alone. The errors are ErrInput: with the index of a
// part that is not its exact value rounded, and when more corrections were needed than there are parts for; and ErrOverflow.
func (a Allocation) Correct(parts RoundedParts, correct func(i int, byMinor int64)) (undistributedMinor int64, err error) {
	if a.StepMinor <= 0 {
		return 0, fmt.Errorf("%w: %w: a step of %d", ErrInput, ErrFraction, a.StepMinor)
	}
	lacking, err := a.lacking(parts)
	if err != nil || lacking == 0 {
		return 0, err
	}
	if a.Remainder == RemainderCompany {
		return lacking, nil
	}
	if a.Remainder > RemainderCompany {
		return 0, fmt.Errorf("%w: there is no remainder rule %d", ErrInput, a.Remainder)
	}
	if lacking%a.StepMinor != 0 {
		return 0, fmt.Errorf("%w: %d is lacking, which is no number of steps of %d; round the whole first", ErrInput, lacking, a.StepMinor)
	}
	c := corrections{parts: parts, stepMinor: a.StepMinor, down: lacking < 0, inOrder: a.Remainder == RemainderFirst}
	count := magnitudeOf(lacking) / uint64(a.StepMinor)
	candidates, err := c.rank()
	if err != nil {
		return 0, err
	}
	if count > uint64(candidates) {
		return 0, fmt.Errorf("%w: %d is lacking, which is more than a step of %d for each of %d parts", ErrInput, lacking, a.StepMinor, candidates)
	}
	words := rankWordsMax
	if c.inOrder {
		words = 1
	}
	byMinor := a.StepMinor
	if c.down {
		byMinor = -byMinor
	}
	top := highestRanks(parts.N, int(count), words, c.word)
	for i := range parts.N {
		if top.takes(i, c.word) {
			correct(i, byMinor)
		}
	}
	return 0, nil
}

// lacking is what the parts lack to the whole.
func (a *Allocation) lacking(parts RoundedParts) (int64, error) {
	// Sums in between may be out of range.
	hi, lo := uint64(a.WholeMinor>>63), uint64(a.WholeMinor)
	for i := range parts.N {
		amount := parts.AmountMinor(i)
		rest, borrow := bits.Sub64(lo, uint64(amount), 0)
		lo = rest
		hi, _ = bits.Sub64(hi, uint64(amount>>63), borrow)
	}
	if int64(hi) != int64(lo)>>63 {
		return 0, fmt.Errorf("%w: what parts lack to %d", ErrOverflow, a.WholeMinor)
	}
	return int64(lo), nil
}

// corrections ranks parts by how much nearer to its exact value a step brings each, or how little farther off. Two bits say which of
// these; 128 places say how far off a part is that the step makes larger, and what lacks to that of one that it makes smaller.
type corrections struct {
	parts     RoundedParts
	stepMinor int64
	down      bool // steps are taken away
	inOrder   bool
	first     []uint64 // the first word of each part's rank, which is worked out once
}

// The highest bits of a rank: a part that no step may be added to, one that rounding has not moved against the step, one that it has.
const (
	rankNever = iota << 62
	rankFarther
	rankNearer
)

// rank works out the first words and counts the parts that a step may be added to.
func (c *corrections) rank() (candidates int, err error) {
	c.first = make([]uint64, c.parts.N)
	for i := range c.first {
		exact := c.parts.Exact(i)
		steps, smaller, ok := c.steps(i, &exact)
		if !ok {
			return 0, fmt.Errorf("%w: part %d is %d, and exactly %d steps of %d and %#x%016x ÷ 2¹²⁸: it is not that rounded to a step",
				ErrInput, i, c.parts.AmountMinor(i), exact.Steps, c.stepMinor, exact.Hi, exact.Lo)
		}
		if exact.Steps == 0 && exact.whole() || smaller && steps == 0 {
			continue
		}
		candidates++
		if c.inOrder {
			c.first[i] = rankNearer
			continue
		}
		hi, _ := exact.places(smaller)
		c.first[i] = rankFarther | hi>>2
		// Nearer is a step back from where rounding has moved the part, and one up from where it has been cut off.
		if up := steps != exact.Steps; up == smaller || smaller && exact.whole() {
			c.first[i] = rankNearer | hi>>2
		}
	}
	return candidates, nil
}

// steps is the size of a part in steps; smaller says whether the step makes it smaller or larger. Not ok: the part is not its exact value
// rounded.
func (c *corrections) steps(i int, exact *ExactAmount) (steps uint64, smaller, ok bool) {
	amount := c.parts.AmountMinor(i)
	steps = magnitudeOf(amount)
	if c.stepMinor != 1 {
		if steps%uint64(c.stepMinor) != 0 {
			return 0, false, false
		}
		steps /= uint64(c.stepMinor)
	}
	rounded := steps == exact.Steps || steps > exact.Steps && steps-exact.Steps == 1 && !exact.whole()
	return steps, exact.Negative != c.down, rounded && (amount == 0 || exact.Negative == (amount < 0))
}

// word gives the words of a part's rank. Two bits stand before the 128 places.
func (c *corrections) word(i, w int) uint64 {
	if w == 0 {
		return c.first[i]
	}
	exact := c.parts.Exact(i)
	hi, lo := exact.places(exact.Negative != c.down)
	if w == 1 {
		return hi<<62 | lo>>2
	}
	return lo << 62
}
