package store

import (
	"fmt"
	"slices"

	"upline/calc"
)

// saleTerms are what a sale is of its product: those that it was recorded with, or those that a change brings.
type saleTerms struct {
	productID, vendorID, class string
	billing                    calc.Billing // without a Location
	priceMinor, feeMinor       int64
	pv, cv, qv                 int64
}

// termsOfSale are the terms that the row of a sale has.
func termsOfSale(s *Sale) saleTerms {
	return saleTerms{s.ProductID, s.VendorID, s.Class, s.Billing, s.PriceMinor, s.FeeMinor, s.PV, s.CV, s.QV}
}

// storedChange is what a change brings, and what it came to when it was recorded.
type storedChange struct {
	saleTerms
	proration calc.Proration // without what the plan says: rounding and location
	outcome   calc.ProratedChange
	cycle     int32 // in which it fell; 0 where the service was not live
}

// The row with the sale's own id has the terms that the sale was recorded with; it comes with the first change. The others are those of
// changes.
const (
	sqlProrationColumns = `proration_mode, proration_unit, day_count, changed_unit, extension_rounding, extension_after_used`
	sqlTermsOfSale      = `SELECT event_id, product_id, vendor_id, product_class, price_minor, fee_minor, pv, cv, qv,
		billing_cycle, due_rule, grace_days, failures_max, lapse_overdue, payment_reinstates, ` + sqlProrationColumns + `,
		cycle, credit_minor, charge_minor, unused_num, unused_den, extension_units, starts_at_us, next_billing_us
		FROM sale_terms WHERE region = $1 AND market = $2 AND sale_id = $3`
)

var sqlInsertTerms = insertText("sale_terms", []string{
	"region", "market", "sale_id", "event_id", "product_id", "vendor_id", "product_class", "price_minor", "fee_minor", "pv", "cv", "qv",
	"billing_cycle", "due_rule", "grace_days", "failures_max", "lapse_overdue", "payment_reinstates",
	"proration_mode", "proration_unit", "day_count", "changed_unit", "extension_rounding", "extension_after_used",
	"cycle", "credit_minor", "charge_minor", "unused_num", "unused_den", "extension_units", "starts_at_us", "next_billing_us",
})

func scanProration(r Row, at int) calc.Proration {
	return calc.Proration{
		Mode: calc.ProrationMode(r.Int(at)), Unit: calc.ProrationUnit(r.Int(at + 1)), DayCount: calc.DayCount(r.Int(at + 2)),
		ChangedUnit: calc.ChangedUnit(r.Int(at + 3)), Extension: calc.RoundingMode(r.Int(at + 4)), ExtensionAfterUsed: r.Int(at+5) != 0,
	}
}

func scanChange(r Row) (eventID string, c storedChange) {
	c.saleTerms = saleTerms{
		productID: r.Text(1), vendorID: r.Text(2), class: r.Text(3), priceMinor: r.Int(4), feeMinor: r.Int(5), pv: r.Int(6), cv: r.Int(7), qv: r.Int(8),
		billing: scanBilling(r, 9),
	}
	c.proration, c.cycle = scanProration(r, 15), int32(r.Int(21))
	c.outcome = calc.ProratedChange{
		CreditMinor: r.Int(22), ChargeMinor: r.Int(23), NetMinor: r.Int(22) + r.Int(23), UnusedPart: calc.Fraction{Num: r.Int(24), Den: r.Int(25)},
		ExtensionUnits: r.Int(26), StartUS: r.Int(27), NextBillingUS: r.Int(28), NextChargeMinor: r.Int(4),
	}
	return r.Text(0), c
}

func insertTerms(b *Batch, s *Sale, eventID string, c *storedChange) {
	t, p, o := &c.billing, &c.proration, &c.outcome
	b.Insert(sqlInsertTerms, s.Region, s.Market, s.SaleID, eventID, c.productID, c.vendorID, c.class, c.priceMinor, c.feeMinor, c.pv, c.cv, c.qv,
		int64(t.Cycle), int64(t.Due), int64(t.GraceDays), int64(t.FailuresMax), flag(t.LapseOverdue), flag(t.PaymentReinstates),
		int64(p.Mode), int64(p.Unit), int64(p.DayCount), int64(p.ChangedUnit), int64(p.Extension), flag(p.ExtensionAfterUsed),
		int64(c.cycle), o.CreditMinor, o.ChargeMinor, o.UnusedPart.Num, o.UnusedPart.Den, o.ExtensionUnits, o.StartUS, o.NextBillingUS)
}

// readTerms reads what changes bring, and the terms that the sale was recorded with. Nearly no sale has changes: only for one that has
// is the table looked into, since what looks for missing rows collides with whoever adds some near by.
func (h *history) readTerms(key []any) error {
	h.sold = termsOfSale(&h.sale)
	if !slices.ContainsFunc(h.events, func(e storedEvent) bool { return e.Kind == calc.Changed }) {
		return nil
	}
	rows := make(map[string]storedChange)
	err := h.conn.Query(sqlTermsOfSale, key, func(r Row) error {
		id, change := scanChange(r)
		rows[id] = change
		return nil
	})
	if err != nil {
		return err
	}
	if first, ok := rows[h.sale.SaleID]; ok {
		h.sold = first.saleTerms
	}
	for i := range h.events {
		e := &h.events[i]
		if e.Kind != calc.Changed {
			continue
		}
		change, ok := rows[e.ID]
		if !ok {
			return fmt.Errorf("%w: change %s of sale %s has no terms", ErrCorrupt, e.ID, h.sale.SaleID)
		}
		e.change = &change
	}
	return nil
}

// terms are what the sale keeps of its product and plan, and what changes bring.
func (h *history) terms() calc.SaleTerms {
	t := calc.SaleTerms{
		RequiresActivation: h.sale.RequiresActivation, VolumeOnPayment: h.sale.VolumeOnPayment, CancelledVolume: h.plan.CancelledVolume,
		Billing: h.located(h.sold.billing), PriceMinor: h.sold.priceMinor,
	}
	for i := range h.events {
		e := &h.events[i]
		if e.change == nil {
			continue
		}
		if t.Changes == nil {
			t.Changes = make(map[string]calc.SaleChange)
		}
		t.Changes[e.ID] = calc.SaleChange{Billing: h.located(e.change.billing), PriceMinor: e.change.priceMinor, Proration: h.proration(e.change.proration)}
	}
	return t
}

// located is a billing with months counted where the plan's days are.
func (h *history) located(b calc.Billing) calc.Billing {
	b.Location = h.plan.Location
	return b
}

// proration is a rule with what the plan says. What is invoiced in another currency than the plan's goes to its minor unit.
func (h *history) proration(p calc.Proration) calc.Proration {
	p.Location, p.Rounding = h.plan.Location, calc.Rounding{Mode: calc.HalfUp, StepMinor: 1}
	if h.sale.Currency == h.plan.Currency {
		p.Rounding = h.plan.Rounding
	}
	return p
}

// termsAt are the terms that an index of a fold stands for.
func (h *history) termsAt(events []calc.SaleEvent, index int) *saleTerms {
	if index == calc.OriginalTerms {
		return &h.sold
	}
	return &h.event(events[index].ID).change.saleTerms
}

// standBy makes the sale's row say the terms that it has now.
func (h *history) standBy(events []calc.SaleEvent, f *calc.SaleFold) {
	t := h.termsAt(events, f.Terms)
	s := &h.sale
	s.ProductID, s.Class, s.Billing, s.PriceMinor, s.FeeMinor, s.PV, s.CV, s.QV = t.productID, t.class, t.billing, t.priceMinor, t.feeMinor, t.pv, t.cv, t.qv
	s.TermsFromUS = 0
	if f.Terms == calc.OriginalTerms {
		return
	}
	s.TermsFromUS = events[f.Terms].EffectiveAtUS
	for i := range f.Changes {
		if c := &f.Changes[i]; c.Event == f.Terms {
			s.TermsFromUS = c.Prorated.StartUS
		}
	}
}

// changed tells that the sale has changes, in force or not.
func (h *history) changed() bool {
	return slices.ContainsFunc(h.events, func(e storedEvent) bool { return e.change != nil })
}
