package calc

import "math/bits"

// ratio is a product of fractions that turns a base into rounding steps, num ÷ den of them for each. A loop that meets other factors on
// every line multiplies them here one by one, which takes a few instructions each as long as num and den fit 64 bits.
type ratio struct {
	num, den uint64
	negative bool
	// fits is false once num or den has left 64 bits; then what it was made of is multiplied in full.
	fits bool
}

func ratioOf(t *tariff) ratio { return ratio{t.num, t.den, t.negative, t.den != 0} }

// times multiplies by a fraction.
func (r *ratio) times(f Fraction) {
	if !r.fits {
		return
	}
	num, den := magnitudeOf(f.Num), uint64(f.Den)
	highNum, lowNum := bits.Mul64(r.num, num)
	highDen, lowDen := bits.Mul64(r.den, den)
	if highNum|highDen != 0 {
		across, down := gcd(r.num, den), gcd(num, r.den)
		highNum, lowNum = bits.Mul64(r.num/across, num/down)
		highDen, lowDen = bits.Mul64(r.den/down, den/across)
	}
	r.num, r.den, r.fits = lowNum, lowDen, highNum|highDen == 0
	r.negative = r.negative != (f.Num < 0)
}

// exact multiplies a base. It is asked only while the ratio fits.
func (r *ratio) exact(base int64) (ExactAmount, error) {
	hi, lo := bits.Mul64(magnitudeOf(base), r.num)
	return ExactQuotient(hi, lo, r.den, r.negative != (base < 0))
}
