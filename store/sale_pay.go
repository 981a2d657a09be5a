package store

import (
	"fmt"

	"upline/calc"
)

// pay returns the commissions that the sale pays for an origin. Whose lines they are in the sale is filled in later. A paid cycle pays by
// the version of the sale, and by the one that was in force then what is of the version at the event.
func (h *history) pay(o origin, stamps []stamp) ([]Line, error) {
	all := h.allVersions()
	then := all.at(o.atUS)
	if o.cycle == 0 || then == h.plan {
		return h.payBy(h.plan, o, stamps, func(string) bool { return true })
	}
	lines, err := h.payBy(h.plan, o, stamps, func(bonus string) bool { return all.governs(h.plan, bonus) })
	if err != nil {
		return nil, err
	}
	later, err := h.payBy(then, o, stamps, func(bonus string) bool { return all.governs(then, bonus) })
	return append(lines, later...), err
}

// payBy returns those lines of a version that are of a bonus that is asked for.
func (h *history) payBy(plan *calc.Plan, o origin, stamps []stamp, asked func(bonus string) bool) ([]Line, error) {
	needs := calc.EventNeeds(plan, o.cycle > 0)
	u := upward{store: h.store, conn: h.conn, plan: plan, needs: needs, held: plan.HeldAtEvents(), atUS: o.atUS, unpaid: map[string]bool{}}
	sponsor, err := u.chain(h.sale.DistributorID, false, needs.SponsorLevels)
	if err != nil {
		return nil, err
	}
	placement, err := u.chain(h.sale.DistributorID, true, needs.PlacementLevels)
	if err != nil {
		return nil, err
	}
	base := calc.EventInput{Plan: plan, AtUS: o.atUS, Sponsor: sponsor.members, Placement: placement.members}
	base.Sold, base.Market = h.soldValues(plan), calc.WordNumber(plan.Names.Markets, h.sale.Market)
	base.SellerBought = h.sale.CustomerID == "" || h.sale.CustomerID == h.sale.DistributorID
	if needs.Customers {
		if base.Customers, err = h.customersOf(h.sale.DistributorID); err != nil {
			return nil, err
		}
	}
	inputs, err := o.inputs(&base)
	if err != nil {
		return nil, fmt.Errorf("sale %s of %s: %w", h.sale.SaleID, h.sale.Market, err)
	}
	var paid []calc.EventLine
	for i := range inputs {
		of, err := calc.EventLines(&inputs[i])
		if err != nil {
			return nil, fmt.Errorf("sale %s of %s: %w", h.sale.SaleID, h.sale.Market, err)
		}
		paid = append(paid, of...)
	}
	lines := make([]Line, 0, len(paid))
	for _, l := range paid {
		earner := chainOf(sponsor, placement, l).ids[l.Distance]
		bonus := plan.Bonuses[l.Bonus]
		if u.unpaid[earner] || !asked(bonus.Name) {
			continue
		}
		line := Line{
			Origin: o.id, DistributorID: earner, PlanID: plan.ID, PlanVersion: plan.Version, Period: periodKey(plan, bonus.Cadence, stampOf(stamps, bonus.Cadence).no), Bonus: bonus.Name, Kind: lineCommission,
			Level: int32(l.Level), Base: l.Base, BaseUnit: "VOLUME", Point: plan.PointValue, Rate: l.Rate, FactorPart: calc.One,
			AmountMinor: l.AmountMinor, Currency: plan.Currency,
		}
		switch bonus.UnitOf(plan) {
		case calc.UnitMoney:
			line.BaseUnit, line.Point = "MONEY", calc.One
		case calc.UnitCount:
			line.BaseUnit, line.Point = "COUNT", calc.One
		case calc.UnitVolume:
			if points := plan.PointValues; points != nil {
				line.Point = points[plan.VariantOfMarket[chainOf(sponsor, placement, l).members[l.Distance].Market]]
			}
		}
		switch {
		case bonus.MonthsAdvanced() > 0:
			line.Factor, line.FactorPart = factorAdvanced, l.Factor
		case l.FactorName != "":
			line.Factor, line.FactorPart = l.FactorName, l.Factor
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// soldValues are what the sale was recorded with, by whose size volumes of a plan choose it. In another currency it has no price to the plan.
func (h *history) soldValues(plan *calc.Plan) *calc.SaleValues {
	sold := h.sold.values()
	if h.sale.Currency != plan.Currency {
		sold.PriceMinor, sold.FeeMinor = 0, 0
	}
	return sold
}

// customersOf counts the customers of a seller who have a live sale.
func (h *history) customersOf(seller string) (n int64, err error) {
	if h.customers != nil && h.customers.seller == seller {
		return h.customers.count, nil
	}
	if h.formerSeller == "" {
		return h.store.customersOf(h.conn, seller, "")
	}
	// The rows say still that the sale is the old seller's.
	n, err = h.store.customersOf(h.conn, seller, h.sale.CustomerID)
	if h.sale.State == SaleActive && h.sale.CustomerID != seller {
		n++
	}
	return n, err
}

// chainOf gives the way up that a line's distance counts in; both begin with the seller.
func chainOf(sponsor, placement chain, l calc.EventLine) chain {
	if l.Placement && l.Distance > 0 {
		return placement
	}
	return sponsor
}

// upward reads the way up from a seller with the ranks that events go by.
type upward struct {
	store *Store
	conn  Conn
	plan  *calc.Plan
	needs calc.Needs
	held  []uint8 // the ranks whose holding is asked for
	atUS  int64
	// unpaid are those on the way who are terminated, where the plan pays them nothing.
	unpaid map[string]bool
	run    *postedRun // the last posted run of the main cadence; key 0 when there is none
	// runPeriod is the number of its period.
	runPeriod int64
}

// chain is a way up; the seller stands first.
type chain struct {
	ids     []string
	members []calc.ChainMember
}

// chain reads the way up from a seller as the trees stood when the sale began to be active, so that lines do not depend on when its
// events arrive.
func (u *upward) chain(seller string, placement bool, levels int32) (chain, error) {
	words, home := newWordNumbers(u.plan), u.plan.Asks().Home
	if levels == 0 && !u.needs.Ranks && !u.needs.Registrations && !home && (placement || u.plan.Terminations != calc.TerminationsRollUp) {
		return chain{ids: []string{seller}, members: make([]calc.ChainMember, 1)}, nil
	}
	var ch chain
	var regions []string
	w := wayUp{conn: u.conn, placement: placement, atUS: u.atUS, page: int64(levels) + 1}
	err := w.up(seller, func(d Distributor) (stop bool) {
		if u.plan.Terminations == calc.TerminationsRollUp && d.Standing == StandingTerminated {
			if !placement {
				return false // the sale counts for the next above, who is paid in their place
			}
			u.unpaid[d.DistributorID] = true
		}
		ch.ids, regions = append(ch.ids, d.DistributorID), append(regions, d.Region)
		ch.members = append(ch.members, calc.ChainMember{
			Market: words.market([]byte(d.Market)), Kind: words.kinds[d.Registration.Kind], Tags: words.tagBitsOf(d.Registration.Tags), EnrolledAtUS: d.EnrolledAtUS,
		})
		return len(ch.ids) > int(levels)
	})
	if err == nil && len(ch.ids) == 0 { // all the way up is terminated
		u.unpaid[seller] = true
		ch.ids, regions, ch.members = append(ch.ids, seller), append(regions, ""), make([]calc.ChainMember, 1)
	}
	if err != nil || !u.needs.Ranks {
		return ch, err
	}
	return ch, u.readRanks(ch, regions)
}

// readRanks fills in ranks and activity of the last closed period, or before the first close the ranks of the opening state. Who came
// after that period is not inactive.
func (u *upward) readRanks(ch chain, regions []string) error {
	if u.run == nil {
		u.run = &postedRun{}
		err := u.conn.Query(sqlNewestRun, []any{u.plan.ID, int64(u.plan.Main)}, func(r Row) error {
			u.run.key, u.run.attempt, u.run.planVersion, u.runPeriod = r.Int(0), r.Int(1), int32(r.Int(2)), r.Int(3)
			return nil
		})
		if err != nil {
			return err
		}
	}
	var b Batch
	found := make([]bool, len(ch.ids))
	for i, id := range ch.ids {
		set := func(r Row) error {
			ch.members[i].Rank = max(ch.members[i].Rank, rankNumber(u.plan, r.Text(0)))
			return nil
		}
		if u.run.key != 0 {
			b.Query(`SELECT paid_as, active, achieved FROM run_ranks WHERE region = $1 AND run_key = $2 AND attempt = $3 AND distributor_id = $4`,
				[]any{regions[i], u.run.key, u.run.attempt, id}, func(r Row) error {
					found[i], ch.members[i].Inactive = true, r.Int(1) == 0
					if u.needs.Achieved {
						ch.members[i].Achieved = rankNumber(u.plan, r.Text(2))
					}
					return set(r)
				})
			u.readHeld(&b, &ch.members[i], regions[i], id)
		} else {
			b.Query(`SELECT rank FROM opening_events WHERE distributor_id = $1 AND kind = 'RANK' AND plan_id = $2`, []any{id, u.plan.ID}, set)
		}
	}
	if err := u.conn.Send(&b); err != nil || u.run.key == 0 {
		return err
	}
	return u.readInactive(ch, found)
}

// readHeld reads for how many periods somebody has been paid as ranks. A run carries it out for those who have been at all.
func (u *upward) readHeld(b *Batch, m *calc.ChainMember, region, id string) {
	if len(u.held) == 0 {
		return
	}
	m.Held = make([]int64, len(u.held))
	for place, rank := range u.held {
		b.Query(`SELECT value FROM run_states WHERE region = $1 AND run_key = $2 AND attempt = $3 AND distributor_id = $4 AND state_key = $5`,
			[]any{region, u.run.key, u.run.attempt, id, calc.HeldKey(u.plan, rank)}, func(r Row) error {
				m.Held[place] = r.Int(0)
				return nil
			})
	}
}

const sqlNewestRun = `SELECT run_key, attempt, plan_version, period_no FROM runs
	WHERE plan_id = $1 AND cadence = $2 AND state = 'POSTED' ORDER BY period_no DESC LIMIT 1`

// readInactive finds who of those to whom the run gave no row is inactive: whom its network had, where its plan asks something for activity.
func (u *upward) readInactive(ch chain, found []bool) error {
	of, err := u.store.plan(u.conn, u.plan.ID, u.run.planVersion)
	if err != nil || of.Active == nil || !leavesRanks(of, u.plan.Main) {
		return err
	}
	view := &networkViews[u.plan.Main]
	text := `SELECT 1 FROM network_events WHERE plan_id = $1 AND distributor_id = $2 AND event_id = $2 AND ` + view.from + ` <= $3 AND ` + view.restated + ` <= $3`
	var b Batch
	for i, id := range ch.ids {
		if !found[i] {
			b.Query(text, []any{u.plan.ID, id, u.runPeriod}, func(Row) error {
				ch.members[i].Inactive = true
				return nil
			})
		}
	}
	return u.conn.Send(&b)
}

// rankNumber returns the number of a rank in a plan version; 0 for none, also for a rank that the version does not have.
func rankNumber(p *calc.Plan, name string) uint8 {
	for i, r := range p.Ranks {
		if r.Name == name {
			return uint8(i + 1)
		}
	}
	return 0
}
