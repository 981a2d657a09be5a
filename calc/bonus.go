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
	upline(p *Plan) (levels int32, placement bool)
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

func (plain) upline(*Plan) (levels int32, placement bool) { return 0, false }
func (plain) paysInactive() bool                          { return false }
func (plain) reads() []Slot                               { return nil }
func (plain) earnings() (bonuses []int, afterCaps bool)   { return nil, false }
func (plain) byStanding(*Plan) bool                       { return true }

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

// MonthsAdvanced is for how many months an event's lines of the bonus are paid, base × rate being one month's; 0 for a bonus that pays
// nothing in advance.
func (b *Bonus) MonthsAdvanced() Months {
	switch {
	case b.Advance != nil:
		return b.Advance.Months
	case b.Unilevel != nil:
		return b.Unilevel.Months
	case b.Differential != nil:
		return b.Differential.Months
	}
	return 0
}

// EventClawback is how much of the bonus's event lines a cancellation takes back, and the months by which that is reckoned, as Retained
// wants them.
func (b *Bonus) EventClawback() (c Clawback, months Months) {
	months = b.MonthsAdvanced().orOne()
	switch {
	case b.Direct != nil:
		return b.Direct.Clawback, months
	case b.Unilevel != nil:
		return b.Unilevel.Clawback, months
	case b.Advance != nil:
		return b.Advance.Clawback, months
	case b.Differential != nil:
		return b.Differential.Clawback, months
	case b.Matching != nil:
		return b.Matching.Clawback, b.Matching.ClawbackMonths.orOne()
	}
	return Clawback{Mode: ClawbackFull}, months
}

// factorMonths is the factor of months that are paid in advance.
const factorMonths = "months"

// monthsFactor gives the index of a factor of months; 0 for none.
func (s *stage) monthsFactor(months Months) int32 {
	if months <= 0 {
		return 0
	}
	if s.span != nil {
		return s.factors.add(factorMonths, dividedBy(s.span.Left(months), s.cycleMonths), 0)
	}
	return s.factors.add(factorMonths, months.cycles(s.cycleMonths), 0)
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
