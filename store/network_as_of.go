package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// asOf gives a distributor as it stood at a time, 0 being now. Nearly nobody has changed since, so that it costs nothing.
func asOf(c Conn, d Distributor, atUS int64) (Distributor, error) {
	if atUS == 0 || max(d.SponsorAtUS, d.PlacedAtUS, d.StandingAtUS, d.RegisteredAtUS) <= atUS {
		return d, nil
	}
	events, err := networkEventsOf(c, d.PlanID, d.DistributorID)
	if err != nil {
		return d, err
	}
	view := networkView{at: atUS}
	for a := range aspects {
		e, _ := inView(events, a, view)
		if e == nil { // asked for at a time before the enrolment, which who shows it refuses
			e = &events[0]
		}
		changedUS := e.EffectiveAtUS
		if e.Kind == NetworkEnrolled {
			changedUS = 0
		}
		switch a {
		case ofSponsor:
			d.SponsorID, d.SponsorAtUS = e.SponsorID, changedUS
		case ofPlace:
			d.ParentID, d.Leg, d.PlacedAtUS = e.ParentID, e.Leg, changedUS
		case ofStanding:
			d.Standing, d.StandingAtUS = StandingActive, changedUS
			if e.Kind == NetworkTerminated {
				d.Standing = StandingTerminated
			}
		case ofRegistration:
			d.Registration, d.RegisteredAtUS = e.Registration, changedUS
		case aspects:
		}
	}
	return d, nil
}

// distributorAsOf reads a distributor as it stood at a time, and refuses a time before the enrolment.
func distributorAsOf(c Conn, id string, atUS int64) (Distributor, error) {
	d, err := distributorWhole(c, id)
	if err != nil {
		return d, err
	}
	if atUS != 0 && atUS < d.EnrolledAtUS {
		return d, &Refusal{
			Kind: ErrTimeOutOfRange, IDs: []string{"distributor_id", id},
			Fields: []FieldProblem{{"as_of", "lies before the distributor was enrolled, at " + formatUS(d.EnrolledAtUS), "ask for a later time"}},
		}
	}
	return asOf(c, d, atUS)
}

// GetDistributorAsOf returns a distributor as it stood at a time; 0 is now.
func (s *Store) GetDistributorAsOf(ctx context.Context, id string, atUS int64) (d Distributor, err error) {
	err = s.engine.Read(ctx, "get_distributor", func(c Conn) (err error) {
		d, err = distributorAsOf(c, id, atUS)
		return err
	})
	return d, err
}

// wayUp goes up one of the trees as it stood at a time.
type wayUp struct {
	conn      Conn
	placement bool
	atUS      int64 // 0 is now
	page      int64 // how many distributors one statement reads
}

// The column that leads upward differs between the trees, so there are two texts. Each begins with the distributor asked for.
const (
	sqlWayUpSponsor = `WITH RECURSIVE up (distributor_id, level) AS (
			SELECT distributor_id, CAST(1 AS BIGINT) FROM positions WHERE distributor_id = $1
			UNION ALL
			SELECT p.sponsor_id, up.level + 1 FROM up JOIN positions p ON p.distributor_id = up.distributor_id
			WHERE p.sponsor_id <> '' AND up.level < $2)
		SELECT ` + sqlWholeColumns + ` FROM up JOIN positions d ON d.distributor_id = up.distributor_id ORDER BY up.level`
	sqlWayUpPlacement = `WITH RECURSIVE up (distributor_id, level) AS (
			SELECT distributor_id, CAST(1 AS BIGINT) FROM positions WHERE distributor_id = $1
			UNION ALL
			SELECT p.parent_id, up.level + 1 FROM up JOIN positions p ON p.distributor_id = up.distributor_id
			WHERE p.parent_id <> '' AND up.level < $2)
		SELECT ` + sqlWholeColumns + ` FROM up JOIN positions d ON d.distributor_id = up.distributor_id ORDER BY up.level`
)

func (w *wayUp) above(d Distributor) string {
	if w.placement {
		return d.ParentID
	}
	return d.SponsorID
}

// up visits a distributor and all those above, nearest first, until visit says to stop. Where somebody has moved since the time asked
// for, it goes on from who stood above then.
func (w *wayUp) up(from string, visit func(Distributor) (stop bool)) error {
	text := sqlWayUpSponsor
	if w.placement {
		text = sqlWayUpPlacement
	}
	for id := from; id != ""; {
		var way []Distributor
		err := w.conn.Query(text, []any{id, w.page}, func(r Row) error {
			way = append(way, scanWhole(r))
			return nil
		})
		if err != nil {
			return err
		}
		id = ""
		for i, now := range way {
			d, err := asOf(w.conn, now, w.atUS)
			if err != nil {
				return err
			}
			if visit(d) {
				return nil
			}
			if above := w.above(d); above != w.above(now) || i == len(way)-1 {
				id = above
				break
			}
		}
	}
	return nil
}

// UplineAsOf returns the line above a distributor as it was at a time, nearest first; 0 is now.
func (s *Store) UplineAsOf(ctx context.Context, id string, placement bool, atUS int64, after string, limit int) (members []Member, next string, err error) {
	from, level := id, int64(0)
	if after != "" {
		if from, level, err = cursorTextInt(after); err != nil {
			return nil, "", err
		}
	}
	err = s.engine.Read(ctx, "upline", func(c Conn) error {
		members, next = nil, ""
		if _, err := distributorAsOf(c, id, atUS); err != nil {
			return err
		}
		w := wayUp{conn: c, placement: placement, atUS: atUS, page: int64(limit) + 2}
		passed := int32(-1) // who is asked for, or was the last of the page before, is no member
		return w.up(from, func(d Distributor) (stop bool) {
			if passed++; passed == 0 {
				return false
			}
			if len(members) == limit {
				last := members[limit-1]
				next = cursor(last.Distributor.DistributorID, strconv.Itoa(int(last.Level)))
				return true
			}
			members = append(members, Member{d, int32(level) + passed})
			return false
		})
	})
	return members, next, err
}

// childrenAsOf reads those who stood directly below a parent at the walk's time and come after one of them, and tells whether there may
// be more. Whoever has left since is found by the row that leaving wrote.
func (w *descent) childrenAsOf(parent, afterID string, afterLeg int32) (list []Distributor, more bool, err error) {
	if w.placement {
		list, err = w.legsAsOf(parent, afterLeg)
		return list, false, err
	}
	for {
		here, err := w.children(parent, afterID, 0)
		if err != nil {
			return nil, false, err
		}
		left, err := w.whoLeft(ofSponsor, parent, afterID)
		if err != nil {
			return nil, false, err
		}
		all := byID(here, left)
		more = len(here) == siblingsRead || len(left) == siblingsRead
		if more { // of two lists that may go on, the first so many together are sure to be the first of all
			all = all[:min(len(all), siblingsRead)]
		}
		if list, err = w.whoStood(all, parent); err != nil || !more || len(list) > 0 {
			return list, more, err
		}
		afterID = all[len(all)-1].DistributorID
	}
}

// legsAsOf reads those who stood in the legs of a parent, from a leg on.
func (w *descent) legsAsOf(parent string, afterLeg int32) ([]Distributor, error) {
	all, err := w.children(parent, "", 0) // a tree has fewer legs than are read at once
	for afterID, more := "", true; err == nil && more; {
		var left []Distributor
		left, err = w.whoLeft(ofPlace, parent, afterID)
		all = append(all, left...)
		if more = len(left) == siblingsRead; more {
			afterID = left[len(left)-1].DistributorID
		}
	}
	if err != nil {
		return nil, err
	}
	list, err := w.whoStood(byID(all, nil), parent)
	list = slices.DeleteFunc(list, func(d Distributor) bool { return d.Leg <= afterLeg })
	slices.SortFunc(list, func(a, b Distributor) int { return int(a.Leg - b.Leg) })
	return list, err
}

// byID puts distributors of two lists in order, each once.
func byID(a, b []Distributor) []Distributor {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(a, b Distributor) int { return strings.Compare(a.DistributorID, b.DistributorID) })
	return slices.CompactFunc(all, func(a, b Distributor) bool { return a.DistributorID == b.DistributorID })
}

// whoStood keeps those who stood below the parent at the walk's time, as they were then.
func (w *descent) whoStood(all []Distributor, parent string) (list []Distributor, err error) {
	for _, now := range all {
		d, err := asOf(w.conn, now, w.atUS)
		if err != nil {
			return nil, err
		}
		above := d.SponsorID
		if w.placement {
			above = d.ParentID
		}
		if above == parent && d.EnrolledAtUS <= w.atUS {
			list = append(list, d)
		}
	}
	return list, nil
}

// whoLeft reads a page of those who once stood directly below a parent and were moved away.
func (w *descent) whoLeft(tree aspect, parent, afterID string) (list []Distributor, err error) {
	err = w.conn.Query(`SELECT `+sqlWholeColumns+` FROM network_left l JOIN positions d ON d.distributor_id = l.distributor_id
		WHERE l.tree = $1 AND l.above_id = $2 AND l.distributor_id > $3 ORDER BY l.distributor_id LIMIT $4`,
		[]any{int64(tree), parent, afterID, int64(siblingsRead)}, func(r Row) error {
			list = append(list, scanWhole(r))
			return nil
		})
	return list, err
}
