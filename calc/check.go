package calc

import "fmt"

// check refuses a plan that could not be computed with, so that no bonus needs to look at its rule again.
func (p *Plan) check() error {
	if len(p.Ranks) > ranksMax || len(p.Bonuses) > 1<<16 {
		return fmt.Errorf("%w: plan %s has %d ranks and %d bonuses", ErrPlan, p.ID, len(p.Ranks), len(p.Bonuses))
	}
	if !p.Main.Valid() || p.Rounding.StepMinor <= 0 || p.PointValue.Den <= 0 {
		return fmt.Errorf("%w: plan %s lacks its cadence, rounding step or value of a point", ErrPlan, p.ID)
	}
	for i, r := range p.Ranks {
		if err := p.checkCondition(r.When); err != nil {
			return fmt.Errorf("rank %s: %w", p.Ranks[i].Name, err)
		}
	}
	if err := p.checkCondition(p.Active); err != nil {
		return fmt.Errorf("active: %w", err)
	}
	for i := range p.Bonuses {
		b := &p.Bonuses[i]
		k := b.kind()
		if k == nil || !b.Cadence.Valid() {
			return fmt.Errorf("%w: bonus %s has no rule or no cadence", ErrPlan, b.Name)
		}
		if err := k.check(p, b.Pays); err != nil {
			return fmt.Errorf("bonus %s: %w", b.Name, err)
		}
	}
	return nil
}

// checkCondition refuses a condition that asks for what is not known where it stands.
func (p *Plan) checkCondition(c *Condition) error {
	for _, info := range factInfos {
		switch {
		case !c.Uses(info.Fact):
		case info.Binary && p.PlacementWidth != 2:
			return fmt.Errorf("%w: %s needs a placement tree of width 2", ErrPlan, info.Name)
		case info.AfterActive && c == p.Active:
			return fmt.Errorf("%w: %s rests on who is active", ErrPlan, info.Name)
		}
	}
	return nil
}

// check refuses an input that is not whole, and one whose volumes add up to more than int64 holds.
func (in *Input) check() error {
	if in.Plan == nil {
		return fmt.Errorf("%w: no plan", ErrPlan)
	}
	if err := in.Plan.check(); err != nil {
		return err
	}
	if !in.Cadence.Valid() || in.Period.Cadence != in.Cadence {
		return fmt.Errorf("%w: period %s is not one of cadence %v", ErrInput, in.Period.Name, in.Cadence)
	}
	n := len(in.Network.Sponsor)
	if n > 1<<31-2 {
		return fmt.Errorf("%w: %d distributors", ErrInput, n)
	}
	if err := in.checkLengths(n); err != nil {
		return err
	}
	for i, seller := range in.Volumes.Seller {
		if seller < 0 || int(seller) >= n {
			return fmt.Errorf("%w: the seller of volume %d is %d, of %d distributors", ErrInput, i, seller, n)
		}
	}
	for _, ranks := range [...][]uint8{in.Prior.Achieved, in.Prior.PaidAs} {
		for i, rank := range ranks {
			if int(rank) > len(in.Plan.Ranks) {
				return fmt.Errorf("%w: distributor %d comes with rank number %d, of %d ranks", ErrInput, i, rank, len(in.Plan.Ranks))
			}
		}
	}
	for _, column := range []struct {
		name   string
		values []int64
	}{{"PV", in.Volumes.PV}, {"CV", in.Volumes.CV}, {"price", in.Volumes.PriceMinor}} {
		if !sumFits(column.values) {
			return overflowIn(column.name)
		}
	}
	return nil
}

// checkLengths wants columns of one length, and nil only where it has a meaning.
func (in *Input) checkLengths(n int) error {
	volumes, placed := len(in.Volumes.Seller), in.Plan.PlacementWidth > 0
	for _, column := range []struct {
		name         string
		length, want int
		optional     bool
	}{
		{"Network.Parent", len(in.Network.Parent), n, !placed},
		{"Network.Leg", len(in.Network.Leg), n, !placed},
		{"Network.EnrolledAtUS", len(in.Network.EnrolledAtUS), n, false},
		{"Volumes.PV", len(in.Volumes.PV), volumes, false},
		{"Volumes.CV", len(in.Volumes.CV), volumes, false},
		{"Volumes.PriceMinor", len(in.Volumes.PriceMinor), volumes, false},
		{"Prior.Achieved", len(in.Prior.Achieved), n, in.Prior.Achieved == nil},
		{"Prior.PaidAs", len(in.Prior.PaidAs), n, in.Prior.PaidAs == nil},
		{"Prior.Active", len(in.Prior.Active), n, in.Prior.Active == nil},
		{"Prior.Carry", len(in.Prior.Carry), len(in.Plan.Bonuses), in.Prior.Carry == nil},
	} {
		if column.length != column.want && (!column.optional || column.length != 0) {
			return fmt.Errorf("%w: %s has %d entries, not %d", ErrInput, column.name, column.length, column.want)
		}
	}
	for i, carry := range in.Prior.Carry {
		if len(carry.Left) != len(carry.Right) || carry.Left != nil && len(carry.Left) != n {
			return fmt.Errorf("%w: the carry of bonus %d has %d and %d entries, not %d", ErrInput, i, len(carry.Left), len(carry.Right), n)
		}
	}
	return nil
}

// checkLegs wants every leg within the width of the tree, one child in a leg, and leg 0 for a top alone.
func checkLegs(t *tree, legs []uint8, width int32) error {
	var taken [4]uint64 // the legs of one parent, whose children sit side by side
	for seat, row := range t.row {
		leg, parent := legs[row], t.parent[seat]
		if (leg == 0) != (parent < 0) || int32(leg) > width {
			return fmt.Errorf("%w: distributor %d stands in leg %d, of %d legs", ErrInput, row, leg, width)
		}
		if parent < 0 {
			continue
		}
		if parent != t.parent[seat-1] {
			taken = [4]uint64{}
		}
		if bit := uint64(1) << (leg % 64); taken[leg/64]&bit != 0 {
			return fmt.Errorf("%w: distributor %d stands in leg %d of distributor %d, which is taken", ErrInput, row, leg, t.row[parent])
		} else {
			taken[leg/64] |= bit
		}
	}
	return nil
}
