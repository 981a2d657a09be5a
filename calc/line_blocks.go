package calc

import (
	"cmp"
	"slices"
)

// lineBlocks are the lines of some bonuses, with what is needed to work on them where they stand.
//
// A line's place is the number of its block, blockBits up, and its index in the block.
type lineBlocks struct {
	*stage
	limit  int // index of the cap at work
	blocks []lineBlock
	rank   []uint8 // paid as, by row, for those who ask
	// unordered tells that lines of an earner do not stand in order in some block.
	unordered bool
}

// lineBlock is a block of lines of one bonus.
type lineBlock struct {
	*Lines
	bonus     int
	protected bool // from a cap
	// posted tells that the bonus is paid at the event: only the adjustments that the cap at work has made of it count.
	posted   bool
	unit     Unit
	rounding Rounding
}

const blockBits = 14

// Blocks are no longer than places have room for.
var _ [1<<blockBits - blockLines]struct{}

func (k *lineBlocks) addBonus(bonus int, protected bool) {
	b, sink := &k.plan.Bonuses[bonus], &k.sinks[bonus]
	for i := range sink.blocks {
		k.blocks = append(k.blocks, lineBlock{
			Lines: &sink.blocks[i], bonus: bonus, protected: protected, posted: b.Pays == PaysEvent,
			unit: b.UnitOf(k.plan), rounding: k.plan.BonusRounding(b),
		})
	}
	k.unordered = k.unordered || sink.unordered
}

// value is what a line counts against the limit; not ok when it does not count, being a correction of what has been counted.
func (k *lineBlocks) value(b *lineBlock, j int) (valueMinor int64, ok bool) {
	if !b.posted {
		return b.AmountMinor[j], true
	}
	if b.Kind[j] != LineAdjustment || int(b.Part[j]) != k.limit {
		return 0, false
	}
	return b.Base[j] + b.AmountMinor[j], true
}

// lineSet is a set of lines: those of a list of places, or all, as far as they are of a class.
type lineSet struct {
	list  []int32
	whole bool
	class lineClass
}

// lineClass says which lines of a list are meant.
type lineClass struct {
	othersOnly bool                // not those that are served first
	ranks      *[ranksMax + 1]bool // those whose earners are paid as one of these ranks; nil: all
	stepMinor  int64               // those of bonuses that round to this step; 0: all
}

// span is how many numbers the lines of a set are in; lines that are not of its class have numbers, too.
func (k *lineBlocks) span(set *lineSet) int {
	if set.whole {
		return len(k.blocks) << blockBits
	}
	return len(set.list)
}

func (k *lineBlocks) at(place int32) (*lineBlock, int) {
	return &k.blocks[place>>blockBits], int(place & (1<<blockBits - 1))
}

// place is where the i-th of a set's numbers leads to.
func (set *lineSet) place(i int) int32 {
	if set.whole {
		return int32(i)
	}
	return set.list[i]
}

// lineWalk goes through the lines of a set whose numbers lie in a stretch.
type lineWalk struct {
	k     *lineBlocks
	set   *lineSet
	to    int
	i     int        // number of the line
	block *lineBlock // where it stands
	j     int        // its index in the block
	begin int        // number of the block's first line
}

func (k *lineBlocks) walk(set *lineSet, from, to int) lineWalk {
	w := lineWalk{k: k, set: set, to: to, i: from - 1}
	if set.whole && from < to {
		w.block, w.j = k.at(int32(from))
		w.begin = from - w.j
		w.j--
	}
	return w
}

func (w *lineWalk) next() bool {
	if !w.set.whole {
		for w.i++; w.i < w.to; w.i++ {
			if w.block, w.j = w.k.at(w.set.list[w.i]); w.k.belongs(&w.set.class, w.block, w.j) {
				return true
			}
		}
		return false
	}
	for w.j++; w.begin+w.j < w.to; w.j++ {
		if w.j >= len(w.block.Earner) {
			if w.begin += 1 << blockBits; w.begin >= w.to {
				return false
			}
			w.block, w.j = &w.k.blocks[w.begin>>blockBits], -1
			continue
		}
		if w.k.belongs(&w.set.class, w.block, w.j) {
			w.i = w.begin + w.j
			return true
		}
	}
	return false
}

func (k *lineBlocks) belongs(class *lineClass, b *lineBlock, j int) bool {
	switch {
	case class.othersOnly && b.protected, class.stepMinor != 0 && class.stepMinor != b.rounding.StepMinor:
		return false
	case b.posted && (b.Kind[j] != LineAdjustment || int(b.Part[j]) != k.limit):
		return false
	}
	return class.ranks == nil || class.ranks[k.rankOf(b.Earner[j])]
}

// rankOf gives the rank of an earner. Whoever asks for many has put ranks in order of rows.
func (k *lineBlocks) rankOf(row int32) uint8 { return k.rank[row] }

// byEarner lists the places of lines of a class in a stretch of blocks by the slot that their earner has, then by bonus, level, part and
// kind. Those of slot i are from starts[i] to starts[i+1]. A slot of -1 is left out.
func (k *lineBlocks) byEarner(first, last, slots int, slot func(row int32) int32, class *lineClass) (starts, places []int32) {
	// Lines that have a slot are few, or else the second pass is as long as the first: each line's earner is looked up once, by all threads.
	found := make([][]slottedPlace, max(1, k.threads))
	share(k.threads, first<<blockBits, last<<blockBits, func(worker, from, to int) {
		set := lineSet{whole: true, class: *class}
		var list []slottedPlace
		for w := k.walk(&set, from, to); w.next(); {
			if at := slot(w.block.Earner[w.j]); at >= 0 {
				list = append(list, slottedPlace{at, int32(w.i)})
			}
		}
		found[worker] = list
	})
	starts = make([]int32, slots+1)
	for _, list := range found {
		for _, f := range list {
			starts[f.slot+1]++
		}
	}
	for i := range slots {
		starts[i+1] += starts[i]
	}
	places = make([]int32, starts[slots])
	next := slices.Clone(starts[:slots])
	for _, list := range found {
		for _, f := range list {
			places[next[f.slot]] = f.place
			next[f.slot]++
		}
	}
	if k.unordered {
		for i := range slots {
			k.sort(places[starts[i]:starts[i+1]])
		}
	}
	return starts, places
}

type slottedPlace struct{ slot, place int32 }

// sort puts places of one earner's lines in order, which they nearly are.
func (k *lineBlocks) sort(places []int32) {
	for i := 1; i < len(places); i++ {
		for at := i; at > 0 && k.isBefore(places[at], places[at-1]); at-- {
			places[at], places[at-1] = places[at-1], places[at]
		}
	}
}

func (k *lineBlocks) isBefore(p, q int32) bool {
	a, i := k.at(p)
	b, j := k.at(q)
	return cmp.Or(cmp.Compare(a.bonus, b.bonus), cmp.Compare(a.Level[i], b.Level[j]), cmp.Compare(a.Part[i], b.Part[j]),
		cmp.Compare(a.Kind[i], b.Kind[j])) < 0
}
