package store

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"upline/calc"
)

// LiabilityTotal is what a period pays of one kind, with what it is held against and which bonuses it consists of.
type LiabilityTotal struct {
	calc.LiabilityTotal
	Bonuses []LiabilityShare // by name; empty for the total of a bonus
}

// LiabilityShare is what a bonus has in a total. BeforeMinor is what it has had in the periods before, together.
type LiabilityShare struct {
	Bonus                    string
	AmountMinor, BeforeMinor int64
}

// LiabilityDriver is a distributor who drives a total. BeforeMinor is what the distributor was paid of it in the last closed period.
// BaseMinor is of a vendor's total alone: the sales of the vendor that are the distributor's; then there are no amounts.
type LiabilityDriver struct {
	DistributorID                       string
	AmountMinor, BeforeMinor, BaseMinor int64
}

// LiabilityFinding is a bound that a period is outside of.
type LiabilityFinding struct {
	calc.LiabilityFinding
	// Bonuses and Drivers are those that make the most of it: the largest amounts, or of a bound of changes the largest changes its way.
	Bonuses []LiabilityShare
	Drivers []LiabilityDriver
}

// RunLiability is what a run pays, held against the limits of its plan.
type RunLiability struct {
	Base     calc.Base // what payouts are held against
	Totals   []LiabilityTotal
	Findings []LiabilityFinding
}

// earnerAmounts gives everybody's amounts of the period by bonus, in the order of the distributors: lines of the run, what it corrects
// and what events have posted. The slice is used again.
func (r *runRows) earnerAmounts(each func(earner int32, amounts []liabilityAmount)) {
	l := r.in.liability
	numbers := make([]int32, len(l.plan.Bonuses))
	for i := range l.plan.Bonuses {
		numbers[i] = l.bonuses.add(l.plan.Bonuses[i].Name)
	}
	var amounts []liabilityAmount
	event := 0
	lines := &r.out.Lines
	for i := range int32(r.in.ids.len()) {
		amounts = amounts[:0]
		add := func(bonus int32, amountMinor int64) {
			for k := range amounts {
				if amounts[k].bonus == bonus {
					amounts[k].amountMinor = l.plus(amounts[k].amountMinor, amountMinor)
					return
				}
			}
			amounts = append(amounts, liabilityAmount{i, bonus, amountMinor})
		}
		for line := r.lineStart[i]; line < r.lineStart[i+1]; line++ {
			add(numbers[lines.Bonus[line]], lines.AmountMinor[line])
		}
		for _, line := range r.restated.linesOf(i) {
			add(l.bonuses.add(line.bonus), line.amountMinor)
		}
		for ; event < len(l.events) && l.events[event].of == i; event++ {
			add(l.events[event].bonus, l.events[event].amountMinor)
		}
		if len(amounts) > 0 {
			each(i, amounts)
		}
	}
}

// rankOf names the rank that somebody is paid as: in this period where it decides ranks, else in the last one that did.
func (r *runRows) rankOf(i int32) string {
	if r.out.PaidAs != nil {
		return rankName(r.in.scope.plan, r.out.PaidAs, i)
	}
	if prior := &r.in.calc.Prior; prior.PaidAs != nil {
		return rankName(r.in.scope.plan, prior.PaidAs, i)
	}
	return rankName(r.in.scope.plan, r.in.calc.Prior.Achieved, i)
}

// liabilitySums adds up what a period pays.
type liabilitySums struct {
	in      *liabilityInput
	amounts map[liabilityKey]int64
	bases   map[liabilityKey]int64
}

// sumLiability totals a period by what limits can be of.
func (r *runRows) sumLiability() (*liabilitySums, error) {
	l := r.in.liability
	s := &liabilitySums{in: l, amounts: map[liabilityKey]int64{}, bases: map[liabilityKey]int64{}}
	// Of each earner's amounts all go to the company, the market and the rank, so that rows of numbers are added, and keys made once.
	var company []int64
	markets, ranks := make([][]int64, l.markets.len()), map[string][]int64{}
	r.earnerAmounts(func(earner int32, amounts []liabilityAmount) {
		market, rank := l.marketOf[earner], r.rankOf(earner)
		of := ranks[rank]
		for _, a := range amounts {
			company, markets[market], of = grown(company, a.bonus), grown(markets[market], a.bonus), grown(of, a.bonus)
			company[a.bonus] = l.plus(company[a.bonus], a.amountMinor)
			markets[market][a.bonus] = l.plus(markets[market][a.bonus], a.amountMinor)
			of[a.bonus] = l.plus(of[a.bonus], a.amountMinor)
		}
		ranks[rank] = of
	})
	s.add(calc.LiabilityOfCompany, "", company, l.companyBase)
	for market, column := range markets {
		base := int64(0)
		if market < len(l.marketBase) {
			base = l.marketBase[market]
		}
		s.add(calc.LiabilityOfMarket, l.markets.at(int32(market)), column, base)
	}
	if r.in.scope.plan.Ranks != nil {
		for rank, column := range ranks {
			s.add(calc.LiabilityOfRank, rank, column, l.companyBase)
		}
	}
	if err := s.addVendors(company); err != nil {
		return nil, err
	}
	if l.overflow {
		return nil, fmt.Errorf("%w: totals of run %s", calc.ErrOverflow, r.in.scope.id())
	}
	return s, nil
}

// add enters a column of amounts by bonus.
func (s *liabilitySums) add(of calc.LiabilityOf, name string, column []int64, base int64) {
	all := liabilityKey{of: of, name: name}
	sum := int64(0)
	for bonus, amount := range column {
		sum = s.in.plus(sum, amount)
		if amount != 0 {
			s.amounts[liabilityKey{of, name, s.in.bonuses.at(int32(bonus))}] = amount
		}
	}
	s.amounts[all], s.bases[all] = sum, base
}

// addVendors parts what is paid among the vendors: events have posted for sales of one of them, and of what the close pays, which is
// computed from the sales of all, each has the part that its sales have. What cannot be parted stays with nobody, whose name is empty.
func (s *liabilitySums) addVendors(company []int64) error {
	l := s.in
	nobody := l.vendors.add("")
	columns := make([][]int64, l.vendors.len())
	closing := slices.Clone(company)
	for _, a := range l.vendor {
		closing = grown(closing, a.bonus)
		closing[a.bonus] = l.plus(closing[a.bonus], -a.amountMinor)
		columns[a.of] = grown(columns[a.of], a.bonus)
		columns[a.of][a.bonus] = l.plus(columns[a.of][a.bonus], a.amountMinor)
	}
	// In the order of the ids, so that whoever gets the cents that are left is the same whatever came first.
	byID := make([]int32, l.vendors.len())
	for i := range byID {
		byID[i] = int32(i)
	}
	slices.SortFunc(byID, func(a, b int32) int { return cmp.Compare(l.vendors.at(a), l.vendors.at(b)) })
	l.vendorBase = grown(l.vendorBase, int32(len(byID)-1))
	weights, parts := make([]int64, len(byID)), make([]int64, len(byID))
	for i, vendor := range byID {
		weights[i] = max(0, l.vendorBase[vendor])
	}
	for bonus, whole := range closing {
		left, err := calc.Allocation{WholeMinor: whole, StepMinor: 1}.Share(parts, weights)
		if err != nil {
			return fmt.Errorf("parting bonus %s among vendors: %w", l.bonuses.at(int32(bonus)), err)
		}
		for i, vendor := range byID {
			part := parts[i]
			if vendor == nobody {
				part = l.plus(part, left)
			}
			columns[vendor] = grown(columns[vendor], int32(bonus))
			columns[vendor][bonus] = l.plus(columns[vendor][bonus], part)
		}
	}
	for _, vendor := range byID {
		base := l.vendorBase[vendor]
		if vendor != nobody || base != 0 || slices.ContainsFunc(columns[vendor], func(minor int64) bool { return minor != 0 }) {
			s.add(calc.LiabilityOfVendor, l.vendors.at(vendor), columns[vendor], base)
		}
	}
	return nil
}

// totals brings the sums into order, with what the periods before have paid: by what they are of, then by name.
func (s *liabilitySums) totals() []LiabilityTotal {
	keys := map[liabilityKey]bool{}
	for key := range s.amounts {
		keys[key] = true
	}
	for _, run := range s.in.history {
		for key := range run.totals {
			keys[key] = true
		}
	}
	ordered := slices.SortedFunc(maps.Keys(keys), func(a, b liabilityKey) int {
		return cmp.Or(cmp.Compare(a.of, b.of), cmp.Compare(a.name, b.name), cmp.Compare(a.bonus, b.bonus))
	})
	rows := make([]liabilityRow, 0, len(ordered))
	for _, key := range ordered {
		row := liabilityRow{liabilityKey: key, amountMinor: s.amounts[key], baseMinor: s.in.plan.LiabilityBaseMinor(s.bases[key]), periodsBefore: int64(len(s.in.history))}
		for _, run := range s.in.history {
			row.beforeMinor = s.in.plus(row.beforeMinor, run.totals[key])
		}
		rows = append(rows, row)
	}
	return liabilityTotals(rows)
}

// liabilityRow is a row of run_liability.
type liabilityRow struct {
	liabilityKey
	amountMinor, baseMinor, beforeMinor, periodsBefore int64
}

// liabilityTotals makes totals of rows, which stand in the order of their keys. The totals of bonuses are those of the company's parts.
func liabilityTotals(rows []liabilityRow) []LiabilityTotal {
	var totals, bonuses []LiabilityTotal
	companyBase := int64(0)
	for _, row := range rows {
		total := calc.LiabilityTotal{
			Of: row.of, Name: row.name, AmountMinor: row.amountMinor, BaseMinor: row.baseMinor, BeforeMinor: row.beforeMinor, PeriodsBefore: row.periodsBefore,
		}
		if row.bonus == "" {
			totals = append(totals, LiabilityTotal{LiabilityTotal: total})
			if row.of == calc.LiabilityOfCompany {
				companyBase = row.baseMinor
			}
			continue
		}
		if row.of == calc.LiabilityOfCompany {
			total.Of, total.Name, total.BaseMinor = calc.LiabilityOfBonus, row.bonus, companyBase
			bonuses = append(bonuses, LiabilityTotal{LiabilityTotal: total})
		}
		if last := len(totals) - 1; last >= 0 && totals[last].Of == row.of && totals[last].Name == row.name {
			totals[last].Bonuses = append(totals[last].Bonuses, LiabilityShare{row.bonus, row.amountMinor, row.beforeMinor})
		}
	}
	if len(totals) == 0 {
		return nil
	}
	return slices.Concat(totals[:1], bonuses, totals[1:])
}
