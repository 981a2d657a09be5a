package calc

import (
	"math/big"
	"math/bits"
)

// exactSum adds up exact amounts in minor units: over one denominator and in 128 bits as long as they fit, and of any size after that.
type exactSum struct {
	hi, lo   uint64 // magnitude of the numerator
	negative bool
	den      uint64
	large    *big.Rat // takes their place once they do not fit
}

func (s *exactSum) reset() { *s = exactSum{den: 1} }

// add adds a base × ratio; the fractions are asked for when that does not fit.
func (s *exactSum) add(base int64, r ratio, fractions func() []Fraction) {
	if s.large == nil && r.fits && s.fit(base, &r) {
		return
	}
	s.grow()
	s.large.Add(s.large, ratOf(base, fractions()))
}

func (s *exactSum) addMinor(amountMinor int64) {
	s.add(amountMinor, ratio{num: 1, den: 1, fits: true}, func() []Fraction { return nil })
}

// fit adds what fits; false when it does not, and nothing is changed.
func (s *exactSum) fit(base int64, r *ratio) bool {
	common := gcd(s.den, r.den)
	overflow, den := bits.Mul64(s.den/common, r.den)
	hi, lo, ok := times128(s.hi, s.lo, r.den/common)
	termHi, termLo := bits.Mul64(magnitudeOf(base), r.num)
	termHi, termLo, fits := times128(termHi, termLo, s.den/common)
	if overflow != 0 || !ok || !fits {
		return false
	}
	negative := r.negative != (base < 0)
	if negative == s.negative {
		var carry uint64
		lo, carry = bits.Add64(lo, termLo, 0)
		if hi, carry = bits.Add64(hi, termHi, carry); carry != 0 {
			return false
		}
	} else {
		var borrow uint64
		lo, borrow = bits.Sub64(lo, termLo, 0)
		if hi, borrow = bits.Sub64(hi, termHi, borrow); borrow != 0 {
			lo, borrow = bits.Sub64(0, lo, 0)
			hi, _ = bits.Sub64(0, hi, borrow)
			s.negative = negative
		}
	}
	s.hi, s.lo, s.den = hi, lo, den
	return true
}

// times128 multiplies 128 bits by 64; false when the product does not fit 128.
func times128(hi, lo, by uint64) (uint64, uint64, bool) {
	over, high := bits.Mul64(hi, by)
	carry, low := bits.Mul64(lo, by)
	high, carry = bits.Add64(high, carry, 0)
	return high, low, over == 0 && carry == 0
}

// grow moves the sum to where any size fits.
func (s *exactSum) grow() {
	if s.large != nil {
		return
	}
	num := new(big.Int).SetUint64(s.hi)
	num.Lsh(num, 64).Or(num, new(big.Int).SetUint64(s.lo))
	if s.negative {
		num.Neg(num)
	}
	s.large = new(big.Rat).SetFrac(num, new(big.Int).SetUint64(s.den))
}

// roundedMinor rounds the sum. The errors are those of Amount.
func (s *exactSum) roundedMinor(r Rounding) (int64, error) {
	if s.large == nil {
		q := quotient{num: wide{s.lo, s.hi}, den: wide{s.den}, negative: s.negative}
		return q.rounded(r)
	}
	if r.StepMinor <= 0 {
		return 0, ErrFraction
	}
	den := new(big.Int).Mul(s.large.Denom(), big.NewInt(r.StepMinor))
	steps, left := new(big.Int).QuoRem(new(big.Int).Abs(s.large.Num()), den, new(big.Int))
	half := new(big.Int).Lsh(left, 1).Cmp(den)
	if !steps.IsUint64() {
		return 0, ErrOverflow
	}
	rounded, ok := roundSteps(steps.Uint64(), left.Sign() != 0, half, r.Mode)
	if !ok {
		return 0, ErrOverflow
	}
	return stepsToMinor(rounded, r.StepMinor, s.large.Sign() < 0)
}
