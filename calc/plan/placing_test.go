package plan

import (
	"strings"
	"testing"

	"upline/calc"
	"upline/calc/placement"
)

const placingHead = `plan_id: p
name: Placing
currency: USD
valid_from: 2026-01-01
cadence: monthly
bonuses:
  - {name: pairs, binary: {rate: 10%}}
`

func TestPlacing_RulesOfAPlan(t *testing.T) {
	r := Compile([]byte(placingHead + `placement:
  width: 2
  volume: pv
  automatic: {strategy: less_volume, descent: breadth_first, levels_max: 9}
  choices:
    - {strategy: outer_edge}
    - {strategy: breadth_first, leg: 1}
`))
	if r.Plan == nil {
		t.Fatal(r.Diagnostics)
	}
	p := r.Plan.Placing
	if p.Base != calc.BasePV || !p.ByVolume() {
		t.Errorf("placed by volume %v", p.Base)
	}
	for _, test := range []struct {
		strategy placement.Strategy
		leg      uint8
		want     placement.Rule
		problem  string
	}{
		{0, 0, placement.Rule{Strategy: placement.LessVolume, Descent: placement.DescentBreadthFirst, LevelsMax: 9}, ""},
		{placement.OuterEdge, 2, placement.Rule{Strategy: placement.OuterEdge, Leg: 2}, ""},
		{placement.BreadthFirst, 0, placement.Rule{Strategy: placement.BreadthFirst, Leg: 1}, ""},
		{placement.OuterEdge, 0, placement.Rule{}, "needs to know of which leg"},
		{placement.BreadthFirst, 2, placement.Rule{}, "breadth_first in leg 2; use one of its own: less_volume, outer_edge, breadth_first in leg 1"},
		{placement.LessVolume, 1, placement.Rule{}, "chooses the leg itself"},
		{placement.Alternate, 0, placement.Rule{}, "alternate"},
	} {
		got, err := p.Rule(test.strategy, test.leg)
		if test.problem == "" && (err != nil || got != test.want) || test.problem != "" && (err == nil || !strings.Contains(err.Error(), test.problem)) {
			t.Errorf("%v in leg %d: %+v, %v", test.strategy, test.leg, got, err)
		}
	}
	english := r.English()
	for _, want := range []string{"in the leg with the least PV of the running period, in its first vacant place, at most 9 levels beneath", "at the outer edge of the leg that the enrolment names"} {
		if !strings.Contains(english, want) {
			t.Errorf("in English it lacks %q:\n%s", want, english)
		}
	}
}

func TestPlacing_WhatCannotBe(t *testing.T) {
	for _, test := range []struct{ text, path, problem string }{
		{`  choices: [{strategy: alternate}]`, "placement.choices", "no `automatic`"},
		{`  volume: pv`, "placement.volume", "nobody is placed by it"},
		{"  volume: pv\n  automatic: {strategy: alternate}", "placement.volume", "no rule goes by volume"},
		{`  automatic: {strategy: breadth_first, descent: repeat}`, "placement.automatic.descent", "does not go on by repeat"},
		{`  automatic: {strategy: alternate, leg: 1}`, "placement.automatic.leg", "chooses the leg itself"},
		{`  automatic: {strategy: outer_edge, leg: 3}`, "placement.automatic.leg", "in leg 3"},
		{"  automatic: {strategy: alternate}\n  choices: [{strategy: alternate, descent: breadth_first}]", "placement.choices[0]", "could mean this or `placement.automatic`"},
		{`  automatic: {leg: 1}`, "placement.automatic.strategy", "is missing"},
	} {
		r := Compile([]byte(placingHead + "placement:\n  width: 2\n" + test.text + "\n"))
		found := false
		for _, d := range r.Diagnostics {
			found = found || d.Path == test.path && strings.Contains(d.Message, test.problem)
		}
		if r.Plan != nil || !found {
			t.Errorf("%s: %v", test.text, r.Diagnostics)
		}
	}
}
