package calc

import "slices"

// remainder corrects lines that a factor has scaled and rounding has moved, by one step each, until they sum to what they should.
type remainder struct {
	*capping
	set       *lineSet
	exacts    []uint64 // by number in the set; in the end the first words of ranks
	stepMinor int64
	down      bool // steps are taken away
}

// What is left of an amount when it has been rounded, in one word: sixty binary places of the exact amount behind its whole steps,
// and four bits. The word is 0 where there is no line.
const (
	exactThere    = 1 << iota
	exactUp       // the amount was rounded up
	exactNegative // the exact amount is below zero
	exactShort    // nothing is left behind the places
	placesShift   = 4
)

func packed(e ExactAmount, amountMinor, stepMinor int64) uint64 {
	if e.Steps == 0 && e.whole() {
		return 0 // Nothing is left alone: it gets no step.
	}
	word := e.Hi&^(1<<placesShift-1) | exactThere
	if magnitudeOf(amountMinor) != e.Steps*uint64(stepMinor) {
		word |= exactUp
	}
	if e.Negative {
		word |= exactNegative
	}
	if e.Hi&(1<<placesShift-1) == 0 && e.Lo == 0 && !e.More {
		word |= exactShort
	}
	return word
}

// rankOfExact makes the first word of a rank of what packed has made: two bits say whether a step brings the amount nearer to its exact
// value, and the places say by how much, or how little farther off.
func rankOfExact(word uint64, down bool) uint64 {
	const mask = 1<<(64-placesShift) - 1
	places, up, short := word>>placesShift, word&exactUp != 0, word&exactShort != 0
	whole := short && places == 0
	nearer := !up
	if (word&exactNegative != 0) != down { // The step makes the amount smaller: what counts is what lacks to the next whole step.
		nearer = up || whole
		switch {
		case whole:
		case short:
			places = -places & mask
		default:
			places = ^places & mask
		}
	}
	if nearer {
		return rankNearer | places<<2
	}
	return rankFarther | places<<2
}

// correct corrects count lines, the most needy first. Where there are fewer lines than that, as there can be when lines were corrected
// by several caps, it goes through them again.
func (c *remainder) correct(count uint64) error {
	candidates := c.rank()
	for round := int64(1); candidates > 0; round++ {
		take := min(count, uint64(candidates))
		if err := c.take(int(take)); err != nil {
			return err
		}
		if count -= take; count == 0 {
			break
		}
		candidates = c.rankAgain(round + 1)
	}
	return nil
}

// rank turns what is left of amounts into ranks, and counts the lines that a step can be added to.
func (c *remainder) rank() int {
	candidates := 0
	for w := c.walk(c.set, 0, len(c.exacts)); w.next(); {
		i, b, j := w.i, w.block, w.j
		word := c.exacts[i]
		if word == 0 {
			continue
		}
		if !c.takes(b, j, word&exactNegative != 0, 1) {
			c.exacts[i] = 0
			continue
		}
		candidates++
		c.exacts[i] = rankNearer
		if c.cap.Remainder != RemainderFirst {
			c.exacts[i] = rankOfExact(word, c.down)
		}
	}
	return candidates
}

// rankAgain leaves out the lines that cannot take so many steps.
func (c *remainder) rankAgain(steps int64) int {
	candidates := 0
	for w := c.walk(c.set, 0, len(c.exacts)); w.next(); {
		i, b, j := w.i, w.block, w.j
		if c.exacts[i] == 0 {
			continue
		}
		negative := (b.Base[j] < 0) != (b.Rate[j] < 0) != b.posted // also where nothing is left of it
		if !c.takes(b, j, negative, steps) {
			c.exacts[i] = 0
			continue
		}
		candidates++
	}
	return candidates
}

// takes tells whether a line stays on its side of zero when it takes so many steps; of what events have posted, no more is taken than
// there is.
func (c *remainder) takes(b *lineBlock, j int, negative bool, steps int64) bool {
	magnitude, by := magnitudeOf(b.AmountMinor[j]), uint64(steps)*uint64(c.stepMinor)
	if negative != c.down {
		return magnitude >= by
	}
	return !b.posted || magnitude+by <= magnitudeOf(b.Base[j])
}

// take corrects the lines of highest rank. Among equals, steps are added to the lines that come first, and taken from those that come
// last.
func (c *remainder) take(count int) error {
	c.scaling.factors = c.factors.snapshot()
	words := rankWordsMax
	if c.cap.Remainder == RemainderFirst {
		words = 1
	}
	var failed error
	rank := func(i, w int) uint64 {
		if w == 0 || c.exacts[i] == 0 {
			return c.exacts[i]
		}
		word, err := c.furtherWord(c.set.place(i), w)
		if err != nil {
			failed = err
		}
		return word
	}
	top := highestRanks(len(c.exacts), count, words, rank)
	byMinor := c.stepMinor
	if c.down {
		byMinor = -byMinor
	}
	correct := func(i int) {
		c.scaling.corrected = append(c.scaling.corrected, lineCorrection{c.set.place(i), byMinor})
	}
	equals := c.scaling.equals[:0] // numbers of the lines at the limit
	for i, word := range c.exacts {
		if word == 0 {
			continue
		}
		switch compareRank(&top, i, rank) {
		case 1:
			correct(i)
		case 0:
			equals = append(equals, int32(i))
		}
	}
	c.scaling.equals = equals
	if c.set.whole && len(equals) > top.ties {
		c.sortByEarner(equals)
	}
	from, to := 0, min(top.ties, len(equals))
	if c.down {
		from, to = len(equals)-to, len(equals)
	}
	for _, i := range equals[from:to] {
		correct(int(i))
	}
	return failed
}

// sortByEarner puts lines, which stand in the order of bonuses and of whatever the bonuses went by, in the order of earners. Those of
// one earner stay in order.
func (c *remainder) sortByEarner(places []int32) {
	next := make([]int32, c.n+1)
	for _, place := range places {
		b, j := c.at(place)
		next[b.Earner[j]+1]++
	}
	for row := range c.n {
		next[row+1] += next[row]
	}
	unsorted := slices.Clone(places)
	for _, place := range unsorted {
		b, j := c.at(place)
		row := b.Earner[j]
		places[next[row]] = place
		next[row]++
	}
}

// compareRank says whether a part is above the limit, at it, or below.
func compareRank(top *topParts, i int, rank rankWord) int {
	for w := range top.words {
		switch word := rank(i, w); {
		case word > top.limit[w]:
			return 1
		case word < top.limit[w]:
			return -1
		}
	}
	return 0
}

// furtherWord gives a word of a rank behind the first.
func (c *remainder) furtherWord(place int32, w int) (uint64, error) {
	b, j := c.at(place)
	exact, err := c.worker(0).exact(b, j, b.Factor[j], One)
	return exact.placesBehindFirst(exact.Negative != c.down, w), err
}

// placesBehindFirst gives, in the words of a rank, the places that the first word has no room for.
func (e *ExactAmount) placesBehindFirst(lacking bool, w int) uint64 {
	hi, lo := e.places(lacking)
	if w == 1 {
		return hi<<(64-placesShift) | lo>>placesShift
	}
	return lo << (64 - placesShift)
}
