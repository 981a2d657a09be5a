package plan

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

const (
	// rateMax is the highest rate of a bonus, advanceRateMax that of an advance: 100 % and 1000 %.
	rateMax        = calc.RateScale
	advanceRateMax = 10 * calc.RateScale

	// percentDigits is how many decimals a percentage can have: one per cent is 10⁷ units of rate.
	percentDigits = 7
)

// decimal reports that a text is not the number that a field wants. remedy says what would be, where that is known.
func (c *compiler) decimal(path, text string, err error, remedy string) {
	shortened := shown(text)
	switch {
	case errors.Is(err, calc.ErrTooManyDecimals):
		c.fail(path, fmt.Sprintf("`%s` has too many decimals", shortened), remedy)
	case errors.Is(err, calc.ErrOverflow):
		c.fail(path, fmt.Sprintf("`%s` is too large", shortened), remedy)
	case strings.Contains(text, ","):
		c.fail(path, fmt.Sprintf("`%s` is not a number", shortened), "decimals stand behind a point, and thousands are not grouped: `1234.5`")
	default:
		c.fail(path, fmt.Sprintf("`%s` is not a number", shortened), "write digits with a decimal point, for instance `0.05`")
	}
}

// rate reads `7%` or `0.07`, exactly.
func (c *compiler) rate(path, text string, rateUnitsMax int64) int64 {
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	number = strings.TrimRight(number, " ")
	digits, parsed, err := 9, int64(0), error(nil)
	if percent {
		digits = percentDigits
		parsed, err = calc.ParseMinor(number, percentDigits)
	} else {
		parsed, err = calc.ParseRate(number)
	}
	limit := strconv.FormatInt(100*(rateUnitsMax/calc.RateScale), 10) + "%"
	tooHigh := func() {
		remedy := "no more than " + limit + " can be paid"
		if !percent && err == nil && parsed < 100*calc.RateScale && calc.RateScale/100 <= parsed/100 {
			remedy = fmt.Sprintf("%s per cent is written `%s%%`", number, number)
		}
		c.fail(path, fmt.Sprintf("the rate `%s` is above %s", shown(text), limit), remedy)
	}
	switch {
	case errors.Is(err, calc.ErrTooManyDecimals):
		c.fail(path, fmt.Sprintf("the rate `%s` has more than %d decimals", shown(text), digits), "round it")
	case errors.Is(err, calc.ErrOverflow):
		if strings.HasPrefix(number, "-") {
			c.fail(path, "a rate is not below zero", "")
		} else {
			tooHigh()
		}
	case err != nil && strings.Contains(number, ","):
		c.fail(path, fmt.Sprintf("`%s` is not a rate", shown(text)), "decimals stand behind a point: `7.5%`")
	case err != nil:
		c.fail(path, fmt.Sprintf("`%s` is not a rate", shown(text)), "write it like `7%` or `0.07`")
	case parsed < 0:
		c.fail(path, "a rate is not below zero", "")
	case parsed > rateUnitsMax:
		tooHigh()
	default:
		return parsed
	}
	return 0
}

// rateBlock is where a bonus says its rate, or its rates by rank.
type rateBlock struct {
	path  string // of the bonus's kind
	rate  string
	rates []*uplinev1.RankRate
	max   int64 // in rate units
}

// byRank gives a rate for every rank number, 0 first.
func (c *compiler) byRank(b rateBlock) []int64 {
	expanded := make([]int64, len(c.ranks)+1)
	switch {
	case b.rate == "" && len(b.rates) == 0:
		c.fail(b.path, fmt.Sprintf("`%s` has no rate", lastOf(b.path)), "add `rate` for everybody, or `rates` by rank")
		return expanded
	case b.rate != "" && len(b.rates) != 0:
		c.fail(b.path+".rate", "the bonus has both `rate` and `rates`", "keep one of them")
		return expanded
	case b.rate != "":
		rate := c.rate(b.path+".rate", b.rate, b.max)
		for i := range expanded {
			expanded[i] = rate
		}
		c.warnZero(b.path+".rate", rate == 0)
		return expanded
	}
	ladder := c.ladder(b.path + ".rates")
	highest, last := int64(0), int64(-1)
	for i, entry := range b.rates {
		at := fmt.Sprintf("%s.rates[%d]", b.path, i)
		rate := c.rate(at+".rate", entry.GetRate(), b.max)
		from := ladder.enter(at, entry.GetRank())
		for k := from; k < len(expanded); k++ {
			expanded[k] = rate
		}
		if rate == last {
			c.warnSame(at)
		}
		highest, last = max(highest, rate), rate
	}
	c.warnZero(b.path+".rates", highest == 0)
	return expanded
}

// byRankAndLevel gives the rates of every rank number by level, 0 first, all with the same number of levels.
func (c *compiler) byRankAndLevel(path string, entries []*uplinev1.LevelRates) (rates [][]int64, levels int) {
	for _, entry := range entries {
		levels = max(levels, len(entry.GetLevels()))
	}
	rates = make([][]int64, len(c.ranks)+1)
	none := make([]int64, levels)
	for i := range rates {
		rates[i] = none
	}
	ladder := c.ladder(path)
	last := none
	for i, entry := range entries {
		at := path + "[" + strconv.Itoa(i) + "]"
		row := make([]int64, levels)
		for level, text := range entry.GetLevels() {
			row[level] = c.rate(fmt.Sprintf("%s.levels[%d]", at, level), text, rateMax)
		}
		for k := ladder.enter(at, entry.GetRank()); k < len(rates); k++ {
			rates[k] = row
		}
		if i > 0 && slices.Equal(row, last) {
			c.warnSame(at)
		}
		c.warnLostLevel(at, row, last)
		last = row
	}
	return rates, levels
}

// ladder follows the entries of rates by rank, which go up.
type ladder struct {
	c      *compiler
	path   string
	number int // of the last entry's rank; -1 before the first
	name   string
}

func (c *compiler) ladder(path string) *ladder { return &ladder{c: c, path: path, number: -1} }

// enter gives the rank number that an entry begins at. A rank that is not known begins above all.
func (l *ladder) enter(at, rank string) int {
	number := 0
	if rank != "" {
		known, ok := l.c.rankNumbers[rank]
		if !ok {
			l.c.unknownRank(at+".rank", rank)
			return len(l.c.ranks) + 1
		}
		number = int(known)
	}
	where, remedy := at+".rank", "write the entries in the order of `ranks`, lowest first"
	switch {
	case number == l.number && rank == "":
		l.c.fail(at, "a second entry for everybody", "say by `rank` who it is for")
	case number == l.number:
		l.c.fail(where, fmt.Sprintf("the rank `%s` has an entry already", rank), "keep one of them")
	case number < l.number && rank == "":
		l.c.fail(at, fmt.Sprintf("an entry for everybody stands after the one for `%s`", l.name), remedy)
	case number < l.number:
		l.c.fail(where, fmt.Sprintf("the rank `%s` is below `%s`, whose entry stands before it", rank, l.name), remedy)
	default:
		l.number, l.name = number, rank
	}
	return number
}

func (c *compiler) warnZero(path string, zero bool) {
	if zero && c.sound(path) {
		c.warn(path, "all rates are zero, so the bonus never pays", "delete the bonus, or give it a rate")
	}
}

func (c *compiler) warnSame(path string) {
	if !c.sound(path) {
		return
	}
	c.warn(path, "the entry says the same as the one before it", "an entry holds for its rank and those above it; delete this one")
}

// warnLostLevel looks for a level that the ranks of the entry before are paid on, and those above them no longer: whoever writes
// `[6%]` after `[5%, 3%]` may think that level 2 goes on as it was.
func (c *compiler) warnLostLevel(path string, row, before []int64) {
	if !c.sound(path) {
		return
	}
	for level := range row {
		if row[level] == 0 && before[level] != 0 {
			c.warn(path, fmt.Sprintf("the entry pays nothing on level %d, which the ranks below it are paid on", level+1), "an entry replaces the one before it whole; write all levels")
			return
		}
	}
}
