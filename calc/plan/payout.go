package plan

import (
	"fmt"
	"slices"
	"strings"

	"upline/calc"
)

// payout is what a bonus can pay at most of each sale that counts in a volume: a rate that the plan's rates give, whoever is paid.
type payout struct {
	base calc.Base
	rate int64
	// bySeller are what it pays at most of a sale of a seller who is paid as each rank, none first; nil where the seller's rank says nothing.
	bySeller []int64
	// once tells that it is paid when a sale goes live, so of its first cycle, and of no later one.
	once bool
}

// of is what it pays at most when the seller is paid as a rank.
func (o *payout) of(rank int) int64 {
	if o.bySeller == nil {
		return o.rate
	}
	return o.bySeller[rank]
}

// payouts are those of all bonuses, by index. What nobody can say from the file alone, such as what cycles pay, is left out.
type payouts struct {
	*compiler
	of   [][]payout
	seen []bool
	// standings are how many standings of sellers have rates of their own; 1 when none has.
	standings int
}

func (c *compiler) payouts() *payouts {
	p := &payouts{compiler: c, of: make([][]payout, len(c.plan.Bonuses)), seen: make([]bool, len(c.plan.Bonuses)), standings: 1}
	for i := range c.plan.Bonuses {
		p.read(i)
	}
	return p
}

// read finds the payouts of a bonus, after those of the bonuses that it matches. A plan that goes in a circle is reported elsewhere.
func (p *payouts) read(bonus int) {
	if p.seen[bonus] {
		return
	}
	p.seen[bonus] = true
	b := &p.plan.Bonuses[bonus]
	once := b.Pays == calc.PaysEvent && !b.AtPayments
	pays := func(base calc.Base, rates ...int64) {
		sum := int64(0)
		for _, rate := range rates {
			sum += rate
		}
		p.add(bonus, payout{base: base, rate: sum, once: once})
	}
	switch {
	case b.Direct != nil:
		pays(b.Direct.Base, bestRate(&b.Direct.Rates, b.Direct.Brackets))
	case b.Residual != nil && len(b.Residual.Parts) > 0:
		// What is paid on the cycles before a step down is the most.
		base := b.Residual.Parts[0].Base
		pays(base, bestRates(&b.Residual.Levels)...)
		own := payout{base: base, rate: bestRate(&b.Residual.Own, b.Residual.OwnBrackets), once: once}
		if rates := p.bySeller(&b.Residual.Own); b.Residual.OwnBrackets == nil {
			own.bySeller = rates
		}
		p.add(bonus, own)
	case b.Unilevel != nil:
		pays(b.Unilevel.Base, bestRates(&b.Unilevel.Rates)...)
	case b.Differential != nil && b.Differential.LessSeller && !b.Differential.OwnSales && b.Differential.Brackets == nil && b.When == nil:
		p.spread(bonus, b.Differential, once)
	case b.Differential != nil && b.Differential.Total != 0:
		pays(b.Differential.Base, b.Differential.Total)
	case b.Differential != nil:
		pays(b.Differential.Base, bestRate(&b.Differential.Rates, b.Differential.Brackets), b.Differential.EqualRate)
	case b.Generation != nil && b.Generation.LessLeader:
		pays(b.Generation.Base, bestRate(&b.Generation.Rates, nil), b.Generation.OwnGroupRate)
	case b.Generation != nil:
		pays(b.Generation.Base, append(bestRates(&b.Generation.Rates), b.Generation.OwnGroupRate)...)
	case b.Matrix != nil:
		pays(b.Matrix.Base, bestRates(&b.Matrix.Rates)...)
	case b.Pool != nil:
		pays(b.Pool.Base, b.Pool.Rate)
	case b.Matching != nil:
		p.matched(bonus, b.Matching)
	}
}

// spread adds what a differential bonus pays above the seller: the best rate less that of the seller, whom another bonus pays.
func (p *payouts) spread(bonus int, d *calc.Differential, once bool) {
	best := bestRate(&d.Rates, nil)
	of := payout{base: d.Base, rate: best + d.EqualRate, bySeller: p.bySeller(&d.Rates), once: once}
	for standing, rate := range of.bySeller {
		of.bySeller[standing] = best - rate + d.EqualRate
	}
	p.add(bonus, of)
}

// bySeller are the rates of a table of one level by standing; nil where conditions decide which holds, or amounts are paid.
func (p *payouts) bySeller(t *calc.RateTable) []int64 {
	if t.When != nil || t.Unlock != nil || t.Amounts || t.Levels != 1 {
		return nil
	}
	rates := make([]int64, len(t.Candidates))
	for standing, rows := range t.Candidates {
		if len(rows) > 0 {
			rates[standing] = t.Rows[rows[0]][0]
		}
	}
	p.standings = max(p.standings, len(rates))
	return rates
}

// matched adds what a matching bonus pays of the sales on which the bonuses pay that it matches.
func (p *payouts) matched(bonus int, m *calc.Matching) {
	rate := int64(0)
	for _, best := range bestRates(&m.Rates) {
		rate += best
	}
	for _, k := range m.Bonuses {
		p.read(k)
		for _, of := range p.of[k] {
			p.add(bonus, payout{base: of.base, rate: partOf(of.rate, rate), once: of.once})
		}
	}
}

func (p *payouts) add(bonus int, of payout) {
	if of.rate == 0 {
		return
	}
	for i := range p.of[bonus] {
		if known := &p.of[bonus][i]; known.base == of.base && known.once == of.once && known.bySeller == nil && of.bySeller == nil {
			known.rate = min(payoutMax, known.rate+of.rate)
			return
		}
	}
	of.rate = min(payoutMax, of.rate)
	p.of[bonus] = append(p.of[bonus], of)
}

// payoutMax keeps sums of many rates in range.
const payoutMax = 1_000 * calc.RateScale

// partOf is a rate of a rate, both in rate units. It is exact to 10⁻⁶ and rounded down: a doubt that rests on less is none.
func partOf(rate, of int64) int64 {
	return min(payoutMax, (min(rate, payoutMax)/1_000)*(min(of, payoutMax)/1_000)/1_000)
}

// bestRate is the best that a table of one level, or brackets, can pay; 0 where amounts are paid.
func bestRate(t *calc.RateTable, b *calc.Brackets) int64 {
	best := int64(0)
	for _, rate := range bestRates(t) {
		best = max(best, rate)
	}
	if b != nil && !b.Amounts {
		for _, rate := range b.Tables[0].Rates {
			best = max(best, rate)
		}
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

// markets are those that bonuses are paid in, by number; 0 stands for all others.
func (p *payouts) markets() []int {
	markets := []int{0}
	for i := range p.plan.Bonuses {
		for number, paid := range p.plan.Bonuses[i].Markets {
			if paid && !slices.Contains(markets, number) {
				markets = append(markets, number)
			}
		}
	}
	return markets
}

// inMarket tells whether a bonus is paid in a market. Bonuses of other markets are not paid above the same sale.
func (p *payouts) inMarket(bonus, market int) bool {
	in := p.plan.Bonuses[bonus].Markets
	return in == nil || market < len(in) && in[market]
}

// together adds up what bonuses, those among which are listed, pay of the sales of each volume in a market, of the seller of whom most is
// paid. What is paid on all sales by the volume's measure is paid on those that count in it, too.
func (p *payouts) together(market int, which []int) []int64 {
	most := make([]int64, int(calc.VolumeBuiltIn)+len(p.plan.Volumes))
	for standing := range p.standings {
		for base, sum := range p.ofSeller(market, which, standing) {
			most[base] = max(most[base], sum)
		}
	}
	return most
}

// ofSeller is what together adds up for the sellers of one standing.
func (p *payouts) ofSeller(market int, which []int, standing int) []int64 {
	count := int(calc.VolumeBuiltIn) + len(p.plan.Volumes)
	all, later := make([]int64, count), make([]int64, count) // what is paid of the first cycle, and of those after it
	for _, bonus := range which {
		if !p.inMarket(bonus, market) {
			continue
		}
		for _, of := range p.of[bonus] {
			rate := p.ofSale(of.base, of.of(standing))
			all[of.base] += rate
			if !of.once {
				later[of.base] += rate
			}
		}
	}
	for b := calc.VolumeBuiltIn; int(b) < count; b++ {
		if measure := p.plan.MeasureOf(b); p.isLater(b) {
			all[b] += later[measure]
		} else {
			all[b] += all[measure]
		}
	}
	return all
}

// isLater tells of a volume in which no first cycle counts, so nothing on which a bonus pays when a sale goes live.
func (p *payouts) isLater(b calc.Base) bool {
	return b >= calc.VolumeBuiltIn && p.plan.Volumes[b-calc.VolumeBuiltIn].FromCycle > 1
}

// ofSale is what a rate pays of a whole sale where a volume counts a part of it.
func (p *payouts) ofSale(base calc.Base, rate int64) int64 {
	if base < calc.VolumeBuiltIn {
		return rate
	}
	return partOf(rate, p.plan.Volumes[base-calc.VolumeBuiltIn].Share)
}

// payers are the bonuses that pay of the sales of a volume in a market.
func (p *payouts) payers(market int, which []int, among calc.Base) (bonuses []int) {
	for _, bonus := range which {
		if p.inMarket(bonus, market) && slices.ContainsFunc(p.of[bonus], func(of payout) bool {
			return of.base == among || of.base == calc.Base(p.plan.MeasureOf(among)) && !(of.once && p.isLater(among))
		}) {
			bonuses = append(bonuses, bonus)
		}
	}
	return bonuses
}

// warnPayout says what bonuses pay together more than all of a sale.
func (c *compiler) warnPayout() {
	if !c.sound("bonuses") {
		return
	}
	p := c.payouts()
	all := make([]int, len(c.plan.Bonuses))
	for i := range all {
		all[i] = i
	}
	market, of, rate := -1, calc.Base(0), max(calc.RateScale, c.rateMost)
	for _, m := range p.markets() {
		for b, sum := range p.together(m, all) {
			if sum > rate {
				market, of, rate = m, calc.Base(b), sum
			}
		}
	}
	if market < 0 {
		return
	}
	bonuses := p.payers(market, all, of)
	if len(bonuses) < 2 || slices.ContainsFunc(bonuses, p.saidAlone) {
		return
	}
	c.warn(bonusPath(bonuses[len(bonuses)-1]), fmt.Sprintf("the bonuses %s together can pay %s of %s, more than all of it", p.quoted(bonuses), percentOf(rate), p.shownBase(of)),
		"check the rates; `upline simulate` shows what they pay on real sales")
}

// saidAlone tells that a bonus pays more than all of a sale alone, of which its own warning speaks.
func (p *payouts) saidAlone(bonus int) bool {
	return p.plan.Bonuses[bonus].Matching == nil && slices.ContainsFunc(p.of[bonus], func(of payout) bool { return of.rate > max(calc.RateScale, p.rateMost) })
}

// quoted lists bonuses by name, the first few of many.
func (p *payouts) quoted(bonuses []int) string {
	const most = 8
	names := make([]string, len(bonuses))
	for i, k := range bonuses {
		names[i] = shown(p.plan.Bonuses[k].Name)
	}
	if len(names) <= most {
		return quotedList(names, "and")
	}
	return fmt.Sprintf("%s and %d others", strings.ReplaceAll(quotedList(names[:most-1], "and"), " and ", ", "), len(names)-most+1)
}

// shownBase is how a volume is called in a message. One that a bonus has made for itself is called by the bonus.
func (p *payouts) shownBase(b calc.Base) string {
	name := p.plan.VolumeName(b)
	if bonus, _, made := strings.Cut(name, "#"); made {
		return "what `" + bonus + "` is paid on"
	}
	return "`" + name + "`"
}

// warnAboveCap says that the rates of what a company cap bounds are together above the cap.
func (p *payouts) warnAboveCap(at string, limit *calc.Cap) {
	if limit.Per != calc.CapPerCompany || limit.Rate == 0 || !p.sound("bonuses") || !p.sound(at) {
		return
	}
	for _, market := range p.markets() {
		// All that is sold may count in one of the volumes that are a part of what the cap is a rate of.
		sum, of := int64(0), limit.Base
		for b, each := range p.together(market, limit.Bonuses) {
			if each > sum && (calc.Base(b) == limit.Base || calc.Base(p.plan.MeasureOf(calc.Base(b))) == limit.Base) {
				sum, of = each, calc.Base(b)
			}
		}
		if sum <= limit.Rate {
			continue
		}
		bonuses := p.payers(market, limit.Bonuses, of)
		subject := "the bonus " + p.quoted(bonuses) + " can"
		if len(bonuses) > 1 {
			subject = "the bonuses " + p.quoted(bonuses) + " together can"
		}
		p.warn(at+".rate", fmt.Sprintf("%s pay %s of %s, more than the %s of the cap", subject, percentOf(sum), p.shownBase(of), percentOf(limit.Rate)),
			"when sales are as good as that, the cap cuts what is paid; check that it is meant")
		return
	}
}
