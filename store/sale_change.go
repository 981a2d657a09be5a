package store

import (
	"errors"
	"fmt"

	"upline/calc"
)

// NewChange is what a change of a service brings. PV, CV and QV are nil where the product's count, the fee is nil for none, and the
// proration where the product's holds.
type NewChange struct {
	ProductID            string
	PriceMinor           int64
	FeeMinor, PV, CV, QV *int64
	Proration            *calc.Proration
}

// ChangeOutcome is what a change of a service came to when it was recorded.
type ChangeOutcome struct {
	ProductID  string
	PriceMinor int64
	Currency   string
	Cycle      int32 // in which it fell; 0 where the service was not live, and nothing is prorated
	Prorated   calc.ProratedChange
}

// readChange reads what a change brings, and refuses one that the sale cannot take.
func (h *history) readChange(n *NewEvent) error {
	if n.Kind != calc.Changed {
		return nil
	}
	refuse := func(kind error, field, problem, remedy string) error {
		return &Refusal{
			Kind: kind, IDs: []string{"market", n.Market, "sale_id", n.SaleID, "event_id", n.EventID},
			Fields: []FieldProblem{{field, problem, remedy}},
		}
	}
	c := n.Change
	var product *Product
	err := h.conn.Query(sqlWholeProduct+` WHERE product_id = $1`, []any{c.ProductID}, func(r Row) error {
		p := scanWholeProduct(r)
		product = &p
		return nil
	})
	if err != nil {
		return err
	}
	stored := storedChange{}
	switch {
	case product == nil:
		return unknownProduct(c.ProductID, "product_id")
	case n.Currency != h.sale.Currency:
		return refuse(ErrCurrency, "price.currency_code", fmt.Sprintf("is %s, and the sale is in %s", n.Currency, h.sale.Currency), "send the price in the sale's currency")
	case c.FeeMinor != nil && *c.FeeMinor > c.PriceMinor:
		return refuse(ErrInvalid, "fee.amount", "is more than the price", "send the part of the price that pays no commission")
	case h.sold.billing.Cycle == calc.BilledOnce:
		return refuse(ErrInvalid, "sale_id", fmt.Sprintf("is a sale of %q, which is paid for once: there is no cycle to change in", h.sold.productID), "record another sale")
	case product.Billing.Cycle == calc.BilledOnce:
		return refuse(ErrInvalid, "product_id", fmt.Sprintf("%q is paid for once, and the sale by the cycle", c.ProductID), "record another sale, or name a product that is paid for by the cycle")
	case product.VolumeOnPayment != h.sale.VolumeOnPayment:
		return refuse(ErrInvalid, "product_id", fmt.Sprintf("the volume of %q counts at another time than that of the sale, by volume_timing", c.ProductID),
			"cancel the sale and record another, or name a product with the same volume_timing")
	case c.Proration != nil:
		stored.proration = *c.Proration
	case product.Proration.Mode != 0:
		stored.proration = product.Proration
	default:
		return refuse(ErrInvalid, "proration", fmt.Sprintf("neither the call nor product %q says how the billing cycle is prorated", c.ProductID),
			"send proration, or give it to the product with CatalogService.PutProduct")
	}
	stored.saleTerms = saleTerms{
		product.ProductID, product.VendorID, product.Class, product.Billing, c.PriceMinor, orElse(c.FeeMinor, 0),
		orElse(c.PV, product.PV), orElse(c.CV, product.CV), orElse(c.QV, product.QV),
	}
	n.change = &stored
	return nil
}

func orElse(given *int64, otherwise int64) int64 {
	if given != nil {
		return *given
	}
	return otherwise
}

// settle takes what a change came to, and refuses one that cannot be prorated where it falls by what is known of the sale.
func (h *history) settle(e *storedEvent, events []calc.SaleEvent, f *calc.SaleFold) error {
	if e.change == nil {
		return nil
	}
	for i := range f.Changes {
		c := &f.Changes[i]
		if events[c.Event].ID != e.ID {
			continue
		}
		if c.Err != nil {
			return h.unprorated(e.ID, c.Err)
		}
		e.change.outcome, e.change.cycle = c.Prorated, c.Cycle
		e.change.outcome.ChargedPart = calc.Fraction{} // which is not kept
	}
	return nil
}

// The fields of the API that a ProrationError speaks of.
var prorationFields = map[string]string{
	"mode": "proration.mode", "unit": "proration.unit", "day count": "proration.day_count", "changed unit": "proration.changed_unit",
	"rounding": "proration.extension_rounding", "cycle": "changed_at", "change": "changed_at", "new price": "price",
}

func (h *history) unprorated(eventID string, err error) error {
	var wrong *calc.ProrationError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("change %s of sale %s: %w", eventID, h.sale.SaleID, err)
	}
	field := prorationFields[wrong.Field]
	if field == "" {
		field = "price"
	}
	return &Refusal{
		Kind: ErrInvalid, IDs: []string{"market", h.sale.Market, "sale_id", h.sale.SaleID, "event_id", eventID},
		Fields: []FieldProblem{{field, wrong.Field + ": " + wrong.Problem, "correct the proration, or the change"}},
	}
}

// took tells whether an event of a fold did what its row of the table says of a change.
func took(f *calc.SaleFold, index int) bool {
	if f.Start < 0 || f.Terms == index {
		return f.Terms == index
	}
	for i := range f.Changes {
		if f.Changes[i].Event == index {
			return true
		}
	}
	return f.StartTerms == index
}
