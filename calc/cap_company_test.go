package calc

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"
)

// payroll is a company made for tests of what is done with lines: manual bonuses pay any amounts, and direct bonuses amounts that are not
// whole before they are rounded.
type payroll struct {
	in *Input
}

// newPayroll is a company of so many distributors under the first one. Bonuses are added to its plan.
func newPayroll(people int, bonuses ...Bonus) *payroll {
	day := time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC).UnixMicro()
	plan := &Plan{
		ID: "payroll", Currency: "USD", MinorDigits: 2, Main: Monthly, Rounding: Rounding{HalfUp, 1}, PointValue: Fraction{1, 100},
		Bonuses: bonuses, Facts: NewFactTable(),
	}
	network := Network{Sponsor: make([]int32, people), EnrolledAtUS: make([]int64, people)}
	for i := range people {
		network.Sponsor[i] = int32(min(i, 1) - 1)
	}
	return &payroll{&Input{Plan: plan, Cadence: Monthly, Period: PeriodAt(Monthly, nil, day), Network: network}}
}

// manual is a bonus that pays what pay says.
func manual(name string) Bonus { return Bonus{Name: name, Cadence: Monthly, Manual: &Manual{}} }

// directOf is a bonus that pays sellers a rate of their price.
func directOf(name string, rate int64) Bonus {
	return Bonus{Name: name, Cadence: Monthly, Direct: &Direct{Base: BasePrice, Rates: RateTable{
		Levels: 1, Rows: [][]int64{{rate}}, Candidates: [][]uint8{{0}},
	}}}
}

// pay adds an amount, in minor units, to what a manual bonus pays somebody.
func (p *payroll) pay(bonus string, row int, amountMinor int64) {
	a := &p.in.Adjustments
	a.Earner, a.Bonus, a.AmountMinor = append(a.Earner, int32(row)), append(a.Bonus, uint16(p.bonus(bonus))), append(a.AmountMinor, amountMinor)
}

// sell adds a sale at a price.
func (p *payroll) sell(row int, priceMinor int64) {
	v := &p.in.Volumes
	v.Seller, v.PriceMinor = append(v.Seller, int32(row)), append(v.PriceMinor, priceMinor)
	v.PV, v.CV = append(v.PV, 0), append(v.CV, 0)
}

// post adds a line that an event has posted.
func (p *payroll) post(bonus string, row int, amountMinor int64) {
	a := &p.in.Posted
	a.Earner, a.Bonus, a.AmountMinor = append(a.Earner, int32(row)), append(a.Bonus, uint16(p.bonus(bonus))), append(a.AmountMinor, amountMinor)
}

// rank gives the plan ranks, each for a price of own sales, and its tables a standing for each.
func (p *payroll) rank(prices ...int64) {
	plan := p.in.Plan
	for i, price := range prices {
		when := plan.condition(plan.atLeast(FactKey{Fact: FactOwn, Volume: BasePrice}, price))
		plan.Ranks = append(plan.Ranks, Rank{Name: []string{"bronze", "silver", "gold"}[i], When: when})
	}
	for i := range plan.Bonuses {
		if d := plan.Bonuses[i].Direct; d != nil {
			d.Rates = EverybodyAt(plan, d.Rates.Rows[0]...)
		}
	}
}

func (p *payroll) bonus(name string) int {
	for i := range p.in.Plan.Bonuses {
		if p.in.Plan.Bonuses[i].Name == name {
			return i
		}
	}
	panic("no bonus " + name)
}

// bonuses gives the indexes of bonuses by name.
func (p *payroll) bonuses(names string) []int {
	var indexes []int
	for _, name := range strings.Fields(names) {
		indexes = append(indexes, p.bonus(name))
	}
	return indexes
}

// limit is a table of one limit for everybody.
func (p *payroll) limit(limitMinor int64) RateTable {
	t := EverybodyAt(p.in.Plan, limitMinor)
	t.Amounts = true
	return t
}

// cap adds a cap of a month.
func (p *payroll) cap(c Cap) {
	c.Cadence = Monthly
	if c.Bonuses == nil {
		for i := range p.in.Plan.Bonuses {
			c.Bonuses = append(c.Bonuses, i)
		}
	}
	p.in.Plan.Caps = append(p.in.Plan.Caps, c)
}

func (p *payroll) compute(t testing.TB) *Output {
	t.Helper()
	out, err := Compute(p.in)
	if err != nil {
		t.Fatal(err)
	}
	checkAmounts(t, p.in, out)
	return out
}

// outOfOrder tells what is wrong where there is not one line for an earner, a bonus, a level, a part and a kind, in this order.
func outOfOrder(l *Lines) error {
	for i := 1; i < l.Len(); i++ {
		order := cmp.Or(cmp.Compare(l.Earner[i-1], l.Earner[i]), cmp.Compare(l.Bonus[i-1], l.Bonus[i]), cmp.Compare(l.Level[i-1], l.Level[i]),
			cmp.Compare(l.Part[i-1], l.Part[i]), cmp.Compare(l.Kind[i-1], l.Kind[i]))
		if order >= 0 {
			return fmt.Errorf("line %d, of %d by bonus %d and of kind %d, stands before one of %d by bonus %d and of kind %d",
				i-1, l.Earner[i-1], l.Bonus[i-1], l.Kind[i-1], l.Earner[i], l.Bonus[i], l.Kind[i])
		}
	}
	return nil
}

// checkAmounts wants every amount to be what its line says, and the lines in order.
func checkAmounts(t testing.TB, in *Input, out *Output) {
	t.Helper()
	if err := outOfOrder(&out.Lines); err != nil {
		t.Fatal(err)
	}
	for i := range out.Lines.Len() {
		variant := uint8(0)
		if in.Plan.VariantOfMarket != nil && in.Network.Market != nil {
			variant = in.Plan.VariantOfMarket[in.Network.Market[out.Lines.Earner[i]]]
		}
		amount, err := in.Plan.RecomputedMinor(&out.Lines, i, variant)
		if err != nil || amount != out.Lines.AmountMinor[i] {
			t.Fatalf("line %s: recomputed %d, %v", describe(in, out, i), amount, err)
		}
	}
}

// describe writes a line down.
func describe(in *Input, out *Output, i int) string {
	l := &out.Lines
	text := fmt.Sprintf("%d %s", l.Earner[i], in.Plan.Bonuses[l.Bonus[i]].Name)
	if l.Level[i] != 0 || l.Part[i] != 0 {
		text += fmt.Sprintf(" %d.%d", l.Level[i], l.Part[i])
	}
	text += [...]string{"", " rounding", " adjustment", " pieces"}[l.Kind[i]]
	if l.Kind[i] != LineRounding {
		text += fmt.Sprintf(" %d × %s", l.Base[i], FormatRate(l.Rate[i]))
	}
	for _, f := range l.FactorsOf(i) {
		text += fmt.Sprintf(" × %s %d/%d", f.Name, f.Num, f.Den)
	}
	return text + fmt.Sprintf(" = %d", l.AmountMinor[i])
}

func described(in *Input, out *Output) string {
	var text []string
	for i := range out.Lines.Len() {
		text = append(text, describe(in, out, i))
	}
	return strings.Join(text, "\n")
}

// sumsByRow are what lines pay everybody.
func sumsByRow(in *Input, out *Output) []int64 {
	sums := make([]int64, len(in.Network.Sponsor))
	for i, row := range out.Lines.Earner {
		sums[row] += out.Lines.AmountMinor[i]
	}
	return sums
}

// sumsByBonus are what lines pay by bonus.
func sumsByBonus(in *Input, out *Output) []int64 {
	sums := make([]int64, len(in.Plan.Bonuses))
	for i, bonus := range out.Lines.Bonus {
		sums[bonus] += out.Lines.AmountMinor[i]
	}
	return sums
}

func total(sums []int64) int64 {
	sum := int64(0)
	for _, s := range sums {
		sum += s
	}
	return sum
}

func wantLines(t *testing.T, in *Input, out *Output, want string) {
	t.Helper()
	want = strings.TrimSpace(strings.ReplaceAll(want, "\t", ""))
	if got := described(in, out); got != want {
		t.Errorf("lines:\n%s\nwant:\n%s", got, want)
	}
}
