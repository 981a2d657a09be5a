package plan

import (
	"fmt"

	"upline/calc"
)

// rankNames numbers the ranks, so that conditions and rates can refer to any of them.
func (c *compiler) rankNames() {
	c.ranksKnown = c.listKnown("ranks")
	for i, rank := range c.message.GetRanks() {
		name := rank.GetName()
		c.ranks = append(c.ranks, name)
		if _, twice := c.rankNumbers[name]; twice && name != "" {
			c.fail(rankPath(i)+".name", fmt.Sprintf("there are two ranks `%s`", shown(name)), "rename one of them")
			continue
		}
		c.rankNumbers[name] = uint8(min(i+1, 255))
	}
	delete(c.rankNumbers, "")
}

// rankConditions compiles what makes a rank hold.
func (c *compiler) rankConditions() {
	roots := make([]*calc.Expr, len(c.message.GetRanks()))
	sound := true
	for i, rank := range c.message.GetRanks() {
		compiled := calc.Rank{Name: rank.GetName(), HoldPeriods: rank.GetHoldPeriods(), GracePeriods: rank.GetGracePeriods()}
		if text := rank.GetWhen(); text != "" {
			path := rankPath(i) + ".when"
			compiled.When, roots[i] = c.conditionAndRoot(path, text, forRank)
			sound = sound && compiled.When != nil
		}
		c.plan.Ranks = append(c.plan.Ranks, compiled)
	}
	if sound && c.ranksKnown {
		c.warnRanks(roots)
	}
}

// unknownRank reports a rank that the plan does not have.
func (c *compiler) unknownRank(path, name string) {
	if c.ranksKnown {
		message, remedy := c.unknownRankWords(name)
		c.fail(path, message, remedy)
	}
}

func (c *compiler) unknownRankWords(name string) (message, remedy string) {
	if len(c.ranks) == 0 {
		remedy = "the plan has no ranks; add them under `ranks`"
	} else {
		remedy = didYouMean(name, c.ranks, "the ranks are")
	}
	return fmt.Sprintf("there is no rank `%s`", shown(name)), remedy
}
