package plan

import (
	"fmt"
	"slices"
	"strconv"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

var capPers = map[uplinev1.CapPer]calc.CapPer{
	uplinev1.CapPer_CAP_PER_OWNER:   calc.CapPerOwner,
	uplinev1.CapPer_CAP_PER_COMPANY: calc.CapPerCompany,
}

var capModes = map[uplinev1.CapMode]calc.CapMode{
	uplinev1.CapMode_CAP_MODE_PRIORITY:  calc.CapPriority,
	uplinev1.CapMode_CAP_MODE_HARD_STOP: calc.CapHardStop,
}

// compileCaps makes the plan's caps. Bonuses are there before it.
func (c *compiler) compileCaps() {
	paid := c.payouts()
	for i, written := range c.message.GetCaps() {
		at := "caps[" + strconv.Itoa(i) + "]"
		for _, before := range c.message.GetCaps()[:i] {
			if before.GetName() == written.GetName() && written.GetName() != "" {
				c.fail(at+".name", fmt.Sprintf("there are two caps `%s`", shown(written.GetName())), "rename one of them")
				break
			}
		}
		out := calc.Cap{
			Name: written.GetName(), Per: capPers[written.GetPer()], Mode: capModes[written.GetMode()],
			Within: calc.Cadence(written.GetWithin()), Lifetime: written.GetLifetime(), Remainder: remainders[written.GetRemainder()],
		}
		c.capBonuses(at, written, &out)
		c.capLimit(at, written, &out)
		c.capTime(at, written, &out)
		c.capOrder(at, written, &out)
		c.plan.Caps = append(c.plan.Caps, out)
		paid.warnAboveCap(at, &out)
	}
}

// capBonuses reads what a cap bounds.
func (c *compiler) capBonuses(at string, written *uplinev1.Cap, out *calc.Cap) {
	bonuses := c.message.GetBonuses()
	out.Cadence = c.plan.Main
	timed := "" // the first bonus that is paid at the close; what is paid at the event falls in the periods of any cadence
	if len(written.GetBonuses()) == 0 {
		for i, b := range bonuses {
			if c.cadenceOf(b) == c.plan.Main {
				out.Bonuses = append(out.Bonuses, i)
			}
		}
		if len(out.Bonuses) == 0 && c.bonusesKnown {
			c.fail(at, "no bonus is paid by the plan's own cadence, so the cap bounds none", "say by `bonuses` what it bounds")
		}
	}
	for i, name := range written.GetBonuses() {
		path := fmt.Sprintf("%s.bonuses[%d]", at, i)
		k, ok := c.bonusNamed(path, name)
		if !ok {
			continue
		}
		cadence := c.cadenceOf(bonuses[k])
		switch {
		case slices.Contains(out.Bonuses, k):
			c.fail(path, fmt.Sprintf("the bonus `%s` is listed twice", shown(name)), "delete one of them")
			continue
		case paysAt(bonuses[k], paysOmitted(bonuses[k])) == calc.PaysEvent:
		case timed == "":
			out.Cadence, timed = cadence, name
		case cadence != out.Cadence:
			c.fail(path, fmt.Sprintf("the bonus `%s` is paid %s, and `%s` %s", shown(name), cadence, shown(timed), out.Cadence), "write a cap for each cadence")
			continue
		}
		out.Bonuses = append(out.Bonuses, k)
	}
	for i, name := range written.GetProtect() {
		path := fmt.Sprintf("%s.protect[%d]", at, i)
		k, ok := c.bonusNamed(path, name)
		switch {
		case !ok:
		case !slices.Contains(out.Bonuses, k):
			if c.sound(at + ".bonuses") {
				c.fail(path, fmt.Sprintf("the cap does not bound `%s`, so there is nothing to protect", shown(name)), "add it to `bonuses`, or delete it here")
			}
		case slices.Contains(out.Protect, k):
			c.fail(path, fmt.Sprintf("the bonus `%s` is listed twice", shown(name)), "delete one of them")
		default:
			out.Protect = append(out.Protect, k)
		}
	}
	if len(out.Protect) > 0 && len(out.Protect) == len(out.Bonuses) {
		c.warn(at+".protect", "all bonuses that the cap bounds are protected, so none is", "protect some of them, or delete `protect`")
	}
	slices.Sort(out.Bonuses)
	slices.Sort(out.Protect)
}

// capLimit reads how much there is at most.
func (c *compiler) capLimit(at string, written *uplinev1.Cap, out *calc.Cap) {
	var given []string
	for _, field := range []struct {
		name  string
		given bool
	}{{"limit", written.GetLimit() != ""}, {"limits", len(written.GetLimits()) > 0}, {"rate", written.GetRate() != ""}} {
		if field.given {
			given = append(given, field.name)
		}
	}
	switch {
	case len(given) == 0:
		c.fail(at, "the cap has no limit", "add `limit`, an amount; `limits`, amounts by rank; or `rate`, a part of the volume")
		return
	case len(given) > 1:
		c.fail(at+"."+given[1], "the cap has both `"+given[0]+"` and `"+given[1]+"`", "keep one of them")
		return
	}
	if given[0] != "rate" && (written.GetBase() != uplinev1.Base_BASE_UNSPECIFIED || written.GetVolume() != "") {
		field := "base"
		if written.GetVolume() != "" {
			field = "volume"
		}
		c.fail(at+"."+field, "the limit is an amount, and no part of a volume", "delete `"+field+"`, or write `rate`")
	}
	switch given[0] {
	case "limit":
		out.LimitMinor = calc.EverybodyAt(c.plan, c.above0(at+".limit", c.amount(at+".limit", written.GetLimit()), "write the most that is paid"))
		out.LimitMinor.Amounts = true
	case "limits":
		if out.Per == calc.CapPerCompany {
			c.fail(at+".limits", "a company has no rank, so it has no limits by rank", "write `limit` or `rate`, or give the cap `per: person`")
			return
		}
		out.LimitMinor = c.rankTable(at+".limits", written.GetLimits(), takesAmounts, 0, forCap)
		c.warnUnranked(at, written.GetLimits())
	case "rate":
		out.Rate = c.part(at+".rate", written.GetRate())
		out.Base = c.baseAt(at, written.GetBase(), written.GetVolume(), calc.BaseCV)
		if c.plan.MeasureOf(out.Base) == calc.MeasureCount {
			c.fail(at+".volume", fmt.Sprintf("there is no rate of the volume `%s`, which counts sales", shown(written.GetVolume())), "give the volume another `of`, or write `limit`")
		}
	}
}

// warnUnranked says that limits by rank leave those without a rank unlimited, which costs money and is seldom meant.
func (c *compiler) warnUnranked(at string, limits []*uplinev1.RankRate) {
	ranks := c.message.GetRanks()
	if len(ranks) == 0 || ranks[0].GetWhen() == "" {
		return // without ranks the names are errors already, and a rank without a condition is everybody's
	}
	for _, limit := range limits {
		if limit.GetRank() == "" {
			return
		}
	}
	c.warn(at+".limits", "who has no rank has no limit", "add an entry without `rank`, such as `{amount: 100}`, which is for everybody")
}

// capTime reads for how long the limit is.
func (c *compiler) capTime(at string, written *uplinev1.Cap, out *calc.Cap) {
	switch {
	case out.Lifetime && out.Within != 0:
		c.fail(at+".within", "the cap has both `within` and `lifetime`", "keep one of them")
	case out.Lifetime && out.Per == calc.CapPerCompany:
		c.fail(at+".lifetime", "a limit for the whole life is one of a distributor", "give the cap `per: person` or `per: owner`, or delete it")
	case out.Within != 0 && out.Cadence.IsLonger(out.Within) && c.sound("cadence"):
		c.fail(at+".within", fmt.Sprintf("the bonuses are paid %s, and a limit is for no less than that", out.Cadence), "use a longer period, or delete `within`")
	}
	if out.Within == out.Cadence {
		out.Within = 0
	}
}

// capOrder looks at who is served first.
func (c *compiler) capOrder(at string, written *uplinev1.Cap, out *calc.Cap) {
	if out.Mode == calc.CapPriority && len(c.plan.Ranks) == 0 && c.ranksKnown {
		c.warn(at+".mode", "the plan has no ranks, so nobody is served before others", "add `ranks`, or use `pro_rata`")
	}
	if out.Mode == calc.CapPriority && out.Per == calc.CapPerPerson {
		c.warn(at+".mode", "a person has one rank, so `priority` does what `pro_rata` does", "use `pro_rata`, or give the cap `per: company`")
	}
	if out.Mode == calc.CapHardStop && written.GetRemainder() != uplinev1.Remainder_REMAINDER_UNSPECIFIED {
		c.warn(at+".remainder", "with `hard_stop` nothing is scaled, so no remainder is left", "delete it")
	}
}
