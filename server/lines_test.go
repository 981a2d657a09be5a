package server

import (
	"math/big"
	"testing"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// A caller can recompute each amount from the line alone: base × rate × factors, rounded to the cent.
func TestLines_AmountFollowsFromTheLine(t *testing.T) {
	w := newWorld(t).found()
	w.ok("CommissionService/RecordSale", sale("s1", "bert", "power", `"price":{"currencyCode":"USD","amount":"33.35"}`, `"soldAt":"2026-09-14T12:00:00Z"`))
	w.ok("CommissionService/Activate", `{"market":"US","saleId":"s1","eventId":"a","activatedAt":"2026-09-15T13:00:00Z"}`)
	w.ok("CommissionService/Cancel", `{"market":"US","saleId":"s1","eventId":"x","cancelledAt":"2026-10-01T13:00:00Z"}`)
	run := w.ok("CommissionService/RunPeriod", `{"planId":"main","period":"2026-09","mode":"RUN_MODE_CLOSE"}`)
	if at(run, "run.state") != "RUN_STATE_POSTED" {
		t.Fatalf("run: %v", run)
	}
	client := w.commission()
	kinds := map[uplinev1.LineKind]int{}
	for _, id := range []string{"top", "anna", "bert"} {
		for _, period := range []string{"2026-09", "2026-10"} {
			e, err := client.GetEarnings(t.Context(), &uplinev1.GetEarningsRequest{DistributorId: id, Period: period})
			if err != nil {
				t.Fatal(err)
			}
			sum := new(big.Rat)
			for _, l := range e.GetLines() {
				kinds[l.GetKind()]++
				exact := rat(t, l.GetBase())
				exact.Mul(exact, rat(t, l.GetRate()))
				for _, f := range l.GetFactors() {
					exact.Mul(exact, big.NewRat(f.GetNumerator(), f.GetDenominator()))
				}
				posted := rat(t, l.GetAmount().GetAmount())
				if got := exact.FloatString(2); rat(t, got).Cmp(posted) != 0 {
					t.Errorf("%s %s: %s × %s × %v is %s and not %s", id, l.GetBonus(), l.GetBase(), l.GetRate(), l.GetFactors(), got, l.GetAmount().GetAmount())
				}
				sum.Add(sum, posted)
			}
			for _, total := range e.GetTotals() {
				if rat(t, total.GetPosted().GetAmount()).Cmp(sum) != 0 {
					t.Errorf("%s in %s: the lines sum to %s and the total is %v", id, period, sum.FloatString(2), total)
				}
			}
		}
	}
	if kinds[uplinev1.LineKind_LINE_KIND_COMMISSION] < 4 || kinds[uplinev1.LineKind_LINE_KIND_REVERSAL] < 3 {
		t.Errorf("lines of each kind: %v", kinds)
	}
}

func rat(t *testing.T, decimal string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(decimal)
	if !ok {
		t.Fatalf("%q is no number", decimal)
	}
	return r
}

func TestPointValue_IsInUnitsOfTheCurrency(t *testing.T) {
	for _, c := range []struct {
		currency         string
		point            calc.Fraction
		numerator, denom int64
	}{
		{"USD", calc.Fraction{Num: 1, Den: 100}, 1, 1},      // a dollar a point: 100 cents by 10,000 units
		{"USD", calc.Fraction{Num: 85, Den: 10000}, 17, 20}, // 0.85
		{"JPY", calc.Fraction{Num: 1, Den: 100}, 100, 1},
		{"KWD", calc.Fraction{Num: 1, Den: 100}, 1, 10},
	} {
		f := pointValue(c.point, c.currency)
		if f.GetNumerator() != c.numerator || f.GetDenominator() != c.denom || f.GetName() != "point_value" {
			t.Errorf("%s %v: %v", c.currency, c.point, f)
		}
	}
}
