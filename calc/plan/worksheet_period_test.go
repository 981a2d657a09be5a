package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"upline/calc"
)

func (w *worksheet) close(t *testing.T, d *datadriven.TestData) string {
	cadence := w.plan.Main
	if d.HasArg("cadence") {
		var name string
		d.ScanArgs(t, "cadence", &name)
		var err error
		if cadence, err = calc.ParseCadence(name); err != nil {
			t.Fatalf("%s: %v", d.Pos, err)
		}
	}
	period, err := w.plan.ParsePeriod(cadence, d.CmdArgs[0].Key)
	if err != nil {
		t.Fatalf("%s: %v", d.Pos, err)
	}
	in := &calc.Input{Plan: w.plan, Cadence: cadence, Period: period, Network: w.network, Prior: w.prior}
	in.Prior.State = w.state[cadence]
	if v := w.open[cadence]; v != nil {
		for i, at := range v.AtUS {
			if at == noDayUS {
				v.AtUS[i] = period.StartUS
			}
			if v.BuyerSinceUS[i] == noDayUS {
				v.BuyerSinceUS[i] = v.AtUS[i]
			}
		}
		in.Volumes = *v
	}
	if p := w.posted[cadence]; p != nil {
		in.Posted = *p
	}
	if cadence == w.plan.Main {
		in.Adjustments, w.adjusted = w.adjusted, calc.Adjustments{}
	}
	w.earned(in)
	out, err := calc.Compute(in)
	if err != nil {
		t.Fatalf("%s: %v", d.Pos, err)
	}
	w.closed = append(w.closed, closedPeriod{period, out.Lines})
	delete(w.open, cadence)
	delete(w.posted, cadence)
	w.state[cadence], w.last = out.State, out.State
	if cadence == w.plan.Main {
		w.prior.PaidAs, w.prior.Achieved, w.prior.Active = out.PaidAs, out.Achieved, out.Active
	}
	again := ""
	for _, row := range out.ReEntries {
		again += "enters again: " + w.ids[row] + "\n"
	}
	return w.standings(out) + w.lines(out) + w.carries(out) + again
}

// closedPeriod is what a period has paid.
type closedPeriod struct {
	period calc.Period
	lines  calc.Lines
}

// earned gives what closed periods of shorter cadences have paid that ended within this one.
func (w *worksheet) earned(in *calc.Input) {
	from := in.Plan.EarnedFrom(in.Cadence)
	for _, c := range w.closed {
		for i, bonus := range c.lines.Bonus {
			if slices.Contains(from, int(bonus)) && c.period.EndUS > in.Period.StartUS && c.period.EndUS <= in.Period.EndUS {
				e := &in.Earned
				e.Earner, e.Bonus = append(e.Earner, c.lines.Earner[i]), append(e.Bonus, bonus)
				e.AmountMinor = append(e.AmountMinor, c.lines.AmountMinor[i])
			}
		}
	}
}

func (w *worksheet) rankName(rank uint8) string {
	if rank == 0 {
		return "-"
	}
	return w.plan.Ranks[rank-1].Name
}

func (w *worksheet) standings(out *calc.Output) string {
	if out.PaidAs == nil || len(w.plan.Ranks) == 0 && w.plan.Active == nil {
		return ""
	}
	table := newTable("distributor", "active", "paid as", "achieved")
	for i, id := range w.ids {
		active := "no"
		if out.Active[i] {
			active = "yes"
		}
		table.row(id, active, w.rankName(out.PaidAs[i]), w.rankName(out.Achieved[i]))
	}
	return table.String()
}

// lines lists what is paid, with the factors where there are any.
func (w *worksheet) lines(out *calc.Output) string {
	l := &out.Lines
	head := []string{"earner", "bonus", "level", "base", "rate", "amount"}
	factored := slices.ContainsFunc(l.Factor, func(f int32) bool { return f != 0 })
	if factored {
		head = append(head, "factors")
	}
	table := newTable(head...)
	for i, earner := range l.Earner {
		bonus := int(l.Bonus[i])
		base, rate := w.base(bonus, l.Kind[i], l.Base[i]), w.rate(bonus, l.Kind[i], l.Rate[i])
		factors := ""
		for _, f := range l.FactorsOf(i) {
			factors += fmt.Sprintf("%s %d/%d ", f.Name, f.Num, f.Den)
		}
		w.line(table, earner, bonus, l.Level[i], base, rate, l.AmountMinor[i], factors)
	}
	return table.String()
}

func (w *worksheet) line(table *table, earner int32, bonus int, level uint16, base, rate string, amountMinor int64, more ...string) {
	cells := []string{w.ids[earner], w.plan.Bonuses[bonus].Name, shownLevel(level), base, rate, calc.FormatMinor(amountMinor, w.plan.MinorDigits)}
	table.row(append(cells, more...)...)
}

func shownLevel(level uint16) string {
	if level == 0 {
		return "-"
	}
	return strconv.Itoa(int(level))
}

// base writes what a rate was applied to, in its unit.
func (w *worksheet) base(bonus int, kind calc.LineKind, base int64) string {
	unit := w.plan.Bonuses[bonus].UnitOf(w.plan)
	switch kind {
	case calc.LineRounding:
		return "-"
	case calc.LinePieces:
		unit = calc.UnitCount
	case calc.LineAdjustment:
		unit = calc.UnitMoney
	case calc.LineCommission:
	}
	switch unit {
	case calc.UnitMoney:
		return calc.FormatMinor(base, w.plan.MinorDigits)
	case calc.UnitCount:
		return strconv.FormatInt(base, 10)
	case calc.UnitVolume:
	}
	return calc.FormatVolume(base)
}

// rate writes a rate, or what is paid for each.
func (w *worksheet) rate(bonus int, kind calc.LineKind, rate int64) string {
	switch {
	case kind == calc.LineRounding:
		return "rounding"
	case kind == calc.LineAdjustment:
		return "adjusted"
	case kind == calc.LinePieces, w.plan.Bonuses[bonus].UnitOf(w.plan) == calc.UnitCount:
		return calc.FormatMinor(rate, w.plan.MinorDigits) + " each"
	}
	return percent(rate)
}

func percent(rate int64) string {
	return calc.FormatVolume(rate/(calc.RateScale/100/calc.VolumeScale)) + "%"
}

// carries lists the legs that a binary bonus carries on.
func (w *worksheet) carries(out *calc.Output) string {
	table := newTable("carry of", "bonus", "left", "right")
	for i, id := range w.ids {
		for _, b := range w.plan.Bonuses {
			legs := make([]int64, 2)
			left, right := calc.CarryKeys(b.Name)
			for leg, key := range []string{left, right} {
				if column := out.State[key]; column != nil {
					legs[leg] = column[i]
				}
			}
			if legs[0] != 0 || legs[1] != 0 {
				table.row(id, b.Name, calc.FormatVolume(legs[0]), calc.FormatVolume(legs[1]))
			}
		}
	}
	if table.rows == 0 {
		return ""
	}
	return table.String()
}

// carried lists all that the last period carries on.
func (w *worksheet) carried() string {
	table := newTable("state", "of", "number")
	for _, key := range slices.Sorted(maps.Keys(w.last)) {
		for i, number := range w.last[key] {
			of := "company"
			if !strings.HasPrefix(key, "company:") {
				of = w.ids[i]
			}
			if number != 0 {
				table.row(key, of, strconv.FormatInt(number, 10))
			}
		}
	}
	return table.String()
}
