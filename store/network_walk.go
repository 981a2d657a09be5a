package store

import "upline/calc"

// upWalk goes up one of the trees inside a transaction that writes, so that what it reads conflicts with whoever moves somebody on
// the way: two moves that together would close a circle cannot both commit.
type upWalk struct {
	conn   Conn
	planID string
	aspect aspect // ofSponsor or ofPlace
	// events are the histories of those on the way whose place in the tree has changed; few have.
	events map[string][]storedNetworkEvent
}

// The column that leads upward differs between the trees, so there are two texts. Each begins with the distributor asked for.
const (
	sqlWalkSponsor = `WITH RECURSIVE up (distributor_id, level) AS (
			SELECT distributor_id, CAST(0 AS BIGINT) FROM positions WHERE distributor_id = $1
			UNION ALL
			SELECT p.sponsor_id, up.level + 1 FROM up JOIN positions p ON p.distributor_id = up.distributor_id
			WHERE p.sponsor_id <> '' AND up.level < $2)
		SELECT up.distributor_id, d.sponsor_id, d.sponsor_at_us FROM up JOIN positions d ON d.distributor_id = up.distributor_id ORDER BY up.level`
	sqlWalkPlacement = `WITH RECURSIVE up (distributor_id, level) AS (
			SELECT distributor_id, CAST(0 AS BIGINT) FROM positions WHERE distributor_id = $1
			UNION ALL
			SELECT p.parent_id, up.level + 1 FROM up JOIN positions p ON p.distributor_id = up.distributor_id
			WHERE p.parent_id <> '' AND up.level < $2)
		SELECT up.distributor_id, d.parent_id, d.placed_at_us FROM up JOIN positions d ON d.distributor_id = up.distributor_id ORDER BY up.level`
)

// walkPage is how many levels one statement goes up.
const walkPage = 1000

// passed is a distributor on the way up.
type passed struct {
	id, above string
	changed   bool
}

// page reads the way up from a distributor, who stands first, as it is now.
func (w *upWalk) page(id string) (way []passed, err error) {
	text := sqlWalkSponsor
	if w.aspect == ofPlace {
		text = sqlWalkPlacement
	}
	err = w.conn.Query(text, []any{id, int64(walkPage - 1)}, func(r Row) error {
		way = append(way, passed{r.Text(0), r.Text(1), r.Int(2) != 0})
		return nil
	})
	return way, err
}

// up goes up from a distributor, who is visited first, until visit says to stop. With a view it goes the way that the view shows,
// and returns where the next change on that way comes into view; with nil, the way as it is now.
func (w *upWalk) up(from string, view *networkView, visit func(passed) (stop bool)) (next int64, err error) {
	next = noNext
	for id := from; id != ""; {
		way, err := w.page(id)
		if err != nil {
			return 0, err
		}
		id = ""
		for i, p := range way {
			above := p.above
			if view != nil && p.changed {
				events, err := w.history(p.id)
				if err != nil {
					return 0, err
				}
				seen, later := inView(events, w.aspect, *view)
				next = min(next, later)
				above = aboveIn(seen, w.aspect)
			}
			if visit(p) {
				return next, nil
			}
			if above != p.above || i == len(way)-1 {
				id = above
				break
			}
		}
	}
	return next, nil
}

// aboveIn is who an event puts a distributor under; "" for a top and for one who was not there yet.
func aboveIn(e *storedNetworkEvent, a aspect) string {
	switch {
	case e == nil:
		return ""
	case a == ofPlace:
		return e.ParentID
	}
	return e.SponsorID
}

func (w *upWalk) history(id string) ([]storedNetworkEvent, error) {
	if events, ok := w.events[id]; ok {
		return events, nil
	}
	events, err := networkEventsOf(w.conn, w.planID, id)
	if err == nil {
		if w.events == nil {
			w.events = map[string][]storedNetworkEvent{}
		}
		w.events[id] = events
	}
	return events, err
}

// meets tells whether the way up from a distributor ever leads through another, at any time and in any period from the given ones
// on, and how long the way is now. starts holds where the question begins: the effective time for cadence 0, a period for each other.
func (w *upWalk) meets(from, other string, starts byCadence) (met bool, levels int, err error) {
	var changed []string
	_, err = w.up(from, nil, func(p passed) bool {
		levels++
		met = met || p.id == other
		if p.changed {
			changed = append(changed, p.id)
		}
		return met
	})
	if err != nil || met {
		return met, levels, err
	}
	// Whoever has not changed since the question begins stands in every view as now. Only views in which somebody changes later are
	// looked at one by one.
	for cadence := calc.Cadence(0); int(cadence) < len(starts); cadence++ {
		view := networkView{cadence, starts[cadence]}
		later := false
		for _, id := range changed {
			events, err := w.history(id)
			if err != nil {
				return false, 0, err
			}
			_, next := inView(events, w.aspect, view)
			later = later || next != noNext
		}
		for later && !met {
			next, err := w.up(from, &view, func(p passed) bool {
				met = p.id == other
				return met
			})
			if err != nil {
				return false, 0, err
			}
			view.at, later = next, next != noNext
		}
	}
	return met, levels, nil
}
