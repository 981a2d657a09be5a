package calc

// The names of a pool's factors. Names that plans give have no spaces.
const (
	factorShares     = "part of the shares"
	factorPlaces     = "part of the place"
	factorEquals     = "equals in the place"
	factorLimit      = "limit of the pool"
	factorRest       = "rest of the pool"
	factorPointValue = "value of a point"
)

// poolLines makes a pool's lines.
type poolLines struct {
	*poolSharing
	s    *stage
	unit Unit
	// parts keeps what claims stand for, as many claim the same.
	parts [1 << 8]poolPart
}

// poolPart is what a claim stands for, in a variant: rates with factors of the pool and of what was carried in.
type poolPart struct {
	made            bool
	key             poolPartKey
	pooled, carried tariff
}

type poolPartKey struct {
	claim, sharers int64
	atLimit        bool
	variant        uint8
}

// pay adds the lines of what everybody gets.
func (x *poolSharing) pay(s *stage) error {
	l := &poolLines{poolSharing: x, s: s, unit: x.rule.unit(s.plan)}
	sink := &s.sinks[x.bonus]
	for member, row := range x.rows {
		left := x.amountsMinor[member]
		if left == 0 {
			continue
		}
		part := l.part(x.claim(member), s.sponsor.variantAt(int(s.sponsor.seat()[row])))
		pooledMinor, err := part.pooled.amountMinor(x.base)
		if err != nil {
			return sink.failed(row, err)
		}
		carriedMinor, err := part.carried.amountMinor(x.carriedMinor)
		if err != nil {
			return sink.failed(row, err)
		}
		left -= pooledMinor + carriedMinor
		if x.base != 0 {
			sink.put(line{earner: row, base: x.base, rate: x.rate, factor: part.pooled.factor, amountMinor: pooledMinor})
		}
		if left != 0 {
			sink.put(line{earner: row, kind: LineRounding, amountMinor: left})
		}
		if x.carriedMinor != 0 {
			sink.put(line{
				earner: row, kind: LineAdjustment, base: x.carriedMinor, rate: RateScale, factor: part.carried.factor, amountMinor: carriedMinor,
			})
		}
	}
	return nil
}

// part looks up, or makes, what a claim stands for.
func (l *poolLines) part(claim int, variant uint8) *poolPart {
	key := poolPartKey{l.claims[claim], l.sharersOf(claim), l.atLimit != nil && l.atLimit[claim], variant}
	if key.atLimit {
		key.claim, key.sharers = 0, 0 // all get the same
	}
	hash := (uint64(key.claim)*0x9e3779b97f4a7c15 ^ uint64(key.sharers) ^ uint64(variant)<<32) * 0xff51afd7ed558ccd
	part := &l.parts[hash>>(64-8)]
	if !part.made || part.key != key {
		*part = poolPart{made: true, key: key}
		worth := l.worth(variant)
		factor := l.chain(key, worth)
		part.pooled = l.tariff(l.unit, l.rate, variant, factor)
		if worth != 0 {
			factor = l.chain(key, 0)
		}
		part.carried = l.tariff(UnitMoney, RateScale, variant, factor)
	}
	return part
}

func (l *poolLines) tariff(unit Unit, rate int64, variant uint8, factor int32) tariff {
	t := newTariff(unit, rate, l.s.plan.pointValueOf(variant), l.rounding, l.s.factors.fractions(factor)...)
	t.factor = factor
	return t
}

// worth gives the factors by which a variant's value of a point becomes the plan's own, which the pool is made at; 0 for none.
func (l *poolLines) worth(variant uint8) int32 {
	own, pooled := l.s.plan.pointValueOf(variant), l.s.plan.PointValue
	if l.unit != UnitVolume || own == pooled {
		return 0
	}
	return l.s.factors.add(factorPointValue, pooled, l.s.factors.add(factorPointValue, own.inverse(), 0))
}

// chain gives the factors of a part of the pool, after others.
func (l *poolLines) chain(key poolPartKey, factor int32) int32 {
	add := func(name string, f Fraction) { factor = l.s.factors.add(name, f, factor) }
	if key.atLimit {
		add(factorLimit, Fraction{l.limitMinor, l.wholeMinor})
		return factor
	}
	if l.restMinor != l.wholeMinor {
		add(factorRest, Fraction{l.restMinor, l.wholeMinor})
	}
	if l.sharers != nil {
		add(factorPlaces, Fraction{key.claim, l.restOf})
		if key.sharers > 1 {
			add(factorEquals, Fraction{1, key.sharers})
		}
		return factor
	}
	part := Fraction{key.claim, l.restOf}
	for unit := l.rule.Generations.unit(); unit > 1 && part.Num%10 == 0 && part.Den%10 == 0; unit /= 10 {
		part.Num, part.Den = part.Num/10, part.Den/10 // so that whole shares read as such
	}
	add(factorShares, part)
	return factor
}
