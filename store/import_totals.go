package store

import "context"

// OpeningTotal sums up opening entries of one kind, and of one currency where they have one.
type OpeningTotal struct {
	Kind                            OpeningKind
	Currency                        string
	Count, AmountMinor, Left, Right int64
	PriceMinor                      int64 // of the services
}

// OpeningTotals counts the enrolments of a plan and sums up its opening entries, by kind and currency in byte order.
func (s *Store) OpeningTotals(ctx context.Context, planID string) (enrolments int64, totals []OpeningTotal, err error) {
	err = s.engine.Snapshot(ctx, "opening_totals", func(c Conn) error {
		totals = nil
		err := c.Query(`SELECT COUNT(*) FROM network_events WHERE plan_id = $1 AND kind = 'ENROLLED'`, []any{planID}, func(r Row) error {
			enrolments = r.Int(0)
			return nil
		})
		if err != nil {
			return err
		}
		return c.Query(`SELECT kind, currency, COUNT(*), CAST(SUM(amount_minor) AS BIGINT), CAST(SUM(left_volume) AS BIGINT),
			CAST(SUM(right_volume) AS BIGINT), CAST(SUM(price_minor) AS BIGINT) FROM opening_events WHERE plan_id = $1 GROUP BY kind, currency ORDER BY kind, currency`,
			[]any{planID}, func(r Row) error {
				totals = append(totals, OpeningTotal{OpeningKind(r.Text(0)), r.Text(1), r.Int(2), r.Int(3), r.Int(4), r.Int(5), r.Int(6)})
				return nil
			})
	})
	return enrolments, totals, err
}

// EnrolledOf counts those of the distributors who are enrolled in a plan.
func (s *Store) EnrolledOf(ctx context.Context, planID string, distributorIDs []string) (enrolled int64, err error) {
	err = s.engine.Read(ctx, "enrolled_of", func(c Conn) error {
		enrolled = 0
		var b Batch
		b.queryIDs(sqlEnrolledOf, []any{planID}, distributorIDs, func(r Row) error {
			enrolled += r.Int(0)
			return nil
		})
		return c.Send(&b)
	})
	return enrolled, err
}

// OpeningTotalsOf sums up those of the entries that are recorded, by kind and currency.
func (s *Store) OpeningTotalsOf(ctx context.Context, planID string, eventIDs []string) (totals map[OpeningTotalKey]OpeningTotal, err error) {
	err = s.engine.Read(ctx, "opening_totals_of", func(c Conn) error {
		totals = make(map[OpeningTotalKey]OpeningTotal)
		var b Batch
		b.queryIDs(sqlOpeningTotalsOf, []any{planID}, eventIDs, func(r Row) error {
			t := OpeningTotal{
				Kind: OpeningKind(r.Text(0)), Currency: r.Text(1), Count: 1, AmountMinor: r.Int(2), Left: r.Int(3), Right: r.Int(4), PriceMinor: r.Int(5),
			}
			totals[t.Key()] = totals[t.Key()].Plus(t)
			return nil
		})
		return c.Send(&b)
	})
	return totals, err
}

var (
	sqlEnrolledOf      = `SELECT COUNT(*) FROM network_events WHERE plan_id = $1 AND event_id = distributor_id AND distributor_id IN ` + idList(1)
	sqlOpeningTotalsOf = `SELECT kind, currency, amount_minor, left_volume, right_volume, price_minor FROM opening_events
		WHERE plan_id = $1 AND event_id IN ` + idList(1)
)

// OpeningTotalKey tells totals apart.
type OpeningTotalKey struct {
	Kind     OpeningKind
	Currency string
}

// Key says what the total is of.
func (t OpeningTotal) Key() OpeningTotalKey { return OpeningTotalKey{t.Kind, t.Currency} }

// Plus adds what another total of the same key comes to. What is added up was read from rows whose sums the database can give.
func (t OpeningTotal) Plus(o OpeningTotal) OpeningTotal {
	return OpeningTotal{
		o.Kind, o.Currency, t.Count + o.Count, t.AmountMinor + o.AmountMinor, t.Left + o.Left, t.Right + o.Right, t.PriceMinor + o.PriceMinor,
	}
}
