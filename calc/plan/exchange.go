package plan

import (
	"errors"
	"fmt"
	"strconv"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

var payoutPers = map[uplinev1.PayoutPer]calc.PayoutPer{
	uplinev1.PayoutPer_PAYOUT_PER_BONUS: calc.PayoutPerBonus,
	uplinev1.PayoutPer_PAYOUT_PER_TOTAL: calc.PayoutPerTotal,
}

// exchange reads how the plan deals with other currencies than its own.
func (c *compiler) exchange() {
	c.plan.PayoutPer = payoutPers[c.message.GetPayoutPer()]
	written := c.message.GetExchange()
	if written == nil || !c.sound("currency") {
		return
	}
	c.plan.ExchangeOnce = written.GetRounding() == uplinev1.ExchangeRounding_EXCHANGE_ROUNDING_ONCE
	seen := map[string]bool{}
	var rates []calc.ExchangeRate
	for i, rate := range written.GetRates() {
		at := "exchange.rates[" + strconv.Itoa(i) + "]"
		currency := rate.GetCurrency()
		read, ok := c.exchangeRate(at, rate)
		_, exists := calc.CurrencyDigits(currency)
		switch {
		case !exists && currency != "":
			c.noCurrency(at+".currency", currency)
		case seen[currency] && currency != "":
			c.fail(at+".currency", fmt.Sprintf("there are two rates of `%s`", shown(currency)), "keep one of them")
		case !ok:
		default:
			if _, err := calc.NewRates(c.plan.Currency, read); err != nil {
				c.rateError(at, err)
				break
			}
			rates = append(rates, read)
		}
		seen[currency] = true
	}
	made, err := calc.NewRates(c.plan.Currency, rates...)
	if err != nil {
		c.rateError("exchange", err)
		return
	}
	c.plan.Exchange = made
}

// rateError reports what the engine finds in a rate of exchange.
func (c *compiler) rateError(at string, err error) {
	var bad *calc.RateError
	if errors.As(err, &bad) {
		c.fail(at, fmt.Sprintf("the exchange rate of %s: %s", bad.Currency, bad.Problem), "")
		return
	}
	c.fail(at, "the exchange rate cannot be used: "+shown(err.Error()), "")
}

// exchangeRate reads a rate that is the same both ways, or a bid and an ask.
func (c *compiler) exchangeRate(at string, written *uplinev1.ExchangeRate) (calc.ExchangeRate, bool) {
	rate, bid, ask := written.GetRate(), written.GetBid(), written.GetAsk()
	worth := "say what 1 " + shown(written.GetCurrency()) + " is worth in " + c.plan.Currency
	fraction := func(field, text string) (calc.Fraction, bool) {
		f, err := calc.ParseFraction(text)
		if err == nil && f.Num > 0 {
			return f, true
		}
		if err != nil {
			c.decimal(at+"."+field, text, err, worth)
		} else {
			c.fail(at+"."+field, "`"+field+"` is not above zero", worth)
		}
		return calc.Fraction{}, false
	}
	switch {
	case rate != "" && (bid != "" || ask != ""):
		c.fail(at+".rate", "the currency has `rate` and also `bid` or `ask`", "keep `rate`, or `bid` and `ask`")
		return calc.ExchangeRate{}, false
	case rate != "":
		f, ok := fraction("rate", rate)
		return calc.MidRate(written.GetCurrency(), f), ok
	case bid == "" && ask == "":
		c.fail(at, "the currency has no rate", "add `rate`, or `bid` and `ask`: "+worth)
		return calc.ExchangeRate{}, false
	case bid == "" || ask == "":
		c.fail(at, "`bid` and `ask` go together", "add the other one, or write `rate`")
		return calc.ExchangeRate{}, false
	}
	b, bidOK := fraction("bid", bid)
	a, askOK := fraction("ask", ask)
	return calc.ExchangeRate{Currency: written.GetCurrency(), Bid: b, Ask: a}, bidOK && askOK
}
