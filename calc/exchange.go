package calc

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// ExchangeRate is what one unit of a currency (not one minor unit) is worth in the plan's currency. At Bid money in it is brought to the
// plan's currency, at Ask the plan's currency is brought to it; a rate that is the same both ways is both. Neither is zero or
// below, and the bid is not above the ask.
type ExchangeRate struct {
	Currency string // ISO 4217
	Bid, Ask Fraction
}

// MidRate is a rate that is the same both ways.
func MidRate(currency string, rate Fraction) ExchangeRate { return ExchangeRate{currency, rate, rate} }

// Rates are the exchange rates between a plan's currency and others. They are immutable and safe for concurrent use.
type Rates struct {
	plan  currencyRate
	rates []currencyRate // by code
}

type currencyRate struct {
	ExchangeRate
	digits int32
}

// Conversion is one step from a currency to another: ToMinor is FromMinor × Rate, brought to the decimals of To and rounded. Rate is what
// one unit of From is worth in To: the bid, or 1 ÷ the ask.
type Conversion struct {
	From, To           string
	FromMinor, ToMinor int64
	Rate               Fraction
}

// RateError is a currency that cannot be converted, or a rate that is none. It wraps ErrInput.
type RateError struct {
	Currency string
	// Problem says what is wrong and what to do.
	Problem string
}

// Error says what is wrong and what to do.
func (e *RateError) Error() string {
	return fmt.Sprintf("%v: exchange rate of %s: %s", ErrInput, e.Currency, e.Problem)
}

// Unwrap gives ErrInput.
func (e *RateError) Unwrap() error { return ErrInput }

// NewRates makes a table of rates. There is one rate for a currency, and none for the plan's own. The error is a RateError.
func NewRates(planCurrency string, rates ...ExchangeRate) (*Rates, error) {
	digits, ok := CurrencyDigits(planCurrency)
	if !ok {
		return nil, noCurrency(planCurrency)
	}
	r := &Rates{plan: currencyRate{MidRate(planCurrency, One), digits}, rates: make([]currencyRate, 0, len(rates))}
	for _, rate := range rates {
		ready, err := rate.check()
		if err != nil {
			return nil, err
		}
		if rate.Currency == planCurrency {
			return nil, &RateError{rate.Currency, "this is the plan's own currency, which is worth 1; leave its rate out"}
		}
		i, found := r.find(rate.Currency)
		if found {
			return nil, &RateError{rate.Currency, "there are two; leave one"}
		}
		r.rates = slices.Insert(r.rates, i, ready)
	}
	return r, nil
}

// With gives a table in which these rates take the place of r's for the same currencies: those given at a close, of those in the plan.
// The error is a RateError.
func (r *Rates) With(rates ...ExchangeRate) (*Rates, error) {
	merged := slices.Clone(rates)
	for _, old := range r.rates {
		if !slices.ContainsFunc(rates, func(rate ExchangeRate) bool { return rate.Currency == old.Currency }) {
			merged = append(merged, old.ExchangeRate)
		}
	}
	return NewRates(r.plan.Currency, merged...)
}

func (e ExchangeRate) check() (currencyRate, error) {
	digits, ok := CurrencyDigits(e.Currency)
	if !ok {
		return currencyRate{}, noCurrency(e.Currency)
	}
	for _, f := range [...]Fraction{e.Bid, e.Ask} {
		if f.Num <= 0 || f.Den <= 0 {
			return currencyRate{}, &RateError{e.Currency, "the rate, or its bid and its ask, must be above zero; write what one unit is worth in the plan's currency"}
		}
	}
	bidHi, bidLo := bits.Mul64(uint64(e.Bid.Num), uint64(e.Ask.Den))
	askHi, askLo := bits.Mul64(uint64(e.Ask.Num), uint64(e.Bid.Den))
	if bidHi > askHi || bidHi == askHi && bidLo > askLo {
		return currencyRate{}, &RateError{
			e.Currency, "the bid is above the ask, so that converting there and back makes money; change them over, and check that they are not written the other way up",
		}
	}
	return currencyRate{e, digits}, nil
}

func noCurrency(code string) error {
	return &RateError{fmt.Sprintf("%q", code), "there is no such currency; write its code of ISO 4217, for instance EUR"}
}

func (r *Rates) find(currency string) (int, bool) {
	return slices.BinarySearchFunc(r.rates, currency, func(rate currencyRate, code string) int { return strings.Compare(rate.Currency, code) })
}

// Currency is the plan's currency.
func (r *Rates) Currency() string { return r.plan.Currency }

// Rate looks up the rate of a currency; the plan's own is worth 1. The error is a RateError.
func (r *Rates) Rate(currency string) (ExchangeRate, error) {
	rate, err := r.rate(currency)
	return rate.ExchangeRate, err
}

func (r *Rates) rate(currency string) (currencyRate, error) {
	if currency == r.plan.Currency {
		return r.plan, nil
	}
	if i, found := r.find(currency); found {
		return r.rates[i], nil
	}
	if _, ok := CurrencyDigits(currency); !ok {
		return currencyRate{}, noCurrency(currency)
	}
	return currencyRate{}, &RateError{currency, fmt.Sprintf("there is none; say what 1 %s is worth in %s", currency, r.plan.Currency)}
}

// ToPlan brings an amount in minor units to the plan's currency, at the bid; the rounding's step is in minor units of the plan's currency. An amount
// and its negative convert alike. The errors are RateError, ErrOverflow and, for a step that is none, ErrFraction.
func (r *Rates) ToPlan(amountMinor int64, currency string, rounding Rounding) (Conversion, error) {
	from, err := r.rate(currency)
	if err != nil {
		return Conversion{}, err
	}
	return convert(amountMinor, from, r.plan, from.Bid, rounding)
}

// FromPlan brings an amount in minor units of the plan's currency to another, at the ask; the rounding's step is in minor units of that
// currency. The errors are those of ToPlan.
func (r *Rates) FromPlan(amountMinor int64, currency string, rounding Rounding) (Conversion, error) {
	to, err := r.rate(currency)
	if err != nil {
		return Conversion{}, err
	}
	return convert(amountMinor, r.plan, to, to.Ask.inverse(), rounding)
}

func convert(amountMinor int64, from, to currencyRate, rate Fraction, rounding Rounding) (Conversion, error) {
	c := Conversion{From: from.Currency, To: to.Currency, FromMinor: amountMinor, Rate: rate}
	var err error
	if c.ToMinor, err = Amount(amountMinor, RateScale, rate, rounding, minorFactor(from, to)); err != nil {
		return Conversion{}, fmt.Errorf("%s to %s: %w", from.Currency, to.Currency, err)
	}
	return c, nil
}

// Through brings an amount from one currency to the plan's at the bid, applies factors to it (a commission's rate, a cap), and brings it
// to another currency at the ask, rounding once at the end: for plans that do not round each step. Factors is what it multiplied
// the amount by, so that they can stand on the line. The errors are those of ToPlan.
func (r *Rates) Through(amountMinor int64, from, to string, rounding Rounding, factors ...Fraction) (toMinor int64, all []Fraction, err error) {
	source, err := r.ToPlanFactors(from)
	if err != nil {
		return 0, nil, err
	}
	target, err := r.FromPlanFactors(to)
	if err != nil {
		return 0, nil, err
	}
	all = slices.Concat(source[:], factors, target[:])
	if toMinor, err = Amount(amountMinor, RateScale, One, rounding, all...); err != nil {
		return 0, nil, fmt.Errorf("%s to %s: %w", from, to, err)
	}
	return toMinor, all, nil
}

// ToPlanFactors are the two factors that together turn minor units of a currency into minor units of the plan's: the bid, and the ratio
// of the minor units. They are for a loop, which multiplies them out beforehand. The error is a RateError.
func (r *Rates) ToPlanFactors(currency string) ([2]Fraction, error) {
	from, err := r.rate(currency)
	if err != nil {
		return [2]Fraction{}, err
	}
	return [2]Fraction{from.Bid, minorFactor(from, r.plan)}, nil
}

// FromPlanFactors are the two factors that together turn minor units of the plan's currency into minor units of another: 1 ÷ the ask, and
// the ratio of the minor units. The error is a RateError.
func (r *Rates) FromPlanFactors(currency string) ([2]Fraction, error) {
	to, err := r.rate(currency)
	if err != nil {
		return [2]Fraction{}, err
	}
	return [2]Fraction{to.Ask.inverse(), minorFactor(r.plan, to)}, nil
}

// minorFactor is the number of minor units of one currency in a minor unit of another, before any rate: 10 from USD to KWD.
func minorFactor(from, to currencyRate) Fraction {
	if to.digits >= from.digits {
		return Fraction{pow10[to.digits-from.digits], 1}
	}
	return Fraction{1, pow10[from.digits-to.digits]}
}

// inverse is one divided by a fraction above zero.
func (f Fraction) inverse() Fraction { return Fraction{f.Den, f.Num} }
