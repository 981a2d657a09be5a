package calc

import "fmt"

// PayoutLine is a line with what is to be known of it to pay it out.
type PayoutLine struct {
	Bonus       int
	AmountMinor int64
	// Kind tells rounding lines from others. Base × Rate × Point × Factors is what the line comes to before it is rounded. They are asked for only where the plan rounds
	// conversions once.
	Kind       LineKind
	Base, Rate int64
	Unit       Unit
	Point      Fraction
	Factors    []Factor
}

// PayoutPart is what is converted as one.
type PayoutPart struct {
	// Bonus is the index of the bonus, and Line that of the line among those of the distributor; -1 where a sum of several is converted.
	Bonus, Line int
	// PlanMinor is what is converted, in minor units of the plan's currency; where it is not rounded before it is converted, rounded.
	PlanMinor int64
	// AmountMinor is what is paid, in minor units of the currency of the payout.
	AmountMinor int64
}

// Payer brings what distributors are paid in a period to their currencies, at the ask: every line, the sum of each bonus, or the total, as
// the plan says. Each amount is rounded to the smallest one of its currency, in the plan's mode; an amount and its negative alike.
//
// Where the plan rounds conversions once, what is converted is base × rate × point × factors of the lines, as they have not been rounded,
// and rounding lines, which have nothing else, are left out; but whoever is paid in the plan's currency gets the lines' amounts.
//
// It pays one distributor after the other, and is not for several goroutines.
type Payer struct {
	plan        *Plan
	rates       *Rates
	numbers     map[string]int // by currency
	conversions []payoutTariff
	parts       []payoutSum
	of          []int // index of parts by bonus, -1 where it has none
	out         []PayoutPart
}

// payoutTariff is a conversion made ready for a loop.
type payoutTariff struct {
	factors [2]Fraction
	tariff  tariff
	same    bool // the plan's own currency
}

// payoutSum is a part under way.
type payoutSum struct {
	PayoutPart
	exact exactSum
}

// NewPayer makes a payer by the rates of a period, which may be nil where everybody is paid in the plan's currency.
func NewPayer(plan *Plan, rates *Rates) *Payer {
	p := &Payer{plan: plan, rates: rates, numbers: map[string]int{}, of: make([]int, len(plan.Bonuses))}
	for bonus := range p.of {
		p.of[bonus] = -1
	}
	return p
}

// Conversion tells how the plan's currency is brought to another. The error is a RateError.
func (p *Payer) Conversion(currency string) (PayoutConversion, error) {
	c, err := p.conversion(currency)
	if err != nil {
		return PayoutConversion{}, err
	}
	return PayoutConversion{currency, c.factors[0]}, nil
}

func (p *Payer) conversion(currency string) (*payoutTariff, error) {
	if number, ok := p.numbers[currency]; ok {
		return &p.conversions[number], nil
	}
	c := payoutTariff{factors: [2]Fraction{One, One}, same: currency == p.plan.Currency}
	if !c.same {
		var err error
		if c.factors, err = p.rates.FromPlanFactors(currency); err != nil {
			return nil, err
		}
	}
	c.tariff = newTariff(UnitMoney, RateScale, One, p.rounding(), c.factors[:]...)
	p.numbers[currency] = len(p.conversions)
	p.conversions = append(p.conversions, c)
	return &p.conversions[len(p.conversions)-1], nil
}

func (p *Payer) rounding() Rounding { return Rounding{p.plan.Rounding.Mode, 1} }

// Pay gives the parts of what a distributor is paid in a currency, in the order of the first line of each; those that come to nothing are
// among them. They are there until the next call. The errors are RateError for a currency without a rate, and ErrOverflow.
func (p *Payer) Pay(currency string, lines []PayoutLine) ([]PayoutPart, error) {
	c, err := p.conversion(currency)
	if err != nil {
		return nil, err
	}
	p.parts, p.out = p.parts[:0], p.out[:0]
	for i := range lines {
		l, part := &lines[i], p.partOf(i, lines[i].Bonus)
		sum, ok := added(part.PlanMinor, l.AmountMinor)
		if !ok {
			err = fmt.Errorf("%w: the sum of the lines", ErrOverflow)
			break
		}
		part.PlanMinor = sum
		if p.plan.ExchangeOnce && !c.same && l.Kind != LineRounding {
			p.addExact(part, c, l)
		}
	}
	for i := range p.parts {
		part := &p.parts[i]
		if part.Bonus >= 0 {
			p.of[part.Bonus] = -1
		}
		if err != nil {
			continue
		}
		switch {
		case c.same:
			part.AmountMinor = part.PlanMinor
		case p.plan.ExchangeOnce:
			part.AmountMinor, err = part.exact.roundedMinor(p.rounding())
		default:
			part.AmountMinor, err = c.tariff.amountMinor(part.PlanMinor)
		}
		p.out = append(p.out, part.PayoutPart)
	}
	if err != nil {
		return nil, err
	}
	return p.out, nil
}

// partOf finds the part that a line belongs to, or begins it.
func (p *Payer) partOf(line, bonus int) *payoutSum {
	start := PayoutPart{Bonus: -1, Line: -1}
	switch p.plan.PayoutPer {
	case PayoutPerLine:
		start.Bonus, start.Line = bonus, line
	case PayoutPerBonus:
		if at := p.of[bonus]; at >= 0 {
			return &p.parts[at]
		}
		start.Bonus, p.of[bonus] = bonus, len(p.parts)
	case PayoutPerTotal:
		if len(p.parts) > 0 {
			return &p.parts[0]
		}
	}
	part := payoutSum{PayoutPart: start}
	part.exact.reset()
	p.parts = append(p.parts, part)
	return &p.parts[len(p.parts)-1]
}

// addExact adds what a line comes to before it is rounded, converted.
func (p *Payer) addExact(part *payoutSum, c *payoutTariff, l *PayoutLine) {
	unit := newTariff(l.Unit, l.Rate, l.Point, p.rounding())
	fractions := []Fraction{{l.Rate, RateScale}, unit.pointValue, c.factors[0], c.factors[1]}
	for _, f := range l.Factors {
		fractions = append(fractions, f.Fraction)
	}
	r := ratio{num: 1, den: 1, fits: true}
	for _, f := range fractions {
		r.times(f)
	}
	part.exact.add(l.Base, r, func() []Fraction { return fractions })
}
