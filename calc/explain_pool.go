package calc

import (
	"slices"
	"strconv"
)

func (p *Pool) placed() bool { return false }

// origin: a pool is a part of what everybody sold, so its lines have no sources of their own.
func (p *Pool) origin(*stage, int, *walk, int, line) (origin, error) { return origin{}, nil }

func (p *Pool) missed(s *stage, bonus int, w *walk, seat int) ([]Reason, error) {
	x, err := p.fill(s, bonus)
	if err != nil {
		return nil, err
	}
	if x.wholeMinor <= 0 {
		return []Reason{{Text: "there is nothing in the pool"}}, nil
	}
	if err := p.findMembers(s, x); err != nil {
		return nil, err
	}
	if _, member := slices.BinarySearch(x.rows, w.row[seat]); member {
		return []Reason{{Text: "the distributor's part of the pool rounds to zero"}}, nil
	}
	switch {
	case p.Sharing == ShareByPlace:
		place, err := p.placeOf(s, bonus, seat)
		return []Reason{{Text: "place " + strconv.Itoa(place) + ", and " + strconv.Itoa(len(p.Places)) + " places get a part of the pool"}}, err
	case p.Generations != nil && p.Shares == nil && len(p.SharesByRank.Rows) == 0:
		reasons := s.rowLacking(&p.Generations.Shares, w, seat)
		if len(reasons) == 0 {
			reasons = []Reason{{Text: "no leader stands below, in the generations that give shares of the pool: " + s.plan.Words(p.Generations.Leaders)}}
		}
		return reasons, nil
	case p.Shares != nil:
		numbers, err := s.numbers(p.Shares, w)
		if err != nil {
			return nil, err
		}
		whole := pow10[p.Shares.digits]
		return []Reason{{
			Text: "shares of the pool, which are " + p.Shares.source, Has: sayDecimal(numbers[seat], p.Shares.digits), Needs: "1",
			Lacking: sayDecimal(whole-numbers[seat], p.Shares.digits),
		}}, nil
	}
	reasons := s.rowLacking(&p.SharesByRank, w, seat)
	if len(reasons) == 0 {
		reasons = []Reason{{Text: "there are no shares of the pool for " + s.plan.rankName(w.rank[seat])}}
	}
	return reasons, nil
}

// placeOf gives the place of somebody, from 1: one more than there are higher ones.
func (p *Pool) placeOf(s *stage, bonus, seat int) (int, error) {
	who, err := s.paid(bonus, s.sponsor)
	if err != nil {
		return 0, err
	}
	first, err := s.numbers(p.OrderBy, s.sponsor)
	if err != nil {
		return 0, err
	}
	then := make([]int64, len(first))
	if p.ThenBy != nil {
		if then, err = s.numbers(p.ThenBy, s.sponsor); err != nil {
			return 0, err
		}
	}
	own, place := poolStanding{first[seat], then[seat]}, 1
	for other := range first {
		if isPaid(who, other) && (poolStanding{first[other], then[other]}).compare(own) < 0 {
			place++
		}
	}
	return place, nil
}
