package store

import (
	"fmt"

	"upline/calc"
)

// runResult sums up a computed run: what it is proved and looked at by.
type runResult struct {
	digest        []byte
	lineCount     int64
	totals, ranks []RunTotal
}

// sumUp digests all rows in the order of their keys, however they are cut into chunks, and totals them.
func (r *runRows) sumUp() (runResult, error) {
	lines, ranks, carries := newRowDigest(), newRowDigest(), newRowDigest()
	plan := r.in.scope.plan
	byBonus := make([]RunTotal, len(plan.Bonuses))
	byRank := make([]int64, len(plan.Ranks)+1)
	var lineNos []int32
	var carryRows []carryRow
	for _, i := range r.order {
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
		if r.ranked {
			row := r.rank(i)
			ranks.text(region)
			ranks.text(id)
			ranks.int(row.active)
			ranks.text(row.paidAs)
			ranks.text(row.achieved)
			ranks.row()
			if r.out.PaidAs != nil {
				byRank[r.out.PaidAs[i]]++
			} else {
				byRank[0]++
			}
		}
		carryRows = r.appendCarries(carryRows[:0], i)
		for _, row := range carryRows {
			carries.text(region)
			carries.text(id)
			carries.text(plan.Bonuses[row.bonus].Name)
			carries.int(r.out.Carry[row.bonus].Left[i])
			carries.int(r.out.Carry[row.bonus].Right[i])
			carries.row()
		}
	}
	result := runResult{lineCount: lines.count}
	digest := newRowDigest()
	digest.text(r.in.scope.id())
	digest.section("lines", lines)
	digest.section("ranks", ranks)
	digest.section("carries", carries)
	result.digest = digest.sum()
	for i, b := range plan.Bonuses {
		if b.Pays == calc.PaysPeriod && b.Cadence == r.in.scope.period.Cadence {
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
	unit, point := r.lineBase(l.Bonus[line])
	d.text(region)
	d.text(id)
	d.text(r.in.scope.plan.Bonuses[l.Bonus[line]].Name)
	d.int(int64(l.Level[line]))
	d.int(l.Base[line])
	d.text(unit)
	d.int(point.Num)
	d.int(point.Den)
	d.int(l.Rate[line])
	d.int(l.AmountMinor[line])
	d.row()
}
