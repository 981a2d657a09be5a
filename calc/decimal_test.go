package calc

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseVolume_Outcomes(t *testing.T) {
	for _, c := range []struct {
		text string
		want int64
		err  error
	}{
		{"0", 0, nil},
		{"-0", 0, nil},
		{"100", 100_0000, nil},
		{"99.5", 99_5000, nil},
		{"-0.0001", -1, nil},
		{"007.5000", 7_5000, nil},
		{"922337203685477.5807", math.MaxInt64, nil},
		{"-922337203685477.5808", math.MinInt64, nil},
		{"922337203685477.5808", 0, ErrOverflow},
		{"-922337203685477.5809", 0, ErrOverflow},
		{"922337203685478", 0, ErrOverflow},
		{strings.Repeat("9", 400), 0, ErrOverflow},
		{strings.Repeat("0", 400) + "1", 1_0000, nil},
		{"1.00000", 0, ErrTooManyDecimals},
		{"0.00001", 0, ErrTooManyDecimals},
		{"", 0, ErrDecimal},
		{"-", 0, ErrDecimal},
		{".5", 0, ErrDecimal},
		{"5.", 0, ErrDecimal},
		{"+5", 0, ErrDecimal},
		{"1e3", 0, ErrDecimal},
		{"1,000", 0, ErrDecimal},
		{"1.2.3", 0, ErrDecimal},
		{"--1", 0, ErrDecimal},
		{"1-", 0, ErrDecimal},
		{" 1", 0, ErrDecimal},
		{"0x10", 0, ErrDecimal},
		{"٣", 0, ErrDecimal},
		{"NaN", 0, ErrDecimal},
	} {
		got, err := ParseVolume(c.text)
		if got != c.want || !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
			t.Errorf("%q: got %d, %v; want %d, %v", c.text, got, err, c.want, c.err)
		}
	}
}

func TestParseMinor_DecimalsAreTheCurrencys(t *testing.T) {
	for _, c := range []struct {
		text   string
		digits int32
		want   int64
		err    error
	}{
		{"12.34", 2, 1234, nil},
		{"12", 2, 1200, nil},
		{"-0.50", 2, -50, nil},
		{"12.345", 2, 0, ErrTooManyDecimals},
		{"12.340", 2, 0, ErrTooManyDecimals},
		{"12", 0, 12, nil},
		{"12.0", 0, 0, ErrTooManyDecimals},
		{"1.234", 3, 1234, nil},
	} {
		got, err := ParseMinor(c.text, c.digits)
		if got != c.want || !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
			t.Errorf("%q in %d decimals: got %d, %v; want %d, %v", c.text, c.digits, got, err, c.want, c.err)
		}
	}
}

func TestFormat_WritesWhatParseReads(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{FormatVolume(0), "0"},
		{FormatVolume(1), "0.0001"},
		{FormatVolume(-99_5000), "-99.5"},
		{FormatVolume(100_0000), "100"},
		{FormatVolume(math.MinInt64), "-922337203685477.5808"},
		{FormatRate(70_000_000), "0.07"},
		{FormatRate(1_025_000_000), "1.025"},
		{FormatRate(1), "0.000000001"},
		{FormatMinor(461_250, 2), "4612.50"},
		{FormatMinor(-5, 2), "-0.05"},
		{FormatMinor(0, 2), "0.00"},
		{FormatMinor(7, 0), "7"},
		{FormatMinor(7, 3), "0.007"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Int64().Draw(t, "value") >> rapid.IntRange(0, 63).Draw(t, "shift")
		digits := rapid.Int32Range(0, 9).Draw(t, "digits")
		if got, err := ParseMinor(FormatMinor(value, digits), digits); got != value || err != nil {
			t.Fatalf("minor %s: got %d, %v", FormatMinor(value, digits), got, err)
		}
		if got, err := ParseVolume(FormatVolume(value)); got != value || err != nil {
			t.Fatalf("volume %s: got %d, %v", FormatVolume(value), got, err)
		}
		if got, err := ParseRate(FormatRate(value)); got != value || err != nil {
			t.Fatalf("rate %s: got %d, %v", FormatRate(value), got, err)
		}
	})
}

func TestParseFraction_IsExactAndReduced(t *testing.T) {
	for _, c := range []struct {
		text string
		want Fraction
		err  error
	}{
		{"1", One, nil},
		{"0.85", Fraction{17, 20}, nil},
		{"0", Fraction{0, 1}, nil},
		{"-2.50", Fraction{-5, 2}, nil},
		{"0.000000000000000001", Fraction{1, 1e18}, nil},
		{"0.0000000000000000001", Fraction{}, ErrTooManyDecimals},
		{"10.000000000000000000", Fraction{}, ErrOverflow},
		{"x", Fraction{}, ErrDecimal},
	} {
		got, err := ParseFraction(c.text)
		if got != c.want || !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
			t.Errorf("%q: got %v, %v; want %v, %v", c.text, got, err, c.want, c.err)
		}
	}
}
