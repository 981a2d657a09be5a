package store_test

import (
	"fmt"
	"math/big"
	"time"

	"upline/calc"
	"upline/store"
)

// Changes in the plain model: a calendar of billing cycles, kept as a clerk would with a pencil. Each cycle has what is on its bill.

// modelTerms are what a sale is of its product.
type modelTerms struct {
	price, pv, cv, months int64
	billing               calc.Billing
	event                 string // that brought them
}

func termsOfProduct(p store.Product, price int64) modelTerms {
	return modelTerms{price, p.PV, p.CV, map[calc.BillingCycle]int64{calc.BilledQuarterly: 3, calc.BilledYearly: 12, calc.BilledMonthly: 1, calc.BilledUnsaid: 1}[p.Billing.Cycle], p.Billing, ""}
}

// modelPiece is a part of a cycle of some terms on a bill, below zero where it is credited.
type modelPiece struct {
	terms modelTerms
	part  *big.Rat
	minor int64
}

// modelBill is a cycle in the calendar: what it begins with as a whole, and what changes put on its bill.
type modelBill struct {
	from, to int64
	whole    modelTerms
	changes  []modelPiece
	// Since the last change the rest of the cycle is a part of these terms, from a moment on.
	since  int64
	rest   modelTerms
	ofRest *big.Rat
}

// modelLine is a commission before anything is taken back: base and rate are multiplied, and for an advance the months it is for.
type modelLine struct {
	bonus     string
	amount    int64
	after, to *big.Rat // of an advance, in months; to is nil for its end
}

func monthsAfter(us, months int64) int64 {
	return time.UnixMicro(us).UTC().AddDate(0, int(months), 0).UnixMicro() // no day after the 28th
}

func dayOf(us int64) int64 { return us / (24 * 3_600_000_000) }

// bill finds a cycle in the calendar, which goes on by the last terms.
func (m *modelSale) bill(no int) *modelBill {
	for len(m.bills) < no {
		from := m.startUS
		if n := len(m.bills); n > 0 {
			from = m.bills[n-1].to
		}
		m.bills = append(m.bills, &modelBill{from: from, to: monthsAfter(from, m.terms.months), whole: m.terms, since: from, rest: m.terms, ofRest: big.NewRat(1, 1)})
	}
	return m.bills[no-1]
}

// change puts a change on the bill of the cycle in which it falls.
func (m *modelSale) change(e store.NewEvent) {
	us, c := e.EffectiveAtUS, e.Change
	terms := termsOfProduct(changedProducts[c.ProductID], c.PriceMinor)
	terms.event = e.EventID
	if m.state == "CANCELLED" || m.state == "LAPSED" {
		return
	}
	before := m.terms
	m.terms = terms
	if !m.begun {
		m.first = terms
		return
	}
	no := 1
	m.terms = before
	for m.bill(no+1).from <= us {
		no++
	}
	m.terms = terms
	bill := m.bill(no)
	m.bills = m.bills[:no]
	elapsed := new(big.Rat)
	for k := 1; k <= no; k++ {
		elapsed.Add(elapsed, m.bill(k).months())
	}
	mode := c.Proration.Mode
	if mode == calc.ProrationNone {
		m.advanceRest(before, terms, elapsed, nil)
		return
	}
	left := big.NewRat(dayOf(bill.to)-dayOf(us), dayOf(bill.to)-dayOf(bill.since))
	paid := rounded(times(bill.ofRest, bill.rest.price), true)
	credit := modelPiece{bill.rest, new(big.Rat).Neg(new(big.Rat).Mul(left, bill.ofRest)), -rounded(times(left, paid), false)}
	charge := modelPiece{terms: terms}
	wholeMonths := new(big.Rat).SetInt64(bill.whole.months) // a bill's cycle keeps its length
	was := modelPiece{bill.rest, credit.part, 0}
	switch mode {
	case calc.ProrationCharge:
		charge.part = new(big.Rat).Mul(left, new(big.Rat).Quo(wholeMonths, new(big.Rat).SetInt64(terms.months)))
		charge.minor = rounded(times(charge.part, terms.price), false)
		bill.changes = append(bill.changes, credit, charge)
		if left.Sign() > 0 {
			bill.rest, bill.ofRest = terms, new(big.Rat).Quo(wholeMonths, new(big.Rat).SetInt64(terms.months))
		}
	case calc.ProrationRestart:
		charge.part, charge.minor = big.NewRat(1, 1), terms.price
		bill.changes = append(bill.changes, credit)
		bill.to = us
	}
	m.invoiced = append(m.invoiced, [2]modelPiece{credit, charge})
	begins := new(big.Rat).Add(elapsed, times(was.part, was.terms.months))
	if was.terms == before {
		m.advanceRest(before, terms, begins, nil)
		return
	}
	m.advanceRest(was.terms, terms, begins, elapsed)
	m.advanceRest(before, terms, elapsed, nil)
}

func times(r *big.Rat, n int64) *big.Rat { return new(big.Rat).Mul(r, new(big.Rat).SetInt64(n)) }

// months are those that a bill is for.
func (b *modelBill) months() *big.Rat {
	sum := new(big.Rat).SetInt64(b.whole.months)
	for _, c := range b.changes {
		sum.Add(sum, times(c.part, c.terms.months))
	}
	return sum
}

// advanceRest pays the nine months of the advance, as far as they lie in a span, by other terms.
func (m *modelSale) advanceRest(from, to modelTerms, after, until *big.Rat) {
	end := big.NewRat(9, 1)
	if until != nil && until.Cmp(end) < 0 {
		end = until
	}
	left := new(big.Rat).Sub(end, after)
	if left.Sign() <= 0 {
		return
	}
	pay := func(minor, months int64) {
		if amount := rounded(new(big.Rat).Mul(left, big.NewRat(minor*1_025, 1000*months)), false); amount != 0 {
			m.rests = append(m.rests, modelLine{"advance", amount, after, until})
		}
	}
	if from.months == to.months {
		pay(to.price-from.price, to.months)
		return
	}
	pay(-from.price, from.months)
	pay(to.price, to.months)
}

// lines are all commissions of a sale that has begun.
func (m *modelSale) lines() (list []modelLine) {
	rate := func(base, num, den int64) int64 { return rounded(big.NewRat(base*num, den), false) }
	pay := func(price, cv int64) {
		list = append(list, modelLine{bonus: "banded", amount: rate(price, 1, 20)}, modelLine{bonus: "direct", amount: rate(price, 1, 10)},
			modelLine{bonus: "lasting", amount: rate(price, 1, 100)}, modelLine{bonus: "team1", amount: rate(cv, 5, 10_000)}, modelLine{bonus: "team2", amount: rate(cv, 2, 10_000)})
	}
	pay(m.first.price, m.first.cv)
	list = append(list, modelLine{"advance", rate(m.first.price*9, 1_025, 1000*m.first.months), new(big.Rat), nil})
	for _, pair := range m.invoiced {
		price, cv := int64(0), int64(0)
		for _, piece := range pair {
			price += piece.minor
			cv += rounded(times(piece.part, piece.terms.cv), true)
		}
		pay(price, cv)
	}
	return append(list, m.rests...)
}

// changedProducts are what sales are changed to: by the month and by the quarter, for each volume timing.
var changedProducts = func() map[string]store.Product {
	products := make(map[string]store.Product)
	for i := range 4 {
		p := store.Product{
			ProductID: fmt.Sprintf("changed-%d", i), VendorID: "power", Name: "Product", PV: 777_777, CV: 1_600_000, VolumeOnPayment: i&2 != 0,
			Billing: calc.Billing{Cycle: calc.BilledMonthly, FailuresMax: 3},
		}
		if i&1 != 0 {
			p.PV, p.CV, p.Billing = 211_111, 700_000, calc.Billing{Cycle: calc.BilledQuarterly, PaymentReinstates: true}
		}
		products[p.ProductID] = p
	}
	return products
}()

// changing makes an event a change, by its number one of eight.
func changing(e *store.NewEvent, number, priceMinor int64) {
	modes := []calc.ProrationMode{calc.ProrationCharge, calc.ProrationCharge, calc.ProrationRestart, calc.ProrationNone}
	e.Change = &store.NewChange{ProductID: fmt.Sprint("changed-", number&1), PriceMinor: priceMinor, Proration: &calc.Proration{
		Mode: modes[number>>1&3], Unit: calc.ProrationDay, DayCount: calc.ActualActual, ChangedUnit: calc.ChangedUnitUnused,
	}}
}

// fitted names, of the products that a sale is changed to, the one of the sale's volume timing.
func fitted(e store.NewEvent, p store.Product) store.NewEvent {
	if e.Change != nil && p.VolumeOnPayment && (e.Change.ProductID == "changed-0" || e.Change.ProductID == "changed-1") {
		c := *e.Change
		c.ProductID = map[string]string{"changed-0": "changed-2", "changed-1": "changed-3"}[c.ProductID]
		e.Change = &c
	}
	return e
}

// volume is what a piece counts, rounded by itself, and then what is kept of it.
func (p modelPiece) volume(kept *big.Rat) int64 {
	return rounded(times(kept, rounded(times(p.part, p.terms.pv), true)), true)
}

// volume is what a bill counts.
func (b *modelBill) volume(kept *big.Rat) int64 {
	sum := rounded(times(kept, b.whole.pv), true)
	for _, c := range b.changes {
		sum += c.volume(kept)
	}
	return sum
}

// unearned is the part of an advance that the months paid have not earned.
func (l modelLine) unearned(months *big.Rat) *big.Rat {
	end := big.NewRat(9, 1)
	if l.to != nil && l.to.Cmp(end) < 0 {
		end = l.to
	}
	all, paid := new(big.Rat).Sub(end, l.after), new(big.Rat).Sub(months, l.after)
	switch {
	case paid.Sign() <= 0:
		return big.NewRat(1, 1)
	case paid.Cmp(all) >= 0:
		return new(big.Rat)
	}
	return new(big.Rat).Sub(big.NewRat(1, 1), paid.Quo(paid, all))
}
