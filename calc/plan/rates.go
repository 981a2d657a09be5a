package plan

import (
	"errors"
	"fmt"
	"strings"

	"upline/calc"
)

const (
	// rateMax is the highest rate of a bonus, advanceRateMax that of an advance: 100 % and 1000 %.
	rateMax        = calc.RateScale
	advanceRateMax = 10 * calc.RateScale

	// percentDigits is how many decimals a percentage can have: one per cent is 10⁷ units of rate.
	percentDigits = 7
)

// rate reads `7%` or `0.07`, exactly.
func (c *compiler) rate(path, text string, rateUnitsMax int64) int64 {
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	number = strings.TrimRight(number, " ")
	digits, parsed, err := 9, int64(0), error(nil)
	if percent {
		digits = percentDigits
		parsed, err = calc.ParseMinor(number, percentDigits)
	} else {
		parsed, err = calc.ParseRate(number)
	}
	limit := percentOf(rateUnitsMax)
	tooHigh := func() {
		remedy := "no more than " + limit + " can be paid"
		if rateUnitsMax == rateMax && takesRateMax(path) && err == nil && parsed <= advanceRateMax {
			remedy += "; if it is meant, give the bonus `rate_max`"
		}
		if !percent && err == nil && parsed < 100*calc.RateScale && calc.RateScale/100 <= parsed/100 {
			remedy = fmt.Sprintf("%s per cent is written `%s%%`", number, number)
		}
		c.fail(path, fmt.Sprintf("the rate `%s` is above %s", shown(text), limit), remedy)
	}
	switch {
	case errors.Is(err, calc.ErrTooManyDecimals):
		c.fail(path, fmt.Sprintf("the rate `%s` has more than %d decimals", shown(text), digits), "round it")
	case errors.Is(err, calc.ErrOverflow):
		if strings.HasPrefix(number, "-") {
			c.fail(path, fmt.Sprintf("the rate `%s` is below zero", shown(text)), "a rate is 0% or more")
		} else {
			tooHigh()
		}
	case err != nil && strings.Contains(number, ","):
		c.fail(path, fmt.Sprintf("`%s` is not a rate", shown(text)), "decimals stand behind a point: `7.5%`")
	case err != nil:
		c.fail(path, fmt.Sprintf("`%s` is not a rate", shown(text)), "write it like `7%` or `0.07`")
	case parsed < 0:
		c.fail(path, fmt.Sprintf("the rate `%s` is below zero", shown(text)), "a rate is 0% or more")
	case parsed > rateUnitsMax:
		tooHigh()
	default:
		if !percent && parsed >= calc.RateScale && !strings.Contains(number, ".") {
			c.warn(path, fmt.Sprintf("the rate `%s` is %s", shown(text), percentOf(parsed)),
				fmt.Sprintf("%s per cent is written `%s%%`; if it is meant, write `%s`", number, number, percentOf(parsed)))
		}
		return parsed
	}
	return 0
}

// takesRateMax tells whether a rate stands where `rate_max` of its bonus allows one above 100 %.
func takesRateMax(path string) bool {
	parts := strings.Split(path, ".")
	if len(parts) < 3 || !strings.HasPrefix(parts[0], "bonuses[") || !hasRateMax(parts[1]) {
		return false
	}
	field, _, _ := strings.Cut(parts[len(parts)-1], "[")
	return field == "rate" || field == "levels" || field == "total" || field == "own_group_rate" || field == "least_rate"
}

// hasRateMax tells whether the rates of a kind of bonus may be above 100 %.
func hasRateMax(kind string) bool { return kind != "pool" && kind != "rank_bonus" && kind != "manual" }

// part reads a rate that is not zero.
func (c *compiler) part(path, text string) int64 {
	rate := c.rate(path, text, rateMax)
	if rate == 0 && c.sound(path) {
		c.fail(path, "`"+lastOf(path)+"` is not above zero", "write a rate above zero, or delete it")
	}
	return rate
}

// percentOf writes a rate as a percentage without needless zeros: `7.5%`.
func percentOf(rate int64) string {
	return trimZeros(calc.FormatMinor(rate, percentDigits)) + "%"
}

// trimZeros drops the decimals of a number that are zero at its end.
func trimZeros(number string) string {
	if !strings.Contains(number, ".") {
		return number
	}
	return strings.TrimSuffix(strings.TrimRight(number, "0"), ".")
}
