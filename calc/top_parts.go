package calc

import "cmp"

// ranks are ranks of parts: numbers of several words, the highest first.
type ranks interface {
	// firstWords gives the first words of the parts from, from+1, …: of many at once, as they are asked for often.
	firstWords(from int, words []uint64)
	// nextWord gives a word behind the first one, which is word 0. Only parts that are alike so far are asked for it.
	nextWord(part, word int) uint64
}

// rankWordsMax is the number of words that a rank may have.
const rankWordsMax = 3

// topParts are the parts of highest rank: those above a limit, and of those at the limit the first ones.
type topParts struct {
	ranks ranks
	parts int
	limit [rankWordsMax]uint64
	words int // of the limit; a rank that begins with them is at the limit
	ties  int // how many at the limit are taken
}

// highestRanks finds the count parts whose ranks, of so many words, are the highest, and among equals those of lower index. count is at
// most the number of parts.
//
// It finds the limit digit by digit, counting how many parts have which, so that its time grows with their number alone, whatever the
// ranks are. Sorting would need room for all of them.
func highestRanks(r ranks, parts, count, words int) topParts {
	t := topParts{ranks: r, parts: parts, words: words, ties: count}
	if count == 0 {
		t.words = 0
		return t
	}
	var few [1 << 8]uint32
	c := digitCounts{counts: few[:], digitBits: 8}
	if parts > 1<<16 {
		c = digitCounts{counts: make([]uint32, 1<<16), digitBits: 16}
	}
	for w := range words {
		for shift := 64 - c.digitBits; shift >= 0; shift -= c.digitBits {
			c.count(&t, w, shift)
			if c.alike == t.ties {
				// All of them are taken: the limit stands at the least.
				t.limit[w], t.words = c.least, w+1
				return t
			}
			if c.least == c.most {
				t.limit[w] = c.least
				break
			}
			digit := len(c.counts) - 1
			for t.ties > int(c.counts[digit]) {
				t.ties -= int(c.counts[digit])
				digit--
			}
			t.limit[w] |= uint64(digit) << shift
		}
	}
	return t
}

// digitCounts says how many parts that are alike so far have which digit next.
type digitCounts struct {
	counts      []uint32
	digitBits   int
	alike       int
	least, most uint64
}

// count looks at the digit at shift of word w. The limit is known above it, and zero from there on.
func (c *digitCounts) count(t *topParts, w, shift int) {
	clear(c.counts)
	c.alike, c.least, c.most = 0, ^uint64(0), 0
	mask := uint64(len(c.counts) - 1)
	// At the highest digit nothing is above; to shift by its bits as well leaves zero of everything.
	above := t.limit[w] >> shift >> c.digitBits
	t.eachBlock(func(from int, words []uint64) {
		for k, word := range words {
			if w > 0 {
				if word != t.limit[0] {
					continue
				}
				alike := false
				if word, alike = t.wordOfAlike(from+k, w); !alike {
					continue
				}
			}
			if word>>shift>>c.digitBits != above {
				continue
			}
			c.alike++
			c.least, c.most = min(c.least, word), max(c.most, word)
			c.counts[word>>shift&mask]++
		}
	})
}

// wordOfAlike gives word w of a part whose first word is the limit's, if those between are as well.
func (t *topParts) wordOfAlike(part, w int) (word uint64, alike bool) {
	for v := 1; v < w; v++ {
		if t.ranks.nextWord(part, v) != t.limit[v] {
			return 0, false
		}
	}
	return t.ranks.nextWord(part, w), true
}

// each calls take for the parts of highest rank, in order of their index. A part's rank may change once it was taken, and no sooner.
func (t *topParts) each(take func(part int)) {
	if t.ties == 0 {
		return
	}
	ties := t.ties
	t.eachBlock(func(from int, words []uint64) {
		for k, word := range words {
			if word < t.limit[0] {
				continue
			}
			switch t.compare(from+k, word) {
			case 1:
				take(from + k)
			case 0:
				if ties > 0 {
					ties--
					take(from + k)
				}
			}
		}
	})
}

// compare says how a part of that first word stands to the limit: −1, 0 or 1.
func (t *topParts) compare(part int, word uint64) int {
	for w := 0; ; {
		if order := cmp.Compare(word, t.limit[w]); order != 0 {
			return order
		}
		if w++; w == t.words {
			return 0
		}
		word = t.ranks.nextWord(part, w)
	}
}

// eachBlock goes through the first words of all parts.
func (t *topParts) eachBlock(do func(from int, words []uint64)) {
	var block [256]uint64
	for from := 0; from < t.parts; from += len(block) {
		words := block[:min(len(block), t.parts-from)]
		t.ranks.firstWords(from, words)
		do(from, words)
	}
}
