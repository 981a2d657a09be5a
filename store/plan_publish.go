package store

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"upline/calc"
)

// PublishPlan makes a plan the next version of its plan. A plan whose canonical form was published before returns that version.
// The currency, time zone, main cadence, weeks counted from and placement width of a plan never change, as periods and ledgers stand on them.
func (s *Store) PublishPlan(ctx context.Context, n NewPlan) (v PlanVersion, err error) {
	s.publishing.Add(1)
	defer s.publishing.Add(-1)
	err = s.engine.Write(ctx, "publish_plan", func(c Conn) error {
		existing, err := versionsOf(c, n.Plan.ID)
		if err != nil {
			return err
		}
		for _, e := range existing {
			if bytes.Equal(e.Digest[:], n.Plan.Digest[:]) {
				v = e
				return nil
			}
		}
		if len(existing) > 0 {
			if err := s.checkSuccessor(c, existing[len(existing)-1], n.Plan); err != nil {
				return err
			}
		}
		v = PlanVersion{
			PlanID: n.Plan.ID, Version: int32(len(existing)) + 1, Name: n.Name, Digest: n.Plan.Digest, Source: n.Source,
			ValidFromUS: n.Plan.ValidFromUS, PublishedAtUS: s.nowUS(),
		}
		_, err = c.Exec(`INSERT INTO plans (plan_id, version, name, digest, source, valid_from_us, published_at_us)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			v.PlanID, int64(v.Version), v.Name, v.Digest[:], v.Source, v.ValidFromUS, v.PublishedAtUS)
		return err
	})
	return v, err
}

// checkSuccessor refuses a version that would change what a plan's periods stand on, or that reaches into a period already shut.
func (s *Store) checkSuccessor(c Conn, last PlanVersion, p *calc.Plan) error {
	before, err := s.plan(c, p.ID, last.Version)
	if err != nil {
		return err
	}
	fixed := func(field, was, is string) *Refusal {
		return &Refusal{
			Kind: ErrImmutable, IDs: []string{"plan_id", p.ID},
			Fields: []FieldProblem{{field, fmt.Sprintf("is %s and was %s in version %d", is, was, last.Version), "publish it under another plan_id"}},
		}
	}
	switch {
	case p.Currency != before.Currency:
		return fixed("currency", before.Currency, p.Currency)
	case p.Location.String() != before.Location.String():
		return fixed("time_zone", before.Location.String(), p.Location.String())
	case p.Main != before.Main:
		return fixed("cadence", before.Main.String(), p.Main.String())
	case !p.CountsWeeksAlike(before):
		return otherWeeks(p, before)
	case p.PlacementWidth != before.PlacementWidth:
		return fixed("placement.width", strconv.Itoa(int(before.PlacementWidth)), strconv.Itoa(int(p.PlacementWidth)))
	case p.ValidFromUS < s.nowUS() && len(planCadences(p)) > len(intersection(planCadences(p), planCadences(before))):
		return &Refusal{
			Kind: ErrPlanOverlap, IDs: []string{"plan_id", p.ID},
			Fields: []FieldProblem{{"valid_from", "has gone by, and the version brings a cadence that events since then were not stamped with", "choose a first day to come"}},
		}
	case p.ValidFromUS <= last.ValidFromUS:
		return &Refusal{
			Kind: ErrPlanOverlap, IDs: []string{"plan_id", p.ID},
			Fields: []FieldProblem{{"valid_from", fmt.Sprintf("is not after that of version %d", last.Version), "choose a later first day"}},
		}
	}
	var shutUntilUS int64
	err = c.Query(`SELECT CAST(COALESCE(MAX(end_us), 0) AS BIGINT) FROM periods WHERE plan_id = $1 AND state <> 'OPEN'`,
		[]any{p.ID}, func(r Row) error {
			shutUntilUS = r.Int(0)
			return nil
		})
	if err != nil {
		return err
	}
	if p.ValidFromUS < shutUntilUS {
		return &Refusal{
			Kind: ErrPlanOverlap, IDs: []string{"plan_id", p.ID},
			Fields: []FieldProblem{{"valid_from", "lies in a period that is closed or being closed", "choose the first day of a period that is still open"}},
		}
	}
	if err := s.checkMatchedVersions(c, p, last.Version); err != nil {
		return err
	}
	return s.checkAdjustments(c, p)
}

// otherWeeks refuses a version whose periods of two and of four weeks would not be those of the versions before: periods are numbered, and
// the network says since which numbers it counts, whether the plan has such periods already or not.
func otherWeeks(p, before *calc.Plan) *Refusal {
	fits := p.WeeksFrom
	for same := *p; !same.CountsWeeksAlike(before); same.WeeksFrom = fits {
		fits++
	}
	return &Refusal{
		Kind: ErrImmutable, IDs: []string{"plan_id", p.ID},
		Fields: []FieldProblem{{
			"weeks_from", fmt.Sprintf("is %s, and periods of two and of four weeks were counted from %s in version %d", calc.MondayOf(p.WeeksFrom), calc.MondayOf(before.WeeksFrom), before.Version),
			fmt.Sprintf("write %s or another Monday a number of four weeks from it, or publish it under another plan_id", calc.MondayOf(fits)),
		}},
	}
}

const sqlPlanColumns = `plan_id, version, name, digest, source, valid_from_us, published_at_us`

func scanPlan(r Row) (v PlanVersion, err error) {
	v = PlanVersion{
		PlanID: r.Text(0), Version: int32(r.Int(1)), Name: r.Text(2), Source: r.Text(4), ValidFromUS: r.Int(5), PublishedAtUS: r.Int(6),
	}
	if n := copy(v.Digest[:], r.Bytes(3)); n != len(v.Digest) {
		return v, fmt.Errorf("%w: digest of plan %s version %d", ErrCorrupt, v.PlanID, v.Version)
	}
	return v, nil
}

// versionsOf returns all versions of a plan, oldest first.
func versionsOf(c Conn, planID string) (versions []PlanVersion, err error) {
	err = c.Query(`SELECT `+sqlPlanColumns+` FROM plans WHERE plan_id = $1 ORDER BY version`, []any{planID}, func(r Row) error {
		v, err := scanPlan(r)
		versions = append(versions, v)
		return err
	})
	return versions, err
}

// GetPlan returns a version of a plan; version 0 is the newest.
func (s *Store) GetPlan(ctx context.Context, planID string, version int32) (v PlanVersion, err error) {
	err = s.engine.Read(ctx, "get_plan", func(c Conn) error {
		versions, err := versionsOf(c, planID)
		if err != nil {
			return err
		}
		wanted := int(version)
		if wanted == 0 {
			wanted = len(versions)
		}
		if wanted < 1 || wanted > len(versions) {
			return &Refusal{
				Kind: ErrUnknownPlan, IDs: []string{"plan_id", planID},
				Fields: []FieldProblem{{"plan_id", fmt.Sprintf("%d versions are published", len(versions)), "list them with ListPlans"}},
			}
		}
		v = versions[wanted-1]
		return nil
	})
	return v, err
}

// ListPlans lists versions ordered by plan and version, of one plan or of all. after is the cursor of the page before.
func (s *Store) ListPlans(ctx context.Context, planID, after string, limit int) (versions []PlanVersion, next string, err error) {
	afterID, afterVersion := "", int64(0)
	if after != "" {
		id, no, err := cursorTextInt(after)
		if err != nil {
			return nil, "", err
		}
		afterID, afterVersion = id, no
	}
	err = s.engine.Read(ctx, "list_plans", func(c Conn) error {
		versions, next = nil, ""
		return c.Query(`SELECT `+sqlPlanColumns+` FROM plans
			WHERE (plan_id, version) > ($1, $2) AND ($3 = '' OR plan_id = $3) ORDER BY plan_id, version LIMIT $4`,
			[]any{afterID, afterVersion, planID, int64(limit) + 1}, func(r Row) error {
				if len(versions) == limit {
					last := versions[limit-1]
					next = cursor(last.PlanID, strconv.Itoa(int(last.Version)))
					return nil
				}
				v, err := scanPlan(r)
				versions = append(versions, v)
				return err
			})
	})
	return versions, next, err
}
