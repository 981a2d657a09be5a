package simulate

import (
	"fmt"
	"math/big"

	"upline/calc"
)

// unrounded is what a line comes to before it is rounded, in minor units of the plan's currency. A rounding line comes to nothing: it is
// there for the sake of rounded ones.
func (l *Line) unrounded() *big.Rat {
	exact := new(big.Rat)
	if l.Kind == Rounding {
		return exact
	}
	exact.SetInt64(l.Base)
	times := func(f calc.Fraction) { exact.Mul(exact, big.NewRat(f.Num, f.Den)) }
	times(calc.Fraction{Num: l.Rate, Den: 1})
	if l.Unit != calc.UnitCount {
		times(calc.Fraction{Num: 1, Den: calc.RateScale})
	}
	times(l.Point)
	for _, f := range l.Factors {
		times(f.Fraction)
	}
	return exact
}

// convertOnce adds an amount that was not rounded to what is paid, and rounds it now.
func (p *payingOut) convertOnce(exact *big.Rat, amountMinor int64) error {
	plan := p.closed.run.Plan.Plan
	if p.payout.Currency == plan.Currency {
		p.payout.PaidMinor += amountMinor
		return nil
	}
	factors, err := p.rates.FromPlanFactors(p.payout.Currency)
	if err != nil {
		return fmt.Errorf("payout of distributor %s in %s: %w", p.closed.run.company.ID(p.payout.Row), p.closed.Period.Name, err)
	}
	product := new(big.Rat).Set(exact)
	for _, f := range factors {
		product.Mul(product, big.NewRat(f.Num, f.Den))
	}
	minor, ok := roundedRat(product, plan.Rounding.Mode)
	if !ok {
		return fmt.Errorf("%w: payout of distributor %s in %s", calc.ErrOverflow, p.closed.run.company.ID(p.payout.Row), p.closed.Period.Name)
	}
	p.payout.PaidMinor += minor
	p.payout.Rate = factors[0]
	return nil
}

// roundedRat rounds to a whole number; false where it leaves int64. An amount and its negative are rounded alike.
func roundedRat(exact *big.Rat, mode calc.RoundingMode) (int64, bool) {
	num, den := new(big.Int).Abs(exact.Num()), exact.Denom()
	whole, rest := new(big.Int).QuoRem(num, den, new(big.Int))
	half := new(big.Int).Lsh(rest, 1).Cmp(den)
	up := false
	switch mode {
	case calc.HalfUp:
		up = half >= 0
	case calc.HalfEven:
		up = half > 0 || half == 0 && whole.Bit(0) == 1
	case calc.Up:
		up = rest.Sign() != 0
	case calc.Down:
	}
	if up {
		whole.Add(whole, big.NewInt(1))
	}
	if exact.Sign() < 0 {
		whole.Neg(whole)
	}
	return whole.Int64(), whole.IsInt64()
}
