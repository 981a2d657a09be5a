package calc

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// largePayroll is a company whose lines fill many blocks and are worked on by several threads. Amounts are few, so that many lines are
// equal when units are left over.
func largePayroll(seed uint64, people int) *payroll {
	random := rand.New(rand.NewPCG(seed, 1))
	event := directOf("event", RateScale/10)
	event.Pays = PaysEvent
	p := newPayroll(people, manual("a"), directOf("b", RateScale/7), event, manual("c"))
	p.rank(1, 2)
	p.in.Network.Owner = make([]int32, people)
	for row := range people {
		p.in.Network.Owner[row] = int32(row - row%(1+random.IntN(3)))
		p.in.Network.Owner[row] = p.in.Network.Owner[p.in.Network.Owner[row]]
		p.in.Network.Sponsor[row] = int32(row-1) - int32(random.IntN(min(row, 50)+1))
		p.in.Network.Sponsor[row] = max(p.in.Network.Sponsor[row], -1)
		for _, name := range []string{"a", "c"} {
			p.pay(name, row, int64(random.IntN(4))*37)
		}
		p.sell(row, int64(random.IntN(6))*50-25)
		if random.IntN(4) == 0 {
			p.post("event", row, int64(random.IntN(300)))
		}
	}
	return p
}

func TestCap_ManyLinesAgreeWithTheModel(t *testing.T) {
	const seed = 3
	for name, caps := range map[string][]Cap{
		"pro rata":     {{Name: "all", Per: CapPerCompany}},
		"first":        {{Name: "all", Per: CapPerCompany, Remainder: RemainderFirst}},
		"protected":    {{Name: "all", Per: CapPerCompany, Protect: []int{0}}},
		"by rank":      {{Name: "all", Per: CapPerCompany, Mode: CapPriority}},
		"hard stop":    {{Name: "all", Per: CapPerCompany, Mode: CapHardStop}},
		"person first": {{Name: "one", LimitMinor: RateTable{Rows: [][]int64{{50}}}}, {Name: "all", Per: CapPerCompany}},
		"owner last":   {{Name: "all", Per: CapPerCompany}, {Name: "one", Per: CapPerOwner, LimitMinor: RateTable{Rows: [][]int64{{61}}}}},
	} {
		p := largePayroll(seed, 25_000)
		sum := total(sumsByRow(p.in, p.compute(t)))
		for _, amount := range p.in.Posted.AmountMinor {
			sum += amount
		}
		for _, c := range caps {
			limit := sum*5/8 + 1
			if c.LimitMinor.Rows != nil {
				limit = c.LimitMinor.Rows[0][0]
			}
			c.LimitMinor = p.limit(limit)
			p.cap(c)
		}
		out := p.compute(t)
		m := newCapModel(p.in)
		m.apply(out.PaidAs)
		if got, want := resultOf(out), m.result(); !maps.Equal(got, want) {
			shown := 0
			for _, line := range slices.Sorted(maps.Keys(want)) {
				if have, ok := got[line]; (!ok || have != want[line]) && shown < 10 {
					t.Errorf("seed %d, %s: %s: %d (%t), want %d", seed, name, line, have, ok, want[line])
					shown++
				}
			}
		}
		for _, threads := range []int{1} {
			p.in.Threads = threads
			if again := p.compute(t); !reflect.DeepEqual(again, out) {
				t.Errorf("seed %d, %s: another result on %d threads", seed, name, threads)
			}
		}
	}
}
