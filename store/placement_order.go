package store

// The placements of a plan have a total order: enrolments and moves, one number after the other. The row of placement_orders that
// holds the last number is read and written by every transaction that places, so that these go one after the other, and whoever knows
// the order up to a number knows the tree as of then.

// placementEntry is one row of the order of placements.
type placementEntry struct {
	seq                              int64
	kind                             string
	distributorID, sponsorID, parent string
	leg                              int32
	turn                             uint8
	recordedAtUS                     int64
	// heldUntilUS is, of somebody who is moved, until when the place that they leave counts as theirs, so that nobody is enrolled into it.
	heldUntilUS int64
	// enrolledAtUS is, of an enrolment, when it was.
	enrolledAtUS int64
}

// The kinds of placements. A distributor who is moved takes along everybody beneath.
const (
	placementPlaced = "PLACED"
	placementMoved  = "MOVED"
)

var (
	placementColumns   = []string{"plan_id", "seq", "kind", "distributor_id", "sponsor_id", "parent_id", "leg", "turn", "held_until_us", "enrolled_at_us", "recorded_at_us"}
	sqlInsertPlacement = insertText("placements", placementColumns)
)

// setLastPlacement raises the number of the last placement of a plan from one number to another. It comes before the placements
// themselves, so that two who place at once meet at its row, which one of them waits for, and not at a key that both have made up.
func setLastPlacement(b *Batch, planID string, from, to int64) {
	if from == 0 {
		b.Exec(`INSERT INTO placement_orders (plan_id, last_seq) VALUES ($1, $2)`, planID, to)
		return
	}
	b.Exec(`UPDATE placement_orders SET last_seq = $1 WHERE plan_id = $2`, to, planID)
}

func (e *placementEntry) row(planID string) []any {
	return []any{planID, e.seq, e.kind, e.distributorID, e.sponsorID, e.parent, int64(e.leg), int64(e.turn), e.heldUntilUS, e.enrolledAtUS, e.recordedAtUS}
}

// appendPlacement puts a placement that is no enrolment into the plan's order, in the transaction that records it.
func appendPlacement(c Conn, b *Batch, planID string, e placementEntry) error {
	last, err := lastPlacement(c, planID)
	if err != nil {
		return err
	}
	e.seq = last + 1
	setLastPlacement(b, planID, last, e.seq)
	b.Exec(sqlInsertPlacement, e.row(planID)...)
	return nil
}

// writeOrder adds what was placed to the plan's order.
func (t *placedTree) writeOrder(b *Batch) {
	if len(t.ordered) == 0 {
		return
	}
	setLastPlacement(b, t.planID, t.ordered[0].seq-1, t.seq)
	for i := range t.ordered {
		b.Exec(sqlInsertPlacement, t.ordered[i].row(t.planID)...)
	}
}

// lastPlacement reads the number of the last placement of a plan's order; 0 when there is none.
func lastPlacement(c Conn, planID string) (seq int64, err error) {
	err = c.Query(`SELECT last_seq FROM placement_orders WHERE plan_id = $1`, []any{planID}, func(r Row) error {
		seq = r.Int(0)
		return nil
	})
	return seq, err
}

const sqlPlacements = `SELECT seq, kind, distributor_id, sponsor_id, parent_id, leg, turn, held_until_us, enrolled_at_us FROM placements
	WHERE plan_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq`
