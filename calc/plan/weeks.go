package plan

import (
	"fmt"
	"strings"

	"upline/calc"
)

// weeksFrom reads the week that periods of two and of four weeks are counted from.
func (c *compiler) weeksFrom() {
	text := c.message.GetWeeksFrom()
	if text == "" {
		return // the week of 1970-01-01
	}
	day, err := calc.ParsePeriod(calc.Daily, nil, text)
	if err != nil {
		c.fail("weeks_from", "`"+shown(text)+"` is not a day of the calendar", "write a Monday like `2026-01-05`")
		return
	}
	week, isMonday := calc.WeekOf(day)
	if !isMonday {
		c.fail("weeks_from", "`"+text+"` is not a Monday, and weeks begin on Mondays", "use `"+calc.MondayOf(week)+"` or `"+calc.MondayOf(week+1)+"`")
		return
	}
	c.plan.WeeksFrom = week
}

// needWeeks refuses a plan that has periods of two or of four weeks and does not say which weeks they are.
func (c *compiler) needWeeks() {
	if c.message.GetWeeksFrom() != "" {
		return
	}
	path, cadence := c.firstOfWeeks()
	if path == "" {
		return
	}
	// From the day that the plan begins with, which begins a period where the main cadence is asked for.
	day, err := calc.ParsePeriod(calc.Daily, nil, c.message.GetValidFrom())
	if err != nil {
		return // said of valid_from
	}
	week, _ := calc.WeekOf(day)
	c.fail(path, "nothing says with which week the plan's `"+cadence.String()+"` periods begin",
		"add `weeks_from` with a Monday on which one of your periods begins, for instance `weeks_from: "+calc.MondayOf(week)+"`")
}

// firstOfWeeks finds where the plan first asks for periods of several weeks.
func (c *compiler) firstOfWeeks() (path string, cadence calc.Cadence) {
	m := c.message
	if cadence = calc.Cadence(m.GetCadence()); cadence.CountsWeeks() {
		return "cadence", cadence
	}
	for i, v := range m.GetVolumes() {
		if cadence = calc.Cadence(v.GetSourceCap().GetWithin()); cadence.CountsWeeks() {
			return fmt.Sprintf("volumes[%d].source_cap.within", i), cadence
		}
	}
	for i, b := range m.GetBonuses() {
		if cadence = calc.Cadence(b.GetCadence()); cadence.CountsWeeks() {
			return bonusPath(i) + ".cadence", cadence
		}
	}
	for i, limit := range m.GetCaps() {
		if cadence = calc.Cadence(limit.GetWithin()); cadence.CountsWeeks() {
			return fmt.Sprintf("caps[%d].within", i), cadence
		}
	}
	return "", 0
}

// cadenceWords says in English how often periods close.
func cadenceWords(c calc.Cadence) string { return strings.ReplaceAll(c.String(), "_", "-") }

// weeks says which weeks make a period, where the plan has those of several.
func (w *english) weeks() {
	if w.message.WeeksFrom == "" {
		return
	}
	w.line("  Periods of two and of four weeks begin on Monday, %s, and every two or four weeks after and before it.", w.message.WeeksFrom)
}
