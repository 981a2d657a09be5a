package calc

import "testing"

func TestRateTable_RefusesBeyondItsBounds(t *testing.T) {
	p := testPlanOf()
	of := func(levels, rows int) RateTable {
		table := RateTable{Levels: int32(levels), Candidates: make([][]uint8, p.Standings())}
		for range rows {
			table.Rows = append(table.Rows, make([]int64, max(0, levels)))
		}
		return table
	}
	for _, c := range []struct {
		name, naming string
		levels, rows int
	}{
		{"one level", "", 1, 1},
		{"no row", "", 1, 0},
		{"no level", "a table of 0 levels and 1 rows", 0, 1},
		{"levels below none", "a table of -1 levels and 0 rows", -1, 0},
		{"as many levels as there may be", "", 1 << 15, 1},
		{"one level more", "a table of 32769 levels and 1 rows", 1<<15 + 1, 1},
		{"as many rows as a byte numbers beside none", "", 1, 255},
		{"one row more", "a table of 1 levels and 256 rows", 1, 256},
	} {
		table := of(c.levels, c.rows)
		if err := refuses(table.check(p), ErrPlan, c.naming); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
