package server

import (
	"strconv"
	"strings"
	"time"

	uplinev1 "upline/api/upline/v1"
	"upline/calc"
	"upline/store"
)

// lineRow is a line of an export. Where a line of an event and one of a run differ, the columns of the other are empty.
type lineRow struct {
	PlanID          string     `parquet:"plan_id,dict"`
	Cadence         string     `parquet:"cadence,dict"`
	Period          string     `parquet:"period,dict"`
	DistributorID   string     `parquet:"distributor_id"`
	Currency        string     `parquet:"currency,dict"`
	Amount          decimal128 `parquet:"amount,decimal(4:38)"`
	Bonus           string     `parquet:"bonus,dict"`
	Kind            string     `parquet:"kind,dict"`
	Source          string     `parquet:"source,dict"`
	Market          string     `parquet:"market,dict"`
	SaleID          string     `parquet:"sale_id"`
	EventID         string     `parquet:"event_id"`
	LineNo          int32      `parquet:"line_no"`
	RunID           string     `parquet:"run_id,dict"`
	Level           int32      `parquet:"level"`
	Part            int32      `parquet:"part"`
	BaseUnit        string     `parquet:"base_unit,dict"`
	Base            decimal128 `parquet:"base,decimal(4:38)"`
	Rate            decimal128 `parquet:"rate,decimal(9:38)"`
	Factors         string     `parquet:"factors,dict"`
	ReversesEventID string     `parquet:"reverses_event_id"`
	ReversesLineNo  int32      `parquet:"reverses_line_no"`
	CorrectsPeriod  string     `parquet:"corrects_period,dict"`
	VendorID        string     `parquet:"vendor_id,dict"`
	PlanVersion     int32      `parquet:"plan_version"`
	RecordedAt      int64      `parquet:"recorded_at,timestamp(microsecond)"`

	amount, base, rate string // as CSV has them
}

// The sources of lines.
const (
	sourceEvent = "event"
	sourceRun   = "run"
)

func lineRowOf(l *store.Line) lineRow {
	row := lineRow{
		PlanID: l.PlanID, Cadence: l.Period.Cadence.String(), Period: l.Period.Name, DistributorID: l.DistributorID, Currency: l.Currency,
		Amount: amountDecimal(l.AmountMinor, l.Currency), Bonus: l.Bonus, Kind: strings.ToLower(l.Kind), Source: sourceEvent, Market: l.Market, SaleID: l.SaleID, EventID: l.EventID,
		LineNo: l.LineNo, RunID: l.RunID, Level: l.Level, Part: l.Part, BaseUnit: strings.ToLower(l.BaseUnit), ReversesEventID: l.ReversesEventID, ReversesLineNo: l.ReversesLineNo,
		CorrectsPeriod: l.Corrects.Name, VendorID: l.VendorID, PlanVersion: l.PlanVersion, RecordedAt: l.RecordedAtUS, amount: formatMinor(l.AmountMinor, l.Currency),
	}
	if l.RunID != "" {
		row.Source = sourceRun
	}
	switch l.BaseUnit {
	case "VOLUME":
		row.Base, row.base = decimalOf(l.Base, amountScale, amountScale), calc.FormatVolume(l.Base)
		row.Rate, row.rate = decimalOf(l.Rate, rateScale, rateScale), calc.FormatRate(l.Rate)
	case "MONEY":
		row.Base, row.base = amountDecimal(l.Base, l.Currency), formatMinor(l.Base, l.Currency)
		row.Rate, row.rate = decimalOf(l.Rate, rateScale, rateScale), calc.FormatRate(l.Rate)
	case "COUNT":
		digits, _ := calc.CurrencyDigits(l.Currency)
		row.Base, row.base = decimalOf(l.Base, 0, amountScale), strconv.FormatInt(l.Base, 10)
		row.Rate, row.rate = decimalOf(l.Rate, digits, rateScale), formatMinor(l.Rate, l.Currency)
	}
	row.Factors = factorText(l)
	return row
}

// factorText writes the factors of a line, in the order in which they are applied: `point_value=1/1;cap=4/5`.
func factorText(l *store.Line) string {
	var factors []*uplinev1.Factor
	if l.BaseUnit == "VOLUME" {
		factors = append(factors, pointValue(l.Point, l.Currency))
	}
	if l.Factor != "" {
		factors = append(factors, &uplinev1.Factor{Name: l.Factor, Numerator: l.FactorPart.Num, Denominator: l.FactorPart.Den})
	}
	text := make([]byte, 0, 32+len(l.Factors))
	for _, f := range factors {
		text = append(append(text, f.GetName()...), '=')
		text = append(strconv.AppendInt(text, f.GetNumerator(), 10), '/')
		text = append(strconv.AppendInt(text, f.GetDenominator(), 10), ';')
	}
	return strings.TrimSuffix(string(append(text, l.Factors...)), ";")
}

func (lineRow) csvHeader() []string {
	return []string{
		"plan_id", "cadence", "period", "distributor_id", "currency", "amount", "bonus", "kind", "source", "market", "sale_id", "event_id", "line_no", "run_id", "level", "part",
		"base_unit", "base", "rate", "factors", "reverses_event_id", "reverses_line_no", "corrects_period", "vendor_id", "plan_version", "recorded_at",
	}
}

func (r lineRow) csv(to []string) []string {
	return append(to, r.PlanID, r.Cadence, r.Period, r.DistributorID, r.Currency, r.amount, r.Bonus, r.Kind, r.Source, r.Market, r.SaleID, r.EventID, intText(r.LineNo), r.RunID,
		intText(r.Level), intText(r.Part), r.BaseUnit, r.base, r.rate, r.Factors, r.ReversesEventID, intText(r.ReversesLineNo), r.CorrectsPeriod, r.VendorID,
		intText(r.PlanVersion), time.UnixMicro(r.RecordedAt).UTC().Format(time.RFC3339Nano))
}

func intText(number int32) string { return strconv.FormatInt(int64(number), 10) }
