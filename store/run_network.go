package store

import (
	"fmt"
	"math"

	"upline/calc"
)

// The columns that say from which period on an event counts, and in which it is first seen when it corrects closed ones, differ by
// cadence, so there are five texts.
const (
	sqlNetworkRows = `SELECT distributor_id, region, sponsor_id, parent_id, leg, effective_at_us, market, kind, owner_id, registration_kind, tags
		FROM network_events WHERE plan_id = $1 AND `
	sqlNetworkOrder = ` <= $3 ORDER BY distributor_id, event_id`
)

var sqlNetwork = [...]string{
	calc.Daily:     sqlNetworkRows + `from_daily <= $2 AND restated_daily` + sqlNetworkOrder,
	calc.Weekly:    sqlNetworkRows + `from_weekly <= $2 AND restated_weekly` + sqlNetworkOrder,
	calc.Monthly:   sqlNetworkRows + `from_monthly <= $2 AND restated_monthly` + sqlNetworkOrder,
	calc.Quarterly: sqlNetworkRows + `from_quarterly <= $2 AND restated_quarterly` + sqlNetworkOrder,
	calc.Yearly:    sqlNetworkRows + `from_yearly <= $2 AND restated_yearly` + sqlNetworkOrder,
}

// readNetwork gives the distributors dense indexes in byte order of their ids. Those above are found in a second pass, as they may
// stand anywhere in that order.
func (r *runReader) readNetwork(d *rowDigest) error {
	in, plan := r.in, r.in.scope.plan
	f := newNetworkFold(in, d)
	if err := r.conn.Query(sqlNetwork[in.scope.period.Cadence], []any{plan.ID, in.scope.period.No, r.asOf}, f.row); err != nil {
		return err
	}
	if err := f.finish(); err != nil {
		return err
	}
	if in.ids.len() > math.MaxInt32 {
		return fmt.Errorf("%w: %d distributors are more than a run can hold", ErrCorrupt, in.ids.len())
	}
	r.index = newIDIndex(&in.ids)
	in.index = r.index
	net := &in.calc.Network
	var err error
	if net.Sponsor, err = r.lookUp(&f.sponsors, "sponsor"); err != nil {
		return err
	}
	if f.placed {
		net.Parent, err = r.lookUp(&f.parents, "parent")
	}
	return err
}

// networkFold makes of the events in view, which come by distributor, what each distributor is in the period: for each aspect the
// last event in effect says it. Nearly all have one event, their enrolment, so a row is appended when the first one comes and
// corrected by the others.
type networkFold struct {
	in       *runInput
	digest   *rowDigest
	regionNo map[string]uint16
	placed   bool
	asks     calc.Asks
	words    wordNumbers

	sponsors, parents idColumn
	// Of the last row: what goes into the digest beside the columns, and when each aspect took effect.
	leg, enrolledAtUS int64
	market            []byte
	isEnrolled        bool
	atUS              [aspects]int64
}

// asEnrolled stands for the time of what no later event has set, and unset for that of what none has.
const (
	unset      = math.MinInt64
	asEnrolled = math.MinInt64 + 1
)

func newNetworkFold(in *runInput, d *rowDigest) *networkFold {
	f := &networkFold{
		in: in, digest: d, regionNo: make(map[string]uint16, len(in.regions)), placed: in.scope.plan.PlacementWidth > 0,
		asks: in.scope.plan.Asks(), words: newWordNumbers(in.scope.plan),
	}
	for i, region := range in.regions {
		f.regionNo[region] = uint16(i)
	}
	return f
}

// The places of the columns in sqlNetwork.
const (
	networkID = iota
	networkRegion
	networkSponsor
	networkParent
	networkLeg
	networkEffective
	networkMarket
	networkKind
)

func (f *networkFold) row(row Row) error {
	id := row.Bytes(networkID)
	if n := f.in.ids.len(); n == 0 || f.in.ids.at(n-1) != string(id) {
		if err := f.finish(); err != nil {
			return err
		}
		if err := f.begin(id, row); err != nil {
			return err
		}
	}
	effective := row.Int(networkEffective)
	switch string(row.Bytes(networkKind)) { // not converted to its type, which would allocate for every row
	case string(NetworkEnrolled):
		return f.enrol(id, row, effective)
	case string(NetworkSponsor):
		f.setSponsor(row, effective)
		return nil
	case string(NetworkPlaced):
		return f.setPlace(id, row, effective)
	case string(NetworkTerminated), string(NetworkReinstated), string(NetworkRegistered):
		return nil
	}
	return fmt.Errorf("%w: event of kind %q of distributor %s", ErrCorrupt, row.Bytes(networkKind), id)
}

// begin appends a distributor.
func (f *networkFold) begin(id []byte, row Row) error {
	region := row.Bytes(networkRegion)
	no, known := f.regionNo[string(region)]
	if !known {
		return fmt.Errorf("%w: region %q of distributor %s has no market", ErrCorrupt, region, id)
	}
	net := &f.in.calc.Network
	f.in.ids.append(id)
	f.in.regionOf = append(f.in.regionOf, no)
	f.sponsors.append(nil)
	if f.placed {
		f.parents.append(nil)
		net.Leg = append(net.Leg, 0)
	}
	net.EnrolledAtUS = append(net.EnrolledAtUS, 0)
	if f.asks.Home {
		f.market = append(f.market[:0], row.Bytes(networkMarket)...)
		net.Market = append(net.Market, f.words.market(f.market))
	}
	f.leg, f.isEnrolled = 0, false
	for a := range f.atUS {
		f.atUS[a] = unset
	}
	return nil
}

// enrol fills in what no later event has set.
func (f *networkFold) enrol(id []byte, row Row, effective int64) error {
	if f.isEnrolled {
		return fmt.Errorf("%w: distributor %s is enrolled twice", ErrCorrupt, id)
	}
	f.isEnrolled, f.enrolledAtUS = true, effective
	f.in.calc.Network.EnrolledAtUS[f.in.ids.len()-1] = effective
	f.setSponsor(row, asEnrolled)
	return f.setPlace(id, row, asEnrolled)
}

// takes tells whether an event says more about an aspect than those before it, and notes its time.
func (f *networkFold) takes(a aspect, atUS int64) bool {
	if atUS <= f.atUS[a] {
		return false
	}
	f.atUS[a] = atUS
	return true
}

func (f *networkFold) setSponsor(row Row, atUS int64) {
	if f.takes(ofSponsor, atUS) {
		f.sponsors.replaceLast(row.Bytes(networkSponsor))
	}
}

func (f *networkFold) setPlace(id []byte, row Row, atUS int64) error {
	if !f.placed || !f.takes(ofPlace, atUS) {
		return nil
	}
	leg := row.Int(networkLeg)
	if leg < 0 || leg > math.MaxUint8 {
		return fmt.Errorf("%w: distributor %s stands in leg %d", ErrCorrupt, id, leg)
	}
	f.parents.replaceLast(row.Bytes(networkParent))
	f.leg, f.in.calc.Network.Leg[f.in.ids.len()-1] = leg, uint8(leg)
	return nil
}

// finish takes the last distributor into the digest.
func (f *networkFold) finish() error {
	last := f.in.ids.len() - 1
	if last < 0 {
		return nil
	}
	if !f.isEnrolled {
		return fmt.Errorf("%w: distributor %s counts before the enrolment does", ErrCorrupt, f.in.ids.at(last))
	}
	d := f.digest
	d.text(f.in.ids.at(last))
	d.text(f.in.regions[f.in.regionOf[last]])
	d.text(f.sponsors.at(last))
	if f.placed {
		d.text(f.parents.at(last))
		d.int(f.leg)
	}
	d.int(f.enrolledAtUS)
	if f.asks.Home {
		d.bytes(f.market)
	}
	d.row()
	return nil
}
