package store

import (
	"context"
	"fmt"

	"upline/calc"
)

// ExportQuery names a closed period. Cadence 0 is the plan's main one.
type ExportQuery struct {
	PlanID  string
	Cadence calc.Cadence
	Period  string
}

// Export is what is exported of: a closed period, as of a moment.
type Export struct {
	Run    Run
	Rows   int64 // that are read for it, to tell how far it is
	AsOfUS int64
}

// export reads a closed period in one snapshot, row by row. Its run is posted and events that come later count in later periods, so that its
// lines are the same whenever it is exported.
type export struct {
	Export
	store *Store
	conn  Conn
	plan  *calc.Plan
}

func (x *export) key() PeriodKey { return x.Run.Period.Key }

const (
	sqlRegionsOfMarkets = `(SELECT region FROM markets)`
	sqlEventLineCount   = `SELECT COUNT(*) FROM event_lines WHERE region IN ` + sqlRegionsOfMarkets + ` AND plan_id = $1 AND cadence = $2 AND period_no = $3`
)

// export runs fn with a closed period. What fn has passed on cannot be taken back, so that a snapshot that would have to be read again ends
// with ErrUnavailable.
//
// Refusals: ErrUnknownPlan, ErrUnknownPeriod, and ErrInvalid for a period that is not closed.
func (s *Store) export(ctx context.Context, q ExportQuery, fn func(*export) error) error {
	begun := false
	return s.engine.Snapshot(ctx, "export", func(c Conn) error {
		if begun {
			return fmt.Errorf("the export of period %s was cut off: %w", q.Period, ErrUnavailable)
		}
		scope, err := s.scopeOf(c, q.PlanID, q.Cadence, q.Period)
		if err != nil {
			return err
		}
		of, err := periodOf(c, scope.plan, scope.period)
		if err != nil {
			return err
		}
		if of.State != PeriodClosed {
			return periodRefusal(ErrInvalid, q.PlanID, q.Period+" is not closed", "close it first; a preview shows what it comes to")
		}
		x := &export{store: s, conn: c, plan: scope.plan}
		if x.Run, err = s.runByID(c, scope.id()); err != nil {
			return err
		}
		if x.plan, err = s.plan(c, q.PlanID, x.Run.PlanVersion); err != nil {
			return err
		}
		x.AsOfUS = s.nowUS()
		key := x.key()
		err = c.Query(sqlEventLineCount, []any{key.PlanID, int64(key.Cadence), key.No}, func(r Row) error {
			x.Rows = x.Run.LineCount + r.Int(0)
			return nil
		})
		if err != nil {
			return err
		}
		begun = true
		return fn(x)
	})
}

const (
	sqlExportEventLines = `SELECT ` + sqlLineColumns + ` FROM event_lines l WHERE l.region = $1 AND l.plan_id = $2 AND l.cadence = $3 AND l.period_no = $4
		ORDER BY l.distributor_id, l.market, l.sale_id, l.event_id, l.line_no`
	sqlExportRunLines = `SELECT ` + sqlRunLineColumns + `, distributor_id FROM period_lines WHERE region = $1 AND run_key = $2 AND attempt = $3
		ORDER BY distributor_id, bonus, level, part, kind, corrects_no`
)

// ExportLines gives every line of a closed period: those of events first, by region of the sale, earner and event, then those of its run, by
// region of the earner, earner, bonus, level and part. begin is called before the first.
func (s *Store) ExportLines(ctx context.Context, q ExportQuery, begin func(Export) error, each func(*Line) error) error {
	return s.export(ctx, q, func(x *export) error {
		if err := begin(x.Export); err != nil {
			return err
		}
		regions, err := readRegions(x.conn)
		if err != nil {
			return err
		}
		key := x.key()
		for _, region := range regions {
			err := x.conn.Query(sqlExportEventLines, []any{region, key.PlanID, int64(key.Cadence), key.No}, func(r Row) error {
				line := scanLine(r)
				line.Period = key
				return each(&line)
			})
			if err != nil {
				return err
			}
		}
		run := postedRun{x.Run.RunID, x.Run.Key, int64(x.Run.Attempt), x.Run.PlanVersion, x.Run.PostedAtUS}
		for _, region := range regions {
			err := x.conn.Query(sqlExportRunLines, []any{region, run.key, run.attempt}, func(r Row) error {
				line := run.line(r, x.plan, key, r.Text(runLineColumnCount))
				return each(&line)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
