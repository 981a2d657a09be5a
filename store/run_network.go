package store

import (
	"cmp"
	"fmt"
	"math"
	"sync"

	"upline/calc"
)

// networkViews are the columns that say from which period on an event counts, and in which it is first seen when it corrects closed
// ones: they differ by cadence.
var networkViews = [...]struct{ from, restated string }{
	calc.Daily:       {"from_daily", "restated_daily"},
	calc.Weekly:      {"from_weekly", "restated_weekly"},
	calc.Monthly:     {"from_monthly", "restated_monthly"},
	calc.Quarterly:   {"from_quarterly", "restated_quarterly"},
	calc.Yearly:      {"from_yearly", "restated_yearly"},
	calc.HalfMonthly: {"from_half_monthly", "restated_half_monthly"},
	calc.Biweekly:    {"from_biweekly", "restated_biweekly"},
	calc.FourWeekly:  {"from_four_weekly", "restated_four_weekly"},
}

// sqlNetwork reads the network in the view of a cadence, those columns of it that are asked for. The last two say from when on the
// runs of the main cadence see the event.
func sqlNetwork(cadence, main calc.Cadence, kinds columnKinds) string {
	view, ranks := &networkViews[cadence], &networkViews[main]
	return `SELECT ` + kinds.selected("distributor_id", "region", "sponsor_id", "parent_id", "leg", "effective_at_us", "market", "kind", "owner_id",
		"registration_kind", "tags", ranks.from, ranks.restated) + ` FROM network_events WHERE plan_id = $1 AND ` + view.from + ` <= $2 AND ` + view.restated + ` <= $3
		ORDER BY distributor_id, event_id`
}

// readNetwork gives the distributors dense indexes in byte order of their ids. Those above are found in a second pass, as they may
// stand anywhere in that order.
func (r *runReader) readNetwork(d *rowDigest) error {
	in, plan := r.in, r.in.scope.plan
	f := newNetworkFold(in, d)
	// Only who was in the network of the run before can have been inactive then.
	f.asksSeen = plan.Active != nil && r.ranks.runID != ""
	kinds := f.kinds()
	text := sqlNetwork(in.scope.period.Cadence, plan.Main, kinds)
	if err := queryBlocks(r.conn, text, []any{plan.ID, in.scope.period.No, r.asOf}, kinds, nil, f.row); err != nil {
		return err
	}
	if err := f.finish(); err != nil {
		return err
	}
	if in.ids.len() > math.MaxInt32 {
		return fmt.Errorf("%w: %d distributors are more than a run can hold", ErrCorrupt, in.ids.len())
	}
	r.seenSince = f.seenSince
	r.index = newIDIndex(&in.ids)
	in.index = r.index
	if err := r.lookUpAbove(f); err != nil {
		return err
	}
	net := &in.calc.Network
	if f.asks.Owner {
		net.Owner = rowsOfOwners(&in.ids, &f.owners)
	}
	if plan.Terminations == calc.TerminationsRollUp && len(f.terminated) > 0 {
		r.rollUp(f.terminated)
	}
	return nil
}

// lookUpAbove finds sponsors and parents, beside each other.
func (r *runReader) lookUpAbove(f *networkFold) (err error) {
	net := &r.in.calc.Network
	var found sync.WaitGroup
	var parentsErr error
	if f.placed {
		found.Go(func() { net.Parent, parentsErr = r.lookUp(&f.parents, "parent") })
	}
	net.Sponsor, err = r.lookUp(&f.sponsors, "sponsor")
	found.Wait()
	return cmp.Or(err, parentsErr)
}

// rowsOfOwners gives for everybody the first row of the same owner. Nearly everybody owns one position, so that only owners who are
// named by others are looked up.
func rowsOfOwners(ids, owners *idColumn) []int32 {
	first := make(map[string]int32)
	rows := make([]int32, owners.len())
	for i := range rows {
		rows[i] = int32(i)
		if owner := owners.at(i); owner != ids.at(i) {
			if _, known := first[owner]; !known {
				first[owner] = int32(i)
			}
		}
	}
	if len(first) == 0 {
		return rows
	}
	for i := range rows {
		owner := owners.at(i)
		row, named := first[owner]
		if named && int32(i) < row {
			first[owner] = int32(i) // the position that the others name comes before them
		}
	}
	for i := range rows {
		if row, named := first[owners.at(i)]; named {
			rows[i] = row
		}
	}
	return rows
}

// rollUp moves the downline of those who are terminated up to the next in the sponsor tree who is not, and notes whose sales count for
// whom. Of those who are terminated each gets the answer of the one above, so that the whole takes time for each once.
func (r *runReader) rollUp(terminated []int32) {
	net := &r.in.calc.Network
	net.Unpaid = make([]bool, len(net.Sponsor))
	for _, row := range terminated {
		net.Unpaid[row] = true
	}
	const unknown = -2
	heir := make(map[int32]int32, len(terminated)) // -1: nobody above
	for _, row := range terminated {
		heir[row] = unknown
	}
	var way []int32
	for _, row := range terminated {
		way = way[:0]
		at := row
		for at >= 0 && net.Unpaid[at] && heir[at] == unknown {
			way = append(way, at)
			at = net.Sponsor[at]
		}
		if at >= 0 && net.Unpaid[at] {
			at = heir[at]
		}
		for _, passed := range way {
			heir[passed] = at
		}
	}
	for row, sponsor := range net.Sponsor {
		if sponsor >= 0 && net.Unpaid[sponsor] {
			net.Sponsor[row] = heir[sponsor]
		}
	}
	for _, row := range terminated {
		net.Sponsor[row] = -1
	}
	r.heir = heir
}

// sellerOf is for whom a seller's sales count.
func (r *runReader) sellerOf(row int32) int32 {
	if heir, ok := r.heir[row]; ok && heir >= 0 {
		return heir
	}
	return row
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
	asksSeen bool
	words    wordNumbers

	sponsors, parents idColumn
	owners            idColumn // the text that stands for the owner: the owner's id, or that of a position which is its own
	seenSince         []int64  // the first period of the main cadence whose run sees the enrolment, where it is asked for
	terminated        []int32  // rows, in ascending order
	// Of the last row: what goes into the digest beside the columns, and when each aspect took effect.
	leg, enrolledAtUS    int64
	market, kind, tags   []byte
	isEnrolled, isLeaver bool
	atUS                 [aspects]int64
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
	networkOwner
	networkRegistered
	networkTags
	networkFrom
	networkRestated
)

// kinds says which columns the plan asks for; the check of the liability asks for the market.
func (f *networkFold) kinds() columnKinds {
	kinds := []byte("ttt--i-t-----")
	for _, column := range []struct {
		place int
		kind  byte
		asked bool
	}{
		{networkParent, 't', f.placed},
		{networkLeg, 'i', f.placed},
		{networkMarket, 't', f.asks.Home || f.in.liability != nil},
		{networkOwner, 't', f.asks.Owner},
		{networkRegistered, 't', f.asks.Kind},
		{networkTags, 't', f.asks.Tags},
		{networkFrom, 'i', f.asksSeen},
		{networkRestated, 'i', f.asksSeen},
	} {
		if column.asked {
			kinds[column.place] = column.kind
		}
	}
	return columnKinds(kinds)
}

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
	case string(NetworkTerminated):
		if f.takes(ofStanding, effective) {
			f.isLeaver = true
		}
		return nil
	case string(NetworkReinstated):
		if f.takes(ofStanding, effective) {
			f.isLeaver = false
		}
		return nil
	case string(NetworkRegistered):
		f.setRegistration(row, effective)
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
	f.in.liability.earner(row)
	if f.asks.Owner {
		f.owners.append(id)
	}
	if f.asks.Kind {
		net.Kind = append(net.Kind, 0)
	}
	if f.asks.Tags {
		net.Tags = append(net.Tags, 0)
	}
	if f.asksSeen {
		f.seenSince = append(f.seenSince, 0)
	}
	f.leg, f.isEnrolled, f.isLeaver = 0, false, false
	f.kind, f.tags = f.kind[:0], f.tags[:0]
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
	if f.asksSeen {
		f.seenSince[f.in.ids.len()-1] = max(row.Int(networkFrom), row.Int(networkRestated))
	}
	if f.asks.Owner {
		if owner := row.Bytes(networkOwner); len(owner) > 0 {
			f.owners.replaceLast(owner)
		}
	}
	f.setRegistration(row, asEnrolled)
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

func (f *networkFold) setRegistration(row Row, atUS int64) {
	if !f.asks.Kind && !f.asks.Tags || !f.takes(ofRegistration, atUS) {
		return
	}
	net, last := &f.in.calc.Network, f.in.ids.len()-1
	if f.asks.Kind {
		f.kind = append(f.kind[:0], row.Bytes(networkRegistered)...)
		net.Kind[last] = f.words.kinds[string(f.kind)]
	}
	if f.asks.Tags {
		f.tags = append(f.tags[:0], row.Bytes(networkTags)...)
		net.Tags[last] = f.words.tagBits(f.tags)
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
	if f.asks.Owner {
		d.text(f.owners.at(last))
	}
	if f.asks.Kind {
		d.bytes(f.kind)
	}
	if f.asks.Tags {
		d.bytes(f.tags)
	}
	if f.isLeaver {
		f.terminated = append(f.terminated, int32(last))
		d.text(string(NetworkTerminated))
	}
	d.row()
	return nil
}
