package store

import (
	"context"
	"strconv"
)

// Downline returns those below a distributor, depth first, so that a page costs what it holds and not what lies below: the cursor
// is the last member and its level, and the walk goes on from there. levelsMax 0 means all levels.
func (s *Store) Downline(ctx context.Context, id string, placement bool, levelsMax int32, after string, limit int) (members []Member, next string, err error) {
	return s.DownlineAsOf(ctx, id, placement, levelsMax, 0, after, limit)
}

// DownlineAsOf returns those who stood below a distributor at a time, as Downline does; 0 is now.
func (s *Store) DownlineAsOf(
	ctx context.Context, id string, placement bool, levelsMax int32, atUS int64, after string, limit int,
) (members []Member, next string, err error) {
	err = s.engine.Read(ctx, "downline", func(c Conn) error {
		members, next = nil, ""
		root, err := distributorAsOf(c, id, atUS)
		if err != nil {
			return err
		}
		w := descent{conn: c, placement: placement, levelsMax: levelsMax, atUS: atUS, at: Member{Distributor: root}}
		if after != "" {
			last, level, err := cursorTextInt(after)
			if err != nil {
				return err
			}
			d, err := distributorAsOf(c, last, atUS)
			if err != nil {
				return err
			}
			w.at = Member{d, int32(level)}
		}
		for {
			found, err := w.step()
			if err != nil || !found {
				return err
			}
			if len(members) == limit {
				last := members[limit-1]
				next = cursor(last.Distributor.DistributorID, strconv.Itoa(int(last.Level)))
				return nil
			}
			members = append(members, w.at)
		}
	})
	return members, next, err
}

// descent walks a tree depth first. `open` holds, for the levels on the way down, the siblings read ahead; a level that was not
// read, because the walk began below it, is read when the walk comes back up to it. Level 0 is the root.
type descent struct {
	conn      Conn
	placement bool
	levelsMax int32
	atUS      int64 // 0 is now
	at        Member
	open      []siblings
}

type siblings struct {
	level int32
	rest  []Distributor
	more  bool // the database may have more after the last one read
}

// siblingsRead is how many children of one parent are read at a time.
const siblingsRead = 100

// step moves to the next member, or reports that there is none.
func (w *descent) step() (bool, error) {
	if w.levelsMax == 0 || w.at.Level < w.levelsMax {
		children, more, err := w.below(w.at.Distributor.DistributorID, "", 0)
		if err != nil {
			return false, err
		}
		if len(children) > 0 {
			w.open = append(w.open, siblings{w.at.Level + 1, children, more})
			w.take()
			return true, nil
		}
	}
	for w.at.Level > 0 {
		if n := len(w.open); n == 0 || w.open[n-1].level < w.at.Level {
			w.open = append(w.open, siblings{level: w.at.Level, more: true})
		}
		top := &w.open[len(w.open)-1]
		if len(top.rest) == 0 && top.more {
			rest, more, err := w.below(w.above(), w.at.Distributor.DistributorID, w.at.Distributor.Leg)
			if err != nil {
				return false, err
			}
			top.rest, top.more = rest, more
		}
		if len(top.rest) > 0 {
			w.take()
			return true, nil
		}
		w.open = w.open[:len(w.open)-1]
		parent, err := distributorAsOf(w.conn, w.above(), w.atUS)
		if err != nil {
			return false, err
		}
		w.at = Member{parent, w.at.Level - 1}
	}
	return false, nil
}

// take moves to the first of the siblings read ahead on the innermost level.
func (w *descent) take() {
	top := &w.open[len(w.open)-1]
	w.at = Member{top.rest[0], top.level}
	top.rest = top.rest[1:]
}

// above is who stands directly above the member that the walk is at.
func (w *descent) above() string {
	if w.placement {
		return w.at.Distributor.ParentID
	}
	return w.at.Distributor.SponsorID
}

// below reads those directly below a parent, at the walk's time, that come after one of them, and tells whether there may be more.
func (w *descent) below(parent, afterID string, afterLeg int32) (list []Distributor, more bool, err error) {
	if w.atUS != 0 {
		return w.childrenAsOf(parent, afterID, afterLeg)
	}
	list, err = w.children(parent, afterID, afterLeg)
	return list, len(list) == siblingsRead, err
}

// children reads those directly below a parent that come after one of them: by id in the sponsor tree, by leg in the placement tree.
func (w *descent) children(parent, afterID string, afterLeg int32) (list []Distributor, err error) {
	text, args := `SELECT `+sqlWholeColumns+` FROM positions d
		WHERE d.sponsor_id = $1 AND d.distributor_id > $2 ORDER BY d.distributor_id LIMIT $3`, []any{parent, afterID, int64(siblingsRead)}
	if w.placement {
		text, args = `SELECT `+sqlWholeColumns+` FROM slots s JOIN positions d ON d.distributor_id = s.distributor_id
			WHERE s.parent_id = $1 AND s.leg > $2 AND s.left_at_us = 0 ORDER BY s.leg LIMIT $3`, []any{parent, int64(afterLeg), int64(siblingsRead)}
	}
	err = w.conn.Query(text, args, func(r Row) error {
		list = append(list, scanWhole(r))
		return nil
	})
	return list, err
}
