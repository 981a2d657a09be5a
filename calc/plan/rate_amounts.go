package plan

import (
	"errors"
	"fmt"
	"strings"

	"upline/calc"
)

// amountMinorMax keeps amounts of a plan, times what they are paid for, far from the bounds of int64.
const amountMinorMax = 1_000_000_000_000_000

// volumeUnitsMax does the same for volumes.
const volumeUnitsMax = 1_000_000_000_000_000

// decimal reports that a text is not the number that a field wants. remedy says what would be, where that is known.
func (c *compiler) decimal(path, text string, err error, remedy string) {
	shortened := shown(text)
	switch {
	case errors.Is(err, calc.ErrTooManyDecimals):
		c.fail(path, fmt.Sprintf("`%s` has too many decimals", shortened), remedy)
	case errors.Is(err, calc.ErrOverflow):
		c.fail(path, fmt.Sprintf("`%s` is too large", shortened), remedy)
	case strings.HasSuffix(text, "%"):
		c.fail(path, fmt.Sprintf("`%s` is a percentage, and a number is wanted here", shortened), "write the number itself, without `%`")
	case strings.Contains(text, ","):
		c.fail(path, fmt.Sprintf("`%s` is not a number", shortened), "decimals stand behind a point, and thousands are not grouped: `1234.5`")
	default:
		c.fail(path, fmt.Sprintf("`%s` is not a number", shortened), "write digits with a decimal point, for instance `0.05`")
	}
}

// amount reads an amount of the plan's currency, in minor units, that is not below zero.
func (c *compiler) amount(path, text string) int64 {
	if !c.sound("currency") {
		return c.amountOfUnknown(text)
	}
	currency := c.plan.Currency
	smallest := "the smallest amount of " + currency + " is " + calc.FormatMinor(1, c.plan.MinorDigits)
	switch {
	case strings.HasSuffix(text, currency) || strings.HasPrefix(text, currency):
		c.fail(path, fmt.Sprintf("`%s` is not a number", shown(text)), "leave out the currency; amounts are in the plan's, "+currency)
		return 0
	case strings.HasSuffix(text, "%"):
		c.fail(path, fmt.Sprintf("`%s` is a rate, and an amount is wanted here", shown(text)), "write an amount of "+currency+", for instance `25`")
		return 0
	}
	return c.bounded(path, text, c.plan.MinorDigits, amountMinorMax, "an amount", smallest)
}

// amountOfUnknown reads an amount of a currency that there is not, as well as it can be without knowing its decimals: what is said of
// amounts that are equal, or do not go up, would otherwise be said of all of them.
func (c *compiler) amountOfUnknown(text string) int64 {
	const digits = 4 // more than any currency has
	parsed, err := calc.ParseMinor(trimZeros(strings.TrimSpace(text)), digits)
	if err != nil || parsed < 0 {
		return 0
	}
	return parsed
}

// points reads an amount of a volume, in its units: points, or money where the volume is of money, or a number of sales.
func (c *compiler) points(path, text string, of calc.Base) int64 {
	switch c.plan.MeasureOf(of).Unit() {
	case calc.UnitMoney:
		return c.amount(path, text)
	case calc.UnitCount:
		return c.bounded(path, text, 0, volumeUnitsMax, "a number of sales", "sales are counted in whole numbers")
	case calc.UnitVolume:
	}
	return c.bounded(path, text, volumeDigits, volumeUnitsMax, "a volume", "volumes have four decimals; round it")
}

// volumeDigits is how many decimals volumes have.
const volumeDigits = 4

// bounded reads a decimal number with so many decimals that is neither below zero nor above a bound.
func (c *compiler) bounded(path, text string, digits int32, unitsMax int64, what, tooFine string) int64 {
	parsed, err := calc.ParseMinor(strings.TrimSpace(text), digits)
	if errors.Is(err, calc.ErrTooManyDecimals) {
		// Zeros behind the point change nothing.
		parsed, err = calc.ParseMinor(trimZeros(strings.TrimSpace(text)), digits)
	}
	remedy := tooFine
	if errors.Is(err, calc.ErrOverflow) {
		remedy = "it is at most " + trimZeros(calc.FormatMinor(unitsMax, digits))
	}
	switch {
	case err != nil:
		c.decimal(path, text, err, remedy)
	case parsed < 0:
		c.fail(path, fmt.Sprintf("`%s` is below zero", shown(text)), what+" is 0 or more")
	case parsed > unitsMax:
		c.fail(path, fmt.Sprintf("`%s` is too large", shown(text)), "it is at most "+trimZeros(calc.FormatMinor(unitsMax, digits)))
	default:
		return parsed
	}
	return 0
}

// above0 reports a number that is zero where that makes no sense. It is silent where the number could not be read.
func (c *compiler) above0(path string, number int64, remedy string) int64 {
	if number == 0 && c.sound(path) && c.sound("currency") {
		c.fail(path, "`"+lastOf(path)+"` is not above zero", remedy)
	}
	return number
}
