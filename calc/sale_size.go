package calc

import "slices"

// SaleSize is how large a sale is that counts in a volume, by what it was recorded with: what a change makes of a service later makes it
// no larger or smaller, so that what was paid on it and what is taken back go by one size.
type SaleSize struct {
	Measure Measure // what of the sale is looked at; not MeasureCount, as one sale is one
	// From is the least, Below what it does not reach, in units of the measure; Below 0: no end.
	From, Below int64
}

// SaleSizesMax is how many sizes the volumes of a plan may speak of at most: each has a bit of Volumes.Sized.
const SaleSizesMax = 64

// Holds tells whether a sale of these values has the size.
func (s *SaleSize) Holds(v *SaleValues) bool {
	size := v.PriceMinor - v.FeeMinor
	switch s.Measure {
	case MeasureCV:
		size = v.CV
	case MeasurePV:
		size = v.PV
	case MeasureQV:
		size = v.QV
	case MeasurePrice:
		size = v.PriceMinor
	case MeasureNetPrice, MeasureCount:
	}
	if v.PriceMinor < 0 || v.CV < 0 || v.PV < 0 {
		size = -size // it takes a sale back, and is as large as that
	}
	return size >= s.From && (s.Below == 0 || size < s.Below)
}

// SaleSizes lists the sizes of sales that volumes choose by, each once, in the order of the volumes. Their places are the bits of
// Volumes.Sized.
func (p *Plan) SaleSizes() []SaleSize {
	var sizes []SaleSize
	for i := range p.Volumes {
		if size := p.Volumes[i].Size; size != nil && !slices.Contains(sizes, *size) {
			sizes = append(sizes, *size)
		}
	}
	return sizes
}

// SizeBits says which of some sizes a sale has, as the bits of Volumes.Sized.
func SizeBits(sizes []SaleSize, v *SaleValues) (bits uint64) {
	for k := range sizes {
		if sizes[k].Holds(v) {
			bits |= 1 << k
		}
	}
	return bits
}
