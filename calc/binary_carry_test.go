package calc

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestBinary_OlderVolumeIsMatchedFirstAndExpires(t *testing.T) {
	p := newPair(t, func(_ *Plan, b *Binary) { b.Carry.ExpiresAfter = 2 })
	expires := func(points_ int64) {
		t.Helper()
		if expired := p.flows[0].Right.Expired[0]; expired != points_*points {
			t.Errorf("%d expires, want %d", expired, points_*points)
		}
	}
	p.wants(0, 100, 0, [2]int64{0, 100})
	p.wants(0, 50, 0, [2]int64{0, 150})
	expires(0)
	// The 100 of two weeks ago are matched for the last time: 30 of them are, 70 expire.
	p.wants(30, 20, 3_00, [2]int64{0, 70})
	expires(70)
	// Of the 50 and the 20, the 50 are two weeks old now. 60 use them up, and 10 of the 20.
	p.wants(60, 0, 6_00, [2]int64{0, 10})
	expires(0)
	p.wants(0, 0, 0, [2]int64{})
	expires(10)
	if len(p.in.Prior.State) != 0 {
		t.Errorf("nothing is carried, and %v stays", p.in.Prior.State)
	}

	// A rule that lets volume expire sooner counts what is older as just old enough; carry without an age is of the week before.
	p.wants(0, 100, 0, [2]int64{0, 100})
	p.wants(0, 10, 0, [2]int64{0, 110})
	p.in.Plan.Bonuses[0].Binary.Carry.ExpiresAfter = 1
	p.wants(20, 1, 2_00, [2]int64{0, 1})
	expires(90)
	left, right := CarryKeys("team")
	p.in.Prior.State = State{left: {0, 0, 0}, right: {500 * points, 0, 0}}
	p.in.Plan.Bonuses[0].Binary.Carry.ExpiresAfter = 2
	p.wants(0, 0, 0, [2]int64{0, 500})
	p.wants(0, 0, 0, [2]int64{0, 0})

	// The longest that volume may live.
	p.in.Prior.State = nil
	p.in.Plan.Bonuses[0].Binary.Carry.ExpiresAfter = carryPeriodsMax
	p.wants(0, 100, 0, [2]int64{0, 100})
	for range carryPeriodsMax - 1 {
		p.wants(0, 0, 0, [2]int64{0, 100})
	}
	p.wants(50, 0, 5_00, [2]int64{0, 0})
	expires(50)
	p.in.Plan.Bonuses[0].Binary.Carry.ExpiresAfter = 2

	// Ages that do not fit the whole do no harm.
	p.in.Prior.State = State{right: {100 * points, 0, 0}, agedKey(right, 2): {math.MaxInt64, 0, 0}, agedKey(right, 3): {-5, 7, 0}}
	p.wants(0, 5, 0, [2]int64{0, 5})
	expires(100)
}

// What a limit flushes does not expire as well: of 300 the limit keeps 200, which expire two periods later.
func TestBinary_WhatIsFlushedDoesNotExpire(t *testing.T) {
	p := newPair(t, func(_ *Plan, b *Binary) { b.Carry.ExpiresAfter, b.Carry.Volume = 2, 200*points })
	p.wants(0, 300, 0, [2]int64{0, 200})
	p.wants(0, 50, 0, [2]int64{0, 200}) // 50 of the older ones are flushed
	p.wants(0, 0, 0, [2]int64{0, 50})   // 150 expire
	p.wants(0, 0, 0, [2]int64{0, 0})
}

func TestBinary_WhatIsTakenBackIsTakenOffTheOldest(t *testing.T) {
	p := newPair(t, func(_ *Plan, b *Binary) { b.Carry.ExpiresAfter = 2 })
	p.wants(0, 100, 0, [2]int64{0, 100})
	p.wants(0, 50, 0, [2]int64{0, 150})
	p.wants(0, -80, 0, [2]int64{0, 50}) // 80 of the 100 are gone, the other 20 expire
	p.wants(0, -60, 0, [2]int64{0, -10})
	// What a leg lacks does not expire and is made up first.
	p.wants(0, 0, 0, [2]int64{0, -10})
	p.wants(0, 0, 0, [2]int64{0, -10})
	p.wants(100, 30, 2_00, [2]int64{80, 0})
}

func TestBinary_ALegBelowZeroIsCarriedAsItIs(t *testing.T) {
	for name, rule := range map[string]func(p *Plan, b *Binary){
		"carry forward": nil,
		"net off":       func(_ *Plan, b *Binary) { b.AfterPayout = NetOff },
		"flush at max":  func(_ *Plan, b *Binary) { b.AfterPayout = FlushAtMax },
		"limit":         func(_ *Plan, b *Binary) { b.Carry.Volume = 500 * points },
		"inactive": func(p *Plan, b *Binary) {
			p.Active = p.condition(p.atLeast(factPV, 1))
			b.Carry.LostWhenInactive = true
		},
	} {
		p := newPair(t, rule)
		left := int64(500)
		if name == "inactive" {
			left = 0 // above zero, it is lost
		}
		p.wants(500, -70, 0, [2]int64{left, -70})
	}
	flush := newPair(t, func(_ *Plan, b *Binary) { b.AfterPayout = Flush })
	flush.wants(500, -70, 0, [2]int64{})
	if flushed := flush.flows[0].Right.Flushed[0]; flushed != -70*points {
		t.Errorf("%d flushed", flushed)
	}
}

func TestBinary_TheSmallestVolumeIsMatched(t *testing.T) {
	p := newPair(t, nil)
	left, right := CarryKeys("team")
	p.in.Prior.State = State{left: {1, 0, 0}, right: {3, 0, 0}}
	p.sells(0, 0)
	if matched, carried := p.flows[0].Left.Matched[0], p.in.Prior.State[right][0]; matched != 1 || carried != 2 {
		t.Errorf("%d is matched, %d carried", matched, carried)
	}
}

func TestBinary_CarryIsLimitedToTheSmallestVolume(t *testing.T) {
	p := newPair(t, func(_ *Plan, b *Binary) { b.Carry = CarryLimit{Volume: 1} })
	p.sells(1_000, 100)
	left, _ := CarryKeys("team")
	if carried := p.in.Prior.State[left][0]; carried != 1 {
		t.Errorf("%d is carried", carried)
	}
}

func TestBinary_AverageLeavesOutPeriodsBeforeTheFirst(t *testing.T) {
	p := newPair(t, func(_ *Plan, b *Binary) { b.Carry = CarryLimit{AverageTimes: Fraction{3, 2}, AveragePeriods: 3} })
	p.wants(1_000, 100, 10_00, [2]int64{150, 0}) // 1.5 × 100
	p.wants(1_000, 200, 20_00, [2]int64{225, 0}) // 1.5 × (100 + 200) ÷ 2
	p.wants(1_000, 0, 0, [2]int64{150, 0})       // 1.5 × (100 + 200 + 0) ÷ 3
	p.wants(1_000, 1, 10, [2]int64{100, 0})      // 1.5 × (200 + 0 + 1) ÷ 3, rounded down
	if carry := p.in.Prior.State["binary:team:left"][0]; carry != 1_005_000 {
		t.Errorf("carries %d", carry)
	}
	// Whoever comes later begins an average of their own.
	in := p.in
	in.Network = Network{Sponsor: []int32{-1, 0, 0, -1, 3, 3}, Parent: []int32{-1, 0, 0, -1, 3, 3}, Leg: []uint8{0, 1, 2, 0, 1, 2}, EnrolledAtUS: make([]int64, 6)}
	for key, column := range in.Prior.State {
		in.Prior.State[key] = append(slices.Clone(column), 0, 0, 0)
	}
	in.Prior.Achieved, in.Prior.PaidAs, in.Prior.Active = nil, nil, nil
	in.Volumes = Volumes{Seller: []int32{4, 5}, PV: make([]int64, 2), CV: []int64{1_000 * points, 100 * points}, PriceMinor: make([]int64, 2)}
	out := must(Compute(in))
	if carry := out.State["binary:team:left"][3]; carry != 150*points {
		t.Errorf("the newcomer carries %d", carry)
	}

	both := newPair(t, func(_ *Plan, b *Binary) {
		b.Carry = CarryLimit{AverageTimes: Fraction{3, 1}, AveragePeriods: 1, Volume: 200 * points}
	})
	both.wants(1_000, 100, 10_00, [2]int64{200, 0})
	both.wants(1_000, 10, 1_00, [2]int64{30, 0})
	huge := newPair(t, func(_ *Plan, b *Binary) {
		b.Carry = CarryLimit{AverageTimes: Fraction{math.MaxInt64, 1}, AveragePeriods: 2}
	})
	huge.wants(1_000, 100, 10_00, [2]int64{900, 0})
}

func TestBinary_WhoKeepsBothLegsWhole(t *testing.T) {
	// 0 is active with 50 of own volume, and qualified with 100.
	for _, c := range []struct {
		name  string
		rule  func(b *Bonus)
		own   int64
		paid  int64
		carry [2]int64
	}{
		{"carry forward, not qualified", func(*Bonus) {}, 50, 0, [2]int64{100, 0}},
		{"unqualified keeps", func(b *Bonus) { b.Binary.UnqualifiedKeeps = true }, 50, 0, [2]int64{300, 200}},
		{"unqualified keeps, qualified", func(b *Bonus) { b.Binary.UnqualifiedKeeps = true }, 100, 20_00, [2]int64{100, 0}},
		{"unqualified keeps, though others lose all", func(b *Bonus) { b.Binary.UnqualifiedKeeps, b.Binary.AfterPayout = true, Flush }, 50, 0, [2]int64{300, 200}},
		{"unqualified keeps within limits", func(b *Bonus) { b.Binary.UnqualifiedKeeps, b.Binary.Carry.Volume = true, 250*points }, 50, 0, [2]int64{250, 200}},
		{"net off, active and not qualified", func(b *Bonus) { b.Binary.AfterPayout = NetOff }, 50, 0, [2]int64{100, 0}},
		{"net off, not active", func(b *Bonus) { b.Binary.AfterPayout = NetOff }, 0, 0, [2]int64{300, 200}},
		{"net off, not active and paid all the same", func(b *Bonus) { b.Binary.AfterPayout, b.Inactive, b.When = NetOff, InactivePaid, nil }, 0, 20_00, [2]int64{100, 0}},
		{"lost when inactive, active", func(b *Bonus) { b.Binary.Carry.LostWhenInactive = true }, 50, 0, [2]int64{100, 0}},
		{"lost when inactive, not active", func(b *Bonus) { b.Binary.Carry.LostWhenInactive = true }, 0, 0, [2]int64{0, 0}},
		{"lost when unqualified, qualified", func(b *Bonus) { b.Binary.Carry.LostWhenUnqualified = true }, 100, 20_00, [2]int64{100, 0}},
		{"lost when unqualified, not qualified", func(b *Bonus) { b.Binary.Carry.LostWhenUnqualified = true }, 50, 0, [2]int64{0, 0}},
	} {
		p := newPair(t, func(p *Plan, _ *Binary) {
			p.Active = p.condition(p.atLeast(factPV, 50))
			p.Bonuses[0].When = p.condition(p.atLeast(factPV, 100))
			c.rule(&p.Bonuses[0])
		})
		p.own = c.own
		t.Log(c.name)
		p.wants(300, 200, c.paid, c.carry)
	}
}

func TestBinary_CarryOutOfRangeNamesTheDistributor(t *testing.T) {
	left, right := CarryKeys("team")
	for name, spoil := range map[string]func(in *Input){
		"left":  func(in *Input) { in.Prior.State = State{left: {math.MaxInt64, 0, 0}} },
		"right": func(in *Input) { in.Prior.State = State{right: {math.MaxInt64, 0, 0}} },
		"with the own sales": func(in *Input) {
			in.Volumes.CV[1] = 0
			in.Volumes.CV[0] = 1
			in.Plan.Bonuses[0].Binary.OwnVolume = OwnVolumeLeft
			in.Prior.State = State{left: {math.MaxInt64, 0, 0}}
		},
		"weaker legs": func(in *Input) {
			in.Plan.Bonuses[0].Binary.Carry = CarryLimit{AverageTimes: One, AveragePeriods: 2}
			in.Prior.State = State{"binary:team:weak:1": {math.MaxInt64, 0, 0}, "binary:team:averaged": {1, 0, 0}}
		},
	} {
		p := newPair(t, nil)
		p.in.Volumes = Volumes{Seller: []int32{0, 1, 2}, PV: make([]int64, 3), CV: []int64{0, 5, 5}, PriceMinor: make([]int64, 3)}
		spoil(p.in)
		if _, err := Compute(p.in); !errors.Is(err, ErrOverflow) || !strings.Contains(err.Error(), "bonus team") || !strings.Contains(err.Error(), "distributor 0") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestCarryKeys_AreWhatIsWritten(t *testing.T) {
	wants := func(p *pair, want ...string) {
		t.Helper()
		if keys := slices.Sorted(maps.Keys(p.in.Prior.State)); !slices.Equal(keys, want) {
			t.Errorf("state has %v, want %v", keys, want)
		}
	}
	plain := newPair(t, func(_ *Plan, b *Binary) {
		b.Rates, b.Cycle = amounts(1), &BinaryCycle{Strong: 100 * points, Weak: 100 * points}
		b.Carry = CarryLimit{AverageTimes: Fraction{100, 1}, AveragePeriods: 1, ExpiresAfter: 1}
	})
	plain.sells(900, 150)
	wants(plain, "binary:team:left", "binary:team:right")
	p := newPair(t, func(_ *Plan, b *Binary) {
		b.Rates, b.Cycle = single(1), &BinaryCycle{100 * points, 100 * points, 200 * points, 100 * points}
		b.Rates.Amounts = true
		b.Carry = CarryLimit{AverageTimes: Fraction{100, 1}, AveragePeriods: 3, ExpiresAfter: 3}
	})
	p.sells(900, 150)
	p.sells(100, 250)
	p.sells(100, 250)
	wants(p,
		"binary:team:averaged", "binary:team:first", "binary:team:left", "binary:team:left:2", "binary:team:left:3", "binary:team:right",
		"binary:team:weak:1", "binary:team:weak:2")
}
