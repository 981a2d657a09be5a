package calc

import (
	"fmt"
	"slices"
)

// kind is what all kinds of bonus are to the engine. A new kind is a file of its own with these methods, and a line in Bonus.kind.
type kind interface {
	// check refuses a rule that cannot be computed as the bonus says, for instance an advance at a period's close.
	check(p *Plan, pays Pays) error
	// base is what the kind's rates are applied to.
	base() Base
	// upline says how many levels of which tree a sale event touches, 0 where only the seller.
	upline() (levels int32, placement bool)
	// byStanding tells whether a line depends on anybody's rank or activity.
	byStanding(p *Plan) bool
	// pay adds the bonus's lines, level by level; the lines of one earner and level are one.
	pay(s *stage, bonus int) error
}

// kind gives the rule of the bonus; nil when it has none, or more than one.
func (b *Bonus) kind() kind {
	var found kind
	rules := 0
	set := func(is bool, k kind) {
		if is {
			found, rules = k, rules+1
		}
	}
	set(b.Direct != nil, b.Direct)
	set(b.Unilevel != nil, b.Unilevel)
	set(b.Binary != nil, b.Binary)
	set(b.Advance != nil, b.Advance)
	if rules != 1 {
		return nil
	}
	return found
}

// BaseOf says what the rates of the bonus are applied to.
func (b *Bonus) BaseOf() Base {
	if k := b.kind(); k != nil {
		return k.base()
	}
	return BaseCV
}

// checkRates wants one rate for no rank and one for each rank.
func checkRates(p *Plan, rates int) error {
	if rates != len(p.Ranks)+1 {
		return fmt.Errorf("%w: %d rates for %d ranks and none", ErrPlan, rates, len(p.Ranks))
	}
	return nil
}

// byRank tells whether the rates depend on the rank.
func byRank(rates []int64) bool {
	return slices.ContainsFunc(rates, func(r int64) bool { return r != rates[0] })
}

// stage is what bonuses are computed from: a whole company in a period, or the slice of its trees that one sale touches.
type stage struct {
	plan               *Plan
	sponsor, placement *walk // placement is nil when the plan has no such tree
	// left and right are the leg volumes by seat of the placement tree, without carry.
	left, right []int64
	// carryIn and carryOut are by bonus index, their columns by row.
	carryIn, carryOut []Carry
	// class is the product class of the sale, at an event.
	class string
	sink  lineSink
}

// walk is one tree with what bonuses read of its distributors, all by seat.
type walk struct {
	*tree
	rank   []uint8
	active []bool
	// own holds the volumes of the own sales by Base, once volume has been asked for them.
	own  [BasePrice + 1][]int64
	load func(Base) []int64
}

func (w *walk) volume(b Base) []int64 {
	if w.own[b] == nil {
		w.own[b] = w.load(b)
	}
	return w.own[b]
}

func (s *stage) walk(placement bool) *walk {
	if placement {
		return s.placement
	}
	return s.sponsor
}

// payOwn adds the lines of a bonus that pays sellers on their own sales.
func (s *stage) payOwn(bonus int, base Base, rates []int64, factors ...Fraction) error {
	w := s.sponsor
	table := newTariffs(s.plan, base, 1, factors...)
	for seat, volume := range w.volume(base) {
		rank := w.rank[seat]
		if volume == 0 || rates[rank] == 0 {
			continue
		}
		if err := s.sink.add(w.row[seat], bonus, 0, volume, table.at(rank, 0, rates[rank])); err != nil {
			return err
		}
	}
	return nil
}
