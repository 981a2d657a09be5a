package store

import (
	"fmt"

	"upline/calc"
)

const sqlSaleColumns = `s.region, s.market, s.sale_id, s.order_id, s.plan_id, s.plan_version, s.distributor_id, s.customer_id, s.product_id,
	s.vendor_id, s.product_class, s.requires_activation, s.volume_timing, s.price_minor, s.currency, s.pv, s.cv, s.sold_at_us, s.state,
	s.activated_at_us, s.cancelled_at_us, s.cycles_paid, s.recorded_at_us, s.qv, s.fee_minor,
	s.billing_cycle, s.due_rule, s.grace_days, s.failures_max, s.lapse_overdue, s.payment_reinstates, s.months_num, s.months_den, s.due_at_us, s.next_cycle, s.terms_from_us`

func scanSale(r Row) Sale {
	return Sale{
		Region: r.Text(0), Market: r.Text(1), SaleID: r.Text(2), OrderID: r.Text(3), PlanID: r.Text(4), PlanVersion: int32(r.Int(5)),
		DistributorID: r.Text(6), CustomerID: r.Text(7), ProductID: r.Text(8), VendorID: r.Text(9), Class: r.Text(10),
		RequiresActivation: r.Int(11) != 0, VolumeOnPayment: r.Int(12) != 0, PriceMinor: r.Int(13), Currency: r.Text(14), PV: r.Int(15),
		CV: r.Int(16), SoldAtUS: r.Int(17), State: SaleState(r.Text(18)), ActivatedAtUS: r.Int(19), CancelledAtUS: r.Int(20),
		CyclesPaid: int32(r.Int(21)), RecordedAtUS: r.Int(22), QV: r.Int(23), FeeMinor: r.Int(24),
		Billing: scanBilling(r, 25), MonthsPaid: calc.Fraction{Num: r.Int(31), Den: r.Int(32)}, DueAtUS: r.Int(33), NextCycle: int32(r.Int(34)), TermsFromUS: r.Int(35),
	}
}

// storedEvent is an event of a sale as its row holds it. The first, that the sale was recorded or brought along, stands in the row of the
// sale: a row of its own would repeat half of that one, and most sales never have another event.
type storedEvent struct {
	calc.SaleEvent
	recordedAtUS int64
	state        SaleState
	countedIn    string
	content      []byte
	change       *storedChange // of a change, what it brings
}

const (
	saleColumns          = 36 // of sqlSaleColumns
	sqlFirstEventColumns = `s.first_kind, s.first_cycle, s.first_state, s.counted_in, s.content`
)

// scanFirstEvent reads the event that a sale began with, whose columns follow those of the sale.
func scanFirstEvent(r Row, s *Sale) storedEvent {
	return storedEvent{
		SaleEvent: calc.SaleEvent{
			ID: s.SaleID, Kind: calc.EventKind(r.Int(saleColumns)), EffectiveAtUS: s.SoldAtUS, Cycle: int32(r.Int(saleColumns + 1)),
		},
		recordedAtUS: s.RecordedAtUS, state: SaleState(r.Text(saleColumns + 2)), countedIn: r.Text(saleColumns + 3),
		content: append([]byte(nil), r.Bytes(saleColumns+4)...),
	}
}

const sqlEventsOfSale = `SELECT event_id, kind, effective_at_us, cycle, recorded_at_us, sale_state, counted_in, content,
	amount_minor, partly
	FROM sale_events WHERE region = $1 AND market = $2 AND sale_id = $3 ORDER BY event_id`

func scanEvent(r Row) storedEvent {
	return storedEvent{
		SaleEvent: calc.SaleEvent{
			ID: r.Text(0), Kind: calc.EventKind(r.Int(1)), EffectiveAtUS: r.Int(2), Cycle: int32(r.Int(3)), AmountMinor: r.Int(8), Partly: r.Int(9) != 0,
		},
		recordedAtUS: r.Int(4), state: SaleState(r.Text(5)), countedIn: r.Text(6), content: append([]byte(nil), r.Bytes(7)...),
	}
}

const sqlLineColumns = `l.market, l.sale_id, l.event_id, l.line_no, l.distributor_id, l.plan_id, l.plan_version, l.cadence, l.period_no, l.bonus,
	l.kind, l.level, l.base, l.base_unit, l.point_num, l.point_den, l.rate, l.factor, l.factor_num, l.factor_den, l.amount_minor, l.currency,
	l.reverses_event_id, l.reverses_line_no, l.recorded_at_us, l.origin, l.vendor_id, l.tally_no`

const sqlLinesOfSale = `SELECT ` + sqlLineColumns + ` FROM event_lines l
	WHERE l.region = $1 AND l.market = $2 AND l.sale_id = $3 ORDER BY l.event_id, l.line_no`

// scanLine reads an event's line; the period's name is filled in by nameLines.
func scanLine(r Row) Line {
	return Line{
		Market: r.Text(0), SaleID: r.Text(1), EventID: r.Text(2), LineNo: int32(r.Int(3)), DistributorID: r.Text(4),
		PlanID: r.Text(5), PlanVersion: int32(r.Int(6)), Period: PeriodKey{PlanID: r.Text(5), Cadence: calc.Cadence(r.Int(7)), No: r.Int(8)},
		Bonus: r.Text(9), Kind: r.Text(10), Level: int32(r.Int(11)), Base: r.Int(12), BaseUnit: r.Text(13),
		Point: calc.Fraction{Num: r.Int(14), Den: r.Int(15)}, Rate: r.Int(16), Factor: r.Text(17),
		FactorPart: calc.Fraction{Num: r.Int(18), Den: r.Int(19)}, AmountMinor: r.Int(20), Currency: r.Text(21),
		ReversesEventID: r.Text(22), ReversesLineNo: int32(r.Int(23)), RecordedAtUS: r.Int(24), Origin: r.Text(25), VendorID: r.Text(26), TallyNo: r.Int(27),
	}
}

// advances tells whether an event's line pays months in advance.
func (l *Line) advances() bool {
	return l.Kind == lineCommission && l.Factor == factorAdvanced || l.Kind == lineOpening && l.Factor == "" && l.SaleID != ""
}

func nameLines(p *calc.Plan, lines []Line) {
	for i := range lines {
		lines[i].Period = periodKey(p, lines[i].Period.Cadence, lines[i].Period.No)
	}
}

const sqlInsertLine = `INSERT INTO event_lines (region, market, sale_id, event_id, line_no, distributor_id, plan_id, plan_version, cadence,
	period_no, bonus, kind, level, base, base_unit, point_num, point_den, rate, factor, factor_num, factor_den, amount_minor, currency,
	reverses_event_id, reverses_line_no, recorded_at_us, origin, vendor_id, tally_no, advance)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)`

func insertLine(b *Batch, region string, l Line) {
	b.Insert(sqlInsertLine, region, l.Market, l.SaleID, l.EventID, int64(l.LineNo), l.DistributorID, l.PlanID, int64(l.PlanVersion),
		int64(l.Period.Cadence), l.Period.No, l.Bonus, l.Kind, int64(l.Level), l.Base, l.BaseUnit, l.Point.Num, l.Point.Den, l.Rate, l.Factor,
		l.FactorPart.Num, l.FactorPart.Den, l.AmountMinor, l.Currency, l.ReversesEventID, int64(l.ReversesLineNo), l.RecordedAtUS, l.Origin, l.VendorID, l.TallyNo, flag(l.advances()))
}

const (
	sqlInsertEvent = `INSERT INTO sale_events (region, market, sale_id, event_id, kind, effective_at_us, recorded_at_us, cycle, amount_minor,
		partly, currency, cause, sale_state, counted_in, content, digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`
	sqlInsertSale = `INSERT INTO sales (region, market, sale_id, order_id, plan_id, plan_version, distributor_id, customer_id, product_id,
		vendor_id, product_class, requires_activation, volume_timing, price_minor, currency, pv, cv, sold_at_us, state, activated_at_us,
		cancelled_at_us, cycles_paid, recorded_at_us, qv, fee_minor, billing_cycle, due_rule, grace_days, failures_max, lapse_overdue,
		payment_reinstates, months_num, months_den, due_shard, due_at_us, next_cycle, terms_from_us, first_kind, first_cycle, first_state,
		counted_in, content)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30,
		$31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42)`
	sqlUpdateSale = `UPDATE sales SET state = $1, activated_at_us = $2, cancelled_at_us = $3, cycles_paid = $4, months_num = $5, months_den = $6,
		due_at_us = $7, next_cycle = $8, vendor_id = $9, distributor_id = $10 WHERE region = $11 AND market = $12 AND sale_id = $13`
	sqlUpdateTerms = `UPDATE sales SET product_id = $1, product_class = $2, price_minor = $3, fee_minor = $4, pv = $5, cv = $6, qv = $7, billing_cycle = $8, due_rule = $9,
		grace_days = $10, failures_max = $11, lapse_overdue = $12, payment_reinstates = $13, terms_from_us = $14 WHERE region = $15 AND market = $16 AND sale_id = $17`
	sqlInsertCount = `INSERT INTO event_counts (region, plan_id, cadence, period_no, market, sale_id, event_id, of_event_id, distributor_id, pv, cv, price_minor,
		times, product_class, customer_id, at_us, cycle, qv, fee_minor, restated_in, vendor_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`
)

func insertSale(b *Batch, s *Sale, first *storedEvent) {
	b.Insert(sqlInsertSale, s.Region, s.Market, s.SaleID, s.OrderID, s.PlanID, int64(s.PlanVersion), s.DistributorID, s.CustomerID, s.ProductID,
		s.VendorID, s.Class, flag(s.RequiresActivation), flag(s.VolumeOnPayment), s.PriceMinor, s.Currency, s.PV, s.CV, s.SoldAtUS, string(s.State),
		s.ActivatedAtUS, s.CancelledAtUS, int64(s.CyclesPaid), s.RecordedAtUS, s.QV, s.FeeMinor, int64(s.Billing.Cycle), int64(s.Billing.Due),
		int64(s.Billing.GraceDays), int64(s.Billing.FailuresMax), flag(s.Billing.LapseOverdue), flag(s.Billing.PaymentReinstates),
		s.MonthsPaid.Num, s.MonthsPaid.Den, dueShard(s.Market, s.SaleID), s.DueAtUS, int64(s.NextCycle), s.TermsFromUS,
		int64(first.Kind), int64(first.Cycle), string(first.state), first.countedIn, first.content)
}

// update adds to a batch what events have made of the sale's row, and takes away the entry of a seller whose sale it is no more.
func (h *history) update(b *Batch) error {
	s := &h.sale
	if h.changed() {
		b.Exec(sqlUpdateTerms, s.ProductID, s.Class, s.PriceMinor, s.FeeMinor, s.PV, s.CV, s.QV, int64(s.Billing.Cycle), int64(s.Billing.Due), int64(s.Billing.GraceDays),
			int64(s.Billing.FailuresMax), flag(s.Billing.LapseOverdue), flag(s.Billing.PaymentReinstates), s.TermsFromUS, s.Region, s.Market, s.SaleID)
	}
	b.Exec(sqlUpdateSale, string(s.State), s.ActivatedAtUS, s.CancelledAtUS, int64(s.CyclesPaid), s.MonthsPaid.Num, s.MonthsPaid.Den, s.DueAtUS,
		int64(s.NextCycle), s.VendorID, s.DistributorID, s.Region, s.Market, s.SaleID)
	if h.formerSeller == "" {
		return nil
	}
	return h.store.segments.remove(b, h.conn, s, h.formerSeller)
}

// receiptOf rebuilds what an event did from its row and the lines that it posted.
func receiptOf(p *calc.Plan, s *Sale, e storedEvent, lines []Line) (Receipt, error) {
	stamps, err := decodeStamps(e.countedIn)
	if err != nil {
		return Receipt{}, fmt.Errorf("sale %s of %s: %w", s.SaleID, s.Market, err)
	}
	r := Receipt{
		Market: s.Market, SaleID: s.SaleID, EventID: e.ID, Kind: e.Kind, EffectiveAtUS: e.EffectiveAtUS, RecordedAtUS: e.recordedAtUS,
		State: e.state, Cycle: e.Cycle,
	}
	for _, st := range stamps {
		no, restatedIn := st.counted()
		r.CountedIn = append(r.CountedIn, periodKey(p, st.cadence, no))
		if restatedIn != 0 {
			r.RestatedIn = append(r.RestatedIn, periodKey(p, st.cadence, restatedIn))
		}
	}
	if c := e.change; c != nil {
		r.Change = &ChangeOutcome{ProductID: c.productID, PriceMinor: c.priceMinor, Currency: s.Currency, Cycle: c.cycle, Prorated: c.outcome}
	}
	for _, l := range lines {
		if l.EventID == e.ID {
			r.Lines = append(r.Lines, l)
		}
	}
	return r, nil
}
