package calc

import "math/bits"

// tariff is a rate made ready for a loop: with what does not change from line to line multiplied out beforehand, an amount is one
// product of 128 bits and one division.
type tariff struct {
	rate   int64
	factor int32 // index of factors, which lines carry
	// num/den turns a base into a number of rounding steps; den is 0 where they do not fit 64 bits, and Amount does the work.
	num, den   uint64
	negative   bool
	pointValue Fraction
	rounding   Rounding
	factors    []Fraction
}

// newTariff makes a rate ready for bases of a unit: what money a rate of 1 makes of one of them is the value of a point for volume, and
// one for money; of pieces the rate is the money for each.
func newTariff(unit Unit, rate int64, pointValue Fraction, r Rounding, factors ...Fraction) tariff {
	switch unit {
	case UnitMoney:
		pointValue = One
	case UnitCount:
		pointValue = Fraction{RateScale, 1}
	case UnitVolume:
	}
	t := tariff{rate: rate, pointValue: pointValue, rounding: r, factors: factors}
	if r.StepMinor <= 0 || pointValue.Den <= 0 {
		return t
	}
	num, den := one, one
	fits := true
	multiply := func(n, d int64) {
		fits = fits && d > 0 && num.multiply(magnitudeOf(n)) && den.multiply(uint64(max(d, 1)))
		t.negative = t.negative != (n < 0)
		if num.size() <= 1 && den.size() <= 1 {
			g := gcd(num[0], den[0])
			num[0], den[0] = num[0]/g, den[0]/g
		}
	}
	multiply(rate, RateScale)
	multiply(pointValue.Num, pointValue.Den)
	multiply(1, r.StepMinor)
	for _, f := range factors {
		multiply(f.Num, f.Den)
	}
	if fits && num.size() <= 1 && den.size() == 1 {
		t.num, t.den = num[0], den[0]
	}
	return t
}

// amountMinor gives what Amount gives.
func (t *tariff) amountMinor(base int64) (int64, error) {
	if t.den == 0 {
		return Amount(base, t.rate, t.pointValue, t.rounding, t.factors...)
	}
	hi, lo := bits.Mul64(magnitudeOf(base), t.num)
	if hi >= t.den {
		return 0, ErrOverflow
	}
	steps, left := lo/t.den, lo%t.den
	if hi != 0 {
		steps, left = bits.Div64(hi, lo, t.den)
	}
	half := 0
	switch rest := t.den - left; {
	case left < rest:
		half = -1
	case left > rest:
		half = 1
	}
	steps, ok := roundSteps(steps, left != 0, half, t.rounding.Mode)
	if !ok {
		return 0, ErrOverflow
	}
	return stepsToMinor(steps, t.rounding.StepMinor, t.negative != (base < 0))
}
