package store

import (
	"fmt"

	"upline/calc"
)

// vendorPath is where the content of a move says who the vendor is from then on.
const vendorPath = "vendor_id"

// vendor is whose the sale is: of the vendors that it was moved to the last by the moves' own time, ties by event id; the one that it
// has had where it was not moved.
func (h *history) vendor() (string, error) {
	var last *storedEvent
	for i := range h.events {
		e := &h.events[i]
		if e.Kind == calc.VendorMoved && (last == nil || e.EffectiveAtUS > last.EffectiveAtUS || e.EffectiveAtUS == last.EffectiveAtUS && e.ID > last.ID) {
			last = e
		}
	}
	if last == nil {
		return h.sale.VendorID, nil
	}
	content, err := decodeContent(last.content)
	if err != nil {
		return "", err
	}
	for _, f := range content {
		if f.Path == vendorPath {
			return f.Value, nil
		}
	}
	return "", fmt.Errorf("%w: move %s of sale %s names no vendor", ErrCorrupt, last.ID, h.sale.SaleID)
}

// checkVendor refuses a move to a vendor that is not in the catalog.
func (h *history) checkVendor(n NewEvent) error {
	if n.Kind != calc.VendorMoved {
		return nil
	}
	found := false
	err := h.conn.Query(sqlVendor, []any{n.VendorID}, func(Row) error {
		found = true
		return nil
	})
	if err != nil || found {
		return err
	}
	return &Refusal{
		Kind: ErrUnknownVendor, IDs: []string{"vendor_id", n.VendorID},
		Fields: []FieldProblem{{"vendor_id", fmt.Sprintf("%q is not in the catalog", n.VendorID), "add the vendor with CatalogService.PutVendor first"}},
	}
}

const sqlVendor = `SELECT vendor_id FROM vendors WHERE vendor_id = $1`
