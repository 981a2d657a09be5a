package store_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
	"upline/store/storetest"
)

// A run gives no row of ranks to those who have no rank and are not active. Later periods and events take them for inactive, as if the row
// stood there, and those who came after the run for active.
func TestWorkRun_WhoHasNoRowOfRanksIsInactiveAndWhoCameLaterIsNot(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := emptyRunWorld(t, engine)
		plan := runPlan()
		three := []int64{100_000_000, 50_000_000, 20_000_000}
		plan.Bonuses = append(plan.Bonuses, calc.Bonus{
			Name: "fast", Cadence: calc.Monthly, Pays: calc.PaysEvent, Unilevel: &calc.Unilevel{Rates: levelled(three, three, three)},
		})
		w.plans["tree"] = plan
		w.must(w.PutVendor(t.Context(), store.Vendor{VendorID: "power", Name: "Power Company"}))
		w.must(w.PutProduct(t.Context(), store.Product{ProductID: "kit", VendorID: "power", Name: "Starter kit", PV: 100_000, CV: 100_000}))
		w.must(w.PublishPlan(t.Context(), store.NewPlan{Plan: plan, Name: "Tree", Source: "tree"}))
		enrol := func(id, above string, leg int32, atUS int64) {
			w.must(w.Enroll(t.Context(), []store.NewDistributor{{
				DistributorID: id, PlanID: "tree", Market: "US", EnrolledAtUS: atUS, SponsorID: above, ParentID: above, Leg: leg,
			}}))
		}
		enrol("root", "", 0, at(1, 0))
		enrol("left", "root", 1, at(1, 0))
		enrol("right", "root", 2, at(1, 0))
		w.sell("left", "january-1", at(5, 0), 700_000)
		w.sell("right", "january-2", at(5, 0), 700_000)
		w.nowUS.Store(february(2))
		january := w.close(w.Store, 0, "2026-01")
		if rows := w.dump("run_ranks")["run_ranks"]; len(rows) != 3-1 {
			t.Fatalf("rows of ranks for those who sold alone: %q", rows)
		}
		w.nowUS.Store(february(20))
		enrol("new", "left", 1, february(3))
		enrol("new-left", "new", 1, february(3))
		enrol("new-right", "new", 2, february(3))
		w.sell("new-left", "february-1", february(11), 700_000)
		w.sell("new-right", "february-2", february(11), 700_000)
		w.sell("right", "february-3", february(11), 700_000)

		preview := func() store.Run {
			run, err := w.PreviewRun(t.Context(), "tree", calc.Weekly, "2026-W07")
			w.must(nil, err)
			return run
		}
		earners := func(sale string) (ids string) {
			for _, l := range w.sell("new-left", sale, february(18), 700_000).Lines {
				ids += l.DistributorID + " "
			}
			return ids
		}
		before, early := preview(), earners("february-4")
		// Of "new" and "root", who have two legs with sales, the one is new and the other was inactive.
		if before.LineCount != 1 {
			t.Errorf("the week has %d lines", before.LineCount)
		}
		if early != "new left " {
			t.Errorf("a sale pays %q", early)
		}
		w.exec(`INSERT INTO run_ranks (region, run_key, attempt, distributor_id, active, paid_as, achieved) VALUES ($1, $2, $3, $4, 0, '', '')`,
			"us-east1", january.Key, int64(january.Attempt), "root")
		after, late := preview(), earners("february-5")
		if late != early {
			t.Errorf("a sale pays %q where the row stands, and %q where it does not", late, early)
		}
		if after.LineCount != before.LineCount || !slices.Equal(after.Totals, before.Totals) {
			t.Errorf("the week comes to\n%+v\nwhere the row stands, and to\n%+v\nwhere it does not", after, before)
		}
		if bytes.Equal(after.InputDigest, before.InputDigest) {
			t.Error("a row more gives the same input digest")
		}
		w.nowUS.Store(february(28) + 3*24*time.Hour.Microseconds())
		w.close(w.Store, 0, "2026-02")
	})
}
