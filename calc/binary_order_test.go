package calc

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// fullRule has everything that stands by row or makes factors.
func fullRule(p *Plan, b *Binary) {
	b.Rates, b.ByRatio, b.OwnVolume, b.AfterPayout = RateTable{}, true, OwnVolumeWeaker, FlushAtMax
	b.Brackets = &Brackets{Marginal: true, Tables: []BracketTable{{[]int64{0, 100 * points, 1_000 * points}, []int64{RateScale / 20, RateScale / 10, RateScale / 8}}}}
	b.Max = amounts(slices.Repeat([]int64{70_00}, p.Standings())...)
	b.Carry = CarryLimit{AverageTimes: Fraction{7, 2}, AveragePeriods: 3, ExpiresAfter: 3, Volume: 50_000 * points}
	b.UnqualifiedKeeps = true
	p.Bonuses[0].When = p.condition(p.atLeast(factCV, 20))
}

func TestBinary_ThreadsDoNotMatter(t *testing.T) {
	plan := hybridPlan()
	plan.Bonuses = plan.Bonuses[:1]
	fullRule(plan, plan.Bonuses[0].Binary)
	in := company(plan, 3*wideSeats, 6*wideSeats, 11)
	in.Trace = true
	for period := range 3 {
		in.Threads = 1
		want := must(Compute(in))
		if want.Lines.Len() < 1_000 || len(want.Lines.Factors) < 1_000 || len(want.State) == 0 {
			t.Fatalf("%d lines, %d factors: too few to see anything", want.Lines.Len(), len(want.Lines.Factors))
		}
		if err := linesRecompute(in, &want.Lines); err != nil {
			t.Error(err)
		}
		if err := flowsAddUp(want.Flows); err != nil {
			t.Error(err)
		}
		for _, threads := range []int{2, 3, 8} {
			in.Threads = threads
			if got := must(Compute(in)); !reflect.DeepEqual(got, want) {
				t.Fatalf("period %d: %d threads give another result", period, threads)
			}
		}
		in.Trace = false
		if got := must(Compute(in)); !reflect.DeepEqual(got.Lines, want.Lines) || !reflect.DeepEqual(got.State, want.State) || got.Flows != nil {
			t.Fatalf("period %d: without a trace the result is another", period)
		}
		in.Trace = true
		in.Prior = Prior{Achieved: want.Achieved, PaidAs: want.PaidAs, Active: want.Active, State: want.State}
		in.Period = PeriodByNo(plan.Main, nil, in.Period.No+1)
		in.Volumes.Seller = slices.Clone(in.Volumes.Seller)
		rand.New(rand.NewPCG(uint64(period), 3)).Shuffle(len(in.Volumes.Seller), func(i, j int) {
			in.Volumes.Seller[i], in.Volumes.Seller[j] = in.Volumes.Seller[j], in.Volumes.Seller[i]
		})
	}
}

// Who a row is changes nothing: neither what is paid nor what is carried.
func TestBinary_RowsDoNotMatter(t *testing.T) {
	for seed := range uint64(fewer(400)) {
		c := newSlowCompany(seed)
		c.grow(6)
		for range 3 {
			c.sell()
			want := must(Compute(c.in))
			to := make([]int32, len(c.in.Network.Sponsor))
			for i, k := range c.r.Perm(len(to)) {
				to[i] = int32(k)
			}
			got := must(Compute(renumbered(c.in, to)))
			if a, b := linesByRow(&want.Lines, to), linesByRow(&got.Lines, nil); !slices.Equal(a, b) {
				t.Fatalf("seed %d: lines are %v, want %v", seed, b, a)
			}
			if len(got.State) != len(want.State) {
				t.Fatalf("seed %d: state has %d columns, want %d", seed, len(got.State), len(want.State))
			}
			for key, column := range want.State {
				if !slices.Equal(got.State[key], moved(column, to)) {
					t.Fatalf("seed %d: %s is %v, want %v", seed, key, got.State[key], moved(column, to))
				}
			}
			c.in.Prior = Prior{State: want.State}
		}
	}
}

// linesByRow writes lines down with their factors, in order, as they are when rows are renumbered; nil: as they are.
func linesByRow(l *Lines, to []int32) []string {
	var out []string
	for i := range l.Len() {
		earner := l.Earner[i]
		if to != nil {
			earner = to[earner]
		}
		factors := l.FactorsOf(i)
		for k := range factors {
			factors[k].Next = 0
		}
		out = append(out, fmt.Sprintf("%06d.%d: %d × %d × %v = %d", earner, l.Part[i], l.Base[i], l.Rate[i], factors, l.AmountMinor[i]))
	}
	slices.Sort(out)
	return out
}

// BenchmarkBinary_1MDistributors times the bonus alone, at a percentage of the weaker leg with carry.
func BenchmarkBinary_1MDistributors(b *testing.B) {
	in := company(hybridPlan(), 1_000_000, 3_000_000, 7)
	in.Prior.State = must(Compute(in)).State
	c := must(newComputation(in))
	if err := c.stand(&Output{}); err != nil {
		b.Fatal(err)
	}
	s := c.stage()
	for b.Loop() {
		s.sinks[0].blocks, s.sinks[0].count = nil, 0
		if err := s.plan.Bonuses[0].Binary.pay(s, 0); err != nil {
			b.Fatal(err)
		}
	}
}
