package calc

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// generations is a slow model of the bonus: for each earner it walks down to everybody below and counts the leaders on the way.
func (m *modelGroups) generations() {
	g := m.b.Generation
	for earner := range m.len() {
		boundary := 0
		if g.SameRank {
			boundary = m.rank(earner)
		}
		if !m.leads(earner, boundary) {
			continue
		}
		if g.OwnGroupRate != 0 && m.paid(earner) {
			own := m.groupOf(earner, boundary)
			m.give(modelKey{earner: earner}, own.Sub(own, m.own(earner, g.Base, g.Rates.Amounts)), g.OwnGroupRate)
		}
		m.generationsBelow(earner, earner, boundary, 0, nobodyLeads)
	}
	if g.GuaranteeMinor != 0 {
		gets := make([]int64, m.len())
		for top := range m.len() {
			if m.leads(top, 0) && m.leaderAbove(top) == nobodyLeads {
				m.settle(top, gets)
			}
		}
		for i, amount := range gets {
			if amount > 0 {
				m.give(modelKey{i, 1, 1 + m.generationRates(), LineAdjustment}, exactRatio(amount), RateScale)
			}
		}
	}
}

const nobodyLeads = -1

func exactRatio(v int64) *big.Rat { return new(big.Rat).SetInt64(v) }

// leads tells whether somebody is a leader, among those of a rank or a higher one where ranks bound generations.
func (m *modelGroups) leads(i, boundary int) bool {
	g := m.b.Generation
	if g.SameRank && m.rank(i) < boundary || !g.SameRank && !m.tag(i, tagLeader) || g.InactivePassedOver && !m.active(i) {
		return false
	}
	return !g.EmptyPassedOver || m.groupOf(i, boundary).Sign() != 0
}

// groupOf is the volume of somebody and of everybody below down to the next leaders.
func (m *modelGroups) groupOf(i, boundary int) *big.Rat {
	g := m.b.Generation
	sum := m.own(i, g.Base, g.Rates.Amounts)
	for child := range m.len() {
		if m.parent(child, g.Placement) == i && !m.leads(child, boundary) {
			sum.Add(sum, m.groupOf(child, boundary))
		}
	}
	return sum
}

func (m *modelGroups) leaderAbove(i int) int {
	for at := m.parent(i, m.b.Generation.Placement); at >= 0; at = m.parent(at, m.b.Generation.Placement) {
		if m.leads(at, 0) {
			return at
		}
	}
	return nobodyLeads
}

// generationsBelow gives an earner the own volume of everybody below a place. The leader is the one whose group the place is in.
func (m *modelGroups) generationsBelow(earner, at, boundary, generation, leader int) {
	g := m.b.Generation
	for child := range m.len() {
		if m.parent(child, g.Placement) != at {
			continue
		}
		deeper, of := generation, leader
		if m.leads(child, boundary) {
			deeper, of = generation+1, child
		}
		if of != nobodyLeads && deeper <= int(g.Rates.Levels) {
			if rate := m.rateOn(earner, deeper, of); rate > 0 {
				m.give(modelKey{earner: earner, level: deeper, part: m.partOf(of)}, m.own(child, g.Base, g.Rates.Amounts), rate)
			}
		}
		m.generationsBelow(earner, child, boundary, deeper, of)
	}
}

// generationRate is what somebody is entitled to on a generation.
func (m *modelGroups) generationRate(i, generation int) int64 {
	t := &m.b.Generation.Rates
	row := m.row(i, t)
	if row == nil || !m.paid(i) {
		return 0
	}
	if generation <= len(t.Unlock) && t.Unlock[generation-1] != nil && !m.tag(i, tagOpen) {
		return 0
	}
	return row[generation-1]
}

func (m *modelGroups) rateOn(earner, generation, leader int) int64 {
	g := m.b.Generation
	rate := m.generationRate(earner, generation)
	if rate == 0 || !g.LessLeader {
		return rate
	}
	if rate -= m.generationRate(leader, 1); rate < g.LeastRate {
		return g.LeastRate
	}
	return rate
}

// partOf counts the different rates of generation 1 that are not above the leader's.
func (m *modelGroups) partOf(leader int) int {
	g := m.b.Generation
	if !g.LessLeader {
		return 0
	}
	return m.generationRatesTo(m.generationRate(leader, 1))
}

func (m *modelGroups) generationRates() int {
	if !m.b.Generation.LessLeader {
		return 0
	}
	return m.generationRatesTo(RateScale)
}

func (m *modelGroups) generationRatesTo(most int64) int {
	different := map[int64]bool{}
	for _, row := range m.b.Generation.Rates.Rows {
		if row[0] > 0 && row[0] <= most {
			different[row[0]] = true
		}
	}
	return len(different)
}

// settle gives what a leader has once the legs below have passed up what they owe, and notes what it gets.
func (m *modelGroups) settle(leader int, gets []int64) (has int64) {
	g := m.b.Generation
	for key, sum := range m.lines {
		if key.earner == leader && key.kind == LineCommission {
			has += m.amount(leader, sum.base, sum.rate, m.b.UnitOf(m.in.Plan))
		}
	}
	for leg := range m.len() {
		if !m.leads(leg, 0) || m.leaderAbove(leg) != leader {
			continue
		}
		legHas := m.settle(leg, gets)
		if m.generationRate(leader, 1) == 0 {
			continue
		}
		brings := m.amount(leader, m.groupOf(leg, 0), m.rateOn(leader, 1, leg), m.b.UnitOf(m.in.Plan))
		if moved := min(g.GuaranteeMinor-brings, legHas); moved > 0 {
			m.give(modelKey{earner: leg, kind: LineAdjustment}, exactRatio(moved), -RateScale)
			gets[leader] += moved
			has += moved
		}
	}
	return has
}

func drawnGeneration(random *rand.Rand, n int) *Input {
	in := drawn(random, n)
	p := in.Plan
	b := drawnBonus(random, p)
	g := &Generation{
		Base:               []Base{BaseCV, BasePV, BasePrice}[random.IntN(3)],
		Placement:          p.PlacementWidth > 0 && random.IntN(2) == 0,
		Rates:              drawnRates(random, p, 1+random.IntN(4)),
		InactivePassedOver: random.IntN(3) == 0, EmptyPassedOver: random.IntN(3) == 0, LessLeader: random.IntN(2) == 0,
	}
	g.Rates.Amounts = random.IntN(6) == 0
	if !g.Rates.Amounts && random.IntN(2) == 0 {
		g.OwnGroupRate = percent(4)
	}
	if !g.Rates.Amounts && g.LessLeader && random.IntN(2) == 0 {
		g.LeastRate = percent(1)
	}
	switch random.IntN(5) {
	case 0, 1:
		g.SameRank = true
	case 2, 3:
		g.GuaranteeMinor = 100 * (1 + random.Int64N(50))
		fallthrough
	default:
		g.Leaders = p.tagged(tagLeader)
	}
	b.Generation = g
	p.paysBonus(b)
	return in
}

func TestGeneration_AgreesWithTheModel(t *testing.T) {
	companies := fewer(6000)
	moved, second := 0, 0
	for seed := range uint64(companies) {
		in := drawnGeneration(rand.New(rand.NewPCG(seed, 2)), 1+int(seed)*16/companies)
		out := agrees(t, in, seed, (*modelGroups).generations)
		for i, kind := range out.Lines.Kind {
			if kind == LineAdjustment {
				moved++
			}
			if out.Lines.Level[i] > 1 {
				second++
			}
		}
	}
	if moved < fewer(100) || second < fewer(100) {
		t.Errorf("only %d adjustments, and %d lines of further generations, were drawn", moved, second)
	}
}
