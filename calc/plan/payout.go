package plan

import (
	"fmt"
	"slices"

	"upline/calc"
)

// payout is what a bonus can pay at most of each sale that counts in a volume: a rate that the plan's rates give, whoever is paid. What
// nobody can say from the file alone, such as what cycles pay, is left out.
type payout struct {
	base calc.Base
	rate int64
}

// payoutOf gives it; false where the rates say nothing about it. A bonus that matches others is looked through, but no deeper than the
// plan has bonuses, since a plan that goes in a circle is reported elsewhere.
func (c *compiler) payoutOf(bonus, depth int) ([]payout, bool) {
	b := &c.plan.Bonuses[bonus]
	one := func(base calc.Base, rates ...int64) ([]payout, bool) {
		sum := int64(0)
		for _, rate := range rates {
			sum += rate
		}
		return []payout{{base, sum}}, sum > 0
	}
	switch {
	case b.Direct != nil:
		return one(b.Direct.Base, bestRate(&b.Direct.Rates, b.Direct.Brackets))
	case b.Residual != nil && len(b.Residual.Parts) > 0:
		// The cycles before and after a step down are other sales; what is paid on the first is the most.
		rates := append(bestRates(&b.Residual.Levels), bestRate(&b.Residual.Own, b.Residual.OwnBrackets))
		if len(b.Residual.Parts) > 1 {
			return one(c.originOf(b.Residual.Parts[0].Base), rates...)
		}
		return one(b.Residual.Parts[0].Base, rates...)
	case b.Unilevel != nil:
		return one(b.Unilevel.Base, bestRates(&b.Unilevel.Rates)...)
	case b.Differential != nil:
		return one(b.Differential.Base, bestRate(&b.Differential.Rates, b.Differential.Brackets), b.Differential.EqualRate)
	case b.Generation != nil && b.Generation.LessLeader:
		return one(b.Generation.Base, slices.Max(append(bestRates(&b.Generation.Rates), 0)), b.Generation.OwnGroupRate)
	case b.Generation != nil:
		return one(b.Generation.Base, append(bestRates(&b.Generation.Rates), b.Generation.OwnGroupRate)...)
	case b.Matrix != nil:
		return one(b.Matrix.Base, bestRates(&b.Matrix.Rates)...)
	case b.Pool != nil:
		return one(b.Pool.Base, b.Pool.Rate)
	case b.Matching != nil && depth > 0:
		return c.matchedPayout(b.Matching, depth)
	}
	return nil, false
}

// matchedPayout is what a matching bonus pays of the sales that the bonuses pay on which it matches.
func (c *compiler) matchedPayout(m *calc.Matching, depth int) ([]payout, bool) {
	rate := int64(0)
	for _, best := range bestRates(&m.Rates) {
		rate += best
	}
	var all []payout
	for _, k := range m.Bonuses {
		of, _ := c.payoutOf(k, depth-1)
		for _, p := range of {
			// Rounded down: a doubt that rests on the last of nine decimals is none.
			all = append(all, payout{p.base, partOf(p.rate, rate)})
		}
	}
	return all, len(all) > 0
}

// partOf is a rate of a rate, both in rate units, bounded so that sums of many stay in range.
func partOf(rate, of int64) int64 {
	const most = 1_000 * calc.RateScale
	rate, of = min(rate, most), min(of, most)
	return min(most, (rate/1_000)*(of/1_000)/1_000)
}

// bestRate is the best that a table of one level, or brackets, can pay; 0 where amounts are paid.
func bestRate(t *calc.RateTable, b *calc.Brackets) int64 {
	best := int64(0)
	for _, rate := range bestRates(t) {
		best = max(best, rate)
	}
	if b != nil && !b.Amounts {
		best = max(best, slices.Max(append(slices.Clone(b.Tables[0].Rates), 0)))
	}
	return best
}

// bestRates are the best rates of the levels of a table; none where amounts are paid.
func bestRates(t *calc.RateTable) []int64 {
	if t.Amounts {
		return nil
	}
	return bestOf(t)
}

// originOf gives the volume that a part of it was made from, where a bonus has divided one by cycles: the measure, since all of its parts
// together are the whole.
func (c *compiler) originOf(base calc.Base) calc.Base {
	return calc.Base(c.plan.MeasureOf(base))
}

// counts tells whether the sales of one volume are among those of another, or may be: they measure the same.
func (c *compiler) counts(base, among calc.Base) bool {
	return base == among || among >= calc.VolumeBuiltIn && base == calc.Base(c.plan.MeasureOf(among))
}

// warnPayout says what bonuses pay together more than all of a sale. For each volume it adds up what is paid on it and on all sales by
// its measure; bonuses that are paid in other markets are not paid on the same sale's upline and not added up.
func (c *compiler) warnPayout() {
	if !c.sound("bonuses") {
		return
	}
	worst, rate := []int(nil), int64(calc.RateScale)
	var of calc.Base
	for _, market := range c.payoutMarkets() {
		for among := range calc.VolumeBuiltIn + calc.Base(len(c.plan.Volumes)) {
			sum, bonuses := c.paidTogether(among, market, func(int) bool { return true })
			if len(bonuses) > 1 && sum > rate {
				worst, rate, of = bonuses, sum, among
			}
		}
	}
	if worst == nil || c.saidAlone(worst) {
		return
	}
	c.warn(bonusPath(worst[len(worst)-1]), fmt.Sprintf("the bonuses %s together can pay %s of %s, more than all of it", c.quotedBonuses(worst), percentOf(rate), c.shownBase(of)),
		"check the rates; `upline simulate` shows what they pay on real sales")
}

// payoutMarkets are the markets that bonuses are paid in, by number; 0 stands for all others.
func (c *compiler) payoutMarkets() []int {
	markets := []int{0}
	for i := range c.plan.Bonuses {
		for number, paid := range c.plan.Bonuses[i].Markets {
			if paid && !slices.Contains(markets, number) {
				markets = append(markets, number)
			}
		}
	}
	return markets
}

// paidTogether adds up what bonuses pay of a sale that counts in a volume, in a market.
func (c *compiler) paidTogether(among calc.Base, market int, which func(int) bool) (sum int64, bonuses []int) {
	for i := range c.plan.Bonuses {
		b := &c.plan.Bonuses[i]
		if !which(i) || b.Markets != nil && (market >= len(b.Markets) || !b.Markets[market]) {
			continue
		}
		of, _ := c.payoutOf(i, len(c.plan.Bonuses))
		paid := int64(0)
		for _, p := range of {
			if c.counts(p.base, among) {
				paid += c.shareOf(p)
			}
		}
		if paid > 0 {
			sum += paid
			bonuses = append(bonuses, i)
		}
	}
	return sum, bonuses
}

// shareOf is what is paid of a whole sale where a volume counts a part of it.
func (c *compiler) shareOf(p payout) int64 {
	if p.base < calc.VolumeBuiltIn {
		return p.rate
	}
	return partOf(p.rate, c.plan.Volumes[p.base-calc.VolumeBuiltIn].Share)
}

// saidAlone tells that one of the bonuses pays that much alone, of which its own warning speaks.
func (c *compiler) saidAlone(bonuses []int) bool {
	return slices.ContainsFunc(bonuses, func(i int) bool {
		of, _ := c.payoutOf(i, 0)
		return len(of) == 1 && of[0].rate > calc.RateScale
	})
}

func (c *compiler) quotedBonuses(bonuses []int) string {
	names := make([]string, len(bonuses))
	for i, k := range bonuses {
		names[i] = shown(c.plan.Bonuses[k].Name)
	}
	return quotedList(names, "and")
}

// shownBase is how a volume is called in a message.
func (c *compiler) shownBase(b calc.Base) string {
	if int(b) < int(calc.VolumeBuiltIn)+len(c.volumeList) {
		return "`" + c.plan.VolumeName(b) + "`"
	}
	return "the sales of " + "`" + c.plan.VolumeName(b) + "`"
}

// warnAboveCap says that the rates of what a company cap bounds are together above the cap.
func (c *compiler) warnAboveCap(at string, limit *calc.Cap) {
	if limit.Per != calc.CapPerCompany || limit.Rate == 0 || !c.sound("bonuses") || !c.sound(at) {
		return
	}
	for _, market := range c.payoutMarkets() {
		sum, bonuses := c.paidTogether(limit.Base, market, func(i int) bool { return slices.Contains(limit.Bonuses, i) })
		if sum <= limit.Rate || len(bonuses) == 0 {
			continue
		}
		subject := "the bonus " + c.quotedBonuses(bonuses) + " can"
		if len(bonuses) > 1 {
			subject = "the bonuses " + c.quotedBonuses(bonuses) + " together can"
		}
		c.warn(at+".rate", fmt.Sprintf("%s pay %s of %s, more than the %s of the cap", subject, percentOf(sum), c.shownBase(limit.Base), percentOf(limit.Rate)),
			"when sales are as good as that, the cap cuts what is paid; check that it is meant")
		return
	}
}
