package calc

import (
	"errors"
	"fmt"

	"upline/calc/placement"
)

// ErrPlacing reports a rule of placement that a plan does not offer.
var ErrPlacing = errors.New("calc: the plan offers no such placement")

// Placing says how a plan places those who are enrolled without a place.
type Placing struct {
	// Rules are what an enrolment may ask for, by strategy; the first holds when it asks for none. A rule with Leg 0 of a strategy that
	// can keep to a leg leaves the leg to the enrolment.
	Rules []placement.Rule
	// Base is the volume that placement.LessVolume goes by: BaseCV or BasePV.
	Base Base
}

// Rule gives the rule that an enrolment asks for: by a strategy, or 0 for the plan's own, and a leg, or 0 for none. The error is
// ErrPlacing, and says what to do.
func (p *Placing) Rule(strategy placement.Strategy, leg uint8) (placement.Rule, error) {
	if p == nil || len(p.Rules) == 0 {
		return placement.Rule{}, fmt.Errorf("%w: it places nobody automatically; name the parent and the leg", ErrPlacing)
	}
	if strategy == 0 {
		strategy = p.Rules[0].Strategy
	}
	for _, rule := range p.Rules {
		if rule.Strategy != strategy || rule.Leg != 0 && leg != 0 && rule.Leg != leg {
			continue
		}
		if rule.Leg == 0 {
			rule.Leg = leg
		}
		switch {
		case rule.Strategy == placement.OuterEdge && rule.Leg == 0:
			return rule, fmt.Errorf("%w: %v needs to know of which leg; name the leg", ErrPlacing, strategy)
		case rule.Leg != 0 && rule.Strategy != placement.OuterEdge && rule.Strategy != placement.BreadthFirst:
			return rule, fmt.Errorf("%w: %v chooses the leg itself; leave the leg out", ErrPlacing, strategy)
		}
		return rule, nil
	}
	return placement.Rule{}, fmt.Errorf("%w: %v; use one of its own: %s", ErrPlacing, asked{strategy, leg}, p.offered())
}

// asked is a strategy and a leg, in words.
type asked struct {
	strategy placement.Strategy
	leg      uint8
}

func (a asked) String() string {
	if a.leg == 0 {
		return a.strategy.String()
	}
	return fmt.Sprintf("%v in leg %d", a.strategy, a.leg)
}

func (p *Placing) offered() string {
	text := ""
	for i, rule := range p.Rules {
		if i > 0 {
			text += ", "
		}
		text += asked{rule.Strategy, rule.Leg}.String()
	}
	return text
}

// ByVolume tells whether any rule goes by volume.
func (p *Placing) ByVolume() bool {
	if p == nil {
		return false
	}
	for _, rule := range p.Rules {
		if rule.Strategy == placement.LessVolume {
			return true
		}
	}
	return false
}
