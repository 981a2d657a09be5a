package calc

import "fmt"

// Cadence says how often a period of a plan closes. The values are those of the API and the store; they do not go by length.
type Cadence uint8

// The cadences.
const (
	Daily Cadence = iota + 1
	Weekly
	Monthly
	Quarterly
	Yearly
	HalfMonthly
	Biweekly
	FourWeekly
	// CadenceMax is the last of them: loops and arrays over all cadences end with it.
	CadenceMax = FourWeekly
)

var cadenceNames = [...]string{
	Daily: "daily", Weekly: "weekly", Monthly: "monthly", Quarterly: "quarterly", Yearly: "yearly", HalfMonthly: "half_monthly",
	Biweekly: "biweekly", FourWeekly: "four_weekly",
}

// cadenceOrder puts the cadences in the order of their length. A half of a month may have 13 days, and has more than 15 on average.
var cadenceOrder = [...]uint8{
	Daily: 1, Weekly: 2, Biweekly: 3, HalfMonthly: 4, FourWeekly: 5, Monthly: 6, Quarterly: 7, Yearly: 8,
}

// Valid tells whether c is one of the cadences.
func (c Cadence) Valid() bool { return c >= Daily && c <= CadenceMax }

// Compare puts shorter cadences before longer ones. What is no cadence is shorter than all.
func (c Cadence) Compare(other Cadence) int { return int(c.order()) - int(other.order()) }

func (c Cadence) order() uint8 {
	if !c.Valid() {
		return 0
	}
	return cadenceOrder[c]
}

// IsLonger tells whether the periods of c are longer than those of another cadence.
func (c Cadence) IsLonger(than Cadence) bool { return c.Compare(than) > 0 }

// CountsWeeks tells whether periods are several weeks, so that a plan has to say which week they are counted from.
func (c Cadence) CountsWeeks() bool { return c == Biweekly || c == FourWeekly }

// String returns the cadence's name as plans and calls write it, for instance "monthly".
func (c Cadence) String() string {
	if !c.Valid() {
		return fmt.Sprintf("cadence(%d)", uint8(c))
	}
	return cadenceNames[c]
}

// ParseCadence reads what Cadence.String writes. The error is ErrCadenceName.
func ParseCadence(name string) (Cadence, error) {
	for c := Daily; c <= CadenceMax; c++ {
		if cadenceNames[c] == name {
			return c, nil
		}
	}
	return 0, fmt.Errorf("%w: %q", ErrCadenceName, name)
}
