package calc

import "math/big"

// Months is a number of months, in 10⁻⁹ of one: 6.5 months, or the 8.4 that 70 % of a year are, are exact as a rate is.
type Months int64

// Month is one month.
const Month Months = 1_000_000_000

// orOne is one month for none.
func (m Months) orOne() Months {
	if m == 0 {
		return Month
	}
	return m
}

// whole gives the number of months where it is a whole one.
func (m Months) whole() (n int64, ok bool) { return int64(m / Month), m%Month == 0 }

func (m Months) rational() *big.Rat { return big.NewRat(int64(m), int64(Month)) }

// cycles is how many billing cycles an advance of so many months is; One for none.
func (m Months) cycles(cycleMonths int32) Fraction {
	if m <= 0 {
		return One
	}
	if n, ok := m.whole(); ok { // as most are
		return reduced(n, int64(max(1, cycleMonths)))
	}
	return bounded(new(big.Rat).Quo(m.rational(), new(big.Rat).SetInt64(int64(max(1, cycleMonths)))))
}
