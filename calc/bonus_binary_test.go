package calc

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// pair is a company of three: 0 at the top, 1 in its left leg, 2 in its right one; what 1 and 2 sell are the legs of 0. It is computed
// period after period.
type pair struct {
	t     *testing.T
	in    *Input
	own   int64 // points that 0 sells in every period, as PV and CV
	flows []BinaryFlow
}

const points = VolumeScale

// newPair has a binary bonus that pays 10 % of the weaker leg, a point being worth 1.00, until the rule says otherwise.
func newPair(t *testing.T, rule func(p *Plan, b *Binary)) *pair {
	plan := &Plan{
		ID: "pair", Version: 1, Currency: "USD", MinorDigits: 2, Main: Weekly, Rounding: Rounding{HalfUp, 1},
		PointValue: Fraction{1, 100}, PlacementWidth: 2, Facts: NewFactTable(),
	}
	b := &Binary{Rates: single(RateScale / 10)}
	plan.Bonuses = []Bonus{{Name: "team", Cadence: Weekly, Binary: b}}
	if rule != nil {
		rule(plan, b)
	}
	return &pair{t: t, in: &Input{
		Plan: plan, Cadence: Weekly, Period: PeriodByNo(Weekly, nil, 2_900), Trace: true,
		Network: Network{Sponsor: []int32{-1, 0, 0}, Parent: []int32{-1, 0, 0}, Leg: []uint8{0, 1, 2}, EnrolledAtUS: make([]int64, 3)},
	}}
}

// sells computes the next period, in which the legs of 0 sell so many points, and gives what 0 is paid.
func (p *pair) sells(left, right int64) Lines {
	p.t.Helper()
	in := p.in
	in.Volumes = Volumes{
		Seller: []int32{0, 1, 2}, PV: []int64{p.own * points, 0, 0}, CV: []int64{p.own * points, left * points, right * points},
		PriceMinor: make([]int64, 3),
	}
	out, err := Compute(in)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := linesRecompute(in, &out.Lines); err != nil {
		p.t.Error(err)
	}
	p.flows = out.Flows
	if err := flowsAddUp(out.Flows); err != nil {
		p.t.Error(err)
	}
	in.Prior = Prior{Achieved: out.Achieved, PaidAs: out.PaidAs, Active: out.Active, State: out.State}
	in.Period = PeriodByNo(Weekly, nil, in.Period.No+1)
	return out.Lines
}

// carry gives what 0 carries, in points.
func (p *pair) carry() [2]int64 {
	left, right := CarryKeys("team")
	return [2]int64{columnAt(p.in.Prior.State[left], 0) / points, columnAt(p.in.Prior.State[right], 0) / points}
}

// wants computes a period and holds what 0 is paid and carries against what is wanted.
func (p *pair) wants(left, right, amountMinor int64, carry [2]int64) {
	p.t.Helper()
	lines := p.sells(left, right)
	sumMinor := int64(0)
	for _, minor := range lines.AmountMinor {
		sumMinor += minor
	}
	if sumMinor != amountMinor || p.carry() != carry {
		p.t.Errorf("%d and %d points pay %d and leave %v, want %d and %v", left, right, sumMinor, p.carry(), amountMinor, carry)
	}
}

// linesRecompute computes every amount from what its line holds.
func linesRecompute(in *Input, l *Lines) error {
	p := in.Plan
	for i := range l.Len() {
		b := &p.Bonuses[l.Bonus[i]]
		var factors []Fraction
		for _, f := range l.FactorsOf(i) {
			factors = append(factors, f.Fraction)
		}
		pointValue := p.PointValue
		if in.Network.Market != nil {
			pointValue = p.PointValues[p.VariantOfMarket[in.Network.Market[l.Earner[i]]]]
		}
		switch b.UnitOf(p) {
		case UnitMoney:
			pointValue = One
		case UnitCount:
			pointValue = Fraction{RateScale, 1}
		case UnitVolume:
		}
		amountMinor, err := Amount(l.Base[i], l.Rate[i], pointValue, p.BonusRounding(b), factors...)
		if err != nil {
			return fmt.Errorf("line %d: %w", i, err)
		}
		if amountMinor != l.AmountMinor[i] {
			return fmt.Errorf("line %d: %d × %d × %v is %d, not %d", i, l.Base[i], l.Rate[i], factors, amountMinor, l.AmountMinor[i])
		}
	}
	return nil
}

// flowsAddUp wants in + new = matched + flushed + expired + out of every leg.
func flowsAddUp(flows []BinaryFlow) error {
	for _, f := range flows {
		for _, leg := range []LegFlow{f.Left, f.Right} {
			for i := range leg.In {
				if leg.In[i]+leg.New[i] != leg.Matched[i]+leg.Flushed[i]+leg.Expired[i]+leg.Out[i] {
					return fmt.Errorf("bonus %d, distributor %d: %d in, %d new, %d matched, %d flushed, %d expired, %d out",
						f.Bonus, i, leg.In[i], leg.New[i], leg.Matched[i], leg.Flushed[i], leg.Expired[i], leg.Out[i])
				}
			}
		}
	}
	return nil
}

// beinfinity-cycles-paycut, without the paycut, which is a cap.
func TestBinary_PublishedBeInfinityCycles(t *testing.T) {
	p := newPair(t, func(p *Plan, b *Binary) {
		p.Ranks = []Rank{{Name: "influencer"}, {Name: "saphire", When: p.condition(p.atLeast(factPV, 100))}}
		b.Rates, b.Cycle = single(0, 15_00, 20_00), &BinaryCycle{Strong: 200 * points, Weak: 200 * points}
		b.Rates.Amounts = true
	})
	p.wants(0, 6_000, 0, [2]int64{0, 6_000})
	p.wants(200, 0, 15_00, [2]int64{0, 5_800})
	p.in.Prior.State, p.own = nil, 100
	lines := p.sells(1_800, 20_800)
	if !slices.Equal(lines.Base, []int64{9}) || !slices.Equal(lines.Rate, []int64{20_00}) || !slices.Equal(lines.AmountMinor, []int64{180_00}) {
		t.Errorf("lines are %+v", lines)
	}
	if p.carry() != [2]int64{0, 19_000} {
		t.Errorf("carries %v", p.carry())
	}
}

// binary-carrycap-and-pool-scaling, before the pool.
func TestBinary_PublishedCarryCap(t *testing.T) {
	five := func(_ *Plan, b *Binary) { b.Carry = CarryLimit{AverageTimes: Fraction{5, 1}, AveragePeriods: 4} }
	for _, user := range []struct {
		name                          string
		weakBefore, left, right, paid int64
		carry                         [2]int64
		flushed                       int64
	}{
		{"A, average 7,500", 7_000, 12_000, 8_000, 800_00, [2]int64{4_000, 0}, 0},
		{"B, average 8,000", 6_000, 50_000, 10_000, 1_000_00, [2]int64{40_000, 0}, 0},
		{"C, average 12,000", 9_000, 100_000, 15_000, 1_500_00, [2]int64{60_000, 0}, 25_000},
	} {
		p := newPair(t, five)
		p.wants(user.weakBefore, user.weakBefore, user.weakBefore*10, [2]int64{})
		p.wants(user.left, user.right, user.paid, user.carry)
		if flushed := p.flows[0].Left.Flushed[0]; flushed != user.flushed*points {
			t.Errorf("%s: %d flushed", user.name, flushed)
		}
	}

	demo := newPair(t, five)
	for _, weak := range []int64{8_000, 9_000, 7_500} {
		demo.wants(weak, weak, weak*10, [2]int64{})
	}
	demo.wants(60_000, 10_000, 1_000_00, [2]int64{43_125, 0})
	if lost := demo.flows[0].Left.Flushed[0]; lost != 6_875*points {
		t.Errorf("cap demo: %d lost", lost)
	}

	weeks := newPair(t, five)
	weeks.wants(10_000, 5_000, 500_00, [2]int64{5_000, 0})
	weeks.wants(8_000, 6_000, 600_00, [2]int64{7_000, 0})
	weeks.wants(7_000, 9_000, 900_00, [2]int64{5_000, 0})
}

// binary-key-club-pairs-cap-flush: a step of 150:150 is worth 1,200, for whoever has one direct on each side.
func TestBinary_PublishedKeyClub(t *testing.T) {
	const u, a, b, c, d, e, f = 0, 1, 2, 3, 4, 5, 6
	plan := newPair(t, func(p *Plan, b *Binary) {
		b.Rates, b.Cycle = single(1_200_00), &BinaryCycle{Strong: 150 * points, Weak: 150 * points}
		b.Rates.Amounts, b.MaxCycles, b.AfterPayout = true, 25, FlushAtMax
		p.Bonuses[0].When = p.condition(expr(OpAnd, p.atLeast(FactKey{Fact: FactActiveLeft}, 1), p.atLeast(FactKey{Fact: FactActiveRight}, 1)))
	}).in.Plan
	in := &Input{Plan: plan, Cadence: Weekly, Period: PeriodByNo(Weekly, nil, 2_000), Network: Network{
		Sponsor: []int32{u: -1, a: u, b: u, c: a, d: a, e: b, f: b}, Parent: []int32{u: -1, a: u, b: u, c: a, d: a, e: b, f: b},
		Leg: []uint8{u: 0, a: 1, b: 2, c: 1, d: 2, e: 1, f: 2}, EnrolledAtUS: make([]int64, 7),
	}}
	sold := func(of map[int32]int64) *Output {
		t.Helper()
		in.Volumes = Volumes{}
		for _, seller := range []int32{u, a, b, c, d, e, f} {
			in.Volumes.Seller, in.Volumes.CV = append(in.Volumes.Seller, seller), append(in.Volumes.CV, of[seller]*points)
		}
		in.Volumes.PV, in.Volumes.PriceMinor = make([]int64, 7), make([]int64, 7)
		return must(Compute(in))
	}
	out := sold(map[int32]int64{c: 100, d: 50, e: 50, f: 100})
	if want := []modelLine{{u, 0, 0, 1, 1_200_00, 1_200_00}}; !reflect.DeepEqual(linesOf(out.Lines), want) {
		t.Errorf("U, A and B are paid %+v", linesOf(out.Lines))
	}

	// 26 steps, or just 25, pay 25, and whatever is left of both sides goes; 24 leave the rest.
	left, right := CarryKeys("team")
	for _, test := range []struct {
		sold, right, paid int64
		carry             [2]int64
	}{
		{26*150 + 10, 5_000, 25 * 1_200_00, [2]int64{0, 0}},
		{25 * 150, 25*150 + 100, 25 * 1_200_00, [2]int64{0, 0}},
		{25*150 - 1, 5_000, 24 * 1_200_00, [2]int64{149, 1_400}},
	} {
		out := sold(map[int32]int64{a: test.sold, b: test.right})
		carry := [2]int64{columnAt(out.State[left], u) / points, columnAt(out.State[right], u) / points}
		if out.Lines.Len() != 1 || out.Lines.AmountMinor[0] != test.paid || carry != test.carry {
			t.Errorf("%+v: lines %+v, carry %v", test, linesOf(out.Lines), carry)
		}
	}

	// Without a direct on the right nothing is paid, so nobody reaches the cap; 25 steps are used up all the same.
	in.Network.Sponsor[b] = a
	out = sold(map[int32]int64{a: 26 * 150, b: 26 * 150})
	if out.Lines.Len() != 0 || out.State[left][u] != 150*points || out.State[right][u] != 150*points {
		t.Errorf("without a direct on the right: lines %+v, state %v", linesOf(out.Lines), out.State)
	}
}

// binary-two-periods-carry-vs-flush.
func TestBinary_PublishedCarryOrFlush(t *testing.T) {
	carry := newPair(t, nil)
	carry.wants(200, 500, 20_00, [2]int64{0, 300})
	carry.wants(400, 100, 40_00, [2]int64{0, 0})

	flush := newPair(t, func(_ *Plan, b *Binary) { b.AfterPayout = Flush })
	flush.wants(200, 500, 20_00, [2]int64{})
	flush.wants(400, 100, 10_00, [2]int64{})

	// Net-off: like carry for the active; who is not keeps both legs, which carry forward takes the weaker off all the same.
	inactive := func(after AfterPayout) func(p *Plan, b *Binary) {
		return func(p *Plan, b *Binary) {
			b.AfterPayout, p.Active = after, p.condition(p.atLeast(factPV, 50))
		}
	}
	for after, want := range map[AfterPayout][2]int64{CarryForward: {0, 300}, NetOff: {200, 500}} {
		p := newPair(t, inactive(after))
		p.wants(200, 500, 0, want)
		p.own = 50
		p.wants(400, 100, min(want[0]+400, want[1]+100)/10*100, [2]int64{0, 0})
	}

	ratio := newPair(t, func(_ *Plan, b *Binary) { b.ByRatio = true })
	lines := ratio.sells(3_000, 5_000)
	if factors := lines.FactorsOf(0); lines.AmountMinor[0] != 180_00 || lines.Base[0] != 3_000*points || len(factors) != 1 || factors[0].Fraction != (Fraction{3, 5}) {
		t.Errorf("by ratio: %+v", lines)
	}
	ratio = newPair(t, func(_ *Plan, b *Binary) { b.ByRatio = true })
	if lines := ratio.sells(3_000, 3_000); lines.AmountMinor[0] != 300_00 || lines.Factor[0] != 0 {
		t.Errorf("by ratio, balanced: %+v", lines)
	}
}

// binary-usana-balanced-increments: the highest whole step is paid and taken off both legs; 5,000 a side is carried while active.
func TestBinary_PublishedUsanaSteps(t *testing.T) {
	usana := func(p *Plan, b *Binary) {
		p.Active = p.condition(p.atLeast(factPV, 100))
		b.Rates = RateTable{}
		b.Steps = []BinaryStep{{500 * points, 100_00}, {1_000 * points, 200_00}, {2_000 * points, 400_00}}
		b.Carry = CarryLimit{Volume: 5_000 * points, LostWhenInactive: true}
	}
	for _, c := range []struct {
		left, right, paid int64
		carry             [2]int64
	}{
		{2_000, 2_000, 400_00, [2]int64{0, 0}},
		{3_500, 2_500, 400_00, [2]int64{1_500, 500}},
		{1_400, 1_400, 200_00, [2]int64{400, 400}},
		{499, 90_000, 0, [2]int64{499, 5_000}},
	} {
		p := newPair(t, usana)
		p.own = 100
		p.wants(c.left, c.right, c.paid, c.carry)
		// The own personal volume counts for the upline alone. Not active in the next week, they lose what they have.
		p.own = 0
		p.wants(0, 0, 0, [2]int64{})
	}

	// Three business centres of one owner: 001 with 002 on its left and 003 on its right, each with two sellers below.
	plan := newPair(t, func(p *Plan, b *Binary) {
		usana(p, b)
		p.Active = nil
	}).in.Plan
	in := &Input{Plan: plan, Cadence: Weekly, Period: PeriodByNo(Weekly, nil, 2_000), Network: Network{
		Sponsor: []int32{-1, 0, 0, 1, 1, 2, 2}, Parent: []int32{-1, 0, 0, 1, 1, 2, 2}, Leg: []uint8{0, 1, 2, 1, 2, 1, 2},
		EnrolledAtUS: make([]int64, 7), Owner: []int32{0, 0, 0, 3, 4, 5, 6},
	}}
	left, right := CarryKeys("team")
	for _, c := range []struct {
		each  int64
		carry []int64
	}{
		{500, nil},
		{700, []int64{400 * points, 200 * points, 200 * points, 0, 0, 0, 0}},
	} {
		in.Volumes = Volumes{Seller: []int32{3, 4, 5, 6}, PV: make([]int64, 4), PriceMinor: make([]int64, 4)}
		for range 4 {
			in.Volumes.CV = append(in.Volumes.CV, c.each*points)
		}
		out := must(Compute(in))
		if want := []modelLine{{0, 0, 0, 1, 200_00, 200_00}, {1, 0, 0, 1, 100_00, 100_00}, {2, 0, 0, 1, 100_00, 100_00}}; !reflect.DeepEqual(linesOf(out.Lines), want) {
			t.Errorf("%d each: lines %+v", c.each, linesOf(out.Lines))
		}
		if !slices.Equal(out.State[left], c.carry) || !slices.Equal(out.State[right], c.carry) {
			t.Errorf("%d each: carry %v", c.each, out.State)
		}
	}
}

func TestBinary_RefusesRulesThatContradictThemselves(t *testing.T) {
	table := func(values ...int64) RateTable {
		t := single(values...)
		t.Amounts = true
		return t
	}
	number := func(digits int32) *Number { return &Number{digits: digits} }
	for _, c := range []struct {
		says  string
		spoil func(p *Plan, b *Binary)
	}{
		{"at the period's close", func(p *Plan, _ *Binary) { p.Bonuses[0].Pays = PaysEvent }},
		{"tree of width 2", func(p *Plan, _ *Binary) { p.PlacementWidth = 3 }},
		{"no such rule", func(_ *Plan, b *Binary) { b.AfterPayout = FlushAtMax + 1 }},
		{"no such rule", func(_ *Plan, b *Binary) { b.OwnVolume = OwnVolumeRight + 1 }},
		{"ratio", func(_ *Plan, b *Binary) {
			b.ByRatio, b.Rates, b.Cycle = true, table(1), &BinaryCycle{Strong: 1, Weak: 1}
		}},
		{"at most is for cycles", func(_ *Plan, b *Binary) { b.MaxCycles = 1 }},
		{"numbers of sales", func(_ *Plan, b *Binary) { b.Base = BaseCount }},
		{"standings", func(_ *Plan, b *Binary) { b.Rates = RateTable{Levels: 1} }},
		{"one level", func(_ *Plan, b *Binary) { b.Rates = byStanding([]int64{1, 2}) }},
		{"amounts are paid for cycles", func(_ *Plan, b *Binary) { b.Rates = table(1) }},
		{"amounts are paid for cycles", func(_ *Plan, b *Binary) { b.Cycle = &BinaryCycle{Strong: 1, Weak: 1} }},
		{"off both legs", func(_ *Plan, b *Binary) { b.Rates, b.Cycle = table(1), &BinaryCycle{Strong: 1, Weak: 2} }},
		{"off both legs", func(_ *Plan, b *Binary) { b.Rates, b.Cycle = table(1), &BinaryCycle{Strong: 1} }},
		{"off both legs", func(_ *Plan, b *Binary) { b.Rates, b.Cycle = table(1), &BinaryCycle{2, 1, 2, 0} }},
		{"off both legs", func(_ *Plan, b *Binary) { b.Rates, b.Cycle = table(1), &BinaryCycle{1<<62 + 1, 1, 0, 0} }},
		{"stand for themselves", func(_ *Plan, b *Binary) { b.Steps = []BinaryStep{{1, 1}} }},
		{"steps go up", func(_ *Plan, b *Binary) { b.Rates, b.Steps = RateTable{}, []BinaryStep{{2, 1}, {2, 2}} }},
		{"steps go up", func(_ *Plan, b *Binary) { b.Rates, b.Steps = RateTable{}, []BinaryStep{{0, 1}} }},
		{"take the place of rates", func(_ *Plan, b *Binary) { b.Brackets = &Brackets{Tables: []BracketTable{{[]int64{1}, []int64{1}}}} }},
		{"do not go up", func(_ *Plan, b *Binary) {
			b.Rates, b.Brackets = RateTable{}, &Brackets{Tables: []BracketTable{{[]int64{1, 1}, []int64{1, 2}}}}
		}},
		{"more decimals", func(_ *Plan, b *Binary) {
			b.Rates, b.Brackets = RateTable{}, &Brackets{By: number(6), Marginal: true, Tables: []BracketTable{{[]int64{150}, []int64{1}}}}
		}},
		{"out of range", func(_ *Plan, b *Binary) {
			b.Rates, b.Brackets = RateTable{}, &Brackets{By: number(0), Marginal: true, Tables: []BracketTable{{[]int64{1 << 60}, []int64{1}}}}
		}},
		{"is an amount", func(_ *Plan, b *Binary) { b.Max = single(1) }},
		{"not below zero", func(_ *Plan, b *Binary) { b.Max = table(-1) }},
		{"standings", func(_ *Plan, b *Binary) { b.Max = table(1, 2) }},
		{"carried is not below zero", func(_ *Plan, b *Binary) { b.Carry.Volume = -1 }},
		{"carried is not below zero", func(_ *Plan, b *Binary) { b.Carry.AverageTimes = Fraction{-1, 1} }},
		{"carried is not below zero", func(_ *Plan, b *Binary) { b.Carry.AverageTimes = Fraction{1, -1} }},
		{"1 to 24 periods", func(_ *Plan, b *Binary) { b.Carry.AverageTimes = One }},
		{"1 to 24 periods", func(_ *Plan, b *Binary) { b.Carry.AverageTimes, b.Carry.AveragePeriods = One, 25 }},
		{"seventeen decimals", func(_ *Plan, b *Binary) { b.Carry.AverageTimes, b.Carry.AveragePeriods = Fraction{1, 1 << 60}, 2 }},
		{"or never", func(_ *Plan, b *Binary) { b.Carry.ExpiresAfter = 25 }},
	} {
		p := newPair(t, c.spoil)
		p.in.Volumes = Volumes{}
		if _, err := Compute(p.in); !errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: got %v", c.says, err)
		}
	}
}
