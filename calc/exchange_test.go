package calc

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func exchangeRates(t testing.TB, plan string, of ...ExchangeRate) *Rates {
	t.Helper()
	r, err := NewRates(plan, of...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func exchangeRate(t testing.TB, text string) Fraction {
	t.Helper()
	f, err := ParseFraction(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The published figures of fx-fxopen-double-conversion: to the plan's currency at the bid, 15 % of it, and back at the ask of 1.333(3).
func TestRates_PublishedFigures(t *testing.T) {
	r := exchangeRates(t, "USD", ExchangeRate{"EUR", exchangeRate(t, "1.27151"), Fraction{4, 3}})
	base, err := r.ToPlan(24_00, "EUR", toTheCent)
	if want := (Conversion{"EUR", "USD", 24_00, 30_52, exchangeRate(t, "1.27151")}); err != nil || base != want {
		t.Errorf("base: got %+v, %v; want %+v", base, err, want)
	}
	commission, err := RoundedPart(base.ToMinor, Fraction{15, 100}, toTheCent)
	if err != nil || commission != 4_58 {
		t.Errorf("commission: got %d, %v; want 458", commission, err)
	}
	paid, err := r.FromPlan(commission, "EUR", toTheCent)
	if want := (Conversion{"USD", "EUR", 4_58, 3_44, Fraction{3, 4}}); err != nil || paid != want {
		t.Errorf("paid: got %+v, %v; want %+v", paid, err, want)
	}
	// Without rounding in between it would be a cent less.
	once, factors, err := r.Through(24_00, "EUR", "EUR", toTheCent, Fraction{15, 100})
	if want := []Fraction{exchangeRate(t, "1.27151"), One, {15, 100}, {3, 4}, One}; err != nil || once != 3_43 || !slices.Equal(factors, want) {
		t.Errorf("once: got %d, %v, %v; want 343, %v", once, factors, err, want)
	}
	// Rates written with eighteen decimals do as well as the fraction.
	r = exchangeRates(t, "USD", ExchangeRate{"EUR", exchangeRate(t, "1.27151"), exchangeRate(t, "1.333333333333333333")})
	if paid, err = r.FromPlan(4_58, "EUR", toTheCent); err != nil || paid.ToMinor != 3_44 {
		t.Errorf("paid at 1.333333333333333333: got %+v, %v; want 344", paid, err)
	}
}

func TestRates_MinorUnitsOfDifferentDigits(t *testing.T) {
	dollars := exchangeRates(t, "USD",
		MidRate("JPY", exchangeRate(t, "0.0065")), MidRate("KWD", exchangeRate(t, "3.25")), MidRate("BHD", exchangeRate(t, "2.65957")), MidRate("CHF", exchangeRate(t, "1.25")),
		MidRate("CLF", exchangeRate(t, "40.5")), ExchangeRate{"EUR", exchangeRate(t, "1.08"), exchangeRate(t, "1.1")},
	)
	yen := exchangeRates(t, "JPY", MidRate("KWD", exchangeRate(t, "500")), MidRate("USD", exchangeRate(t, "150")))
	dinar := exchangeRates(t, "KWD", MidRate("JPY", exchangeRate(t, "0.002")))
	for _, c := range []struct {
		rates        *Rates
		minor        int64
		currency     string
		rounding     Rounding
		plan, payout int64 // what minor units of the currency are in the plan's, and minor units of the plan's in the currency
	}{
		{dollars, 100_000, "JPY", toTheCent, 650_00, 153_846},
		{dollars, 1, "JPY", toTheCent, 1, 2}, // 0.65 cents; 1.54 yen
		{dollars, 12_345, "KWD", toTheCent, 40_12, 37_985},
		{dollars, 1, "KWD", toTheCent, 0, 3},
		{dollars, 10_000, "BHD", toTheCent, 26_60, 37_600},
		{dollars, 10_0000, "CLF", toTheCent, 405_00, 24_6914},
		{dollars, 10_00, "EUR", toTheCent, 10_80, 9_09},
		{dollars, 10_00, "EUR", Rounding{Up, 5}, 10_80, 9_10},
		{dollars, 10_01, "CHF", Rounding{HalfUp, 5}, 12_50, 8_00}, // to five centimes
		{dollars, 10_01, "USD", Rounding{Down, 100}, 10_00, 10_00},
		{yen, 1, "KWD", toTheCent, 1, 2}, // exactly half a yen; 0.002 dinars
		{yen, 1_000, "KWD", toTheCent, 500, 2_000},
		{yen, 1_99, "USD", Rounding{HalfEven, 1}, 298, 1_33}, // 298.5
		{dinar, 500, "JPY", toTheCent, 1_000, 250},
	} {
		for _, sign := range []int64{1, -1} {
			to, err := c.rates.ToPlan(sign*c.minor, c.currency, c.rounding)
			if err != nil || to.ToMinor != sign*c.plan || to.FromMinor != sign*c.minor || to.From != c.currency || to.To != c.rates.Currency() {
				t.Errorf("%d %s to %s: got %+v, %v; want %d", sign*c.minor, c.currency, c.rates.Currency(), to, err, sign*c.plan)
			}
			from, err := c.rates.FromPlan(sign*c.minor, c.currency, c.rounding)
			if err != nil || from.ToMinor != sign*c.payout || from.To != c.currency || from.From != c.rates.Currency() {
				t.Errorf("%d %s to %s: got %+v, %v; want %d", sign*c.minor, c.rates.Currency(), c.currency, from, err, sign*c.payout)
			}
		}
	}
	// Through the plan's currency: 100,000 yen at 10 % into dinars.
	if got, _, err := dollars.Through(100_000, "JPY", "KWD", toTheCent, Fraction{1, 10}); err != nil || got != 20_000 {
		t.Errorf("yen to dinars: got %d, %v; want 20000", got, err)
	}
}

func TestNewRates_RefusesWhatIsNoRate(t *testing.T) {
	half := Fraction{1, 2}
	for name, c := range map[string]struct {
		plan  string
		rates []ExchangeRate
		of    string
	}{
		"no plan currency":          {"", nil, `""`},
		"unknown plan currency":     {"DEM", nil, `"DEM"`},
		"unknown currency":          {"USD", []ExchangeRate{MidRate("eur", half)}, `"eur"`},
		"zero":                      {"USD", []ExchangeRate{MidRate("EUR", Fraction{0, 1})}, "EUR"},
		"below zero":                {"USD", []ExchangeRate{MidRate("EUR", Fraction{-1, 2})}, "EUR"},
		"bid without ask":           {"USD", []ExchangeRate{{Currency: "EUR", Bid: half}}, "EUR"},
		"ask without bid":           {"USD", []ExchangeRate{{Currency: "EUR", Ask: half}}, "EUR"},
		"no denominator":            {"USD", []ExchangeRate{{"EUR", half, Fraction{1, 0}}}, "EUR"},
		"denominator below zero":    {"USD", []ExchangeRate{{"EUR", Fraction{-1, -2}, half}}, "EUR"},
		"bid above ask":             {"USD", []ExchangeRate{{"EUR", Fraction{math.MaxInt64, math.MaxInt64 - 1}, One}}, "EUR"},
		"bid above ask by a little": {"USD", []ExchangeRate{{"EUR", Fraction{math.MaxInt64 - 1, math.MaxInt64 - 2}, Fraction{math.MaxInt64, math.MaxInt64 - 1}}}, "EUR"},
		"the plan's own":            {"USD", []ExchangeRate{MidRate("USD", One)}, "USD"},
		"two":                       {"USD", []ExchangeRate{MidRate("JPY", half), MidRate("EUR", half), MidRate("JPY", half)}, "JPY"},
	} {
		got, err := NewRates(c.plan, c.rates...)
		var of *RateError
		if got != nil || !errors.Is(err, ErrInput) || !errors.As(err, &of) || of.Currency != c.of || of.Problem == "" {
			t.Errorf("%s: got %v, %v; want an error of %s", name, got, err, c.of)
		}
	}
	if _, err := NewRates("USD", ExchangeRate{"EUR", Fraction{math.MaxInt64, math.MaxInt64 - 1}, Fraction{math.MaxInt64 - 1, math.MaxInt64 - 2}}); err != nil {
		t.Errorf("a spread of next to nothing: %v", err)
	}
}

func TestRates_ConversionsThatCannotBe(t *testing.T) {
	r := exchangeRates(t, "USD", MidRate("EUR", Fraction{2, 1}), MidRate("KWD", Fraction{1, 1 << 40}))
	type outcome struct {
		err error
		of  string
	}
	check := func(name string, err error, want outcome) {
		t.Helper()
		var of *RateError
		if !errors.Is(err, want.err) || errors.As(err, &of) != (want.of != "") || of != nil && of.Currency != want.of {
			t.Errorf("%s: got %v; want %v", name, err, want)
		}
	}
	for currency, of := range map[string]string{"JPY": "JPY", "XXX": `"XXX"`, "": `""`} {
		_, err := r.ToPlan(1, currency, toTheCent)
		check("to plan from "+currency, err, outcome{ErrInput, of})
		_, err = r.FromPlan(1, currency, toTheCent)
		check("from plan to "+currency, err, outcome{ErrInput, of})
		_, err = r.Rate(currency)
		check("rate of "+currency, err, outcome{ErrInput, of})
		for _, way := range [][2]string{{currency, "EUR"}, {"EUR", currency}} {
			minor, factors, err := r.Through(1, way[0], way[1], toTheCent)
			check("through "+way[0]+" to "+way[1], err, outcome{ErrInput, of})
			if minor != 0 || factors != nil {
				t.Errorf("%v: got %d, %v beside the error", way, minor, factors)
			}
		}
	}
	_, err := r.ToPlan(math.MaxInt64/2+1, "EUR", toTheCent)
	check("too many dollars", err, outcome{err: ErrOverflow})
	_, err = r.FromPlan(1<<30, "KWD", toTheCent)
	check("too many dinars", err, outcome{err: ErrOverflow})
	_, _, err = r.Through(math.MaxInt64, "EUR", "USD", toTheCent)
	check("too many at the end", err, outcome{err: ErrOverflow})
	_, err = r.ToPlan(1, "EUR", Rounding{})
	check("no step", err, outcome{err: ErrFraction})
	// What would be out of range in between is not, where nothing is rounded there.
	if got, _, err := r.Through(math.MaxInt64, "EUR", "EUR", toTheCent); err != nil || got != math.MaxInt64 {
		t.Errorf("there and back: got %d, %v", got, err)
	}
}

func TestRates_WithTakesThePlaceOfTheSameCurrencies(t *testing.T) {
	plan := exchangeRates(t, "USD", MidRate("EUR", Fraction{11, 10}), MidRate("JPY", Fraction{1, 150}))
	closing, err := plan.With(MidRate("EUR", Fraction{12, 10}), MidRate("KWD", Fraction{3, 1}))
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]Fraction{"EUR": {12, 10}, "JPY": {1, 150}, "KWD": {3, 1}, "USD": One} {
		if got, err := closing.Rate(code); err != nil || got != MidRate(code, want) {
			t.Errorf("%s: got %v, %v; want %v", code, got, err, want)
		}
	}
	if got, err := plan.Rate("EUR"); err != nil || got.Bid != (Fraction{11, 10}) {
		t.Errorf("the plan's own: got %v, %v", got, err)
	}
	if _, err := plan.With(MidRate("USD", One)); !errors.Is(err, ErrInput) {
		t.Errorf("its own currency: got %v", err)
	}
}

var modelCurrencies = []string{"USD", "EUR", "JPY", "KRW", "KWD", "BHD", "CLF"}

func fractionRat(f Fraction) *big.Rat { return new(big.Rat).SetFrac64(f.Num, f.Den) }

// minorIn is what one minor unit of a currency is in units.
func minorIn(code string) *big.Rat {
	digits, _ := CurrencyDigits(code)
	return big.NewRat(1, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil).Int64())
}

func drawRates(t *rapid.T) (r *Rates, other string, of ExchangeRate) {
	plan := rapid.SampledFrom(modelCurrencies).Draw(t, "plan")
	other = rapid.SampledFrom(modelCurrencies).Filter(func(code string) bool { return code != plan }).Draw(t, "currency")
	// From a millionth to a million, in all finenesses.
	positive := rapid.Custom(func(t *rapid.T) Fraction {
		den := rapid.Int64Range(1, 1<<42).Draw(t, "den") >> rapid.IntRange(0, 41).Draw(t, "shift")
		den = max(den, 1)
		return Fraction{rapid.Int64Range(den/1_000_000+1, den*1_000_000).Draw(t, "num"), den}
	})
	of = MidRate(other, positive.Draw(t, "rate"))
	if rapid.Bool().Draw(t, "spread") {
		of.Ask = positive.Draw(t, "ask")
		if fractionRat(of.Bid).Cmp(fractionRat(of.Ask)) > 0 {
			of.Bid, of.Ask = of.Ask, of.Bid
		}
	}
	r, err := NewRates(plan, of)
	if err != nil {
		t.Fatal(err)
	}
	return r, other, of
}

func TestRates_AgreeWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, other, of := drawRates(t)
		amount := rapid.Int64().Draw(t, "amount") >> rapid.IntRange(0, 63).Draw(t, "shift")
		rounding := Rounding{RoundingMode(rapid.IntRange(0, int(everyMode)-1).Draw(t, "mode")), rapid.SampledFrom([]int64{1, 5, 100}).Draw(t, "step")}
		units := func(minor int64, code string) *big.Rat { return new(big.Rat).Mul(big.NewRat(minor, 1), minorIn(code)) }
		check := func(what string, got int64, err error, exact *big.Rat) {
			t.Helper()
			want, fits := modelRound(exact, rounding)
			if fits && (err != nil || got != want) || !fits && !errors.Is(err, ErrOverflow) {
				t.Fatalf("%s: got %d, %v; want %d, %v", what, got, err, want, fits)
			}
		}
		exact := units(amount, other)
		exact.Mul(exact, fractionRat(of.Bid))
		to, err := r.ToPlan(amount, other, rounding)
		check("to plan", to.ToMinor, err, exact.Quo(exact, minorIn(r.Currency())))

		exact = units(amount, r.Currency())
		exact.Quo(exact, fractionRat(of.Ask))
		from, err := r.FromPlan(amount, other, rounding)
		check("from plan", from.ToMinor, err, exact.Quo(exact, minorIn(other)))

		part := Fraction{rapid.Int64Range(-1000, 1000).Draw(t, "part"), rapid.Int64Range(1, 1000).Draw(t, "of")}
		exact = new(big.Rat).Mul(big.NewRat(amount, 1), fractionRat(of.Bid))
		exact.Mul(exact, fractionRat(part)).Quo(exact, fractionRat(of.Ask))
		through, _, err := r.Through(amount, other, other, rounding, part)
		check("through", through, err, exact)

		// What is taken back whole cancels.
		if back, err := r.ToPlan(-amount, other, rounding); err == nil && to.From != "" && amount != math.MinInt64 && back.ToMinor != -to.ToMinor {
			t.Fatalf("%d and its negative: %d and %d", amount, to.ToMinor, back.ToMinor)
		}
	})
}

// There and back at one rate an amount keeps to within one step: of its own currency, or of the plan's where that is worth more. With a
// spread, rounded down, nobody gains.
func TestRates_RoundTripsWithinOneStep(t *testing.T) {
	checkDrawn(t, 5, func(t *rapid.T) {
		r, other, of := drawRates(t)
		amount := rapid.Int64Range(-1<<38, 1<<38).Draw(t, "amount")
		mid := of.Bid == of.Ask
		rounding := Rounding{Down, 1}
		if mid {
			rounding.Mode = rapid.SampledFrom([]RoundingMode{HalfUp, HalfEven}).Draw(t, "mode")
		}
		there, err := r.ToPlan(amount, other, rounding)
		discardOverflow(t, err)
		back, err := r.FromPlan(there.ToMinor, other, rounding)
		if err != nil {
			t.Fatal(err)
		}
		if !mid {
			if magnitudeOf(back.ToMinor) > magnitudeOf(amount) {
				t.Fatalf("%d becomes %d", amount, back.ToMinor)
			}
			return
		}
		// The plan's minor unit in minor units of the other currency.
		step := new(big.Rat).Quo(minorIn(r.Currency()), new(big.Rat).Mul(fractionRat(of.Bid), minorIn(other)))
		if step.Cmp(big.NewRat(1, 1)) < 0 {
			step.SetInt64(1)
		}
		moved := big.NewRat(back.ToMinor-amount, 1)
		if moved.Abs(moved).Cmp(step) > 0 {
			t.Fatalf("%d becomes %d and %d: off by more than %v", amount, there.ToMinor, back.ToMinor, step)
		}
	})
}
