package simulate

import (
	"fmt"
	"strings"

	"upline/calc"
)

// Plan is a plan to simulate, and what messages call it: mostly the name of its file.
type Plan struct {
	Name string
	Plan *calc.Plan
}

// view is the company as a plan sees it: words as the plan numbers them, places in the plan's tree, money in the plan's currency.
type view struct {
	Plan
	company *Company
	asks    calc.Asks
	network calc.Network
	// presentUS says from when each row counts; nil: everybody from the beginning.
	presentUS []int64
	prior     prior
	// class and saleMarket are by number of a word of the files.
	class, saleMarket                []uint16
	priceMinor, feeMinor, pv, cv, qv []int64 // by sale; fee and qv may be nil
	exchange                         *exchange
	payout                           []string // currency of payouts by row; nil: the plan's for all
	adjusted                         []adjusted
	isFirst                          bool
}

// newView fits the files to a plan, and reports what does not fit. The plan that the first one is compared with takes more as it is.
func newView(c *Company, p Plan, isFirst bool) *view {
	v := &view{Plan: p, company: c, asks: p.Plan.Asks(), isFirst: isFirst}
	v.people()
	v.place()
	v.exchange = newExchange(c.rates, p.Plan, c.found)
	v.wordNumbers()
	v.money()
	v.volumes()
	v.prior.fill(c.opening, p.Plan, isFirst, c.found)
	v.adjusted = c.adjustments.under(p.Plan, isFirst, c.found)
	v.payouts()
	return v
}

// numbered gives the plan's numbers of the files' words.
func numbered(list []string, known []string) []uint16 {
	numbers := make([]uint16, len(list)+1)
	for i, word := range list {
		numbers[i+1] = calc.WordNumber(known, word)
	}
	return numbers
}

// taken gives a column with every number of a word exchanged for another; nil stays nil.
func taken[T any](column []uint16, numbers []T) []T {
	if column == nil {
		return nil
	}
	out := make([]T, len(column))
	for i, number := range column {
		out[i] = numbers[number]
	}
	return out
}

// people fits the columns of the network.
func (v *view) people() {
	n, p, found := v.company.network, v.Plan.Plan, v.company.found
	v.network.Sponsor, v.network.Joined, v.presentUS = n.sponsor, n.joined, n.presentUS
	v.network.EnrolledAtUS = make([]int64, n.len())
	for row, us := range n.enrolledUS {
		if us != noTime { // others have been there for long: no window since enrolment is open
			v.network.EnrolledAtUS[row] = us
		}
	}
	v.network.Market = taken(n.market, numbered(n.words.market.list, p.Names.Markets))
	v.network.Kind = taken(n.kind, numbered(n.words.kind.list, p.Names.Kinds))
	v.network.Tags = taken(n.tags, v.tagMasks())
	if n.owner != nil {
		v.network.Owner = v.owners()
	}
	v.prior = prior{achieved: make([]uint8, n.len()), states: make(map[calc.Cadence]calc.State)}
	if n.rank != nil {
		v.prior.achieved = taken(n.rank, v.rankNumbers(n, networkRank))
	}
	if n.paidAs != nil {
		v.prior.paidAs = taken(n.paidAs, v.rankNumbers(n, networkPaidAs))
	}
	if v.isFirst {
		v.unheard("kind", n.name, "kind", p.Names.Kinds, n.words.kind.list, n.kind != nil, found)
		v.unheard("tag", n.name, "tags", p.Names.Tags, tagsOf(n.words.tags.list), n.tags != nil, found)
	}
}

// unheard notes words of the plan that no row of a file has: one of the two may have been misspelled.
func (v *view) unheard(what, file, column string, asked, there []string, has bool, found *findings) {
	for _, word := range asked {
		if calc.WordNumber(there, word) != 0 {
			continue
		}
		if !has {
			found.note("%s: the plan asks for the %s %q, and there is no column %s", file, what, word, column)
		} else {
			found.note("%s: the plan asks for the %s %q, which is in no row", file, what, word)
		}
	}
}

// misspeltClasses notes rows whose product class no rule of the plan asks for and is nearly one that a rule asks for. Others may be sold that
// the plan pays nothing for, so a class that resembles none is not noted.
func (v *view) misspeltClasses() {
	const notesMax = 20
	notes := 0
	s, asked, noted := v.company.sales, v.Plan.Plan.Names.Classes, make([]bool, len(v.company.sales.words.class.list)+1)
	for sale, class := range s.class {
		if class == 0 || noted[class] || v.class[class] != 0 {
			continue
		}
		noted[class] = true
		word := s.words.class.word(class)
		if near, ok := nearest(strings.ToLower(word), asked); ok {
			if notes++; notes > notesMax {
				v.company.found.note("%s: there are more such classes; these are the first %d", s.name, notesMax)
				return
			}
			v.company.found.note("%s:%d: class: no rule asks for %q (did you mean %s?)", s.name, s.line[sale], word, near)
		}
	}
}

func splitTags(cell string) []string {
	return strings.FieldsFunc(cell, func(r rune) bool { return r == ' ' || r == ';' || r == '\t' || r == '\n' })
}

func tagsOf(cells []string) []string {
	var tags []string
	for _, cell := range cells {
		tags = append(tags, splitTags(cell)...)
	}
	return tags
}

// tagMasks gives the plan's bits of every cell of tags.
func (v *view) tagMasks() []uint64 {
	cells := v.company.network.words.tags.list
	masks := make([]uint64, len(cells)+1)
	for i, cell := range cells {
		for _, tag := range splitTags(cell) {
			if number := calc.WordNumber(v.Plan.Plan.Names.Tags, tag); number > 0 {
				masks[i+1] |= 1 << (number - 1)
			}
		}
	}
	return masks
}

// rankNumbers gives the plan's numbers of the ranks that the network names.
func (v *view) rankNumbers(n *network, column int) []uint8 {
	list := n.words.rank.list
	numbers := make([]uint8, len(list)+1)
	for i, name := range list {
		number, known := rankNumber(v.Plan.Plan, name)
		numbers[i+1] = number
		if known {
			continue
		}
		if !v.isFirst {
			v.company.found.note("%s: plan %s has no rank %q, and whoever has it comes without a rank", n.name, v.Name, name)
			continue
		}
		from := n.rank
		if column == networkPaidAs {
			from = n.paidAs
		}
		for row, word := range from {
			if int(word) == i+1 {
				v.company.found.addOnce(Problem{
					File: n.name, Line: int(n.line[row]), Column: networkFormat.Columns[column].Name,
					Text: "the plan has no rank " + shown([]byte(name)), Remedy: didYouMean(name, rankNames(v.Plan.Plan)),
				})
			}
		}
	}
	return numbers
}

// owners gives the row that stands for each owner: the position whose id the owner's name is, or the first one that the owner has.
func (v *view) owners() []int32 {
	n := v.company.network
	owners := make([]int32, n.len())
	firstOf := make([]int32, n.ids.len())
	for i := range firstOf {
		firstOf[i] = -1
	}
	for row := range owners {
		owner := n.owner[row]
		if owner < 0 {
			owners[row] = int32(row)
			continue
		}
		if named := n.rowOf[owner]; named >= 0 {
			if other := n.owner[named]; other >= 0 && other != owner {
				v.company.found.addOnce(Problem{
					File: n.name, Line: int(n.line[row]), Column: networkFormat.Columns[networkOwner].Name,
					Text:   fmt.Sprintf("%s is a position that %s owns", shown(n.ids.at(owner)), shown(n.ids.at(other))),
					Remedy: "write the same owner for both",
				})
			}
			owners[row] = named
			continue
		}
		if firstOf[owner] < 0 {
			firstOf[owner] = int32(row)
		}
		owners[row] = firstOf[owner]
	}
	return owners
}

// wordNumbers fits the words of sales.
func (v *view) wordNumbers() {
	s, p, found := v.company.sales, v.Plan.Plan, v.company.found
	v.class = numbered(s.words.class.list, p.Names.Classes)
	v.saleMarket = numbered(s.words.market.list, p.Names.Markets)
	if v.isFirst {
		v.unheard("product class", s.name, "class", p.Names.Classes, s.words.class.list, s.class != nil || s.changes != nil, found)
		v.misspeltClasses()
		if v.asks.Buyer && s.customer == nil {
			found.note("%s: the plan asks who buys, and there is no column customer: every sale counts as a purchase of the seller", s.name)
		}
	}
}

// payouts fits the currencies of payouts.
func (v *view) payouts() {
	n, p := v.company.network, v.Plan.Plan
	if n.currency == nil {
		return
	}
	names := append([]string{p.Currency}, n.words.currency.list...)
	v.payout = taken(n.currency, names)
	for number, name := range names {
		if number == 0 || name == p.Currency || v.exchange.all == nil {
			continue
		}
		if _, err := v.exchange.all.Rate(name); err == nil || len(v.exchange.by) > 0 {
			continue // where rates are by period, the period that lacks one says so
		}
		v.noRate(n.name, networkFormat.Columns[networkCurrency].Name, int(n.line[firstWith(n.currency, uint16(number))]), name)
	}
}

func firstWith(column []uint16, number uint16) int {
	for i, word := range column {
		if word == number {
			return i
		}
	}
	return 0
}

func (v *view) noRate(file, column string, line int, currency string) {
	v.company.found.addOnce(Problem{
		File: file, Line: line, Column: column, Text: fmt.Sprintf("there is no exchange rate of %s to %s", currency, v.Plan.Plan.Currency),
		Remedy: "give it by --rates, or in the plan under exchange",
	})
}
