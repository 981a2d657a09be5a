package plan

import (
	"fmt"
	"testing"
)

// Amounts at their bounds are read exactly, and no further.
func TestCompile_AmountsAreReadToTheLastMinorUnit(t *testing.T) {
	for _, c := range []struct {
		currency, written string
		want              int64
	}{
		{"USD", "0.01", 1},
		{"USD", "12.5", 1250},
		{"USD", "12.500", 1250},
		{"JPY", "12", 12},
		{"JPY", "12.0", 12},
		{"KWD", "0.001", 1},
		{"USD", "10000000000000.00", amountMinorMax},
	} {
		_, got, _ := compiledBonus(t, fmt.Sprintf("currency: %s\nbonuses: [{name: it, direct: {amount: %s}}]", c.currency, c.written))
		if rate := got.Direct.Rates.Rows[0][0]; rate != c.want {
			t.Errorf("%s %s: got %d, want %d", c.written, c.currency, rate, c.want)
		}
	}
}
