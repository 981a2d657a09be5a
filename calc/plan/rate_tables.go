package plan

import (
	"fmt"
	"slices"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// takes says what the entries of a table hold.
type takes uint8

const (
	takesRates takes = iota
	takesAmounts
	takesEither // but the same in all entries
	takesShares // whole numbers, written as amounts
)

// tableEntry is an entry of a table: for a rank and those above it, under a condition.
type tableEntry struct {
	at, rank, when string
	values         []int64
}

// table makes a table of entries with values for so many levels. Of the entries that apply to a distributor the last one counts.
func (c *compiler) table(path string, entries []tableEntry, levels int, amounts bool, when phase) calc.RateTable {
	t := calc.RateTable{Levels: int32(max(1, levels)), Amounts: amounts, Candidates: make([][]uint8, c.plan.Standings())}
	ladder := c.ladder(path)
	froms := make([]int, len(entries))
	conditions := make([]*calc.Condition, len(entries))
	conditional := false
	for i, entry := range entries {
		froms[i] = ladder.enter(entry)
		conditions[i] = c.condition(entry.at+".when", entry.when, when)
		conditional = conditional || entry.when != ""
		row := make([]int64, t.Levels)
		copy(row, entry.values)
		t.Rows = append(t.Rows, row)
	}
	if conditional {
		t.When = conditions
	}
	for standing := range t.Candidates {
		for i := len(entries) - 1; i >= 0; i-- {
			if froms[i] > standing {
				continue
			}
			t.Candidates[standing] = append(t.Candidates[standing], uint8(i))
			if entries[i].when == "" {
				break // it applies to everybody of the standing, so nobody comes to the entries before it
			}
		}
	}
	c.warnEntries(entries, froms, t.Rows, levels > 1)
	return t
}

// warnEntries looks for entries that say nothing, and for levels that are lost.
func (c *compiler) warnEntries(entries []tableEntry, froms []int, rows [][]int64, byLevel bool) {
	sure := -1 // the last entry without a condition
	for i, entry := range entries {
		before := i - 1
		if entry.when == "" {
			before = sure
		}
		// After an entry under a condition, an equal one without is another rule: it says that the condition matters no longer.
		if i > 0 && entries[i-1].when == "" && froms[i] >= froms[i-1] && slices.Equal(rows[i], rows[i-1]) {
			c.warnSame(entry.at)
		}
		if byLevel && before >= 0 {
			c.warnLostLevel(entry, rows[i], rows[before])
		}
		if entry.when == "" {
			sure = i
		}
	}
}

// rankTable reads the entries of rates, or amounts, by rank.
func (c *compiler) rankTable(path string, entries []*uplinev1.RankRate, what takes, rateUnitsMax int64, when phase) calc.RateTable {
	amounts := what == takesAmounts || what == takesShares
	list := make([]tableEntry, len(entries))
	highest := int64(0)
	for i, entry := range entries {
		at := fmt.Sprintf("%s[%d]", path, i)
		value, isAmount := c.rankValue(at, entry, what, rateUnitsMax)
		switch {
		case what != takesEither:
		case i == 0:
			amounts = isAmount
		case amounts != isAmount && (entry.GetRate() == "") != (entry.GetAmount() == ""):
			c.mixed(at, isAmount)
		}
		list[i] = tableEntry{at: at, rank: entry.GetRank(), when: entry.GetWhen(), values: []int64{value}}
		highest = max(highest, value)
	}
	t := c.table(path, list, 1, amounts, when)
	c.warnZero(path, highest == 0 && len(entries) > 0, amounts)
	return t
}

// mixed reports an entry that pays otherwise than those before it.
func (c *compiler) mixed(at string, isAmount bool) {
	these, those := "a rate", "amounts"
	if isAmount {
		these, those = "an amount", "rates"
	}
	c.fail(at, fmt.Sprintf("the entry has %s, and those before it have %s", these, those), "a table has rates or amounts, not both; write two bonuses")
}

// entryWords are what is said of an entry that is not what a table takes.
var entryWords = map[takes]struct{ missing, remedy, wrong, instead string }{
	takesRates:   {"the entry has no rate", "add `rate`, for instance `rate: 5%`", "an amount has no place here", "write `rate`, for instance `rate: 5%`"},
	takesAmounts: {"the entry has no amount", "add `amount`, in the plan's currency", "a rate has no place here", "write `amount`, in the plan's currency"},
	takesEither:  {"the entry has no rate", "add `rate` or `amount`", "", ""},
	takesShares:  {"the entry has no shares", "add `amount`, the number of shares", "a rate has no place here", "write `amount`, the number of shares"},
}

// rankValue reads what an entry is worth.
func (c *compiler) rankValue(at string, entry *uplinev1.RankRate, what takes, rateUnitsMax int64) (value int64, isAmount bool) {
	rate, amount, words := entry.GetRate(), entry.GetAmount(), entryWords[what]
	switch {
	case rate != "" && amount != "":
		c.fail(at+".amount", "the entry has both `rate` and `amount`", "keep one of them")
	case rate == "" && amount == "":
		c.fail(at, words.missing, words.remedy)
	case rate != "" && (what == takesAmounts || what == takesShares):
		c.fail(at+".rate", words.wrong, words.instead)
	case amount != "" && what == takesRates:
		c.fail(at+".amount", words.wrong, words.instead)
	case what == takesShares:
		return c.bounded(at+".amount", amount, 0, sharesMax, "a number of shares", "shares are whole numbers"), true
	case amount != "":
		return c.amount(at+".amount", amount), true
	default:
		return c.rate(at+".rate", rate, rateUnitsMax), false
	}
	return 0, false
}

// sharesMax keeps the shares of a whole company within int64.
const sharesMax = 1_000_000_000

// ladder follows the entries of rates by rank, which go up. An entry under a condition may stand anywhere: it changes what those before
// it say of some.
type ladder struct {
	c      *compiler
	path   string
	number int // the highest rank of an entry so far; -1 before the first
	name   string
	seen   []tableEntry
}

func (c *compiler) ladder(path string) *ladder { return &ladder{c: c, path: path, number: -1} }

// enter gives the rank number that an entry begins at. A rank that is not known begins above all.
func (l *ladder) enter(entry tableEntry) int {
	number := 0
	at, rank := entry.at, entry.rank
	if rank != "" {
		known, ok := l.c.rankNumbers[rank]
		if !ok {
			l.c.unknownRank(at+".rank", rank)
			return l.c.plan.Standings() + 1
		}
		number = int(known)
	}
	twice := slices.ContainsFunc(l.seen, func(before tableEntry) bool {
		return before.rank == rank && (before.when == entry.when || entry.when == "")
	})
	l.seen = append(l.seen, entry)
	where, remedy := at+".rank", "write the entries in the order of `ranks`, lowest first"
	switch {
	case twice && rank == "" && entry.when == "":
		l.c.fail(at, "a second entry for everybody", "say by `rank` who it is for"+l.orWhen(at))
	case twice && rank == "":
		l.c.fail(at, "a second entry for everybody under this condition", "keep one of them")
	case twice:
		l.c.fail(where, fmt.Sprintf("the rank `%s` has an entry already", shown(rank)), "keep one of them"+l.orWhen(at))
	case entry.when != "":
	case number < l.number && rank == "":
		l.c.fail(at, fmt.Sprintf("an entry for everybody stands after the one for `%s`", shown(l.name)), remedy)
	case number < l.number:
		l.c.fail(where, fmt.Sprintf("the rank `%s` is below `%s`, whose entry stands before it", shown(rank), shown(l.name)), remedy)
	}
	if number > l.number {
		l.number, l.name = number, rank
	}
	return number
}

// orWhen goes on with a remedy where an entry under a condition stands before one of the same rank that has none.
func (l *ladder) orWhen(at string) string {
	last := l.seen[len(l.seen)-1]
	for _, before := range l.seen[:len(l.seen)-1] {
		if before.rank == last.rank && before.when != "" && last.when == "" {
			return "; an entry without `when` stands before those with one, since the last that applies counts"
		}
	}
	return ""
}

func (c *compiler) warnZero(path string, zero, amounts bool) {
	switch {
	case !zero || !c.sound(path) || amounts && !c.sound("currency"):
	case amounts:
		c.warn(path, "all amounts are zero, so the bonus never pays", "delete the bonus, or give it an amount")
	default:
		c.warn(path, "all rates are zero, so the bonus never pays", "delete the bonus, or give it a rate")
	}
}

func (c *compiler) warnSame(path string) {
	if !c.sound(path) {
		return
	}
	c.warn(path, "the entry says the same as the one before it", "an entry holds for its rank and those above it; delete this one")
}

// warnLostLevel looks for a level that the entry before pays on, and this one no longer: whoever writes `[6%]` after `[5%, 3%]` may
// think that level 2 goes on as it was.
func (c *compiler) warnLostLevel(entry tableEntry, row, before []int64) {
	if !c.sound(entry.at) {
		return
	}
	for level := range row {
		if row[level] == 0 && before[level] != 0 {
			whom := "the ranks below it are paid on"
			if entry.when != "" {
				whom = "the entry before it pays on"
			}
			c.warn(entry.at, fmt.Sprintf("the entry pays nothing on level %d, which %s", level+1, whom), "an entry replaces the one before it whole; write all levels")
			return
		}
	}
}
