package calc

import (
	"fmt"
	"math/bits"
	"slices"
	"time"
)

// loadVolumes adds up the volumes that the period asks for. Those that bound what a source counts in a year go on counting in periods
// that pay nothing by them.
func (c *computation) loadVolumes() error {
	plan := c.in.Plan
	var bases []Base
	for b := range VolumeBuiltIn + Base(len(plan.Volumes)) {
		if plan.reads(b) || b >= VolumeBuiltIn && plan.Volumes[b-VolumeBuiltIn].Bounded() {
			bases = append(bases, b)
		}
	}
	for i, column := range c.sell(bases...) {
		c.soldColumns.get(int(bases[i]), func() []int64 { return column })
	}
	return nil // what fails is kept in failure
}

// sold gives what the own sales count in a volume, by row.
func (c *computation) sold(b Base) []int64 {
	return c.soldColumns.get(int(b), func() []int64 { return c.sell(b)[0] })
}

// roundEntries is the least that are added up in one round, where there are so many.
const roundEntries = 1 << 16

// nearRows is how many rows there are at most where all of a column is near and parts are not worth their while.
const nearRows = 2 << partBits

// sell adds up what the own sales count in some volumes, by row, in rounds of not many more entries than there are distributors. No sum
// can overflow: Input.check has seen to that, and a part of a number is not greater than the number.
func (c *computation) sell(bases ...Base) [][]int64 {
	own, counts := make([][]int64, len(bases)), make([]counting, len(bases))
	for i, b := range bases {
		own[i] = make([]int64, c.n)
		var err error
		if counts[i], err = c.counting(b); err != nil {
			c.fail(err)
		}
	}
	sellers := c.in.Volumes.Seller
	most := min(len(sellers), max(roundEntries, c.n))
	var order *parting
	var sorted, computed []int64
	for from := 0; from < len(sellers); from += most {
		round := sellers[from:min(from+most, len(sellers))]
		if c.n > nearRows {
			order, sorted = newParting(c.threads, round, c.n, order), sized(sorted, len(round))
		}
		for i := range bases {
			column := counts[i].column
			if column == nil {
				computed = sized(computed, len(round))
				counts[i].fill(c.threads, computed, from)
				column = computed
			} else {
				column = column[from : from+len(round)]
			}
			if order == nil {
				for j, seller := range round {
					own[i][seller] += column[j]
				}
				continue
			}
			order.sort(column, sorted)
			order.forParts(func(_, first, from, to int) {
				part, values := own[i][first:], sorted[from:to]
				for j, low := range order.low[from:to] {
					part[low] += values[j]
				}
			})
		}
	}
	for i, b := range bases {
		if b >= VolumeBuiltIn {
			c.boundSources(&c.in.Plan.Volumes[b-VolumeBuiltIn], own[i])
		}
	}
	return own
}

// counting is what each entry of the period counts in a volume: a column of the input, or what is computed entry by entry.
type counting struct {
	column []int64
	of     func(i int) int64
}

func (k *counting) at(i int) int64 {
	if k.column != nil {
		return k.column[i]
	}
	return k.of(i)
}

// fill computes a stretch of entries.
func (k *counting) fill(threads int, to []int64, from int) {
	share(threads, 0, len(to), func(_, begin, end int) {
		for i := begin; i < end; i++ {
			to[i] = k.of(from + i)
		}
	})
}

// counted gives what each entry of the period counts in a volume.
func (c *computation) counted(b Base) ([]int64, error) {
	k, err := c.counting(b)
	if err != nil || k.column != nil {
		return k.column, err
	}
	out := make([]int64, len(c.in.Volumes.Seller))
	k.fill(c.threads, out, 0)
	return out, nil
}

func (c *computation) counting(b Base) (counting, error) {
	number := c.measured(c.in.Plan.MeasureOf(b))
	if b < VolumeBuiltIn || c.in.Plan.Volumes[b-VolumeBuiltIn].whole() {
		return number, nil
	}
	volume := &c.in.Plan.Volumes[b-VolumeBuiltIn]
	f, err := c.newFilter(volume)
	if err != nil {
		return counting{of: func(int) int64 { return 0 }}, fmt.Errorf("volume %s: %w", volume.Name, err)
	}
	return counting{of: func(i int) int64 {
		n := number.at(i)
		if n == 0 || !f.counts(i) {
			return 0
		}
		return f.part(i, n)
	}}, nil
}

// measured gives what each entry counts by a measure.
func (c *computation) measured(m Measure) counting {
	v := &c.in.Volumes
	switch m {
	case MeasureCV:
		return counting{column: v.CV}
	case MeasurePV:
		return counting{column: v.PV}
	case MeasurePrice:
		return counting{column: v.PriceMinor}
	case MeasureQV:
		if v.QV == nil {
			return counting{of: func(int) int64 { return 0 }}
		}
		return counting{column: v.QV}
	case MeasureNetPrice:
		if v.FeeMinor == nil {
			return counting{column: v.PriceMinor}
		}
		return counting{of: func(i int) int64 { return v.PriceMinor[i] - v.FeeMinor[i] }}
	}
	return counting{of: c.countOf}
}

// countOf is what an entry counts as a number of sales.
func (c *computation) countOf(i int) int64 {
	v := &c.in.Volumes
	if v.Count != nil {
		return int64(v.Count[i])
	}
	if v.PriceMinor[i] < 0 || v.CV[i] < 0 || v.PV[i] < 0 {
		return -1
	}
	return 1
}

// filter says which entries count in a volume, and how much of them.
type filter struct {
	*Volume
	in       *Input
	cutoffUS int64
	months   *monthTable // for windows of calendar months
	firstBit uint16      // of Volumes.First
	sizeBit  uint64      // of Volumes.Sized
}

func (c *computation) newFilter(v *Volume) (*filter, error) {
	f := &filter{Volume: v, in: c.in}
	rows, entries := &c.in.Volumes, len(c.in.Volumes.Seller)
	for _, column := range []struct {
		name   string
		asked  bool
		length int
	}{
		{"Class", v.Classes != nil || v.ClassShares != nil, len(rows.Class)},
		{"Market", v.Markets != nil, len(rows.Market)},
		{"Buyer", v.Buyers != BuyersAll || v.CustomerShare != RateScale, len(rows.Buyer)},
		{"AtUS", v.Inside != nil || v.Outside != nil || v.UntilPeriodDay > 0, len(rows.AtUS)},
		{"BuyerSinceUS", v.Inside.sinceFirst() || v.Outside.sinceFirst(), len(rows.BuyerSinceUS)},
		{"First", v.FirstSaleOnly, len(rows.First)},
		{"Sized", v.Size != nil, len(rows.Sized)},
	} {
		if column.asked && column.length != entries {
			return nil, fmt.Errorf("%w: Volumes.%s has %d entries, not %d", ErrInput, column.name, column.length, entries)
		}
	}
	if v.FirstSaleOnly {
		f.firstBit = 1 << firstSet(c.in.Plan.FirstSets(), v.FirstClasses)
	}
	if v.Size != nil {
		f.sizeBit = 1 << slices.Index(c.in.Plan.SaleSizes(), *v.Size)
	}
	if v.UntilPeriodDay > 0 {
		location := orUTC(c.in.Plan.Location)
		start := civilOf(time.UnixMicro(c.in.Period.StartUS).In(location))
		day := civilOf(start.utc().AddDate(0, 0, int(v.UntilPeriodDay)))
		f.cutoffUS = min(dayStartUS(day, location), c.in.Period.EndUS)
	}
	if v.Inside.byMonth() || v.Outside.byMonth() {
		f.months = newMonthTable(orUTC(c.in.Plan.Location), c.in.Period.EndUS)
	}
	return f, nil
}

// counts tells whether an entry counts at all.
func (f *filter) counts(i int) bool {
	rows := &f.in.Volumes
	switch {
	case f.Classes != nil && !f.Classes[rows.Class[i]],
		f.Markets != nil && !f.Markets[rows.Market[i]],
		f.Buyers == BuyersCustomers && rows.Buyer[i] < 0,
		f.Buyers == BuyersDistributors && rows.Buyer[i] >= 0,
		f.FirstSaleOnly && rows.First[i]&f.firstBit == 0,
		f.Size != nil && rows.Sized[i]&f.sizeBit == 0,
		f.UntilPeriodDay > 0 && rows.AtUS[i] >= f.cutoffUS,
		f.Inside != nil && !f.within(f.Inside, i),
		f.Outside != nil && f.within(f.Outside, i):
		return false
	}
	cycle := int32(1)
	if rows.Cycle != nil {
		cycle = rows.Cycle[i]
	}
	return cycle >= f.FromCycle && (f.ToCycle == 0 || cycle <= f.ToCycle)
}

func (f *filter) within(w *DayWindow, i int) bool {
	since := f.in.Network.EnrolledAtUS[f.in.Volumes.Seller[i]]
	if w.SinceFirstPurchase {
		since = f.in.Volumes.BuyerSinceUS[i]
	}
	return w.holds(since, f.in.Volumes.AtUS[i], f.months)
}

// part is how much of an entry's number counts.
func (f *filter) part(i int, number int64) int64 {
	class := uint16(0)
	if f.ClassShares != nil {
		class = f.in.Volumes.Class[i]
	}
	return f.Volume.part(number, class, f.CustomerShare != RateScale && f.in.Volumes.Buyer[i] >= 0)
}

// shareOf is a part of a number, rounded half away from zero. The rate is 0 to RateScale, so the part is in range.
func shareOf(number, rate int64) int64 {
	if rate == RateScale {
		return number
	}
	hi, lo := bits.Mul64(magnitudeOf(number), uint64(rate))
	lo, carry := bits.Add64(lo, RateScale/2, 0)
	quotient, _ := bits.Div64(hi+carry, lo, RateScale)
	if number < 0 {
		return -int64(quotient)
	}
	return int64(quotient)
}

// sourceKey names the state that keeps what a source has sold since a calendar period began, whether or not it counted.
func sourceKey(v *Volume) string { return "source:" + v.Name }

// boundSources cuts what a seller counts, by row, to what the calendar period's bounds leave. Of all that a seller has sold in the calendar
// period, what lies between the bounds has counted; so what is taken back is first what was above the upper one, and a sale of an
// earlier calendar period that is taken back takes nothing that counts in this one below zero.
func (c *computation) boundSources(v *Volume, own []int64) {
	if !v.Bounded() {
		return
	}
	before := c.sinceStart(sourceKey(v), v.SourceWithin)
	sold := make([]int64, c.n)
	for row, counted := range own {
		used := int64(0)
		if before != nil {
			used = before[row]
		}
		all, ok := added(used, counted)
		if !ok {
			c.fail(fmt.Errorf("%w: what distributor %d has sold of volume %s", ErrOverflow, row, v.Name))
			return
		}
		sold[row] = all
		own[row] = v.ofSource(all) - v.ofSource(used)
	}
	c.keep(sourceKey(v), sold)
}

// sinceStart gives a column of the state that adds up within a calendar period: nil when the period computed is the first that begins in one.
func (c *computation) sinceStart(key string, within Cadence) []int64 {
	plan := c.in.Plan
	begun := plan.PeriodAt(within, c.in.Period.StartUS).StartUS
	if plan.PeriodAt(c.in.Cadence, c.in.Period.StartUS-1).StartUS < begun {
		return nil
	}
	return c.in.Prior.State[key]
}
