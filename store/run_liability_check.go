package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"upline/calc"
)

// liabilityDriversMax is how many bonuses and distributors a finding names.
const liabilityDriversMax = 10

// driverKey is a list of distributors who drive a total: by amount, or by what has changed since the last period.
type driverKey struct {
	liabilityKey // without bonus
	byChange     bool
}

// checkLiability holds what a computed period pays against the limits of its plan, and says who drives what is outside of them. It is nil
// where the plan has no limits.
func (s *Store) checkLiability(ctx context.Context, rows *runRows) (*RunLiability, error) {
	l := rows.in.liability
	if l == nil {
		return nil, nil
	}
	sums, err := rows.sumLiability()
	if err != nil {
		return nil, err
	}
	checked := &RunLiability{Base: l.plan.Liability.Base, Totals: sums.totals()}
	drivers := checked.find(l.plan.Liability)
	if len(drivers) == 0 {
		return checked, nil
	}
	before, err := s.amountsBefore(ctx, rows.in)
	if err != nil {
		return nil, err
	}
	rows.drive(drivers, before)
	checked.name(drivers)
	return checked, nil
}

// find checks the totals and returns the lists of distributors that the findings ask for.
func (r *RunLiability) find(limits *calc.Liability) map[driverKey]*driverList {
	totals := make([]calc.LiabilityTotal, len(r.Totals))
	for i := range r.Totals {
		totals[i] = r.Totals[i].LiabilityTotal
	}
	drivers := map[driverKey]*driverList{}
	for _, found := range limits.Check(totals) {
		finding := LiabilityFinding{LiabilityFinding: found}
		total := &r.Totals[found.Total]
		finding.Bonuses = drivingBonuses(total, found.Bound.Kind)
		r.Findings = append(r.Findings, finding)
		drivers[driversOf(total, found.Bound.Kind)] = &driverList{sign: signOf(found.Bound.Kind)}
	}
	return drivers
}

// name gives the findings their distributors.
func (r *RunLiability) name(drivers map[driverKey]*driverList) {
	for i := range r.Findings {
		found := &r.Findings[i]
		if list := drivers[driversOf(&r.Totals[found.Total], found.Bound.Kind)]; list != nil {
			found.Drivers = list.drivers
		}
	}
}

// driversOf is the list that a finding about a total asks for. Sellers of a vendor are listed by what they sold.
func driversOf(total *LiabilityTotal, kind calc.LiabilityBoundKind) driverKey {
	changes := kind == calc.LiabilityRise || kind == calc.LiabilityFall
	return driverKey{liabilityKey{of: total.Of, name: total.Name}, changes && total.Of != calc.LiabilityOfVendor}
}

// signOf says whether what is large or what is small drives a finding.
func signOf(kind calc.LiabilityBoundKind) int64 {
	if kind == calc.LiabilityFall {
		return -1
	}
	return 1
}

// drivingBonuses are the bonuses that make the most of a finding. The total of a bonus has none beside itself.
func drivingBonuses(total *LiabilityTotal, kind calc.LiabilityBoundKind) []LiabilityShare {
	weight := func(b LiabilityShare) int64 { return b.AmountMinor }
	if kind == calc.LiabilityRise || kind == calc.LiabilityFall {
		weight = func(b LiabilityShare) int64 {
			return signOf(kind) * (b.AmountMinor - b.BeforeMinor/max(1, total.PeriodsBefore))
		}
	}
	bonuses := slices.DeleteFunc(slices.Clone(total.Bonuses), func(b LiabilityShare) bool { return weight(b) <= 0 })
	slices.SortStableFunc(bonuses, func(a, b LiabilityShare) int { return cmp.Compare(weight(b), weight(a)) })
	return bonuses[:min(len(bonuses), liabilityDriversMax)]
}

// driverList keeps the distributors that weigh most.
type driverList struct {
	sign    int64
	drivers []LiabilityDriver
	weights []int64
}

// offer enters a distributor who weighs enough. Of equals the first one stays before the others.
func (d *driverList) offer(driver LiabilityDriver, weight int64) {
	if weight <= 0 || len(d.drivers) == liabilityDriversMax && weight <= d.weights[liabilityDriversMax-1] {
		return
	}
	driver.DistributorID = strings.Clone(driver.DistributorID) // or it would keep the ids of the whole network in memory
	at := len(d.weights)
	for at > 0 && d.weights[at-1] < weight {
		at--
	}
	d.drivers, d.weights = slices.Insert(d.drivers, at, driver), slices.Insert(d.weights, at, weight)
	if len(d.drivers) > liabilityDriversMax {
		d.drivers, d.weights = d.drivers[:liabilityDriversMax], d.weights[:liabilityDriversMax]
	}
}

// driverLists are the lists of one total: by amount and by change; nil where none is asked for.
type driverLists [2]*driverList

// offer enters a distributor with what there is now and was then.
func (d *driverLists) offer(id string, now, then int64) {
	driver := LiabilityDriver{DistributorID: id, AmountMinor: now, BeforeMinor: then}
	if list := d[0]; list != nil {
		list.offer(driver, now)
	}
	if list := d[1]; list != nil {
		list.offer(driver, list.sign*(now-then))
	}
}

// drive fills the lists. before is what everybody was paid in the last closed period, in the order of the distributors.
func (r *runRows) drive(drivers map[driverKey]*driverList, before []liabilityAmount) {
	l := r.in.liability
	listsOf := func(of calc.LiabilityOf, name string) driverLists {
		key := liabilityKey{of: of, name: name}
		return driverLists{drivers[driverKey{key, false}], drivers[driverKey{key, true}]}
	}
	company := listsOf(calc.LiabilityOfCompany, "")
	bonuses, markets := make([]driverLists, l.bonuses.len()), make([]driverLists, l.markets.len())
	for i := range bonuses {
		bonuses[i] = listsOf(calc.LiabilityOfBonus, l.bonuses.at(int32(i)))
	}
	for i := range markets {
		markets[i] = listsOf(calc.LiabilityOfMarket, l.markets.at(int32(i)))
	}
	ranks := map[string]driverLists{"": listsOf(calc.LiabilityOfRank, "")}
	for _, rank := range r.in.scope.plan.Ranks {
		ranks[rank.Name] = listsOf(calc.LiabilityOfRank, rank.Name)
	}
	next := 0 // who is paid now and who was paid then are walked through together
	offer := func(earner int32, amounts []liabilityAmount) {
		from := next
		for next < len(before) && before[next].of == earner {
			next++
		}
		then, id := before[from:next], r.in.ids.at(int(earner))
		now, past := int64(0), int64(0)
		for _, a := range amounts {
			now = l.plus(now, a.amountMinor)
			bonuses[a.bonus].offer(id, a.amountMinor, amountOf(then, a.bonus))
		}
		for i, a := range then {
			past = l.plus(past, a.amountMinor)
			ofBonus := func(b liabilityAmount) bool { return b.bonus == a.bonus }
			if !slices.ContainsFunc(amounts, ofBonus) && !slices.ContainsFunc(then[:i], ofBonus) {
				bonuses[a.bonus].offer(id, 0, amountOf(then, a.bonus))
			}
		}
		rank := ranks[r.rankOf(earner)]
		company.offer(id, now, past)
		markets[l.marketOf[earner]].offer(id, now, past)
		rank.offer(id, now, past)
	}
	r.earnerAmounts(func(earner int32, amounts []liabilityAmount) {
		for next < len(before) && before[next].of < earner {
			offer(before[next].of, nil)
		}
		offer(earner, amounts)
	})
	for next < len(before) {
		offer(before[next].of, nil)
	}
	r.driveVendors(drivers)
}

// amountOf sums what there is of a bonus.
func amountOf(amounts []liabilityAmount, bonus int32) (minor int64) {
	for _, a := range amounts {
		if a.bonus == bonus {
			minor += a.amountMinor
		}
	}
	return minor
}

// driveVendors fills the lists of vendors: with those who sold most for them.
func (r *runRows) driveVendors(drivers map[driverKey]*driverList) {
	l := r.in.liability
	lists := make([]*driverList, l.vendors.len())
	asked := false
	for vendor := range lists {
		lists[vendor] = drivers[driverKey{liabilityKey: liabilityKey{of: calc.LiabilityOfVendor, name: l.vendors.at(int32(vendor))}}]
		asked = asked || lists[vendor] != nil
	}
	if !asked {
		return
	}
	type sold struct{ vendor, seller int32 }
	sums := map[sold]int64{}
	for i, vendor := range l.entryVendor {
		if lists[vendor] != nil {
			key := sold{vendor, r.in.calc.Volumes.Seller[i]}
			sums[key] = l.plus(sums[key], l.entryBase[i])
		}
	}
	sellers := make([]sold, 0, len(sums))
	for key := range sums {
		sellers = append(sellers, key)
	}
	slices.SortFunc(sellers, func(a, b sold) int { return cmp.Or(cmp.Compare(a.vendor, b.vendor), cmp.Compare(a.seller, b.seller)) })
	for _, key := range sellers {
		list := lists[key.vendor]
		list.offer(LiabilityDriver{DistributorID: r.in.ids.at(int(key.seller)), BaseMinor: l.plan.LiabilityBaseMinor(sums[key])}, sums[key])
	}
}

const sqlRunAmounts = `SELECT distributor_id, bonus, CAST(SUM(amount_minor) AS BIGINT) FROM period_lines
	WHERE region = $1 AND run_key = $2 AND attempt = $3 GROUP BY distributor_id, bonus ORDER BY distributor_id, bonus`

// amountsBefore reads what everybody was paid in the last closed period. It is asked for only when a limit is broken.
func (s *Store) amountsBefore(ctx context.Context, in *runInput) (amounts []liabilityAmount, err error) {
	if len(in.liability.history) == 0 {
		return nil, nil
	}
	last := in.liability.history[0]
	err = s.engine.Read(ctx, "run_liability", func(c Conn) error {
		var err error
		if amounts, err = readEventAmounts(c, in, last.periodNo); err != nil {
			return err
		}
		for _, region := range in.regions {
			err := c.Query(sqlRunAmounts, []any{region, last.runKey, last.no}, func(row Row) error {
				if earner := in.index.findBytes(row.Bytes(0)); earner >= 0 {
					amounts = append(amounts, liabilityAmount{earner, numberOf(in.liability.bonuses, row.Bytes(1)), row.Int(2)})
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		sortByEarner(amounts)
		return nil
	})
	return amounts, err
}
