package store

import (
	"context"
	"fmt"
	"strconv"

	"upline/calc"
)

// Enroll adds distributors, all of them or none, each idempotent by its id. A sponsor or parent may stand earlier in the list.
// Fields of refusals are prefixed with `distributors[i].`.
func (s *Store) Enroll(ctx context.Context, list []NewDistributor) (enrolled []Distributor, err error) {
	regions := make([]string, len(list))
	for i, n := range list {
		if regions[i], err = s.regionOf(ctx, n.Market, fmt.Sprintf("distributors[%d].market", i)); err != nil {
			return nil, err
		}
	}
	err = s.engine.Write(ctx, "enroll", func(c Conn) error {
		e := enrolment{store: s, conn: c, list: list, regions: regions, known: map[string]Distributor{}, slots: map[slot]slotHolder{}, from: map[string]byCadence{}}
		if err := e.readKnown(); err != nil {
			return err
		}
		for i := range list {
			if err := e.add(i); err != nil {
				return err
			}
		}
		enrolled = e.result
		return c.Send(&e.writes)
	})
	return enrolled, err
}

// enrolment is one call of Enroll inside its transaction.
type enrolment struct {
	store   *Store
	conn    Conn
	list    []NewDistributor
	regions []string
	known   map[string]Distributor // all that the list names and the database has, then also those added
	content map[string][]byte      // what enrolled the known ones
	slots   map[slot]slotHolder    // places that somebody has or had
	from    map[string]byCadence   // from which periods those added count
	result  []Distributor
	writes  Batch
}

// sqlDistributorColumns are those that most calls need, sqlWholeColumns those of a distributor with all that can change.
const (
	sqlDistributorColumns = `d.distributor_id, d.plan_id, d.market, d.region, d.sponsor_id, d.parent_id, d.leg, d.enrolled_at_us, d.recorded_at_us, d.standing_at_us`
	distributorColumns    = 10
	sqlWholeColumns       = sqlDistributorColumns + `, d.owner_id, d.registration_kind, d.tags, d.standing, d.sponsor_at_us, d.placed_at_us, d.registered_at_us`
	wholeColumns          = distributorColumns + 7
)

func scanDistributor(r Row) Distributor {
	return Distributor{
		DistributorID: r.Text(0), PlanID: r.Text(1), Market: r.Text(2), Region: r.Text(3), SponsorID: r.Text(4), ParentID: r.Text(5),
		Leg: int32(r.Int(6)), EnrolledAtUS: r.Int(7), RecordedAtUS: r.Int(8), StandingAtUS: r.Int(9),
	}
}

func scanWhole(r Row) Distributor {
	d := scanDistributor(r)
	d.OwnerID, d.Registration, d.Standing = r.Text(10), Registration{r.Text(11), tagsOf(r.Text(12))}, Standing(r.Text(13))
	d.SponsorAtUS, d.PlacedAtUS, d.RegisteredAtUS = r.Int(14), r.Int(15), r.Int(16)
	return d
}

// readKnown reads everything that the list names, in one round trip.
func (e *enrolment) readKnown() error {
	e.content = map[string][]byte{}
	var b Batch
	asked := map[string]bool{"": true}
	for _, n := range e.list {
		for _, id := range []string{n.DistributorID, n.SponsorID, n.ParentID} {
			if asked[id] {
				continue
			}
			asked[id] = true
			b.Query(`SELECT `+sqlWholeColumns+`, e.content FROM positions d
				JOIN network_events e ON e.plan_id = d.plan_id AND e.distributor_id = d.distributor_id AND e.event_id = d.distributor_id
				WHERE d.distributor_id = $1`, []any{id}, func(r Row) error {
				e.known[id] = scanWhole(r)
				e.content[id] = append([]byte(nil), r.Bytes(wholeColumns)...)
				return nil
			})
		}
		if n.ParentID != "" {
			place := slot{n.ParentID, n.Leg}
			b.Query(sqlSlot, []any{place.parent, int64(place.leg)}, func(r Row) error {
				e.slots[place] = scanSlot(r)
				return nil
			})
		}
	}
	return e.conn.Send(&b)
}

func (e *enrolment) refuse(i int, kind error, field, problem, remedy string) error {
	return &Refusal{
		Kind: kind, IDs: []string{"distributor_id", e.list[i].DistributorID},
		Fields: []FieldProblem{{fmt.Sprintf("distributors[%d].%s", i, field), problem, remedy}},
	}
}

func (e *enrolment) add(i int) error {
	n := e.list[i]
	content := n.Content.encode()
	if d, ok := e.known[n.DistributorID]; ok {
		if err := repeated(e.content[n.DistributorID], n.Content, fmt.Sprintf("distributors[%d].", i), "distributor_id", n.DistributorID); err != nil {
			return err
		}
		e.result = append(e.result, d)
		return nil
	}
	now := e.store.nowUS()
	if n.EnrolledAtUS > now+futureMaxUS {
		return e.refuse(i, ErrTimeOutOfRange, "enrolled_at", "lies in the future", "send it when it has happened")
	}
	newest, err := e.store.newestPlan(e.conn, n.PlanID)
	if err != nil {
		return prefixed(err, fmt.Sprintf("distributors[%d].plan_id", i), "the plan is not published")
	}
	if err := e.checkPlaces(i, newest); err != nil {
		return err
	}
	first, err := e.store.plan(e.conn, n.PlanID, 1)
	if err != nil {
		return err
	}
	from, restated, err := e.countsFrom(n, newest, first.ValidFromUS)
	if err != nil {
		return err
	}
	d := Distributor{
		DistributorID: n.DistributorID, PlanID: n.PlanID, Market: n.Market, Region: e.regions[i], SponsorID: n.SponsorID,
		ParentID: n.ParentID, Leg: n.Leg, EnrolledAtUS: n.EnrolledAtUS, RecordedAtUS: now, OwnerID: n.OwnerID, Registration: n.Registration, Standing: StandingActive,
	}
	event := enrolmentOf(d, from, restated)
	event.content = content
	e.from[d.DistributorID] = from
	insertNetworkEvent(&e.writes, &event)
	e.writes.Exec(sqlInsertPosition, appendPosition(nil, &d)...)
	if place := (slot{d.ParentID, d.Leg}); d.ParentID != "" {
		e.slots[place].take(&e.writes, place, d.DistributorID)
		e.slots[place] = slotHolder{id: d.DistributorID}
	}
	e.known[d.DistributorID], e.content[d.DistributorID] = d, content
	e.result = append(e.result, d)
	return nil
}

// countsFrom gives the periods that a distributor counts from, and, where those are closed and the plan restates, the ones in whose close
// they are computed again. Nobody counts from an earlier period than those who stand above.
func (e *enrolment) countsFrom(n NewDistributor, plan *calc.Plan, firstUS int64) (from, restated byCadence, err error) {
	var above []string
	for _, id := range []string{n.SponsorID, n.ParentID} {
		if _, here := e.from[id]; id != "" && !here {
			above = append(above, id)
		}
	}
	stamps, err := stampsOf(e.conn, []gate{{plan, allCadences, max(n.EnrolledAtUS, firstUS), above}})
	if err != nil {
		return from, restated, err
	}
	for _, st := range stamps[0] {
		for _, id := range []string{n.SponsorID, n.ParentID} {
			if st.restates != 0 {
				st.restates = max(st.restates, e.from[id][st.cadence])
			}
		}
		if st.restates >= st.no {
			st.restates = 0
		}
		from[st.cadence], restated[st.cadence] = st.counted()
	}
	return from, restated, nil
}

// enrolmentOf is the event that enrols a distributor.
func enrolmentOf(d Distributor, from, restated byCadence) storedNetworkEvent {
	e := storedNetworkEvent{NetworkEvent: NetworkEvent{
		PlanID: d.PlanID, DistributorID: d.DistributorID, EventID: d.DistributorID, Kind: NetworkEnrolled, SponsorID: d.SponsorID, ParentID: d.ParentID,
		Leg: d.Leg, OwnerID: d.OwnerID, Registration: d.Registration, EffectiveAtUS: d.EnrolledAtUS, RecordedAtUS: d.RecordedAtUS,
	}, market: d.Market, region: d.Region, from: from, restated: restated}
	return e
}

// positionColumns are the columns of positions in the order of their arguments.
var positionColumns = []string{
	"distributor_id", "plan_id", "market", "region", "sponsor_id", "parent_id", "leg", "enrolled_at_us", "recorded_at_us", "owner_id", "registration_kind",
	"tags", "standing", "sponsor_at_us", "placed_at_us", "standing_at_us", "registered_at_us",
}

var sqlInsertPosition = insertText("positions", positionColumns)

// appendPosition appends the columns of a distributor's current state.
func appendPosition(values []any, d *Distributor) []any {
	return append(values, d.DistributorID, d.PlanID, d.Market, d.Region, d.SponsorID, d.ParentID, int64(d.Leg), d.EnrolledAtUS, d.RecordedAtUS, d.OwnerID,
		d.Registration.Kind, d.Registration.tagsText(), string(d.Standing), d.SponsorAtUS, d.PlacedAtUS, d.StandingAtUS, d.RegisteredAtUS)
}

// checkPlaces refuses what would not leave two trees: an unknown or foreign sponsor or parent, one who came later, a place that
// the tree does not have or that is taken.
func (e *enrolment) checkPlaces(i int, plan *calc.Plan) error {
	n := e.list[i]
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
	case plan.PlacementWidth == 0:
		return nil
	case n.ParentID == "" && n.SponsorID != "":
		return e.refuse(i, ErrNetworkRule, "placement", "the plan has a placement tree and no place is given", "name the parent and the leg")
	case n.ParentID != "" && n.SponsorID == "":
		return e.refuse(i, ErrNetworkRule, "sponsor_id", "a place is given and no sponsor", "name the sponsor, or leave the place out for a top")
	case n.ParentID != "" && n.Leg > plan.PlacementWidth:
		return e.refuse(i, ErrNetworkRule, "placement.leg", fmt.Sprintf("is %d and the tree has %d legs", n.Leg, plan.PlacementWidth), "name one of the tree's legs")
	}
	if problem, remedy := e.slots[slot{n.ParentID, n.Leg}].hinders(n.EnrolledAtUS, true); problem != "" && n.ParentID != "" {
		return e.refuse(i, ErrPlaceTaken, "placement", fmt.Sprintf("leg %d of %q %s", n.Leg, n.ParentID, problem), remedy)
	}
	return nil
}

// repeated compares what a client sends under an id with what was sent under it first. It returns nil for the same content.
func repeated(first []byte, now Content, prefix string, ids ...string) error {
	before, err := decodeContent(first)
	if err != nil {
		return err
	}
	problems := differing(before, now)
	if len(problems) == 0 {
		return nil
	}
	for i := range problems {
		problems[i].Field = prefix + problems[i].Field
	}
	return &Refusal{Kind: ErrIDReused, IDs: ids, Fields: problems, Remedy: "send the first content to repeat the call, or use a new id for something new"}
}

// prefixed gives a refusal that names no field the one that caused it.
func prefixed(err error, field, problem string) error {
	if r, ok := err.(*Refusal); ok && len(r.Fields) == 0 { //nolint:errorlint // newestPlan returns it unwrapped
		withField := *r
		withField.Fields = []FieldProblem{{field, problem, r.Remedy}}
		return &withField
	}
	return err
}

// GetDistributor returns a distributor.
func (s *Store) GetDistributor(ctx context.Context, id string) (d Distributor, err error) {
	err = s.engine.Read(ctx, "get_distributor", func(c Conn) (err error) {
		d, err = distributorWhole(c, id)
		return err
	})
	return d, err
}

// distributorWhole reads a distributor with all that can change.
func distributorWhole(c Conn, id string) (d Distributor, err error) {
	found := false
	err = c.Query(`SELECT `+sqlWholeColumns+` FROM positions d WHERE d.distributor_id = $1`, []any{id}, func(r Row) error {
		d, found = scanWhole(r), true
		return nil
	})
	if err == nil && !found {
		err = unknownDistributor(id, "distributor_id")
	}
	return d, err
}

func distributor(c Conn, id string) (d Distributor, err error) {
	found := false
	err = c.Query(`SELECT `+sqlDistributorColumns+` FROM positions d WHERE d.distributor_id = $1`, []any{id}, func(r Row) error {
		d, found = scanDistributor(r), true
		return nil
	})
	if err == nil && !found {
		err = unknownDistributor(id, "distributor_id")
	}
	return d, err
}

func unknownDistributor(id, field string) *Refusal {
	return &Refusal{
		Kind: ErrUnknownDistributor, IDs: []string{"distributor_id", id},
		Fields: []FieldProblem{{field, fmt.Sprintf("%q is not enrolled", id), "enrol the distributor first, or correct the id"}},
	}
}

// The column that leads upward differs between the trees, so there are two texts.
const (
	sqlUplineSponsor = `WITH RECURSIVE up (distributor_id, level) AS (
			SELECT sponsor_id, CAST(1 AS BIGINT) FROM positions WHERE distributor_id = $1 AND sponsor_id <> ''
			UNION ALL
			SELECT p.sponsor_id, up.level + 1 FROM up JOIN positions p ON p.distributor_id = up.distributor_id
			WHERE p.sponsor_id <> '' AND up.level < $2)
		SELECT ` + sqlWholeColumns + `, up.level FROM up JOIN positions d ON d.distributor_id = up.distributor_id ORDER BY up.level`
	sqlUplinePlacement = `WITH RECURSIVE up (distributor_id, level) AS (
			SELECT parent_id, CAST(1 AS BIGINT) FROM positions WHERE distributor_id = $1 AND parent_id <> ''
			UNION ALL
			SELECT p.parent_id, up.level + 1 FROM up JOIN positions p ON p.distributor_id = up.distributor_id
			WHERE p.parent_id <> '' AND up.level < $2)
		SELECT ` + sqlWholeColumns + `, up.level FROM up JOIN positions d ON d.distributor_id = up.distributor_id ORDER BY up.level`
)

// Upline returns the line above a distributor, nearest first.
func (s *Store) Upline(ctx context.Context, id string, placement bool, after string, limit int) (members []Member, next string, err error) {
	from, level := id, int64(0)
	if after != "" {
		if from, level, err = cursorTextInt(after); err != nil {
			return nil, "", err
		}
	}
	err = s.engine.Read(ctx, "upline", func(c Conn) error {
		members, next = nil, ""
		if _, err := distributor(c, id); err != nil {
			return err
		}
		text := sqlUplineSponsor
		if placement {
			text = sqlUplinePlacement
		}
		return c.Query(text, []any{from, int64(limit) + 1}, func(r Row) error {
			if len(members) == limit {
				last := members[limit-1]
				next = cursor(last.Distributor.DistributorID, strconv.Itoa(int(last.Level)))
				return nil
			}
			members = append(members, Member{scanWhole(r), int32(level + r.Int(wholeColumns))})
			return nil
		})
	})
	return members, next, err
}
