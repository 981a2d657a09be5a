package server

import (
	"fmt"
	"strings"
	"testing"
)

// An entry's id is unique within its plan, so two plans may use the same.
func TestImportOpening_TwoPlansUseTheSameEventID(t *testing.T) {
	w := newWorld(t).found()
	w.ok("PlanService/PublishPlan", fmt.Sprintf(`{"source":%s}`, quoted(strings.Replace(planMain, "plan_id: main", "plan_id: other", 1))))
	w.ok("NetworkService/Enroll", `{"distributorId":"olga","planId":"other","market":"US","enrolledAt":"2026-09-02T00:00:00Z"}`)
	for plan, distributor := range map[string]string{"main": "top", "other": "olga"} {
		body := fmt.Sprintf(`{"planId":%q,"entries":[{"eventId":"o1","distributorId":%q,"balance":{"balance":{"currencyCode":"USD","amount":"7"}}}]}`, plan, distributor)
		if first := w.ok("OpeningService/ImportOpening", body); at(first, "imported") != 1.0 {
			t.Errorf("plan %s: %v", plan, first)
		}
		again := strings.Replace(body, `"7"`, `"7.00"`, 1)
		if repeat := w.ok("OpeningService/ImportOpening", again); at(repeat, "imported") != nil || at(repeat, "repeatedEntries") != 1.0 {
			t.Errorf("plan %s, again: %v", plan, repeat)
		}
		earnings := w.ok("CommissionService/GetEarnings", fmt.Sprintf(`{"distributorId":%q,"period":"2026-09"}`, distributor))
		if at(earnings, "totals.0.posted.amount") != "7.00" {
			t.Errorf("plan %s: %v", plan, earnings)
		}
	}
}
