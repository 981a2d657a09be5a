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
	// Stored is what the file's rows come to in the database; it is set by Write. More are the rows that the database has besides, of the
	// same kind and by the API or other files, in the total of rows.
	Stored, More int64
	IsStored     bool
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

// kindsOf are the kinds of entries that files are of.
var kindsOf = map[string]store.OpeningKind{
	"services": store.OpeningService, "ranks": store.OpeningRank, "carries": store.OpeningCarry, "advances": store.OpeningAdvance, "balances": store.OpeningBalance,
}

// stored sets what the rows of a file come to in the database, which may have others besides: inAll are all that there are. differs is told
// of what is not as in the file: of the rows, or where all are there of their sums.
func (t *Totals) stored(file string, inAll, rows int64, sums map[store.OpeningTotalKey]store.OpeningTotal, differs func(one *Total)) {
	for i := range t.list {
		one := &t.list[i]
		if one.File != file {
			continue
		}
		one.Stored, one.IsStored = 0, true
		switch one.Name {
		case "rows":
			one.Stored, one.More = rows, inAll-rows
		default:
			one.Stored = one.of(sums[store.OpeningTotalKey{Kind: kindsOf[file], Currency: one.Currency}])
		}
	}
	if rows := t.find(file, "rows", ""); rows.Stored != rows.Value {
		differs(rows) // and so do their sums
		return
	}
	for i := range t.list {
		if one := &t.list[i]; one.File == file && one.Stored != one.Value {
			differs(one)
		}
	}
}

// of is what a total of the database is for this one.
func (t *Total) of(sum store.OpeningTotal) int64 {
	switch t.Name {
	case "left":
		return sum.Left
	case "right":
		return sum.Right
	case "amount", "advanced":
		return sum.AmountMinor
	case "price":
		return sum.PriceMinor
	}
	return 0
}
