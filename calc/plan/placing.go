package plan

import (
	"errors"
	"fmt"
	"strings"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/calc/placement"
)

// placing compiles how newcomers are placed.
func (c *compiler) placing() {
	t := c.message.GetPlacement()
	switch {
	case t.GetAutomatic() == nil && len(t.GetChoices()) > 0:
		c.fail("placement.choices", "there are choices and no `automatic`", "say with `automatic` what holds for whoever chooses nothing")
		return
	case t.GetAutomatic() == nil:
		if t.GetVolume() != "" && c.sound("placement.volume") {
			c.fail("placement.volume", "nobody is placed by it", "leave it out, or add `automatic: {strategy: less_volume}`")
		}
		return
	}
	placing := &calc.Placing{Base: calc.BaseCV}
	if t.GetVolume() == "pv" {
		placing.Base = calc.BasePV
	}
	c.placementRule(placing, "placement.automatic", t.GetAutomatic())
	for i, rule := range t.GetChoices() {
		c.placementRule(placing, fmt.Sprintf("placement.choices[%d]", i), rule)
	}
	if t.GetVolume() != "" && !placing.ByVolume() && c.sound("placement") {
		c.fail("placement.volume", "no rule goes by volume", "leave it out, or use the strategy `less_volume`")
	}
	c.plan.Placing = placing
}

// placementRule adds one rule.
func (c *compiler) placementRule(to *calc.Placing, path string, m *uplinev1.PlacementRule) {
	if !c.sound(path) || !c.sound("placement.width") || !c.sound("placement.depth") {
		return
	}
	rule := placement.Rule{
		Strategy: placement.Strategy(m.GetStrategy()), Leg: uint8(m.GetLeg()), Descent: placement.Descent(m.GetDescent()), LevelsMax: m.GetLevelsMax(),
	}
	checked := rule
	if rule.Strategy == placement.OuterEdge && rule.Leg == 0 {
		checked.Leg = 1 // the enrolment says it
	}
	if err := checked.Check(placement.Shape{Width: c.plan.PlacementWidth, DepthMax: c.plan.PlacementDepth}); err != nil {
		field := "descent"
		if errors.Is(err, placement.ErrLeg) || rule.Leg != 0 && rule.Strategy > placement.OuterEdge {
			field = "leg"
		}
		_, text, _ := strings.Cut(err.Error(), ": ")
		problem, remedy, _ := strings.Cut(text, "; ")
		if _, after, found := strings.Cut(problem, ": "); found {
			problem = after
		}
		c.fail(path+"."+field, problem, remedy)
		return
	}
	for i, other := range to.Rules {
		if other.Strategy != rule.Strategy || other.Leg != rule.Leg && other.Leg != 0 && rule.Leg != 0 {
			continue
		}
		before := "placement.automatic"
		if i > 0 {
			before = fmt.Sprintf("placement.choices[%d]", i-1)
		}
		c.fail(path, fmt.Sprintf("an enrolment that asks for `%v` could mean this or `%s`", rule.Strategy, before), "leave one of them")
		return
	}
	to.Rules = append(to.Rules, rule)
}

// placing says how newcomers are placed.
func (w *english) placing(t *uplinev1.PlacementTree) {
	if t.Automatic == nil {
		return
	}
	w.line("  Whoever is enrolled without a place is placed beneath the sponsor: %s.", placingWords(t, t.Automatic))
	for _, choice := range t.Choices {
		w.line("  An enrolment may ask for another way: %s.", placingWords(t, choice))
	}
}

func placingWords(t *uplinev1.PlacementTree, m *uplinev1.PlacementRule) string {
	text := ""
	switch m.Strategy {
	case uplinev1.PlacementStrategy_PLACEMENT_STRATEGY_UNSPECIFIED:
	case uplinev1.PlacementStrategy_PLACEMENT_STRATEGY_BREADTH_FIRST:
		text = "in the first vacant place, level by level from left to right"
		if m.Leg > 0 {
			text += fmt.Sprintf(" in leg %d", m.Leg)
		}
	case uplinev1.PlacementStrategy_PLACEMENT_STRATEGY_OUTER_EDGE:
		text = "at the outer edge of the leg that the enrolment names"
		if m.Leg > 0 {
			text = fmt.Sprintf("at the outer edge of leg %d", m.Leg)
		}
	case uplinev1.PlacementStrategy_PLACEMENT_STRATEGY_FEWER_PEOPLE:
		text = "in the leg with the fewest people"
	case uplinev1.PlacementStrategy_PLACEMENT_STRATEGY_LESS_VOLUME:
		volume := "CV"
		if t.Volume == "pv" {
			volume = "PV"
		}
		text = "in the leg with the least " + volume + " of the running period"
	case uplinev1.PlacementStrategy_PLACEMENT_STRATEGY_ALTERNATE:
		text = "in the legs by turns"
	}
	descent := m.Descent
	if descent == uplinev1.PlacementDescent_PLACEMENT_DESCENT_UNSPECIFIED {
		switch m.Strategy {
		case uplinev1.PlacementStrategy_PLACEMENT_STRATEGY_FEWER_PEOPLE:
			descent = uplinev1.PlacementDescent_PLACEMENT_DESCENT_REPEAT
		case uplinev1.PlacementStrategy_PLACEMENT_STRATEGY_LESS_VOLUME, uplinev1.PlacementStrategy_PLACEMENT_STRATEGY_ALTERNATE:
			descent = uplinev1.PlacementDescent_PLACEMENT_DESCENT_OUTER_EDGE
		default:
		}
	}
	if m.Strategy >= uplinev1.PlacementStrategy_PLACEMENT_STRATEGY_FEWER_PEOPLE {
		text += map[uplinev1.PlacementDescent]string{
			uplinev1.PlacementDescent_PLACEMENT_DESCENT_OUTER_EDGE:    ", at its outer edge",
			uplinev1.PlacementDescent_PLACEMENT_DESCENT_BREADTH_FIRST: ", in its first vacant place",
			uplinev1.PlacementDescent_PLACEMENT_DESCENT_REPEAT:        ", and so on beneath",
		}[descent]
	}
	if m.LevelsMax > 0 {
		text += fmt.Sprintf(", at most %d levels beneath", m.LevelsMax)
	}
	return text
}
