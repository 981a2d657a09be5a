package simulate

import (
	"fmt"
	"math/big"
	"math/bits"

	"upline/calc"
)

// Totals sum up the periods of a plan.
type Totals struct {
	Plan    Plan
	Periods []PeriodTotal
	Bonuses []BonusTotal // by index of the plan
	Ranks   []RankTotal  // by rank number; 0 is no rank
	// Main sums up the periods of the main cadence, and AmountMinor what all periods pay: a sale is revenue once, and may be paid on by
	// bonuses of several cadences.
	Main        Volume
	AmountMinor int64
	LineCount   int64
	// EarnedMinor is what all periods pay each distributor, by row, and PaidAs the rank number of the last main period that was computed.
	EarnedMinor []int64
	PaidAs      []uint8
	LastMain    string // its name; "" when none was computed
	// ReEntries counts the entries into matrices that full ones allow. They are not carried out.
	ReEntries int64

	earners [][]uint64 // by bonus, one bit a row
}

// Volume is what periods count.
type Volume struct {
	EntryCount   int64 // what was counted: sales, payments, and cancellations that take volume back
	RevenueMinor int64
	CV           int64
}

// PeriodTotal sums up a period.
type PeriodTotal struct {
	Period calc.Period
	IsMain bool
	Volume
	Distributors int
	LineCount    int64
	AmountMinor  int64
	// Bonuses are by index of the plan, without EarnerCount, and Ranks by rank number. DistributorCount is 0 but in main periods.
	Bonuses []BonusTotal
	Ranks   []RankTotal
}

// BonusTotal sums up a bonus.
type BonusTotal struct {
	Name        string
	LineCount   int64
	EarnerCount int64
	AmountMinor int64
}

// RankTotal sums up those of a rank.
type RankTotal struct {
	Name string // "" for no rank
	// DistributorCount is how many were paid as it in the last main period; AmountMinor is what was paid to whoever was paid as it at the
	// time, in all periods.
	DistributorCount int64
	AmountMinor      int64
}

func newTotals(r *run) *Totals {
	p, n := r.Plan.Plan, r.company.network.len()
	t := &Totals{
		Plan: r.Plan, Bonuses: make([]BonusTotal, len(p.Bonuses)), Ranks: make([]RankTotal, len(p.Ranks)+1), EarnedMinor: make([]int64, n),
		PaidAs: make([]uint8, n), earners: make([][]uint64, len(p.Bonuses)),
	}
	for i := range p.Bonuses {
		t.Bonuses[i].Name = p.Bonuses[i].Name
	}
	for i := range p.Ranks {
		t.Ranks[i+1].Name = p.Ranks[i].Name
	}
	return t
}

// add adds a period. The error is calc.ErrOverflow.
func (t *Totals) add(c *Closed) error {
	period := PeriodTotal{
		Period: c.Period, IsMain: c.IsMain(), Distributors: len(c.Input.Network.Sponsor),
		Bonuses: make([]BonusTotal, len(t.Bonuses)), Ranks: make([]RankTotal, len(t.Ranks)),
	}
	for i := range t.Bonuses {
		period.Bonuses[i].Name = t.Bonuses[i].Name
	}
	for i := range t.Ranks {
		period.Ranks[i].Name = t.Ranks[i].Name
	}
	v := &c.Input.Volumes
	period.EntryCount = int64(len(v.Seller))
	for i := range v.Seller { // the engine has seen to it that these sums are in range
		period.RevenueMinor += v.PriceMinor[i]
		period.CV += v.CV[i]
	}
	s := summing{totals: t, closed: c, period: &period}
	lines := &c.Output.Lines
	for i, earner := range lines.Earner {
		s.line(c.members.row(earner), lines.Bonus[i], lines.AmountMinor[i])
	}
	for i, earner := range c.posted.earner {
		s.line(earner, c.posted.bonus[i], c.posted.amountMinor[i])
	}
	t.LineCount += period.LineCount
	t.AmountMinor = s.sum(t.AmountMinor, period.AmountMinor)
	if c.IsMain() {
		t.Main.EntryCount += period.EntryCount
		t.Main.RevenueMinor = s.sum(t.Main.RevenueMinor, period.RevenueMinor)
		t.Main.CV = s.sum(t.Main.CV, period.CV)
		t.LastMain, t.PaidAs = c.Period.Name, c.paidAs
		for row, rank := range c.paidAs {
			if c.members.rowOf(int32(row)) >= 0 {
				period.Ranks[rank].DistributorCount++
			}
		}
		for k := range t.Ranks {
			t.Ranks[k].DistributorCount = period.Ranks[k].DistributorCount
		}
	}
	t.ReEntries += int64(len(c.Output.ReEntries))
	t.Periods = append(t.Periods, period)
	if s.overflow {
		return fmt.Errorf("%w: the totals", calc.ErrOverflow)
	}
	return nil
}

// summing adds the lines of a period.
type summing struct {
	totals   *Totals
	closed   *Closed
	period   *PeriodTotal
	overflow bool
}

func (s *summing) sum(a, b int64) int64 {
	sum := a + b
	if (sum > a) != (b > 0) && b != 0 {
		s.overflow = true
	}
	return sum
}

func (s *summing) line(row int32, bonus uint16, amountMinor int64) {
	t := s.totals
	s.period.LineCount++
	s.period.AmountMinor = s.sum(s.period.AmountMinor, amountMinor)
	b := &t.Bonuses[bonus]
	b.LineCount++
	b.AmountMinor = s.sum(b.AmountMinor, amountMinor)
	if t.earners[bonus] == nil {
		t.earners[bonus] = make([]uint64, (len(t.EarnedMinor)+63)/64)
	}
	if word := &t.earners[bonus][row/64]; *word>>(row%64)&1 == 0 {
		*word |= 1 << (row % 64)
		b.EarnerCount++
	}
	rank := s.closed.paidAs[row]
	s.period.Bonuses[bonus].LineCount++
	s.period.Bonuses[bonus].AmountMinor = s.sum(s.period.Bonuses[bonus].AmountMinor, amountMinor)
	s.period.Ranks[rank].AmountMinor = s.sum(s.period.Ranks[rank].AmountMinor, amountMinor)
	t.Ranks[rank].AmountMinor = s.sum(t.Ranks[rank].AmountMinor, amountMinor)
	t.EarnedMinor[row] = s.sum(t.EarnedMinor[row], amountMinor)
}

// earnerCount counts those who were paid anything.
func (t *Totals) earnerCount() int64 {
	count := 0
	if len(t.earners) == 0 {
		return 0
	}
	for word := range (len(t.EarnedMinor) + 63) / 64 {
		any := uint64(0)
		for _, bonus := range t.earners {
			if bonus != nil {
				any |= bonus[word]
			}
		}
		count += bits.OnesCount64(any)
	}
	return int64(count)
}

// percent writes part ÷ whole as a percentage with two decimals, half up; "" where there is no whole.
func percent(part, whole *big.Int) string {
	if whole.Sign() <= 0 {
		return ""
	}
	// Twice the hundredths of a percent, plus the whole, over twice the whole: that is rounding half up.
	twice := new(big.Int).Mul(new(big.Int).Abs(part), big.NewInt(20_000))
	twice.Add(twice, whole)
	hundredths := twice.Div(twice, new(big.Int).Lsh(whole, 1))
	text := hundredths.String()
	for len(text) < 3 {
		text = "0" + text
	}
	text = text[:len(text)-2] + "." + text[len(text)-2:]
	if part.Sign() < 0 && hundredths.Sign() != 0 {
		text = "-" + text
	}
	return text
}

// ofRevenue and ofCV are what an amount is as a percentage of revenue, and of what CV is worth.
func (v *Volume) ofRevenue(amountMinor int64) string {
	return percent(big.NewInt(amountMinor), big.NewInt(v.RevenueMinor))
}

func (v *Volume) ofCV(p *calc.Plan, amountMinor int64) string {
	part := new(big.Int).Mul(big.NewInt(amountMinor), big.NewInt(p.PointValue.Den))
	return percent(part, new(big.Int).Mul(big.NewInt(v.CV), big.NewInt(p.PointValue.Num)))
}
