package calc

import (
	"fmt"
	"math/big"
	"slices"
)

// climber goes up from one seller, level by level.
type climber struct {
	m           *folk
	rule        *Walk
	rates       *RateTable
	inactiveToo bool
	// seller tells that the seller is the first who may hold a level.
	seller bool
}

func (c climber) rate(i, level int) int64 {
	if !c.m.isPaid(i, c.inactiveToo) {
		return 0
	}
	return c.m.rateOf(c.rates, i, level)
}

// above is who gets somebody's volume when nobody is passed over; nobody for none.
func (c climber) above(i int) int {
	if c.rule.StopAt != nil && c.m.holds(c.rule.StopAt, i) {
		return nobody
	}
	if c.rule.Placement {
		return int(c.m.in.Network.Parent[i])
	}
	return c.m.sponsorFor(i, int(c.rule.PassUp))
}

// sponsorFor is whom somebody counts as sponsored by when the first of every frontline are passed up.
func (m *folk) sponsorFor(i, passUp int) int {
	sponsor := int(m.in.Network.Sponsor[i])
	if sponsor < 0 {
		return nobody
	}
	before := 0
	for _, k := range m.frontline(sponsor) {
		if m.joinedBefore(k, i) {
			before++
		}
	}
	if before < passUp {
		return m.sponsorFor(sponsor, passUp)
	}
	return sponsor
}

func (m *folk) joinedBefore(a, b int) bool {
	if joined := m.in.Network.Joined; joined != nil {
		return joined[a] < joined[b]
	}
	at := m.in.Network.EnrolledAtUS
	return at[a] < at[b] || at[a] == at[b] && a < b
}

// from tells who is paid what level of a sale.
func (c climber) from(seller int, pay func(earner, level int, rate int64)) {
	at := seller
	for range c.rule.SkipLevels {
		if at = c.above(at); at == nobody {
			return
		}
	}
	for level := 1; level <= int(c.rates.Levels); level++ {
		holder := at
		if level > 1 || !c.seller {
			holder = c.above(at)
		}
		for holder != nobody && c.passedOver(holder, level) {
			holder = c.above(holder)
		}
		if holder == nobody {
			return
		}
		at = holder
		earner := holder
		for c.rule.Compression == CompressionRollUp && earner != nobody && c.rate(earner, level) == 0 {
			earner = c.above(earner)
		}
		if earner != nobody && c.rate(earner, level) != 0 {
			pay(earner, level, c.rate(earner, level))
		}
	}
}

func (c climber) passedOver(i, level int) bool {
	switch c.rule.Compression {
	case CompressionStandard:
		return !c.m.isPaid(i, c.inactiveToo)
	case CompressionDynamic:
		return c.rate(i, level) == 0
	}
	return false
}

// sold is the own sales in the volume that rates, or amounts, are paid on.
func (m *folk) sold(b Base, amounts bool, i int) *big.Rat {
	if amounts && (b < VolumeBuiltIn || m.in.Plan.MeasureOf(b) != MeasureCount) {
		b = BaseCount
	}
	return m.now.own[b][i]
}

func (m *folk) unit(b Base, amounts bool) Unit {
	if amounts {
		return UnitCount
	}
	return m.in.Plan.MeasureOf(b).Unit()
}

func (m *folk) payUnilevel(u *Unilevel) {
	up := climber{m: m, rule: &u.Walk, rates: &u.Rates}
	for seller := range m.n {
		up.from(seller, func(earner, level int, rate int64) {
			m.give(earner, level, 0, m.sold(u.Base, u.Rates.Amounts, seller), personLine{rate: rate, factor: One, unit: m.unit(u.Base, u.Rates.Amounts)})
		})
	}
}

func (m *folk) payDirect(d *Direct) {
	for i := range m.n {
		if !m.isPaid(i, true) {
			continue
		}
		amounts := d.amounts()
		as := personLine{factor: One, unit: m.unit(d.Base, amounts)}
		if d.Brackets != nil {
			m.payBrackets(d.Brackets, i, 0, m.sold(d.Base, amounts, i), as)
			continue
		}
		if as.rate = m.rateOf(&d.Rates, i, 1); as.rate != 0 {
			m.give(i, 0, 0, m.sold(d.Base, amounts, i), as)
		}
	}
}

// payBrackets pays a seller by the bracket reached, or each bracket's part by its own.
func (m *folk) payBrackets(b *Brackets, i, part int, volume *big.Rat, as personLine) {
	t := &b.Tables[0]
	if len(b.Tables) > 1 {
		t = &b.Tables[m.variant(i)]
	}
	scale := bigOf(pow10[b.By.Digits()])
	number := new(big.Rat).Mul(m.value(b.By, i), scale)
	for step, from := range t.From {
		if number.Cmp(bigOf(from)) < 0 {
			break
		}
		last := step+1 == len(t.From) || number.Cmp(bigOf(t.From[step+1])) < 0
		as.rate = t.Rates[step]
		switch {
		case as.rate == 0:
		case b.Marginal && last:
			m.give(i, 0, part+step, new(big.Rat).Sub(number, bigOf(from)), as)
		case b.Marginal:
			m.give(i, 0, part+step, bigOf(t.From[step+1]-from), as)
		case last:
			m.give(i, 0, part, volume, as)
		}
	}
}

func (m *folk) payResidual(r *Residual) {
	amounts := r.ownAmounts() || len(r.Levels.Rows) > 0 && r.Levels.Amounts
	for k, part := range r.Parts {
		as := personLine{factor: One, unit: m.unit(r.Parts[0].Base, amounts)}
		if part.Share != RateScale {
			left := big.NewRat(part.Share, RateScale)
			as.factor = Fraction{left.Num().Int64(), left.Denom().Int64()}
		}
		for i := range m.n {
			volume := m.now.own[part.Base][i]
			switch {
			case !m.isPaid(i, true):
			case r.OwnBrackets != nil:
				m.payBrackets(r.OwnBrackets, i, k*r.OwnBrackets.steps(), volume, as)
			case len(r.Own.Rows) > 0:
				if rate := m.rateOf(&r.Own, i, 1); rate != 0 {
					as.rate = rate
					m.give(i, 0, k, volume, as)
				}
			}
			if len(r.Levels.Rows) == 0 {
				continue
			}
			climber{m: m, rule: &r.Walk, rates: &r.Levels}.from(i, func(earner, level int, rate int64) {
				as.rate = rate
				m.give(earner, level, k, volume, as)
			})
		}
	}
}

func (m *folk) payMatching(b *Matching) {
	earned := make([]*big.Rat, m.n)
	for i := range m.n {
		earned[i] = new(big.Rat)
		for _, source := range b.Bonuses {
			earned[i].Add(earned[i], m.earned[source][i])
		}
	}
	if b.AfterCaps {
		for i := range m.n {
			earned[i] = new(big.Rat)
		}
		for k, earner := range m.out.Lines.Earner {
			if slices.Contains(b.Bonuses, int(m.out.Lines.Bonus[k])) {
				earned[earner].Add(earned[earner], bigOf(m.out.Lines.AmountMinor[k]))
			}
		}
	}
	for k, earner := range m.in.Earned.Earner {
		if slices.Contains(b.Bonuses, int(m.in.Earned.Bonus[k])) {
			earned[earner].Add(earned[earner], bigOf(m.in.Earned.AmountMinor[k]))
		}
	}
	as := personLine{factor: One, unit: UnitMoney}
	up := climber{m: m, rule: &b.Walk, rates: &b.Rates}
	if !b.ByGeneration {
		for i := range m.n {
			up.from(i, func(earner, level int, rate int64) {
				as.rate = rate
				m.give(earner, level, 0, earned[i], as)
			})
		}
		return
	}
	parents := m.in.Network.Sponsor
	if b.Walk.Placement {
		parents = m.in.Network.Parent
	}
	for i := range m.n {
		var down func(at, generation int)
		down = func(at, generation int) {
			if generation > int(b.Rates.Levels) {
				return
			}
			for _, k := range m.below(parents, at) {
				if rate := up.rate(i, generation); rate != 0 {
					as.rate = rate
					m.give(i, generation, 0, earned[k], as)
				}
				if m.holds(b.Leaders, k) {
					down(k, generation+1)
				} else {
					down(k, generation)
				}
			}
		}
		down(i, 1)
	}
}

func (m *folk) payMatrix(x *Matrix) {
	b := &m.in.Plan.Bonuses[m.bonus]
	for k, completion := range x.Completions {
		for i := range m.n {
			name := fmt.Sprint(b.Name, completion.Depth, " ", i)
			if m.filled[name] || !m.full(i, int(completion.Depth)) || !m.isPaid(i, false) {
				continue
			}
			m.filled[name] = true
			m.give(i, 0, k, bigOf(1), personLine{rate: completion.AmountMinor, factor: One, pieces: true})
			if completion.ReEntry {
				m.reEnters = append(m.reEnters, int32(i))
			}
		}
	}
	if len(x.Rates.Rows) == 0 {
		return
	}
	up := climber{m: m, rule: &x.Walk, rates: &x.Rates, seller: x.TopCounts}
	for seller := range m.n {
		volume := m.now.own[x.Base][seller]
		if x.Rates.Amounts {
			volume = new(big.Rat)
			if m.in.Period.Contains(m.in.Network.EnrolledAtUS[seller]) {
				volume = bigOf(1)
			}
		}
		up.from(seller, func(earner, level int, rate int64) {
			m.give(earner, level, 0, volume, personLine{rate: rate, factor: One, unit: m.unit(x.Base, x.Rates.Amounts)})
		})
	}
}

// full tells whether all places of so many levels below are taken.
func (m *folk) full(i, levels int) bool {
	if levels == 0 {
		return true
	}
	children := m.below(m.in.Network.Parent, i)
	return len(children) == int(m.in.Plan.PlacementWidth) && !slices.ContainsFunc(children, func(k int) bool { return !m.full(k, levels-1) })
}
