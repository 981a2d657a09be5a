package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"upline/calc"
	"upline/calc/placement"
)

// Enroll adds distributors, all of them or none, each idempotent by its id. A sponsor or parent may stand earlier in the list.
// Fields of refusals are prefixed with `distributors[i].`.
//
// In a plan with a placement tree, enrolments are placed one after the other: each goes by the tree that all before it in the plan's
// order have made, through whichever server they came.
func (s *Store) Enroll(ctx context.Context, list []NewDistributor) ([]Distributor, error) {
	return s.enroll(ctx, list, nil)
}

func (s *Store) enroll(ctx context.Context, list []NewDistributor, chunk *ImportChunk) ([]Distributor, error) {
	call := &enrolmentCall{list: list, regions: make([]string, len(list)), chunk: chunk}
	placed := false
	for i, n := range list {
		var err error
		if call.regions[i], err = s.regionOf(ctx, n.Market, fmt.Sprintf("distributors[%d].market", i)); err != nil {
			return nil, err
		}
		isPlaced, err := s.hasPlacementTree(ctx, n.PlanID)
		if err != nil {
			return nil, err
		}
		placed = placed || isPlaced
	}
	if !placed {
		err := s.enrollTogether(ctx, []*enrolmentCall{call}, nil)
		if err == nil {
			return call.result, call.err
		}
		if !errors.Is(err, errReadAgain) { // else the plan was published just now
			return nil, err
		}
	}
	return s.enrolments.enroll(ctx, call)
}

// hasPlacementTree tells whether the plan has a placement tree, which never changes; a plan that is not published has none.
func (s *Store) hasPlacementTree(ctx context.Context, planID string) (bool, error) {
	if p, ok := s.plans.Load(planKey{planID, 1}); ok {
		return p.(*calc.Plan).PlacementWidth > 0, nil
	}
	has := false
	err := s.engine.Read(ctx, "plan", func(c Conn) error {
		p, err := s.plan(c, planID, 1)
		if errors.Is(err, ErrUnknownPlan) {
			return nil // who enrols is told by the transaction
		}
		has = err == nil && p.PlacementWidth > 0
		return err
	})
	return has, err
}

// enrolmentCall is one call of Enroll.
type enrolmentCall struct {
	groupPlace
	list    []NewDistributor
	regions []string
	chunk   *ImportChunk // of a file; nil for other calls
	result  []Distributor
	err     error // why the call was refused; the others of its transaction go on
}

// enrollTogether runs calls in one transaction, one after the other. The error is that of the transaction; a refusal stands in its call.
// trees holds the placement trees, for whoever leads the queue; without one that is needed the error is errReadAgain.
func (s *Store) enrollTogether(ctx context.Context, calls []*enrolmentCall, trees map[string]*placedTree) error {
	return s.engine.Write(ctx, "enroll", func(c Conn) error {
		e := enrolment{
			store: s, conn: c, trees: trees, known: map[string]Distributor{}, content: map[string][]byte{}, from: map[string]byCadence{},
			plans: map[string]*enrolmentPlan{},
		}
		if err := e.read(calls); err != nil {
			return err
		}
		for _, call := range calls {
			if err := e.run(call); err != nil {
				return err
			}
		}
		for _, p := range e.plans {
			if p.tree != nil {
				p.tree.writeOrder(&e.writes)
			}
		}
		return c.Send(joinInserts(&e.writes))
	})
}

// enrolment is a transaction of Enroll.
type enrolment struct {
	store   *Store
	conn    Conn
	trees   map[string]*placedTree
	known   map[string]Distributor // all that the calls name and the database has, then also those added
	content map[string][]byte      // what enrolled the known ones
	from    map[string]byCadence   // from which periods those added count
	plans   map[string]*enrolmentPlan
	writes  Batch
	call    *enrolmentCall // the one that is carried out
}

// enrolmentPlan is what a transaction knows of a plan.
type enrolmentPlan struct {
	err     error // why nobody can be enrolled in it
	newest  *calc.Plan
	placing *calc.Placing // of the version in force
	firstUS int64
	tree    *placedTree // nil without a placement tree
	// stamps are the periods from which on somebody counts, by when they were enrolled.
	stamps map[int64][]stamp
}

// read reads everything that the calls name, in a few round trips whatever their number.
func (e *enrolment) read(calls []*enrolmentCall) error {
	var b Batch
	asked := map[string]bool{"": true}
	for _, call := range calls {
		call.result, call.err = nil, nil
		for _, n := range call.list {
			for _, id := range []string{n.DistributorID, n.SponsorID, n.ParentID} {
				if asked[id] {
					continue
				}
				asked[id] = true
				b.Query(`SELECT `+sqlWholeColumns+`, `+sqlOriginColumns+`, e.content FROM positions d
					JOIN network_events e ON e.plan_id = d.plan_id AND e.distributor_id = d.distributor_id AND e.event_id = d.distributor_id
					WHERE d.distributor_id = $1`, []any{id}, func(r Row) error {
					d := scanWhole(r)
					d.Origin = scanOrigin(r)
					e.known[id], e.content[id] = d, append([]byte(nil), r.Bytes(wholeColumns+originColumns)...)
					return nil
				})
			}
		}
	}
	if err := e.conn.Send(&b); err != nil {
		return err
	}
	for _, call := range calls {
		for _, n := range call.list {
			if e.plans[n.PlanID] != nil {
				continue
			}
			p, err := e.readPlan(n.PlanID)
			if err != nil {
				return err
			}
			e.plans[n.PlanID] = p
		}
	}
	return e.readStamps(calls)
}

// readPlan reads what is needed of a plan. A plan that is not there is no error of the transaction.
func (e *enrolment) readPlan(planID string) (*enrolmentPlan, error) {
	p := &enrolmentPlan{stamps: map[int64][]stamp{}}
	if p.newest, p.err = e.store.newestPlan(e.conn, planID); errors.Is(p.err, ErrUnknownPlan) {
		return p, nil
	}
	if p.err != nil {
		return nil, p.err
	}
	first, err := e.store.plan(e.conn, planID, 1)
	if err != nil {
		return nil, err
	}
	p.firstUS = first.ValidFromUS
	if p.newest.PlacementWidth == 0 {
		return p, nil
	}
	inForce, err := e.store.planInForce(e.conn, planID)
	if err != nil {
		return nil, err
	}
	p.placing = inForce.Placing
	if p.tree = e.trees[planID]; p.tree == nil {
		return nil, errReadAgain
	}
	// An attempt before, which the database has dropped, is taken back first.
	if err := p.tree.backTo(0); err != nil {
		return nil, err
	}
	return p, p.tree.follow(e.conn)
}

// planInForce returns the version that holds now, or the first one before there is any.
func (s *Store) planInForce(c Conn, planID string) (*calc.Plan, error) {
	version, err := planVersionAt(c, planID, s.nowUS())
	if err != nil {
		return nil, err
	}
	return s.plan(c, planID, max(version, 1))
}

// readStamps reads the gates of all enrolments.
func (e *enrolment) readStamps(calls []*enrolmentCall) error {
	var gates []gate
	var to []map[int64][]stamp
	for _, call := range calls {
		for _, n := range call.list {
			p := e.plans[n.PlanID]
			if p.err != nil {
				continue
			}
			if _, asked := p.stamps[n.EnrolledAtUS]; asked {
				continue
			}
			p.stamps[n.EnrolledAtUS] = nil
			gates = append(gates, gate{p.newest, allCadences, max(n.EnrolledAtUS, p.firstUS), nil})
			to = append(to, p.stamps)
		}
	}
	stamps, err := stampsOf(e.conn, gates)
	if err != nil {
		return err
	}
	k := 0
	for _, call := range calls {
		for _, n := range call.list {
			if p := e.plans[n.PlanID]; p.err == nil && p.stamps[n.EnrolledAtUS] == nil {
				to[k][n.EnrolledAtUS] = stamps[k]
				k++
			}
		}
	}
	return nil
}

// run carries out one call. When it is refused, everything that it has added is taken back; the error is one that the transaction
// cannot go on after.
func (e *enrolment) run(call *enrolmentCall) error {
	e.call = call
	written := len(e.writes.Items)
	marks := map[*placedTree]int{}
	for _, p := range e.plans {
		if p.tree != nil {
			marks[p.tree] = p.tree.mark()
		}
	}
	var added []string
	for i := range call.list {
		id := call.list[i].DistributorID
		_, before := e.known[id]
		err := e.add(i)
		if _, after := e.known[id]; after && !before {
			added = append(added, id)
		}
		if err == nil {
			continue
		}
		var refusal *Refusal
		if !errors.As(err, &refusal) {
			return err
		}
		call.result, call.err = nil, err
		clear(e.writes.Items[written:])
		e.writes.Items = e.writes.Items[:written]
		for _, id := range added {
			delete(e.known, id)
			delete(e.content, id)
			delete(e.from, id)
		}
		for tree, mark := range marks {
			if err := tree.backTo(mark); err != nil {
				return err
			}
		}
		return nil
	}
	if call.chunk != nil {
		call.chunk.write(&e.writes, call.list[0].PlanID, e.store.nowUS())
	}
	return nil
}

func (e *enrolment) refuse(i int, kind error, field, problem, remedy string) error {
	return &Refusal{
		Kind: kind, IDs: []string{"distributor_id", e.call.list[i].DistributorID},
		Fields: []FieldProblem{{fmt.Sprintf("distributors[%d].%s", i, field), problem, remedy}},
	}
}

func (e *enrolment) add(i int) error {
	n := e.call.list[i]
	content := n.Content.encode()
	if d, ok := e.known[n.DistributorID]; ok {
		if err := repeated(e.content[n.DistributorID], n.Content, fmt.Sprintf("distributors[%d].", i), "distributor_id", n.DistributorID); err != nil {
			return err
		}
		e.call.result = append(e.call.result, d)
		return nil
	}
	now := e.store.nowUS()
	if n.EnrolledAtUS > now+futureMaxUS {
		return e.refuse(i, ErrTimeOutOfRange, "enrolled_at", "lies in the future", "send it when it has happened")
	}
	p := e.plans[n.PlanID]
	if p.err != nil {
		return prefixed(p.err, fmt.Sprintf("distributors[%d].plan_id", i), "the plan is not published")
	}
	if err := e.checkAbove(i, p.newest); err != nil {
		return err
	}
	d := Distributor{
		DistributorID: n.DistributorID, PlanID: n.PlanID, Market: n.Market, Region: e.call.regions[i], SponsorID: n.SponsorID,
		ParentID: n.ParentID, Leg: n.Leg, EnrolledAtUS: n.EnrolledAtUS, RecordedAtUS: now,
		OwnerID: n.OwnerID, Registration: n.Registration, Standing: StandingActive,
	}
	if p.tree != nil {
		if err := e.place(i, p, &d); err != nil {
			return err
		}
	}
	from, restated, err := e.countsFrom(&d, p)
	if err != nil {
		return err
	}
	event := enrolmentOf(d, from, restated)
	event.content = content
	e.from[d.DistributorID] = from
	insertNetworkEvent(&e.writes, &event)
	e.writes.Exec(sqlInsertPosition, appendPosition(nil, &d)...)
	if d.ParentID != "" {
		var before slotHolder
		if p.tree.holder(d.ParentID, d.Leg).freeAtUS > 0 {
			before.id = d.DistributorID // the row of whoever was moved away is there
		}
		before.take(&e.writes, slot{d.ParentID, d.Leg}, d.DistributorID)
	}
	e.known[d.DistributorID], e.content[d.DistributorID] = d, content
	e.call.result = append(e.call.result, d)
	return nil
}

// countsFrom gives the periods that a distributor counts from, and, where those are closed and the plan restates, the ones in whose close
// they are computed again. Nobody counts from an earlier period than those who stand above.
func (e *enrolment) countsFrom(d *Distributor, p *enrolmentPlan) (from, restated byCadence, err error) {
	for _, st := range p.stamps[d.EnrolledAtUS] {
		for _, id := range []string{d.SponsorID, d.ParentID} {
			if id == "" || st.restates == 0 {
				continue
			}
			if above, here := e.from[id]; here {
				st.restates = max(st.restates, above[st.cadence])
			} else if st, err = st.among(e.conn, d.PlanID, []string{id}); err != nil {
				return from, restated, err
			}
		}
		if st.restates >= st.no {
			st.restates = 0
		}
		from[st.cadence], restated[st.cadence] = st.counted()
	}
	return from, restated, nil
}

// checkAbove refuses an unknown or foreign sponsor or parent, and one who came later.
func (e *enrolment) checkAbove(i int, plan *calc.Plan) error {
	n := e.call.list[i]
	for _, above := range []struct{ field, id string }{{"sponsor_id", n.SponsorID}, {"placement.parent_id", n.ParentID}} {
		if above.id == "" {
			continue
		}
		d, ok := e.known[above.id]
		switch {
		case !ok:
			return e.refuse(i, ErrUnknownDistributor, above.field, fmt.Sprintf("%q is not enrolled", above.id), "enrol the one above first, or put them earlier in the batch")
		case d.PlanID != n.PlanID:
			return e.refuse(i, ErrNetworkRule, above.field, fmt.Sprintf("%q is paid by plan %q", above.id, d.PlanID), "name a distributor of the same plan")
		case above.id == n.SponsorID && above.field == "sponsor_id" && d.Standing == StandingTerminated:
			return e.refuse(i, ErrTerminated, above.field, fmt.Sprintf("%q was terminated at %s", above.id, formatUS(d.StandingAtUS)), "name a sponsor who belongs to the company")
		case d.EnrolledAtUS > n.EnrolledAtUS:
			return e.refuse(i, ErrTimeOutOfRange, "enrolled_at", fmt.Sprintf("lies before %q, who stands above, was enrolled", above.id), "nobody can be enrolled under one who comes later")
		}
	}
	switch {
	case plan.PlacementWidth == 0 && n.ParentID != "":
		return e.refuse(i, ErrNetworkRule, "placement", "the plan has no placement tree", "leave the placement out")
	case plan.PlacementWidth == 0 && n.Automatic != nil:
		return e.refuse(i, ErrNetworkRule, "automatic", "the plan has no placement tree", "leave it out")
	case n.ParentID != "" && n.Automatic != nil:
		return e.refuse(i, ErrInvalid, "automatic", "a place is named, too", "give `placement` or `automatic`")
	case n.ParentID != "" && n.SponsorID == "":
		return e.refuse(i, ErrNetworkRule, "sponsor_id", "a place is given and no sponsor", "name the sponsor, or leave the place out for a top")
	case n.Automatic != nil && n.SponsorID == "":
		return e.refuse(i, ErrNetworkRule, "sponsor_id", "a place is asked for and no sponsor named", "name the sponsor, or leave `automatic` out for a top")
	}
	return nil
}

// place finds the distributor's place in the tree, or takes the one that is named.
func (e *enrolment) place(i int, p *enrolmentPlan, d *Distributor) error {
	n := e.call.list[i]
	switch {
	case n.ParentID != "":
		if n.Leg > p.newest.PlacementWidth {
			return e.refuse(i, ErrNetworkRule, "placement.leg", fmt.Sprintf("is %d and the tree has %d legs", n.Leg, p.newest.PlacementWidth), "name one of the tree's legs")
		}
	case n.SponsorID == "":
	default:
		var asked AutomaticPlace
		if n.Automatic != nil {
			asked = *n.Automatic
		}
		field := "automatic"
		if n.Automatic == nil && p.placing == nil {
			return e.refuse(i, ErrNetworkRule, "placement", "the plan has a placement tree, no place is given, and the plan places nobody automatically",
				"name the parent and the leg")
		}
		if asked.Leg > p.newest.PlacementWidth {
			return e.refuse(i, ErrNetworkRule, "automatic.leg", fmt.Sprintf("is %d and the tree has %d legs", asked.Leg, p.newest.PlacementWidth), "name one of the tree's legs")
		}
		rule, err := p.placing.Rule(asked.Strategy, uint8(asked.Leg))
		if err != nil {
			problem, remedy := refusalWords(err)
			return e.refuse(i, ErrNetworkRule, field, problem, remedy)
		}
		if err := p.tree.auto(d, rule); err != nil {
			return e.refusedPlace(i, p, field, err)
		}
		return nil
	}
	if err := p.tree.byHand(d); err != nil {
		return e.refusedPlace(i, p, "placement", err)
	}
	return nil
}

// refusedPlace turns what the tree says into a refusal.
func (e *enrolment) refusedPlace(i int, p *enrolmentPlan, field string, err error) error {
	n := e.call.list[i]
	switch {
	case errors.Is(err, placement.ErrTaken):
		return e.refuse(i, ErrPlaceTaken, field, fmt.Sprintf("leg %d of %q is taken by %q", n.Leg, n.ParentID, p.tree.holder(n.ParentID, n.Leg).id), "choose a free place")
	case errors.Is(err, errHeld) && n.ParentID != "":
		return e.refuse(i, ErrPlaceTaken, field, fmt.Sprintf("leg %d of %q counts as held by one who has moved away, until %s", n.Leg, n.ParentID,
			formatUS(p.tree.holder(n.ParentID, n.Leg).freeAtUS)), "choose another place, or a later time")
	case errors.Is(err, errLater):
		return e.refuse(i, ErrTimeOutOfRange, "enrolled_at", "lies on an earlier day than the enrolment of the one beneath whom the strategy leads",
			"enrol in the order of the days, name a place, or ask for another strategy")
	case errors.Is(err, errHeld):
		return e.refuse(i, ErrPlaceTaken, field, "the strategy leads to a place that counts as held by one who has moved away", "ask for another strategy, name a place, or enrol later")
	case errors.Is(err, placement.ErrFull):
		return e.refuse(i, ErrNetworkRule, field, fmt.Sprintf("there is no vacant place beneath %q within the levels that the rule may use", n.SponsorID),
			"name another sponsor, another strategy, or a place")
	case errors.Is(err, placement.ErrDepth):
		return e.refuse(i, ErrNetworkRule, field, fmt.Sprintf("the place is deeper than the %d levels of the tree", p.newest.PlacementDepth), "name a place further up")
	case errors.Is(err, placement.ErrSponsor):
		return e.refuse(i, ErrNetworkRule, "sponsor_id", fmt.Sprintf("%q has no place in the placement tree", n.SponsorID), "name a sponsor who has one")
	case errors.Is(err, placement.ErrParent):
		return e.refuse(i, ErrNetworkRule, field, fmt.Sprintf("%q has no place in the placement tree", n.ParentID), "name a parent who has one")
	}
	return err
}

// refusalWords takes an error of the form `package: kind: problem; remedy` apart.
func refusalWords(err error) (problem, remedy string) {
	_, text, _ := strings.Cut(err.Error(), ": ")
	problem, remedy, _ = strings.Cut(text, "; ")
	return problem, remedy
}
