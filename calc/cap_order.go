package calc

import (
	"cmp"
	"slices"
)

// inOrder lists the places of a set's lines by bonus, earner, level, part and kind.
func (k *capping) inOrder(set *lineSet) []int32 {
	if set.whole {
		return k.allInOrder(&set.class)
	}
	var list []int32
	for w := k.walk(set, 0, len(set.list)); w.next(); {
		list = append(list, set.list[w.i])
	}
	// The lines of an owner stand by position first.
	slices.SortStableFunc(list, func(p, q int32) int {
		return cmp.Compare(k.blocks[p>>blockBits].bonus, k.blocks[q>>blockBits].bonus)
	})
	return list
}

// allInOrder counts the lines of every bonus by earner, and puts them in their places.
func (k *capping) allInOrder(class *lineClass) []int32 {
	var list []int32
	for first := 0; first < len(k.blocks); {
		last := first
		for last < len(k.blocks) && k.blocks[last].bonus == k.blocks[first].bonus {
			last++
		}
		slot := func(row int32) int32 { return row }
		_, places := k.byEarner(first, last, k.n, slot, class)
		list = append(list, places...)
		first = last
	}
	return list
}

// lineGroups goes through a list of lines in order: a line and what corrects it, which have a level and a part in common, are one.
type lineGroups struct {
	k          *capping
	list       []int32
	lines      []int32
	valueMinor int64
}

func (g *lineGroups) next() bool {
	if len(g.list) == 0 {
		return false
	}
	g.valueMinor = 0
	n := 0
	first, i := g.k.at(g.list[0])
	for n < len(g.list) {
		b, j := g.k.at(g.list[n])
		if b.bonus != first.bonus || b.Earner[j] != first.Earner[i] || b.Level[j] != first.Level[i] || b.Part[j] != first.Part[i] {
			break
		}
		value, _ := g.k.value(b, j)
		g.valueMinor += value
		n++
	}
	g.lines, g.list = g.list[:n:n], g.list[n:]
	return true
}
