package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"

	uplinev1 "upline/api/upline/v1"
)

// as calls with the key of a role and returns status and body, the request's id taken out.
func (w *world) as(role Role, method, body string) reply {
	w.t.Helper()
	r := w.post(method, body, "Authorization", "Bearer "+keyOf(role), "X-Request-Id", "same")
	return r
}

func (w *world) asOK(role Role, method, body string) map[string]any {
	w.t.Helper()
	r := w.as(role, method, body)
	var answer map[string]any
	if err := json.Unmarshal([]byte(r.body), &answer); err != nil || r.status != http.StatusOK {
		w.t.Fatalf("%s as %s: %d %s", method, role, r.status, r.body)
	}
	return answer
}

// A vendor acts on sales of its own products, sees no commission, and cannot tell another vendor's sale from one that does not exist.
func TestVendor_HasItsOwnSalesAndNoOthers(t *testing.T) {
	w := newWorldWith(t, withKeys(t), nil).found()
	w.ok("CommissionService/RecordSale", sale("own", "bert", "power"))
	w.ok("CommissionService/RecordSale", sale("foreign", "bert", "phone"))
	w.ok("CommissionService/RecordSale", sale("active", "bert", "phone"))
	w.ok("CommissionService/Activate", `{"market":"US","saleId":"active","eventId":"a","activatedAt":"2026-10-14T13:00:00Z"}`)

	before := w.dump()
	for _, c := range []struct{ method, body string }{
		{"CommissionService/GetSale", `{"market":"US","saleId":"SALE"}`},
		{"CommissionService/Activate", `{"market":"US","saleId":"SALE","eventId":"a","activatedAt":"2026-10-14T13:00:00Z"}`},
		{"CommissionService/Activate", `{"market":"US","saleId":"SALE","eventId":"a","activatedAt":"2026-10-14T14:00:00Z"}`},
		{"CommissionService/Activate", `{"market":"US","saleId":"SALE","eventId":"a","activatedAt":"2026-10-01T13:00:00Z"}`},
		{"CommissionService/Cancel", `{"market":"US","saleId":"SALE","eventId":"b","cancelledAt":"2026-10-14T13:00:00Z"}`},
	} {
		answers := map[string][]string{}
		for _, id := range []string{"foreign", "active", "nothing"} {
			r := w.as(RoleVendor, c.method, strings.Replace(c.body, "SALE", id, 1))
			refusedJSON(t, r).is(t, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_SALE, "")
			said := refusedJSON(t, r)
			text := fmt.Sprint(r.status, said.message, said.detail)
			answers[strings.Join(strings.Fields(strings.ReplaceAll(text, id, "ID")), " ")] = append(answers[text], id)
		}
		if len(answers) != 1 {
			t.Errorf("%s %s: a foreign sale and none are told apart:\n%v", c.method, c.body, answers)
		}
	}
	if after := w.dump(); after != before {
		t.Errorf("a vendor changed another's sale: %s", firstDifference(before, after))
	}

	listed := w.asOK(RoleVendor, "CommissionService/ListSales", `{"market":"US"}`)
	if at(listed, "sales.0.saleId") != "own" || at(listed, "sales.1") != nil {
		t.Errorf("listed: %v", listed)
	}
	activated := w.asOK(RoleVendor, "CommissionService/Activate", `{"market":"US","saleId":"own","eventId":"a","activatedAt":"2026-10-14T13:00:00Z"}`)
	if at(activated, "receipt.saleState") != "SALE_STATE_ACTIVE" || at(activated, "receipt.lines") != nil {
		t.Errorf("activated: %v", activated)
	}
	seen := w.asOK(RoleVendor, "CommissionService/GetSale", `{"market":"US","saleId":"own"}`)
	if at(seen, "events.1.eventId") != "a" || at(seen, "events.1.lines") != nil || strings.Contains(fmt.Sprint(seen), "fast_start") {
		t.Errorf("the vendor sees commissions: %v", seen)
	}
	if staff := w.ok("CommissionService/GetSale", `{"market":"US","saleId":"own"}`); at(staff, "events.1.lines.0.bonus") == nil {
		t.Errorf("staff sees none: %v", staff)
	}
}

// A distributor sees the own sales, and of their lines the own; and the own part of the tree.
func TestDistributor_SeesTheOwn(t *testing.T) {
	w := newWorldWith(t, withKeys(t), nil).found() // The key is anna's.
	w.ok("CommissionService/RecordSale", sale("annas", "anna", "kit"))
	w.ok("CommissionService/RecordSale", sale("berts", "bert", "kit"))
	w.ok("CommissionService/RecordSale", sale("eves", "eve", "kit"))

	own := w.asOK(RoleDistributor, "CommissionService/GetSale", `{"market":"US","saleId":"annas"}`)
	lines, _ := at(own, "events.0.lines").([]any)
	if len(lines) != 1 || at(lines[0], "distributorId") != "anna" || at(lines[0], "bonus") != "personal" {
		t.Errorf("lines of the own sale: %v", lines)
	}
	if all, _ := at(w.ok("CommissionService/GetSale", `{"market":"US","saleId":"annas"}`), "events.0.lines").([]any); len(all) != 2 {
		t.Errorf("the sale has %d lines", len(all))
	}
	answers := map[string]bool{}
	for _, id := range []string{"berts", "eves", "nothing"} {
		r := refusedJSON(t, w.as(RoleDistributor, "CommissionService/GetSale", `{"market":"US","saleId":"`+id+`"}`))
		r.is(t, connect.CodeNotFound, uplinev1.ErrorReason_ERROR_REASON_UNKNOWN_SALE, "")
		answers[strings.Join(strings.Fields(strings.ReplaceAll(fmt.Sprint(r.message, r.detail), id, "ID")), " ")] = true
	}
	if len(answers) != 1 {
		t.Errorf("a foreign sale and none are told apart: %v", answers)
	}
	for body, want := range map[string]string{
		`{"market":"US"}`: "annas", `{"market":"US","distributorId":"anna"}`: "annas", `{"market":"US","distributorId":"bert"}`: "", `{"market":"US","distributorId":"nobody"}`: "",
	} {
		listed := w.asOK(RoleDistributor, "CommissionService/ListSales", body)
		if got, _ := at(listed, "sales.0.saleId").(string); got != want || at(listed, "sales.1") != nil {
			t.Errorf("%s: %v", body, listed)
		}
	}
	earnings := w.asOK(RoleDistributor, "CommissionService/GetEarnings", `{"distributorId":"anna"}`)
	if at(earnings, "totals.0.posted.amount") != "15.00" { // 10 % of the own sale, 5 % of bert's.
		t.Errorf("earnings: %v", earnings)
	}
	if me := w.asOK(RoleDistributor, "NetworkService/GetDistributor", `{"distributorId":"anna"}`); at(me, "distributor.sponsorId") != "top" {
		t.Errorf("me: %v", me)
	}
	if down := w.asOK(RoleDistributor, "NetworkService/GetDownline", `{"distributorId":"anna"}`); at(down, "members.0.distributor.distributorId") != "bert" {
		t.Errorf("downline: %v", down)
	}
}

// The answer of a repeat is the same for the same caller, whatever the role.
func TestVendor_RepeatReturnsTheFirstResult(t *testing.T) {
	w := newWorldWith(t, withKeys(t), nil).found()
	w.ok("CommissionService/RecordSale", sale("own", "bert", "power"))
	body := `{"market":"US","saleId":"own","eventId":"a","activatedAt":"2026-10-14T13:00:00Z"}`
	first := w.as(RoleVendor, "CommissionService/Activate", body)
	w.ok("CommissionService/Cancel", `{"market":"US","saleId":"own","eventId":"x","cancelledAt":"2026-10-14T15:00:00Z"}`)
	if again := w.as(RoleVendor, "CommissionService/Activate", body); again.status != http.StatusOK || again.body != first.body {
		t.Errorf("first %s\nagain %s", first.body, again.body)
	}
}
