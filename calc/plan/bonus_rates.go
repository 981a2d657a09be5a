package plan

import (
	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// rateBlock is where a kind of bonus says what it pays: once for everybody, by rank, or by a number. A kind leaves empty what it does not
// have.
type rateBlock struct {
	rate, amount string
	rates        []*uplinev1.RankRate
	brackets     *uplinev1.Brackets
	what         takes // of rates and brackets
	max          int64 // in rate units
	// add is the remedy where nothing is written, "" where that is allowed.
	add string
}

// rateOf reads what a bonus pays. The volume that marginal brackets go by is known only when it is known whether amounts are paid, so
// brackets are read by bracketsOf.
func (r *bonusReader) rateOf(b rateBlock) calc.RateTable {
	written := []struct {
		name  string
		given bool
	}{{"rate", b.rate != ""}, {"rates", len(b.rates) > 0}, {"amount", b.amount != ""}, {"brackets", b.brackets != nil}}
	first := ""
	for _, field := range written {
		switch {
		case !field.given:
		case first != "":
			r.fail(r.at+"."+first, "the bonus has both `"+first+"` and `"+field.name+"`", "keep one of them")
			return calc.RateTable{}
		default:
			first = field.name
		}
	}
	switch first {
	case "":
		if b.add != "" {
			r.fail(r.at, "`"+lastOf(r.at)+"` has no rate", b.add)
		}
	case "rate":
		rate := r.rate(r.at+".rate", b.rate, b.max)
		r.warnZero(r.at+".rate", rate == 0, false)
		return calc.EverybodyAt(r.plan, rate)
	case "amount":
		amountMinor := r.amount(r.at+".amount", b.amount)
		r.warnZero(r.at+".amount", amountMinor == 0, true)
		t := calc.EverybodyAt(r.plan, amountMinor)
		t.Amounts = true
		return t
	case "rates":
		return r.rankTable(r.at+".rates", b.rates, b.what, b.max, r.phase())
	}
	return calc.RateTable{}
}

// paysAmounts tells whether what is written are amounts.
func (b rateBlock) paysAmounts() bool {
	switch {
	case b.amount != "":
		return true
	case len(b.rates) > 0:
		return b.rates[0].GetAmount() != ""
	case b.brackets != nil && len(b.brackets.GetSteps()) > 0:
		return b.brackets.GetSteps()[0].GetAmount() != ""
	}
	return false
}

// bracketsOf reads the brackets of a bonus that pays on a volume; nil when none are written.
func (r *bonusReader) bracketsOf(b *uplinev1.Brackets, what takes, marginalOf calc.Base, never string) *calc.Brackets {
	return r.brackets(bracketUse{
		path: r.at + ".brackets", what: what, max: r.rateMax, when: r.phase(), marginalOf: marginalOf, neverMarginal: never,
		byCustomers: r.message.GetResidual() != nil,
	}, b)
}
