package calc

import (
	"fmt"
	"math"
	"strconv"
)

// ParseVolume reads a volume, for instance "99.5", into volume units. The errors are ErrDecimal, ErrTooManyDecimals (more than
// four) and ErrOverflow.
func ParseVolume(text string) (int64, error) { return parseDecimal(text, volumeDigits) }

// FormatVolume writes volume units as a decimal number without needless zeros: "99.5", "100", "-0.0001".
func FormatVolume(volume int64) string { return formatDecimal(volume, volumeDigits, 0) }

// ParseRate reads a rate as a decimal fraction, for instance "0.07". The errors are those of ParseVolume, for nine decimals.
func ParseRate(text string) (int64, error) { return parseDecimal(text, rateDigits) }

// FormatRate writes a rate as a decimal fraction without needless zeros: "0.07".
func FormatRate(rate int64) string { return formatDecimal(rate, rateDigits, 0) }

// ParseMinor reads an amount of a currency with the given number of decimals into minor units. The errors are those of
// ParseVolume; a decimal that the currency does not have is ErrTooManyDecimals even when it is a zero.
func ParseMinor(text string, digits int32) (int64, error) { return parseDecimal(text, digits) }

// FormatMinor writes minor units with all decimals of the currency: "12.30".
func FormatMinor(minor int64, digits int32) string { return formatDecimal(minor, digits, digits) }

// ParseFraction reads a decimal number with up to eighteen decimals as an exact factor in lowest terms.
func ParseFraction(text string) (Fraction, error) {
	_, decimals, err := checkDecimal(text)
	if err != nil {
		return Fraction{}, err
	}
	if decimals > 18 {
		return Fraction{}, fmt.Errorf("%w: %q has more than 18", ErrTooManyDecimals, text)
	}
	num, err := parseDecimal(text, int32(decimals))
	if err != nil {
		return Fraction{}, err
	}
	return reduced(num, pow10[decimals]), nil
}

// pow10 holds the powers of ten that fit into int64.
var pow10 = func() (powers [19]int64) {
	power := int64(1)
	for i := range powers {
		powers[i] = power
		if i < len(powers)-1 {
			power *= 10
		}
	}
	return powers
}()

// checkDecimal wants -?[0-9]+(\.[0-9]+)? and counts the digits before and behind the point.
func checkDecimal(text string) (whole, decimals int, err error) {
	counts, part := [2]int{}, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '-' && i == 0:
		case c == '.' && part == 0:
			part = 1
		case c >= '0' && c <= '9':
			counts[part]++
		default:
			return 0, 0, fmt.Errorf("%w: %q", ErrDecimal, text)
		}
	}
	if counts[0] == 0 || part == 1 && counts[1] == 0 {
		return 0, 0, fmt.Errorf("%w: %q", ErrDecimal, text)
	}
	return counts[0], counts[1], nil
}

// parseDecimal reads a decimal number as an integer of units of 10^-digits.
func parseDecimal(text string, digits int32) (int64, error) {
	_, decimals, err := checkDecimal(text)
	if err != nil {
		return 0, err
	}
	if decimals > int(digits) {
		return 0, fmt.Errorf("%w: %q has %d, at most %d are allowed", ErrTooManyDecimals, text, decimals, digits)
	}
	// The magnitude is gathered below zero, where int64 reaches one further.
	value, overflow := int64(0), false
	push := func(digit int64) {
		if value < (math.MinInt64+digit)/10 {
			overflow = true
		}
		value = value*10 - digit
	}
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' {
			push(int64(text[i] - '0'))
		}
		if overflow {
			break
		}
	}
	for range int(digits) - decimals {
		push(0)
	}
	negative := text[0] == '-'
	if overflow || !negative && value == math.MinInt64 {
		return 0, fmt.Errorf("%w: %q", ErrOverflow, text)
	}
	if negative {
		return value, nil
	}
	return -value, nil
}

// formatDecimal writes units of 10^-digits with at least the given number of decimals.
func formatDecimal(value int64, digits, decimalsMin int32) string {
	magnitude := magnitudeOf(value)
	text := strconv.FormatUint(magnitude, 10)
	for len(text) <= int(digits) {
		text = "0" + text
	}
	whole, decimals := text[:len(text)-int(digits)], text[len(text)-int(digits):]
	for len(decimals) > int(decimalsMin) && decimals[len(decimals)-1] == '0' {
		decimals = decimals[:len(decimals)-1]
	}
	if value < 0 {
		whole = "-" + whole
	}
	if decimals == "" {
		return whole
	}
	return whole + "." + decimals
}

// magnitudeOf is the absolute value, also of the least int64.
func magnitudeOf(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

func reduced(num, den int64) Fraction {
	if g := gcd(magnitudeOf(num), uint64(den)); g > 1 {
		return Fraction{num / int64(g), den / int64(g)}
	}
	return Fraction{num, den}
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
