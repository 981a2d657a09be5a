package calc

import "fmt"

// kind is what all kinds of bonus are to the engine. A new kind is a file of its own with these methods, and a line in Bonus.kind.
type kind interface {
	// check refuses a rule that cannot be computed as the bonus says, for instance an advance at a period's close.
	check(p *Plan, b *Bonus) error
	// base is the volume that the kind's rates are applied to, and unit what the base of a line counts.
	base() Base
	unit(p *Plan) Unit
	// upline says how many levels of which tree a sale event touches, 0 where only the seller.
	upline() (levels int32, placement bool)
	// byStanding tells whether a line depends on anybody's rank or activity.
	byStanding(p *Plan) bool
	// paysInactive tells whether those who are not active are paid when the bonus does not say.
	paysInactive() bool
	// reads are the facts that the kind's own conditions and numbers read.
	reads() []Slot
	// earnings are the bonuses whose earnings it is computed from, by index, and whether after the plan's caps.
	earnings() (bonuses []int, afterCaps bool)
	// pay adds the bonus's lines, level by level; the lines of one earner, level and part are one.
	pay(s *stage, bonus int) error
}

// plain is what most kinds are: they need no other bonus, touch the seller only and read no facts. Kinds embed it.
type plain struct{}

func (plain) upline() (levels int32, placement bool)    { return 0, false }
func (plain) paysInactive() bool                        { return false }
func (plain) reads() []Slot                             { return nil }
func (plain) earnings() (bonuses []int, afterCaps bool) { return nil, false }
func (plain) byStanding(*Plan) bool                     { return true }

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
	set(b.Residual != nil, b.Residual)
	set(b.Advance != nil, b.Advance)
	set(b.Unilevel != nil, b.Unilevel)
	set(b.Differential != nil, b.Differential)
	set(b.Generation != nil, b.Generation)
	set(b.Matching != nil, b.Matching)
	set(b.Binary != nil, b.Binary)
	set(b.Matrix != nil, b.Matrix)
	set(b.Pool != nil, b.Pool)
	set(b.RankBonus != nil, b.RankBonus)
	set(b.Manual != nil, b.Manual)
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

// UnitOf says what the bases of the bonus's lines count.
func (b *Bonus) UnitOf(p *Plan) Unit {
	if k := b.kind(); k != nil {
		return k.unit(p)
	}
	return UnitVolume
}

// paidToInactive tells whether those who are not active are paid.
func (b *Bonus) paidToInactive() bool {
	switch b.Inactive {
	case InactivePaid:
		return true
	case InactiveUnpaid:
		return false
	}
	return b.kind().paysInactive()
}

// BonusRounding gives how a bonus's lines are rounded: its own rounding, else the plan's; where the plan rounds sums, to the minor unit.
func (p *Plan) BonusRounding(b *Bonus) Rounding {
	r := p.Rounding
	if b.Rounding != nil {
		r = *b.Rounding
	}
	if p.RoundingAt != RoundLines {
		r.StepMinor = 1
	}
	return r
}

// reads are all facts that paying the bonus reads.
func (b *Bonus) reads() []Slot { return append(b.kind().reads(), b.When.reads()...) }

// whoReads are the facts that the conditions of a table read.
func (t *RateTable) whoReads() []Slot {
	var slots []Slot
	for _, list := range [][]*Condition{t.When, t.Unlock} {
		for _, c := range list {
			slots = append(slots, c.reads()...)
		}
	}
	return slots
}

func (b *Brackets) whatReads() []Slot {
	if b == nil {
		return nil
	}
	return b.By.reads()
}

// unitOf is what the base of a line counts whose rates are those of a table.
func (p *Plan) unitOf(base Base, amounts bool) Unit {
	if amounts {
		return UnitCount
	}
	return p.MeasureOf(base).Unit()
}

func errKind(what string) error { return fmt.Errorf("%w: %s", ErrPlan, what) }
