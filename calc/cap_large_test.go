package calc

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
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
		p := largePayroll(seed, max(wideSeats+100, fewer(18_000)))
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

// The order in which sales, posted lines and adjustments are listed changes nothing.
func TestCap_RowOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawCapped(t)
		want, err := Compute(p.in)
		if err != nil {
			t.Fatal(err)
		}
		shuffled := *p.in
		v := &p.in.Volumes
		order := rapid.Permutation(rowsTo(len(v.Seller))).Draw(t, "sales")
		shuffled.Volumes = Volumes{Seller: picked(v.Seller, order), PriceMinor: picked(v.PriceMinor, order), PV: v.PV, CV: v.CV}
		for _, list := range []struct {
			from, to *Posted
		}{
			{&p.in.Posted, &shuffled.Posted}, {(*Posted)(&p.in.Adjustments), (*Posted)(&shuffled.Adjustments)},
		} {
			order := rapid.Permutation(rowsTo(len(list.from.Earner))).Draw(t, "lines")
			*list.to = Posted{picked(list.from.Earner, order), picked(list.from.Bonus, order), picked(list.from.AmountMinor, order)}
		}
		if got, err := Compute(&shuffled); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("in another order: %v\n%s\nwant\n%s", err, described(p.in, got), described(p.in, want))
		}
	})
}

// picked lists a column in another order.
func picked[T any](column []T, order []int32) []T {
	var out []T
	for _, i := range order {
		out = append(out, column[i])
	}
	return out
}

// What is paid on earnings before caps is so however the threads run, and so is what is paid on earnings after caps.
func TestCap_EarningsBeforeAndAfter(t *testing.T) {
	for range 30 {
		p := newPayroll(3, manual("team"), Bonus{Name: "before", Cadence: Monthly, Matching: &Matching{Bonuses: []int{0}}},
			Bonus{Name: "after", Cadence: Monthly, Matching: &Matching{Bonuses: []int{0}, AfterCaps: true}})
		for i := 1; i < 3; i++ {
			p.in.Plan.Bonuses[i].Matching.Rates = EverybodyAt(p.in.Plan, RateScale/10)
		}
		p.pay("team", 1, 6000)
		p.pay("team", 2, 2000)
		p.cap(Cap{Name: "person", Bonuses: []int{0}, LimitMinor: p.limit(3000)})
		wantLines(t, p.in, p.compute(t), `
			0 before 1.0 8000 × 0.1 = 800
			0 after 1.0 5000 × 0.1 = 500
			1 team 6000 × 1 × person 3000/6000 = 3000
			2 team 2000 × 1 = 2000`)
	}
}
