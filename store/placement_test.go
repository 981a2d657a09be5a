package store_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"upline/calc"
	"upline/calc/placement"
	"upline/store"
	"upline/store/storetest"
)

// placingPlan is binaryPlan with every rule of placement.
func placingPlan() *calc.Plan {
	p := binaryPlan()
	p.Placing = &calc.Placing{Base: calc.BaseCV, Rules: []placement.Rule{
		{Strategy: placement.BreadthFirst},
		{Strategy: placement.OuterEdge},
		{Strategy: placement.FewerPeople},
		{Strategy: placement.LessVolume, Descent: placement.DescentRepeat},
		{Strategy: placement.Alternate},
	}}
	return p
}

func (w *world) publishPlacing() {
	w.plans["binary"] = placingPlan()
	w.must(w.PublishPlan(w.t.Context(), store.NewPlan{Plan: w.plans["binary"], Name: "Binary plan", Source: "binary"}))
	w.must(w.Enroll(w.t.Context(), []store.NewDistributor{placed("root", "", 0)}))
}

// automatic is somebody who is placed beneath a sponsor by a strategy, 0 for the plan's.
func automatic(id, sponsor string, strategy placement.Strategy, leg int32) store.NewDistributor {
	n := placed(id, "", 0)
	n.SponsorID, n.Automatic = sponsor, &store.AutomaticPlace{Strategy: strategy, Leg: leg}
	n.Content = store.Content{{"sponsor_id", sponsor}, {"automatic.strategy", strategy.String()}, {"automatic.leg", fmt.Sprint(leg)}}
	return n
}

// placementsAtOnce is how many are enrolled at once under one sponsor: 10,000 with UPLINE_PLACEMENTS=10000.
func placementsAtOnce() int {
	if n, err := strconv.Atoi(os.Getenv("UPLINE_PLACEMENTS")); err == nil {
		return n
	}
	return 150
}

// everybody reads all distributors of a tree in the order in which they were placed, and checks that it is a tree: everybody's way up ends
// at the root, and no leg holds two.
func everybody(t *testing.T, s *store.Store) []store.Distributor {
	t.Helper()
	root, err := s.GetDistributor(t.Context(), "root")
	if err != nil {
		t.Fatal(err)
	}
	list := []store.Distributor{root}
	for after := ""; ; {
		members, next, err := s.Downline(t.Context(), "root", false, 0, after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range members {
			d, err := s.GetDistributor(t.Context(), m.Distributor.DistributorID)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, d)
		}
		if after = next; next == "" {
			break
		}
	}
	slices.SortFunc(list, func(a, b store.Distributor) int { return cmp.Compare(a.Origin.Seq, b.Origin.Seq) })
	holders, above := map[string]string{}, map[string]string{}
	for _, d := range list {
		place := fmt.Sprintf("%s/%d", d.ParentID, d.Leg)
		if other := holders[place]; other != "" {
			t.Errorf("%s and %s stand in %s", other, d.DistributorID, place)
		}
		holders[place], above[d.DistributorID] = d.DistributorID, d.ParentID
	}
	for _, d := range list {
		at := d.DistributorID
		for range list {
			if at == "root" {
				break
			}
			at = above[at]
		}
		if at != "root" {
			t.Errorf("the way up from %s does not end at the root", d.DistributorID)
		}
	}
	return list
}

// holdAgainstModel places everybody anew, one after the other in their order, in a tree of calc/placement, and compares.
func holdAgainstModel(t *testing.T, list []store.Distributor, volumes map[string]int64, rules []placement.Rule) {
	t.Helper()
	tree, err := placement.New(placement.Shape{Width: 2})
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int32{}
	for i, d := range list {
		row := int32(i)
		rows[d.DistributorID] = row
		if d.Origin.Seq != int64(i)+1 {
			t.Fatalf("placement %d is %s, number %d of the order", i+1, d.DistributorID, d.Origin.Seq)
		}
		if err := tree.AddVolume(row, volumes[d.DistributorID]); err != nil {
			t.Fatal(err)
		}
		want := placement.Place{Parent: placement.Nobody}
		if d.ParentID != "" {
			want = placement.Place{Parent: rows[d.ParentID], Leg: uint8(d.Leg)}
		}
		if d.Origin.Strategy == 0 {
			if err := tree.Place(row, want, placement.Nobody); err != nil {
				t.Fatal(err)
			}
			continue
		}
		rule := rules[d.Origin.Strategy-1]
		rule.Leg = uint8(d.Origin.Leg)
		got, err := tree.Auto(row, rows[d.SponsorID], rule)
		if err != nil || got != want {
			t.Fatalf("%v: placement %d, %s beneath %s: stands at %v, and belongs at %v, %v", rule.Strategy, i+1, d.DistributorID, d.SponsorID, want, got, err)
		}
	}
}

// Thousands are enrolled at once beneath one sponsor, through two servers. Nobody is lost or doubled, and the places are those that the
// strategy gives one after the other in the order that was committed.
func TestEnroll_AutomaticPlacesAtOnce(t *testing.T) {
	n := placementsAtOnce()
	for _, strategy := range []placement.Strategy{placement.BreadthFirst, placement.OuterEdge, placement.FewerPeople, placement.LessVolume, placement.Alternate} {
		t.Run(strategy.String(), func(t *testing.T) {
			eachPair(t, func(t *testing.T, a, b store.Engine) { placeAtOnce(t, a, b, strategy, n) })
		})
	}
}

func placeAtOnce(t *testing.T, a, b store.Engine, strategy placement.Strategy, n int) {
	w := newWorld(t, a)
	w.publishPlacing()
	volumes := map[string]int64{}
	for _, hand := range []store.NewDistributor{placed("l", "root", 1), placed("r", "root", 2), placed("ll", "l", 1), placed("rr", "r", 2)} {
		w.must(w.Enroll(t.Context(), []store.NewDistributor{hand}))
	}
	for i, seller := range []string{"ll", "ll", "rr", "r"} {
		s := sale(fmt.Sprintf("v%d", i))
		s.DistributorID, s.ProductID = seller, "kit"
		w.must(w.RecordSales(t.Context(), []store.NewSale{s}))
		volumes[seller] += 200_000
	}
	servers := []*store.Store{w.open(a), w.open(b)}
	var enrolled, next atomic.Int64
	var wg sync.WaitGroup
	leg := int32(0)
	if strategy == placement.OuterEdge {
		leg = 1
	}
	for caller := range 64 {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				d := automatic(fmt.Sprintf("d%05d", i), "root", strategy, leg)
				got, err := servers[caller%2].Enroll(t.Context(), []store.NewDistributor{d})
				if errors.Is(err, store.ErrUnavailable) {
					got, err = servers[(caller+1)%2].Enroll(t.Context(), []store.NewDistributor{d})
				}
				if err != nil {
					t.Error(err)
					return
				}
				enrolled.Add(1)
				if i%50 == 0 { // sent again, through the other server
					again, err := servers[(caller+1)%2].Enroll(t.Context(), []store.NewDistributor{d})
					if err != nil || !reflect.DeepEqual(again[0], got[0]) {
						t.Errorf("%s stands at %+v, and sent again at %+v, %v", d.DistributorID, got[0], again, err)
					}
				}
			}
		})
	}
	wg.Wait()
	list := everybody(t, w.Store)
	if enrolled.Load() != int64(n) || len(list) != n+5 {
		t.Fatalf("%d of %d enrolled, %d in the tree", enrolled.Load(), n, len(list))
	}
	holdAgainstModel(t, list, volumes, w.plans["binary"].Placing.Rules)
	asOf := list[n].Origin.VolumeAsOfUS
	if strategy == placement.LessVolume && asOf != w.nowUS.Load() || strategy != placement.LessVolume && asOf != 0 {
		t.Errorf("volumes as of %d, at %d", asOf, w.nowUS.Load())
	}
}

// A server whose transactions fail before their commit, or are not heard of after it, goes on from what was committed.
func TestEnroll_FailedTransactionsLeaveTheTreeAsCommitted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine store.Engine) {
		w := newWorld(t, engine)
		w.publishPlacing()
		lost := errors.New("lost")
		server := w.open(storetest.Faulty(engine, func(name string, n int64) error {
			switch {
			case name != "enroll":
				return nil
			case n%3 == 1:
				return fmt.Errorf("%w: %w", store.ErrUnavailable, lost)
			case n%3 == 2:
				return storetest.AfterCommit(fmt.Errorf("%w: %w", store.ErrAmbiguous, lost))
			}
			return nil
		}))
		strategies := []placement.Strategy{placement.Alternate, placement.BreadthFirst, placement.FewerPeople}
		for i := range 30 {
			d := automatic(fmt.Sprintf("d%02d", i), "root", strategies[i%3], 0)
			var err error
			for range 3 {
				if _, err = server.Enroll(t.Context(), []store.NewDistributor{d}); err == nil {
					break
				}
				if !errors.Is(err, lost) {
					t.Fatal(err)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			if i%10 == 5 { // another server goes ahead meanwhile
				w.must(w.Enroll(t.Context(), []store.NewDistributor{automatic(fmt.Sprintf("e%02d", i), "root", placement.Alternate, 0)}))
			}
		}
		holdAgainstModel(t, everybody(t, w.Store), nil, w.plans["binary"].Placing.Rules)
	})
}

// What is refused in a group is nobody else's trouble.
func TestEnroll_RefusedCallsLeaveTheirGroupAlone(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publishPlacing()
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				good, bad := automatic(fmt.Sprintf("d%02d", i), "root", placement.Alternate, 0), automatic(fmt.Sprintf("x%02d", i), "nobody", 0, 0)
				list := []store.NewDistributor{good}
				if i%3 == 0 {
					list = append(list, bad)
				}
				_, err := w.Enroll(t.Context(), list)
				if refused := errors.Is(err, store.ErrUnknownDistributor); refused != (i%3 == 0) || !refused && err != nil {
					t.Errorf("call %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		list := everybody(t, w.Store)
		if len(list) != 41 {
			t.Errorf("%d in the tree", len(list))
		}
		holdAgainstModel(t, list, nil, w.plans["binary"].Placing.Rules)
	})
}

func TestEnroll_AutomaticRefusals(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publishPlacing()
		both := placed("x", "root", 1)
		both.Automatic = &store.AutomaticPlace{}
		top := automatic("x", "", 0, 0)
		noTree := distributor("x", "top", 3)
		noTree.Automatic = &store.AutomaticPlace{}
		for _, test := range []struct {
			name  string
			n     store.NewDistributor
			kind  error
			field string
		}{
			{"a place and a strategy", both, store.ErrInvalid, "distributors[0].automatic"},
			{"a strategy for a top", top, store.ErrNetworkRule, "distributors[0].sponsor_id"},
			{"a strategy in a plan without tree", noTree, store.ErrNetworkRule, "distributors[0].automatic"},
			{"an outer edge of no leg", automatic("x", "root", placement.OuterEdge, 0), store.ErrNetworkRule, "distributors[0].automatic"},
			{"a leg where the strategy chooses", automatic("x", "root", placement.Alternate, 1), store.ErrNetworkRule, "distributors[0].automatic"},
			{"a leg that is not there", automatic("x", "root", placement.OuterEdge, 3), store.ErrNetworkRule, "distributors[0].automatic.leg"},
		} {
			t.Run(test.name, func(t *testing.T) {
				_, err := w.Enroll(t.Context(), []store.NewDistributor{test.n})
				refused(t, err, test.kind, test.field)
			})
		}
		usual := placed("usual", "", 0)
		usual.SponsorID = "root"
		got, err := w.Enroll(t.Context(), []store.NewDistributor{usual})
		if err != nil || got[0].ParentID != "root" || got[0].Leg != 1 || got[0].Origin.Strategy != placement.BreadthFirst {
			t.Errorf("without a word of placement %+v, %v", got, err)
		}
	})
}

// Who was moved counts in the old place until the next period begins, so nobody is enrolled into it before.
func TestEnroll_FollowsMovesAndPassesOverHeldPlaces(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publishPlacing()
		for _, d := range []store.NewDistributor{placed("l", "root", 1), placed("r", "root", 2), placed("ll", "l", 1), placed("lll", "ll", 1)} {
			w.must(w.Enroll(t.Context(), []store.NewDistributor{d}))
		}
		_, _, err := w.ChangeNetwork(t.Context(), store.NetworkChange{
			DistributorID: "ll", EventID: "m", Kind: store.NetworkPlaced, ParentID: "r", Leg: 1, EffectiveAtUS: at(20, 0), Reason: "asked for",
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []*store.Store{w.Store, w.open(w.Engine())} { // one that follows, and one that reads anew
			_, err := s.Enroll(t.Context(), []store.NewDistributor{automatic("edge-of-left", "root", placement.OuterEdge, 1)})
			refused(t, err, store.ErrPlaceTaken, "distributors[0].automatic")
			_, err = s.Enroll(t.Context(), []store.NewDistributor{placed("x", "l", 1)})
			refused(t, err, store.ErrPlaceTaken, "distributors[0].placement")
		}
		got, err := w.Enroll(t.Context(), []store.NewDistributor{automatic("first", "root", placement.BreadthFirst, 0)})
		if err != nil || got[0].ParentID != "l" || got[0].Leg != 2 {
			t.Errorf("the first vacancy that nobody holds is %+v, %v", got, err)
		}
		got, err = w.open(w.Engine()).Enroll(t.Context(), []store.NewDistributor{automatic("edge-of-ll", "ll", placement.OuterEdge, 1)})
		if err != nil || got[0].ParentID != "lll" {
			t.Errorf("beneath who was moved %+v, %v", got, err)
		}
		w.nowUS.Store(at(33, 0))
		next := automatic("next-month", "root", placement.BreadthFirst, 0)
		next.EnrolledAtUS = at(32, 0)
		if got, err = w.Enroll(t.Context(), []store.NewDistributor{next}); err != nil || got[0].ParentID != "l" || got[0].Leg != 1 {
			t.Errorf("once the place is free %+v, %v", got, err)
		}
		members, _, err := w.Downline(t.Context(), "l", true, 1, "", 10)
		if err != nil || len(members) != 2 || members[0].Distributor.DistributorID != "next-month" {
			t.Errorf("beneath l stand %+v, %v", members, err)
		}
	})
}

// Nobody stands, in any period, beneath one who is not there yet.
func TestEnroll_NobodyIsPlacedBeneathOneOfALaterDay(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publishPlacing()
		later := automatic("later", "root", placement.OuterEdge, 1)
		later.EnrolledAtUS = at(20, 13)
		w.must(w.Enroll(t.Context(), []store.NewDistributor{later}))
		earlier := automatic("earlier", "root", placement.OuterEdge, 1)
		earlier.EnrolledAtUS = at(19, 23)
		_, err := w.Enroll(t.Context(), []store.NewDistributor{earlier})
		refused(t, err, store.ErrTimeOutOfRange, "distributors[0].enrolled_at")
		earlier.EnrolledAtUS = at(20, 2)
		got, err := w.Enroll(t.Context(), []store.NewDistributor{earlier})
		if err != nil || got[0].ParentID != "later" {
			t.Errorf("on the same day %+v, %v", got, err)
		}
	})
}

func TestEnroll_CallerWhoGivesUpLeavesTheQueue(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.publishPlacing()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				callerCtx := t.Context()
				if i%2 == 0 {
					callerCtx = ctx
				}
				_, err := w.Enroll(callerCtx, []store.NewDistributor{automatic(fmt.Sprintf("d%02d", i), "root", 0, 0)})
				if err != nil && !(i%2 == 0 && errors.Is(err, context.Canceled)) {
					t.Errorf("call %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		list := everybody(t, w.Store)
		if len(list) < 21 {
			t.Errorf("%d in the tree, of 21 and more", len(list))
		}
		holdAgainstModel(t, list, nil, w.plans["binary"].Placing.Rules)
	})
}
