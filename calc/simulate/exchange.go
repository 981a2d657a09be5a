package simulate

import (
	"errors"
	"slices"

	"upline/calc"
)

// rateRows is what rates.csv says, by row of the file.
type rateRows struct {
	name   string
	rates  []calc.ExchangeRate
	period []string // "" for all
	line   []int
}

// readRates reads exchange rates.
func readRates(source Source, found *findings, progress func(int64)) (*rateRows, error) {
	t, err := openTable(source, &ratesFormat, found)
	if err != nil || t == nil || !t.need(rateCurrency) {
		return nil, err
	}
	t.progress = progress
	if !t.has(rateRate) && (!t.has(rateBid) || !t.has(rateAsk)) {
		t.fileProblem("has neither a column rate nor the columns bid and ask", "give one of them")
		return nil, nil
	}
	r := &rateRows{name: t.name}
	for t.nextRow() {
		rate, ok := t.rate()
		if !ok {
			continue
		}
		period := string(t.cell(ratePeriod))
		if slices.ContainsFunc(r.rates, func(known calc.ExchangeRate) bool { return known.Currency == rate.Currency }) {
			for i, known := range r.rates {
				if known.Currency == rate.Currency && r.period[i] == period {
					t.rowProblem("a rate of "+rate.Currency+" stands there for the second time", "leave one, or give each a period of its own")
				}
			}
		}
		r.rates, r.period, r.line = append(r.rates, rate), append(r.period, period), append(r.line, t.line)
	}
	return r, t.end()
}

// rate reads the rate of a row: rate, or bid and ask.
func (t *tableReader) rate() (rate calc.ExchangeRate, ok bool) {
	rate.Currency = string(t.cell(rateCurrency))
	fraction := func(column int) (calc.Fraction, bool) {
		f, err := calc.ParseFraction(string(t.cell(column)))
		if err != nil {
			text, remedy := wrongNumber(t.cell(column), 18)
			if errors.Is(err, calc.ErrTooManyDecimals) {
				text, remedy = shown(t.cell(column))+" has more than 18 decimals", "round it"
			}
			t.cellProblem(column, text, remedy)
		}
		return f, err == nil
	}
	both, one := len(t.cell(rateBid)) > 0 || len(t.cell(rateAsk)) > 0, len(t.cell(rateRate)) > 0
	switch {
	case both && one:
		t.rowProblem("has a rate, and a bid or an ask as well", "write rate alone, or bid and ask")
	case one:
		rate.Bid, ok = fraction(rateRate)
		rate.Ask = rate.Bid
	default:
		bid, ok1 := fraction(rateBid)
		ask, ok2 := fraction(rateAsk)
		rate.Bid, rate.Ask, ok = bid, ask, ok1 && ok2
	}
	return rate, ok
}

// exchange gives a plan's rates in the periods of its main cadence.
type exchange struct {
	plan *calc.Plan
	all  *calc.Rates // of periods without any of their own
	by   map[int64]*calc.Rates
}

// newExchange joins the plan's own rates with those of the file.
func newExchange(rows *rateRows, p *calc.Plan, found *findings) *exchange {
	x := &exchange{plan: p, all: p.Exchange, by: make(map[int64]*calc.Rates)}
	if x.all == nil {
		var err error
		if x.all, err = calc.NewRates(p.Currency); err != nil {
			found.addOnce(Problem{File: p.ID, Text: err.Error()})
			return x
		}
	}
	if rows == nil {
		return x
	}
	var everywhere []calc.ExchangeRate
	byPeriod := make(map[int64][]calc.ExchangeRate)
	for i, rate := range rows.rates {
		at := Problem{File: rows.name, Line: rows.line[i]}
		if _, err := calc.NewRates(p.Currency, rate); err != nil {
			at.Column, at.Text = ratesFormat.Columns[rateCurrency].Name, err.Error()
			var wrong *calc.RateError
			if errors.As(err, &wrong) {
				at.Text = wrong.Currency + ": " + wrong.Problem
			}
			found.addOnce(at)
			continue
		}
		if rows.period[i] == "" {
			everywhere = append(everywhere, rate)
			continue
		}
		period, err := p.ParsePeriod(p.Main, rows.period[i])
		if err != nil {
			at.Column, at.Text = ratesFormat.Columns[ratePeriod].Name, shown([]byte(rows.period[i]))+" is no "+p.Main.String()+" period"
			at.Remedy = "write it like " + p.PeriodAt(p.Main, p.ValidFromUS).Name
			found.addOnce(at)
			continue
		}
		byPeriod[period.No] = append(byPeriod[period.No], rate)
	}
	if found.count > 0 {
		return x // rates that stand there twice cannot be joined
	}
	var err error
	if x.all, err = x.all.With(everywhere...); err != nil {
		found.addOnce(Problem{File: rows.name, Text: err.Error()})
		return x
	}
	for no, rates := range byPeriod {
		if x.by[no], err = x.all.With(rates...); err != nil {
			found.addOnce(Problem{File: rows.name, Text: err.Error()})
		}
	}
	return x
}

// at gives the rates of the main period that holds a moment.
func (x *exchange) at(us int64) *calc.Rates {
	if len(x.by) > 0 {
		if rates := x.by[x.plan.PeriodAt(x.plan.Main, us).No]; rates != nil {
			return rates
		}
	}
	return x.all
}
