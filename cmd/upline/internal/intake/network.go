package intake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	uplinev1 "upline/api/upline/v1"
	"upline/calc/placement"
	"upline/calc/simulate"
)

// network is the network file.
type network struct {
	path, digest string
	rows         []networkRow
	rowOf        map[string]int32
	order        []int32 // in which the rows are written: everybody behind those above
}

type networkRow struct {
	id, sponsor, parent, market string
	owner, kind, tags           string
	enrolledUS                  int64 // 0 where it cannot be read
	leg, line                   int32
	bad                         uint32 // the columns that are refused already, as bits
}

// networkFields says which columns the fields of an enrolment come from.
var networkFields = map[string]int{
	"": networkID, "distributor_id": networkID, "market": networkMarket, "sponsor_id": networkSponsor, "placement": networkParent,
	"placement.parent_id": networkParent, "placement.leg": networkLeg, "enrolled_at": networkEnrolled, "owner_id": networkOwner,
	"registration": networkKind, "registration.kind": networkKind, "registration.tags": networkTags, "automatic": networkParent,
}

// request is the row as a call of the API.
func (r *networkRow) request(planID string) *uplinev1.EnrollRequest {
	request := &uplinev1.EnrollRequest{
		DistributorId: r.id, PlanId: planID, Market: r.market, SponsorId: r.sponsor, OwnerId: r.owner,
		EnrolledAt: timestamppb.New(time.UnixMicro(r.enrolledUS)),
	}
	if r.parent != "" || r.leg != 0 {
		request.Placement = &uplinev1.Placement{ParentId: r.parent, Leg: r.leg}
	}
	if r.kind != "" || r.tags != "" {
		request.Registration = &uplinev1.Registration{Kind: r.kind, Tags: strings.Fields(r.tags)}
	}
	return request
}

// readNetwork reads and checks the network.
func (c *Company) readNetwork(ctx context.Context) (err error) {
	if c.Network == "" {
		return nil
	}
	n := &network{path: c.Network, rowOf: map[string]int32{}}
	if n.digest, err = digestOf(n.path); err != nil {
		return err
	}
	table, file, err := c.table(n.path, &networkFormat, "reading "+filepath.Base(n.path))
	if err != nil || table == nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	words := map[string]string{}
	word := func(column int) string { // few words, many rows
		cell := table.Cell(column)
		if known, ok := words[string(cell)]; ok {
			return known
		}
		text := string(cell)
		words[text] = text
		return text
	}
	for table.Next() {
		row := networkRow{
			id: string(table.Cell(networkID)), sponsor: string(table.Cell(networkSponsor)), parent: string(table.Cell(networkParent)),
			market: word(networkMarket), owner: string(table.Cell(networkOwner)), kind: word(networkKind), tags: word(networkTags), line: int32(table.Line()),
		}
		var ok bool
		if row.enrolledUS, ok = table.Time(networkEnrolled); !ok {
			row.bad |= 1 << networkEnrolled
		}
		if len(table.Cell(networkLeg)) > 0 {
			if row.leg, ok = table.Whole(networkLeg, 1, max(1, int64(c.plan.PlacementWidth))); !ok {
				row.bad |= 1 << networkLeg
			}
		}
		if first, twice := n.rowOf[row.id]; twice {
			table.Refuse(networkID, fmt.Sprintf("%q stands in line %d already", row.id, n.rows[first].line), "give every distributor one row and an id of its own")
			row.bad |= 1 << networkID
		} else {
			n.rowOf[row.id] = int32(len(n.rows))
		}
		n.rows = append(n.rows, row)
	}
	if err := table.End(); err != nil {
		return err
	}
	c.network = n
	c.Totals.add("network", "rows", "", int64(len(n.rows)), 0)
	for i := range n.rows {
		if i%(1<<14) == 0 {
			c.Progress("checking "+filepath.Base(n.path), int64(i), int64(len(n.rows)))
		}
		if err := c.checkRow(ctx, &n.rows[i]); err != nil {
			return err
		}
	}
	if c.refused > 0 {
		return nil
	}
	c.orderNetwork()
	if c.refused == 0 && c.plan.PlacementWidth > 0 {
		return c.arrange(ctx)
	}
	return nil
}

// refuseRow reports what is wrong with a cell, but for one that is refused already.
func (c *Company) refuseRow(r *networkRow, column int, text, remedy string) {
	if r.bad&(1<<column) != 0 {
		return
	}
	r.bad |= 1 << column
	c.refuse(simulate.Problem{File: filepath.Base(c.network.path), Line: int(r.line), Column: networkFormat.Columns[column].Name, Text: text, Remedy: remedy})
}

// checkRow checks a row against the bounds of the API, the catalog and those above.
func (c *Company) checkRow(ctx context.Context, r *networkRow) error {
	_, fields, err := c.intake.Enrolment(r.request(c.PlanID))
	if err != nil {
		return err
	}
	for _, field := range fields {
		c.refuseRow(r, columnOf(field.GetField(), networkFields), field.GetProblem(), field.GetRemedy())
	}
	if !c.markets[r.market] {
		c.refuseRow(r, networkMarket, fmt.Sprintf("%q is not in the catalog", r.market), "add it with CatalogService.PutMarket, or correct the code")
	}
	if r.enrolledUS > c.NowUS {
		c.refuseRow(r, networkEnrolled, "lies in the future", "bring in those who have joined")
	}
	for _, above := range []struct {
		column int
		id     string
	}{{networkSponsor, r.sponsor}, {networkParent, r.parent}} {
		if above.id == "" {
			continue
		}
		us, found, err := c.enrolledUS(ctx, above.id)
		switch {
		case err != nil:
			return err
		case !found:
			c.refuseRow(r, above.column, fmt.Sprintf("%q is neither in the file nor enrolled in the plan", above.id), "correct the id, or add a row")
		case us > r.enrolledUS && r.bad&(1<<networkEnrolled) == 0:
			c.refuseRow(r, networkEnrolled, fmt.Sprintf("lies before %q, who stands above, was enrolled", above.id), "correct one of the two dates")
		}
	}
	switch tree := c.plan.PlacementWidth > 0; {
	case !tree && r.parent != "":
		c.refuseRow(r, networkParent, "the plan has no placement tree", "leave parent and leg out")
	case tree && r.sponsor == "" && r.parent != "":
		c.refuseRow(r, networkSponsor, "a place is given and no sponsor", "name the sponsor, or leave the place out for a top")
	case tree && r.sponsor != "" && r.parent == "" && c.plan.Placing == nil:
		c.refuseRow(r, networkParent, "is empty, and the plan places nobody automatically", "name parent and leg, or give the plan `placement.automatic`")
	}
	return nil
}

// orderNetwork puts the rows into the order in which they are written: by the time of joining, and everybody behind those above.
func (c *Company) orderNetwork() {
	n := c.network
	byJoining := make([]int32, len(n.rows))
	for i := range byJoining {
		byJoining[i] = int32(i)
	}
	slices.SortStableFunc(byJoining, func(a, b int32) int { return cmp.Compare(n.rows[a].enrolledUS, n.rows[b].enrolledUS) })
	const open, done = 1, 2
	state := make([]uint8, len(n.rows))
	n.order = make([]int32, 0, len(n.rows))
	var way []int32
	for _, first := range byJoining {
		way = append(way[:0], first)
		for len(way) > 0 {
			row := way[len(way)-1]
			if state[row] == done {
				way = way[:len(way)-1]
				continue
			}
			state[row] = open
			waits := false
			for column, id := range map[int]string{networkSponsor: n.rows[row].sponsor, networkParent: n.rows[row].parent} {
				above, here := n.rowOf[id]
				switch {
				case !here || id == "" || state[above] == done:
				case state[above] == open:
					c.refuseRow(&n.rows[row], column, fmt.Sprintf("%q stands beneath %q itself", id, n.rows[row].id), "correct the sponsor or parent of one of them")
					return
				default:
					way = append(way, above)
					waits = true
				}
				if waits {
					break
				}
			}
			if !waits {
				state[row] = done
				n.order = append(n.order, row)
				way = way[:len(way)-1]
			}
		}
	}
}

// arrange places everybody in memory, as the database will. Where it has others in the plan already, it is the one to tell.
func (c *Company) arrange(ctx context.Context) error {
	n := c.network
	enrolments, _, err := c.Store.OpeningTotals(ctx, c.PlanID)
	if err != nil {
		return err
	}
	done, err := c.Store.ImportedRows(ctx, c.PlanID, "network", n.digest)
	if err != nil || enrolments > done {
		return err
	}
	c.Progress("placing", 0, 0)
	joinings := make([]placement.Joining, len(n.order))
	for k, row := range n.order {
		r := &n.rows[row]
		j := placement.Joining{Row: row, Sponsor: placement.Nobody, Anywhere: true}
		if r.sponsor != "" {
			j.Sponsor = n.rowOf[r.sponsor]
		}
		if r.parent != "" {
			j.At = placement.Place{Parent: n.rowOf[r.parent], Leg: uint8(r.leg)}
		} else if c.plan.Placing != nil {
			if j.Rule, err = c.plan.Placing.Rule(0, 0); err != nil && r.sponsor != "" {
				c.refuseRow(r, networkParent, "is empty, and the plan's rule leaves the leg to the enrolment", "name parent and leg")
				return nil
			}
		}
		joinings[k] = j
	}
	_, faults, err := placement.Arrange(placement.Shape{Width: c.plan.PlacementWidth, DepthMax: c.plan.PlacementDepth}, int32(len(n.rows)), joinings)
	if err != nil {
		return err
	}
	for _, fault := range faults {
		c.refuseFault(&n.rows[n.order[fault.Index]], fault.Err)
	}
	return nil
}

func (c *Company) refuseFault(r *networkRow, err error) {
	switch {
	case errors.Is(err, placement.ErrTaken):
		c.refuseRow(r, networkLeg, "leg "+strconv.Itoa(int(r.leg))+" of "+strconv.Quote(r.parent)+" is taken by one who comes before", "give each of them a place of their own")
	case errors.Is(err, placement.ErrDepth):
		c.refuseRow(r, networkParent, fmt.Sprintf("the place is deeper than the %d levels of the tree", c.plan.PlacementDepth), "name a place further up")
	case errors.Is(err, placement.ErrFull):
		c.refuseRow(r, networkSponsor, fmt.Sprintf("there is no vacant place beneath %q", r.sponsor), "name a place by parent and leg")
	case errors.Is(err, placement.ErrLeg):
		c.refuseRow(r, networkLeg, "is empty, and a parent is named", "write the leg, too")
	default:
		c.refuseRow(r, networkParent, err.Error(), "")
	}
}
