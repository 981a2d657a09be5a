package calc

// What is known when one sale goes live, or one of its cycles is paid: the sale itself, and of the facts how many customers its seller
// has.

// atEvent tells that a volume can be counted for one sale alone: it chooses by class and cycle only.
func (v *Volume) atEvent() bool {
	return v.Markets == nil && v.Buyers == BuyersAll && v.Share == RateScale && v.CustomerShare == RateScale && v.ClassShares == nil &&
		v.Inside == nil && v.Outside == nil && v.UntilPeriodDay == 0 && !v.FirstSaleOnly && !v.Bounded()
}

// baseAtEvent tells that what counts of one sale alone is known.
func (p *Plan) baseAtEvent(b Base) bool {
	return b < VolumeBuiltIn || p.Volumes[b-VolumeBuiltIn].atEvent()
}

// factsAtEvent tells that facts are known at an event: none but the number of customers.
func (p *Plan) factsAtEvent(slots []Slot) bool {
	for _, s := range slots {
		if key := p.Facts.keys[s]; key.Fact != FactCustomers || key.Volume >= VolumeBuiltIn || key.N != 0 {
			return false
		}
	}
	return true
}

// counted is what the sale counts in a volume, by its number.
func (in *EventInput) counted(b Base) int64 {
	value := in.measured(in.Plan.MeasureOf(b))
	if b < VolumeBuiltIn {
		return value
	}
	v := &in.Plan.Volumes[b-VolumeBuiltIn]
	class := WordNumber(in.Plan.Names.Classes, in.Class)
	cycle := max(1, in.Cycle)
	if v.Classes != nil && !v.Classes[class] || cycle < v.FromCycle || v.ToCycle > 0 && cycle > v.ToCycle {
		return 0
	}
	return value
}

// factFiller holds what conditions and numbers can read at the event.
func (in *EventInput) factFiller(w *walk) *factFiller {
	facts := &factColumns{table: in.Plan.Facts, columns: make([][]int64, in.Plan.Facts.len())}
	for s := range facts.columns {
		if in.Plan.Facts.keys[s].Fact == FactCustomers {
			facts.columns[s] = make([]int64, w.len())
			facts.columns[s][w.len()-1] = in.Customers // the seller is the lowest
		}
	}
	return &factFiller{facts: facts}
}
