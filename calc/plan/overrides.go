package plan

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// overriddenMax bounds how many ranks and bonuses all overrides together change, as each is compiled anew.
const overriddenMax = 1000

func overridePath(i int) string { return itemPath("markets", i) }

// overrides compiles how the plan differs in some markets. Each override gives a variant of the plan, compiled by the same code from a
// message into which it is merged; the variants are then joined into one plan.
func (c *compiler) overrides() {
	list := c.message.GetMarkets()
	if len(list) == 0 {
		return
	}
	variantOf := map[string]uint8{}
	entries := 0
	for i, over := range list {
		c.checkOverride(i, over, variantOf)
		entries += len(over.GetRanks()) + len(over.GetBonuses())
	}
	if entries > overriddenMax {
		c.fail("markets", fmt.Sprintf("the overrides change %d ranks and bonuses together; no plan has more than %d", entries, overriddenMax), "")
	}
	if len(c.errors) != 0 {
		return
	}
	variants := []*variant{{compiler: c, plan: c.plan}}
	for i, over := range list {
		variants = append(variants, c.variant(i, over))
	}
	if len(c.errors) != 0 {
		return
	}
	c.join(variants)
	c.plan.VariantOfMarket = make([]uint8, len(c.words.Markets)+1)
	for market, number := range variantOf {
		c.plan.VariantOfMarket[calc.WordNumber(c.words.Markets, market)] = number
	}
}

// checkOverride reports what an override names that is not there, and markets that another override has.
func (c *compiler) checkOverride(i int, over *uplinev1.MarketOverride, variantOf map[string]uint8) {
	path := overridePath(i)
	c.marketMask(path+".markets", over.GetMarkets())
	for k, market := range over.GetMarkets() {
		before, taken := variantOf[market]
		if taken && int(before) != i+1 {
			c.fail(itemPath(path+".markets", k), fmt.Sprintf("the market `%s` has an override already", shown(market)), "write what differs there in one of them")
			continue
		}
		variantOf[market] = uint8(i + 1)
	}
	var named []string
	for k, rank := range over.GetRanks() {
		at, name := itemPath(path+".ranks", k), rank.GetName()
		if _, known := c.rankNumbers[name]; !known {
			c.missingName(at, name, "rank", c.ranks, c.ranksKnown)
		}
		c.twice(at, name, "rank", &named)
		if !c.given(at+".when") && c.sound(at+".when") && name != "" {
			c.fail(at, fmt.Sprintf("the entry does not say what differs for `%s`", shown(name)), "add `when`, or delete the entry")
		}
		for _, field := range []string{"title", "hold_periods", "grace_periods"} {
			if c.given(at + "." + field) {
				c.fail(at+"."+field, fmt.Sprintf("`%s` of a rank is the same in all markets", field), "delete it; only `when` can differ")
			}
		}
	}
	named = nil
	for k, bonus := range over.GetBonuses() {
		at, name := itemPath(path+".bonuses", k), bonus.GetName()
		index := slices.Index(c.bonusList, name)
		if index < 0 || name == "" {
			c.missingName(at, name, "bonus", c.bonusList, c.bonusesKnown)
			continue
		}
		c.twice(at, name, "bonus", &named)
		if !slices.ContainsFunc(fieldNames(bonus.ProtoReflect().Descriptor()), func(field string) bool { return field != "name" && c.given(at+"."+field) }) {
			c.fail(at, fmt.Sprintf("the entry does not say what differs for `%s`", shown(name)), "write the fields that differ, or delete the entry")
		}
		if c.given(at + ".title") {
			c.fail(at+".title", "`title` of a bonus is the same in all markets", "delete it")
		}
		is, want := kindOfBonus(bonus), kindOfBonus(c.message.GetBonuses()[index])
		if is != "" && want != "" && is != want {
			c.fail(at+"."+is, fmt.Sprintf("the bonus `%s` is `%s`, and cannot be `%s` in some markets", name, want, is),
				fmt.Sprintf("put `%s` under `without` here, and write another bonus with `markets`", name))
		}
	}
	for k, name := range over.GetWithout() {
		at := itemPath(path+".without", k)
		if !slices.Contains(c.bonusList, name) || name == "" {
			c.missingName(at, name, "bonus", c.bonusList, c.bonusesKnown)
		} else if slices.Contains(named, name) {
			c.fail(at, fmt.Sprintf("the bonus `%s` is changed here, too", name), "delete one of the two")
		}
		if slices.Contains(over.GetWithout()[:k], name) {
			c.warn(at, fmt.Sprintf("the bonus `%s` is listed twice", shown(name)), "delete one of them")
		}
	}
	if len(over.GetRanks())+len(over.GetBonuses())+len(over.GetWithout()) == 0 && over.GetActive() == "" && over.GetPointValue() == "" && c.sound(path) {
		c.warn(path, "nothing differs in these markets", "write what differs, or delete the entry")
	}
}

// missingName reports a part of an override that names nothing, or what the plan does not have.
func (c *compiler) missingName(at, name, noun string, known []string, allKnown bool) {
	switch {
	case name == "" && c.sound(at+".name"):
		c.fail(at, fmt.Sprintf("the entry does not say which %s it changes", noun), "add `name`")
	case name != "" && allKnown:
		path := at
		if c.given(at + ".name") {
			path += ".name"
		}
		c.fail(path, fmt.Sprintf("there is no %s `%s`", noun, shown(name)), didYouMean(name, known, "an override changes what the plan has: "))
	}
}

// twice reports a name that an override has already.
func (c *compiler) twice(at, name, noun string, named *[]string) {
	if name != "" && slices.Contains(*named, name) {
		c.fail(at+".name", fmt.Sprintf("the override changes the %s `%s` twice", noun, shown(name)), "write it in one entry")
	}
	*named = append(*named, name)
}

// variant is the plan as it is for the distributors of some markets.
type variant struct {
	*compiler
	plan *calc.Plan
	// changed tells by index of bonuses where in the file the override changes them; "" where it does not.
	changed []string
	// without tells by index which bonuses are not paid.
	without []bool
	markets []string
	path    string
}

// variant compiles the plan with an override.
func (c *compiler) variant(i int, over *uplinev1.MarketOverride) *variant {
	v := &variant{
		changed: make([]string, len(c.bonusList)), without: make([]bool, len(c.bonusList)), markets: over.GetMarkets(), path: overridePath(i),
	}
	o := &overlay{paths: map[string]string{}, replaced: map[string]bool{}}
	message := shallow(c.message)
	sub := &compiler{decoder: c.decoder, names: c.names, source: c.source, message: message, overlay: o}
	copied := *c.plan
	copied.Ranks, copied.Bonuses, copied.Volumes = slices.Clone(c.plan.Ranks), slices.Clone(c.plan.Bonuses), slices.Clone(c.plan.Volumes)
	sub.plan, v.plan, v.compiler = &copied, &copied, sub
	for _, name := range over.GetWithout() {
		v.without[slices.Index(c.bonusList, name)] = true
	}
	if over.GetActive() != "" {
		message.Active = over.GetActive()
		o.paths["active"] = v.path + ".active"
		copied.Active = sub.condition("active", message.GetActive(), forActive)
	}
	if over.GetPointValue() != "" {
		message.PointValue = over.GetPointValue()
		o.paths["point_value"] = v.path + ".point_value"
		sub.pointValue()
	}
	v.mergeRanks(over)
	v.mergeBonuses(over)
	return v
}

// shallow gives a message with the fields of a plan, whose parts it shares.
func shallow(m *uplinev1.Plan) *uplinev1.Plan {
	out := &uplinev1.Plan{}
	m.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		out.ProtoReflect().Set(fd, v)
		return true
	})
	return out
}

// mergeRanks compiles the ranks whose condition differs.
func (v *variant) mergeRanks(over *uplinev1.MarketOverride) {
	v.message.Ranks = slices.Clone(v.message.GetRanks())
	for k, rank := range over.GetRanks() {
		i := int(v.rankNumbers[rank.GetName()]) - 1
		v.merge(v.overlay, copied(&v.message.Ranks[i]).ProtoReflect(), rank.ProtoReflect(), rankPath(i), itemPath(v.path+".ranks", k))
	}
	v.nextPhase()
	for _, rank := range over.GetRanks() {
		i := int(v.rankNumbers[rank.GetName()]) - 1
		v.rulesOf(rankPath(i), v.message.GetRanks()[i])
		v.plan.Ranks[i].When = v.condition(rankPath(i)+".when", v.message.GetRanks()[i].GetWhen(), forRank)
	}
}

// mergeBonuses compiles the bonuses that differ.
func (v *variant) mergeBonuses(over *uplinev1.MarketOverride) {
	v.message.Bonuses = slices.Clone(v.message.GetBonuses())
	for k, bonus := range over.GetBonuses() {
		i, from := slices.Index(v.bonusList, bonus.GetName()), itemPath(v.path+".bonuses", k)
		v.changed[i] = from
		v.merge(v.overlay, copied(&v.message.Bonuses[i]).ProtoReflect(), bonus.ProtoReflect(), bonusPath(i), from)
	}
	for i, from := range v.changed {
		if from != "" {
			v.rulesOf(bonusPath(i), v.message.GetBonuses()[i])
		}
	}
	v.nextPhase()
	for i, from := range v.changed {
		if from == "" {
			continue
		}
		v.plan.Bonuses[i] = calc.Bonus{}
		r := &bonusReader{compiler: v.compiler, message: v.message.GetBonuses()[i], to: &v.plan.Bonuses[i], path: bonusPath(i)}
		r.general()
		r.kind()
	}
	v.inheritClawbacks()
}

// copied puts a copy of a message in its place, to be changed.
func copied[M proto.Message](m *M) M {
	*m = proto.Clone(*m).(M)
	return *m
}
