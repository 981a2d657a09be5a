package simulate

import (
	"fmt"
	"math/big"

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
// are that of each, and those of calc's conversions.
func (c *Closed) EachPayout(each func(*Payout) error) error {
	p := payingOut{closed: c, each: each, rates: c.run.exchange.at(c.Period.EndUS - 1), per: c.run.Plan.Plan.PayoutPer}
	err := c.EachLine(func(l *Line) error {
		if p.any && l.Earner != p.payout.Row {
			if err := p.end(); err != nil {
				return err
			}
		}
		return p.add(l)
	})
	if err == nil && p.any {
		err = p.end()
	}
	return err
}

// payingOut gathers the lines of one distributor after the other.
type payingOut struct {
	closed *Closed
	each   func(*Payout) error
	rates  *calc.Rates
	per    calc.PayoutPer
	any    bool
	payout Payout
	// bonuses are the sums of bonuses, by index, and touched those that have a line.
	bonuses map[int]int64
	order   []int
	// exact are the sums before anything was rounded, by bonus, where conversions are rounded once; -1 stands for the total.
	exact map[int]*big.Rat
}

func (p *payingOut) add(l *Line) error {
	if !p.any {
		p.any = true
		p.payout = Payout{Row: l.Earner, Currency: p.closed.run.Plan.Plan.Currency, Rate: calc.One}
		if p.closed.run.payout != nil {
			p.payout.Currency = p.closed.run.payout[l.Earner]
		}
		if p.bonuses == nil {
			p.bonuses = make(map[int]int64)
		}
		clear(p.bonuses)
		p.order = p.order[:0]
		p.exact = map[int]*big.Rat{}
	}
	p.payout.AmountMinor += l.AmountMinor // in range, as the totals are
	once := p.closed.run.Plan.Plan.ExchangeOnce
	if once {
		p.addExact(l)
	}
	switch p.per {
	case calc.PayoutPerLine:
		if once {
			return p.convertOnce(l.unrounded(), l.AmountMinor)
		}
		return p.convert(l.AmountMinor)
	case calc.PayoutPerBonus:
		if _, known := p.bonuses[l.Bonus]; !known {
			p.order = append(p.order, l.Bonus)
		}
		p.bonuses[l.Bonus] += l.AmountMinor
	case calc.PayoutPerTotal:
	}
	return nil
}

// convert adds an amount to what is paid.
func (p *payingOut) convert(amountMinor int64) error {
	plan := p.closed.run.Plan.Plan
	if p.payout.Currency == plan.Currency {
		p.payout.PaidMinor += amountMinor
		return nil
	}
	conversion, err := p.rates.FromPlan(amountMinor, p.payout.Currency, calc.Rounding{Mode: plan.Rounding.Mode, StepMinor: 1})
	if err != nil {
		return fmt.Errorf("payout of distributor %s in %s: %w", p.closed.run.company.ID(p.payout.Row), p.closed.Period.Name, err)
	}
	p.payout.PaidMinor += conversion.ToMinor
	p.payout.Rate = conversion.Rate
	return nil
}

// wholePayout stands for the total among sums by bonus.
const wholePayout = -1

// addExact adds a line to the sums that it belongs to.
func (p *payingOut) addExact(l *Line) {
	exact := l.unrounded()
	for _, of := range []int{l.Bonus, wholePayout} {
		if p.exact[of] == nil {
			p.exact[of] = new(big.Rat)
		}
		p.exact[of].Add(p.exact[of], exact)
	}
}

// convertSum adds a sum to what is paid.
func (p *payingOut) convertSum(of int, amountMinor int64) error {
	if exact := p.exact[of]; exact != nil {
		return p.convertOnce(exact, amountMinor)
	}
	return p.convert(amountMinor)
}

// end pays out whoever was gathered.
func (p *payingOut) end() error {
	switch p.per {
	case calc.PayoutPerLine:
	case calc.PayoutPerBonus:
		for _, bonus := range p.order {
			if err := p.convertSum(bonus, p.bonuses[bonus]); err != nil {
				return err
			}
		}
	case calc.PayoutPerTotal:
		if err := p.convertSum(wholePayout, p.payout.AmountMinor); err != nil {
			return err
		}
	}
	p.any = false
	return p.each(&p.payout)
}
