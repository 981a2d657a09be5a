package calc

import (
	"math"
	"slices"
)

// Sharing says how a pool is shared.
type Sharing uint8

// How a pool is shared.
const (
	ShareEqually Sharing = iota
	ShareByShares
	ShareByPlace
)

// Undistributed says what becomes of the part of a pool that nobody gets.
type Undistributed uint8

// What becomes of it.
const (
	UndistributedCompany Undistributed = iota
	UndistributedNextPeriod
	UndistributedShared
)

// Pool shares a part of the company's volume among those whom the bonus pays. All lines have level 0 and part 0.
//
// The pool is rounded as the bonus rounds; then it is shared to the last step. A line is the pool with the distributor's part of it as
// factors: share of the shares, place and how many share it, limit of the pool, rest of the pool that is left by those at their
// limits. What an earlier period has left of its pool is shared by the same parts as an adjustment. A rounding line makes the
// distributor's lines sum to the part allotted. A pool that is not above zero pays nothing, and nothing is left of it.
type Pool struct {
	plain
	Base        Base
	Rate        int64 // of the company's volume, at the plan's own value of a point; 0 where AmountMinor is the pool
	AmountMinor int64
	Sharing     Sharing
	// Shares are the shares of each, rounded down to whole ones, or SharesByRank gives them, in the place of amounts.
	Shares       *Number
	SharesByRank RateTable
	// Generations give shares for leaders below, alone or besides; nil: none.
	Generations *PoolGenerations
	// OrderBy and ThenBy decide places, the highest first; Places are the parts of the pool.
	OrderBy, ThenBy *Number
	Places          []int64
	ShareMax        int64 // rate of the pool that one gets at most; 0: no limit
	AmountMaxMinor  int64 // 0: no limit
	Undistributed   Undistributed
	Remainder       Remainder
}

// placesMax bounds how many places a pool has.
const placesMax = 1000

func (p *Pool) check(plan *Plan, b *Bonus) error {
	switch {
	case b.Pays == PaysEvent:
		return errKind("a pool is shared at the close")
	case (p.Rate == 0) == (p.AmountMinor == 0) || p.Rate < 0 || p.AmountMinor < 0:
		return errKind("a pool is a rate of the company's volume or an amount")
	case p.Rate != 0 && plan.MeasureOf(p.Base) == MeasureCount:
		return errKind("a pool is no rate of a number of sales")
	case p.ShareMax < 0 || p.AmountMaxMinor < 0 || p.Remainder > RemainderCompany || p.Undistributed > UndistributedShared:
		return errKind("a limit below zero, or no such rule for what is left")
	}
	switch p.Sharing {
	case ShareEqually:
	case ShareByShares:
		if err := p.Generations.check(plan); err != nil {
			return err
		}
		if p.Shares != nil || p.Generations != nil && len(p.SharesByRank.Rows) == 0 {
			return nil
		}
		if !p.SharesByRank.Amounts || p.SharesByRank.Levels != 1 || p.SharesByRank.Unlock != nil {
			return errKind("shares by rank are one number each")
		}
		return p.SharesByRank.check(plan)
	case ShareByPlace:
		if p.OrderBy == nil || len(p.Places) == 0 || len(p.Places) > placesMax {
			return errKind("places without an order, or none, or too many")
		}
		sum := int64(0)
		for _, part := range p.Places {
			if sum += part; part < 0 || part > RateScale || sum > RateScale {
				return errKind("places get parts of the pool that are below zero, or more than the pool together")
			}
		}
	default:
		return errKind("no such way to share")
	}
	return nil
}

func (p *Pool) base() Base { return p.Base }

func (p *Pool) unit(plan *Plan) Unit {
	if p.AmountMinor != 0 {
		return UnitMoney
	}
	return plan.MeasureOf(p.Base).Unit()
}

func (p *Pool) reads() []Slot {
	return slices.Concat(p.Shares.reads(), p.SharesByRank.whoReads(), p.Generations.reads(), p.OrderBy.reads(), p.ThenBy.reads())
}

// poolKey names the state that keeps what a period has left of its pool.
func poolKey(b *Bonus) string { return CompanyState + "pool:" + b.Name }

func (p *Pool) pay(s *stage, bonus int) error {
	b := &s.plan.Bonuses[bonus]
	sharing, err := p.fill(s, bonus)
	if err != nil {
		return s.sinks[bonus].failed(0, err)
	}
	left := sharing.wholeMinor
	if sharing.wholeMinor > 0 {
		if err := p.findMembers(s, sharing); err != nil {
			return err
		}
		if left, err = sharing.allot(); err != nil {
			return err
		}
		if err := sharing.pay(s); err != nil {
			return err
		}
	}
	if p.Undistributed == UndistributedNextPeriod {
		s.keep(poolKey(b), []int64{max(0, left)})
	}
	return nil
}

// fill finds what there is to share.
func (p *Pool) fill(s *stage, bonus int) (*poolSharing, error) {
	b := &s.plan.Bonuses[bonus]
	x := &poolSharing{rule: p, bonus: bonus, base: p.AmountMinor, rate: RateScale, rounding: s.plan.BonusRounding(b)}
	if p.AmountMinor == 0 {
		x.base, x.rate = 0, p.Rate
		for _, own := range s.sponsor.volume(p.Base) {
			x.base += own
		}
	}
	if column := s.in.Prior.State[poolKey(b)]; p.Undistributed == UndistributedNextPeriod && column != nil {
		x.carriedMinor = column[0]
	}
	t := newTariff(p.unit(s.plan), x.rate, s.plan.PointValue, x.rounding)
	newMinor, err := t.amountMinor(x.base)
	if err != nil {
		return nil, err
	}
	whole, ok := added(newMinor, x.carriedMinor)
	if !ok {
		return nil, ErrOverflow
	}
	// What is carried in may have been rounded to another step.
	x.wholeMinor = max(0, whole-whole%x.rounding.StepMinor)
	x.limitMinor = math.MaxInt64
	if p.ShareMax > 0 {
		if x.limitMinor, err = RoundedPart(x.wholeMinor, Fraction{p.ShareMax, RateScale}, Rounding{Down, x.rounding.StepMinor}); err != nil {
			return nil, err
		}
	}
	if p.AmountMaxMinor > 0 {
		x.limitMinor = min(x.limitMinor, p.AmountMaxMinor-p.AmountMaxMinor%x.rounding.StepMinor)
	}
	return x, nil
}
