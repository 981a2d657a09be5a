package server

import (
	"fmt"
	"testing"
	"time"

	"connectrpc.com/connect"

	uplinev1 "upline/api/upline/v1"
)

// Thousands of lines, of events and of the run behind them, come page by page: each once, in one order, with the totals of all on every page.
func TestGetEarnings_ManyLinesComeOnceEachInPages(t *testing.T) {
	const sales = 2500
	w := exported(t, sales)
	client := w.commission()
	for _, id := range []string{"bert", "anna"} { // one has lines of events alone, the other of the run, too
		whole := int64(0)
		for _, size := range []int32{0, 333, 1000} {
			request := &uplinev1.GetEarningsRequest{DistributorId: id, Period: "2026-09", PageSize: size}
			seen := map[string]bool{}
			runs, pages := 0, 0
			for {
				page, err := client.GetEarnings(t.Context(), request)
				if err != nil {
					t.Fatal(err)
				}
				pages++
				if most := max(size, size+100*(1-min(size, 1))); len(page.GetLines()) > int(most) {
					t.Fatalf("a page of %d has %d lines", size, len(page.GetLines()))
				}
				for _, l := range page.GetLines() {
					key := fmt.Sprint(l.GetRunId(), " ", l.GetSaleId(), l.GetEventId(), l.GetLineNo(), l.GetBonus(), l.GetLevel(), l.GetPart())
					if seen[key] {
						t.Fatalf("pages of %d: %s comes twice", size, key)
					}
					seen[key] = true
					if l.GetRunId() != "" {
						runs++
					} else if runs > 0 {
						t.Fatalf("pages of %d: a line of an event stands behind those of the run", size)
					}
				}
				if count := page.GetTotals()[0].GetLineCount(); whole == 0 {
					whole = count
				} else if count != whole {
					t.Fatalf("pages of %d: a page totals %d lines, another %d", size, count, whole)
				}
				if request.PageToken = page.GetNextPageToken(); request.GetPageToken() == "" {
					break
				}
			}
			if int64(len(seen)) != whole || len(seen) < sales || runs == 0 && id == "anna" || pages < 3 {
				t.Errorf("%s by %d: %d lines in %d pages, %d of the run; the totals are of %d", id, size, len(seen), pages, runs, whole)
			}
		}
	}
	_, err := client.GetEarnings(t.Context(), &uplinev1.GetEarningsRequest{DistributorId: "bert", PageSize: 1001})
	refused(t, err).is(t, connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, "page_size")
}

// Periods, and with them their runs, are listed backwards over decades.
func TestListPeriods_DecadesComeOnceEachInPages(t *testing.T) {
	w := newWorld(t).found()
	w.clock.set(time.Date(2056, time.September, 2, 0, 0, 0, 0, time.UTC))
	seen := 0
	want := time.Date(2056, time.September, 1, 0, 0, 0, 0, time.UTC)
	request := &uplinev1.ListPeriodsRequest{PlanId: "main", PageSize: 50}
	for {
		page, err := w.catalog().ListPeriods(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page.GetPeriods() {
			if !p.GetStart().AsTime().Equal(want) {
				t.Fatalf("period %s begins at %v, want %v", p.GetRef().GetPeriod(), p.GetStart().AsTime(), want)
			}
			want = want.AddDate(0, -1, 0)
			seen++
		}
		if request.PageToken = page.GetNextPageToken(); request.GetPageToken() == "" {
			break
		}
	}
	if seen != 30*12+1 {
		t.Errorf("%d periods, want those of 30 years and the first", seen)
	}
}
