package simulate

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"upline/calc"
)

// sourcesShownMax is how many sources of a line are printed; --json has all of them.
const sourcesShownMax = 25

// explained writes an explanation for a person. named tells that there are several plans, which need their names.
func (w *textReport) explained(e *Explained, currency string, named bool) {
	plan := ""
	if named {
		plan = ", plan " + e.Plan
	}
	w.line("%s in %s (%s%s)", e.Distributor, e.Period, e.Cadence, plan)
	if !e.Joined {
		w.line("  had not joined yet")
		return
	}
	activity := strings.TrimPrefix(e.Activity, "active: ")
	w.line("  %s: %s", map[bool]string{true: "active", false: "not active"}[e.Active], activity)
	if e.PaidAs != "" || len(e.Ranks) > 0 {
		rank := "no rank"
		if e.PaidAs != "" {
			rank = "rank " + e.PaidAs
		}
		if e.Achieved != e.PaidAs {
			rank += ", highest ever " + e.Achieved
		}
		if e.Because != "" {
			rank += ": " + e.Because
		}
		w.line("  %s", rank)
	}
	if len(e.Ranks) > 0 {
		w.line("  lacking for %s: %s", e.Ranks[0].Rank, e.Ranks[0].Says)
	}
	w.line("  paid %s %s", groupDigits(e.Amount), currency)
	widest := 0
	for _, l := range e.Lines {
		widest = max(widest, len(groupDigits(l.Amount)))
	}
	for i := range e.Lines {
		l := &e.Lines[i]
		name := l.Bonus
		if l.Level > 0 {
			name += fmt.Sprintf(", level %d", l.Level)
		}
		if l.Sale != "" {
			name += ", sale " + l.Sale
		}
		w.line("    %*s  %s: %s", widest, groupDigits(l.Amount), name, l.Of)
		w.sources(e, l, widest)
	}
	if len(e.Missed) > 0 {
		w.line("  missed")
	}
	for _, m := range e.Missed {
		w.line("    %s: %s", m.Bonus, strings.Join(m.Says, "; "))
	}
}

// sources writes what the base of a line adds up.
func (w *textReport) sources(e *Explained, l *ExplainedLine, indent int) {
	shown := l.Sources
	if len(shown) == 1 && shown[0].Kind == "person" && shown[0].Distributor == e.Distributor {
		return
	}
	if len(shown) > sourcesShownMax {
		shown = shown[:sourcesShownMax]
	}
	widest := 0
	for i := range shown {
		widest = max(widest, utf8.RuneCountInString(groupDigits(shown[i].Amount)))
	}
	for i := range shown {
		w.line("      %s%*s  %s", strings.Repeat(" ", indent), widest, groupDigits(shown[i].Amount), shown[i].text(e.Distributor))
	}
	if more := len(l.Sources) - len(shown); more > 0 {
		w.line("      %s%*s  and %s more", strings.Repeat(" ", indent), widest, "", grouped(int64(more)))
	}
}

// text says what a source is, of a line of a distributor.
func (s *ExplainedSource) text(earner string) string {
	of := ""
	if s.Distributor != earner {
		of = " of " + s.Distributor
	}
	text := ""
	switch s.Kind {
	case "sale":
		text = "sale " + s.Sale + of
		if s.Cycle > 1 {
			text += fmt.Sprintf(", cycle %d", s.Cycle)
		}
		if s.amount < 0 {
			text += ", taken back"
		}
	case "earnings":
		text = s.Bonus + of
	case "person":
		text = s.Distributor
	case "carry":
		text = "carried in"
	case "limit":
		text = "left out by the limits of the volume" + of
		if s.amount > 0 {
			text = "given back by the limits of the volume" + of
		}
	}
	if s.Leg != "" {
		text += ", " + s.Leg + " leg"
	}
	return text
}

// reckoned says how the amount of a line comes about.
func reckoned(p *calc.Plan, l *Line) string {
	base := unitText(p, l.Unit, l.Base)
	var text string
	switch {
	case l.Kind == Rounding:
		return "rounding"
	case l.Kind == Reversal:
		text = "takes back " + groupDigits(base)
	case l.Kind == Adjustment && l.Rate == -calc.RateScale:
		text = "adjustment, less " + groupDigits(base)
	case l.Kind == Adjustment:
		text = "adjustment of " + groupDigits(base)
	case l.Unit == calc.UnitCount:
		text = groupDigits(base) + " × " + groupDigits(calc.FormatMinor(l.Rate, p.MinorDigits))
	default:
		text = percentText(l.Rate) + " of " + groupDigits(base)
	}
	if l.Unit == calc.UnitVolume && l.Kind == Commission {
		text += " points"
		if point := pointText(p, l.Point); point != "1" {
			text += " worth " + point + " each"
		}
	}
	for _, f := range l.Factors {
		if f.Fraction == calc.One {
			continue
		}
		text += " × " + f.Name + " " + string(appendFraction(nil, f.Fraction))
	}
	return text
}

// percentText writes a rate.
func percentText(rate int64) string { return string(appendDecimal(nil, rate, 7, 0)) + " %" }

// unitText writes a number of a unit.
func unitText(p *calc.Plan, unit calc.Unit, value int64) string {
	digits, least := unitDigits(p, unit), int32(0)
	if unit == calc.UnitMoney {
		least = digits
	}
	return string(appendDecimal(nil, value, digits, least))
}
