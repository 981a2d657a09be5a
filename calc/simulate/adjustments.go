package simulate

import (
	"upline/calc"
)

// adjustments is what adjustments.csv says, by row of the file.
type adjustments struct {
	name        string
	distributor []int32
	bonus       []uint16 // number of a word of bonuses; 0: the only one there is
	amountMinor []int64
	atUS        []int64 // noTime: in the only period
	line        []int32
	bonuses     words
}

// readAdjustments reads what is paid by hand.
func readAdjustments(source Source, n *network, c *clock, p *calc.Plan, found *findings, progress func(int64)) (*adjustments, error) {
	t, err := openTable(source, &adjustmentsFormat, found)
	if err != nil || t == nil || !t.need(adjustmentDistributor, adjustmentAmount, adjustmentReason, adjustmentApprover) {
		return nil, err
	}
	t.progress = progress
	a := &adjustments{name: t.name}
	for t.nextRow() {
		distributor := n.find(t.cell(adjustmentDistributor))
		if distributor < 0 {
			t.cellProblem(adjustmentDistributor, "there is no distributor "+shown(t.cell(adjustmentDistributor)), n.otherID(t.cell(adjustmentDistributor), found, "correct the id, or add a row to "+n.name))
		}
		bonus, ok1 := t.word(adjustmentBonus, &a.bonuses)
		amount, ok2 := t.number(adjustmentAmount, p.MinorDigits)
		for _, column := range []int{adjustmentReason, adjustmentApprover} {
			if len(t.cell(column)) == 0 {
				t.cellProblem(column, "is empty", "nothing is paid by hand without a reason and somebody who approved it")
			}
		}
		at, ok3 := int64(noTime), true
		if t.has(adjustmentAt) {
			at, ok3 = t.optionalTime(adjustmentAt, c)
		}
		// One without a sound distributor or amount is never computed with, but may lack a date as well.
		if !ok1 || !ok3 {
			continue
		}
		if !ok2 {
			amount = 0
		}
		a.distributor, a.bonus, a.amountMinor = append(a.distributor, distributor), append(a.bonus, bonus), append(a.amountMinor, amount)
		a.atUS, a.line = append(a.atUS, at), append(a.line, int32(t.line))
	}
	return a, t.end()
}

// adjusted is an adjustment under a plan.
type adjusted struct {
	row         int32
	bonus       int
	amountMinor int64
	atUS        int64
	line        int
}

// under gives the adjustments as bonuses of a plan. Of a plan that is compared with the first one, what it has no bonus for is left out.
func (a *adjustments) under(p *calc.Plan, isFirst bool, found *findings) []adjusted {
	if a == nil {
		return nil
	}
	var manual []string
	index := make(map[string]int)
	for i := range p.Bonuses {
		if p.Bonuses[i].Manual != nil {
			manual = append(manual, p.Bonuses[i].Name)
			index[p.Bonuses[i].Name] = i
		}
	}
	var list []adjusted
	left := int64(0)
	for i, distributor := range a.distributor {
		name := a.bonuses.word(a.bonus[i])
		if name == "" && len(manual) == 1 {
			name = manual[0]
		}
		bonus, known := index[name]
		if !known {
			left++
			if isFirst {
				problem := Problem{File: a.name, Line: int(a.line[i]), Column: adjustmentsFormat.Columns[adjustmentBonus].Name}
				switch {
				case len(manual) == 0:
					problem.Text, problem.Remedy = "the plan has no manual bonus", "add a bonus with `manual: {}` to the plan, or leave the file away"
				case name == "":
					problem.Text, problem.Remedy = "is empty, and the plan has several manual bonuses", didYouMean("", manual)
				default:
					problem.Text, problem.Remedy = "the plan has no manual bonus "+shown([]byte(name)), didYouMean(name, manual)
				}
				found.addOnce(problem)
			}
			continue
		}
		list = append(list, adjusted{distributor, bonus, a.amountMinor[i], a.atUS[i], int(a.line[i])})
	}
	if !isFirst && left > 0 {
		found.note("%s: %s for a manual bonus that plan %s does not have, and %s left out for it", a.name, counted(left, "row is", "rows are"), p.ID, isAre(left))
	}
	return list
}
