package plan

import (
	"reflect"
	"testing"

	"upline/calc"
)

func TestCompile_CapsAreWhatTheySay(t *testing.T) {
	const bonuses = "placement: {width: 2}\nbonuses: [{name: own, direct: {rate: 10%}}, {name: legs, cadence: weekly, binary: {rate: 10%}}, {name: team, unilevel: {rates: [{levels: [5%]}]}}, {name: week, cadence: weekly, pays: period, direct: {rate: 1%}}]\n"
	for _, c := range []struct {
		name, plan string
		want       calc.Cap
	}{
		{
			"all of the main cadence", "caps: [{name: it, limit: 500}]",
			calc.Cap{Name: "it", Cadence: calc.Monthly, Bonuses: []int{0, 2}, LimitMinor: amountsOf(everybodyOf(2, 50_000))},
		},
		{
			"some, of another cadence", "caps: [{name: it, bonuses: [week, legs], per: owner, limit: 500, within: yearly, mode: hard_stop}]",
			calc.Cap{
				Name: "it", Cadence: calc.Weekly, Bonuses: []int{1, 3}, Per: calc.CapPerOwner, Mode: calc.CapHardStop,
				LimitMinor: amountsOf(everybodyOf(2, 50_000)), Within: calc.Yearly,
			},
		},
		{
			"of the company", "caps: [{name: it, per: company, rate: 40%, base: pv, protect: [own], mode: priority, remainder: first}]",
			calc.Cap{
				Name: "it", Cadence: calc.Monthly, Bonuses: []int{0, 2}, Protect: []int{0}, Per: calc.CapPerCompany, Mode: calc.CapPriority,
				Rate: 40 * percentRate, Base: calc.BasePV, Remainder: calc.RemainderFirst,
			},
		},
		{
			"by rank, for life", "caps: [{name: it, bonuses: [team], limits: [{amount: 5}, {rank: gold, amount: 9}], lifetime: true}]",
			calc.Cap{
				Name: "it", Cadence: calc.Monthly, Bonuses: []int{2}, Lifetime: true,
				LimitMinor: amountsOf(calc.RateTable{Levels: 1, Rows: [][]int64{{500}, {900}}, Candidates: [][]uint8{{0}, {0}, {1}}}),
			},
		},
		{
			// A limit for the period that is closed needs no other.
			"within the cadence itself", "caps: [{name: it, bonuses: [team], limit: 5, within: monthly}]",
			calc.Cap{Name: "it", Cadence: calc.Monthly, Bonuses: []int{2}, LimitMinor: amountsOf(everybodyOf(2, 500))},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			result := Compile([]byte(completed(twoRanks + bonuses + c.plan)))
			if len(result.Diagnostics) != 0 {
				t.Fatal(result.Diagnostics.Error())
			}
			if got := result.Plan.Caps; len(got) != 1 || !reflect.DeepEqual(got[0], c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}
