package calc

import (
	"fmt"
	"slices"
)

// RateTable gives rates by standing and level. A line of a bonus at level k of an earner takes the rate at index k-1 of the row that
// the earner has. Bonuses without levels have one.
type RateTable struct {
	Levels int32
	// Rows are the entries of the table, all with Levels rates, or amounts in minor units where Amounts is set; 0: not entitled.
	Rows    [][]int64
	Amounts bool
	// Candidates lists, by standing, the rows that a distributor may have, the preferred first: the first whose condition holds
	// counts. Empty: none.
	Candidates [][]uint8
	// When holds the conditions of the rows; nil when no row has one.
	When []*Condition
	// Unlock holds the conditions that open levels, by index; nil or a nil entry: open.
	Unlock []*Condition
}

// EverybodyAt is a table of one row for everybody.
func EverybodyAt(p *Plan, rates ...int64) RateTable {
	t := RateTable{Levels: int32(len(rates)), Rows: [][]int64{rates}, Candidates: make([][]uint8, p.Standings())}
	for i := range t.Candidates {
		t.Candidates[i] = []uint8{0}
	}
	return t
}

// noRow stands for a distributor who has no row of a table.
const noRow = 255

func (t *RateTable) check(p *Plan) error {
	if t.Levels < 1 || t.Levels > 1<<15 || len(t.Rows) > noRow {
		return fmt.Errorf("%w: a table of %d levels and %d rows", ErrPlan, t.Levels, len(t.Rows))
	}
	if len(t.Candidates) != p.Standings() {
		return fmt.Errorf("%w: rates for %d standings of %d", ErrPlan, len(t.Candidates), p.Standings())
	}
	for i, row := range t.Rows {
		if len(row) != int(t.Levels) {
			return fmt.Errorf("%w: row %d has rates for %d levels of %d", ErrPlan, i, len(row), t.Levels)
		}
	}
	for _, candidates := range t.Candidates {
		for _, row := range candidates {
			if int(row) >= len(t.Rows) {
				return fmt.Errorf("%w: there is no row %d of %d", ErrPlan, row, len(t.Rows))
			}
		}
	}
	if t.When != nil && len(t.When) != len(t.Rows) || len(t.Unlock) > int(t.Levels) {
		return fmt.Errorf("%w: a table has too few or too many conditions", ErrPlan)
	}
	return nil
}

// byStanding tells whether the rates depend on the distributor's rank or market. Its conditions may besides: they tell by what they read.
func (t *RateTable) byStanding() bool {
	if t.When != nil {
		return slices.ContainsFunc(t.Candidates, func(rows []uint8) bool { return !slices.Equal(rows, t.Candidates[0]) })
	}
	rates := func(candidates []uint8) []int64 {
		if len(candidates) == 0 {
			return make([]int64, t.Levels)
		}
		return t.Rows[candidates[0]]
	}
	for _, candidates := range t.Candidates {
		if !slices.Equal(rates(candidates), rates(t.Candidates[0])) {
			return true
		}
	}
	return false
}

// Brackets choose a rate by a number.
type Brackets struct {
	By *Number
	// Tables are by variant; one alone is for all.
	Tables   []BracketTable
	Marginal bool
	Amounts  bool // Rates are minor units and no rates
}

// BracketTable is steps going up: from From[i], in units of Brackets.By, the rate is Rates[i].
type BracketTable struct{ From, Rates []int64 }

// rateAt gives the rate of a number; 0 below the first step.
func (t *BracketTable) rateAt(number int64) int64 {
	rate := int64(0)
	for i, from := range t.From {
		if number < from {
			break
		}
		rate = t.Rates[i]
	}
	return rate
}

func (b *Brackets) check(p *Plan) error {
	if b.By == nil || len(b.Tables) != 1 && len(b.Tables) != p.Variants() {
		return fmt.Errorf("%w: brackets without a number, or with %d tables for %d variants", ErrPlan, len(b.Tables), p.Variants())
	}
	for _, t := range b.Tables {
		if len(t.From) == 0 || len(t.From) != len(t.Rates) {
			return fmt.Errorf("%w: brackets with %d steps and %d rates", ErrPlan, len(t.From), len(t.Rates))
		}
		for i := 1; i < len(t.From); i++ {
			if t.From[i] <= t.From[i-1] {
				return fmt.Errorf("%w: brackets that do not go up", ErrPlan)
			}
		}
	}
	return nil
}

// table gives the steps of a variant.
func (b *Brackets) table(variant uint8) *BracketTable {
	if len(b.Tables) == 1 {
		return &b.Tables[0]
	}
	return &b.Tables[variant]
}
