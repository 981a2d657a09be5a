package calc

import (
	"fmt"
	"slices"
)

// Measure says what of a sale is added up.
type Measure uint8

// The measures.
const (
	MeasureCV Measure = iota
	MeasurePV
	MeasurePrice
	MeasureQV
	MeasureNetPrice // price less fees
	MeasureCount
	measures
)

// Base says what a rate is applied to: the number of a volume. The built-in volumes are the measures, of all sales and whole; the
// plan's own come after them.
type Base uint16

// The built-in volumes.
const (
	BaseCV       = Base(MeasureCV)
	BasePV       = Base(MeasurePV)
	BasePrice    = Base(MeasurePrice)
	BaseQV       = Base(MeasureQV)
	BaseNetPrice = Base(MeasureNetPrice)
	BaseCount    = Base(MeasureCount)

	VolumeBuiltIn = Base(measures)
)

// Unit says what the base of a line counts.
type Unit uint8

// The units of bases.
const (
	UnitVolume Unit = iota // volume units, 10⁻⁴ points; a rate is in 10⁻⁹, and the value of a point makes it money
	UnitMoney              // minor units of the plan's currency; a rate is in 10⁻⁹
	UnitCount              // pieces; a rate is minor units for each
)

// Unit is what the measure counts.
func (m Measure) Unit() Unit {
	switch m {
	case MeasurePrice, MeasureNetPrice:
		return UnitMoney
	case MeasureCount:
		return UnitCount
	}
	return UnitVolume
}

// Buyers says whose purchases count.
type Buyers uint8

// Whose purchases count.
const (
	BuyersAll Buyers = iota
	BuyersCustomers
	BuyersDistributors
)

// DayWindow is a half-open stretch of days of 24 hours, and of calendar months: what is in both is inside. ToDay and ToMonth 0 mean that
// it does not end. Months are counted from the one in which the days begin, which is month 0, and each ends with the calendar's.
type DayWindow struct {
	SinceFirstPurchase bool // of the buyer; else since the seller's enrolment
	FromDay, ToDay     int32
	FromMonth, ToMonth int32
}

// Volume is a volume of the plan's own making: which sales count, and how much of each.
type Volume struct {
	Name    string
	Measure Measure
	// Classes tells, by class number, whether a product class counts; nil: all do.
	Classes []bool
	// Markets tells, by market number, whether sales of a market count; nil: all do.
	Markets []bool
	Buyers  Buyers
	// Share is the rate of a sale that counts, ClassShares that by class number besides, CustomerShare that of customers' purchases
	// besides; RateScale for all of it. A part is rounded half up to one unit, sale by sale.
	Share, CustomerShare int64
	ClassShares          []int64
	Inside, Outside      *DayWindow
	// UntilPeriodDay is a cutoff: only the first so many days of the period count; 0 for all.
	UntilPeriodDay int32
	// Size is how large the sales are that count; nil: any.
	Size *SaleSize
	// FromCycle and ToCycle bound the billing cycles that count; ToCycle 0: no end.
	FromCycle, ToCycle int32
	// FirstSaleOnly counts each buyer's first sale alone: the first of those in FirstClasses, which are by class number like Classes; nil: of
	// all. A bonus that narrows a volume to some classes leaves them as they are: what is first is said by the volume.
	FirstSaleOnly bool
	FirstClasses  []bool
	// SourceFrom and SourceCap bound what counts of one seller, in units of the measure: what lies between them, of all that is sold in
	// the calendar period SourceWithin; SourceCap 0: no upper bound.
	SourceFrom, SourceCap int64
	SourceWithin          Cadence
}

// Bounded tells that what one seller counts has bounds, so that no sale counts by itself.
func (v *Volume) Bounded() bool { return v.SourceFrom != 0 || v.SourceCap != 0 }

// ofSource is what counts of all that a seller has sold in the calendar period.
func (v *Volume) ofSource(all int64) int64 {
	if v.SourceCap != 0 {
		all = min(all, v.SourceCap)
	}
	return max(all, v.SourceFrom) - v.SourceFrom
}

// whole tells that nothing is filtered, shared or bounded.
func (v *Volume) whole() bool {
	return v.Classes == nil && v.Markets == nil && v.Buyers == BuyersAll && v.Share == RateScale && v.CustomerShare == RateScale &&
		v.ClassShares == nil && v.Inside == nil && v.Outside == nil && v.UntilPeriodDay == 0 && v.Size == nil && v.FromCycle <= 1 && v.ToCycle == 0 &&
		!v.FirstSaleOnly && !v.Bounded()
}

// part is how much counts of a number of a sale, of a class by its number. Where several shares apply, their product is what is rounded.
func (v *Volume) part(number int64, class uint16, customer bool) int64 {
	shares, rates := [...]int64{v.Share, RateScale, RateScale}, 0
	if v.ClassShares != nil {
		shares[1] = v.ClassShares[class]
	}
	if v.CustomerShare != RateScale && customer {
		shares[2] = v.CustomerShare
	}
	share := int64(RateScale)
	for _, rate := range shares {
		if rate != RateScale {
			share = rate
			rates++
		}
	}
	if rates <= 1 {
		return shareOf(number, share)
	}
	product, _ := Amount(number, shares[0], Fraction{shares[1], RateScale}, Rounding{HalfUp, 1}, Fraction{shares[2], RateScale}) // in range: no share is above 1
	return product
}

// FirstSetsMax is how many sets of product classes there may be at most of which volumes count the first sale: each has a bit of
// Volumes.First.
const FirstSetsMax = 16

// FirstSets lists the sets of product classes of which volumes count each buyer's first sale, by class number, in the order of the volumes;
// nil is the set of all. Their places are the bits of Volumes.First.
func (p *Plan) FirstSets() [][]bool {
	var sets [][]bool
	for i := range p.Volumes {
		if v := &p.Volumes[i]; v.FirstSaleOnly && firstSet(sets, v.FirstClasses) < 0 {
			sets = append(sets, v.FirstClasses)
		}
	}
	return sets
}

// firstSet is the place of a set among others; -1 where it is not among them.
func firstSet(sets [][]bool, classes []bool) int {
	return slices.IndexFunc(sets, func(set []bool) bool { return (set == nil) == (classes == nil) && slices.Equal(set, classes) })
}

// InFirstSet tells whether a class, by its number, is in a set of FirstSets.
func InFirstSet(set []bool, class uint16) bool { return set == nil || set[class] }

// MeasureOf gives the measure of a volume by its number.
func (p *Plan) MeasureOf(b Base) Measure {
	if b < VolumeBuiltIn {
		return Measure(b)
	}
	return p.Volumes[b-VolumeBuiltIn].Measure
}

// VolumeName gives the name of a volume by its number.
func (p *Plan) VolumeName(b Base) string {
	if b < VolumeBuiltIn {
		return [...]string{"cv", "pv", "price", "qv", "net_price", "count"}[b]
	}
	return p.Volumes[b-VolumeBuiltIn].Name
}

func (p *Plan) checkBase(b Base) error {
	if int(b) >= int(VolumeBuiltIn)+len(p.Volumes) {
		return fmt.Errorf("%w: there is no volume number %d", ErrPlan, b)
	}
	return nil
}
