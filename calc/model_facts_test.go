package calc

import (
	"math/big"
	"slices"
)

// fact gives any fact that a condition can name.
func (m *folk) fact(key FactKey, i int) modelValue {
	truth := func(b bool) modelValue { return modelValue{truth: b} }
	number := func(r *big.Rat) modelValue { return modelValue{number: r} }
	count := func(n int) modelValue { return modelValue{number: bigOf(int64(n))} }
	amount := func(units *big.Rat) modelValue {
		scale := map[Unit]int64{UnitVolume: VolumeScale, UnitMoney: pow10[m.in.Plan.MinorDigits], UnitCount: 1}
		return modelValue{number: new(big.Rat).Quo(units, bigOf(scale[m.in.Plan.MeasureOf(key.Volume).Unit()]))}
	}
	own := func(i int) *big.Rat { return m.now.own[key.Volume][i] }
	switch key.Fact {
	case FactOwn:
		sum := new(big.Rat).Set(own(i))
		for back := 1; back < int(key.N) && back <= len(m.past); back++ {
			sum.Add(sum, m.past[back-1].own[key.Volume][i])
		}
		return amount(sum)
	case FactGroup:
		depth := int(key.N)
		if depth == 0 {
			depth = m.n
		}
		return amount(m.groupOf(key.Volume, i, depth))
	case FactCapped:
		sum := new(big.Rat).Set(least(own(i), bigOf(key.N)))
		for _, leg := range m.frontline(i) {
			sum.Add(sum, least(m.groupOf(key.Volume, leg, m.n), bigOf(key.N)))
		}
		return amount(sum)
	case FactLeg:
		var legs []*big.Rat
		for _, leg := range m.frontline(i) {
			legs = append(legs, m.groupOf(key.Volume, leg, m.n))
		}
		slices.SortFunc(legs, func(a, b *big.Rat) int { return b.Cmp(a) })
		if len(legs) < int(key.N) {
			return amount(new(big.Rat))
		}
		return amount(most(legs[key.N-1], new(big.Rat)))
	case FactLeft:
		return amount(m.legOf(key.Volume, i, 1))
	case FactRight:
		return amount(m.legOf(key.Volume, i, 2))
	case FactWeaker:
		return amount(least(m.legOf(key.Volume, i, 1), m.legOf(key.Volume, i, 2)))
	case FactStronger:
		return amount(most(m.legOf(key.Volume, i, 1), m.legOf(key.Volume, i, 2)))
	case FactCompany:
		sum := new(big.Rat)
		for k := range m.n {
			sum.Add(sum, own(k))
		}
		return amount(sum)
	case FactCustomers:
		return count(m.customers(key, i))
	case FactFrontline:
		return count(len(m.frontline(i)))
	case FactDownline:
		return count(m.countBelow(i, func(int) bool { return true }))
	case FactMonthsEnrolled:
		return count(int((&model{in: m.in}).months(i)))
	case FactDaysEnrolled:
		days := new(big.Rat).Sub(bigOf(m.in.Period.EndUS), bigOf(m.in.Network.EnrolledAtUS[i]))
		return modelEval(&Expr{Op: OpWhole, Args: []*Expr{{Op: OpFact}, num(dayUS)}}, 0, func(*Expr) modelValue { return number(days) })
	case FactKind:
		return truth(m.in.Network.Kind[i] == key.Name)
	case FactMarket:
		return truth(m.market(i) == key.Name)
	case FactTag:
		return truth(new(big.Int).SetUint64(m.in.Network.Tags[i]).Bit(int(key.Name)-1) == 1)
	case FactAchieved:
		return truth(m.in.Prior.Achieved != nil && m.in.Prior.Achieved[i] >= key.Rank)
	case FactPaidAsBefore:
		if len(m.past) == 0 {
			return truth(m.in.Prior.Achieved != nil && m.in.Prior.Achieved[i] >= key.Rank)
		}
		return truth(m.past[0].paidAs[i] >= int(key.Rank))
	case FactHeld:
		held := 0
		for held < len(m.past) && m.past[held].paidAs[i] >= int(key.Rank) {
			held++
		}
		return count(held)
	case FactActive:
		return truth(m.active[i])
	case FactActiveFrontline:
		return count(m.countOf(m.frontline(i), func(k int) bool { return m.active[k] }))
	case FactActiveDownline:
		return count(m.countBelow(i, func(k int) bool { return m.active[k] }))
	case FactActiveLeft, FactActiveRight:
		side := uint8(1)
		if key.Fact == FactActiveRight {
			side = 2
		}
		return count(m.countOf(m.frontline(i), func(k int) bool { return m.active[k] && m.sideOf(i, k) == side }))
	case FactLegsWith:
		has := func(k int) bool { return m.rankOf(k) >= int(key.Rank) }
		return count(m.countOf(m.frontline(i), func(leg int) bool { return has(leg) || m.countBelow(leg, has) > 0 }))
	case FactFrontlineWith:
		return count(m.countOf(m.frontline(i), func(k int) bool { return m.rankOf(k) >= int(key.Rank) }))
	case FactDownlineWith:
		return count(m.countBelow(i, func(k int) bool { return m.rankOf(k) >= int(key.Rank) }))
	case FactPaidAs:
		return truth(m.rankOf(i) >= int(key.Rank))
	case FactEarned:
		return number(new(big.Rat).Quo(m.earned[key.Name][i], bigOf(pow10[m.in.Plan.MinorDigits])))
	case FactPlan:
		return m.ownFact(&m.in.Plan.Facts.own[key.Name], i)
	}
	panic("a fact that the model does not know")
}

func (m *folk) countOf(who []int, holds func(int) bool) int {
	count := 0
	for _, i := range who {
		if holds(i) {
			count++
		}
	}
	return count
}

func (m *folk) countBelow(i int, holds func(int) bool) int {
	count := m.countOf(m.frontline(i), holds)
	for _, child := range m.frontline(i) {
		count += m.countBelow(child, holds)
	}
	return count
}

func (m *folk) groupOf(b Base, i, levels int) *big.Rat {
	sum := new(big.Rat).Set(m.now.own[b][i])
	if levels == 0 {
		return sum
	}
	for _, child := range m.frontline(i) {
		sum.Add(sum, m.groupOf(b, child, levels-1))
	}
	return sum
}

// legOf is the volume of whoever stands in a leg of the placement tree, and of everybody below.
func (m *folk) legOf(b Base, i int, leg uint8) *big.Rat {
	sum := new(big.Rat)
	for _, child := range m.below(m.in.Network.Parent, i) {
		if m.in.Network.Leg[child] == leg {
			sum.Add(sum, m.now.own[b][child])
			sum.Add(sum, m.legOf(b, child, 1)).Add(sum, m.legOf(b, child, 2))
		}
	}
	return sum
}

// sideOf finds the leg of somebody in which another stands; 0 for none.
func (m *folk) sideOf(i, k int) uint8 {
	for m.in.Network.Parent[k] >= 0 {
		if int(m.in.Network.Parent[k]) == i {
			return m.in.Network.Leg[k]
		}
		k = int(m.in.Network.Parent[k])
	}
	return 0
}

// customers counts those who bought: with a limit, at least so much of the volume.
func (m *folk) customers(key FactKey, i int) int {
	bought := map[int32]*big.Rat{}
	for k, seller := range m.in.Volumes.Seller {
		buyer := m.in.Volumes.Buyer[k]
		if int(seller) != i || buyer == -1 {
			continue
		}
		if bought[buyer] == nil {
			bought[buyer] = new(big.Rat)
		}
		bought[buyer].Add(bought[buyer], m.counted(key.Volume, k))
	}
	count := 0
	for _, sum := range bought {
		if sum.Sign() > 0 && sum.Cmp(bigOf(key.N)) >= 0 {
			count++
		}
	}
	return count
}

// ownFact gives a fact of the plan's own making.
func (m *folk) ownFact(f *PlanFact, i int) modelValue {
	if f.Over == OverSelf {
		if f.Holds != nil {
			return modelValue{truth: m.holds(f.Holds, i)}
		}
		return modelValue{number: m.value(f.Value, i)}
	}
	counts := func(k int) bool { return f.Where == nil || m.holds(f.Where, k) }
	depth := int(f.Depth)
	if depth == 0 {
		depth = m.n
	}
	// groups are those who are counted together: a limit bounds each of them.
	var groups [][]int
	switch f.Over {
	case OverFrontline:
		for _, k := range m.frontline(i) {
			groups = append(groups, []int{k})
		}
	case OverPositions:
		for k := range m.n {
			if m.owner(k) == m.owner(i) {
				groups = append(groups, []int{k})
			}
		}
	default:
		if f.Over == OverGroup {
			groups = append(groups, []int{i})
		}
		for _, k := range m.frontline(i) {
			groups = append(groups, m.downTo(f, k, depth))
		}
	}
	total, some := new(big.Rat), false
	for _, group := range groups {
		part, any := new(big.Rat), false
		for _, k := range group {
			switch {
			case !counts(k):
				continue
			case f.Fold == FoldCount:
				part.Add(part, bigOf(1))
			case f.Fold == FoldSum:
				part.Add(part, m.value(f.Value, k))
			case !any || m.value(f.Value, k).Cmp(part) > 0:
				part = m.value(f.Value, k)
			}
			any = true
		}
		if f.Fold == FoldCount && f.Over == OverLegs {
			part = least(part, bigOf(1))
		}
		if f.Fold == FoldSum && f.AtMost != nil {
			part = least(part, m.value(f.AtMost, i))
		}
		switch {
		case f.Fold != FoldMax:
			total = new(big.Rat).Add(total, part)
		case any && (!some || part.Cmp(total) > 0):
			total = part
		}
		some = some || any
	}
	return modelValue{number: total}
}

func (m *folk) owner(i int) int32 {
	if m.in.Network.Owner == nil {
		return int32(i)
	}
	return m.in.Network.Owner[i]
}

// downTo lists somebody and those below, so many levels of them, up to where the fact stops.
func (m *folk) downTo(f *PlanFact, i, levels int) []int {
	if levels == 0 || f.Until != nil && m.holds(f.Until, i) {
		return nil
	}
	who := []int{i}
	for _, k := range m.frontline(i) {
		who = append(who, m.downTo(f, k, levels-1)...)
	}
	return who
}
