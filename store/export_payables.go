package store

import (
	"context"

	"upline/calc"
)

// Payable is what a closed period owes a distributor in one currency. The first five amounts sum to PostedMinor, which is HeldMinor, CompanyMinor and
// PayableMinor together.
type Payable struct {
	DistributorID, Currency                                    string
	CommissionMinor, ByHandMinor, RestatedMinor, ClawbackMinor int64
	OpeningMinor                                               int64
	PostedMinor, HeldMinor, CompanyMinor, PayableMinor         int64
	UnearnedMinor                                              int64 // of PostedMinor: advances that paid cycles have not earned as of the export
	LineCount                                                  int64
}

// earnedSum is what a distributor has of one bonus and kind of line in one currency.
type earnedSum struct {
	distributorID, currency, bonus, kind string
	// paidBefore tells that an opening line says that an advance was paid out before Upline.
	paidBefore         bool
	amountMinor, count int64
}

// sqlEarnedSums adds up both kinds of lines. The database puts them in order, on disk where they are many.
const sqlEarnedSums = `SELECT distributor_id, currency, bonus, kind, paid_before, CAST(SUM(amount_minor) AS BIGINT), COUNT(*) FROM (
		SELECT l.distributor_id, l.currency, l.bonus, l.kind, CAST(CASE WHEN l.factor = '` + openingPaid + `' THEN 1 ELSE 0 END AS BIGINT) AS paid_before, l.amount_minor
		FROM event_lines l WHERE l.region IN ` + sqlRegionsOfMarkets + ` AND l.plan_id = $1 AND l.cadence = $2 AND l.period_no = $3
		UNION ALL
		SELECT p.distributor_id, '' AS currency, p.bonus, p.kind, CAST(0 AS BIGINT) AS paid_before, p.amount_minor
		FROM period_lines p WHERE p.region IN ` + sqlRegionsOfMarkets + ` AND p.run_key = $4 AND p.attempt = $5
	) e GROUP BY distributor_id, currency, bonus, kind, paid_before ORDER BY distributor_id, currency, bonus, kind, paid_before`

// earned gives the sums of the period by distributor. Those of the run come with the plan's currency, and before those of events in it.
func (x *export) earned(each func(earnedSum) error) error {
	key := x.key()
	return x.conn.Query(sqlEarnedSums, []any{key.PlanID, int64(key.Cadence), key.No, x.Run.Key, int64(x.Run.Attempt)}, func(r Row) error {
		sum := earnedSum{r.Text(0), r.Text(1), r.Text(2), r.Text(3), r.Int(4) != 0, r.Int(5), r.Int(6)}
		if sum.currency == "" {
			sum.currency = x.plan.Currency
		}
		return each(sum)
	})
}

// standings are those who count as terminated in the period: nearly nobody. The value tells whether they still are.
func (x *export) standings() (terminated map[string]bool, err error) {
	standing := map[string]bool{}
	err = x.conn.Query(`SELECT distributor_id, standing FROM positions WHERE plan_id = $1 AND standing_at_us <> 0 ORDER BY distributor_id`, []any{x.plan.ID}, func(r Row) error {
		standing[r.Text(0)] = Standing(r.Text(1)) == StandingTerminated
		return nil
	})
	if err != nil {
		return nil, err
	}
	terminated = map[string]bool{}
	for id, still := range standing {
		events, err := networkEventsOf(x.conn, x.plan.ID, id)
		if err != nil {
			return nil, err
		}
		if e, _ := inView(events, ofStanding, networkView{x.key().Cadence, x.key().No}); e != nil && e.Kind == NetworkTerminated {
			terminated[id] = still
		}
	}
	return terminated, nil
}

// unearned gives the advances of the period that paid cycles have not earned as of now, one by one.
func (x *export) unearned(each func(distributorID, currency string, minor int64)) error {
	regions, err := readRegions(x.conn)
	if err != nil {
		return err
	}
	return x.store.eachAdvance(x.conn, sqlAdvancesOfPeriod, regions, x.key(), func(row Row, a runningAdvance, minor int64) {
		each(row.Text(7), a.currency, minor)
	})
}

// share says how an amount that is posted for somebody is owed.
func (x *export) share(terminated map[string]bool, distributorID string, minor int64) (held, company, payable int64) {
	still, is := terminated[distributorID]
	switch {
	case is && x.plan.Terminations == calc.TerminationsCompany:
		return 0, minor, 0
	case is && still:
		return minor, 0, 0
	}
	return 0, 0, minor
}

// ExportPayables gives what a closed period owes, by distributor and currency. begin is called before the first.
func (s *Store) ExportPayables(ctx context.Context, q ExportQuery, begin func(Export) error, each func(*Payable) error) error {
	return s.export(ctx, q, func(x *export) error {
		terminated, err := x.standings()
		if err != nil {
			return err
		}
		unearned := map[[2]string]int64{} // of who has any, by currency
		err = x.unearned(func(distributorID, currency string, minor int64) {
			unearned[[2]string{distributorID, currency}] += minor
		})
		if err != nil {
			return err
		}
		byHand, _, err := x.store.bonusKinds(x.conn, x.plan.ID)
		if err != nil {
			return err
		}
		if err := begin(x.Export); err != nil {
			return err
		}
		var open []*Payable // of one distributor, by currency
		flush := func() error {
			for _, p := range open {
				p.UnearnedMinor = unearned[[2]string{p.DistributorID, p.Currency}]
				p.HeldMinor, p.CompanyMinor, p.PayableMinor = x.share(terminated, p.DistributorID, p.PostedMinor)
				if err := each(p); err != nil {
					return err
				}
			}
			open = open[:0]
			return nil
		}
		err = x.earned(func(sum earnedSum) error {
			if len(open) > 0 && open[0].DistributorID != sum.distributorID {
				if err := flush(); err != nil {
					return err
				}
			}
			payableIn(&open, sum).add(sum, byHand[sum.bonus])
			return nil
		})
		if err != nil {
			return err
		}
		return flush()
	})
}

// payableIn is the distributor's payable in the sum's currency, which stands in the order of the currencies.
func payableIn(open *[]*Payable, sum earnedSum) *Payable {
	for i, p := range *open {
		if p.Currency == sum.currency {
			return p
		}
		if p.Currency > sum.currency {
			added := &Payable{DistributorID: sum.distributorID, Currency: sum.currency}
			*open = append(*open, nil)
			copy((*open)[i+1:], (*open)[i:])
			(*open)[i] = added
			return added
		}
	}
	added := &Payable{DistributorID: sum.distributorID, Currency: sum.currency}
	*open = append(*open, added)
	return added
}

// add takes a sum in, where its kind belongs.
func (p *Payable) add(sum earnedSum, byHand bool) {
	to := &p.CommissionMinor
	switch {
	case sum.kind == lineReversal:
		to = &p.ClawbackMinor
	case sum.kind == lineOpening:
		to = &p.OpeningMinor
	case sum.kind == lineRestated:
		to = &p.RestatedMinor
	case byHand:
		to = &p.ByHandMinor
	}
	*to += sum.amountMinor
	p.PostedMinor += sum.amountMinor
	p.LineCount += sum.count
}
