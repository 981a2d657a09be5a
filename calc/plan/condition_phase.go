package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
)

// allowed reports a fact that cannot be asked for: one that is not yet known, or one of a tree that the plan does not have.
func (l *lowering) allowed(e ast.Expr, word calc.FactWord, key calc.FactKey) bool {
	at := l.start(e)
	if message, remedy := l.tooEarly(word.Name, key); message != "" {
		l.fail(at, message, remedy)
		return false
	}
	if word.Placed() && l.c.plan.PlacementWidth != 2 && l.c.sound("placement") {
		l.fail(at, fmt.Sprintf("`%s` needs a placement tree with two legs", word.Name), twoLegs)
		return false
	}
	return true
}

// tooEarly says why a fact is not known when it is asked for; "" when it is.
func (l *lowering) tooEarly(name string, key calc.FactKey) (message, remedy string) {
	known := l.c.knownAt(key)
	switch {
	case l.when == forEvent && !key.Fact.AtEvents():
		return fmt.Sprintf("a bonus that is paid at the event cannot ask for `%s`, %s", name, whyLater(key.Fact)),
			"pay it at the close with `pays: period`, or ask for what is known at the event: " + knownAtEvents
	case l.when == forEvent:
		return "", ""
	case l.when == forActive && key.Fact == calc.FactActive:
		return "`active` cannot ask for itself", "say by other facts who is active"
	case !known.BeforeBonuses && (l.when == forActive || l.when == forRank || l.when == forCap):
		return fmt.Sprintf("`%s` is known only when bonuses are computed, so %s cannot ask for it", name, asking[l.when]), "use volumes, or other facts"
	case l.when == forActive && !known.BeforeActive:
		return fmt.Sprintf("`%s` is known only when it is decided who is active, so `active` cannot ask for it", name), "use other facts"
	case l.when == forRank && key.Fact == calc.FactPaidAs:
		return "a rank cannot ask what it decides: `paid_as` is known when all ranks are",
			"ask by `paid_as_before` for the period before, by `achieved` for any earlier one, or by `legs_with` for others"
	case l.when == forRank && !known.BeforeRank:
		return fmt.Sprintf("`%s` is known only when ranks are decided, so a rank cannot ask for it", name), "use volumes, or other facts"
	}
	return "", ""
}

// knownAtEvents are facts that a bonus can ask for that is paid at the event.
const knownAtEvents = "`kind`, `tag`, `market`, `months_enrolled`, `days_enrolled`, `achieved`, `paid_as_before`, `held` or `active`"

// whyLater says why a fact is not known at an event.
func whyLater(f calc.Fact) string {
	switch f {
	case calc.FactOwn, calc.FactGroup, calc.FactCapped, calc.FactLeg, calc.FactLeft, calc.FactRight, calc.FactWeaker, calc.FactStronger, calc.FactCompany:
		return "which adds up the sales of the period and is known when it closes"
	case calc.FactCustomers:
		return "which counts who buys in the period and is known when it closes"
	case calc.FactEarned:
		return "which is computed when the period closes"
	case calc.FactFrontline, calc.FactDownline:
		return "which is counted when the period closes"
	}
	return "which rests on others' activity or ranks of the period and is decided when it closes"
}

// asking names who asks at a phase.
var asking = map[phase]string{forActive: "`active`", forRank: "a rank", forCap: "a cap", forEvent: "a bonus that is paid at the event"}

// knownAt says when a fact that is not of the plan's own making is known.
func (c *compiler) knownAt(key calc.FactKey) calc.Known {
	t := calc.NewFactTable()
	return t.Known([]calc.Slot{t.Slot(calc.FactKey{Fact: key.Fact}, 0)})
}

// allowedOwn does for a fact of the plan's own making what allowed does for the engine's.
func (l *lowering) allowedOwn(e ast.Expr, own *ownFact) bool {
	tooEarly := l.when == forEvent && !l.c.factTable.KnownAtEvents([]calc.Slot{own.slot}) || l.when == forActive && !own.known.BeforeActive || l.when == forRank && !own.known.BeforeRank ||
		l.when == forCap && !own.known.BeforeBonuses
	if !tooEarly {
		return true
	}
	because := ""
	if culprit := l.c.culprit(own, l.when); culprit != "" {
		because = fmt.Sprintf(": it asks for `%s`", culprit)
	}
	remedy := "use facts that are known before"
	if l.when == forEvent {
		remedy = "pay the bonus at the close with `pays: period`, or ask for what is known at the event: " + knownAtEvents
		if because == "" {
			because = ": it counts others, which the close does"
		}
	}
	l.fail(l.start(e), fmt.Sprintf("`%s` is not yet known when %s asks for it%s", own.name, asking[l.when], because), remedy)
	return false
}

// culprit finds the fact because of which one of the plan's own is known too late; "" when there is no single one.
func (c *compiler) culprit(own *ownFact, when phase) string {
	l := &lowering{c: c, when: when}
	for _, s := range own.reads {
		key := c.factTable.Key(s)
		if key.Fact == calc.FactPlan {
			if name := c.culprit(c.own.bySlot[s], when); name != "" {
				return name
			}
			continue
		}
		name := c.wordOf(key)
		if message, _ := l.tooEarly(name, key); message != "" {
			return name
		}
	}
	return ""
}

// wordOf is how a fact of the engine is called.
func (c *compiler) wordOf(key calc.FactKey) string {
	name := ""
	for _, word := range calc.FactWords() {
		if word.Key.Fact != key.Fact {
			continue
		}
		if word.Of == calc.OfNothing && word.Key == key {
			return word.Name
		}
		if word.Of != calc.OfNothing {
			name = word.Name
		}
	}
	return name
}

// askable are the facts that can be asked for at the phase, the plan's own among them.
func (l *lowering) askable() []string {
	var names []string
	for _, word := range calc.FactWords() {
		if message, _ := l.tooEarly(word.Name, word.Key); message == "" && (!word.Placed() || l.c.plan.PlacementWidth == 2) {
			names = append(names, word.Name)
		}
	}
	for _, own := range l.c.own.list {
		if own.name != "" && !slices.Contains(names, own.name) {
			names = append(names, own.name)
		}
	}
	return names
}

// allNames are the facts and functions that there are, also those that cannot be asked for at the phase.
func (l *lowering) allNames() []string {
	names := slices.Clone(functionNames)
	for _, word := range calc.FactWords() {
		names = append(names, word.Name)
	}
	for _, own := range l.c.own.list {
		names = append(names, own.name)
	}
	return names
}

// paidAtClose reports a bonus whose earnings a period's close does not know.
func (l *lowering) paidAtClose(at, bonus int) bool {
	b := l.c.message.GetBonuses()[bonus]
	if paysAt(b, paysOmitted(b)) == calc.PaysPeriod {
		return true
	}
	l.fail(at, fmt.Sprintf("the bonus `%s` is paid at the event, and `earned` knows what is paid at the close", shown(b.GetName())), "ask for a bonus that is paid at the close")
	return false
}

// paysOmitted is when a bonus posts its lines that does not say.
func paysOmitted(b *uplinev1.Bonus) calc.Pays {
	if b.GetDirect() != nil || b.GetAdvance() != nil {
		return calc.PaysEvent
	}
	return calc.PaysPeriod
}

// bonus is the bonus whose text is read; nil where it is no bonus's.
func (l *lowering) bonus() *uplinev1.Bonus {
	rest, ok := strings.CutPrefix(l.path, "bonuses[")
	index, _, _ := strings.Cut(rest, "]")
	i, err := strconv.Atoi(index)
	if !ok || err != nil {
		return nil
	}
	return l.c.message.GetBonuses()[i]
}

// warnRankOfBefore looks for a bonus that is paid before the ranks of its time are decided.
func (l *lowering) warnRankOfBefore(at int, rank string) {
	b := l.bonus()
	if b == nil || !l.c.sound("cadence") {
		return
	}
	if l.when == forEvent {
		l.say(Warning, at, fmt.Sprintf("the bonus is paid at the event, so `paid_as` is the rank of the last closed %s period here", l.c.plan.Main),
			fmt.Sprintf("if that is meant, say so by `paid_as_before(\"%s\")`; else pay the bonus at the close: `pays: period`", shown(rank)))
		return
	}
	if !l.c.plan.Main.IsLonger(l.c.cadenceOf(b)) {
		return
	}
	l.say(Warning, at, fmt.Sprintf("the bonus is paid %s and ranks are decided %s, so `paid_as` is the rank of the last closed %s period here",
		l.c.cadenceOf(b), l.c.plan.Main, l.c.plan.Main),
		fmt.Sprintf("if that is meant, say so by `paid_as_before(\"%s\")`; else pay the bonus %s", shown(rank), l.c.plan.Main))
}

// earnsAlike reports that a bonus asks what another one pays in periods of another cadence, of which it knows nothing.
func (l *lowering) earnsAlike(reads []calc.Slot) bool {
	asking := l.bonus()
	if asking == nil {
		return true
	}
	for _, k := range l.c.factTable.EarnedOf(reads) {
		asked := l.c.message.GetBonuses()[k]
		if l.c.cadenceOf(asked) != l.c.cadenceOf(asking) {
			l.fail(0, fmt.Sprintf("the bonus `%s` is paid %s, and this one %s, so what that pays is not known here", shown(asked.GetName()), l.c.cadenceOf(asked), l.c.cadenceOf(asking)),
				"ask for a bonus of the same cadence")
			return false
		}
	}
	return true
}
