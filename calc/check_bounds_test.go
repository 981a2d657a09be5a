package calc

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

// refuses tells what is wrong where an error is not of a kind or does not name what it should; no name: there should be no error.
func refuses(err, kind error, naming string) error {
	switch {
	case naming == "" && err != nil:
		return fmt.Errorf("refused: %w", err)
	case naming != "" && (!errors.Is(err, kind) || !strings.Contains(err.Error(), naming)):
		return fmt.Errorf("got %w, want %w naming %q", err, kind, naming)
	}
	return nil
}

// A plan is refused for one more than there may be, and not for as many, and for what does not fit the rest of it.
func TestPlan_CheckRefusesBeyondItsBounds(t *testing.T) {
	direct := func(change func(p *Plan, b *Bonus)) func(p *Plan) {
		return func(p *Plan) {
			p.Bonuses = []Bonus{{Name: "own", Cadence: Monthly, Direct: &Direct{Rates: EverybodyAt(p, RateScale)}}}
			change(p, &p.Bonuses[0])
		}
	}
	for _, c := range []struct {
		name, naming string
		change       func(p *Plan)
	}{
		{"as many ranks as fit a byte", "", func(p *Plan) { p.Ranks = make([]Rank, 255) }},
		{"one rank more", "256 ranks", func(p *Plan) { p.Ranks = make([]Rank, 256) }},
		{"too many bonuses", "65537 bonuses", func(p *Plan) { p.Bonuses = make([]Bonus, 1<<16+1) }},
		{"bonuses whose numbers fit, and no rule", "bonus : calc: bad plan: no rule", func(p *Plan) { p.Bonuses = make([]Bonus, 1<<16) }},
		{"as many variants as fit a byte", "", func(p *Plan) { p.PointValues, p.VariantOfMarket = make([]Fraction, 255), []uint8{0, 254} }},
		{"one variant more", "256 variants", func(p *Plan) { p.PointValues, p.VariantOfMarket = make([]Fraction, 256), []uint8{0, 0} }},
		{"variants of no market", "2 variants", func(p *Plan) { p.PointValues = make([]Fraction, 2) }},
		{"a market without a variant", "every market a variant", func(p *Plan) { p.VariantOfMarket = []uint8{0} }},
		{"a variant without a market", "every market a variant", func(p *Plan) { p.VariantOfMarket = []uint8{0, 0, 0} }},
		{"as many tags as a word has bits", "", func(p *Plan) { p.Names.Tags = make([]string, 64) }},
		{"one tag more", "too many tags", func(p *Plan) { p.Names.Tags = make([]string, 65) }},
		{"a rounding step of 1", "", direct(func(_ *Plan, b *Bonus) { b.Rounding = &Rounding{HalfUp, 1} })},
		{"a rounding step of 0", "bonus own: calc: bad plan: a rounding step of 0", direct(func(_ *Plan, b *Bonus) { b.Rounding = &Rounding{HalfUp, 0} })},
		{"a rounding step below 0", "a rounding step of 0", direct(func(_ *Plan, b *Bonus) { b.Rounding = &Rounding{HalfUp, -1} })},
		{"every market", "", direct(func(_ *Plan, b *Bonus) { b.Markets, b.Variants = []bool{true, false}, []bool{true} })},
		{"a market that is not told", "markets that the plan does not have", direct(func(_ *Plan, b *Bonus) { b.Markets = []bool{true} })},
		{"a market too many", "markets that the plan does not have", direct(func(_ *Plan, b *Bonus) { b.Markets = []bool{true, true, true} })},
		{"a variant too many", "markets that the plan does not have", direct(func(_ *Plan, b *Bonus) { b.Variants = []bool{true, true} })},
		{"matching what is there", "", direct(func(p *Plan, _ *Bonus) { p.matches(0) })},
		{"matching itself", "wait for each other", direct(func(p *Plan, _ *Bonus) { p.matches(1) })},
		{"matching a bonus beyond", "bonus matching: calc: bad plan: there is no bonus 2", direct(func(p *Plan, _ *Bonus) { p.matches(0, 2) })},
		{"matching a bonus below", "there is no bonus -1", direct(func(p *Plan, _ *Bonus) { p.matches(-1, 0) })},
		{"at the event", "", direct(func(_ *Plan, b *Bonus) { b.Pays = PaysEvent })},
		{"a condition at the close", "", direct(func(p *Plan, b *Bonus) { b.When = p.condition(p.atLeast(factPV, 1)) })},
		{"a condition at the event", "at the close only", direct(func(p *Plan, b *Bonus) {
			b.Pays, b.When = PaysEvent, p.condition(p.atLeast(FactKey{Fact: FactCustomers}, 1))
		})},
		{"rates by a condition at the event", "at the close only", direct(func(p *Plan, b *Bonus) {
			b.Pays = PaysEvent
			b.Direct.Rates.When = []*Condition{p.condition(p.atLeast(FactKey{Fact: FactCustomers}, 1))}
		})},
		{"a volume of a time at the close", "", direct(func(_ *Plan, b *Bonus) { b.Direct.Base = VolumeBuiltIn })},
		{"a volume of a time at the event", "at the close only", direct(func(_ *Plan, b *Bonus) { b.Pays, b.Direct.Base = PaysEvent, VolumeBuiltIn })},
	} {
		p := testPlanOf()
		p.Facts, p.Names.Markets = NewFactTable(), []string{"DE"}
		p.Volumes = []Volume{{Name: "early", Share: RateScale, CustomerShare: RateScale, UntilPeriodDay: 10}}
		c.change(p)
		if err := refuses(p.Check(), ErrPlan, c.naming); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// What a kind says of itself is refused for one more than there may be, or less than nothing, and not at the end itself.
func TestKinds_RefuseBeyondTheirBounds(t *testing.T) {
	p := testPlanOf()
	p.Ranks = make([]Rank, 3)
	average := func(times Fraction, periods int32) CarryLimit {
		return CarryLimit{AverageTimes: times, AveragePeriods: periods}
	}
	award := func(change func(a *RankAward)) RankAward {
		a := RankAward{Rank: 3, AmountMinor: []int64{0}}
		change(&a)
		return a
	}
	generations := func(digits int32) *PoolGenerations {
		return &PoolGenerations{Leaders: &Condition{}, Digits: digits, Shares: RateTable{Amounts: true, Levels: 1, Rows: [][]int64{{0}}, Candidates: make([][]uint8, 4)}}
	}
	for _, c := range []struct {
		name, naming string
		check        func() error
	}{
		{"carry up to nothing", "", func() error { return (&CarryLimit{}).check(p) }},
		{"carry up to less", "not below zero", func() error { return (&CarryLimit{Volume: -1}).check(p) }},
		{"an average of a period", "", func() error { c := average(One, 1); return c.check(p) }},
		{"an average of 24", "", func() error { c := average(One, 24); return c.check(p) }},
		{"an average of none", "1 to 24 periods", func() error { c := average(One, 0); return c.check(p) }},
		{"an average of 25", "1 to 24 periods", func() error { c := average(One, 25); return c.check(p) }},
		{"a multiple of nothing", "", func() error { c := average(Fraction{0, 1}, 1); return c.check(p) }},
		{"a multiple below zero", "not below zero", func() error { c := average(Fraction{-1, 1}, 1); return c.check(p) }},
		{"a multiple that is none", "not below zero", func() error { c := average(Fraction{1, -1}, 1); return c.check(p) }},
		{"a fine multiple", "", func() error { c := average(Fraction{1, math.MaxInt64 / 24}, 1); return c.check(p) }},
		{"a finer one", "seventeen decimals", func() error { c := average(Fraction{1, math.MaxInt64/24 + 1}, 1); return c.check(p) }},
		{"expiry after 24 periods", "", func() error { return (&CarryLimit{ExpiresAfter: 24}).check(p) }},
		{"expiry after 25", "expires", func() error { return (&CarryLimit{ExpiresAfter: 25}).check(p) }},
		{"expiry before", "expires", func() error { return (&CarryLimit{ExpiresAfter: -1}).check(p) }},
		{"the highest rank, of no amount", "", func() error { a := award(func(*RankAward) {}); return a.check(p, &RankBonus{}) }},
		{"one higher", "no such rank", func() error { a := award(func(a *RankAward) { a.Rank = 4 }); return a.check(p, &RankBonus{}) }},
		{"less than nothing", "below zero", func() error {
			a := award(func(a *RankAward) { a.AmountMinor[0] = -1 })
			return a.check(p, &RankBonus{})
		}},
		{"after 1000 periods", "", func() error {
			a := award(func(a *RankAward) { a.AfterPeriods = 1000 })
			return a.check(p, &RankBonus{})
		}},
		{"after 1001", "too many periods", func() error {
			a := award(func(a *RankAward) { a.AfterPeriods = 1001 })
			return a.check(p, &RankBonus{})
		}},
		{"after less than none", "fewer than none", func() error { a := award(func(a *RankAward) { a.AfterPeriods = -1 }); return a.check(p, &RankBonus{}) }},
		{"within less than no days", "fewer than none", func() error { a := award(func(a *RankAward) { a.WithinDays = -1 }); return a.check(p, &RankBonus{}) }},
		{"within less than no months", "fewer than none", func() error { a := award(func(a *RankAward) { a.WithinMonths = -1 }); return a.check(p, &RankBonus{}) }},
		{"in 1000 parts", "", func() error {
			a := award(func(a *RankAward) { a.Instalments = make([]int64, 1000) })
			return a.check(p, &RankBonus{})
		}},
		{"in 1001", "too many periods", func() error {
			a := award(func(a *RankAward) { a.Instalments = make([]int64, 1001) })
			return a.check(p, &RankBonus{})
		}},
		{"a part below zero", "below zero", func() error {
			a := award(func(a *RankAward) { a.Instalments = []int64{-1} })
			return a.check(p, &RankBonus{})
		}},
		{"as many levels as lines can name", "", func() error { return (&RateTable{Levels: 1 << 15, Candidates: make([][]uint8, 4)}).check(p) }},
		{"one level more", "32769 levels", func() error { return (&RateTable{Levels: 1<<15 + 1, Candidates: make([][]uint8, 4)}).check(p) }},
		{"no level", "0 levels", func() error { return (&RateTable{Candidates: make([][]uint8, 4)}).check(p) }},
		{"the last rules of a pool", "", func() error {
			return (&Pool{Rate: 1, Remainder: RemainderCompany, Undistributed: UndistributedShared}).check(p, &Bonus{})
		}},
		{"a rule for its remainder more", "no such rule", func() error { return (&Pool{Rate: 1, Remainder: RemainderCompany + 1}).check(p, &Bonus{}) }},
		{"a pool up to less than nothing", "below zero", func() error { return (&Pool{Rate: 1, AmountMaxMinor: -1}).check(p, &Bonus{}) }},
		{"shares with four decimals", "", func() error { return generations(4).check(p) }},
		{"shares with five", "four decimals", func() error { return generations(5).check(p) }},
		{"shares with less than none", "four decimals", func() error { return generations(-1).check(p) }},
		{"shares below zero", "below zero", func() error { g := generations(0); g.Shares.Rows[0][0] = -1; return g.check(p) }},
	} {
		if err := refuses(c.check(), ErrPlan, c.naming); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// matches adds a bonus that matches others.
func (p *Plan) matches(bonuses ...int) {
	p.paysBonus(Bonus{Name: "matching", Matching: &Matching{Bonuses: bonuses, Rates: EverybodyAt(p, RateScale/10)}})
}

// What refers to bonuses and distributors is whole, refers to those that there are, and to bonuses that are paid when it says.
func TestCompute_RefusesWhatRefersToNothing(t *testing.T) {
	for _, c := range []struct {
		name, naming string
		spoil        func(in *Input)
	}{
		{"as it should be", "", func(*Input) {}},
		{"posted without bonuses", "Posted.Bonus has 0 entries, not 1", func(in *Input) { in.Posted.Bonus = nil }},
		{"posted without amounts", "Posted.AmountMinor has 0 entries, not 1", func(in *Input) { in.Posted.AmountMinor = nil }},
		{"earned without bonuses", "Earned.Bonus has 0 entries, not 1", func(in *Input) { in.Earned.Bonus = nil }},
		{"earned without amounts", "Earned.AmountMinor has 0 entries, not 1", func(in *Input) { in.Earned.AmountMinor = nil }},
		{"adjusted without bonuses", "Adjustments.Bonus has 0 entries, not 1", func(in *Input) { in.Adjustments.Bonus = nil }},
		{"adjusted without amounts", "Adjustments.AmountMinor has 0 entries, not 1", func(in *Input) { in.Adjustments.AmountMinor = nil }},
		{"posted by a bonus beyond", "Posted.Bonus 0 is 5, of 4", func(in *Input) { in.Posted.Bonus[0] = 5 }},
		{"earned by a bonus beyond", "Earned.Bonus 0 is 5, of 4", func(in *Input) { in.Earned.Bonus[0] = 5 }},
		{"adjusted a bonus beyond", "Adjustments.Bonus 0 is 5, of 4", func(in *Input) { in.Adjustments.Bonus[0] = 5 }},
		{"posted to nobody", "Posted.Earner 0 is -1", func(in *Input) { in.Posted.Earner[0] = -1 }},
		{"earned by nobody", "Earned.Earner 0 is 1, of 1", func(in *Input) { in.Earned.Earner[0] = 1 }},
		{"adjusted to nobody", "Adjustments.Earner 0 is -1", func(in *Input) { in.Adjustments.Earner[0] = -1 }},
		{"posted by a bonus of the close", "which is paid at the close", func(in *Input) { in.Posted.Bonus[0] = 1 }},
		{"earned by a bonus of the month", "by a shorter cadence", func(in *Input) { in.Earned.Bonus[0] = 2 }},
		{"earned at an event of the week", "by a shorter cadence", func(in *Input) { in.Earned.Bonus[0] = 4 }},
		{"adjusted what is reckoned", "not paid by hand", func(in *Input) { in.Adjustments.Bonus[0] = 3 }},
		{"adjusted a bonus of the week", "not paid by hand", func(in *Input) { in.Adjustments.Bonus[0] = 1 }},
		{"no place in a tree of one leg", "Network.Parent has 0 entries, not 1", func(in *Input) { in.Plan.PlacementWidth = 1 }},
	} {
		p := newPayroll(1, directOf("event", RateScale), manual("week"), manual("month"), directOf("own", RateScale), directOf("event of the week", RateScale))
		in := p.in
		b := in.Plan.Bonuses
		b[0].Pays, b[1].Cadence, b[4].Pays, b[4].Cadence = PaysEvent, Weekly, PaysEvent, Weekly
		p.post("event", 0, 100)
		p.pay("month", 0, 100)
		in.Earned.Earner, in.Earned.Bonus, in.Earned.AmountMinor = []int32{0}, []uint16{1}, []int64{100}
		c.spoil(in)
		_, err := Compute(in)
		if err := refuses(err, ErrInput, c.naming); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// As many legs as a tree may have are told apart.
func TestCheckLegs_EachOfManyLegsIsTakenOnce(t *testing.T) {
	const width = 255
	parents, legs := make([]int32, width+1), make([]uint8, width+1)
	for seat := range legs {
		legs[seat] = uint8(seat)
	}
	parents[0] = -1
	tree := must(newTree(1, parents, nil, "placement parent"))
	if err := checkLegs(tree, legs, width); err != nil {
		t.Fatal(err)
	}
	for leg := 2; leg <= width; leg++ {
		legs[leg-1] = uint8(leg) // beside the one that stands there
		if err := refuses(checkLegs(tree, legs, width), ErrInput, fmt.Sprintf("distributor %d stands in leg %d of distributor 0, which is taken", leg, leg)); err != nil {
			t.Error(err)
		}
		legs[leg-1] = uint8(leg - 1)
	}
}
