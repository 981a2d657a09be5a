package store

import (
	"fmt"
	"maps"
	"slices"

	"upline/calc"
)

// runResult sums up a computed run: what it is proved and looked at by.
type runResult struct {
	digest        []byte
	lineCount     int64
	totals, ranks []RunTotal
	restated      []RestatedTotal
	liability     *RunLiability // nil where the plan wants nothing confirmed
}

// sumUp digests all rows in the order of their keys, however they are cut into chunks, and totals them.
func (r *runRows) sumUp() (runResult, error) {
	lines, ranks, states := newRowDigest(), newRowDigest(), newRowDigest()
	plan := r.in.scope.plan
	byBonus := make([]RunTotal, len(plan.Bonuses))
	byRank := make([]int64, len(plan.Ranks)+1)
	var lineNos []int32
	var stateRows []stateRow
	r.digestCompany(states) // nobody's state stands first: its region is the empty one
	for k, i := range r.order {
		if k%blockRows == 0 {
			giveWay()
		}
		region, id := r.in.regions[r.in.regionOf[i]], r.in.ids.at(int(i))
		lineNos = r.appendLines(lineNos[:0], i)
		for _, line := range lineNos {
			r.digestLine(lines, region, id, line)
			l := &r.out.Lines
			total := &byBonus[l.Bonus[line]]
			sum, ok := addInt64(total.AmountMinor, l.AmountMinor[line])
			if !ok {
				return runResult{}, fmt.Errorf("%w: total of bonus %s", calc.ErrOverflow, plan.Bonuses[l.Bonus[line]].Name)
			}
			total.AmountMinor = sum
			total.Count++
		}
		if r.rankCount(i) > 0 {
			row := r.rank(i)
			ranks.text(region)
			ranks.text(id)
			ranks.int(row.active)
			ranks.text(row.paidAs)
			ranks.text(row.achieved)
			ranks.row()
		}
		stateRows = r.appendStates(stateRows[:0], i)
		for _, row := range stateRows {
			states.text(region)
			states.text(id)
			states.text(row.key)
			states.int(row.value)
			states.row()
		}
	}
	byRank[0] = int64(r.in.ids.len())
	for _, rank := range r.out.PaidAs {
		if rank > 0 {
			byRank[rank]++
			byRank[0]--
		}
	}
	result := runResult{lineCount: lines.count}
	if r.restated.of != nil {
		result.lineCount += int64(len(r.restated.of.posted))
		result.restated = r.restated.of.totals
	}
	digest := newRowDigest()
	digest.text(r.in.scope.id())
	digest.section("lines", lines)
	digest.section("ranks", ranks)
	digest.section("states", states)
	r.digestRestated(digest)
	result.digest = digest.sum()
	for i, b := range plan.Bonuses {
		// A bonus that is paid at the event has lines of a run where a cap has taken some of it, and one that is paid by hand where somebody was.
		if b.Cadence == r.in.scope.period.Cadence && (b.Pays == calc.PaysPeriod && b.Manual == nil || byBonus[i].Count > 0) {
			byBonus[i].Name = b.Name
			result.totals = append(result.totals, byBonus[i])
		}
	}
	if r.ranked && len(plan.Ranks) > 0 {
		result.ranks = append(result.ranks, RunTotal{Count: byRank[0]})
		for k, rank := range plan.Ranks {
			result.ranks = append(result.ranks, RunTotal{Name: rank.Name, Count: byRank[k+1]})
		}
	}
	return result, nil
}

func (r *runRows) digestLine(d *rowDigest, region, id string, line int32) {
	l := &r.out.Lines
	unit, point := r.lineBase(line)
	d.text(region)
	d.text(id)
	d.text(r.in.scope.plan.Bonuses[l.Bonus[line]].Name)
	d.int(int64(l.Level[line]))
	d.int(int64(l.Part[line]))
	d.text(lineKinds[l.Kind[line]])
	d.int(l.Base[line])
	d.text(unit)
	d.int(point.Num)
	d.int(point.Den)
	d.int(l.Rate[line])
	d.text(r.lineFactors(line))
	d.int(l.AmountMinor[line])
	d.row()
}

// companyStates are the state that is nobody's in particular, by key.
func companyStates(state calc.State) []stateRow {
	var rows []stateRow
	for _, key := range slices.Sorted(maps.Keys(state)) {
		if isCompanyState(key) && state[key][0] != 0 {
			rows = append(rows, stateRow{key: key, value: state[key][0]})
		}
	}
	return rows
}

func (r *runRows) digestCompany(d *rowDigest) {
	for _, row := range companyStates(r.out.State) {
		d.text(companyRegion)
		d.text("")
		d.text(row.key)
		d.int(row.value)
		d.row()
	}
}
