package calc

// Unilevel pays those above a seller, level by level. A fast start is one on a volume of new sellers, a revenue share one whose table
// has conditions that open levels.
type Unilevel struct {
	plain
	Base     Base
	Walk     Walk
	Rates    RateTable
	Clawback Clawback
	// Months are paid in advance, at the event: a factor of every line; 0: none.
	Months Months
}

func (u *Unilevel) check(p *Plan, b *Bonus) error {
	if b.Pays == PaysEvent && u.Walk.passesOver() {
		return errKind("whom compression passes over is known at the period's close only")
	}
	if u.Months < 0 || u.Months > 0 && b.Pays != PaysEvent {
		return errKind("months are paid in advance at the event")
	}
	if err := u.Walk.check(p); err != nil {
		return err
	}
	return u.Rates.check(p)
}

func (u *Unilevel) base() Base        { return u.Base }
func (u *Unilevel) unit(p *Plan) Unit { return p.unitOf(u.Base, u.Rates.Amounts) }
func (u *Unilevel) upline(*Plan) (int32, bool) {
	return u.Rates.Levels + u.Walk.SkipLevels, u.Walk.Placement
}
func (u *Unilevel) byStanding(p *Plan) bool { return p.Active != nil || u.Rates.byStanding() }
func (u *Unilevel) reads() []Slot           { return append(u.Rates.whoReads(), u.Walk.StopAt.reads()...) }

func (u *Unilevel) pay(s *stage, bonus int) error {
	c, err := s.newClimb(bonus, &u.Walk, &u.Rates)
	if err != nil {
		return err
	}
	base := u.Base
	if u.Rates.Amounts {
		base = s.countBase(base)
	}
	return c.payLevels(bonus, 0, levelPart{volumes: c.w.volume(base), factor: s.monthsFactor(u.Months)})
}
