package store

import (
	"slices"
	"strings"

	"upline/calc"
)

// restateOf says for whom a bonus is corrected: as the plan version says under which the corrections are posted, or, for a bonus that
// it no longer has, the one that paid it.
func (ch *restateChain) restateOf(bonus *calc.Bonus) calc.Restate {
	for i := range ch.scope.plan.Bonuses {
		if b := &ch.scope.plan.Bonuses[i]; b.Name == bonus.Name {
			return b.Restate
		}
	}
	return bonus.Restate
}

// outcome tells whether the difference of a bonus is posted for a distributor, as far as the bonus goes.
func (ch *restateChain) outcome(id string, bonus *calc.Bonus) RestatedOutcome {
	if ch.projecting {
		return RestatedProjected
	}
	switch ch.restateOf(bonus) {
	case calc.RestateNone:
		return RestatedExcluded
	case calc.RestateUpline:
		if !ch.touched[id] {
			return RestatedExcluded
		}
	}
	return RestatedPosted
}

// asksUpline tells whether any bonus is corrected for the upline only.
func (ch *restateChain) asksUpline(p *calc.Plan) bool {
	return slices.ContainsFunc(p.Bonuses, func(b calc.Bonus) bool { return ch.restateOf(&b) == calc.RestateUpline })
}

// touch adds to the touched those who stand above a touched one in either tree of a period, and above them. Who was touched in an
// earlier period stays so: what they carry over differs.
func (ch *restateChain) touch(in *runInput) {
	if ch.touched == nil {
		ch.touched = map[string]bool{}
		for id := range ch.found.seeds {
			ch.touched[id] = true
		}
	}
	index := newIDIndex(&in.ids)
	seen := make([]bool, in.ids.len())
	var stack []int32
	reach := func(row int32) {
		if row >= 0 && !seen[row] {
			seen[row] = true
			stack = append(stack, row)
		}
	}
	for id := range ch.touched {
		reach(index.find(id))
	}
	for len(stack) > 0 {
		row := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if id := in.ids.at(int(row)); !ch.touched[id] {
			ch.touched[strings.Clone(id)] = true
		}
		reach(in.calc.Network.Sponsor[row])
		if in.calc.Network.Parent != nil {
			reach(in.calc.Network.Parent[row])
		}
	}
}
