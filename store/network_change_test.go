package store_test

import (
	"fmt"
	"strings"
	"testing"

	"upline/calc"
	"upline/store"
)

// moved is a change of sponsor at a moment of January.
func moved(id, eventID, sponsor string, day, hour int) store.NetworkChange {
	return store.NetworkChange{
		DistributorID: id, EventID: eventID, Kind: store.NetworkSponsor, SponsorID: sponsor, EffectiveAtUS: at(day, hour), Reason: "asked for it",
		Content: store.Content{{Path: "sponsor_id", Value: sponsor}, {Path: "effective_at", Value: fmt.Sprint(day, hour)}},
	}
}

func replaced(id, eventID, parent string, leg int32, day int) store.NetworkChange {
	return store.NetworkChange{
		DistributorID: id, EventID: eventID, Kind: store.NetworkPlaced, ParentID: parent, Leg: leg, EffectiveAtUS: at(day, 0), Reason: "wrong leg",
		Content: store.Content{{Path: "placement.parent_id", Value: parent}, {Path: "placement.leg", Value: fmt.Sprint(leg)}},
	}
}

func standing(id, eventID string, kind store.NetworkEventKind, day int) store.NetworkChange {
	return store.NetworkChange{
		DistributorID: id, EventID: eventID, Kind: kind, EffectiveAtUS: at(day, 0), Reason: "left", Content: store.Content{{Path: "effective_at", Value: fmt.Sprint(day)}},
	}
}

// change records a change and returns the event.
func (w *world) change(n store.NetworkChange) store.NetworkEvent {
	w.t.Helper()
	e, _, err := w.ChangeNetwork(w.t.Context(), n)
	if err != nil {
		w.t.Fatalf("%s of %s: %v", n.EventID, n.DistributorID, err)
	}
	return e
}

func (w *world) way(id string, placement bool) string {
	w.t.Helper()
	members, _, err := w.Upline(w.t.Context(), id, placement, "", 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	var ids []string
	for _, m := range members {
		ids = append(ids, m.Distributor.DistributorID)
	}
	return strings.Join(ids, " ")
}

func periodsOf(keys []store.PeriodKey) string {
	var names []string
	for _, k := range keys {
		names = append(names, k.Name)
	}
	return strings.Join(names, " ")
}

func TestChangeSponsor_SubtreeMovesAlongAndARepeatReturnsTheFirstResult(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.Enroll(t.Context(), []store.NewDistributor{distributor("eve", "top", 3), distributor("dan", "bob", 3)}))
		first := w.change(moved("bob", "m1", "eve", 14, 12))
		if got := w.way("dan", false); got != "bob eve top" {
			t.Errorf("after the move the way up is %s", got)
		}
		// The service plan closes weeks and months: January 14, 2026 lies in the third week.
		if got := periodsOf(first.CountsFrom); got != "2026-W04 2026-02" {
			t.Errorf("counts from %s", got)
		}
		w.nowUS.Store(at(31, 5))
		again := w.change(moved("bob", "m1", "eve", 14, 12))
		if again.RecordedAtUS != first.RecordedAtUS || periodsOf(again.CountsFrom) != periodsOf(first.CountsFrom) {
			t.Errorf("again %+v, first %+v", again, first)
		}
		_, _, err := w.ChangeNetwork(t.Context(), moved("bob", "m1", "top", 14, 12))
		refused(t, err, store.ErrIDReused, "sponsor_id")
		_, _, err = w.ChangeNetwork(t.Context(), moved("bob", "bob", "top", 14, 12)) // the event of the enrolment
		refused(t, err, store.ErrIDReused, "sponsor_id")
	})
}

func TestChangeNetwork_AtTheStartOfAPeriodCountsInIt(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.Enroll(t.Context(), []store.NewDistributor{distributor("eve", "top", 3)}))
		if got := periodsOf(w.change(moved("bob", "m1", "eve", 12, 0)).CountsFrom); got != "2026-W03 2026-02" {
			t.Errorf("a Monday's midnight counts from %s", got)
		}
		// Dated to the enrolment, it corrects that.
		if got := periodsOf(w.change(moved("eve", "m2", "alice", 3, 0)).CountsFrom); got != "2026-W01 2026-01" {
			t.Errorf("a correction of the enrolment counts from %s", got)
		}
	})
}

func TestChangeNetwork_Refusals(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publishBinary()
		w.must(w.Enroll(t.Context(), []store.NewDistributor{
			placed("left", "root", 1), placed("right", "root", 2), placed("low", "left", 1), distributor("late", "top", 20), distributor("gone", "top", 2),
		}))
		w.change(standing("gone", "t", store.NetworkTerminated, 5))
		w.change(moved("bob", "m", "top", 10, 0))
		for name, test := range map[string]struct {
			n     store.NetworkChange
			kind  error
			field string
		}{
			"unknown distributor":      {moved("nobody", "x", "top", 14, 0), store.ErrUnknownDistributor, "distributor_id"},
			"unknown sponsor":          {moved("alice", "x", "nobody", 14, 0), store.ErrUnknownDistributor, "sponsor_id"},
			"sponsor of another plan":  {moved("alice", "x", "root", 14, 0), store.ErrNetworkRule, "sponsor_id"},
			"own sponsor":              {moved("alice", "x", "alice", 14, 0), store.ErrNetworkCycle, "sponsor_id"},
			"own downline":             {moved("top", "x", "bob", 14, 0), store.ErrNetworkCycle, "sponsor_id"},
			"sponsor already":          {moved("alice", "x", "top", 14, 0), store.ErrNetworkRule, "sponsor_id"},
			"sponsor came later":       {moved("alice", "x", "late", 14, 0), store.ErrTimeOutOfRange, "effective_at"},
			"terminated sponsor":       {moved("alice", "x", "gone", 14, 0), store.ErrTerminated, "sponsor_id"},
			"before the enrolment":     {moved("late", "x", "alice", 14, 0), store.ErrTimeOutOfRange, "effective_at"},
			"before the last change":   {moved("bob", "x", "alice", 9, 0), store.ErrTimeOutOfRange, "effective_at"},
			"in the future":            {moved("alice", "x", "gone", 31, 1), store.ErrTimeOutOfRange, "effective_at"},
			"no placement tree":        {replaced("alice", "x", "top", 1, 14), store.ErrNetworkRule, "placement"},
			"leg beyond the width":     {replaced("low", "x", "root", 3, 14), store.ErrNetworkRule, "placement.leg"},
			"taken place":              {replaced("low", "x", "root", 2, 14), store.ErrPlaceTaken, "placement"},
			"same place":               {replaced("low", "x", "left", 1, 14), store.ErrNetworkRule, "placement"},
			"place below itself":       {replaced("left", "x", "low", 1, 14), store.ErrNetworkCycle, "placement.parent_id"},
			"unknown parent":           {replaced("left", "x", "nobody", 1, 14), store.ErrUnknownDistributor, "placement.parent_id"},
			"terminated already":       {standing("gone", "x", store.NetworkTerminated, 14), store.ErrTerminated, "distributor_id"},
			"nothing to reinstate":     {standing("alice", "x", store.NetworkReinstated, 14), store.ErrNetworkRule, "distributor_id"},
			"reinstated before it was": {standing("gone", "x", store.NetworkReinstated, 4), store.ErrTimeOutOfRange, "effective_at"},
		} {
			t.Run(name, func(t *testing.T) {
				_, _, err := w.ChangeNetwork(t.Context(), test.n)
				refused(t, err, test.kind, test.field)
			})
		}
		_, err := w.Enroll(t.Context(), []store.NewDistributor{distributor("new", "gone", 20)})
		refused(t, err, store.ErrTerminated, "distributors[0].sponsor_id")
	})
}

func TestMovePlacement_AVacatedPlaceIsFreeWhenEveryPeriodSeesIt(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publishBinary()
		w.must(w.Enroll(t.Context(), []store.NewDistributor{placed("left", "root", 1), placed("right", "root", 2), placed("low", "left", 2)}))
		w.change(replaced("left", "m1", "right", 1, 14))
		if got := w.way("low", true); got != "left right root" {
			t.Errorf("after the move the way up is %s", got)
		}
		early := placed("new", "root", 1)
		early.EnrolledAtUS = at(20, 0)
		_, err := w.Enroll(t.Context(), []store.NewDistributor{early})
		refused(t, err, store.ErrPlaceTaken, "distributors[0].placement")
		_, _, err = w.ChangeNetwork(t.Context(), replaced("low", "m2", "root", 1, 13))
		refused(t, err, store.ErrPlaceTaken, "placement")
		members, _, err := w.Downline(t.Context(), "root", true, 1, "", 10)
		if err != nil || len(members) != 1 {
			t.Errorf("below the root stand %v, %v", members, err)
		}
		w.nowUS.Store(at(31, 24))
		early.EnrolledAtUS = at(32, 0)
		w.must(w.Enroll(t.Context(), []store.NewDistributor{early}))
		w.change(replaced("low", "m3", "left", 1, 32))
		if got := w.way("low", true); got != "left right root" {
			t.Errorf("in the end the way up is %s", got)
		}
	})
}

func TestRun_SeesTheTreesAsTheyStoodWhenThePeriodBegan(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.plans["daily"] = dailyPlan()
		upward := &calc.Unilevel{Rates: levelled([]int64{100_000_000})}
		w.plans["daily"].Bonuses = []calc.Bonus{{Name: "team", Cadence: calc.Daily, Unilevel: upward}}
		w.must(w.PublishPlan(t.Context(), store.NewPlan{Plan: w.plans["daily"], Name: "Daily plan", Source: "daily"}))
		for _, d := range [][2]string{{"a", ""}, {"b", ""}, {"seller", "a"}} {
			n := distributor(d[0], d[1], 1)
			n.PlanID = "daily"
			w.must(w.Enroll(t.Context(), []store.NewDistributor{n}))
		}
		for day := 1; day <= 3; day++ {
			n := sale(fmt.Sprintf("s%d", day))
			n.DistributorID, n.ProductID, n.SoldAtUS = "seller", "kit", at(day, 10)
			w.must(w.RecordSales(t.Context(), []store.NewSale{n}))
		}
		w.change(moved("seller", "m1", "b", 2, 9))
		earners := ""
		for day := range 3 {
			if err := closeDay(t, w.Store, day); err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{"a", "b"} {
				e, err := w.GetEarnings(t.Context(), store.EarningsQuery{DistributorID: id, Period: fmt.Sprintf("2026-01-%02d", day+1), PageSize: 10})
				if err != nil {
					t.Fatal(err)
				}
				if len(e.Lines) > 0 {
					earners += id
				}
			}
		}
		if earners != "aab" {
			t.Errorf("the three days are paid to %s, want aab: the day of the move still sees the old sponsor", earners)
		}
	})
}

func TestTerminate_NoSalesWhileItIsInEffect(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.change(standing("bob", "t1", store.NetworkTerminated, 10))
		w.change(standing("bob", "r1", store.NetworkReinstated, 20))
		for day, allowed := range map[int]bool{9: true, 10: false, 15: false, 20: true, 25: true} {
			n := sale(fmt.Sprintf("s%d", day))
			n.SoldAtUS = at(day, 0)
			_, err := w.RecordSales(t.Context(), []store.NewSale{n})
			if allowed && err != nil {
				t.Errorf("sale of January %d: %v", day, err)
			} else if !allowed {
				refused(t, err, store.ErrTerminated, "sales[0].distributor_id")
			}
		}
		d, err := w.GetDistributor(t.Context(), "bob")
		if err != nil || d.Standing != store.StandingActive || d.StandingAtUS != at(20, 0) {
			t.Errorf("%+v, %v", d, err)
		}
		events, next, err := w.ListNetworkEvents(t.Context(), "bob", "", 2)
		if err != nil || len(events) != 2 || events[0].EventID != "r1" || events[1].EventID != "t1" || next != "t1" {
			t.Fatalf("%+v, next %q, %v", events, next, err)
		}
		events, next, err = w.ListNetworkEvents(t.Context(), "bob", next, 2)
		if err != nil || len(events) != 1 || events[0].Kind != store.NetworkEnrolled || next != "" {
			t.Errorf("%+v, next %q, %v", events, next, err)
		}
	})
}

func TestMovePlacement_NobodyComesToStandBeneathTheLastLevel(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		plan := binaryPlan()
		plan.ID, plan.PlacementDepth = "deep", 3
		plan.Digest[0]++
		w.publish(plan, "deep")
		w.enrol("deep", placed("root", "", 0), placed("left", "root", 1), placed("right", "root", 2), placed("low", "left", 1), placed("leaf", "low", 1), placed("end", "right", 1))
		_, _, err := w.ChangeNetwork(t.Context(), replaced("low", "x", "end", 1, 14)) // low would stand on level 3, and leaf beneath it
		refused(t, err, store.ErrNetworkRule, "placement.parent_id")
		_, _, err = w.ChangeNetwork(t.Context(), replaced("right", "x", "leaf", 1, 14))
		refused(t, err, store.ErrNetworkRule, "placement.parent_id")
		w.change(replaced("low", "x", "right", 2, 14))
		if got := w.way("leaf", true); got != "low right root" {
			t.Errorf("above leaf stand %s", got)
		}
	})
}
