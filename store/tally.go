package store

import (
	"context"
	"fmt"

	"upline/calc"
)

// Lines of events are summed up behind the writes, so that a distributor who has a million of them in a period is read as fast as one who
// has ten. What is summed up is final, whatever the order in which transactions commit:
//
//   - A transaction that adds lines reads the gate of their period, and each line bears the number of the tally that the gate has.
//   - Tally ends a tally by raising that number, as a close fences a period by writing the same row. Whoever has read the number before is
//     serialized before, even if they commit after.
//   - Then it sums up in a snapshot like that of a close, which sees all that is serialized before what it sees. So where it sees number n, no
//     line of a tally below n is added any more.
//
// Readers take the sums of tallies below some number, and the lines from that number on. No line is updated, no transaction that posts writes
// more than its lines, and two servers that sum up the same come to the same.

// lineSum is a sum of lines.
type lineSum struct {
	bonus, currency, side string
	count, amountMinor    int64
	advances              int64 // how many of the lines pay months in advance
}

const (
	// What a downgrade takes is taken back, though it takes no line.
	sqlLineSums = `SELECT bonus, currency, CASE WHEN kind = 'COMMISSION' AND amount_minor < 0 THEN 'REVERSAL' ELSE kind END AS side,
		COUNT(*), CAST(SUM(amount_minor) AS BIGINT),
		CAST(SUM(advance) AS BIGINT)
		FROM event_lines WHERE distributor_id = $1 AND plan_id = $2 AND cadence = $3 AND period_no = $4 AND advance IN (0, 1) AND tally_no >= $5 AND tally_no < $6
		GROUP BY bonus, currency, side`
	sqlTallied = `SELECT bonus, currency, side, line_count, amount_minor, advance_count, tallies FROM line_tallies
		WHERE region = $1 AND distributor_id = $2 AND plan_id = $3 AND cadence = $4 AND period_no = $5`
	sqlTalliedUpTo = `SELECT CAST(COALESCE(MAX(tallies), 0) AS BIGINT) FROM line_tallies
		WHERE region = $1 AND distributor_id = $2 AND plan_id = $3 AND cadence = $4 AND period_no = $5`
	sqlTallyWrite = `INSERT INTO line_tallies (region, distributor_id, plan_id, cadence, period_no, bonus, currency, side, tallies, line_count, amount_minor,
		advance_count) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (region, distributor_id, plan_id, cadence, period_no, bonus, currency, side) DO UPDATE
		SET tallies = excluded.tallies, line_count = excluded.line_count, amount_minor = excluded.amount_minor, advance_count = excluded.advance_count`
	sqlRegionOfDistributor = `SELECT region FROM positions WHERE distributor_id = $1`
	sqlTallyEnd            = `UPDATE periods SET tally_no = tally_no + 1 WHERE plan_id = $1 AND cadence = $2 AND period_no = $3 AND state = 'OPEN'`
	sqlTallyEndNew         = `INSERT INTO periods (plan_id, cadence, period_no, state, start_us, end_us, tally_no) VALUES ($1, $2, $3, 'OPEN', $4, $5, 1)
		ON CONFLICT (plan_id, cadence, period_no) DO NOTHING`
)

// tallyNoMax is above every number of a tally.
const tallyNoMax = 1<<63 - 1

// tally are the sums of somebody's lines in a period, up to a number: all lines of tallies below it.
type tally struct {
	tallyKey
	region string
	upTo   int64
	sums   []lineSum
}

// args are what names the rows of a tally.
func (t *tally) args() []any {
	return []any{t.region, t.distributorID, t.planID, int64(t.cadence), t.periodNo}
}

// query adds the reading of the tally to a batch.
func (t *tally) query(b *Batch) {
	b.Query(sqlTallied, t.args(), func(r Row) error {
		if upTo := r.Int(6); t.upTo != upTo && t.sums != nil {
			return fmt.Errorf("%w: tallies of %s in period %d go up to %d and to %d", ErrCorrupt, t.distributorID, t.periodNo, t.upTo, upTo)
		}
		t.upTo = r.Int(6)
		t.sums = append(t.sums, lineSum{r.Text(0), r.Text(1), r.Text(2), r.Int(3), r.Int(4), r.Int(5)})
		return nil
	})
}

// queryLinesSince adds the summing up of the lines that the tally does not have, of tallies below a number.
func (t *tally) queryLinesSince(b *Batch, below int64, each func(lineSum) error) {
	b.Query(sqlLineSums, []any{t.distributorID, t.planID, int64(t.cadence), t.periodNo, t.upTo, below}, func(r Row) error {
		return each(lineSum{r.Text(0), r.Text(1), r.Text(2), r.Int(3), r.Int(4), r.Int(5)})
	})
}

// advances is how many of the lines in the tally pay months in advance.
func (t *tally) advances() (n int64) {
	for i := range t.sums {
		n += t.sums[i].advances
	}
	return n
}

// add adds a sum to that of its bonus, currency and side.
func (t *tally) add(s lineSum) (err error) {
	for i := range t.sums {
		of := &t.sums[i]
		if of.bonus == s.bonus && of.currency == s.currency && of.side == s.side {
			of.count, of.advances = of.count+s.count, of.advances+s.advances
			sum, ok := addInt64(of.amountMinor, s.amountMinor)
			if !ok {
				return fmt.Errorf("%w: lines of %s by %s of %s", calc.ErrOverflow, s.bonus, t.distributorID, t.planID)
			}
			of.amountMinor = sum
			return nil
		}
	}
	t.sums = append(t.sums, s)
	return nil
}

// talliesAtOnce bounds the tallies that one snapshot sums up and one transaction writes.
const talliesAtOnce = 64

// Tally sums up the lines of those who have many that are not summed up yet, as far as this process knows, and returns for how many
// distributors and periods it did. It may be called by several servers at once. What it comes to nothing with is tried again by the next call.
func (s *Store) Tally(ctx context.Context) (written int, err error) {
	keys := s.untallied.take()
	for len(keys) > 0 {
		some := keys[:1]
		for len(some) < min(len(keys), talliesAtOnce) && samePeriod(some[0], keys[len(some)]) {
			some = keys[:len(some)+1]
		}
		n, err := s.tallySome(ctx, some)
		written += n
		if err != nil {
			s.untallied.giveBack(keys)
			return written, err
		}
		keys = keys[len(some):]
	}
	return written, nil
}

func samePeriod(a, b tallyKey) bool {
	return a.planID == b.planID && a.cadence == b.cadence && a.periodNo == b.periodNo
}

// tallySome sums up lines of one period.
func (s *Store) tallySome(ctx context.Context, keys []tallyKey) (written int, err error) {
	if err := s.endTally(ctx, keys[0]); err != nil {
		return 0, err
	}
	var changes []tallyChange
	err = s.engine.Snapshot(ctx, "tally_sum", func(c Conn) (err error) {
		changes, err = sumTallies(c, keys)
		return err
	})
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	err = s.engine.Write(ctx, "tally_write", func(c Conn) (err error) {
		written, err = writeTallies(c, changes)
		return err
	})
	return written, err
}

// endTally ends the tally of a period that is open. That of another has its end with the close; until then, it has to stay: where the
// close is called off, lines are added to it again.
func (s *Store) endTally(ctx context.Context, of tallyKey) error {
	return s.engine.Write(ctx, "tally_end", func(c Conn) error {
		ended, err := c.Exec(sqlTallyEnd, of.planID, int64(of.cadence), of.periodNo)
		if err != nil || ended > 0 {
			return err
		}
		plan, err := s.newestPlan(c, of.planID)
		if err != nil {
			return err
		}
		p := plan.PeriodByNo(of.cadence, of.periodNo)
		_, err = c.Exec(sqlTallyEndNew, of.planID, int64(of.cadence), of.periodNo, p.StartUS, p.EndUS)
		return err
	})
}

// sumTallies sums up what there is beyond the tallies that are written, and returns those that come to something else.
func sumTallies(c Conn, keys []tallyKey) (changed []tallyChange, err error) {
	state, below, err := gateState(c, keys[0].planID, keys[0].cadence, keys[0].periodNo)
	if err != nil {
		return nil, err
	}
	if state == PeriodClosed {
		below++ // nothing is added any more
	}
	for _, key := range keys {
		change := tallyChange{tally: tally{tallyKey: key}}
		t := &change.tally
		err := c.Query(sqlRegionOfDistributor, []any{key.distributorID}, func(r Row) error {
			t.region = r.Text(0)
			return nil
		})
		if err != nil {
			return nil, err
		}
		var b Batch
		t.query(&b)
		if err := c.Send(&b); err != nil {
			return nil, err
		}
		change.was = t.upTo
		if change.was >= below {
			continue
		}
		more := false
		b = Batch{}
		t.queryLinesSince(&b, below, func(sum lineSum) error {
			more = true
			return t.add(sum)
		})
		if err := c.Send(&b); err != nil {
			return nil, err
		}
		if t.upTo = below; more {
			changed = append(changed, change)
		}
	}
	return changed, nil
}

// tallyChange is a tally as it is to be written.
type tallyChange struct {
	tally
	was int64 // what the tally that is written goes up to
}

// writeTallies writes those tallies that nobody else has written since they were read. All rows of a tally go up to the same number.
func writeTallies(c Conn, changes []tallyChange) (written int, err error) {
	var b Batch
	upTo := make([]int64, len(changes))
	for i := range changes {
		b.Query(sqlTalliedUpTo, changes[i].args(), func(r Row) error {
			upTo[i] = r.Int(0)
			return nil
		})
	}
	if err := c.Send(&b); err != nil {
		return 0, err
	}
	b = Batch{}
	for i := range changes {
		t := &changes[i]
		if upTo[i] != t.was {
			continue
		}
		written++
		for _, sum := range t.sums {
			b.Exec(sqlTallyWrite, append(t.args(), sum.bonus, sum.currency, sum.side, t.upTo, sum.count, sum.amountMinor, sum.advances)...)
		}
	}
	return written, c.Send(&b)
}
