package store

import (
	"context"
	"fmt"
	"strings"

	"upline/calc"
)

// NetworkChange is a change of one distributor's place in the company. Which fields it reads depends on Kind. Content is what the
// client sent.
type NetworkChange struct {
	DistributorID, EventID string
	Kind                   NetworkEventKind
	SponsorID              string // SPONSOR; "" makes a top of the sponsor tree
	ParentID               string // PLACED
	Leg                    int32  // PLACED
	Registration           Registration
	EffectiveAtUS          int64
	Reason                 string
	// Restate counts the change from the time that it names, also in periods that are closed: they are corrected when the next
	// periods close. Else it counts in open periods only.
	Restate bool
	Content Content
}

// ChangeNetwork records a change, idempotent by its event id within the distributor, and returns it with the distributor as it then
// is. Whoever stands below moves along.
//
// It counts in the first period of each cadence that begins at or after the effective time: a period sees the trees as they stood
// when it began. A change dated to the very moment of the enrolment corrects that, and counts in all the distributor's periods.
func (s *Store) ChangeNetwork(ctx context.Context, n NetworkChange) (event NetworkEvent, d Distributor, err error) {
	err = s.engine.Write(ctx, "change_network", func(c Conn) error {
		ch := networkChange{store: s, conn: c, NetworkChange: n}
		if err := ch.run(); err != nil {
			return err
		}
		event, err = s.networkEvent(c, ch.event)
		d = ch.now
		return err
	})
	return event, d, err
}

// networkChange is one call of ChangeNetwork inside its transaction.
type networkChange struct {
	NetworkChange
	store  *Store
	conn   Conn
	plan   *calc.Plan
	now    Distributor
	events []storedNetworkEvent
	// above is the new sponsor or parent, and since the enrolment of that one; nil for none.
	above *Distributor
	since *storedNetworkEvent
	// corrects tells that the change is dated to the enrolment, or to before the plan begins, and counts in all periods.
	corrects bool
	event    storedNetworkEvent
	writes   Batch
}

func (ch *networkChange) run() (err error) {
	if ch.now, err = distributorWhole(ch.conn, ch.DistributorID); err != nil {
		return err
	}
	if ch.events, err = networkEventsOf(ch.conn, ch.now.PlanID, ch.DistributorID); err != nil {
		return err
	}
	for _, e := range ch.events {
		if e.EventID == ch.EventID {
			ch.event = e
			return repeated(e.content, ch.Content, "", "distributor_id", ch.DistributorID, "event_id", ch.EventID)
		}
	}
	if ch.plan, err = ch.store.newestPlan(ch.conn, ch.now.PlanID); err != nil {
		return err
	}
	if err = ch.checkTime(); err != nil {
		return err
	}
	switch ch.Kind {
	case NetworkSponsor:
		err = ch.checkSponsor()
	case NetworkPlaced:
		err = ch.checkPlace()
	case NetworkTerminated, NetworkReinstated:
		err = ch.checkStanding()
	case NetworkEnrolled, NetworkRegistered:
	}
	if err != nil {
		return err
	}
	if err := ch.stamp(); err != nil {
		return err
	}
	if err := ch.checkWays(); err != nil {
		return err
	}
	ch.apply()
	if ch.Kind == NetworkPlaced {
		if err := ch.take(); err != nil {
			return err
		}
	}
	ch.write()
	return ch.conn.Send(&ch.writes)
}

func (ch *networkChange) refuse(kind error, field, problem, remedy string) error {
	return &Refusal{
		Kind: kind, IDs: []string{"distributor_id", ch.DistributorID, "event_id", ch.EventID},
		Fields: []FieldProblem{{field, problem, remedy}},
	}
}

// aspect is the one that the change sets.
func (k NetworkEventKind) aspect() aspect {
	for a := range aspects {
		if k.sets(a) {
			return a
		}
	}
	return aspects
}

var aspectNames = [...]string{ofSponsor: "sponsor", ofPlace: "place", ofStanding: "standing", ofRegistration: "registration"}

func (ch *networkChange) checkTime() error {
	switch {
	case ch.EffectiveAtUS > ch.store.nowUS()+futureMaxUS:
		return ch.refuse(ErrTimeOutOfRange, "effective_at", "lies in the future", "send it when it has happened")
	case ch.EffectiveAtUS < ch.now.EnrolledAtUS:
		return ch.refuse(ErrTimeOutOfRange, "effective_at", "lies before the distributor was enrolled, at "+formatUS(ch.now.EnrolledAtUS),
			"date it to the enrolment or later")
	}
	a := ch.Kind.aspect()
	for _, e := range ch.events[1:] {
		if e.Kind.sets(a) && e.EffectiveAtUS >= ch.EffectiveAtUS {
			return ch.refuse(ErrTimeOutOfRange, "effective_at",
				fmt.Sprintf("does not lie after the last change of the %s, event %q at %s", aspectNames[a], e.EventID, formatUS(e.EffectiveAtUS)),
				"record changes in the order in which they take effect")
		}
	}
	return nil
}

// readAbove reads who is to stand above, and refuses one who cannot.
func (ch *networkChange) readAbove(field, id string) error {
	if id == ch.DistributorID {
		return ch.refuse(ErrNetworkCycle, field, "is the distributor itself", "name another distributor")
	}
	d, err := distributorWhole(ch.conn, id)
	if err != nil {
		return atField(err, field)
	}
	switch {
	case d.PlanID != ch.now.PlanID:
		return ch.refuse(ErrNetworkRule, field, fmt.Sprintf("%q is paid by plan %q", id, d.PlanID), "name a distributor of the same plan")
	case d.EnrolledAtUS > ch.EffectiveAtUS:
		return ch.refuse(ErrTimeOutOfRange, "effective_at", fmt.Sprintf("lies before %q, who is to stand above, was enrolled at %s", id, formatUS(d.EnrolledAtUS)),
			"nobody can stand under one who comes later")
	}
	events, err := networkEventsOf(ch.conn, d.PlanID, id)
	if err != nil {
		return err
	}
	ch.above, ch.since = &d, &events[0]
	return nil
}

func (ch *networkChange) checkSponsor() error {
	if ch.SponsorID == ch.now.SponsorID {
		return ch.refuse(ErrNetworkRule, "sponsor_id", fmt.Sprintf("%q is the sponsor already", ch.SponsorID), "name the new sponsor")
	}
	if ch.SponsorID == "" {
		return nil
	}
	if err := ch.readAbove("sponsor_id", ch.SponsorID); err != nil {
		return err
	}
	if ch.above.Standing == StandingTerminated {
		return ch.refuse(ErrTerminated, "sponsor_id", fmt.Sprintf("%q was terminated at %s", ch.SponsorID, formatUS(ch.above.StandingAtUS)),
			"name a distributor who belongs to the company")
	}
	return nil
}

func (ch *networkChange) checkPlace() error {
	switch {
	case ch.plan.PlacementWidth == 0:
		return ch.refuse(ErrNetworkRule, "placement", "the plan has no placement tree", "change the sponsor instead")
	case ch.Leg > ch.plan.PlacementWidth:
		return ch.refuse(ErrNetworkRule, "placement.leg", fmt.Sprintf("is %d and the tree has %d legs", ch.Leg, ch.plan.PlacementWidth), "name one of the tree's legs")
	case ch.ParentID == ch.now.ParentID && ch.Leg == ch.now.Leg:
		return ch.refuse(ErrNetworkRule, "placement", "the distributor stands there already", "name another place")
	}
	return ch.readAbove("placement.parent_id", ch.ParentID)
}

func (ch *networkChange) checkStanding() error {
	switch terminated := ch.now.Standing == StandingTerminated; {
	case ch.Kind == NetworkTerminated && terminated:
		return ch.refuse(ErrTerminated, "distributor_id", "was terminated at "+formatUS(ch.now.StandingAtUS), "reinstate the distributor first")
	case ch.Kind == NetworkReinstated && !terminated:
		return ch.refuse(ErrNetworkRule, "distributor_id", "is not terminated", "there is nothing to reinstate")
	}
	return nil
}

// stamp finds the periods that the change counts from.
func (ch *networkChange) stamp() error {
	ever, err := ch.store.cadencesEver(ch.conn, ch.plan)
	if err != nil {
		return err
	}
	first, err := ch.store.plan(ch.conn, ch.plan.ID, 1)
	if err != nil {
		return err
	}
	e := &ch.event
	effectiveUS := max(ch.EffectiveAtUS, first.ValidFromUS)
	ch.corrects = ch.EffectiveAtUS <= max(ch.now.EnrolledAtUS, first.ValidFromUS)
	closes := [calc.CadenceMax + 1]bool{}
	for _, cadence := range ever {
		closes[cadence] = true
	}
	var b Batch
	var shut [calc.CadenceMax + 1]bool
	for _, cadence := range allCadences {
		p := ch.plan.PeriodAt(cadence, effectiveUS)
		no := p.No
		// A cadence that the plan does not have yet may come with a later version, whose first period begins with what there is then.
		if closes[cadence] && effectiveUS > p.StartUS && !ch.corrects {
			no++
		}
		no = max(no, ch.events[0].from[cadence])
		if ch.since != nil {
			no = max(no, ch.since.from[cadence])
		}
		e.from[cadence] = no
		if closes[cadence] {
			b.Query(sqlGate, []any{ch.plan.ID, int64(cadence), no}, func(r Row) error {
				shut[cadence] = PeriodState(r.Text(0)) != PeriodOpen
				return nil
			})
		}
	}
	if err := ch.conn.Send(&b); err != nil {
		return err
	}
	for _, cadence := range ever {
		if !shut[cadence] {
			continue
		}
		late, err := lateStamp(ch.conn, ch.plan, cadence, e.from[cadence], ch.Restate)
		if err != nil {
			return err
		}
		e.from[cadence], e.restated[cadence] = late.counted()
	}
	return nil
}

// starts are where the change comes into view.
func (ch *networkChange) starts() byCadence {
	starts := ch.event.from
	starts[0] = ch.EffectiveAtUS
	return starts
}

// checkWays refuses a change that would put somebody under their own downline, at any time or in any period from its start on.
func (ch *networkChange) checkWays() error {
	if ch.above == nil {
		return nil
	}
	w := upWalk{conn: ch.conn, planID: ch.plan.ID, aspect: ch.Kind.aspect()}
	met, levels, err := w.meets(ch.above.DistributorID, ch.DistributorID, ch.starts())
	if err != nil {
		return err
	}
	field := "sponsor_id"
	if ch.Kind == NetworkPlaced {
		field = "placement.parent_id"
	}
	if met {
		return ch.refuse(ErrNetworkCycle, field, fmt.Sprintf("%q stands, or comes to stand, in the downline of %q", ch.above.DistributorID, ch.DistributorID),
			"name somebody outside of that downline, or move that one out of it first")
	}
	if depth := ch.plan.PlacementDepth; ch.Kind == NetworkPlaced && depth > 0 {
		return ch.checkDepth(depth, int32(levels))
	}
	return nil
}

const sqlDeepest = `WITH RECURSIVE down (distributor_id, level) AS (
		SELECT distributor_id, CAST(0 AS BIGINT) FROM positions WHERE distributor_id = $1
		UNION ALL
		SELECT s.distributor_id, down.level + 1 FROM down JOIN slots s ON s.parent_id = down.distributor_id
		WHERE s.left_at_us = 0 AND down.level < $2)
	SELECT CAST(COALESCE(MAX(level), 0) AS BIGINT) FROM down`

// checkDepth refuses a place that would bring the distributor, or somebody below, beneath the tree's last level. level is the one
// that the distributor would stand on, the top's being 0.
func (ch *networkChange) checkDepth(depth, level int32) error {
	if level > depth {
		return ch.refuse(ErrNetworkRule, "placement.parent_id", fmt.Sprintf("the place is on level %d and the tree has %d", level, depth), "name a place further up")
	}
	var below int64
	err := ch.conn.Query(sqlDeepest, []any{ch.DistributorID, int64(depth-level) + 1}, func(r Row) error {
		below = r.Int(0)
		return nil
	})
	if err == nil && int64(level)+below > int64(depth) {
		return ch.refuse(ErrNetworkRule, "placement.parent_id",
			fmt.Sprintf("those below the distributor would stand beneath level %d, the tree's last", depth), "name a place further up")
	}
	return err
}

// apply sets what the change says on the event and on the distributor as it then is.
func (ch *networkChange) apply() {
	switch ch.Kind {
	case NetworkSponsor:
		ch.leave(ofSponsor, ch.now.SponsorID)
	case NetworkPlaced:
		ch.leave(ofPlace, ch.now.ParentID)
	case NetworkEnrolled, NetworkTerminated, NetworkReinstated, NetworkRegistered:
	}
	e := &ch.event
	e.NetworkEvent = NetworkEvent{
		PlanID: ch.now.PlanID, DistributorID: ch.DistributorID, EventID: ch.EventID, Kind: ch.Kind, Reason: ch.Reason,
		EffectiveAtUS: ch.EffectiveAtUS, RecordedAtUS: ch.store.nowUS(),
	}
	e.market, e.region, e.content = ch.now.Market, ch.now.Region, ch.Content.encode()
	d := &ch.now
	switch ch.Kind {
	case NetworkSponsor:
		e.SponsorID, d.SponsorID, d.SponsorAtUS = ch.SponsorID, ch.SponsorID, ch.EffectiveAtUS
	case NetworkPlaced:
		e.ParentID, e.Leg = ch.ParentID, ch.Leg
	case NetworkTerminated:
		d.Standing, d.StandingAtUS = StandingTerminated, ch.EffectiveAtUS
	case NetworkReinstated:
		d.Standing, d.StandingAtUS = StandingActive, ch.EffectiveAtUS
	case NetworkRegistered:
		e.Registration, d.Registration, d.RegisteredAtUS = ch.Registration, ch.Registration, ch.EffectiveAtUS
	case NetworkEnrolled:
	}
}

// leave notes under whom the distributor stood, for whoever asks for the downline as it was.
func (ch *networkChange) leave(tree aspect, aboveID string) {
	if aboveID != "" {
		ch.writes.Exec(`INSERT INTO network_left (tree, above_id, distributor_id) VALUES ($1, $2, $3) ON CONFLICT (tree, above_id, distributor_id) DO NOTHING`,
			int64(tree), aboveID, ch.DistributorID)
	}
}

// take leaves the place that the distributor had and takes the new one. The row of a place is the guard: two who want it write it both.
func (ch *networkChange) take() error {
	s, d := slot{ch.ParentID, ch.Leg}, &ch.now
	holder, err := readSlot(ch.conn, s)
	if err != nil {
		return err
	}
	if problem, remedy := holder.hinders(ch.EffectiveAtUS, ch.Restate || ch.corrects); problem != "" {
		return ch.refuse(ErrPlaceTaken, "placement", fmt.Sprintf("leg %d of %q %s", s.leg, s.parent, problem), remedy)
	}
	free := int64(0)
	if d.ParentID != "" {
		if free, err = ch.freeAtUS(); err != nil {
			return err
		}
		ch.writes.Exec(`UPDATE slots SET left_at_us = $1, free_at_us = $2 WHERE parent_id = $3 AND leg = $4`,
			ch.EffectiveAtUS, free, d.ParentID, int64(d.Leg))
	}
	holder.take(&ch.writes, s, ch.DistributorID)
	err = appendPlacement(ch.conn, &ch.writes, d.PlanID, placementEntry{
		kind: placementMoved, distributorID: ch.DistributorID, sponsorID: d.SponsorID, parent: ch.ParentID, leg: ch.Leg, heldUntilUS: free,
		recordedAtUS: ch.store.nowUS(),
	})
	if err != nil {
		return err
	}
	d.ParentID, d.Leg, d.PlacedAtUS = ch.ParentID, ch.Leg, ch.EffectiveAtUS
	return nil
}

// freeAtUS is when the place that is left is free in every period that will see somebody who is enrolled then.
func (ch *networkChange) freeAtUS() (int64, error) {
	ever, err := ch.store.cadencesEver(ch.conn, ch.plan)
	free := ch.EffectiveAtUS
	for _, cadence := range ever {
		free = max(free, ch.plan.PeriodByNo(cadence, ch.event.from[cadence]).StartUS)
	}
	return free, err
}

func (ch *networkChange) write() {
	insertNetworkEvent(&ch.writes, &ch.event)
	d := &ch.now
	ch.writes.Exec(`UPDATE positions SET sponsor_id = $1, parent_id = $2, leg = $3, registration_kind = $4, tags = $5, standing = $6,
		sponsor_at_us = $7, placed_at_us = $8, standing_at_us = $9, registered_at_us = $10 WHERE distributor_id = $11`,
		d.SponsorID, d.ParentID, int64(d.Leg), d.Registration.Kind, d.Registration.tagsText(), string(d.Standing),
		d.SponsorAtUS, d.PlacedAtUS, d.StandingAtUS, d.RegisteredAtUS, d.DistributorID)
}

// networkEventColumns are the columns of network_events in the order of their arguments.
var networkEventColumns = []string{
	"plan_id", "distributor_id", "event_id", "kind", "market", "region", "sponsor_id", "parent_id", "leg", "owner_id", "registration_kind", "tags", "reason",
	"effective_at_us", "recorded_at_us", "from_daily", "from_weekly", "from_monthly", "from_quarterly", "from_yearly",
	"from_half_monthly", "from_biweekly", "from_four_weekly",
	"restated_daily", "restated_weekly", "restated_monthly", "restated_quarterly", "restated_yearly",
	"restated_half_monthly", "restated_biweekly", "restated_four_weekly", "content", "digest",
}

var sqlInsertNetworkEvent = insertText("network_events", networkEventColumns)

// insertText writes the statement that inserts one row.
func insertText(table string, columns []string) string {
	places := make([]string, len(columns))
	for i := range columns {
		places[i] = fmt.Sprintf("$%d", i+1)
	}
	return `INSERT INTO ` + table + ` (` + strings.Join(columns, ", ") + `) VALUES (` + strings.Join(places, ", ") + `)`
}

// appendNetworkEvent appends an event's columns.
func appendNetworkEvent(values []any, e *storedNetworkEvent) []any {
	values = append(values, e.PlanID, e.DistributorID, e.EventID, string(e.Kind), e.market, e.region, e.SponsorID, e.ParentID, int64(e.Leg),
		e.OwnerID, e.Registration.Kind, e.Registration.tagsText(), e.Reason, e.EffectiveAtUS, e.RecordedAtUS)
	for _, cadence := range allCadences {
		values = append(values, e.from[cadence])
	}
	for _, cadence := range allCadences {
		values = append(values, e.restated[cadence])
	}
	return append(values, e.content, digestOf(e.content))
}

func insertNetworkEvent(b *Batch, e *storedNetworkEvent) {
	b.Exec(sqlInsertNetworkEvent, appendNetworkEvent(nil, e)...)
}
