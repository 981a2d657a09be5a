package simulate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"upline/calc"
)

// sales is what sales.csv says, by sale, in the order of the file. A column that the file does not have is nil.
type sales struct {
	name   string
	ids    *idTable // nil: the ids are 1, 2, 3 …
	line   []int32
	seller []int32 // rows of the network
	// customer is a number of customers; -1 where the seller bought. nil: the sellers bought everything.
	customer                    []int32
	customers                   *idTable
	atUS                        []int64
	class, market               []uint16
	currency                    []uint16 // 0: the plan's
	priceMinor, feeMinor        []int64  // in minor units of currency
	pv, cv, qv                  []int64
	count, cycle                []int32
	perPayment, waits           []bool
	billing                     []calc.BillingCycle
	activatedUS, cancelledUS    []int64
	words                       struct{ class, market, currency words }
	liveAtOnce, beforeEnrolment int64
	paid                        *payments
	changes                     map[int32][]saleChange // by sale, in the order of time
}

func (s *sales) len() int { return len(s.seller) }

// id gives the id of a sale.
func (s *sales) id(sale int32) []byte {
	if s.ids == nil {
		return strconv.AppendInt(nil, int64(sale)+1, 10)
	}
	return s.ids.at(sale)
}

// find gives the number of a sale by its id; -1 for none.
func (s *sales) find(id []byte) int32 {
	if s.ids != nil {
		return s.ids.find(id)
	}
	if number, ok := parseFixed(id, 0); ok && number >= 1 && number <= int64(s.len()) && id[0] != '0' {
		return int32(number - 1)
	}
	return -1
}

// onPayment tells whether the sale's volume counts with every payment.
func (s *sales) onPayment(sale int32) bool { return s.perPayment != nil && s.perPayment[sale] }

// billed is the billing cycle that the row's price and volume are for.
func (s *sales) billed(sale int32) calc.BillingCycle {
	if s.billing == nil {
		return calc.BilledUnsaid
	}
	return s.billing[sale]
}

// waitsFor tells whether a sale is not live before it is activated.
func (s *sales) waitsFor(sale int32) bool {
	return s.waits != nil && s.waits[sale] || s.activation(sale) != noTime
}

func (s *sales) activation(sale int32) int64 {
	if s.activatedUS == nil {
		return noTime
	}
	return s.activatedUS[sale]
}

func (s *sales) cancellation(sale int32) int64 {
	if s.cancelledUS == nil {
		return noTime
	}
	return s.cancelledUS[sale]
}

// salesReader reads sales.csv.
type salesReader struct {
	*tableReader
	s       *sales
	network *network // nil: it could not be read, and no seller is looked up
	clock   *clock
	digits  int32 // decimals of the plan's currency
	// onlyAtUS is the time of sales where the file has no column for it.
	onlyAtUS int64
}

// readSales reads the sales. It is nil when the file could not be understood at all. onlyAtUS is noTime, or the time at which everything is
// sold that has none.
func readSales(source Source, n *network, c *clock, p *calc.Plan, onlyAtUS int64, found *findings, progress func(int64)) (*sales, error) {
	table, err := openTable(source, &salesFormat, found)
	if err != nil || table == nil {
		return nil, err
	}
	table.progress = progress
	r := &salesReader{tableReader: table, s: &sales{name: table.name}, network: n, clock: c, digits: p.MinorDigits, onlyAtUS: onlyAtUS}
	ok := r.need(salesSeller)
	if onlyAtUS == noTime {
		ok = r.need(salesAt) && ok
	}
	isMeant := slices.ContainsFunc(r.meant, func(name string) bool { return name == "price" || name == "pv" || name == "cv" })
	if !r.has(salesPrice) && !r.has(salesPV) && !r.has(salesCV) && !isMeant {
		r.fileProblem("has none of the columns price, pv and cv", "give one of them at least")
		ok = false
	}
	if !ok {
		return nil, nil
	}
	if r.has(salesSale) {
		r.s.ids = newIDTable()
	}
	if r.has(salesCustomer) {
		r.s.customers = newIDTable()
	}
	for r.nextRow() {
		r.row(p.Currency)
		if rows := r.expected(); rows > 0 {
			r.s.reserve(rows)
		}
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	if r.s.len() == 0 && found.count == 0 {
		r.fileProblem("has no sales", "write a row for each")
	}
	return r.s, nil
}

// reserve makes room for so many sales.
func (s *sales) reserve(rows int) {
	reserve(rows, &s.line, &s.seller, &s.customer, &s.count, &s.cycle)
	reserve(rows, &s.class, &s.market, &s.currency)
	reserve(rows, &s.atUS, &s.priceMinor, &s.feeMinor, &s.pv, &s.cv, &s.qv, &s.activatedUS, &s.cancelledUS)
	reserve(rows, &s.perPayment, &s.waits)
	reserve(rows, &s.billing)
}

// row reads one sale. A row whose id is wrong is left out; any other problem leaves the row standing with what else it has, so that all
// its problems are found, and payments that name it find it.
func (r *salesReader) row(planCurrency string) {
	s := r.s
	if !r.id() {
		return
	}
	s.line = append(s.line, int32(r.line))
	seller := r.seller()
	s.seller = append(s.seller, seller)
	if r.has(salesCustomer) {
		s.customer = append(s.customer, r.customer())
	}
	at := r.onlyAtUS
	if r.has(salesAt) {
		at, _ = r.time(salesAt, r.clock)
	}
	s.atUS = append(s.atUS, at)
	if seller >= 0 && at < r.network.enrolledUS[seller] {
		s.beforeEnrolment++
	}
	r.words()
	r.money(planCurrency)
	for _, column := range []struct {
		place int
		to    *[]int64
	}{{salesPV, &s.pv}, {salesCV, &s.cv}, {salesQV, &s.qv}} {
		if r.has(column.place) {
			value, _ := r.amount(column.place, 4)
			*column.to = append(*column.to, value)
		}
	}
	r.numbers()
	r.life(at)
}

// id reads the sale's id. It is false when the row has none of its own.
func (r *salesReader) id() bool {
	if r.s.ids == nil {
		return true
	}
	cell := r.cell(salesSale)
	if len(cell) == 0 {
		r.cellProblem(salesSale, "is empty", "give every sale an id, or leave the column out")
		return false
	}
	if !r.checkText(salesSale, cell) {
		return false
	}
	number, isNew, ok := r.s.ids.add(cell)
	switch {
	case !ok:
		r.cellProblem(salesSale, "is one id more than can be kept", "simulate a part of the sales, or leave the column out")
		return false
	case !isNew:
		r.cellProblem(salesSale, fmt.Sprintf("%s stands in line %d already", shown(cell), r.s.line[number]),
			"give every row an id of its own, or leave the column out; payments of a subscription belong in payments.csv")
		return false
	}
	return true
}

// seller reads who sold it; -1 when there is no such distributor.
func (r *salesReader) seller() int32 {
	cell := r.cell(salesSeller)
	if len(cell) == 0 {
		r.cellProblem(salesSeller, "is empty", "write the distributor's id")
		return -1
	}
	if r.network == nil {
		return -1
	}
	row := r.network.find(cell)
	if row < 0 {
		r.cellProblem(salesSeller, "there is no distributor "+shown(cell), r.network.otherID(cell, r.found, "correct the id, or add a row to "+r.network.name))
	}
	return row
}

// customer reads who bought; -1 for the seller.
func (r *salesReader) customer() int32 {
	cell := r.cell(salesCustomer)
	if len(cell) == 0 || string(cell) == string(r.cell(salesSeller)) || !r.checkText(salesCustomer, cell) {
		return -1
	}
	number, _, ok := r.s.customers.add(cell)
	if !ok {
		r.cellProblem(salesCustomer, "is one customer more than can be kept", "simulate a part of the sales")
		return -1
	}
	return number
}

func (r *salesReader) words() {
	s := r.s
	if r.has(salesClass) {
		word, _ := r.word(salesClass, &s.words.class)
		s.class = append(s.class, word)
	}
	if r.has(salesMarket) {
		word, _ := r.market(salesMarket, &s.words.market)
		s.market = append(s.market, word)
	}
}

// money reads price and fee, in the currency of the row.
func (r *salesReader) money(planCurrency string) {
	s, digits := r.s, r.digits
	if r.has(salesCurrency) {
		currency := uint16(0)
		if string(r.cell(salesCurrency)) != planCurrency {
			number, others, ok := r.currencyCell(salesCurrency, &s.words.currency)
			if ok && number != 0 {
				currency, digits = number, others
			}
		}
		s.currency = append(s.currency, currency)
	}
	if r.has(salesPrice) {
		price, _ := r.amount(salesPrice, digits)
		s.priceMinor = append(s.priceMinor, price)
	}
	if r.has(salesFee) {
		fee := int64(0)
		if len(r.cell(salesFee)) > 0 {
			fee, _ = r.amount(salesFee, digits)
		}
		s.feeMinor = append(s.feeMinor, fee)
	}
}

// The most that count and cycle may be: what plans can ask for is less.
const (
	countMax = 1_000_000
	cycleMax = 1200
)

func (r *salesReader) numbers() {
	s := r.s
	for _, column := range []struct {
		place int
		most  int64
		to    *[]int32
	}{{salesCount, countMax, &s.count}, {salesCycle, cycleMax, &s.cycle}} {
		if !r.has(column.place) {
			continue
		}
		value := int32(1)
		if len(r.cell(column.place)) > 0 {
			value, _ = r.small(column.place, 1, column.most)
		}
		*column.to = append(*column.to, value)
	}
	if r.has(salesBilling) {
		s.billing = append(s.billing, r.billing())
	}
	if r.has(salesVolume) {
		cell := r.cell(salesVolume)
		perPayment := isWord(cell, "payment")
		if !perPayment && len(cell) > 0 && !isWord(cell, "once") {
			r.cellProblem(salesVolume, shown(cell)+" is neither once nor payment", "write once, or payment where volume counts with every payment")
		}
		s.perPayment = append(s.perPayment, perPayment)
	}
}

// billingWords are the cycles that a product can be billed by, as the API names them.
var billingWords = map[string]calc.BillingCycle{
	"": calc.BilledUnsaid, "one_time": calc.BilledOnce, "monthly": calc.BilledMonthly, "quarterly": calc.BilledQuarterly, "annual": calc.BilledYearly,
}

func (r *salesReader) billing() calc.BillingCycle {
	cell := r.cell(salesBilling)
	cycle, known := billingWords[strings.ToLower(string(cell))]
	if !known {
		r.cellProblem(salesBilling, shown(cell)+" is no billing cycle", "write one_time, monthly, quarterly or annual")
	}
	return cycle
}

// life reads when the sale went live and when it ended.
func (r *salesReader) life(at int64) {
	s, activated, ok := r.s, int64(noTime), true
	if r.has(salesActivatedAt) {
		activated, ok = r.optionalTime(salesActivatedAt, r.clock)
		if ok && activated != noTime && activated < at {
			r.cellProblem(salesActivatedAt, shown(r.cell(salesActivatedAt))+" lies before the sale", "correct the date, or that in "+r.format.Columns[salesAt].Name)
		}
		s.activatedUS = append(s.activatedUS, activated)
	}
	if r.has(salesNeedsActivation) {
		waits, _ := r.yesNo(salesNeedsActivation)
		s.waits = append(s.waits, waits)
	} else if r.has(salesActivatedAt) && activated == noTime && ok {
		s.liveAtOnce++
	}
	if !r.has(salesCancelledAt) {
		return
	}
	cancelled, ok := r.optionalTime(salesCancelledAt, r.clock)
	s.cancelledUS = append(s.cancelledUS, cancelled)
	if ok {
		r.checkCancelled(salesCancelledAt, int32(s.len()-1), s)
	}
}

// checkCancelled refuses a cancellation of a sale that was not yet made or not yet live.
func (t *tableReader) checkCancelled(column int, sale int32, s *sales) {
	cancelled := s.cancellation(sale)
	switch {
	case cancelled == noTime:
	case cancelled < s.atUS[sale]:
		t.cellProblem(column, shown(t.cell(column))+" lies before the sale", "correct one of the dates")
	case s.activation(sale) != noTime && cancelled < s.activation(sale):
		t.cellProblem(column, shown(t.cell(column))+" lies before the activation", "correct one of the dates; of a sale that never went live, leave activated_at empty")
	}
}

// notes says what was taken for granted, and what counts for nothing although it may be meant to.
func (s *sales) notes(p *calc.Plan, found *findings) {
	uncounted, unpaid := int64(0), int64(0)
	for i := range s.len() {
		switch from, to := s.paid.of(int32(i)); {
		case from < to && !s.onPayment(int32(i)):
			uncounted++
		case from == to && s.onPayment(int32(i)):
			unpaid++
		}
	}
	if uncounted > 0 && paysByCycle(p) {
		found.note("%s: the payments of %s in no volume, and pay no residual at the close; where they are to, write payment in the column volume", s.name,
			counted(uncounted, "sale count", "sales count"))
	}
	if unpaid > 0 {
		found.note("%s: %s with payments alone and %s none in payments.csv: nothing of them counts", s.name,
			counted(unpaid, "sale counts", "sales count"), verb(unpaid, "has", "have"))
	}
	if s.liveAtOnce > 0 && s.liveAtOnce < int64(s.len()) {
		found.note("%s: %s no activated_at and %s live at once; where a sale waits, write needs_activation: yes", s.name,
			counted(s.liveAtOnce, "sale has", "sales have"), isAre(s.liveAtOnce))
	}
	if s.beforeEnrolment > 0 {
		found.note("%s: %s made before the seller was enrolled", s.name, counted(s.beforeEnrolment, "sale was", "sales were"))
	}
}

// paysByCycle tells whether a plan has a bonus that lives on the cycles that are paid.
func paysByCycle(p *calc.Plan) bool {
	return slices.ContainsFunc(p.Bonuses, func(b calc.Bonus) bool { return b.Residual != nil && !b.AtPayments })
}

func isAre(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
