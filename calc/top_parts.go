package calc

// rankWordsMax is the number of words that the rank of a part may have.
const rankWordsMax = 3

// rankWord gives a word of a part's rank; word 0 is the highest. A part is asked for a word only while it is alike the limit so far.
type rankWord func(part, word int) uint64

// topParts are the parts of highest rank: those above a limit, and of those at the limit the first ones.
type topParts struct {
	limit [rankWordsMax]uint64
	words int // of the limit; a rank that begins with them is at it
	ties  int // how many at the limit are still to be taken
}

// highestRanks finds the count parts whose ranks, of so many words, are the highest, and among equals those of lower index. count is at
// most the number of parts.
//
// It finds the limit digit by digit, counting how many parts have which, so that its time grows with their number alone, whatever the
// ranks are. Sorting would need room for all of them.
func highestRanks(parts, count, words int, rank rankWord) topParts {
	t := topParts{words: words, ties: count}
	if count == 0 {
		t.words = 0
		return t
	}
	var few [1 << 8]uint32
	counts, digitBits := few[:], 8
	if parts > 1<<16 {
		counts, digitBits = make([]uint32, 1<<16), 16
	}
	for w := range words {
		for shift := 64 - digitBits; shift >= 0; shift -= digitBits {
			clear(counts)
			alike, least, most := 0, ^uint64(0), uint64(0)
			// At the highest digit nothing is above; to shift by its bits as well leaves zero of everything.
			above := t.limit[w] >> shift >> digitBits
			for part := range parts {
				if w > 0 && !t.alike(part, w, rank) {
					continue
				}
				word := rank(part, w)
				if word>>shift>>digitBits != above {
					continue
				}
				alike++
				least, most = min(least, word), max(most, word)
				counts[word>>shift&(1<<digitBits-1)]++
			}
			if alike == t.ties {
				// All of them are taken: the limit stands at the least.
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

// alike tells whether the words of a part before w are the limit's.
func (t *topParts) alike(part, w int, rank rankWord) bool {
	for v := range w {
		if rank(part, v) != t.limit[v] {
			return false
		}
	}
	return true
}

// takes tells whether a part is among them. It is asked for every part once, in order.
func (t *topParts) takes(part int, rank rankWord) bool {
	for w := range t.words {
		if word := rank(part, w); word != t.limit[w] {
			return word > t.limit[w]
		}
	}
	if t.ties == 0 {
		return false
	}
	t.ties--
	return true
}
