package calc

import (
	"fmt"
	"math/big"
	"time"
)

// sellAll finds what everybody sells in every volume.
func (m *folk) sellAll() {
	for b := range VolumeBuiltIn + Base(len(m.in.Plan.Volumes)) {
		own, uncut := make([]*big.Rat, m.n), make([]*big.Rat, m.n)
		for i := range m.n {
			uncut[i] = new(big.Rat)
		}
		for k, seller := range m.in.Volumes.Seller {
			uncut[seller].Add(uncut[seller], m.counted(b, k))
		}
		m.now.uncut = append(m.now.uncut, uncut)
		for i := range m.n {
			own[i] = m.bounded(b, i, uncut[i])
		}
		m.now.own = append(m.now.own, own)
	}
}

// bounded cuts a seller's volume of the period to what the calendar period's bounds leave: of all that the seller has sold in it, what
// lies between them counts, and nothing below zero.
func (m *folk) bounded(b Base, i int, sold *big.Rat) *big.Rat {
	if b < VolumeBuiltIn || m.in.Plan.Volumes[b-VolumeBuiltIn].SourceWithin == 0 {
		return sold
	}
	v := &m.in.Plan.Volumes[b-VolumeBuiltIn]
	location := orUTC(m.in.Plan.Location)
	calendar := PeriodAt(v.SourceWithin, location, m.in.Period.StartUS)
	before := new(big.Rat)
	for _, p := range m.past {
		if calendar.Contains(p.period.StartUS) {
			before.Add(before, p.uncut[b][i])
		}
	}
	counts := func(all *big.Rat) *big.Rat {
		reached := most(all, bigOf(v.SourceFrom))
		if v.SourceCap > 0 {
			reached = least(reached, bigOf(v.SourceCap))
		}
		return new(big.Rat).Sub(reached, bigOf(v.SourceFrom))
	}
	return new(big.Rat).Sub(counts(new(big.Rat).Add(before, sold)), counts(before))
}

func most(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) >= 0 {
		return a
	}
	return b
}

// measured is a number of one entry.
func (m *folk) measured(of Measure, k int) int64 {
	v := &m.in.Volumes
	or := func(column []int64) int64 {
		if column == nil {
			return 0
		}
		return column[k]
	}
	switch of {
	case MeasureCV:
		return v.CV[k]
	case MeasurePV:
		return v.PV[k]
	case MeasureQV:
		return or(v.QV)
	case MeasurePrice:
		return v.PriceMinor[k]
	case MeasureNetPrice:
		return v.PriceMinor[k] - or(v.FeeMinor)
	}
	if v.Count != nil {
		return int64(v.Count[k])
	}
	if v.PV[k] < 0 || v.CV[k] < 0 || v.PriceMinor[k] < 0 {
		return -1
	}
	return 1
}

// isFirst tells whether an entry is of the first sale that a volume speaks of: each set of classes that another volume before has not
// spoken of has the next bit.
func (m *folk) isFirst(v *Volume, k int) bool {
	bits := map[string]uint16{}
	for i := range m.in.Plan.Volumes {
		other := &m.in.Plan.Volumes[i]
		set := fmt.Sprint(other.FirstClasses == nil, other.FirstClasses)
		if _, known := bits[set]; other.FirstSaleOnly && !known {
			bits[set] = 1 << len(bits)
		}
	}
	return m.in.Volumes.First[k]&bits[fmt.Sprint(v.FirstClasses == nil, v.FirstClasses)] != 0
}

// hasSize tells whether the sale of an entry has the size that a volume speaks of: each that no volume before has spoken of has the next bit.
func (m *folk) hasSize(v *Volume, k int) bool {
	bits := map[SaleSize]uint64{}
	for i := range m.in.Plan.Volumes {
		if size := m.in.Plan.Volumes[i].Size; size != nil && bits[*size] == 0 {
			bits[*size] = 1 << len(bits)
		}
	}
	return m.in.Volumes.Sized[k]&bits[*v.Size] != 0
}

// counted is what one entry counts in a volume.
func (m *folk) counted(b Base, k int) *big.Rat {
	if b < VolumeBuiltIn {
		return bigOf(m.measured(Measure(b), k))
	}
	v, rows := &m.in.Plan.Volumes[b-VolumeBuiltIn], &m.in.Volumes
	if v.Classes != nil && !v.Classes[rows.Class[k]] || v.Markets != nil && !v.Markets[rows.Market[k]] || v.FirstSaleOnly && !m.isFirst(v, k) {
		return new(big.Rat)
	}
	if v.Size != nil && !m.hasSize(v, k) {
		return new(big.Rat)
	}
	if v.Buyers == BuyersCustomers && rows.Buyer[k] == -1 || v.Buyers == BuyersDistributors && rows.Buyer[k] != -1 {
		return new(big.Rat)
	}
	if v.Inside != nil && !m.inWindow(v.Inside, k) || v.Outside != nil && m.inWindow(v.Outside, k) {
		return new(big.Rat)
	}
	if v.UntilPeriodDay > 0 && m.dayOfPeriod(k) > int(v.UntilPeriodDay) {
		return new(big.Rat)
	}
	cycle := int32(1)
	if rows.Cycle != nil {
		cycle = rows.Cycle[k]
	}
	if cycle < v.FromCycle || v.ToCycle != 0 && cycle > v.ToCycle {
		return new(big.Rat)
	}
	part := new(big.Rat).Mul(bigOf(m.measured(v.Measure, k)), big.NewRat(v.Share, RateScale))
	if v.ClassShares != nil {
		part.Mul(part, big.NewRat(v.ClassShares[rows.Class[k]], RateScale))
	}
	if v.CustomerShare != RateScale && rows.Buyer[k] != -1 {
		part.Mul(part, big.NewRat(v.CustomerShare, RateScale))
	}
	rounded, _ := modelRound(part, Rounding{HalfUp, 1})
	return bigOf(rounded)
}

func (m *folk) inWindow(w *DayWindow, k int) bool {
	from := m.in.Network.EnrolledAtUS[m.in.Volumes.Seller[k]]
	if w.SinceFirstPurchase {
		from = m.in.Volumes.BuyerSinceUS[k]
	}
	passed := big.NewRat(m.in.Volumes.AtUS[k]-from, dayUS)
	months := m.month(m.in.Volumes.AtUS[k]) - m.month(from)
	return passed.Cmp(bigOf(int64(w.FromDay))) >= 0 && (w.ToDay == 0 || passed.Cmp(bigOf(int64(w.ToDay))) < 0) &&
		months >= int(w.FromMonth) && (w.ToMonth == 0 || months < int(w.ToMonth))
}

// month counts calendar months from the year 0 on.
func (m *folk) month(us int64) int {
	at := time.UnixMicro(us).In(orUTC(m.in.Plan.Location))
	return at.Year()*12 + int(at.Month())
}

// dayOfPeriod tells on which day of the period, by the calendar, a sale was made; the first is 1.
func (m *folk) dayOfPeriod(k int) int {
	location := orUTC(m.in.Plan.Location)
	date := func(us int64) time.Time {
		year, month, day := time.UnixMicro(us).In(location).Date()
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	return int(date(m.in.Volumes.AtUS[k]).Sub(date(m.in.Period.StartUS))/(24*time.Hour)) + 1
}
