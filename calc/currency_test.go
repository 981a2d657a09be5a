package calc

import (
	"testing"
)

func TestCurrencyDigits_OneOfEachKind(t *testing.T) {
	for code, want := range map[string]int32{"USD": 2, "EUR": 2, "INR": 2, "MRU": 2, "JPY": 0, "CLP": 0, "VND": 0, "KWD": 3, "TND": 3, "CLF": 4} {
		if got, ok := CurrencyDigits(code); got != want || !ok {
			t.Errorf("%s: got %d, %v; want %d", code, got, ok, want)
		}
	}
	for _, code := range []string{"", "usd", "US", "USDX", "XXX", "XAU", "DEM", "HRK", "ZZZ"} {
		if got, ok := CurrencyDigits(code); ok {
			t.Errorf("%q: got %d, want none", code, got)
		}
	}
}
