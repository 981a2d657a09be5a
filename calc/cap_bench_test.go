package calc

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkCap times what caps add to a period of a million distributors with five lines each.
func BenchmarkCap(b *testing.B) {
	const people = 1_000_000
	random := rand.New(rand.NewPCG(1, 1))
	var bonuses []Bonus
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		bonuses = append(bonuses, directOf(name, RateScale/int64(20+len(bonuses))))
	}
	p := newPayroll(people, bonuses...)
	for row := range people {
		p.in.Network.Sponsor[row] = int32(random.IntN(max(1, row))) - int32(1-min(row, 1))
		p.sell(row, 100+int64(random.IntN(100_000)))
	}
	p.rank(10, 100)
	p.in.Network.Owner = make([]int32, people)
	for row := range people {
		p.in.Network.Owner[row] = int32(row - row%4)
	}
	out, err := Compute(p.in)
	if err != nil {
		b.Fatal(err)
	}
	sum := total(sumsByRow(p.in, out))
	for _, c := range []struct {
		name string
		caps []Cap
	}{
		{"none", nil},
		{"company, not reached", []Cap{{Per: CapPerCompany, LimitMinor: p.limit(sum)}}},
		{"company", []Cap{{Per: CapPerCompany, LimitMinor: p.limit(sum * 7 / 8)}}},
		{"company by rank", []Cap{{Per: CapPerCompany, Mode: CapPriority, LimitMinor: p.limit(sum * 7 / 8)}}},
		{"company hard stop", []Cap{{Per: CapPerCompany, Mode: CapHardStop, LimitMinor: p.limit(sum * 7 / 8)}}},
		{"person, not reached", []Cap{{LimitMinor: p.limit(100_000)}}},
		{"person, one in ten", []Cap{{LimitMinor: p.limit(20_000)}}},
		{"person, all", []Cap{{LimitMinor: p.limit(20)}}},
		{"owner, all", []Cap{{Per: CapPerOwner, LimitMinor: p.limit(80)}}},
		{"person, then company", []Cap{{LimitMinor: p.limit(12_000)}, {Per: CapPerCompany, LimitMinor: p.limit(sum * 6 / 8)}}},
	} {
		p.in.Plan.Caps = nil
		for _, limit := range c.caps {
			limit.Name = "limit"
			p.cap(limit)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Compute(p.in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
