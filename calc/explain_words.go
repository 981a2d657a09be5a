package calc

import (
	"strconv"
	"strings"
)

// Words says a condition in plain English, for instance "personal volume of at least 100, and at least 2 sponsor legs with the rank gold"; of one
// that differs by market, as it is in the plan itself. nil is "always".
func (p *Plan) Words(c *Condition) string {
	if c == nil {
		return "always"
	}
	return p.words(c.root, true)
}

// NumberWords says a number in plain English, as Words does.
func (p *Plan) NumberWords(n *Number) string { return p.amountWords(n.root) }

// words says a boolean expression, or that it must not hold.
func (p *Plan) words(e *Expr, want bool) string {
	switch e.Op {
	case OpNot:
		return p.words(e.Args[0], !want)
	case OpVariant:
		return p.words(e.Args[0], want)
	case OpBoolean:
		if (e.Value != 0) == want {
			return "always"
		}
		return "never"
	case OpAnd, OpOr:
		return p.joined(e, want)
	case OpIf:
		return "where " + p.words(e.Args[0], true) + ": " + p.words(e.Args[1], want) + "; else " + p.words(e.Args[2], want)
	case OpFact:
		if text := p.standing(e.Slot); text != "" {
			return map[bool]string{true: "", false: "not "}[want] + text
		}
	case OpLess, OpLessEqual, OpGreater, OpGreaterEqual, OpEqual, OpNotEqual:
		if e.Args[0].Op == OpNumber && e.Args[1].Op != OpNumber {
			e = &Expr{Op: mirrored(e.Op), Args: []*Expr{e.Args[1], e.Args[0]}}
		}
		op := e.Op
		if !want {
			op = negated[op]
		}
		than := map[Op]string{
			OpLess: "less than ", OpLessEqual: "at most ", OpGreater: "more than ", OpGreaterEqual: "at least ", OpEqual: "exactly ", OpNotEqual: "other than ",
		}[op] + p.amountWords(e.Args[1])
		if text, counts := p.counts(e.Args[0]); counts {
			return than + " " + text
		}
		return p.amountWords(e.Args[0]) + " of " + than
	}
	return p.sayUnless(e, want)
}

// joined says what && and || join. What binds more weakly stands in brackets.
func (p *Plan) joined(e *Expr, want bool) string {
	all := (e.Op == OpAnd) == want
	var parts []string
	var join func(*Expr)
	join = func(arg *Expr) {
		if arg.Op == e.Op {
			join(arg.Args[0])
			join(arg.Args[1])
			return
		}
		text := p.words(arg, want)
		if arg.Op == OpAnd || arg.Op == OpOr || arg.Op == OpIf {
			text = "(" + text + ")"
		}
		parts = append(parts, text)
	}
	join(e)
	word := ", or "
	if all {
		word = ", and "
	}
	return strings.Join(parts, word)
}

// amountWords says a number.
func (p *Plan) amountWords(e *Expr) string {
	switch e.Op {
	case OpNumber:
		return sayDecimal(e.Value, e.Digits)
	case OpVariant:
		return p.amountWords(e.Args[0])
	case OpFact:
		switch text, counts := p.counts(e); {
		case counts:
			return "number of " + text
		case text != "":
			return text
		}
	}
	return p.Say(e)
}

// measureWords are the names of the built-in volumes.
var measureWords = map[Base]string{
	BaseCV: "commissionable volume", BasePV: "personal volume", BaseQV: "qualifying volume", BasePrice: "sales at their prices",
	BaseNetPrice: "sales at their net prices", BaseCount: "number of sales",
}

// VolumeWords is a volume in words.
func (p *Plan) VolumeWords(b Base) string {
	if text, known := measureWords[b]; known {
		return text
	}
	name := p.VolumeName(b)
	if !strings.Contains(name, "#") {
		return `volume "` + name + `"`
	}
	// A bonus has made it of a part of a built-in one.
	for whole := range VolumeBuiltIn {
		if p.MeasureOf(whole) == p.MeasureOf(b) {
			return measureWords[whole]
		}
	}
	return name
}

// counts says a fact that is a number; counts tells that it is a number of something, which is named behind the number.
func (p *Plan) counts(e *Expr) (text string, counts bool) {
	if e.Op != OpFact || p.Facts.Own(e.Slot) != nil {
		return "", false
	}
	key := p.Facts.keys[e.Slot]
	volume, n := p.VolumeWords(key.Volume), strconv.FormatInt(key.N, 10)
	rank := ""
	if key.Rank > 0 && int(key.Rank) <= len(p.Ranks) {
		rank = p.Ranks[key.Rank-1].Name
	}
	switch key.Fact {
	case FactOwn:
		if key.N > 1 {
			return volume + " of " + n + " periods", false
		}
		return volume, false
	case FactGroup:
		if key.N > 0 {
			return volume + " of the group, " + n + " levels deep,", false
		}
		return volume + " of the whole group", false
	case FactLeg:
		return volume + " of sponsor leg " + n + ", counted from the largest,", false
	case FactCompany:
		return volume + " of the whole company", false
	case FactLeft:
		return volume + " of the left leg", false
	case FactRight:
		return volume + " of the right leg", false
	case FactWeaker:
		return volume + " of the weaker leg", false
	case FactStronger:
		return volume + " of the stronger leg", false
	case FactCustomers:
		if key.N == 0 {
			return "customers who bought", true
		}
		least := sayDecimal(key.N, FactWord{}.Digits(p, FactKey{Fact: FactOwn, Volume: key.Volume}))
		return "customers who bought at least " + least + " of " + volume, true
	case FactFrontline:
		return "sponsored directly", true
	case FactActiveFrontline:
		return "sponsored directly who are active", true
	case FactActiveLeft:
		return "sponsored directly who are active and stand in the left leg", true
	case FactActiveRight:
		return "sponsored directly who are active and stand in the right leg", true
	case FactFrontlineWith:
		return "sponsored directly with the rank " + rank, true
	case FactDownline:
		return "in the downline", true
	case FactActiveDownline:
		return "in the downline who are active", true
	case FactDownlineWith:
		return "in the downline with the rank " + rank, true
	case FactLegsWith:
		return "sponsor legs with the rank " + rank, true
	case FactMonthsEnrolled:
		return "months since enrolment", true
	case FactDaysEnrolled:
		return "days since enrolment", true
	case FactHeld:
		return "periods in a row as " + rank, true
	case FactEarned:
		return "earnings of " + p.Bonuses[key.Name].Name, false
	}
	return "", false
}

// standing says a fact that holds or not.
func (p *Plan) standing(s Slot) string {
	if p.Facts.Own(s) != nil {
		return ""
	}
	key := p.Facts.keys[s]
	switch key.Fact {
	case FactActive:
		return "active"
	case FactPaidAs:
		return "paid as " + p.Ranks[key.Rank-1].Name + " or higher"
	case FactAchieved:
		return "having reached " + p.Ranks[key.Rank-1].Name + " or higher"
	case FactPaidAsBefore:
		return "paid as " + p.Ranks[key.Rank-1].Name + " or higher in the period before"
	case FactKind:
		return "registered as " + p.Names.Kinds[key.Name-1]
	case FactMarket:
		return "living in " + p.Names.Markets[key.Name-1]
	case FactTag:
		return "with the tag " + p.Names.Tags[key.Name-1]
	}
	return ""
}
