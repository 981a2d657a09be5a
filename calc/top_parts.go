package calc

// rankWordsMax is the number of words that a rank of a part may have.
const rankWordsMax = 3

// topParts are the parts of highest rank: those above a limit, and of those at the limit the first ones.
type topParts struct {
	limit [rankWordsMax]uint64
	words int
	ties  int // how many at the limit are still to be taken
}

// takes tells whether part i is among them. It is asked for all parts in order, once each.
func (t *topParts) takes(i int, word func(part, word int) uint64) bool {
	for w := range t.words {
		if got := word(i, w); got != t.limit[w] {
			return got > t.limit[w]
		}
	}
	if t.ties == 0 {
		return false
	}
	t.ties--
	return true
}

// highest finds the count parts of n whose ranks are highest, and among equals those of lower index. The rank of a part is a number of
// so many words, the highest first. count is at most n.
//
// It finds the limit digit by digit, counting how many parts have which, so that its time grows with n alone, whatever the ranks
// are; sorting would move parts, and need room for all of them.
func highest(n, count, words int, word func(part, word int) uint64) topParts {
	t := topParts{words: words, ties: count}
	if count == 0 {
		t.words = 0
		return t
	}
	var few [1 << 8]uint32
	counts, digitBits := few[:], 8
	if n > 1<<16 {
		counts, digitBits = make([]uint32, 1<<16), 16
	}
	for w := range words {
		for shift := 64 - digitBits; shift >= 0; shift -= digitBits {
			clear(counts)
			least, most, matching := ^uint64(0), uint64(0), 0
			for i := range n {
				got := word(i, w)
				// What is above the digit must be the limit's. A shift by 64 leaves nothing, so that all match.
				if (got^t.limit[w])>>shift>>digitBits != 0 || w > 0 && !t.matches(i, w, word) {
					continue
				}
				least, most = min(least, got), max(most, got)
				matching++
				counts[got>>shift&(1<<digitBits-1)]++
			}
			if matching == t.ties {
				// All of them are taken: the limit stands at the least of them.
				t.limit[w], t.words = least, w+1
				return t
			}
			if least == most {
				t.limit[w] = least
				break
			}
			digit := len(counts) - 1
			for t.ties > int(counts[digit]) {
				t.ties -= int(counts[digit])
				digit--
			}
			t.limit[w] |= uint64(digit) << shift
		}
	}
	return t
}

// matches tells whether the words of part i before w are the limit's.
func (t *topParts) matches(i, w int, word func(part, word int) uint64) bool {
	for v := range w {
		if word(i, v) != t.limit[v] {
			return false
		}
	}
	return true
}
