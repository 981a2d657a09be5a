package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"upline/calc"
)

// NewAdjustment is an amount that is paid, or taken, by hand. Content is what the client sent.
type NewAdjustment struct {
	AdjustmentID, DistributorID string
	Bonus                       string // a manual bonus of the distributor's plan
	AmountMinor                 int64
	Currency                    string
	Reason, Approver            string
	// Requester is who recorded it, by the name of the key; "" where there are no keys.
	Requester string
	// CorrectsID is the adjustment that this one corrects; "" when it corrects none.
	CorrectsID    string
	EffectiveAtUS int64
	Content       Content
}

// Adjustment is an adjustment that was recorded. It is never changed.
type Adjustment struct {
	NewAdjustment
	// Period is the one in whose close it is paid.
	Period       PeriodKey
	RecordedAtUS int64
}

const (
	sqlAdjustmentColumns = `a.adjustment_id, a.plan_id, a.cadence, a.period_no, a.distributor_id, a.bonus, a.amount_minor, a.reason, a.approver,
		a.requester, a.corrects_id, a.effective_at_us, a.recorded_at_us, a.content`
	sqlAdjustment       = `SELECT ` + sqlAdjustmentColumns + ` FROM adjustments a WHERE a.adjustment_id = $1`
	sqlAdjustmentInsert = `INSERT INTO adjustments (adjustment_id, plan_id, cadence, period_no, distributor_id, bonus, amount_minor, reason,
		approver, requester, corrects_id, effective_at_us, recorded_at_us, content, digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
)

// adjustment reads a row; the currency and the name of the period are the plan's to say.
func (s *Store) adjustment(c Conn, sql string, args []any) (list []Adjustment, err error) {
	err = c.Query(sql, args, func(r Row) error {
		list = append(list, Adjustment{
			NewAdjustment: NewAdjustment{
				AdjustmentID: r.Text(0), DistributorID: r.Text(4), Bonus: r.Text(5), AmountMinor: r.Int(6), Reason: r.Text(7), Approver: r.Text(8),
				Requester: r.Text(9), CorrectsID: r.Text(10), EffectiveAtUS: r.Int(11),
			},
			Period: PeriodKey{PlanID: r.Text(1), Cadence: calc.Cadence(r.Int(2)), No: r.Int(3)}, RecordedAtUS: r.Int(12),
		})
		content, err := decodeContent(r.Bytes(13))
		list[len(list)-1].Content = content
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range list {
		a := &list[i]
		plan, err := s.plan(c, a.Period.PlanID, 1) // currency and time zone are the same in all versions
		if err != nil {
			return nil, err
		}
		a.Currency, a.Period = plan.Currency, periodKey(plan, a.Period.Cadence, a.Period.No)
	}
	return list, nil
}

// RecordAdjustment records an adjustment, idempotent by its id, for the close of the period that its time lies in, or when that is
// shut of the earliest open one. It is never changed afterwards; another one corrects it.
//
// Refusals: ErrUnknownDistributor, ErrUnknownAdjustment, ErrInvalid, ErrCurrency, ErrTimeOutOfRange, ErrSelfApproved, ErrIDReused.
func (s *Store) RecordAdjustment(ctx context.Context, n NewAdjustment) (a Adjustment, err error) {
	err = s.engine.Write(ctx, "record_adjustment", func(c Conn) error {
		first, err := s.adjustment(c, sqlAdjustment, []any{n.AdjustmentID})
		if err != nil {
			return err
		}
		if len(first) > 0 {
			a = first[0]
			return repeated(a.Content.encode(), n.Content, "", "adjustment_id", n.AdjustmentID)
		}
		d, err := distributor(c, n.DistributorID)
		if err != nil {
			return err
		}
		if err := s.checkAdjustment(c, n, d); err != nil {
			return err
		}
		period, err := s.adjustmentPeriod(c, n, d)
		if err != nil {
			return err
		}
		a = Adjustment{NewAdjustment: n, Period: period, RecordedAtUS: s.nowUS()}
		content := n.Content.encode()
		_, err = c.Exec(sqlAdjustmentInsert, n.AdjustmentID, period.PlanID, int64(period.Cadence), period.No, n.DistributorID, n.Bonus, n.AmountMinor,
			n.Reason, n.Approver, n.Requester, n.CorrectsID, n.EffectiveAtUS, a.RecordedAtUS, content, digestOf(content))
		return err
	})
	return a, err
}

func (n *NewAdjustment) refuse(kind error, field, problem, remedy string) error {
	return &Refusal{Kind: kind, IDs: []string{"adjustment_id", n.AdjustmentID}, Fields: []FieldProblem{{field, problem, remedy}}}
}

// checkAdjustment refuses what no plan can make right.
func (s *Store) checkAdjustment(c Conn, n NewAdjustment, d Distributor) error {
	switch {
	case n.Requester != "" && n.Requester == n.Approver:
		return n.refuse(ErrSelfApproved, "approver", "is who asks for the adjustment", "name another person who has approved it")
	case n.AmountMinor == 0:
		return n.refuse(ErrInvalid, "amount.amount", "is zero", "send what is paid, or what is taken as a negative amount")
	case n.EffectiveAtUS > s.nowUS()+futureMaxUS:
		return n.refuse(ErrTimeOutOfRange, "effective_at", "lies in the future", "send it when it takes effect")
	case n.EffectiveAtUS < d.EnrolledAtUS:
		return n.refuse(ErrTimeOutOfRange, "effective_at", "lies before the distributor was enrolled", "correct the time, or the distributor")
	case n.CorrectsID == "":
		return nil
	}
	corrected, err := s.adjustment(c, sqlAdjustment, []any{n.CorrectsID})
	switch {
	case err != nil:
		return err
	case len(corrected) == 0:
		return n.refuse(ErrUnknownAdjustment, "corrects_adjustment_id", fmt.Sprintf("no adjustment %q is recorded", n.CorrectsID), "correct the id, or leave it out")
	case corrected[0].DistributorID != n.DistributorID || corrected[0].Bonus != n.Bonus:
		return n.refuse(ErrInvalid, "corrects_adjustment_id", fmt.Sprintf("is an adjustment of bonus %q for %q", corrected[0].Bonus, corrected[0].DistributorID),
			"correct an adjustment of the same bonus and distributor")
	}
	return nil
}

// adjustmentPeriod finds the period that an adjustment is paid in, and refuses one that the plan could not pay there.
func (s *Store) adjustmentPeriod(c Conn, n NewAdjustment, d Distributor) (PeriodKey, error) {
	version, err := planVersionAt(c, d.PlanID, n.EffectiveAtUS)
	if err != nil {
		return PeriodKey{}, err
	}
	if version == 0 {
		return PeriodKey{}, n.refuse(ErrUnknownPlan, "effective_at", fmt.Sprintf("no version of plan %q was in force then", d.PlanID), "send a time from the plan's first day on")
	}
	plan, err := s.plan(c, d.PlanID, version)
	if err != nil {
		return PeriodKey{}, err
	}
	bonus, err := n.manualBonus(plan)
	if err != nil {
		return PeriodKey{}, err
	}
	own := plan.PeriodAt(bonus.Cadence, n.EffectiveAtUS).No
	state, _, err := gateState(c, plan.ID, bonus.Cadence, own)
	if err != nil {
		return PeriodKey{}, err
	}
	if state != PeriodOpen {
		late, err := lateStamp(c, plan, bonus.Cadence, own, false)
		if err != nil {
			return PeriodKey{}, err
		}
		own = late.no
	}
	err = c.Query(sqlCountsFrom[bonus.Cadence], []any{plan.ID, n.DistributorID}, func(r Row) error {
		own = max(own, r.Int(0))
		return nil
	})
	if err != nil {
		return PeriodKey{}, err
	}
	key := periodKey(plan, bonus.Cadence, own)
	scope, err := s.scopeOf(c, plan.ID, bonus.Cadence, key.Name)
	if err != nil {
		return PeriodKey{}, err
	}
	return key, n.checkPayable(scope.plan, d)
}

// manualBonus returns the plan's manual bonus of that name.
func (n *NewAdjustment) manualBonus(plan *calc.Plan) (*calc.Bonus, error) {
	var manual []string
	for i := range plan.Bonuses {
		if b := &plan.Bonuses[i]; b.Manual != nil {
			if b.Name == n.Bonus {
				return b, nil
			}
			manual = append(manual, b.Name)
		}
	}
	problem, remedy := fmt.Sprintf("version %d of plan %q has no manual bonus %q", plan.Version, plan.ID, n.Bonus), "use one of its manual bonuses: "+strings.Join(manual, ", ")
	if len(manual) == 0 {
		remedy = "publish a version with a bonus of the kind `manual`"
	}
	return nil, n.refuse(ErrInvalid, "bonus", problem, remedy)
}

// checkPayable refuses an adjustment that a plan version could not pay. The run would fail by it.
func (n *NewAdjustment) checkPayable(plan *calc.Plan, d Distributor) error {
	bonus, err := n.manualBonus(plan)
	if err != nil {
		return err
	}
	market := calc.WordNumber(plan.Names.Markets, d.Market)
	paid := bonus.Markets == nil || int(market) < len(bonus.Markets) && bonus.Markets[market]
	if bonus.Variants != nil && plan.VariantOfMarket != nil {
		paid = paid && bonus.Variants[plan.VariantOfMarket[market]]
	}
	switch most := bonus.Manual.AmountMaxMinor; {
	case n.Currency != plan.Currency:
		return n.refuse(ErrCurrency, "amount.currency_code", fmt.Sprintf("is %s, and plan %q pays in %s", n.Currency, plan.ID, plan.Currency), "send the amount in the plan's currency")
	case most > 0 && magnitude(n.AmountMinor) > uint64(most):
		return n.refuse(ErrInvalid, "amount.amount", "is more than the bonus allows, "+calc.FormatMinor(most, plan.MinorDigits), "send less, or publish a version with another `amount_max`")
	case !paid:
		return n.refuse(ErrInvalid, "bonus", fmt.Sprintf("is not paid in market %s, which the distributor belongs to", d.Market), "use a bonus that is paid there")
	}
	return nil
}

// AdjustmentFilter selects adjustments: of a distributor, or of a plan's period. Empty fields select all.
type AdjustmentFilter struct {
	DistributorID string
	PlanID        string
	Cadence       calc.Cadence // of the period; 0: the plan's main one
	Period        string
}

// ListAdjustments lists adjustments in the order of their ids.
func (s *Store) ListAdjustments(ctx context.Context, f AdjustmentFilter, after string, limit int) (list []Adjustment, next string, err error) {
	err = s.engine.Read(ctx, "list_adjustments", func(c Conn) error {
		next = ""
		cadence, no := int64(0), int64(0)
		if f.Period != "" {
			scope, err := s.scopeOf(c, f.PlanID, f.Cadence, f.Period)
			if err != nil {
				return err
			}
			cadence, no = int64(scope.period.Cadence), scope.period.No
		}
		const filter = ` AND a.adjustment_id > $1 AND ($2 = '' OR a.distributor_id = $2) AND ($3 = '' OR a.plan_id = $3)
			AND ($4 = 0 OR a.cadence = $4 AND a.period_no = $5) ORDER BY a.adjustment_id LIMIT $6`
		text := `SELECT ` + sqlAdjustmentColumns + ` FROM adjustments a WHERE a.adjustment_id <> ''` + filter
		switch {
		case f.DistributorID != "":
			text = `SELECT ` + sqlAdjustmentColumns + ` FROM adjustments a WHERE a.distributor_id = $2` + filter
		case f.Period != "":
			text = `SELECT ` + sqlAdjustmentColumns + ` FROM adjustments a WHERE a.plan_id = $3 AND a.cadence = $4 AND a.period_no = $5` + filter
		}
		list, err = s.adjustment(c, text, []any{after, f.DistributorID, f.PlanID, cadence, no, int64(limit) + 1})
		if err == nil && len(list) > limit {
			list, next = list[:limit], list[limit-1].AdjustmentID
		}
		return err
	})
	return list, next, err
}

const sqlAdjustmentsOfPeriod = `SELECT distributor_id, bonus, amount_minor, adjustment_id FROM adjustments
	WHERE plan_id = $1 AND cadence = $2 AND period_no = $3 ORDER BY adjustment_id`

// readAdjustments reads what is paid by hand in the period.
func (r *runReader) readAdjustments(d *rowDigest) error {
	plan, given := r.in.scope.plan, &r.in.calc.Adjustments
	args := []any{plan.ID, int64(r.in.scope.period.Cadence), r.in.scope.period.No}
	return r.conn.Query(sqlAdjustmentsOfPeriod, args, func(row Row) error {
		of := r.index.findBytes(row.Bytes(0))
		bonus := slices.IndexFunc(plan.Bonuses, func(b calc.Bonus) bool { return b.Manual != nil && b.Name == string(row.Bytes(1)) })
		if of < 0 || bonus < 0 {
			return fmt.Errorf("%w: adjustment %s of bonus %s for distributor %s cannot be paid", ErrCorrupt, row.Bytes(3), row.Bytes(1), row.Bytes(0))
		}
		given.Earner, given.Bonus, given.AmountMinor = append(given.Earner, of), append(given.Bonus, uint16(bonus)), append(given.AmountMinor, row.Int(2))
		for column := range []int{0, 1} {
			d.bytes(row.Bytes(column))
		}
		d.int(row.Int(2))
		d.bytes(row.Bytes(3))
		d.row()
		return nil
	})
}

// checkAdjustments refuses a plan version that could not pay what was recorded for the periods that it would compute.
func (s *Store) checkAdjustments(c Conn, p *calc.Plan) error {
	list, err := s.adjustment(c, `SELECT `+sqlAdjustmentColumns+` FROM adjustments a WHERE a.plan_id = $1
		AND a.recorded_at_us >= $2 ORDER BY a.adjustment_id`, []any{p.ID, p.ValidFromUS - futureMaxUS})
	if err != nil {
		return err
	}
	for _, a := range list {
		if p.PeriodByNo(a.Period.Cadence, a.Period.No).StartUS < p.ValidFromUS {
			continue
		}
		d, err := distributor(c, a.DistributorID)
		if err != nil {
			return err
		}
		if err := a.checkPayable(p, d); err != nil {
			return &Refusal{
				Kind: ErrPlanOverlap, IDs: []string{"plan_id", p.ID, "adjustment_id", a.AdjustmentID},
				Fields: []FieldProblem{{"bonuses", fmt.Sprintf("do not pay adjustment %q of bonus %q, which is recorded for %s", a.AdjustmentID, a.Bonus, a.Period.Name), "keep the bonus as it is, or choose a later first day"}},
			}
		}
	}
	return nil
}
