package simulate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"upline/calc/placement"
)

// place gives everybody a place in the plan's placement tree: the one that the file names, or else one found automatically beneath the
// sponsor, in the order of joining.
func (v *view) place() {
	n, p, found := v.company.network, v.Plan.Plan, v.company.found
	if p.PlacementWidth == 0 {
		if v.isFirst && n.parent != nil {
			found.note("%s: plan %s has no placement tree, so parent and leg count for nothing", n.name, v.Name)
		}
		return
	}
	if !n.isWhole {
		return // a network with holes in it cannot be placed
	}
	pl := placing{view: v, network: n, width: p.PlacementWidth}
	before := found.count
	rules := pl.readRules()
	if !pl.check() || found.count > before {
		return
	}
	order, ok := pl.order()
	if !ok {
		return
	}
	joinings := make([]placement.Joining, len(order))
	for i, row := range order {
		j := placement.Joining{Row: row, Sponsor: n.sponsor[row], Anywhere: true, Rule: rules[0]}
		if pl.byHand(row) {
			j.At = placement.Place{Parent: n.parent[row], Leg: n.leg[row]}
		} else if n.placing != nil {
			j.Rule = rules[n.placing[row]]
		}
		joinings[i] = j
	}
	columns, faults, err := placement.Arrange(placement.Shape{Width: p.PlacementWidth, DepthMax: p.PlacementDepth}, int32(n.len()), joinings)
	if err != nil {
		found.addOnce(Problem{File: n.name, Text: err.Error()})
		return
	}
	for _, fault := range faults {
		pl.report(order[fault.Index], fault.Err, columns)
	}
	v.network.Parent, v.network.Leg = columns.Parent, columns.Leg
	if n.presentUS != nil {
		v.presentUS = n.present(columns.Parent)
	}
}

// placing is the placing of a network under a plan.
type placing struct {
	*view
	network *network
	width   int32
}

func (pl *placing) problem(row int32, column int, text, remedy string) {
	n := pl.network
	pl.company.found.addOnce(Problem{File: n.name, Line: int(n.line[row]), Column: networkFormat.Columns[column].Name, Text: text, Remedy: remedy})
}

// byHand tells whether the file names a row's place.
func (pl *placing) byHand(row int32) bool {
	return pl.network.parent != nil && pl.network.parent[row] >= 0
}

// readRules turns the words of the column placement into rules, and reports those that are none.
func (pl *placing) readRules() []placement.Rule {
	n := pl.network
	rules := make([]placement.Rule, len(n.words.placing.list)+1)
	usual, problem, remedy := pl.usualRule()
	if rules[0] = usual; problem != "" {
		for row := range n.sponsor {
			if n.sponsor[row] >= 0 && !pl.byHand(int32(row)) && (n.placing == nil || n.placing[row] == 0) {
				pl.problem(int32(row), networkParent, problem, remedy)
			}
		}
	}
	for i, word := range n.words.placing.list {
		rule, problem, remedy := placingRule(word, pl.width)
		if strings.EqualFold(word, "auto") {
			rule, problem, remedy = pl.usualRule()
		}
		rules[i+1] = rule
		if problem == "" {
			continue
		}
		for row, number := range n.placing {
			if int(number) == i+1 {
				pl.problem(int32(row), networkPlacement, problem, remedy)
			}
		}
	}
	return rules
}

// lessVolume is why nobody can be placed by volume.
const lessVolume = "less_volume cannot be reckoned again, as it depends on what each leg had sold on the day of joining"

// usualRule is how the plan finds places: without a rule of its own the first vacancy.
func (pl *placing) usualRule() (rule placement.Rule, problem, remedy string) {
	if pl.Plan.Plan.Placing == nil {
		return placement.Rule{Strategy: placement.BreadthFirst}, "", ""
	}
	rule, err := pl.Plan.Plan.Placing.Rule(0, 0)
	switch {
	case err != nil:
		return rule, "is empty, and plan " + pl.Name + " leaves the leg to whoever enrols", "write parent and leg, or a leg as placement"
	case rule.Strategy == placement.LessVolume:
		return rule, "is empty, and plan " + pl.Name + " places by volume; " + lessVolume, "write parent and leg, or another way as placement"
	}
	return rule, "", ""
}

// placingRule reads how a place is to be found; auto is the plan's.
func placingRule(word string, width int32) (rule placement.Rule, problem, remedy string) {
	switch strings.ToLower(word) {
	case "auto", "breadth_first":
		return placement.Rule{Strategy: placement.BreadthFirst}, "", ""
	case "left":
		return placement.Rule{Strategy: placement.OuterEdge, Leg: 1}, "", ""
	case "right":
		return placement.Rule{Strategy: placement.OuterEdge, Leg: uint8(width)}, "", ""
	case "fewer_people":
		return placement.Rule{Strategy: placement.FewerPeople}, "", ""
	case "alternate":
		return placement.Rule{Strategy: placement.Alternate}, "", ""
	case "less_volume":
		return rule, lessVolume, "write parent and leg, or another word"
	}
	if number, ok := parseFixed([]byte(word), 0); ok && number >= 1 && number <= int64(width) {
		return placement.Rule{Strategy: placement.OuterEdge, Leg: uint8(number)}, "", ""
	}
	return rule, shown([]byte(word)) + " is no way to find a place",
		didYouMean(strings.ToLower(word), []string{"auto", "left", "right", "fewer_people", "alternate"})
}

// check refuses places by hand that nobody can have, each by itself.
func (pl *placing) check() (ok bool) {
	n, ok := pl.network, true
	if n.parent == nil {
		return true
	}
	for row := range n.parent {
		var leg int32
		switch {
		case n.parent[row] < 0:
		case n.leg == nil || n.leg[row] == 0:
			pl.problem(int32(row), networkLeg, "is empty, and a parent is named", "write the leg, too")
			ok = false
		default:
			if leg = int32(n.leg[row]); leg > pl.width {
				pl.problem(int32(row), networkLeg, fmt.Sprintf("is leg %d, and plan %s has %d", leg, pl.Name, pl.width), "write one of those that there are")
				ok = false
			}
		}
	}
	if n.leg == nil {
		return ok
	}
	rows := make([]int32, 0, n.len())
	for row := range n.parent {
		if n.parent[row] >= 0 && n.leg[row] > 0 {
			rows = append(rows, int32(row))
		}
	}
	slices.SortFunc(rows, func(a, b int32) int {
		return cmp.Or(cmp.Compare(n.parent[a], n.parent[b]), cmp.Compare(n.leg[a], n.leg[b]), cmp.Compare(n.line[a], n.line[b]))
	})
	for i := 1; i < len(rows); i++ {
		a, b := rows[i-1], rows[i]
		if n.parent[a] == n.parent[b] && n.leg[a] == n.leg[b] {
			pl.problem(b, networkLeg, fmt.Sprintf("%s stands in leg %d of %s already (line %d)", shown(n.id(a)), n.leg[a], shown(n.id(n.parent[a])), n.line[a]),
				"give each of them a place of their own")
			ok = false
		}
	}
	return ok
}

// order lists the rows so that everybody comes behind the one whom the place hangs on, and else in the order of joining. Whoever is
// placed by hand hangs on the parent, others on the sponsor.
func (pl *placing) order() (order []int32, ok bool) {
	n := pl.network
	above := slices.Clone(n.sponsor)
	for row := range above {
		if pl.byHand(int32(row)) {
			above[row] = n.parent[row]
		}
	}
	if cycles := cyclesOf(above); len(cycles) > 0 {
		for _, members := range cycles {
			pl.problem(members[0], networkParent, "the places of these hang on each other in a circle: "+n.listed(members), "correct the parent of one of them")
		}
		return nil, false
	}
	byJoining := make([]int32, n.len())
	for row, place := range n.joined {
		byJoining[place] = int32(row)
	}
	listed := make([]bool, n.len())
	order = make([]int32, 0, n.len())
	var way []int32
	for _, row := range byJoining {
		way = way[:0]
		for at := row; at >= 0 && !listed[at]; at = above[at] {
			way = append(way, at)
			listed[at] = true
		}
		for _, at := range slices.Backward(way) {
			order = append(order, at)
		}
	}
	return order, true
}

// report says why somebody could not be placed.
func (pl *placing) report(row int32, err error, columns placement.Columns) {
	n := pl.network
	switch {
	case pl.company.found.count >= problemsMax:
		pl.company.found.count++ // nobody reads more of them
	case errors.Is(err, placement.ErrTaken):
		text := "the place is taken"
		for other, parent := range columns.Parent {
			if parent == n.parent[row] && columns.Leg[other] == n.leg[row] {
				text = fmt.Sprintf("leg %d of %s is where %s (line %d) was placed automatically, who joined earlier", n.leg[row], shown(n.id(parent)), shown(n.id(int32(other))), n.line[other])
			}
		}
		pl.problem(row, networkLeg, text, "name the place of the other, too")
	case errors.Is(err, placement.ErrDepth):
		pl.problem(row, networkParent, fmt.Sprintf("the place is deeper than the %d levels that plan %s has", pl.Plan.Plan.PlacementDepth, pl.Name), "name a place further up")
	case errors.Is(err, placement.ErrFull):
		pl.problem(row, networkSponsor, "there is no vacant place beneath "+shown(n.id(n.sponsor[row])), "name a place by parent and leg")
	default:
		pl.problem(row, networkParent, err.Error(), "")
	}
}
