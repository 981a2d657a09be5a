package store_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"upline/calc"
	"upline/store"
)

// binaryPlan has a placement tree of two legs, a rank and an advance.
func binaryPlan() *calc.Plan {
	return &calc.Plan{
		ID: "binary", Digest: sha256.Sum256([]byte("binary")), Currency: "USD", MinorDigits: 2, Location: time.UTC, ValidFromUS: at(1, 0), Main: calc.Monthly,
		Rounding: calc.Rounding{StepMinor: 1}, PointValue: calc.Fraction{Num: 1, Den: 100}, PlacementWidth: 2,
		Ranks: []calc.Rank{{Name: "bronze"}},
		Bonuses: []calc.Bonus{
			{Name: "legs", Cadence: calc.Monthly, Binary: &calc.Binary{Rates: rated(0, 100_000_000)}},
			{Name: "advance", Pays: calc.PaysEvent, Cadence: calc.Monthly, Advance: &calc.Advance{
				Base: calc.BasePrice, Months: 9 * calc.Month, Rates: rated(0, 1_000_000_000), Clawback: calc.Clawback{Mode: calc.ClawbackMonthsPaid},
			}},
		},
	}
}

func (w *world) publishBinary() {
	w.plans["binary"] = binaryPlan()
	w.must(w.PublishPlan(w.t.Context(), store.NewPlan{Plan: w.plans["binary"], Name: "Binary plan", Source: "binary"}))
	w.must(w.Enroll(w.t.Context(), []store.NewDistributor{placed("root", "", 0)}))
}

func placed(id, parent string, leg int32) store.NewDistributor {
	return store.NewDistributor{
		DistributorID: id, PlanID: "binary", Market: "DE", SponsorID: parent, ParentID: parent, Leg: leg, EnrolledAtUS: at(1, 0) - 400*24*3_600_000_000,
		Content: store.Content{{"placement.parent_id", parent}, {"placement.leg", fmt.Sprint(leg)}},
	}
}

func TestEnroll_Refusals(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publishBinary()
		w.must(w.Enroll(t.Context(), []store.NewDistributor{placed("left", "root", 1)}))
		early := distributor("early", "bob", 1)
		foreign := placed("foreign", "alice", 1)
		noPlace := placed("noplace", "root", 2)
		noPlace.ParentID = ""
		moved := placed("left", "root", 2)
		future := distributor("future", "top", 1)
		future.EnrolledAtUS = at(31, 1)
		noTree := distributor("notree", "top", 3)
		noTree.ParentID, noTree.Leg = "top", 1
		noPlan := distributor("noplan", "", 3)
		noPlan.PlanID = "none"
		for _, test := range []struct {
			name  string
			n     store.NewDistributor
			kind  error
			field string
		}{
			{"unknown sponsor", distributor("x", "nobody", 3), store.ErrUnknownDistributor, "distributors[0].sponsor_id"},
			{"sponsor came later", early, store.ErrTimeOutOfRange, "distributors[0].enrolled_at"},
			{"sponsor of another plan", foreign, store.ErrNetworkRule, "distributors[0].sponsor_id"},
			{"no place in a plan with a placement tree", noPlace, store.ErrNetworkRule, "distributors[0].placement"},
			{"a place in a plan without", noTree, store.ErrNetworkRule, "distributors[0].placement"},
			{"leg beyond the width", placed("x", "root", 3), store.ErrNetworkRule, "distributors[0].placement.leg"},
			{"taken place", placed("x", "root", 1), store.ErrPlaceTaken, "distributors[0].placement"},
			{"same id elsewhere", moved, store.ErrIDReused, "distributors[0].placement.leg"},
			{"future", future, store.ErrTimeOutOfRange, "distributors[0].enrolled_at"},
			{"unknown plan", noPlan, store.ErrUnknownPlan, "distributors[0].plan_id"},
		} {
			_, err := w.Enroll(t.Context(), []store.NewDistributor{test.n})
			refused(t, err, test.kind, test.field)
		}
	})
}

func TestEnroll_ManyAtOnceForOnePlaceLeaveOneHolder(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publishBinary()
		var won atomic.Int64
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				_, err := w.Enroll(t.Context(), []store.NewDistributor{placed(fmt.Sprintf("d%02d", i), "root", 1)})
				if err == nil {
					won.Add(1)
					return
				}
				if !strings.Contains(err.Error(), store.ErrPlaceTaken.Error()) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		members, _, err := w.Downline(t.Context(), "root", true, 0, "", 100)
		if err != nil || won.Load() != 1 || len(members) != 1 {
			t.Errorf("%d won, downline %v, %v", won.Load(), members, err)
		}
	})
}

func TestDownline_PagesOfAnySizeGiveTheSameWalk(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var batch []store.NewDistributor
		for i := range 130 { // wider than what is read at a time
			batch = append(batch, distributor(fmt.Sprintf("c%03d", i), "bob", 3))
		}
		batch = append(batch, distributor("d1", "c005", 3), distributor("d2", "d1", 3), distributor("d3", "c005", 3), distributor("e", "top", 3))
		w.must(w.Enroll(t.Context(), batch))
		for _, levels := range []int32{0, 1, 3} {
			var want []string
			for _, size := range []int{1000, 1, 7} {
				var walk []string
				for after := ""; ; {
					members, next, err := w.Downline(t.Context(), "top", false, levels, after, size)
					if err != nil {
						t.Fatal(err)
					}
					for _, m := range members {
						walk = append(walk, fmt.Sprintf("%d %s", m.Level, m.Distributor.DistributorID))
					}
					if after = next; next == "" {
						break
					}
				}
				if want == nil {
					want = walk
				}
				if !slices.Equal(walk, want) {
					t.Errorf("levels %d, pages of %d: %v, want %v", levels, size, walk, want)
				}
			}
			wantCount := map[int32]int{0: 136, 1: 2, 3: 133}[levels]
			if len(want) != wantCount || want[0] != "1 alice" || want[len(want)-1] != "1 e" {
				t.Errorf("levels %d: %d members, %v", levels, len(want), want)
			}
		}
		up, next, err := w.Upline(t.Context(), "d2", false, "", 3)
		if err != nil || len(up) != 3 || up[2].Distributor.DistributorID != "bob" {
			t.Fatalf("upline %v, %v", up, err)
		}
		rest, next, err := w.Upline(t.Context(), "d2", false, next, 3)
		if err != nil || next != "" || len(rest) != 2 || rest[1].Distributor.DistributorID != "top" || rest[1].Level != 5 {
			t.Errorf("rest of the upline %v, %v", rest, err)
		}
	})
}

func TestImportOpening_AdvanceIsEarnedOnAndBalanceStands(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publishBinary()
		w.must(w.Enroll(t.Context(), []store.NewDistributor{placed("ann", "root", 1)}))
		service := sale("old")
		service.DistributorID, service.SoldAtUS = "ann", at(1, 0)-90*24*3_600_000_000
		entries := []store.OpeningEntry{
			{EventID: "r", DistributorID: "ann", Kind: store.OpeningRank, Rank: "bronze", Content: store.Content{{"rank", "bronze"}}},
			{EventID: "b", DistributorID: "ann", Kind: store.OpeningBalance, AmountMinor: -1234, Currency: "USD", Content: store.Content{{"balance", "-12.34"}}},
			{EventID: "c", DistributorID: "ann", Kind: store.OpeningCarry, Bonus: "legs", Left: 1, Right: 2, Content: store.Content{{"left", "1"}}},
			{EventID: "a", DistributorID: "ann", Kind: store.OpeningAdvance, Bonus: "advance", AmountMinor: 90_000, Currency: "USD", Sale: service, CyclesPaid: 3},
		}
		for i, want := range [][2]int{{4, 0}, {0, 4}} {
			imported, again, err := w.ImportOpening(t.Context(), "binary", entries)
			if err != nil || imported != want[0] || again != want[1] {
				t.Fatalf("call %d: %d imported, %d again, %v", i, imported, again, err)
			}
		}
		if got := w.sums(t.Context(), "old"); got != "ACTIVE, 3 cycles; ann advance 0" {
			t.Errorf("opening comes to %s", got)
		}
		w.append(payment("old", "p4", 4, at(5, 0)))
		if got := lines(w.append(cancellation("old", "x", at(6, 0)))); got != "ann advance REVERSAL L0 -50000 reverses old/1\n" {
			t.Errorf("cancelling after four of nine months posts %s", got)
		}
		n := sale("new") // the opening rank counts at the event before the first close
		n.DistributorID = "ann"
		w.must(w.RecordSales(t.Context(), []store.NewSale{n}))
		if got := lines(w.append(activation("new", "a", at(7, 0)))); got != "ann advance COMMISSION L0 450000\n" {
			t.Errorf("a new service posts %s", got)
		}
		e, err := w.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: "ann", Period: "2026-01", PageSize: 100})
		if err != nil || e.Totals[0].PostedMinor != -1234-50_000+450_000 {
			t.Errorf("earnings %+v, %v", e.Totals, err)
		}
	})
}

func TestImportOpening_Refusals(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publishBinary()
		w.must(w.Enroll(t.Context(), []store.NewDistributor{placed("ann", "root", 1)}))
		carry := store.OpeningEntry{EventID: "c", DistributorID: "ann", Kind: store.OpeningCarry, Bonus: "legs", Left: 1}
		if _, _, err := w.ImportOpening(t.Context(), "binary", []store.OpeningEntry{carry}); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			entry store.OpeningEntry
			kind  error
			field string
		}{
			{store.OpeningEntry{EventID: "1", DistributorID: "nobody", Kind: store.OpeningRank, Rank: "bronze"}, store.ErrUnknownDistributor, "entries[0].distributor_id"},
			{store.OpeningEntry{EventID: "1", DistributorID: "bob", Kind: store.OpeningRank, Rank: "bronze"}, store.ErrNetworkRule, "entries[0].distributor_id"},
			{store.OpeningEntry{EventID: "1", DistributorID: "ann", Kind: store.OpeningRank, Rank: "gold"}, store.ErrInvalid, "entries[0].rank.achieved_rank"},
			{store.OpeningEntry{EventID: "1", DistributorID: "ann", Kind: store.OpeningCarry, Bonus: "none"}, store.ErrInvalid, "entries[0].carry.bonus"},
			{store.OpeningEntry{EventID: "1", DistributorID: "ann", Kind: store.OpeningCarry, Bonus: "legs"}, store.ErrInvalid, "entries[0].carry.bonus"},
			{store.OpeningEntry{EventID: "1", DistributorID: "ann", Kind: store.OpeningAdvance, Bonus: "legs", Sale: sale("z")}, store.ErrInvalid, "entries[0].advance.bonus"},
			{store.OpeningEntry{EventID: "c", DistributorID: "ann", Kind: store.OpeningCarry, Bonus: "legs", Content: store.Content{{"left", "2"}}}, store.ErrIDReused, "entries[0].left"},
		} {
			_, _, err := w.ImportOpening(t.Context(), "binary", []store.OpeningEntry{test.entry})
			refused(t, err, test.kind, test.field)
		}
	})
}

func TestPublishPlan_SameFormReturnsFirstVersionAndOverlapIsRefused(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		again, err := w.PublishPlan(t.Context(), store.NewPlan{Plan: w.plans["service"], Name: "Service plan", Source: "service"})
		if err != nil || again.Version != 1 {
			t.Fatalf("%+v, %v", again, err)
		}
		next := servicePlan()
		next.Digest = sha256.Sum256([]byte("next"))
		w.plans["next"] = next
		_, err = w.PublishPlan(t.Context(), store.NewPlan{Plan: next, Source: "next"})
		refused(t, err, store.ErrPlanOverlap, "valid_from")
		next.ValidFromUS, next.Currency = at(31, 24), "EUR"
		_, err = w.PublishPlan(t.Context(), store.NewPlan{Plan: next, Source: "next"})
		refused(t, err, store.ErrImmutable, "currency")
		next.Currency = "USD"
		v, err := w.PublishPlan(t.Context(), store.NewPlan{Plan: next, Source: "next"})
		if err != nil || v.Version != 2 {
			t.Fatalf("%+v, %v", v, err)
		}
		w.record("s1") // sold before the second version is in force
		s, _, err := w.GetSale(t.Context(), "US", "s1", store.Scope{})
		if err != nil || s.PlanVersion != 1 {
			t.Errorf("sold under version %d, %v", s.PlanVersion, err)
		}
	})
}
