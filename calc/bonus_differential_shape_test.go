package calc

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Whatever the order of people and of sales in the input, everybody earns the same.
func TestDifferentialAndGeneration_RowOrderDoesNotMatter(t *testing.T) {
	for seed := range uint64(fewer(1000)) {
		random := rand.New(rand.NewPCG(seed, 6))
		n := 1 + random.IntN(20)
		in := drawnDifferential(random, n)
		if seed%2 == 1 {
			in = drawnGeneration(random, n)
		}
		in.Network.Parent, in.Network.Leg, in.Plan.PlacementWidth = nil, nil, 0
		for i := range in.Plan.Bonuses {
			if b := &in.Plan.Bonuses[i]; b.Differential != nil {
				b.Differential.Placement = false
			} else {
				b.Generation.Placement = false
			}
		}
		want := must(Compute(in))
		to := random.Perm(n)
		got := must(Compute(otherRows(in, to, random.Perm(len(in.Volumes.Seller)))))
		lines := groupLines(want.Lines)
		for i := range lines {
			lines[i].key.earner = to[lines[i].key.earner]
		}
		slices.SortStableFunc(lines, func(a, b modelGroupLine) int { return a.key.earner - b.key.earner })
		if !reflect.DeepEqual(groupLines(got.Lines), lines) {
			t.Fatalf("seed %d: got %+v, want %+v", seed, groupLines(got.Lines), lines)
		}
	}
}

// otherRows gives every person another row and lists sales in another order.
func otherRows(in *Input, to, sales []int) *Input {
	out := *in
	n := len(to)
	out.Network = Network{Sponsor: make([]int32, n), EnrolledAtUS: make([]int64, n), Market: make([]uint16, n), Tags: make([]uint64, n)}
	out.Prior.Achieved = make([]uint8, n)
	for row, now := range to {
		sponsor := in.Network.Sponsor[row]
		if sponsor >= 0 {
			sponsor = int32(to[sponsor])
		}
		out.Network.Sponsor[now], out.Network.Market[now], out.Network.Tags[now] = sponsor, in.Network.Market[row], in.Network.Tags[row]
		out.Prior.Achieved[now] = in.Prior.Achieved[row]
	}
	out.Volumes = Volumes{}
	for _, sale := range sales {
		v := &out.Volumes
		v.Seller = append(v.Seller, int32(to[in.Volumes.Seller[sale]]))
		v.PV, v.CV, v.PriceMinor = append(v.PV, in.Volumes.PV[sale]), append(v.CV, in.Volumes.CV[sale]), append(v.PriceMinor, in.Volumes.PriceMinor[sale])
	}
	return &out
}

// Depths with tens of thousands of people are shared among threads, and the lines are the same.
func TestDifferentialAndGeneration_ThreadsDoNotMatter(t *testing.T) {
	for seed := range uint64(fewer(12)) {
		random := rand.New(rand.NewPCG(seed, 7))
		in := drawnDifferential(random, 2)
		if seed%2 == 1 {
			in = drawnGeneration(random, 2)
		}
		large(random, in, 120_000, func(k int) int { return k * random.IntN(k) / (k + 20_000) })
		in.Threads = 1
		want := must(Compute(in))
		for _, threads := range []int{2, 7} {
			in.Threads = threads
			if got := must(Compute(in)); !reflect.DeepEqual(got.Lines, want.Lines) {
				t.Fatalf("seed %d: other lines on %d threads", seed, threads)
			}
		}
	}
}

// large gives an input n people, of whom number k is sponsored by one before, and of whom every third sells. They stand in the
// placement tree, where there is one, as breadth gives them places.
func large(random *rand.Rand, in *Input, n int, sponsor func(k int) int) {
	in.Network = Network{Sponsor: make([]int32, n), EnrolledAtUS: make([]int64, n), Market: make([]uint16, n), Tags: make([]uint64, n)}
	width := int(in.Plan.PlacementWidth)
	if width > 0 {
		in.Network.Parent, in.Network.Leg = make([]int32, n), make([]uint8, n)
	}
	in.Prior.Achieved, in.Volumes = make([]uint8, n), Volumes{}
	v := &in.Volumes
	for k := range n {
		in.Network.Sponsor[k] = -1
		if k > 0 {
			in.Network.Sponsor[k] = int32(sponsor(k))
		}
		if width > 0 {
			in.Network.Parent[k] = int32((k+width-1)/width - 1)
			if k > 0 {
				in.Network.Leg[k] = uint8((k-1)%width + 1)
			}
		}
		in.Network.Market[k] = uint16(random.IntN(len(in.Plan.Names.Markets) + 1))
		in.Network.Tags[k] = random.Uint64N(1 << tagCount)
		in.Prior.Achieved[k] = uint8(random.IntN(len(in.Plan.Ranks) + 1))
		if k%3 == 0 {
			v.Seller = append(v.Seller, int32(k))
			v.PV, v.CV = append(v.PV, 100*VolumeScale), append(v.CV, (100+random.Int64N(100))*VolumeScale)
			v.PriceMinor = append(v.PriceMinor, random.Int64N(10_000))
		}
	}
}

// A leg a million deep and a frontline of half a million, and a sixth of them as well, take the time of any other company of that size. Anything that searched an
// upline, or went through a frontline for each of it, would not come to an end.
func TestDifferentialAndGeneration_DeepAndWide(t *testing.T) {
	names := make([]string, 30)
	for i := range names {
		names[i] = fmt.Sprintf("rank%d", i+1)
	}
	for _, shape := range []struct {
		name    string
		n       int
		sponsor func(k int) int
	}{
		{"deep", fewer(1_000_000), func(k int) int { return k - 1 }},
		{"wide", fewer(500_000), func(int) int { return 0 }},
	} {
		t.Run(shape.name, func(t *testing.T) {
			p := givenRanks(names...)
			steps, levels := make([]int64, len(names)+1), make([]int64, 3)
			for i := range steps {
				steps[i] = percent(int64(i))
			}
			for i := range levels {
				levels[i] = percent(1)
			}
			leaders := p.tagged(tagLeader)
			p.paysBonus(Bonus{Name: "stairstep", Differential: &Differential{Base: BaseCV, OwnSales: true, LessSeller: true, EqualRate: percent(1), Rates: single(steps...)}})
			p.paysBonus(Bonus{Name: "differential", Differential: &Differential{Base: BaseCV, FromLevel: 3, Breakaway: p.tagged(tagBreaksAway), Rates: single(steps...)}})
			p.paysBonus(Bonus{Name: "brackets", Differential: &Differential{
				Base: BaseCV, OwnSales: true, LessSeller: true, Brackets: p.stairstep([]int64{100, 1000, 10_000, 100_000, 1_000_000}, []int64{3, 6, 9, 12, 15}),
			}})
			p.paysBonus(Bonus{Name: "generation", Generation: &Generation{Leaders: leaders, LessLeader: true, LeastRate: percent(1), GuaranteeMinor: 100, Rates: EverybodyAt(p, levels...)}})
			p.paysBonus(Bonus{Name: "same rank", Generation: &Generation{SameRank: true, EmptyPassedOver: true, OwnGroupRate: percent(1), Rates: EverybodyAt(p, levels...)}})
			p.paysBonus(Bonus{Name: "total", Differential: &Differential{Base: BaseCV, OwnSales: true, Total: percent(8), Rates: single(steps...)}})
			in := &Input{Plan: p, Cadence: Monthly, Period: PeriodByNo(Monthly, nil, 680)}
			large(rand.New(rand.NewPCG(1, 8)), in, shape.n, shape.sponsor)
			out, err := Compute(in)
			if err != nil {
				t.Fatal(err)
			}
			// All of the volume has the top rate above it, or just below: brackets pay 15 % of it, whoever gets that.
			total, paid := int64(0), int64(0)
			for _, cv := range in.Volumes.CV {
				total += cv
			}
			for i, bonus := range out.Lines.Bonus {
				if bonus == 2 {
					paid += out.Lines.AmountMinor[i]
				}
			}
			if want := total / 100 * 15 / 100; paid != want {
				t.Errorf("brackets pay %d of %d, not %d", paid, total, want)
			}
		})
	}
}

func TestDifferentialAndGeneration_NobodyIsThere(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 9))
		in := drawnDifferential(random, 3)
		if seed%2 == 1 {
			in = drawnGeneration(random, 3)
		}
		in.Network, in.Volumes, in.Prior = Network{}, Volumes{}, Prior{}
		if in.Plan.PlacementWidth > 0 {
			in.Network.Parent = []int32{}
		}
		if out, err := Compute(in); err != nil || out.Lines.Len() != 0 {
			t.Errorf("seed %d: %d lines, %v", seed, out.Lines.Len(), err)
		}
	}
}

// Money that leaves int64 is an error that names the bonus, on lines as in what a guarantee moves.
func TestDifferentialAndGeneration_OverflowIsAnError(t *testing.T) {
	leaders := func(p *Plan) *Generation {
		return &Generation{Leaders: p.tagged(tagLeader), Rates: EverybodyAt(p, RateScale), GuaranteeMinor: 1}
	}
	for _, c := range []struct {
		name  string
		value int64 // of 1000 points
		rule  func(p *Plan) Bonus
		fails bool
	}{
		{"a difference", math.MaxInt64, func(p *Plan) Bonus {
			return Bonus{Differential: &Differential{Rates: EverybodyAt(p, RateScale)}}
		}, true},
		{"own sales", math.MaxInt64, func(p *Plan) Bonus {
			return Bonus{Differential: &Differential{Rates: EverybodyAt(p, RateScale), OwnSales: true, LessSeller: true}}
		}, true},
		{"a generation", math.MaxInt64, func(p *Plan) Bonus { return Bonus{Generation: leaders(p)} }, true},
		{"what leaders have together", math.MaxInt64 / 2_100, func(p *Plan) Bonus { return Bonus{Generation: leaders(p)} }, true},
		{"less than that", math.MaxInt64 / 4_100, func(p *Plan) Bonus { return Bonus{Generation: leaders(p)} }, false},
	} {
		p := givenRanks()
		p.PointValue = Fraction{c.value, VolumeScale}
		b := c.rule(p)
		b.Name = "too much"
		people := peopleOf(t, p.paysBonus(b))
		above := ""
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			people.join(name, above, 0, tagLeader)
			people.sells(name, 0, 1000)
			above = name
		}
		_, err := Compute(people.in)
		if c.fails != errors.Is(err, ErrOverflow) || c.fails && !strings.Contains(err.Error(), "too much") || !c.fails && err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
