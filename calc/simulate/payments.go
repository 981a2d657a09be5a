package simulate

import (
	"cmp"
	"fmt"
	"slices"

	"upline/calc"
)

// payments is what payments.csv says, by sale and time: those of sale s are from start[s] to start[s+1].
type payments struct {
	start []int32
	atUS  []int64
	cycle []int32
	line  []int32
}

// of gives the payments of a sale: indexes from and to.
func (p *payments) of(sale int32) (from, to int32) {
	if p == nil {
		return 0, 0
	}
	return p.start[sale], p.start[sale+1]
}

// readPayments reads the payments of sales.
func readPayments(source Source, s *sales, c *clock, p *calc.Plan, found *findings, progress func(int64)) error {
	t, err := openTable(source, &paymentsFormat, found)
	if err != nil || t == nil || !t.need(paymentSale, paymentAt) {
		return err
	}
	t.progress = progress
	var of []int32
	read := &payments{}
	late, otherAmount := int64(0), int64(0)
	for t.nextRow() {
		sale := t.saleOf(paymentSale, s)
		at, ok := t.time(paymentAt, c)
		cycle := int32(0)
		if t.has(paymentCycle) {
			readCycle, fits := t.small(paymentCycle, 1, cycleMax)
			cycle, ok = readCycle, ok && fits
		}
		if t.has(paymentAmount) && len(t.cell(paymentAmount)) > 0 {
			if amount, ok := t.amount(paymentAmount, p.MinorDigits); ok && sale >= 0 && s.priceMinor != nil && amount != s.priceMinor[sale] {
				otherAmount++
			}
		}
		if sale < 0 || !ok {
			continue
		}
		if at < s.atUS[sale] {
			t.cellProblem(paymentAt, shown(t.cell(paymentAt))+" lies before the sale", fmt.Sprintf("correct the date, or that in line %d of %s", s.line[sale], s.name))
			continue
		}
		if cancelled := s.cancellation(sale); cancelled != noTime && at > cancelled {
			late++
		}
		of, read.atUS, read.cycle, read.line = append(of, sale), append(read.atUS, at), append(read.cycle, cycle), append(read.line, int32(t.line))
	}
	if err := t.end(); err != nil {
		return err
	}
	if late > 0 {
		found.note("%s: %s after the sale was cancelled, and %s for nothing", t.name, counted(late, "payment lies", "payments lie"), verb(late, "counts", "count"))
	}
	if otherAmount > 0 {
		found.note("%s: the amount of %s not the price of the sale; what counts is the price and the volume of the sale", t.name,
			counted(otherAmount, "payment is", "payments is"))
	}
	s.paid = read.bySale(of, s.len())
	s.paid.number(t, s)
	return nil
}

func verb(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// saleOf finds the sale that a row names; -1 when there is none.
func (t *tableReader) saleOf(column int, s *sales) int32 {
	cell := t.cell(column)
	if len(cell) == 0 {
		t.cellProblem(column, "is empty", "write the sale's id")
		return -1
	}
	sale := s.find(cell)
	if sale < 0 {
		t.cellProblem(column, "there is no sale "+shown(cell), "correct the id, or add a row to "+s.name)
	}
	return sale
}

// bySale puts the payments in order of sales, and of each sale in order of time.
func (p *payments) bySale(of []int32, saleCount int) *payments {
	sorted := &payments{start: make([]int32, saleCount+1)}
	for _, sale := range of {
		sorted.start[sale+1]++
	}
	for sale := range saleCount {
		sorted.start[sale+1] += sorted.start[sale]
	}
	next := slices.Clone(sorted.start)
	order := make([]int32, len(of))
	for i, sale := range of {
		order[next[sale]] = int32(i)
		next[sale]++
	}
	for sale := range saleCount {
		slices.SortStableFunc(order[sorted.start[sale]:sorted.start[sale+1]], func(a, b int32) int {
			return cmp.Or(cmp.Compare(p.atUS[a], p.atUS[b]), cmp.Compare(p.cycle[a], p.cycle[b]))
		})
	}
	sorted.atUS, sorted.cycle, sorted.line = permuted(p.atUS, order), permuted(p.cycle, order), permuted(p.line, order)
	return sorted
}

// number gives payments without a cycle theirs, and refuses a cycle that was paid twice.
func (p *payments) number(t *tableReader, s *sales) {
	var order []int32
	for sale := range s.len() {
		from, to := p.of(int32(sale))
		if !t.has(paymentCycle) {
			if to-from > cycleMax {
				t.found.add(Problem{
					File: t.name, Line: int(p.line[from+cycleMax]),
					Text: fmt.Sprintf("the sale %s is paid more than %d times", shown(s.id(int32(sale))), cycleMax), Remedy: "check the column " + t.format.Columns[paymentSale].Name,
				})
				continue
			}
			for i := from; i < to; i++ {
				p.cycle[i] = i - from + 1
			}
			continue
		}
		order = order[:0]
		for i := from; i < to; i++ {
			order = append(order, i)
		}
		slices.SortFunc(order, func(a, b int32) int {
			return cmp.Or(cmp.Compare(p.cycle[a], p.cycle[b]), cmp.Compare(p.line[a], p.line[b]))
		})
		for k := 1; k < len(order); k++ {
			if p.cycle[order[k]] == p.cycle[order[k-1]] {
				t.found.add(Problem{
					File: t.name, Line: int(p.line[order[k]]), Column: t.format.Columns[paymentCycle].Name,
					Text:   fmt.Sprintf("cycle %d of the sale %s is paid in line %d already", p.cycle[order[k]], shown(s.id(int32(sale))), p.line[order[k-1]]),
					Remedy: "give every billing cycle one payment",
				})
			}
		}
	}
}

// readCancellations reads cancellations that do not stand beside the sales.
func readCancellations(source Source, s *sales, c *clock, found *findings, progress func(int64)) error {
	t, err := openTable(source, &cancellationsFormat, found)
	if err != nil || t == nil || !t.need(cancellationSale, cancellationAt) {
		return err
	}
	t.progress = progress
	if s.cancelledUS == nil {
		s.cancelledUS = make([]int64, s.len())
		for i := range s.cancelledUS {
			s.cancelledUS[i] = noTime
		}
	}
	for t.nextRow() {
		sale := t.saleOf(cancellationSale, s)
		at, ok := t.time(cancellationAt, c)
		switch {
		case sale < 0 || !ok:
		case s.cancelledUS[sale] != noTime:
			t.cellProblem(cancellationSale, "the sale "+shown(t.cell(cancellationSale))+" is cancelled twice", "leave one of them")
		default:
			s.cancelledUS[sale] = at
			t.checkCancelled(cancellationAt, sale, s)
		}
	}
	return t.end()
}
