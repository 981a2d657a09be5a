package server

import (
	"fmt"
	"strings"
	"testing"
)

// The published case binary-placement-bfs: first vacancy beneath the sponsor, level by level, left before right.
func TestEnroll_PublishedBreadthFirst(t *testing.T) {
	w := newWorld(t).found()
	plan := `plan_id: bfs
name: Breadth first
currency: USD
valid_from: 2026-09-01
cadence: monthly
placement:
  width: 2
  automatic: {strategy: breadth_first}
  choices:
    - {strategy: outer_edge}
bonuses:
  - {name: pairs, binary: {rate: 10%}}
`
	w.ok("PlanService/PublishPlan", fmt.Sprintf(`{"source":%s}`, quoted(plan)))
	enroll := func(id, more string) map[string]any {
		return w.ok("NetworkService/Enroll", fmt.Sprintf(`{"distributorId":%q,"planId":"bfs","market":"US","enrolledAt":"2026-09-02T00:00:00Z"%s}`, id, more))
	}
	enroll("S1", "")
	for _, person := range []struct{ id, more, parent, leg string }{
		{"U1", `,"sponsorId":"S1","automatic":{}`, "S1", "1"},
		{"U2", `,"sponsorId":"S1"`, "S1", "2"},
		{"U3", `,"sponsorId":"S1","automatic":{"strategy":"PLACEMENT_STRATEGY_BREADTH_FIRST"}`, "U1", "1"},
		{"U4", `,"sponsorId":"S1","placement":{"parentId":"U2","leg":1}`, "U2", "1"},
		{"U5", `,"sponsorId":"S1","automatic":{}`, "U1", "2"},
		{"U6", `,"sponsorId":"S1","automatic":{"strategy":"PLACEMENT_STRATEGY_OUTER_EDGE","leg":2}`, "U2", "2"},
	} {
		first := enroll(person.id, person.more)
		got := fmt.Sprint(at(first, "distributor.placement.parentId"), at(first, "distributor.placement.leg"))
		if got != person.parent+person.leg && got != person.parent+" "+person.leg {
			t.Errorf("%s stands at %s, and is published at %s %s", person.id, got, person.parent, person.leg)
		}
		if again := enroll(person.id, person.more); fmt.Sprint(again) != fmt.Sprint(first) {
			t.Errorf("%s sent again: %v, and first %v", person.id, again, first)
		}
	}
	six := w.ok("NetworkService/GetDistributor", `{"distributorId":"U6"}`)
	if got := fmt.Sprint(at(six, "distributor.placementOrigin")); got != "map[leg:2 order:7 strategy:PLACEMENT_STRATEGY_OUTER_EDGE]" {
		t.Errorf("U6 came to the place by %s", got)
	}
	refused := w.post("NetworkService/Enroll", `{"distributorId":"U7","planId":"bfs","market":"US","enrolledAt":"2026-09-02T00:00:00Z",
		"sponsorId":"S1","automatic":{"strategy":"PLACEMENT_STRATEGY_ALTERNATE"}}`, "Authorization", "Bearer "+keyOf(RoleStaff))
	if refused.status == 200 || !strings.Contains(refused.body, "ERROR_REASON_NETWORK_RULE") || !strings.Contains(refused.body, "breadth_first, outer_edge") {
		t.Errorf("a strategy that the plan does not offer: %d %s", refused.status, refused.body)
	}
}
