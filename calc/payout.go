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

// PayOut brings lines of a period to the currencies of their earners, as a Payer does. A part that comes to nothing is left out.
// variantOf gives the market variant of a row, whose value of a point the lines are at; nil for a plan that has no variants.
//
// The errors are those of Payer.Pay, wrapped with the distributor.
func PayOut(plan *Plan, rates *Rates, lines *Lines, currencyOf func(row int32) string, variantOf func(row int32) uint8) (*Payouts, error) {
	payer, to := NewPayer(plan, rates), &Payouts{}
	numbers := map[string]uint16{}
	var own []PayoutLine
	for from := 0; from < lines.Len(); {
		row, currency := lines.Earner[from], currencyOf(lines.Earner[from])
		variant := uint8(0)
		if variantOf != nil {
			variant = variantOf(row)
		}
		own = own[:0]
		next := from
		for ; next < lines.Len() && lines.Earner[next] == row; next++ {
			own = append(own, plan.payoutLine(lines, next, variant))
		}
		parts, err := payer.Pay(currency, own)
		if err != nil {
			return nil, fmt.Errorf("distributor %d: %w", row, err)
		}
		number, known := numbers[currency]
		if !known {
			conversion, err := payer.Conversion(currency)
			if err != nil {
				return nil, fmt.Errorf("distributor %d: %w", row, err)
			}
			number = uint16(len(to.Conversions))
			numbers[currency], to.Conversions = number, append(to.Conversions, conversion)
		}
		for _, part := range parts {
			if part.PlanMinor == 0 && part.AmountMinor == 0 {
				continue
			}
			line := part.Line
			if line >= 0 {
				line += from
			}
			to.Earner, to.Bonus, to.Line = append(to.Earner, row), append(to.Bonus, int32(part.Bonus)), append(to.Line, int32(line))
			to.PlanMinor, to.Currency = append(to.PlanMinor, part.PlanMinor), append(to.Currency, number)
			to.AmountMinor = append(to.AmountMinor, part.AmountMinor)
		}
		from = next
	}
	return to, nil
}

// payoutLine is a line of the period, paid by a market variant of the plan.
func (p *Plan) payoutLine(lines *Lines, i int, variant uint8) PayoutLine {
	l := PayoutLine{Bonus: int(lines.Bonus[i]), AmountMinor: lines.AmountMinor[i]}
	if !p.ExchangeOnce {
		return l
	}
	l.Kind, l.Base, l.Rate, l.Point = lines.Kind[i], lines.Base[i], lines.Rate[i], p.pointValueOf(variant)
	l.Unit, l.Factors = unitOfLine(l.Kind, p.Bonuses[l.Bonus].UnitOf(p)), lines.FactorsOf(i)
	return l
}
