package calc

import (
	"cmp"
	"math"
	"slices"
)

// findMembers lists those who get a part of the pool, in order of rows, and what each claims.
func (p *Pool) findMembers(s *stage, x *poolSharing) error {
	w := s.sponsor
	who, err := s.paid(x.bonus, w)
	if err != nil {
		return err
	}
	switch p.Sharing {
	case ShareByShares:
		sharesOf, err := p.sharesOf(s)
		if err != nil {
			return err
		}
		for row, seat := range w.seat() {
			if !isPaid(who, int(seat)) {
				continue
			}
			if shares := sharesOf(int(seat)); shares > 0 {
				x.rows = append(x.rows, int32(row))
				x.claims = append(x.claims, shares)
			}
		}
	case ShareByPlace:
		return p.findPlaces(s, x, who)
	default:
		for row, seat := range w.seat() {
			if isPaid(who, int(seat)) {
				x.rows = append(x.rows, int32(row))
			}
		}
		x.claims = make([]int64, len(x.rows))
		for i := range x.claims {
			x.claims[i] = 1
		}
	}
	return nil
}

// sharesOf makes ready the function that gives the shares of everybody, by seat, in units of a claim.
func (p *Pool) sharesOf(s *stage) (func(seat int) int64, error) {
	own, err := p.ownShares(s)
	if err != nil || p.Generations == nil {
		return own, err
	}
	unit := p.Generations.unit()
	below, err := p.Generations.claims(s)
	return func(seat int) int64 {
		shares, ok := multiplied(max(0, own(seat)), unit)
		if sum, fits := added(shares, below[seat]); ok && fits {
			return sum
		}
		return math.MaxInt64 // the sum of all of them, which is watched, leaves the range
	}, err
}

// ownShares are those that nobody below gives.
func (p *Pool) ownShares(s *stage) (func(seat int) int64, error) {
	switch {
	case p.Shares != nil:
		numbers, err := s.numbers(p.Shares, s.sponsor)
		whole := pow10[p.Shares.Digits()]
		return func(seat int) int64 { return numbers[seat] / whole }, err
	case len(p.SharesByRank.Rows) > 0:
		rows, err := s.rowsOf(&p.SharesByRank, s.sponsor)
		return func(seat int) int64 {
			if row := rows.at(seat); row != noRow {
				return p.SharesByRank.Rows[row][0]
			}
			return 0
		}, err
	}
	return func(int) int64 { return 0 }, nil
}

// standing is what decides a place.
type poolStanding struct{ first, then int64 }

func (a poolStanding) compare(b poolStanding) int {
	return cmp.Or(cmp.Compare(b.first, a.first), cmp.Compare(b.then, a.then)) // the highest first
}

// findPlaces lists those who have a place that gets something. Those who are equal share their places: they are one claim. There are
// no more different standings among the first k places than k, so it keeps those only and sorts nobody.
func (p *Pool) findPlaces(s *stage, x *poolSharing, who []bool) error {
	w := s.sponsor
	first, err := s.numbers(p.OrderBy, w)
	if err != nil {
		return err
	}
	then := make([]int64, len(first))
	if p.ThenBy != nil {
		if then, err = s.numbers(p.ThenBy, w); err != nil {
			return err
		}
	}
	var best []poolStanding
	var count []int64
	for seat := range first {
		if !isPaid(who, seat) {
			continue
		}
		at, found := slices.BinarySearchFunc(best, poolStanding{first[seat], then[seat]}, poolStanding.compare)
		switch {
		case found:
			count[at]++
		case at < len(p.Places):
			best, count = slices.Insert(best, at, poolStanding{first[seat], then[seat]}), slices.Insert(count, at, 1)
			best, count = best[:min(len(best), len(p.Places))], count[:min(len(count), len(p.Places))]
		}
	}
	place := int64(0)
	claim := make([]int32, len(best)) // by standing
	for i, sharers := range count {
		part := int64(0)
		for k := place; k < min(place+sharers, int64(len(p.Places))); k++ {
			part += p.Places[k]
		}
		place += sharers
		claim[i] = -1
		if part > 0 {
			claim[i] = int32(len(x.claims))
			x.claims, x.sharers = append(x.claims, part), append(x.sharers, sharers)
		}
	}
	x.claimsOf = RateScale
	for row, seat := range w.seat() {
		if !isPaid(who, int(seat)) {
			continue
		}
		at, found := slices.BinarySearchFunc(best, poolStanding{first[seat], then[seat]}, poolStanding.compare)
		if found && claim[at] >= 0 {
			x.rows, x.claimOf = append(x.rows, int32(row)), append(x.claimOf, claim[at])
		}
	}
	return nil
}
