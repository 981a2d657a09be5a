package calc

import "slices"

func (g *Generation) placed() bool { return g.Placement }

// explained makes ready the groups and the tree of leaders by which a seat is paid, and gives the seat's number in it; -1 where it is no
// leader.
func (g *Generation) explained(s *stage, bonus, seat int) (*generations, int32, error) {
	x, err := g.begin(s, bonus)
	if err != nil {
		return nil, 0, err
	}
	if g.SameRank {
		rank := x.w.rank[seat]
		x.gather(func(other int) bool { return x.w.rank[other] >= rank })
	} else {
		leads, err := s.holds(g.Leaders, x.w)
		if err != nil {
			return nil, 0, err
		}
		x.gather(func(other int) bool { return leads[other] })
	}
	if !x.leads[seat] {
		return x, -1, nil
	}
	return x, x.near[seat], nil
}

// generationsOf gives by number in which generation of a leader another one is; 0 for none. It is the way along which depart and moveOn
// bring groups.
func (x *generations) generationsOf(leader int32) []int {
	generation := make([]int, len(x.seats))
	for number := int(leader) + 1; number < len(x.seats); number++ {
		switch above := x.above[number]; {
		case above == leader:
			generation[number] = 1
		case above > leader && generation[above] > 0:
			generation[number] = generation[above] + 1
		}
	}
	return generation
}

func (g *Generation) origin(s *stage, bonus int, w *walk, seat int, l line) (origin, error) {
	x, leader, err := g.explained(s, bonus, seat)
	if err != nil {
		return origin{}, err
	}
	from := origin{base: x.counts}
	generation := x.generationsOf(leader)
	for seller, number := range x.near {
		if number < 0 {
			continue
		}
		counts := generation[number] == l.level && l.level > 0 && int(x.lessAt(x.seats[number])) == l.part
		if l.level == 0 {
			counts = number == leader && seller != seat
		}
		if counts {
			from.rows = append(from.rows, w.row[seller])
		}
	}
	slices.Sort(from.rows)
	return from, nil
}

func (g *Generation) missed(s *stage, bonus int, w *walk, seat int) ([]Reason, error) {
	x, leader, err := g.explained(s, bonus, seat)
	if err != nil {
		return nil, err
	}
	if leader < 0 {
		return g.noLeader(x, w, seat), nil
	}
	row := x.rows.at(seat)
	pays := row != noRow && slices.ContainsFunc(g.Rates.Rows[row], func(rate int64) bool { return rate != 0 })
	if !pays && g.OwnGroupRate == 0 {
		return orNoRate(s.rowLacking(&g.Rates, w, seat)), nil
	}
	var reasons []Reason
	because := func(is bool, text string) {
		if is {
			reasons = append(reasons, Reason{Text: text})
		}
	}
	var leaders, further, sold, locked, less bool
	for number, generation := range x.generationsOf(leader) {
		if generation == 0 {
			continue
		}
		leaders = true
		volume := x.group[x.seats[number]] != 0
		sold = sold || volume
		if !volume {
			continue
		}
		if generation > int(g.Rates.Levels) {
			further = true
			continue
		}
		lessOf := x.less[x.lessAt(x.seats[number])]
		_, full := x.rate(seat, generation-1)
		_, rate := x.rateOn(seat, generation, lessOf)
		less = less || full != 0 && rate <= 0
		locked = locked || full == 0
	}
	because(g.OwnGroupRate != 0 && x.group[seat] == x.own[seat], "nothing was sold in the own group, own sales aside")
	because(!leaders, "there is no leader below")
	because(leaders && !sold, "nothing was sold in the groups of leaders below")
	because(further, "groups of leaders are in generations further than those that the bonus pays")
	because(less, "what leaders below get of their groups leaves nothing of the distributor's rate")
	if locked {
		if lacking := s.rowLacking(&g.Rates, w, seat); len(lacking) > 0 {
			reasons = append(reasons, lacking...)
		} else {
			because(true, "groups of leaders are in generations that are not open to the distributor")
		}
	}
	return reasons, nil
}

// noLeader says why somebody is no leader.
func (g *Generation) noLeader(x *generations, w *walk, seat int) []Reason {
	if !g.SameRank {
		teller := &conditionTeller{plan: x.s.plan, f: x.s.facts.facts.worker(), seat: x.s.sponsorSeat(w, seat)}
		if r := teller.of(g.Leaders); !r.Holds {
			r.For = "leader"
			return []Reason{r}
		}
	}
	if g.InactivePassedOver && !w.active[seat] {
		return []Reason{{Text: "whoever is not active is no leader"}}
	}
	return []Reason{{Text: "a leader in whose group nothing is sold is none"}}
}
