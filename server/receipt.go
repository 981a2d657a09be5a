package server

import (
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
		SaleState: saleStates[r.State],
	}
	for _, p := range r.CountedIn {
		out.CountedIn = append(out.CountedIn, periodRef(p))
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
}

var lineKinds = map[string]uplinev1.LineKind{
	"COMMISSION": uplinev1.LineKind_LINE_KIND_COMMISSION,
	"REVERSAL":   uplinev1.LineKind_LINE_KIND_REVERSAL,
	"OPENING":    uplinev1.LineKind_LINE_KIND_OPENING,
}

func lineOf(l store.Line) *uplinev1.Line {
	out := &uplinev1.Line{
		DistributorId: l.DistributorID, Bonus: l.Bonus, Kind: lineKinds[l.Kind],
		Market: l.Market, SaleId: l.SaleID, EventId: l.EventID, LineNo: l.LineNo, RunId: l.RunID, Level: l.Level,
		Amount: money(l.AmountMinor, l.Currency), PlanVersion: l.PlanVersion, Period: periodRef(l.Period),
		RecordedAt: timestamp(l.RecordedAtUS),
	}
	switch l.BaseUnit {
	case "VOLUME":
		out.BaseUnit, out.Base = uplinev1.BaseUnit_BASE_UNIT_VOLUME, calc.FormatVolume(l.Base)
		out.Factors = append(out.Factors, pointValue(l.Point, l.Currency))
	case "MONEY":
		out.BaseUnit, out.Base = uplinev1.BaseUnit_BASE_UNIT_MONEY, formatMinor(l.Base, l.Currency)
	}
	if l.BaseUnit != "" {
		out.Rate = calc.FormatRate(l.Rate)
	}
	if l.Factor != "" {
		out.Factors = append(out.Factors, &uplinev1.Factor{
			Name: l.Factor, Numerator: l.FactorPart.Num, Denominator: l.FactorPart.Den,
		})
	}
	if l.ReversesLineNo != 0 {
		out.Reverses = &uplinev1.LineRef{EventId: l.ReversesEventID, LineNo: l.ReversesLineNo}
	}
	return out
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
