package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Totals of an open and of a closed period, by each of what they can be by, come to the company's, page by page.
func TestGetPeriodTotals_ComeToTheCompanys(t *testing.T) {
	w := newWorld(t).found()
	for i := range 3 {
		w.ok("CommissionService/RecordSale", fmt.Sprintf(`{"market":"US","saleId":"s%d","distributorId":"bert","customerId":"c","productId":"kit",
			"price":{"currencyCode":"USD","amount":"100.00"},"soldAt":"2026-09-14T12:00:00Z"}`, i))
	}
	type totals struct {
		State   string
		RunID   string
		AsOf    string
		RanksOf struct{ PlanID, Period string }
		Company []struct {
			Posted    struct{ CurrencyCode, Amount string }
			LineCount string
		}
		Totals []struct {
			Name, Bonus string
			Posted      struct{ Amount string }
			LineCount   string
		}
		NextPageToken string
	}
	ask := func(by, page string) (answer totals) {
		t.Helper()
		text, err := json.Marshal(w.ok("ReportService/GetPeriodTotals", `{"planId":"main","period":"2026-09","by":"TOTALS_BY_`+by+`"`+page+`}`))
		if err == nil {
			err = json.Unmarshal(text, &answer)
		}
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	for _, state := range []string{"PERIOD_STATE_OPEN", "PERIOD_STATE_CLOSED"} {
		for _, by := range []string{"BONUS", "MARKET", "VENDOR", "RANK"} {
			all := ask(by, "")
			if all.State != state || all.AsOf == "" || len(all.Company) != 1 || len(all.Totals) < 2 || (all.RanksOf.PlanID != "") != (by == "RANK") {
				t.Fatalf("%s by %s: %+v", state, by, all)
			}
			if (all.RunID != "") != (state == "PERIOD_STATE_CLOSED") {
				t.Errorf("%s by %s is of run %q", state, by, all.RunID)
			}
			var whole, pages []string
			for _, total := range all.Totals {
				whole = append(whole, fmt.Sprint(total))
			}
			for next := ""; ; {
				one := ask(by, `,"pageSize":1,"pageToken":"`+next+`"`)
				if len(one.Totals) != 1 || fmt.Sprint(one.Company) != fmt.Sprint(all.Company) {
					t.Fatalf("a page of one has %+v", one)
				}
				pages = append(pages, fmt.Sprint(one.Totals[0]))
				if next = one.NextPageToken; next == "" {
					break
				}
			}
			if strings.Join(pages, "\n") != strings.Join(whole, "\n") {
				t.Errorf("%s by %s: pages have\n%v\nand the whole\n%v", state, by, pages, whole)
			}
		}
		w.ok("CommissionService/RunPeriod", `{"planId":"main","period":"2026-09","mode":"RUN_MODE_CLOSE","wait":"60s"}`)
	}
}
