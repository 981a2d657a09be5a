package calc

import "slices"

// What is known when one sale goes live, or one of its cycles is paid: the sale itself; of everybody on the way up who they are, and what
// the periods that are closed have left; and how many customers the seller has.

// KnownAtEvents tells that a volume can be counted for one sale alone. What others have sold before, or may have, is no part of that: which
// sale is a buyer's first, what a seller counts in a calendar period, and the period that a late sale comes to count in.
func (v *Volume) KnownAtEvents() bool {
	return !v.Inside.sinceFirst() && !v.Outside.sinceFirst() && v.UntilPeriodDay == 0 && !v.FirstSaleOnly && !v.Bounded()
}

// baseAtEvent tells that what counts of one sale alone is known.
func (p *Plan) baseAtEvent(b Base) bool {
	return b < VolumeBuiltIn || p.Volumes[b-VolumeBuiltIn].KnownAtEvents()
}

// AtEvents tells that a fact is known when a sale goes live or is paid: who the distributor is, and what periods that are closed have left.
// Who is active, and the rank that somebody is paid as, are there those of the last closed period of the main cadence.
func (f Fact) AtEvents() bool {
	switch f {
	case FactKind, FactTag, FactMarket, FactMonthsEnrolled, FactDaysEnrolled, FactAchieved, FactPaidAsBefore, FactPaidAs, FactActive, FactHeld:
		return true
	}
	return false
}

// KnownAtEvents tells that facts can be asked for when a sale goes live or is paid: those of the plan's own making where they are made up
// of the distributor's own facts alone.
func (t *FactTable) KnownAtEvents(slots []Slot) bool {
	for _, s := range slots {
		key := t.keys[s]
		if key.Fact == FactPlan {
			own := &t.own[key.Name]
			if own.Over != OverSelf || !t.KnownAtEvents(own.reads()) {
				return false
			}
		} else if !key.Fact.AtEvents() {
			return false
		}
	}
	return true
}

// readsAtEvents tells that what a kind's own conditions and numbers read is known at events. Brackets of a residual go by the number of
// the seller's customers, and by nothing else: it is counted for them alone.
func (p *Plan) readsAtEvents(b *Bonus) bool {
	k := b.kind()
	if b.Residual == nil || b.Residual.OwnBrackets == nil {
		return p.Facts.KnownAtEvents(k.reads())
	}
	for _, s := range b.Residual.OwnBrackets.whatReads() {
		if key := p.Facts.keys[s]; key.Fact != FactCustomers || key.Volume >= VolumeBuiltIn || key.N != 0 {
			return false
		}
	}
	return p.Facts.KnownAtEvents(append(b.Residual.Levels.whoReads(), b.Residual.Walk.StopAt.reads()...))
}

// factsReadAtEvents lists the facts that bonuses read which are paid when a sale goes live, or at payments, with those that facts of the
// plan's own making read, going up: so each comes after those that it reads. A plan that was checked has the lists.
func (p *Plan) factsReadAtEvents(atPayments bool) []Slot {
	if p.checked {
		return p.slotsAtEvents[oneIf(atPayments)]
	}
	return p.findFactsReadAtEvents(atPayments)
}

func (p *Plan) findFactsReadAtEvents(atPayments bool) []Slot {
	var slots []Slot
	var visit func(list []Slot)
	visit = func(list []Slot) {
		for _, s := range list {
			if slices.Contains(slots, s) {
				continue
			}
			slots = append(slots, s)
			if own := p.Facts.Own(s); own != nil {
				visit(own.reads())
			}
		}
	}
	for i := range p.Bonuses {
		b := &p.Bonuses[i]
		if b.kind() != nil && b.Pays == PaysEvent && b.AtPayments == atPayments {
			visit(b.reads())
		}
	}
	slices.Sort(slots)
	return slots
}

// HeldAtEvents lists the ranks, going up, whose holding is asked for at events: what ChainMember.Held tells of.
func (p *Plan) HeldAtEvents() []uint8 {
	var ranks []uint8
	for _, atPayments := range []bool{false, true} {
		for _, s := range p.factsReadAtEvents(atPayments) {
			if key := p.Facts.keys[s]; key.Fact == FactHeld && !slices.Contains(ranks, key.Rank) {
				ranks = append(ranks, key.Rank)
			}
		}
	}
	slices.Sort(ranks)
	return ranks
}

// askVolumes notes what is to be known of the seller for the volumes that a bonus is paid on.
func (n *Needs) askVolumes(p *Plan, b *Bonus) {
	if b.Residual == nil {
		n.askVolume(p, b.BaseOf())
		return
	}
	for _, part := range b.Residual.Parts {
		n.askVolume(p, part.Base)
	}
}

func (n *Needs) askVolume(p *Plan, b Base) {
	if b >= VolumeBuiltIn {
		v := &p.Volumes[b-VolumeBuiltIn]
		n.Registrations = n.Registrations || v.Inside != nil || v.Outside != nil
	}
}

// ask notes what is to be known of distributors for a fact.
func (n *Needs) ask(f Fact) {
	switch f {
	case FactKind, FactTag, FactMarket, FactMonthsEnrolled, FactDaysEnrolled:
		n.Registrations = true
	case FactPaidAs, FactPaidAsBefore, FactActive, FactHeld:
		n.Ranks = true
	case FactAchieved:
		n.Ranks, n.Achieved = true, true
	case FactCustomers:
		n.Customers = true
	}
}

// counted is what the sale counts in a volume, by its number.
func (in *EventInput) counted(b Base) int64 {
	value := in.measured(in.Plan.MeasureOf(b))
	if b < VolumeBuiltIn {
		return value
	}
	v := &in.Plan.Volumes[b-VolumeBuiltIn]
	class := WordNumber(in.Plan.Names.Classes, in.Class)
	if !in.countsIn(v, class) {
		return 0
	}
	return v.part(value, class, !in.SellerBought)
}

// countsIn tells whether the sale counts in a volume at all: what filter.counts tells of an entry of a period.
func (in *EventInput) countsIn(v *Volume, class uint16) bool {
	cycle := max(1, in.Cycle)
	return (v.Classes == nil || v.Classes[class]) && (v.Markets == nil || v.Markets[in.Market]) &&
		(v.Buyers == BuyersAll || (v.Buyers == BuyersDistributors) == in.SellerBought) &&
		(v.Size == nil || v.Size.Holds(in.sold())) &&
		(v.Inside == nil || in.within(v.Inside)) && (v.Outside == nil || !in.within(v.Outside)) &&
		cycle >= v.FromCycle && (v.ToCycle == 0 || cycle <= v.ToCycle)
}

// within tells whether the sale lies in a window since the seller's enrolment.
func (in *EventInput) within(w *DayWindow) bool {
	var months *monthTable
	if w.byMonth() {
		months = &monthTable{location: orUTC(in.Plan.Location)} // of no months: two are asked for
	}
	return w.holds(in.Sponsor[0].EnrolledAtUS, in.AtUS, months)
}

// sold are the values that the sale was recorded with.
func (in *EventInput) sold() *SaleValues {
	if in.Sold != nil {
		return in.Sold
	}
	return &SaleValues{PV: in.PV, CV: in.CV, QV: in.QV, PriceMinor: in.PriceMinor, FeeMinor: in.FeeMinor}
}

// facts are what conditions and numbers read of a way up, as far as they ask.
func (in *EventInput) facts(w *walk, chain []ChainMember, slots []Slot) *factColumns {
	f := &factColumns{table: in.Plan.Facts, first: w.first, active: w.active, rank: w.rank, before: w.rank, achieved: w.rank, variant: w.variant}
	if len(slots) == 0 {
		return f
	}
	f.columns, f.achieved = make([][]int64, in.Plan.Facts.len()), make([]uint8, len(chain))
	for row := range chain {
		f.achieved[len(chain)-1-row] = max(chain[row].Achieved, chain[row].Rank)
	}
	for _, s := range slots { // facts of the plan's own making come after those that they read
		key := in.Plan.Facts.keys[s]
		of := in.fact(key, chain)
		if key.Fact == FactPlan {
			fold := newFactFold(&in.Plan.Facts.own[key.Name], len(chain), w.first)
			of = func(seat int32, _ *ChainMember) int64 { return fold.at(f, seat) }
		}
		if of == nil { // it stands in a column of its own
			continue
		}
		column := make([]int64, len(chain))
		for seat := range column {
			column[seat] = of(int32(seat), &chain[len(chain)-1-seat])
		}
		f.columns[s] = column
	}
	return f
}

// fact gives how a fact is read of a distributor; nil where it stands in a column of its own.
func (in *EventInput) fact(key FactKey, chain []ChainMember) func(seat int32, m *ChainMember) int64 {
	switch key.Fact {
	case FactKind:
		return func(_ int32, m *ChainMember) int64 { return oneIf(m.Kind == key.Name) }
	case FactMarket:
		return func(_ int32, m *ChainMember) int64 { return oneIf(m.Market == key.Name) }
	case FactTag:
		return func(_ int32, m *ChainMember) int64 { return int64(m.Tags >> (key.Name - 1) & 1) }
	case FactDaysEnrolled:
		return func(_ int32, m *ChainMember) int64 { return max(0, in.AtUS-m.EnrolledAtUS) / dayUS }
	case FactMonthsEnrolled:
		earliestUS := in.AtUS
		for i := range chain {
			earliestUS = min(earliestUS, chain[i].EnrolledAtUS)
		}
		complete := monthsBack(in.Plan.Location, in.AtUS, earliestUS)
		return func(_ int32, m *ChainMember) int64 { return monthsSince(complete, m.EnrolledAtUS) }
	case FactHeld:
		place := slices.Index(in.Plan.HeldAtEvents(), key.Rank)
		return func(_ int32, m *ChainMember) int64 {
			if m.Held == nil {
				return 0
			}
			return m.Held[place]
		}
	case FactCustomers:
		return func(_ int32, m *ChainMember) int64 {
			if m == &in.Sponsor[0] {
				return in.Customers
			}
			return 0
		}
	}
	return nil
}
