package calc

// Residual pays the seller, and those above, on every paid cycle of a subscription.
type Residual struct {
	plain
	// Parts are the volumes that it pays on: the cycles before and after each step down.
	Parts []ResidualPart
	// Own gives the seller's rate, or OwnBrackets does; Own has no rows where the seller is not paid.
	Own         RateTable
	OwnBrackets *Brackets
	// Levels gives the rates of those above; no rows where they are not paid.
	Levels RateTable
	Walk   Walk
}

// ResidualPart is a volume and what is left of the rates on it, in 10⁻⁹.
type ResidualPart struct {
	Base  Base
	Share int64
}

func (r *Residual) check(p *Plan, b *Bonus) error {
	switch {
	case b.Pays == PaysEvent && (!b.AtPayments || r.Walk.passesOver()):
		return errKind("a residual that is paid at events is paid at payments, and passes nobody over")
	case len(r.Parts) == 0 || r.OwnBrackets == nil && len(r.Own.Rows) == 0 && len(r.Levels.Rows) == 0:
		return errKind("a residual without a volume or a rate")
	case len(r.Levels.Rows) > 0 && r.Levels.Amounts != r.ownAmounts() && (r.OwnBrackets != nil || len(r.Own.Rows) > 0):
		return errKind("a residual pays rates, or amounts, and not both")
	}
	for _, part := range r.Parts {
		if err := p.checkBase(part.Base); err != nil {
			return err
		}
		if b.Pays == PaysEvent && !p.baseAtEvent(part.Base) {
			return errKind("what counts in the volume is known at the close only")
		}
	}
	if r.OwnBrackets != nil {
		if err := r.OwnBrackets.check(p); err != nil {
			return err
		}
	} else if len(r.Own.Rows) > 0 {
		if err := r.Own.check(p); err != nil {
			return err
		}
	}
	if len(r.Levels.Rows) == 0 {
		return nil
	}
	if err := r.Walk.check(p); err != nil {
		return err
	}
	return r.Levels.check(p)
}

func (r *Residual) upline(*Plan) (int32, bool) {
	if len(r.Levels.Rows) == 0 {
		return 0, false
	}
	return r.Levels.Levels + r.Walk.SkipLevels, r.Walk.Placement
}

func (r *Residual) byStanding(p *Plan) bool {
	return p.Active != nil && len(r.Levels.Rows) > 0 || r.Own.byStanding() || r.Levels.byStanding()
}

func (r *Residual) ownAmounts() bool {
	if r.OwnBrackets != nil {
		return r.OwnBrackets.Amounts
	}
	return r.Own.Amounts
}

func (r *Residual) base() Base { return r.Parts[0].Base }
func (r *Residual) unit(p *Plan) Unit {
	return p.unitOf(r.base(), r.ownAmounts() || len(r.Levels.Rows) > 0 && r.Levels.Amounts)
}

// paysInactive: the seller is paid whether or not active; those above must be, which pay sees to.
func (r *Residual) paysInactive() bool { return true }

func (r *Residual) reads() []Slot {
	return append(append(r.Own.whoReads(), r.Levels.whoReads()...), append(r.OwnBrackets.whatReads(), r.Walk.StopAt.reads()...)...)
}

func (r *Residual) pay(s *stage, bonus int) error {
	var parts []levelPart
	for i, part := range r.Parts {
		factor := int32(0)
		if part.Share != RateScale {
			by := int64(gcd(uint64(max(part.Share, 1)), RateScale))
			factor = s.factors.add("step_down", Fraction{part.Share / by, RateScale / by}, 0)
		}
		volumes := s.sponsor.volume(part.Base)
		parts = append(parts, levelPart{volumes: s.walk(r.Walk.Placement).volume(part.Base), part: i, factor: factor})
		var err error
		switch {
		case r.OwnBrackets != nil:
			err = s.payBrackets(bonus, volumes, r.OwnBrackets, i*r.OwnBrackets.steps(), factor)
		case len(r.Own.Rows) > 0:
			err = s.payOwn(bonus, volumes, &r.Own, i, factor)
		}
		if err != nil {
			return err
		}
	}
	if len(r.Levels.Rows) == 0 {
		return nil
	}
	c, err := r.climb(s, bonus)
	if err != nil {
		return err
	}
	return c.payLevels(bonus, 0, parts...)
}

// climb makes ready the walk to those above.
func (r *Residual) climb(s *stage, bonus int) (*climb, error) {
	c, err := s.newClimb(bonus, &r.Walk, &r.Levels)
	if err == nil && s.plan.Bonuses[bonus].Inactive == InactiveAsKind && s.plan.Active != nil {
		c.who = both(c.who, c.w.active)
	}
	return c, err
}

// both tells where two columns hold; nil holds everywhere.
func both(a, b []bool) []bool {
	if a == nil {
		return b
	}
	out := make([]bool, len(a))
	for i := range a {
		out[i] = a[i] && b[i]
	}
	return out
}
