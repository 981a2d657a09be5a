package calc

import "math/big"

// lineRates gives what bases of lines are multiplied by, for one thread. Rates are made ready when they are first met.
type lineRates struct {
	*stage
	factors []Factor // as they stood when the work began
	cache   [1 << lineRatesBits]cachedRatio
	parts   []Fraction // scratch
}

const lineRatesBits = 8

// cachedRatio is a rate of a bonus, ready for a loop.
type cachedRatio struct {
	bonus   int32
	variant uint8
	kind    LineKind
	made    bool
	rate    int64
	ratio   ratio
}

// exact is base × rate × a fraction × factors of a line, in rounding steps.
func (w *lineRates) exact(b *lineBlock, j int, factor int32, f Fraction) (ExactAmount, error) {
	if r := w.ratio(b, j, factor, f); r.fits {
		return r.exact(b.Base[j])
	}
	return ExactProduct(b.Base[j], b.rounding.StepMinor, w.fractions(b, j, factor, f)...)
}

// ratio is what the base of a line is multiplied by.
func (w *lineRates) ratio(b *lineBlock, j int, factor int32, f Fraction) ratio {
	rate, variant := b.Rate[j], w.variantOf(b.Earner[j])
	hash := (uint64(rate)*0x9e3779b97f4a7c15 + uint64(b.bonus)<<8 + uint64(variant)) * 0xff51afd7ed558ccd
	c := &w.cache[hash>>(64-lineRatesBits)]
	if !c.made || c.rate != rate || int(c.bonus) != b.bonus || c.variant != variant || c.kind != b.Kind[j] {
		t := newTariff(unitOfLine(b.Kind[j], b.unit), rate, w.plan.pointValueOf(variant), b.rounding)
		*c = cachedRatio{bonus: int32(b.bonus), variant: variant, kind: b.Kind[j], made: true, rate: rate, ratio: ratioOf(&t)}
	}
	r := c.ratio
	r.times(f)
	for ; factor != 0; factor = w.factors[factor].Next {
		r.times(w.factors[factor].Fraction)
	}
	return r
}

// fractions lists that, where it does not fit. The list holds until the next call.
func (w *lineRates) fractions(b *lineBlock, j int, factor int32, f Fraction) []Fraction {
	t := newTariff(unitOfLine(b.Kind[j], b.unit), b.Rate[j], w.plan.pointValueOf(w.variantOf(b.Earner[j])), b.rounding)
	w.parts = append(w.parts[:0], Fraction{b.Rate[j], RateScale}, t.pointValue, f)
	for ; factor != 0; factor = w.factors[factor].Next {
		w.parts = append(w.parts, w.factors[factor].Fraction)
	}
	return w.parts
}

func (w *lineRates) variantOf(row int32) uint8 {
	return w.variantOfRow(row)
}

// ratOf multiplies a base by fractions.
func ratOf(base int64, fractions []Fraction) *big.Rat {
	product := new(big.Rat).SetInt64(base)
	for _, f := range fractions {
		product.Mul(product, big.NewRat(f.Num, f.Den))
	}
	return product
}
