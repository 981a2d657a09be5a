package calc

import (
	"fmt"
	"testing"
)

// BenchmarkCompute_100kDistributors times the engine on the hybrid plan, in distributors a second, beside a bare loop that does by
// hand what no engine could do without: one roll-up of each tree and the lines' amounts.
func BenchmarkCompute_100kDistributors(b *testing.B) { benchmarkCompute(b, 100_000) }

func BenchmarkCompute_1MDistributors(b *testing.B) { benchmarkCompute(b, 1_000_000) }

func benchmarkCompute(b *testing.B, n int) {
	in := company(hybridPlan(), n, 3*n, 7)
	out, err := Compute(in)
	if err != nil {
		b.Fatal(err)
	}
	perSecond := func(b *testing.B) {
		b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "distributors/s")
		b.ReportMetric(float64(len(out.Lines.Earner)), "lines")
	}
	b.Run("engine", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Compute(in); err != nil {
				b.Fatal(err)
			}
		}
		perSecond(b)
	})
	b.Run("floor", func(b *testing.B) {
		f := newFloor(in, out)
		for b.Loop() {
			f.run()
		}
		perSecond(b)
	})
}

// floor is the bare loop: the trees are in order already, and what the lines are is known.
type floor struct {
	in                *Input
	sponsor, parent   []int32
	legs              []uint8
	seat, placed      []int32
	pv, cv, group     []int64
	left, right       []int64
	base, rate, money []int64
}

func newFloor(in *Input, out *Output) *floor {
	sponsor, placement := must(newTree(1, in.Network.Sponsor, nil, "")), must(newTree(1, in.Network.Parent, nil, ""))
	n := len(in.Network.Sponsor)
	f := &floor{
		in: in, sponsor: sponsor.parent, parent: placement.parent, seat: sponsor.seat(), placed: placement.seat(), legs: make([]uint8, n),
		pv: make([]int64, n), cv: make([]int64, n), group: make([]int64, n), left: make([]int64, n), right: make([]int64, n),
		base: out.Lines.Base, rate: out.Lines.Rate, money: make([]int64, len(out.Lines.Base)),
	}
	for seat, row := range placement.row {
		f.legs[seat] = in.Network.Leg[row]
	}
	return f
}

func (f *floor) run() {
	clear(f.pv)
	clear(f.cv)
	clear(f.left)
	clear(f.right)
	for i, seller := range f.in.Volumes.Seller {
		f.pv[f.seat[seller]] += f.in.Volumes.PV[i]
		f.cv[f.placed[seller]] += f.in.Volumes.CV[i]
	}
	copy(f.group, f.pv)
	for seat := len(f.sponsor) - 1; seat > 0; seat-- {
		if p := f.sponsor[seat]; p >= 0 {
			f.group[p] += f.group[seat]
		}
	}
	for seat := len(f.parent) - 1; seat > 0; seat-- {
		if p := f.parent[seat]; p >= 0 {
			sum := f.cv[seat] + f.left[seat] + f.right[seat]
			if f.legs[seat] == 1 {
				f.left[p] += sum
			} else {
				f.right[p] += sum
			}
		}
	}
	last := tariff{}
	for i, rate := range f.rate {
		if rate != last.rate {
			last = newTariff(UnitVolume, rate, f.in.Plan.PointValue, f.in.Plan.Rounding)
		}
		f.money[i], _ = last.amountMinor(f.base[i])
	}
}

func TestCompute_AllocatesByColumnNotByDistributor(t *testing.T) {
	counts := map[int]float64{}
	for _, n := range []int{2_000, 20_000} {
		in := company(hybridPlan(), n, 3*n, 7)
		counts[n] = testing.AllocsPerRun(3, func() {
			if _, err := Compute(in); err != nil {
				t.Fatal(err)
			}
		})
	}
	// Ten times the company needs a few more blocks of lines, and nothing else more.
	if counts[20_000] > counts[2_000]+60 {
		t.Errorf("allocations: %v", counts)
	}
	t.Log(fmt.Sprint(counts))
}
