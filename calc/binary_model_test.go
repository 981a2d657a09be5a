package calc

import (
	"fmt"
	"math/big"
	"slices"
	"testing"
)

// slowBinary is the binary bonus said a second time, as plainly as it can be: people one by one, volume in parcels that know when they
// were sold, cycles one after the other, numbers of any size. It goes on from period to period with what it remembers itself.
type slowBinary struct {
	plan   *Plan
	bonus  *Bonus
	rule   *Binary
	people []slowPerson
}

type slowPerson struct {
	legs   [2]slowLeg
	weaker []*big.Rat // of all periods so far
	cycles int64      // of a life
}

// slowLeg holds parcels, the oldest first, or lacks volume.
type slowLeg struct {
	parcels []slowParcel
	lacks   *big.Rat
}

type slowParcel struct {
	period int
	volume *big.Rat
}

type slowLine struct {
	earner, part int
	base, rate   int64
	amountMinor  int64
}

func least(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) <= 0 {
		return a
	}
	return b
}

func (l *slowLeg) total() *big.Rat {
	sum := new(big.Rat)
	for _, p := range l.parcels {
		sum.Add(sum, p.volume)
	}
	return sum.Sub(sum, l.lacks)
}

// take takes volume off the oldest parcels, and gives what they do not have.
func (l *slowLeg) take(volume *big.Rat) *big.Rat {
	volume = new(big.Rat).Set(volume)
	for len(l.parcels) > 0 && volume.Sign() > 0 {
		oldest := &l.parcels[0]
		part := least(oldest.volume, volume)
		volume = new(big.Rat).Sub(volume, part)
		oldest.volume = new(big.Rat).Sub(oldest.volume, part)
		if oldest.volume.Sign() == 0 {
			l.parcels = l.parcels[1:]
		}
	}
	return volume
}

// receive puts a period's volume to the leg.
func (l *slowLeg) receive(volume *big.Rat, period int) {
	if volume.Sign() < 0 {
		l.lacks.Add(l.lacks, l.take(new(big.Rat).Neg(volume)))
		return
	}
	paid := new(big.Rat).Set(least(volume, l.lacks))
	l.lacks.Sub(l.lacks, paid)
	if rest := new(big.Rat).Sub(volume, paid); rest.Sign() > 0 {
		l.parcels = append(l.parcels, slowParcel{period, rest})
	}
}

// compute goes through one period. active, holds and rank say how everybody stands, number what brackets look up.
func (m *slowBinary) compute(period int, legs [][2]*big.Rat, own []*big.Rat, active, holds []bool, rank []int, number []int64) []slowLine {
	for len(m.people) < len(legs) {
		fresh := slowPerson{}
		for side := range fresh.legs {
			fresh.legs[side].lacks = new(big.Rat)
		}
		m.people = append(m.people, fresh)
	}
	var lines []slowLine
	for i := range m.people {
		p := &m.people[i]
		m.receive(p, legs[i], own[i], period)
		weaker := least(p.legs[0].total(), p.legs[1].total())
		stronger := p.legs[0].total()
		if p.legs[0].total().Cmp(p.legs[1].total()) < 0 {
			stronger = p.legs[1].total()
		}
		if weaker.Sign() < 0 {
			weaker = new(big.Rat)
		}
		p.weaker = append(p.weaker, weaker)
		paid := holds[i] && (active[i] || m.bonus.Inactive == InactivePaid)
		keeps := m.rule.UnqualifiedKeeps && !holds[i] || m.rule.AfterPayout == NetOff && !active[i] && !paid
		if keeps {
			m.limit(p, period, active[i], holds[i], number[i])
			continue
		}
		// What is matched comes off the legs; then it is paid.
		var base, before int64
		step := -1
		switch {
		case m.rule.Cycle != nil:
			before = p.cycles
			base = m.cycles(p)
		case len(m.rule.Steps) > 0:
			for k, s := range m.rule.Steps {
				if weaker.Cmp(bigOf(s.Volume)) >= 0 {
					step, base = k, 1
				}
			}
			if step >= 0 {
				p.legs[0].take(bigOf(m.rule.Steps[step].Volume))
				p.legs[1].take(bigOf(m.rule.Steps[step].Volume))
			}
		default:
			base = weaker.Num().Int64()
			p.legs[0].take(weaker)
			p.legs[1].take(weaker)
		}
		atMax := false
		if paid && base > 0 {
			due := m.firstDue(m.due(i, base, step, rank[i], number[i]), before, rank[i])
			ratio := big.NewRat(1, 1)
			if m.rule.ByRatio {
				ratio.Quo(weaker, stronger)
			}
			entitled := slices.ContainsFunc(due, func(l slowLine) bool { return l.rate != 0 })
			paid, reached := m.pay(due, ratio, rank[i])
			lines = append(lines, paid...)
			atMax = entitled && (reached || m.rule.MaxCycles > 0 && base == m.rule.MaxCycles)
		}
		if m.rule.AfterPayout == Flush || m.rule.AfterPayout == FlushAtMax && atMax {
			for side := range p.legs {
				p.legs[side] = slowLeg{lacks: new(big.Rat)}
			}
			continue
		}
		m.limit(p, period, active[i], holds[i], number[i])
	}
	return lines
}

func (m *slowBinary) receive(p *slowPerson, legs [2]*big.Rat, own *big.Rat, period int) {
	with := [2]*big.Rat{new(big.Rat).Add(p.legs[0].total(), legs[0]), new(big.Rat).Add(p.legs[1].total(), legs[1])}
	volume := [2]*big.Rat{new(big.Rat).Set(legs[0]), new(big.Rat).Set(legs[1])}
	switch {
	case m.rule.OwnVolume == OwnVolumeLeft, m.rule.OwnVolume == OwnVolumeWeaker && with[0].Cmp(with[1]) <= 0:
		volume[0].Add(volume[0], own)
	case m.rule.OwnVolume == OwnVolumeRight, m.rule.OwnVolume == OwnVolumeWeaker:
		volume[1].Add(volume[1], own)
	}
	p.legs[0].receive(volume[0], period)
	p.legs[1].receive(volume[1], period)
}

// cycles makes cycles as long as there is volume, looking anew before each which leg is the weaker.
func (m *slowBinary) cycles(p *slowPerson) (made int64) {
	for m.rule.MaxCycles == 0 || made < m.rule.MaxCycles {
		strong, weak := m.rule.Cycle.Strong, m.rule.Cycle.Weak
		if m.rule.Cycle.FirstStrong > 0 && p.cycles == 0 {
			strong, weak = m.rule.Cycle.FirstStrong, m.rule.Cycle.FirstWeak
		}
		weaker, stronger := &p.legs[0], &p.legs[1]
		if stronger.total().Cmp(weaker.total()) < 0 {
			weaker, stronger = stronger, weaker
		}
		if weaker.total().Cmp(bigOf(weak)) < 0 || stronger.total().Cmp(bigOf(strong)) < 0 {
			break
		}
		weaker.take(bigOf(weak))
		stronger.take(bigOf(strong))
		p.cycles++
		made++
	}
	return made
}

// rateOf is the rate of everything.
func (m *slowBinary) rateOf(rank int, number, base int64) (rate int64) {
	if m.rule.Brackets == nil {
		return m.rule.Rates.Rows[rank][0]
	}
	if m.rule.Brackets.By == nil {
		number = base
	}
	for i, from := range m.rule.Brackets.Tables[0].From {
		if number >= from {
			rate = m.rule.Brackets.Tables[0].Rates[i]
		}
	}
	return rate
}

// due lists the lines before they are rounded and limited.
func (m *slowBinary) due(earner int, base int64, step, rank int, number int64) []slowLine {
	switch b := m.rule.Brackets; {
	case step >= 0:
		return []slowLine{{earner: earner, base: base, rate: m.rule.Steps[step].AmountMinor}}
	case b == nil || !b.Marginal:
		return []slowLine{{earner: earner, base: base, rate: m.rateOf(rank, number, base)}}
	}
	var lines []slowLine
	t := m.rule.Brackets.Tables[0]
	for i, from := range t.From {
		part := base - from
		if i+1 < len(t.From) {
			part = min(base, t.From[i+1]) - from
		}
		if part > 0 {
			lines = append(lines, slowLine{earner: earner, part: i, base: part, rate: t.Rates[i]})
		}
	}
	return lines
}

// firstDue takes the first cycles of a life, one by one, off the line of all of them, which then has the last part.
func (m *slowBinary) firstDue(due []slowLine, before int64, rank int) (lines []slowLine) {
	first := m.rule.FirstCycles
	if len(first.Rows) == 0 {
		return due
	}
	all := due[0]
	all.part = int(first.Levels)
	if len(first.Candidates[rank]) > 0 {
		amounts := first.Rows[first.Candidates[rank][0]]
		for k, cycles := before, all.base; k < int64(len(amounts)) && k-before < cycles && amounts[k] >= 0; k++ {
			all.base--
			if n := len(lines); n > 0 && lines[n-1].rate == amounts[k] {
				lines[n-1].base++
				continue
			}
			lines = append(lines, slowLine{earner: all.earner, part: int(k), base: 1, rate: amounts[k]})
		}
	}
	if all.base > 0 {
		lines = append(lines, all)
	}
	return lines
}

// pay rounds the lines, and cuts them where the most is reached.
func (m *slowBinary) pay(due []slowLine, ratio *big.Rat, rank int) (paid []slowLine, reached bool) {
	limited, most := false, int64(0)
	if len(m.rule.Max.Rows) > 0 && len(m.rule.Max.Candidates[rank]) > 0 {
		limited, most = true, m.rule.Max.Rows[rank][0]
	}
	step := m.plan.Rounding.StepMinor
	sum, given := int64(0), int64(0)
	for _, l := range due {
		exact := new(big.Rat).Mul(bigOf(l.base), bigOf(l.rate))
		if m.rule.Cycle == nil && len(m.rule.Steps) == 0 {
			exact.Quo(exact, bigOf(RateScale))
			if m.rule.Base != BasePrice {
				exact.Mul(exact, big.NewRat(m.plan.PointValue.Num, m.plan.PointValue.Den))
			}
			exact.Mul(exact, ratio)
		}
		l.amountMinor, _ = modelRound(exact, m.plan.Rounding)
		sum += l.amountMinor
		if limited {
			l.amountMinor = min(l.amountMinor, most/step*step-given)
		}
		given += l.amountMinor
		if l.amountMinor != 0 {
			paid = append(paid, l)
		}
	}
	return paid, limited && sum >= most
}

// limit lets go what is not carried. pv is what the condition for losing it goes by.
func (m *slowBinary) limit(p *slowPerson, period int, active, qualified bool, pv int64) {
	c := m.rule.Carry
	for side := range p.legs {
		l := &p.legs[side]
		for c.ExpiresAfter > 0 && len(l.parcels) > 0 && period-l.parcels[0].period >= int(c.ExpiresAfter) {
			l.parcels = l.parcels[1:]
		}
		above := func(limit *big.Rat) {
			if over := new(big.Rat).Sub(l.total(), limit); over.Sign() > 0 {
				l.take(over)
			}
		}
		if c.Volume > 0 {
			above(bigOf(c.Volume))
		}
		if c.AverageTimes.Den > 0 {
			of := p.weaker[max(0, len(p.weaker)-int(c.AveragePeriods)):]
			sum := new(big.Rat)
			for _, w := range of {
				sum.Add(sum, w)
			}
			sum.Mul(sum, big.NewRat(c.AverageTimes.Num, c.AverageTimes.Den))
			sum.Quo(sum, bigOf(int64(len(of))))
			above(new(big.Rat).SetInt(new(big.Int).Quo(sum.Num(), sum.Denom())))
		}
		if c.LostWhenInactive && !active || c.LostWhenUnqualified && !qualified || c.LostWhen != nil && pv < 100*points {
			l.parcels = nil
		}
	}
}

func TestBinary_AgreesWithASlowModel(t *testing.T) {
	const periods = 5
	companies := fewer(2_000)
	seen := map[string]int{}
	for seed := range uint64(companies) {
		if err := agreesWithSlowModel(seed, periods, seen); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	for _, what := range []string{"lines", "cut", "flushed", "expired", "kept", "below zero", "several lines", "cycles"} {
		if seen[what] < fewer(100) {
			t.Errorf("%s were met %d times", what, seen[what])
		}
	}
}

func agreesWithSlowModel(seed uint64, periods int, seen map[string]int) error {
	c := newSlowCompany(seed)
	plan := c.in.Plan
	slow := &slowBinary{plan: plan, bonus: &plan.Bonuses[0], rule: plan.Bonuses[0].Binary}
	c.grow(1 + c.r.IntN(7))
	for period := range periods {
		c.grow(c.r.IntN(2))
		c.sell()
		out, err := Compute(c.in)
		if err != nil {
			return fmt.Errorf("period %d: %w", period, err)
		}
		if err := linesRecompute(c.in, &out.Lines); err != nil {
			return fmt.Errorf("period %d: %w", period, err)
		}
		if err := flowsAddUp(out.Flows); err != nil {
			return fmt.Errorf("period %d: %w", period, err)
		}
		m := newModel(c.in)
		n := len(c.in.Network.Sponsor)
		legs, own, holds, rank, number := make([][2]*big.Rat, n), make([]*big.Rat, n), make([]bool, n), make([]int, n), make([]int64, n)
		column := map[Base][]int64{BaseCV: c.in.Volumes.CV, BasePV: c.in.Volumes.PV, BasePrice: c.in.Volumes.PriceMinor}[slow.rule.Base]
		var under func(i int) *big.Rat
		under = func(i int) *big.Rat {
			if i == nobody {
				return new(big.Rat)
			}
			sum := m.own(i, column)
			sum.Add(sum, under(m.legs[i][1]))
			return sum.Add(sum, under(m.legs[i][2]))
		}
		for i := range n {
			legs[i], own[i] = [2]*big.Rat{under(m.legs[i][1]), under(m.legs[i][2])}, m.own(i, column)
			holds[i] = plan.Bonuses[0].When == nil || m.own(i, c.in.Volumes.CV).Cmp(bigOf(80*points)) >= 0
			rank[i], number[i] = int(out.PaidAs[i]), m.own(i, c.in.Volumes.PV).Num().Int64()
		}
		want := slow.compute(period, legs, own, out.Active, holds, rank, number)
		if err := sameAsSlow(slow, want, out, seen); err != nil {
			return fmt.Errorf("period %d: %w\nrule %+v\nbonus %+v", period, err, *slow.rule, *slow.bonus)
		}
		c.in.Prior = Prior{State: out.State}
		c.in.Period = PeriodByNo(Monthly, nil, c.in.Period.No+1)
	}
	return nil
}

func sameAsSlow(slow *slowBinary, want []slowLine, out *Output, seen map[string]int) error {
	var got []slowLine
	for i := range out.Lines.Len() {
		l := &out.Lines
		got = append(got, slowLine{int(l.Earner[i]), int(l.Part[i]), l.Base[i], l.Rate[i], l.AmountMinor[i]})
		if l.Level[i] != 0 || l.Kind[i] != LineCommission || l.Bonus[i] != 0 {
			return fmt.Errorf("line %d is of level %d, kind %d and bonus %d", i, l.Level[i], l.Kind[i], l.Bonus[i])
		}
		seen["lines"]++
		if f := l.FactorsOf(i); len(f) > 0 && f[len(f)-1].Name == "max" {
			seen["cut"]++
		}
		if l.Part[i] > 0 {
			seen["several lines"]++
		}
		if slow.rule.Cycle != nil && l.Base[i] > 2 {
			seen["cycles"]++
		}
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("lines are %+v, want %+v", got, want)
	}
	keys := sideKeys("team")
	for i := range slow.people {
		for side := range keys {
			l := &slow.people[i].legs[side]
			carry := columnAt(out.State[keys[side]], int32(i))
			if l.total().Cmp(bigOf(carry)) != 0 {
				return fmt.Errorf("distributor %d carries %d in leg %d, want %s", i, carry, side, l.total().FloatString(0))
			}
			flow := [2]LegFlow{out.Flows[0].Left, out.Flows[0].Right}[side]
			if flow.Out[i] != carry {
				return fmt.Errorf("distributor %d carries %d in leg %d, and %d flow out", i, carry, side, flow.Out[i])
			}
			count := func(what string, is bool) {
				if is {
					seen[what]++
				}
			}
			count("below zero", carry < 0)
			count("flushed", flow.Flushed[i] > 0)
			count("expired", flow.Expired[i] > 0)
			count("kept", slow.rule.UnqualifiedKeeps && flow.Out[i] > 0)
		}
	}
	return nil
}
