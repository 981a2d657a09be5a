package store

import (
	"context"
	"fmt"

	"upline/calc/placement"
)

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

// sqlOriginColumns say how a distributor came to the place in which they were enrolled. They stand behind sqlWholeColumns where they are
// asked for.
const (
	sqlOriginColumns = `d.placed_seq, d.placed_by, d.placed_leg, d.placed_volume_us`
	originColumns    = 4
)

// scanOrigin reads them.
func scanOrigin(r Row) PlacementOrigin {
	return PlacementOrigin{
		Seq: r.Int(wholeColumns), Strategy: placement.Strategy(r.Int(wholeColumns + 1)), Leg: int32(r.Int(wholeColumns + 2)),
		VolumeAsOfUS: r.Int(wholeColumns + 3),
	}
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
	"placed_seq", "placed_by", "placed_leg", "placed_volume_us",
}

var sqlInsertPosition = insertText("positions", positionColumns)

// appendPosition appends the columns of a distributor's current state.
func appendPosition(values []any, d *Distributor) []any {
	return append(values, d.DistributorID, d.PlanID, d.Market, d.Region, d.SponsorID, d.ParentID, int64(d.Leg), d.EnrolledAtUS, d.RecordedAtUS, d.OwnerID,
		d.Registration.Kind, d.Registration.tagsText(), string(d.Standing), d.SponsorAtUS, d.PlacedAtUS, d.StandingAtUS, d.RegisteredAtUS,
		d.Origin.Seq, int64(d.Origin.Strategy), int64(d.Origin.Leg), d.Origin.VolumeAsOfUS)
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
	err = c.Query(`SELECT `+sqlWholeColumns+`, `+sqlOriginColumns+` FROM positions d WHERE d.distributor_id = $1`, []any{id}, func(r Row) error {
		d, found = scanWhole(r), true
		d.Origin = scanOrigin(r)
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

// Upline returns the line above a distributor, nearest first.
func (s *Store) Upline(ctx context.Context, id string, placement bool, after string, limit int) (members []Member, next string, err error) {
	return s.UplineAsOf(ctx, id, placement, 0, after, limit)
}
