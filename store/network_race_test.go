package store_test

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"upline/calc"
	"upline/store"
)

// treePlan closes weeks and months and has a placement tree of two legs.
func treePlan() *calc.Plan {
	p := binaryPlan()
	p.ID, p.Digest, p.Late = "tree", sha256.Sum256([]byte("tree")), calc.LateRestate
	p.Bonuses = append(p.Bonuses, calc.Bonus{Name: "week", Cadence: calc.Weekly, Direct: &calc.Direct{Rates: rated(0, 10_000_000)}})
	return p
}

// Enrolments, moves, terminations and closes race on two servers. Whatever comes first, both trees are trees at every time and in every
// period of every cadence, as it was first read and as it is read again after each correction: nobody stands under the own downline, no
// place holds two, nobody stands under one who is not there. UPLINE_TEST_NETWORK_OPS makes it longer.
func TestRace_TreesStayTreesUnderAnyInterleaving(t *testing.T) {
	ops := 1500
	if n, err := strconv.Atoi(os.Getenv("UPLINE_TEST_NETWORK_OPS")); err == nil {
		ops = n
	}
	eachPair(t, func(t *testing.T, a, b store.Engine) {
		w := newWorld(t, a)
		w.plans["tree"] = treePlan()
		w.must(w.PublishPlan(t.Context(), store.NewPlan{Plan: w.plans["tree"], Name: "Tree", Source: "tree"}))
		r := &treeRace{world: w, outcomes: map[string]int{}, servers: []*store.Store{w.Store, w.open(b)}}
		w.nowUS.Store(at(1, 0))
		r.enrol(w.Store, "root", "", "", 0, at(1, 0))
		seed := uint64(ops)
		var left atomic.Int64
		left.Store(int64(ops))
		var wg sync.WaitGroup
		for worker := range 8 {
			rnd := rand.New(rand.NewPCG(seed, uint64(worker)))
			wg.Go(func() {
				for left.Add(-1) >= 0 && !t.Failed() {
					r.step(rnd, r.servers[worker%2])
				}
			})
		}
		wg.Wait()
		r.check()
		t.Logf("seed %d: %v, %d transactions begun again", seed, r.outcomes, a.Stats().Retries+b.Stats().Retries)
		for _, outcome := range []string{"enrolled", "SPONSOR", "PLACED", "TERMINATED", "REINSTATED", "closed", store.ErrNetworkCycle.Error(), store.ErrPlaceTaken.Error()} {
			if r.outcomes[outcome] == 0 {
				t.Errorf("%q never came about, so that the race shows little", outcome)
			}
		}
	})
}

// treeRace is a network that many change at once.
type treeRace struct {
	*world
	servers  []*store.Store
	mutex    sync.Mutex
	ids      []string
	outcomes map[string]int
	changes  atomic.Int64
}

func (r *treeRace) note(outcome string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.outcomes[outcome]++
}

func (r *treeRace) any(rnd *rand.Rand) string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.ids[rnd.IntN(len(r.ids))]
}

// outcome notes how a call ended, and fails on what is no refusal.
func (r *treeRace) outcome(done string, err error) bool {
	var refusal *store.Refusal
	switch {
	case err == nil:
		r.note(done)
		return true
	case errors.As(err, &refusal):
		r.note(refusal.Kind.Error())
	default:
		r.t.Errorf("%s: %v", done, err)
	}
	return false
}

func (r *treeRace) enrol(s *store.Store, id, sponsor, parent string, leg int32, atUS int64) {
	n := placed(id, parent, leg)
	n.PlanID, n.SponsorID, n.EnrolledAtUS = "tree", sponsor, atUS
	if _, err := s.Enroll(r.t.Context(), []store.NewDistributor{n}); r.outcome("enrolled", err) {
		r.mutex.Lock()
		r.ids = append(r.ids, id)
		r.mutex.Unlock()
	}
}

const hourUS = 3_600_000_000

func (r *treeRace) step(rnd *rand.Rand, s *store.Store) {
	now := r.nowUS.Add(int64(rnd.IntN(5)) * hourUS / 2)
	no := r.changes.Add(1)
	effective := now
	if rnd.IntN(3) == 0 { // late, by up to ten days
		effective = max(at(1, 0), now-int64(rnd.IntN(240))*hourUS)
	}
	change := store.NetworkChange{
		DistributorID: r.any(rnd), EventID: fmt.Sprintf("e%05d", no), EffectiveAtUS: effective, Restate: rnd.IntN(3) == 0, Reason: "test",
	}
	switch k := rnd.IntN(20); {
	case k < 6:
		r.enrol(s, fmt.Sprintf("d%05d", no), r.any(rnd), r.any(rnd), 1+rnd.Int32N(2), effective)
		return
	case k < 12:
		change.Kind, change.SponsorID = store.NetworkSponsor, r.any(rnd)
	case k < 17:
		change.Kind, change.ParentID, change.Leg = store.NetworkPlaced, r.any(rnd), 1+rnd.Int32N(2)
	case k == 17:
		change.Kind = store.NetworkTerminated
	case k == 18:
		change.Kind = store.NetworkReinstated
	default:
		r.close(s, []calc.Cadence{calc.Weekly, calc.Monthly}[rnd.IntN(2)], now)
		return
	}
	_, _, err := s.ChangeNetwork(r.t.Context(), change)
	r.outcome(string(change.Kind), err)
}

// close shuts the earliest open period that is over; what a run would compute is of no interest here.
func (r *treeRace) close(s *store.Store, cadence calc.Cadence, nowUS int64) {
	closed := false
	err := s.Engine().Write(r.t.Context(), "close", func(c store.Conn) error {
		closed = false
		p := calc.PeriodAt(cadence, nil, at(1, 0))
		err := c.Query(`SELECT CAST(COALESCE(MAX(period_no), 0) AS BIGINT) FROM periods WHERE plan_id = 'tree' AND cadence = $1`, []any{int64(cadence)}, func(row store.Row) error {
			if row.Int(0) != 0 {
				p = calc.PeriodByNo(cadence, nil, row.Int(0)+1)
			}
			return nil
		})
		if err != nil || p.EndUS > nowUS {
			return err
		}
		closed = true
		_, err = c.Exec(`INSERT INTO periods (plan_id, cadence, period_no, state, start_us, end_us, tally_no) VALUES ('tree', $1, $2, 'CLOSED', $3, $4, 0)`,
			int64(cadence), p.No, p.StartUS, p.EndUS)
		return err
	})
	if err != nil {
		r.t.Error(err)
	} else if closed {
		r.note("closed")
	}
}

// raceEvent is an event of the network as the database has it.
type raceEvent struct {
	distributor, id, kind, sponsor, parent string
	leg, effectiveUS                       int64
	from, restated                         [calc.CadenceMax + 1]int64
}

func (r *treeRace) events() (events []raceEvent) {
	r.t.Helper()
	err := r.Engine().Read(r.t.Context(), "events", func(c store.Conn) error {
		events = nil
		return c.Query(`SELECT distributor_id, event_id, kind, sponsor_id, parent_id, leg, effective_at_us, from_daily, from_weekly, from_monthly, from_quarterly,
			from_yearly, from_half_monthly, from_biweekly, from_four_weekly, restated_daily, restated_weekly, restated_monthly, restated_quarterly,
			restated_yearly, restated_half_monthly, restated_biweekly, restated_four_weekly FROM network_events WHERE plan_id = 'tree'`,
			nil, func(row store.Row) error {
				e := raceEvent{row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Text(4), row.Int(5), row.Int(6), [calc.CadenceMax + 1]int64{}, [calc.CadenceMax + 1]int64{}}
				for i := range int(calc.CadenceMax) {
					e.from[i+1], e.restated[i+1] = row.Int(7+i), row.Int(7+int(calc.CadenceMax)+i)
				}
				events = append(events, e)
				return nil
			})
	})
	if err != nil {
		r.t.Fatal(err)
	}
	enrolment := func(e raceEvent) int { return min(1, len(strings.TrimPrefix(e.kind, "ENROLLED"))) } // an enrolment comes first
	slices.SortFunc(events, func(a, b raceEvent) int {
		return cmp.Or(cmp.Compare(a.effectiveUS, b.effectiveUS), enrolment(a)-enrolment(b), strings.Compare(a.id, b.id))
	})
	return events
}

// check looks at the trees of every time and of every period, as read at every close.
func (r *treeRace) check() {
	events := r.events()
	for _, e := range events {
		if !r.isTree(events, fmt.Sprint("at ", e.effectiveUS), func(o raceEvent) bool { return o.effectiveUS <= e.effectiveUS }) {
			return
		}
	}
	for cadence := calc.Daily; cadence <= calc.CadenceMax; cadence++ {
		var periods []int64
		for _, e := range events {
			periods = append(periods, e.from[cadence], e.restated[cadence])
		}
		slices.Sort(periods)
		periods = slices.Compact(periods)
		for _, no := range periods {
			for _, asOf := range periods {
				if asOf < no || no == 0 {
					continue
				}
				if !r.isTree(events, fmt.Sprintf("%v period %d as of %d", cadence, no, asOf), func(o raceEvent) bool {
					return o.from[cadence] <= no && o.restated[cadence] <= asOf
				}) {
					return
				}
			}
		}
	}
}

// isTree folds the events in view, one after the other, and tells whether what they come to are two trees.
func (r *treeRace) isTree(events []raceEvent, view string, sees func(raceEvent) bool) bool {
	sponsor, parent, place := map[string]string{}, map[string]string{}, map[string]string{}
	for _, e := range events {
		if !sees(e) {
			continue
		}
		if _, there := sponsor[e.distributor]; !there && e.kind != "ENROLLED" {
			r.t.Errorf("%s: %s of %s counts before the enrolment", view, e.id, e.distributor)
			return false
		}
		if e.kind == "ENROLLED" || e.kind == "SPONSOR" {
			sponsor[e.distributor] = e.sponsor
		}
		if e.kind == "ENROLLED" || e.kind == "PLACED" {
			parent[e.distributor], place[e.distributor] = e.parent, fmt.Sprint(e.parent, "/", e.leg)
		}
	}
	holders := map[string]string{}
	for id := range sponsor {
		if parent[id] != "" {
			if other, taken := holders[place[id]]; taken {
				r.t.Errorf("%s: %s and %s both stand in %s", view, id, other, place[id])
				return false
			}
			holders[place[id]] = id
		}
		for name, tree := range map[string]map[string]string{"sponsor": sponsor, "placement": parent} {
			at, steps := id, 0
			for ; tree[at] != ""; steps++ {
				if at = tree[at]; steps > len(tree) {
					r.t.Errorf("%s: %s stands under the own downline in the %s tree", view, id, name)
					return false
				}
				if _, there := tree[at]; !there {
					r.t.Errorf("%s: %s stands under %s, who is not there, in the %s tree", view, id, at, name)
					return false
				}
			}
		}
	}
	return true
}
