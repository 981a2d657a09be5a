package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"upline/calc"
)

// warnNever looks for a condition that cannot hold.
func (c *compiler) warnNever(path string, root *calc.Expr) {
	p := c.possible(nil)
	if _, can := p.holds(root, true, nil); !can {
		message, remedy := p.neverWords("the condition")
		c.warn(path, message, remedy)
	}
}

// neverWords says that a condition never holds, and where it seems to be why.
func (p *possible) neverWords(subject string) (message, remedy string) {
	message = subject + " never holds"
	if !p.found {
		return message, ""
	}
	return message + fmt.Sprintf(": what it asks of `%s` leaves nothing", p.c.factText(p.conflict)), "check its bounds"
}

// factText is how a condition writes the fact in a slot.
func (c *compiler) factText(slot calc.Slot) string {
	key := c.factTable.Key(slot)
	if own := c.ownAt(slot); own != nil {
		return own.name
	}
	name := c.wordOf(key)
	word := factWords[name]
	of := ""
	switch word.Of {
	case calc.OfNothing:
		return name
	case calc.OfRank:
		of = c.ranks[key.Rank-1]
	case calc.OfVolume:
		of = c.plan.VolumeName(key.Volume)
	case calc.OfBonus:
		of = c.bonusList[key.Name]
	case calc.OfKind:
		of = c.words.Kinds[key.Name-1]
	case calc.OfMarket:
		of = c.words.Markets[key.Name-1]
	case calc.OfTag:
		of = c.words.Tags[key.Name-1]
	}
	text := name + `("` + of + `"`
	switch {
	case key.N == 0:
	case word.NumberIsVolume:
		text += ", " + calc.FormatMinor(key.N, volumeDecimals(c.plan, key.Volume))
	default:
		text += ", " + strconv.FormatInt(key.N, 10)
	}
	return text + ")"
}

// volumeDecimals is how many decimals the numbers of a volume have.
func volumeDecimals(p *calc.Plan, volume calc.Base) int32 {
	word := factWords["own"]
	return word.Digits(p, calc.FactKey{Fact: calc.FactOwn, Volume: volume})
}

// warnRanks looks for ranks that nobody is ever paid as. roots are what their conditions were lowered to, nil where there is none.
func (c *compiler) warnRanks(roots []*calc.Expr) {
	reached := c.reachedRanks(roots)
	for i := range roots {
		switch {
		case !reached[i]:
			c.warnUnreached(i, roots, reached)
		case i == 0 || !reached[i-1]:
		case roots[i] == nil:
			c.warn(rankPath(i), fmt.Sprintf("the rank `%s` always holds, so nobody is ever paid as a rank below it", shown(c.ranks[i])), "add `when`")
		case c.easier(i, roots):
			c.warn(rankPath(i)+".when", fmt.Sprintf("whoever fulfils `%s` fulfils `%s`, too, so nobody is ever paid as `%s`", c.ranks[i-1], c.ranks[i], c.ranks[i-1]),
				fmt.Sprintf("ask for more, or write `%s` before `%s`", c.ranks[i], c.ranks[i-1]))
		}
	}
}

// reachedRanks tells by index which ranks anybody can be paid as. It begins with none, and adds each that can be reached with those
// that are: so ranks that ask for holders of each other, or of themselves, are left out.
func (c *compiler) reachedRanks(roots []*calc.Expr) []bool {
	reached := make([]bool, len(roots))
	for again := true; again; {
		again = false
		for i, root := range roots {
			if reached[i] {
				continue
			}
			if _, can := c.possible(orHigher(reached)).holds(root, true, nil); can {
				reached[i], again = true, true
			}
		}
	}
	return reached
}

// orHigher tells by rank number whether that rank or a higher one is reached.
func orHigher(reached []bool) []bool {
	byNumber := make([]bool, len(reached)+1)
	some := false
	for i := len(reached) - 1; i >= 0; i-- {
		some = some || reached[i]
		byNumber[i+1] = some
	}
	byNumber[0] = true
	return byNumber
}

// warnUnreached says why nobody can be paid as a rank.
func (c *compiler) warnUnreached(i int, roots []*calc.Expr, reached []bool) {
	path, name := rankPath(i)+".when", c.ranks[i]
	p := c.possible(nil)
	if _, can := p.holds(roots[i], true, nil); !can {
		message, remedy := p.neverWords("its condition")
		c.warn(path, fmt.Sprintf("nobody can reach the rank `%s`: %s", name, message), remedy)
		return
	}
	// Each rank on the way needs the next: one that nobody can reach either.
	way := []int{i}
	for {
		next := c.needs(roots[way[len(way)-1]], reached)
		if next < 0 || next == way[len(way)-1] && len(way) > 1 {
			break
		}
		if slices.Contains(way, next) {
			way = append(way, next)
			break
		}
		way = append(way, next)
	}
	if len(way) == 2 && way[1] == i {
		c.warn(path, fmt.Sprintf("nobody can reach the rank `%s`: it needs somebody who is paid as `%s` already", name, name), "ask for a rank below it, or give another way by `||`")
		return
	}
	var words strings.Builder
	fmt.Fprintf(&words, "nobody can reach the rank `%s`: it needs", name)
	for k, rank := range way[1:] {
		if k > 0 {
			words.WriteString(", which needs")
		}
		fmt.Fprintf(&words, " somebody paid as `%s`", c.ranks[rank])
	}
	if last := way[len(way)-1]; !slices.Contains(way[:len(way)-1], last) {
		words.WriteString(", which nobody can reach")
	}
	c.warn(path, words.String(), "ask for a rank below it, or give another way by `||`")
}

// needs gives the first rank that a condition asks others, or earlier periods, for and nobody can reach; -1 when there is none.
func (c *compiler) needs(e *calc.Expr, reached []bool) int {
	if e == nil {
		return -1
	}
	if e.Op == calc.OpFact {
		if own := c.ownAt(e.Slot); own != nil {
			if next := c.needs(own.value, reached); next >= 0 {
				return next
			}
			return c.needs(own.where, reached)
		}
		switch key := c.factTable.Key(e.Slot); key.Fact {
		case calc.FactLegsWith, calc.FactFrontlineWith, calc.FactDownlineWith, calc.FactHeld, calc.FactPaidAs:
			if !slices.Contains(reached[key.Rank-1:], true) {
				return int(key.Rank) - 1
			}
		}
		return -1
	}
	for _, arg := range e.Args {
		if next := c.needs(arg, reached); next >= 0 {
			return next
		}
	}
	return -1
}

// easier tells that a rank's condition holds whenever that of the rank below does, at once.
func (c *compiler) easier(i int, roots []*calc.Expr) bool {
	ranks := c.message.GetRanks()
	if ranks[i].GetHoldPeriods() > max(1, ranks[i-1].GetHoldPeriods()) || ranks[i-1].GetGracePeriods() > 0 {
		return false
	}
	p := c.possible(nil)
	within, can := p.holds(roots[i-1], true, nil)
	if !can {
		return false
	}
	_, can = p.holds(roots[i], false, within)
	return !can
}
