package simulate

import (
	"strings"
	"testing"
	"time"

	"upline/calc"
	"upline/calc/placement"
)

// placed reads a network under a plan with a placement tree and gives "parent/leg" by id.
func placed(t *testing.T, text string, width int32) map[string]string {
	t.Helper()
	p := &calc.Plan{
		ID: "test", Currency: "USD", MinorDigits: 2, Location: time.UTC, Main: calc.Monthly, Rounding: calc.Rounding{StepMinor: 1},
		PointValue: calc.Fraction{Num: 1, Den: 100}, PlacementWidth: width,
	}
	c, err := Read(Request{Plan: Plan{"plan.yaml", p}, Files: Files{
		Network: Source{Reader: strings.NewReader(text)}, Sales: Source{Reader: strings.NewReader("seller,cv,at\n" + "s1,1,2026-01-01\n")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	places := make(map[string]string)
	network := &c.views[0].network
	for row, parent := range network.Parent {
		place := "top"
		if parent >= 0 {
			place = c.ID(parent) + "/" + string('0'+network.Leg[row])
		}
		places[c.ID(int32(row))] = place
	}
	return places
}

// Whose place the file does not name is placed as the plan says, where it can be reckoned again.
func TestRead_FindsPlacesByThePlansRule(t *testing.T) {
	read := func(rule placement.Rule, text string) (*Company, error) {
		p := &calc.Plan{
			ID: "test", Currency: "USD", MinorDigits: 2, Location: time.UTC, Main: calc.Monthly, Rounding: calc.Rounding{StepMinor: 1},
			PointValue: calc.Fraction{Num: 1, Den: 100}, PlacementWidth: 2, Placing: &calc.Placing{Rules: []placement.Rule{rule}},
		}
		return Read(Request{Plan: Plan{"plan.yaml", p}, Files: Files{
			Network: Source{Reader: strings.NewReader(text)}, Sales: Source{Reader: strings.NewReader("seller,cv,at\ns1,1,2026-01-01\n")},
		}})
	}
	c, err := read(placement.Rule{Strategy: placement.OuterEdge, Leg: 2}, "id,sponsor,placement\ns1,,\nu1,s1,\nu2,s1,auto\nu3,s1,left\n")
	if err != nil {
		t.Fatal(err)
	}
	if n := &c.views[0].network; n.Leg[2] != 2 || c.ID(n.Parent[2]) != "u1" || n.Leg[3] != 1 {
		t.Errorf("placed at %v of %v", n.Leg, n.Parent)
	}
	for _, rule := range []placement.Rule{{Strategy: placement.OuterEdge}, {Strategy: placement.LessVolume}} {
		if _, err := read(rule, "id,sponsor,placement\ns1,,\nu1,s1,\nu2,s1,left\n"); err == nil || !strings.Contains(err.Error(), ":3: parent: is empty") || strings.Contains(err.Error(), ":4:") {
			t.Errorf("%v: %v", rule.Strategy, err)
		}
	}
}

func TestRead_FindsPlaces(t *testing.T) {
	for _, test := range []struct {
		name, network string
		width         int32
		want          map[string]string
	}{
		// cases/binary-placement-bfs: U5 goes to the right of U1, although U2 has one child as well.
		{"breadth first beside places by hand", "id,sponsor,parent,leg\ns1,,,\nu1,s1,,\nu2,s1,,\nu3,s1,,\nu4,s1,u2,left\nu5,s1,,\n", 2, map[string]string{
			"s1": "top", "u1": "s1/1", "u2": "s1/2", "u3": "u1/1", "u4": "u2/1", "u5": "u1/2",
		}},
		{"outer edges", "id,sponsor,placement\ns1,,\nu1,s1,left\nu2,s1,left\nu3,s1,right\nu4,s1,RIGHT\n", 2, map[string]string{
			"s1": "top", "u1": "s1/1", "u2": "u1/1", "u3": "s1/2", "u4": "u3/2",
		}},
		{"in turns, in a matrix of three", "id,sponsor,placement\ns1,,\nu1,s1,alternate\nu2,s1,alternate\nu3,s1,alternate\nu4,s1,alternate\nu5,s1,3\n", 3, map[string]string{
			"s1": "top", "u1": "s1/1", "u2": "s1/2", "u3": "s1/3", "u4": "u1/1", "u5": "u3/3",
		}},
		// Rows come in any order: whoever joined first is placed first, and a parent before whoever stands beneath.
		{"by date of joining", "id,sponsor,enrolled\nu2,s1,2025-03-01\nu1,s1,2025-02-01\ns1,,2025-01-01\nu3,s1,2025-04-01\n", 2, map[string]string{
			"s1": "top", "u1": "s1/1", "u2": "s1/2", "u3": "u1/1",
		}},
		{"a child before the parent", "id,sponsor,parent,leg\nu2,s1,u1,right\nu1,s1,s1,left\ns1,,,\nu3,s1,,\n", 2, map[string]string{
			"s1": "top", "u1": "s1/1", "u2": "u1/2", "u3": "s1/2",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := placed(t, test.network, test.width)
			for id, want := range test.want {
				if got[id] != want {
					t.Errorf("%s stands at %s, want %s", id, got[id], want)
				}
			}
		})
	}
}
