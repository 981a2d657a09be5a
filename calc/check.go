package calc

import (
	"fmt"
	"slices"
	"strings"
)

// Check refuses a plan that Compute would refuse, with the same error. A reader of plan files asks it when the plan is made, before
// anybody shares it, so that nothing is left to be refused when a period closes; at sale events, of which there are many, it is not
// asked again.
func (p *Plan) Check() error {
	if err := p.check(); err != nil {
		return err
	}
	p.atEvents = p.eventTasks()
	p.slotsAtEvents = [2][]Slot{p.findFactsReadAtEvents(false), p.findFactsReadAtEvents(true)}
	p.checked = true
	return nil
}

// check refuses a plan that could not be computed with, so that no bonus needs to look at its rule again.
func (p *Plan) check() error {
	if len(p.Ranks) > ranksMax || len(p.Bonuses) > 1<<16 {
		return fmt.Errorf("%w: plan %s has %d ranks and %d bonuses", ErrPlan, p.ID, len(p.Ranks), len(p.Bonuses))
	}
	if !p.Main.Valid() || p.Rounding.StepMinor <= 0 || p.PointValue.Den <= 0 {
		return fmt.Errorf("%w: plan %s lacks its cadence, rounding step or value of a point", ErrPlan, p.ID)
	}
	if p.PointValues != nil && (len(p.PointValues) > 255 || p.VariantOfMarket == nil) {
		return fmt.Errorf("%w: plan %s has %d variants", ErrPlan, p.ID, len(p.PointValues))
	}
	if len(p.VariantOfMarket) != 0 && len(p.VariantOfMarket) != len(p.Names.Markets)+1 || len(p.Names.Tags) > 64 {
		return fmt.Errorf("%w: plan %s does not give every market a variant, or has too many tags", ErrPlan, p.ID)
	}
	if p.Facts != nil {
		if err := p.Facts.check(p); err != nil {
			return err
		}
	}
	if !p.Facts.Known(p.Active.reads()).BeforeActive {
		return fmt.Errorf("%w: the condition for being active rests on who is active", ErrPlan)
	}
	if sets := len(p.FirstSets()); sets > FirstSetsMax {
		return fmt.Errorf("%w: plan %s counts first sales of %d sets of classes", ErrPlan, p.ID, sets)
	}
	sizes := p.SaleSizes()
	if len(sizes) > SaleSizesMax || slices.ContainsFunc(sizes, func(s SaleSize) bool { return s.Measure >= MeasureCount || s.From < 0 || s.Below < 0 }) {
		return fmt.Errorf("%w: plan %s chooses sales by %d sizes, or by one below zero or of a number of sales", ErrPlan, p.ID, len(sizes))
	}
	for i := range p.Ranks {
		if !p.Facts.Known(p.Ranks[i].When.reads()).BeforeRank {
			return fmt.Errorf("%w: rank %s rests on itself", ErrPlan, p.Ranks[i].Name)
		}
	}
	for i := range p.Bonuses {
		if err := p.checkBonus(&p.Bonuses[i]); err != nil {
			return fmt.Errorf("bonus %s: %w", p.Bonuses[i].Name, err)
		}
	}
	for i := range p.Caps {
		if err := p.Caps[i].check(p); err != nil {
			return fmt.Errorf("cap %s: %w", p.Caps[i].Name, err)
		}
	}
	return p.checkOrder()
}

func (p *Plan) checkBonus(b *Bonus) error {
	k := b.kind()
	if k == nil || !b.Cadence.Valid() {
		return fmt.Errorf("%w: no rule, more than one, or no cadence", ErrPlan)
	}
	if err := p.checkBase(k.base()); err != nil {
		return err
	}
	if b.Rounding != nil && b.Rounding.StepMinor <= 0 || b.Variants != nil && len(b.Variants) != p.Variants() ||
		b.Markets != nil && len(b.Markets) != len(p.Names.Markets)+1 {
		return fmt.Errorf("%w: a rounding step of 0, or markets that the plan does not have", ErrPlan)
	}
	sources, _ := k.earnings()
	for _, source := range sources {
		if source < 0 || source >= len(p.Bonuses) {
			return fmt.Errorf("%w: there is no bonus %d", ErrPlan, source)
		}
	}
	if b.Pays == PaysEvent && (!p.Facts.KnownAtEvents(b.When.reads()) || !p.readsAtEvents(b) || !p.baseAtEvent(k.base())) {
		return fmt.Errorf("%w: a bonus that is paid at the event asks for a fact or a volume that is known at the close only", ErrPlan)
	}
	return k.check(p, b)
}

// check refuses an input that is not whole.
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
	return nil
}

// checkSums refuses volumes that add up to more than int64 holds.
func (in *Input) checkSums() error {
	for _, column := range []struct {
		name   string
		values []int64
	}{
		{"PV", in.Volumes.PV},
		{"CV", in.Volumes.CV},
		{"QV", in.Volumes.QV},
		{"price", in.Volumes.PriceMinor},
		{"fee", in.Volumes.FeeMinor},
	} {
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
		{"Network.Owner", len(in.Network.Owner), n, true},
		{"Network.Market", len(in.Network.Market), n, true},
		{"Network.Kind", len(in.Network.Kind), n, true},
		{"Network.Tags", len(in.Network.Tags), n, true},
		{"Network.Unpaid", len(in.Network.Unpaid), n, true},
		{"Network.Joined", len(in.Network.Joined), n, true},
		{"Volumes.QV", len(in.Volumes.QV), volumes, true},
		{"Volumes.FeeMinor", len(in.Volumes.FeeMinor), volumes, true},
		{"Volumes.Count", len(in.Volumes.Count), volumes, true},
		{"Volumes.Class", len(in.Volumes.Class), volumes, true},
		{"Volumes.Market", len(in.Volumes.Market), volumes, true},
		{"Volumes.Buyer", len(in.Volumes.Buyer), volumes, true},
		{"Volumes.AtUS", len(in.Volumes.AtUS), volumes, true},
		{"Volumes.BuyerSinceUS", len(in.Volumes.BuyerSinceUS), volumes, true},
		{"Volumes.Cycle", len(in.Volumes.Cycle), volumes, true},
		{"Volumes.First", len(in.Volumes.First), volumes, true},
		{"Volumes.Sized", len(in.Volumes.Sized), volumes, true},
		{"Posted.Bonus", len(in.Posted.Bonus), len(in.Posted.Earner), false},
		{"Posted.AmountMinor", len(in.Posted.AmountMinor), len(in.Posted.Earner), false},
		{"Earned.Bonus", len(in.Earned.Bonus), len(in.Earned.Earner), false},
		{"Earned.AmountMinor", len(in.Earned.AmountMinor), len(in.Earned.Earner), false},
		{"Adjustments.Bonus", len(in.Adjustments.Bonus), len(in.Adjustments.Earner), false},
		{"Adjustments.AmountMinor", len(in.Adjustments.AmountMinor), len(in.Adjustments.Earner), false},
	} {
		if column.length != column.want && (!column.optional || column.length != 0) {
			return fmt.Errorf("%w: %s has %d entries, not %d", ErrInput, column.name, column.length, column.want)
		}
	}
	for key, column := range in.Prior.State {
		want := n
		if strings.HasPrefix(key, CompanyState) {
			want = 1
		}
		if column != nil && len(column) != want {
			return fmt.Errorf("%w: the state %s has %d entries, not %d", ErrInput, key, len(column), want)
		}
	}
	return in.checkNumbers(n)
}

// CompanyState begins the keys of state that is nobody's in particular: such a column has one entry.
const CompanyState = "company:"

// checkNumbers wants rows, bonuses and words that there are.
func (in *Input) checkNumbers(n int) error {
	names := &in.Plan.Names
	for _, words := range []struct {
		name   string
		column []uint16
		known  int
	}{
		{"Network.Market", in.Network.Market, len(names.Markets)},
		{"Network.Kind", in.Network.Kind, len(names.Kinds)},
		{"Volumes.Class", in.Volumes.Class, len(names.Classes)},
		{"Volumes.Market", in.Volumes.Market, len(names.Markets)},
		{"Posted.Bonus", in.Posted.Bonus, len(in.Plan.Bonuses) - 1},
		{"Earned.Bonus", in.Earned.Bonus, len(in.Plan.Bonuses) - 1},
		{"Adjustments.Bonus", in.Adjustments.Bonus, len(in.Plan.Bonuses) - 1},
	} {
		for i, number := range words.column {
			if int(number) > words.known {
				return fmt.Errorf("%w: %s %d is %d, of %d", ErrInput, words.name, i, number, words.known)
			}
		}
	}
	for _, rows := range []struct {
		name   string
		column []int32
	}{{"Network.Owner", in.Network.Owner}, {"Posted.Earner", in.Posted.Earner}, {"Earned.Earner", in.Earned.Earner}, {"Adjustments.Earner", in.Adjustments.Earner}} {
		for i, row := range rows.column {
			if row < 0 || int(row) >= n {
				return fmt.Errorf("%w: %s %d is %d, of %d distributors", ErrInput, rows.name, i, row, n)
			}
		}
	}
	for i, bonus := range in.Posted.Bonus {
		if b := &in.Plan.Bonuses[bonus]; b.Pays != PaysEvent {
			return fmt.Errorf("%w: Posted %d is of bonus %s, which is paid at the close", ErrInput, i, b.Name)
		}
	}
	for i, bonus := range in.Earned.Bonus {
		if b := &in.Plan.Bonuses[bonus]; b.Pays != PaysPeriod || !in.Cadence.IsLonger(b.Cadence) {
			return fmt.Errorf("%w: Earned %d is of bonus %s, which is not paid by a shorter cadence than %v", ErrInput, i, b.Name, in.Cadence)
		}
	}
	if !sumFits(in.Earned.AmountMinor) {
		return overflowIn("Earned.AmountMinor")
	}
	for i, bonus := range in.Adjustments.Bonus {
		if b := &in.Plan.Bonuses[bonus]; b.Manual == nil || b.Cadence != in.Cadence {
			return fmt.Errorf("%w: Adjustments %d is of bonus %s, which is not paid by hand in a %v period", ErrInput, i, b.Name, in.Cadence)
		}
	}
	return nil
}

// checkLegs wants every leg, by seat, within the width of the tree, one child in a leg, and leg 0 for a top alone.
func checkLegs(t *tree, legs []uint8, width int32) error {
	var taken [4]uint64 // the legs of one parent, whose children sit side by side
	for seat, row := range t.row {
		leg, parent := legs[seat], t.parent[seat]
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
