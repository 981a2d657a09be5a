package store

import (
	"fmt"
	"math"

	"upline/calc"
	"upline/calc/placement"
)

// readPlacedTree reads the tree of a plan, with volumes when a rule of the plan goes by them.
func (s *Store) readPlacedTree(c Conn, planID string) (*placedTree, error) {
	plan, err := s.newestPlan(c, planID)
	if err != nil {
		return nil, err
	}
	first, err := s.plan(c, planID, 1)
	if err != nil {
		return nil, err
	}
	t := &placedTree{planID: planID, ids: newIDNumbers(), location: first.Location, firstUS: first.ValidFromUS}
	if t.seq, err = lastPlacement(c, planID); err != nil {
		return nil, err
	}
	columns, err := t.readColumns(c)
	if err != nil {
		return nil, err
	}
	inForce, err := s.planInForce(c, planID)
	if err != nil {
		return nil, err
	}
	if inForce.Placing.ByVolume() {
		if err := s.readPlacedVolumes(c, t, inForce, &columns); err != nil {
			return nil, err
		}
	}
	t.tree, err = placement.Load(placement.Shape{Width: plan.PlacementWidth, DepthMax: plan.PlacementDepth}, columns)
	if err != nil {
		return nil, fmt.Errorf("%w: placement tree of plan %s: %w", ErrCorrupt, planID, err)
	}
	return t, nil
}

// readColumns reads the whole order, of which the last that is said of somebody holds.
func (t *placedTree) readColumns(c Conn) (columns placement.Columns, err error) {
	seq := int64(0)
	err = c.Query(sqlPlacements, []any{t.planID, int64(0), t.seq}, func(r Row) error {
		seq++
		if r.Int(0) != seq {
			return fmt.Errorf("%w: placement %d of plan %s is missing", ErrCorrupt, seq, t.planID)
		}
		row := t.ids.add(r.Text(2))
		if int(row) == len(columns.Parent) {
			columns.Parent, columns.Leg, columns.Turn = append(columns.Parent, placement.NotPlaced), append(columns.Leg, 0), append(columns.Turn, 0)
			t.enrolledUS = append(t.enrolledUS, r.Int(8))
		}
		parent, leg := placement.Nobody, r.Int(5)
		if above := r.Bytes(4); len(above) > 0 {
			if parent = t.ids.find(string(above)); parent < 0 {
				return fmt.Errorf("%w: placement %d of plan %s: the parent %s comes later", ErrCorrupt, seq, t.planID, above)
			}
		}
		if leg < 0 || leg > math.MaxUint8 {
			return fmt.Errorf("%w: placement %d of plan %s: leg %d", ErrCorrupt, seq, t.planID, leg)
		}
		if held := r.Int(7); held != 0 {
			t.hold(placement.Place{Parent: columns.Parent[row], Leg: columns.Leg[row]}, held)
		}
		columns.Parent[row], columns.Leg[row] = parent, uint8(leg)
		if turn := r.Int(6); turn != 0 {
			sponsor := t.ids.find(r.Text(3))
			if sponsor < 0 || turn < 0 || turn > math.MaxUint8 {
				return fmt.Errorf("%w: placement %d of plan %s: turn %d of %s", ErrCorrupt, seq, t.planID, turn, r.Text(3))
			}
			columns.Turn[sponsor] = uint8(turn)
		}
		return nil
	})
	if err == nil && seq != t.seq {
		err = fmt.Errorf("%w: placements of plan %s end at %d of %d", ErrCorrupt, t.planID, seq, t.seq)
	}
	return columns, err
}

// The column of the volume differs, so there are two texts.
const (
	sqlPlacedVolume = `FROM event_counts WHERE region = $1 AND plan_id = $2 AND cadence = $3 AND period_no = $4 GROUP BY distributor_id`
	sqlPlacedCV     = `SELECT distributor_id, CAST(SUM(cv) AS BIGINT) ` + sqlPlacedVolume
	sqlPlacedPV     = `SELECT distributor_id, CAST(SUM(pv) AS BIGINT) ` + sqlPlacedVolume
)

// readPlacedVolumes reads everybody's volume in the running period of the plan's main cadence, the earliest that is open.
func (s *Store) readPlacedVolumes(c Conn, t *placedTree, plan *calc.Plan, columns *placement.Columns) error {
	now := s.nowUS()
	period, err := runningPeriod(c, plan, now)
	if err != nil {
		return err
	}
	regions, err := readRegions(c)
	if err != nil {
		return err
	}
	text := sqlPlacedCV
	if plan.Placing.Base == calc.BasePV {
		text = sqlPlacedPV
	}
	columns.Volume = make([]int64, len(columns.Parent))
	for _, region := range regions {
		err := c.Query(text, []any{region, t.planID, int64(plan.Main), period}, func(r Row) error {
			row := t.ids.find(r.Text(0))
			if row < 0 {
				return fmt.Errorf("%w: seller %s has no place in plan %s", ErrCorrupt, r.Bytes(0), t.planID)
			}
			columns.Volume[row] += r.Int(1)
			return nil
		})
		if err != nil {
			return err
		}
	}
	t.volumeAsOfUS, t.volumePeriod = now, period
	return nil
}

// runningPeriod is the period of the main cadence that an event of now counts in.
func runningPeriod(c Conn, plan *calc.Plan, nowUS int64) (int64, error) {
	stamps, err := stampsOf(c, []gate{{plan, []calc.Cadence{plan.Main}, max(nowUS, plan.ValidFromUS), nil}})
	if err != nil {
		return 0, err
	}
	return stamps[0][0].no, nil
}
