package store

import (
	"cmp"
	"fmt"
	"math"

	"upline/calc"
)

// runInput is all that a run computes from, columnar: no object per distributor or per event.
type runInput struct {
	scope    runScope
	calc     calc.Input
	ids      idColumn // by distributor, in byte order
	regions  []string // in byte order
	regionOf []uint16 // by distributor, index into regions
	volumeCV int64
	digest   []byte
	restated *restating // what the run corrects of closed periods
	index    *idIndex
	// liability is read where the plan bounds what may be paid without confirmation, for runs and their previews.
	liability *liabilityInput
	// advances are the balances of the account of advances, for closes.
	advances []advanceBalance
}

// runReader reads the input of a run inside one snapshot.
type runReader struct {
	store *Store
	conn  Conn
	in    *runInput
	index *idIndex
	// seenSince is, by distributor, the first period of the main cadence whose run had them in its network; empty where nobody asks.
	seenSince []int64
	heir      map[int32]int32 // for whom the sales of the terminated count, where the plan rolls them up; -1: for nobody else
	reading
}

// reading says which of the readings of a period's events is meant, and where the state before it comes from.
type reading struct {
	// asOf is the period whose close the input is read at: what came after its period was shut, and is applied in a later close than
	// that, is not in the input. A run reads as of its own period, so that its input is the same for ever; a closed period that is
	// computed again is read as of the one that is closing.
	asOf          int64
	ranks, states priorSource
	// supposed are counts that nobody has recorded, as if they were.
	supposed []supposedCount
	// restated is what the closing run corrects of the periods before; nil when there is nothing to correct.
	restated *restating
	// liability takes what the check of the liability needs; nil where nothing is checked.
	liability *liabilityInput
}

// readingOf is the one reading of an ordinary run: what had counted when its period was shut, with the ranks and the state that the
// runs before have left.
func readingOf(c Conn, o runScope, ranksRunID string, restated *restating) (reading, error) {
	statesRunID, err := runBefore(c, o, o.period.Cadence, o.period.StartUS)
	return reading{asOf: o.period.No, ranks: priorSource{runID: ranksRunID}, states: priorSource{runID: statesRunID}, restated: restated}, err
}

// readRunInput reads the input of a run. Everything that it reads goes into the input digest, in the order of the keys, so that
// the same events give the same digest on any engine and at any later time.
func (s *Store) readRunInput(c Conn, o runScope, how reading) (*runInput, error) {
	r := &runReader{store: s, conn: c, reading: how, in: &runInput{scope: o, liability: how.liability, calc: calc.Input{
		Plan: o.plan, Cadence: o.period.Cadence, Period: o.period, Threads: s.options.Threads,
	}}}
	digest := newRowDigest()
	digest.text(cmp.Or(o.writtenBy, calc.EngineVersion))
	digest.text(o.id())
	digest.int(o.period.StartUS)
	digest.int(o.period.EndUS)
	digest.int(int64(o.plan.Version))
	digest.bytes(o.plan.Digest[:])
	for _, part := range []struct {
		name string
		read func(*rowDigest) error
	}{
		{"regions", r.readRegions},
		{"network", r.readNetwork},
		{"volumes", r.readVolumes},
		{"ranks", func(d *rowDigest) error { return r.readRanks(d, r.ranks) }},
		{"states", func(d *rowDigest) error { return r.readStates(d, r.states) }},
		{"earned", r.readEarned},
		{"posted", r.readPosted},
		{"adjustments", r.readAdjustments},
	} {
		if part.name == "adjustments" && !o.plan.Asks().Adjustments {
			continue
		}
		rows := newRowDigest()
		if err := part.read(rows); err != nil {
			return nil, fmt.Errorf("run %s: %s: %w", o.id(), part.name, err)
		}
		switch {
		case part.name == "regions": // a country opened later does not change a period gone by
		case part.name == "earned" && len(earnedCadences(o)) == 0: // which most plans do not ask for
		case part.name == "posted" && !o.plan.Asks().Posted: // nothing was read, and digests of runs from before this part was are as they were
		default:
			digest.section(part.name, rows)
		}
	}
	if how.restated.any() {
		digest.section("restated", how.restated.inputs)
	}
	r.in.restated = how.restated
	r.in.digest = digest.sum()
	return r.in, nil
}

// The rows of a run and the counts of a period are keyed by region first, and markets are the only source of regions.
const sqlRegions = `SELECT DISTINCT region FROM markets ORDER BY region`

func (r *runReader) readRegions(*rowDigest) (err error) {
	r.in.regions, err = readRegions(r.conn)
	return err
}

func readRegions(c Conn) (regions []string, err error) {
	err = c.Query(sqlRegions, nil, func(row Row) error {
		regions = append(regions, row.Text(0))
		return nil
	})
	if err == nil && len(regions) > math.MaxUint16 {
		err = fmt.Errorf("%w: %d regions", ErrCorrupt, len(regions))
	}
	return regions, err
}

// lookUp turns ids of those above into indexes; an empty id into -1.
func (r *runReader) lookUp(above *idColumn, what string) ([]int32, error) {
	rows := make([]int32, above.len())
	index := r.index.another()
	for from := 0; from < len(rows); from += blockRows {
		block := rows[from:min(from+blockRows, len(rows))]
		index.ahead(len(block), func(i int) []byte { return above.bytesAt(from + i) })
		for i := range block {
			block[i] = -1
			id := above.at(from + i)
			if id == "" {
				continue
			}
			if block[i] = index.find(id); block[i] < 0 {
				return nil, fmt.Errorf("%w: %s %s of distributor %s is not in the network of the period", ErrCorrupt, what, id, r.in.ids.at(from+i))
			}
		}
		giveWay()
	}
	return rows, nil
}

// sqlVolumes reads the entries of a region, those columns of them that are asked for.
func sqlVolumes(kinds columnKinds) string {
	return `SELECT ` + kinds.selected("market", "sale_id", "event_id", "of_event_id", "distributor_id", "pv", "cv", "price_minor", "times",
		"product_class", "customer_id", "at_us", "cycle", "qv", "fee_minor", "vendor_id") + ` FROM event_counts
	WHERE region = $1 AND plan_id = $2 AND cadence = $3 AND period_no = $4 AND restated_in <= $5
	ORDER BY market, sale_id, event_id, of_event_id, cycle, at_us, distributor_id`
}

func (r *runReader) readVolumes(d *rowDigest) error {
	in := r.in
	v := &in.calc.Volumes
	more := newVolumeReader(in.scope.plan, v)
	if err := more.readFirstPurchases(r.conn, in.scope, r.asOf); err != nil {
		return err
	}
	if err := r.readSaleSizes(more); err != nil {
		return err
	}
	kinds := more.kinds(r.in.liability != nil)
	text := sqlVolumes(kinds)
	for _, region := range in.regions {
		args := []any{region, in.scope.plan.ID, int64(in.scope.period.Cadence), in.scope.period.No, r.asOf}
		err := queryBlocks(r.conn, text, args, kinds, r.index.aheadOf(columnSeller), func(row Row) error { return r.addVolume(row, region, more, d) })
		if err != nil {
			return err
		}
	}
	for i := range r.supposed {
		if row := &r.supposed[i]; row.cadence == in.scope.period.Cadence && row.no == in.scope.period.No {
			if err := r.addVolume(row, row.region, more, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// addVolume takes one entry.
func (r *runReader) addVolume(row Row, region string, more *volumeReader, d *rowDigest) error {
	in, v := r.in, &r.in.calc.Volumes
	sellerID := row.Bytes(4)
	seller := r.index.findBytes(sellerID)
	if seller < 0 {
		return fmt.Errorf("%w: seller %s of sale %s %s is not in the network of the period", ErrCorrupt, sellerID, row.Bytes(0), row.Bytes(1))
	}
	pv, cv, price := row.Int(5), row.Int(6), row.Int(7)
	v.Seller = append(v.Seller, r.sellerOf(seller))
	v.PV, v.CV, v.PriceMinor = append(v.PV, pv), append(v.CV, cv), append(v.PriceMinor, price)
	sum, ok := addInt64(in.volumeCV, cv)
	if !ok {
		return fmt.Errorf("%w: volume of the period", calc.ErrOverflow)
	}
	in.volumeCV = sum
	d.text(region)
	for column := range 4 {
		d.bytes(row.Bytes(column))
	}
	d.bytes(sellerID)
	d.int(pv)
	d.int(cv)
	d.int(price)
	more.read(row, d)
	in.liability.entry(row)
	d.row()
	return nil
}

// addInt64 adds and tells whether the sum is in range.
func addInt64(a, b int64) (int64, bool) {
	sum := a + b
	return sum, (sum > a) == (b > 0)
}
