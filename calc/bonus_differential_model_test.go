package calc

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// modelGroups is what the slow models of these bonuses have in common: one distributor at a time, rationals, recursion.
type modelGroups struct {
	in    *Input
	b     *Bonus
	lines map[modelKey]modelSum
}

type modelKey struct {
	earner, level, part int
	kind                LineKind
}

type modelSum struct {
	base *big.Rat
	rate int64
}

func newModelGroups(in *Input) *modelGroups {
	return &modelGroups{in: in, b: &in.Plan.Bonuses[0], lines: map[modelKey]modelSum{}}
}

func (m *modelGroups) len() int { return len(m.in.Network.Sponsor) }

func (m *modelGroups) tag(i, tag int) bool { return m.in.Network.Tags[i]>>(tag-1)&1 == 1 }

func (m *modelGroups) active(i int) bool { return m.in.Plan.Active == nil || m.tag(i, tagActive) }

func (m *modelGroups) rank(i int) int { return int(m.in.Prior.Achieved[i]) }

func (m *modelGroups) variant(i int) int {
	if m.in.Plan.VariantOfMarket == nil {
		return 0
	}
	return int(m.in.Plan.VariantOfMarket[m.in.Network.Market[i]])
}

func (m *modelGroups) paid(i int) bool {
	return (m.active(i) || m.b.Inactive == InactivePaid) && (m.b.When == nil || m.tag(i, tagQualified)) &&
		(m.b.Markets == nil || m.b.Markets[m.in.Network.Market[i]]) && (m.b.Variants == nil || m.b.Variants[m.variant(i)])
}

func (m *modelGroups) parent(i int, placement bool) int {
	if placement {
		return int(m.in.Network.Parent[i])
	}
	return int(m.in.Network.Sponsor[i])
}

// sold is what a sale counts for.
func (m *modelGroups) sold(sale int, b Base, amounts bool) *big.Rat {
	v := &m.in.Volumes
	if amounts || b == BaseCount {
		if v.PriceMinor[sale] < 0 || v.PV[sale] < 0 || v.CV[sale] < 0 {
			return big.NewRat(-1, 1)
		}
		return big.NewRat(1, 1)
	}
	return new(big.Rat).SetInt64(map[Base][]int64{BaseCV: v.CV, BasePV: v.PV, BasePrice: v.PriceMinor}[b][sale])
}

// own is what somebody sold of a volume.
func (m *modelGroups) own(i int, b Base, amounts bool) *big.Rat {
	sum := new(big.Rat)
	for sale, seller := range m.in.Volumes.Seller {
		if int(seller) == i {
			sum.Add(sum, m.sold(sale, b, amounts))
		}
	}
	return sum
}

// row is the row of a table that somebody has, nil for none.
func (m *modelGroups) row(i int, t *RateTable) []int64 {
	for _, row := range t.Candidates[m.variant(i)*(len(m.in.Plan.Ranks)+1)+m.rank(i)] {
		if t.When == nil || t.When[row] == nil || m.tag(i, tagOfRow) {
			return t.Rows[row]
		}
	}
	return nil
}

func (m *modelGroups) give(key modelKey, base *big.Rat, rate int64) {
	sum, known := m.lines[key]
	if known && sum.rate != rate {
		panic(fmt.Sprintf("%+v has two rates", key))
	}
	if !known {
		sum = modelSum{base: new(big.Rat), rate: rate}
		m.lines[key] = sum
	}
	sum.base.Add(sum.base, base)
}

// amount is what a base comes to, rounded.
func (m *modelGroups) amount(earner int, base *big.Rat, rate int64, unit Unit) int64 {
	exact := new(big.Rat).Mul(base, big.NewRat(rate, RateScale))
	switch unit {
	case UnitVolume:
		value := m.in.Plan.PointValue
		if m.in.Plan.PointValues != nil {
			value = m.in.Plan.PointValues[m.variant(earner)]
		}
		exact.Mul(exact, big.NewRat(value.Num, value.Den))
	case UnitCount:
		exact.Mul(exact, big.NewRat(RateScale, 1))
	}
	return modelStep(exact, m.in.Plan.Rounding)
}

// modelStep rounds to a step.
func modelStep(exact *big.Rat, r Rounding) int64 {
	steps := new(big.Rat).Quo(new(big.Rat).Abs(exact), big.NewRat(r.StepMinor, 1))
	whole, rest := new(big.Int).QuoRem(steps.Num(), steps.Denom(), new(big.Int))
	half := new(big.Int).Lsh(rest, 1).Cmp(steps.Denom())
	if r.Mode == Up && rest.Sign() != 0 || r.Mode == HalfUp && half >= 0 || r.Mode == HalfEven && (half > 0 || half == 0 && whole.Bit(0) == 1) {
		whole.Add(whole, big.NewInt(1))
	}
	return int64(exact.Sign()) * whole.Int64() * r.StepMinor
}

type modelGroupLine struct {
	key                modelKey
	base, rate, amount int64
}

func (m *modelGroups) result() []modelGroupLine {
	var lines []modelGroupLine
	for key, sum := range m.lines {
		unit := m.b.UnitOf(m.in.Plan)
		if key.kind == LineAdjustment {
			unit = UnitMoney
		}
		if amount := m.amount(key.earner, sum.base, sum.rate, unit); amount != 0 {
			lines = append(lines, modelGroupLine{key, sum.base.Num().Int64(), sum.rate, amount})
		}
	}
	slices.SortFunc(lines, func(a, b modelGroupLine) int {
		return slices.Compare(
			[]int{a.key.earner, a.key.level, a.key.part, int(a.key.kind)},
			[]int{b.key.earner, b.key.level, b.key.part, int(b.key.kind)})
	})
	return lines
}

func groupLines(l Lines) []modelGroupLine {
	var lines []modelGroupLine
	for i := range l.Earner {
		key := modelKey{int(l.Earner[i]), int(l.Level[i]), int(l.Part[i]), l.Kind[i]}
		lines = append(lines, modelGroupLine{key, l.Base[i], l.Rate[i], l.AmountMinor[i]})
	}
	return lines
}

// agrees computes a company both ways.
func agrees(t *testing.T, in *Input, seed uint64, model func(*modelGroups)) *Output {
	t.Helper()
	out, err := Compute(in)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	m := newModelGroups(in)
	model(m)
	if got, want := groupLines(out.Lines), m.result(); !reflect.DeepEqual(got, want) {
		t.Fatalf("seed %d:\n got %+v\nwant %+v\nrule %+v %+v\nnetwork %+v\nranks %v\nvolumes %+v",
			seed, got, want, m.b.Differential, m.b.Generation, in.Network, in.Prior.Achieved, in.Volumes)
	}
	checkLines(t, in, out)
	return out
}

// differential pays one sale after the other, by walking up from its seller.
func (m *modelGroups) differential() {
	d := m.b.Differential
	for sale, seller := range m.in.Volumes.Seller {
		at, volume := int(seller), m.sold(sale, d.Base, d.amounts())
		if d.Total != 0 {
			m.sharedOut(at, volume)
			continue
		}
		rate := m.differentialRate(at)
		if d.OwnSales && rate > 0 {
			m.give(modelKey{earner: at}, volume, rate)
		}
		var between []int64 // the rates of those between
		if d.LessSeller {
			between = append(between, rate)
		}
		m.differentialFrom(at, 1, between, volume)
	}
}

// sharedOut shares the total out of one sale, from its seller upward, as long as anything is left.
func (m *modelGroups) sharedOut(seller int, volume *big.Rat) {
	d := m.b.Differential
	rest := d.Total
	for at := seller; at >= 0 && rest > 0; at = m.parent(at, d.Placement) {
		if at == seller && !d.OwnSales {
			continue
		}
		rate := m.differentialRate(at)
		if rate > rest {
			rate = rest
		}
		if rate == 0 {
			continue
		}
		part := 0
		if at != seller {
			possible := map[int64]bool{}
			m.mayBeLeft(d.Total, possible)
			for other := range possible {
				if other >= rest {
					part++
				}
			}
		}
		m.give(modelKey{earner: at, part: part}, volume, rate)
		rest -= rate
	}
}

// mayBeLeft finds all that may be left of a total once so much is.
func (m *modelGroups) mayBeLeft(rest int64, possible map[int64]bool) {
	if rest <= 0 || possible[rest] {
		return
	}
	possible[rest] = true
	for _, row := range m.b.Differential.Rates.Rows {
		m.mayBeLeft(rest-row[0], possible)
	}
	if m.b.Differential.Brackets != nil {
		for _, table := range m.b.Differential.Brackets.Tables {
			for _, rate := range table.Rates {
				m.mayBeLeft(rest-rate, possible)
			}
		}
	}
}

func (m *modelGroups) differentialFrom(below, level int, between []int64, volume *big.Rat) {
	d := m.b.Differential
	at := m.parent(below, d.Placement)
	if at < 0 || d.Breakaway != nil && m.tag(below, tagBreaksAway) {
		return
	}
	highest, times := int64(0), 0
	for _, rate := range between {
		highest = max(highest, rate)
	}
	for _, rate := range between {
		if rate == highest {
			times++
		}
	}
	rate := m.differentialRate(at)
	if level >= int(d.FromLevel) {
		key := modelKey{earner: at, part: 1 + m.place(highest)}
		switch {
		case rate > highest:
			m.give(key, volume, rate-highest)
		case rate == highest && rate > 0 && times == 1:
			m.give(key, volume, d.EqualRate)
		}
	}
	m.differentialFrom(at, level+1, append(slices.Clone(between), rate), volume)
}

func (m *modelGroups) differentialRate(i int) int64 {
	d := m.b.Differential
	if !m.paid(i) {
		return 0
	}
	if d.Brackets == nil {
		if row := m.row(i, &d.Rates); row != nil {
			return row[0]
		}
		return 0
	}
	table := d.Brackets.Tables[0]
	if len(d.Brackets.Tables) > 1 {
		table = d.Brackets.Tables[m.variant(i)]
	}
	rate, group := int64(0), m.groupPV(i)
	for k, from := range table.From {
		if group.Cmp(new(big.Rat).SetInt64(from)) >= 0 {
			rate = table.Rates[k]
		}
	}
	return rate
}

func (m *modelGroups) groupPV(i int) *big.Rat {
	sum := m.own(i, BasePV, false)
	for child, sponsor := range m.in.Network.Sponsor {
		if int(sponsor) == i {
			sum.Add(sum, m.groupPV(child))
		}
	}
	return sum
}

// place counts the different rates of the rule that are not above one.
func (m *modelGroups) place(rate int64) int {
	d := m.b.Differential
	all := map[int64]bool{}
	for _, row := range d.Rates.Rows {
		all[row[0]] = true
	}
	if d.Brackets != nil {
		for _, table := range d.Brackets.Tables {
			for _, r := range table.Rates {
				all[r] = true
			}
		}
	}
	count := 0
	for r := range all {
		if r > 0 && r <= rate {
			count++
		}
	}
	return count
}

func drawnDifferential(random *rand.Rand, n int) *Input {
	in := drawn(random, n)
	p := in.Plan
	b := drawnBonus(random, p)
	d := &Differential{
		Base:      []Base{BaseCV, BasePV, BasePrice}[random.IntN(3)],
		Placement: p.PlacementWidth > 0 && random.IntN(2) == 0,
		OwnSales:  random.IntN(2) == 0, LessSeller: random.IntN(2) == 0,
	}
	if random.IntN(2) == 0 {
		d.Breakaway = p.tagged(tagBreaksAway)
	}
	if random.IntN(2) == 0 {
		d.Rates = drawnRates(random, p, 1)
		d.Rates.Amounts = random.IntN(4) == 0
	} else {
		d.Brackets = &Brackets{By: must(NewNumber(p.Facts, "gv", p.fact(factGV)))}
		for range []int{1, p.Variants()}[random.IntN(2)] {
			rates := []int64{percent(2), percent(6), percent(6), percent(9), percent(random.Int64N(20))}
			d.Brackets.Tables = append(d.Brackets.Tables, BracketTable{
				From:  []int64{0, 100 * VolumeScale, 300 * VolumeScale, 500 * VolumeScale, 900 * VolumeScale}[:1+random.IntN(5)],
				Rates: rates,
			})
			last := &d.Brackets.Tables[len(d.Brackets.Tables)-1]
			last.Rates = last.Rates[:len(last.From)]
		}
	}
	switch random.IntN(4) {
	case 0:
		d.FromLevel = random.Int32N(4)
	case 3:
		d.LessSeller, d.Breakaway, d.Total = false, nil, percent(1+random.Int64N(25))
	case 1:
		if !d.amounts() {
			d.EqualRate = percent(1)
		}
	}
	b.Differential = d
	p.paysBonus(b)
	return in
}

func TestDifferential_AgreesWithTheModel(t *testing.T) {
	companies := fewer(6000)
	equal, near, shared, seen := 0, 0, 0, explained{}
	for seed := range uint64(companies) {
		in := drawnDifferential(rand.New(rand.NewPCG(seed, 1)), 1+int(seed)*16/companies)
		out := agrees(t, in, seed, (*modelGroups).differential)
		d := in.Plan.Bonuses[0].Differential
		for _, rate := range out.Lines.Rate {
			if d.EqualRate != 0 && rate == d.EqualRate {
				equal++
			}
		}
		if d.Total != 0 {
			shared += out.Lines.Len()
			checkExplained(t, in, &seen)
		}
		if d.FromLevel > 1 {
			near += out.Lines.Len()
		}
	}
	if equal < fewer(100) || near < fewer(100) || shared < fewer(100) || seen.sources < fewer(100) || seen.missed < fewer(100) {
		t.Errorf("only %d lines at equal rates, %d of bonuses that begin at a level and %d of totals were drawn, of which %+v is explained", equal, near, shared, seen)
	}
}
