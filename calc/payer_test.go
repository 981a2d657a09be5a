package calc

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// The lines of a bonus need not stand together: what events have posted comes first, and what the close takes of it last.
func TestPayer_SumsOfBonusesWhoseLinesStandApart(t *testing.T) {
	plan := newPayroll(1, manual("a"), manual("b")).in.Plan
	plan.PayoutPer = PayoutPerBonus
	payer := NewPayer(plan, fxopenRates())
	lines := []PayoutLine{{Bonus: 1, AmountMinor: 100}, {Bonus: 0, AmountMinor: 10}, {Bonus: 1, AmountMinor: -40}}
	want := []PayoutPart{{1, -1, 60, 45}, {0, -1, 10, 8}}
	got, err := payer.Pay("EUR", lines)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	// A distributor who cannot be paid leaves nothing behind for the next one.
	if _, err := payer.Pay("EUR", []PayoutLine{{Bonus: 1, AmountMinor: math.MaxInt64}, {Bonus: 0}, {Bonus: 1, AmountMinor: 1}}); !errors.Is(err, ErrOverflow) {
		t.Errorf("got %v, want an overflow", err)
	}
	if got, err := payer.Pay("EUR", lines); err != nil || !slices.Equal(got, want) {
		t.Errorf("after an error: %+v, %v, want %+v", got, err, want)
	}
	if got, err := payer.Pay("USD", nil); err != nil || len(got) != 0 {
		t.Errorf("nothing is paid as %+v, %v", got, err)
	}
}

// The plan's currency needs no rates.
func TestPayer_WithoutRates(t *testing.T) {
	plan := newPayroll(1, manual("a")).in.Plan
	payer := NewPayer(plan, nil)
	got, err := payer.Pay("USD", []PayoutLine{{AmountMinor: 7}})
	if err != nil || !slices.Equal(got, []PayoutPart{{0, 0, 7, 7}}) {
		t.Errorf("%+v, %v", got, err)
	}
	if c, err := payer.Conversion("USD"); err != nil || c != (PayoutConversion{"USD", One}) {
		t.Errorf("%+v, %v", c, err)
	}
}
