package calc

import "slices"

func (d *Differential) placed() bool { return d.Placement }

func (d *Differential) origin(s *stage, bonus int, w *walk, seat int, l line) (origin, error) {
	x, err := d.begin(s, bonus)
	if err != nil {
		return origin{}, err
	}
	if l.part == 0 {
		return ownOrigin(x.counts, w, seat), nil
	}
	from := origin{base: x.counts}
	if d.Total != 0 {
		left, _ := d.Leftovers()
		next := x.nextSharing()
		for seller, volume := range x.own {
			if volume == 0 {
				continue
			}
			x.sharedWith(seller, next, func(at int, rest int64) {
				if at == seat && rest == left[l.part-1] {
					from.rows = append(from.rows, w.row[seller])
				}
			})
		}
		slices.Sort(from.rows)
		return from, nil
	}
	step := uint16(l.part - 1)
	x.below(seat, func(seller int, b between) {
		if b.highest == step && x.dueTo(seat, b) {
			from.rows = append(from.rows, w.row[seller])
		}
	})
	slices.Sort(from.rows)
	return from, nil
}

// between is what stands between a seller and somebody above: the highest step, how many have it, and whether anybody's leg has broken
// away. near tells that the seller is too near to be paid on.
type between struct {
	highest      uint16
	times        int
	broken, near bool
}

// and puts one more between.
func (b between) and(step uint16, breaks bool) between {
	switch {
	case step > b.highest:
		b.highest, b.times = step, 1
	case step == b.highest:
		b.times++
	}
	b.broken = b.broken || breaks
	return b
}

// dueTo tells whether somebody is paid on volume with so much between: rise and riseEqual, for one seat.
func (x *differential) dueTo(seat int, b between) bool {
	if b.broken || b.near {
		return false
	}
	step := x.step[seat]
	return step > b.highest || x.rule.EqualRate != 0 && step > 0 && step == b.highest && b.times == 1
}

// below visits everybody below a seat with what stands between.
func (x *differential) below(seat int, visit func(seller int, b between)) {
	t := x.w.tree
	level := make([]int32, t.len()) // 0: not below the seat
	above := make([]between, t.len())
	for seller := seat + 1; seller < t.len(); seller++ {
		parent := int(t.parent[seller])
		switch {
		case parent == seat:
			level[seller] = 1
		case parent > seat && level[parent] > 0:
			level[seller] = level[parent] + 1
			above[seller] = above[parent].and(x.step[parent], x.breaksAt(parent))
		default:
			continue
		}
		b := above[seller]
		if x.rule.LessSeller {
			b = b.and(x.step[seller], false)
		}
		b.broken = b.broken || x.breaksAt(seller)
		b.near = level[seller] < x.rule.FromLevel
		visit(seller, b)
	}
}

func (d *Differential) missed(s *stage, bonus int, w *walk, seat int) ([]Reason, error) {
	x, err := d.begin(s, bonus)
	if err != nil {
		return nil, err
	}
	if x.step[seat] == 0 {
		if d.Brackets == nil {
			return orNoRate(s.rowLacking(&d.Rates, w, seat)), nil
		}
		reasons, err := s.bracketLacking(d.Brackets, w, seat)
		return orNoRate(reasons), err
	}
	var reasons []Reason
	if x.own[seat] != 0 && !d.OwnSales {
		reasons = append(reasons, Reason{Text: "own sales are not paid by this bonus"})
	}
	if d.Total != 0 {
		return append(reasons, x.missedTotal(seat)...), nil
	}
	var sold, broken, near, passed bool
	x.below(seat, func(seller int, b between) {
		switch {
		case x.own[seller] == 0:
		case b.broken:
			broken = true
		case b.near:
			near = true
		case !x.dueTo(seat, b):
			passed = true
		default:
			sold = true
		}
	})
	because := func(is bool, text string) {
		if is {
			reasons = append(reasons, Reason{Text: text})
		}
	}
	because(passed, "on what was sold below, somebody between has a rate as high as the distributor's own, or a higher one")
	because(broken, "what was sold below is in legs that have broken away")
	because(near, "what was sold below was sold too near: the bonus is paid on further levels")
	if len(reasons) == 0 && !sold {
		reasons = []Reason{{Text: "nothing was sold below that the bonus pays on"}}
	}
	return reasons, nil
}

// missedTotal says why somebody with a rate has no part in what is shared out of sales below.
func (x *differential) missedTotal(seat int) []Reason {
	sold := false
	x.below(seat, func(seller int, _ between) { sold = sold || x.own[seller] != 0 })
	if sold {
		return []Reason{{Text: "of what was sold below, those nearer to the sellers have had all that is shared out"}}
	}
	return []Reason{{Text: "nothing was sold below that the bonus pays on"}}
}

// orNoRate stands in where a table gives somebody no rate and nothing that could be mended says why.
func orNoRate(reasons []Reason) []Reason {
	if len(reasons) == 0 {
		return []Reason{{Text: "the bonus has no rate for the distributor"}}
	}
	return reasons
}
