package server

import (
	"strconv"
	"strings"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// receiptOf is what an event did, with the lines that the caller may see.
func receiptOf(r store.Receipt, caller Caller) *uplinev1.EventReceipt {
	out := &uplinev1.EventReceipt{
		Market: r.Market, SaleId: r.SaleID, EventId: r.EventID,
		Kind:        uplinev1.EventKind(r.Kind),
		EffectiveAt: timestamp(r.EffectiveAtUS), RecordedAt: timestamp(r.RecordedAtUS),
		SaleState: saleStates[r.State], Cycle: r.Cycle, Change: prorated(r.Change),
	}
	for _, p := range r.CountedIn {
		out.CountedIn = append(out.CountedIn, periodRef(p))
	}
	for _, p := range r.RestatedIn {
		out.RestatedIn = append(out.RestatedIn, periodRef(p))
	}
	for _, c := range r.Corrects {
		out.Corrects = append(out.Corrects, &uplinev1.CorrectedPeriod{Period: periodRef(c.Period), RestatedIn: periodRef(c.RestatedIn)})
	}
	for _, l := range r.Lines {
		if caller.seesLine(l.DistributorID) {
			out.Lines = append(out.Lines, lineOf(l))
		}
	}
	return out
}

func receiptsOf(receipts []store.Receipt, caller Caller) []*uplinev1.EventReceipt {
	out := make([]*uplinev1.EventReceipt, len(receipts))
	for i, r := range receipts {
		out[i] = receiptOf(r, caller)
	}
	return out
}

var saleStates = map[store.SaleState]uplinev1.SaleState{
	store.SalePending:   uplinev1.SaleState_SALE_STATE_PENDING,
	store.SaleActive:    uplinev1.SaleState_SALE_STATE_ACTIVE,
	store.SaleCancelled: uplinev1.SaleState_SALE_STATE_CANCELLED,
	store.SaleLapsed:    uplinev1.SaleState_SALE_STATE_LAPSED,
}

var lineKinds = map[string]uplinev1.LineKind{
	"COMMISSION": uplinev1.LineKind_LINE_KIND_COMMISSION,
	"REVERSAL":   uplinev1.LineKind_LINE_KIND_REVERSAL,
	"OPENING":    uplinev1.LineKind_LINE_KIND_OPENING,
	"ROUNDING":   uplinev1.LineKind_LINE_KIND_ROUNDING,
	"ADJUSTMENT": uplinev1.LineKind_LINE_KIND_ADJUSTMENT,
	"PIECES":     uplinev1.LineKind_LINE_KIND_PIECES,
	"RESTATED":   uplinev1.LineKind_LINE_KIND_RESTATED,
}

func lineOf(l store.Line) *uplinev1.Line {
	out := &uplinev1.Line{
		DistributorId: l.DistributorID, Bonus: l.Bonus, Kind: lineKinds[l.Kind],
		Market: l.Market, SaleId: l.SaleID, EventId: l.EventID, LineNo: l.LineNo, RunId: l.RunID, Level: l.Level, Part: l.Part,
		Amount: money(l.AmountMinor, l.Currency), PlanVersion: l.PlanVersion, Period: periodRef(l.Period),
		RecordedAt: timestamp(l.RecordedAtUS),
	}
	switch l.BaseUnit {
	case "VOLUME":
		out.BaseUnit, out.Base = uplinev1.BaseUnit_BASE_UNIT_VOLUME, calc.FormatVolume(l.Base)
		out.Factors = append(out.Factors, pointValue(l.Point, l.Currency))
	case "MONEY":
		out.BaseUnit, out.Base = uplinev1.BaseUnit_BASE_UNIT_MONEY, formatMinor(l.Base, l.Currency)
	case "COUNT":
		out.BaseUnit, out.Base = uplinev1.BaseUnit_BASE_UNIT_COUNT, strconv.FormatInt(l.Base, 10)
		out.Rate = formatMinor(l.Rate, l.Currency)
	}
	if l.BaseUnit == "VOLUME" || l.BaseUnit == "MONEY" {
		out.Rate = calc.FormatRate(l.Rate)
	}
	out.Factors = append(out.Factors, factorsOf(l.Factors)...)
	if l.Factor != "" {
		out.Factors = append(out.Factors, &uplinev1.Factor{
			Name: l.Factor, Numerator: l.FactorPart.Num, Denominator: l.FactorPart.Den,
		})
	}
	if l.ReversesLineNo != 0 {
		out.Reverses = &uplinev1.LineRef{EventId: l.ReversesEventID, LineNo: l.ReversesLineNo}
	}
	if l.Corrects.PlanID != "" {
		out.Corrects, out.CorrectsRunId = periodRef(l.Corrects), store.RunID(l.Corrects)
	}
	return out
}

// factorsOf reads factors as a run's lines keep them: `name=1/2;other=3/4`.
func factorsOf(text string) []*uplinev1.Factor {
	var factors []*uplinev1.Factor
	for text != "" {
		var one string
		one, text, _ = strings.Cut(text, ";")
		name, fraction, _ := strings.Cut(one, "=")
		num, den, _ := strings.Cut(fraction, "/")
		f := &uplinev1.Factor{Name: name}
		f.Numerator, _ = strconv.ParseInt(num, 10, 64) // digits, as they were written
		f.Denominator, _ = strconv.ParseInt(den, 10, 64)
		factors = append(factors, f)
	}
	return factors
}

func linesOf(lines []store.Line) []*uplinev1.Line {
	out := make([]*uplinev1.Line, len(lines))
	for i, l := range lines {
		out[i] = lineOf(l)
	}
	return out
}

func periodRef(k store.PeriodKey) *uplinev1.PeriodRef {
	return &uplinev1.PeriodRef{PlanId: k.PlanID, Cadence: uplinev1.Cadence(k.Cadence), Period: k.Name}
}

var periodStates = map[store.PeriodState]uplinev1.PeriodState{
	store.PeriodOpen:   uplinev1.PeriodState_PERIOD_STATE_OPEN,
	store.PeriodFenced: uplinev1.PeriodState_PERIOD_STATE_FENCED,
	store.PeriodClosed: uplinev1.PeriodState_PERIOD_STATE_CLOSED,
}
