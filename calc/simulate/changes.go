package simulate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"upline/calc"
)

// saleChange is a row of changes.csv: what a service is from a time on.
type saleChange struct {
	atUS                        int64
	line                        int
	priceMinor, feeMinor        int64
	pv, cv, qv                  int64
	hasFee, hasPV, hasCV, hasQV bool
	class                       uint16
	hasClass, hasBilling        bool
	billing                     calc.BillingCycle
	proration                   calc.Proration // without what the plan says
}

// changesMax is how many changes of one sale are read: the ids of their events have so many places.
const changesMax = 1000

var (
	prorationWords = map[string]calc.ProrationMode{
		"charge": calc.ProrationCharge, "date": calc.ProrationDate, "none": calc.ProrationNone, "deferred": calc.ProrationDeferred, "restart": calc.ProrationRestart,
		"full_price": calc.ProrationFullPrice,
	}
	unitWords = map[string]calc.ProrationUnit{
		"second": calc.ProrationSecond, "": calc.ProrationDay, "day": calc.ProrationDay, "month": calc.ProrationMonth, "calendar_month": calc.ProrationCalendarMonth,
		"calendar_year": calc.ProrationCalendarYear,
	}
	dayCountWords = map[string]calc.DayCount{
		"actual_actual": calc.ActualActual, "actual_365": calc.Actual365, "actual_360": calc.Actual360, "thirty_360": calc.Thirty360,
	}
	changedUnitWords = map[string]calc.ChangedUnit{"": calc.ChangedUnitUnused, "unused": calc.ChangedUnitUnused, "used": calc.ChangedUnitUsed}
	extensionWords   = map[string]calc.RoundingMode{"": calc.HalfUp, "half_up": calc.HalfUp, "half_even": calc.HalfEven, "down": calc.Down, "up": calc.Up}
)

// readChanges reads upgrades and downgrades of services.
func readChanges(source Source, s *sales, c *clock, p *calc.Plan, found *findings, progress func(int64)) error {
	t, err := openTable(source, &changesFormat, found)
	if err != nil || t == nil || !t.need(changeSale, changeAt, changePrice, changeProration) {
		return err
	}
	t.progress = progress
	s.changes = make(map[int32][]saleChange)
	for t.nextRow() {
		sale := t.saleOf(changeSale, s)
		at, ok := t.time(changeAt, c)
		row := saleChange{atUS: at, line: t.line}
		row.priceMinor, _ = t.amount(changePrice, p.MinorDigits)
		for _, column := range []struct {
			place  int
			digits int32
			to     *int64
			has    *bool
		}{{changeFee, p.MinorDigits, &row.feeMinor, &row.hasFee}, {changePV, 4, &row.pv, &row.hasPV}, {changeCV, 4, &row.cv, &row.hasCV}, {changeQV, 4, &row.qv, &row.hasQV}} {
			if t.has(column.place) && len(t.cell(column.place)) > 0 {
				*column.to, *column.has = first(t.amount(column.place, column.digits)), true
			}
		}
		if t.has(changeClass) && len(t.cell(changeClass)) > 0 {
			row.class, row.hasClass = first(t.word(changeClass, &s.words.class)), true
		}
		if t.has(changeBilling) && len(t.cell(changeBilling)) > 0 {
			row.billing, row.hasBilling = oneOf(t, changeBilling, billingWords), true
		}
		row.proration = t.proration()
		if sale < 0 || !ok {
			continue
		}
		t.checkChange(sale, s, &row)
		s.changes[sale] = append(s.changes[sale], row)
	}
	for sale, rows := range s.changes {
		slices.SortStableFunc(rows, func(a, b saleChange) int { return cmp.Compare(a.atUS, b.atUS) })
		if len(rows) > changesMax {
			found.add(Problem{
				File: t.name, Line: rows[changesMax].line, Text: fmt.Sprintf("the sale %s is changed more than %d times", shown(s.id(sale)), changesMax),
				Remedy: "check the column " + t.format.Columns[changeSale].Name,
			})
		}
	}
	return t.end()
}

func first[T any](value T, _ bool) T { return value }

// oneOf reads a cell that must hold one of some words.
func oneOf[T any](t *tableReader, column int, known map[string]T) T {
	cell := t.cell(column)
	value, ok := known[strings.ToLower(string(cell))]
	if !ok {
		list := make([]string, 0, len(known))
		for word := range known {
			if word != "" {
				list = append(list, word)
			}
		}
		slices.Sort(list)
		t.cellProblem(column, shown(cell)+" is none of the words that it can be", "write "+strings.Join(list, ", "))
	}
	return value
}

// proration reads how the cycle is prorated.
func (t *tableReader) proration() calc.Proration {
	out := calc.Proration{Mode: oneOf(t, changeProration, prorationWords), Unit: calc.ProrationDay, ChangedUnit: calc.ChangedUnitUnused}
	if t.has(changeUnit) {
		out.Unit = oneOf(t, changeUnit, unitWords)
	}
	if out.Unit == calc.ProrationDay {
		out.DayCount = calc.ActualActual
	}
	if t.has(changeDayCount) && len(t.cell(changeDayCount)) > 0 {
		out.DayCount = oneOf(t, changeDayCount, dayCountWords)
	}
	if t.has(changeChangedUnit) {
		out.ChangedUnit = oneOf(t, changeChangedUnit, changedUnitWords)
	}
	if t.has(changeExtension) {
		out.Extension = oneOf(t, changeExtension, extensionWords)
	}
	if out.Mode != 0 && out.Unit != 0 && out.ChangedUnit != 0 {
		if lacks := out.Whole(); lacks != nil {
			t.cellProblem(changeProration, lacks.Field+": "+lacks.Problem, "correct the columns of the proration")
		}
	}
	return out
}

// checkChange refuses a change that a sale cannot take.
func (t *tableReader) checkChange(sale int32, s *sales, row *saleChange) {
	switch {
	case row.atUS < s.atUS[sale]:
		t.cellProblem(changeAt, shown(t.cell(changeAt))+" lies before the sale", fmt.Sprintf("correct the date, or that in line %d of %s", s.line[sale], s.name))
	case s.billed(sale) == calc.BilledOnce:
		t.cellProblem(changeSale, "the sale "+shown(t.cell(changeSale))+" is billed once, and has no cycle to change in", "write another sale")
	case row.billing == calc.BilledOnce:
		t.cellProblem(changeBilling, "a service cannot become one that is billed once", "write another sale")
	case s.currency != nil && s.currency[sale] != 0:
		t.cellProblem(changeSale, "the sale "+shown(t.cell(changeSale))+" is in another currency than the plan's, and its changes cannot be", "write its prices in the plan's currency")
	case row.hasFee && row.feeMinor > row.priceMinor:
		t.cellProblem(changeFee, "is more than the price", "write the part of the price that pays no commission")
	}
}

// saleTerms are what a sale is of its product: at first, and after each change.
type saleTerms struct {
	calc.SaleValues
	class   uint16
	billing calc.BillingCycle
}

// termsAtFirst gives what a sale is at first, as a plan counts it.
func (v *view) termsAtFirst(sale int32) saleTerms {
	s := v.company.sales
	t := saleTerms{billing: s.billed(sale)}
	t.PV, t.CV, t.PriceMinor, t.Count, t.CycleMonths = v.pv[sale], v.cv[sale], v.priceMinor[sale], 1, t.billing.Months()
	if v.qv != nil {
		t.QV = v.qv[sale]
	}
	if v.feeMinor != nil {
		t.FeeMinor = v.feeMinor[sale]
	}
	if s.count != nil {
		t.Count = int64(s.count[sale])
	}
	if s.class != nil {
		t.class, t.Class = s.class[sale], s.words.class.word(s.class[sale])
	}
	return t
}

// terms gives what a sale is at first, and with each of its changes.
func (v *view) terms(sale int32) []saleTerms {
	s, t := v.company.sales, v.termsAtFirst(sale)
	list := []saleTerms{t}
	for i := range s.changes[sale] {
		row := &s.changes[sale][i]
		t.PriceMinor, t.FeeMinor = row.priceMinor, row.feeMinor
		switch {
		case row.hasPV || row.hasCV:
			t.PV, t.CV = row.pv, row.cv
			if !row.hasPV {
				t.PV = row.cv
			}
			if !row.hasCV {
				t.CV = row.pv
			}
		case s.pv == nil && s.cv == nil: // points are counted by the price
			t.PV = row.priceMinor * (calc.VolumeScale / v.minorPerUnit())
			t.CV = t.PV
		}
		switch {
		case row.hasQV:
			t.QV = row.qv
		case s.qv == nil && v.qv != nil:
			t.QV = t.PV
		}
		if row.hasClass {
			t.class, t.Class = row.class, s.words.class.word(row.class)
		}
		if row.hasBilling {
			t.billing, t.CycleMonths = row.billing, row.billing.Months()
		}
		list = append(list, t)
	}
	return list
}

func (v *view) minorPerUnit() int64 {
	unit := int64(1)
	for range v.Plan.Plan.MinorDigits {
		unit *= 10
	}
	return min(unit, calc.VolumeScale)
}

// changeID is the id of a change's event: it falls behind payments of the same moment, and before an end.
func changeID(i int) string { return fmt.Sprintf("%s%04d", eventChanged, i) }

// addChanges makes changes part of what a sale is folded by.
func (v *view) addChanges(terms *calc.SaleTerms, sale int32, list []saleTerms) (events []calc.SaleEvent) {
	p := v.Plan.Plan
	located := func(cycle calc.BillingCycle) calc.Billing { return calc.Billing{Cycle: cycle, Location: p.Location} }
	terms.Billing, terms.PriceMinor = located(list[0].billing), list[0].PriceMinor
	terms.Changes = make(map[string]calc.SaleChange, len(list)-1)
	for i := range v.company.sales.changes[sale] {
		row := &v.company.sales.changes[sale][i]
		proration := row.proration
		proration.Location, proration.Rounding = p.Location, p.Rounding
		terms.Changes[changeID(i)] = calc.SaleChange{Billing: located(list[i+1].billing), PriceMinor: row.priceMinor, Proration: proration}
		events = append(events, calc.SaleEvent{ID: changeID(i), Kind: calc.Changed, EffectiveAtUS: row.atUS})
	}
	return events
}

// numberOf is the number of the terms that an index of a fold stands for: 0 for those at first, 1 for those of the first change.
func numberOf(events []calc.SaleEvent, index int) int {
	if index == calc.OriginalTerms {
		return 0
	}
	number := 0
	_, _ = fmt.Sscanf(events[index].ID, eventChanged+"%04d", &number) // the id is changeID's
	return number + 1
}

// piece is what a changed sale adds to volumes: of some of its terms, or a part of them that a change credits or charges.
type piece struct {
	pv, cv, qv, priceMinor, feeMinor int64
	count                            int32
	class                            uint16
	atUS                             int64
}

// countChanged adds what each event of a changed sale counts.
func (l *lives) countChanged(sale int32, list []saleTerms, events []calc.SaleEvent, f *calc.SaleFold, cycle int32, onPayment bool) error {
	for _, c := range f.Counts {
		t := &list[numberOf(events, c.Terms)]
		made := piece{count: c.Times * int32(t.Count), class: t.class, atUS: c.AtUS}
		for _, of := range []struct {
			to    *int64
			whole int64
		}{{&made.pv, t.PV}, {&made.cv, t.CV}, {&made.qv, t.QV}, {&made.feeMinor, t.FeeMinor}} {
			var err error
			if *of.to, err = c.Of(of.whole); err != nil {
				return err
			}
		}
		var err error
		if made.priceMinor, err = c.OfPrice(t.PriceMinor); err != nil {
			return err
		}
		of := cycle
		if onPayment {
			of = c.Cycle
		}
		l.pieces = append(l.pieces, made)
		l.count(events[c.Event].EffectiveAtUS, sale, of, false)
		l.entries.piece[len(l.entries.piece)-1] = int32(len(l.pieces))
	}
	return nil
}

// patch puts what changed sales count in the place of what their rows say.
func (r *run) patch(v *calc.Volumes, from, to int) {
	for i, k := range r.lives.entries.piece[from:to] {
		if k == 0 {
			continue
		}
		p := &r.lives.pieces[k-1]
		v.PV[i], v.CV[i], v.PriceMinor[i] = p.pv, p.cv, p.priceMinor
		if v.QV != nil {
			v.QV[i] = p.qv
		}
		if v.FeeMinor != nil {
			v.FeeMinor[i] = p.feeMinor
		}
		if v.Count != nil {
			v.Count[i] = p.count
		}
		if v.Class != nil {
			v.Class[i] = r.class[p.class]
		}
		if v.AtUS != nil {
			v.AtUS[i] = p.atUS
		}
	}
}
