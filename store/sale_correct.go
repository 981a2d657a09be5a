package store

import (
	"fmt"

	"upline/calc"
)

// The kinds of lines.
const (
	lineCommission = "COMMISSION"
	lineReversal   = "REVERSAL"
	lineOpening    = "OPENING"
	// Lines of runs: a sum that is rounded as a whole, what a cap takes of lines that events posted, and amounts for pieces.
	lineRounding   = "ROUNDING"
	lineAdjustment = "ADJUSTMENT"
	linePieces     = "PIECES"
)

// correct returns the reversals that bring every line to the part that stays posted. A line has at most one reversal in force. When
// another part has to be taken back than it takes, it is itself reversed whole and a new one is made, so that each line can be
// recomputed from what it holds: amount = round(base × −1 × factor).
func (h *history) correct(lines []Line, inForce []origin, f calc.SaleFold) ([]Line, error) {
	undone := make(map[lineID]bool)
	reversals := make(map[lineID]*Line)
	origins := make(map[string]*origin, len(inForce))
	for i := range inForce {
		origins[inForce[i].id] = &inForce[i]
	}
	for i := range lines {
		if l := &lines[i]; l.Kind == lineReversal {
			undone[lineID{l.ReversesEventID, l.ReversesLineNo}] = true
		}
	}
	for i := range lines {
		if l := &lines[i]; l.Kind == lineReversal && !undone[lineID{l.EventID, l.LineNo}] {
			reversals[lineID{l.ReversesEventID, l.ReversesLineNo}] = l
		}
	}
	var corrections []Line
	for i := range lines {
		l := &lines[i]
		if l.Kind == lineReversal || l.AmountMinor == 0 || l.Kind == lineOpening && l.Factor != "" {
			continue
		}
		name, taken, by, rounding, err := h.takenBack(l, origins[l.Origin], f)
		if err != nil {
			return nil, err
		}
		reversal := reversals[lineID{l.EventID, l.LineNo}]
		if reversal != nil {
			if reversal.FactorPart == taken {
				continue
			}
			corrections = append(corrections, reversing(reversal, "", calc.One, -reversal.AmountMinor, by))
		}
		if taken.Num == 0 {
			continue
		}
		amount := l.AmountMinor // the whole of it exactly, also of an opening amount that is off the plan's step
		if taken.Num != taken.Den {
			if amount, err = calc.RoundedPart(l.AmountMinor, taken, rounding); err != nil {
				return nil, fmt.Errorf("reversing line %d of event %s: %w", l.LineNo, l.EventID, err)
			}
		}
		corrections = append(corrections, reversing(l, name, taken, -amount, by))
	}
	return corrections, nil
}

type lineID struct {
	eventID string
	no      int32
}

// reversing makes the line that takes back a part of another, by a version of the plan.
func reversing(l *Line, factor string, part calc.Fraction, amountMinor int64, version int32) Line {
	return Line{
		DistributorID: l.DistributorID, Bonus: l.Bonus, Kind: lineReversal, Level: l.Level, Base: l.AmountMinor, BaseUnit: "MONEY",
		Point: calc.One, Rate: -calc.RateScale, Factor: factor, FactorPart: part, AmountMinor: amountMinor, Currency: l.Currency,
		Period: PeriodKey{Cadence: l.Period.Cadence}, ReversesEventID: l.EventID, ReversesLineNo: l.LineNo, PlanVersion: version,
	}
}

// takenBack returns the part of a line that the sale's events take back, its name, the version of the plan that says so, and how it is
// rounded. All of it is, whose origin is not in force, and of a payment what was given back; else the bonus says.
func (h *history) takenBack(l *Line, o *origin, f calc.SaleFold) (name string, part calc.Fraction, by int32, rounding calc.Rounding, err error) {
	all := h.allVersions()
	paidBy := all.of(l.PlanVersion)
	paid := bonusNamed(paidBy, l.Bonus)
	if paid == nil {
		return "", calc.Fraction{}, 0, calc.Rounding{}, fmt.Errorf("%w: plan %s version %d has no bonus %q", ErrCorrupt, paidBy.ID, paidBy.Version, l.Bonus)
	}
	switch {
	case o == nil:
		return "undone", calc.One, paidBy.Version, paidBy.BonusRounding(paid), nil
	case o.cycle > 0:
		return "given_back", calc.Fraction{Num: o.kept.Den - o.kept.Num, Den: o.kept.Den}, paidBy.Version, paidBy.BonusRounding(paid), nil
	}
	plan, bonus := all.ending(l, f.EndedAtUS)
	clawback, _ := bonus.EventClawback()
	_, months := paid.EventClawback()
	name = "taken_back"
	if clawback.Mode == calc.ClawbackMonthsPaid {
		name = "unearned_months"
	}
	var span *calc.MonthSpan
	if o.change != nil {
		span = o.change.rest
	}
	stays := clawback.RetainedIn(f, months, span)
	return name, calc.Fraction{Num: stays.Den - stays.Num, Den: stays.Den}, plan.Version, plan.BonusRounding(bonus), nil
}
