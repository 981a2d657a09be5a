package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// changeRateMax is the highest rise that may pass without confirmation: 1000 %.
const changeRateMax = 10 * calc.RateScale

// liability reads how much a period may pay before it has to be confirmed.
func (c *compiler) liability() {
	written := c.message.GetLiability()
	if written == nil {
		return
	}
	out := &calc.Liability{Base: calc.BasePrice, Periods: written.GetPeriods()}
	if base, ok := bases[written.GetBase()]; ok {
		out.Base = base
	}
	if out.Periods == 0 {
		out.Periods = calc.LiabilityPeriodsDefault
	}
	changes := false
	for i, limit := range written.GetLimits() {
		at := "liability.limits[" + strconv.Itoa(i) + "]"
		read := c.liabilityLimit(at, limit)
		for k, before := range out.Limits {
			if before.Of == read.Of && before.Name == read.Name && c.sound(at+".name") && c.sound(at+".of") {
				c.fail(at, fmt.Sprintf("limit %d is for the same", k+1), "write their bounds into one of them")
				break
			}
		}
		changes = changes || limit.GetRiseMax() != "" || limit.GetFallMax() != ""
		out.Limits = append(out.Limits, read)
	}
	if written.GetPeriods() != 0 && !changes {
		c.warn("liability.periods", "no limit compares with earlier periods", "give one of them `rise_max` or `fall_max`, or delete `periods`")
	}
	c.plan.Liability = out
}

func (c *compiler) liabilityLimit(at string, written *uplinev1.LiabilityLimit) calc.LiabilityLimit {
	out := calc.LiabilityLimit{Of: max(calc.LiabilityOfCompany, calc.LiabilityOf(written.GetOf())), Name: written.GetName()}
	c.liabilityName(at, &out)
	for _, bound := range []struct {
		kind  calc.LiabilityBoundKind
		field string
		text  string
		most  int64
	}{
		{calc.LiabilityPayout, "payout_max", written.GetPayoutMax(), changeRateMax},
		{calc.LiabilityAmount, "amount_max", written.GetAmountMax(), 0},
		{calc.LiabilityRise, "rise_max", written.GetRiseMax(), changeRateMax},
		{calc.LiabilityFall, "fall_max", written.GetFallMax(), calc.RateScale},
	} {
		path := at + "." + bound.field
		switch {
		case bound.text == "":
		case bound.kind == calc.LiabilityAmount:
			out.Bounds = append(out.Bounds, calc.LiabilityBound{Kind: bound.kind, Value: c.amount(path, bound.text)})
		default:
			out.Bounds = append(out.Bounds, calc.LiabilityBound{Kind: bound.kind, Value: c.rate(path, bound.text, bound.most)})
		}
	}
	if len(out.Bounds) == 0 {
		c.fail(at, "the limit has no bound", "add `payout_max`, a part of the sales; `amount_max`; or `rise_max` or `fall_max`, against the periods before")
	}
	if written.GetChangeFrom() != "" {
		out.ChangeFromMinor = c.amount(at+".change_from", written.GetChangeFrom())
		if len(out.Bounds) > 0 && written.GetRiseMax() == "" && written.GetFallMax() == "" {
			c.fail(at+".change_from", "the limit does not compare with earlier periods", "add `rise_max` or `fall_max`, or delete it")
		}
	}
	return out
}

// liabilityName looks at what a limit names.
func (c *compiler) liabilityName(at string, limit *calc.LiabilityLimit) {
	path := at + ".name"
	if limit.Name == "" || !c.sound(at+".of") {
		return
	}
	switch limit.Of {
	case calc.LiabilityOfCompany:
		c.fail(path, "a limit for the whole company has no name", "say by `of` what it names: `bonus`, `market`, `vendor` or `rank`")
	case calc.LiabilityOfBonus:
		c.bonusNamed(path, limit.Name)
	case calc.LiabilityOfRank:
		if c.ranksKnown && !slices.Contains(c.ranks, limit.Name) {
			message, remedy := c.unknownRankWords(limit.Name)
			c.fail(path, message, remedy)
		}
	case calc.LiabilityOfMarket:
		if len(limit.Name) != 2 || strings.Trim(limit.Name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			c.fail(path, fmt.Sprintf("`%s` is not a market", shown(limit.Name)), "markets are country codes of ISO 3166, for instance `DE`")
		}
	case calc.LiabilityOfVendor:
	}
}

var liabilityWords = map[calc.LiabilityOf]string{
	calc.LiabilityOfBonus: "bonus", calc.LiabilityOfMarket: "market", calc.LiabilityOfVendor: "vendor", calc.LiabilityOfRank: "rank",
}

func (w *english) liability(written *uplinev1.Liability) {
	l := w.plan.Liability
	if l == nil {
		return
	}
	if len(l.Limits) == 0 {
		w.line("  Runs show what they pay by bonus, market, vendor and rank. No limit has to be confirmed.")
		return
	}
	w.line("  A close has to be confirmed where it pays")
	for i, limit := range l.Limits {
		of := "in all"
		switch {
		case limit.Name != "":
			of = "for the " + liabilityWords[limit.Of] + " " + limit.Name
		case limit.Of != calc.LiabilityOfCompany:
			of = "for a " + liabilityWords[limit.Of]
		}
		from := ""
		if text := written.GetLimits()[i].GetChangeFrom(); text != "" {
			from = fmt.Sprintf(", by %s %s or more", text, w.plan.Currency)
		}
		for _, bound := range limit.Bounds {
			switch bound.Kind {
			case calc.LiabilityPayout:
				w.line("    more than %s of %s %s;", percentOf(bound.Value), liabilityBases[l.Base], of)
			case calc.LiabilityAmount:
				w.line("    more than %s %s %s;", calc.FormatMinor(bound.Value, w.plan.MinorDigits), w.plan.Currency, of)
			case calc.LiabilityRise:
				w.line("    over %s more than the last %s on average %s%s;", percentOf(bound.Value), counted(int(l.Periods), "period"), of, from)
			case calc.LiabilityFall:
				w.line("    over %s less than the last %s on average %s%s;", percentOf(bound.Value), counted(int(l.Periods), "period"), of, from)
			}
		}
	}
}

var liabilityBases = map[calc.Base]string{
	calc.BaseCV: "the CV", calc.BasePV: "the PV", calc.BaseQV: "the QV", calc.BasePrice: "the prices", calc.BaseNetPrice: "the net prices",
}
