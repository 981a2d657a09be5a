package calc

import (
	"fmt"
	"math"
)

// lineSink gathers the lines of a computation in blocks, so that nothing is copied as they grow, and puts them in order at the end.
type lineSink struct {
	plan      *Plan
	blockSize int
	blocks    []Lines
	count     int
}

// add makes a line of a base, unless its amount is zero.
func (s *lineSink) add(earner int32, bonus, level int, base int64, t *tariff) error {
	amount, err := t.amountMinor(base)
	if err != nil {
		return fmt.Errorf("bonus %s of distributor %d: %w", s.plan.Bonuses[bonus].Name, earner, err)
	}
	if amount == 0 {
		return nil
	}
	if len(s.blocks) == 0 || len(s.blocks[len(s.blocks)-1].Earner) == s.blockSize {
		s.blocks = append(s.blocks, newLines(0, s.blockSize))
	}
	b := &s.blocks[len(s.blocks)-1]
	b.Earner = append(b.Earner, earner)
	b.Bonus = append(b.Bonus, uint16(bonus))
	b.Level = append(b.Level, uint16(level))
	b.Base = append(b.Base, base)
	b.Rate = append(b.Rate, t.rate)
	b.AmountMinor = append(b.AmountMinor, amount)
	s.count++
	return nil
}

func newLines(n, capacity int) Lines {
	return Lines{
		Earner: make([]int32, n, capacity), Bonus: make([]uint16, n, capacity), Level: make([]uint16, n, capacity),
		Base: make([]int64, n, capacity), Rate: make([]int64, n, capacity), AmountMinor: make([]int64, n, capacity),
	}
}

// byEarner orders the lines by earner, and leaves those of one earner in the order in which they were added: by bonus and level,
// as that is the order in which bonuses are computed. It counts instead of comparing, so its time grows with the lines alone.
func (s *lineSink) byEarner(distributors int) (Lines, error) {
	if s.count > math.MaxInt32 {
		return Lines{}, fmt.Errorf("%w: %d lines", ErrOverflow, s.count)
	}
	next := make([]int32, distributors+1)
	for i := range s.blocks {
		for _, earner := range s.blocks[i].Earner {
			next[earner+1]++
		}
	}
	for i := range distributors {
		next[i+1] += next[i]
	}
	lines := newLines(s.count, s.count)
	for i := range s.blocks {
		b := &s.blocks[i]
		for j, earner := range b.Earner {
			to := next[earner]
			next[earner]++
			lines.Earner[to], lines.Bonus[to], lines.Level[to] = earner, b.Bonus[j], b.Level[j]
			lines.Base[to], lines.Rate[to], lines.AmountMinor[to] = b.Base[j], b.Rate[j], b.AmountMinor[j]
		}
		s.blocks[i] = Lines{}
	}
	return lines, nil
}

// tariffs are the rates of a bonus by rank number and level, each made ready when it is first asked for.
type tariffs struct {
	plan    *Plan
	base    Base
	factors []Fraction
	levels  int
	ready   []tariff
	made    []bool
}

func newTariffs(plan *Plan, base Base, levels int, factors ...Fraction) *tariffs {
	cells := (len(plan.Ranks) + 1) * levels
	return &tariffs{plan: plan, base: base, factors: factors, levels: levels, ready: make([]tariff, cells), made: make([]bool, cells)}
}

// at gives the tariff of a rate, which stands for the rank and the level, counted from 0.
func (t *tariffs) at(rank uint8, level int, rate int64) *tariff {
	cell := int(rank)*t.levels + level
	if !t.made[cell] {
		point := t.plan.PointValue
		if t.base == BasePrice {
			point = One
		}
		t.ready[cell], t.made[cell] = newTariff(rate, point, t.plan.Rounding, t.factors...), true
	}
	return &t.ready[cell]
}
