package plan

import (
	"reflect"
	"strings"
	"testing"

	"upline/calc"
)

// What an override makes of a plan in its market is what a plan that is written like that from the start would be.
func TestCompile_OverriddenPlanIsTheOneWrittenOut(t *testing.T) {
	const rest = `
placement: {width: 2}
volumes: [{name: energy, product_classes: [power], share: 50%}]
facts: [{name: busy, count: frontline, where: pv >= 10}]
`
	for name, c := range map[string]struct{ plan, override, written string }{
		"active, ranks and the value of a point": {
			`active: pv >= 100
ranks: [{name: silver, when: active}, {name: gold, when: gv >= 100}]
bonuses:
  - {name: own, pays: period, inactive: unpaid, direct: {rates: [{rate: 1%}, {rank: silver, rate: 2%}, {rank: gold, rate: 3%}]}}
`,
			`    point_value: 0.5
    active: pv >= 1 && busy < 5
    ranks: [{name: gold, when: gv >= 1}]
`,
			`point_value: 0.5
active: pv >= 1 && busy < 5
ranks: [{name: silver, when: active}, {name: gold, when: gv >= 1}]
bonuses:
  - {name: own, pays: period, inactive: unpaid, direct: {rates: [{rate: 1%}, {rank: silver, rate: 2%}, {rank: gold, rate: 3%}]}}
`,
		},
		"rates, conditions and levels": {
			`ranks: [{name: silver, when: pv >= 1}, {name: gold, when: gv >= 10000}]
bonuses:
  - {name: team, unilevel: {rates: [{levels: [5%]}], unlock: [pv > 1000]}}
  - {name: own, pays: period, direct: {rate: 1%}}
  - {name: steps, pays: period, direct: {brackets: {by: pv, steps: [{from: 10, rate: 1%}]}}}
`,
			`    bonuses:
      - {name: team, when: frontline >= 0, unilevel: {rates: [{levels: [5%, 4%, 3%]}, {rank: silver, levels: [6%, 5%, 4%], when: busy >= 0}], unlock: [pv > -1000, gv > 1]}}
      - {name: own, direct: {rates: [{rate: 2%}, {rank: silver, rate: 4%}]}}
      - {name: steps, direct: {brackets: {by: 0.5 * gv, steps: [{from: 0.5, rate: 1%}, {from: 25.05, rate: 2%}]}}}
`,
			`ranks: [{name: silver, when: pv >= 1}, {name: gold, when: gv >= 10000}]
bonuses:
  - {name: team, when: frontline >= 0, unilevel: {rates: [{levels: [5%, 4%, 3%]}, {rank: silver, levels: [6%, 5%, 4%], when: busy >= 0}], unlock: [pv > -1000, gv > 1]}}
  - {name: own, pays: period, direct: {rates: [{rate: 2%}, {rank: silver, rate: 4%}]}}
  - {name: steps, pays: period, direct: {brackets: {by: 0.5 * gv, steps: [{from: 0.5, rate: 1%}, {from: 25.05, rate: 2%}]}}}
`,
		},
		"volumes that a bonus makes of its own": {
			`bonuses:
  - {name: new, fast_start: {days: 30, rates: [{levels: [5%]}]}}
  - {name: of_class, pays: period, direct: {rate: 1%, product_classes: [power]}}
  - {name: of_energy, pays: period, direct: {rate: 1%, volume: energy}}
`,
			`    bonuses:
      - {name: new, fast_start: {rates: [{levels: [7%]}]}}
      - {name: of_class, when: pv > 0, direct: {rate: 3%}}
    without: [of_energy]
`,
			`bonuses:
  - {name: new, fast_start: {days: 30, rates: [{levels: [7%]}]}}
  - {name: of_class, pays: period, when: pv > 0, direct: {rate: 3%, product_classes: [power]}}
  - {name: of_energy, when: pv < -1000000, pays: period, direct: {rate: 1%, volume: energy}}
`,
		},
		"differences, legs and generations": {
			`ranks: [{name: silver, when: pv >= 1}, {name: gold, when: gv >= 10000}]
bonuses:
  - {name: difference, differential: {rates: [{rate: 1%}, {rank: silver, rate: 9%}]}}
  - {name: legs, binary: {rate: 10%, max: [{amount: 5}]}}
  - {name: leaders, generation: {leaders: paid_as("silver"), rates: [{levels: [1%]}]}}
  - {name: match, matching: {bonuses: [difference], rates: [{levels: [1%]}]}}
`,
			`    bonuses:
      - {name: difference, differential: {rates: [{rate: 3%}, {rank: silver, rate: 5%, when: busy > 0}]}}
      - {name: legs, binary: {rate: 20%, max: [{amount: 3}, {rank: silver, amount: 7}]}}
      - {name: leaders, generation: {leaders: 'pv >= 2 || frontline > 1'}}
      - {name: match, matching: {rates: [{levels: [10%, 20%]}]}}
`,
			`ranks: [{name: silver, when: pv >= 1}, {name: gold, when: gv >= 10000}]
bonuses:
  - {name: difference, differential: {rates: [{rate: 3%}, {rank: silver, rate: 5%, when: busy > 0}]}}
  - {name: legs, binary: {rate: 20%, max: [{amount: 3}, {rank: silver, amount: 7}]}}
  - {name: leaders, generation: {leaders: 'pv >= 2 || frontline > 1', rates: [{levels: [1%]}]}}
  - {name: match, matching: {bonuses: [difference], rates: [{levels: [10%, 20%]}]}}
`,
		},
	} {
		overridden, written := Compile([]byte(completed(rest+c.plan+"markets:\n  - markets: [IN]\n"+c.override))), Compile([]byte(completed(rest+c.written)))
		for what, result := range map[string]Result{"overridden": overridden, "written out": written} {
			if result.Plan == nil {
				t.Fatalf("%s, %s: %v", name, what, result.Diagnostics)
			}
		}
		company := func(p *calc.Plan) *calc.Output {
			in := smallCompany(p, p.Main)
			for i := range in.Network.Market {
				in.Network.Market[i] = calc.WordNumber(p.Names.Markets, "IN")
			}
			in.Volumes.Class[0] = calc.WordNumber(p.Names.Classes, "power")
			out, err := calc.Compute(in)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return out
		}
		got, want := company(overridden.Plan), company(written.Plan)
		if len(want.Lines.Earner) == 0 {
			t.Errorf("%s: nothing is paid", name)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
		// Elsewhere the plan is what it is without the override.
		plain, _, _ := strings.Cut(completed(rest+c.plan+"markets: []\n"), "markets: []")
		elsewhere := Compile([]byte(completed(plain)))
		if elsewhere.Plan == nil {
			t.Fatalf("%s: %v", name, elsewhere.Diagnostics)
		}
		abroad := func(p *calc.Plan) *calc.Output {
			out, err := calc.Compute(smallCompanyAbroad(p))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return out
		}
		if got, want := abroad(overridden.Plan), abroad(elsewhere.Plan); !reflect.DeepEqual(got, want) {
			t.Errorf("%s, elsewhere:\n got %+v\nwant %+v", name, got, want)
		}
	}
}

// smallCompanyAbroad is the same company in no market that a plan names.
func smallCompanyAbroad(p *calc.Plan) *calc.Input {
	in := smallCompany(p, p.Main)
	clear(in.Network.Market)
	in.Volumes.Class[0] = calc.WordNumber(p.Names.Classes, "power")
	return in
}
