package simulate

import (
	"fmt"

	"upline/calc"
)

// Payout is what a period pays a distributor, in the currency of the payout.
type Payout struct {
	Row         int32 // of the company
	AmountMinor int64 // in the plan's currency
	Currency    string
	// PaidMinor is in minor units of Currency. Rate is what one unit of the plan's currency is worth in it; One for the plan's own.
	PaidMinor int64
	Rate      calc.Fraction
}

// EachPayout gives what the period pays everybody with a line, in the order of rows, converted to the currency of the payout as the plan's
// payout_per says: line by line, bonus by bonus, or as one. Rates are those of the main period in which the period ends. The errors
// are that of each, and those of calc.Payer.
func (c *Closed) EachPayout(each func(*Payout) error) error {
	p := payingOut{closed: c, each: each, payer: calc.NewPayer(c.run.Plan.Plan, c.run.exchange.at(c.Period.EndUS-1))}
	err := c.EachLine(func(l *Line) error {
		if len(p.lines) > 0 && l.Earner != p.row {
			if err := p.end(); err != nil {
				return err
			}
		}
		kind := calc.LineCommission
		if l.Kind == Rounding {
			kind = calc.LineRounding
		}
		p.row = l.Earner
		p.lines = append(p.lines, calc.PayoutLine{
			Bonus: l.Bonus, Kind: kind, AmountMinor: l.AmountMinor, Base: l.Base, Rate: l.Rate, Unit: l.Unit, Point: l.Point, Factors: l.Factors,
		})
		return nil
	})
	if err == nil && len(p.lines) > 0 {
		err = p.end()
	}
	return err
}

// payingOut gathers the lines of one distributor after the other.
type payingOut struct {
	closed *Closed
	each   func(*Payout) error
	payer  *calc.Payer
	row    int32
	lines  []calc.PayoutLine
}

// end pays out whoever was gathered.
func (p *payingOut) end() error {
	payout := Payout{Row: p.row, Currency: p.closed.run.Plan.Plan.Currency}
	if p.closed.run.payout != nil {
		payout.Currency = p.closed.run.payout[p.row]
	}
	parts, err := p.payer.Pay(payout.Currency, p.lines)
	if err != nil {
		return fmt.Errorf("payout of distributor %s in %s: %w", p.closed.run.company.ID(p.row), p.closed.Period.Name, err)
	}
	conversion, err := p.payer.Conversion(payout.Currency)
	if err != nil {
		return fmt.Errorf("payout of distributor %s in %s: %w", p.closed.run.company.ID(p.row), p.closed.Period.Name, err)
	}
	payout.Rate = conversion.Rate
	for _, part := range parts {
		payout.AmountMinor += part.PlanMinor // in range, as the totals are
		payout.PaidMinor += part.AmountMinor
	}
	p.lines = p.lines[:0]
	return p.each(&payout)
}
