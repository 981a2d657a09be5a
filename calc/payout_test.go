package calc

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func fxopenRates() *Rates {
	return must(NewRates("USD",
		ExchangeRate{Currency: "EUR", Bid: must(ParseFraction("1.27151")), Ask: Fraction{4, 3}},
		MidRate("KWD", Fraction{325, 100}), MidRate("JPY", Fraction{1, 150}),
	))
}

// Published: 24 EUR are 30.52 USD at the bid, 15 % of them 4.58 USD, and those 3.44 EUR at the ask where each step is rounded. Rounded
// once it is 3.43 EUR.
func TestPayOut_SaleToPayoutThroughThePlansCurrency(t *testing.T) {
	for once, want := range map[bool]int64{false: 3_44, true: 3_43} {
		p := newPayroll(1, directOf("agent", RateScale*15/100))
		p.in.Plan.ExchangeOnce = once
		rates := fxopenRates()
		sale, err := rates.ToPlan(24_00, "EUR", Rounding{HalfUp, 1})
		if err != nil || sale.ToMinor != 30_52 {
			t.Fatalf("%+v, %v", sale, err)
		}
		p.sell(0, sale.ToMinor)
		out := p.compute(t)
		wantLines(t, p.in, out, "0 agent 3052 × 0.15 = 458")
		paid, err := PayOut(p.in.Plan, rates, &out.Lines, func(int32) string { return "EUR" }, nil)
		if err != nil || paid.Len() != 1 || paid.AmountMinor[0] != want || paid.PlanMinor[0] != 4_58 {
			t.Errorf("once %t: %+v, %v, want %d", once, paid, err, want)
		}
		if paid.Conversions[0] != (PayoutConversion{"EUR", Fraction{3, 4}}) {
			t.Errorf("%+v", paid.Conversions)
		}
	}
}

func TestPayOut_LinesBonusesAndTotals(t *testing.T) {
	for _, c := range []struct {
		per  PayoutPer
		want string
	}{
		{PayoutPerLine, "0 bonus 0 line 0: 10 to EUR 8, 0 bonus 0 line 1: 10 to EUR 8, 0 bonus 1 line 2: 10 to EUR 8, 1 bonus 1 line 3: 11 to USD 11, 2 bonus 0 line 4: 10 to KWD 31, 3 bonus 1 line 6: 76 to JPY 114"},
		{PayoutPerBonus, "0 bonus 0 line -1: 20 to EUR 15, 0 bonus 1 line -1: 10 to EUR 8, 1 bonus 1 line -1: 11 to USD 11, 2 bonus 0 line -1: 10 to KWD 31, 3 bonus 1 line -1: 76 to JPY 114"},
		{PayoutPerTotal, "0 bonus -1 line -1: 30 to EUR 23, 1 bonus -1 line -1: 11 to USD 11, 2 bonus -1 line -1: 10 to KWD 31, 3 bonus -1 line -1: 76 to JPY 114"},
	} {
		p := newPayroll(1, manual("a"), manual("b"))
		p.in.Plan.PayoutPer = c.per
		lines := newLines(0, 8)
		for _, l := range []struct{ earner, bonus, level, amount int }{
			{0, 0, 1, 10}, {0, 0, 2, 10}, {0, 1, 0, 10}, {1, 1, 0, 11}, {2, 0, 0, 10}, {3, 0, 0, 0}, {3, 1, 0, 76},
		} {
			lines.Earner, lines.Bonus = append(lines.Earner, int32(l.earner)), append(lines.Bonus, uint16(l.bonus))
			lines.Level, lines.AmountMinor = append(lines.Level, uint16(l.level)), append(lines.AmountMinor, int64(l.amount))
		}
		paid, err := PayOut(p.in.Plan, fxopenRates(), &lines, func(row int32) string { return []string{"EUR", "USD", "KWD", "JPY"}[row] }, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range paid.Len() {
			got = append(got, fmt.Sprintf("%d bonus %d line %d: %d to %s %d", paid.Earner[i], paid.Bonus[i], paid.Line[i], paid.PlanMinor[i],
				paid.Conversions[paid.Currency[i]].Currency, paid.AmountMinor[i]))
		}
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("per %d:\n%s, want\n%s", c.per, text, c.want)
		}
	}
}

// Whoever is paid in the plan's currency gets what the lines say, also where conversions are rounded once.
func TestPayOut_NothingIsConverted(t *testing.T) {
	p := newPayroll(1, directOf("a", RateScale/2), directOf("b", RateScale/2))
	p.in.Plan.ExchangeOnce, p.in.Plan.PayoutPer = true, PayoutPerTotal
	p.sell(0, 1)
	out := p.compute(t)
	for currency, want := range map[string]int64{"USD": 2, "EUR": 1} {
		paid, err := PayOut(p.in.Plan, fxopenRates(), &out.Lines, func(int32) string { return currency }, nil)
		if err != nil || paid.Len() != 1 || paid.AmountMinor[0] != want {
			t.Errorf("%s: %+v, %v, want %d", currency, paid, err, want)
		}
	}
}

func TestPayOut_CurrencyWithoutARate(t *testing.T) {
	p := newPayroll(3, manual("a"))
	p.pay("a", 1, 5)
	out := p.compute(t)
	_, err := PayOut(p.in.Plan, fxopenRates(), &out.Lines, func(int32) string { return "GBP" }, nil)
	var rate *RateError
	if !errors.As(err, &rate) || rate.Currency != "GBP" || !strings.Contains(err.Error(), "distributor 1") {
		t.Errorf("%v", err)
	}
}

// Converted once, a sum is that of what is not rounded.
func TestPayOut_OnceAgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPayroll(2, directOf("a", rapid.Int64Range(1, RateScale).Draw(t, "a")), directOf("b", RateScale/3), manual("c"))
		plan := p.in.Plan
		plan.ExchangeOnce, plan.PayoutPer = true, PayoutPer(rapid.IntRange(0, 2).Draw(t, "per"))
		plan.RoundingAt = RoundingAt(rapid.IntRange(0, 2).Draw(t, "at"))
		plan.Rounding.Mode = RoundingMode(rapid.IntRange(0, 3).Draw(t, "mode"))
		for row := range 2 {
			p.sell(row, rapid.Int64Range(-1000, 1e6).Draw(t, "price"))
			p.pay("c", row, rapid.Int64Range(-1000, 1000).Draw(t, "by hand"))
		}
		if rapid.Bool().Draw(t, "capped") {
			p.cap(Cap{Name: "limit", LimitMinor: p.limit(rapid.Int64Range(0, 1000).Draw(t, "limit"))})
		}
		out, err := Compute(p.in)
		if err != nil {
			t.Fatal(err)
		}
		rates := fxopenRates()
		paid, err := PayOut(plan, rates, &out.Lines, func(int32) string { return "EUR" }, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := map[[3]int32]*big.Rat{}
		for i := range out.Lines.Len() {
			if out.Lines.Kind[i] == LineRounding {
				continue
			}
			key := [3]int32{out.Lines.Earner[i], -1, -1}
			if plan.PayoutPer != PayoutPerTotal {
				key[1] = int32(out.Lines.Bonus[i])
			}
			if plan.PayoutPer == PayoutPerLine {
				key[2] = int32(i)
			}
			if want[key] == nil {
				want[key] = new(big.Rat)
			}
			fractions := []Fraction{{out.Lines.Rate[i], RateScale}, {3, 4}}
			for _, f := range out.Lines.FactorsOf(i) {
				fractions = append(fractions, f.Fraction)
			}
			want[key].Add(want[key], ratOf(out.Lines.Base[i], fractions))
		}
		for i := range paid.Len() {
			key := [3]int32{paid.Earner[i], paid.Bonus[i], paid.Line[i]}
			exact := want[key]
			if exact == nil {
				exact = new(big.Rat) // a rounding line by itself
			}
			if rounded, _ := modelRounded(exact, Rounding{plan.Rounding.Mode, 1}); rounded != paid.AmountMinor[i] {
				t.Errorf("%v is paid %d, exactly %s\n%s", key, paid.AmountMinor[i], exact.FloatString(4), described(p.in, out))
			}
			delete(want, key)
		}
		for key, exact := range want {
			if rounded, _ := modelRounded(exact, Rounding{plan.Rounding.Mode, 1}); rounded != 0 {
				t.Errorf("%v is not paid %s", key, exact.FloatString(4))
			}
		}
		if !slices.IsSorted(paid.Earner) {
			t.Errorf("earners %v", paid.Earner)
		}
	})
}

// Converted once, a line is reckoned at the value of a point in its earner's market.
func TestPayOut_PointsOfTheEarnersMarket(t *testing.T) {
	p := newPayroll(2, Bonus{Name: "own", Cadence: Monthly, Direct: &Direct{Base: BaseCV}})
	plan := p.in.Plan
	plan.Names.Markets, plan.VariantOfMarket, plan.PointValues = []string{"IN"}, []uint8{0, 1}, []Fraction{{1, 100}, {60, 100}}
	plan.Bonuses[0].Direct.Rates = EverybodyAt(plan, RateScale/10)
	plan.ExchangeOnce = true
	p.in.Network.Market = []uint16{0, 1}
	for row := range 2 {
		p.sell(row, 0)
		p.in.Volumes.CV[row] = 100 * VolumeScale
	}
	out := p.compute(t)
	paid, err := PayOut(plan, fxopenRates(), &out.Lines, func(int32) string { return "EUR" }, func(row int32) uint8 { return uint8(row) })
	if err != nil || !slices.Equal(paid.PlanMinor, []int64{10_00, 600_00}) || !slices.Equal(paid.AmountMinor, []int64{7_50, 450_00}) {
		t.Errorf("%+v, %v", paid, err)
	}
}
