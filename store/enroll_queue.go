package store

import (
	"context"
	"errors"
	"sync"
)

// enrolmentQueue lets the enrolments into placement trees of one server go one group after the other. The order of placements is one
// row for each plan, so transactions that place in the same plan cannot go side by side anyway; in groups they need not. Only the leader
// of a group touches the trees.
type enrolmentQueue struct {
	store  *Store
	groups callGroups[*enrolmentCall]

	mu sync.Mutex
	// fresh holds trees that were read anew in the background, for the leader to take; reading tells of which plans that is going on.
	fresh   map[string]*placedTree
	reading map[string]bool

	trees map[string]*placedTree // the leader's
}

func (q *enrolmentQueue) init(s *Store) {
	q.store = s
	q.groups = callGroups[*enrolmentCall]{
		join: joinEnrolments, carryOut: q.carryOut,
		fail: func(call *enrolmentCall) {
			q.trees = nil
			call.result, call.err = nil, ErrUnavailable
		},
	}
}

const (
	// groupCallsMax and groupPlacesMax bound a group; a single call may have more distributors than that.
	groupCallsMax  = 128
	groupPlacesMax = 512
	// readAgainMax is how often a group begins anew because a tree had to be read. Two servers that move people all the time, on a machine
	// that has other work, came to ten.
	readAgainMax = 50
	// volumeAgeUS is how old the volumes may get that less_volume decides by before they are read anew, behind the enrolments.
	volumeAgeUS = 60 * 1_000_000
)

// enroll carries out a call, and returns when it is committed or refused.
func (q *enrolmentQueue) enroll(ctx context.Context, call *enrolmentCall) ([]Distributor, error) {
	if err := q.groups.do(ctx, call); err != nil {
		return nil, err
	}
	return call.result, call.err
}

func joinEnrolments(group []*enrolmentCall, next *enrolmentCall) bool {
	places := len(next.list)
	for _, call := range group {
		places += len(call.list)
	}
	return len(group) < groupCallsMax && places <= groupPlacesMax
}

// carryOut runs a group.
func (q *enrolmentQueue) carryOut(ctx context.Context, group []*enrolmentCall) {
	together(ctx, group, q.commit, func(call *enrolmentCall, err error) { call.result, call.err = nil, err })
}

// commit runs a group in one transaction, and brings the trees to what was committed.
func (q *enrolmentQueue) commit(ctx context.Context, group []*enrolmentCall) error {
	var err error
	for range readAgainMax {
		if err = q.prepare(ctx, group); err != nil {
			return err
		}
		if err = q.store.enrollTogether(ctx, group, q.trees); err == nil {
			for _, t := range q.trees {
				t.settled()
			}
			return nil
		}
		// Nothing was committed, or it is not known. What was follows from the order the next time.
		q.rollBack()
		if !errors.Is(err, errReadAgain) {
			return err
		}
	}
	return errors.Join(ErrUnavailable, err)
}

// rollBack takes back what trees hold of a transaction that has not committed. Those that cannot are dropped.
func (q *enrolmentQueue) rollBack() {
	for id, t := range q.trees {
		if t.backTo(0) != nil {
			delete(q.trees, id)
		}
	}
}

// prepare reads the trees that a group needs and that are not there.
func (q *enrolmentQueue) prepare(ctx context.Context, group []*enrolmentCall) error {
	if q.trees == nil {
		q.trees = map[string]*placedTree{}
	}
	q.takeFresh()
	for _, call := range group {
		for _, n := range call.list {
			has, err := q.store.hasPlacementTree(ctx, n.PlanID)
			if err != nil {
				return err
			}
			if !has {
				continue
			}
			t := q.trees[n.PlanID]
			stale := false
			if t != nil && t.volumeAsOfUS > 0 {
				if stale, err = q.checkVolumes(ctx, t); err != nil {
					return err
				}
			}
			if t != nil && !stale {
				continue
			}
			if t, err = q.read(ctx, n.PlanID); err != nil {
				return err
			}
			q.trees[n.PlanID] = t
		}
	}
	return nil
}

// read reads a tree from the store in one go.
func (q *enrolmentQueue) read(ctx context.Context, planID string) (t *placedTree, err error) {
	err = q.store.engine.Read(ctx, "placement_tree", func(c Conn) error {
		t, err = q.store.readPlacedTree(c, planID)
		return err
	})
	return t, err
}

// checkVolumes tells whether the tree's volumes are those of a period that is over. When they are only old, they are read anew in the
// background, and placements go on by the old ones.
func (q *enrolmentQueue) checkVolumes(ctx context.Context, t *placedTree) (stale bool, err error) {
	now := q.store.nowUS()
	if now-t.volumeAsOfUS < volumeAgeUS {
		return false, nil
	}
	err = q.store.engine.Read(ctx, "running_period", func(c Conn) error {
		plan, err := q.store.planInForce(c, t.planID)
		if err != nil {
			return err
		}
		period, err := runningPeriod(c, plan, now)
		stale = period != t.volumePeriod
		return err
	})
	if err != nil || stale {
		return stale, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.reading[t.planID] {
		return false, nil
	}
	if q.reading == nil {
		q.reading, q.fresh = map[string]bool{}, map[string]*placedTree{}
	}
	q.reading[t.planID] = true
	go q.readAnew(context.WithoutCancel(ctx), t.planID)
	return false, nil
}

// readAnew reads a tree beside the enrolments. When it fails, whoever enrols next asks again.
func (q *enrolmentQueue) readAnew(ctx context.Context, planID string) {
	ctx, cancel := context.WithTimeout(ctx, groupTime)
	defer cancel()
	t, err := q.read(ctx, planID)
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.reading, planID)
	if err == nil {
		q.fresh[planID] = t
	}
}

// takeFresh puts trees that were read in the background in the place of those that are there.
func (q *enrolmentQueue) takeFresh() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for id, t := range q.fresh {
		q.trees[id] = t
		delete(q.fresh, id)
	}
}
