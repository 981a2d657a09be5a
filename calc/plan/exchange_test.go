package plan

import (
	"testing"

	"upline/calc"
)

func TestCompile_ExchangeRatesAreExact(t *testing.T) {
	result := Compile([]byte(completed("currency: USD\npayout_per: bonus\nexchange: {rounding: once, rates: [{currency: EUR, bid: 1.27151, ask: 1.3333}, {currency: GBP, rate: 1.25}]}")))
	if len(result.Diagnostics) != 0 {
		t.Fatal(result.Diagnostics.Error())
	}
	p := result.Plan
	if p.PayoutPer != calc.PayoutPerBonus || !p.ExchangeOnce || p.Exchange.Currency() != "USD" {
		t.Errorf("per %v, once %v, in %s", p.PayoutPer, p.ExchangeOnce, p.Exchange.Currency())
	}
	for _, want := range []calc.ExchangeRate{
		{Currency: "EUR", Bid: calc.Fraction{Num: 127151, Den: 100000}, Ask: calc.Fraction{Num: 13333, Den: 10000}},
		calc.MidRate("GBP", calc.Fraction{Num: 5, Den: 4}),
	} {
		if got, err := p.Exchange.Rate(want.Currency); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	if none := Compile([]byte(completed(""))).Plan; none.Exchange != nil || none.ExchangeOnce || none.PayoutPer != calc.PayoutPerLine {
		t.Errorf("a plan without exchange has %v, %v, %v", none.Exchange, none.ExchangeOnce, none.PayoutPer)
	}
}
