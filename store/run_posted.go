package store

import (
	"fmt"

	"upline/calc"
)

// What was owed when a company came to Upline was earned before, and no cap bounds it. The index has all columns, so that the close of a
// period reads what lies together and nothing else.
const sqlPosted = `SELECT distributor_id, bonus, CAST(SUM(amount_minor) AS BIGINT) FROM event_lines
	WHERE region = $1 AND plan_id = $2 AND cadence = $3 AND period_no = $4 AND kind <> 'OPENING'
	GROUP BY distributor_id, bonus ORDER BY distributor_id, bonus`

// readPosted reads what events have posted in the period by the bonuses that caps bound, summed by earner and bonus: commissions, and what
// was taken back of this period's or earlier ones, which makes room. Lines of sales that were sold under another version of the plan
// count as well, where this version has a bonus of their name that is paid at the event: a cap bounds what is paid in its period.
func (r *runReader) readPosted(d *rowDigest) error {
	in, plan := r.in, r.in.scope.plan
	bounded := make(map[string]uint16)
	for i := range plan.Caps {
		for _, bonus := range plan.Caps[i].Bonuses {
			if b := &plan.Bonuses[bonus]; b.Pays == calc.PaysEvent && b.Cadence == in.scope.period.Cadence {
				bounded[b.Name] = uint16(bonus)
			}
		}
	}
	if len(bounded) == 0 {
		return nil
	}
	posted := &in.calc.Posted
	for _, region := range in.regions {
		args := []any{region, plan.ID, int64(in.scope.period.Cadence), in.scope.period.No}
		err := r.conn.Query(sqlPosted, args, func(row Row) error {
			bonus, ok := bounded[string(row.Bytes(1))]
			if !ok {
				return nil
			}
			earner := r.index.findBytes(row.Bytes(0))
			if earner < 0 {
				return fmt.Errorf("%w: earner %s of lines of events is not in the network of the period", ErrCorrupt, row.Bytes(0))
			}
			posted.Earner, posted.Bonus = append(posted.Earner, earner), append(posted.Bonus, bonus)
			posted.AmountMinor = append(posted.AmountMinor, row.Int(2))
			d.text(region)
			d.bytes(row.Bytes(0))
			d.bytes(row.Bytes(1))
			d.int(row.Int(2))
			d.row()
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
