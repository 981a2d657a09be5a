package plan

import (
	"fmt"
	"strconv"
	"strings"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// unlockLevelsMax is how many levels a table has at most whose levels conditions open: the engine keeps them as the bits of a word.
const unlockLevelsMax = 64

// levelTable reads rates, or amounts, by rank and level.
func (c *compiler) levelTable(path string, entries []*uplinev1.LevelRates, what takes, rateUnitsMax int64, when phase) calc.RateTable {
	levels, amounts := 0, false
	list := make([]tableEntry, len(entries))
	highest := int64(0)
	for i, entry := range entries {
		at := path + "[" + strconv.Itoa(i) + "]"
		values, isAmounts := c.levelValues(at, entry, what, rateUnitsMax)
		switch {
		case i == 0:
			amounts = isAmounts
		case amounts != isAmounts && len(values) > 0:
			c.mixedLevels(at, isAmounts)
		}
		list[i] = tableEntry{at: at, rank: entry.GetRank(), when: entry.GetWhen(), values: values}
		levels = max(levels, len(values))
		for _, v := range values {
			highest = max(highest, v)
		}
	}
	t := c.table(path, list, levels, amounts, when)
	c.warnZero(path, highest == 0 && levels > 0, amounts)
	return t
}

func (c *compiler) mixedLevels(at string, isAmounts bool) {
	these, those := "rates", "amounts"
	if isAmounts {
		these, those = those, these
	}
	c.fail(at, fmt.Sprintf("the entry has %s, and those before it have %s", these, those), "a table has rates or amounts, not both; write two bonuses")
}

// levelValues reads the levels of an entry.
func (c *compiler) levelValues(at string, entry *uplinev1.LevelRates, what takes, rateUnitsMax int64) (values []int64, isAmounts bool) {
	rates, amounts := entry.GetLevels(), entry.GetAmounts()
	switch {
	case len(rates) > 0 && len(amounts) > 0:
		c.fail(at+".amounts", "the entry has both `levels` and `amounts`", "keep one of them")
		return nil, false
	case len(rates) == 0 && len(amounts) == 0:
		if what == takesAmounts {
			c.fail(at, "the entry has no amounts", "write them like `amounts: [50, 40]`; `amounts: [0]` says that nothing is paid")
			return nil, true
		}
		remedy := "write them like `levels: [5%, 3%]`; `levels: [0%]` says that nothing is paid"
		if what == takesEither {
			remedy += ", and `amounts: [25, 10]` pays amounts"
		}
		c.fail(at, "the entry has no rates of levels", remedy)
		return nil, false
	case len(rates) > 0 && what == takesAmounts:
		c.fail(at+".levels", "rates have no place here", "write amounts, for instance `amounts: [50, 40]`")
		return nil, true
	case len(amounts) > 0 && what == takesRates:
		c.fail(at+".amounts", "amounts have no place here", "write rates, for instance `levels: [5%, 3%]`")
		return nil, false
	case len(amounts) > 0:
		for level, text := range amounts {
			values = append(values, c.amount(fmt.Sprintf("%s.amounts[%d]", at, level), text))
		}
		return values, true
	}
	for level, text := range rates {
		path := fmt.Sprintf("%s.levels[%d]", at, level)
		if level+1 < len(rates) && brokenByComma(text, rates[level+1]) {
			c.fail(path, fmt.Sprintf("the rate `%s` is above 100%%", text), fmt.Sprintf("a comma begins the next level: write `%s.%s`, or `%s%%` for a level of its own", text, rates[level+1], text))
			values = append(values, 0)
			continue
		}
		values = append(values, c.rate(path, text, rateUnitsMax))
	}
	return values, false
}

// brokenByComma tells that two levels are most likely one rate with a comma for its point: `[2,5%]`.
func brokenByComma(text, next string) bool {
	isDigits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	decimals, percent := strings.CutSuffix(next, "%")
	return percent && isDigits(text) && isDigits(decimals) && text != "0" && text != "1"
}

// unlock reads the conditions that open the levels of a table.
func (c *compiler) unlock(path string, conditions []string, t *calc.RateTable, when phase) {
	if len(conditions) == 0 {
		return
	}
	levels := int(t.Levels)
	switch {
	case len(conditions) > levels:
		c.fail(path, fmt.Sprintf("there are %d conditions, and %s", len(conditions), counted(levels, "level")), "write one for each level, and `\"\"` for a level that is open to all")
		return
	case levels > unlockLevelsMax:
		c.fail(path, fmt.Sprintf("conditions open %d levels at most, and there are %d", unlockLevelsMax, levels), "leave out levels")
		return
	}
	opens := make([]*calc.Condition, len(conditions))
	some := false
	for i, written := range conditions {
		if strings.TrimSpace(written) == "" {
			continue // open to all
		}
		opens[i] = c.condition(path+"["+strconv.Itoa(i)+"]", written, when)
		some = true
	}
	if some {
		t.Unlock = opens
	}
}

// warnUnreachable looks for a level that nobody is entitled to before one that somebody is: dynamic compression searches the whole
// upline for a holder of each level, and finds none of that one.
func (c *compiler) warnUnreachable(path string, t *calc.RateTable, compression calc.Compression) {
	if compression != calc.CompressionDynamic || !c.sound(path) {
		return
	}
	zero := 0
	for level, best := range bestOf(t) {
		switch {
		case best == 0 && zero == 0:
			zero = level + 1
		case best > 0 && zero != 0:
			c.warn(path, fmt.Sprintf("nobody is entitled to level %d, so with dynamic compression the levels after it are never reached", zero), "give the level a rate, or leave it out")
			return
		}
	}
}

// bestOf gives the best that each level of a table pays.
func bestOf(t *calc.RateTable) []int64 {
	best := make([]int64, t.Levels)
	for _, row := range t.Rows {
		for level, rate := range row {
			best[level] = max(best[level], rate)
		}
	}
	return best
}

// counted writes a number with its noun: `1 level`, `2 levels`.
func counted(number int, noun string) string {
	if number == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(number) + " " + noun + "s"
}
