package calc

import (
	"math"
	"math/big"
)

// Liability says how much a period may pay before its close has to be confirmed. It changes no amount.
type Liability struct {
	Base    Base  // built-in; what payouts are held against
	Periods int32 // closed periods that a period is compared with, at least 1
	Limits  []LiabilityLimit
}

// LiabilityPeriodsDefault is how many closed periods a period is compared with where the plan does not say.
const LiabilityPeriodsDefault = 3

// LiabilityOf says what a total or a limit is of.
type LiabilityOf uint8

// What a total is of.
const (
	LiabilityOfCompany LiabilityOf = iota + 1
	LiabilityOfBonus
	LiabilityOfMarket
	LiabilityOfVendor
	LiabilityOfRank
)

// LiabilityLimit bounds a total, or with an empty name each one of the kind that no limit names. The total of the company has no name.
type LiabilityLimit struct {
	Of     LiabilityOf
	Name   string
	Bounds []LiabilityBound
	// ChangeFromMinor is the least difference that the bounds of changes look at.
	ChangeFromMinor int64
}

// LiabilityBoundKind says how a total is bounded.
type LiabilityBoundKind uint8

// The kinds of bounds.
const (
	LiabilityPayout LiabilityBoundKind = iota + 1 // at most a rate of the base
	LiabilityAmount                               // at most an amount
	LiabilityRise                                 // at most so much above the mean of the periods before
	LiabilityFall                                 // at most so much below it
)

// LiabilityBound is one bound: Value is a rate in 10⁻⁹, or for LiabilityAmount minor units.
type LiabilityBound struct {
	Kind  LiabilityBoundKind
	Value int64
}

// LiabilityTotal is what a period pays of one kind, beside what it is held against.
type LiabilityTotal struct {
	Of                     LiabilityOf
	Name                   string
	AmountMinor, BaseMinor int64
	// BeforeMinor is what closed periods before it have paid, PeriodsBefore together; they are compared by their mean.
	BeforeMinor, PeriodsBefore int64
}

// LiabilityFinding is a bound that a total is outside of. LimitMinor is the amount that it allows.
type LiabilityFinding struct {
	Total      int // index of the total
	Bound      LiabilityBound
	LimitMinor int64
}

// Check lists the bounds that totals are outside of, in the order of the totals, and of the limits for each.
func (l *Liability) Check(totals []LiabilityTotal) []LiabilityFinding {
	type name struct {
		of   LiabilityOf
		name string
	}
	named := make(map[name]bool)
	for i := range l.Limits {
		named[name{l.Limits[i].Of, l.Limits[i].Name}] = true
	}
	var findings []LiabilityFinding
	for t := range totals {
		total := &totals[t]
		for i := range l.Limits {
			limit := &l.Limits[i]
			if limit.Of != total.Of || limit.Name != total.Name && (limit.Name != "" || named[name{total.Of, total.Name}]) {
				continue
			}
			for _, bound := range limit.Bounds {
				if allowed, broken := bound.check(total, limit.ChangeFromMinor); broken {
					findings = append(findings, LiabilityFinding{Total: t, Bound: bound, LimitMinor: allowed})
				}
			}
		}
	}
	return findings
}

// check tells whether the total is outside of the bound, and the amount that the bound allows. Whole minor units are compared with an
// exact bound, so it may be rounded towards what it allows.
func (b LiabilityBound) check(t *LiabilityTotal, changeFromMinor int64) (allowedMinor int64, broken bool) {
	switch b.Kind {
	case LiabilityAmount:
		return b.Value, t.AmountMinor > b.Value
	case LiabilityPayout:
		allowed := floorQuotient(new(big.Int).Mul(big.NewInt(max(0, t.BaseMinor)), big.NewInt(b.Value)), RateScale)
		return allowed, t.AmountMinor > allowed
	}
	if t.PeriodsBefore == 0 {
		return 0, false
	}
	// The mean, times the number of periods and the scale of rates, is a whole number.
	sum := big.NewInt(t.BeforeMinor)
	scaled := new(big.Int).Mul(sum, big.NewInt(RateScale))
	change := new(big.Int).Mul(new(big.Int).Abs(sum), big.NewInt(b.Value))
	scale := t.PeriodsBefore * RateScale
	apart := new(big.Int).Mul(big.NewInt(t.AmountMinor), big.NewInt(scale))
	apart.Abs(apart.Sub(apart, scaled))
	looked := apart.Cmp(new(big.Int).Mul(big.NewInt(changeFromMinor), big.NewInt(scale))) >= 0
	if b.Kind == LiabilityRise {
		allowed := floorQuotient(scaled.Add(scaled, change), scale)
		return allowed, looked && t.AmountMinor > allowed
	}
	allowed := -floorQuotient(scaled.Neg(scaled.Sub(scaled, change)), scale)
	return allowed, looked && t.AmountMinor < allowed
}

// floorQuotient divides by a positive number, toward minus infinity, and keeps to the range of int64: beyond it nothing is outside.
func floorQuotient(n *big.Int, by int64) int64 {
	q := new(big.Int).Div(n, big.NewInt(by)) // Euclidean, which is the floor where the divisor is positive
	switch {
	case q.IsInt64():
		return q.Int64()
	case q.Sign() < 0:
		return -math.MaxInt64
	}
	return math.MaxInt64
}

// LiabilityBaseMinor is what a sum of the liability's base comes to in minor units, at the plan's own value of a point, rounded down. The
// sum is of volume units, or of minor units where the base is money.
func (p *Plan) LiabilityBaseMinor(sum int64) int64 {
	if p.MeasureOf(p.Liability.Base).Unit() == UnitMoney {
		return sum
	}
	return floorQuotient(new(big.Int).Mul(big.NewInt(sum), big.NewInt(p.PointValue.Num)), p.PointValue.Den)
}
