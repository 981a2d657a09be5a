package calc

import "strconv"

func (r *RankBonus) placed() bool { return false }

// origin: a part of the own group's volume has the group's sales as its sources, an amount has none but the rank.
func (r *RankBonus) origin(_ *stage, _ int, w *walk, seat int, l line) (origin, error) {
	if r.Awards[l.part].Rate == 0 {
		return origin{persons: true, rows: []int32{w.row[seat]}}, nil
	}
	from := ownOrigin(r.Base, w, seat)
	below := make([]bool, w.len())
	below[seat] = true
	for other := seat + 1; other < w.len(); other++ {
		if parent := w.parent[other]; parent >= 0 && below[parent] {
			below[other] = true
			from.rows = append(from.rows, w.row[other])
		}
	}
	return from, nil
}

func (r *RankBonus) missed(s *stage, bonus int, w *walk, seat int) ([]Reason, error) {
	x := &rankPayment{s: s, rule: r, bonus: bonus}
	var err error
	if x.who, err = s.paid(bonus, w); err != nil {
		return nil, err
	}
	var reasons []Reason
	for award := range r.Awards {
		a := &r.Awards[award]
		name := s.plan.rankName(a.Rank)
		counter := columnAt(s.in.Prior.State[r.awardKey(s.plan, &s.plan.Bonuses[bonus], award)], w.row[seat])
		if r.WhileHeld {
			after, pays := a.nextHeld(counter, w.rank[seat] >= a.Rank && isPaid(x.who, seat))
			if !pays {
				reasons = append(reasons, a.held(name, after, s.plan.rankName(w.rank[seat])))
			}
			continue
		}
		if reason, lacks := a.lacking(name, counter, x.standingOf(a, seat), s.plan.rankName(w.rank[seat])); lacks {
			reasons = append(reasons, reason)
		}
	}
	return reasons, nil
}

// held says for how long a rank has been held, and is to be.
func (a *RankAward) held(name string, periods int64, has string) Reason {
	if periods == 0 {
		return Reason{Text: "the rank " + name, Has: has}
	}
	needs := int64(a.AfterPeriods) + 1
	return Reason{
		Text: "periods in a row as " + name, Has: strconv.FormatInt(periods, 10), Needs: strconv.FormatInt(needs, 10),
		Lacking: strconv.FormatInt(needs-periods, 10),
	}
}

// lacking says why an award pays nothing in the period, if it does not.
func (a *RankAward) lacking(name string, counter int64, at awardStanding, has string) (Reason, bool) {
	after, instalment := a.next(counter, at)
	switch {
	case instalment >= 0:
		return Reason{}, false
	case counter >= awardBegun && after == counter:
		return Reason{Text: "what the rank " + name + " is worth was paid in an earlier period"}, true
	case !at.reached:
		return Reason{Text: "the rank " + name, Has: has}, true
	case counter == 0 && at.before:
		return Reason{Text: "the rank " + name + " was achieved before the bonus could see it"}, true
	case after == awardBroken:
		return Reason{Text: "the rank " + name + " was not reached within " + a.time() + " of the enrolment"}, true
	}
	return a.held(name, after, has), true
}

// time says the time in which an award's rank must be reached.
func (a *RankAward) time() string {
	days, months := strconv.Itoa(int(a.WithinDays))+" days", strconv.Itoa(int(a.WithinMonths))+" calendar months"
	switch {
	case a.WithinMonths == 0:
		return days
	case a.WithinDays == 0:
		return months
	}
	return days + " and " + months
}
