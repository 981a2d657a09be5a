package intake

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"upline/calc"
	"upline/calc/simulate"
	"upline/store"
)

// Totals are what the files come to.
type Totals struct{ list []Total }

// Total is one of them.
type Total struct {
	File, Name, Currency string
	Value                int64
	Digits               int32 // decimals of Value
	// Stored is what the database comes to; it is set by Write.
	Stored   int64
	IsStored bool
	// Want is the control total; IsChecked tells that there is one.
	Want      string
	IsChecked bool
}

func newTotals() *Totals { return &Totals{} }

func (t *Totals) find(file, name, currency string) *Total {
	for i := range t.list {
		if one := &t.list[i]; one.File == file && one.Name == name && one.Currency == currency {
			return one
		}
	}
	return nil
}

// add adds to a total.
func (t *Totals) add(file, name, currency string, value int64, digits int32) {
	one := t.find(file, name, currency)
	if one == nil {
		t.list = append(t.list, Total{File: file, Name: name, Currency: currency, Digits: digits})
		one = &t.list[len(t.list)-1]
	}
	one.Value += value
}

// List gives the totals by file, name and currency.
func (t *Totals) List() []Total {
	list := slices.Clone(t.list)
	slices.SortFunc(list, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(b.Name, a.Name), cmp.Compare(a.Currency, b.Currency))
	})
	return list
}

// Text writes a value with its decimals.
func (t *Total) Text(value int64) string { return calc.FormatMinor(value, t.Digits) }

// checkTotals holds the control totals against what the files come to.
func (c *Company) checkTotals() error {
	if c.Request.Totals == "" {
		return nil
	}
	table, file, err := c.table(c.Request.Totals, &totalsFormat, "checking "+filepath.Base(c.Request.Totals))
	if err != nil || table == nil {
		return err
	}
	defer file.Close()
	for table.Next() {
		name, total, currency := string(table.Cell(totalFile)), string(table.Cell(totalName)), string(table.Cell(totalCurrency))
		one := c.Totals.find(name, total, currency)
		if one == nil {
			var known []string
			for _, t := range c.Totals.List() {
				known = append(known, strings.TrimSpace(t.File+" "+t.Name+" "+t.Currency))
			}
			table.Refuse(totalName, fmt.Sprintf("the files have no total %q", strings.TrimSpace(name+" "+total+" "+currency)), simulate.Nearest(name+" "+total, known))
			continue
		}
		want, err := calc.ParseMinor(string(table.Cell(totalValue)), one.Digits)
		switch {
		case err != nil:
			table.Refuse(totalValue, fmt.Sprintf("%q is no number that it could come to", table.Cell(totalValue)), fmt.Sprintf("write it like %s", one.Text(one.Value)))
		case want != one.Value:
			table.Refuse(totalValue, fmt.Sprintf("is %s, and the file comes to %s", one.Text(want), one.Text(one.Value)), "find out which of the two is wrong; nothing is written before they agree")
		default:
			one.Want, one.IsChecked = string(table.Cell(totalValue)), true
		}
	}
	return table.End()
}

// stored sets what the database comes to. differs is told of what is not as in the files: fewer rows, or, where there are as many, another
// sum. Where the database has more rows, by the API or other files, its sums are no file's.
func (t *Totals) stored(enrolments int64, sums []store.OpeningTotal, differs func(one *Total)) {
	kinds := map[string]store.OpeningKind{
		"services": store.OpeningService, "ranks": store.OpeningRank, "carries": store.OpeningCarry, "advances": store.OpeningAdvance, "balances": store.OpeningBalance,
	}
	for i := range t.list {
		one := &t.list[i]
		one.Stored, one.IsStored = 0, true
		if one.File == "network" {
			one.Stored = enrolments
		}
		for _, s := range sums {
			if s.Kind != kinds[one.File] || one.Currency != "" && one.Currency != s.Currency {
				continue
			}
			switch one.Name {
			case "rows":
				one.Stored += s.Count
			case "left":
				one.Stored += s.Left
			case "right":
				one.Stored += s.Right
			case "amount", "advanced":
				one.Stored += s.AmountMinor
			case "price":
				one.Stored += s.PriceMinor
			}
		}
	}
	for i := range t.list {
		one := &t.list[i]
		rows := t.find(one.File, "rows", "")
		if one.Name == "rows" && one.Stored < one.Value || one.Name != "rows" && rows.Stored == rows.Value && one.Stored != one.Value {
			differs(one)
		}
	}
}
