package calc

import "fmt"

// Payouts are what distributors are paid in their own currencies, columnar, in the order of the lines that they are made of.
type Payouts struct {
	Earner []int32
	// Bonus is the index of the bonus, and Line that of the line, that is converted; -1 where a sum of several is.
	Bonus, Line []int32
	// PlanMinor is what is converted, in minor units of the plan's currency; where it is not rounded before it is converted, rounded.
	PlanMinor []int64
	// Currency is the index into Conversions, AmountMinor what is paid, in minor units of that currency.
	Currency    []uint16
	AmountMinor []int64
	Conversions []PayoutConversion
}

// PayoutConversion is how the plan's currency is brought to another: Rate is what one unit of the plan's currency is worth in it.
type PayoutConversion struct {
	Currency string
	Rate     Fraction
}

// Len is the number of payouts.
func (p *Payouts) Len() int { return len(p.Earner) }

// PayOut brings lines of a period to the currencies of their earners at the ask: every line, the sum of each bonus, or a distributor's
// total, as the plan says. Each amount is rounded to the smallest one of its currency, in the plan's mode; an amount and its negative
// alike. A line that comes to nothing is left out.
//
// Where the plan rounds conversions once, what is converted is base × rate × factors of the lines, as they have not been rounded, and
// rounding lines, which have nothing else, are left out; but whoever is paid in the plan's currency gets the lines' amounts. variantOf gives
// the market variant of a row, whose value of a point the lines are at; nil for a plan that has no variants.
//
// The errors are RateError for a currency without a rate, wrapped with the distributor, and ErrOverflow.
func PayOut(plan *Plan, rates *Rates, lines *Lines, currencyOf func(row int32) string, variantOf func(row int32) uint8) (*Payouts, error) {
	x := &paying{plan: plan, rates: rates, lines: lines, variantOf: variantOf, to: &Payouts{}, numbers: map[string]uint16{}}
	for i := 0; i < lines.Len(); {
		row, first := lines.Earner[i], i
		number, err := x.conversion(currencyOf(row))
		if err != nil {
			return nil, fmt.Errorf("distributor %d: %w", row, err)
		}
		for i < lines.Len() && lines.Earner[i] == row {
			i++
		}
		if err := x.pay(number, first, i); err != nil {
			return nil, fmt.Errorf("distributor %d: %w", row, err)
		}
	}
	return x.to, nil
}

// paying is one PayOut under way.
type paying struct {
	plan        *Plan
	rates       *Rates
	lines       *Lines
	variantOf   func(row int32) uint8
	to          *Payouts
	numbers     map[string]uint16
	conversions []payoutTariff
}

// payoutTariff is a conversion made ready for a loop.
type payoutTariff struct {
	factors [2]Fraction
	tariff  tariff
	same    bool // the plan's own currency
}

// conversion gives the number of a currency's conversion.
func (x *paying) conversion(currency string) (uint16, error) {
	if number, ok := x.numbers[currency]; ok {
		return number, nil
	}
	factors, err := x.rates.FromPlanFactors(currency)
	if err != nil {
		return 0, err
	}
	number := uint16(len(x.conversions))
	x.numbers[currency] = number
	x.conversions = append(x.conversions, payoutTariff{
		factors: factors, tariff: newTariff(UnitMoney, RateScale, One, x.rounding(), factors[:]...), same: currency == x.plan.Currency,
	})
	x.to.Conversions = append(x.to.Conversions, PayoutConversion{currency, factors[0]})
	return number, nil
}

func (x *paying) rounding() Rounding { return Rounding{x.plan.Rounding.Mode, 1} }

// pay pays the lines of one distributor.
func (x *paying) pay(number uint16, from, to int) error {
	for from < to {
		next := from + 1
		switch x.plan.PayoutPer {
		case PayoutPerBonus:
			for next < to && x.lines.Bonus[next] == x.lines.Bonus[from] {
				next++
			}
		case PayoutPerTotal:
			next = to
		}
		if err := x.convert(number, from, next); err != nil {
			return err
		}
		from = next
	}
	return nil
}

// convert converts some lines as one.
func (x *paying) convert(number uint16, from, to int) error {
	planMinor := int64(0)
	for i := from; i < to; i++ {
		sum, ok := added(planMinor, x.lines.AmountMinor[i])
		if !ok && x.lines.AmountMinor[i] != 0 {
			return fmt.Errorf("%w: the sum of the lines", ErrOverflow)
		}
		planMinor = sum
	}
	c := &x.conversions[number]
	amountMinor, err := planMinor, error(nil)
	switch {
	case c.same:
	case x.plan.ExchangeOnce:
		amountMinor, err = x.once(c, from, to)
	default:
		amountMinor, err = c.tariff.amountMinor(planMinor)
	}
	if err != nil {
		return err
	}
	if planMinor == 0 && amountMinor == 0 {
		return nil
	}
	bonus, line := int32(-1), int32(-1)
	switch x.plan.PayoutPer {
	case PayoutPerLine:
		bonus, line = int32(x.lines.Bonus[from]), int32(from)
	case PayoutPerBonus:
		bonus = int32(x.lines.Bonus[from])
	}
	p := x.to
	p.Earner, p.Bonus, p.Line = append(p.Earner, x.lines.Earner[from]), append(p.Bonus, bonus), append(p.Line, line)
	p.PlanMinor, p.Currency = append(p.PlanMinor, planMinor), append(p.Currency, number)
	p.AmountMinor = append(p.AmountMinor, amountMinor)
	return nil
}

// once converts what lines come to before they are rounded.
func (x *paying) once(c *payoutTariff, from, to int) (int64, error) {
	var sum exactSum
	sum.reset()
	for i := from; i < to; i++ {
		if x.lines.Kind[i] == LineRounding {
			continue
		}
		fractions := x.fractions(c, i)
		r := ratio{num: 1, den: 1, fits: true}
		for _, f := range fractions {
			r.times(f)
		}
		sum.add(x.lines.Base[i], r, func() []Fraction { return fractions })
	}
	return sum.roundedMinor(x.rounding())
}

// fractions lists what the base of a line is multiplied by.
func (x *paying) fractions(c *payoutTariff, i int) []Fraction {
	variant := uint8(0)
	if x.variantOf != nil {
		variant = x.variantOf(x.lines.Earner[i])
	}
	b := &x.plan.Bonuses[x.lines.Bonus[i]]
	t := newTariff(unitOfLine(x.lines.Kind[i], b.UnitOf(x.plan)), x.lines.Rate[i], x.plan.pointValueOf(variant), x.rounding())
	list := []Fraction{{x.lines.Rate[i], RateScale}, t.pointValue, c.factors[0], c.factors[1]}
	for k := x.lines.Factor[i]; k != 0; k = x.lines.Factors[k].Next {
		list = append(list, x.lines.Factors[k].Fraction)
	}
	return list
}
